//! The same for notifications: each kind is a field that a server writes anew with each answer.

use compact_str::CompactString;

use super::*;
use crate::floor::answer::Tag;
use crate::floor::samples::{nameless, tags};

/// The members of the object, in the `n`th answer.
type Members = fn(n: u64) -> String;

/// Values that mean the same, in turn.
const SPELLED: [(&str, Members); 8] = [
    (
        "escapes",
        |n| if n % 2 == 0 { r#""city":"caf\u00e9""#.to_owned() } else { r#""city":"café""#.to_owned() },
    ),
    ("slashes", |n| if n % 2 == 0 { r#""at":"a\/b""#.to_owned() } else { r#""at":"a/b""#.to_owned() }),
    ("digits", |n| format!(r#""rate":{}"#, ["1", "1.0", "1.00", "10e-1", r#""1""#][pick(n, 5)])),
    ("quotes", |n| format!(r#""rate":{}"#, [r#""1.50""#, "1.5"][pick(n, 2)])),
    ("null", |n| ["\"n\":null", "\"m\":null", "\"n\":\"\"", "\"o\":[]"][pick(n, 4)].to_owned()),
    ("absent", |n| ["\"b\":1,\"n\":null", "\"b\":1"][pick(n, 2)].to_owned()),
    ("order", |n| {
        ["\"b\":1,\"c\":{\"d\":2,\"e\":3}", "\"c\":{ \"e\":3,\"d\":2 },\"b\":1"][pick(n, 2)].to_owned()
    }),
    ("no change", |_| "\"b\":1".to_owned()),
];

/// Values that go on changing although nothing happens.
const COUNTED: [(&str, Members); 9] = [
    ("seconds", |n| format!(r#""waitSec":{}"#, 12 + 2 * n)),
    ("seconds as text", |n| format!(r#""waited":"{} s""#, 12 + 2 * n)),
    ("server's time", |n| format!(r#""stamp":"2026-11-28 10:{:02}:{:02}""#, n / 60, n % 60)),
    ("relative text, slower than the polls", |n| format!(r#""seen":"{} min ago""#, n / 12)),
    ("deep inside", |n| format!(r#""meta":{{"queue":[{{"pos":{n}}}]}}"#)),
    ("a random token", |n| format!(r#""etag":"{}""#, dice(n, 1 << 30))),
    ("two of them", |n| format!(r#""a":{n},"b":{}"#, 2 * n)),
    ("at times", |n| format!(r#""load":{}"#, n / 7)),
    ("now and then, and spelled in turn", |n| {
        format!(r#""load":{},"x":{}"#, n / 3, ["1", "1.0"][pick(n, 2)])
    }),
];

fn pick(n: u64, of: u64) -> usize {
    usize::try_from(n % of).expect("a small number")
}

/// A notification with these members beside what is always there.
fn notification(name: &str, has_id: bool, members: &str) -> Tag {
    let json = format!(r#"{{"_id":"{name}","type":"missed","time":1800000000,{members}}}"#);
    Tag { id: has_id.then(|| name.into()), time: Some(at(0)), message: Some(name.into()), ..nameless(&json) }
}

/// Watches what `answer` gives in each of so many polls, every five seconds.
fn watch(polls: u64, answer: impl Fn(u64) -> Vec<Tag>) -> Vec<(u64, String)> {
    let mut watch = Watch::new();
    watch.sees(&tags(0, &[]));
    for n in 0..polls {
        watch.sees(&tags(5 * (n + 1), &answer(n)));
    }
    watch.events.iter().map(|(second, name)| (second / 5 - 1, name.clone())).collect()
}

fn names(events: &[(u64, String)]) -> Vec<&str> {
    events.iter().map(|(_, name)| name.as_str()).collect()
}

#[test]
fn another_spelling_is_no_event() {
    for (kind, members) in SPELLED {
        for has_id in [true, false] {
            let events = watch(200, |n| vec![notification("a", has_id, &members(n))]);
            assert_eq!(names(&events), ["tag"], "{kind}, id: {has_id}");
        }
    }
}

#[test]
fn a_field_that_counts_by_itself_is_reported_three_times_at_most() {
    for (kind, members) in COUNTED {
        for has_id in [true, false] {
            let events = watch(200, |n| vec![notification("a", has_id, &members(n))]);
            assert!(events.len() <= 3, "{kind}, id: {has_id}: {events:?}");
            assert_eq!(events.iter().filter(|(_, name)| name == "tag").count(), 1, "{kind}, id: {has_id}");
        }
    }
}

#[test]
fn what_was_learned_of_a_field_holds_for_later_notifications() {
    for (kind, members) in COUNTED {
        for has_id in [true, false] {
            // The first two last as long as the slowest field takes to be known. Then one comes each minute.
            let events = watch(140, |n| {
                let name = |number: u64| format!("a{number}");
                let newest = 1 + n.saturating_sub(60) / 12;
                (0..=newest).map(|number| notification(&name(number), has_id, &members(n + number))).collect()
            });
            let late: Vec<_> = events.iter().filter(|(n, _)| *n > 60).collect();
            assert!(late.iter().all(|(_, name)| name == "tag"), "{kind}, id: {has_id}: {late:?}");
            assert_eq!(late.len(), 6, "{kind}, id: {has_id}: each of the later ones once");
        }
    }
}

#[test]
fn a_real_change_is_reported_beside_a_field_that_counts() {
    for (kind, members) in COUNTED {
        for has_id in [true, false] {
            let members =
                |n: u64| format!(r#"{},"status":"{}""#, members(n), if n < 120 { "new" } else { "done" });
            let events = watch(160, |n| vec![notification("a", has_id, &members(n))]);
            let late: Vec<_> = events.iter().filter(|(n, _)| *n > 100).cloned().collect();
            assert_eq!(late, [(120, "tag changed".to_owned())], "{kind}, id: {has_id}");
        }
    }
}

#[test]
fn a_count_in_an_icon_is_a_field_like_any_other() {
    let icons = |n: u64, extra: Option<&str>| {
        let count = raw(&format!(r#"{{"name":"phone","count":{n}}}"#));
        let more = extra.map(|name| raw(&format!(r#"{{"name":"{name}"}}"#)));
        let names = ["phone"].into_iter().chain(extra).map(CompactString::from).collect();
        Tag {
            icons: [count].into_iter().chain(more).collect(),
            icon_names: names,
            ..notification("a", true, "\"b\":1")
        }
    };
    let events = watch(200, |n| vec![icons(n, None)]);
    assert!(events.len() <= 3, "{events:?}");
    let events = watch(200, |n| vec![icons(n, (n > 100).then_some("called back"))]);
    assert_eq!(events.last(), Some(&(101, "tag changed".to_owned())), "{events:?}");
}

#[test]
fn a_status_that_passes_on_at_each_poll_is_no_count() {
    let status = |n: u64| ["new", "ringing", "answered"][pick(n.min(2), 3)];
    let ring = |name: &str, n: u64| notification(name, true, &format!(r#""status":"{}""#, status(n)));
    let events =
        watch(60, |n| (0..=n / 20).map(|number| ring(&format!("a{number}"), n - 20 * number)).collect());
    assert_eq!(names(&events), ["tag", "tag changed", "tag changed"].repeat(3), "{events:?}");
}

#[test]
fn two_nodes_that_take_turns_are_each_reported_once() {
    for has_id in [true, false] {
        for sides in [2, 3] {
            let events =
                watch(300, |n| vec![notification("a", has_id, &format!(r#""node":{}"#, dice(n, sides)))]);
            assert!(events.len() <= 3, "{events:?}");
        }
    }
}

#[test]
fn a_stale_answer_after_a_real_change_makes_no_field_count() {
    // Each notification changes once; for a few polls, old and new answers take turns.
    let events = watch(200, |n| {
        (0..=n / 20)
            .map(|number| {
                let age = n - 20 * number;
                let is_done = age > 10 || (age > 4 && age % 2 == 1);
                notification(
                    &format!("a{number}"),
                    true,
                    &format!(r#""status":"{}""#, if is_done { "done" } else { "new" }),
                )
            })
            .collect()
    });
    assert_eq!(names(&events), ["tag", "tag changed"].repeat(10));
}

#[test]
fn without_id_and_moment_another_content_is_another_notification() {
    let undated = |number: u64| Tag { time: None, ..notification("a", false, &format!(r#""who":{number}"#)) };
    // One comes each poll, the oldest leaves.
    let events = watch(100, |n| (n..n + 5).map(undated).collect());
    assert_eq!(names(&events), vec!["tag"; 104]);
}

#[test]
fn an_id_is_the_same_as_a_number_and_as_a_text_and_a_call_of_zero_is_none() {
    let spelled = |n: u64| {
        let json = [r#"{"id":101,"callId":0,"b":1}"#, r#"{"b":1,"id":"101","callId":"0"}"#][pick(n, 2)];
        vec![Tag { id: Some("101".into()), ..nameless(json) }]
    };
    assert_eq!(names(&watch(50, spelled)), ["tag"]);
    let without_id = |n: u64| {
        let call_id = [None, Some("0".into())][pick(n, 2)].clone();
        vec![Tag { call_id, ..notification("a", false, "\"b\":1") }]
    };
    assert_eq!(names(&watch(50, without_id)), ["tag"]);
}
