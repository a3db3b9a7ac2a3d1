//! One row per profile: its state, how long that has lasted, and which row comes first.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::alerts::Limit;
use crate::floor::overview::{Overview, Urgency};
use crate::floor::state::AgentState;
use crate::output::presentation::TimeStyle;
use crate::output::text::figures;
use crate::output::text::style::{Mark, ORDINARY, Tint, UNKNOWN};
use crate::output::text::times;
use crate::output::text::width::{cut, width};
use crate::watch::sinks::board::feed;
use crate::watch::sinks::shown::agent::{mark, measured, reason, state_tint, state_word, tags};
use crate::watch::sinks::shown::event;
use crate::watch::sinks::shown::names::Names;
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::source::WatchScope;
use crate::watch::view::{AgentView, FloorView};

/// One profile on the board. Every text is harmless.
#[derive(Clone, Debug)]
pub(crate) struct RowView {
    /// As it is stored, and not harmless: it identifies the profile.
    pub(crate) profile: String,
    pub(crate) mark: Mark,
    pub(crate) agent: String,
    pub(crate) state: &'static str,
    /// Of the state's word and of what is left.
    pub(crate) tint: Tint,
    pub(crate) reason: String,
    pub(crate) held: String,
    pub(crate) left: String,
    pub(crate) since: String,
    /// How many there were today, and how long; empty where no journal tells.
    pub(crate) breaks: String,
    pub(crate) last_tag: LastTag,
    /// Whether the filter finds it.
    pub(crate) is_found: bool,
    urgency: Urgency,
    last_time: Option<Timestamp>,
}

/// By what the rows are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    #[default]
    Away,
    Name,
    State,
    LastTag,
}

impl Order {
    pub(crate) fn next(self) -> Self {
        match self {
            Self::Away => Self::Name,
            Self::Name => Self::State,
            Self::State => Self::LastTag,
            Self::LastTag => Self::Away,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Away => "away",
            Self::Name => "name",
            Self::State => "state",
            Self::LastTag => "last tag",
        }
    }
}

/// In the order in which the profiles are followed.
pub(crate) fn rows(
    view: &FloorView,
    only: WatchScope,
    limits: &[Limit],
    filter: &str,
    names: &Names,
    wording: &Wording<'_>,
) -> Vec<RowView> {
    let found = |agent: &AgentView, row: RowView| RowView {
        is_found: row.is_found_by(filter, agent, wording),
        ..row
    };
    let has_states = only.breaks || only.wrapups;
    let row = |agent: &AgentView| {
        let row = row(agent, names.name(&agent.profile, wording), view, limits, wording);
        // What nobody wants to know is not unknown.
        if row.mark == UNKNOWN && !has_states { RowView { mark: ORDINARY, ..row } } else { row }
    };
    view.agents.iter().map(|agent| found(agent, row(agent))).collect()
}

/// Sorts in this order, or in the one that is kept, with newer rows at the end. Equal rows are in the usual order, and else
/// as they were: lengths are counted in whole seconds, and rows that began within one would change places at each.
pub(crate) fn sort(rows: &mut [RowView], order: Order, kept: Option<&[String]>, before: &[String]) {
    let as_in = |rows: &mut [RowView], names: &[String]| {
        let places: HashMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
        rows.sort_by_key(|row| places.get(row.profile.as_str()).copied().unwrap_or(usize::MAX));
    };
    as_in(rows, before);
    rows.sort_by_key(|row| row.urgency);
    match (kept, order) {
        (Some(kept), _) => as_in(rows, kept),
        (None, Order::Away) => {}
        (None, Order::Name) => rows.sort_by_cached_key(|row| row.agent.to_lowercase()),
        // Breaks first, and unknown ones last.
        (None, Order::State) => rows.sort_by_key(RowView::state_rank),
        (None, Order::LastTag) => rows.sort_by_key(|row| Reverse(row.last_time)),
    }
}

impl RowView {
    fn is_found_by(&self, filter: &str, agent: &AgentView, wording: &Wording<'_>) -> bool {
        if filter.is_empty() {
            return true;
        }
        let cells = [self.agent.as_str(), &agent.profile, self.state, self.reason.as_str()];
        feed::contains(cells, filter) || tags(agent).any(|tag| feed::is_found(tag, filter, wording))
    }

    fn state_rank(&self) -> usize {
        let words = ["break + wrap-up", "on break", "wrap-up", "neither", "no break", "no wrap-up"];
        words.iter().position(|word| *word == self.state).unwrap_or(words.len())
    }
}

pub(crate) fn row(
    agent: &AgentView,
    name: String,
    view: &FloorView,
    limits: &[Limit],
    wording: &Wording<'_>,
) -> RowView {
    let now = agent.seen_at(view.now, view.interval);
    // What was known of an agent who is no longer followed goes on for nobody knows how long.
    let forgotten = AgentState::default();
    let overview = Overview::of(if agent.is_over() { &forgotten } else { &agent.state }, now);
    let Overview { breaking, wrapping, seconds, .. } = overview;
    let measured = measured(agent, limits, now);
    let known_since = breaking.and_then(|since| since.state.since);
    let at_least = if known_since.is_some() { "" } else { "≥ " };
    RowView {
        profile: agent.profile.clone(),
        mark: mark(agent, measured.level),
        agent: name,
        state: state_word(agent),
        tint: state_tint(agent, measured.level),
        reason: reason(agent, breaking, wrapping, wording),
        held: seconds.map_or_else(String::new, |seconds| format!("{at_least}{}", times::length(seconds))),
        left: measured.left.map_or_else(String::new, times::length),
        since: known_since.map_or_else(String::new, |since| wording.clock(since)),
        breaks: agent.today.as_deref().map(figures::today).unwrap_or_default(),
        last_tag: LastTag::of(agent, view.now, wording),
        is_found: true,
        urgency: overview.urgency(measured.level, now),
        last_time: tags(agent).next().and_then(|tag| tag.time),
    }
}

/// So many columns hold a usual message after the time of day and the distance.
const ROOM_FOR_BOTH: usize = 56;

/// The newest tag, or how long polls have failed, because no tag can arrive then.
#[derive(Clone, Debug)]
pub(crate) enum LastTag {
    None,
    Tag { symbol: char, time: String, both: Option<String>, kind: String, message: String },
    NoAnswer(String),
}

impl LastTag {
    fn of(agent: &AgentView, now: Duration, wording: &Wording<'_>) -> Self {
        if let Some(since) = agent.health.failing_since().filter(|_| !agent.is_over()) {
            let seconds = i64::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i64::MAX);
            return Self::NoAnswer(format!("no answer {}", times::length(seconds)));
        }
        let short = if wording.time == TimeStyle::Both { TimeStyle::Relative } else { wording.time };
        tags(agent).next().map_or(Self::None, |tag| Self::Tag {
            symbol: event::tag_mark(tag).symbol,
            time: tag.time.map_or_else(String::new, |time| wording.time_in(short, time)),
            both: tag.time.filter(|_| short != wording.time).map(|time| wording.time(time)),
            kind: event::kind(tag, wording),
            message: event::kind_and_message(tag, wording),
        })
    }

    /// The time is first, because whatever follows may be cut: the time of day gives way to the message, and the message to
    /// the kind.
    pub(crate) fn text(&self, room: usize) -> String {
        match self {
            Self::None => String::new(),
            Self::NoAnswer(words) => words.clone(),
            Self::Tag { symbol, time, both, kind, message } => {
                // By the room alone, so that all rows have the same.
                let time = both.as_ref().filter(|_| room >= ROOM_FOR_BOTH).unwrap_or(time);
                let start = format!("{symbol} {time} ");
                let room = room.saturating_sub(width(&start));
                let has_room = room >= width(message) || room >= 2 * width(kind);
                format!("{start}{}", cut(if has_room { message } else { kind }, room))
            }
        }
    }
}
