use super::*;
use crate::floor::timeline::Span;
use crate::floor::timeline::gaps::gaps;

#[test]
fn after_too_long_a_pause_a_run_reports_the_gap_and_begins_anew() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &whole(0, &[tag("a1")]));
    let hour = 3600_u64;
    for (pause, is_gap) in [(hour / 2, false), (3 * hour, true)] {
        let mut memory = journal.restored(pause.cast_signed());
        let mut journal = Journal {
            events: journal.events.clone(),
            coverage: journal.coverage.clone(),
            ..Journal::default()
        };
        let news = events(&mut memory, &mut journal, pause, &whole(pause, &[tag("a1"), tag("a2")]));
        assert_eq!(names(&news), if is_gap { &["gap", "tag"][..] } else { &["tag"] });
        assert_eq!(news.last().map(Event::is_initial), Some(is_gap));
        if let EventKind::Gap(gap) = &news[0].kind {
            assert_eq!((gap.from, gap.why), (at(-180), GapCause::NotRunning));
        }
    }
}

#[test]
fn one_that_takes_over_names_that_as_the_cause_of_a_gap() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &whole(0, &[]));
    let mut memory = journal.restored(10);
    memory.interrupt(GapCause::TakenOver);
    events(&mut memory, &mut journal, 10, &whole(10_000, &[]));
    assert!(
        journal.coverage.iter().any(|row| row.ended == Some(GapCause::TakenOver)),
        "{:?}",
        journal.coverage
    );
    assert!(journal.coverage.iter().all(|row| row.ended != Some(GapCause::NotRunning)));
}

#[test]
fn what_one_that_was_killed_may_have_received_is_not_lost_on_the_way() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &whole(0, &[]));
    let mut memory = journal.restored(10);
    memory.interrupt(GapCause::TakenOver);
    let answer = PollResult { read_was_cut: true, ..whole(10, &[]) };
    let news = events(&mut memory, &mut journal, 10, &answer);
    assert!(
        news.iter().any(|event| matches!(&event.kind, EventKind::Gap(gap) if gap.why == GapCause::TakenOver))
    );
    let tags = journal.coverage.iter().filter(|row| row.part == FollowedPart::Tags);
    assert_eq!(tags.map(|row| row.ended).collect::<Vec<_>>(), [Some(GapCause::TakenOver), None]);
}

#[test]
fn a_pause_is_counted_from_the_last_answer_and_not_from_one_before_the_clock_was_set_back() {
    let mut journal = Journal::default();
    let day = 24 * 3600;
    events(&mut journal.restored(0), &mut journal, 0, &PollResult { taken_at: at(day), ..tags(0, &[]) });
    let later = &mut journal.restored(3600);
    events(later, &mut journal, 3600, &PollResult { taken_at: at(3600), ..tags(3600, &[]) });
    let hours = 4 * 3600;
    let poll =
        PollResult { monotonic: PAST, elapsed: PAST, taken_at: at(hours), ..tags(hours.unsigned_abs(), &[]) };
    let Difference { events, .. } = journal.restored(hours).diff(&poll);
    let gap = events.iter().find(|event| matches!(event.kind, EventKind::Gap(_)));
    assert!(gap.is_some(), "{events:?}");
}

#[test]
fn a_gap_after_a_lost_answer_begins_before_it_whatever_others_were_answered_since() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &tags(0, &[tag("a1")]));
    // Whoever polled has died after ten minutes, perhaps with an answer. A third process is answered first.
    let mut memory = journal.restored(600);
    let clocks = OwnClocks::after_past(at(600));
    memory.attend(&answered(FollowedPart::Tags, at(600)), &clocks);
    memory.take_over(Some(at(0)), &clocks);
    let later = PAST + Duration::from_secs(5);
    let poll = PollResult {
        monotonic: later,
        elapsed: later,
        read_was_cut: true,
        taken_at: at(605),
        server_time: None,
        ..tags(0, &[])
    };
    let Difference { events, .. } = memory.diff(&poll);
    let gap = events.iter().find_map(|event| match &event.kind {
        EventKind::Gap(gap) => Some((gap.from, gap.why)),
        _ => None,
    });
    assert_eq!(gap, Some((at(-180), GapCause::TakenOver)));
}

#[test]
fn a_gap_after_an_answer_of_its_own_that_was_lost_begins_before_it_whatever_others_were_answered_since() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &tags(0, &[tag("a1")]));
    let clocks = OwnClocks::after_past(at(1200));
    let gap = |is_lost: bool| {
        let mut memory = journal.restored(1200);
        // It reads what somebody else is answered, then polls itself; a third process is answered before the next poll.
        memory.attend(&answered(FollowedPart::Tags, at(600)), &clocks);
        if is_lost {
            memory.lose_answer();
        }
        memory.attend(&answered(FollowedPart::Tags, at(1200)), &clocks);
        let poll = PollResult {
            monotonic: PAST,
            elapsed: PAST,
            read_was_cut: true,
            taken_at: at(1200),
            server_time: None,
            ..tags(0, &[])
        };
        memory.diff(&poll).events.iter().find_map(|event| match &event.kind {
            EventKind::Gap(gap) => Some((gap.from, gap.why)),
            _ => None,
        })
    };
    assert_eq!(gap(true), Some((at(600 - 180), GapCause::AnswerLost)));
    assert_eq!(gap(false), Some((at(1200 - 180), GapCause::AnswerLost)));
}

#[test]
fn a_gap_after_a_takeover_begins_where_the_dead_was_answered_last_however_long_it_was_read() {
    let mut journal = Journal::default();
    events(&mut journal.restored(0), &mut journal, 0, &tags(0, &[tag("a1")]));
    let mut memory = journal.restored(3000);
    let clocks = OwnClocks::after_past(at(3000));
    memory.attend(&answered(FollowedPart::Tags, at(3000)), &clocks);
    memory.take_over(Some(at(2000)), &clocks);
    let poll = PollResult {
        monotonic: PAST,
        elapsed: PAST,
        read_was_cut: true,
        taken_at: at(3000),
        server_time: None,
        ..tags(0, &[])
    };
    let gap = memory.diff(&poll).events.into_iter().find_map(|event| match event.kind {
        EventKind::Gap(gap) => Some((gap.from, gap.why)),
        _ => None,
    });
    assert_eq!(gap, Some((at(2000 - 180), GapCause::TakenOver)));
}

#[test]
fn what_is_reported_as_a_gap_is_not_covered_however_long_it_was_and_whatever_its_cause() {
    let minute = 60_u64;
    // How long the pause was, whether the run is another one after it, and whether an answer was lost; then the cause.
    let table = [
        (50, false, false, None),
        (50, false, true, Some(GapCause::AnswerLost)),
        (58, false, false, Some(GapCause::Outage)),
        (58, false, true, Some(GapCause::Outage)),
        (58, true, false, Some(GapCause::NotRunning)),
        (61, false, true, Some(GapCause::Outage)),
    ];
    for (minutes, is_another, read_was_cut, why) in table {
        let mut journal = Journal::default();
        let mut memory = journal.restored(0);
        events(&mut memory, &mut journal, 0, &tags(0, &[tag("a1")]));
        let pause = minutes * minute;
        let began: u64 = if is_another { pause } else { 0 };
        if is_another {
            memory = journal.restored(began.cast_signed());
        }
        let poll = PollResult { read_was_cut, ..tags(pause, &[]) };
        let news = events(&mut memory, &mut journal, began, &poll);
        assert_eq!(names(&news), why.map_or(&[][..], |_| &["gap"]), "{minutes} min");
        let (from, to) = (at(0), at(pause.cast_signed()));
        let expected: Vec<Gap> = why.map(|why| Gap { from, to, why }).into_iter().collect();
        let holes = gaps(&journal.coverage, &[FollowedPart::Tags], Span { from, to });
        assert_eq!(holes, expected, "{minutes} min, lost {read_was_cut}");
    }
}

#[test]
fn a_pause_in_which_our_clock_was_set_is_as_long_as_the_server_shows() {
    for (by, hours, is_gap) in [(-86_400, 3, true), (-3600, 3, true), (3600, 0, false), (86_400, 0, false)] {
        let mut journal = Journal::default();
        events(&mut journal.restored(0), &mut journal, 0, &tags(0, &[tag("a1")]));
        let second = hours * 3600 + 60;
        let mut memory = journal.restored(second + by);
        let poll = PollResult { taken_at: at(second + by), ..tags(second.unsigned_abs(), &[tag("a1")]) };
        let news = events(&mut memory, &mut journal, second.unsigned_abs(), &poll);
        assert_eq!(names(&news) == ["gap"], is_gap, "{by} {news:?}");
    }
}

#[test]
fn an_answer_that_is_recorded_late_makes_no_pause_longer() {
    let mut journal = Journal::default();
    let mut memory = journal.restored(0);
    events(&mut memory, &mut journal, 0, &tags(0, &[tag("a1")]));
    // While its answer of the first minute waits to be recorded, somebody else is answered for four more.
    let mut clocks = OwnClocks::after_past(at(0));
    clocks.read(at(300), PAST + Duration::from_secs(300));
    memory.attend(&answered(FollowedPart::Tags, at(300)), &clocks);
    events(&mut memory, &mut journal, 0, &tags(60, &[tag("a1")]));
    let minutes = |minutes: u64| 300 + minutes * 60;
    assert_eq!(names(&memory_after(&memory, minutes(56))), NOTHING);
    assert_eq!(names(&memory_after(&memory, minutes(58))), ["gap"]);
}

/// The events of an answer at that second.
fn memory_after(memory: &Memory, second: u64) -> Vec<Event> {
    let poll = tags(second, &[tag("a1")]);
    let poll = PollResult { monotonic: PAST + poll.monotonic, elapsed: PAST + poll.elapsed, ..poll };
    memory.diff(&poll).events
}
