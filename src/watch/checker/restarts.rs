//! One day on one journal: a recorder and two watches, each started again and again, ended or killed at any moment. What the
//! journal then holds is compared with what its answers held, and what the stdout of one of them got with the journal.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::floor::diff::{Difference, Memory};
use crate::floor::event::{EventKind, Gap, GapCause};
use crate::floor::timeline::Coverage;
use crate::watch::checker::agent::AgentDay;
use crate::watch::checker::day::{DAY, Floor, MINUTE, SECOND, Size, Weather, moment};
use crate::watch::checker::dice::Dice;
use crate::watch::checker::lives::{Span, Stage, Stdout, lives};
use crate::watch::checker::poller::{Poll, Poller, Received, state_of};
use crate::watch::checker::server::{Model, Server};
use crate::watch::checker::verdict::{Books, MOST_RESTLESS, Verdict};
use crate::watch::checker::writing::Manner;
use crate::watch::recorder::model::{Book, Model as Journal};
use crate::watch::recorder::records::{Looked, News, Records, Share, Wanted, Written};
use crate::watch::recorder::{Note, Recorder};
use crate::watch::schedule::Outcome;
use crate::watch::source::WatchScope;

const ALL: WatchScope = WatchScope { tags: true, breaks: true, wrapups: true };

struct Process<'a> {
    command: &'static str,
    journal: Journal,
    recorder: Recorder,
    memory: Memory,
    poller: Poller<'a>,
    polls_always: bool,
    /// Its next poll, by its monotonic clock and in truth.
    next: Duration,
    at: i64,
    span: Span,
    /// An answer that is recorded only later, because the process is slow.
    held: Option<(Received, i64)>,
}

/// What happens in a day.
struct Day<'a> {
    floor: &'a Floor,
    weather: &'a Weather,
    agent: &'a AgentDay,
    size: &'a Size,
    server: Server<'a>,
    manner: Manner,
    book: Arc<Mutex<Book>>,
    books: Books<'a>,
    stdout: Stdout,
    /// The true moment of the last answer that was recorded, and whether a process was killed since.
    last_good: i64,
    was_killed: bool,
    lives: usize,
}

pub(crate) fn record_a_day(seed: u64, size: &Size) -> Verdict {
    let mut dice = Dice::new(seed ^ 0x5EED);
    let floor = Floor::new(&mut dice, size);
    let mut weather = Weather::new(seed, &mut dice);
    // The server's time, which shows a sleep during which our clock was set back, is in no journal.
    let sleep = weather.sleep.unwrap_or_default();
    weather.jumps.retain(|(when, by)| *by > 0 || !(sleep.0..=sleep.1).contains(when));
    let agent = AgentDay::new(&mut dice);
    let manner = Manner::new(&mut dice);
    let model = Model::of(seed);
    let mut verdict = Verdict { is_calm: weather.is_calm, ..Verdict::default() };
    let mut spans: Vec<(usize, Span)> = vec![];
    for slot in 0..COMMANDS.len() {
        spans.extend(lives(slot, &weather, &mut dice).into_iter().map(|span| (slot, span)));
    }
    // A clock that was set back between two runs hides how long nobody ran: whoever runs then runs on, and nobody begins.
    let set_back = weather.jumps.iter().filter(|(_, by)| *by < 0).map(|(when, _)| *when).min().unwrap_or(DAY);
    spans.retain(|(_, span)| span.from < set_back);
    for (_, span) in spans.iter_mut().filter(|(_, span)| span.to >= set_back) {
        (span.to, span.killed) = (DAY, None);
    }
    spans.sort_by_key(|(_, span)| span.from);
    let began = spans.first().map_or(0, |(_, span)| span.from);
    let mut day = Day {
        floor: &floor,
        weather: &weather,
        agent: &agent,
        size,
        server: Server::new(&floor, model),
        manner,
        book: Arc::default(),
        books: Books::new(&floor, began),
        stdout: Stdout { next: 1, ..Stdout::default() },
        last_good: began,
        was_killed: false,
        lives: spans.len(),
    };
    // On some days the second watch polls beside the others.
    let polls_always = dice.happens(300);
    let mut running: Vec<Process> = vec![];
    let mut coming = spans.into_iter().peekable();
    loop {
        let first = running.iter().enumerate().min_by_key(|(_, process)| process.at);
        let first = first.map(|(place, process)| (place, process.at));
        let start = coming.peek().map(|(_, span)| span.from);
        match (first, start) {
            (None, None) => break,
            (first, Some(start)) if first.is_none_or(|(_, at)| start <= at) => {
                if let Some((slot, span)) = coming.next() {
                    let process = day.start(slot, span, polls_always && slot == 2, &mut verdict);
                    running.push(process);
                }
            }
            (Some((place, _)), _) => {
                if !day.step(&mut running[place], &mut dice, &mut verdict) {
                    running.swap_remove(place);
                }
            }
            (None, Some(_)) => unreachable!("a start is first then"),
        }
    }
    day.close(&mut verdict);
    for example in &mut verdict.examples {
        *example = format!("{example} ({model:?}, {}, {weather:?})", day.manner.summary());
    }
    verdict
}

const COMMANDS: [&str; 3] = ["record", "watch", "watch beside it"];

impl<'a> Day<'a> {
    fn start(&mut self, slot: usize, span: Span, polls_always: bool, verdict: &mut Verdict) -> Process<'a> {
        let (from, command) = (span.from, COMMANDS[slot]);
        let is_cursor = self.server.model == Model::Cursor;
        let poller = Poller::new(self.floor, self.agent, self.weather, self.size, from, is_cursor, true);
        let wall = moment(from + self.weather.wall_ahead(from));
        let (journal, begun) = Journal::begin(&self.book, command, 1, &poller.clocks, wall);
        let base = self.book.lock().expect("no panic").last();
        if slot == 1 {
            if begun.past.is_empty() && !self.stdout.may_repeat {
                self.stdout.next = base + 1;
            }
            for past in &begun.past {
                self.stdout.print(past.recorded.seq, verdict);
            }
            // A watch that was killed before it had written anything leaves nothing to go on from.
            self.stdout.next = self.stdout.next.max(if begun.past.is_empty() { base + 1 } else { 0 });
            self.stdout.may_repeat = false;
        }
        let [begun] = <[_; 1]>::try_from(begun.agents).expect("one agent");
        let accounts = vec![begun.account.expect("it is recorded")];
        let mut recorder = Recorder::new(accounts, self.size.interval);
        if slot == 1 && base > 0 {
            recorder.took(base);
        }
        let next = poller.schedule.first();
        let at = poller.true_time(next);
        Process {
            command,
            journal,
            recorder,
            memory: begun.memory,
            poller,
            polls_always,
            next,
            at,
            span,
            held: None,
        }
    }

    /// What a process does next; whether it lives on.
    fn step(&mut self, process: &mut Process<'a>, dice: &mut Dice, verdict: &mut Verdict) -> bool {
        if let Some((received, took)) = process.held.take() {
            return self.take_answer(process, &received, None, verdict)
                && plan(process, Outcome::Good { deadline: None }, took, dice);
        }
        let now = process.at;
        let killed = process.span.killed.filter(|_| now >= process.span.to);
        if killed.is_none() && now >= process.span.to {
            process.journal.end(process.recorder.stdout_took(), &[]).expect("a model");
            return false;
        }
        if killed == Some(Stage::BeforePoll) {
            return self.kill(process);
        }
        if !self.look(process, now, verdict) {
            if killed.is_some() {
                return self.kill(process);
            }
            process.next += self.size.interval;
            process.wait_until(process.poller.true_time(process.next));
            return true;
        }
        let poll = process.poller.fate(now, &mut self.server, dice);
        verdict.counts.failed_polls += usize::from(!matches!(poll, Poll::Good(_)));
        let Poll::Good(took) = poll else {
            if killed.is_some() {
                return self.kill(process);
            }
            let (outcome, took) = process.poller.fail(&poll, now);
            return plan(process, outcome, took, dice);
        };
        let received = process.poller.receive(now, took, &mut self.server, &mut self.manner, dice);
        if killed.is_none() && dice.happens(100) {
            // Others may be quicker to record their own.
            process.wait_until(process.at + took + dice.below(3 * MINUTE));
            process.held = Some((received, took));
            return true;
        }
        self.take_answer(process, &received, killed, verdict)
            && plan(process, Outcome::Good { deadline: None }, took, dice)
    }

    fn kill(&mut self, process: &Process<'a>) -> bool {
        self.was_killed = true;
        self.stdout.may_repeat |= process.command == COMMANDS[1];
        process.journal.kill();
        false
    }

    /// Looks who polls, and learns what others have recorded. Whether this process is to poll.
    fn look(&mut self, process: &mut Process<'a>, now: i64, verdict: &mut Verdict) -> bool {
        process.poller.read_clocks(now);
        let wanted = Wanted {
            index: 0,
            base: process.recorder.base(0),
            parts: ALL.parts(),
            cadence: self.size.interval,
            forces: process.polls_always,
        };
        let mut looked = process.journal.look(&[wanted]).expect("a model");
        let Looked { news, share } = looked.pop().expect("one agent");
        self.learn(process, news, verdict);
        if process.recorder.has_more() {
            let (pages, took) = (process.recorder.pages(&[]), process.recorder.stdout_took());
            if let Written::Done { last, .. } = process.journal.record(&pages, took).expect("a model") {
                process.recorder.written(&pages, took, last);
            }
        }
        match share {
            Share::Ours { taken_over } => {
                if taken_over {
                    process.memory.interrupt(GapCause::TakenOver);
                    process.poller.health = process.poller.health.after_lost_answer();
                }
                true
            }
            Share::Theirs(holder) => {
                let wall = moment(now + self.weather.wall_ahead(now));
                holder.covers(ALL, self.size.interval, wall) != ALL
            }
        }
    }

    fn learn(&mut self, process: &mut Process<'a>, news: News, verdict: &mut Verdict) {
        let known = process.recorder.base(0);
        let last = news.events.iter().map(|recorded| recorded.seq).max().unwrap_or(known);
        for recorded in news.events.iter().filter(|recorded| recorded.seq > known) {
            process.memory.learn(&recorded.event, &process.poller.clocks);
            self.print(process, recorded.seq, verdict);
        }
        for row in process.recorder.learned(0, last, news.coverage) {
            process.memory.attend(row.part, row.to, row.repeats, &process.poller.clocks);
        }
    }

    fn print(&mut self, process: &mut Process<'a>, seq: i64, verdict: &mut Verdict) {
        if process.command == COMMANDS[1] {
            self.stdout.print(seq, verdict);
            process.recorder.took(seq);
        }
    }

    /// Records an answer and shows it, unless the process is killed before; whether it lives on.
    fn take_answer(
        &mut self,
        process: &mut Process<'a>,
        received: &Received,
        killed: Option<Stage>,
        verdict: &mut Verdict,
    ) -> bool {
        if killed == Some(Stage::BeforeCommit) {
            return self.kill(process);
        }
        let result = &received.result;
        verdict.counts.resent += usize::from(result.was_resent);
        let (seqs, difference) = loop {
            let difference = process.memory.diff(result);
            let note =
                Note { index: 0, events: difference.to_record().collect(), looks: difference.looks.clone() };
            let pages = process.recorder.pages(&[note]);
            let took = process.recorder.stdout_took();
            match process.journal.record(&pages, took).expect("a model") {
                Written::Done { seqs, last } => {
                    process.recorder.written(&pages, took, last);
                    break (seqs, difference);
                }
                Written::Overtaken(news) => {
                    for news in news {
                        self.learn(process, news, verdict);
                    }
                }
                Written::Renewed { .. } => unreachable!("the model is one file"),
            }
        };
        self.judge(received, &difference, &seqs, verdict);
        if killed == Some(Stage::BeforeStdout) {
            return self.kill(process);
        }
        process.memory.commit(difference.change);
        for seq in seqs.into_iter().flatten() {
            self.print(process, seq, verdict);
        }
        process.poller.health = process.poller.health.after_answer(result.taken_at, result.monotonic).0;
        if killed.is_some() { self.kill(process) } else { true }
    }

    /// What the journal has got, against what the answer held.
    fn judge(
        &mut self,
        received: &Received,
        difference: &Difference,
        seqs: &[Option<i64>],
        verdict: &mut Verdict,
    ) {
        let &Received { ref states, known, is_blank, ref result, then: now } = received;
        if !is_blank {
            self.books.show(states, known);
        }
        let cursor = self.server.model == Model::Cursor;
        let may_have_lost = cursor && (result.read_was_cut || result.was_resent || self.was_killed);
        let new: Vec<_> = difference.to_record().zip(seqs).filter(|(_, seq)| seq.is_some()).collect();
        for (new, _) in &new {
            match &new.event.kind {
                EventKind::Tag(reported) => {
                    self.books.tell(state_of(self.floor, &reported.tag), now);
                }
                EventKind::Gap(Gap { from, to, .. }) => {
                    let length = i64::try_from(to.duration_since(*from).as_millis()).expect("a day at most");
                    let end = now + 2 * SECOND;
                    self.books.announce_gap(end - length - 4 * SECOND, end);
                    let is_justified = may_have_lost || now - self.last_good > 55 * MINUTE;
                    verdict.counts.unjustified_gaps += usize::from(!is_justified);
                }
                _ => {}
            }
        }
        (self.last_good, self.was_killed) = (now, false);
    }

    fn close(&mut self, verdict: &mut Verdict) {
        let restless = if self.manner.is_restless() { MOST_RESTLESS * self.lives } else { 0 };
        let books = std::mem::replace(&mut self.books, Books::new(self.floor, 0));
        books.close(self.server.model, restless, verdict);
        let book = self.book.lock().expect("no panic");
        verdict.counts.commits += book.commits;
        let rows: Vec<&Coverage> = book.coverage.values().flatten().collect();
        for (place, row) in rows.iter().enumerate() {
            let overlaps =
                |other: &&&Coverage| other.part == row.part && other.from < row.to && row.from < other.to;
            if rows[place + 1..].iter().any(|other| overlaps(&other)) || row.to < row.from {
                verdict.note(|| format!("coverage overlaps at {row:?}"));
                verdict.counts.unexpected += 1;
            }
        }
    }
}

/// Plans the next poll; whether the process lives on.
fn plan(process: &mut Process, outcome: Outcome, took: i64, dice: &mut Dice) -> bool {
    let Some(next) = process.poller.next(outcome, process.next, took, dice) else {
        // The session is over.
        process.journal.end(process.recorder.stdout_took(), &[]).expect("a model");
        return false;
    };
    process.next = next;
    process.wait_until(process.poller.true_time(next).max(process.at + 1));
    true
}

impl Process<'_> {
    /// It does nothing before that moment, unless its life ends before.
    fn wait_until(&mut self, moment: i64) {
        self.at = moment.min(self.span.to.max(self.at));
    }
}
