//! What an agent's shift was made of, as far as answers show it: a fold of the agent's events and coverage, which knows no
//! clock and no zone. Nothing is in it that nobody saw: where no answer came, a figure is `None` and the time is
//! [`SegmentState::NotSeen`].
//!
//! All times are by our clock. What the server gave (the start of a break, the end of a wrap-up) is moved to it by the
//! server's time at that answer.

mod breaks;
mod cover;
mod limits;
mod measured;
mod notifications;
mod timeline;
mod today;
mod total;
mod whole;
pub mod window;
mod wrapups;

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::alerts::Limit;
use crate::floor::event::{FollowedPart, Gap};
use crate::floor::identity::hidden::Hiding;
use crate::floor::timeline::gaps::{covered, gaps, going_on, share};
use crate::floor::timeline::intervals::intervals;
use crate::floor::timeline::intervals::joined::joined;
use crate::floor::timeline::{Coverage, Recorded, Seen, Span};

use measured::{Measured, measure};

pub use breaks::{BreakFigures, OverLimit, ReasonShare, ShiftBreak};
pub use limits::{Allowances, Customer, Kinds};
pub use notifications::{KindCount, TagFigures, settle_calls};
pub use timeline::{Cell, Segment, SegmentState, cells};
pub use today::{DayRules, Today};
pub use total::{Total, total};
pub use wrapups::WrapupFigures;

#[cfg(test)]
mod tests;

/// The parts of which both must be answered for a time to be covered.
const STATES: [FollowedPart; 2] = [FollowedPart::Breaks, FollowedPart::Wrapups];

/// By what a shift is measured.
#[derive(Clone, Copy)]
pub struct Rules<'r> {
    /// The shift. It ends no later than now: what is still to come would count as not seen.
    pub window: Span,
    /// Limits as alerts have them; those of breaks count.
    pub limits: &'r [Limit],
    pub allowances: &'r Allowances,
    pub kinds: &'r Kinds,
    /// Which customer an event is about: [`Customer::by_number`] where all numbers are whole.
    pub customer: &'r dyn Fn(&Recorded) -> Option<Customer>,
    /// What the journal leaves out of notifications.
    pub hiding: &'r dyn Hiding,
}

/// A length of time that the answers leave open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounded {
    /// The best single figure; never outside of the bounds.
    pub seconds: Duration,
    /// What answers showed.
    pub min: Duration,
    /// What they allow.
    pub max: Duration,
}

/// What one agent's shift was made of.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentShift {
    /// The times of the window in which answers about breaks and about wrap-ups came, in their order.
    pub coverage: Vec<Span>,
    /// The rest of the window.
    pub gaps: Vec<Gap>,
    /// The length of `coverage`.
    pub covered: Duration,
    /// The same as a part of the window, from 0 to 1.
    pub covered_share: f64,
    /// The first and the last moment of the window at which a break, a wrap-up or a notification was seen. They are not when
    /// the agent signed in and out.
    pub first_activity: Option<Timestamp>,
    pub last_activity: Option<Timestamp>,
    /// `None` where no answer of the window was about breaks.
    pub breaks: Option<BreakFigures>,
    /// `None` where no answer of the window was about wrap-ups.
    pub wrapups: Option<WrapupFigures>,
    /// `None` where no answer of the window was about notifications.
    pub tags: Option<TagFigures>,
    /// The whole window in pieces, in their order, of which no two neighbours are alike.
    pub timeline: Vec<Segment>,
}

impl AgentShift {
    /// Whether a break or a wrap-up goes on at the last answer: its figures are not final.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.breaks.as_ref().is_some_and(BreakFigures::is_open)
            || self.wrapups.as_ref().is_some_and(|wrapups| wrapups.is_open)
    }
}

/// The shift of one agent.
///
/// `events` are the agent's, by `seq`: all of the window, those after it as far as they are known, and before it at least
/// what says which break and wrap-up went on as it began. `coverage` is the agent's whole, or at least of each part what
/// touches the window and the next rows before and after it.
#[must_use]
pub fn shift(events: &[Recorded], coverage: &[Coverage], rules: &Rules<'_>) -> AgentShift {
    joined_shift(&[Seen { events, coverage }], rules, None)
}

/// The shift of one agent whom several profiles have seen, each of them as [`shift`] takes it. What any of them saw was seen,
/// and what several of them saw was there once. What goes on at the last answer goes on until `now` while the next answer is
/// not late; without `now`, no further.
#[must_use]
pub fn joined_shift(seen: &[Seen<'_>], rules: &Rules<'_>, now: Option<Timestamp>) -> AgentShift {
    let window = rules.window;
    let intervals = joined(seen);
    let mut coverage: Vec<Coverage> = seen.iter().flat_map(|seen| seen.coverage).cloned().collect();
    if let Some(now) = now {
        coverage.extend(seen.iter().flat_map(|seen| going_on(seen.coverage, &STATES, now)));
    }
    let mut events: Vec<(usize, &Recorded)> =
        seen.iter().enumerate().flat_map(|(by, seen)| seen.events.iter().map(move |it| (by, it))).collect();
    events.sort_by_key(|(_, recorded)| recorded.seq);
    let measured = |part| {
        let is_known = is_known(&coverage, part, window);
        is_known.then(|| measure(&intervals, &coverage, part, window))
    };
    let (breaks, wrapups) = (measured(FollowedPart::Breaks), measured(FollowedPart::Wrapups));
    let tags =
        is_known(&coverage, FollowedPart::Tags, window).then(|| notifications::of_window(&events, rules));
    let both = covered(&coverage, &STATES, window);
    let activity = || {
        let states = breaks.iter().chain(&wrapups).flatten().filter(|one| one.is_in_window);
        states.flat_map(Measured::activity).chain(tags.iter().flatten().map(|tag| tag.happened))
    };
    AgentShift {
        covered: both.iter().map(|span| span.length()).sum(),
        covered_share: share(&both, window),
        gaps: gaps(&coverage, &STATES, window),
        first_activity: activity().min(),
        last_activity: activity().max(),
        timeline: timeline::timeline(
            breaks.as_deref().unwrap_or_default(),
            wrapups.as_deref().unwrap_or_default(),
            &coverage,
            &both,
            window,
        ),
        coverage: both,
        breaks: breaks.map(|breaks| BreakFigures::of(&breaks, rules)),
        wrapups: wrapups.map(|wrapups| WrapupFigures::of(&wrapups, window)),
        tags: tags.map(|tags| TagFigures::of(&tags, &events, rules)),
    }
}

/// The breaks of [`shift`] alone.
#[must_use]
pub fn breaks(events: &[Recorded], coverage: &[Coverage], rules: &Rules<'_>) -> Option<BreakFigures> {
    let part = FollowedPart::Breaks;
    is_known(coverage, part, rules.window).then(|| {
        let intervals = intervals(events.iter().map(|recorded| &recorded.event), coverage);
        BreakFigures::of(&measure(&intervals, coverage, part, rules.window), rules)
    })
}

/// Whether an answer of the window was about this part.
fn is_known(coverage: &[Coverage], part: FollowedPart, window: Span) -> bool {
    let touches = |row: &Coverage| {
        let reach = row.reach();
        row.part == part && reach.from < window.to && window.from <= reach.to
    };
    coverage.iter().any(touches)
}
