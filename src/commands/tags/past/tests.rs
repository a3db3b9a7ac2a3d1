use super::*;
use crate::floor::identity::hidden::NothingHidden;
use crate::floor::samples::{nameless, raw, tag};

/// Hides 98, and 97 as well.
#[derive(Debug)]
struct Numbers;

impl Hiding for Numbers {
    fn hidden(&self, tag: &Tag) -> Tag {
        let hidden = |text: &str| text.replace("98", "••").replace("97", "••");
        let id = tag.id.as_deref().map(|id| hidden(id).into());
        let customer = tag.customer.as_deref().map(|number| hidden(number).into());
        Tag { id, customer, fields: raw(&hidden(tag.fields.get())), ..tag.clone() }
    }

    fn is_hidden(&self, tag: &Tag) -> bool {
        tag.fields.get().contains('•')
    }
}

/// What nobody may ask to be hidden.
#[derive(Debug)]
struct AllWhole;

impl Hiding for AllWhole {
    fn hidden(&self, tag: &Tag) -> Tag {
        panic!("{tag:?} was hidden")
    }

    fn is_hidden(&self, _: &Tag) -> bool {
        false
    }
}

fn says(tag: Tag, json: &str) -> Tag {
    Tag { fields: raw(json), ..tag }
}

#[test]
fn a_fresh_answer_has_the_latest_state_and_is_listed_once() {
    let known = [tag("m60"), tag("m70"), nameless(r#"{"a":1}"#), nameless(r#"{"a":2}"#)];
    let changed = says(tag("m70"), r#"{"_id":"m70","status":"answered"}"#);
    let fresh = vec![nameless(r#"{"a":2}"#), changed.clone(), tag("m80")];
    let listed = with_fresh(known.to_vec(), fresh.clone(), true, &AllWhole);
    let expected = [tag("m60"), changed.clone(), nameless(r#"{"a":1}"#), nameless(r#"{"a":2}"#), tag("m80")];
    assert_eq!(listed, expected);
    assert_eq!(with_fresh(known.to_vec(), fresh, false, &AllWhole), expected[..4]);
}

#[test]
fn an_id_that_an_answer_has_twice_is_listed_once_in_the_state_that_the_journal_has() {
    let answered = says(tag("m60"), r#"{"_id":"m60","status":"answered"}"#);
    let later = Tag { time: tag("m65").time, ..tag("m60") };
    let table = [
        // The journal could not take it: the last by time, and then by place.
        (vec![], vec![tag("m60"), tag("m70"), answered.clone()], answered.clone()),
        (vec![], vec![later.clone(), tag("m70"), answered.clone()], later.clone()),
        (vec![tag("m60")], vec![answered.clone(), tag("m60"), tag("m70")], tag("m60")),
        (
            vec![answered.clone()],
            vec![tag("m60"), tag("m70"), answered.clone(), tag("m60")],
            answered.clone(),
        ),
    ];
    for (past, fresh, state) in table {
        let mut listed = with_fresh(past, fresh, true, &NothingHidden);
        listed.sort_by_key(|tag| tag.id.clone());
        assert_eq!(listed, [state, tag("m70")]);
    }
}

#[test]
fn one_without_id_is_found_however_the_server_writes_it() {
    let spaced = "{ \"a\": [1, 2], \"b\": \"\u{85}\u{202e}\" }";
    let (known, fresh) = (nameless(&compact(spaced)), nameless(spaced));
    assert_eq!(with_fresh(vec![known], vec![fresh.clone()], true, &AllWhole), [fresh]);
    // A field that changes by itself is not recorded, and older ones may be masked.
    let of = |second: &str, customer: &str, age: u8| Tag {
        time: tag(second).time,
        customer: Some(customer.into()),
        ..nameless(&format!(r#"{{"age":{age}}}"#))
    };
    let (known, fresh) = (of("9", "98", 1), of("9", "98", 2));
    let masked = Tag { fields: raw(r#"{"to":"••"}"#), ..of("1", "••", 1) };
    let listed = with_fresh(vec![known.clone()], vec![fresh.clone()], true, &AllWhole);
    assert_eq!(listed, std::slice::from_ref(&fresh));
    let listed = with_fresh(vec![masked.clone(), known], vec![fresh.clone()], true, &Numbers);
    assert_eq!(listed, [masked, fresh]);
}

#[test]
fn a_notification_that_is_kept_masked_is_listed_once_and_whole() {
    let fresh = vec![nameless(r#"{"to":"98","a":2}"#), nameless(r#"{"to":"98","a":3}"#)];
    let past = vec![nameless(r#"{"to":"••","a":1}"#), nameless(r#"{"to":"••","a":2}"#)];
    let listed = with_fresh(past, fresh.clone(), true, &Numbers);
    assert_eq!(listed, [fresh[1].clone(), fresh[0].clone()], "by content, then in turn");
    let with_id = |id: &str, json: &str| says(Tag { id: Some(id.into()), ..tag("m60") }, json);
    let other = Tag { time: tag("m61").time, ..with_id("97a", "{}") };
    let fresh = vec![with_id("98a", r#"{"to":"98","a":2}"#), other];
    let listed = with_fresh(vec![with_id("••a", r#"{"to":"••","a":1}"#)], fresh.clone(), true, &Numbers);
    assert_eq!(listed, fresh, "of two ids the same may be left");
}

#[test]
fn a_name_is_a_word_for_a_shell() {
    for good in ["hand-over", "missed_1", "é"] {
        assert_eq!(name(good).as_deref(), Ok(good));
    }
    for wrong in ["", "a b", "a/b", &"x".repeat(65)] {
        assert!(name(wrong).is_err(), "{wrong}");
    }
}
