//! One opened journal: the agents in it, and the run that is recorded.

use std::collections::HashSet;
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};

use crate::floor::shift::{DayRules, Today};
use crate::floor::timeline::Coverage;
use crate::journal::{
    AgentKey, AgentRef, Entry, EventQuery, Journal, JournalError, Outcome, Round, RunRef, Taken, Writer,
};
use crate::watch::recorder::AgentEntry;
use crate::watch::recorder::backend::{Left, News, PastEvent, Refreshed, Share, Wanted, Written};
use crate::watch::recorder::sharing::Holder;

/// An agent for whom a run is.
#[derive(Clone, Debug)]
pub(crate) struct Followed {
    pub(crate) profile: String,
    /// As the server named the agent at login, where it did.
    pub(crate) id_at_login: Option<String>,
}

pub(super) struct Open {
    pub(super) journal: Journal,
    pub(super) run: RunRef,
    /// Of those for whom the run is, in their order.
    pub(super) agents: Vec<OpenAgent>,
}

/// How an agent stands in an opened journal.
pub(super) struct OpenAgent {
    pub(super) key: AgentKey,
    /// `None` if it is not recorded.
    pub(super) entered: Option<AgentRef>,
    /// How answers have named it, as far as this run has noted that.
    pub(super) noted_id: Option<String>,
}

/// The agent, entered if it is new. What answers have shown since the login is not replaced.
pub(super) fn enter(
    journal: &Journal,
    key: &AgentKey,
    followed: &Followed,
    now: Timestamp,
) -> Result<AgentRef, JournalError> {
    let id = if journal.find(key)?.is_none() { followed.id_at_login.as_deref() } else { None };
    journal.agent(key, &followed.profile, id, now)
}

/// How far back coverage decides what the next answer adds.
const LATELY: SignedDuration = SignedDuration::from_hours(3);

impl Open {
    fn index(&self, agent: AgentRef) -> Option<usize> {
        self.agents.iter().position(|one| one.entered == Some(agent))
    }

    fn agent(&self, index: usize) -> Result<AgentRef, JournalError> {
        let entered = self.agents.get(index).and_then(|agent| agent.entered);
        entered.ok_or_else(|| JournalError::Forgotten { path: self.journal.path().to_owned() })
    }

    fn coverage(&self, index: usize, now: Timestamp) -> Result<Vec<Coverage>, JournalError> {
        let from = now.saturating_sub(LATELY).unwrap_or(Timestamp::MIN);
        self.journal.coverage(self.agent(index)?, from, Timestamp::MAX)
    }

    pub(super) fn today(
        &self,
        index: usize,
        rules: &DayRules,
        now: Timestamp,
    ) -> Result<Option<Today>, JournalError> {
        self.journal.today(self.agent(index)?, rules, now)
    }

    /// The last event that stdout took, if the last run of this command was killed.
    pub(super) fn left_off(&self, command: &str) -> Result<Option<i64>, JournalError> {
        let mut runs = self.journal.runs()?.into_iter();
        let last = runs.find(|row| {
            let is_over = row.command == command && row.run != self.run && row.is_alive != Some(true);
            // One that was killed before it had noted where it goes on has shown nothing.
            is_over && (row.ended.is_some() || row.stdout_took.is_some())
        });
        Ok(last.filter(|row| row.ended.is_none()).and_then(|row| row.stdout_took))
    }

    /// The events that stdout is still to get: those since the moment `since`, which are from before this run, and those
    /// after the one at which the stdout of a killed run `left_off`.
    pub(super) fn past(
        &self,
        since: Option<Timestamp>,
        left_off: Option<i64>,
        base: i64,
    ) -> Result<Vec<PastEvent>, JournalError> {
        let agents: Vec<AgentRef> = self.agents.iter().filter_map(|agent| agent.entered).collect();
        let mut past = vec![];
        let queries = [
            since.map(|from| EventQuery { from: Some(from), ..EventQuery::default() }),
            left_off.map(|after_seq| EventQuery { after_seq, ..EventQuery::default() }),
        ];
        for query in queries.into_iter().flatten() {
            let query = EventQuery { agents: Some(agents.clone()), ..query };
            self.journal.events(&query, &mut |agent, mut recorded| {
                if let Some(index) = self.index(agent).filter(|_| recorded.seq <= base) {
                    if left_off.is_none_or(|last| recorded.seq <= last) {
                        recorded.event.mark_initial();
                    }
                    past.push(PastEvent { index, recorded });
                }
                ControlFlow::Continue(())
            })?;
        }
        past.sort_by_key(|one| one.recorded.seq);
        past.dedup_by_key(|one| one.recorded.seq);
        Ok(past)
    }

    /// Enters those anew who were erased by another process. The run goes on, and so does all about the others.
    fn enter_erased(
        &mut self,
        followed: &[Followed],
        now: Timestamp,
    ) -> Result<Option<Written>, JournalError> {
        let held: HashSet<AgentRef> = self.journal.agents()?.into_iter().map(|row| row.agent).collect();
        let mut erased = vec![];
        for (index, agent) in self.agents.iter_mut().enumerate() {
            if agent.entered.is_some_and(|entered| !held.contains(&entered)) {
                agent.entered = Some(enter(&self.journal, &agent.key, &followed[index], now)?);
                agent.noted_id = None;
                erased.push(index);
            }
        }
        if erased.is_empty() {
            return Ok(None);
        }
        Ok(Some(Written::Erased { agents: erased, base: self.journal.last_seq()? }))
    }

    pub(super) fn record(
        &mut self,
        entries: &[AgentEntry],
        stdout_seq: Option<i64>,
        followed: &[Followed],
        now: Timestamp,
    ) -> Result<Written, JournalError> {
        if let Some(erased) = self.enter_erased(followed, now)? {
            return Ok(erased);
        }
        match self.write(entries, stdout_seq, now) {
            Err(error @ JournalError::Forgotten { .. }) => self.enter_erased(followed, now)?.ok_or(error),
            written => {
                if matches!(written, Ok(Written::Done { .. })) {
                    for entry in entries {
                        self.note_id(entry, followed, now);
                    }
                }
                written
            }
        }
    }

    /// Notes how the answers name the agent, once their events are recorded: the next run compares its answers with that. What
    /// fails is tried again with the next entry.
    fn note_id(&mut self, entry: &AgentEntry, followed: &[Followed], now: Timestamp) {
        let (agent, id) = (&mut self.agents[entry.index], entry.agent_id.as_deref());
        if id.is_some()
            && id != agent.noted_id.as_deref()
            && self.journal.agent(&agent.key, &followed[entry.index].profile, id, now).is_ok()
        {
            agent.noted_id = id.map(str::to_owned);
        }
    }

    fn write(
        &self,
        entries: &[AgentEntry],
        stdout_seq: Option<i64>,
        now: Timestamp,
    ) -> Result<Written, JournalError> {
        let entry = |entry: &AgentEntry| {
            let (events, coverage) = (entry.events.clone(), entry.coverage.clone());
            Ok(Entry { agent: self.agent(entry.index)?, base: entry.base, events, coverage })
        };
        let entries = entries.iter().map(entry).collect::<Result<_, JournalError>>()?;
        match self.journal.record(&Round {
            by: Writer::Run(self.run),
            at: now,
            entries,
            stdout_took: stdout_seq,
        })? {
            Outcome::Written { seqs, last, .. } => Ok(Written::Done { seqs, last }),
            Outcome::Overtaken(newer) => {
                let mut news: Vec<News> = vec![];
                for (agent, recorded) in newer {
                    let Some(index) = self.index(agent) else { continue };
                    if let Some(one) = news.iter_mut().find(|one| one.index == index) {
                        one.events.push(recorded);
                    } else {
                        let coverage = self.coverage(index, now)?;
                        news.push(News { index, events: vec![recorded], coverage });
                    }
                }
                Ok(Written::Overtaken(news))
            }
        }
    }

    pub(super) fn refresh(&self, wanted: &Wanted, now: Timestamp) -> Result<Refreshed, JournalError> {
        let Wanted { index, base, parts, cadence, forces } = wanted;
        let agent = self.agent(*index)?;
        if self.journal.row(agent)?.is_none() {
            let news = News { index: *index, events: vec![], coverage: vec![] };
            return Ok(Refreshed { news, share: Share::Nobodys });
        }
        let mut lease = self.journal.lease_of(agent, now)?;
        if lease.as_ref().is_none_or(|lease| !lease.is_alive && lease.run != self.run) {
            lease = match self.journal.take_lease(agent, self.run, parts, *cadence, now)? {
                Taken::New | Taken::Own => None,
                Taken::Over(dead) => Some(dead),
                Taken::No(lease) => Some(lease),
            };
        }
        let share = match lease {
            Some(lease) if lease.is_alive && lease.run != self.run && !forces => Share::Theirs(Holder {
                beats: lease.has_beaten(now),
                parts: lease.parts,
                cadence: lease.cadence,
                newest_answer: lease.newest_answer,
            }),
            lease => {
                let dead = lease.filter(|lease| !lease.is_alive && lease.run != self.run);
                Share::Ours { taken_over: dead.map(|dead| Left { newest_answer: dead.newest_answer }) }
            }
        };
        let query = EventQuery { agents: Some(vec![agent]), after_seq: *base, ..EventQuery::default() };
        let events = self.journal.list_events(&query)?;
        Ok(Refreshed { news: News { index: *index, events, coverage: self.coverage(*index, now)? }, share })
    }
}
