//! A row for each agent, the most urgent first. An agent of whom nothing is heard keeps the row, but its clock stands still.

use std::time::Duration;

use jiff::Timestamp;
use maud::{Markup, html};

use crate::floor::event::Level;
use crate::floor::overview::{Overview, Urgency};
use crate::floor::shift::Today;
use crate::floor::state::AgentState;
use crate::output::text::figures;
use crate::output::text::style::{Mark, ORDINARY, Tint, UNKNOWN};
use crate::watch::sinks::shown::agent::{mark, measured, reason, state_tint, state_word, tags};
use crate::watch::sinks::shown::event;
use crate::watch::sinks::shown::names::Names;
use crate::watch::sinks::shown::today::count;
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::sinks::wall::page::options::{Lengths, PageOptions, class};
use crate::watch::sinks::wall::page::steady::{Moment, Steady};
use crate::watch::view::{AgentView, FloorView};

/// The breaks of today only where a journal tells of them.
pub(super) fn titles(with_breaks: bool) -> impl Iterator<Item = &'static str> {
    let breaks = with_breaks.then_some("Breaks today");
    ["Agent", "State", "For", "Left"].into_iter().chain(breaks).chain(["Last tag"])
}

/// So many characters of the breaks of today have room on a screen on the wall; more are drawn smaller.
const FULL: usize = 31;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Every text is harmless, and none is escaped yet. Moments are seconds of the epoch, by our clock.
pub(super) struct Row {
    name: String,
    mark: Mark,
    level: Option<Level>,
    state: &'static str,
    tint: Tint,
    reason: String,
    since: Option<i64>,
    /// Whether it may have begun earlier.
    is_at_least: bool,
    until: Option<i64>,
    /// Of today, for example `≥ 3 breaks, 41 min today`.
    breaks: Option<String>,
    last: Last,
    /// Of the last answer, if that is older than it should be.
    silent: Option<Silence>,
    is_away: bool,
    urgency: Urgency,
}

struct Silence {
    /// For example `14:02`.
    clock: String,
    second: i64,
}

enum Last {
    None,
    Tag { symbol: char, tint: Tint, time: String, words: String },
    NoAnswer(String),
}

pub(super) fn rows(
    view: &FloorView,
    options: &PageOptions,
    names: &Names,
    wording: &Wording<'_>,
    steady: &mut Steady,
) -> Vec<Row> {
    let mut rows: Vec<Row> =
        view.agents.iter().map(|agent| row(agent, view, options, names, wording, steady)).collect();
    rows.sort_by_key(|row| row.urgency);
    rows
}

fn row(
    agent: &AgentView,
    view: &FloorView,
    options: &PageOptions,
    names: &Names,
    wording: &Wording<'_>,
    steady: &mut Steady,
) -> Row {
    let now = agent.seen_at(view.now, view.interval);
    let second = second_of(view, now);
    // What was known of an agent who is no longer followed goes on for nobody knows how long.
    let forgotten = AgentState::default();
    let overview = Overview::of(if agent.is_over() { &forgotten } else { &agent.state }, now);
    let Overview { breaking, wrapping, seconds, .. } = overview;
    let measured = measured(agent, &options.limits, now);
    let mut settle =
        |moment, value: Option<i64>| value.map(|value| steady.settle(&agent.profile, moment, value));
    let since = settle(Moment::Since, seconds.map(|seconds| second - seconds));
    let until = settle(Moment::Until, measured.left.map(|left| second.saturating_add(left)));
    let has_states = options.only.breaks || options.only.wrapups;
    let mark = match mark(agent, measured.level) {
        // What nobody wants to know is not unknown.
        UNKNOWN if !has_states => ORDINARY,
        mark => mark,
    };
    let is_away = breaking.is_some() || wrapping.is_some();
    Row {
        name: names.name(&agent.profile, wording),
        mark,
        level: measured.level,
        state: state_word(agent),
        tint: state_tint(agent, measured.level),
        reason: reason(agent, breaking, wrapping, wording),
        since,
        is_at_least: breaking.and_then(|since| since.state.since).is_none(),
        until,
        breaks: agent.today.as_deref().filter(|_| options.only.breaks).map(breaks),
        last: Last::of(agent, wording),
        silent: agent.is_silent(view.now, view.interval).then(|| Silence {
            clock: last_seen(agent, view).map_or_else(String::new, |at| wording.clock(at)),
            second,
        }),
        is_away,
        // By the beginning instead of the length: rows that began within one second do not change places.
        urgency: Urgency::new(measured.level, is_away, since.map(|since| -since), until),
    }
}

fn last_seen(agent: &AgentView, view: &FloorView) -> Option<Timestamp> {
    agent.health.last_ok().or_else(|| view.wall.checked_sub(agent.lag(view.now)?).ok())
}

fn second_of(view: &FloorView, moment: Duration) -> i64 {
    let ago = view.now.saturating_sub(moment);
    view.wall.checked_sub(ago).map_or(0, Timestamp::as_second)
}

/// What is cut on a full screen is at the end: the minutes are not. They are whole, so that the page changes no more often.
fn breaks(today: &Today) -> String {
    let count = count(today);
    if today.breaks.count() == 0 {
        return format!("{count} today");
    }
    let at_least = if today.has_gap() { "≥ " } else { "" };
    let minutes = figures::minutes(today.breaks.time);
    let length = if minutes.contains(" h ") { minutes.trim_end_matches(" min") } else { &minutes };
    format!("{at_least}{count}, {} today", length.replace(" – ", "–"))
}

impl Last {
    fn of(agent: &AgentView, wording: &Wording<'_>) -> Self {
        if let Some(failure) = agent.failure.as_ref().filter(|_| agent.health.failing_since().is_some()) {
            return Self::NoAnswer(wording.text(&failure.message));
        }
        tags(agent).next().map_or(Self::None, |tag| {
            let Mark { symbol, tint } = event::tag_mark(tag);
            let time = tag.time.map_or_else(String::new, |time| wording.clock(time));
            Self::Tag { symbol, tint, time, words: event::kind_and_message(tag, wording) }
        })
    }
}

impl Row {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn has_breaks(&self) -> bool {
        self.breaks.is_some()
    }

    pub(super) fn is_over_limit(&self) -> bool {
        self.level.is_some()
    }

    /// `with_breaks` is whether any row has the breaks of today.
    pub(super) fn markup(&self, lengths: Lengths, with_breaks: bool) -> Markup {
        // The clock of a silent row stands still, so its lengths are written out for everybody.
        let lengths = self.silent.as_ref().map_or(lengths, |silence| Lengths::Written(silence.second));
        let has_left = self.until.is_some() || self.silent.is_some();
        let (from, held) = self.since.map_or((None, String::new()), |since| counted(since, lengths));
        let least = self.since.filter(|_| self.is_at_least).map(|_| "≥ ");
        html! {
            tr class=(self.class()) {
                th scope="row" {
                    i class=(class(self.mark.tint)) aria-hidden="true" { (self.mark.symbol) }
                    bdi { (self.name) }
                }
                td class={ "state " (class(self.tint)) } {
                    (self.state)
                    @if !self.reason.is_empty() { " " span { bdi { (self.reason) } } }
                }
                td .for .has-left[has_left] data-from=[from] data-least=[from.and(least)] { (least.unwrap_or_default()) (held) }
                @match (&self.silent, self.until) {
                    (Some(silence), _) => td .left { small { "last seen " (silence.clock) } },
                    (None, Some(until)) => (left(until, lengths)),
                    (None, None) => td .left {},
                }
                @if with_breaks {
                    @let breaks = self.breaks.as_deref().unwrap_or_default();
                    td .breaks .long[breaks.chars().count() > FULL] { (breaks) }
                }
                (self.last.markup())
            }
        }
    }

    fn class(&self) -> String {
        let level = match self.level {
            Some(Level::Critical) => "over",
            Some(Level::Warn) => "warn",
            None if self.is_away => "away",
            None => "plain",
        };
        if self.silent.is_some() { format!("{level} silent") } else { level.to_owned() }
    }
}

impl Last {
    fn markup(&self) -> Markup {
        html! {
            td .tag {
                @match self {
                    Self::None => {},
                    Self::NoAnswer(why) => { "no answer: " bdi { (why) } }
                    Self::Tag { symbol, tint, time, words } => {
                        i class=(class(*tint)) aria-hidden="true" { (symbol) } (time) " " bdi { (words) }
                    }
                }
            }
        }
    }
}

/// How long something has lasted since this second: what the script counts from, and the text.
pub(super) fn counted(since: i64, lengths: Lengths) -> (Option<i64>, String) {
    match lengths {
        Lengths::Counted => (Some(since), String::new()),
        Lengths::Written(now) => (None, length((now - since).max(0))),
    }
}

fn left(until: i64, lengths: Lengths) -> Markup {
    match lengths {
        Lengths::Counted => html! { td .left data-until=(until) {} },
        Lengths::Written(now) => {
            let word = if now > until { "over" } else { "left" };
            html! { td .left { (length((until - now).abs())) " " (word) } }
        }
    }
}

/// Shorter than on the board, because it is read from afar: seconds only where they decide, and behind hours no unit.
/// `length` of wall.js says the same.
fn length(seconds: i64) -> String {
    match seconds {
        ..100 => format!("{seconds} s"),
        100..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h {:02}", seconds / HOUR, seconds % HOUR / MINUTE),
        _ => format!("{} d", seconds / DAY),
    }
}
