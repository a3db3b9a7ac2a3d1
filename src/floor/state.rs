//! What is known of one agent's break and wrap-up, how long each has lasted, and what a newer answer changes.
//! Nothing is concluded that the server did not send.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::{Break, Wrapup};
use crate::floor::event::{
    AgentChanged, BreakChanged, BreakEnded, BreakStarted, EventKind, WrapupEnded, WrapupStarted,
};
use crate::floor::identity::start::{StartChange, Starts};
use crate::floor::identity::value::{RepeatedValue, ValueChange};
use crate::floor::poll_result::PollResult;
use crate::words::plain;

pub(crate) use learned::Unbroken;

mod learned;
#[cfg(test)]
mod tests;

/// What is known of one profile.
#[derive(Clone, Debug, Default)]
pub struct AgentState {
    /// Break or no break; `None` until the server answered.
    pub break_state: Option<StateSince<Break>>,
    /// Wrap-up or no wrap-up; `None` until the server answered.
    pub wrapup: Option<StateSince<Wrapup>>,
    /// Whom the session answers for.
    agent: Option<RepeatedValue>,
    /// By what the break is known.
    break_identity: Option<BreakIdentity>,
    /// The call that the wrap-up follows.
    call: Option<RepeatedValue>,
}

/// By what a break is known to be the same at the next poll.
#[derive(Clone, Debug)]
struct BreakIdentity {
    starts: Starts,
    reason: RepeatedValue,
}

/// A state, and since when the watch has seen it. Lengths count on between polls by our monotonic clock, so that it
/// disturbs them neither if a clock is wrong nor if one is set.
#[derive(Clone, Debug)]
pub struct StateSince<S> {
    /// The last answer about it.
    pub state: S,
    /// When the watch saw this state first, by our monotonic clock.
    pub seen_from: Duration,
    polled_at: Duration,
    server_now: Timestamp,
    /// When the answer came that said what `state` has: later ones may only have repeated it.
    said_at: Duration,
    /// Of what was recorded: an answer that comes later leaves a hole behind the last one.
    continued_until: Option<Duration>,
}

impl<S> StateSince<S> {
    fn new(state: S, seen_from: Duration, poll: &PollResult) -> Self {
        let (polled_at, said_at) = (poll.monotonic, poll.monotonic);
        Self { state, seen_from, polled_at, server_now: poll.server_now(), said_at, continued_until: None }
    }

    /// Since when answers have shown it without a hole, if one that came at `now` shows it as well.
    fn shown_from(&self, now: Duration) -> Duration {
        if self.continued_until.is_some_and(|until| until < now) { now } else { self.seen_from }
    }

    /// Seconds from `moment`, which the server named, until `now`; negative if it is still to come.
    fn seconds_from(&self, moment: Timestamp, now: Duration) -> i64 {
        let at_poll = self.server_now.duration_since(moment).as_secs();
        at_poll.saturating_add(whole_seconds(now.saturating_sub(self.polled_at)))
    }

    /// How old the last answer about it is at the monotonic moment `now`.
    #[must_use]
    pub fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.polled_at)
    }

    /// Until when it is known to go on at `now`: until now, unless the next answer is late because none came within `patience`.
    #[must_use]
    pub fn known_until(&self, now: Duration, patience: Duration) -> Duration {
        if self.age(now) > patience { self.polled_at } else { now }
    }

    /// Whether the answer that came at `moment` is the last one.
    pub(crate) fn is_of(&self, moment: Duration) -> bool {
        self.polled_at == moment
    }

    fn seconds_seen(&self, now: Duration) -> i64 {
        whole_seconds(now.saturating_sub(self.seen_from))
    }
}

impl StateSince<Break> {
    /// Seconds since the start that the server gave, at the monotonic moment `now`.
    #[must_use]
    pub fn seconds_since_start(&self, now: Duration) -> Option<i64> {
        self.state.since.map(|since| self.seconds_from(since, now).max(0))
    }

    /// Seconds for which the state has held at least: since the start given, or since it was first seen.
    #[must_use]
    pub fn seconds_at_least(&self, now: Duration) -> i64 {
        self.seconds_since_start(now).unwrap_or_default().max(self.seconds_seen(now))
    }
}

impl StateSince<Wrapup> {
    /// Seconds until the end that the server gave, or of those that it said were left; negative once it has passed.
    #[must_use]
    pub fn seconds_left(&self, now: Duration) -> Option<i64> {
        let until_end = self.state.ends_at.map(|end| self.seconds_from(end, now).saturating_neg());
        let passed = whole_seconds(now.saturating_sub(self.said_at));
        until_end.or_else(|| self.state.remaining_seconds.map(|left| left.saturating_sub(passed)))
    }

    /// Seconds since it was first seen: the server does not report when a wrap-up began.
    #[must_use]
    pub fn seconds_at_least(&self, now: Duration) -> i64 {
        self.seconds_seen(now)
    }

    /// The monotonic moment of the end that the server gave, if it is still to come: worth a poll.
    #[must_use]
    pub fn ends_at(&self, now: Duration) -> Option<Duration> {
        let left = u64::try_from(self.seconds_left(now)?).ok()?;
        self.state.in_wrapup.then(|| now + Duration::from_secs(left))
    }
}

impl AgentState {
    /// Whether the last answer gave a start that the next ones have to confirm: another break may have begun.
    pub(crate) fn may_be_another_break(&self) -> bool {
        self.break_identity.as_ref().is_some_and(|identity| identity.starts.awaits_what_it_got())
    }

    /// Whether `answer`, which is the last one, names a call that the next one has to confirm: another wrap-up may have
    /// begun.
    pub(crate) fn may_be_another_wrapup(&self, answer: Option<&Wrapup>) -> bool {
        let names_a_call = answer.is_some_and(|answer| answer.call_id.is_some());
        names_a_call && self.call.as_ref().is_some_and(RepeatedValue::is_open)
    }

    /// The poll without each state about which another answer is known that came after the request of this one was sent.
    /// Another process had that answer, and nobody knows which of the two the server gave first. So this one changes nothing
    /// and covers nothing, and the next poll decides. Nothing starves: of two such answers, one is always taken.
    pub(crate) fn in_order<'p>(&self, poll: &'p PollResult) -> Cow<'p, PollResult> {
        let crosses = |polled_at: Duration| poll.sent() < polled_at;
        let of_break = self.break_state.as_ref().is_some_and(|known| crosses(known.polled_at));
        let of_wrapup = self.wrapup.as_ref().is_some_and(|known| crosses(known.polled_at));
        if !of_break && !of_wrapup {
            return Cow::Borrowed(poll);
        }
        let mut rest = poll.clone();
        rest.break_state.take_if(|_| of_break);
        rest.wrapup.take_if(|_| of_wrapup);
        Cow::Owned(rest)
    }

    /// What is known after `poll`, and the events that report the difference. What was not known before
    /// is no event.
    #[must_use]
    pub fn after(&self, poll: &PollResult) -> (Self, Vec<EventKind>) {
        let mut events = Vec::new();
        let mut next = self.clone();
        let agent = poll.break_state.as_ref().and_then(|answer| answer.agent_id.as_ref());
        match next
            .agent
            .get_or_insert_with(|| RepeatedValue::new(agent, as_written))
            .after(agent, poll.monotonic)
        {
            ValueChange::None => {}
            // Perhaps it speaks of somebody else.
            ValueChange::Open => return (next, events),
            ValueChange::Confirmed { previous, .. } => {
                let known = RepeatedValue::new(agent, as_written);
                events.push(EventKind::AgentChanged(AgentChanged {
                    from: Some(previous),
                    to: known.get().cloned(),
                }));
                next = Self { agent: Some(known), ..Self::default() };
            }
        }
        if let Some(answer) = &poll.break_state {
            next.take_break(answer, poll, &mut events);
        }
        if let Some(answer) = &poll.wrapup {
            next.take_wrapup(answer, poll, &mut events);
        }
        (next, events)
    }

    fn take_break(&mut self, new: &Break, poll: &PollResult, events: &mut Vec<EventKind>) {
        let old = self.break_state.take();
        let (old, identity) = match (old, self.break_identity.take()) {
            (Some(old), Some(identity)) if old.state.on_break && new.on_break => (old, identity),
            (old, _) => return self.begin_break(old, new, poll, events),
        };
        let mut identity = identity;
        let start = identity.starts.after(new.since, poll);
        if let StartChange::Confirmed { start, seen } = start {
            let new = Break { since: Some(start), ..new.clone() };
            self.begin_break(Some(old), &new, poll, events);
            if let Some(since) = &mut self.break_state {
                since.seen_from = seen;
            }
            return;
        }
        if start != StartChange::None {
            // Where another break may have begun, its reason is not this one's.
            identity.reason.doubt(new.reason.as_ref());
        } else if let ValueChange::Confirmed { previous, .. } =
            identity.reason.after(new.reason.as_ref(), poll.monotonic)
        {
            events.push(EventKind::BreakChanged(BreakChanged {
                reason: identity.reason.get().cloned(),
                previous_reason: previous,
                since: identity.starts.get(),
            }));
        }
        // A later answer may leave out what an earlier one held about this same break.
        let state = Break {
            reason: identity.reason.get().cloned(),
            since: identity.starts.get(),
            detail: new.detail.clone().or(old.state.detail),
            ..new.clone()
        };
        self.break_state = Some(StateSince::new(state, old.seen_from, poll));
        self.break_identity = Some(identity);
    }

    /// Takes an answer that is not about the break that was known.
    fn begin_break(
        &mut self,
        old: Option<StateSince<Break>>,
        new: &Break,
        poll: &PollResult,
        events: &mut Vec<EventKind>,
    ) {
        let reason = RepeatedValue::new(new.reason.as_ref(), plain);
        let new = Break { reason: reason.get().cloned(), ..new.clone() };
        let mut seen_from = poll.monotonic;
        let shown_from = old.as_ref().map(|old| old.shown_from(poll.monotonic));
        if let Some(StateSince { state: old, .. }) = old {
            if old.on_break {
                let end = new.since.filter(|_| new.on_break).unwrap_or_else(|| poll.server_now());
                let lasted_seconds = old.since.map(|since| end.duration_since(since).as_secs().max(0));
                events.push(EventKind::BreakEnded(BreakEnded {
                    reason: old.reason,
                    since: old.since,
                    lasted_seconds,
                }));
            }
            if new.on_break {
                let Break { reason, since, detail, .. } = new.clone();
                events.push(EventKind::BreakStarted(BreakStarted { reason, since, detail }));
            } else if !old.on_break {
                seen_from = shown_from.unwrap_or(seen_from);
            }
        }
        let identity = BreakIdentity { starts: Starts::new(new.since, poll), reason };
        self.break_identity = new.on_break.then_some(identity);
        self.break_state = Some(StateSince::new(new, seen_from, poll));
    }

    fn take_wrapup(&mut self, new: &Wrapup, poll: &PollResult, events: &mut Vec<EventKind>) {
        let old = self.wrapup.take();
        let mut call = RepeatedValue::new(new.call_id.as_ref(), as_written);
        let new = Wrapup { call_id: call.get().cloned(), ..new.clone() };
        let mut next = StateSince::new(new.clone(), poll.monotonic, poll);
        if let Some(known) = old {
            let shown_from = known.shown_from(poll.monotonic);
            let StateSince { state: old, seen_from, .. } = known;
            let known_call = self.call.take().filter(|_| old.in_wrapup && new.in_wrapup);
            let mut is_other = old.in_wrapup != new.in_wrapup;
            next.seen_from = match (is_other, new.in_wrapup) {
                (true, _) => poll.monotonic,
                (false, true) => seen_from,
                // What nobody saw may have been in between.
                (false, false) => shown_from,
            };
            if let Some(mut known) = known_call {
                match known.after(new.call_id.as_ref(), poll.monotonic) {
                    ValueChange::Confirmed { since, .. } => {
                        is_other = true;
                        next.seen_from = since;
                    }
                    change => {
                        // Where another call may have ended, its end and its customer are not this one's.
                        let own = Some(&new).filter(|_| change == ValueChange::None);
                        next.state = Wrapup {
                            ends_at: own.and_then(|own| own.ends_at).or(old.ends_at),
                            call_id: known.get().cloned(),
                            customer: own
                                .and_then(|own| own.customer.clone())
                                .or_else(|| old.customer.clone()),
                            ..new.clone()
                        };
                        call = known;
                    }
                }
            }
            if is_other && old.in_wrapup {
                let Wrapup { ends_at, call_id, customer, .. } = old;
                events.push(EventKind::WrapupEnded(WrapupEnded { ends_at, call_id, customer }));
            }
            if is_other && new.in_wrapup {
                let remaining_seconds = next.seconds_left(poll.monotonic);
                let Wrapup { ends_at, call_id, customer, .. } = new;
                let started = WrapupStarted { ends_at, remaining_seconds, call_id, customer };
                events.push(EventKind::WrapupStarted(started));
            }
        }
        self.call = Some(call);
        self.wrapup = Some(next);
    }
}

/// Ids are compared as they are written, but for space around them.
fn as_written(id: &str) -> String {
    id.trim().to_owned()
}

fn whole_seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
