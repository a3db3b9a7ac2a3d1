//! One watch through one day: the calls that the loop makes, in its order, with virtual clocks.

use std::time::Duration;

use serde_json::Value;

use crate::floor::answer::Tag;
use crate::floor::diff::{Difference, Memory};
use crate::floor::event::{EventKind, Gap};
use crate::floor::health::{Health, PollFailure};
use crate::floor::pause::OwnClocks;
use crate::floor::poll_result::PollResult;
use crate::floor::samples::no_answer;
use crate::watch::checker::agent::AgentDay;
use crate::watch::checker::agent_books::AgentBooks;
use crate::watch::checker::day::{DAY, Floor, MINUTE, SECOND, Size, Weather, moment};
use crate::watch::checker::dice::Dice;
use crate::watch::checker::server::{Model, Offset, Server};
use crate::watch::checker::verdict::{Books, Verdict};
use crate::watch::checker::writing::{BackEnd, Manner};
use crate::watch::schedule::{Next, Outcome, Schedule};

/// How one poll goes.
enum Poll {
    Good(i64),
    /// Seconds it took, and whether a request had gone out whose answer was lost.
    Failed(i64, bool),
    RetryAfter(i64),
    SessionEnded,
}

pub(crate) fn watch_a_day(seed: u64, size: &Size) -> Verdict {
    let mut dice = Dice::new(seed);
    let floor = Floor::new(&mut dice, size);
    let weather = Weather::new(seed, &mut dice);
    let agent = AgentDay::new(&mut dice);
    let mut manner = Manner::new(&mut dice);
    let model = Model::of(seed);
    let mut verdict = Verdict { is_calm: weather.is_calm, ..Verdict::default() };
    let mut server = Server::new(&floor, model);
    let restart = weather.restart.unwrap_or(DAY);
    for (from, to) in [(0, restart), (restart, DAY)] {
        if from < to {
            let life = Life::new(&floor, &agent, &weather, size, from, model == Model::Cursor);
            life.run(to, &mut server, &mut manner, &mut dice, &mut verdict);
        }
    }
    for example in &mut verdict.examples {
        *example = format!("{example} ({model:?}, {}, {weather:?})", manner.summary());
    }
    verdict
}

/// One life of the watch, from a start with empty memory.
struct Life<'a> {
    floor: &'a Floor,
    agent: &'a AgentDay,
    weather: &'a Weather,
    books: Books<'a>,
    agent_books: AgentBooks<'a>,
    memory: Memory,
    clocks: OwnClocks,
    /// The true moment at which they were read last.
    read_at: i64,
    health: Health,
    schedule: Schedule,
    began: i64,
    is_cursor: bool,
    /// The true moment of the last good poll, and whether an answer was lost since.
    last_good: i64,
}

impl<'a> Life<'a> {
    fn new(
        floor: &'a Floor,
        agent: &'a AgentDay,
        weather: &'a Weather,
        size: &Size,
        began: i64,
        is_cursor: bool,
    ) -> Self {
        Self {
            floor,
            agent,
            weather,
            books: Books::new(floor, began),
            agent_books: AgentBooks::new(agent, weather),
            memory: Memory::default(),
            clocks: OwnClocks::new(moment(began + weather.wall_ahead(began))),
            read_at: began,
            health: Health::default(),
            schedule: Schedule::new(size.interval, Duration::ZERO),
            began,
            is_cursor,
            last_good: began,
        }
    }

    fn run(
        mut self,
        end: i64,
        server: &mut Server,
        manner: &mut Manner,
        dice: &mut Dice,
        verdict: &mut Verdict,
    ) {
        let mut polled = self.schedule.first();
        loop {
            let started = self.true_time(polled);
            if started >= end {
                break;
            }
            let (outcome, took) = self.poll(started, server, manner, dice, verdict);
            let now = polled + Duration::from_millis(took.unsigned_abs());
            polled = match self.schedule.after(outcome, &self.health, polled, now, dice.unit()) {
                Next::Poll(at) => at,
                // Someone signed in again meanwhile.
                Next::ReadStore => {
                    match self.schedule.after(Outcome::SessionRenewed, &self.health, polled, now, dice.unit())
                    {
                        Next::Poll(at) => at,
                        other => panic!("{other:?}"),
                    }
                }
                Next::GiveUp => break,
            };
        }
        self.books.close(server.model, manner.is_restless(), verdict);
    }

    fn poll(
        &mut self,
        started: i64,
        server: &mut Server,
        manner: &mut Manner,
        dice: &mut Dice,
        verdict: &mut Verdict,
    ) -> (Outcome, i64) {
        let poll = self.fate(started, server, dice);
        verdict.counts.failed_polls += usize::from(!matches!(poll, Poll::Good(_)));
        match poll {
            Poll::Good(took) => {
                self.answer(started, took, server, manner, dice, verdict);
                (Outcome::Good { deadline: None }, took)
            }
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

    fn fate(&self, started: i64, server: &mut Server, dice: &mut Dice) -> Poll {
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

    fn answer(
        &mut self,
        started: i64,
        took: i64,
        server: &mut Server,
        manner: &mut Manner,
        dice: &mut Dice,
        verdict: &mut Verdict,
    ) {
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
        // An answer that is empty by mistake shows nothing, and may be the last of the day.
        if !is_blank {
            self.books.show(&states, known);
        }
        let result = self.result(&states, then, started + took, manner, back_end, dice);
        verdict.counts.resent += usize::from(result.was_resent);
        if dice.happens(20) {
            // The sink did not take it: nothing may have moved.
            drop(self.memory.diff(&result));
        }
        let Difference { events, change, .. } = self.memory.diff(&result);
        self.memory.commit(change);
        let may_have_lost = (result.read_was_cut || result.was_resent) && server.model == Model::Cursor;
        for event in &events {
            self.take(&event.kind, started + took, may_have_lost, verdict);
        }
        self.agent_books.answer(&events, &result, self.memory.state(), then, manner, verdict);
        self.health = self.health.after_answer(result.taken_at, result.monotonic).0;
        self.last_good = started + took;
    }

    fn result(
        &mut self,
        states: &[usize],
        then: i64,
        now: i64,
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
            server_time: self.weather.is_dated.then(|| moment((then + by.ahead) / SECOND * SECOND)),
            tags: Some(manner.write_tags(&states, then, by, dice)),
            break_state: Some(manner.write_break(self.agent, then, by, dice)),
            wrapup: Some(manner.write_wrapup(self.agent, then, by, dice)),
            read_was_cut: self.health.answer_was_lost(),
            was_resent,
        }
    }

    fn take(&mut self, kind: &EventKind, now: i64, may_have_lost: bool, verdict: &mut Verdict) {
        match kind {
            EventKind::Tag(reported) => {
                let delay = self.books.tell(self.state_of(&reported.tag), now);
                if !reported.initial {
                    verdict.longest_delay = verdict.longest_delay.max(delay);
                }
            }
            EventKind::Gap(Gap { from, to, .. }) => {
                let length = i64::try_from(to.duration_since(*from).as_millis()).expect("a day at most");
                self.books.announce_gap(now - length, now);
                let is_justified = may_have_lost || now - self.last_good > 55 * MINUTE;
                verdict.counts.unjustified_gaps += usize::from(!is_justified);
            }
            _ => {}
        }
    }

    /// Which state was reported: it is written in the notification.
    fn state_of(&self, tag: &Tag) -> usize {
        let fields: Value = serde_json::from_str(tag.fields.get()).expect("JSON");
        let number = |key: &str| {
            let value = &fields[key];
            let number = value.as_u64().or_else(|| value.as_str()?.parse().ok()).expect("a number");
            usize::try_from(number).expect("small")
        };
        self.floor.by_number[number("n")][number("v")]
    }

    /// How much time has passed at a true moment. The loop reads its clocks each second in which the machine is awake.
    fn read_clocks(&mut self, now: i64) -> Duration {
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
    fn monotonic(&self, truth: i64) -> Duration {
        let slept = self.weather.sleep.map_or(0, |(from, to)| (truth.min(to) - from.max(self.began)).max(0));
        Duration::from_millis((truth - self.began - slept).unsigned_abs())
    }

    /// The true moment at which our monotonic clock shows `monotonic`, and the machine is awake.
    fn true_time(&self, monotonic: Duration) -> i64 {
        let awake = self.began + i64::try_from(monotonic.as_millis()).expect("a day at most");
        match self.weather.sleep {
            Some((from, to)) if awake >= from && self.began < to => awake + (to - from.max(self.began)),
            _ => awake,
        }
    }
}

/// How long an answer takes at most.
pub(crate) const LONGEST_ANSWER: Duration = Duration::from_millis(900);

/// A refusal comes quickly.
const QUICK: i64 = 200;
