//! The whole state of a watch at one moment, for a display: one that has missed some states needs only the newest.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::client::replies::agent_name::agent_name;
use crate::floor::alerts::CrossedLimits;
use crate::floor::counters::Counters;
use crate::floor::event::{Event, EventKind, StateCause};
use crate::floor::health::Health;
use crate::floor::shift::Today;
use crate::floor::state::AgentState;

/// Of each agent.
pub(crate) const KEPT_OF_AGENT: usize = 50;

/// Of the whole floor: what a person can catch up on after a break.
pub(crate) const KEPT_OF_FLOOR: usize = 1_000;

/// Data is stale after two intervals and this time.
const GRACE: Duration = Duration::from_secs(5);

/// For so long no answer is missing, if polls are so far apart.
#[must_use]
pub fn patience(interval: Duration) -> Duration {
    interval * 2 + GRACE
}

/// The whole floor. Unchanged parts are shared with the last one, so a copy costs little.
#[derive(Clone, Debug, Default)]
pub struct FloorView {
    /// In the order in which the profiles are followed.
    pub agents: Vec<Arc<AgentView>>,
    /// What has happened on the floor.
    pub events: EventLog,
    /// Since the start, by the monotonic clock.
    pub now: Duration,
    pub wall: Timestamp,
    pub interval: Duration,
    /// Whether the journal can be written; `None` without one.
    pub journal_is_well: Option<bool>,
}

#[derive(Clone, Debug)]
pub struct AgentView {
    pub profile: String,
    pub name: ServerName,
    pub state: AgentState,
    pub health: Health,
    pub crossed: CrossedLimits,
    pub counters: Counters,
    /// Its breaks of today; `None` where no journal tells of them.
    pub today: Option<Arc<Today>>,
    /// The agent's tags, breaks and wrap-ups.
    pub history: EventLog,
    pub phase: Phase,
    /// Of the last poll, if it failed.
    pub failure: Option<LastFailure>,
}

/// What the server calls the agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerName {
    #[default]
    Unknown,
    Known(String),
    /// It names several, so its notifications are about others too.
    Several,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// The stable word of its kind.
    pub kind: &'static str,
    pub message: String,
    pub code: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// A poll at this moment, by the monotonic clock since the start.
    Due(Duration),
    /// A poll that started at this moment is under way.
    Polling(Duration),
    /// Another process polls it, and this watch reads what that records.
    Read,
    /// It is no longer polled; the text is the reason.
    Over(String),
}

impl AgentView {
    #[must_use]
    pub fn new(profile: String, first_poll: Duration) -> Self {
        Self {
            profile,
            name: ServerName::default(),
            state: AgentState::default(),
            health: Health::default(),
            crossed: CrossedLimits::default(),
            counters: Counters::default(),
            today: None,
            history: EventLog::default(),
            phase: Phase::Due(first_poll),
            failure: None,
        }
    }

    /// `None` during a poll, or if this watch does not poll the agent.
    #[must_use]
    pub fn due(&self) -> Option<Duration> {
        match self.phase {
            Phase::Due(at) => Some(at),
            Phase::Polling(_) | Phase::Read | Phase::Over(_) => None,
        }
    }

    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Over(_))
    }

    /// How old the last answer is, which may have said only a part of what was asked for, or be of an earlier run.
    #[must_use]
    pub fn lag(&self, now: Duration) -> Option<Duration> {
        let AgentState { break_state, wrapup, .. } = &self.state;
        let of_break = break_state.as_ref().map(|known| known.age(now));
        let of_wrapup = wrapup.as_ref().map(|known| known.age(now));
        [self.health.lag(now), of_break, of_wrapup].into_iter().flatten().min()
    }

    /// Whether the last answer is older than it should be.
    #[must_use]
    pub fn is_silent(&self, now: Duration, interval: Duration) -> bool {
        !self.is_over() && self.lag(now).is_some_and(|lag| lag > patience(interval))
    }

    /// The monotonic moment for which what is known speaks: now, or that of the last answer if no other came when it should.
    /// Then nobody knows whether the state still goes on, and its length stands still.
    #[must_use]
    pub fn seen_at(&self, now: Duration, interval: Duration) -> Duration {
        let lag = self.lag(now).filter(|_| self.is_silent(now, interval));
        now.saturating_sub(lag.unwrap_or_default())
    }

    /// Learns what the server calls the agent.
    pub fn learn(&mut self, name: String) {
        self.name = match std::mem::take(&mut self.name) {
            ServerName::Unknown => ServerName::Known(name),
            ServerName::Known(known) if known == name => ServerName::Known(known),
            ServerName::Known(_) | ServerName::Several => ServerName::Several,
        }
    }

    /// Keeps the event, if it is of the agent's day, and what it calls the agent.
    pub fn note(&mut self, event: &Arc<Event>) {
        if let EventKind::Tag(reported) = &event.kind
            && let Some(name) = agent_name(&reported.tag.fields)
        {
            self.learn(name);
        }
        if matches!(event.kind, EventKind::AgentChanged(_)) {
            self.name = ServerName::Unknown;
        }
        if is_of_the_day(&event.kind) {
            self.history.keep(event, KEPT_OF_AGENT);
        }
    }
}

impl FloorView {
    /// Keeps the event, if it is news.
    pub fn note(&mut self, event: &Arc<Event>) {
        if is_news(&event.kind) {
            self.events.keep(event, KEPT_OF_FLOOR);
        }
    }
}

/// The newest events. A copy shares them.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    /// Oldest first.
    events: Arc<VecDeque<Arc<Event>>>,
    noted: usize,
}

impl EventLog {
    /// The oldest one makes room.
    fn keep(&mut self, event: &Arc<Event>, most: usize) {
        let events = Arc::make_mut(&mut self.events);
        // Clocks of others put no news out of sight: only what was there before the watch is in the order of its times.
        let place = match time_before_the_watch(event) {
            Some(time) => events.partition_point(|one| listed_at(one) <= time),
            None => events.len(),
        };
        events.insert(place, Arc::clone(event));
        if events.len() > most {
            events.pop_front();
        }
        self.noted += 1;
    }

    /// By when they were noticed.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Event> + DoubleEndedIterator {
        self.events.iter().rev().map(AsRef::as_ref)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many there have been, with those that have made room.
    #[must_use]
    pub fn noted(&self) -> usize {
        self.noted
    }
}

/// Where an event is in the order of a list.
pub(crate) fn listed_at(event: &Event) -> Timestamp {
    time_before_the_watch(event).unwrap_or(event.at)
}

fn time_before_the_watch(event: &Event) -> Option<Timestamp> {
    match &event.kind {
        EventKind::Tag(reported) if reported.initial => Some(reported.tag.time?.min(event.at)),
        _ => None,
    }
}

pub(crate) fn is_of_the_day(kind: &EventKind) -> bool {
    matches!(
        kind,
        EventKind::Tag(_)
            | EventKind::BreakStarted(_)
            | EventKind::BreakChanged(_)
            | EventKind::BreakEnded(_)
            | EventKind::WrapupStarted(_)
            | EventKind::WrapupEnded(_)
    )
}

/// Signs of life and first states are none.
fn is_news(kind: &EventKind) -> bool {
    match kind {
        EventKind::State(state) => state.because != StateCause::FirstLook,
        EventKind::Start(_) | EventKind::Heartbeat(_) | EventKind::End(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::ReportedTag;
    use crate::floor::samples::{at, every_event, tag};

    fn names(log: &EventLog) -> Vec<&'static str> {
        log.newest_first().rev().map(|event| event.kind.words().name).collect()
    }

    #[test]
    fn the_floor_keeps_what_happens_and_an_agent_what_is_of_the_day() {
        let (mut floor, mut agent) = (FloorView::default(), AgentView::new("asha".into(), Duration::ZERO));
        for event in every_event() {
            // A tag from before the watch is sorted in by its time.
            let event = Arc::new(Event { at: at(60), ..event });
            floor.note(&event);
            agent.note(&event);
        }
        let silent = ["start", "heartbeat", "end"];
        let of_the_day =
            ["tag", "break_started", "break_changed", "break_ended", "wrapup_started", "wrapup_ended"];
        let all = every_event();
        let all = || all.iter().map(|event| event.kind.words().name);
        let mut news: Vec<_> = all().filter(|name| !silent.contains(name)).collect();
        news.remove(0);
        assert_eq!(names(&floor.events), news, "a first state is no news");
        assert_eq!(names(&agent.history), all().filter(|name| of_the_day.contains(name)).collect::<Vec<_>>());
    }

    #[test]
    fn an_agent_has_the_name_that_the_server_gives_alone() {
        let mut agent = AgentView::new("asha".into(), Duration::ZERO);
        let known = || ServerName::Known("Asha".into());
        for (name, expected) in [
            ("Asha", known()),
            ("Asha", known()),
            ("Ravi", ServerName::Several),
            ("Asha", ServerName::Several),
        ] {
            agent.learn(name.to_owned());
            assert_eq!(agent.name, expected);
        }
        for event in every_event() {
            agent.note(&Arc::new(event));
        }
        assert_eq!(agent.name, ServerName::Unknown, "it is about another agent since agent_changed");
    }

    #[test]
    fn the_oldest_events_make_room() {
        let (mut view, mut agent) = (FloorView::default(), AgentView::new("asha".into(), Duration::ZERO));
        for number in 0..KEPT_OF_FLOOR + 5 {
            let reported = ReportedTag { tag: tag(&format!("t{number}")), initial: false, changed: false };
            let event = Event {
                at: at(0),
                server_time: None,
                profile: None,
                kind: EventKind::Tag(Box::new(reported)),
            };
            view.note(&Arc::new(event.clone()));
            agent.note(&Arc::new(event));
        }
        let id = |event: &Event| match &event.kind {
            EventKind::Tag(reported) => reported.tag.id.clone().expect("an id"),
            other => panic!("{other:?}"),
        };
        let ends = |log: &EventLog| {
            let ids: Vec<_> = log.newest_first().map(id).collect();
            (ids.len(), ids[0].to_string(), ids[ids.len() - 1].to_string())
        };
        assert_eq!(ends(&view.events), (1_000, "t1004".into(), "t5".into()));
        assert_eq!(ends(&agent.history), (50, "t1004".into(), "t955".into()));
        assert_eq!(view.events.noted(), 1_005);
    }

    #[test]
    fn what_was_there_before_the_watch_is_in_order_and_a_wrong_clock_hides_no_news() {
        let mut view = FloorView::default();
        let mut note = |second: i64, name: &str, initial| {
            let reported = ReportedTag { tag: tag(name), initial, changed: false };
            let event = Event {
                at: at(second),
                server_time: None,
                profile: None,
                kind: EventKind::Tag(Box::new(reported)),
            };
            view.note(&Arc::new(event));
        };
        note(100, "a40", true);
        note(100, "a70", true);
        note(103, "b10", true);
        note(103, "b60", true);
        // By the server's clock it is an hour ago, and so is ours.
        note(105, "c-3600", false);
        note(50, "d20", false);
        // Another profile's first answer.
        note(106, "e30", true);
        // Still to come.
        note(106, "f9000", true);
        let ids = view.events.newest_first().map(|event| match &event.kind {
            EventKind::Tag(reported) => reported.tag.id.clone().expect("an id").to_string(),
            other => panic!("{other:?}"),
        });
        let ids: Vec<_> = ids.rev().collect();
        assert_eq!(ids, ["b10", "e30", "a40", "b60", "a70", "c-3600", "d20", "f9000"]);
    }
}
