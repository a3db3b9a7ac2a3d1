//! The loop: one task that owns the state. It polls each profile when it is due, tells the difference,
//! and only then lets the memory move forward. A slow sink slows the polling; nothing is queued.

use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::clock::Clock;
use crate::failure::ExitStatus;
use crate::floor::alerts;
use crate::floor::alerts::Limit;
use crate::floor::condition::Until;
use crate::floor::diff::Memory;
use crate::floor::event::{EndReason, Event, EventKind};
use crate::floor::health;
use crate::floor::health::PollFailure;
use crate::watch::followed::{Followed, Phase, View};
use crate::watch::reaction::Reactions;
use crate::watch::schedule::{Next, Outcome, Schedule, spread};
use crate::watch::sink::{Asked, Input, Sink};
use crate::watch::source::{Polled, Source, WatchScope};

/// How the watch was asked for.
pub struct Plan {
    /// Between two polls of one profile.
    pub interval: Duration,
    /// What is followed.
    pub scope: WatchScope,
    /// Limits on breaks and wrap-ups.
    pub limits: Vec<Limit>,
    /// How often a sign of life is given.
    pub heartbeat: Option<Duration>,
    /// When to end whatever happens.
    pub timeout: Option<Duration>,
    /// When to end because nobody has answered for so long.
    pub max_stale: Option<Duration>,
    /// What ends it with success.
    pub until: Option<Until>,
    /// Notifications that were there before are told from this moment on.
    pub backfill_from: Option<Timestamp>,
    /// How many profiles are polled at the same time.
    pub jobs: usize,
}

/// What surrounds the watch.
pub struct Surroundings<'a> {
    /// The wall clock.
    pub clock: Clock,
    /// What the terminal says; never anything where there is none. Closed once the terminal has hung up.
    pub input: mpsc::Receiver<Input>,
    /// Why it ends, once nobody is left at the other end of stdout.
    pub reader_is_gone: fn() -> Option<EndReason>,
    /// From 0 up to 1, so that many watches do not ask in the same moment.
    pub random: fn() -> f64,
    /// News that are no events.
    pub note: &'a dyn Fn(&str),
    /// What rings, notifies and runs.
    pub reactions: Reactions,
}

/// The loop's state.
pub struct Watch<'a, S> {
    plan: Plan,
    around: Surroundings<'a>,
    sink: &'a mut dyn Sink,
    started: Instant,
    followed: Vec<Followed>,
    sources: Vec<(S, WatchScope)>,
    next_heartbeat: Option<Duration>,
    end: Option<EndReason>,
}

/// At least so often the present is shown, and the reader looked for.
const TICK: Duration = Duration::from_secs(1);

impl<'a, S: Source> Watch<'a, S> {
    /// A watch of these profiles that has not begun.
    pub fn new(sources: Vec<S>, plan: Plan, around: Surroundings<'a>, sink: &'a mut dyn Sink) -> Self {
        let wall = around.clock.now();
        let follow = |source: &S| {
            let first = spread(source.profile(), plan.interval, sources.len());
            let schedule = Schedule::new(plan.interval, first);
            Followed::new(source.profile().to_owned(), schedule, Memory::new(wall))
        };
        let followed = sources.iter().map(follow).collect();
        let sources = sources.into_iter().map(|source| (source, plan.scope)).collect();
        let next_heartbeat = plan.heartbeat;
        Self { plan, around, sink, started: Instant::now(), followed, sources, next_heartbeat, end: None }
    }

    /// Runs until something ends it; the last event is always `end`, unless nobody reads any more.
    ///
    /// # Errors
    /// If the sink takes no more.
    pub async fn run(mut self, stop: impl Future<Output = EndReason>) -> io::Result<EndReason> {
        tokio::pin!(stop);
        let mut polls = FuturesUnordered::new();
        let interval_seconds = i64::try_from(self.plan.interval.as_secs()).unwrap_or(i64::MAX);
        self.tell(None, EventKind::Start { profiles: self.followed.len(), interval_seconds })?;
        self.show()?;
        while self.end.is_none() {
            for index in self.due(polls.len()) {
                let (source, scope) = self.sources[index].clone();
                polls.push(async move { (index, source.poll(scope).await) });
            }
            let wake = self.started + self.next_moment();
            let turned = tokio::select! {
                biased;
                reason = &mut stop => { self.end.get_or_insert(reason); Ok(()) }
                Some((index, polled)) = polls.next() => self.arrived(index, polled),
                input = self.around.input.recv() => self.heard(input),
                told = self.around.reactions.finished() => {
                    if let Some(told) = told { (self.around.note)(&told); }
                    Ok(())
                }
                () = tokio::time::sleep_until(wake) => Ok(()),
            };
            if let Err(error) = turned.and_then(|()| self.time_passed()).and_then(|()| self.show()) {
                // A terminal that has hung up, or a pipe without reader, takes nothing: that alone is why it ends.
                self.end = self.end.or_else(self.around.reader_is_gone);
                if self.end.is_none() {
                    return Err(error);
                }
            }
        }
        let reason = self.end.unwrap_or(EndReason::Failed);
        if reason != EndReason::ReaderGone {
            let told = self.tell_end(reason);
            if (self.around.reader_is_gone)().is_none() {
                told?;
            }
        }
        self.around.reactions.finish(is_in_a_hurry(reason), self.around.note).await;
        Ok(reason)
    }

    fn tell_end(&mut self, reason: EndReason) -> io::Result<()> {
        self.tell(None, EventKind::End { reason, exit_code: exit_status(reason).code() })?;
        let (now, wall) = (self.now(), self.around.clock.now());
        self.sink.finish(View { followed: &self.followed, now, wall, interval: self.plan.interval })
    }

    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// Profiles whose poll is due, as many as may start beside those under way.
    fn due(&mut self, under_way: usize) -> Vec<usize> {
        let now = self.now();
        let mut due: Vec<(Duration, usize)> = self
            .followed
            .iter()
            .enumerate()
            .filter_map(|(index, followed)| Some((followed.due()?, index)))
            .filter(|(at, _)| *at <= now)
            .collect();
        due.sort_unstable();
        due.truncate(self.plan.jobs.saturating_sub(under_way));
        for (_, index) in &due {
            self.followed[*index].phase = Phase::Polling(now);
        }
        due.into_iter().map(|(_, index)| index).collect()
    }

    /// When there is something to do next, whatever arrives before.
    fn next_moment(&self) -> Duration {
        let now = self.now();
        let polls = self.followed.iter().filter_map(Followed::due).filter(|at| *at > now);
        let crossing = |it: &Followed| alerts::next_crossing(&self.plan.limits, it.memory.state(), now);
        let crossings = self.followed.iter().filter_map(crossing);
        let stale = self.plan.max_stale.map(|most| now.saturating_sub(self.silence()) + most);
        let others = [self.next_heartbeat, self.plan.timeout, stale, Some(now + TICK)];
        polls.chain(crossings).chain(others.into_iter().flatten()).min().unwrap_or(now + TICK)
    }

    /// A poll is over.
    fn arrived(&mut self, index: usize, polled: Polled) -> io::Result<()> {
        let now = self.now();
        let Phase::Polling(since) = self.followed[index].phase else { return Ok(()) };
        let Polled { result, failure, refused, scope } = polled;
        for refused in &refused {
            (self.around.note)(&format!("{}: {refused}", self.followed[index].profile));
        }
        self.sources[index].1 = scope;
        if let Some(mut result) = result {
            result.monotonic = now;
            result.read_was_cut |= self.followed[index].health.answer_was_lost();
            if failure.is_none() {
                self.answered(index, result.taken_at, now)?;
            }
            let difference = self.followed[index].memory.diff(&result);
            for event in &difference.events {
                self.tell_seen(index, event)?;
            }
            self.followed[index].memory.commit(difference.change);
        } else if scope.is_empty() {
            let why = refused.first().cloned().unwrap_or_else(|| "nothing is left to be followed".to_owned());
            self.followed[index].phase = Phase::Over(why);
            self.end_if_all_are_over(EndReason::Failed);
            return Ok(());
        }
        let outcome = match failure {
            None => {
                let wrapup = self.followed[index].memory.state().wrapup.as_ref();
                Outcome::Good { deadline: wrapup.and_then(|wrapup| wrapup.ends_at(now)) }
            }
            Some(failure) => self.failed(index, &failure, now)?,
        };
        self.schedule(index, outcome, since)
    }

    fn answered(&mut self, index: usize, at: Timestamp, now: Duration) -> io::Result<()> {
        let (health, told) = self.followed[index].health.after_answer(at, now);
        if let Some(kind) = told {
            self.tell(Some(index), kind)?;
        }
        self.followed[index].health = health;
        self.followed[index].trouble = None;
        self.followed[index].trouble_code = None;
        Ok(())
    }

    fn failed(&mut self, index: usize, failure: &PollFailure, now: Duration) -> io::Result<Outcome> {
        let (health, lost) = self.followed[index].health.after_failure(failure, now);
        if let Some(kind) = lost {
            self.tell(Some(index), kind)?;
        }
        let followed = &mut self.followed[index];
        followed.health = health;
        followed.trouble = Some(failure.message.clone());
        followed.trouble_code = failure.code;
        Ok(match failure.retry_after {
            _ if failure.session_ended => Outcome::SessionEnded,
            Some(wait) => Outcome::AskedToWait(wait),
            None => Outcome::Failed,
        })
    }

    /// Decides what comes next for a profile after a poll that started at `since`.
    fn schedule(&mut self, index: usize, outcome: Outcome, since: Duration) -> io::Result<()> {
        let (now, random) = (self.now(), (self.around.random)());
        let followed = &mut self.followed[index];
        match followed.schedule.after(outcome, &followed.health, since, now, random) {
            Next::Poll(at) => self.followed[index].phase = Phase::Due(at),
            Next::ReadStore => {
                self.tell_expired(index)?;
                if let Some(renewed) = self.sources[index].0.renewed() {
                    self.sources[index].0 = renewed;
                    self.tell(Some(index), EventKind::SessionRenewed)?;
                    return self.schedule(index, Outcome::SessionRenewed, since);
                }
                self.session_is_over(index);
            }
            Next::GiveUp => {
                // The one found in the store is another session, and that is over as well.
                self.tell_expired(index)?;
                self.session_is_over(index);
            }
        }
        Ok(())
    }

    fn tell_expired(&mut self, index: usize) -> io::Result<()> {
        let message = self.followed[index].trouble.clone().unwrap_or_default();
        let code = self.followed[index].trouble_code;
        self.tell(Some(index), EventKind::SessionExpired { code, message })
    }

    fn session_is_over(&mut self, index: usize) {
        self.followed[index].phase = Phase::Over(self.followed[index].trouble.clone().unwrap_or_default());
        self.end_if_all_are_over(EndReason::SessionExpired);
    }

    fn end_if_all_are_over(&mut self, reason: EndReason) {
        if self.followed.iter().all(Followed::is_over) {
            self.end.get_or_insert(reason);
        }
    }

    /// Limits, the sign of life, the reader and the timeout: what comes with time alone.
    fn time_passed(&mut self) -> io::Result<()> {
        let now = self.now();
        for index in 0..self.followed.len() {
            let followed = &self.followed[index];
            let (kinds, told) =
                alerts::evaluate(&self.plan.limits, followed.memory.state(), &followed.told, now);
            for kind in kinds {
                self.tell(Some(index), kind)?;
            }
            self.followed[index].told = told;
        }
        if let Some((at, every)) = self.next_heartbeat.zip(self.plan.heartbeat).filter(|(at, _)| *at <= now) {
            self.tell(None, health::heartbeat(self.followed.iter().map(|followed| &followed.health), now))?;
            // After a sleep, one heartbeat is enough.
            self.next_heartbeat = Some((at + every).max(now));
        }
        if self.plan.timeout.is_some_and(|timeout| timeout <= now) {
            self.end.get_or_insert(EndReason::Timeout);
        }
        if self.plan.max_stale.is_some_and(|most| most <= self.silence()) {
            self.end.get_or_insert(EndReason::Unreachable);
        }
        self.end = self.end.or_else(self.around.reader_is_gone);
        Ok(())
    }

    /// How long it is since anybody gave a good answer, or since the start.
    fn silence(&self) -> Duration {
        let now = self.now();
        self.followed.iter().map(|followed| followed.health.lag(now).unwrap_or(now)).min().unwrap_or(now)
    }

    /// What the terminal says; nothing more once it has hung up.
    fn heard(&mut self, input: Option<Input>) -> io::Result<()> {
        if input.is_none() {
            self.end.get_or_insert(EndReason::Terminated);
        }
        // All that waits is taken before the next frame: a window that is dragged sends more sizes than can be painted.
        let mut next = input;
        while let Some(input) = next {
            if self.sink.input(input)? == Asked::Quit {
                self.end.get_or_insert(EndReason::Interrupted);
            }
            next = self.around.input.try_recv().ok();
        }
        Ok(())
    }

    /// Tells what a look showed. What was there before the watch began is told from `--since` on.
    fn tell_seen(&mut self, index: usize, event: &Event) -> io::Result<()> {
        if let EventKind::Tag { tag, .. } = &event.kind {
            let is_too_old = |from: Timestamp| tag.time.is_some_and(|time| time < from);
            if event.is_initial() && self.plan.backfill_from.is_some_and(is_too_old) {
                return Ok(());
            }
            self.followed[index].keep((**tag).clone());
        }
        self.tell_event(event)
    }

    fn tell(&mut self, index: Option<usize>, kind: EventKind) -> io::Result<()> {
        let profile = index.map(|index| self.followed[index].profile.clone());
        self.tell_event(&Event { at: self.around.clock.now(), profile, kind })
    }

    fn tell_event(&mut self, event: &Event) -> io::Result<()> {
        self.sink.tell(event)?;
        self.around.reactions.to(event);
        if self.plan.until.as_ref().is_some_and(|until| until.is_met_by(event)) {
            self.end.get_or_insert(EndReason::ConditionMet);
        }
        Ok(())
    }

    fn show(&mut self) -> io::Result<()> {
        let (now, wall) = (self.now(), self.around.clock.now());
        self.sink.show(View { followed: &self.followed, now, wall, interval: self.plan.interval })
    }
}

/// Whether somebody waits for the process to be gone.
fn is_in_a_hurry(reason: EndReason) -> bool {
    matches!(reason, EndReason::Interrupted | EndReason::Terminated | EndReason::ReaderGone)
}

/// The exit status that goes with the end of a watch.
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
