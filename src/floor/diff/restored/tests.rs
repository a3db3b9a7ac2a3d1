use super::*;
use crate::floor::answer::Tag;
use crate::floor::diff::Difference;
use crate::floor::event::ReportedTag;
use crate::floor::pause::PAST;
use crate::floor::samples::{at, in_wrapup, nameless, not_in_wrapup, on_break, raw, tag, tags, working};
use crate::floor::timeline::{NewEvent, coverage_step};

mod clocks;
mod crossing;
mod gaps;
mod restarts;

const CADENCE: Duration = Duration::from_secs(5);

/// What was recorded of an agent.
#[derive(Default)]
struct Journal {
    events: Vec<Event>,
    new: Vec<NewEvent>,
    coverage: Vec<Coverage>,
}

impl Journal {
    fn take(&mut self, difference: &Difference) {
        self.events.extend(difference.to_record().map(|new| new.event));
        self.new.extend(difference.to_record());
        for mark in &difference.marks {
            if let Some(step) = coverage_step(&self.coverage, mark, CADENCE) {
                Coverage::take(&mut self.coverage, &step);
            }
        }
    }

    /// The memory of a run that begins at this second.
    fn restored(&self, second: i64) -> Memory {
        Memory::default().restored(
            Some("13"),
            &self.events,
            &self.coverage,
            &OwnClocks::after_past(at(second)),
        )
    }
}

/// The events of a poll of a run that began at the second `began`, without the states.
fn events(memory: &mut Memory, journal: &mut Journal, began: u64, poll: &PollResult) -> Vec<Event> {
    let mut poll = poll.clone();
    let begins = PAST.saturating_sub(Duration::from_secs(began));
    (poll.monotonic, poll.elapsed) = (poll.monotonic + begins, poll.elapsed + begins);
    let difference = memory.diff(&poll);
    journal.take(&difference);
    memory.commit(difference.change);
    let is_news = |event: &Event| !matches!(event.kind, EventKind::State(_));
    difference.events.into_iter().filter(is_news).collect()
}

/// The coverage of a single answer.
fn answered(part: FollowedPart, at: Timestamp) -> Coverage {
    let (server_time, cadence) = (None, Duration::ZERO);
    Coverage { part, from: at, to: at, server_time, cadence, ended: None, repeats: None }
}

fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind.words().name).collect()
}

fn whole(second: u64, tags_seen: &[Tag]) -> PollResult {
    PollResult { break_state: Some(working()), wrapup: Some(not_in_wrapup()), ..tags(second, tags_seen) }
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_run_goes_on_where_the_one_before_it_ended() {
    let mut journal = Journal::default();
    let mut first = journal.restored(0);
    let lunch = PollResult {
        break_state: Some(on_break(Some("Lunch"), Some(-60))),
        wrapup: Some(in_wrapup(Some("c1"), Some(90))),
        ..tags(0, &[tag("a1"), nameless("{}")])
    };
    assert_eq!(names(&events(&mut first, &mut journal, 0, &lunch)), ["tag", "tag"]);
    assert_eq!(names(&journal.events), ["tag", "tag", "break_started", "wrapup_started"]);

    let mut second = journal.restored(300);
    let later = PollResult { taken_at: at(300), ..lunch.clone() };
    assert_eq!(names(&events(&mut second, &mut journal, 300, &PollResult { ..later })), NOTHING);
    let news = events(&mut second, &mut journal, 300, &whole(305, &[tag("a1"), nameless("{}"), tag("a304")]));
    assert_eq!(names(&news), ["tag", "break_ended", "wrapup_ended"]);
    assert!(!news[0].is_initial(), "it came while the journal was going on");
    assert_eq!(second.delivery_mode(), Some(crate::floor::delivery_mode::DeliveryMode::Repeats));
}

#[test]
fn each_run_reports_one_state_of_what_it_has_seen_itself() {
    let mut journal = Journal::default();
    let mut first = journal.restored(0);
    events(
        &mut first,
        &mut journal,
        0,
        &PollResult { break_state: Some(on_break(None, None)), ..tags(0, &[]) },
    );
    let mut memory = journal.restored(60);
    let mut states = Vec::new();
    for poll in [tags(60, &[]), whole(65, &[]), whole(70, &[])] {
        let poll = PollResult { monotonic: PAST + poll.monotonic, elapsed: PAST + poll.elapsed, ..poll };
        let Difference { events, change, .. } = memory.diff(&poll);
        memory.commit(change);
        states.extend(events.into_iter().filter_map(|event| match event.kind {
            EventKind::State(state) => Some((state.because, state.on_break, state.in_wrapup)),
            _ => None,
        }));
    }
    let first_look = |on_break, in_wrapup| (StateCause::FirstLook, on_break, in_wrapup);
    assert_eq!(states, [first_look(None, None), first_look(Some(false), Some(false))]);
}

#[test]
fn an_answer_about_one_part_counts_for_no_other_although_that_was_answered_at_the_same_moment() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &whole(0, &[]));
    // The clock was set back: what was answered counts as of now.
    let memory = journal.restored(-60);
    let poll = PollResult { monotonic: PAST, elapsed: PAST, taken_at: at(-60), ..tags(0, &[]) };
    let Difference { events, marks, .. } = memory.diff(&poll);
    assert_eq!(marks.iter().map(|mark| mark.part).collect::<Vec<_>>(), [FollowedPart::Tags]);
    let EventKind::State(state) = &events[0].kind else { panic!("{events:?}") };
    assert_eq!((state.on_break, state.in_wrapup), (None, None));
}

#[test]
fn a_break_that_began_days_ago_is_still_the_same() {
    let mut journal = Journal::default();
    let lunch =
        |second| PollResult { break_state: Some(on_break(Some("Lunch"), Some(-60))), ..whole(second, &[]) };
    events(&mut journal.restored(0), &mut journal, 0, &lunch(0));
    let days = 3 * 24 * 3600;
    let mut memory = journal.restored(days);
    let days = days.unsigned_abs();
    assert_eq!(names(&events(&mut memory, &mut journal, days, &lunch(days))), ["gap"]);
    assert_eq!(names(&events(&mut memory, &mut journal, days, &whole(days + 5, &[]))), ["break_ended"]);
}

#[test]
fn an_answer_that_is_older_than_what_another_process_recorded_changes_nothing() {
    let mut journal = Journal::default();
    let mut memory = journal.restored(0);
    events(&mut memory, &mut journal, 0, &whole(0, &[]));
    // The other one was polled at 7 s, recorded first, and saw the end of a break that this one has seen at 5 s.
    let clocks = OwnClocks::after_past(at(8));
    let kinds = [
        EventKind::BreakStarted(crate::floor::event::BreakStarted {
            reason: None,
            since: None,
            detail: None,
        }),
        EventKind::BreakEnded(crate::floor::event::BreakEnded {
            reason: None,
            since: None,
            lasted_seconds: None,
        }),
    ];
    for (second, kind) in [4, 7].into_iter().zip(kinds) {
        memory
            .learn(&Event { at: at(second), server_time: None, profile: Some("asha".into()), kind }, &clocks);
    }
    let older = PollResult { break_state: Some(on_break(None, None)), ..whole(5, &[]) };
    assert_eq!(names(&events(&mut memory, &mut journal, 8, &older)), NOTHING);
    let newer = PollResult { break_state: Some(on_break(None, None)), ..whole(10, &[]) };
    assert_eq!(names(&events(&mut memory, &mut journal, 8, &newer)), ["break_started"]);
}

#[test]
fn an_answer_that_is_recorded_late_is_older_than_what_others_have_recorded_meanwhile() {
    let mut journal = Journal::default();
    let mut memory = journal.restored(0);
    let before = PollResult { break_state: Some(on_break(None, Some(1))), ..whole(2, &[]) };
    events(&mut memory, &mut journal, 0, &before);
    let ended = crate::floor::event::BreakEnded { reason: None, since: None, lasted_seconds: None };
    journal.events.push(Event {
        at: at(7),
        server_time: None,
        profile: Some("asha".into()),
        kind: EventKind::BreakEnded(ended),
    });
    // It came at 5 s, when the break went on, and is recorded at 8 s.
    let late = |poll: PollResult| {
        let clocks = OwnClocks::of_request(at(5), at(8));
        let memory = Memory::default().restored(Some("13"), &journal.events, &journal.coverage, &clocks);
        let difference = memory.diff(&PollResult { monotonic: PAST, elapsed: PAST, ..poll });
        let parts: Vec<_> = difference.marks.iter().map(|mark| mark.part).collect();
        let recorded: Vec<Event> = difference.to_record().map(|new| new.event).collect();
        (names(&recorded), parts)
    };
    let on_break = PollResult { break_state: Some(on_break(None, Some(1))), ..whole(5, &[]) };
    assert_eq!(late(on_break), (vec![], vec![FollowedPart::Tags, FollowedPart::Wrapups]));
    // Nor does an answer about notifications count as one about breaks.
    assert_eq!(late(tags(5, &[])), (vec![], vec![FollowedPart::Tags]));
}

#[test]
fn twins_are_numbered_over_customers_and_runs() {
    let missed =
        |customer: &str| Tag { time: Some(at(0)), customer: Some(customer.into()), ..nameless("{}") };
    let twins = |memory: &mut Memory, poll: &PollResult| {
        let difference = memory.diff(poll);
        let new: Vec<u32> = difference
            .to_record()
            .filter(|new| matches!(new.event.kind, EventKind::Tag(_)))
            .map(|new| new.twin)
            .collect();
        memory.commit(difference.change);
        new
    };
    let mut memory = Memory::default();
    let first = [missed("1"), missed("1"), missed("2"), tag("a1")];
    let difference = memory.diff(&tags(0, &first));
    let mut journal = Journal::default();
    journal.take(&difference);
    assert_eq!(twins(&mut memory, &tags(0, &first)), [0, 1, 2, 0]);
    let more = [missed("1"), missed("1"), missed("2"), missed("3")];
    assert_eq!(twins(&mut memory, &tags(5, &more)), [3]);
    let poll = PollResult { monotonic: PAST, elapsed: PAST, ..tags(5, &more) };
    assert_eq!(twins(&mut journal.restored(5), &poll), [3]);
}

#[test]
fn twins_of_which_one_has_changed_are_known_whichever_it_was() {
    let said = |json: &str| Tag { time: Some(at(0)), ..nameless(json) };
    let change = |tag: &Tag, changed| {
        let kind = EventKind::Tag(Box::new(ReportedTag { tag: tag.clone(), initial: false, changed }));
        Event { at: at(5), server_time: None, profile: Some("asha".into()), kind }
    };
    let (one, two, three) = (said(r#"{"n":1}"#), said(r#"{"n":2}"#), said(r#"{"n":3}"#));
    for left in [&one, &two] {
        let mut journal = Journal::default();
        events(&mut journal.restored(0), &mut journal, 0, &tags(0, &[one.clone(), two.clone()]));
        journal.events.push(change(&three, true));
        let mut memory = journal.restored(10);
        let answer = tags(10, &[left.clone(), three.clone()]);
        assert_eq!(names(&events(&mut memory, &mut journal, 10, &answer)), NOTHING, "{left:?}");
    }
}

#[test]
fn a_change_that_was_recorded_is_no_news() {
    let states = ["1", "2", "3"].map(|n| Tag { fields: raw(n), ..tag("a1") });
    let mut journal = Journal::default();
    let mut memory = journal.restored(0);
    for (second, state) in (0..).step_by(60).zip(&states[..2]) {
        events(&mut memory, &mut journal, 0, &tags(second, std::slice::from_ref(state)));
    }
    assert_eq!(names(&journal.events), ["tag", "tag"]);
    let mut memory = journal.restored(200);
    for (second, state) in [(200, 1), (205, 0), (210, 1)] {
        let poll = tags(second, std::slice::from_ref(&states[state]));
        assert_eq!(names(&events(&mut memory, &mut journal, 200, &poll)), NOTHING, "{second}");
    }
    let poll = tags(215, std::slice::from_ref(&states[2]));
    assert_eq!(names(&events(&mut memory, &mut journal, 200, &poll)), ["tag"]);
}

#[test]
fn what_is_still_to_come_by_a_clock_that_was_set_back_was_not_answered_now() {
    let begins = 100_000;
    let mut journal = Journal::default();
    let mut memory = journal.restored(begins);
    let at_begin = |second: i64, tags_seen: &[Tag]| PollResult {
        taken_at: at(begins + second),
        monotonic: PAST + Duration::from_secs(second.unsigned_abs()),
        elapsed: PAST + Duration::from_secs(second.unsigned_abs()),
        ..tags(0, tags_seen)
    };
    let first = memory.diff(&at_begin(0, &[tag("a1")]));
    journal.take(&first);
    memory.commit(first.change);

    // The clock is set back by a day. Nobody is answered for three hours.
    let hours = 3 * 3600;
    let mut clocks = OwnClocks::after_past(at(begins));
    clocks.read(at(begins - 86_400), PAST);
    clocks.read(at(begins - 86_400 + hours), PAST + Duration::from_secs(hours.unsigned_abs()));
    for row in &journal.coverage {
        memory.attend(row, &clocks);
    }
    for event in &journal.events {
        memory.learn(event, &clocks);
    }
    let poll = PollResult { taken_at: at(begins - 86_400 + hours), ..at_begin(hours, &[tag("a2")]) };
    assert_eq!(names(&memory.diff(&poll).events)[..1], ["gap"]);
}

#[test]
fn whoever_goes_on_finds_another_break_of_which_one_answer_has_given_the_start() {
    let lunch = |second, since| PollResult {
        break_state: Some(on_break(Some("Lunch"), Some(since))),
        ..tags(second, &[])
    };
    let mut journal = Journal::default();
    let mut first = journal.restored(0);
    events(&mut first, &mut journal, 0, &lunch(0, -60));
    events(&mut first, &mut journal, 0, &lunch(600, -60));
    // Only one answer has given the other start before the run is killed.
    assert_eq!(names(&events(&mut first, &mut journal, 0, &lunch(1200, 900))), NOTHING);
    let breaks = journal.coverage.iter().filter(|row| row.part == FollowedPart::Breaks);
    assert_eq!(breaks.map(|row| row.to).max(), Some(at(600)));
    let mut second = journal.restored(1260);
    assert_eq!(names(&events(&mut second, &mut journal, 1260, &lunch(1260, 900))), NOTHING);
    let news = events(&mut second, &mut journal, 1260, &lunch(1265, 900));
    assert_eq!(names(&news), ["break_ended", "break_started"]);
}

#[test]
fn whoever_goes_on_finds_another_break_that_is_none_by_the_clock_of_the_first_node() {
    // Two nodes answer in turn. By the clock of the one, which is 90 s ahead, the other start is too old to be that of
    // another break.
    let ahead = |second: u64, is_ahead: bool, since| PollResult {
        break_state: Some(on_break(Some("Lunch"), Some(since))),
        server_time: Some(at(second.cast_signed() + if is_ahead { 90 } else { 0 })),
        ..tags(second, &[])
    };
    let mut journal = Journal::default();
    let mut first = journal.restored(0);
    for second in [0, 60, 120, 180, 240, 300] {
        events(&mut first, &mut journal, 0, &ahead(second, false, -60));
    }
    assert_eq!(names(&events(&mut first, &mut journal, 0, &ahead(395, true, 328))), NOTHING);
    let breaks = journal.coverage.iter().filter(|row| row.part == FollowedPart::Breaks);
    assert_eq!(breaks.map(|row| row.to).max(), Some(at(300)));
    let mut second = journal.restored(420);
    assert_eq!(names(&events(&mut second, &mut journal, 420, &ahead(420, false, 328))), NOTHING);
    let news = events(&mut second, &mut journal, 420, &ahead(480, false, 328));
    assert_eq!(names(&news), ["break_ended", "break_started"]);
}

#[test]
fn a_reason_that_a_recorded_change_names_is_no_other_one() {
    let because =
        |second, reason| PollResult { break_state: Some(on_break(reason, None)), ..tags(second, &[]) };
    let mut journal = Journal::default();
    let mut first = journal.restored(0);
    events(&mut first, &mut journal, 0, &whole(0, &[]));
    // What the break began with was in no answer then, and so only the change says it.
    for (second, reason) in [(5, None), (10, Some("Tea")), (15, Some("Lunch"))] {
        events(&mut first, &mut journal, 0, &because(second, reason));
    }
    assert_eq!(names(&events(&mut first, &mut journal, 0, &because(20, Some("Lunch")))), ["break_changed"]);
    let mut second = journal.restored(60);
    for at in [60, 65, 70] {
        assert_eq!(names(&events(&mut second, &mut journal, 60, &because(at, Some("Tea")))), NOTHING);
    }
}

#[test]
fn an_answer_that_may_be_about_another_call_does_not_show_that_the_known_one_went_on() {
    let call = |second, id: &str| PollResult {
        wrapup: Some(in_wrapup(Some(id), Some(i64::try_from(second).unwrap() + 90))),
        ..tags(second, &[])
    };
    let mut journal = Journal::default();
    let mut memory = journal.restored(0);
    events(&mut memory, &mut journal, 0, &call(0, "c1"));
    events(&mut memory, &mut journal, 0, &call(600, "c2"));
    let over = PollResult { wrapup: Some(not_in_wrapup()), ..tags(605, &[]) };
    assert_eq!(names(&events(&mut memory, &mut journal, 0, &over)), ["wrapup_ended"]);
    let wrapups = journal.coverage.iter().filter(|row| row.part == FollowedPart::Wrapups);
    assert_eq!(
        wrapups.map(|row| (row.from, row.to)).collect::<Vec<_>>(),
        [(at(0), at(0)), (at(605), at(605))]
    );
}
