//! What a watch needs of a journal, and what it gets. `index` is everywhere the place of an agent among those that the watch
//! follows.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::counters::Counters;
use crate::floor::diff::Memory;
use crate::floor::event::FollowedPart;
use crate::floor::pause::OwnClocks;
use crate::floor::shift::{DayRules, Today};
use crate::floor::timeline::{Coverage, Recorded};
use crate::journal::JournalError;
use crate::watch::recorder::sharing::Holder;
use crate::watch::recorder::{AgentEntry, AgentQueue};

/// The journal of one run.
pub(crate) trait JournalBackend: Send {
    /// Opens a journal that could not be opened when the watch began; `None` if there is nobody to record.
    fn begin(&mut self, clocks: &OwnClocks) -> Result<Option<Begun>, JournalError>;

    /// Writes these entries in one commit, or nothing.
    fn record(&mut self, entries: &[AgentEntry], stdout_seq: Option<i64>) -> Result<Written, JournalError>;

    /// What others have recorded of these agents, and who polls them. Where nobody does, this watch does from now on.
    fn refresh(&mut self, wanted: &[Wanted]) -> Result<Vec<Refreshed>, JournalError>;

    /// The breaks of today of each of these agents; `None` where no answer of today is recorded.
    fn today(&mut self, agents: &[usize], rules: &DayRules) -> Result<Vec<Option<Today>>, JournalError>;

    /// Takes a small step of what keeps the journal small, and its numbers hidden, if it is time; whether there may be more
    /// to do at once. Trouble is told where something is recorded.
    fn tidy(&mut self) -> bool;

    /// Ends the run. It goes on polling nobody; of those in `may_have_lost`, an answer may be lost.
    fn end(&mut self, stdout_seq: Option<i64>, may_have_lost: &[usize]) -> Result<(), JournalError>;
}

#[derive(Debug)]
pub(crate) enum Written {
    Done {
        /// For each event, entry by entry; `None` where it was known already.
        seqs: Vec<Option<i64>>,
        last: i64,
    },
    /// Others were quicker: their events are to be learned first.
    Overtaken(Vec<News>),
    /// Nothing is written, because another file has taken the place of the journal. All agents are known up to `base`.
    Renewed { base: i64, why: Option<String> },
    /// Nothing is written, because these agents were erased. They are entered anew, and known up to `base`.
    Erased { agents: Vec<usize>, base: i64 },
}

/// What others have recorded of an agent.
#[derive(Clone, Debug)]
pub(crate) struct News {
    pub(crate) index: usize,
    pub(crate) events: Vec<Recorded>,
    /// Lately.
    pub(crate) coverage: Vec<Coverage>,
}

#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) index: usize,
    pub(crate) base: i64,
    pub(crate) parts: Vec<FollowedPart>,
    pub(crate) cadence: Duration,
    /// Whether it is polled whoever else does.
    pub(crate) forces: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Refreshed {
    pub(crate) news: News,
    pub(crate) share: Share,
}

/// Who polls an agent.
#[derive(Clone, Debug)]
pub(crate) enum Share {
    Ours {
        /// If it was somebody else's until now who has died.
        taken_over: Option<Left>,
    },
    Theirs(Holder),
    /// Nobody, because the agent was erased: whoever writes next enters it anew.
    Nobodys,
}

/// What somebody who has died has left of an agent that he polled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left {
    /// When the newest answer came that he recorded; `None` if there was none.
    pub(crate) newest_answer: Option<Timestamp>,
}

/// What a watch begins with.
#[derive(Debug, Default)]
pub(crate) struct Begun {
    pub(crate) agents: Vec<BegunAgent>,
    /// What is to be shown of the past.
    pub(crate) past: Vec<PastEvent>,
    /// What else the list of a display begins with, oldest first. Nobody reports it.
    pub(crate) history: Vec<PastEvent>,
    /// Where a damaged journal was put.
    pub(crate) set_aside: Option<PathBuf>,
}

#[derive(Debug)]
pub(crate) struct BegunAgent {
    pub(crate) memory: Memory,
    /// `None` if it is not recorded.
    pub(crate) queue: Option<AgentQueue>,
    /// Of what is recorded.
    pub(crate) counters: Counters,
    /// What a display knows of the agent's day, and nobody reports. What is in `past` comes by itself.
    pub(crate) history: Vec<Recorded>,
}

#[derive(Debug)]
pub(crate) struct PastEvent {
    pub(crate) index: usize,
    pub(crate) recorded: Recorded,
}
