use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::floor::answer::{Break, Tag, Wrapup};
use crate::floor::event::{AgentChanged, BreakChanged, BreakEnded, BreakStarted, WrapupEnded, WrapupStarted};
use crate::floor::pause::OwnClocks;
use crate::floor::poll_result::PollResult;
use crate::journal::memory::remembered_from;

const HOUR: i64 = 3600;

/// Event `number` of a floor, of one of eight kinds.
fn any_event(number: usize, kind: u8, second: i64) -> NewEvent {
    let name = Some(number.to_string());
    let kind = match kind {
        0 => return reported(second, named(number)),
        7 => return reported(second, nameless(&number.to_string())),
        1 => EventKind::AgentChanged(AgentChanged { from: None, to: name }),
        2 => EventKind::BreakStarted(BreakStarted { reason: name, since: None, detail: None }),
        3 => {
            EventKind::BreakChanged(BreakChanged { reason: name, previous_reason: "Tea".into(), since: None })
        }
        4 => EventKind::BreakEnded(BreakEnded { reason: None, since: None, lasted_seconds: None }),
        5 => EventKind::WrapupStarted(WrapupStarted {
            ends_at: None,
            remaining_seconds: None,
            call_id: name,
            customer: None,
        }),
        _ => EventKind::WrapupEnded(WrapupEnded { ends_at: None, call_id: None, customer: None }),
    };
    event(second, kind)
}

fn reported(second: i64, tag: Tag) -> NewEvent {
    event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false })))
}

/// Some ids are written with an escape, and some as if they were masked.
fn named(number: usize) -> Tag {
    let tag = tag(&number.to_string());
    let id = match number % 5 {
        0 => format!("\"{number}"),
        1 => format!("•{number}"),
        _ => return tag,
    };
    Tag { id: Some(id.into()), ..tag }
}

fn answered_tag((number, has_id, is_changed): (usize, bool, bool)) -> Tag {
    match (has_id, is_changed) {
        (true, false) => named(number),
        (true, true) => Tag { fields: raw(r#"{"status":"answered"}"#), ..named(number) },
        (false, _) => nameless(&number.to_string()),
    }
}

fn numbers(recorded: &[Recorded], is: impl Fn(&Recorded) -> bool) -> Vec<i64> {
    recorded.iter().filter(|one| is(one)).map(|one| one.seq).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever happened, and however the clock was set meanwhile.
    #[test]
    fn a_memory_for_an_answer_finds_in_it_what_one_of_the_whole_day_does(
        happened in vec((0_u8..8, 0..30 * HOUR), 0..40),
        answered in option::of(vec((0_usize..50, any::<bool>(), any::<bool>()), 0..20)),
        read_ahead in option::of((6 * HOUR..30 * HOUR, 0_i64..45)),
        (breaks, wrapups) in any::<(bool, bool)>(),
    ) {
        let settings = Settings { redactor: Redactor::default(), numbers: Numbers::Keep };
        let journal = Journal::in_memory(settings, at(0)).expect("made");
        let agent = journal.with_asha();
        // With that it begins, if anything goes on.
        let begun = [(1, 0), (2, 0), (5, 0)];
        let events = begun.iter().chain(&happened).enumerate();
        let events = events.map(|(number, (kind, second))| any_event(number, *kind, *second)).collect();
        journal.write_round(entry(agent, 0, events));
        let now = at(30 * HOUR);
        let clocks = OwnClocks::after_past(now);
        // An answer repeats some, has some with another content, and others than were recorded.
        let answer = answered.map(|answered| answered.into_iter().map(answered_tag).collect::<Vec<_>>());
        let mut poll = PollResult::new("asha", now);
        poll.tags.clone_from(&answer);
        poll.break_state = breaks.then(|| Break { on_break: true, ..Break::default() });
        poll.wrapup = wrapups.then(|| Wrapup { in_wrapup: true, ..Wrapup::default() });
        let day = journal.memory(agent, i64::MAX, now, &clocks).expect("read");
        let is_tag = |one: &Recorded| matches!(one.event.kind, EventKind::Tag(_));
        // Some was recorded after the rest had been read, and of that some while a clock was behind.
        let first = |from| day.recorded.iter().filter(|one| one.event.at >= from).map(|one| one.seq).min();
        let ahead = read_ahead.map(|(second, last)| {
            let from = at(second);
            let is_read = |one: &&Recorded| {
                let is_in_window = one.event.at >= from || first(from).is_some_and(|first| first <= one.seq);
                is_tag(one) && is_in_window && one.seq <= last
            };
            ReadAhead { from, last, tags: day.recorded.iter().filter(is_read).cloned().collect() }
        });
        let is_read = ahead.is_some();
        let since = journal.remembered_since(&[agent], now).expect("read");
        let needed = journal.memory_for(Compared::with(&poll), ahead, agent, i64::MAX, since, &clocks).expect("read");
        if breaks && wrapups {
            prop_assert_eq!(format!("{:?}", needed.memory.state()), format!("{:?}", day.memory.state()));
        }
        let (expected, found) = (day.memory.diff(&poll), needed.memory.diff(&poll));
        prop_assert_eq!(found.events, expected.events);
        prop_assert_eq!(format!("{:?}", found.marks), format!("{:?}", expected.marks));
        prop_assert_eq!(needed.ahead.is_some(), is_read);
        if let Some(listed) = needed.ahead {
            let newer = day.recorded.iter().filter(|one| is_tag(one) && one.event.at >= listed.from);
            let newer: Vec<i64> = newer.map(|one| one.seq).collect();
            let listed = numbers(&listed.tags, |_| true);
            prop_assert!(newer.iter().all(|seq| listed.contains(seq)), "{newer:?} {listed:?}");
            prop_assert!(listed.is_sorted_by(|one, next| one < next), "{listed:?}");
        }
    }
}

const WHOLE: Compared<'_> = Compared { tags: Some(&[]), breaks: true, wrapups: true };

/// All of the last day, read ahead.
fn recent(journal: &Journal, agent: AgentRef, now: Timestamp) -> Option<ReadAhead> {
    journal.read_ahead(&[agent], remembered_from(now)).expect("read").remove(&agent)
}

/// A shift has a hundred wrap-ups of an agent, and whoever goes on has to know the last one.
#[test]
fn a_memory_is_restored_from_recent_notifications_and_from_what_goes_on() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let [tag, another, started, ended, wrapup, over] = [0, 1, 2, 4, 5, 6];
    let kinds =
        [tag, over, another, started, wrapup, over, ended, another, tag, wrapup, started, over, tag, wrapup];
    let events = kinds.iter().enumerate();
    let events =
        events.map(|(number, kind)| any_event(number, *kind, 60 * i64::try_from(number).expect("few")));
    journal.write_round(entry(agent, 0, events.collect()));
    let remembered = |minute: i64, base| {
        let now = at(24 * HOUR + 60 * minute);
        let clocks = OwnClocks::after_past(now);
        let since = journal.remembered_since(&[agent], now).expect("read");
        let states = journal.states(agent, base, WHOLE).expect("read");
        let known = journal.memory_for(WHOLE, recent(&journal, agent, now), agent, base, since, &clocks);
        let tags = known.expect("read").ahead.expect("read").tags;
        let mut known = [numbers(&states, |_| true), numbers(&tags, |one| one.seq <= base)].concat();
        known.sort_unstable();
        known
    };
    assert_eq!(remembered(12, i64::MAX), [8, 11, 13, 14]);
    assert_eq!(remembered(0, i64::MAX), [1, 8, 9, 11, 13, 14]);
    assert_eq!(remembered(0, 10), [1, 4, 7, 8, 9, 10], "the last of what was known then");
    assert_eq!(remembered(0, 2), [1, 2], "what ended has no beginning that was recorded");
}

#[test]
fn what_was_recorded_while_the_clock_was_a_day_behind_is_not_forgotten_once_it_is_right() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let (day, tag) = (24 * HOUR, 0);
    let times = [0, day, 2 * day + 60, day + 120, HOUR, 2 * day + 180];
    let events = (0..).zip(times).map(|(number, at)| any_event(number, tag, at)).collect();
    journal.write_round(entry(agent, 0, events));
    let now = at(3 * day);
    let whole = journal.memory(agent, i64::MAX, now, &OwnClocks::after_past(now)).expect("read");
    assert_eq!(numbers(&whole.recorded, |_| true), [3, 4, 6], "and nothing that is older than that");
    let ahead = journal.read_ahead(&[agent], at(2 * day)).expect("read").remove(&agent).expect("the agent");
    assert_eq!(numbers(&ahead.tags, |_| true), [3, 4, 6], "nor is it left out of a list");
    let query = EventQuery {
        agents: Some(vec![agent]),
        from: Some(at(2 * day)),
        with_clock_behind: true,
        ..EventQuery::default()
    };
    assert_eq!(numbers(&journal.list_events(&query).expect("read"), |_| true), [3, 4, 6]);
}

#[test]
fn what_has_no_time_of_its_own_is_listed_by_when_it_was_noticed_whatever_was_recorded_ahead() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let dated = |name: &str| Tag { time: Some(at(0)), ..tag(name) };
    let changed = |second, tag: Tag| {
        let kind = EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: true }));
        event(second, kind)
    };
    let timeless = |name: &str| Tag { time: None, ..tag(name) };
    let events = vec![
        reported(50 * HOUR, timeless("ahead")),
        reported(14 * HOUR, timeless("old")),
        reported(14 * HOUR, nameless("{}")),
        reported(14 * HOUR, dated("dated")),
        changed(14 * HOUR, timeless("ahead")),
        reported(20 * HOUR, timeless("new")),
    ];
    journal.write_round(entry(agent, 0, events));
    let ahead = journal.read_ahead(&[agent], at(19 * HOUR)).expect("read").remove(&agent).expect("the agent");
    assert_eq!(numbers(&ahead.tags, |_| true), [1, 4, 5, 6]);
}

#[test]
fn what_was_seen_of_another_agent_of_the_session_is_remembered_however_old() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let other = AgentChanged { from: Some("12".into()), to: Some("13".into()) };
    let ended = BreakEnded { reason: None, since: None, lasted_seconds: None };
    let kinds = [EventKind::AgentChanged(other), EventKind::BreakEnded(ended)];
    journal.write_round(entry(agent, 0, kinds.map(|kind| event(1, kind)).into()));
    let recorded = journal.to_remember(agent, at(30 * HOUR)).expect("read");
    assert_eq!(numbers(&recorded, |_| true), [1, 2]);
}
