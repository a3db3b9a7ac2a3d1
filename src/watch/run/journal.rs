//! The journal of a watch, between the loop and the journal's own thread.

use std::io;
use std::time::Duration;

use crate::floor::counters::Counters;
use crate::floor::diff::Memory;
use crate::floor::pause::OwnClocks;
use crate::floor::shift::DayRules;
use crate::floor::timeline::Recorded;
use crate::journal::JournalError;
use crate::watch::recorder::backend::{Begun, BegunAgent, JournalBackend, PastEvent};
use crate::watch::recorder::thread::{JournalThread, Reply};
use crate::watch::recorder::{AgentEntry, Backlog, PendingWrites};
use crate::watch::run::agent::InJournal;
use crate::watch::run::days::Days;
use crate::watch::run::round::Arrival;

pub(crate) struct WatchJournal {
    pub(super) pending: PendingWrites,
    pub(super) thread: JournalThread,
    /// Until the watch has begun.
    pub(super) beginning: Beginning,
    pub(super) choices: RecordingChoices,
    pub(super) stage: Stage,
    /// Since when the journal cannot be written, or opened.
    pub(super) unwritable_since: Option<Duration>,
    /// How the breaks of today are counted, for a display that shows them.
    pub(super) days: Option<Days>,
}

/// A journal is opened once. One that fails later is unwritable.
pub(super) enum Stage {
    NotOpenYet(NotOpenYet),
    Open(OpenJournal),
}

/// A journal that could not be opened when the watch began.
pub(super) struct NotOpenYet {
    /// What is recorded once it is open.
    pub(super) backlog: Backlog,
    /// As they were when the watch began: its answers are later than what was recorded before, whatever that is dated.
    pub(super) clocks: OwnClocks,
    pub(super) is_opening: bool,
    pub(super) last_try: Option<Duration>,
}

#[derive(Default)]
pub(super) struct OpenJournal {
    /// What waits for the next commit.
    pub(super) next: Vec<Arrival>,
    pub(super) under_way: Option<Commit>,
    /// When the last commit was begun.
    pub(super) last_commit: Option<Duration>,
    pub(super) is_refreshing: bool,
    /// When it was last asked who polls; `None` to ask again as soon as that is answered.
    pub(super) last_refresh: Option<Duration>,
}

/// What a watch begins with.
#[derive(Default)]
pub(super) struct Beginning {
    pub(super) agents: Vec<KnownAgent>,
    /// What is to be shown of the past.
    pub(super) past: Vec<PastEvent>,
    /// What else the list of a display begins with.
    pub(super) history: Vec<PastEvent>,
    /// Why the journal was not opened.
    pub(super) failed: Option<JournalError>,
}

/// What is known of an agent. Without a journal, that is nothing.
#[derive(Default)]
pub(super) struct KnownAgent {
    pub(super) memory: Memory,
    /// What a display knows of the agent's day.
    pub(super) history: Vec<Recorded>,
    pub(super) counters: Counters,
    pub(super) in_journal: InJournal,
}

/// How a watch uses its journal, as its command and options choose.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordingChoices {
    /// Whether stdout gets the events.
    pub(crate) has_stdout: bool,
    /// Whether agents are polled whom somebody else polls as well.
    pub(crate) polls_always: bool,
    /// Whether the journal outlives the watch. In that of a sandbox, nobody misses anything afterwards.
    pub(crate) is_kept: bool,
}

pub(super) struct Commit {
    pub(super) arrivals: Vec<Arrival>,
    pub(super) entries: Vec<AgentEntry>,
    pub(super) stdout_seq: Option<i64>,
}

impl WatchJournal {
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start(
        backend: Box<dyn JournalBackend>,
        begun: Begun,
        interval: Duration,
        choices: RecordingChoices,
    ) -> io::Result<Self> {
        let Begun { agents, past, history, .. } = begun;
        let known = |BegunAgent { memory, queue, counters, history }| {
            let in_journal = if queue.is_some() { InJournal::Yes } else { InJournal::No };
            (KnownAgent { memory, history, counters, in_journal }, queue.unwrap_or_default())
        };
        let (agents, queues) = agents.into_iter().map(known).unzip();
        Ok(Self {
            pending: PendingWrites::new(queues, interval),
            thread: JournalThread::start(backend)?,
            beginning: Beginning { agents, past, history, failed: None },
            choices,
            stage: Stage::Open(OpenJournal::default()),
            unwritable_since: None,
            days: None,
        })
    }

    /// Has the breaks of today counted by these rules.
    pub(crate) fn counting(self, rules: DayRules) -> Self {
        Self { days: Some(Days::new(rules)), ..self }
    }

    /// One of a journal that cannot be opened yet, for so many agents. Everybody is polled meanwhile.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn start_without(
        backend: Box<dyn JournalBackend>,
        failed: JournalError,
        agents: usize,
        clocks: &OwnClocks,
        interval: Duration,
        choices: RecordingChoices,
    ) -> io::Result<Self> {
        let memory = || Memory::default().restored(None, &[], &[], clocks);
        let agent =
            || BegunAgent { memory: memory(), queue: None, counters: Counters::default(), history: vec![] };
        let begun = Begun { agents: (0..agents).map(|_| agent()).collect(), ..Begun::default() };
        let mut journal = Self::start(backend, begun, interval, choices)?;
        let (backlog, clocks) = (Backlog::default(), clocks.clone());
        journal.stage = Stage::NotOpenYet(NotOpenYet { backlog, clocks, is_opening: false, last_try: None });
        journal.beginning.failed = Some(failed);
        Ok(journal)
    }

    pub(super) fn as_open(&mut self) -> Option<&mut OpenJournal> {
        match &mut self.stage {
            Stage::Open(open) => Some(open),
            Stage::NotOpenYet(_) => None,
        }
    }

    /// Whether it is written without trouble. A journal that is not open yet is in trouble from the beginning of the watch.
    pub(super) fn is_well(&self) -> bool {
        self.unwritable_since.is_none()
    }

    pub(super) fn has_passed(since: Option<Duration>, least: Duration, now: Duration) -> bool {
        since.is_none_or(|since| now.saturating_sub(since) >= least)
    }

    /// What the journal replies; waits for ever if there is none.
    pub(super) async fn reply(journal: &mut Option<Self>) -> Reply {
        match journal {
            Some(journal) => match journal.thread.reply().await {
                Some(reply) => reply,
                None => std::future::pending().await,
            },
            None => std::future::pending().await,
        }
    }
}

impl OpenJournal {
    /// What waits to be recorded before it is shown.
    pub(super) fn held(&self) -> impl Iterator<Item = &Arrival> {
        self.under_way.iter().flat_map(|commit| &commit.arrivals).chain(&self.next)
    }

    /// Whether something about this agent waits, before which nothing else about it is shown.
    pub(super) fn holds(&self, index: usize) -> bool {
        self.held().any(|arrival| arrival.index() == index)
    }
}
