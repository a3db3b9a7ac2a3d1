//! Shifts that are made of the journal, against the truth and against the answers:
//!
//! - the pieces are the whole window, and add up to the figures; so do the reasons; the cells are the pieces;
//! - how much is covered is what the answers cover;
//! - how long the breaks and wrap-ups truly were that any answer showed lies within the bounds of the figure, and the bounds
//!   are no wider than the answers leave them ([`states`]);
//! - the lengths of wrap-ups are no other than the answers around them allow ([`wrapups`]);
//! - notifications, missed customers and who was called back are those that were notified ([`notifications`]).
//!
//! A time that nobody can know ([`Unknown`]) may be anything. A figure is not compared at all if that leaves less than half of
//! its window.

mod notifications;
mod states;
mod unknown;
mod wrapups;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::samples::measures::Measures;
use crate::floor::shift::{AgentShift, BreakFigures, Cell, Kinds, SegmentState, cells};
use crate::floor::timeline::{Coverage, Recorded, Span};
use crate::watch::checker::answers::{Answer, Answers, Blur};
use crate::watch::checker::day::{DAY, Floor, HOUR, MINUTE, moment};
use crate::watch::checker::fault::Spoils;
use crate::watch::checker::verdict::Verdict;
use crate::watch::checker::writing::Manner;

use notifications::Notified;
use states::Looked;
use unknown::Unknown;

/// Where windows begin and how long they are.
const WINDOWS: [(i64, i64); 8] = [
    (0, DAY),
    (0, 8 * HOUR),
    (8 * HOUR, 8 * HOUR),
    (16 * HOUR, 8 * HOUR),
    (3 * HOUR, 2 * HOUR),
    (9 * HOUR + 7 * MINUTE, HOUR),
    (13 * HOUR, 10 * MINUTE),
    (21 * HOUR + 30 * MINUTE, 4 * HOUR),
];

/// What there is at the end of a day.
pub(in crate::watch::checker) struct Journal<'a> {
    pub(in crate::watch::checker) events: &'a [Recorded],
    pub(in crate::watch::checker) coverage: &'a [Coverage],
    /// How many copies of each item the answers held.
    pub(in crate::watch::checker) had: &'a [usize],
    pub(in crate::watch::checker) floor: &'a Floor,
    pub(in crate::watch::checker) manner: &'a Manner,
}

/// How the comparison of a figure has come out.
enum Compared {
    Right,
    /// Within bounds that leave out a time that nobody can know.
    RightButForTheUnknown,
    Wrong(String),
    /// The part of the shift is not known although there were answers about it.
    Missing,
    /// It is not compared, because most of the window cannot be known.
    Skipped(Blur),
}

impl Answers<'_> {
    pub(in crate::watch::checker) fn check_shifts(
        &self,
        journal: &Journal<'_>,
        spoils: Option<Spoils>,
        verdict: &mut Verdict,
    ) {
        let kinds = |kind: &str| vec![kind.parse().expect("a kind")];
        let kinds =
            Kinds { missed: kinds("missed"), outgoing: kinds("outgoing"), callback: kinds("callback") };
        let measures = Measures { kinds, ..Measures::default() };
        let notified = Notified::all(self, journal);
        let parts = [FollowedPart::Breaks, FollowedPart::Wrapups];
        let parts = parts.map(|part| (part, self.of_part(part), self.unknown(part)));
        for (from, length) in WINDOWS {
            let window = Span { from: moment(from), to: moment(from + length) };
            let mut agent = measures.shift(window, journal.events, journal.coverage);
            if let Some(spoils) = spoils {
                spoils(&mut agent);
            }
            verdict.counts.shifts_checked += 1;
            if let Some(fault) = disagreement(&agent, window) {
                verdict.note(|| format!("the shift of {window:?}: {fault}"));
                verdict.counts.unexpected += 1;
            }
            Self::count(window, "covered", self.check_covered(&agent, window), verdict);
            for (part, answers, unknown) in &parts {
                let looked = Looked::new(self, answers, *part, window, unknown);
                let is_about_breaks = *part == FollowedPart::Breaks;
                let figures = if is_about_breaks {
                    agent.breaks.as_ref().map(|of| (of.time, of.count()))
                } else {
                    agent.wrapups.as_ref().map(|of| (of.time, of.count))
                };
                Self::count(window, &format!("{part:?}"), looked.check(figures), verdict);
                if let Some(figures) = agent.wrapups.as_ref().filter(|_| !is_about_breaks) {
                    for (what, compared) in wrapups::check(&looked, figures, journal.manner) {
                        Self::count(window, what, compared, verdict);
                    }
                }
            }
            for (what, compared) in notifications::check(&notified, agent.tags.as_ref(), window) {
                Self::count(window, what, compared, verdict);
            }
        }
    }

    fn count(window: Span, what: &str, compared: Compared, verdict: &mut Verdict) {
        let counts = &mut verdict.counts;
        counts.shift_figures_checked += usize::from(!matches!(compared, Compared::Skipped(_)));
        match compared {
            Compared::Right => {}
            Compared::RightButForTheUnknown => counts.shift_figures_widened += 1,
            Compared::Wrong(fault) => {
                counts.unexpected += 1;
                verdict.note(|| format!("{what} of {window:?}: {fault}"));
            }
            Compared::Missing => {
                counts.lost += 1;
                verdict.note(|| format!("{what} of {window:?} are not known"));
            }
            Compared::Skipped(Blur::Clock) => counts.figures_skipped_for_a_clock += 1,
            Compared::Skipped(Blur::Agent) => counts.figures_skipped_for_an_agent += 1,
            Compared::Skipped(Blur::Late) => {
                counts.figures_skipped_for_a_late_answer += 1;
            }
        }
    }

    /// Those of which it is known what they showed, in the order in which they came. By our clock, which may have been set
    /// back meanwhile, a later one may be earlier.
    fn of_part(&self, part: FollowedPart) -> Vec<&Answer> {
        self.all.iter().filter(|answer| answer.parts.contains(&part) && !answer.is_late).collect()
    }

    fn our_clock(&self, truth: i64) -> Timestamp {
        moment(truth + self.weather.wall_ahead(truth))
    }

    /// After a longer pause there is a hole.
    fn longest_pause(&self) -> SignedDuration {
        SignedDuration::try_from(self.interval * 3).expect("minutes")
    }

    fn check_covered(&self, agent: &AgentShift, window: Span) -> Compared {
        let unknown = Unknown::of_the_clock(self);
        if let Some(why) = unknown.hides(window) {
            return Compared::Skipped(why);
        }
        let [breaks, wrapups] = [FollowedPart::Breaks, FollowedPart::Wrapups].map(|part| self.answered(part));
        let both = breaks.iter().flat_map(|one| wrapups.iter().filter_map(move |other| one.common(*other)));
        let covered: Duration = both.filter_map(|span| span.common(window)).map(Span::length).sum();
        // What came late ends a hole, and does not join what is before and after it.
        let near = Span { from: window.from - self.longest_pause(), to: window.to + self.longest_pause() };
        let late = self.all.iter().filter(|it| it.is_late && near.from < it.at && it.at < near.to).count();
        let late = self.interval * 3 * u32::try_from(late).expect("few");
        let open = unknown.within(window) + late;
        if covered.abs_diff(agent.covered) > open {
            let found = agent.covered;
            return Compared::Wrong(format!(
                "{found:?}, but answers cover {covered:?}, of which {open:?} are open"
            ));
        }
        unknown.right(window)
    }

    /// When answers about a part came often enough.
    fn answered(&self, part: FollowedPart) -> Vec<Span> {
        let about = self.all.iter().filter(|answer| answer.parts.contains(&part));
        let mut moments: Vec<Timestamp> = about.map(|answer| answer.at).collect();
        moments.sort_unstable();
        let mut spans: Vec<Span> = vec![];
        for at in moments {
            match spans.last_mut() {
                Some(last) if at.duration_since(last.to) <= self.longest_pause() => last.to = at,
                _ => spans.push(Span { from: at, to: at }),
            }
        }
        spans
    }
}

/// What of a shift does not agree with the rest of it.
fn disagreement(agent: &AgentShift, window: Span) -> Option<&'static str> {
    let mut end = window.from;
    for segment in &agent.timeline {
        if segment.span.from != end || segment.span.to <= end {
            return Some("the pieces are not the window");
        }
        end = segment.span.to;
    }
    let of_state = |state, within: Span| {
        let of_state = agent.timeline.iter().filter(move |it| it.state == state);
        of_state.filter_map(|it| it.span.common(within)).map(Span::length).sum::<Duration>()
    };
    let on_break = agent.breaks.as_ref().map_or(Duration::ZERO, |of| of.time.seconds);
    let in_wrapup = agent.wrapups.as_ref().map_or(Duration::ZERO, |of| of.time.seconds);
    let is_unlike = |figures: &BreakFigures| {
        let by_reason: Duration = figures.by_reason.iter().map(|share| share.time.seconds).sum();
        let counts: u32 = figures.by_reason.iter().map(|share| share.count).sum();
        let listed: Duration = figures.list.iter().map(|one| one.time.seconds).sum();
        (by_reason, counts, listed) != (figures.time.seconds, figures.count(), figures.time.seconds)
    };
    let covered: Duration = agent.coverage.iter().map(|span| span.length()).sum();
    let uncovered: Duration = agent.gaps.iter().map(|gap| Span { from: gap.from, to: gap.to }.length()).sum();
    if end != window.to {
        Some("the pieces end before the window")
    } else if of_state(SegmentState::Break, window) != on_break {
        Some("the pieces of breaks do not add up")
    } else if of_state(SegmentState::Wrapup, window) > in_wrapup {
        Some("the pieces of wrap-ups are more than the figure")
    } else if agent.breaks.as_ref().is_some_and(is_unlike) {
        Some("reasons or breaks do not add up")
    } else if covered + uncovered != window.length() {
        Some("coverage and gaps are not the window")
    } else if !do_cells_fit(agent, window, of_state) {
        Some("the cells do not fit the pieces")
    } else {
        None
    }
}

/// Whether each cell is what most of it was, or not seen if that is less than half of it.
fn do_cells_fit(agent: &AgentShift, window: Span, of_state: impl Fn(SegmentState, Span) -> Duration) -> bool {
    const CELLS: usize = 48;
    let line = cells(&agent.timeline, &[], window, CELLS);
    let length = window.length() / u32::try_from(CELLS).expect("small");
    let fits = |(place, cell): (u32, &Cell)| {
        let from = window.from + length * place;
        let of_cell = Span { from, to: from + length };
        let states = [SegmentState::Break, SegmentState::Wrapup, SegmentState::Neither];
        let shares = states.map(|state| of_state(state, of_cell));
        let is_seen = shares.iter().sum::<Duration>() * 2 > length;
        let is_most = |place: usize| is_seen && shares.iter().all(|share| *share <= shares[place]);
        match cell {
            Cell::NotSeen => !is_seen,
            Cell::Break => is_most(0),
            Cell::Wrapup => is_most(1),
            Cell::Neither => is_most(2),
            Cell::Over => false,
        }
    };
    line.len() == CELLS && (0..).zip(&line).all(fits)
}
