//! The whole state of a watch at one moment, for a display: one that has missed some states needs only the newest.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::alerts::CrossedLimits;
use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind, StateCause};
use crate::floor::health::Health;
use crate::floor::state::AgentState;

/// Of each agent.
const KEPT_TAGS: usize = 50;

const KEPT_NEWS: usize = 100;

/// The whole floor. Unchanged parts are shared with the last one, so a copy costs little.
#[derive(Clone, Debug, Default)]
pub struct FloorView {
    /// In the order in which the profiles are followed.
    pub agents: Vec<Arc<AgentView>>,
    /// Events that the agents' states do not show, oldest first.
    pub news: Arc<VecDeque<Event>>,
    pub tags_reported: u64,
    /// Since the start, by the monotonic clock.
    pub now: Duration,
    pub wall: Timestamp,
    pub interval: Duration,
}

#[derive(Clone, Debug)]
pub struct AgentView {
    pub profile: String,
    pub state: AgentState,
    pub health: Health,
    pub crossed: CrossedLimits,
    pub tags: Arc<VecDeque<Tag>>,
    pub phase: Phase,
    /// Of the last poll, if it failed.
    pub failure: Option<LastFailure>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    pub message: String,
    pub code: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A poll at this moment, by the monotonic clock since the start.
    Due(Duration),
    /// A poll that started at this moment is under way.
    Polling(Duration),
    /// It is no longer polled; the text is the reason.
    Over(String),
}

impl AgentView {
    #[must_use]
    pub fn new(profile: String, first_poll: Duration) -> Self {
        Self {
            profile,
            state: AgentState::default(),
            health: Health::default(),
            crossed: CrossedLimits::default(),
            tags: Arc::default(),
            phase: Phase::Due(first_poll),
            failure: None,
        }
    }

    /// `None` during a poll, or if the agent is no longer polled.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        match self.phase {
            Phase::Due(at) => Some(at),
            Phase::Polling(_) | Phase::Over(_) => None,
        }
    }

    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    pub fn keep(&mut self, tag: Tag) {
        let tags = Arc::make_mut(&mut self.tags);
        tags.push_front(tag);
        tags.truncate(KEPT_TAGS);
    }
}

impl FloorView {
    /// Keeps the event, if the agents' states do not show it.
    pub fn note(&mut self, event: &Event) {
        self.tags_reported += u64::from(matches!(event.kind, EventKind::Tag(_)));
        if is_news(&event.kind) {
            let news = Arc::make_mut(&mut self.news);
            news.push_back(event.clone());
            if news.len() > KEPT_NEWS {
                news.pop_front();
            }
        }
    }
}

/// Alerts, gaps, connections, sessions and clocks: no agent's state shows them.
fn is_news(kind: &EventKind) -> bool {
    match kind {
        EventKind::State(state) => state.because != StateCause::FirstLook,
        EventKind::Alert(_)
        | EventKind::Gap(_)
        | EventKind::ConnectionLost(_)
        | EventKind::ConnectionRestored(_)
        | EventKind::SessionExpired(_)
        | EventKind::SessionRenewed(_)
        | EventKind::AgentChanged(_)
        | EventKind::ProfileEnded(_) => true,
        EventKind::Start(_)
        | EventKind::Tag(_)
        | EventKind::BreakStarted(_)
        | EventKind::BreakChanged(_)
        | EventKind::BreakEnded(_)
        | EventKind::WrapupStarted(_)
        | EventKind::WrapupEnded(_)
        | EventKind::Heartbeat(_)
        | EventKind::End(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::every_event;

    #[test]
    fn what_the_states_cannot_show_is_news() {
        let is_kept = |event: &Event| {
            let mut view = FloorView::default();
            view.note(event);
            !view.news.is_empty()
        };
        let kept: Vec<&str> = every_event()
            .iter()
            .filter(|event| is_kept(event))
            .map(|event| event.kind.words().name)
            .collect();
        let expected = [
            "state",
            "state",
            "agent_changed",
            "alert",
            "alert",
            "gap",
            "gap",
            "connection_lost",
            "connection_restored",
            "session_expired",
            "session_renewed",
            "profile_ended",
            "profile_ended",
        ];
        assert_eq!(kept, expected, "a first state is none");
    }

    #[test]
    fn the_oldest_news_and_tags_make_room() {
        let (mut view, mut agent) = (FloorView::default(), AgentView::new("asha".into(), Duration::ZERO));
        let gap = every_event().into_iter().find(|event| event.kind.words().name == "gap").expect("a gap");
        for number in 0..KEPT_NEWS + 5 {
            view.note(&Event { profile: Some(number.to_string()), ..gap.clone() });
            agent.keep(crate::floor::samples::tag(&format!("t{number}")));
        }
        assert_eq!(view.news.len(), KEPT_NEWS);
        assert_eq!(view.news.front().expect("news").profile.as_deref(), Some("5"));
        assert_eq!(agent.tags.len(), KEPT_TAGS);
        assert_eq!(agent.tags.front().expect("a tag").id.as_deref(), Some("t104"));
    }
}
