//! How long and how many breaks or wrap-ups were.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::shift::Bounded;
use crate::floor::timeline::Span;
use crate::watch::checker::agent::Episode;
use crate::watch::checker::answers::shifts::Compared;
use crate::watch::checker::answers::shifts::unknown::Unknown;
use crate::watch::checker::answers::{Answer, Answers, TAKEN};
use crate::watch::checker::day::{DAY, MINUTE, moment};

/// The answers about one part, and a window.
pub(super) struct Looked<'a> {
    pub(super) all: &'a Answers<'a>,
    pub(super) answers: &'a [&'a Answer],
    part: FollowedPart,
    pub(super) window: Span,
    pub(super) unknown: &'a Unknown,
    /// After a longer pause there is a hole.
    pub(super) longest: SignedDuration,
}

/// The places of answers in a row that showed something.
pub(super) type Run = (usize, usize);

impl<'a> Looked<'a> {
    pub(super) fn new(
        all: &'a Answers<'a>,
        answers: &'a [&'a Answer],
        part: FollowedPart,
        window: Span,
        unknown: &'a Unknown,
    ) -> Self {
        Self { all, answers, part, window, unknown, longest: all.longest_pause() }
    }

    pub(super) fn check(&self, figures: Option<(Bounded, u32)>) -> Compared {
        if let Some(why) = self.unknown.hides(self.window) {
            return Compared::Skipped(why);
        }
        let Some((time, count)) = figures else {
            let is_known = self.answers.iter().any(|it| self.window.from <= it.at && it.at < self.window.to);
            return if is_known { Compared::Missing } else { Compared::Right };
        };
        match Truth::of(self).fault(time, count).or_else(|| self.fault(time)) {
            Some(fault) => Compared::Wrong(format!("{time:?} {count}, but {fault}")),
            None => self.unknown.right(self.window),
        }
    }

    pub(super) fn shows(&self, place: usize) -> Option<usize> {
        self.answers[place].shows(self.part)
    }

    fn episodes(&self) -> &'a [Episode] {
        self.all.episodes(self.part)
    }

    /// Those that may reach into the window.
    pub(super) fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = vec![];
        for place in 0..self.answers.len() {
            match runs.last_mut() {
                _ if self.shows(place).is_none() => {}
                // Those to which our clock went back do not continue what was at that time before.
                Some((_, last)) if *last + 1 == place && self.goes_on(place) => *last = place,
                _ => runs.push((place, place)),
            }
        }
        runs.retain(|run| self.widened(*run).common(self.window).is_some());
        runs
    }

    fn goes_on(&self, place: usize) -> bool {
        // Of two that are under way at a time, either may come first.
        self.answers[place - 1].truth <= self.answers[place].truth + 3 * MINUTE
    }

    /// The answers of a run, with the one before it and the one after it.
    fn around(&self, (first, last): Run) -> &'a [&'a Answer] {
        &self.answers[first.saturating_sub(1)..(last + 2).min(self.answers.len())]
    }

    /// Whether our clock was set between these answers.
    pub(super) fn is_set(&self, run: Run) -> bool {
        self.around(run).windows(2).any(|pair| {
            let (from, to) = (pair[0].truth.min(pair[1].truth), pair[0].truth.max(pair[1].truth));
            self.all.weather.is_set(from, to)
        })
    }

    /// Whether it was shown when it is said to have been. Of what went on as our clock was set, nothing may tell that.
    fn is_certain(&self, run: Run) -> bool {
        let [from, to] = [run.0, run.1].map(|place| self.answers[place].at);
        !self.is_set(run) && !self.unknown.touches(Span { from, to })
    }

    /// Whether our clock was set forth between two answers, so that it showed more time than passed.
    fn is_set_forth(&self, [one, other]: [&Answer; 2]) -> bool {
        let passed = Duration::from_millis((other.truth - one.truth).unsigned_abs());
        one.truth <= other.truth && Span { from: one.at, to: other.at }.length() > passed + self.unsure()
    }

    fn unsure(&self) -> Duration {
        Duration::try_from(self.longest * 2 + TAKEN).expect("minutes")
    }

    /// How much of the window lies between answers of a run between which our clock was set forth. If it showed later times
    /// between them, nothing tells how long it was by our clock.
    fn skipped(&self, run: Run) -> Duration {
        let pairs = self.around(run).windows(2).filter(|pair| self.is_set_forth([pair[0], pair[1]]));
        let is_next = |pair: &&[&Answer]| {
            self.answers.iter().all(|it| it.truth <= pair[0].truth || pair[1].truth <= it.truth)
        };
        pairs.filter(is_next).map(|pair| self.within(Span { from: pair[0].at, to: pair[1].at })).sum()
    }

    /// How much of the window something may have been that an answer showed before or after our clock was set forth: no
    /// longer than it took, at times without answers. Of two, each may have been the whole of it, beside what else our clock
    /// showed at those times.
    fn unplaced(&self) -> Duration {
        let mut answers = self.answers.to_vec();
        answers.sort_by_key(|answer| answer.truth);
        let answered = self.all.answered(self.part);
        let set = answers.windows(2).filter(|pair| self.is_set_forth([pair[0], pair[1]]));
        let in_window = |span: Span| span.common(self.window).map_or(Duration::ZERO, Span::length);
        // Where our clock showed a time twice, it is not known when the first of the later answers came.
        let set_back = self.all.weather.jumps.iter().map(|(_, by)| by.min(&0).unsigned_abs()).sum();
        let set_back = Duration::from_millis(set_back);
        let unplaced = |pair: &[&Answer]| {
            let hole = Span { from: pair[0].at, to: pair[1].at };
            let answered = answered.iter().filter_map(|span| span.common(hole));
            let answered: Duration = answered.map(in_window).sum();
            let passed = Duration::from_millis((pair[1].truth - pair[0].truth).unsigned_abs()) + set_back;
            let shown: BTreeSet<usize> = pair.iter().filter_map(|answer| answer.shows(self.part)).collect();
            let each = in_window(hole).saturating_sub(answered).min(passed + self.unsure());
            each * u32::try_from(shown.len()).expect("two")
        };
        set.map(unplaced).sum()
    }

    /// What went on as our clock was set back may have been for as long as it took, after the last answer before it and before
    /// the first one after it by our clock, beside what else that showed then; at any time if the server sends none.
    fn shown_again(&self) -> Duration {
        let set_back = self.all.set_back_in(self.part);
        if !self.all.weather.is_dated && !set_back.is_empty() {
            return self.window.length();
        }
        let in_window = |from: Timestamp, to: Timestamp| {
            Span { from, to }.common(self.window).map_or(Duration::ZERO, Span::length)
        };
        let near = |it: &Episode| {
            let before = self.answers.iter().filter(|answer| answer.truth <= it.from);
            let after = self.answers.iter().filter(|answer| it.to() <= answer.truth);
            let before = before.max_by_key(|answer| answer.truth).map(|it| (it.at, it.truth));
            let after = after.min_by_key(|answer| answer.truth).map(|it| (it.at, it.truth));
            let (first, began) = before.unwrap_or((self.all.our_clock(it.from), it.from));
            let (last, ended) = after.unwrap_or((self.all.our_clock(it.to()), it.to()));
            let passed = SignedDuration::from_millis(ended - began) + self.longest * 2;
            in_window(first - self.longest, first + passed) + in_window(last - passed, last + self.longest)
        };
        set_back.into_iter().map(near).sum()
    }

    /// The last answer before a run that denied it, and the first one after it.
    pub(super) fn denied(&self, (first, last): Run) -> (Option<Timestamp>, Option<Timestamp>) {
        let before = first.checked_sub(1).map(|place| self.answers[place].at);
        (before, self.answers.get(last + 1).map(|answer| answer.at))
    }

    /// The same as a span. Within a coverage it is not known when exactly answers came. Those of a time to which our clock was
    /// set back later, or from which it was set back before, deny nothing.
    fn widened(&self, (first, last): Run) -> Span {
        let answers = self.answers;
        let is_earlier = |it: &&&Answer| it.truth <= answers[first].truth + 3 * MINUTE;
        let is_later = |it: &&&Answer| answers[last].truth <= it.truth + 3 * MINUTE;
        let before = answers[..first].iter().rev().find(is_earlier).map_or(Timestamp::MIN, |it| it.at);
        let after = answers[last + 1..].iter().find(is_later).map_or(Timestamp::MAX, |it| it.at);
        Span {
            from: before.checked_sub(self.longest + TAKEN).unwrap_or(before),
            to: after.checked_add(TAKEN).unwrap_or(after),
        }
    }

    /// What was shown in a run, in its order.
    pub(super) fn shown_in(&self, (first, last): Run) -> Vec<usize> {
        let mut shown: Vec<usize> = (first..=last).filter_map(|place| self.shows(place)).collect();
        shown.dedup();
        shown
    }

    /// How often answers of a run were too far apart.
    pub(super) fn holes(&self, (first, last): Run) -> usize {
        self.answers[first..=last].windows(2).filter(|pair| self.is_hole(pair)).count()
    }

    fn is_hole(&self, pair: &[&Answer]) -> bool {
        pair[1].at.duration_since(pair[0].at) > self.longest
    }

    /// How much of a span lies in the window, and can be known.
    fn within(&self, span: Span) -> Duration {
        let common = span.common(self.window);
        common.map_or(Duration::ZERO, |span| span.length().saturating_sub(self.unknown.within(span)))
    }

    /// The same of a true time, until the day is over.
    fn truly_within(&self, from: i64, to: i64) -> Duration {
        let pieces = self.all.weather.shown(from, to.min(DAY).max(from)).into_iter();
        pieces.map(|(from, to)| self.within(Span { from: moment(from), to: moment(to) })).sum()
    }

    /// What of the bounds is wider than the answers leave it.
    fn fault(&self, time: Bounded) -> Option<String> {
        let unsure = Duration::try_from(self.longest + TAKEN).expect("minutes");
        let unknown = self.unknown.within(self.window);
        let (mut most, mut least) = (unknown + self.unplaced() + self.shown_again(), Duration::ZERO);
        for run in self.runs() {
            most += self.within(self.widened(run)).saturating_sub(self.skipped(run));
            // Before each that follows another one, or is invented, a pause may have been.
            let followers = self.shown_in(run).len() - 1 + self.may_be_invented(run);
            let pauses = u32::try_from(1 + followers).expect("few");
            if self.is_certain(run) {
                least += self.shown(run).saturating_sub(unsure * pauses);
            }
        }
        (time.max > most || time.min < least).then(|| format!("answers leave {least:?} to {most:?}"))
    }

    /// How long a run is, without the holes.
    fn shown(&self, (first, last): Run) -> Duration {
        let pairs = self.answers[first..=last].windows(2).filter(|pair| !self.is_hole(pair));
        pairs.map(|pair| self.within(Span { from: pair[0].at, to: pair[1].at })).sum()
    }

    /// How many second breaks a run may be reported as that are none: their starts creep, or are by another clock than ours.
    fn may_be_invented(&self, run: Run) -> usize {
        let is_of_breaks = self.part == FollowedPart::Breaks;
        if is_of_breaks && self.all.may_invent { self.holes(run) + self.all.weather.jumps.len() } else { 0 }
    }

    /// By how much the start that the server gave may be too late by our clock. `first` is the first answer that showed it.
    fn start_is_late_by(&self, episode: &Episode, first: Timestamp) -> Duration {
        let age =
            Duration::try_from(first.duration_since(self.all.our_clock(episode.from))).unwrap_or_default();
        let ahead = self.all.weather.wall_ahead(episode.from).unsigned_abs();
        let (is_of_breaks, is_dated) = (self.part == FollowedPart::Breaks, self.all.weather.is_dated);
        let crept = if is_of_breaks && self.all.creeps { length(episode) / 60 } else { Duration::ZERO };
        let untold =
            if is_of_breaks && !is_dated { Duration::from_millis(ahead).min(age) } else { Duration::ZERO };
        crept + untold
    }
}

fn length(episode: &Episode) -> Duration {
    Duration::from_millis((episode.to() - episode.from).unsigned_abs())
}

/// How long the breaks or wrap-ups truly were within a window that answers showed.
struct Truth {
    /// With the pauses between two that are shorter than the time between two answers, with what is unknown, and without any.
    most: Duration,
    least: Duration,
    /// By how much starts may be too late.
    late: Duration,
    /// How many there may be.
    fewest: usize,
    greatest: usize,
}

impl Truth {
    fn of(looked: &Looked<'_>) -> Self {
        let (window, unknown) = (looked.window, looked.unknown);
        let mut truth = Self {
            most: unknown.within(window),
            least: Duration::ZERO,
            late: Duration::ZERO,
            fewest: 0,
            greatest: unknown.count(window),
        };
        let episodes = looked.episodes();
        let mut all = BTreeSet::new();
        for run in looked.runs() {
            let shown = looked.shown_in(run);
            let span = |from: usize, to: usize| looked.truly_within(episodes[from].from, episodes[to].to());
            let mut first = shown[0];
            for place in run.0..run.1 {
                let (Some(one), Some(other)) = (looked.shows(place), looked.shows(place + 1)) else {
                    continue;
                };
                // No answer shows a pause between two; but it is no break where answers did not come often enough.
                if one != other && looked.is_hole(&looked.answers[place..=place + 1]) {
                    truth.most += span(first, one);
                    first = other;
                }
            }
            truth.most += span(first, shown[shown.len() - 1]);
            for one in shown.iter().filter(|one| all.insert(**one)) {
                truth.least += span(*one, *one);
                truth.late += looked.start_is_late_by(&episodes[*one], looked.answers[run.0].at);
            }
            // That it was shown just after the window began, a coverage does not show.
            let begun = window.from + looked.longest;
            let is_in_window = looked.is_certain(run)
                && looked.answers[run.0..=run.1].iter().any(|it| begun <= it.at && it.at < window.to);
            truth.fewest += usize::from(is_in_window);
            truth.greatest += shown.len() + looked.may_be_invented(run);
        }
        truth
    }

    fn fault(&self, time: Bounded, count: u32) -> Option<String> {
        let Bounded { seconds, min, max } = time;
        let count = usize::try_from(count).expect("few");
        let taken =
            Duration::try_from(TAKEN).expect("a second") * u32::try_from(self.greatest + 1).expect("few") * 2;
        let is_too_short = max + taken + self.late < self.least;
        let is_too_long = self.most + taken < min;
        let is_miscounted = count < self.fewest || count > self.greatest;
        let is_unbounded = seconds < min || max < seconds;
        (is_too_short || is_too_long || is_miscounted || is_unbounded).then(|| {
            format!("truly {:?} to {:?}, and {} to {}", self.least, self.most, self.fewest, self.greatest)
        })
    }
}
