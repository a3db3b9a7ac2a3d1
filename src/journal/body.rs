//! An event as the journal keeps it: the JSON of the stream with short times in UTC, without what the columns of its row say,
//! and without what is null or false. No secret gets in, and a phone number only where it may.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::client::replies::tags::IconNames;
use crate::floor::event::{Event, EventKind, EventWords, ReadError};
use crate::json;
use crate::output::formats::json::write_rest;
use crate::output::text::mask::{HIDDEN_DIGIT, mask_json};
use crate::output::text::redact::Redactor;
use crate::report::{Meaning, Value};

pub(super) fn of_event(event: &Event, mask: bool) -> String {
    let mut text = Vec::new();
    write_rest(&event.row(), EventWords::COMMON, mask, &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// The event of a row.
pub(super) fn read(name: &str, at: Timestamp, profile: &str, body: &str) -> Result<Event, ReadError> {
    read_with(&mut IconNames::default(), name, at, profile, body)
}

/// The event of one of many rows.
pub(super) fn read_with(
    icon_names: &mut IconNames,
    name: &str,
    at: Timestamp,
    profile: &str,
    body: &str,
) -> Result<Event, ReadError> {
    let mut event = Event::of_parts(name, at, Some(profile.to_owned()), body)?;
    if let EventKind::Tag(reported) = &mut event.kind {
        icon_names.fill(&mut reported.tag);
    }
    Ok(event)
}

/// The customer's number, if the event has one.
pub(super) fn customer(event: &Event) -> Option<String> {
    // Nearly all are notifications.
    if let EventKind::Tag(reported) = &event.kind {
        return reported.tag.customer.as_deref().map(str::to_owned);
    }
    let row = event.row();
    row.iter().find_map(|(field, value)| match value {
        Value::Text(number) if field.meaning == Meaning::Phone => Some(number.to_string()),
        _ => None,
    })
}

/// With its phone numbers masked as every format masks them.
pub(super) fn masked(name: &str, at: Timestamp, profile: &str, body: &str) -> String {
    match read(name, at, profile, body) {
        Ok(event) => of_event(&event, true),
        // Of a later version: by its keys alone.
        Err(_) if json::check(body).is_ok() => mask_json(body, "").into_owned(),
        // Where a number begins and ends in it cannot be known.
        Err(_) => body.chars().map(|it| if it.is_numeric() { HIDDEN_DIGIT } else { it }).collect(),
    }
}

/// So often is what a string says read for what that says itself, as JSON within JSON does.
const LAYERS: usize = 8;

/// Stands for a value.
const HIDDEN_VALUE: &str = r#""••••""#;

/// Without any secret, as it is written and in what its strings say: they are shown without their escapes, by processes that
/// do not know the secret.
pub(super) fn redacted<'b>(body: &'b str, redactor: &Redactor) -> Cow<'b, str> {
    let says_nothing = |token: &str| says_no_secret(token, redactor);
    let is_clean =
        |json: &str| redactor.redact(json) == json && json::escaped_strings(json).all(says_nothing);
    if is_clean(body) {
        return Cow::Borrowed(body);
    }
    // String by string, so that JSON remains: a secret may itself look like a piece of JSON.
    let by_token = json::replace(
        body,
        (),
        |_, ()| (),
        |_, token| {
            if says_nothing(token) {
                return None;
            }
            let hidden =
                json::string(token).map(|text| serde_json::Value::from(redactor.redact(&text)).to_string());
            // Out of a deeper layer nothing can be cut.
            hidden.filter(|hidden| says_nothing(hidden)).or_else(|| Some(HIDDEN_VALUE.to_owned()))
        },
    );
    if is_clean(&by_token) {
        return Cow::Owned(by_token.into_owned());
    }
    // One that is spread over several values of the server.
    let within = |key: &str, is_servers: bool| is_servers || ["detail", "fields", "icons"].contains(&key);
    let hidden = json::replace(&by_token, false, within, |is_servers, _| {
        (is_servers == Some(true)).then(|| HIDDEN_VALUE.to_owned())
    });
    // What could not be cleaned is not kept.
    if is_clean(&hidden) { Cow::Owned(hidden.into_owned()) } else { Cow::Borrowed("{}") }
}

/// Whether no secret is in a string or number of JSON, nor in what it says in any layer.
fn says_no_secret(token: &str, redactor: &Redactor) -> bool {
    let mut said = Cow::Borrowed(token);
    for _ in 0..LAYERS {
        if redactor.redact(&said) != said {
            return false;
        }
        match json::unescaped(&said) {
            Some(deeper) => said = Cow::Owned(deeper),
            None => return true,
        }
    }
    // Each layer may cost as much as the first, and no server means more of them.
    false
}

#[cfg(test)]
mod tests;
