//! A journal that cannot be opened when the watch begins, or written when it ends.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::*;
use crate::floor::event::{ReportedTag, WrapupStarted};
use crate::floor::samples::{in_wrapup, not_in_wrapup, raw, tag};
use crate::floor::shift::{DayRules, Today};
use crate::floor::timeline::gaps::gaps;
use crate::floor::timeline::{Coverage, CoverageStep, NewEvent, Recorded, Span};
use crate::journal::JournalError;
use crate::watch::recorder::AgentEntry;
use crate::watch::recorder::backend::{Begun, JournalBackend, Refreshed, Wanted, Written};
use crate::watch::recorder::model::{Book, Model};
use crate::watch::run::journal::RecordingChoices;

/// A journal that can be opened once its disk has room.
struct Late {
    book: Arc<Mutex<Book>>,
    now: Timestamp,
    /// Whoever asks before this has passed asks in vain, however late the thread gets to it.
    opens_after: Duration,
    model: Option<Model>,
}

impl Late {
    fn full() -> JournalError {
        JournalError::Full { path: PathBuf::from("journal.db") }
    }
}

impl JournalBackend for Late {
    fn begin(&mut self, clocks: &OwnClocks) -> Result<Option<Begun>, JournalError> {
        // By how much a clock may be ahead.
        let opens = self.now + self.opens_after + seconds(30);
        if self.book.lock().unwrap().is_full || clocks.is_ahead(opens) {
            return Err(Self::full());
        }
        let (model, begun) = Model::begin(&self.book, "watch", 1, clocks, self.now);
        self.model = Some(model);
        Ok(Some(begun))
    }

    fn record(&mut self, entries: &[AgentEntry], stdout_seq: Option<i64>) -> Result<Written, JournalError> {
        self.model.as_mut().map_or_else(|| Err(Self::full()), |model| model.record(entries, stdout_seq))
    }

    fn refresh(&mut self, wanted: &[Wanted]) -> Result<Vec<Refreshed>, JournalError> {
        self.model.as_mut().map_or_else(|| Err(Self::full()), |model| model.refresh(wanted))
    }

    fn today(&mut self, agents: &[usize], rules: &DayRules) -> Result<Vec<Option<Today>>, JournalError> {
        self.model.as_mut().map_or_else(|| Err(Self::full()), |model| model.today(agents, rules))
    }

    fn tidy(&mut self) -> bool {
        false
    }

    fn end(&mut self, stdout_seq: Option<i64>, may_have_lost: &[usize]) -> Result<(), JournalError> {
        self.model.as_mut().map_or(Ok(()), |model| model.end(stdout_seq, may_have_lost))
    }
}

/// What was recorded ten minutes before the watch: the notification `a`.
fn book(now: Timestamp) -> Arc<Mutex<Book>> {
    let reported = ReportedTag { tag: tag("a"), initial: false, changed: false };
    book_with(now, FollowedPart::Tags, SignedDuration::ZERO, EventKind::Tag(Box::new(reported)))
}

/// What an answer ten minutes before the watch showed, and what is covered from there: all that was recorded before the disk was
/// full.
fn book_with(
    now: Timestamp,
    part: FollowedPart,
    covered: SignedDuration,
    kind: EventKind,
) -> Arc<Mutex<Book>> {
    let book = Arc::new(Mutex::new(Book::default()));
    let (mut model, _) = Model::begin(&book, "record", 1, &OwnClocks::after_past(now), now);
    let at = now - SignedDuration::from_mins(10);
    let event = Event { at, server_time: None, profile: Some("asha".to_owned()), kind };
    let coverage = Coverage {
        part,
        from: at,
        to: at + covered,
        server_time: Some(at),
        cadence: INTERVAL,
        ended: None,
        repeats: None,
    };
    let entry = AgentEntry {
        index: 0,
        agent_id: None,
        base: 0,
        events: vec![NewEvent { event, twin: 0 }],
        coverage: vec![CoverageStep::Begin { coverage, ended: None }],
        waited: (0, 0),
        gone: 0,
    };
    model.record(&[entry], None).unwrap();
    model.end(None, &[]).unwrap();
    book.lock().unwrap().is_full = true;
    book
}

fn recorded(book: &Mutex<Book>) -> Vec<(String, bool)> {
    let book = book.lock().unwrap();
    let tags = book.events.iter().filter_map(|(_, one)| match &one.event.kind {
        EventKind::Tag(reported) => Some((reported.tag.id.as_ref()?.to_string(), reported.changed)),
        _ => None,
    });
    tags.collect()
}

/// Since it was recorded, `a` has changed, and `b` has come.
fn floor(interval: Duration) -> Floor {
    let changed = Tag { fields: raw(r#"{"_id":"a","status":"answered"}"#), ..tag("a") };
    let mut floor = Floor::of(seconds(0), move |_| Answer::Tags(vec![changed.clone(), tag("b")]));
    floor.plan.interval = interval;
    floor
}

/// A watch that begins while the disk is full; what it shows and notes.
async fn watch(
    floor: &Floor,
    is_kept: bool,
    opens_after: Duration,
    book: &Arc<Mutex<Book>>,
    stop: impl Future<Output = EndReason>,
) -> (Vec<&'static str>, Vec<String>) {
    let started = floor.profiles[0].started;
    let now = wall(started);
    let late = Late { book: Arc::clone(book), now, opens_after, model: None };
    let choices = RecordingChoices { has_stdout: true, polls_always: false, is_kept };
    let clocks = OwnClocks::after_past(now);
    let interval = floor.plan.interval;
    let journal =
        WatchJournal::start_without(Box::new(late), Late::full(), 1, &clocks, interval, choices).unwrap();
    let mut events = KeepingSink { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
    let notes = RefCell::new(vec![]);
    let note = |text: &str| notes.borrow_mut().push(text.to_owned());
    let watch = floor.new_watch_that_records(Sinks::new(vec![&mut events]), Some(journal), &note);
    watch.run(stop).await.unwrap();
    (events.names(), notes.take())
}

fn count(names: &[&str], wanted: &str) -> usize {
    names.iter().filter(|name| **name == wanted).count()
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_before_the_journal_could_be_opened_is_recorded_once() {
    let floor = floor(INTERVAL);
    let now = wall(floor.profiles[0].started);
    let book = book(now);
    let stop = async {
        tokio::time::sleep(seconds(60)).await;
        book.lock().unwrap().is_full = false;
        let began = std::time::Instant::now();
        while recorded(&book).len() < 3 && began.elapsed() < seconds(30) {
            tokio::time::sleep(seconds(1)).await;
        }
        tokio::time::sleep(seconds(600)).await;
        EndReason::ConditionMet
    };
    let (names, notes) = watch(&floor, true, seconds(60), &book, stop).await;
    assert_eq!(names[..2], ["start", "journal_lost"], "{names:?}");
    let counts = ["journal_lost", "journal_restored", "tag", "state", "gap"].map(|name| count(&names, name));
    assert_eq!(counts, [1, 1, 2, 1, 0], "{names:?}");
    assert_eq!(recorded(&book), [("a".to_owned(), false), ("a".to_owned(), true), ("b".to_owned(), false)]);
    assert_eq!(notes, [""; 0]);
    let guard = book.lock().unwrap();
    let rows = guard.coverage[&0].clone();
    let window = Span { from: now - SignedDuration::from_mins(10), to: now + SignedDuration::from_secs(60) };
    assert_eq!(gaps(&rows, &[FollowedPart::Tags], window), [], "{rows:?}");
}

/// What a watch records of wrap-ups that begins while the disk is full: the server shows `c2` until `ends`. That of `c1` was recorded
/// before, and what is `covered` since.
async fn record_wrapups(covered: SignedDuration, begins: Duration, ends: Duration) -> Arc<Mutex<Book>> {
    let mut floor = Floor::of(seconds(0), move |at| {
        let goes_on = begins <= at && at < ends;
        Answer::Wrapup(if goes_on { in_wrapup(Some("c2"), None) } else { not_in_wrapup() })
    });
    floor.plan.interval = INTERVAL;
    floor.plan.scope.wrapups = true;
    let now = wall(floor.profiles[0].started);
    let started = WrapupStarted {
        ends_at: None,
        remaining_seconds: None,
        call_id: Some("c1".to_owned()),
        customer: None,
    };
    let book = book_with(now, FollowedPart::Wrapups, covered, EventKind::WrapupStarted(started));
    let stop = async {
        tokio::time::sleep(seconds(60)).await;
        book.lock().unwrap().is_full = false;
        let began = std::time::Instant::now();
        while book.lock().unwrap().events.len() < 4 && began.elapsed() < seconds(30) {
            tokio::time::sleep(seconds(1)).await;
        }
        EndReason::ConditionMet
    };
    watch(&floor, true, seconds(60), &book, stop).await;
    let row = |(_, recorded): &(usize, Recorded)| match &recorded.event.kind {
        EventKind::WrapupStarted(started) => ("started", started.call_id.clone().unwrap()),
        EventKind::WrapupEnded(ended) => ("ended", ended.call_id.clone().unwrap()),
        kind => panic!("{kind:?}"),
    };
    let rows: Vec<_> = book.lock().unwrap().events.iter().map(row).collect();
    let wanted = [("started", "c1"), ("ended", "c1"), ("started", "c2"), ("ended", "c2")];
    assert_eq!(rows, wanted.map(|(what, call)| (what, call.to_owned())));
    book
}

#[tokio::test(start_paused = true)]
async fn what_the_first_answers_show_to_be_another_wrapup_than_the_recorded_one_is_recorded() {
    let book = record_wrapups(SignedDuration::ZERO, seconds(0), seconds(40)).await;
    let guard = book.lock().unwrap();
    // The first answer may still have been about the one that was recorded.
    let second_answer = guard.events[1].1.event.at;
    let rows = guard.coverage[&0].iter().filter(|row| row.part == FollowedPart::Wrapups);
    let covered_since = rows.map(|row| row.from).filter(|from| *from > guard.events[0].1.event.at).min();
    assert_eq!(covered_since, Some(second_answer));
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_after_the_clock_was_set_back_is_no_older_than_what_was_recorded_before() {
    // By the clock of now, what was covered last is still to come, or it came after the first answers.
    for covered in [SignedDuration::from_mins(15), SignedDuration::from_secs(10 * 60 + 50)] {
        record_wrapups(covered, seconds(20), seconds(40)).await;
    }
}

/// The clock of the thread is real, and so must be the one of the watch.
#[tokio::test]
async fn what_waits_at_a_regular_end_is_tried_once_more_and_then_counted() {
    for (has_room, is_kept) in [(true, true), (false, true), (false, false)] {
        let floor = floor(Duration::from_millis(20));
        let book = book(wall(floor.profiles[0].started));
        let stop = async {
            while floor.polled().len() < 3 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            book.lock().unwrap().is_full = !has_room;
            EndReason::ConditionMet
        };
        let (names, notes) = watch(&floor, is_kept, seconds(0), &book, stop).await;
        assert_eq!(count(&names, "tag"), 2, "{names:?}");
        assert_eq!(count(&names, "journal_restored"), usize::from(has_room), "{names:?}");
        assert_eq!(recorded(&book).len(), if has_room { 3 } else { 1 });
        let lost = ["events that are missing in the journal, which cannot be written: 2".to_owned()];
        // What is lost to a journal that ends as well, nobody misses.
        assert_eq!(notes, if has_room || !is_kept { &[][..] } else { &lost[..] });
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_answered_is_recorded_before_a_reader_takes_it_for_old() {
    // The interval, and after how many seconds the next commit begins that holds no event.
    for (interval, pause) in [(2, 2), (5, 5), (60, 5)] {
        let mut floor = Floor::of(seconds(1), |_| Answer::Nothing);
        floor.plan.interval = seconds(interval);
        let now = wall(floor.profiles[0].started);
        let book = Arc::new(Mutex::new(Book::default()));
        let (model, begun) = Model::begin(&book, "record", 1, &OwnClocks::after_past(now), now);
        let choices = RecordingChoices { has_stdout: false, polls_always: false, is_kept: true };
        let journal = WatchJournal::start(Box::new(model), begun, seconds(interval), choices).unwrap();
        let mut watch = floor.new_watch_that_records(Sinks::new(vec![]), Some(journal), &|_| ());
        watch.poll_ourselves(0, None);
        let now = watch.now();
        watch.journal.as_mut().unwrap().as_open().unwrap().last_commit = Some(now);
        let is_committing = |watch: &mut Watch<'_, Scripted>| {
            watch.journal.as_mut().unwrap().as_open().unwrap().under_way.is_some()
        };
        for _ in 0..pause {
            assert!(!is_committing(&mut watch), "{interval}");
            tokio::time::advance(seconds(1)).await;
            watch.record_next();
        }
        assert!(is_committing(&mut watch), "{interval}");
    }
}

#[tokio::test(start_paused = true)]
#[expect(clippy::await_holding_lock, reason = "the disk is slow")]
async fn what_the_journal_does_not_take_in_time_is_shown_and_does_not_count_as_recorded() {
    let floor = Floor::of(seconds(1), |_| Answer::Tags(vec![tag("a")]));
    let started = floor.profiles[0].started;
    let now = wall(started);
    let book = Arc::new(Mutex::new(Book::default()));
    let (model, begun) = Model::begin(&book, "watch", 1, &OwnClocks::after_past(now), now);
    let choices = RecordingChoices { has_stdout: true, polls_always: false, is_kept: true };
    let journal = WatchJournal::start(Box::new(model), begun, INTERVAL, choices).unwrap();
    let mut events = KeepingSink { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
    let notes = RefCell::new(vec![]);
    let note = |text: &str| notes.borrow_mut().push(text.to_owned());
    let sinks = Sinks::new(vec![&mut events]);
    let _display = sinks.view.subscribe();
    let mut watch = floor.new_watch_that_records(sinks, Some(journal), &note);
    watch.poll_ourselves(0, None);
    tokio::time::advance(INTERVAL).await;
    let slow_disk = book.lock().unwrap();
    assert_eq!(watch.due(0), [0]);
    let polled = watch.agents[0].source.poll(WatchScope::NOTHING).await;
    watch.arrived(0, polled);
    watch.finish_recording(true).await.unwrap();
    drop(slow_disk);
    assert_eq!(watch.agents[0].view.counters.newest(), None);
    drop(watch);
    assert_eq!(count(&events.names(), "tag"), 1);
    assert_eq!(notes.take(), ["events that may be missing in the journal, which is not written in time: 1"]);
}
