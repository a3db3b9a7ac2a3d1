//! The floor as numbers for Prometheus, in its classic text format. What was not seen is absent: an old state that is still
//! there looks like the present one.

mod text;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::client::Requests;
use crate::client::requests::BOUNDS;
use crate::floor::answer::{Break, Wrapup};
use crate::floor::counters::{Counted, Named};
use crate::floor::event::{AlertWhat, Level};
use crate::floor::state::StateSince;
use crate::watch::sinks::wall::metrics::text::{Kind, Names, Text, seconds};
use crate::watch::view::{AgentView, FloorView};

/// For the header of the answer.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// An answer counts as the present for so many intervals.
const INTERVALS: u32 = 3;

/// How many bytes the journal has on the disk, if it is there.
type JournalSize = Box<dyn Fn() -> Option<u64> + Send + Sync>;

/// What is beside the floor, and which names were shown: a name keeps its place for the whole run.
pub(crate) struct Metrics {
    requests: Arc<Requests>,
    /// `None` in a sandbox, whose journal is in memory for as long as it runs.
    journal_size: Option<JournalSize>,
    names: Mutex<(Names, Names)>,
}

impl Metrics {
    pub(crate) fn new(requests: Arc<Requests>, journal_size: Option<JournalSize>) -> Self {
        Self { requests, journal_size, names: Mutex::default() }
    }

    /// The floor as it was published so long ago.
    pub(super) fn write(&self, view: &FloorView, published: Duration) -> String {
        let now = Now::of(view, published);
        let mut text = Text::default();
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        text.family("deepcall_build_info", Kind::Gauge, "The version of deepcall; always 1.");
        text.sample("deepcall_build_info", &version, 1);
        health(&mut text, view, &now);
        {
            let (reasons, kinds) = &mut *self.names.lock().unwrap_or_else(PoisonError::into_inner);
            states(&mut text, view, &now, reasons);
            counters(&mut text, view, &now, reasons, kinds);
        }
        self.requests(&mut text);
        self.journal(&mut text, view);
        text.finish()
    }

    fn requests(&self, text: &mut Text) {
        let counted = self.requests.counted();
        let name = "deepcall_requests_total";
        text.family(
            name,
            Kind::Counter,
            "Requests of this run by call and outcome: ok, or the kind of the error.",
        );
        for (call, requests) in &counted {
            for (outcome, count) in &requests.outcomes {
                text.sample(name, &[("call", call), ("outcome", outcome)], count);
            }
        }
        let name = "deepcall_request_duration_seconds";
        text.family(name, Kind::Histogram, "How long each request of this run took, with its reply.");
        for (call, requests) in &counted {
            let all: u64 = requests.outcomes.values().sum();
            let bounds = BOUNDS.map(|bound| bound.to_string());
            let bounds = bounds.iter().map(String::as_str).chain(["+Inf"]);
            for (bound, count) in bounds.zip(requests.within.iter().chain([&all])) {
                text.sample(
                    "deepcall_request_duration_seconds_bucket",
                    &[("call", call), ("le", bound)],
                    count,
                );
            }
            text.sample("deepcall_request_duration_seconds_sum", &[("call", call)], seconds(requests.time));
            text.sample("deepcall_request_duration_seconds_count", &[("call", call)], all);
        }
    }

    fn journal(&self, text: &mut Text, view: &FloorView) {
        let Some((is_well, size)) = view.journal_is_well.zip(self.journal_size.as_ref()) else { return };
        let mut gauge = |name, help, value: Option<f64>| {
            if let Some(value) = value {
                text.family(name, Kind::Gauge, help);
                text.sample(name, &[], value);
            }
        };
        gauge(
            "deepcall_journal_writable",
            "Whether the journal takes what is received.",
            Some(f64::from(u8::from(is_well))),
        );
        #[expect(clippy::cast_precision_loss, reason = "a journal is smaller than 8 PiB")]
        let size = size().map(|size| size as f64);
        gauge("deepcall_journal_size_bytes", "The size of the journal on the disk.", size);
        let newest = view.agents.iter().filter_map(|agent| agent.counters.newest()).max();
        gauge(
            "deepcall_journal_newest_event_timestamp_seconds",
            "When the newest event of these agents was noticed that the journal has.",
            newest.map(since_1970),
        );
    }
}

/// The moment that is shown, by the clocks of the view.
struct Now {
    monotonic: Duration,
    wall: Timestamp,
    /// How old an answer may be that counts as the present.
    oldest: Duration,
}

impl Now {
    fn of(view: &FloorView, published: Duration) -> Self {
        Self {
            monotonic: view.now + published,
            wall: view.wall.checked_add(published).unwrap_or(view.wall),
            oldest: view.interval * INTERVALS,
        }
    }

    fn of_break<'a>(&self, agent: &'a AgentView) -> Option<&'a StateSince<Break>> {
        self.seen(agent, agent.state.break_state.as_ref())
    }

    fn of_wrapup<'a>(&self, agent: &'a AgentView) -> Option<&'a StateSince<Wrapup>> {
        self.seen(agent, agent.state.wrapup.as_ref())
    }

    /// Whether the agent answers.
    fn is_up(&self, agent: &AgentView) -> bool {
        let is_recent = |lag: Duration| lag <= self.oldest;
        !agent.is_over() && agent.health.lag(self.monotonic).is_some_and(is_recent)
    }

    /// The state, if it is the present one.
    fn seen<'s, S>(&self, agent: &AgentView, state: Option<&'s StateSince<S>>) -> Option<&'s StateSince<S>> {
        state.filter(|state| !agent.is_over() && state.age(self.monotonic) <= self.oldest)
    }

    /// So many seconds from now, in seconds since 1970.
    fn ahead(&self, seconds: i64) -> f64 {
        let moment = self.wall.saturating_add(SignedDuration::from_secs(seconds));
        since_1970(moment.unwrap_or(self.wall)).floor()
    }
}

/// A gauge of each agent that has a value.
fn gauge<V: Display>(
    text: &mut Text,
    view: &FloorView,
    name: &'static str,
    help: &str,
    value: impl Fn(&AgentView) -> Option<V>,
) {
    text.family(name, Kind::Gauge, help);
    for agent in &view.agents {
        if let Some(value) = value(agent) {
            text.sample(name, &[("profile", &agent.profile)], value);
        }
    }
}

fn health(text: &mut Text, view: &FloorView, now: &Now) {
    let help = "Whether the profile was answered within the last three intervals.";
    gauge(text, view, "deepcall_up", help, |agent| Some(u8::from(now.is_up(agent))));
    let name = "deepcall_last_success_timestamp_seconds";
    gauge(text, view, name, "When the last good answer came.", |agent| {
        agent.health.last_ok().map(since_1970)
    });
}

/// What is seen of the agents at this moment.
fn states(text: &mut Text, view: &FloorView, now: &Now, reasons: &mut Names) {
    let agents = || view.agents.iter().map(AsRef::as_ref);
    let help = "Whether the agent is on break; absent while that is not known.";
    gauge(text, view, "deepcall_on_break", help, |agent| {
        now.of_break(agent).map(|state| u8::from(state.state.on_break))
    });
    let name = "deepcall_break_start_timestamp_seconds";
    text.family(name, Kind::Gauge, "When the break began, or was seen first, by the clock of this machine.");
    for agent in agents() {
        if let Some(state) = now.of_break(agent).filter(|state| state.state.on_break) {
            let reason = reasons.label(state.state.reason.as_deref());
            let began = now.ahead(-state.seconds_at_least(now.monotonic));
            text.sample(name, &[("profile", &agent.profile), ("reason", &reason)], began);
        }
    }
    let help = "Whether the agent is in wrap-up; absent while that is not known.";
    gauge(text, view, "deepcall_in_wrapup", help, |agent| {
        now.of_wrapup(agent).map(|state| u8::from(state.state.in_wrapup))
    });
    let name = "deepcall_wrapup_end_timestamp_seconds";
    gauge(text, view, name, "When the wrap-up is to end, by the clock of this machine.", |agent| {
        let state = now.of_wrapup(agent).filter(|state| state.state.in_wrapup)?;
        state.seconds_left(now.monotonic).map(|left| now.ahead(left))
    });
    let breaks: Vec<_> = agents().filter(|agent| now.of_break(agent).is_some()).collect();
    let wrapups: Vec<_> = agents().filter(|agent| now.of_wrapup(agent).is_some()).collect();
    let name = "deepcall_alerts_firing";
    text.family(
        name,
        Kind::Gauge,
        "How many agents whose state is known are over a limit, by the highest level.",
    );
    for level in [Level::Warn, Level::Critical] {
        let over_break = breaks.iter().filter(|it| it.crossed.break_level() == Some(level)).count();
        let over_wrapup = wrapups.iter().filter(|it| it.crossed.wrapup_level() == Some(level)).count();
        for (what, count, is_seen) in [
            (AlertWhat::Break, over_break, !breaks.is_empty()),
            (AlertWhat::Wrapup, over_wrapup, !wrapups.is_empty()),
        ] {
            if is_seen {
                text.sample(name, &[("what", what.word()), ("level", level.word())], count);
            }
        }
    }
}

fn counters(text: &mut Text, view: &FloorView, now: &Now, reasons: &mut Names, kinds: &mut Names) {
    let counted: Vec<(&str, &Counted)> = view
        .agents
        .iter()
        .filter_map(|agent| Some((agent.profile.as_str(), agent.counters.counted(now.wall)?)))
        .collect();
    let mut by_name =
        |name, help, label, names: &mut Names, of: fn(&Counted) -> &[Named], value: fn(&Named) -> f64| {
            text.family(name, Kind::Counter, help);
            for (profile, counted) in &counted {
                for (word, sum) in names.sums(of(counted), value) {
                    text.sample(name, &[("profile", profile), (label, &word)], sum);
                }
            }
        };
    #[expect(clippy::cast_precision_loss, reason = "nobody has so many breaks")]
    let count = |named: &Named| named.count as f64;
    by_name(
        "deepcall_breaks_total",
        "Breaks that began since midnight UTC, by their first reason.",
        "reason",
        reasons,
        |counted| &counted.breaks,
        count,
    );
    by_name(
        "deepcall_break_seconds_total",
        "Seconds on break since midnight UTC, as far as answers cover them.",
        "reason",
        reasons,
        |counted| &counted.breaks,
        |named| seconds(named.time),
    );
    by_name(
        "deepcall_tags_total",
        "Notifications that were noticed since midnight UTC.",
        "kind",
        kinds,
        |counted| &counted.tags,
        count,
    );
    let mut whole = |name, help, value: fn(&Counted) -> f64| {
        text.family(name, Kind::Counter, help);
        for (profile, counted) in &counted {
            text.sample(name, &[("profile", profile)], value(counted));
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "nobody has so many wrap-ups")]
    whole("deepcall_wrapups_total", "Wrap-ups that began since midnight UTC.", |counted| {
        counted.wrapups as f64
    });
    whole(
        "deepcall_wrapup_seconds_total",
        "Seconds in wrap-up since midnight UTC, as far as answers cover them.",
        |counted| seconds(counted.wrapup_time),
    );
    let name = "deepcall_gaps_total";
    text.family(name, Kind::Counter, "Times since midnight UTC in which notifications may have been missed.");
    for (profile, counted) in &counted {
        for (why, count) in &counted.gaps {
            text.sample(name, &[("profile", profile), ("why", why.word())], count);
        }
    }
    let name = "deepcall_uncovered_seconds_total";
    text.family(
        name,
        Kind::Counter,
        "Seconds since midnight UTC without answers, counted when they are over.",
    );
    for (profile, counted) in &counted {
        for (why, time) in &counted.uncovered {
            text.sample(name, &[("profile", profile), ("why", why.word())], seconds(*time));
        }
    }
}

fn since_1970(moment: Timestamp) -> f64 {
    Duration::try_from(moment.as_duration()).map_or(0.0, seconds)
}
