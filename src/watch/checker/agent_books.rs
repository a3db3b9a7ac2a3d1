//! The books of one agent: what was reported of breaks, wrap-ups and the agent itself.

use crate::floor::answer::{Break, Wrapup};
use crate::floor::event::{Event, EventKind};
use crate::floor::poll_result::PollResult;
use crate::floor::state::AgentState;
use crate::watch::checker::agent::{AgentDay, REASONS, present};
use crate::watch::checker::day::{MINUTE, SECOND, Weather};
use crate::watch::checker::states::{Report, Shown, StateBooks};
use crate::watch::checker::verdict::Verdict;
use crate::watch::checker::writing::Manner;
use crate::words::plain;

/// Starts that differ by no more are one.
const SAME_START: i64 = MINUTE + 30 * SECOND;

/// So many answers may name another agent before that is reported.
const PATIENCE: usize = 3;

pub(crate) struct AgentBooks<'a> {
    agent: &'a AgentDay,
    weather: &'a Weather,
    breaks: StateBooks,
    wrapups: StateBooks,
    /// The agent for whom the session answers, as far as was reported.
    known: Option<usize>,
    /// How many answers in a row have named another.
    others: usize,
    /// The true moment of the last answer.
    last: Option<i64>,
    /// The break whose start has crept past that of the last answer before an outage.
    crept: Option<usize>,
}

impl<'a> AgentBooks<'a> {
    pub(crate) fn new(agent: &'a AgentDay, weather: &'a Weather) -> Self {
        let (breaks, wrapups) = (StateBooks::default(), StateBooks::default());
        Self { agent, weather, breaks, wrapups, known: None, others: 0, last: None, crept: None }
    }

    /// Takes a poll that was answered at the true moment `then`, what it was reported as, and the state that is known
    /// since.
    pub(crate) fn answer(
        &mut self,
        events: &[Event],
        result: &PollResult,
        state: &AgentState,
        then: i64,
        manner: &Manner,
        verdict: &mut Verdict,
    ) {
        let (Some(on_break), Some(wrapup)) = (&result.break_state, &result.wrapup) else { return };
        let mut breaks = Vec::new();
        let mut wrapups = Vec::new();
        let mut is_another = false;
        for event in events {
            match &event.kind {
                EventKind::BreakStarted(_) => breaks.push(Report::Started),
                EventKind::BreakEnded(_) => breaks.push(Report::Ended),
                EventKind::BreakChanged(changed) => {
                    breaks.push(Report::Changed(reason(changed.reason.as_ref())));
                }
                EventKind::WrapupStarted(_) => wrapups.push(Report::Started),
                EventKind::WrapupEnded(_) => wrapups.push(Report::Ended),
                EventKind::AgentChanged(_) => is_another = true,
                _ => {}
            }
        }
        let number = self.agent.number(then);
        let known = *self.known.get_or_insert(number);
        if is_another {
            verdict.counts.agents_told += 1;
            verdict.counts.unexpected += usize::from(number == known);
            (self.known, self.others) = (Some(number), 0);
            (self.breaks, self.wrapups) = (StateBooks::default(), StateBooks::default());
        } else if number != known {
            // What the answers say is about somebody else, and is reported once that is certain.
            self.others += 1;
            if self.others == PATIENCE {
                verdict.note(|| format!("agent {number} was not reported after {known}"));
                verdict.counts.lost += 1;
            }
            verdict.counts.unexpected += breaks.len() + wrapups.len();
            return;
        }
        let shown = self.shown_break(on_break, then, manner);
        self.breaks.answer(&self.agent.breaks, shown, &breaks, verdict);
        if breaks.iter().any(|report| matches!(report, Report::Started)) {
            self.crept = None;
        }
        self.wrapups.answer(&self.agent.wrapups, self.shown_wrapup(wrapup, then), &wrapups, verdict);
        let is_on_break = state.break_state.as_ref().map(|since| since.state.on_break);
        let is_in_wrapup = state.wrapup.as_ref().map(|since| since.state.in_wrapup);
        if (is_on_break, is_in_wrapup) != (Some(on_break.on_break), Some(wrapup.in_wrapup)) {
            verdict.note(|| format!("the known state is {is_on_break:?} {is_in_wrapup:?}"));
            verdict.counts.lost += 1;
        }
    }

    fn shown_break(&mut self, answer: &Break, then: i64, manner: &Manner) -> Shown {
        let number = present(&self.agent.breaks, then);
        let from = number.map(|number| self.agent.breaks[number].from);
        let last = self.last.replace(then);
        if let Some((from, last)) = from.zip(last).filter(|(from, last)| from <= last) {
            let (before, now) = (manner.crept(from, last), manner.crept(from, then));
            if now - before > SAME_START && now > last - MINUTE - 2 * SECOND {
                self.crept = number;
            }
        }
        // By our clock, set back, the start of another break is still to come.
        let is_dark = !self.weather.is_dated && self.weather.wall_ahead(then) != 0;
        let unseen_sleep = from.is_some_and(|from| self.weather.hides_sleep(from));
        Shown {
            present: number,
            value: number.map(|number| self.agent.breaks[number].value(then)),
            said: reason(answer.reason.as_ref()).is_some(),
            is_known_by_value: false,
            shows_second: manner.shows_second_breaks() && !is_dark && !unseen_sleep,
            // What has crept past the last answer before an outage may have begun since.
            may_be_second: number.is_some() && number == self.crept,
            // The clocks of a day and its servers add to that.
            nearest_second: SAME_START + self.weather.second_ahead + 10 * SECOND,
            shows_values: manner.shows_reasons(),
        }
    }

    fn shown_wrapup(&self, answer: &Wrapup, then: i64) -> Shown {
        let number = present(&self.agent.wrapups, then);
        Shown {
            present: number,
            value: number,
            said: answer.call_id.as_ref().is_some_and(|call| call != "0"),
            is_known_by_value: true,
            shows_second: true,
            may_be_second: false,
            nearest_second: 0,
            shows_values: false,
        }
    }
}

/// The number of a reason, written as a word or as a number.
fn reason(text: Option<&String>) -> Option<usize> {
    let text = plain(text?);
    let word = REASONS.iter().position(|word| plain(word) == text);
    word.or_else(|| text.parse::<usize>().ok()?.checked_sub(101))
}
