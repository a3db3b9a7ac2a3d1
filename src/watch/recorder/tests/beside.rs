//! Several processes that poll one agent beside each other, each of which writes late what it was answered.

use std::sync::{Arc, Mutex};

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::floor::pause::OwnClocks;
use crate::floor::timeline::Span;
use crate::floor::timeline::gaps::gaps;
use crate::watch::recorder::backend::{JournalBackend, Wanted, Written};
use crate::watch::recorder::model::{Book, Model};

/// How often each of them polls, in seconds. Single answers come at no interval.
const CADENCES: [u64; 3] = [2, 2, 0];

struct Process {
    journal: Model,
    pending: PendingWrites,
    cadence: Duration,
}

impl Process {
    fn begin(book: &Arc<Mutex<Book>>, cadence: u64) -> Self {
        let (journal, begun) = Model::begin(book, "record", 1, &OwnClocks::after_past(at(0)), at(0));
        let queue = begun.agents.into_iter().find_map(|agent| agent.queue).expect("it is recorded");
        let cadence = Duration::from_secs(cadence);
        Self { journal, pending: PendingWrites::new(vec![queue], cadence), cadence }
    }

    fn write(&mut self) {
        let entries = self.pending.entries(&[]);
        match self.journal.record(&entries, None).expect("a model") {
            Written::Done { last, .. } => self.pending.written(&entries, None, last),
            written => panic!("{written:?}"),
        }
    }

    fn refresh(&mut self) {
        let parts = vec![FollowedPart::Breaks];
        let wanted = Wanted { index: 0, base: 0, parts, cadence: self.cadence, forces: true };
        let refreshed = self.journal.refresh(&[wanted]).expect("a model").remove(0);
        self.pending.learned(0, 0, refreshed.news.coverage);
    }
}

/// One of them is answered, so many seconds after the last answer of all.
#[derive(Clone, Debug)]
struct Answer {
    process: usize,
    after: i64,
    looks_before: bool,
    is_written: bool,
}

fn answer() -> impl Strategy<Value = Answer> {
    (0..CADENCES.len(), 0..=6_i64, any::<bool>(), any::<bool>()).prop_map(
        |(process, after, looks_before, is_written)| Answer { process, after, looks_before, is_written },
    )
}

proptest! {
    #[test]
    fn while_one_of_them_is_answered_often_enough_there_is_no_hole(answers in vec(answer(), 1..40)) {
        let book = Arc::new(Mutex::new(Book::default()));
        let mut processes = CADENCES.map(|cadence| Process::begin(&book, cadence));
        keep(&mut processes[0].pending, vec![], 0);
        let mut now = 0;
        for Answer { process, after, looks_before, is_written } in &answers {
            // The first of them is answered all the time.
            for second in (now + 1..=now + after).filter(|second| second % 2 == 0) {
                keep(&mut processes[0].pending, vec![], second);
            }
            now += after;
            let process = &mut processes[*process];
            if *looks_before {
                process.refresh();
            }
            keep(&mut process.pending, vec![], now);
            if *is_written {
                process.write();
            }
        }
        processes.iter_mut().for_each(Process::write);
        let guard = book.lock().expect("no panic");
        let rows = &guard.coverage[&0];
        let window = Span { from: rows[0].from, to: at(now) };
        prop_assert_eq!(gaps(rows, &[FollowedPart::Breaks], window), vec![], "{:#?}", rows);
        for pair in rows.windows(2) {
            prop_assert!(pair[0].to <= pair[1].from, "{:#?}", rows);
            prop_assert_eq!(pair[0].ended, None, "{:#?}", rows);
        }
    }
}
