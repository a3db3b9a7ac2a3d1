//! `break-status --since`: the breaks of a window, those that are over with their ends.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::console::Outcome;
use crate::app::fleet::Answers;
use crate::app::journal::keeper::Keeper;
use crate::client::Answer;
use crate::commands::break_status::rows::{DOCUMENT, row, seconds_between, urgency};
use crate::commands::coverage::CoverageOfAll;
use crate::commands::window::Window;
use crate::failure::ExitStatus;
use crate::floor::answer::Break;
use crate::floor::event::FollowedPart;
use crate::floor::overview::Urgency;
use crate::floor::timeline::intervals::Interval;
use crate::report::{Report, Row, Value};

const PART: FollowedPart = FollowedPart::Breaks;

pub(super) struct Past<'a> {
    pub(super) keeper: Option<&'a Keeper<'a>>,
    pub(super) window: Window,
    pub(super) now: Timestamp,
    pub(super) zone: &'a TimeZone,
    /// Whether a gap in the window is a "no".
    pub(super) requires_coverage: bool,
}

impl Past<'_> {
    pub(super) fn outcome(&self, mut answers: Answers<Answer<Break>>) -> Outcome {
        let mut status = answers.status();
        let failures = answers.take_failures();
        let mut coverage = CoverageOfAll::default();
        let (mut notes, mut present, mut over) = (vec![], vec![], vec![]);
        for (profile, mut answer) in answers.given {
            notes.append(&mut answer.notes);
            let recorded = self.recorded(&profile, &answer, &mut coverage);
            let (open, ended): (Vec<Interval>, Vec<Interval>) =
                recorded.into_iter().partition(|interval| interval.open);
            over.extend(
                ended.iter().map(|interval| (start(interval), ended_row(&profile, interval, &answer))),
            );
            if answer.value.on_break {
                // The server may not say when it began.
                answer.value.since = answer.value.since.or_else(|| open.last().map(start));
                present.push((urgency(&answer), row(profile, answer)));
            }
        }
        present.sort_by_key(|(urgency, _): &(Urgency, Row)| *urgency);
        over.sort_by_key(|(start, _)| std::cmp::Reverse(*start));
        let rows = present.into_iter().map(|(_, row)| row).chain(over.into_iter().map(|(_, row)| row));
        let is_known = !coverage.is_empty();
        let tail = Row::new(DOCUMENT.tail);
        let tail = if is_known { coverage.fill(tail) } else { tail };
        notes.extend(match coverage.sentence(self.now, self.zone) {
            Some(sentence) => Some(sentence),
            None => Some("without a journal only the present breaks are known".to_owned()),
        });
        if self.requires_coverage && status == ExitStatus::Done && (!is_known || coverage.has_gap()) {
            status = ExitStatus::No;
        }
        Outcome { report: Report { tail, failures, notes, ..Report::new(&DOCUMENT, rows.collect()) }, status }
    }

    fn recorded(&self, profile: &str, answer: &Answer<Break>, coverage: &mut CoverageOfAll) -> Vec<Interval> {
        let span = self.window.until_answer(answer.as_of);
        let Some((intervals, rows)) = self.keeper.and_then(|keeper| keeper.intervals(profile, span.from))
        else {
            return vec![];
        };
        coverage.add(profile, &rows, PART, span);
        let is_wanted = |it: &Interval| it.part == PART && it.possible().to >= span.from;
        intervals.into_iter().filter(is_wanted).collect()
    }
}

/// As the server gave it, or else when it was first seen.
fn start(interval: &Interval) -> Timestamp {
    interval.since.unwrap_or(interval.start_hi)
}

fn ended_row(profile: &str, interval: &Interval, answer: &Answer<Break>) -> Row {
    let until = interval.end_hi.unwrap_or(interval.end_lo);
    let seconds = seconds_between(start(interval), until).max(0);
    Row::new(DOCUMENT.fields)
        .with("profile", profile)
        .with("on_break", false)
        .with("reason", interval.reasons.last().cloned())
        .with("since", start(interval))
        .with("until", until)
        .with("for_seconds", Value::Seconds(seconds))
        .with("agent_id", answer.value.agent_id.clone())
        .with("user_id", answer.value.user_id.clone())
        .with("as_of", answer.as_of)
}
