use super::*;
use crate::floor::pause::{MARGIN, OwnClocks, PAST};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::tags;
use crate::floor::timeline::Span;

#[test]
fn coverage_grows_and_the_rows_of_several_writers_never_overlap() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let take = |step: CoverageStep| {
        journal.write_round(Entry { coverage: vec![step], ..entry(agent, 0, vec![]) });
    };
    let lengthen = |from, to, server| CoverageStep::Lengthen {
        part: FollowedPart::Tags,
        from: at(from),
        to: at(to),
        server_time: Some(at(server)),
        cadence: Duration::from_secs(5),
        repeats: Some(true),
    };
    take(first_answer(10, 10));
    take(lengthen(10, 20, 110));
    take(lengthen(10, 15, 105));
    let (server_time, repeats) = (Some(at(110)), Some(true));
    assert_eq!(journal.all_coverage(agent), [Coverage { server_time, repeats, ..covered(10, 20) }]);
    // Our clock was set back.
    take(lengthen(10, 15, 115));
    let server_time = Some(at(115));
    assert_eq!(journal.all_coverage(agent), [Coverage { server_time, repeats, ..covered(10, 20) }]);
    take(CoverageStep::Begin { coverage: covered(100, 110), ended: Some(GapCause::Sleep) });
    // Somebody whose answer came before that, and somebody who saw the end of the first row only.
    take(lengthen(10, 105, 195));
    take(first_answer(18, 120));
    take(first_answer(12, 14));
    let rows = journal.all_coverage(agent);
    assert_eq!(rows[0].ended, Some(GapCause::Sleep));
    for pair in rows.windows(2) {
        assert!(pair[0].to <= pair[1].from, "{rows:#?}");
    }
    assert_eq!((rows[0].from, rows[rows.len() - 1].to), (at(10), at(120)));
    let inside = journal.coverage(agent, at(121), at(200)).expect("read");
    assert_eq!(inside, []);
}

#[test]
fn an_answer_after_a_row_that_another_process_began_and_ended_is_covered() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let take = |step: CoverageStep| {
        journal.write_round(Entry { coverage: vec![step], ..entry(agent, 0, vec![]) });
    };
    take(first_answer(10, 20));
    take(first_answer(30, 40));
    take(CoverageStep::Lengthen {
        part: FollowedPart::Tags,
        from: at(10),
        to: at(50),
        server_time: None,
        cadence: Duration::from_secs(5),
        repeats: Some(true),
    });
    let rows = journal.all_coverage(agent);
    let spans: Vec<_> = rows.iter().map(|row| (row.from, row.to)).collect();
    assert_eq!(spans, [(at(10), at(30)), (at(30), at(40)), (at(40), at(50))]);
}

#[test]
fn a_run_after_days_without_one_goes_on_where_the_coverage_ended() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let day = 24 * 3600;
    for part in [FollowedPart::Tags, FollowedPart::Breaks] {
        for from in [0, 100] {
            let coverage = Coverage { part, ..covered(from, from + 10) };
            let step = CoverageStep::Begin { coverage, ended: None };
            journal.write_round(Entry { coverage: vec![step], ..entry(agent, 0, vec![]) });
        }
    }
    for now in [0, 100, 3 * day, 30 * day] {
        let clocks = OwnClocks::after_past(at(now));
        let known = journal.memory(agent, i64::MAX, at(now), &clocks).expect("read");
        let all = Coverage::to_remember(journal.all_coverage(agent), at(now - day));
        assert_eq!(known.coverage, all);
        let poll = tags(now.unsigned_abs(), &[]);
        let poll = PollResult { monotonic: PAST, elapsed: PAST, ..poll };
        let gap = known.memory.diff(&poll).events.into_iter().find_map(|event| match event.kind {
            EventKind::Gap(gap) => Some((gap.from, gap.why)),
            _ => None,
        });
        let begins = at(110 - i64::try_from(MARGIN.as_secs()).expect("minutes"));
        assert_eq!(gap, (now >= day).then_some((begins, GapCause::NotRunning)), "{now}");
    }
}

#[test]
fn what_an_answer_that_was_lost_held_is_not_covered_whoever_was_answered_meanwhile() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let gap = Gap { from: at(1000 - 180), to: at(1060), why: GapCause::AnswerLost };
    let events = vec![event(1060, EventKind::Gap(gap))];
    journal.write_round(Entry { coverage: vec![first_answer(0, 2000)], ..entry(agent, 0, events) });
    let spans = |rows: Vec<Coverage>| rows.iter().map(|row| (row.from, row.to)).collect::<Vec<_>>();
    let whole = journal.covered(&[(agent, Span { from: at(0), to: at(2000) })]).expect("read").remove(0);
    assert_eq!(spans(whole), [(at(0), at(1000)), (at(1060), at(2000))]);
    assert_eq!(spans(journal.all_coverage(agent)), [(at(0), at(2000))], "the answers stay where they are");
}
