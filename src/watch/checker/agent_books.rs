//! The books of one agent: what was reported of breaks, wrap-ups and the agent itself.

use std::collections::HashMap;

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

/// What our clock, once it was set, and the clocks of the server leave open of how long ago something was recorded.
const SOON: i64 = 5 * MINUTE;

/// So many answers may name another agent before that is reported.
const PATIENCE: usize = 3;

/// What one answer was reported as.
#[derive(Clone, Copy)]
pub(crate) struct Told<'e> {
    pub(crate) events: &'e [Event],
    /// What a journal is told beside them; without a journal, nobody is.
    pub(crate) openings: Option<&'e [Event]>,
    /// The process that received it.
    pub(crate) by: usize,
    /// Whether what it says of breaks, and of wrap-ups, need not be taken.
    pub(crate) late: Late,
}

/// Of which part a later answer was recorded before this one, or one that came after the request of this one was sent: then
/// nobody knows which of the two is older.
#[derive(Clone, Copy, Default)]
pub(crate) struct Late {
    pub(crate) breaks: bool,
    pub(crate) wrapups: bool,
}

pub(crate) struct AgentBooks<'a> {
    agent: &'a AgentDay,
    weather: &'a Weather,
    breaks: StateBooks,
    wrapups: StateBooks,
    /// The agent for whom the session answers, as far as was reported or is in the journal; and as each process knows it.
    known: Option<usize>,
    known_by: HashMap<usize, usize>,
    /// How many answers in a row have named another, to each process.
    others: HashMap<usize, usize>,
    /// The true moment of the last answer.
    last: Option<i64>,
    /// The break of the last answer, and whether it began soon after the answer before it was shown.
    shown: Option<usize>,
    began_soon: bool,
    /// The break whose start has crept past that of the last answer before an outage.
    crept: Option<usize>,
}

impl<'a> AgentBooks<'a> {
    /// `known` is the agent of whom a journal knows that the session answers for him.
    pub(crate) fn new(agent: &'a AgentDay, weather: &'a Weather, known: Option<usize>) -> Self {
        let (breaks, wrapups) = (StateBooks::default(), StateBooks::default());
        let (known_by, others) = (HashMap::new(), HashMap::new());
        let (last, shown, began_soon, crept) = (None, None, false, None);
        Self { agent, weather, breaks, wrapups, known, known_by, others, last, shown, began_soon, crept }
    }

    /// Whether the answers of this process speak of somebody else, which is not reported yet.
    pub(crate) fn waits(&self, by: usize) -> bool {
        self.others.get(&by).is_some_and(|others| *others > 0)
    }

    /// Takes a poll that was answered at the true moment `then`, what it was reported as, and the state that is known
    /// since.
    pub(crate) fn answer(
        &mut self,
        told: Told,
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
        for event in told.events {
            match &event.kind {
                EventKind::BreakStarted(_) => breaks.push(Report::Started),
                EventKind::BreakEnded(_) => breaks.push(Report::Ended),
                EventKind::BreakChanged(changed) => {
                    let previous = reason(Some(&changed.previous_reason));
                    breaks.push(Report::Changed(reason(changed.reason.as_ref()), previous));
                }
                EventKind::WrapupStarted(_) => wrapups.push(Report::Started),
                EventKind::WrapupEnded(_) => wrapups.push(Report::Ended),
                EventKind::AgentChanged(_) => is_another = true,
                _ => {}
            }
        }
        let number = self.agent.number(then);
        let Told { by, late, .. } = told;
        let known = *self.known_by.entry(by).or_insert(self.known.unwrap_or(number));
        let others = self.others.entry(by).or_default();
        if is_another {
            verdict.counts.agents_told += 1;
            verdict.counts.unexpected += usize::from(number == known);
            self.known = Some(number);
            (self.known_by, self.others) = (HashMap::from([(by, number)]), HashMap::new());
            (self.breaks, self.wrapups) = (StateBooks::default(), StateBooks::default());
        } else if number != known {
            // What the answers say is about somebody else, and is reported once that is certain.
            *others += usize::from(!late.breaks);
            if *others == PATIENCE {
                verdict.note(|| format!("agent {number} was not reported after {known}"));
                verdict.counts.lost += 1;
            }
            verdict.counts.unexpected += breaks.len() + wrapups.len();
            return;
        } else {
            *others = 0;
        }
        self.open(told, then, verdict);
        let shown = self.shown_break(on_break, told, then, manner);
        self.breaks.answer(&self.agent.breaks, shown, &breaks, verdict);
        if breaks.iter().any(|report| matches!(report, Report::Started)) {
            self.crept = None;
        }
        self.wrapups.answer(&self.agent.wrapups, self.shown_wrapup(wrapup, told, then), &wrapups, verdict);
        let is_on_break = state.break_state.as_ref().map(|since| since.state.on_break);
        let is_in_wrapup = state.wrapup.as_ref().map(|since| since.state.in_wrapup);
        let is_as_answered = (late.breaks || is_on_break == Some(on_break.on_break))
            && (late.wrapups || is_in_wrapup == Some(wrapup.in_wrapup));
        if !is_as_answered {
            verdict.note(|| format!("the known state is {is_on_break:?} {is_in_wrapup:?}"));
            verdict.counts.lost += 1;
        }
    }

    /// What goes on when a journal hears of the agent for the first time is an event in it, and only then.
    fn open(&self, told: Told, then: i64, verdict: &mut Verdict) {
        let Some(openings) = told.openings else { return };
        let is_first = !self.breaks.has_begun();
        for (episodes, name) in
            [(&self.agent.breaks, "break_started"), (&self.agent.wrapups, "wrapup_started")]
        {
            let opened = openings.iter().filter(|event| event.kind.words().name == name).count();
            let expected = usize::from(is_first && present(episodes, then).is_some());
            if opened != expected {
                verdict.note(|| format!("{opened} {name} at the first look, and not {expected}"));
                verdict.counts.lost += expected.saturating_sub(opened);
                verdict.counts.unexpected += opened.saturating_sub(expected);
            }
            verdict.counts.states_told += opened;
        }
    }

    fn shown_break(&mut self, answer: &Break, told: Told, then: i64, manner: &Manner) -> Shown {
        let number = present(&self.agent.breaks, then);
        let from = number.map(|number| self.agent.breaks[number].from);
        let last = self.last;
        self.last = last.max(Some(then));
        if number.is_some() && number != self.shown {
            let began_soon = from.zip(last).is_some_and(|(from, last)| from - last < SOON);
            (self.shown, self.began_soon) = (number, began_soon);
        }
        if let Some((from, last)) = from.zip(last).filter(|(from, last)| from <= last) {
            // How far a start had crept at the last answer is in no journal.
            let known = if told.openings.is_some() { from } else { last };
            let (before, now) = (manner.crept(from, known), manner.crept(from, then));
            if now - before > SAME_START && now > last - MINUTE - 2 * SECOND {
                self.crept = number;
            }
        }
        // By our clock, set back, the start of another break is still to come.
        let is_dark = !self.weather.is_dated && self.weather.wall_ahead(then) != 0;
        // When a break was seen that is known from a journal, our clock shows alone, or the server's to some minutes.
        let known = self.breaks.reported().map(|number| self.agent.breaks[number].from);
        let was_set = told.openings.is_some()
            && known
                .is_some_and(|from| self.weather.is_set(from, then) || self.weather.wall_ahead(from) != 0)
            && (self.began_soon || !self.weather.is_dated);
        let is_untold = told.openings.is_some() && !self.weather.is_dated && self.weather.is_set(0, then);
        let unseen_sleep = from.is_some_and(|from| self.weather.hides_sleep(from));
        Shown {
            present: number,
            value: number.map(|number| self.agent.breaks[number].value(then)),
            said: reason(answer.reason.as_ref()).is_some(),
            is_known_by_value: false,
            shows_second: manner.shows_second_breaks() && !is_dark && !unseen_sleep && !was_set,
            // What has crept past the last answer before an outage may have begun since.
            may_be_second: number.is_some() && (number == self.crept || is_untold),
            // The clocks of a day and its servers add to that.
            nearest_second: SAME_START + self.weather.second_ahead + 10 * SECOND,
            shows_values: manner.shows_reasons(),
            may_respell: told.openings.is_some() && !manner.shows_reasons(),
            is_shared: told.openings.is_some(),
            by: told.by,
            is_late: told.late.breaks,
        }
    }

    fn shown_wrapup(&self, answer: &Wrapup, told: Told, then: i64) -> Shown {
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
            may_respell: false,
            is_shared: told.openings.is_some(),
            by: told.by,
            is_late: told.late.wrapups,
        }
    }
}

/// The number of a reason, written as a word or as a number.
fn reason(text: Option<&String>) -> Option<usize> {
    let text = plain(text?);
    let word = REASONS.iter().position(|word| plain(word) == text);
    word.or_else(|| text.parse::<usize>().ok()?.checked_sub(101))
}
