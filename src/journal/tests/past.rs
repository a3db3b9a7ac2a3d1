use rusqlite::StatementStatus;

use super::*;
use crate::floor::event::{BreakEnded, BreakStarted};
use crate::floor::shift::{AgentShift, Allowances, Kinds, Rules, shift};
use crate::floor::timeline::Span;

const HOUR: i64 = 3600;

fn on_break(second: i64, since: Option<i64>) -> NewEvent {
    let since = since.map(at);
    event(second, EventKind::BreakStarted(BreakStarted { reason: Some("Tea".into()), since, detail: None }))
}

fn back(second: i64) -> NewEvent {
    event(
        second,
        EventKind::BreakEnded(BreakEnded { reason: Some("Tea".into()), since: None, lasted_seconds: None }),
    )
}

fn answers(spans: &[(i64, i64)]) -> Vec<CoverageStep> {
    let of = |part| spans.iter().map(move |(from, to)| Coverage { part, ..covered(*from, *to) });
    let all = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups].into_iter().flat_map(of);
    all.map(|coverage| CoverageStep::Begin { coverage, ended: None }).collect()
}

fn of_hour(events: &[Recorded], coverage: &[Coverage]) -> AgentShift {
    let (allowances, kinds) = (Allowances::default(), Kinds::default());
    let window = Span { from: at(0), to: at(HOUR) };
    let customer = &|_: &Recorded| None;
    shift(events, coverage, &Rules { window, limits: &[], allowances: &allowances, kinds: &kinds, customer })
}

/// Of the time until this second.
fn of_one(journal: &Journal, agent: AgentRef, to: i64) -> Past {
    let [past] = journal.of_window(&[agent], at(0), at(to)).expect("read").try_into().expect("one");
    past
}

/// The report of an hour is the same, whether or not the days after it are read.
#[test]
fn of_what_came_after_a_window_only_what_is_about_it_is_read() {
    const DAYS: i64 = 100 * HOUR;
    /// What happened, when answers came, and how many events are read.
    type Case = (&'static str, Vec<NewEvent>, &'static [(i64, i64)], usize);
    let later = || [on_break(DAYS, None), back(DAYS + 60), tag_event(DAYS, "later")];
    let table: [Case; 6] = [
        ("nothing goes on", vec![on_break(60, None), back(120)], &[(0, 2 * DAYS)], 2),
        ("a break goes on", vec![on_break(HOUR - 60, None), back(HOUR + 600)], &[(0, 2 * DAYS)], 2),
        ("it goes on for days", vec![on_break(HOUR - 60, None), back(50 * HOUR)], &[(0, 2 * DAYS)], 1),
        (
            "it ends in a hole, and another begins",
            vec![
                on_break(HOUR - 60, Some(HOUR - 60)),
                back(9 * HOUR),
                on_break(9 * HOUR, Some(HOUR - 30)),
                back(9 * HOUR + 60),
            ],
            &[(0, HOUR - 10), (9 * HOUR, 2 * DAYS)],
            4,
        ),
        (
            "a notification arrives after a hole",
            vec![
                tag_event(60, "a"),
                tag_event(9 * HOUR, "b"),
                changed(9 * HOUR + 60, "a", r#"{"_id":"a","n":2}"#),
            ],
            &[(0, HOUR - 10), (9 * HOUR, 2 * DAYS)],
            3,
        ),
        ("the last answer", vec![on_break(HOUR - 60, None)], &[(0, HOUR - 10)], 1),
    ];
    for (what, own, spans, read) in table {
        let folder = Folder::new();
        let journal = folder.create();
        let agent = journal.with_asha();
        let is_seen = spans.last().is_some_and(|(_, to)| *to > DAYS);
        let events = own.into_iter().chain(later().into_iter().filter(|_| is_seen)).collect();
        journal.write_round(Entry { coverage: answers(spans), ..entry(agent, 0, events) });
        let Past { events, coverage } = of_one(&journal, agent, HOUR);
        assert_eq!(events.len(), read, "{what}");
        let all = journal.to_remember(agent, at(0)).expect("read");
        let whole = journal.covered(agent, at(0), Timestamp::MAX).expect("read");
        assert_eq!(of_hour(&events, &coverage), of_hour(&all, &whole), "{what}");
    }
}

/// One goes through the file for all of them, and many events of others, or something that a clock showed long before, have
/// each found by itself.
#[test]
fn several_agents_are_read_together_as_each_by_itself() {
    let folder = Folder::new();
    let journal = folder.create();
    let names = ["asha", "ravi", "elena"].map(|name| journal.with_agent(name));
    let breaks = |agent, begin| {
        let events =
            vec![on_break(begin, None), tag_event(begin + 60, &format!("{begin}")), back(begin + 120)];
        journal.write_round(Entry {
            coverage: answers(&[(begin, begin + 120)]),
            ..entry(agent, i64::MAX, events)
        });
    };
    let alone = |journal: &Journal| names.map(|agent| of_one(journal, agent, HOUR));
    let together = |journal: &Journal| journal.of_window(&names, at(0), at(HOUR)).expect("read");
    // The first went on break before the window as well, and the last was seen after it alone.
    breaks(names[0], -600);
    for begin in [60, 600, 1200] {
        breaks(names[0], begin);
        breaks(names[1], begin + 10);
    }
    breaks(names[2], 9 * HOUR);
    let dense = together(&journal);
    assert_eq!(dense, alone(&journal));
    assert_eq!(dense.iter().map(|past| past.events.len()).collect::<Vec<_>>(), [11, 9, 3]);
    for nth in 0..100 {
        breaks(names[2], 20 * HOUR + 200 * nth);
    }
    breaks(names[1], 1800);
    let sparse = together(&journal);
    assert_eq!(sparse, alone(&journal));
    assert_eq!(sparse[0], dense[0]);
    assert_eq!(sparse[1].events.len(), 12);
}

/// What SQLite does for it, in steps of its machine, which are the same on every machine.
fn steps_of_window(journal: &Journal, agent: AgentRef, from: i64, to: i64) -> i32 {
    let (window, states) = (events::sql_of_window(""), events::sql_of_states(&events::FIRST_TYPES, ""));
    let steps = || -> i32 {
        let statements = [events::NUMBERS_OF_WINDOW, &window, &states];
        let statements = statements.map(|sql| journal.statement(sql).expect("prepared"));
        statements.iter().map(|statement| statement.reset_status(StatementStatus::VmStep)).sum()
    };
    steps();
    let read = journal.recorded_between(agent, at(from), at(to), events::Detail::Whole).expect("read");
    // Its own three, and the last state before it.
    assert_eq!(read.len(), 5);
    steps()
}

#[test]
fn a_window_takes_no_longer_the_more_was_recorded_before_and_after() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let mut hours = 0..;
    let mut record = |count: usize| {
        for hour in hours.by_ref().take(count) {
            let begin = hour * HOUR;
            let tag = tag_event(begin + 60, &format!("t{hour}"));
            let events = vec![tag, on_break(begin + 120, None), back(begin + 180)];
            journal.write_round(entry(agent, i64::MAX, events));
        }
    };
    record(2);
    let few = steps_of_window(&journal, agent, HOUR, 2 * HOUR);
    record(200);
    assert!(steps_of_window(&journal, agent, HOUR, 2 * HOUR) < few + 20, "many after it");
    assert!(steps_of_window(&journal, agent, 201 * HOUR, 202 * HOUR) < few + 20, "many before it");
}
