//! One day on one journal: a recorder and two watches, each started again and again, ended or killed at any moment, and
//! single commands between them, while the machine sleeps and its clock is set. What the journal then holds is compared
//! with what its answers held ([`Books`], [`AgentBooks`], [`Answers`]), and what its readers got with the journal
//! ([`Stdout`], [`Script`], and lists).

mod judge;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::pause::{OwnClocks, PAST};
use crate::watch::checker::agent::AgentDay;
use crate::watch::checker::agent_books::AgentBooks;
use crate::watch::checker::answers::Answers;
use crate::watch::checker::day::{Floor, MINUTE, SECOND, Size, Weather, moment};
use crate::watch::checker::dice::Dice;
use crate::watch::checker::fault::{Fault, Spoils};
use crate::watch::checker::lives::{Span, Stage, lives, single_moments};
use crate::watch::checker::poller::{Poll, Poller, Received};
use crate::watch::checker::process::{ALL, Held, Process};
use crate::watch::checker::readers::{Script, Stdout};
use crate::watch::checker::server::{Model, Server};
use crate::watch::checker::verdict::{Books, Verdict};
use crate::watch::checker::writing::{Manner, Start};
use crate::watch::recorder::PendingWrites;
use crate::watch::recorder::backend::{JournalBackend, Refreshed, Share};
use crate::watch::recorder::model::{Book, Model as Journal};
use crate::watch::schedule::Outcome;
use crate::watch::source::WatchScope;

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
    agent_books: AgentBooks<'a>,
    answers: Answers<'a>,
    spoils: &'a [Spoils],
    /// Of each command that has one.
    stdouts: [Stdout; COMMANDS.len()],
    script: Script,
    /// The true moment of the last answer about tags that was recorded, and whether a process was killed since.
    last_good: i64,
    last_states: LastStates,
    /// The last answer of all.
    last_came: i64,
    /// When an answer reported a break or wrap-up although a later one, recorded before it, had denied it, if none has come since.
    late_since: Option<Timestamp>,
    was_killed: bool,
    has_slept: bool,
    lives: usize,
}

/// The true moments at which the last answers came that counted for each.
struct LastStates {
    breaks: i64,
    wrapups: i64,
}

const COMMANDS: [&str; 3] = ["record", "watch", "watch beside it"];
const RECORD: usize = 0;
const BESIDE: usize = 2;

pub(crate) fn record_a_day(seed: u64, size: &Size) -> Verdict {
    record_a_day_with(None, seed, size)
}

pub(crate) fn record_a_day_with(fault: Option<Fault<'_>>, seed: u64, size: &Size) -> Verdict {
    let mut dice = Dice::new(seed ^ 0x5EED);
    let floor = Floor::new(&mut dice, size);
    let weather = Weather::new(seed, &mut dice);
    let agent = AgentDay::new(&mut dice);
    let manner = Manner::new(&mut dice);
    let model = Model::of(seed);
    let mut verdict = Verdict { is_calm: weather.is_calm, ..Verdict::default() };
    let mut spans: Vec<(usize, Span)> = vec![];
    for slot in 0..COMMANDS.len() {
        spans.extend(lives(slot, &weather, &mut dice).into_iter().map(|span| (slot, span)));
    }
    spans.sort_by_key(|(_, span)| span.from);
    let began = spans.first().map_or(0, |(_, span)| span.from);
    // Of a profile that has logged in, the journal knows the agent.
    let known = dice.happens(500).then(|| agent.number(0));
    let mut book = Book::default();
    book.agent_id = known.map(|number| number.to_string());
    let (planted, spoils) = fault.map_or((None, &[][..]), Fault::parts);
    book.planted = planted;
    let is_untold = !weather.is_dated && !weather.jumps.is_empty();
    let creeps = manner.start == Start::Creeps;
    let may_invent = creeps || is_untold;
    let mut day = Day {
        floor: &floor,
        weather: &weather,
        agent: &agent,
        size,
        server: Server::new(&floor, model),
        manner,
        book: Arc::new(Mutex::new(book)),
        books: Books::new(&floor, began),
        agent_books: AgentBooks::new(&agent, &weather, known),
        answers: Answers::new(&agent, &weather, size.interval, may_invent, creeps),
        spoils,
        stdouts: Default::default(),
        script: Script::default(),
        last_good: began,
        last_states: LastStates { breaks: began, wrapups: began },
        last_came: began,
        late_since: None,
        was_killed: false,
        has_slept: false,
        lives: spans.len(),
    };
    // On some days the second watch polls beside the others.
    let polls_always = dice.happens(300);
    let mut running: Vec<Process> = vec![];
    let mut coming = spans.into_iter().peekable();
    let singles = single_moments(&weather, &mut dice);
    let mut singles = singles.into_iter().filter(|at| *at > began).peekable();
    loop {
        let first = running.iter().enumerate().min_by_key(|(_, process)| process.at);
        let first = first.map(|(place, process)| (process.at, place));
        let start = coming.peek().map_or(i64::MAX, |(_, span)| span.from);
        let single = singles.peek().copied().unwrap_or(i64::MAX);
        let now = first.map_or(i64::MAX, |(at, _)| at).min(start).min(single);
        if now == i64::MAX {
            break;
        }
        day.wake_up(now);
        if single == now {
            singles.next();
            day.run_once(now, &mut dice, &mut verdict);
        } else if start == now {
            if let Some((slot, span)) = coming.next() {
                let process = day.start(slot, span, polls_always && slot == BESIDE, &mut verdict);
                running.push(process);
            }
        } else if let Some((_, place)) = first
            && !day.step(&mut running[place], &mut dice, &mut verdict)
        {
            running.swap_remove(place);
        }
    }
    day.close(&mut verdict);
    for example in &mut verdict.examples {
        *example = format!("{example} ({model:?}, {}, {weather:?})", day.manner.summary());
    }
    verdict
}

impl<'a> Day<'a> {
    /// Whoever looks first after a sleep of the machine finds nobody else alive.
    fn wake_up(&mut self, now: i64) {
        if !self.has_slept && self.weather.sleep.is_some_and(|(_, to)| to <= now) {
            self.has_slept = true;
            self.book.lock().expect("no panic").wake_up();
        }
    }

    fn wall(&self, now: i64) -> Timestamp {
        moment(now + self.weather.wall_ahead(now))
    }

    fn poller(&self, from: i64) -> Poller<'a> {
        let is_cursor = self.server.model == Model::Cursor;
        Poller::new(self.floor, self.agent, self.weather, self.size, from, is_cursor, true)
    }

    fn start(&mut self, slot: usize, span: Span, polls_always: bool, verdict: &mut Verdict) -> Process<'a> {
        let poller = self.poller(span.from);
        let (has_stdout, wall) = (slot != RECORD, self.wall(span.from));
        let (journal, begun) = Journal::begin(&self.book, COMMANDS[slot], 1, &poller.clocks, wall);
        let base = self.book.lock().expect("no panic").last();
        let stdout = &mut self.stdouts[slot];
        if !stdout.may_repeat {
            // After a run that has ended by itself, only what comes is shown.
            stdout.next = if stdout.was_cut { stdout.next } else { base + 1 };
        }
        let next = poller.schedule.first();
        let at = poller.true_time(next);
        let [agent] = <[_; 1]>::try_from(begun.agents).expect("one agent");
        let queues = vec![agent.queue.expect("it is recorded")];
        let mut process = Process {
            slot,
            journal,
            pending: PendingWrites::new(queues, self.size.interval),
            memory: agent.memory,
            poller,
            polls_always,
            answered: self.last_good.min(span.from),
            next,
            at,
            span,
            held: None,
        };
        let past: Vec<i64> = begun.past.iter().map(|past| past.recorded.seq).collect();
        self.print(&mut process, &past, verdict);
        let stdout = &mut self.stdouts[slot];
        if has_stdout && stdout.next != base + 1 {
            verdict.note(|| format!("{} began at {base} and not {}", COMMANDS[slot], stdout.next));
            verdict.counts.lost += 1;
        }
        (stdout.may_repeat, stdout.was_cut) = (false, false);
        process
    }

    /// What a process does next; whether it lives on.
    fn step(&mut self, process: &mut Process<'a>, dice: &mut Dice, verdict: &mut Verdict) -> bool {
        let now = process.at;
        let killed = process.span.killed.filter(|_| now >= process.span.to);
        if let Some(Held { received, took, is_slow, killed: stage }) = process.held.take() {
            let stage = stage.or(killed.filter(|_| is_slow).map(|_| Stage::BeforeCommit));
            return self.take_answer(process, &received, stage, verdict)
                && process.plan(Outcome::Good { deadline: None }, took, dice);
        }
        if killed.is_none() && now >= process.span.to {
            self.end(process);
            return false;
        }
        if killed == Some(Stage::BeforePoll) {
            return self.kill(process);
        }
        if !self.refresh(process, now, verdict) {
            if killed.is_some() {
                return self.kill(process);
            }
            process.next = process.poller.monotonic(now) + self.size.interval;
            process.wait_until(process.poller.true_time(process.next));
            return true;
        }
        let poll = process.poller.fate(now, &mut self.server, dice);
        verdict.counts.failed_polls += usize::from(!matches!(poll, Poll::Good(_)));
        let Poll::Good(took) = poll else {
            if killed.is_some() {
                if matches!(poll, Poll::Failed(_, true)) {
                    self.excuse_one_beside(process);
                }
                return self.kill(process);
            }
            if matches!(poll, Poll::Failed(_, true)) {
                process.memory.lose_answer();
            }
            let (outcome, took) = process.poller.fail(&poll, now);
            return process.plan(outcome, took, dice);
        };
        let received = process.poller.receive(now, took, &mut self.server, &mut self.manner, dice);
        if killed == Some(Stage::DuringPoll) {
            // Whoever polls next is told that an answer may be lost.
            self.excuse_one_beside(process);
            process.journal.end(process.pending.stdout_seq(), &[0]).expect("a model");
            (self.was_killed, self.stdouts[process.slot].was_cut) = (true, true);
            return false;
        }
        let is_slow = killed.is_none() && dice.happens(100);
        let mut delay = 0;
        if is_slow {
            // Others may be quicker to record their own, or take it for dead.
            delay = dice.below(if self.weather.is_calm { 15 * SECOND } else { 3 * MINUTE });
            delay = delay.min((process.span.to - now - took).max(0));
            process.journal.set_stopped(delay > 15 * SECOND);
        }
        process.at += took + delay;
        process.held = Some(Held { received, took, is_slow, killed });
        true
    }

    /// Who polls although somebody else does, and is killed with an answer, leaves nothing by which the others could notice.
    fn excuse_one_beside(&mut self, process: &Process<'a>) {
        if process.polls_always && !process.journal.holds(0) {
            self.books.excuse(process.answered - MINUTE, process.at);
        }
    }

    /// It ends by itself. Of an answer that it has lost, whoever polls next is told.
    fn end(&mut self, process: &mut Process<'a>) {
        let was_lost = process.poller.health.answer_was_lost();
        let cut: &[usize] = if was_lost { &[0] } else { &[] };
        if was_lost {
            self.excuse_one_beside(process);
            (self.was_killed, self.stdouts[process.slot].was_cut) = (true, true);
        }
        process.journal.end(process.pending.stdout_seq(), cut).expect("a model");
    }

    fn kill(&mut self, process: &Process<'a>) -> bool {
        if process.poller.health.answer_was_lost() {
            self.excuse_one_beside(process);
        }
        self.was_killed = true;
        self.stdouts[process.slot].may_repeat = true;
        process.journal.kill();
        false
    }

    /// Looks who polls, and learns what others have recorded. Whether this process is to poll.
    fn refresh(&mut self, process: &mut Process<'a>, now: i64, verdict: &mut Verdict) -> bool {
        process.poller.read_clocks(now);
        let Refreshed { news, share } = process.refresh(self.size);
        let learned = process.learn(news);
        self.print(process, &learned, verdict);
        process.note_stdout();
        match process.share(share) {
            Share::Ours { taken_over } => {
                self.was_killed |= taken_over.is_some();
                verdict.counts.taken_over += usize::from(taken_over.is_some());
                true
            }
            Share::Theirs(holder) => holder.covers(ALL, self.size.interval, self.wall(now)) != ALL,
            Share::Nobodys => unreachable!("nobody is erased"),
        }
    }

    fn print(&mut self, process: &mut Process<'a>, seqs: &[i64], verdict: &mut Verdict) {
        for seq in seqs.iter().filter(|_| process.slot != RECORD) {
            self.stdouts[process.slot].print(*seq, verdict);
            process.pending.stdout_took(*seq);
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
            self.excuse_one_beside(process);
            return self.kill(process);
        }
        process.poller.read_clocks(process.at);
        let (learned, taken) = process.record(received);
        self.print(process, &learned, verdict);
        self.judge(process, received, &taken, verdict);
        process.answered = received.then;
        if killed == Some(Stage::BeforeStdout) {
            return self.kill(process);
        }
        let seqs: Vec<i64> = taken.events.iter().chain(&taken.openings).map(|(seq, _)| *seq).collect();
        self.print(process, &seqs, verdict);
        let result = &received.result;
        process.poller.health = process.poller.health.after_answer(result.taken_at, result.monotonic).0;
        if killed.is_some() { self.kill(process) } else { true }
    }

    /// A command that wants one answer, unless somebody polls; then it reads the journal.
    fn run_once(&mut self, now: i64, dice: &mut Dice, verdict: &mut Verdict) {
        const TAGS: WatchScope = WatchScope { tags: true, breaks: false, wrapups: false };
        let mut poller = self.poller(now);
        let holder = self.book.lock().expect("no panic").holder(0);
        let is_polled = holder.is_some_and(|it| it.covers(TAGS, self.size.interval, self.wall(now)) == TAGS);
        if !is_polled {
            let Poll::Good(took) = poller.fate(now, &mut self.server, dice) else {
                // Whether its answer was lost, nobody is told.
                return self.books.excuse(self.last_good - MINUTE, now + MINUTE);
            };
            let mut received = poller.receive(now, took, &mut self.server, &mut self.manner, dice);
            let result = &mut received.result;
            (result.break_state, result.wrapup) = (None, None);
            (result.monotonic, result.elapsed) = (PAST, PAST);
            let wall = result.taken_at;
            poller.clocks = OwnClocks::after_past(wall);
            let (mut journal, begun) = Journal::begin(&self.book, "tags", 1, &poller.clocks, wall);
            let [agent] = <[_; 1]>::try_from(begun.agents).expect("one agent");
            let mut process = Process {
                slot: RECORD,
                journal: journal.clone(),
                pending: PendingWrites::new(vec![agent.queue.expect("it is recorded")], Duration::ZERO),
                memory: agent.memory,
                poller,
                polls_always: true,
                answered: now,
                next: PAST,
                at: now,
                span: Span { from: now, to: now, killed: None },
                held: None,
            };
            let (_, taken) = process.record(&received);
            self.judge(&process, &received, &taken, verdict);
            journal.end(None, &[]).expect("a model");
        }
        let is_killed = dice.happens(300);
        self.check_readers(dice.happens(500).then_some(is_killed), verdict);
    }
}
