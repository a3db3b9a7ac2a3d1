//! The journal for a command that receives single answers: it restores what is known of an agent, makes the difference, and
//! records it before anything is shown.

pub(crate) mod opening;
mod past;
pub(crate) mod scripts;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::app::journal::{JournalUse, RecordingScope, note_trouble, note_unreadable};
use crate::floor::identity::hidden::Hiding;
use crate::floor::pause::{OwnClocks, PAST};
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::coverage_step;
use crate::journal::{
    AgentKey, AgentRef, Compared, Entry, Journal, JournalError, Lease, Outcome, ReadAhead, RememberedFor,
    RememberedSince, Round, RunRef, Writer, with_margin,
};

/// So often is a difference made anew because others wrote meanwhile. Each time one of them got on.
const TRIES: u32 = 100;

pub(crate) struct Keeper<'a> {
    app: &'a App,
    recording: RecordingScope,
    journal: RefCell<Rc<Journal>>,
    /// How it is opened; `None` for one that is in no file.
    how: Option<JournalUse>,
    /// As `journal status` shows it.
    command: &'static str,
    /// Begun with the first round that is recorded.
    run: Cell<Option<RunRef>>,
    /// What has arrived and is not recorded yet.
    waiting: RefCell<Vec<PollResult>>,
    agents: RefCell<HashMap<String, (AgentRef, AgentKey)>>,
    /// What was read ahead: it is listed, and answers are compared with it.
    ahead: RefCell<HashMap<AgentRef, ReadAhead>>,
    has_noted_trouble: Cell<bool>,
}

impl<'a> Keeper<'a> {
    fn with(app: &'a App, recording: RecordingScope, journal: Journal, command: &'static str) -> Self {
        Self {
            app,
            recording,
            journal: RefCell::new(Rc::new(journal)),
            how: None,
            command,
            run: Cell::default(),
            waiting: RefCell::default(),
            agents: RefCell::default(),
            ahead: RefCell::default(),
            has_noted_trouble: Cell::default(),
        }
    }

    fn journal(&self) -> Rc<Journal> {
        Rc::clone(&self.journal.borrow())
    }

    /// Does `work`, and does it again in the file that has taken the place of the journal if that is damaged or gone: an
    /// answer that nobody else may get is not lost to it.
    fn in_a_whole_file<T>(&self, work: impl Fn() -> Result<T, JournalError>) -> Result<T, JournalError> {
        let error = match work() {
            Err(error) => self.after(error),
            done => return done,
        };
        let is_replaced =
            matches!(error, JournalError::Damaged { set_aside: Some(_), .. } | JournalError::Moved { .. });
        if !is_replaced || !self.open_again()? {
            return Err(error);
        }
        self.note_trouble_once(&error);
        work()
    }

    /// What an error leads to: a damaged file is set aside. While something else still reads it, it is not closed for that,
    /// and so stays where it is on Windows until the next error.
    fn after(&self, error: JournalError) -> JournalError {
        let now = self.app.clock.now();
        if let Some(journal) = Rc::get_mut(&mut self.journal.borrow_mut()) {
            return journal.after_closing(error, now);
        }
        self.journal().after(error, now)
    }

    /// Goes on in the file that is the journal now; `false` where there is none.
    fn open_again(&self) -> Result<bool, JournalError> {
        let now = self.app.clock.now();
        let Some(opened) = self.how.as_ref().map(|how| how.open(now)).transpose()?.flatten() else {
            return Ok(false);
        };
        // All of them or none: a number of this file names somebody else in the other one.
        let entered = |(profile, (_, key)): (&String, &(AgentRef, AgentKey))| {
            let agent = opened.journal.agent(key, profile, None, now)?;
            Ok((profile.clone(), (agent, key.clone())))
        };
        let agents = self.agents.borrow().iter().map(entered).collect::<Result<_, JournalError>>()?;
        self.agents.replace(agents);
        self.journal.replace(Rc::new(opened.journal));
        self.run.set(None);
        self.ahead.take();
        Ok(true)
    }

    /// The agent, if the journal holds it.
    pub(crate) fn agent(&self, profile: &str) -> Option<AgentRef> {
        self.agents.borrow().get(profile).map(|(agent, _)| *agent)
    }

    /// Whether what the agent is answered is recorded.
    pub(crate) fn records(&self, profile: &str) -> bool {
        self.recording != RecordingScope::Nobody && self.agent(profile).is_some()
    }

    /// What the journal leaves out of notifications.
    pub(crate) fn hiding(&self) -> Arc<dyn Hiding> {
        self.journal().hiding()
    }

    /// Records what an answer adds, if its agent is recorded. Trouble is noted, and stops nothing.
    pub(crate) async fn take(&self, poll: PollResult) {
        self.unless_trouble(self.record(poll).await);
    }

    /// The same, with trouble as an error.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub(crate) async fn record(&self, poll: PollResult) -> Result<(), JournalError> {
        let Some(profile) = poll.profile.clone().filter(|profile| self.records(profile)) else {
            return Ok(());
        };
        self.waiting.borrow_mut().push(as_past(poll));
        // A commit takes milliseconds: all that has arrived shares it.
        tokio::task::yield_now().await;
        let is_own = |poll: &PollResult| poll.profile.as_ref() == Some(&profile);
        if !self.waiting.borrow().iter().any(is_own) {
            return Ok(());
        }
        let polls = self.waiting.take();
        let written = self.in_a_whole_file(|| self.write(&polls));
        if written.is_ok() || polls.len() == 1 {
            return written;
        }
        // Each of the others meets its own trouble, and this one may have none.
        let (own, others): (Vec<_>, Vec<_>) = polls.into_iter().partition(is_own);
        self.waiting.borrow_mut().extend(others);
        self.in_a_whole_file(|| self.write(&own))
    }

    /// Records answers in one commit.
    fn write(&self, polls: &[PollResult]) -> Result<(), JournalError> {
        let Some(at) = polls.iter().map(|poll| poll.taken_at).max() else { return Ok(()) };
        for _ in 0..TRIES {
            let base = self.journal().last_seq()?;
            let dead = self.dead_holders(polls, at)?;
            let of_tags = polls.iter().filter(|poll| poll.tags.is_some());
            let agents: Vec<_> = of_tags.filter_map(|poll| self.agent(poll.profile.as_deref()?)).collect();
            let since = self.journal().remembered_since(&agents, at)?;
            let entry = |poll| self.entry(poll, base, since, &dead);
            let entries = polls.iter().filter_map(entry).collect::<Result<_, _>>()?;
            let by = self.run.get().map_or(Writer::Single(self.command), Writer::Run);
            let round = Round { by, at, entries, stdout_took: None };
            if let Outcome::Written { run, .. } = self.journal().record(&round)? {
                self.run.set(Some(run));
                // What they have lost is told, once.
                dead.iter().try_for_each(|it| self.journal().release_lease(it.agent, it.run, at))?;
                polls.iter().try_for_each(|poll| self.note_agent_id(poll))?;
                return self.tidy(at);
            }
        }
        Err(JournalError::Busy { path: self.journal().path().to_owned() })
    }

    /// Takes one small step, so that no answer waits long for it; the next command takes the next one.
    fn tidy(&self, now: Timestamp) -> Result<(), JournalError> {
        match &self.how {
            Some(how) if self.journal().is_to_tidy(now)? => self.journal().tidy(how.limits, now).map(|_| ()),
            _ => Ok(()),
        }
    }

    /// Whoever polled one of these agents and has died since: notifications that it had received and not recorded are lost
    /// where the server hands them out once.
    fn dead_holders(&self, polls: &[PollResult], now: Timestamp) -> Result<Vec<Lease>, JournalError> {
        let profiles =
            polls.iter().filter(|poll| poll.tags.is_some()).filter_map(|poll| poll.profile.as_deref());
        let leases =
            profiles.filter_map(|profile| self.journal().lease_of(self.agent(profile)?, now).transpose());
        leases.filter(|lease| lease.as_ref().map_or(true, |lease| !lease.is_alive)).collect()
    }

    /// What an answer adds to what was known up to `base`.
    fn entry(
        &self,
        poll: &PollResult,
        base: i64,
        since: RememberedSince,
        dead: &[Lease],
    ) -> Option<Result<Entry, JournalError>> {
        let agent = self.agent(poll.profile.as_deref()?)?;
        let sent = poll.taken_at.checked_sub(poll.took).unwrap_or(Timestamp::MIN);
        let clocks = OwnClocks::of_request(sent, self.app.clock.now());
        // What is older than a memory reaches is no part of one.
        let is_remembered = |ahead: &ReadAhead| poll.tags.is_some() && since.from <= ahead.from;
        let ahead = self.take_ahead(agent, is_remembered);
        let dead = dead.iter().find(|lease| lease.agent == agent);
        let after_a_lost_answer = dead.map(|_| PollResult { read_was_cut: true, ..poll.clone() });
        let poll = after_a_lost_answer.as_ref().unwrap_or(poll);
        let entry = |mut known: RememberedFor| {
            if let Some(dead) = dead {
                known.memory.take_over(dead.newest_answer, &clocks);
            }
            let difference = known.memory.diff(poll);
            let steps = difference.marks.iter();
            let steps = steps.filter_map(|mark| coverage_step(&known.coverage, mark, Duration::ZERO));
            let entry =
                Entry { agent, base, events: difference.to_record().collect(), coverage: steps.collect() };
            self.ahead.borrow_mut().extend(known.ahead.map(|ahead| (agent, ahead)));
            entry
        };
        let answer = Compared::with(poll);
        let known = self.journal().memory_for(answer, ahead, agent, base, since, &clocks);
        Some(known.map(entry))
    }

    /// Reads what [`Keeper::tags`] will be wanted of, for all agents in one go: they share the pages of the file.
    pub(crate) fn read_ahead(&self, from: Timestamp) {
        let agents: Vec<AgentRef> = self.agents.borrow().values().map(|(agent, _)| *agent).collect();
        let read = self.unless_trouble(self.journal().read_ahead(&agents, with_margin(from)));
        self.ahead.replace(read.unwrap_or_default());
    }

    fn take_ahead(&self, agent: AgentRef, is_wanted: impl Fn(&ReadAhead) -> bool) -> Option<ReadAhead> {
        let mut ahead = self.ahead.borrow_mut();
        if ahead.get(&agent).is_some_and(is_wanted) { ahead.remove(&agent) } else { None }
    }

    /// For whom the session answers is what the next difference begins with.
    fn note_agent_id(&self, poll: &PollResult) -> Result<(), JournalError> {
        let answered = poll.break_state.as_ref().and_then(|answer| answer.agent_id.as_deref());
        let (Some(agent_id), Some(profile)) = (answered, poll.profile.as_deref()) else { return Ok(()) };
        let agents = self.agents.borrow();
        let Some((_, key)) = agents.get(profile) else { return Ok(()) };
        self.journal().agent(key, profile, Some(agent_id), poll.taken_at).map(drop)
    }

    /// Trouble is noted once.
    fn unless_trouble<T>(&self, done: Result<T, JournalError>) -> Option<T> {
        note_unreadable(&self.app.console, &self.journal());
        done.map_err(|error| {
            let error = self.after(error);
            self.note_trouble_once(&error);
        })
        .ok()
    }

    fn note_trouble_once(&self, error: &JournalError) {
        if !self.has_noted_trouble.replace(true) {
            note_trouble(&self.app.console, error);
        }
    }
}

/// An answer as one that came just after all that was recorded.
fn as_past(poll: PollResult) -> PollResult {
    PollResult { monotonic: PAST + poll.took, elapsed: PAST + poll.took, ..poll }
}

impl Drop for Keeper<'_> {
    fn drop(&mut self) {
        // What had arrived when the command was ended.
        let waiting = self.waiting.take();
        self.unless_trouble(self.in_a_whole_file(|| self.write(&waiting)));
        if self.run.get().is_some() {
            // Where nobody runs a recorder, this is all that masks old numbers.
            let masked = self.journal().mask_some_unasked(self.app.clock.now());
            self.unless_trouble(masked);
        }
    }
}
