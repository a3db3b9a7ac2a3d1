//! The loop: one task that owns the state. It polls each agent when it is due, writes the events to the durable sinks, and
//! only then commits the memory. A slow durable sink slows the polling; nothing is queued.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::client::TagFilter;
use crate::client::received::MENDED;
use crate::client::replies::agent_name::agent_name;
use crate::clock::Clock;
use crate::failure::ExitStatus;
use crate::floor::alerts;
use crate::floor::alerts::Limit;
use crate::floor::condition::{EventPattern, Until};
use crate::floor::diff::Memory;
use crate::floor::event::{
    End, EndReason, Event, EventKind, ProfileEndReason, ProfileEnded, SessionExpired, SessionRenewed, Start,
};
use crate::floor::health;
use crate::floor::health::{Health, PollFailure};
use crate::floor::pause::OwnClocks;
use crate::watch::kind_check::KindCheck;
use crate::watch::schedule::{Next, Outcome, Schedule, spread};
use crate::watch::sinks::{Sinks, Turn};
use crate::watch::source::{Polled, Refusal, Source, WatchScope};
use crate::watch::view::{AgentView, FloorView, LastFailure, Phase};

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
    end: Option<EndReason>,
}

struct WatchedAgent<S> {
    source: S,
    scope: WatchScope,
    schedule: Schedule,
    memory: Memory,
    /// Whether a note about damaged characters was written: one is enough for a shift.
    was_mended: bool,
    view: Arc<AgentView>,
}

/// The state is published at least this often.
const TICK: Duration = Duration::from_secs(1);

/// A loop that takes longer for a turn was held up: the process was stopped, or a durable sink was blocked.
const LONGEST_TURN: Duration = Duration::from_secs(3);

/// An answer that takes longer counts as missing.
const PROMPT_ANSWER: Duration = Duration::from_secs(1);

impl<S> WatchedAgent<S> {
    /// Copies the view if it is published, so that a published one never changes.
    fn view(&mut self) -> &mut AgentView {
        Arc::make_mut(&mut self.view)
    }
}

impl<'a, S: Source> Watch<'a, S> {
    pub fn new(sources: Vec<S>, plan: Plan, around: Surroundings<'a>, sinks: Sinks<'a>) -> Self {
        let clocks = OwnClocks::new(around.clock.now());
        let count = sources.len();
        let agent = |source: S| {
            let schedule = Schedule::new(plan.interval, spread(source.profile(), plan.interval, count));
            let view = Arc::new(AgentView::new(source.profile().to_owned(), schedule.first()));
            WatchedAgent {
                source,
                scope: plan.scope,
                schedule,
                memory: Memory::default(),
                was_mended: false,
                view,
            }
        };
        let agents = sources.into_iter().map(agent).collect();
        let view = FloorView { interval: plan.interval, ..FloorView::default() };
        let next_heartbeat = plan.heartbeat;
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
            last_turn: Duration::ZERO,
            resumed: Duration::ZERO,
            kind_check,
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
        self.report(None, EventKind::Start(Start { profiles, interval_seconds }))?;
        self.publish();
        while self.end.is_none() {
            for index in self.due(polls.len()) {
                let WatchedAgent { source, scope, .. } = &self.agents[index];
                let (source, scope) = (source.clone(), *scope);
                polls.push(async move { (index, source.poll(scope).await) });
            }
            let wake = self.started + self.next_moment();
            let turned = tokio::select! {
                biased;
                reason = &mut stop => { self.end.get_or_insert(reason); Ok(()) }
                Some((index, polled)) = polls.next() => self.arrived(index, polled),
                complaint = self.sinks.reactions.finished() => {
                    if let Some(complaint) = complaint { (self.around.note)(&complaint); }
                    Ok(())
                }
                () = tokio::time::sleep_until(wake) => Ok(()),
            };
            if let Err(error) = turned.and_then(|()| self.time_passed()) {
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
        if reason != EndReason::ReaderGone {
            let end = End { reason, exit_code: exit_status(reason).code() };
            let written = self.report(None, EventKind::End(end));
            if (self.around.reader_is_gone)().is_none() {
                written?;
            }
        }
        self.publish();
        tokio::select! {
            () = self.sinks.reactions.finish(is_in_a_hurry(reason), self.around.note) => {}
            _ = &mut stop => {}
        }
        Ok(reason)
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Agents whose poll is due, as many as may start while others are under way.
    fn due(&mut self, under_way: usize) -> Vec<usize> {
        let now = self.now();
        let mut due: Vec<(Duration, usize)> = self
            .agents
            .iter()
            .enumerate()
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

    /// Commits the memory once the durable sinks have written all events of the poll.
    fn arrived(&mut self, index: usize, polled: Polled) -> io::Result<()> {
        let now = self.now();
        let elapsed = self.clocks.read(self.around.clock.now(), now);
        let agent = &mut self.agents[index];
        let Phase::Polling(since) = agent.view.phase else { return Ok(()) };
        let Polled { result, failure, refused, is_mended, scope } = polled;
        if is_mended && !agent.was_mended {
            agent.was_mended = true;
            (self.around.note)(&format!("{}: {MENDED}", agent.view.profile));
        }
        agent.scope = scope;
        if let (true, Some(refusal)) = (scope.is_empty(), refused.first()) {
            let ended = ProfileEnded {
                reason: ProfileEndReason::Refused,
                part: None,
                code: refusal.code,
                message: refusal.message.clone(),
            };
            return self.end_profile(index, ended, EndReason::Failed);
        }
        let mut health = agent.view.health;
        let mut events = Vec::new();
        let mut change = None;
        if let Some(mut result) = result {
            (result.monotonic, result.elapsed) = (now, elapsed);
            result.read_was_cut |= health.answer_was_lost();
            if failure.is_none() {
                let restored;
                (health, restored) = health.after_answer(result.taken_at, now);
                events.extend(restored.map(|kind| self.event(Some(index), kind)));
            }
            let difference = self.agents[index].memory.diff(&result);
            self.kind_check.add(&difference.events);
            events.extend(difference.events.into_iter().filter(|event| self.is_wanted(event)));
            change = Some(difference.change);
        }
        let is_refused = !refused.is_empty();
        let refusals = refused.into_iter().map(|Refusal { part, code, message }| ProfileEnded {
            reason: ProfileEndReason::Refused,
            part: Some(part),
            code,
            message,
        });
        events.extend(refusals.map(|ended| self.event(Some(index), EventKind::ProfileEnded(ended))));
        if let Some(failure) = &failure {
            let lost;
            (health, lost) = health.after_failure(failure, now);
            events.extend(lost.map(|kind| self.event(Some(index), kind)));
        }
        self.write(&events)?;
        if let Some(change) = change {
            self.agents[index].memory.commit(change);
        }
        self.show_poll(index, health, failure.as_ref());
        if is_refused {
            self.end_if_nothing_can_come(EndReason::Failed);
        }
        if self.agents.iter().all(|agent| agent.view.health.lag(now).is_some() || agent.view.is_over()) {
            for note in self.kind_check.first_notes() {
                (self.around.note)(&note);
            }
        }
        if self.agents[index].source.is_logged_out() {
            let ended = ProfileEnded {
                reason: ProfileEndReason::LoggedOut,
                part: None,
                code: None,
                message: "its session was removed from this machine".to_owned(),
            };
            return self.end_profile(index, ended, EndReason::SessionExpired);
        }
        let outcome = self.outcome(index, failure.as_ref(), now);
        self.schedule(index, outcome, since)
    }

    /// Updates the agent's view after the commit.
    fn show_poll(&mut self, index: usize, health: Health, failure: Option<&PollFailure>) {
        let agent = &mut self.agents[index];
        let state = agent.memory.state().clone();
        let view = agent.view();
        view.state = state;
        view.health = health;
        view.failure =
            failure.map(|failure| LastFailure { message: failure.message.clone(), code: failure.code });
    }

    fn outcome(&self, index: usize, failure: Option<&PollFailure>, now: Duration) -> Outcome {
        match failure {
            None => {
                let wrapup = self.agents[index].memory.state().wrapup.as_ref();
                Outcome::Good { deadline: wrapup.and_then(|wrapup| wrapup.ends_at(now)) }
            }
            Some(failure) if failure.session_ended => Outcome::SessionEnded,
            Some(failure) => failure.retry_after.map_or(Outcome::Failed, Outcome::RetryAfter),
        }
    }

    /// Decides what comes next for an agent whose poll started at `since`.
    fn schedule(&mut self, index: usize, outcome: Outcome, since: Duration) -> io::Result<()> {
        let (now, random) = (self.now(), (self.around.random)());
        let agent = &mut self.agents[index];
        match agent.schedule.after(outcome, &agent.view.health, since, now, random) {
            Next::Poll(at) => agent.view().phase = Phase::Due(at),
            Next::ReadStore => {
                self.report_expired(index)?;
                if let Some(renewed) = self.agents[index].source.renewed() {
                    self.agents[index].source = renewed;
                    self.report(Some(index), EventKind::SessionRenewed(SessionRenewed {}))?;
                    return self.schedule(index, Outcome::SessionRenewed, since);
                }
                self.session_is_over(index);
            }
            Next::GiveUp => {
                // The session in the store is another one, but has ended too.
                self.report_expired(index)?;
                self.session_is_over(index);
            }
        }
        Ok(())
    }

    fn report_expired(&mut self, index: usize) -> io::Result<()> {
        let failure = self.agents[index].view.failure.clone();
        let (message, code) = failure.map(|failure| (failure.message, failure.code)).unwrap_or_default();
        self.report(Some(index), EventKind::SessionExpired(SessionExpired { code, message }))
    }

    fn session_is_over(&mut self, index: usize) {
        let view = self.agents[index].view();
        let why = view.failure.as_ref().map(|failure| failure.message.clone());
        view.phase = Phase::Over(why.unwrap_or_default());
        self.end_if_nothing_can_come(EndReason::SessionExpired);
    }

    /// Reports that a profile is no longer followed; `reason` is why the watch ends if none is left.
    fn end_profile(&mut self, index: usize, ended: ProfileEnded, reason: EndReason) -> io::Result<()> {
        let why = ended.message.clone();
        // For a person who reads only stderr.
        (self.around.note)(&format!("{} is no longer followed: {why}", self.agents[index].view.profile));
        self.report(Some(index), EventKind::ProfileEnded(ended))?;
        self.agents[index].view().phase = Phase::Over(why);
        self.end_if_nothing_can_come(reason);
        Ok(())
    }

    fn end_if_nothing_can_come(&mut self, reason: EndReason) {
        let is_over = self.agents.iter().all(|agent| agent.view.is_over());
        if is_over || self.awaited_is_lost() {
            self.end.get_or_insert(reason);
        }
    }

    /// Whether no profile can have the event of `--until` any more. Notes why.
    fn awaited_is_lost(&self) -> bool {
        let Some(until) = self.plan.until.as_ref().filter(|until| !until.is_of_the_watch()) else {
            return false;
        };
        let (name, needs) = (until.pattern.event().name, until.pattern.event().needs);
        let of_profile =
            |agent: &&WatchedAgent<S>| until.profile().is_none_or(|wanted| wanted == agent.view.profile);
        let can_come = |agent: &WatchedAgent<S>| {
            let follows = |part| !agent.view.is_over() && agent.scope.includes(part);
            if name == "alert" {
                let mut limits = self.plan.limits.iter();
                // What was known goes on, and may cross a limit without another answer.
                return limits.any(|limit| follows(limit.needs()))
                    || alerts::next_crossing(&self.plan.limits, agent.memory.state(), self.now()).is_some();
            }
            needs.map_or(!agent.view.is_over(), follows)
        };
        if self.end.is_some() || self.agents.iter().filter(of_profile).any(can_come) {
            return false;
        }
        let why = match (needs, until.profile()) {
            _ if name == "alert" => "nothing with a limit is followed any more".to_owned(),
            (Some(part), _) => format!("{} are no longer followed", part.word()),
            (None, profile) => format!("{} is no longer followed", profile.unwrap_or("any profile")),
        };
        (self.around.note)(&format!("{name}, the event of --until, can no longer happen: {why}"));
        true
    }

    /// What depends on the time alone: limits, the heartbeat, `--max-stale`.
    fn time_passed(&mut self) -> io::Result<()> {
        let now = self.now();
        if now.saturating_sub(self.last_turn) > LONGEST_TURN {
            self.resumed = now;
        }
        self.last_turn = now;
        self.clocks.read(self.around.clock.now(), now);
        for index in 0..self.agents.len() {
            let agent = &self.agents[index];
            let (kinds, crossed) =
                alerts::evaluate(&self.plan.limits, agent.memory.state(), &agent.view.crossed, now);
            if !kinds.is_empty() {
                let events: Vec<Event> =
                    kinds.into_iter().map(|kind| self.event(Some(index), kind)).collect();
                self.write(&events)?;
                self.agents[index].view().crossed = crossed;
            }
        }
        if let Some((at, every)) = self.next_heartbeat.zip(self.plan.heartbeat).filter(|(at, _)| *at <= now) {
            let beat = health::heartbeat(self.agents.iter().map(|agent| &agent.view.health), now);
            self.report(None, beat)?;
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
    fn silence(&self) -> Duration {
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

    /// Leaves out what is older than `--since`, and what `--kind` and `--match` do not select.
    fn is_wanted(&self, event: &Event) -> bool {
        let EventKind::Tag(reported) = &event.kind else { return true };
        if !self.plan.tags.selects(&reported.tag) {
            return false;
        }
        let is_too_old = |from: Timestamp| reported.tag.time.is_some_and(|time| time < from);
        !reported.initial || !self.plan.backfill_from.is_some_and(is_too_old)
    }

    fn event(&self, index: Option<usize>, kind: EventKind) -> Event {
        let profile = index.map(|index| self.agents[index].view.profile.clone());
        Event { at: self.around.clock.now(), profile, kind }
    }

    fn report(&mut self, index: Option<usize>, kind: EventKind) -> io::Result<()> {
        let event = self.event(index, kind);
        self.write(&[event])
    }

    fn write(&mut self, events: &[Event]) -> io::Result<()> {
        self.sinks.write(events)?;
        for event in events {
            self.show_event(event);
            if self.plan.until.as_ref().is_some_and(|until| until.is_met_by(event)) {
                self.end.get_or_insert(EndReason::ConditionMet);
            }
        }
        Ok(())
    }

    fn show_event(&mut self, event: &Event) {
        if self.sinks.view.is_closed() {
            return;
        }
        let event = Arc::new(event.clone());
        self.view.note(&event);
        let is_of = |agent: &&mut WatchedAgent<S>| Some(&agent.view.profile) == event.profile.as_ref();
        if let Some(agent) = self.agents.iter_mut().find(is_of) {
            let view = agent.view();
            if let EventKind::Tag(reported) = &event.kind
                && let Some(name) = agent_name(&reported.tag.fields)
            {
                view.learn(name);
            }
            view.note(&event);
        }
    }

    /// Publishes the state to the board.
    fn publish(&mut self) {
        if !self.sinks.view.is_closed() {
            let agents = self.agents.iter().map(|agent| Arc::clone(&agent.view)).collect();
            let (now, wall) = (self.now(), self.around.clock.now());
            self.sinks.view.send_replace(FloorView { agents, now, wall, ..self.view.clone() });
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
