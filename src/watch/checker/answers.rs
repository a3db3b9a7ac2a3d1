//! Every answer that was recorded, against what can be made of the journal:
//!
//! - coverage begins and ends with an answer, holds every answer, and is nowhere longer without one than its rule allows;
//! - each answer lies in an interval of its part if it showed a break or a wrap-up, and in none if it denied one;
//! - the bounds of each interval hold the moments at which the break or wrap-up truly began and ended, and the lower bound
//!   of its start is not earlier than the answers before it allow.
//!
//! Some times are left out of the second and third, because events and coverage cannot show what was then: see
//! [`Blur`].

pub(super) mod shifts;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::{Event, FollowedPart};
use crate::floor::pause::WINDOW;
use crate::floor::timeline::intervals::{Interval, intervals};
use crate::floor::timeline::{Coverage, Span};
use crate::watch::checker::agent::{AgentDay, Episode};
use crate::watch::checker::day::{SECOND, Weather, moment};
use crate::watch::checker::verdict::Verdict;

/// An answer that was recorded.
pub(super) struct Answer {
    /// When it came, by our wall clock, and the true moment at which the server wrote it.
    pub(super) at: Timestamp,
    pub(super) truth: i64,
    /// Whether a later one was recorded before it.
    pub(super) is_late: bool,
    /// The parts for which it counts.
    pub(super) parts: Vec<FollowedPart>,
    /// The break and the wrap-up that there truly was.
    pub(super) on_break: Option<usize>,
    pub(super) in_wrapup: Option<usize>,
}

impl Answer {
    fn shows(&self, part: FollowedPart) -> Option<usize> {
        if part == FollowedPart::Breaks { self.on_break } else { self.in_wrapup }
    }
}

pub(super) struct Answers<'a> {
    agent: &'a AgentDay,
    weather: &'a Weather,
    interval: Duration,
    /// Whether a second break may be reported that is none: its start creeps, or is by another clock than ours.
    may_invent: bool,
    /// Whether starts creep.
    creeps: bool,
    all: Vec<Answer>,
    blurred: Vec<(Blur, Span)>,
}

/// Why nobody can know what was at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blur {
    /// Our clock showed it twice, because it was set back: nothing tells which of the two had answers.
    Clock,
    /// From when a session had begun to answer for somebody else, until that was reported.
    Agent,
    /// An answer reported a break although a later one, recorded before it, had denied it: the answers between them are in
    /// no event.
    Late,
}

/// A moment lies within an answer, which takes a second at most.
const TAKEN: SignedDuration = SignedDuration::from_millis(SECOND);

impl<'a> Answers<'a> {
    pub(super) fn new(
        agent: &'a AgentDay,
        weather: &'a Weather,
        interval: Duration,
        may_invent: bool,
        creeps: bool,
    ) -> Self {
        let mut answers = Self { agent, weather, interval, may_invent, creeps, all: vec![], blurred: vec![] };
        for (when, by) in weather.jumps.iter().filter(|(_, by)| *by < 0) {
            let (before, after) = (weather.wall_ahead(when - 1), weather.wall_ahead(*when));
            debug_assert!(*by < 0 && after < before);
            answers.blur(Blur::Clock, moment(when + after), moment(when + before));
        }
        answers
    }

    fn episodes(&self, part: FollowedPart) -> &'a [Episode] {
        if part == FollowedPart::Breaks { &self.agent.breaks } else { &self.agent.wrapups }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn add(&mut self, answer: Answer) {
        self.all.push(answer);
    }

    /// Leaves a time out, and what is near it, because nobody can know what was then.
    pub(super) fn blur(&mut self, why: Blur, from: Timestamp, to: Timestamp) {
        self.blurred.push((why, Span { from, to: to.max(from) }));
    }

    fn is_blurred_for(&self, why: Blur, from: Timestamp, to: Timestamp) -> bool {
        let near = SignedDuration::try_from(self.interval * 8).expect("minutes");
        let blurs = self.blurred.iter().filter(|(it, _)| *it == why);
        blurs.map(|(_, blur)| blur).any(|blur| from <= blur.to + near && blur.from - near <= to)
    }

    fn is_blurred(&self, from: Timestamp, to: Timestamp) -> bool {
        [Blur::Clock, Blur::Agent, Blur::Late].into_iter().any(|why| self.is_blurred_for(why, from, to))
    }

    /// Whether our clock showed the true moment `truth` only once, and what it showed.
    pub(super) fn wall(&self, truth: i64) -> Option<Timestamp> {
        let at = moment(truth + self.weather.wall_ahead(truth));
        (!self.is_blurred(at, at)).then_some(at)
    }

    pub(super) fn check(&self, events: &[&Event], coverage: &[Coverage], verdict: &mut Verdict) {
        for part in [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups] {
            self.check_coverage(part, coverage, verdict);
        }
        let intervals = intervals(events.iter().copied(), coverage);
        for (part, episodes) in
            [(FollowedPart::Breaks, &self.agent.breaks), (FollowedPart::Wrapups, &self.agent.wrapups)]
        {
            let mut answers: Vec<&Answer> =
                self.all.iter().filter(|answer| answer.parts.contains(&part)).collect();
            answers.sort_by_key(|answer| answer.at);
            let own: Vec<&Interval> = intervals.iter().filter(|interval| interval.part == part).collect();
            self.check_answers(part, &own, &answers, verdict);
            for interval in own {
                self.check_bounds(interval, episodes, &answers, verdict);
            }
        }
    }

    fn check_coverage(&self, part: FollowedPart, coverage: &[Coverage], verdict: &mut Verdict) {
        let answers = self.all.iter().filter(|answer| answer.parts.contains(&part));
        let mut moments: Vec<Timestamp> = answers.map(|answer| answer.at).collect();
        moments.sort_unstable();
        let mut rows: Vec<&Coverage> = coverage.iter().filter(|row| row.part == part).collect();
        rows.sort_by_key(|row| row.from);
        let longest = if part == FollowedPart::Tags { WINDOW } else { self.interval * 3 };
        let longest = SignedDuration::try_from(longest).expect("an hour");
        let is_far = |pair: &[Timestamp]| pair[1].duration_since(pair[0]) > longest;
        for row in &rows {
            verdict.counts.coverage_rows += 1;
            let within = &moments
                [moments.partition_point(|at| *at < row.from)..moments.partition_point(|at| *at <= row.to)];
            let ends = (within.first(), within.last());
            if ends != (Some(&row.from), Some(&row.to)) || within.windows(2).any(is_far) {
                verdict.note(|| format!("no answers for {row:?}, but {ends:?}"));
                verdict.counts.unexpected += 1;
            }
        }
        for pair in rows.windows(2) {
            if pair[1].from < pair[0].to {
                verdict.note(|| format!("coverage overlaps: {pair:?}"));
                verdict.counts.unexpected += 1;
            }
        }
        let is_covered = |at: &&Timestamp| {
            let next = rows.partition_point(|row| row.from <= **at);
            next.checked_sub(1).is_some_and(|place| **at <= rows[place].to)
        };
        let lost = moments.iter().filter(|at| !is_covered(at)).count();
        if lost > 0 {
            verdict.note(|| format!("{lost} answers about {part:?} are not covered"));
        }
        verdict.counts.lost += lost;
    }

    fn check_answers(
        &self,
        part: FollowedPart,
        intervals: &[&Interval],
        answers: &[&Answer],
        verdict: &mut Verdict,
    ) {
        for answer in
            answers.iter().filter(|answer| !answer.is_late && !self.is_blurred(answer.at, answer.at))
        {
            verdict.counts.answers_checked += 1;
            let holds = |it: &&&Interval| {
                let is_over = it.end_hi.map_or(!it.open && it.end_lo < answer.at, |end| end <= answer.at);
                it.start_hi <= answer.at && !is_over
            };
            let found = intervals.iter().find(holds);
            match (answer.shows(part), found) {
                (Some(_), None) => {
                    verdict.note(|| format!("no interval of {part:?} holds {}", answer.at));
                    verdict.counts.lost += 1;
                }
                (None, Some(interval)) => {
                    verdict.note(|| format!("the answer of {} denies {interval:?}", answer.at));
                    verdict.counts.unexpected += 1;
                }
                _ => {}
            }
        }
    }

    fn check_bounds(
        &self,
        interval: &Interval,
        episodes: &[Episode],
        answers: &[&Answer],
        verdict: &mut Verdict,
    ) {
        let Interval { part, start_lo, start_hi, end_lo, end_hi, .. } = *interval;
        let span = (start_lo.unwrap_or(start_hi).min(start_hi), end_hi.unwrap_or(end_lo).max(start_hi));
        if self.is_blurred(span.0, span.1) {
            verdict.counts.intervals_blurred += 1;
            return;
        }
        verdict.counts.intervals_checked += 1;
        let mut is_wrong = |what: &str| {
            verdict.note(|| format!("{what} of {interval:?}"));
            verdict.counts.unexpected += 1;
        };
        if start_lo.is_some_and(|lo| lo > start_hi)
            || end_lo < start_hi
            || end_hi.is_some_and(|hi| hi < end_lo)
        {
            return is_wrong("the order of the bounds");
        }
        let wall = |truth: i64| moment(truth + self.weather.wall_ahead(truth));
        let first = answers.iter().filter(|answer| answer.at == start_hi).find_map(|it| it.shows(part));
        let Some(first) = first else { return is_wrong("no answer shows the start") };
        let before = answers[..answers.partition_point(|answer| answer.at < start_hi)].last();
        let is_second = before.is_some_and(|before| before.shows(part).is_some());
        let apart = SignedDuration::try_from(self.interval * 3).expect("minutes");
        match (start_lo, before) {
            (None, Some(_)) => is_wrong("the lower bound of the start is missing"),
            (Some(lo), _) if lo > wall(episodes[first].from) + TAKEN && !(is_second && self.may_invent) => {
                is_wrong(&format!("the true start {}", wall(episodes[first].from)));
            }
            (Some(lo), Some(before)) if !is_second && lo < before.at.min(start_hi - apart) => {
                is_wrong(&format!("the answer of {} before the start", before.at));
            }
            _ => {}
        }
        let shown = |answer: &&&Answer| start_hi <= answer.at && end_hi.is_none_or(|hi| answer.at < hi);
        let after = answers.iter().find(|answer| Some(answer.at) == end_hi).and_then(|it| it.shows(part));
        let mut last = answers.iter().filter(shown).filter_map(|answer| answer.shows(part));
        let Some(last) = last.rfind(|last| Some(*last) != after) else { return };
        let end = wall(episodes[last].to());
        if end_lo > end + TAKEN && !(after.is_some() && self.may_invent) {
            is_wrong(&format!("the true end {end}"));
        } else if end_hi.is_some_and(|hi| hi + TAKEN < end) {
            is_wrong(&format!("the upper bound of the true end {end}"));
        }
    }
}
