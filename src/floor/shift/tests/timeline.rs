//! The pieces of a shift, and the cells of a line.

use super::*;

use SegmentState::{Break, Neither, NotSeen, Wrapup};

fn pieces(agent: &AgentShift) -> Vec<(SegmentState, i64, i64, bool)> {
    agent.timeline.iter().map(|it| (it.state, second(it.span.from), second(it.span.to), it.certain)).collect()
}

#[test]
fn the_pieces_are_what_was_seen_and_the_whole_window() {
    type Case =
        (&'static str, Vec<Recorded>, &'static [(i64, i64)], &'static [(SegmentState, i64, i64, bool)]);
    let table: [Case; 6] = [
        ("nothing was seen", vec![], &[], &[(NotSeen, 0, 3600, false)]),
        ("nothing happened", vec![], &[(-10, 5000)], &[(Neither, 0, 3600, true)]),
        (
            "a break within a wrap-up",
            vec![wrapup(100, "c1", None), started(150, "Tea", None), ended(200), wrapped_up(260)],
            &[(0, 3000)],
            &[
                (Neither, 0, 100, true),
                (Wrapup, 100, 150, true),
                (Break, 150, 200, true),
                (Wrapup, 200, 260, true),
                (Neither, 260, 3000, true),
                (NotSeen, 3000, 3600, false),
            ],
        ),
        (
            "begun before the first answer, at the server's start",
            vec![started(1000, "Lunch", Some(700)), ended(1200)],
            &[(0, 500), (1000, 3600)],
            &[
                (Neither, 0, 500, true),
                (NotSeen, 500, 700, false),
                (Break, 700, 1000, false),
                (Break, 1000, 1200, true),
                (Neither, 1200, 3600, true),
            ],
        ),
        (
            "the same start before and after a gap",
            vec![started(100, "Lunch", Some(100)), ended(2000)],
            &[(0, 500), (1500, 3600)],
            &[
                (Neither, 0, 100, true),
                (Break, 100, 500, true),
                (Break, 500, 1500, false),
                (Break, 1500, 2000, true),
                (Neither, 2000, 3600, true),
            ],
        ),
        (
            "perhaps another one after a gap",
            vec![started(100, "Lunch", None), ended(2000)],
            &[(0, 500), (1500, 3600)],
            &[
                (Neither, 0, 100, true),
                (Break, 100, 500, true),
                (NotSeen, 500, 1500, false),
                (Break, 1500, 2000, true),
                (Neither, 2000, 3600, true),
            ],
        ),
    ];
    for (what, events, answers, expected) in table {
        assert_eq!(pieces(&of_hour(&events, &answered(answers))), expected, "{what}");
    }
}

#[test]
fn a_break_is_seen_where_wrap_ups_are_not_answered() {
    let coverage = [row(Breaks, 0, 3600), row(Wrapups, 0, 1000)];
    let agent = of_hour(&[started(900, "Tea", None), ended(1500)], &coverage);
    assert_eq!(
        pieces(&agent),
        [(Neither, 0, 900, true), (Break, 900, 1500, true), (NotSeen, 1500, 3600, false)]
    );
    assert_eq!(agent.timeline[1].reason.as_deref(), Some("Tea"));
}

type Spans = &'static [(i64, i64)];

/// Seconds as letters, some in a cell.
fn line(seconds: &str, over: Spans, n: usize) -> String {
    let mut timeline: Vec<Segment> = vec![];
    for (place, letter) in (0..).zip(seconds.chars()) {
        let state = match letter {
            'B' => Break,
            'w' => Wrapup,
            '.' => Neither,
            _ => NotSeen,
        };
        let certain = state != NotSeen;
        timeline.push(Segment { state, reason: None, span: span(place, place + 1), certain });
    }
    let over: Vec<Span> = over.iter().map(|(from, to)| span(*from, *to)).collect();
    let letter = |cell: Cell| match cell {
        Cell::Break => 'B',
        Cell::Wrapup => 'w',
        Cell::Neither => '.',
        Cell::NotSeen => '?',
        Cell::Over => '!',
    };
    let window = span(0, i64::try_from(seconds.len()).expect("short"));
    cells(&timeline, &over, window, n).into_iter().map(letter).collect()
}

#[test]
fn the_largest_share_of_a_cell_counts_unless_half_of_it_was_not_seen() {
    let table: [(&str, Spans, usize, &str); 11] = [
        ("BBBwww......", &[], 4, "Bw.."),
        ("BBwBww..w..B", &[], 4, "Bw.."),
        ("?B?B?.??????", &[], 4, "?B??"),
        ("B?B?w?.?", &[], 4, "????"),
        ("BB??", &[], 1, "?"),
        ("BB?B", &[], 1, "B"),
        // As much of a break is a break, as much of a wrap-up is a wrap-up.
        ("Bw.Bw.", &[], 2, "BB"),
        ("B.B.w.w.", &[], 4, "BBww"),
        ("BBBBBBBBBBBB", &[(5, 6), (8, 12)], 4, "B!!!"),
        // Over its limit, but not most of the cell.
        ("B...BBBB", &[(0, 1)], 2, ".B"),
        ("B.w?", &[], 4, "B.w?"),
    ];
    for (seconds, over, n, expected) in table {
        assert_eq!(line(seconds, over, n), expected, "{seconds} {over:?} {n}");
    }
    assert_eq!(line("B.", &[], 0), "");
    // More cells than seconds: each is what its moment was.
    assert_eq!(line("B.w?", &[], 8), "BB..ww??");
}

#[test]
fn less_than_a_second_over_its_limit_is_not_shown() {
    let timeline = [Segment { state: Break, reason: None, span: span(0, 10), certain: true }];
    let over = |millis| Span { from: at(0), to: at(0) + jiff::SignedDuration::from_millis(millis) };
    assert_eq!(cells(&timeline, &[over(999)], span(0, 10), 1), [Cell::Break]);
    assert_eq!(cells(&timeline, &[over(1000)], span(0, 10), 1), [Cell::Over]);
}
