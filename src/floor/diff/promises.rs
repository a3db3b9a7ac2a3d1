//! The promise of the watch, case by case: each of these lost or doubled something in another program.

use super::*;
use crate::floor::samples::{at, nameless, raw, tag, tags};

/// Commits; ids (or contents) of the tags, and the words of anything else.
fn reported(memory: &mut Memory, poll: &PollResult) -> Vec<String> {
    let Difference { events, change, .. } = memory.diff(poll);
    memory.commit(change);
    events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Tag(reported) => {
                let tag = &reported.tag;
                let name = tag.id.as_deref().unwrap_or(tag.fields.get()).to_owned();
                if reported.changed { format!("{name} changed") } else { name }
            }
            EventKind::Gap(gap) => gap.why.word().to_owned(),
            EventKind::State(state) => state.because.word().to_owned(),
            other => other.words().name.to_owned(),
        })
        .collect()
}

/// A memory after a first poll that held `seen`.
fn after_first(seen: &[Tag]) -> Memory {
    let mut memory = Memory::default();
    reported(&mut memory, &tags(0, seen));
    memory
}

const NOTHING: [&str; 0] = [];

#[test]
fn equal_times_are_no_boundary() {
    let same_time = |id: &str| Tag { time: Some(at(0)), ..tag(id) };
    let mut memory = after_first(&[same_time("a")]);
    assert_eq!(reported(&mut memory, &tags(5, &[same_time("a"), same_time("b")])), ["b"]);
    assert_eq!(reported(&mut memory, &tags(10, &[same_time("a"), same_time("b"), same_time("c")])), ["c"]);
}

#[test]
fn a_tag_dated_in_the_future_disturbs_nobody() {
    let future = Tag { time: Some("2099-01-01T00:00:00Z".parse().expect("a time")), ..tag("f") };
    let mut memory = after_first(&[tag("a1")]);
    assert_eq!(reported(&mut memory, &tags(5, &[tag("a1"), future.clone()])), ["f"]);
    assert_eq!(reported(&mut memory, &tags(10, &[tag("a1"), future.clone(), tag("a6")])), ["a6"]);
    for second in 3..20_000 {
        assert_eq!(reported(&mut memory, &tags(second * 5, std::slice::from_ref(&future))), NOTHING);
    }
}

#[test]
fn a_failed_poll_moves_nothing() {
    // A failed poll has no result: the next one is compared with what was reported before it.
    let mut memory = after_first(&[tag("a1")]);
    assert_eq!(reported(&mut memory, &tags(600, &[tag("a1"), tag("a200")])), ["a200"]);
}

#[test]
fn a_late_tag_with_an_older_time_is_reported() {
    let mut memory = after_first(&[tag("a100")]);
    assert_eq!(reported(&mut memory, &tags(120, &[tag("a100"), tag("a110")])), ["a110"]);
    assert_eq!(reported(&mut memory, &tags(125, &[tag("a90"), tag("a100"), tag("a110")])), ["a90"]);
}

#[test]
fn an_id_used_again_with_new_content_is_reported_once_more() {
    let before = tag("a1");
    let after = Tag { fields: raw(r#"{"_id":"a1","status":"done"}"#), ..before.clone() };
    let mut memory = after_first(&[before]);
    assert_eq!(reported(&mut memory, &tags(5, std::slice::from_ref(&after))), ["a1 changed"]);
    assert_eq!(reported(&mut memory, &tags(10, std::slice::from_ref(&after))), NOTHING);
}

#[test]
fn an_empty_answer_between_two_full_ones_repeats_nothing() {
    let full = [tag("a1"), tag("a2"), nameless("{}"), nameless("{}")];
    let mut memory = after_first(&full);
    assert_eq!(reported(&mut memory, &tags(5, &[])), NOTHING);
    assert_eq!(reported(&mut memory, &tags(10, &full)), NOTHING);
}

#[test]
fn an_identical_answer_in_another_order_is_no_news() {
    let spelled = |json: &str| Tag { id: Some("a1".into()), ..nameless(json) };
    let mut memory = after_first(&[spelled(r#"{"_id":"a1","n":1}"#), tag("b2"), nameless("{}")]);
    let reordered = [nameless("{ }"), tag("b2"), spelled(r#"{"n":1, "_id":"a1"}"#)];
    assert_eq!(reported(&mut memory, &tags(5, &reordered)), NOTHING);
}

#[test]
fn an_older_answer_after_a_newer_one_repeats_nothing() {
    let old = [tag("a1"), tag("a2")];
    let new = [tag("a2"), tag("a3")];
    let mut memory = after_first(&old);
    assert_eq!(reported(&mut memory, &tags(5, &new)), ["a3"]);
    assert_eq!(reported(&mut memory, &tags(10, &old)), NOTHING);
    assert_eq!(reported(&mut memory, &tags(15, &new)), NOTHING);
}

#[test]
fn two_watchers_of_a_window_both_see_all_and_are_not_warned() {
    for _ in 0..2 {
        let mut memory = after_first(&[]);
        let mut answer = Vec::new();
        for second in (5..300_u64).step_by(5) {
            answer.push(tag(&format!("a{second}")));
            assert_eq!(reported(&mut memory, &tags(second, &answer)), [format!("a{second}")]);
        }
        assert_eq!(memory.delivery_mode(), Some(DeliveryMode::Repeats));
    }
}

#[test]
fn two_watchers_of_a_cursor_are_both_warned_once() {
    let mut memories = [after_first(&[]), after_first(&[])];
    let mut warnings = [0, 0];
    for second in 1..400_u64 {
        let watcher = usize::from(second % 2 == 0);
        // One call takes what came since the other's call away from it.
        let news = reported(&mut memories[watcher], &tags(second, &[tag(&format!("a{second}"))]));
        warnings[watcher] += news.iter().filter(|word| *word == "read_once").count();
        assert!(news.contains(&format!("a{second}")));
    }
    assert_eq!(warnings, [1, 1]);
    assert_eq!(memories.map(|memory| memory.delivery_mode()), [Some(DeliveryMode::Once); 2]);
}

#[test]
fn a_lost_answer_is_a_gap_unless_the_server_repeats() {
    let cut = |poll: PollResult| PollResult { read_was_cut: true, ..poll };
    // Nothing known of the server yet.
    let mut memory = after_first(&[]);
    assert_eq!(reported(&mut memory, &cut(tags(10, &[tag("a6")]))), ["answer_lost", "a6"]);
    // It repeats: the answer at hand shows it.
    let mut memory = after_first(&[tag("a1")]);
    assert_eq!(reported(&mut memory, &cut(tags(10, &[tag("a1"), tag("a6")]))), ["a6"]);
    // It was seen to repeat before, and the floor is quiet now.
    let mut memory = after_first(&[tag("a1")]);
    reported(&mut memory, &tags(5, &[tag("a1")]));
    assert_eq!(reported(&mut memory, &cut(tags(10, &[]))), NOTHING);
    // The very first answer was lost: what it held is older than the watch, but may have been news.
    let mut memory = Memory::default();
    assert_eq!(reported(&mut memory, &cut(tags(10, &[]))), ["first_look", "answer_lost"]);
}

#[test]
fn a_kept_connection_that_has_ended_is_a_gap_only_where_each_notification_is_shown_once() {
    let resent = |poll: PollResult| PollResult { was_resent: true, ..poll };
    let mut quiet = after_first(&[]);
    assert_eq!(reported(&mut quiet, &resent(tags(5, &[]))), NOTHING);
    assert_eq!(reported(&mut quiet, &resent(tags(10, &[tag("a1")]))), ["a1"]);
    let mut repeating = after_first(&[tag("a1")]);
    assert_eq!(reported(&mut repeating, &resent(tags(5, &[tag("a1"), tag("a2")]))), ["a2"]);
    let mut once = after_first(&[tag("a1")]);
    for second in 1..9 {
        reported(&mut once, &tags(5 * second, &[tag(&format!("b{second}"))]));
    }
    assert_eq!(once.delivery_mode(), Some(DeliveryMode::Once));
    assert_eq!(reported(&mut once, &resent(tags(50, &[tag("c")]))), ["answer_lost", "c"]);
    assert_eq!(reported(&mut once, &tags(55, &[tag("d")])), ["d"]);
}

#[test]
fn an_outage_within_the_window_loses_nothing_and_reports_nothing() {
    let mut memory = after_first(&[tag("a1")]);
    let back = 55 * 60 + 70;
    assert_eq!(reported(&mut memory, &tags(back, &[tag("a1"), tag("a5"), tag("a3000")])), ["a5", "a3000"]);
}

#[test]
fn a_longer_outage_is_a_gap() {
    let mut memory = after_first(&[tag("a1")]);
    assert_eq!(reported(&mut memory, &tags(3 * 3600, &[tag("a9000")])), ["outage", "a9000"]);
    assert_eq!(reported(&mut memory, &tags(3 * 3600 + 5, &[tag("a9000")])), NOTHING);
}

#[test]
fn a_wall_clock_set_by_a_day_neither_repeats_nor_loses() {
    let mut memory = after_first(&[tag("a1")]);
    for (second, wall) in [(5_u64, 86_400_i64), (10, -86_400), (15, 0)] {
        let poll = PollResult { taken_at: at(wall), ..tags(second, &[tag("a1")]) };
        let words = reported(&mut memory, &poll);
        assert!(words.iter().all(|word| word == "clock_skew"), "{words:?}");
    }
    assert_eq!(reported(&mut memory, &tags(20, &[tag("a1"), tag("a16")])), ["a16"]);
}

#[test]
fn an_outage_from_the_very_start_is_a_gap_too() {
    let mut memory = Memory::default();
    assert_eq!(reported(&mut memory, &tags(3 * 3600, &[])), ["first_look", "outage"]);
    let mut memory = Memory::default();
    assert_eq!(reported(&mut memory, &tags(55 * 60, &[])), ["first_look"]);
}
