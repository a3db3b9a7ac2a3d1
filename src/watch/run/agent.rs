//! One agent that a watch follows.

use std::sync::Arc;

use crate::floor::diff::Memory;
use crate::watch::schedule::Schedule;
use crate::watch::source::WatchScope;
use crate::watch::view::AgentView;

pub(super) struct WatchedAgent<S> {
    pub(super) source: S,
    pub(super) scope: WatchScope,
    pub(super) schedule: Schedule,
    pub(super) memory: Memory,
    /// Whether a note about damaged characters was written: one is enough for a shift.
    pub(super) was_mended: bool,
    pub(super) view: Arc<AgentView>,
}

impl<S> WatchedAgent<S> {
    /// Copies the view if it is published, so that a published one never changes.
    pub(super) fn view(&mut self) -> &mut AgentView {
        Arc::make_mut(&mut self.view)
    }
}
