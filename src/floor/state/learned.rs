//! What is known of an agent from events that another run, or another process, has recorded.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::{Break, Wrapup};
use crate::floor::event::{BreakStarted, EventKind, FollowedPart, WrapupStarted};
use crate::floor::identity::start::Starts;
use crate::floor::identity::value::RepeatedValue;
use crate::floor::pause::Moment;
use crate::floor::state::{AgentState, BreakIdentity, StateSince, as_written};
use crate::words::plain;

/// A time in which answers came without a hole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unbroken {
    /// By our monotonic clock.
    pub(crate) since: Duration,
    /// An answer within this time after the last one leaves none behind it.
    pub(crate) pause: Duration,
}

impl AgentState {
    /// Nothing is known but for whom the session answers.
    pub(crate) fn of_agent(agent_id: Option<&str>) -> Self {
        let agent_id = agent_id.map(str::to_owned);
        let agent = agent_id.is_some().then(|| RepeatedValue::new(agent_id.as_ref(), as_written));
        Self { agent, ..Self::default() }
    }

    /// Takes what an event reports that was noticed at the moment `now`, which the server called `server_now`, as far as is
    /// known.
    pub(crate) fn learn(&mut self, kind: &EventKind, server_now: Timestamp, now: Moment) {
        match kind {
            EventKind::AgentChanged(changed) => *self = Self::of_agent(changed.to.as_deref()),
            EventKind::BreakStarted(started) => self.learn_break(started, server_now, now),
            EventKind::BreakChanged(changed) => {
                if !self.break_state.as_ref().is_some_and(|known| known.state.on_break) {
                    let (reason, since) = (Some(changed.previous_reason.clone()), changed.since);
                    self.learn_break(&BreakStarted { reason, since, detail: None }, server_now, now);
                }
                if let Some(identity) = &mut self.break_identity {
                    identity.reason.learn(Some(&changed.previous_reason));
                    identity.reason.learn(changed.reason.as_ref());
                    identity.starts.attend(now);
                }
                if let Some(known) = &mut self.break_state {
                    known.state.reason.clone_from(&changed.reason);
                    known.attend(server_now, now.monotonic());
                }
            }
            EventKind::BreakEnded(_) => {
                self.break_state = Some(StateSince::learned(Break::default(), server_now, now.monotonic()));
                self.break_identity = None;
            }
            EventKind::WrapupStarted(started) => {
                let WrapupStarted { ends_at, remaining_seconds, call_id, customer } = started.clone();
                self.call = Some(RepeatedValue::new(call_id.as_ref(), as_written));
                let state =
                    Wrapup { in_wrapup: true, ends_at, remaining_seconds, call_id, customer, detail: None };
                self.wrapup = Some(StateSince::learned(state, server_now, now.monotonic()));
            }
            EventKind::WrapupEnded(_) => {
                self.call = None;
                self.wrapup = Some(StateSince::learned(Wrapup::default(), server_now, now.monotonic()));
            }
            _ => {}
        }
    }

    /// Takes that an answer about `part` came at the moment `now`, which the server called `server_now`. What it showed beyond
    /// what was reported before is in the events of the same answer.
    pub(crate) fn attend(
        &mut self,
        part: FollowedPart,
        server_now: Timestamp,
        now: Moment,
        unbroken: Unbroken,
    ) {
        let monotonic = now.monotonic();
        match part {
            FollowedPart::Tags => {}
            FollowedPart::Breaks => {
                if let Some(identity) = &mut self.break_identity {
                    identity.starts.attend(now);
                }
                let unknown = || StateSince::learned(Break::default(), server_now, monotonic);
                let known = self.break_state.get_or_insert_with(unknown);
                known.attend(server_now, monotonic);
                known.go_on(unbroken, !known.state.on_break);
            }
            FollowedPart::Wrapups => {
                let unknown = || StateSince::learned(Wrapup::default(), server_now, monotonic);
                let known = self.wrapup.get_or_insert_with(unknown);
                known.attend(server_now, monotonic);
                known.go_on(unbroken, !known.state.in_wrapup);
            }
        }
    }

    fn learn_break(&mut self, started: &BreakStarted, server_now: Timestamp, now: Moment) {
        let BreakStarted { reason, since, detail } = started.clone();
        let starts = Starts::known(since, server_now, now);
        self.break_identity =
            Some(BreakIdentity { starts, reason: RepeatedValue::new(reason.as_ref(), plain) });
        let agent_id = self.agent.as_ref().and_then(RepeatedValue::get).cloned();
        let state = Break { on_break: true, reason, since, agent_id, user_id: None, detail };
        self.break_state = Some(StateSince::learned(state, server_now, now.monotonic()));
    }

    /// The break that there is, as the event of its beginning.
    pub(crate) fn opening_break(&self) -> Option<EventKind> {
        let Break { reason, since, detail, .. } =
            self.break_state.as_ref().filter(|known| known.state.on_break)?.state.clone();
        Some(EventKind::BreakStarted(BreakStarted { reason, since, detail }))
    }

    /// The wrap-up that there is, as the event of its beginning.
    pub(crate) fn opening_wrapup(&self, now: Duration) -> Option<EventKind> {
        let known = self.wrapup.as_ref().filter(|known| known.state.in_wrapup)?;
        let Wrapup { ends_at, call_id, customer, .. } = known.state.clone();
        let remaining_seconds = known.seconds_left(now);
        Some(EventKind::WrapupStarted(WrapupStarted { ends_at, remaining_seconds, call_id, customer }))
    }
}

impl<S> StateSince<S> {
    fn learned(state: S, server_now: Timestamp, now: Duration) -> Self {
        Self { state, seen_from: now, polled_at: now, server_now, said_at: now, continued_until: None }
    }

    /// An answer that is older than what is known adds nothing.
    fn attend(&mut self, server_now: Timestamp, now: Duration) {
        if self.polled_at < now {
            (self.polled_at, self.server_now) = (now, server_now);
        }
    }

    /// Takes for how long answers came without a hole. What nobody saw may have been in a hole before, if the last answer `denies`
    /// it.
    fn go_on(&mut self, unbroken: Unbroken, denies: bool) {
        if denies {
            self.seen_from = self.seen_from.max(unbroken.since).min(self.polled_at);
        }
        self.continued_until = Some(self.polled_at.saturating_add(unbroken.pause));
    }
}
