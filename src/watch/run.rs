//! The loop: one task that owns the state. It polls each agent when it is due. What has arrived becomes events
//! (`answers`); the durable sinks write them, and only then the memory moves on and the next poll is planned (`reporting`,
//! `endings`). A slow durable sink slows the polling; nothing is queued.

mod agent;
mod answers;
mod beginning;
mod days;
mod endings;
pub(crate) mod journal;
mod passing;
mod reading;
mod recording;
mod reporting;
mod round;
mod today;

use std::collections::VecDeque;
use std::io;
use std::mem::take;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::client::TagFilter;
use crate::clock::Clock;
use crate::failure::ExitStatus;
use crate::floor::alerts;
use crate::floor::alerts::Limit;
use crate::floor::condition::{EventPattern, Until};
use crate::floor::event::{End, EndReason, EventKind, Start};
use crate::floor::pause::{OwnClocks, PAST};
use crate::watch::kind_check::KindCheck;
use crate::watch::run::agent::{InJournal, Sharing, WatchedAgent};
use crate::watch::run::journal::{KnownAgent, WatchJournal};
use crate::watch::run::round::Arrival;
use crate::watch::schedule::{Schedule, spread};
use crate::watch::sinks::Sinks;
use crate::watch::source::{Source, WatchScope};
use crate::watch::view::{AgentView, FloorView, Phase};

pub struct Plan {
    pub interval: Duration,
    pub scope: WatchScope,
    /// Which tags are reported. What is left out is remembered all the same, as if it had been.
    pub tags: TagFilter,
    pub limits: Vec<Limit>,
    pub heartbeat: Option<Duration>,
    /// The watch ends when no server has answered for this long.
    pub max_stale: Option<Duration>,
    pub until: Option<Until>,
    /// Notifications from before the watch are reported if they are not older than this.
    pub backfill_from: Option<Timestamp>,
    pub jobs: usize,
}

pub struct Surroundings<'a> {
    pub clock: Clock,
    /// Why the watch ends, if a durable sink failed because the reader of stdout has left.
    pub reader_is_gone: fn() -> Option<EndReason>,
    /// From 0 up to 1, so that many watches do not poll at the same moment.
    pub random: fn() -> f64,
    /// For notes that are not events.
    pub note: &'a dyn Fn(&str),
}

pub struct Watch<'a, S> {
    plan: Plan,
    around: Surroundings<'a>,
    sinks: Sinks<'a>,
    started: Instant,
    clocks: OwnClocks,
    agents: Vec<WatchedAgent<S>>,
    /// Without the agents, which are added when it is published.
    view: FloorView,
    next_heartbeat: Option<Duration>,
    last_turn: Duration,
    /// When the loop last continued after it had been held up.
    resumed: Duration,
    kind_check: KindCheck,
    /// What is not reported yet.
    arrivals: VecDeque<Arrival>,
    journal: Option<WatchJournal>,
    /// The reading of the monotonic clock when the watch began.
    began: Duration,
    end: Option<EndReason>,
}

/// The state is published at least this often.
const TICK: Duration = Duration::from_secs(1);

impl<'a, S: Source> Watch<'a, S> {
    pub fn new(sources: Vec<S>, plan: Plan, around: Surroundings<'a>, sinks: Sinks<'a>) -> Self {
        Self::with_journal(sources, plan, around, sinks, None)
    }

    /// One that records, if there is a journal.
    pub(crate) fn with_journal(
        sources: Vec<S>,
        plan: Plan,
        around: Surroundings<'a>,
        sinks: Sinks<'a>,
        mut journal: Option<WatchJournal>,
    ) -> Self {
        let wall = around.clock.now();
        // What was recorded before has its moments too.
        let (began, clocks) = match journal {
            Some(_) => (PAST, OwnClocks::after_past(wall)),
            None => (Duration::ZERO, OwnClocks::new(wall)),
        };
        let known = journal.as_mut().map_or_else(Vec::new, |journal| take(&mut journal.beginning.agents));
        let mut known = known.into_iter();
        let count = sources.len();
        let agent = |source: S| {
            let first = began + spread(source.profile(), plan.interval, count);
            let schedule = Schedule::new(plan.interval, first);
            let KnownAgent { memory, history, counters, in_journal } = known.next().unwrap_or_default();
            let mut view = AgentView::new(source.profile().to_owned(), schedule.first());
            view.counters = counters;
            if !sinks.view.is_closed() {
                for recorded in history {
                    view.note(&Arc::new(recorded.event));
                }
            }
            // Who polls those who are recorded is still to be found out.
            let sharing = if in_journal == InJournal::No { Sharing::Ours } else { Sharing::Unknown };
            WatchedAgent {
                source,
                scope: plan.scope,
                doubted: vec![],
                is_expired: false,
                logins: None,
                sharing,
                in_journal,
                today_counted: None,
                polling: WatchScope::NOTHING,
                schedule,
                memory,
                was_mended: false,
                view: Arc::new(view),
            }
        };
        let agents = sources.into_iter().map(agent).collect();
        let view = FloorView { interval: plan.interval, ..FloorView::default() };
        let next_heartbeat = plan.heartbeat.map(|every| began + every);
        let on = sinks.reactions.on.iter().filter_map(EventPattern::kind).cloned().collect();
        let until = plan.until.iter().filter_map(|until| until.pattern.kind()).cloned().collect();
        let kind_check = KindCheck::new([plan.tags.kinds.clone(), on, until]);
        Self {
            plan,
            around,
            sinks,
            started: Instant::now(),
            clocks,
            agents,
            view,
            next_heartbeat,
            last_turn: began,
            resumed: began,
            kind_check,
            arrivals: VecDeque::new(),
            journal,
            began,
            end: None,
        }
    }

    /// The last event is always `end`, unless the reader has left.
    ///
    /// # Errors
    /// If a durable sink fails.
    pub async fn run(mut self, stop: impl Future<Output = EndReason>) -> io::Result<EndReason> {
        // A future must not be polled after it is ready.
        let stop = stop.fuse();
        tokio::pin!(stop);
        let mut polls = FuturesUnordered::new();
        let interval_seconds = i64::try_from(self.plan.interval.as_secs()).unwrap_or(i64::MAX);
        let profiles = u32::try_from(self.agents.len()).unwrap_or(u32::MAX);
        self.write(&[self.event(None, EventKind::Start(Start { profiles, interval_seconds }))])?;
        self.begin_with_journal()?;
        self.publish();
        while self.end.is_none() {
            for index in self.due(polls.len()) {
                let agent = &mut self.agents[index];
                agent.polling = agent.polled();
                let (source, scope) = (agent.source.clone(), agent.polling);
                polls.push(async move { (index, source.poll(scope).await) });
            }
            let wake = self.started + self.next_moment().saturating_sub(self.began);
            let mut replied = Ok(());
            tokio::select! {
                biased;
                reason = &mut stop => { self.end.get_or_insert(reason); }
                reply = WatchJournal::reply(&mut self.journal) => replied = self.on_reply(reply),
                Some((index, polled)) = polls.next() => self.arrived(index, polled),
                complaint = self.sinks.reactions.finished() => {
                    if let Some(complaint) = complaint { (self.around.note)(&complaint); }
                }
                () = tokio::time::sleep_until(wake) => {}
            }
            if let Err(error) = replied.and_then(|()| self.settle()).and_then(|()| self.time_passed()) {
                // If the reader has left, that is the reason, and not the failed write.
                self.end = self.end.or_else(self.around.reader_is_gone);
                if self.end.is_none() {
                    return Err(error);
                }
            }
            self.publish();
        }
        for note in self.kind_check.last_notes() {
            (self.around.note)(&note);
        }
        let reason = self.end.unwrap_or(EndReason::Failed);
        let written = self.finish_recording(is_in_a_hurry(reason)).await;
        if (self.around.reader_is_gone)().is_none() {
            written?;
        }
        if reason != EndReason::ReaderGone {
            let end = End { reason, exit_code: exit_status(reason).code() };
            let written = self.write(&[self.event(None, EventKind::End(end))]);
            if (self.around.reader_is_gone)().is_none() {
                written?;
            }
        }
        self.publish();
        self.end_run(is_in_a_hurry(reason)).await;
        tokio::select! {
            () = self.sinks.reactions.finish(is_in_a_hurry(reason), self.around.note) => {}
            _ = &mut stop => {}
        }
        Ok(reason)
    }

    fn now(&self) -> Duration {
        self.began + self.started.elapsed()
    }

    /// Agents whose poll is due, as many as may start while others are under way.
    fn due(&mut self, under_way: usize) -> Vec<usize> {
        let now = self.now();
        let mut due: Vec<(Duration, usize)> = self
            .agents
            .iter()
            .enumerate()
            .filter(|(_, agent)| !agent.polled().is_empty())
            .filter_map(|(index, agent)| Some((agent.view.due()?, index)))
            .filter(|(at, _)| *at <= now)
            .collect();
        due.sort_unstable();
        due.truncate(self.plan.jobs.saturating_sub(under_way));
        for (_, index) in &due {
            self.agents[*index].view().phase = Phase::Polling(now);
        }
        due.into_iter().map(|(_, index)| index).collect()
    }

    /// When there is something to do, even if no answer arrives before.
    fn next_moment(&self) -> Duration {
        let now = self.now();
        let polls = self.agents.iter().filter_map(|agent| agent.view.due()).filter(|at| *at > now);
        let crossing =
            |agent: &WatchedAgent<S>| alerts::next_crossing(&self.plan.limits, agent.memory.state(), now);
        let crossings = self.agents.iter().filter_map(crossing);
        let stale = self.plan.max_stale.map(|most| now.saturating_sub(self.silence()) + most);
        let stale = stale.filter(|at| *at > now);
        let others = [self.next_heartbeat, stale, Some(now + TICK)];
        polls.chain(crossings).chain(others.into_iter().flatten()).min().unwrap_or(now + TICK)
    }

    /// Publishes the state to the board.
    fn publish(&mut self) {
        if !self.sinks.view.is_closed() {
            let agents = self.agents.iter().map(|agent| Arc::clone(&agent.view)).collect();
            let (now, wall) = (self.now(), self.around.clock.now());
            let journal_is_well = self.journal.as_ref().map(WatchJournal::is_well);
            let view = FloorView { agents, now, wall, journal_is_well, ..self.view.clone() };
            self.sinks.view.send_replace(view);
        }
    }
}

/// Whether somebody waits for the process to end.
fn is_in_a_hurry(reason: EndReason) -> bool {
    use EndReason::{Interrupted, ReaderGone, Terminated, Timeout};
    matches!(reason, Interrupted | Terminated | ReaderGone | Timeout)
}

#[must_use]
pub fn exit_status(reason: EndReason) -> ExitStatus {
    match reason {
        EndReason::ConditionMet => ExitStatus::Done,
        EndReason::Timeout => ExitStatus::TimedOut,
        EndReason::Interrupted => ExitStatus::Interrupted,
        EndReason::Terminated => ExitStatus::Terminated,
        EndReason::ReaderGone => ExitStatus::ClosedPipe,
        EndReason::SessionExpired => ExitStatus::SignIn,
        EndReason::Unreachable => ExitStatus::Unreachable,
        EndReason::Untrusted => ExitStatus::Untrusted,
        EndReason::Failed => ExitStatus::Failed,
    }
}

#[cfg(test)]
mod tests;
