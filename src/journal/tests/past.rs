use rusqlite::StatementStatus;

use super::*;
use crate::floor::answer::Tag;
use crate::floor::event::{AgentChanged, BreakChanged, BreakEnded, BreakStarted, WrapupEnded, WrapupStarted};
use crate::floor::samples::measures::Measures;
use crate::floor::shift::{AgentShift, Customer, Kinds, Rules, shift};
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
    let measures = Measures::default();
    let window = Span { from: at(0), to: at(HOUR) };
    shift(events, coverage, &Rules { customer: &|_: &Recorded| None, ..measures.rules(window) })
}

/// Of the time until this second.
fn of_one(journal: &Journal, agent: AgentRef, to: i64) -> RecordedWindow {
    journal.of_window(agent, at(0), at(to)).expect("read")
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
        let RecordedWindow { events, coverage } = of_one(&journal, agent, HOUR);
        assert_eq!(events.len(), read, "{what}");
        let all = journal.to_remember(agent, at(0)).expect("read");
        let whole =
            journal.covered(&[(agent, Span { from: at(0), to: Timestamp::MAX })]).expect("read").remove(0);
        assert_eq!(of_hour(&events, &coverage), of_hour(&all, &whole), "{what}");
    }
}

/// All sorts of events, some of which an index alone can tell.
fn of_all_sorts() -> Vec<NewEvent> {
    let tag = |second, tag: Tag, changed| {
        event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: second == 1, changed })))
    };
    let called = |id: Option<&str>, time: Option<Timestamp>, kind: &str, customer: Option<&str>| Tag {
        id: id.map(Into::into),
        time,
        kind: Some(kind.into()),
        customer: customer.map(Into::into),
        call_id: Some("c1".into()),
        message: Some("a \"quoted\" text".into()),
        ..nameless(r#"{"n":1}"#)
    };
    let started = |ends_at, call_id: Option<&str>| {
        let call_id = call_id.map(str::to_owned);
        let customer = Some("919812345678".to_owned());
        EventKind::WrapupStarted(WrapupStarted { ends_at, remaining_seconds: Some(9), call_id, customer })
    };
    let ended = |ends_at, call_id: Option<&str>| {
        let (call_id, customer) = (call_id.map(str::to_owned), None);
        EventKind::WrapupEnded(WrapupEnded { ends_at, call_id, customer })
    };
    let moment = |text: &str| Some(text.parse::<Timestamp>().expect("a moment"));
    let dated = |new: NewEvent| NewEvent {
        event: Event { server_time: Some(new.event.at), ..new.event },
        twin: new.twin,
    };
    vec![
        tag(1, called(Some("a"), Some(at(1)), "missed", Some("919812345678")), false),
        tag(2, called(Some("b \\ \u{1F600}"), moment("1969-12-31T23:59:59.001Z"), "MISSED", None), false),
        tag(3, called(None, Some(at(3)), "missed", Some("919812345679")), false),
        tag(4, called(None, Some(at(3)), "missed", Some("919812345679")), true),
        dated(tag(5, called(Some("d"), moment("-001500-01-01T00:00:00Z"), "note", None), false)),
        tag(6, called(Some("e"), None, "", Some("")), false),
        tag(7, called(Some("a"), Some(at(7)), "outgoing", Some("919812345678")), true),
        dated(event(10, started(Some(at(70)), Some("c1")))),
        event(30, ended(Some(at(28)), Some("c1"))),
        event(40, started(None, None)),
        event(50, ended(None, None)),
        on_break(60, Some(55)),
        event(
            90,
            EventKind::BreakChanged(BreakChanged {
                previous_reason: "Tea".into(),
                reason: Some("Lunch".into()),
                since: None,
            }),
        ),
        back(120),
        event(130, EventKind::BreakStarted(BreakStarted { reason: None, since: None, detail: None })),
        event(140, EventKind::BreakEnded(BreakEnded { reason: None, since: None, lasted_seconds: None })),
        event(150, EventKind::Gap(Gap { from: at(140), to: at(150), why: GapCause::AnswerLost })),
        event(160, EventKind::AgentChanged(AgentChanged { from: Some("12".into()), to: Some("13".into()) })),
        on_break(170, None),
    ]
}

#[test]
fn a_report_of_what_the_index_has_is_that_of_the_events_themselves() {
    for numbers in [Numbers::Keep, Numbers::Never] {
        let folder = Folder::with(numbers);
        let journal = folder.create();
        let agent = journal.with_asha();
        let answers = answers(&[(0, HOUR)]);
        journal.write_round(Entry { coverage: answers, ..entry(agent, 0, of_all_sorts()) });
        let past = of_one(&journal, agent, HOUR);
        let whole = journal.to_remember(agent, at(0)).expect("read");
        let seqs = |events: &[Recorded]| events.iter().map(|it| it.seq).collect::<Vec<_>>();
        assert_eq!(seqs(&past.events), seqs(&whole));
        assert_eq!(whole.len(), of_all_sorts().len());
        let rules = |customer: &dyn Fn(&Recorded) -> Option<Customer>, events: &[Recorded]| {
            let kinds = Kinds { missed: vec!["missed".parse().expect("a kind")], ..Kinds::default() };
            let measures = Measures { kinds, ..Measures::default() };
            let window = Span { from: at(0), to: at(HOUR) };
            shift(events, &past.coverage, &Rules { customer, ..measures.rules(window) })
        };
        let customer = |recorded: &Recorded| journal.customer_of(recorded).map(Customer);
        let report = rules(&customer, &past.events);
        assert_eq!(report, rules(&customer, &whole), "{numbers:?}");
        assert_eq!(report.tags.and_then(|tags| tags.missed_customers), Some(1), "{numbers:?}");
    }
}

/// What `EXPLAIN QUERY PLAN` says of a statement.
fn plan(journal: &Journal, sql: &str) -> String {
    let mut explained = journal.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("prepared");
    let mut rows = explained.raw_query();
    rows.next().expect("explained").expect("a step").get("detail").expect("a text")
}

#[test]
fn a_report_and_a_search_for_notifications_need_nothing_but_the_index() {
    let folder = Folder::new();
    for sql in [brief::sql(), crate::journal::memory::sql_of_tags()] {
        let plan = plan(&folder.create(), &sql);
        assert!(plan.contains("USING COVERING INDEX event_of_agent"), "{plan}");
    }
}

#[test]
fn agents_are_read_in_their_order_by_several_threads() {
    let folder = Folder::new();
    let journal = folder.create();
    let names = ["a", "b", "c", "d", "e", "f", "g"].map(|name| journal.with_agent(name));
    let in_memory = Journal::in_memory(folder.settings.clone(), at(0)).expect("made");
    let row = |journal: &Journal, agent| Ok(journal.row(agent)?.map(|row| row.agent));
    for threads in [1, 2, 3, 7, 20] {
        let rows = journal.spread(names.to_vec(), threads, row).expect("read");
        assert_eq!(rows, names.map(Some), "{threads}");
        assert_eq!(in_memory.spread(names.to_vec(), threads, row).expect("read"), [None; 7]);
        assert_eq!(journal.spread(vec![], threads, row).expect("read"), []);
    }
    for failing in names {
        let fails = |journal: &Journal, agent| {
            let moved = || JournalError::Moved { path: journal.path().to_owned() };
            if agent == failing { Err(moved()) } else { Ok(()) }
        };
        assert!(journal.spread(names.to_vec(), 3, fails).is_err());
    }
    let notes = |journal: &Journal, agent| {
        if agent == names[6] {
            journal.note_unreadable();
        }
        Ok(())
    };
    journal.spread(names.to_vec(), 3, notes).expect("read");
    assert!(journal.has_unreadable());
}

/// What SQLite does for it, in steps of its machine, which are the same on every machine.
fn steps_of_window(journal: &Journal, agent: AgentRef, from: i64, to: i64) -> i32 {
    let (window, states) = (brief::sql(), events::sql_of_states(&events::STARTS, ""));
    let steps = || -> i32 {
        let statements = [events::NEXT, &window, &states];
        let statements = statements.map(|sql| journal.statement(sql).expect("prepared"));
        statements.iter().map(|statement| statement.reset_status(StatementStatus::VmStep)).sum()
    };
    steps();
    let read = journal.of_window(agent, at(from), at(to)).expect("read").events;
    // Three of its own, the last state before it, and what may arrive late.
    assert_eq!(read.len(), 10);
    steps()
}

#[test]
fn a_window_takes_no_longer_the_more_was_recorded_before_and_after() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    // However long ago another agent had this session.
    let other = AgentChanged { from: Some("12".into()), to: Some("13".into()) };
    journal.write_round(entry(agent, 0, vec![event(-60, EventKind::AgentChanged(other))]));
    let mut hours = 0..;
    let mut record = |count: usize| {
        for hour in hours.by_ref().take(count) {
            let begin = hour * HOUR;
            let tag = tag_event(begin + 60, &format!("t{hour}"));
            let events = vec![tag, on_break(begin + 120, None), back(begin + 180)];
            journal.write_round(entry(agent, i64::MAX, events));
        }
    };
    record(10);
    let few = steps_of_window(&journal, agent, HOUR, 2 * HOUR);
    record(200);
    assert!(steps_of_window(&journal, agent, HOUR, 2 * HOUR) < few + 20, "many after it");
    assert!(steps_of_window(&journal, agent, 201 * HOUR, 202 * HOUR) < few + 20, "many before it");
}
