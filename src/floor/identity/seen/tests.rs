use std::collections::{HashMap as Model, HashSet};
use std::sync::mpsc::channel;
use std::thread;

use proptest::prelude::*;

use super::*;
use crate::floor::samples::{nameless, raw, tag};

const STEP: Duration = Duration::from_secs(60);

/// Compares and remembers; the places of what is new.
fn news(seen: &mut Seen, tags: &[Tag], awake: Duration) -> Vec<usize> {
    let comparison = seen.compare(tags, awake);
    seen.remember(comparison.appearance);
    comparison.news.iter().map(|news| news.place).collect()
}

fn attend(seen: &mut Seen, tags: &[Tag], length: Duration) {
    for _ in 0..length.as_secs() / STEP.as_secs() {
        assert!(news(seen, tags, STEP).is_empty());
    }
}

#[test]
fn twins_are_two_and_a_third_is_one_more() {
    let twin = nameless(r#"{"call":"A"}"#);
    let mut seen = Seen::default();
    assert_eq!(news(&mut seen, &[twin.clone(), twin.clone()], STEP), [0, 1]);
    assert!(news(&mut seen, &[twin.clone(), twin.clone()], STEP).is_empty());
    assert_eq!(news(&mut seen, &[twin.clone(), twin.clone(), twin.clone()], STEP), [2]);
    assert!(news(&mut seen, &[twin], STEP).is_empty());
}

fn twin(number: usize, status: usize) -> Tag {
    Tag { time: tag("1").time, ..nameless(&format!(r#"{{"n":{number},"status":{status}}}"#)) }
}

#[test]
fn twins_that_have_all_changed_are_known_again() {
    for count in [2, 10, 30] {
        let mut seen = Seen::default();
        (0..count).for_each(|number| seen.learn(&twin(number, 1), false));
        (0..count).for_each(|number| seen.learn(&twin(number, 2), true));
        let answer: Vec<Tag> = (0..count).map(|number| twin(number, 2)).collect();
        attend(&mut seen, &answer, STEP * 3);
    }
}

#[test]
fn many_twins_that_have_changed_are_learned_without_comparing_each_with_each() {
    let (sender, learned) = channel();
    thread::spawn(move || {
        let mut seen = Seen::default();
        (0..400).for_each(|number| seen.learn(&twin(number, 1), false));
        (0..400).for_each(|number| seen.learn(&twin(number, 2), true));
        sender.send(seen.len())
    });
    // It would be the better part of an hour.
    assert_eq!(learned.recv_timeout(Duration::from_secs(60)), Ok(400));
}

#[test]
fn the_same_id_with_the_same_content_is_one() {
    let mut seen = Seen::default();
    let comparison = seen.compare(&[tag("a1"), tag("a1")], STEP);
    assert_eq!(comparison.news, [News { place: 0, changed: false, twin: 0 }]);
    assert_eq!(comparison.counts.repeated, 0, "a double within one answer shows nothing about the server");
    seen.remember(comparison.appearance);
    assert_eq!(seen.compare(&[tag("a1")], STEP).counts.repeated, 1);
    let changed = Tag { fields: raw(r#"{"_id":"a1","done":true}"#), ..tag("a1") };
    let comparison = seen.compare(&[changed.clone(), changed.clone()], STEP);
    assert_eq!(comparison.news, [News { place: 0, changed: true, twin: 0 }]);
    assert_eq!(comparison.counts.repeated, 0, "nor does a double of what has changed");
    assert_eq!(seen.compare(&[tag("a1"), changed], STEP).counts.repeated, 1);
}

#[test]
fn each_content_of_an_id_is_reported_once_even_if_an_older_one_comes_back() {
    let before = tag("a1");
    let after = Tag { fields: raw(r#"{"_id":"a1","done":true}"#), ..before.clone() };
    let mut seen = Seen::default();
    assert_eq!(news(&mut seen, std::slice::from_ref(&before), STEP), [0]);
    let comparison = seen.compare(std::slice::from_ref(&after), STEP);
    assert_eq!(comparison.news, [News { place: 0, changed: true, twin: 0 }]);
    seen.remember(comparison.appearance);
    for answer in [&before, &after, &before] {
        assert!(news(&mut seen, std::slice::from_ref(answer), STEP).is_empty());
    }
}

#[test]
fn an_icon_added_later_changes_what_has_an_id_and_doubles_nothing_else() {
    let icons = vec![raw(r#"{"name":"called back"}"#)];
    let named = tag("a1");
    let plain = nameless(r#"{"call":"A"}"#);
    let mut seen = Seen::default();
    assert_eq!(news(&mut seen, &[named.clone(), plain.clone()], STEP), [0, 1]);
    let named = Tag { icons: icons.clone(), ..named };
    let plain = Tag { icons, ..plain };
    assert_eq!(news(&mut seen, &[named, plain], STEP), [0]);
}

#[test]
fn it_forgets_after_two_windows_of_absence_from_good_answers() {
    let mut seen = Seen::default();
    news(&mut seen, &[tag("a1")], STEP);
    attend(&mut seen, &[], FORGET_AFTER);
    assert!(news(&mut seen, &[tag("a1")], Duration::ZERO).is_empty(), "still known at the edge");
    attend(&mut seen, &[], FORGET_AFTER + SWEEP_EVERY + STEP);
    assert_eq!(seen.len(), 0);
    assert_eq!(news(&mut seen, &[tag("a1")], STEP), [0]);
}

#[test]
fn it_never_forgets_what_is_still_there() {
    let mut seen = Seen::default();
    news(&mut seen, &[tag("a1")], STEP);
    attend(&mut seen, &[tag("a1")], FORGET_AFTER * 3);
}

#[test]
fn an_outage_is_no_absence() {
    let mut seen = Seen::default();
    news(&mut seen, &[tag("a1")], STEP);
    for _ in 0..3 {
        assert!(news(&mut seen, &[tag("a1")], FORGET_AFTER * 4).is_empty());
    }
}

/// A notification of which a thousand fill the memory, but for what each of them takes beside its text.
fn bulky(number: usize) -> Tag {
    let json = format!(r#""{number}{}""#, "x".repeat(CAPACITY / 1000 - 200));
    Tag { id: Some(number.to_string().into()), ..nameless(&json) }
}

#[test]
fn too_many_are_announced_and_the_oldest_go() {
    let mut seen = Seen::default();
    let batch = |from: usize| -> Vec<Tag> { (from..from + 100).map(bulky).collect() };
    for round in 0..10 {
        let comparison = seen.compare(&batch(round * 100), STEP);
        assert!(!comparison.overflows);
        seen.remember(comparison.appearance);
    }
    assert_eq!(seen.len(), 1000);
    let latest = batch(1000);
    let comparison = seen.compare(&latest, STEP);
    assert!(comparison.overflows);
    seen.remember(comparison.appearance);
    assert_eq!(seen.len(), 900, "whole answers go, until a tenth is free");
    assert!(news(&mut seen, &latest, STEP).is_empty());
    assert!(!news(&mut seen, &batch(0), STEP).is_empty());
}

#[test]
fn what_is_outdated_makes_room_without_a_word() {
    let mut seen = Seen::default();
    let many: Vec<Tag> = (0..1000).map(bulky).collect();
    news(&mut seen, &many, STEP);
    // Short of the next sweep, so that the outdated are still counted.
    seen.attended = FORGET_AFTER + STEP;
    seen.swept = seen.attended;
    let comparison = seen.compare(&(1000..1003).map(bulky).collect::<Vec<_>>(), STEP);
    assert!(!comparison.overflows);
    seen.remember(comparison.appearance);
    assert_eq!(seen.len(), 3);
}

#[test]
fn only_what_is_outdated_goes_where_that_is_enough() {
    for (count, left) in [(1000, 903), (997, 1000)] {
        let mut seen = Seen::default();
        let many: Vec<Tag> = (0..count).map(bulky).collect();
        news(&mut seen, &many[..100], STEP);
        news(&mut seen, &many[100..], STEP);
        // The first are outdated at the next answer, the others are not, and no sweep is due.
        seen.attended = FORGET_AFTER + STEP / 2;
        seen.swept = seen.attended;
        news(&mut seen, &(1000..1003).map(bulky).collect::<Vec<_>>(), STEP);
        assert_eq!(seen.len(), left, "with {count}");
    }
}

#[test]
fn a_sweep_comes_every_ten_minutes_of_attended_time() {
    let mut seen = Seen::default();
    news(&mut seen, &[tag("a1")], STEP);
    // Outdated after two hours and a minute, and swept out at two hours and ten.
    attend(&mut seen, &[], Duration::from_secs(128 * 60));
    assert_eq!(seen.len(), 1);
    attend(&mut seen, &[], STEP);
    assert_eq!(seen.len(), 0);
}

#[test]
fn an_answer_vouches_for_five_minutes_at_most() {
    let mut seen = Seen::default();
    news(&mut seen, &[tag("a1")], STEP);
    news(&mut seen, &[], Duration::from_secs(5 * 60 - 1));
    assert_eq!(seen.attended, Duration::from_secs(359));
    news(&mut seen, &[], FORGET_AFTER);
    news(&mut seen, &[], FORGET_AFTER);
    assert_eq!(seen.attended, Duration::from_secs(359 + 2 * 300));
}

proptest! {
    /// Against the plainest model: for each content without id the most copies ever in one answer, and
    /// for each id the set of contents.
    #[test]
    fn it_reports_what_a_multiset_holds(answers in prop::collection::vec(prop::collection::vec((0_u8..6, 0_u8..3), 0..12), 1..12)) {
        let mut seen = Seen::default();
        let mut most: Model<u8, usize> = Model::new();
        let mut contents: HashSet<(u8, u8)> = HashSet::new();
        for answer in answers {
            let mut expected = Vec::new();
            let mut copies: Model<u8, usize> = Model::new();
            let tags: Vec<Tag> = answer.iter().map(|(name, content)| {
                let json = format!(r#"{{"n":{name},"c":{content}}}"#);
                if *name < 3 { nameless(&format!("{name}")) } else { Tag { id: Some(name.to_string().into()), ..nameless(&json) } }
            }).collect();
            for (place, (name, content)) in answer.iter().enumerate() {
                if *name < 3 {
                    let copy = copies.entry(*name).or_default();
                    *copy += 1;
                    let most = most.entry(*name).or_default();
                    if *copy > *most {
                        *most = *copy;
                        expected.push(place);
                    }
                } else if contents.insert((*name, *content)) {
                    expected.push(place);
                }
            }
            prop_assert_eq!(news(&mut seen, &tags, STEP), expected);
        }
    }
}
