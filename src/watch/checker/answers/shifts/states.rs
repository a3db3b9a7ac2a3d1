//! How long and how many breaks or wrap-ups were.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::shift::Bounded;
use crate::floor::timeline::Span;
use crate::watch::checker::agent::Episode;
use crate::watch::checker::answers::shifts::Compared;
use crate::watch::checker::answers::shifts::unknown::{Unknown, merged};
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
    /// When answers came often enough, and the true moment of the last one of each such time: a coverage tells no other.
    covered: Vec<(Span, i64)>,
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
        let last_of = |span: Span| {
            let within = answers.iter().filter(|it| span.from <= it.at && it.at <= span.to);
            (span, within.map(|it| it.truth).max().unwrap_or(i64::MIN))
        };
        let covered = all.answered(part).into_iter().map(last_of).collect();
        Self { all, answers, part, window, unknown, longest: all.longest_pause(), covered }
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
                Some((_, last)) if *last + 1 == place => *last = place,
                _ => runs.push((place, place)),
            }
        }
        let is_in_window = |at: Timestamp| self.window.from <= at && at < self.window.to;
        runs.retain(|run| {
            self.possible(*run).iter().any(|span| span.common(self.window).is_some())
                || self.answers[run.0..=run.1].iter().any(|answer| is_in_window(answer.at))
        });
        runs
    }

    /// The answers of a run, with the one before it and the one after it.
    pub(super) fn around(&self, (first, last): Run) -> Vec<&'a Answer> {
        let run = self.answers[first..(last + 2).min(self.answers.len())].iter();
        self.before(first).into_iter().chain(run.copied()).collect()
    }

    /// The last answer before another one, as far as a coverage tells: if answers came later at times around that of an answer,
    /// because our clock was set back, it tells when those came.
    fn before(&self, first: usize) -> Option<&'a Answer> {
        let shown = self.answers[first];
        let is_told = |it: &&&Answer| {
            let span = self.covered.iter().find(|(span, _)| span.from <= it.at && it.at <= span.to);
            span.is_some_and(|(span, last)| {
                let is_here = |at: Timestamp| span.from <= at && at <= span.to;
                // Of two that are under way at a time, either may come first.
                let is_later = |other: &&Answer| shown.truth + 3 * MINUTE < other.truth && is_here(other.at);
                let is_before =
                    |other: &&Answer| !is_here(shown.at) || shown.at < it.at || other.at < shown.at;
                *last <= shown.truth || !self.answers.iter().any(|other| is_later(other) && is_before(other))
            })
        };
        self.answers[..first].iter().rev().find(is_told).copied()
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

    /// The last answer before a run that denied it, and the first one after it.
    pub(super) fn denied(&self, (first, last): Run) -> (Option<Timestamp>, Option<Timestamp>) {
        (self.before(first).map(|answer| answer.at), self.answers.get(last + 1).map(|answer| answer.at))
    }

    /// When it may have been that a run shows: between the answers around it. Within a coverage it is not known when exactly
    /// answers came. If our clock was set meanwhile, nothing tells when: it may have been at any of that time by what our clock
    /// was before that, and by what it was after.
    fn possible(&self, run: Run) -> Vec<Span> {
        let (before, after) = self.denied(run);
        if !self.is_set(run) {
            let from = before.map_or(Timestamp::MIN, |at| at - self.longest - TAKEN);
            return vec![Span { from, to: after.map_or(Timestamp::MAX, |at| at + TAKEN) }];
        }
        let around = self.around(run);
        let (began, ended) = (around[0].truth, around[around.len() - 1].truth);
        let by_the_clock_of = |(at, truth): (Timestamp, i64)| {
            let ahead = at.duration_since(moment(truth));
            Span { from: moment(began) + ahead - self.unsure(), to: moment(ended) + ahead + self.unsure() }
        };
        let around = around.iter().map(|answer| (answer.at, answer.truth));
        let mut possible: Vec<Span> = around.map(by_the_clock_of).collect();
        if let (None, Some(first)) = (before, possible.first_mut()) {
            first.from = Timestamp::MIN;
        }
        if let (None, Some(last)) = (after, possible.last_mut()) {
            last.to = Timestamp::MAX;
        }
        // By our clock, the end of a coverage may be of a time before that of its last answer.
        let told = self.covered.iter().filter(|(_, last)| (began..=ended).contains(last));
        possible.extend(told.map(|(span, last)| by_the_clock_of((span.to, *last))));
        merged(possible)
    }

    /// How much of the window it may have been. If our clock was set meanwhile, each of several may have been the whole of it.
    fn most(&self, run: Run) -> Duration {
        let most: Duration = self.possible(run).into_iter().map(|span| self.within(span)).sum();
        let (true, (Some(_), Some(_))) = (self.is_set(run), self.denied(run)) else { return most };
        let several = u32::try_from(self.shown_in(run).len() + self.may_be_invented(run)).expect("few");
        let around = self.around(run);
        let passed = around[around.len() - 1].truth - around[0].truth;
        let passed = SignedDuration::from_millis(passed) + self.unsure();
        most.min(Duration::try_from(passed).expect("a later answer") * several)
    }

    /// What a coverage and the clocks of the server leave open of when an answer came.
    fn unsure(&self) -> SignedDuration {
        self.longest * 2 + TAKEN
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

    /// When our clock was set for the last time before the first answer.
    fn set_before_any(&self) -> i64 {
        let first = self.answers.iter().map(|answer| answer.truth).min().unwrap_or(i64::MAX);
        let set = self.all.weather.jumps.iter().map(|(when, _)| *when).filter(|when| *when <= first);
        set.max().unwrap_or(i64::MIN)
    }

    /// What of the bounds is wider than the answers leave it.
    fn fault(&self, time: Bounded) -> Option<String> {
        let unsure = Duration::try_from(self.longest + TAKEN).expect("minutes");
        let (mut most, mut least) = (self.unknown.within(self.window), Duration::ZERO);
        if !self.all.weather.is_dated && !self.all.set_back_in(self.part).is_empty() {
            // Without the server's time, nothing tells until when the first answers showed it, nor since when the later ones did.
            most += self.window.length();
        }
        most += self.shown_late().into_iter().map(|span| self.within(span)).sum::<Duration>();
        for run in self.runs() {
            most += self.most(run);
            // Before each that follows another one, or is invented, a pause may have been.
            let followers = self.shown_in(run).len() - 1 + self.may_be_invented(run);
            let pauses = u32::try_from(1 + followers).expect("few");
            if self.is_certain(run) {
                least += self.shown(run).saturating_sub(unsure * pauses);
            }
        }
        (time.max > most || time.min < least).then(|| format!("answers leave {least:?} to {most:?}"))
    }

    /// When something may have been that only an answer showed before which a later one was recorded.
    fn shown_late(&self) -> Vec<Span> {
        let late = self.all.all.iter().filter(|it| it.is_late && it.parts.contains(&self.part));
        let around = |it: &Answer| {
            let before =
                self.answers.iter().filter(|other| other.truth <= it.truth).max_by_key(|it| it.truth);
            let after = self.answers.iter().filter(|other| it.truth <= other.truth).min_by_key(|it| it.truth);
            let is_in_run = before.into_iter().chain(after).any(|other| other.shows(self.part).is_some());
            let (from, to) =
                (before.map_or(Timestamp::MIN, |it| it.at), after.map_or(Timestamp::MAX, |it| it.at));
            (it.shows(self.part).is_some() && !is_in_run).then_some(Span { from, to })
        };
        late.filter_map(around).collect()
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
                // What our clock showed before it was set, no answer shows, if none had come yet.
                let from = episodes[*one].from.max(looked.set_before_any());
                truth.least += looked.truly_within(from, episodes[*one].to());
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
