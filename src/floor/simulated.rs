//! A floor of one agent of which everything is known, and a server with each meaning that a call for tags may have.

use std::time::Duration;

use proptest::prelude::*;

use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{at, nameless, poll, raw};

const HOUR: i64 = 3600;

/// A break or a wrap-up, in seconds of the day.
#[derive(Clone, Debug)]
pub(crate) struct Episode {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) number: usize,
    /// When it goes on for another reason.
    changes: Option<i64>,
}

impl Episode {
    fn reason(&self, now: i64) -> &'static str {
        const REASONS: [&str; 4] = ["Lunch", "Tea", "Meeting", "Personal"];
        let is_other = self.changes.is_some_and(|change| change <= now);
        REASONS[(self.number + usize::from(is_other)) % REASONS.len()]
    }
}

#[derive(Clone, Debug)]
struct Item {
    arrived: i64,
    has_id: bool,
    dated: Option<i64>,
    copies: usize,
    /// When it takes each later state.
    changes: Vec<i64>,
}

/// What a call for tags means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    ArrivedWithinTheHour,
    DatedWithinTheHour,
    NewSinceTheLastCall,
}

#[derive(Clone, Debug)]
pub(crate) struct Floor {
    pub(crate) breaks: Vec<Episode>,
    pub(crate) wrapups: Vec<Episode>,
    items: Vec<Item>,
    meaning: Meaning,
    /// Whether the server gives what tells two breaks, or two wrap-ups, from one: starts, reasons, calls.
    tells_apart: bool,
    /// When the session begins to answer for another agent, if the server tells them apart.
    another_agent: Option<i64>,
    cursor: i64,
}

impl Floor {
    /// The answers at this second, when every clock agrees.
    pub(crate) fn poll(&mut self, second: i64) -> PollResult {
        let agent_id = self.tells_apart.then(|| self.agent(second).to_owned());
        let on_break = present(&self.breaks, second).map(|episode| Break {
            on_break: true,
            reason: self.tells_apart.then(|| episode.reason(second).to_owned()),
            since: self.tells_apart.then(|| at(episode.from)),
            ..Break::default()
        });
        let in_wrapup = present(&self.wrapups, second).map(|episode| Wrapup {
            in_wrapup: true,
            call_id: self.tells_apart.then(|| format!("c{}", episode.number)),
            ends_at: Some(at(episode.to)),
            ..Wrapup::default()
        });
        PollResult {
            tags: Some(self.tags(second)),
            break_state: Some(Break { agent_id, ..on_break.unwrap_or_default() }),
            wrapup: Some(in_wrapup.unwrap_or_default()),
            ..poll(second.unsigned_abs())
        }
    }

    fn agent(&self, now: i64) -> &'static str {
        if self.another_agent.is_some_and(|change| change <= now) { "14" } else { "13" }
    }

    /// All that the answers show of the agent's state.
    pub(crate) fn shown(&self, now: i64) -> (Option<(usize, &'static str)>, Option<usize>, &'static str) {
        let on_break = present(&self.breaks, now).map(|episode| (episode.number, episode.reason(now)));
        (on_break, present(&self.wrapups, now).map(|episode| episode.number), self.agent(now))
    }

    fn tags(&mut self, now: i64) -> Vec<Tag> {
        let cursor = std::mem::replace(&mut self.cursor, now);
        let is_shown = |item: &Item| match self.meaning {
            Meaning::ArrivedWithinTheHour => now - HOUR < item.arrived,
            Meaning::DatedWithinTheHour => (now - HOUR..=now).contains(&item.dated.unwrap_or(item.arrived)),
            Meaning::NewSinceTheLastCall => {
                let news = |second: &i64| cursor < *second && *second <= now;
                news(&item.arrived) || item.changes.iter().any(news)
            }
        };
        let shown = self.items.iter().enumerate().filter(|(_, item)| item.arrived <= now && is_shown(item));
        shown.flat_map(|(number, item)| std::iter::repeat_n(item.tag(number, now), item.copies)).collect()
    }
}

impl Item {
    fn tag(&self, number: usize, now: i64) -> Tag {
        let state = self.changes.iter().filter(|change| **change <= now).count();
        Tag {
            id: self.has_id.then(|| format!("t{number}").into()),
            time: self.dated.map(at),
            // Some that have no id are about the same, but for the customer.
            message: self.has_id.then(|| format!("m{number}").into()),
            customer: Some(format!("91{number}").into()),
            fields: raw(&format!(r#"{{"number":{number},"state":{state}}}"#)),
            ..nameless("{}")
        }
    }
}

pub(crate) fn present(episodes: &[Episode], now: i64) -> Option<&Episode> {
    episodes.iter().find(|episode| episode.from <= now && now < episode.to)
}

fn episodes(longest: i64) -> impl Strategy<Value = Vec<Episode>> {
    let pause = prop_oneof![1 => 1..20_i64, 3 => 100..4000_i64];
    let length = (20..longest).prop_flat_map(|length| (Just(length), prop::option::weighted(0.2, 1..length)));
    prop::collection::vec((pause, length), 0..9).prop_map(|lengths| {
        let mut now = 0;
        let episode = |(number, (pause, (length, change))): (usize, (i64, (i64, Option<i64>)))| {
            let from = now + pause;
            now = from + length;
            Episode { from, to: now, number, changes: change.map(|change| from + change) }
        };
        lengths.into_iter().enumerate().map(episode).collect()
    })
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let dated = prop_oneof![
        5 => Just(Some(0)),
        1 => Just(None),
        1 => (-5000..5000_i64).prop_map(Some),
    ];
    let changes = prop::collection::vec(1..2000_i64, 0..=2);
    let item = (0..900_i64, any::<bool>(), dated, 1..=2_usize, changes);
    prop::collection::vec(item, 0..30).prop_map(|items| {
        let mut now = -HOUR;
        let item = |(pause, has_id, dated, copies, changes): (i64, bool, Option<i64>, usize, Vec<i64>)| {
            now += pause;
            let mut second = now;
            let mut change = |pause| {
                second += pause;
                second
            };
            // What has no id and no time is another one whenever it says something else.
            let changes = if has_id || dated.is_some() { changes } else { vec![] };
            Item {
                arrived: now,
                has_id,
                dated: dated.map(|by| now + by),
                copies: if has_id { 1 } else { copies },
                changes: changes.into_iter().map(&mut change).collect(),
            }
        };
        items.into_iter().map(item).collect()
    })
}

pub(crate) fn floor(tells_apart: impl Strategy<Value = bool>) -> impl Strategy<Value = Floor> {
    use Meaning::{ArrivedWithinTheHour, DatedWithinTheHour, NewSinceTheLastCall};
    let meaning = prop::sample::select(vec![ArrivedWithinTheHour, DatedWithinTheHour, NewSinceTheLastCall]);
    // The first answer is about the first one: no pause is so long.
    let another_agent = prop::option::weighted(0.2, 9001..30_000_i64);
    (episodes(3000), episodes(300), items(), meaning, tells_apart, another_agent).prop_map(
        |(breaks, wrapups, items, meaning, tells_apart, another_agent)| {
            let another_agent = another_agent.filter(|_| tells_apart);
            Floor { breaks, wrapups, items, meaning, tells_apart, another_agent, cursor: -HOUR }
        },
    )
}

/// The pauses between polls, and before which of them something else happens.
pub(crate) fn polls() -> impl Strategy<Value = Vec<(i64, bool)>> {
    let pause = prop_oneof![8 => 1..=15_i64, 3 => 16..400_i64, 1 => 400..9000_i64];
    prop::collection::vec((pause, prop::bool::weighted(0.15)), 1..90)
}

/// The same poll, on the clocks of a run whose own began by so much later and with a past.
pub(crate) fn on_clocks_after(poll: &PollResult, past: Duration, began: i64) -> PollResult {
    let begins = past.saturating_sub(Duration::from_secs(began.unsigned_abs()));
    PollResult { monotonic: poll.monotonic + begins, elapsed: poll.elapsed + begins, ..poll.clone() }
}
