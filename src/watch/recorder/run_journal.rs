//! The journal of a run: opened, and opened again after it has failed.

use std::collections::HashSet;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};

use crate::clock::Clock;
use crate::floor::counters::Counters;
use crate::floor::diff::Memory;
use crate::floor::pause::OwnClocks;
use crate::floor::shift::{DayRules, Today};
use crate::floor::timeline::Recorded;
use crate::journal::{
    AgentKey, IN_MEMORY, Journal, JournalError, Limits, Mode, Opened, Remembered, Settings, TIDYING, kept_as,
};
use crate::watch::recorder::backend::{
    Begun, BegunAgent, JournalBackend, PastEvent, Refreshed, Wanted, Written,
};
use crate::watch::recorder::run_journal::open::{Open, OpenAgent, enter};
use crate::watch::recorder::{AgentEntry, AgentQueue};
use crate::watch::view::{KEPT_OF_AGENT, KEPT_OF_FLOOR, is_of_the_day, listed_at};

mod covered;
mod open;
#[cfg(test)]
mod tests;

pub(crate) use open::Followed;

/// Where the journal of a run is, and for whom.
pub(crate) struct RunJournal {
    source: JournalSource,
    /// What the run is called.
    command: &'static str,
    followed: Vec<Followed>,
    keys: Keys,
    /// Who is recorded; `None` until that is known.
    recorded: Option<Vec<bool>>,
    clock: Clock,
    /// Whether there is a board or a wall.
    has_display: bool,
    /// What the journal may hold, if this run sees to that.
    limits: Option<Limits>,
    /// When that was done last.
    tidied: Option<(Timestamp, SignedDuration)>,
    open: Option<Open>,
    wish: Wish,
}

/// What the run began with, or tried to.
#[derive(Clone, Copy, Debug, Default)]
struct Wish {
    everybody: bool,
    since: Option<Timestamp>,
    has_stdout: bool,
}

/// Where a journal is taken from.
pub(crate) enum JournalSource {
    File(PathBuf, Settings),
    /// It is there, until it is taken.
    Memory(Option<Box<Journal>>),
}

impl JournalSource {
    /// `None` where there is none, and it is not to be made.
    fn open(&mut self, mode: Mode, now: Timestamp) -> Result<Option<Opened>, JournalError> {
        match self {
            Self::File(path, settings) => Journal::open(path, mode, settings.clone(), now),
            Self::Memory(journal) => {
                Ok(journal.take().map(|journal| Opened { journal: *journal, set_aside: None }))
            }
        }
    }

    fn path(&self) -> PathBuf {
        match self {
            Self::File(path, _) => path.clone(),
            Self::Memory(_) => PathBuf::from(IN_MEMORY),
        }
    }
}

/// The keys of the agents in an open journal.
type Keys = Box<dyn Fn(&Journal) -> Vec<AgentKey> + Send>;

/// When what is old is deleted and masked again after it has failed.
const TIDYING_AGAIN: SignedDuration = SignedDuration::from_mins(5);

impl RunJournal {
    pub(crate) fn new(
        source: JournalSource,
        command: &'static str,
        followed: Vec<Followed>,
        keys: Keys,
        clock: Clock,
        limits: Option<Limits>,
    ) -> Self {
        let (has_display, tidied, open, wish) = (false, None, None, Wish::default());
        Self {
            source,
            command,
            followed,
            keys,
            recorded: None,
            clock,
            has_display,
            limits,
            tidied,
            open,
            wish,
        }
    }

    /// One that reads also what a board or a wall begins with.
    pub(crate) fn for_display(self) -> Self {
        Self { has_display: true, ..self }
    }

    /// Opens the journal, unless there is nobody to record. Returns where a damaged one was put.
    fn open(&mut self, everybody: bool) -> Result<Option<PathBuf>, JournalError> {
        let now = self.clock.now();
        let mode = if everybody { Mode::Create } else { Mode::Existing };
        let opened = self.source.open(mode, now)?;
        let Some(opened) = opened else { return Ok(None) };
        let (journal, set_aside) = (opened.journal, opened.set_aside);
        let keys = (self.keys)(&journal);
        let mut agents = vec![];
        for (index, (key, followed)) in keys.into_iter().zip(&self.followed).enumerate() {
            let is_recorded = self.recorded.as_ref().map_or(everybody, |recorded| recorded[index]);
            let is_known = is_recorded || journal.holds(&key)?;
            let entered = if is_known { Some(enter(&journal, &key, followed, now)?) } else { None };
            agents.push(OpenAgent { key, entered, noted_id: None });
        }
        let recorded: Vec<bool> = agents.iter().map(|agent| agent.entered.is_some()).collect();
        if !recorded.contains(&true) {
            return Ok(None);
        }
        self.recorded = Some(recorded);
        let run = journal.begin_run(self.command, now)?;
        self.open = Some(Open { journal, run, agents });
        Ok(set_aside)
    }

    /// What is known of the agents; `None` where nobody is recorded. Unless `everybody` is, those are whom the journal
    /// holds. `since` asks for the past from then on, and `has_stdout` for what the stdout of a killed run did not take. A
    /// file that turns out to be damaged as it is read is set aside.
    pub(crate) fn begin(
        &mut self,
        everybody: bool,
        since: Option<Timestamp>,
        has_stdout: bool,
        clocks: &OwnClocks,
    ) -> Result<Option<Begun>, JournalError> {
        self.wish = Wish { everybody, since, has_stdout };
        let error = match self.begin_with_this_file(clocks) {
            Err(error) => match self.open.take() {
                Some(mut open) => open.journal.after_closing(error, self.clock.now()),
                None => error,
            },
            begun => return begun,
        };
        let JournalError::Damaged { set_aside: Some(place), .. } = &error else { return Err(error) };
        let set_aside = Some(place.clone());
        match self.begin_with_this_file(clocks)? {
            Some(begun) => Ok(Some(Begun { set_aside, ..begun })),
            // The new file holds none of those who were recorded.
            None => Err(error),
        }
    }

    fn begin_with_this_file(&mut self, clocks: &OwnClocks) -> Result<Option<Begun>, JournalError> {
        let Wish { everybody, since, has_stdout } = self.wish;
        let set_aside = self.open(everybody)?;
        let now = self.clock.now();
        let Some(open) = &self.open else { return Ok(None) };
        let base = open.journal.last_seq()?;
        let mut newest: Vec<PastEvent> = vec![];
        let begun = |(index, agent): (usize, &OpenAgent)| {
            let Some(agent) = agent.entered else {
                let memory = Memory::default().restored(None, &[], &[], clocks);
                return Ok(BegunAgent {
                    memory,
                    queue: None,
                    counters: Counters::default(),
                    history: vec![],
                });
            };
            let Remembered { memory, coverage, recorded } = open.journal.memory(agent, base, now, clocks)?;
            let counters = Counters::restored(recorded.iter().map(|one| &one.event), &coverage, now);
            let history = if self.has_display { history(index, recorded, &mut newest) } else { vec![] };
            Ok(BegunAgent { memory, queue: Some(AgentQueue::new(base, coverage)), counters, history })
        };
        let mut agents =
            open.agents.iter().enumerate().map(begun).collect::<Result<Vec<_>, JournalError>>()?;
        let past = if has_stdout {
            let left_off = open.left_off(self.command)?;
            let past = open.past(since, left_off, base)?;
            // Whoever goes on after this run was killed goes on there, even if it had shown nothing.
            open.journal.stdout_took(open.run, left_off.unwrap_or(base), now)?;
            let is_past: HashSet<i64> = past.iter().map(|one| one.recorded.seq).collect();
            for agent in &mut agents {
                agent.history.retain(|recorded| !is_past.contains(&recorded.seq));
            }
            newest.retain(|one| !is_past.contains(&one.recorded.seq));
            past
        } else {
            vec![]
        };
        Ok(Some(Begun { agents, past, history: newest, set_aside }))
    }

    /// Opens the journal again if it has failed.
    fn opened_again(&mut self) -> Result<Option<Written>, JournalError> {
        if self.open.is_some() {
            return Ok(None);
        }
        let set_aside = self.open(true)?;
        let base = self.open.as_ref().map_or(Ok(0), |open| open.journal.last_seq())?;
        let why = set_aside.map(|place| kept_as(&place));
        Ok(Some(Written::Renewed { base, why }))
    }
}

/// The newest of what belongs to an agent's day, as what was there before the watch; also among the `newest` of all agents, as
/// many as a list has.
fn history(index: usize, mut recorded: Vec<Recorded>, newest: &mut Vec<PastEvent>) -> Vec<Recorded> {
    recorded.retain(|one| is_of_the_day(&one.event.kind));
    for one in &mut recorded {
        one.event.mark_initial();
    }
    let surplus = |count: usize, kept: usize| ..count.saturating_sub(kept);
    recorded.drain(surplus(recorded.len(), KEPT_OF_FLOOR));
    newest.extend(recorded.iter().map(|recorded| PastEvent { index, recorded: recorded.clone() }));
    newest.sort_by_key(|one| listed_at(&one.recorded.event));
    newest.drain(surplus(newest.len(), KEPT_OF_FLOOR));
    recorded.drain(surplus(recorded.len(), KEPT_OF_AGENT));
    recorded
}

/// Whether the file that was opened is no longer the journal.
fn is_gone(error: &JournalError) -> bool {
    matches!(error, JournalError::Damaged { set_aside: Some(_), .. } | JournalError::Moved { .. })
}

impl JournalBackend for RunJournal {
    fn begin(&mut self, clocks: &OwnClocks) -> Result<Option<Begun>, JournalError> {
        let Wish { everybody, since, has_stdout } = self.wish;
        Self::begin(self, everybody, since, has_stdout, clocks)
    }

    fn record(&mut self, entries: &[AgentEntry], stdout_seq: Option<i64>) -> Result<Written, JournalError> {
        if let Some(renewed) = self.opened_again()? {
            return Ok(renewed);
        }
        let now = self.clock.now();
        let Some(open) = &mut self.open else { return Err(JournalError::Moved { path: self.source.path() }) };
        // Damage is met by what is read after the commit, too.
        let written = open.record(entries, stdout_seq, &self.followed, now);
        match written.map_err(|error| open.journal.after_closing(error, now)) {
            Err(error) if is_gone(&error) => {
                self.open = None;
                let why = format!("{error}; recording continues");
                match self.opened_again()? {
                    Some(Written::Renewed { base, .. }) => Ok(Written::Renewed { base, why: Some(why) }),
                    _ => Err(error),
                }
            }
            written => written,
        }
    }

    fn refresh(&mut self, wanted: &[Wanted]) -> Result<Vec<Refreshed>, JournalError> {
        let now = self.clock.now();
        let Some(open) = &self.open else { return Err(JournalError::Moved { path: self.source.path() }) };
        wanted.iter().map(|wanted| open.refresh(wanted, now)).collect()
    }

    fn today(&mut self, agents: &[usize], rules: &DayRules) -> Result<Vec<Option<Today>>, JournalError> {
        let now = self.clock.now();
        let Some(open) = &self.open else { return Err(JournalError::Moved { path: self.source.path() }) };
        agents.iter().map(|index| open.today(*index, rules, now)).collect()
    }

    fn tidy(&mut self) -> bool {
        let (Some(open), Some(limits)) = (&self.open, self.limits) else { return false };
        let now = self.clock.now();
        // It is as late after a clock was set back by as much.
        let has_passed = |(last, pause): (Timestamp, _)| now.duration_since(last).abs() >= pause;
        if !self.tidied.is_none_or(has_passed) {
            return false;
        }
        let pause = match open.journal.tidy(limits, now) {
            Ok(true) => return true,
            Ok(false) => TIDYING,
            Err(_) => TIDYING_AGAIN,
        };
        self.tidied = Some((now, pause));
        false
    }

    fn end(&mut self, stdout_seq: Option<i64>, may_have_lost: &[usize]) -> Result<(), JournalError> {
        let now = self.clock.now();
        let Some(Open { journal, run, agents }) = &self.open else { return Ok(()) };
        if let Some(seq) = stdout_seq {
            journal.stdout_took(*run, seq, now)?;
        }
        if may_have_lost.is_empty() {
            return journal.end_run(*run, now);
        }
        // The lease of whom we polled just now stays: whoever takes it over learns that an answer may be lost.
        for (index, agent) in agents.iter().enumerate() {
            if let Some(entered) = agent.entered.filter(|_| !may_have_lost.contains(&index)) {
                journal.release_lease(entered, *run, now)?;
            }
        }
        Ok(())
    }
}
