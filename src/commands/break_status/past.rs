//! `break-status --since`: the breaks of a window, those that are over with their ends.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::console::Outcome;
use crate::app::fleet::{Answers, Unanswered};
use crate::app::journal::keeper::Keeper;
use crate::client::Answer;
use crate::commands::break_status::rows::{DOCUMENT, row, seconds_between, urgency};
use crate::commands::shared::coverage::CoverageOfAll;
use crate::commands::shared::window::Window;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Break;
use crate::floor::event::FollowedPart;
use crate::floor::overview::Urgency;
use crate::floor::timeline::intervals::Interval;
use crate::report::{Report, Row, Value};

const PART: FollowedPart = FollowedPart::Breaks;

pub(super) struct PastBreaks<'a> {
    pub(super) keeper: Option<&'a Keeper<'a>>,
    pub(super) window: Window,
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    /// Whether a gap in the window is a "no".
    pub(super) requires_coverage: bool,
    pub(super) unanswered: Unanswered,
}

impl PastBreaks<'_> {
    /// What was recorded, if an answer in the window was: whether the agent is on break now, it does not say.
    pub(super) fn without_answer(&self, profile: &str, failure: Failure) -> Result<Answer<Break>, Failure> {
        let last = self.keeper.and_then(|keeper| Some((keeper, keeper.last_answer(profile, PART)?)));
        let Some((keeper, as_of)) = last.filter(|(_, as_of)| self.window.since <= *as_of) else {
            return Err(failure);
        };
        self.unanswered.add(profile, failure);
        let agent_id = keeper.agent_id(profile);
        Ok(Answer::recorded(Break { agent_id, ..Break::default() }, as_of))
    }

    pub(super) fn outcome(&self, mut answers: Answers<Answer<Break>>) -> Outcome {
        let mut status = answers.status();
        let failures = answers.take_failures();
        let mut coverage = CoverageOfAll::default();
        let (mut notes, mut present, mut over) = (vec![], vec![], vec![]);
        let has_something = !answers.answered.is_empty();
        for (profile, mut answer) in answers.answered {
            notes.append(&mut answer.notes);
            let (recorded, agent_since) = self.recorded(&profile, &answer, &mut coverage);
            let is_answered = !self.unanswered.holds(&profile);
            let (open, earlier): (Vec<Interval>, Vec<Interval>) =
                recorded.into_iter().partition(|interval| is_answered && interval.open);
            over.extend(earlier.iter().map(|interval| {
                let row = earlier_row(&profile, interval, &answer);
                let is_of_another = agent_since.is_some_and(|since| interval.start_hi < since);
                // Who that was, the answer does not say.
                let nobody = || row.clone().with("agent_id", None::<&str>).with("user_id", None::<&str>);
                (start(interval), if is_of_another { nobody() } else { row })
            }));
            if answer.value.on_break {
                // The server may not say when it began.
                let seen = open.last().filter(|_| answer.value.since.is_none());
                answer.value.since = answer.value.since.or_else(|| seen.map(start));
                let earliest = seen.map_or(answer.value.since, earliest);
                let (urgency, is_about) = (urgency(&answer), seen.is_some_and(is_about));
                let row = row(profile, answer).with("since_min", earliest);
                let row = if is_about { row.about(&["since", "for_seconds"]) } else { row };
                present.push((urgency, row));
            }
        }
        present.sort_by_key(|(urgency, _): &(Urgency, Row)| *urgency);
        over.sort_by_key(|(start, _)| std::cmp::Reverse(*start));
        let rows = present.into_iter().map(|(_, row)| row).chain(over.into_iter().map(|(_, row)| row));
        let is_known = !coverage.is_empty();
        let tail = Row::new(DOCUMENT.tail);
        let tail = if is_known { coverage.fill(tail) } else { tail };
        let only_present = match self.keeper {
            None => Some(
                "without a journal only the present breaks are known; `deepcall journal on` has one kept",
            ),
            Some(_) if has_something => Some(
                "only the present breaks are known: the journal holds none of these profiles; \
                 `deepcall journal on` has it record every profile",
            ),
            Some(_) => None,
        };
        notes.extend(coverage.sentence(self.now, self.zone).or(only_present.map(str::to_owned)));
        if self.requires_coverage && status == ExitStatus::Done && (!is_known || coverage.has_gap()) {
            status = ExitStatus::No;
        }
        Outcome { report: Report { tail, failures, notes, ..Report::new(&DOCUMENT, rows.collect()) }, status }
    }

    /// The breaks in the window, and since when the session answers for its present agent, if it had another one.
    fn recorded(
        &self,
        profile: &str,
        answer: &Answer<Break>,
        coverage: &mut CoverageOfAll,
    ) -> (Vec<Interval>, Option<Timestamp>) {
        let is_answered = !self.unanswered.holds(profile);
        let span = self.window.until_answer(if is_answered { answer.as_of } else { self.now });
        let Some(past) = self.keeper.and_then(|keeper| keeper.intervals(profile, span.from)) else {
            return (vec![], None);
        };
        coverage.add(profile, &past.coverage, PART, span);
        let is_wanted = |it: &Interval| it.part == PART && it.possible().to >= span.from;
        (past.intervals.into_iter().filter(is_wanted).collect(), past.agent_since)
    }
}

/// As the server gave it, or else when it was first seen.
fn start(interval: &Interval) -> Timestamp {
    interval.since.unwrap_or(interval.start_hi)
}

/// When it began at the earliest; `None` if no answer had denied it before.
fn earliest(interval: &Interval) -> Option<Timestamp> {
    interval.since.or(interval.start_lo)
}

/// Whether it is not known to the minute when it began.
fn is_about(interval: &Interval) -> bool {
    earliest(interval).is_none_or(|earliest| is_apart(earliest, start(interval)))
}

fn is_apart(earliest: Timestamp, latest: Timestamp) -> bool {
    seconds_between(earliest, latest) >= 60
}

/// The row of a break that is over, or that went on at the last answer, which is not one of now.
fn earlier_row(profile: &str, interval: &Interval, answer: &Answer<Break>) -> Row {
    let until = interval.latest_end().unwrap_or(interval.end_lo);
    let seconds = seconds_between(start(interval), until).max(0);
    let is_about_end = interval.open || is_apart(interval.end_lo, until);
    let about: &[&str] = match (is_about(interval), is_about_end) {
        (false, false) => &[],
        (true, false) => &["since", "for_seconds"],
        (false, true) => &["until", "for_seconds"],
        (true, true) => &["since", "until", "for_seconds"],
    };
    Row::new(DOCUMENT.fields)
        .with("profile", profile)
        .with("on_break", (!interval.open).then_some(false))
        .with("reason", interval.reasons.last().cloned())
        .with("since", start(interval))
        .with("until", (!interval.open).then_some(until))
        .with("for_seconds", Value::Seconds(seconds))
        .with("since_min", earliest(interval))
        .with("until_min", interval.end_lo)
        .with("agent_id", answer.value.agent_id.clone())
        .with("user_id", answer.value.user_id.clone())
        .with("as_of", answer.as_of)
        .about(about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::at;

    fn interval(since: Option<i64>, start: (Option<i64>, i64), end: (i64, i64)) -> Interval {
        Interval {
            part: PART,
            start_lo: start.0.map(at),
            start_hi: at(start.1),
            end_lo: at(end.0),
            end_hi: Some(at(end.1)),
            left_at: None,
            follows: false,
            open: false,
            reasons: vec![],
            since: since.map(at),
            ends_at: None,
            ahead: None,
            clock_set: None,
            call_id: None,
            customer: None,
        }
    }

    #[test]
    fn a_moment_that_is_not_known_to_the_minute_is_marked_and_has_its_bounds() {
        let answer = Answer::recorded(Break::default(), at(9000));
        // When the server said that it began, the bounds of its start and of its end; which of the three values are marked.
        let table = [
            (Some(95), (None, 100), (400, 415), [false, false, false]),
            (Some(95), (None, 100), (400, 1600), [false, true, true]),
            (None, (Some(85), 100), (400, 415), [false, false, false]),
            (None, (Some(40), 100), (400, 415), [true, false, true]),
            (None, (None, 100), (400, 415), [true, false, true]),
            (None, (None, 100), (400, 460), [true, true, true]),
        ];
        for (since, start, end, marked) in table {
            let row = earlier_row("asha", &interval(since, start, end), &answer);
            let is_marked = |key| matches!(row.get(key), Value::About(_));
            assert_eq!(
                ["since", "until", "for_seconds"].map(is_marked),
                marked,
                "{since:?} {start:?} {end:?}"
            );
            assert!(matches!(row.get("until_min"), Value::Time(lo) if *lo == at(end.0)));
            let earliest = since.or(start.0).map(at);
            match row.get("since_min") {
                Value::Time(lo) => assert_eq!(Some(*lo), earliest),
                value => assert!(value.is_absent() && earliest.is_none()),
            }
        }
    }
}
