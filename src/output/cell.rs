//! One value of one row as text: exact for scripts, in words for people. The text may contain control sequences; the
//! format that writes it makes it harmless.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use crate::json;
use crate::json::RawValue;
use crate::output::presentation::{Presentation, TimeStyle};
use crate::output::text::mask::{Role, mask_phone, mask_text};
use crate::output::text::style::{
    Mark, Tint, mark_of_agent_state, mark_of_kind, mark_of_state, mark_of_verdict,
};
use crate::output::text::times;
use crate::report::{Meaning, Row, Value, share_text};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell<'r> {
    content: Content<'r>,
    meaning: Meaning,
    key: &'r str,
    /// Whether it is not known to the minute.
    is_about: bool,
    /// What tables show instead.
    words: Option<&'r str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Content<'r> {
    Nothing,
    Text(Cow<'r, str>),
    /// As the server wrote it, and what its key says about it.
    Json(&'r str, Role),
    Number(i64),
    Flag(bool),
    Time(Timestamp),
    /// With the moment from which it is as far away as the row shows.
    Away(Timestamp, Timestamp),
    Seconds(i64),
    /// Of an object with keys of its own: its kind, and its time.
    Brief(Cow<'r, str>, Option<Timestamp>),
}

/// Text for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DisplayText {
    /// The words, with a mark before them where the value has one.
    pub(crate) text: String,
    /// Means the same as the mark.
    pub(crate) tint: Tint,
}

impl<'r> Cell<'r> {
    /// The value under a key of a report.
    #[must_use]
    pub(crate) fn new(value: &'r Value, meaning: Meaning, key: &'r str) -> Self {
        if let Value::About(value) = value {
            return Self { is_about: true, ..Self::new(value, meaning, key) };
        }
        if let Value::Worded(worded) = value {
            let (words, value) = &**worded;
            let cell = Self { words: Some(words), ..Self::new(value, meaning, key) };
            return match value {
                Value::Row(_) | Value::Rows(_) => {
                    Self { content: Content::Text(Cow::Borrowed(words)), ..cell }
                }
                _ => cell,
            };
        }
        let content = match value {
            Value::About(_) | Value::Worded(_) | Value::Absent => Content::Nothing,
            Value::Text(text) => Content::Text(Cow::Borrowed(text)),
            Value::Number(number) => Content::Number(*number),
            Value::Flag(flag) => Content::Flag(*flag),
            Value::Time(time) => Content::Time(*time),
            Value::Away(away) => {
                let (time, seconds) = **away;
                let from = time.checked_sub(SignedDuration::from_secs(seconds));
                from.map_or(Content::Time(time), |from| Content::Away(time, from))
            }
            Value::Seconds(seconds) => Content::Seconds(*seconds),
            Value::Raw(raw) => Content::Json(raw.get(), Role::of_key(key)),
            Value::RawList(list) => Content::Text(Cow::Borrowed(&list.label)),
            Value::Row(row) => brief(row),
            Value::Rows(rows) => Content::Number(i64::try_from(rows.len()).unwrap_or(i64::MAX)),
            Value::Share(share) => Content::Text(Cow::Owned(share_text(*share))),
        };
        Self { content, meaning, key, is_about: false, words: None }
    }

    /// A value as the server wrote it, with the role that its key gives it; `None` where there is none.
    #[must_use]
    pub(crate) fn from_json(json: Option<&'r RawValue>, role: Role) -> Self {
        let content = json.map_or(Content::Nothing, |json| Content::Json(json.get(), role));
        Self { content, meaning: Meaning::Raw, key: "", is_about: false, words: None }
    }

    /// The text of an extra field, already masked by its key where that is wanted; `None` where the row does not have it.
    #[must_use]
    pub(crate) fn from_extra(text: Option<&'r str>) -> Self {
        let content = text.map_or(Content::Nothing, |text| Content::Text(Cow::Borrowed(text)));
        Self { content, meaning: Meaning::Name, key: "", is_about: false, words: None }
    }

    /// Whether the row has no value here.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        match &self.content {
            Content::Nothing => true,
            Content::Text(text) => text.is_empty(),
            Content::Json(json, _) => matches!(*json, "null" | "\"\""),
            _ => false,
        }
    }

    /// The text for scripts: RFC 3339, plain seconds, `true` and `false`, JSON for what is nested.
    #[must_use]
    pub(crate) fn exact(self, zone: &TimeZone, mask: bool) -> Cow<'r, str> {
        self.text(mask, |time, _| times::rfc3339(time, zone))
    }

    /// The text for a table in a pipe: as for scripts, but for times if `--time` was typed.
    #[must_use]
    pub(crate) fn plain(self, presentation: &Presentation) -> Cow<'r, str> {
        let &Presentation { now, ref zone, mask, time: style, .. } = presentation;
        if let Some(words) = self.words {
            return masked(Cow::Borrowed(words), self.meaning, mask);
        }
        self.text(mask, |time, from| match style {
            Some(style) => times::in_style(style, time, from.unwrap_or(now), zone),
            None => times::rfc3339(time, zone),
        })
    }

    fn text(self, mask: bool, shown: impl Fn(Timestamp, Option<Timestamp>) -> String) -> Cow<'r, str> {
        match self.content {
            Content::Nothing => Cow::Borrowed(""),
            Content::Text(text) => masked(text, self.meaning, mask),
            Content::Json(json, role) if mask => match role.mask_json(json) {
                Cow::Borrowed(json) => text_of_json(json),
                Cow::Owned(hidden) => Cow::Owned(text_of_json(&hidden).into_owned()),
            },
            Content::Json(json, _) => text_of_json(json),
            Content::Number(number) if mask && self.meaning == Meaning::Phone => {
                Cow::Owned(mask_phone(&number.to_string()))
            }
            Content::Number(number) | Content::Seconds(number) => Cow::Owned(number.to_string()),
            Content::Flag(true) => Cow::Borrowed("true"),
            Content::Flag(false) => Cow::Borrowed("false"),
            Content::Time(time) => Cow::Owned(shown(time, None)),
            Content::Away(time, from) => Cow::Owned(shown(time, Some(from))),
            Content::Brief(kind, None) => masked(kind, Meaning::Kind, mask),
            Content::Brief(kind, Some(time)) => {
                let kind = masked(kind, Meaning::Kind, mask);
                Cow::Owned(format!("{kind} {}", shown(time, None)))
            }
        }
    }

    /// The words for people: times in this style, lengths with units, a mark before kinds and states, and `~` before what
    /// is not known to the minute.
    #[must_use]
    pub(crate) fn display(self, presentation: &Presentation, style: TimeStyle) -> DisplayText {
        if self.is_about {
            let DisplayText { text, tint } = Self { is_about: false, ..self }.display(presentation, style);
            return DisplayText { text: format!("~{text}"), tint };
        }
        if let Some(words) = self.words {
            let text = masked(Cow::Borrowed(words), self.meaning, presentation.mask).into_owned();
            let DisplayText { tint, .. } = Self { words: None, ..self }.display(presentation, style);
            return DisplayText { text, tint };
        }
        let &Presentation { now, ref zone, mask, .. } = presentation;
        let (meaning, key) = (self.meaning, self.key);
        match self.content {
            Content::Text(text) if meaning == Meaning::Kind && !text.is_empty() => {
                let kind_mark = mark_of_kind(&text);
                marked(kind_mark, &masked(text, meaning, mask))
            }
            Content::Text(word) if meaning == Meaning::AgentState => {
                let (of_state, words) = mark_of_agent_state(&word);
                marked(of_state, words)
            }
            Content::Text(text) if meaning == Meaning::Verdict => marked(mark_of_verdict(&text), &text),
            Content::Flag(flag) if meaning == Meaning::State => {
                marked(mark_of_state(key, flag), yes_or_no(flag))
            }
            Content::Flag(flag) => plain(yes_or_no(flag)),
            Content::Time(time) => plain(times::in_style(style, time, now, zone)),
            Content::Away(time, from) => plain(times::in_style(style, time, from, zone)),
            Content::Seconds(seconds) => {
                let over = (meaning == Meaning::Overrun && seconds > 0)
                    || (meaning == Meaning::Remaining && seconds < 0);
                let tint = if over { Tint::Bad } else { Tint::Plain };
                DisplayText { text: times::length(seconds), tint }
            }
            Content::Brief(kind, time) => {
                let age = time.map_or_else(String::new, |time| {
                    format!(", {}", times::in_style(style, time, now, zone))
                });
                let kind_mark = mark_of_kind(&kind);
                marked(kind_mark, &format!("{}{age}", masked(kind, Meaning::Kind, mask)))
            }
            Content::Nothing | Content::Text(_) | Content::Json(..) | Content::Number(_) => {
                plain(self.exact(zone, mask))
            }
        }
    }
}

/// The first kind and the first time among the values; where there is no kind, a word stands for it.
fn brief(row: &Row) -> Content<'_> {
    let value = |meaning| row.iter().find(|(field, _)| field.meaning == meaning).map(|(_, value)| value);
    let kind = match value(Meaning::Kind) {
        Some(Value::Text(kind)) if !kind.is_empty() => Cow::Borrowed(kind.as_str()),
        _ => Cow::Borrowed("tag"),
    };
    let time = match value(Meaning::Time) {
        Some(Value::Time(time)) => Some(*time),
        _ => None,
    };
    Content::Brief(kind, time)
}

fn text_of_json(json: &str) -> Cow<'_, str> {
    match json.as_bytes().first() {
        Some(b'n') => Cow::Borrowed(""),
        // A string that is not valid Unicode (half of a surrogate pair) stays as written.
        Some(b'"') => json::string(json).unwrap_or(Cow::Borrowed(json)),
        Some(b'{' | b'[') => json::compact(json),
        _ => Cow::Borrowed(json),
    }
}

fn marked(mark: Mark, words: &str) -> DisplayText {
    DisplayText { text: format!("{} {words}", mark.symbol), tint: mark.tint }
}

fn plain(text: impl Into<String>) -> DisplayText {
    DisplayText { text: text.into(), tint: Tint::Plain }
}

const fn yes_or_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn masked(text: Cow<'_, str>, meaning: Meaning, mask: bool) -> Cow<'_, str> {
    if !mask {
        return text;
    }
    match mask_text(&text, meaning) {
        Cow::Borrowed(_) => text,
        Cow::Owned(hidden) => Cow::Owned(hidden),
    }
}

#[cfg(test)]
mod tests;
