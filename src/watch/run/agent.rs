//! One agent that a watch follows.

use std::sync::Arc;
use std::time::Duration;

use crate::floor::diff::Memory;
use crate::floor::event::FollowedPart;
use crate::watch::schedule::Schedule;
use crate::watch::source::{Stamp, WatchScope};
use crate::watch::view::{AgentView, Phase};

pub(super) struct WatchedAgent<S> {
    pub(super) source: S,
    /// What is followed.
    pub(super) scope: WatchScope,
    /// What the last poll was refused.
    pub(super) doubted: Vec<FollowedPart>,
    /// Whether its session has ended, and no newer one is stored; and what shows a login since the store was read.
    pub(super) is_expired: bool,
    pub(super) logins: Option<Stamp>,
    /// Who polls it.
    pub(super) sharing: Sharing,
    pub(super) in_journal: InJournal,
    /// When its breaks of today were last counted, for a display that shows them.
    pub(super) today_counted: Option<Duration>,
    /// What the poll that is under way asks for.
    pub(super) polling: WatchScope,
    pub(super) schedule: Schedule,
    pub(super) memory: Memory,
    /// Whether a note about damaged characters was written: one is enough for a shift.
    pub(super) was_mended: bool,
    pub(super) view: Arc<AgentView>,
}

/// Who polls an agent that others may follow as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sharing {
    /// That is still to be found out.
    Unknown,
    Ours,
    /// Somebody else; this part is read from the journal, and the rest, if any, is polled.
    Theirs(WatchScope),
}

/// How the journal stands to an agent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum InJournal {
    /// It is not recorded, or there is no journal.
    #[default]
    No,
    Yes,
    /// The file is another one, or the agent was erased from it: the next answer about tags is recorded as a first one.
    FromScratch,
}

impl<S> WatchedAgent<S> {
    pub(super) fn is_recorded(&self) -> bool {
        self.in_journal != InJournal::No
    }

    /// What this watch polls itself.
    pub(super) fn polled(&self) -> WatchScope {
        match self.sharing {
            Sharing::Unknown => WatchScope::NOTHING,
            Sharing::Ours => self.scope,
            Sharing::Theirs(read) => self.scope.without(read),
        }
    }

    /// Who polls it from now on. What this watch has not polled is due at once.
    pub(super) fn share(&mut self, sharing: Sharing, now: Duration) {
        self.sharing = sharing;
        let is_read = self.polled().is_empty();
        match (&self.view.phase, is_read) {
            (Phase::Due(_), true) => self.view().phase = Phase::Read,
            (Phase::Read, false) => self.view().phase = Phase::Due(now),
            _ => {}
        }
    }

    /// Polls it next, whenever that was to be.
    pub(super) fn poll_soon(&mut self, now: Duration) {
        if let Phase::Due(at) = &mut self.view().phase {
            *at = (*at).min(now);
        }
    }

    /// Whether an answer about tags is still under way, or was lost and none has come since.
    pub(super) fn may_have_lost_tags(&self) -> bool {
        let is_under_way = matches!(self.view.phase, Phase::Polling(_));
        self.polled().tags && (is_under_way || self.view.health.answer_was_lost())
    }

    /// Copies the view if it is published, so that a published one never changes.
    pub(super) fn view(&mut self) -> &mut AgentView {
        Arc::make_mut(&mut self.view)
    }
}
