//! One watch through one day: the calls that the loop makes, in its order, with virtual clocks.

use crate::floor::diff::{Difference, Memory};
use crate::floor::event::{EventKind, Gap};
use crate::watch::checker::agent::AgentDay;
use crate::watch::checker::agent_books::{AgentBooks, Late, Told};
use crate::watch::checker::day::{DAY, Floor, MINUTE, Size, Weather};
use crate::watch::checker::dice::Dice;
use crate::watch::checker::poller::{Poll, Poller, Received, state_of};
use crate::watch::checker::server::{Model, Server};
use crate::watch::checker::verdict::{Books, MOST_RESTLESS, Verdict};
use crate::watch::checker::writing::Manner;
use crate::watch::schedule::Outcome;

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
            let poller = Poller::new(&floor, &agent, &weather, size, from, model == Model::Cursor, false);
            let life = Life {
                poller,
                books: Books::new(&floor, from),
                agent_books: AgentBooks::new(&agent, &weather, None),
                memory: Memory::default(),
                last_good: from,
            };
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
    poller: Poller<'a>,
    books: Books<'a>,
    agent_books: AgentBooks<'a>,
    memory: Memory,
    /// The true moment of the last good poll.
    last_good: i64,
}

impl Life<'_> {
    fn run(
        mut self,
        end: i64,
        server: &mut Server,
        manner: &mut Manner,
        dice: &mut Dice,
        verdict: &mut Verdict,
    ) {
        let mut polled = self.poller.schedule.first();
        loop {
            let started = self.poller.true_time(polled);
            if started >= end {
                break;
            }
            let (outcome, took) = self.poll(started, server, manner, dice, verdict);
            let Some(next) = self.poller.next(outcome, polled, took, dice) else { break };
            polled = next;
        }
        let restless = if manner.is_restless() { MOST_RESTLESS } else { 0 };
        self.books.close(server.model, restless, |_| false, verdict);
    }

    fn poll(
        &mut self,
        started: i64,
        server: &mut Server,
        manner: &mut Manner,
        dice: &mut Dice,
        verdict: &mut Verdict,
    ) -> (Outcome, i64) {
        let poll = self.poller.fate(started, server, dice);
        verdict.counts.failed_polls += usize::from(!matches!(poll, Poll::Good(_)));
        if let Poll::Good(took) = poll {
            self.answer(started, took, server, manner, dice, verdict);
        }
        self.poller.fail(&poll, started)
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
        let Received { states, known, is_blank, result, then, .. } =
            self.poller.receive(started, took, server, manner, dice);
        // An answer that is empty by mistake shows nothing, and may be the last of the day.
        if !is_blank {
            self.books.show(&states, known);
        }
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
        let told = Told { events: &events, openings: None, by: 0, late: Late::default() };
        self.agent_books.answer(told, &result, self.memory.state(), then, manner, verdict);
        self.poller.health = self.poller.health.after_answer(result.taken_at, result.monotonic).0;
        self.last_good = started + took;
    }

    fn take(&mut self, kind: &EventKind, now: i64, may_have_lost: bool, verdict: &mut Verdict) {
        match kind {
            EventKind::Tag(reported) => {
                let delay = self.books.tell(state_of(self.poller.floor, &reported.tag), now);
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
}
