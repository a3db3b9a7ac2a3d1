//! What depends on the time alone: limits, the heartbeat, `--max-stale`.

use std::io;
use std::time::Duration;

use crate::floor::event::{EndReason, Event};
use crate::floor::{alerts, health};
use crate::watch::run::Watch;
use crate::watch::sinks::Turn;
use crate::watch::source::Source;
use crate::watch::view::{Phase, patience};

/// A loop that takes longer for a turn was held up: the process was stopped, or a durable sink was blocked.
const LONGEST_TURN: Duration = Duration::from_secs(3);

/// An answer that takes longer counts as missing.
const PROMPT_ANSWER: Duration = Duration::from_secs(1);

impl<S: Source> Watch<'_, S> {
    pub(super) fn time_passed(&mut self) -> io::Result<()> {
        let now = self.now();
        if now.saturating_sub(self.last_turn) > LONGEST_TURN {
            self.resumed = now;
        }
        self.last_turn = now;
        self.clocks.read(self.around.clock.now(), now);
        self.find_logins();
        for index in 0..self.agents.len() {
            let agent = &self.agents[index];
            let patience = patience(self.plan.interval);
            // What an earlier run has recorded goes over no limit before an answer has shown that it still goes on.
            let (kinds, crossed) =
                alerts::evaluate(&self.plan.limits, &agent.view.state, &agent.view.crossed, now, patience);
            if !kinds.is_empty() {
                let events: Vec<Event> =
                    kinds.into_iter().map(|kind| self.event(Some(index), kind)).collect();
                self.write(&events)?;
                self.agents[index].view().crossed = crossed;
            }
        }
        if let Some((at, every)) = self.next_heartbeat.zip(self.plan.heartbeat).filter(|(at, _)| *at <= now) {
            let beat = health::heartbeat(self.agents.iter().map(|agent| &agent.view.health), now);
            self.write(&[self.event(None, beat)])?;
            // After a sleep, one heartbeat is enough.
            self.next_heartbeat = Some((at + every).max(now));
        }
        if self.plan.max_stale.is_some_and(|most| most <= self.silence()) && self.is_answer_missing() {
            self.end.get_or_insert(EndReason::Unreachable);
        }
        let followed = || self.agents.iter().filter(|agent| !agent.view.is_over());
        let lost = followed().filter(|agent| agent.view.health.is_lost()).count();
        let turn = Turn { now, followed: followed().count(), lost };
        self.sinks.turn(turn)
    }

    /// The time since the last successful poll of any agent, or since the start. While the loop is held up, nothing can be
    /// polled, so that time does not count.
    pub(super) fn silence(&self) -> Duration {
        let now = self.now();
        let silence = self.agents.iter().map(|agent| agent.view.health.lag(now).unwrap_or(now)).min();
        silence.unwrap_or(now).min(now.saturating_sub(self.resumed))
    }

    /// Whether a poll has failed or waits for its answer. Otherwise the last answer is old only because no poll was due.
    fn is_answer_missing(&self) -> bool {
        let now = self.now();
        self.agents.iter().any(|agent| match agent.view.phase {
            Phase::Polling(since) if now.saturating_sub(since) >= PROMPT_ANSWER => true,
            _ => agent.view.health.failing_since().is_some(),
        })
    }
}
