//! What a journal keeps, and what can be made of it. Events and coverage are the only truth; what is known of an agent,
//! gaps, intervals and lists of tags are made of them when they are needed, here and in [`Memory::restored`].
//!
//! [`Memory::restored`]: crate::floor::diff::Memory::restored

pub mod covering;
pub mod gaps;
pub mod intervals;
pub mod tags;

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{Event, EventKind, FollowedPart, GapCause, ReportedTag};
use crate::floor::pause::WINDOW;

#[cfg(test)]
mod tests;

/// An event in a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place among all events of the journal.
    pub seq: i64,
    pub event: Event,
    /// The journal's hash of the customer's number, where that is masked.
    pub customer: Option<[u8; 16]>,
}

/// What a journal holds of an agent from one profile.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'s> {
    /// By their `seq`.
    pub events: &'s [Recorded],
    pub coverage: &'s [Coverage],
}

/// An event that a journal is to take.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    pub event: Event,
    /// Of a new notification without id, which of its twins it is; of anything else, 0.
    pub twin: u32,
}

impl NewEvent {
    /// Whether it is one of several changes of one thing, which are told apart by their number alone. The journal
    /// numbers them, because it alone knows how many there have been.
    #[must_use]
    pub fn is_numbered_by_the_journal(&self) -> bool {
        matches!(&self.event.kind, EventKind::Tag(reported) if reported.changed)
    }

    /// A notification that is reported as new, as a change of one that was reported before; `None` for anything else.
    #[must_use]
    pub fn as_change(&self) -> Option<Self> {
        let EventKind::Tag(reported) = &self.event.kind else { return None };
        let kind = EventKind::Tag(Box::new(ReportedTag { changed: true, ..(**reported).clone() }));
        (!reported.changed).then(|| Self { event: Event { kind, ..self.event.clone() }, twin: 0 })
    }
}

/// Whether a journal keeps such an event. What belongs to a run, or follows from limits, it does not. Nor does it keep how
/// it could not be written: what came meanwhile is in it, or a gap says that it is not.
#[must_use]
pub fn is_kept(kind: &EventKind) -> bool {
    !matches!(
        kind,
        EventKind::Start(_)
            | EventKind::State(_)
            | EventKind::Alert(_)
            | EventKind::Heartbeat(_)
            | EventKind::JournalLost(_)
            | EventKind::JournalRestored(_)
            | EventKind::End(_)
    )
}

/// A time from one moment to a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    #[must_use]
    pub fn length(self) -> Duration {
        Duration::try_from(self.to.duration_since(self.from)).unwrap_or_default()
    }

    /// What both have in common, if that is any time at all.
    #[must_use]
    pub fn common(self, other: Self) -> Option<Self> {
        let span = Self { from: self.from.max(other.from), to: self.to.min(other.to) };
        (span.from < span.to).then_some(span)
    }
}

/// A time in which answers about one part of an agent came often enough. Those of one part never overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    pub part: FollowedPart,
    /// The first answer.
    pub from: Timestamp,
    /// The last one.
    pub to: Timestamp,
    /// The server's `Date` of the last answer, where it sent one. It goes on also while our clock, set back, shows times that
    /// are covered already.
    pub server_time: Option<Timestamp>,
    /// The interval at which they were to come; zero if they were single answers.
    pub cadence: Duration,
    /// Why the next answer did not continue it; `None` while none has come, or if there is no hole before it.
    pub ended: Option<GapCause>,
    /// Of notifications, whether the server repeats them; `None` while its answers have not shown it.
    pub repeats: Option<bool>,
}

/// A good answer about one part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerMark {
    pub part: FollowedPart,
    pub at: Timestamp,
    /// The server's `Date`, where it sent one.
    pub server_time: Option<Timestamp>,
    pub repeats: Option<bool>,
    /// Why there is a hole before it, if there is one.
    pub hole: GapCause,
    /// Whether something may have been lost before it, however short the time: a gap is reported.
    pub lost: bool,
}

/// What a good answer adds to the coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CoverageStep {
    /// The coverage of `part` that begins at `from` reaches until `to` now.
    Lengthen {
        part: FollowedPart,
        from: Timestamp,
        to: Timestamp,
        server_time: Option<Timestamp>,
        cadence: Duration,
        repeats: Option<bool>,
    },
    /// Another coverage begins. The one of the same part before it has ended for the cause `ended`.
    Begin { coverage: Coverage, ended: Option<GapCause> },
}

/// An answer continues a coverage if it comes no later than so many intervals after the last one.
const INTERVALS: u32 = 3;

/// What the answer `mark` adds to the coverage of its agent, of which `rows` has at least what lies around the answer;
/// nothing but the server's time if it lies within what is covered already. `cadence` is the interval at which answers are
/// to come, or zero.
///
/// It rests on the order of times alone, so that a clock that is set back or forth makes no two rows overlap and none
/// negative.
#[must_use]
pub fn coverage_step(rows: &[Coverage], mark: &AnswerMark, cadence: Duration) -> Option<CoverageStep> {
    let AnswerMark { part, at, server_time, repeats, hole, lost } = mark.clone();
    let before = rows.iter().filter(|row| row.part == part && row.from <= at).max_by_key(|row| row.from);
    let begin = |from, ended| {
        let coverage = Coverage { part, from, to: at, server_time, cadence, ended: None, repeats };
        Some(CoverageStep::Begin { coverage, ended })
    };
    let lengthen = |row: &Coverage, cadence| {
        let (from, to, repeats) = (row.from, row.to.max(at), repeats.or(row.repeats));
        let server_time = server_time.max(row.server_time);
        Some(CoverageStep::Lengthen { part, from, to, server_time, cadence, repeats })
    };
    let Some(row) = before else { return begin(at, None) };
    if at <= row.to {
        let is_learned = repeats.is_some() && repeats != row.repeats;
        let is_newer = server_time > row.server_time;
        return if is_learned || is_newer { lengthen(row, row.cadence) } else { None };
    }
    if lost || !row.is_continued(at, cadence) {
        return begin(at, row.ended.is_none().then_some(hole));
    }
    // What comes at another interval is another row, once it comes often enough for that.
    let is_another = cadence != row.cadence && part != FollowedPart::Tags && row.is_within(at, cadence);
    match (is_another, row.from == row.to) {
        (false, _) => lengthen(row, row.cadence),
        (true, true) => lengthen(row, cadence),
        (true, false) => begin(row.to, None),
    }
}

impl Coverage {
    /// Whether an answer at `at` leaves no hole after this coverage. Notifications are handed out later as well: by a
    /// server that repeats them, and by one that keeps for each session what is new.
    fn is_continued(&self, at: Timestamp, cadence: Duration) -> bool {
        match self.part {
            FollowedPart::Tags => at.duration_since(self.to).unsigned_abs() <= WINDOW,
            FollowedPart::Breaks | FollowedPart::Wrapups => self.is_within(at, self.cadence.max(cadence)),
        }
    }

    /// Of breaks and wrap-ups, answers were no further apart.
    #[must_use]
    pub fn longest_pause(&self) -> Duration {
        self.cadence * INTERVALS
    }

    /// Whether an answer at `at` comes within three times `cadence` after the last.
    fn is_within(&self, at: Timestamp, cadence: Duration) -> bool {
        at.duration_since(self.to).unsigned_abs() <= INTERVALS * cadence
    }

    /// The time for which the answers vouch. What a server repeats vouches for the window before the first one.
    #[must_use]
    pub fn reach(&self) -> Span {
        let before = if self.repeats == Some(true) { WINDOW } else { Duration::ZERO };
        Span { from: self.from.checked_sub(before).unwrap_or(Timestamp::MIN), to: self.to }
    }

    /// Of all `rows`, those with which a run goes on: what reaches to `from`, and the last one of each part however old it
    /// is, because the gap before the next answer begins where that one ends.
    #[must_use]
    pub fn to_remember(mut rows: Vec<Self>, from: Timestamp) -> Vec<Self> {
        let last = |part| rows.iter().filter(|row| row.part == part).map(|row| row.from).max();
        let last = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups].map(|it| (it, last(it)));
        rows.retain(|row| row.to >= from || last.contains(&(row.part, Some(row.from))));
        rows
    }
}
