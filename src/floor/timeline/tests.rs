use proptest::prelude::*;

use super::gaps::{covered, gaps, share, without_lost};
use super::*;
use crate::floor::event::{Event, EventKind, Gap};
use crate::floor::pause::MARGIN;
use crate::floor::samples::at;

use FollowedPart::{Breaks, Tags, Wrapups};
use GapCause::{AnswerLost, NotRunning, Outage, Sleep, TakenOver};

const CADENCE: u64 = 5;

fn mark(part: FollowedPart, second: i64, hole: GapCause) -> AnswerMark {
    AnswerMark { part, at: at(second), server_time: None, repeats: None, hole, lost: false }
}

/// The rows after these looks.
fn after(marks: &[(AnswerMark, u64)]) -> Vec<Coverage> {
    let mut rows = Vec::new();
    for (mark, cadence) in marks {
        if let Some(step) = coverage_step(&rows, mark, Duration::from_secs(*cadence)) {
            Coverage::take(&mut rows, &step);
        }
    }
    rows
}

/// Beginning, end, cadence, and why it ended.
type Row = (i64, i64, u64, Option<GapCause>);

fn rows(coverage: &[Coverage]) -> Vec<Row> {
    let second = |moment: Timestamp| moment.duration_since(at(0)).as_secs();
    coverage.iter().map(|row| (second(row.from), second(row.to), row.cadence.as_secs(), row.ended)).collect()
}

fn span(from: i64, to: i64) -> Span {
    Span { from: at(from), to: at(to) }
}

#[test]
fn coverage_grows_while_answers_come_and_says_why_it_ended() {
    // Second, cadence, and the cause if there is a hole before it; then the rows.
    type Answer = (i64, u64, GapCause);
    let table: [(&[Answer], &[Row]); 13] = [
        (&[], &[]),
        (&[(0, 5, NotRunning)], &[(0, 0, 5, None)]),
        (&[(0, 5, NotRunning), (5, 5, Outage), (20, 5, Outage)], &[(0, 20, 5, None)]),
        (
            &[(0, 5, NotRunning), (5, 5, Outage), (21, 5, Outage), (26, 5, Outage)],
            &[(0, 5, 5, Some(Outage)), (21, 26, 5, None)],
        ),
        (&[(0, 5, NotRunning), (4000, 5, Sleep)], &[(0, 0, 5, Some(Sleep)), (4000, 4000, 5, None)]),
        // One that was dead for less than three intervals has left no hole.
        (&[(0, 5, NotRunning), (5, 5, Outage), (19, 5, TakenOver)], &[(0, 19, 5, None)]),
        // Single answers stand alone, but they continue what others do often.
        (&[(0, 0, NotRunning), (60, 0, NotRunning)], &[(0, 0, 0, Some(NotRunning)), (60, 60, 0, None)]),
        (&[(0, 5, NotRunning), (5, 5, Outage), (8, 0, NotRunning)], &[(0, 8, 5, None)]),
        // Another interval is another row, which begins where the last one ends.
        (
            &[(0, 5, NotRunning), (5, 5, Outage), (65, 60, NotRunning), (125, 60, Outage)],
            &[(0, 5, 5, None), (5, 125, 60, None)],
        ),
        // One that comes too late for the new interval still continues the old one.
        (
            &[(0, 60, NotRunning), (60, 60, Outage), (160, 5, NotRunning), (165, 5, Outage)],
            &[(0, 160, 60, None), (160, 165, 5, None)],
        ),
        (&[(0, 60, NotRunning), (4, 5, NotRunning), (9, 5, Outage)], &[(0, 9, 5, None)]),
        // A clock that is set back covers again what is covered, or what is free.
        (
            &[(0, 5, NotRunning), (5, 5, Outage), (3, 5, Outage), (8, 5, Outage), (10, 5, Outage)],
            &[(0, 10, 5, None)],
        ),
        (
            &[(0, 5, NotRunning), (-600, 5, Outage), (-595, 5, Outage), (2, 5, Outage)],
            &[(-600, -595, 5, None), (0, 2, 5, None)],
        ),
    ];
    for (answers, expected) in table {
        let marks: Vec<(AnswerMark, u64)> =
            answers.iter().map(|&(second, cadence, hole)| (mark(Breaks, second, hole), cadence)).collect();
        assert_eq!(rows(&after(&marks)), expected, "{answers:?}");
    }
}

#[test]
fn the_time_of_the_server_goes_on_while_our_clock_shows_again_what_is_covered() {
    let dated = |second, server| {
        (AnswerMark { server_time: Some(at(server)), ..mark(Breaks, second, Outage) }, CADENCE)
    };
    // Set back at 15 s; and one that is recorded late.
    let covered = after(&[dated(0, 90), dated(15, 105), dated(3, 110), dated(8, 115), dated(6, 113)]);
    assert_eq!(rows(&covered), [(0, 15, CADENCE, None)]);
    assert_eq!(covered[0].server_time, Some(at(115)));
}

#[test]
fn notifications_are_covered_as_far_back_as_an_answer_reaches() {
    let tags = |second, repeats, lost| (AnswerMark { repeats, lost, ..mark(Tags, second, Outage) }, CADENCE);
    let hour = 3600;
    // An hour without an answer is no hole, whether the server repeats or keeps what is new.
    for repeats in [None, Some(true), Some(false)] {
        let quiet = after(&[tags(0, repeats, false), tags(hour, repeats, false)]);
        assert_eq!(rows(&quiet), [(0, hour, CADENCE, None)], "{repeats:?}");
        let outage = after(&[tags(0, repeats, false), tags(3 * hour, repeats, false)]);
        let from = if repeats == Some(true) { 2 * hour } else { 3 * hour };
        let gap = Gap { from: at(0), to: at(from), why: Outage };
        assert_eq!(gaps(&outage, &[Tags], span(0, 3 * hour)), [gap], "{repeats:?}");
    }
    // That the server repeats may show later: then the hour before the first answer is covered as well.
    let learned = after(&[tags(0, None, false), tags(5, Some(true), false)]);
    assert_eq!(covered(&learned, &[Tags], span(-2 * hour, 5)), [span(-hour, 5)]);
    // An answer that was lost is a hole, however short.
    let lost = after(&[tags(0, None, false), tags(5, None, true)]);
    assert_eq!(rows(&lost), [(0, 0, CADENCE, Some(Outage)), (5, 5, CADENCE, None)]);
}

#[test]
fn a_gap_has_the_cause_of_the_part_that_is_missing() {
    let marks = [
        (mark(Breaks, 0, NotRunning), CADENCE),
        (mark(Wrapups, 0, NotRunning), CADENCE),
        (mark(Breaks, 10, Outage), CADENCE),
        (mark(Wrapups, 10, Outage), CADENCE),
        (mark(Breaks, 20, Outage), CADENCE),
        (mark(Wrapups, 100, Sleep), CADENCE),
        (mark(Breaks, 100, TakenOver), CADENCE),
    ];
    let rows = after(&marks);
    let gap = |from, to, why| Gap { from: at(from), to: at(to), why };
    let both = [Breaks, Wrapups];
    let window = span(-10, 110);
    assert_eq!(covered(&rows, &both, window), [span(0, 10)]);
    assert_eq!(gaps(&rows, &both, window), [gap(-10, 0, NotRunning), gap(10, 110, Sleep)]);
    assert_eq!(gaps(&rows, &[Breaks], window), [gap(-10, 0, NotRunning), gap(20, 110, TakenOver)]);
    assert!((share(&covered(&rows, &both, window), window) - 10.0 / 120.0).abs() < 1e-9);
}

#[test]
fn what_was_lost_is_not_covered_although_others_were_answered_meanwhile() {
    type Spans = &'static [(i64, i64)];
    let row = |from, to| Coverage {
        part: Tags,
        from: at(from),
        to: at(to),
        server_time: None,
        cadence: Duration::from_secs(CADENCE),
        ended: None,
        repeats: Some(false),
    };
    let breaks = Coverage { part: Breaks, ..row(0, 2000) };
    // The rows, the last answer before the loss, and when whoever had lost it was answered again; then what is covered.
    let table: [(Spans, i64, i64, Spans); 5] = [
        (&[(0, 1000), (1060, 2000)], 1000, 1060, &[(0, 1000), (1060, 2000)]),
        // Somebody else was answered behind the loss, before the next answer and after it.
        (&[(0, 1030), (1060, 2000)], 1000, 1060, &[(0, 1000), (1060, 2000)]),
        (&[(0, 2000)], 1000, 1060, &[(0, 1000), (1060, 2000)]),
        (&[(0, 900), (1010, 1050), (1060, 2000)], 1000, 1060, &[(0, 900), (1060, 2000)]),
        (&[(0, 900)], 1000, 1060, &[(0, 900)]),
    ];
    let reach = i64::try_from(MARGIN.as_secs()).expect("minutes");
    for (known, last, next, expected) in table {
        let lost = |why| {
            let kind = EventKind::Gap(Gap { from: at(last - reach), to: at(next), why });
            Event { at: at(next), server_time: None, profile: None, kind }
        };
        let known: Vec<Coverage> = known.iter().map(|(from, to)| row(*from, *to)).collect();
        let all: Vec<Coverage> = known.iter().cloned().chain([breaks.clone()]).collect();
        for why in [AnswerLost, TakenOver] {
            let left = without_lost(all.clone(), &[lost(why)]);
            let spans: Vec<Span> = expected.iter().map(|(from, to)| span(*from, *to)).collect();
            assert_eq!(covered(&left, &[Tags], span(0, 2000)), spans, "{known:?}");
            assert_eq!(covered(&left, &[Breaks], span(0, 2000)), [span(0, 2000)], "{known:?}");
        }
        // What an outage has hidden, no answer covers anyway.
        assert_eq!(without_lost(all.clone(), &[lost(Outage)]), all);
    }
}

#[test]
fn a_run_goes_on_with_what_was_covered_last_however_old_it_is() {
    let day = 24 * 3600;
    let marks = [
        (mark(Tags, 0, NotRunning), CADENCE),
        (mark(Breaks, 0, NotRunning), CADENCE),
        (mark(Tags, 2 * day, NotRunning), CADENCE),
        (mark(Breaks, 9 * day, NotRunning), CADENCE),
    ];
    let known = |from: i64| {
        let known = Coverage::to_remember(after(&marks), at(from));
        known.iter().map(|row| (row.part, row.from)).collect::<Vec<_>>()
    };
    let ends = [(Tags, at(2 * day)), (Breaks, at(9 * day))];
    assert_eq!(known(0).len(), 4);
    for from in [day, 3 * day, 90 * day] {
        assert_eq!(known(from), ends, "{from}");
    }
}

/// Looks of an agent whose clocks are set back and forth, whose machine sleeps, and whose recorder restarts.
fn troubled_looks() -> impl Strategy<Value = Vec<(AnswerMark, u64)>> {
    let part = prop::sample::select(vec![Tags, Breaks, Wrapups]);
    let step = prop_oneof![8 => 0..20_i64, 1 => -9000..9000_i64, 1 => -100_000..100_000_i64];
    let cause = prop::sample::select(vec![Outage, Sleep, NotRunning, TakenOver]);
    let repeats = prop::sample::select(vec![None, Some(true), Some(false)]);
    let cadence = prop::sample::select(vec![0_u64, 5, 5, 5, 60]);
    let one = (part, step, cause, repeats, cadence, prop::bool::weighted(0.05));
    prop::collection::vec(one, 0..120).prop_map(|answers| {
        let mut now = 0;
        let mark = |(part, step, hole, repeats, cadence, lost)| {
            now += step;
            (AnswerMark { part, at: at(now), server_time: None, repeats, hole, lost }, cadence)
        };
        answers.into_iter().map(mark).collect()
    })
}

proptest! {
    #[test]
    fn coverage_never_overlaps_is_never_negative_and_holds_every_answer(marks in troubled_looks()) {
        let rows = after(&marks);
        for part in [Tags, Breaks, Wrapups] {
            let of_part: Vec<&Coverage> = rows.iter().filter(|row| row.part == part).collect();
            prop_assert!(of_part.iter().all(|row| row.from <= row.to));
            for pair in of_part.windows(2) {
                prop_assert!(pair[0].to <= pair[1].from && pair[0].from < pair[1].from, "{:?}", pair);
            }
        }
        for (mark, _) in &marks {
            let holds = |row: &Coverage| row.part == mark.part && row.from <= mark.at && mark.at <= row.to;
            prop_assert!(rows.iter().any(holds), "{mark:?}");
        }
    }

    #[test]
    fn gaps_and_coverage_are_the_whole_window(
        marks in troubled_looks(),
        from in -50_000..50_000_i64,
        length in 0..100_000_i64,
        parts in prop::sample::subsequence(vec![Tags, Breaks, Wrapups], 1..=3),
    ) {
        let rows = after(&marks);
        let window = span(from, from + length);
        let gaps = gaps(&rows, &parts, window).into_iter().map(|gap| Span { from: gap.from, to: gap.to });
        let mut pieces: Vec<Span> = covered(&rows, &parts, window).into_iter().chain(gaps).collect();
        pieces.sort_by_key(|piece| piece.from);
        let mut end = window.from;
        for piece in &pieces {
            prop_assert!(piece.from == end && piece.from < piece.to, "{pieces:?}");
            end = piece.to;
        }
        prop_assert_eq!(end, window.to);
    }
}
