//! Breaks and wrap-ups during which our clock was set. Where the server sends its time, that shows it.

use super::*;

const DAY: i64 = 24 * 3600;

/// How long it was from the answer that showed the break to the one that denied it, as far as the server's machines agree.
const PASSED: i64 = 600 + 90;

/// An answer by the server's clock.
fn dated(mut recorded: Recorded, server: i64) -> Recorded {
    recorded.event.server_time = Some(at(server));
    recorded
}

/// Answers from one time to another by our clock, and the server's time at the last one.
fn answers(spans: &[(i64, i64, i64)]) -> Vec<Coverage> {
    let rows = |(from, to, server): &(i64, i64, i64)| {
        let server_time = Some(at(*server));
        [Breaks, Wrapups].map(|part| Coverage { server_time, ..row(part, *from, *to) })
    };
    spans.iter().flat_map(rows).collect()
}

fn figures(of: &BreakFigures) -> (u32, i64, i64, i64) {
    let seconds = |length: Duration| i64::try_from(length.as_secs()).expect("a day at most");
    (of.count(), seconds(of.time.seconds), seconds(of.time.min), seconds(of.time.max))
}

#[test]
fn a_break_is_no_longer_than_the_server_s_clock_shows_however_ours_was_set() {
    type Case = (&'static str, Vec<Recorded>, Vec<Coverage>, (i64, i64), (u32, i64, i64, i64));
    let forth = || {
        let events = vec![dated(started(100, "Lunch", Some(100)), 100), dated(ended(DAY + 700), 700)];
        (events, answers(&[(0, 400, 400), (DAY + 405, DAY + 3600, 3600)]))
    };
    let back = || {
        let events = vec![dated(started(1000, "Lunch", Some(1000)), 1000), dated(ended(-2000), 1600)];
        (events, answers(&[(-2300, -1000, 2600), (0, 1300, 1300)]))
    };
    let table: [Case; 4] = [
        ("set forth by a day", forth().0, forth().1, (0, 3600), (1, 300, 0, APART + PASSED)),
        ("and after that", forth().0, forth().1, (DAY, DAY + 3600), (1, 295, 0, PASSED)),
        ("set back by an hour", back().0, back().1, (0, 3600), (1, 300, 0, APART + PASSED)),
        ("and after that", back().0, back().1, (-3600, 0), (1, 300, 0, PASSED)),
    ];
    for (what, events, coverage, (from, to), expected) in table {
        let agent = Measures::default().shift(span(from, to), &events, &coverage);
        assert_eq!(figures(&agent.breaks.expect("breaks are known")), expected, "{what}");
    }
}

#[test]
fn what_goes_on_as_our_clock_is_set_back_may_go_on_while_no_answers_come() {
    /// When there were answers; then what the breaks were at most in an hour, and in the hour before it.
    type Case = (&'static str, bool, Vec<(i64, i64, i64)>, (i64, i64));
    // It was shown for 300 s, then at an earlier time for 300 s, and 4000 s passed by the server's clock.
    let rows = |more: &[(i64, i64, i64)]| {
        let own = [(0, 1300, 1300), (-2300, -1000, 6000)];
        own.iter().chain(more).copied().collect::<Vec<_>>()
    };
    let table: [Case; 3] = [
        ("nothing else was answered", true, rows(&[]), (2600 + APART, 1600)),
        ("no Date", false, rows(&[]), (2600 + APART, 1600)),
        ("no Date, others were", false, rows(&[(2000, 2500, 0), (-3100, -2800, 0)]), (1000 + APART, 800)),
    ];
    for (what, is_dated, rows, most) in table {
        let mut events = vec![dated(started(1000, "Lunch", None), 1000), dated(ended(-2000), 5000)];
        let mut coverage = answers(&rows);
        if !is_dated {
            for recorded in &mut events {
                recorded.event.server_time = None;
            }
            for row in &mut coverage {
                row.server_time = None;
            }
        }
        let found = [(0, 3600), (-3600, 0)].map(|(from, to)| {
            let agent = Measures::default().shift(span(from, to), &events, &coverage);
            figures(&agent.breaks.expect("breaks are known")).3
        });
        assert_eq!((found[0], found[1]), most, "{what}");
    }
}

#[test]
fn a_break_that_had_another_reason_later_went_on_until_then_although_our_clock_was_set_back_after_that() {
    // Nothing but the clock that was set back tells when that was: the server sends no `Date`.
    let events = [started(1000, "Lunch", None), changed(2900, "Lunch", "Tea"), ended(-50_000)];
    let coverage = answered(&[(0, 1200), (1800, 2300), (2800, 3000), (-50_100, -49_000)]);
    let agent = Measures::default().shift(span(0, 3600), &events, &coverage);
    let (count, _, least, most) = figures(&agent.breaks.expect("breaks are known"));
    assert_eq!((count, least), (1, 0));
    assert!(most >= 1900, "{most} s from 1000 until it had another reason");
}

#[test]
fn an_answer_just_after_our_clock_was_set_forth_is_not_taken_for_one_before_the_break() {
    // The first answers after that came two minutes later, which is less than two servers may differ by.
    let events = [dated(started(100, "Lunch", None), 100), dated(ended(DAY + 460), 460)];
    let coverage = answers(&[(100, 160, 160), (DAY + 220, DAY + 220, 220), (DAY + 220, DAY + 3600, 3600)]);
    let agent = Measures::default().shift(span(0, 3600), &events, &coverage);
    let (count, _, least, most) = figures(&agent.breaks.expect("breaks are known"));
    assert_eq!((count, least), (1, 0));
    assert!(most >= 360, "{most} s, although it was shown at 100 and at 220 of the next day");
}

#[test]
fn of_two_that_no_answer_parts_nothing_is_certain_if_our_clock_was_set_during_the_second() {
    let events = [
        dated(started(100, "Lunch", Some(100)), 100),
        dated(ended(9000), 9000),
        dated(started(9000, "Tea", Some(8000)), 9000),
        dated(ended(-50_000), 9500),
    ];
    let coverage = answers(&[(0, 2000, 2000), (9000, 9300, 9300), (-50_200, -49_000, 10_500)]);
    let agent = Measures::default().shift(span(0, 3600), &events, &coverage);
    let (count, seconds, least, _) = figures(&agent.breaks.expect("breaks are known"));
    assert_eq!((count, seconds, least), (1, 3500, 0));
}

#[test]
fn what_was_answered_later_at_the_same_times_does_not_make_it_longer() {
    // Set forth by a day as the break went on, and back again after it; then our clock showed the same times as before.
    let events = [dated(started(1000, "Lunch", None), 1000), dated(ended(DAY + 1400), 1400)];
    let coverage = answers(&[(0, 3600, 3600), (DAY + 1300, DAY + 1500, 1500)]);
    let agent = Measures::default().shift(span(0, 3600), &events, &coverage);
    let (count, seconds, least, most) = figures(&agent.breaks.expect("breaks are known"));
    assert_eq!((count, seconds, least, most), (1, 400, 0, 400 + 90 + APART));
}

#[test]
fn answers_show_it_no_longer_than_they_came_although_our_clock_had_shown_later_times() {
    // Our clock had shown 4000 before it was set back; the last answer came 400 s after the first that showed the break.
    let last = (0, 4000, 1400);
    let open = vec![dated(started(1000, "Lunch", None), 1000)];
    let over = vec![open[0].clone(), dated(ended(9000), 9000)];
    for (what, events, rows) in
        [("it goes on", open, vec![last]), ("it ended", over, vec![last, (9000, 9900, 9900)])]
    {
        let agent = Measures::default().shift(span(0, 3600), &events, &answers(&rows));
        let found = figures(&agent.breaks.expect("breaks are known"));
        assert_eq!(found, (1, 400, 400, 2600 + APART), "{what}");
    }
}

#[test]
fn what_goes_on_after_our_clock_was_set_back_does_not_last_until_what_it_had_shown_before() {
    // It was set back by a day; the break that goes on at the last answer began after that.
    let events = [dated(started(-DAY + 1000, "Lunch", None), 5000)];
    let coverage = answers(&[(-DAY, -DAY + 1600, 5600), (0, 4000, 4000)]);
    let window = span(-DAY, -DAY + 3600);
    let agent = Measures::default().shift(window, &events, &coverage);
    assert_eq!(figures(&agent.breaks.expect("breaks are known")), (1, 600, 600, 2600 + APART));
    let agent = Measures::default().shift(span(0, 3600), &events, &coverage);
    assert_eq!(figures(&agent.breaks.expect("breaks are known")), (0, 0, 0, 0));
}

#[test]
fn how_long_a_wrap_up_was_during_which_our_clock_was_set_is_not_known() {
    let events = [dated(wrapup(100, "1", Some(700)), 100), dated(wrapped_up(DAY + 700), 700)];
    let coverage = answers(&[(0, 400, 400), (DAY + 405, DAY + 3600, 3600)]);
    let agent = Measures::default().shift(span(0, 2 * DAY), &events, &coverage);
    let wrapups = agent.wrapups.expect("wrap-ups are known");
    assert_eq!((wrapups.count, wrapups.finished), (1, vec![]));
    assert!(wrapups.time.max < Duration::from_secs(1000), "{:?}", wrapups.time);
}
