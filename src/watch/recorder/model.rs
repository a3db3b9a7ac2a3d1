//! A journal in memory that obeys the rules of the real one, for tests that record whole days in milliseconds. One test
//! gives both the same rounds.

mod tests;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::counters::Counters;
use crate::floor::diff::Memory;
use crate::floor::diff::restored::REMEMBERED;
use crate::floor::event::{Event, EventKind, FollowedPart};
use crate::floor::identity::fingerprint::{of_twins, uid};
use crate::floor::pause::OwnClocks;
use crate::floor::shift::{DayRules, Today};
use crate::floor::timeline::{Coverage, CoverageStep, NewEvent, Recorded};
use crate::journal::JournalError;
use crate::watch::recorder::backend::{
    Begun, BegunAgent, JournalBackend, Left, News, PastEvent, Refreshed, Share, Wanted, Written,
};
use crate::watch::recorder::sharing::Holder;
use crate::watch::recorder::{AgentEntry, AgentQueue};

/// Its agents are profiles of this server, named by their numbers.
const SERVER: &str = "https://deepcall.example";

/// What the file of a journal holds.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) events: Vec<(usize, Recorded)>,
    uids: HashSet<[u8; 16]>,
    pub(crate) coverage: HashMap<usize, Vec<Coverage>>,
    /// Whom the journal knows the session to answer for.
    pub(crate) agent_id: Option<String>,
    runs: Vec<Run>,
    leases: HashMap<usize, Lease>,
    /// Whether its disk is full.
    pub(crate) is_full: bool,
    pub(crate) commits: usize,
    /// What it does wrong, so that it can be seen whether that is found.
    pub(crate) planted: Option<Planted>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Planted {
    /// It records again what it has.
    KnownAgain,
    /// Whoever takes over from a process that has died is not told so.
    DeathUnnoticed,
}

struct Run {
    command: &'static str,
    is_alive: bool,
    /// Whether its process was stopped so long that its beats are missed.
    is_stopped: bool,
    has_ended: bool,
    stdout_seq: Option<i64>,
}

struct Lease {
    run: usize,
    parts: Vec<FollowedPart>,
    cadence: Duration,
    newest_answer: Option<Timestamp>,
}

/// The journal of one run.
#[derive(Clone)]
pub(crate) struct Model {
    book: Arc<Mutex<Book>>,
    run: usize,
}

impl Model {
    /// Begins a run with everybody whose queue is wanted.
    pub(crate) fn begin(
        book: &Arc<Mutex<Book>>,
        command: &'static str,
        agents: usize,
        clocks: &OwnClocks,
        now: Timestamp,
    ) -> (Self, Begun) {
        let mut guard = book.lock().expect("no panic");
        let base = guard.last();
        let has_stdout = command.starts_with("watch");
        let remembered = SignedDuration::try_from(REMEMBERED).expect("a day");
        let from = now.saturating_sub(remembered).expect("in range");
        let agent = |index: usize| {
            let events = guard.to_remember(index, from);
            let coverage = guard.coverage.get(&index).cloned().unwrap_or_default();
            let coverage = Coverage::to_remember(coverage, from);
            let agent_id = guard.agent_id.as_deref();
            let memory = Memory::default().restored(agent_id, events, &coverage, clocks);
            BegunAgent {
                memory,
                queue: Some(AgentQueue::new(base, coverage)),
                counters: Counters::default(),
                history: vec![],
            }
        };
        let agents = (0..agents).map(agent).collect();
        let is_before = |run: &&Run| {
            run.command == command && !run.is_alive && (run.has_ended || run.stdout_seq.is_some())
        };
        let before = guard.runs.iter().rev().find(is_before);
        let left_off = before.filter(|run| !run.has_ended && has_stdout).and_then(|run| run.stdout_seq);
        let begins = has_stdout.then(|| left_off.unwrap_or(base));
        let past = guard.events.iter().filter(|(_, one)| left_off.is_some_and(|last| one.seq > last));
        let past =
            past.map(|(index, recorded)| PastEvent { index: *index, recorded: recorded.clone() }).collect();
        guard.runs.push(Run {
            command,
            is_alive: true,
            is_stopped: false,
            has_ended: false,
            stdout_seq: begins,
        });
        let run = guard.runs.len() - 1;
        drop(guard);
        (Self { book: Arc::clone(book), run }, Begun { agents, past, ..Begun::default() })
    }

    /// Its process is killed.
    pub(crate) fn kill(&self) {
        self.book().runs[self.run].is_alive = false;
    }

    /// Its process is stopped for longer than a lease waits for a beat; or it goes on.
    pub(crate) fn set_stopped(&self, is_stopped: bool) {
        self.book().runs[self.run].is_stopped = is_stopped;
    }

    /// Which of the runs it is.
    pub(crate) fn run(&self) -> usize {
        self.run
    }

    /// Whether others would notice its death: it polls an agent for all.
    pub(crate) fn holds(&self, index: usize) -> bool {
        self.book().leases.get(&index).is_some_and(|lease| lease.run == self.run)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no panic")
    }
}

impl Book {
    pub(crate) fn last(&self) -> i64 {
        self.events.last().map_or(0, |(_, recorded)| recorded.seq)
    }

    /// Who polls an agent now.
    pub(crate) fn holder(&self, index: usize) -> Option<Holder> {
        let Lease { run, parts, cadence, newest_answer } = self.leases.get(&index)?;
        let is_alive = self.runs[*run].is_alive && !self.runs[*run].is_stopped;
        let (parts, cadence, newest_answer) = (parts.clone(), *cadence, *newest_answer);
        is_alive.then_some(Holder { parts, cadence, newest_answer, beats: true })
    }

    /// The machine was asleep, and nobody has shown a sign of life since.
    pub(crate) fn wake_up(&mut self) {
        self.runs.iter_mut().for_each(|run| run.is_stopped = true);
    }

    /// The events since `from`, those that were recorded since by a clock that was up to a day behind, and however old they are,
    /// those of what goes on.
    fn to_remember(&self, index: usize, from: Timestamp) -> impl Iterator<Item = &Event> {
        let own = move || self.events.iter().filter(move |(agent, _)| *agent == index).map(|(_, one)| one);
        let in_window = own().find(|one| one.event.at >= from).map_or(i64::MAX, |one| one.seq);
        let before = || own().filter(|one| one.event.at < from && one.seq < in_window);
        let last = |is: fn(&EventKind) -> bool| {
            before().filter(|one| is(&one.event.kind)).map(|one| one.seq).next_back().unwrap_or(i64::MAX)
        };
        let changed = last(|kind| matches!(kind, EventKind::AgentChanged(_)));
        let on_break = last(|kind| matches!(kind, EventKind::BreakStarted(_)));
        let in_wrapup = last(|kind| matches!(kind, EventKind::WrapupStarted(_)));
        let first = changed.min(on_break).min(in_wrapup).min(in_window);
        let day = SignedDuration::from_hours(24);
        let is_remembered = move |one: &&Recorded| {
            let is_recent = one.event.at >= from || one.event.at >= from - day && one.seq >= in_window;
            is_recent || (one.seq >= first && is_of_state(&one.event.kind))
        };
        own().filter(is_remembered).map(|one| &one.event)
    }

    fn newer(&self, index: usize, base: i64) -> Vec<Recorded> {
        let after = self.events.partition_point(|(_, recorded)| recorded.seq <= base);
        let newer = self.events[after..].iter().filter(|(agent, _)| *agent == index);
        newer.map(|(_, recorded)| recorded.clone()).collect()
    }

    fn news(&self, index: usize, base: i64) -> News {
        let coverage = self.coverage.get(&index).cloned().unwrap_or_default();
        News { index, events: self.newer(index, base), coverage }
    }

    fn insert(&mut self, index: usize, new: &NewEvent) -> Option<i64> {
        let id =
            |new: &NewEvent, number| uid(SERVER, &format!("profile/{index}"), &new.event, number).bytes();
        if new.is_numbered_by_the_journal() {
            let numbers = 1..u32::MAX;
            let free = numbers.map(|number| id(new, number)).find(|id| !self.uids.contains(id));
            return self.put(index, new, free.expect("a free number"));
        }
        let seq = self.put(index, new, id(new, new.twin));
        if seq.is_some() {
            return seq;
        }
        let other = new.as_change().filter(|other| self.lacks(index, &other.event))?;
        self.insert(index, &other)
    }

    fn put(&mut self, index: usize, new: &NewEvent, id: [u8; 16]) -> Option<i64> {
        let seq = self.last() + 1;
        let is_new = self.uids.insert(id) || self.planted == Some(Planted::KnownAgain);
        is_new.then(|| {
            self.events.push((index, Recorded { seq, event: new.event.clone(), customer: None }));
            seq
        })
    }

    /// Whether none of the states of a notification that are recorded is this one.
    fn lacks(&self, index: usize, event: &Event) -> bool {
        let EventKind::Tag(reported) = &event.kind else { return false };
        // What has no time is known by the moment at which it was noticed.
        let about = |event: &Event| match &event.kind {
            EventKind::Tag(reported) => {
                let tag = &reported.tag;
                let noticed = (tag.id.is_none() && tag.time.is_none()).then_some(event.at);
                Some((tag.id.clone(), of_twins(tag), noticed))
            }
            _ => None,
        };
        let mut memory = Memory::default();
        let own = self.events.iter().filter(|(agent, _)| *agent == index).map(|(_, one)| &one.event);
        for known in own.filter(|known| about(known) == about(event)) {
            memory.learn(known, &OwnClocks::after_past(known.at));
        }
        !memory.has_shown_tag(&reported.tag)
    }
}

impl JournalBackend for Model {
    fn begin(&mut self, _: &OwnClocks) -> Result<Option<Begun>, JournalError> {
        panic!("it has begun")
    }

    fn record(&mut self, entries: &[AgentEntry], stdout_seq: Option<i64>) -> Result<Written, JournalError> {
        let mut book = self.book();
        if book.is_full {
            return Err(JournalError::Full { path: PathBuf::from("journal.db") });
        }
        let news: Vec<News> = entries.iter().map(|entry| book.news(entry.index, entry.base)).collect();
        if news.iter().any(|news| !news.events.is_empty()) {
            return Ok(Written::Overtaken(news));
        }
        book.commits += 1;
        let mut seqs = vec![];
        for entry in entries {
            for new in &entry.events {
                seqs.push(book.insert(entry.index, new));
            }
            let rows = book.coverage.entry(entry.index).or_default();
            for step in &entry.coverage {
                Coverage::take(rows, step);
            }
            let answers = entry.coverage.iter().map(|step| match step {
                CoverageStep::Lengthen { to, .. } => *to,
                CoverageStep::Begin { coverage, .. } => coverage.to,
            });
            let newest = answers.max();
            let lease = book.leases.get_mut(&entry.index).filter(|lease| lease.run == self.run);
            if let (Some(lease), Some(newest)) = (lease, newest) {
                lease.newest_answer = Some(newest);
            }
        }
        let run = &mut book.runs[self.run];
        run.is_stopped = false;
        run.stdout_seq = run.stdout_seq.max(stdout_seq);
        Ok(Written::Done { seqs, last: book.last() })
    }

    fn refresh(&mut self, wanted: &[Wanted]) -> Result<Vec<Refreshed>, JournalError> {
        let mut book = self.book();
        book.runs[self.run].is_stopped = false;
        let mark = |wanted: &Wanted| {
            let Wanted { index, base, parts, cadence, forces } = wanted.clone();
            let holder = book.leases.get(&index).map(|lease| lease.run);
            let others = holder.filter(|run| *run != self.run).and_then(|_| book.holder(index));
            let share = match others {
                Some(holder) if !forces => Share::Theirs(holder),
                Some(_) => Share::Ours { taken_over: None },
                None => {
                    let before = book.leases.remove(&index);
                    let newest_answer = before.and_then(|lease| lease.newest_answer);
                    book.leases.insert(index, Lease { run: self.run, parts, cadence, newest_answer });
                    let is_others = holder.is_some_and(|run| run != self.run);
                    let is_noticed = book.planted != Some(Planted::DeathUnnoticed);
                    Share::Ours { taken_over: (is_others && is_noticed).then_some(Left { newest_answer }) }
                }
            };
            Refreshed { news: book.news(index, base), share }
        };
        Ok(wanted.iter().map(mark).collect())
    }

    /// Its readers have no board.
    fn today(&mut self, agents: &[usize], _: &DayRules) -> Result<Vec<Option<Today>>, JournalError> {
        Ok(vec![None; agents.len()])
    }

    fn tidy(&mut self) -> bool {
        false
    }

    fn end(&mut self, stdout_seq: Option<i64>, may_have_lost: &[usize]) -> Result<(), JournalError> {
        let mut book = self.book();
        let own = self.run;
        book.leases.retain(|index, lease| lease.run != own || may_have_lost.contains(index));
        let run = &mut book.runs[own];
        run.stdout_seq = run.stdout_seq.max(stdout_seq);
        (run.is_alive, run.has_ended) = (false, may_have_lost.is_empty());
        Ok(())
    }
}

fn is_of_state(kind: &EventKind) -> bool {
    use EventKind::{AgentChanged, BreakChanged, BreakEnded, BreakStarted, WrapupEnded, WrapupStarted};
    matches!(
        kind,
        AgentChanged(_)
            | BreakChanged(_)
            | BreakEnded(_)
            | BreakStarted(_)
            | WrapupEnded(_)
            | WrapupStarted(_)
    )
}
