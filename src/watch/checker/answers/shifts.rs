//! Shifts that are made of the journal, against the truth and against the answers:
//!
//! - the pieces are the whole window, and add up to the figures; so do the reasons;
//! - how long the breaks and wrap-ups truly were that any answer showed lies within the bounds of the figure;
//! - the bounds are no wider than the answers leave them.
//!
//! The last two are left out of windows near a time that nobody can know: see [`Answers::blur`].

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::shift::{
    AgentShift, Allowances, Bounded, BreakFigures, Cell, Customer, Kinds, Rules, SegmentState, cells, shift,
};
use crate::floor::timeline::intervals::{Interval, intervals};
use crate::floor::timeline::{Coverage, Recorded, Span};
use crate::watch::checker::agent::Episode;
use crate::watch::checker::answers::{Answer, Answers, TAKEN};
use crate::watch::checker::day::{DAY, HOUR, MINUTE, moment};
use crate::watch::checker::verdict::Verdict;

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

impl Answers<'_> {
    pub(in crate::watch::checker) fn check_shifts(
        &self,
        events: &[Recorded],
        coverage: &[Coverage],
        verdict: &mut Verdict,
    ) {
        let intervals = intervals(events.iter().map(|recorded| &recorded.event), coverage);
        let (allowances, kinds) = (Allowances::default(), Kinds::default());
        for (from, length) in WINDOWS {
            let window = Span { from: moment(from), to: moment(from + length) };
            let customer = &Customer::by_number;
            let rules = Rules { window, limits: &[], allowances: &allowances, kinds: &kinds, customer };
            let agent = shift(events, coverage, &rules);
            verdict.counts.shifts_checked += 1;
            if let Some(fault) = disagreement(&agent, window) {
                verdict.note(|| format!("the shift of {window:?}: {fault}"));
                verdict.counts.unexpected += 1;
            }
            let of_breaks = agent.breaks.as_ref().map(|of| (of.time, of.count()));
            let of_wrapups = agent.wrapups.as_ref().map(|of| (of.time, of.count));
            for (part, figures, episodes) in [
                (FollowedPart::Breaks, of_breaks, &self.agent.breaks),
                (FollowedPart::Wrapups, of_wrapups, &self.agent.wrapups),
            ] {
                let answers = self.of_part(part);
                if self.is_near_a_blur(part, &intervals, window) {
                    verdict.counts.shift_figures_blurred += 1;
                    continue;
                }
                let shown = Looked { answers: &answers, part, window, longest: self.longest_pause() };
                let is_known = answers.iter().any(|answer| window.from <= answer.at && answer.at < window.to);
                let Some((time, count)) = figures else {
                    if is_known {
                        verdict.note(|| format!("the {part:?} of {window:?} are not known"));
                        verdict.counts.lost += 1;
                    }
                    continue;
                };
                verdict.counts.shift_figures_checked += 1;
                let is_set =
                    |run| shown.episodes(run).iter().any(|one| self.is_clock_set_in(&episodes[*one]));
                let are_starts_wrong = self.may_invent || shown.runs().into_iter().any(is_set);
                let truth = Truth::of(&shown, episodes, |truth| self.our_clock(truth));
                if let Some(fault) = truth.fault(time, count, are_starts_wrong).or_else(|| shown.fault(time))
                {
                    verdict.note(|| format!("the {part:?} of {window:?}: {time:?} {count}, but {fault}"));
                    verdict.counts.unexpected += 1;
                }
            }
        }
    }

    fn of_part(&self, part: FollowedPart) -> Vec<&Answer> {
        let is_of_part = |answer: &&Answer| answer.parts.contains(&part) && !answer.is_late;
        let mut answers: Vec<&Answer> = self.all.iter().filter(is_of_part).collect();
        answers.sort_by_key(|answer| answer.at);
        answers
    }

    fn our_clock(&self, truth: i64) -> Timestamp {
        moment(truth + self.weather.wall_ahead(truth))
    }

    /// Then a start that the server gives is by the clock of an answer, and not by that which showed it.
    fn is_clock_set_in(&self, episode: &Episode) -> bool {
        self.weather.is_set(episode.from, episode.to())
    }

    fn longest_pause(&self) -> SignedDuration {
        SignedDuration::try_from(self.interval * 3).expect("minutes")
    }

    /// Whether the window, or what of this part reaches into it, is near a time that nobody can know.
    fn is_near_a_blur(&self, part: FollowedPart, intervals: &[Interval], window: Span) -> bool {
        let reaches_in = |interval: &&Interval| {
            interval.part == part
                && interval.start_lo.unwrap_or(Timestamp::MIN) < window.to
                && interval.end_hi.is_none_or(|end| window.from < end)
        };
        let is_blurred = |interval: &Interval| {
            let from = interval.start_lo.unwrap_or(interval.start_hi).min(interval.start_hi);
            self.is_blurred(from, interval.end_hi.unwrap_or(interval.end_lo).max(interval.start_hi))
        };
        self.is_blurred(window.from, window.to) || intervals.iter().filter(reaches_in).any(is_blurred)
    }
}

/// The answers about one part, and a window.
struct Looked<'a> {
    answers: &'a [&'a Answer],
    part: FollowedPart,
    window: Span,
    /// After a longer pause there is a hole.
    longest: SignedDuration,
}

impl Looked<'_> {
    /// The answers in a row that showed something, by their places.
    fn runs(&self) -> Vec<(usize, usize)> {
        let mut runs: Vec<(usize, usize)> = vec![];
        for (place, answer) in self.answers.iter().enumerate() {
            match runs.last_mut() {
                _ if answer.shows(self.part).is_none() => {}
                Some((_, last)) if *last + 1 == place => *last = place,
                _ => runs.push((place, place)),
            }
        }
        runs
    }

    /// From the last answer before a run that denied it until the first one after it. Within a coverage it is not known when
    /// exactly answers came.
    fn widened(&self, (first, last): (usize, usize)) -> Span {
        let before = first.checked_sub(1).map_or(Timestamp::MIN, |place| self.answers[place].at);
        let after = self.answers.get(last + 1).map_or(Timestamp::MAX, |answer| answer.at);
        Span {
            from: before.checked_sub(self.longest + TAKEN).unwrap_or(before),
            to: after.checked_add(TAKEN).unwrap_or(after),
        }
    }

    /// What was shown in a run, in its order.
    fn episodes(&self, (first, last): (usize, usize)) -> Vec<usize> {
        let mut shown: Vec<usize> =
            self.answers[first..=last].iter().filter_map(|answer| answer.shows(self.part)).collect();
        shown.dedup();
        shown
    }

    fn within(&self, span: Span) -> Duration {
        span.common(self.window).map_or(Duration::ZERO, Span::length)
    }

    /// What of the bounds is wider than the answers leave it.
    fn fault(&self, time: Bounded) -> Option<String> {
        let unsure = Duration::try_from(self.longest + TAKEN).expect("minutes");
        let (mut most, mut least) = (Duration::ZERO, Duration::ZERO);
        for run in self.runs() {
            most += self.within(self.widened(run));
            least += self.shown(run).saturating_sub(unsure);
        }
        (time.max > most || time.min < least).then(|| format!("answers leave {least:?} to {most:?}"))
    }

    /// How long answers showed one and the same, without the holes. Where another one follows that no denial parts from the
    /// first, nothing shows when the first ended.
    fn shown(&self, (first, last): (usize, usize)) -> Duration {
        let answers = &self.answers[first..=last];
        if answers.iter().any(|answer| answer.shows(self.part) != answers[0].shows(self.part)) {
            return Duration::ZERO;
        }
        let pairs = answers.windows(2).map(|pair| Span { from: pair[0].at, to: pair[1].at });
        let is_hole = |span: &Span| span.to.duration_since(span.from) > self.longest;
        pairs.filter(|span| !is_hole(span)).map(|span| self.within(span)).sum()
    }
}

/// How long the breaks or wrap-ups truly were within a window that answers showed.
struct Truth {
    /// With the pauses between two that are shorter than the time between two answers, and without any.
    most: Duration,
    least: Duration,
    /// How many there may be.
    fewest: u32,
    greatest: u32,
}

impl Truth {
    fn of(looked: &Looked<'_>, episodes: &[Episode], wall: impl Fn(i64) -> Timestamp) -> Self {
        let mut truth = Self { most: Duration::ZERO, least: Duration::ZERO, fewest: 0, greatest: 0 };
        for run in looked.runs() {
            let answers = &looked.answers[run.0..=run.1];
            let shown = looked.episodes(run);
            let span = |from: usize, to: usize| Span {
                from: wall(episodes[from].from),
                to: wall(episodes[to].to()),
            };
            let mut first = shown[0];
            for pair in answers.windows(2) {
                let both = [pair[0], pair[1]].map(|answer| answer.shows(looked.part));
                let [Some(one), Some(other)] = both else { continue };
                // No answer shows a pause between two; but it is no break where answers did not come often enough.
                if one != other && pair[1].at.duration_since(pair[0].at) > looked.longest {
                    truth.most += looked.within(span(first, one));
                    first = other;
                }
            }
            truth.most += looked.within(span(first, shown[shown.len() - 1]));
            truth.least += shown.iter().map(|one| looked.within(span(*one, *one))).sum::<Duration>();
            let window = looked.window;
            // That it was shown just after the window began, a coverage does not show.
            let begun = window.from + looked.longest;
            let is_in_window = answers.iter().any(|answer| begun <= answer.at && answer.at < window.to);
            truth.fewest += u32::from(is_in_window);
            let may_touch = looked.widened(run).common(window).is_some();
            truth.greatest += if may_touch { u32::try_from(shown.len()).expect("small") } else { 0 };
        }
        truth
    }

    /// `are_starts_wrong` says that the server's starts are by another clock than ours, or creep: then they may bound too much,
    /// and show a second break that is none.
    fn fault(&self, time: Bounded, count: u32, are_starts_wrong: bool) -> Option<String> {
        let Bounded { seconds, min, max } = time;
        let taken = Duration::try_from(TAKEN).expect("a second") * (self.greatest + 1) * 2;
        let is_too_short = max + taken < self.least && !are_starts_wrong;
        let is_too_long = self.most + taken < min;
        let is_miscounted = count < self.fewest || count > self.greatest && !are_starts_wrong;
        let is_unbounded = seconds < min || max < seconds;
        (is_too_short || is_too_long || is_miscounted || is_unbounded).then(|| {
            format!("truly {:?} to {:?}, and {} to {}", self.least, self.most, self.fewest, self.greatest)
        })
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
    let of_state = |state| {
        let of_state = agent.timeline.iter().filter(move |it| it.state == state);
        of_state.map(|it| it.span.length()).sum::<Duration>()
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
    let line = cells(&agent.timeline, &[], window, 48);
    let is_not_seen = agent.timeline.iter().all(|it| it.state == SegmentState::NotSeen);
    if end != window.to {
        Some("the pieces end before the window")
    } else if of_state(SegmentState::Break) != on_break {
        Some("the pieces of breaks do not add up")
    } else if of_state(SegmentState::Wrapup) > in_wrapup {
        Some("the pieces of wrap-ups are more than the figure")
    } else if agent.breaks.as_ref().is_some_and(is_unlike) {
        Some("reasons or breaks do not add up")
    } else if covered != agent.covered || covered + uncovered != window.length() {
        Some("coverage and gaps are not the window")
    } else if line.len() != 48
        || line.iter().all(|cell| *cell == Cell::NotSeen) != is_not_seen && covered.is_zero()
    {
        Some("the cells do not fit the pieces")
    } else {
        None
    }
}
