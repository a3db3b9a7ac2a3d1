//! The model against the real journal: the same random rounds of several runs go through both, and both must answer the same
//! and hold the same afterwards. So what the model checker shows of the one is true of the other.

mod rounds;

use std::collections::HashSet;
use std::sync::atomic::{AtomicI64, Ordering};

use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::clock::Clock;
use crate::floor::samples::at;
use crate::journal::{AgentKey, AgentRef, EventQuery, Journal, Mode, Numbers, Settings};
use crate::output::text::redact::Redactor;
use crate::watch::recorder::run_journal::{Followed, JournalSource, RunJournal};
use crate::watch::recorder::{Addition, PendingWrites};
use rounds::{Seed, Step, step};

const PROFILES: [&str; 2] = ["0", "1"];
const COMMANDS: [&str; 3] = ["record", "watch", "watch beside it"];
const PARTS: [FollowedPart; 3] = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];
const CADENCE: Duration = Duration::from_secs(5);
const SECOND: i64 = 1000;
const HOUR: i64 = 60 * 60 * SECOND;

/// A run that lives, in both.
struct Pair {
    model: Model,
    run_journal: RunJournal,
    pending: PendingWrites,
    is_stopped: bool,
    has_stdout: bool,
}

struct World {
    book: Arc<Mutex<Book>>,
    path: PathBuf,
    /// The milliseconds that have passed.
    passed: Arc<AtomicI64>,
    reader: Journal,
    file: Connection,
    runs: Vec<Pair>,
    _folder: TempDir,
}

fn settings() -> Settings {
    Settings { redactor: Redactor::default(), numbers: Numbers::Keep }
}

fn keys() -> Vec<AgentKey> {
    let key = |name: &str| AgentKey::Profile { server: SERVER.to_owned(), name: name.to_owned() };
    PROFILES.map(key).to_vec()
}

fn by_part(mut rows: Vec<Coverage>) -> Vec<Coverage> {
    rows.sort_by_key(|row| (row.part.word(), row.from));
    rows
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        let reader = Journal::open(&path, Mode::Create, settings(), at(0)).unwrap().unwrap().journal;
        let file = Connection::open(&path).unwrap();
        let (book, passed) = (Arc::default(), Arc::default());
        Self { book, path, passed, reader, file, runs: vec![], _folder: folder }
    }

    fn now(&self) -> Timestamp {
        at(0) + SignedDuration::from_millis(self.passed.load(Ordering::SeqCst))
    }

    fn take(&mut self, step: &Step) {
        let count = self.runs.len();
        match step {
            Step::Pass(millis) => self.pass(*millis),
            Step::Begin(command) if count < 4 => self.begin(command),
            Step::Refresh { run, forces } if count > 0 => self.refresh(run % count, *forces),
            Step::Record { run, additions } if count > 0 => self.record(run % count, additions),
            Step::Stop(run) if count > 0 => {
                let run = &mut self.runs[run % count];
                run.is_stopped = true;
                run.model.set_stopped(true);
                self.pass(16 * SECOND);
            }
            Step::Kill(run) if count > 0 => {
                let Pair { model, run_journal, .. } = self.runs.swap_remove(run % count);
                drop(run_journal);
                model.kill();
                self.bury(&model);
            }
            Step::End { run, may_have_lost } if count > 0 => {
                let Pair { mut model, mut run_journal, pending, .. } = self.runs.swap_remove(run % count);
                let (stdout_seq, may_have_lost) = (pending.stdout_seq(), Vec::from_iter(*may_have_lost));
                JournalBackend::end(&mut model, stdout_seq, &may_have_lost).unwrap();
                JournalBackend::end(&mut run_journal, stdout_seq, &may_have_lost).unwrap();
                self.bury(&model);
            }
            _ => {}
        }
    }

    /// The process of a run is gone.
    fn bury(&self, model: &Model) {
        let run = i64::try_from(model.run()).unwrap() + 1;
        let gone = "UPDATE run SET process_started = process_started + 1 WHERE id = ?1";
        assert_eq!(self.file.execute(gone, [run]).unwrap(), 1);
    }

    fn pass(&mut self, millis: i64) {
        self.passed.fetch_add(millis, Ordering::SeqCst);
        for run in 0..self.runs.len() {
            if !self.runs[run].is_stopped {
                self.record(run, &[]);
            }
        }
    }

    fn begin(&mut self, command: &'static str) {
        let now = self.now();
        let clocks = OwnClocks::after_past(now);
        let has_stdout = command.starts_with("watch");
        let (model, expected) = Model::begin(&self.book, command, PROFILES.len(), &clocks, now);
        let clock = {
            let passed = Arc::clone(&self.passed);
            Clock::from_fn(move || at(0) + SignedDuration::from_millis(passed.load(Ordering::SeqCst)))
        };
        let place = JournalSource::File(self.path.clone(), settings());
        let followed = PROFILES.map(|name| Followed { profile: name.to_owned(), id_at_login: None });
        let mut run_journal =
            RunJournal::new(place, command, followed.to_vec(), Box::new(|_| keys()), clock, None);
        let begun = run_journal.begin(true, None, has_stdout, &clocks).unwrap().unwrap();
        let past = |begun: &Begun| -> Vec<(usize, Recorded)> {
            begun.past.iter().map(|past| (past.index, past.recorded.clone())).collect()
        };
        assert_eq!(past(&begun), past(&expected));
        let mut queues = vec![];
        for (real, expected) in begun.agents.into_iter().zip(expected.agents) {
            let (queue, known) = (real.queue.unwrap(), expected.queue.unwrap());
            assert_eq!(queue.base, known.base);
            assert_eq!(by_part(queue.coverage.clone()), by_part(known.coverage));
            assert_eq!(format!("{:?}", real.memory.state()), format!("{:?}", expected.memory.state()));
            queues.push(queue);
        }
        let pending = PendingWrites::new(queues, CADENCE);
        self.runs.push(Pair { model, run_journal, pending, is_stopped: false, has_stdout });
    }

    fn refresh(&mut self, place: usize, forces: bool) {
        let now = self.now();
        let run = &mut self.runs[place];
        let wanted: Vec<Wanted> = (0..PROFILES.len())
            .map(|index| {
                let base = run.pending.base(index);
                Wanted { index, base, parts: PARTS.to_vec(), cadence: CADENCE, forces }
            })
            .collect();
        let refreshed = run.run_journal.refresh(&wanted).unwrap();
        let expected = run.model.refresh(&wanted).unwrap();
        assert_eq!(refreshed.len(), expected.len());
        for (refreshed, expected) in refreshed.into_iter().zip(expected) {
            assert_eq!(format!("{:?}", refreshed.share), format!("{:?}", expected.share));
            run.learn(refreshed.news, expected.news, now);
        }
        // As the loop does, which beats as often as it looks.
        self.record(place, &[]);
    }

    fn record(&mut self, place: usize, additions: &[Seed]) {
        let now = self.now();
        let run = &mut self.runs[place];
        run.is_stopped = false;
        let additions: Vec<Addition> = additions.iter().map(|seed| seed.note(now)).collect();
        loop {
            let entries = run.pending.entries(&additions);
            let stdout_seq = run.pending.stdout_seq();
            let written = run.run_journal.record(&entries, stdout_seq).unwrap();
            match (written, run.model.record(&entries, stdout_seq).unwrap()) {
                (Written::Done { seqs, last }, Written::Done { seqs: expected, last: expected_last }) => {
                    assert_eq!((&seqs, last), (&expected, expected_last));
                    run.pending.written(&entries, stdout_seq, last);
                    for seq in seqs.into_iter().flatten().filter(|_| run.has_stdout) {
                        run.pending.stdout_took(seq);
                    }
                    return;
                }
                (Written::Overtaken(mut news), Written::Overtaken(mut expected)) => {
                    news.sort_by_key(|news| news.index);
                    expected.retain(|news| !news.events.is_empty());
                    assert_eq!(news.len(), expected.len());
                    for (news, expected) in news.into_iter().zip(expected) {
                        run.learn(news, expected, now);
                    }
                }
                (written, expected) => panic!("{written:?} and not {expected:?}"),
            }
        }
    }

    fn agent(&self, index: usize) -> Option<AgentRef> {
        self.reader.find(&keys()[index]).unwrap()
    }

    /// Both hold the same.
    fn compare(&self) {
        let now = self.now();
        let book = self.book.lock().unwrap();
        for (index, profile) in PROFILES.iter().enumerate() {
            let Some(agent) = self.agent(index) else { continue };
            let query = EventQuery { agents: Some(vec![agent]), ..EventQuery::default() };
            let expected = book.events.iter().filter(|(of, _)| *of == index).map(|(_, one)| one.clone());
            assert_eq!(self.reader.list_events(&query).unwrap(), expected.collect::<Vec<_>>());
            let rows = self.reader.coverage(agent, Timestamp::MIN, Timestamp::MAX).unwrap();
            assert_eq!(by_part(rows), by_part(book.coverage.get(&index).cloned().unwrap_or_default()));
            let lease = self.reader.lease_of(agent, now).unwrap().map(|lease| {
                let holder = "SELECT run FROM lease JOIN agent ON agent.id = lease.agent WHERE profile = ?1";
                let run: i64 = self.file.query_row(holder, [profile], |row| row.get(0)).unwrap();
                (
                    usize::try_from(run).unwrap() - 1,
                    lease.parts,
                    lease.cadence,
                    lease.newest_answer,
                    lease.is_alive,
                )
            });
            let expected = book.leases.get(&index).map(|lease| {
                let Lease { run, parts, cadence, newest_answer } = lease;
                (*run, parts.clone(), *cadence, *newest_answer, book.holder(index).is_some())
            });
            assert_eq!(lease, expected);
        }
        let mut uids = self.file.prepare("SELECT uid FROM event").unwrap();
        let uids = uids.query_map([], |row| row.get(0)).unwrap();
        assert_eq!(uids.collect::<Result<HashSet<[u8; 16]>, _>>().unwrap(), book.uids);
        let runs = self.reader.runs().unwrap().into_iter().rev();
        let runs = runs.map(|row| (row.command, row.ended.is_some(), row.stdout_took));
        let expected = book.runs.iter().map(|run| (run.command.to_owned(), run.has_ended, run.stdout_seq));
        assert_eq!(runs.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}

impl Pair {
    /// Learns what others have recorded, which is the same in both; of coverage, what lies further back counts for nothing.
    fn learn(&mut self, news: News, expected: News, now: Timestamp) {
        let lately = now - SignedDuration::from_hours(3);
        assert_eq!((news.index, &news.events), (expected.index, &expected.events));
        let expected = expected.coverage.into_iter().filter(|row| row.to >= lately).collect();
        assert_eq!(by_part(news.coverage.clone()), by_part(expected));
        let last = news.events.iter().map(|recorded| recorded.seq).max();
        let last = last.unwrap_or(self.pending.base(news.index));
        self.pending.learned(news.index, last, news.coverage);
    }
}

/// Each case waits for the disk a hundred times, and so does each that is tried to make a failed one shorter. `PROPTEST_CASES`
/// is another number of cases.
fn config() -> ProptestConfig {
    ProptestConfig { max_shrink_iters: 300, ..ProptestConfig::with_cases(16) }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_model_answers_and_holds_what_the_real_journal_does(steps in vec(step(), 1..50)) {
        let mut world = World::new();
        world.begin(COMMANDS[0]);
        for step in &steps {
            world.take(step);
            world.compare();
        }
    }
}
