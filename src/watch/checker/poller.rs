//! A process that polls: its clocks, its schedule, and what it receives.

use std::time::Duration;

use serde_json::Value;

use crate::floor::answer::Tag;
use crate::floor::health::{Health, PollFailure};
use crate::floor::pause::{OwnClocks, PAST};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::no_answer;
use crate::watch::checker::agent::AgentDay;
use crate::watch::checker::day::{Floor, MINUTE, SECOND, Size, Weather, moment};
use crate::watch::checker::dice::Dice;
use crate::watch::checker::server::{Model, Offset, Server};
use crate::watch::checker::writing::{BackEnd, Manner};
use crate::watch::schedule::{Next, Outcome, Schedule};

/// How one poll goes.
pub(super) enum Poll {
    Good(i64),
    /// Seconds it took, and whether a request had gone out whose answer was lost.
    Failed(i64, bool),
    RetryAfter(i64),
    SessionEnded,
}

/// A good answer.
pub(super) struct Received {
    /// What the server showed, and up to when it knew of anything.
    pub(super) states: Vec<usize>,
    pub(super) known: i64,
    /// Whether it is empty by mistake.
    pub(super) is_blank: bool,
    pub(super) result: PollResult,
    /// The true moments at which its request was sent, at which the server wrote it, and at which it came.
    pub(super) sent: i64,
    pub(super) then: i64,
    pub(super) came: i64,
}

pub(super) struct Poller<'a> {
    pub(super) floor: &'a Floor,
    agent: &'a AgentDay,
    weather: &'a Weather,
    pub(super) clocks: OwnClocks,
    /// The true moment at which they were read last.
    read_at: i64,
    pub(super) health: Health,
    pub(super) schedule: Schedule,
    pub(super) began: i64,
    /// Where its monotonic clock begins.
    past: Duration,
    is_cursor: bool,
}

impl<'a> Poller<'a> {
    /// `goes_on` says that it remembers what was recorded before it.
    pub(super) fn new(
        floor: &'a Floor,
        agent: &'a AgentDay,
        weather: &'a Weather,
        size: &Size,
        began: i64,
        is_cursor: bool,
        goes_on: bool,
    ) -> Self {
        let wall = moment(began + weather.wall_ahead(began));
        let (past, clocks) = if goes_on {
            (PAST, OwnClocks::after_past(wall))
        } else {
            (Duration::ZERO, OwnClocks::new(wall))
        };
        let schedule = Schedule::new(size.interval, past);
        let health = Health::default();
        Self { floor, agent, weather, clocks, read_at: began, health, schedule, began, past, is_cursor }
    }

    /// When it polls next, after a poll that began at `polled` and took so long.
    pub(super) fn next(
        &mut self,
        outcome: Outcome,
        polled: Duration,
        took: i64,
        dice: &mut Dice,
    ) -> Option<Duration> {
        let now = polled + Duration::from_millis(took.unsigned_abs());
        let next = match self.schedule.after(outcome, &self.health, polled, now, dice.unit()) {
            // Someone signed in again meanwhile.
            Next::ReadStore => {
                self.schedule.after(Outcome::SessionRenewed, &self.health, polled, now, dice.unit())
            }
            next => next,
        };
        match next {
            Next::Poll(at) => Some(at),
            Next::GiveUp => None,
            Next::ReadStore => panic!("a renewed session was doubted at once"),
        }
    }

    /// Counts a poll that has failed; its outcome, and how long it took.
    pub(super) fn fail(&mut self, poll: &Poll, started: i64) -> (Outcome, i64) {
        match *poll {
            Poll::Good(took) => (Outcome::Good { deadline: None }, took),
            Poll::Failed(took, answer_was_lost) => {
                self.count(&PollFailure { answer_was_lost, ..no_answer() }, started + took);
                (Outcome::Failed, took)
            }
            Poll::RetryAfter(wait) => {
                let wait = Duration::from_millis(wait.unsigned_abs());
                self.count(&PollFailure { retry_after: Some(wait), ..no_answer() }, started + QUICK);
                (Outcome::RetryAfter(wait), QUICK)
            }
            Poll::SessionEnded => {
                self.count(&PollFailure { session_ended: true, ..no_answer() }, started + QUICK);
                (Outcome::SessionEnded, QUICK)
            }
        }
    }

    fn count(&mut self, failure: &PollFailure, now: i64) {
        self.health = self.health.after_failure(failure, self.monotonic(now)).0;
    }

    pub(super) fn fate(&self, started: i64, server: &mut Server, dice: &mut Dice) -> Poll {
        let took = 50 + dice.below(850);
        if self.weather.is_calm {
            return Poll::Good(took);
        }
        if self.weather.is_out(started) {
            return if dice.happens(500) { Poll::Failed(10, false) } else { Poll::Failed(15 * SECOND, true) };
        }
        if !dice.happens(100) {
            return Poll::Good(took);
        }
        match dice.below(6) {
            0 => Poll::Failed(10, false),
            // Code 1009 in an answer with HTTP status 200.
            1 => Poll::Failed(300, false),
            2 => Poll::RetryAfter(dice.below(2 * MINUTE)),
            3 => Poll::SessionEnded,
            // The answer is cut, or does not come in time; the server has answered.
            4 => {
                server.answer(started + took / 2, Offset::default());
                Poll::Failed(took, true)
            }
            // The request never arrived, which nobody can tell from here.
            _ => Poll::Failed(15 * SECOND, true),
        }
    }

    /// The answer to a poll that began at the true moment `started` and took so long.
    pub(super) fn receive(
        &mut self,
        started: i64,
        took: i64,
        server: &mut Server,
        manner: &mut Manner,
        dice: &mut Dice,
    ) -> Received {
        let back_end = manner.back_end(dice, self.weather.second_ahead);
        let is_stale = !self.weather.is_calm && dice.happens(50);
        let stale = if is_stale { dice.below(30 * SECOND) } else { 0 };
        let then = started + took / 2;
        let (mut states, known) = server.answer(then, Offset { stale, ahead: back_end.ahead });
        let is_blank = !self.weather.is_calm && server.model != Model::Cursor && dice.happens(5);
        if is_blank {
            states.clear();
        }
        match dice.below(3) {
            0 => states.reverse(),
            1 => dice.shuffle(&mut states),
            _ => {}
        }
        let result = self.result(&states, (started, then, started + took), manner, back_end, dice);
        Received { states, known, is_blank, result, sent: started, then, came: started + took }
    }

    fn result(
        &mut self,
        states: &[usize],
        (started, then, now): (i64, i64, i64),
        manner: &Manner,
        by: BackEnd,
        dice: &mut Dice,
    ) -> PollResult {
        let states: Vec<_> = states.iter().map(|state| &self.floor.states[*state]).collect();
        // A server with a cursor makes a gap of it, and a calm day has none.
        let was_resent = dice.happens(100) && !(self.weather.is_calm && self.is_cursor);
        PollResult {
            profile: None,
            taken_at: moment(now + self.weather.wall_ahead(now)),
            monotonic: self.monotonic(now),
            elapsed: self.read_clocks(now),
            took: self.monotonic(now).saturating_sub(self.monotonic(started)),
            server_time: self.weather.is_dated.then(|| moment((then + by.ahead) / SECOND * SECOND)),
            tags: Some(manner.write_tags(&states, then, by, dice)),
            break_state: Some(manner.write_break(self.agent, then, by, dice)),
            wrapup: Some(manner.write_wrapup(self.agent, then, by, dice)),
            read_was_cut: self.health.answer_was_lost(),
            was_resent,
        }
    }

    /// How much time has passed at a true moment. The loop reads its clocks each second in which the machine is awake.
    pub(super) fn read_clocks(&mut self, now: i64) -> Duration {
        assert!(self.read_at <= now, "a process went back from {} to {now}", self.read_at);
        let Weather { jumps, sleep, .. } = self.weather;
        let edges = sleep.iter().flat_map(|(from, to)| [from - 1, *to]);
        let mut moments: Vec<i64> = jumps.iter().map(|(when, _)| *when).chain(edges).collect();
        moments.retain(|when| (self.read_at + 1..now).contains(when));
        moments.retain(|when| sleep.is_none_or(|(from, to)| !(from..to).contains(when)));
        moments.sort_unstable();
        for when in moments.into_iter().chain([now]) {
            self.clocks.read(moment(when + self.weather.wall_ahead(when)), self.monotonic(when));
        }
        self.read_at = now;
        self.clocks.read(moment(now + self.weather.wall_ahead(now)), self.monotonic(now))
    }

    /// Our monotonic clock at a true moment: since this life began, without sleep.
    pub(super) fn monotonic(&self, truth: i64) -> Duration {
        let slept = self.weather.sleep.map_or(0, |(from, to)| (truth.min(to) - from.max(self.began)).max(0));
        self.past + Duration::from_millis((truth - self.began - slept).unsigned_abs())
    }

    /// The true moment at which our monotonic clock shows `monotonic`, and the machine is awake.
    pub(super) fn true_time(&self, monotonic: Duration) -> i64 {
        let awake = self.began
            + i64::try_from(monotonic.saturating_sub(self.past).as_millis()).expect("a day at most");
        match self.weather.sleep {
            Some((from, to)) if awake >= from && self.began < to => awake + (to - from.max(self.began)),
            _ => awake,
        }
    }
}

/// Which state was reported: it is written in the notification.
pub(super) fn state_of(floor: &Floor, tag: &Tag) -> usize {
    let fields: Value = serde_json::from_str(tag.fields.get()).expect("JSON");
    let number = |key: &str| {
        let value = &fields[key];
        let number = value.as_u64().or_else(|| value.as_str()?.parse().ok()).expect("a number");
        usize::try_from(number).expect("small")
    };
    floor.by_number[number("n")][number("v")]
}

/// How long an answer takes at most.
pub(crate) const LONGEST_ANSWER: Duration = Duration::from_millis(900);

/// A refusal comes quickly.
const QUICK: i64 = 200;
