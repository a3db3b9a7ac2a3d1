//! Breaks at the edges of what was answered, and at the borders of the window.

use super::*;

/// What there was, the times of answers, and then of all breaks: their number, seconds, least, most, and whether one is open.
type Case = (&'static str, Vec<Recorded>, &'static [(i64, i64)], (u32, i64, i64, i64, bool));

fn figures(agent: &AgentShift) -> (u32, i64, i64, i64, bool) {
    let breaks = agent.breaks.as_ref().expect("breaks are known");
    let seconds = |length: Duration| i64::try_from(length.as_secs()).expect("a day at most");
    let Bounded { seconds: best, min, max } = breaks.time;
    (breaks.count(), seconds(best), seconds(min), seconds(max), breaks.is_open())
}

fn assert_figures(table: impl IntoIterator<Item = Case>) {
    for (what, events, answers, expected) in table {
        assert_eq!(figures(&of_hour(&events, &answered(answers))), expected, "{what}");
    }
}

#[test]
fn a_break_begins_where_the_server_says_within_what_answers_allow() {
    let table: [Case; 10] = [
        (
            "denied, shown, denied",
            vec![started(100, "Lunch", None), ended(700)],
            &[(0, 3600)],
            (1, 600, 600 - APART, 600 + APART, false),
        ),
        (
            "the server's start, between the answers around it",
            vec![started(100, "Lunch", Some(96)), ended(700)],
            &[(0, 3600)],
            (1, 604, 600 - APART, 600 + APART, false),
        ),
        (
            "the server's start, earlier than an answer that denied it",
            vec![started(100, "Lunch", Some(40)), ended(700)],
            &[(0, 3600)],
            (1, 600 + APART, 600 - APART, 600 + APART, false),
        ),
        (
            "begun before the first answer, at the server's start",
            vec![started(1000, "Lunch", Some(700)), ended(1200)],
            &[(1000, 3600)],
            (1, 500, 200 - APART, 500 + 90, false),
        ),
        (
            "begun before the first answer, and no start is given",
            vec![started(1000, "Lunch", None), ended(1200)],
            &[(1000, 3600)],
            (1, 200, 200 - APART, 1200, false),
        ),
        (
            "begun before the window, at the server's start",
            vec![started(1000, "Lunch", Some(-500)), ended(1200)],
            &[(1000, 3600)],
            (1, 1200, 200 - APART, 1200, false),
        ),
        (
            "begun while no answers came, at the server's start",
            vec![started(1000, "Lunch", Some(700)), ended(1200)],
            &[(0, 300), (1000, 3600)],
            (1, 500, 200 - APART, 500 + 90, false),
        ),
        (
            "never before the last answer that denied it",
            vec![started(1000, "Lunch", Some(250)), ended(1200)],
            &[(0, 300), (1000, 3600)],
            (1, 900, 200 - APART, 900, false),
        ),
        (
            "a start of long before the last answer that denied it",
            vec![started(1000, "Lunch", Some(200)), ended(1200)],
            &[(0, 300), (1000, 3600)],
            (1, 200, 200 - APART, 900, false),
        ),
        (
            "a start that is still to come by our clock",
            vec![started(1000, "Lunch", Some(5000)), ended(1200)],
            &[(1000, 3600)],
            (1, 200, 200 - APART, 1200, false),
        ),
    ];
    assert_figures(table);
}

#[test]
fn a_break_is_as_long_as_the_answers_around_it_show_and_allow() {
    let table: [Case; 8] = [
        (
            "ended while no answers came",
            vec![started(100, "Lunch", None), ended(2000)],
            &[(0, 500), (2000, 3600)],
            (1, 400, 400, 1900 + APART, false),
        ),
        (
            "the same start before and after a gap",
            vec![started(100, "Lunch", Some(100)), ended(2000)],
            &[(0, 500), (1500, 3600)],
            (1, 1900, 400 + 500 - APART, 1900 + APART, false),
        ),
        (
            "perhaps another one after a gap",
            vec![started(100, "Lunch", None), ended(2000)],
            &[(0, 500), (1500, 3600)],
            (1, 400 + 500, 400 + 500 - APART, 1900 + APART, false),
        ),
        (
            "another one follows, and nothing shows when it began",
            vec![started(100, "Lunch", None), ended(2000), started(2000, "Tea", None)],
            &[(0, 500), (1500, 3600)],
            (2, 400 + 500 + 1600, 400 + 500 - APART + 1600, 3500 + APART, true),
        ),
        (
            "split at the beginning of the window",
            vec![started(-1000, "Lunch", None), ended(400)],
            &[(-2000, 3600)],
            (1, 400, 400 - APART, 400, false),
        ),
        (
            "split at the end of the window",
            vec![started(3000, "Lunch", None), ended(4000)],
            &[(0, 5000)],
            (1, 600, 600, 600 + APART, false),
        ),
        (
            "it goes on at the last answer",
            vec![started(3000, "Lunch", None)],
            &[(0, 3590)],
            (1, 590, 590, 600 + APART, true),
        ),
        (
            "it goes on, after the window as well",
            vec![started(3000, "Lunch", None)],
            &[(0, 5000)],
            (1, 600, 600, 600 + APART, false),
        ),
    ];
    assert_figures(table);
}

#[test]
fn two_breaks_that_no_answer_parts_leave_open_which_of_them_it_was_and_no_more() {
    let table: [Case; 5] = [
        (
            "the second one began after the window, as the server says after a pause without answers",
            vec![started(100, "Lunch", Some(100)), ended(9000), started(9000, "Tea", Some(8000))],
            &[(0, 2000), (9000, 9900)],
            (1, 3500, 1900 - APART, 3500 + APART, false),
        ),
        (
            "nothing shows when the second one began: always one of them, but for a pause between two answers",
            vec![started(100, "Lunch", None), ended(2000), started(2000, "Lunch", None), ended(3000)],
            &[(0, 3600)],
            (2, 2900, 1900 - APART + 1000 - APART, 2900 + APART, false),
        ),
        (
            "the server's start of the second one is still to come by our clock, which was set back",
            vec![started(100, "Lunch", None), ended(2000), started(2000, "Tea", Some(5000)), ended(3000)],
            &[(0, 3600)],
            (2, 2900, 1900 - APART + 1000 - APART, 2900 + APART, false),
        ),
        (
            "the server says when the second one began",
            vec![
                started(100, "Lunch", Some(100)),
                ended(2000),
                started(2000, "Tea", Some(1000)),
                ended(3000),
            ],
            &[(0, 3600)],
            (2, 2900, 1900 - APART + 1000 - APART, 2900 + APART, false),
        ),
        (
            "an answer was between them",
            vec![started(100, "Lunch", None), ended(2000), started(2005, "Tea", None), ended(3000)],
            &[(0, 3600)],
            (2, 1900 + 995, 1900 - APART + 995 - APART, 2900 + APART, false),
        ),
    ];
    assert_figures(table);
}

fn changed() -> AgentChanged {
    AgentChanged { from: Some("13".into()), to: Some("14".into()) }
}

#[test]
fn the_break_of_the_next_agent_begins_no_earlier_than_answers_about_that_agent() {
    let events = |since| {
        let changed = event(500, EventKind::AgentChanged(changed()));
        vec![started(100, "Lunch", None), changed, started(500, "Tea", since), ended(700)]
    };
    // Until the last answer but one, the first one surely went on; it counts until the other begins, or the change.
    let surely = 370;
    let table = [(None, 400, 200), (Some(90), 400, 200), (Some(-9000), 400, 200), (Some(480), 380, 220)];
    assert_figures(table.map(|(since, first, second)| {
        let expected = (2, first + second, surely + 200 - APART, 400 + APART + 200, false);
        ("a change of agent", events(since), &[(0, 3600)][..], expected)
    }));
}

#[test]
fn what_went_on_as_the_session_began_to_answer_for_another_agent_counts_until_then() {
    let changed = event(500, EventKind::AgentChanged(changed()));
    let agent = of_hour(&[started(100, "Lunch", Some(100)), changed], &answered(&[(0, 3600)]));
    assert_eq!(figures(&agent), (1, 400, 370, 400 + APART, false));
    let states = agent.timeline.iter().map(|one| (one.state, one.certain, one.span));
    let on_break = (SegmentState::Break, true, span(100, 500));
    assert!(states.collect::<Vec<_>>().contains(&on_break), "{:?}", agent.timeline);
}

#[test]
fn a_break_that_ended_before_the_window_as_far_as_is_known_may_have_reached_into_it() {
    let agent =
        of_hour(&[started(-900, "Lunch", None), ended(600)], &answered(&[(-1000, -300), (600, 3600)]));
    assert_eq!(figures(&agent), (0, 0, 0, 600, false));
    assert_eq!(agent.breaks.map(|of| of.by_reason), Some(vec![]), "no reason of this window");
    assert_eq!((agent.first_activity, agent.last_activity), (None, None));
}

#[test]
fn the_server_s_start_is_moved_to_our_clock() {
    let mut events = [started(1000, "Lunch", Some(3700)), ended(1200)];
    events[0].event.server_time = Some(at(4000));
    let agent = of_hour(&events, &answered(&[(1000, 3600)]));
    assert_eq!(figures(&agent), (1, 500, 200 - APART, 500 + 90, false));
}

#[test]
fn what_goes_on_at_the_last_answer_goes_on_until_now_while_the_next_one_is_not_late() {
    let events = [started(3000, "Lunch", None)];
    let measures = Measures::default();
    let rules = measures.rules(span(0, 3600));
    for (now, ended, goes_on) in [
        (Some(3600), None, true),
        (Some(3590 + APART), None, true),
        (Some(3591 + APART), None, false),
        (Some(3600), Some(GapCause::Outage), false),
        (None, None, false),
    ] {
        let coverage = [Breaks, Wrapups].map(|part| Coverage { ended, ..row(part, 0, 3590) });
        let agent =
            joined_shift(&[Seen { events: &events, coverage: &coverage }], &rules, now.map(samples::at));
        let until = if goes_on { 3600 } else { 3590 };
        // That it went on, the last answer showed alone.
        assert_eq!(figures(&agent), (1, until - 3000, 590, 600 + APART, true), "{now:?} {ended:?}");
        assert_eq!(agent.coverage, [span(0, until)], "{now:?} {ended:?}");
        assert_eq!(agent.gaps.is_empty(), goes_on, "{now:?} {ended:?}");
        let last = agent.timeline.iter().rfind(|it| it.state == SegmentState::Break).expect("a break");
        assert_eq!(last.span, span(3000, until), "{now:?} {ended:?}");
    }
}
