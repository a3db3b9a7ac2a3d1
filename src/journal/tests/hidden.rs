//! What the journal keeps masked is known again when an answer has it whole.

use super::*;
use crate::floor::answer::Tag;
use crate::floor::diff::Memory;
use crate::floor::pause::{OwnClocks, PAST};
use crate::floor::poll_result::PollResult;

/// Called about by a customer, at that second.
fn about(second: i64, id: Option<&str>, customer: &str, status: &str) -> Tag {
    let id_field = id.map_or_else(String::new, |id| format!(r#""_id":"{id}","#));
    let fields =
        format!(r#"{{{id_field}"cNumber":"{customer}","status":"{status}","note":"of {customer}"}}"#);
    Tag {
        id: id.map(Into::into),
        time: Some(at(second)),
        message: Some(format!("call {customer} back").into()),
        customer: Some(customer.into()),
        fields: raw(&fields),
        ..nameless("{}")
    }
}

/// Each answer comes to a run of its own, which records what is new; how many notifications and changes that are.
fn recorded_by(folder: &Folder, answers: &[(i64, Vec<Tag>)]) -> Vec<(usize, usize)> {
    let journal = folder.create();
    let agent = journal.with_asha();
    let record = |(second, tags): &(i64, Vec<Tag>)| {
        let clocks = OwnClocks::after_past(at(*second));
        let base = journal.last_seq().expect("read");
        let known: Vec<Event> = journal.all().into_iter().map(|recorded| recorded.event).collect();
        let memory = Memory::hiding(journal.hiding()).restored(None, &known, &[], &clocks);
        let poll = crate::floor::samples::tags(second.unsigned_abs(), tags);
        let difference = memory.diff(&PollResult { monotonic: PAST, elapsed: PAST, ..poll });
        let events: Vec<NewEvent> = difference.to_record().collect();
        let is_change = |new: &&NewEvent| matches!(&new.event.kind, EventKind::Tag(tag) if tag.changed);
        let changes = events.iter().filter(is_change).count();
        let found = (events.len() - changes, changes);
        journal.write_round(entry(agent, base, events));
        journal.mask_old_numbers(at(*second)).expect("masked");
        found
    };
    answers.iter().map(record).collect()
}

const DELAYS: [Numbers; 3] = [Numbers::Keep, Numbers::Never, Numbers::For(Duration::from_secs(60))];

#[test]
fn a_masked_notification_is_known_again_and_a_change_of_it_is_recorded_once() {
    for numbers in DELAYS {
        for id in [Some("a1"), None] {
            let waiting = || about(1, id, "919812345678", "waiting");
            let answered = || about(1, id, "919812345678", "answered");
            let other = || about(1, id.map(|_| "a2"), "918888845678", "waiting");
            let answers = [
                (10, vec![waiting()]),
                (110, vec![waiting()]),
                (210, vec![answered()]),
                (310, vec![answered()]),
                // Two servers take turns.
                (410, vec![waiting()]),
                // Another customer whose number ends alike.
                (510, vec![waiting(), other()]),
                (610, vec![other(), waiting()]),
            ];
            let found = recorded_by(&Folder::with(numbers), &answers);
            assert_eq!(found, [(1, 0), (0, 0), (0, 1), (0, 0), (0, 0), (1, 0), (0, 0)], "{numbers:?} {id:?}");
        }
    }
}

#[test]
fn twins_stay_as_many_as_they_are() {
    for numbers in DELAYS {
        let twin = |note: &str| Tag { fields: raw(note), ..about(1, None, "919812345678", "waiting") };
        let (first, second) = (twin(r#""of 919812345678""#), twin(r#""of 918888888888""#));
        let answers = [
            (10, vec![first.clone()]),
            (110, vec![first.clone(), second.clone()]),
            (210, vec![second.clone(), first.clone()]),
            (310, vec![second.clone()]),
            (410, vec![first.clone(), second.clone(), second]),
        ];
        let found = recorded_by(&Folder::with(numbers), &answers);
        assert_eq!(found, [(1, 0), (1, 0), (0, 0), (0, 0), (1, 0)], "{numbers:?}");
    }
}

#[test]
fn a_secret_that_the_server_repeats_changes_nothing() {
    let folder = Folder::new();
    folder.settings.redactor.hide("s3cret-of-asha");
    let tag = Tag { fields: raw(r#"{"_id":"a1","by":"s3cret-of-asha"}"#), ..tag("a1") };
    let found = recorded_by(&folder, &[(10, vec![tag.clone()]), (110, vec![tag])]);
    assert_eq!(found, [(1, 0), (0, 0)]);
}
