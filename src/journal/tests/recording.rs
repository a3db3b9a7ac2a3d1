use super::*;
use crate::floor::diff::Memory;
use crate::floor::pause::{OwnClocks, PAST};
use crate::floor::samples::every_event;
use crate::floor::timeline::is_kept;

#[test]
fn what_is_recorded_is_read_again_as_it_was_and_in_its_order() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let events: Vec<NewEvent> = every_event()
        .into_iter()
        .enumerate()
        .filter(|(_, event)| is_kept(&event.kind))
        .map(|(second, event)| {
            let second = i64::try_from(second).expect("few");
            let server_time = (second % 2 == 0).then(|| at(second + 90));
            NewEvent { event: Event { at: at(second), server_time, ..event }, twin: 0 }
        })
        .collect();
    let seqs = journal.write_round(entry(agent, 0, events.clone()));
    let numbers: Vec<i64> = seqs.into_iter().map(|seq| seq.expect("new")).collect();
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    assert_eq!(journal.last_seq().expect("read"), *numbers.last().expect("some"));
    drop(journal);

    let journal = folder.try_open(Mode::Existing).expect("opened").expect("there").journal;
    let all = journal.all();
    assert_eq!(all.iter().map(|recorded| recorded.seq).collect::<Vec<_>>(), numbers);
    for (recorded, written) in all.iter().zip(&events) {
        let mut expected = written.event.clone();
        // Not written: what the icons are called can be read out of them again.
        if let EventKind::Tag(reported) = &mut expected.kind {
            reported.tag.icon_names.clear();
        }
        assert_eq!(recorded.event, expected);
    }
}

#[test]
fn a_memory_of_what_was_read_again_reports_no_notification_again_for_its_icons() {
    let icons = vec![raw(r#"{"name":"star","n":1}"#), raw(r#"{"name":"phone","n":2}"#)];
    let with_icons =
        crate::floor::answer::Tag { icons, icon_names: vec!["star".into(), "phone".into()], ..tag("a1") };
    let poll = |second, clocks: &mut OwnClocks| {
        let elapsed = clocks.read(at(second), PAST + Duration::from_secs(second.unsigned_abs()));
        // They come in any order.
        let mut tag = with_icons.clone();
        tag.icons.rotate_left(usize::from(second > 0));
        tag.icon_names.rotate_left(usize::from(second > 0));
        let seen = &[tag];
        let poll = crate::floor::samples::tags(second.unsigned_abs(), seen);
        crate::floor::poll_result::PollResult { monotonic: elapsed, elapsed, ..poll }
    };
    let mut clocks = OwnClocks::after_past(at(0));
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let first = Memory::default().restored(None, [], &[], &clocks).diff(&poll(0, &mut clocks));
    journal.write_round(entry(agent, 0, first.to_record().collect()));

    let recorded: Vec<Event> = journal.all().into_iter().map(|recorded| recorded.event).collect();
    let next = Memory::default().restored(None, &recorded, &[], &clocks).diff(&poll(5, &mut clocks));
    let again: Vec<NewEvent> = next.to_record().collect();
    assert_eq!((recorded.len(), again), (1, vec![]));
}

#[test]
fn a_query_selects_by_agent_time_and_number_and_breaks_off() {
    let folder = Folder::new();
    let journal = folder.create();
    let (asha, ravi) =
        (journal.with_asha(), journal.agent(&profile("ravi"), "ravi", Some("7"), at(0)).expect("entered"));
    for second in 0..6 {
        journal.write_round(entry(asha, i64::MAX, vec![tag_event(second, &format!("a{second}"))]));
        journal.write_round(entry(ravi, i64::MAX, vec![tag_event(second, &format!("r{second}"))]));
    }
    let ids = |query: EventQuery, most: usize| {
        let mut ids = vec![];
        let visit = &mut |_, recorded: Recorded| {
            if let EventKind::Tag(reported) = recorded.event.kind {
                ids.push(reported.tag.id.expect("an id").to_string());
            }
            if ids.len() == most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        journal.events(&query, visit).expect("read");
        ids
    };
    let all = EventQuery::default();
    assert_eq!(ids(all.clone(), 3), ["a0", "r0", "a1"]);
    let window = EventQuery { from: Some(at(1)), until: Some(at(3)), ..all.clone() };
    assert_eq!(ids(window.clone(), 99), ["a1", "r1", "a2", "r2"]);
    assert_eq!(ids(EventQuery { agents: Some(vec![ravi]), ..window.clone() }, 99), ["r1", "r2"]);
    assert_eq!(ids(EventQuery { after_seq: 4, ..window }, 99), ["a2", "r2"]);
    assert_eq!(ids(EventQuery { after_seq: 10, agents: Some(vec![asha]), ..all.clone() }, 99), ["a5"]);
    assert_eq!(
        ids(EventQuery { types: &["gap", "tag"], agents: Some(vec![ravi]), ..all.clone() }, 1),
        ["r0"]
    );
    assert_eq!(ids(EventQuery { types: &["gap"], ..all.clone() }, 99), [""; 0]);
    assert_eq!(ids(EventQuery { agents: Some(vec![]), ..all }, 99), [""; 0]);
}

#[test]
fn whoever_is_overtaken_writes_nothing_and_gets_what_the_others_wrote() {
    let folder = Folder::new();
    let (one, other) = (folder.create(), folder.create());
    let agent = one.with_asha();
    let run = one.run();
    one.write_round(entry(agent, 0, vec![tag_event(1, "m1")]));

    let late = Round {
        stdout_took: Some(5),
        entries: vec![Entry {
            coverage: vec![first_answer(0, 9)],
            ..entry(agent, 0, vec![tag_event(2, "m1"), tag_event(2, "m2")])
        }],
        ..round(run, entry(agent, 0, vec![]))
    };
    let Outcome::Overtaken(by) = other.record(&late).expect("read") else { panic!("written") };
    assert_eq!(by, [(agent, Recorded { seq: 1, event: tag_event(1, "m1").event, customer: None })]);
    assert_eq!((one.all().len(), one.all_coverage(agent).len()), (1, 0), "nothing was written");
    assert_eq!(one.runs().expect("read")[0].stdout_took, None);

    // What it has learned, it does not write again; what it did not, the journal knows by its identity.
    let again = Round { entries: vec![Entry { base: 1, ..late.entries[0].clone() }], ..late };
    let Outcome::Written { seqs, last, .. } = other.record(&again).expect("written") else {
        panic!("overtaken")
    };
    let [None, Some(seq)] = seqs[..] else { panic!("{seqs:?}") };
    assert_eq!(seq, last);
    assert_eq!(one.all().len(), 2);
    assert_eq!(one.runs().expect("read")[0].stdout_took, Some(5));
    // What others write about somebody else overtakes nobody.
    let ravi = one.agent(&profile("ravi"), "ravi", None, at(0)).expect("entered");
    one.write_round(entry(ravi, 0, vec![tag_event(3, "r1")]));
    other.write_round(entry(agent, last, vec![tag_event(3, "m3")]));
}

#[test]
fn what_a_later_version_wrote_is_passed_over_and_overtakes_nobody() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    journal.write_round(entry(agent, 0, vec![tag_event(1, "m1"), tag_event(2, "m2")]));
    let later = "UPDATE event SET type = 'mood_changed' WHERE seq = 2";
    journal.connection.execute_batch(later).expect("changed");
    assert_eq!(journal.write_round(entry(agent, 1, vec![tag_event(3, "m3")])), [Some(3)]);
    let seqs: Vec<_> = journal.all().iter().map(|recorded| recorded.seq).collect();
    assert_eq!(seqs, [1, 3]);
}

#[test]
fn what_is_known_already_uses_up_no_number() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    assert_eq!(journal.write_round(entry(agent, 0, vec![tag_event(1, "a1")])), [Some(1)]);
    let again = vec![tag_event(2, "a1"), tag_event(2, "a2")];
    assert_eq!(journal.write_round(entry(agent, 1, again)), [None, Some(2)]);
    assert_eq!(journal.last_seq().expect("read"), 2);
}

#[test]
fn each_change_of_a_notification_is_kept_under_the_next_number() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let changes = [r#"{"status":"ringing"}"#, r#"{"status":"answered"}"#, r#"{"status":"ringing"}"#];
    journal.write_round(entry(agent, 0, vec![tag_event(1, "m1")]));
    for json in changes {
        let seqs = journal.write_round(entry(agent, i64::MAX, vec![changed(2, "m1", json)]));
        assert!(seqs[0].is_some());
    }
    assert_eq!(journal.all().len(), 4);
    assert_eq!(journal.write_round(entry(agent, i64::MAX, vec![tag_event(9, "m1")])), [None]);
}

/// Somebody who has forgotten the notification reports it as new: after a day without answers, or when the clock was set
/// forth by one.
#[test]
fn another_state_is_kept_although_who_records_it_has_forgotten_the_notification() {
    let forgotten = |second, json: &str| {
        let NewEvent { mut event, twin } = changed(second, "m1", json);
        if let EventKind::Tag(reported) = &mut event.kind {
            reported.changed = false;
        }
        NewEvent { event, twin }
    };
    let (ringing, answered) = (r#"{"status":"ringing"}"#, r#"{"status":"answered"}"#);
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    journal.write_round(entry(agent, 0, vec![tag_event(1, "m1"), changed(2, "m1", ringing)]));
    let record = |new| journal.write_round(entry(agent, i64::MAX, vec![new]))[0].is_some();
    assert!(!record(tag_event(90_000, "m1")));
    assert!(!record(forgotten(90_001, ringing)));
    assert!(record(forgotten(90_002, answered)));
    assert!(!record(forgotten(90_003, r#"{ "status" : "answered" }"#)), "it is written in another way");
    let EventKind::Tag(last) = journal.all().pop().expect("recorded").event.kind else { panic!("a tag") };
    assert_eq!((last.changed, last.tag.fields.get()), (true, answered));
}

#[test]
fn twins_without_id_are_as_many_as_there_are() {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let twin = |second, twin| {
        let tag = crate::floor::answer::Tag { time: Some(at(0)), ..nameless("{}") };
        let reported = ReportedTag { tag, initial: false, changed: false };
        NewEvent { twin, ..event(second, EventKind::Tag(Box::new(reported))) }
    };
    let seqs = journal.write_round(entry(agent, 0, vec![twin(1, 0), twin(1, 1)]));
    assert!(seqs.iter().all(Option::is_some));
    assert_eq!(journal.write_round(entry(agent, 9, vec![twin(5, 0), twin(5, 1)])), [None, None]);
}

#[test]
fn an_agent_keeps_its_number_and_takes_a_later_name() {
    let folder = Folder::new();
    let journal = folder.create();
    assert_eq!(journal.find(&asha()).expect("read"), None);
    let agent = journal.with_asha();
    assert_eq!(journal.agent(&asha(), "asha", Some("13"), at(0)).expect("entered"), agent);
    assert_eq!(journal.find(&asha()).expect("read"), Some(agent));
    let variables = journal.key_of_variables(SERVER, "user-7");
    let other = journal.agent(&variables, "env", None, at(0)).expect("entered");
    assert_ne!(other, agent);
    // Under the key of this journal, and no other.
    let again = folder.create();
    assert_eq!(again.find(&again.key_of_variables(SERVER, "user-7")).expect("read"), Some(other));
    assert_ne!(Folder::new().create().key_of_variables(SERVER, "user-7"), variables);
    let rows = again.agents().expect("read");
    assert_eq!(rows.iter().map(|row| row.profile.as_str()).collect::<Vec<_>>(), ["asha", "env"]);
    assert_eq!(rows[0].agent_id.as_deref(), Some("13"));
}

#[test]
fn no_secret_is_written_whatever_it_looks_like() {
    for secret in ["ssid-4711-secret", "1234567890123", "a\":1,\"b", "quote\"and\\slash"] {
        let folder = Folder::new();
        folder.settings.redactor.hide(secret);
        let journal = folder.create();
        let agent = journal.with_asha();
        let text = serde_json::Value::from(secret);
        let number = if secret.parse::<u64>().is_ok() { secret } else { "0" };
        let json = format!(r#"{{"kept":"this","text":{text},"number":{number},{text}:1,"a":1,"b":2}}"#);
        let mut leaking = changed(1, "m1", &json);
        let EventKind::Tag(reported) = &mut leaking.event.kind else { panic!() };
        reported.tag.message = Some(format!("before {secret} after").into());
        journal.write_round(entry(agent, 0, vec![leaking]));
        let [recorded] = &journal.all()[..] else {
            let body: String =
                journal.connection.query_row("SELECT body FROM event", [], |row| row.get(0)).expect("a row");
            panic!("unreadable: {body}")
        };
        let shown = format!("{:?}", recorded.event);
        assert!(!shown.contains(secret) && shown.contains("m1"), "{shown}");
        drop(journal);
        for name in folder.names() {
            let bytes = std::fs::read(folder.folder.path().join("state").join(&name)).expect("read");
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{name} holds {secret:?}");
        }
    }
}

#[test]
fn a_statement_is_prepared_once_whatever_is_bound() {
    let folder = Folder::new();
    let journal = folder.create();
    for until in 1..=3 {
        let mut find = journal
            .statement("SELECT min(from_at) FROM coverage WHERE agent = ?1 AND part = ?2 AND from_at > ?3")
            .expect("prepared");
        let found: rusqlite::Result<Option<i64>> =
            find.query_row(rusqlite::params![7, "tags", until], |row| row.get(0));
        assert_eq!(found, Ok(None));
        assert_eq!(find.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }
}

#[test]
fn what_went_on_as_a_window_began_is_remembered_whatever_began_since() {
    use crate::floor::event::{BreakEnded, BreakStarted};
    let started = |second, reason: &str| {
        let started = BreakStarted { reason: Some(reason.into()), since: None, detail: None };
        event(second, EventKind::BreakStarted(started))
    };
    let over = BreakEnded { reason: None, since: None, lasted_seconds: None };
    let ended = |second| event(second, EventKind::BreakEnded(over.clone()));
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let events = vec![started(1, "Tea"), ended(2), started(3, "Lunch"), ended(7), started(8, "Tea")];
    journal.write_round(entry(agent, 0, events));
    let remembered = |from| -> Vec<i64> {
        let remembered = journal.to_remember(agent, at(from)).expect("read");
        remembered.iter().map(|recorded| recorded.seq).collect()
    };
    assert_eq!(remembered(5), [3, 4, 5]);
    assert_eq!(remembered(9), [5]);
    assert_eq!(remembered(0), [1, 2, 3, 4, 5]);
}

#[test]
fn what_goes_on_is_remembered_however_the_clock_was_set_before_it_began() {
    use crate::floor::event::{BreakEnded, BreakStarted};
    const DAY: i64 = 24 * 3600;
    let started = |second| {
        event(second, EventKind::BreakStarted(BreakStarted { reason: None, since: None, detail: None }))
    };
    let ended = BreakEnded { reason: None, since: None, lasted_seconds: None };
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    // The clock was a day behind when the second one began.
    let events =
        vec![started(3 * DAY), event(3 * DAY + 60, EventKind::BreakEnded(ended)), started(2 * DAY + 3600)];
    journal.write_round(entry(agent, 0, events.clone()));
    let remembered = journal.to_remember(agent, at(4 * DAY)).expect("read");
    assert_eq!(remembered.last().map(|recorded| &recorded.event), events.last().map(|new| &new.event));
}

#[test]
fn what_is_over_is_remembered_as_over_though_the_clock_was_set_back_before_it_ended() {
    use crate::floor::event::{BreakEnded, BreakStarted, WrapupEnded, WrapupStarted};
    const DAY: i64 = 24 * 3600;
    let on_break = EventKind::BreakStarted(BreakStarted { reason: None, since: None, detail: None });
    let back = EventKind::BreakEnded(BreakEnded { reason: None, since: None, lasted_seconds: None });
    let in_wrapup = WrapupStarted { ends_at: None, remaining_seconds: None, call_id: None, customer: None };
    let ready = WrapupEnded { ends_at: None, call_id: None, customer: None };
    let wrapup = (EventKind::WrapupStarted(in_wrapup), EventKind::WrapupEnded(ready));
    for (begun, over) in [(on_break, back), wrapup] {
        let folder = Folder::new();
        let journal = folder.create();
        let agent = journal.with_asha();
        // The clock was two days ahead when it began, and its end lies before the window.
        journal.write_round(entry(agent, 0, vec![event(3 * DAY, begun), event(DAY, over)]));
        let remembered = journal.to_remember(agent, at(2 * DAY)).expect("read");
        assert_eq!(remembered.iter().map(|recorded| recorded.seq).collect::<Vec<_>>(), [1, 2]);
    }
}

#[test]
fn a_secret_that_a_server_gives_for_the_agents_id_is_not_kept() {
    let folder = Folder::new();
    folder.settings.redactor.hide("a-session-id");
    let journal = folder.create();
    let agent = journal.agent(&asha(), "asha", Some("agent a-session-id"), at(0)).expect("entered");
    let kept = journal.row(agent).expect("read").expect("known").agent_id;
    assert_eq!(kept.as_deref(), Some("agent ••••"));
}
