use proptest::prelude::*;

use super::*;
use crate::floor::answer::Tag;
use crate::floor::event::{
    AgentChanged, BreakChanged, BreakEnded, BreakStarted, Gap, ReportedTag, WrapupEnded, WrapupStarted,
};
use crate::floor::samples::measures::Measures;
use crate::floor::samples::{at, nameless, tag};
use crate::floor::timeline::Recorded;

const CADENCE: Duration = Duration::from_secs(5);

/// Of the tests' day; it begins eight hours before.
const MIDNIGHT: i64 = 16 * 3600;

fn event(second: i64, kind: EventKind) -> Event {
    Event { at: at(second), server_time: None, profile: Some("asha".into()), kind }
}

fn break_started(reason: Option<&str>) -> EventKind {
    EventKind::BreakStarted(BreakStarted { reason: reason.map(Into::into), since: None, detail: None })
}

fn break_ended() -> EventKind {
    EventKind::BreakEnded(BreakEnded { reason: None, since: None, lasted_seconds: None })
}

fn wrapup_started() -> EventKind {
    let (ends_at, remaining_seconds, call_id, customer) = (None, None, None, None);
    EventKind::WrapupStarted(WrapupStarted { ends_at, remaining_seconds, call_id, customer })
}

fn wrapup_ended() -> EventKind {
    EventKind::WrapupEnded(WrapupEnded { ends_at: None, call_id: None, customer: None })
}

fn notified(second: i64, kind: &str, initial: bool, changed: bool) -> EventKind {
    let tag = Tag { kind: Some(kind.into()), ..tag(&format!("t{second}")) };
    EventKind::Tag(Box::new(ReportedTag { tag, initial, changed }))
}

/// What a journal has of an agent.
#[derive(Default)]
struct Journal {
    events: Vec<Event>,
    coverage: Vec<Coverage>,
}

impl Journal {
    /// Records an answer about everything.
    fn record(&mut self, second: i64, kinds: Vec<EventKind>) -> (Vec<Event>, Vec<AnswerMark>) {
        let events: Vec<Event> = kinds.into_iter().map(|kind| event(second, kind)).collect();
        let mark = |part| AnswerMark {
            part,
            at: at(second),
            server_time: None,
            repeats: None,
            hole: GapCause::Outage,
            lost: false,
        };
        let marks: Vec<AnswerMark> = PARTS.map(mark).to_vec();
        for mark in &marks {
            if let Some(step) = coverage_step(&self.coverage, mark, CADENCE) {
                Coverage::take(&mut self.coverage, &step);
            }
        }
        self.events.extend(events.iter().cloned());
        (events, marks)
    }

    fn counters(&self, second: i64) -> Counters {
        Counters::restored(&self.events, &self.coverage, at(second))
    }
}

/// A run that counts what it receives, with a journal or without.
struct Run {
    counters: Counters,
    journal: Journal,
    is_recorded: bool,
}

impl Run {
    fn new(is_recorded: bool) -> Self {
        Self { counters: Counters::default(), journal: Journal::default(), is_recorded }
    }

    fn answer(&mut self, second: i64, kinds: Vec<EventKind>) {
        let (events, marks) = self.journal.record(second, kinds);
        self.counters.take(&events, &marks, CADENCE, self.is_recorded, at(second));
    }

    fn counted(&self, second: i64) -> Counted {
        self.counters.counted(at(second)).cloned().expect("the day of the last answer")
    }
}

fn named(name: Option<&str>, count: u64, seconds: u64) -> Named {
    Named { name: name.map(Into::into), count, time: Duration::from_secs(seconds) }
}

#[test]
fn a_run_counts_no_more_than_the_next_one_finds_in_the_journal_which_has_no_parts_of_a_millisecond() {
    let (mut run, mut stored) = (Counters::default(), Journal::default());
    let answers: [(i64, i64, Option<EventKind>); 5] = [
        (0, 100, Some(break_started(Some("Lunch")))),
        (5, 900, None),
        (10, 300, Some(break_ended())),
        (15, 999, Some(break_started(Some("Lunch")))),
        (300, 1, None),
    ];
    for (second, micros, kind) in answers {
        let (events, marks) = stored.record(second, kind.into_iter().collect());
        let exactly = |moment: Timestamp| moment + jiff::SignedDuration::from_micros(micros);
        let events: Vec<Event> =
            events.into_iter().map(|event| Event { at: exactly(event.at), ..event }).collect();
        let marks: Vec<AnswerMark> =
            marks.into_iter().map(|mark| AnswerMark { at: exactly(mark.at), ..mark }).collect();
        run.take(&events, &marks, CADENCE, true, exactly(at(second)));
        assert_eq!(run.counted(at(second)), stored.counters(second).counted(at(second)));
    }
}

#[test]
fn breaks_and_wrapups_count_from_the_answer_that_shows_them_to_the_one_that_denies_them() {
    let mut run = Run::new(true);
    run.answer(0, vec![]);
    run.answer(5, vec![break_started(Some("Lunch"))]);
    run.answer(10, vec![]);
    run.answer(15, vec![break_ended(), wrapup_started()]);
    run.answer(20, vec![wrapup_ended(), break_started(None)]);
    run.answer(25, vec![break_ended(), break_started(Some(" lunch"))]);
    let changed = BreakChanged { reason: Some("Tea".into()), previous_reason: "lunch".into(), since: None };
    run.answer(30, vec![EventKind::BreakChanged(changed)]);
    run.answer(35, vec![]);
    let counted = run.counted(35);
    assert_eq!(counted.breaks, [named(Some("Lunch"), 2, 20), named(None, 1, 5)]);
    assert_eq!((counted.wrapups, counted.wrapup_time), (1, Duration::from_secs(5)));
    assert_eq!(counted, *run.journal.counters(35).counted(at(35)).expect("today"));
    assert_eq!(run.counters.newest(), Some(at(30)));
}

#[test]
fn what_no_answer_covers_counts_as_that() {
    let mut run = Run::new(true);
    run.answer(0, vec![break_started(Some("Tea"))]);
    run.answer(5, vec![]);
    // Three intervals are no hole.
    run.answer(20, vec![]);
    let gap = EventKind::Gap(Gap { from: at(20), to: at(120), why: GapCause::Outage });
    run.answer(120, vec![gap.clone()]);
    run.answer(125, vec![]);
    run.answer(225, vec![gap, break_ended()]);
    let counted = run.counted(225);
    assert_eq!(counted.breaks, [named(Some("Tea"), 1, 25)]);
    assert_eq!(counted.gaps, [(GapCause::Outage, 2)]);
    assert_eq!(counted.uncovered, [(GapCause::Outage, Duration::from_secs(200))]);
}

#[test]
fn a_notification_counts_once_under_the_kind_that_it_had() {
    let mut run = Run::new(true);
    let nameless = ReportedTag { tag: Tag { kind: None, ..nameless("{}") }, initial: false, changed: false };
    run.answer(
        0,
        vec![
            notified(1, "Missed", true, false),
            notified(2, "missed", false, false),
            notified(1, "callback", false, true),
            EventKind::Tag(Box::new(nameless)),
        ],
    );
    assert_eq!(run.counted(0).tags, [named(Some("Missed"), 2, 0), named(None, 1, 0)]);
}

#[test]
fn without_a_journal_nothing_counts_that_was_there_before() {
    for (is_recorded, counts) in [(true, 1), (false, 0)] {
        let mut run = Run::new(is_recorded);
        run.answer(0, vec![notified(1, "missed", true, false), break_started(Some("Tea")), wrapup_started()]);
        run.answer(5, vec![break_ended(), wrapup_ended()]);
        let counted = run.counted(5);
        assert_eq!(counted.breaks, [named(Some("Tea"), counts, 5)], "its time counts");
        assert_eq!(counted.wrapups, counts);
        assert_eq!(counted.tags.len() as u64, counts);
        // What another agent is on is no news either.
        run.answer(10, vec![break_started(Some("Tea")), notified(2, "missed", false, false)]);
        let another = AgentChanged { from: Some("1".into()), to: Some("2".into()) };
        run.answer(15, vec![EventKind::AgentChanged(another), break_started(Some("Tea"))]);
        run.answer(20, vec![]);
        let counted = run.counted(20);
        assert_eq!(counted.breaks, [named(Some("Tea"), 1 + 2 * counts, 15)]);
        assert_eq!(counted.tags, [named(Some("missed"), 1 + counts, 0)]);
        assert_eq!(run.counters.newest().is_some(), is_recorded);
    }
}

#[test]
fn a_day_begins_at_midnight_utc_with_what_goes_on() {
    let mut run = Run::new(true);
    run.answer(MIDNIGHT - 10, vec![break_started(Some("Tea")), wrapup_started()]);
    run.answer(MIDNIGHT - 3, vec![notified(1, "missed", false, false)]);
    assert_eq!(run.counted(MIDNIGHT - 1).breaks, [named(Some("Tea"), 1, 7)]);
    assert_eq!(run.counters.counted(at(MIDNIGHT)), None, "nothing is known of the new day");
    run.answer(MIDNIGHT + 2, vec![]);
    run.answer(MIDNIGHT + 7, vec![break_ended(), wrapup_ended()]);
    let counted = run.counted(MIDNIGHT + 7);
    assert_eq!(counted.breaks, [named(Some("Tea"), 0, 7)]);
    assert_eq!((counted.wrapups, counted.wrapup_time), (0, Duration::from_secs(7)));
    assert_eq!(counted.tags, []);
    assert_eq!(counted, *run.journal.counters(MIDNIGHT + 7).counted(at(MIDNIGHT + 7)).expect("today"));
}

#[test]
fn names_beyond_a_limit_are_counted_together() {
    let mut run = Run::new(true);
    let kinds = (0..40).map(|number| notified(number, &format!("kind {number}"), false, false)).collect();
    run.answer(0, kinds);
    run.answer(5, vec![notified(50, "kind 39", false, false), notified(51, "KIND_3", false, false)]);
    let tags = run.counted(5).tags;
    assert_eq!(tags.len(), MOST_NAMES + 1);
    assert_eq!(tags[3], named(Some("kind 3"), 2, 0));
    assert_eq!(tags[MOST_NAMES], named(Some("other"), 9, 0));
}

#[derive(Clone, Debug)]
enum Step {
    Nothing,
    BreakStarted(usize),
    BreakEnded,
    WrapupStarted,
    WrapupEnded,
    Tag(usize, bool),
    Gap,
    AgentChanged,
}

fn step() -> impl Strategy<Value = (i64, Step)> {
    let pause = prop_oneof![
        6 => Just(5_i64), 2 => Just(7), 1 => Just(15), 1 => Just(16), 1 => Just(900), 1 => Just(5_000), 1 => Just(40_000),
    ];
    let step = prop_oneof![
        2 => Just(Step::Nothing),
        2 => (0..3_usize).prop_map(Step::BreakStarted),
        2 => Just(Step::BreakEnded),
        1 => Just(Step::WrapupStarted),
        1 => Just(Step::WrapupEnded),
        2 => (0..3_usize, any::<bool>()).prop_map(|(kind, initial)| Step::Tag(kind, initial)),
        1 => Just(Step::Gap),
        1 => Just(Step::AgentChanged),
    ];
    (pause, step)
}

fn kinds_of(step: &Step, second: i64) -> Vec<EventKind> {
    let reasons = [Some("Lunch"), Some("tea"), None];
    match step {
        Step::Nothing => vec![],
        Step::BreakStarted(reason) => vec![break_ended(), break_started(reasons[*reason])],
        Step::BreakEnded => vec![break_ended()],
        Step::WrapupStarted => vec![wrapup_ended(), wrapup_started()],
        Step::WrapupEnded => vec![wrapup_ended()],
        Step::Tag(kind, initial) => {
            vec![notified(second, ["missed", "incoming", "callback"][*kind], *initial, false)]
        }
        Step::Gap => {
            vec![EventKind::Gap(Gap { from: at(second - 60), to: at(second), why: GapCause::Sleep })]
        }
        Step::AgentChanged => {
            vec![EventKind::AgentChanged(AgentChanged { from: Some("1".into()), to: Some("2".into()) })]
        }
    }
}

proptest! {
    /// A run that goes on, one that begins at any moment, one that reads what another records, and the journal itself count
    /// the same; and what a shift of the same time counts, too.
    #[test]
    fn a_run_counts_what_the_journal_has_whenever_it_begins(
        steps in prop::collection::vec(step(), 1..60),
        restarts in any::<prop::sample::Index>(),
        batches in 1..5_usize,
    ) {
        let mut run = Run::new(true);
        let mut reader = Counters::default();
        let mut known = 0;
        let mut second = 0;
        let restart = restarts.index(steps.len());
        for (number, (pause, step)) in steps.iter().enumerate() {
            second += pause;
            run.answer(second, kinds_of(step, second));
            if number == restart {
                run.counters = run.journal.counters(second);
            }
            if number % batches == 0 {
                reader.learn(&run.journal.events[known..], &run.journal.coverage, at(second));
                known = run.journal.events.len();
            }
        }
        reader.learn(&run.journal.events[known..], &run.journal.coverage, at(second));
        let counted = run.counted(second);
        let recorded = run.journal.counters(second);
        prop_assert_eq!(&counted, recorded.counted(at(second)).expect("today"));
        prop_assert_eq!(&counted, reader.counted(at(second)).expect("today"));

        let window = Span { from: midnight(at(second)), to: at(second + 1) };
        let events: Vec<Recorded> = run.journal.events.iter().zip(1..).map(|(event, seq)| {
            Recorded { seq, event: event.clone(), customer: None }
        }).collect();
        let figures = Measures::default().shift(window, &events, &run.journal.coverage);
        let uncovered: Duration = counted.uncovered.iter().map(|(_, time)| *time).sum();
        let first = run.journal.coverage.iter().map(|row| row.from).min().expect("an answer");
        let before = Span { from: window.from, to: first.max(window.from) }.length();
        let all = uncovered + before + figures.covered + Duration::from_secs(1);
        prop_assert_eq!(all, window.length());
    }
}
