//! What a line about an event shows, on the terminal and in a browser: when, who, what.

use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::event::{Alert, AlertChange, Event, EventKind, Level};
use crate::output::event_view::{Folded, sentence};
use crate::output::text::style::{IN_WRAPUP, Mark, NOTABLE, ON_BREAK, ORDINARY, Tint, WRONG, mark_of_kind};
use crate::report::{Part, Sentence, Tone};
use crate::watch::sinks::shown::names::Names;
use crate::watch::sinks::shown::wording::Wording;

/// In a line of a terminal.
const BETWEEN_PARTS: &str = "  ";

/// One event, or several that are alike. Every text is harmless.
pub(crate) struct EventRow {
    pub(crate) mark: Mark,
    pub(crate) time: String,
    /// `None` if it is about several agents, or about none.
    pub(crate) agent: Option<String>,
    /// What it says, and what comes behind that, such as a customer's number: apart, as each may have another direction of
    /// writing.
    pub(crate) parts: Vec<String>,
    pub(crate) tint: Tint,
    /// Other words under which it is found: the kind of a tag, the profile.
    pub(crate) also: String,
}

impl EventRow {
    /// For a line of a terminal.
    pub(crate) fn words(&self) -> String {
        self.parts.join(BETWEEN_PARTS)
    }
}

pub(crate) fn row(folded: &Folded<'_>, names: &Names, wording: &Wording<'_>) -> EventRow {
    let Some(event) = folded.single() else {
        let sentence = folded.sentence();
        let mark = mark_of_tone(sentence.tone);
        return EventRow {
            mark,
            time: wording.time(folded.at()),
            agent: None,
            parts: vec![wording.sentence(&sentence)],
            tint: mark.tint,
            also: String::new(),
        };
    };
    let agent = event.profile.as_deref().map(|profile| names.name(profile, wording));
    let profile = event.profile.clone().unwrap_or_default();
    match &event.kind {
        EventKind::Tag(reported) => {
            let tag = &reported.tag;
            let mut parts = tag_parts(tag, wording);
            if reported.changed {
                parts[0].insert_str(0, "changed: ");
            }
            EventRow {
                mark: tag_mark(tag),
                time: wording.time(time_of(event)),
                agent,
                parts,
                tint: Tint::Plain,
                also: format!("{} {profile}", kind(tag, wording)),
            }
        }
        kind => {
            let sentence = sentence(event);
            let mark = mark_of(kind, sentence.tone);
            EventRow {
                mark,
                time: wording.time(event.at),
                agent,
                parts: vec![without_name(sentence, wording)],
                tint: if matches!(mark, WRONG | NOTABLE) { mark.tint } else { Tint::Plain },
                also: profile,
            }
        }
    }
}

/// The agent has a column of its own.
fn without_name(mut sentence: Sentence, wording: &Wording<'_>) -> String {
    if matches!(sentence.parts.first(), Some(Part::Name(_))) {
        sentence.parts.remove(0);
    }
    wording.sentence(&sentence).trim_start_matches([':', ' ']).to_owned()
}

fn mark_of(kind: &EventKind, tone: Tone) -> Mark {
    match kind {
        EventKind::BreakStarted(_) | EventKind::BreakChanged(_) => ON_BREAK,
        EventKind::WrapupStarted(_) => IN_WRAPUP,
        EventKind::Alert(Alert { change: AlertChange::Over, level: Level::Critical, .. }) => WRONG,
        EventKind::Alert(Alert { change: AlertChange::Over, level: Level::Warn, .. }) => NOTABLE,
        _ => mark_of_tone(tone),
    }
}

fn mark_of_tone(tone: Tone) -> Mark {
    match tone {
        Tone::Usual => ORDINARY,
        Tone::Notable => NOTABLE,
        Tone::Bad => WRONG,
    }
}

pub(crate) fn tag_mark(tag: &Tag) -> Mark {
    tag.kind.as_deref().map_or(ORDINARY, mark_of_kind)
}

pub(crate) fn kind(tag: &Tag, wording: &Wording<'_>) -> String {
    tag.kind.as_deref().map_or_else(|| "tag".to_owned(), |kind| wording.text(kind))
}

/// Kind and message, or the message alone if the kind is in it.
pub(crate) fn kind_and_message(tag: &Tag, wording: &Wording<'_>) -> String {
    let kind = kind(tag, wording);
    match tag.message.as_deref().map(|message| wording.text(message)) {
        None => kind,
        Some(message) if tag.kind.is_none() || has_word(&message, &kind) => message,
        Some(message) => format!("{kind}: {message}"),
    }
}

/// A tag in words, the kind once; the customer; the icons.
fn tag_parts(tag: &Tag, wording: &Wording<'_>) -> Vec<String> {
    let mut parts = vec![kind_and_message(tag, wording)];
    parts.extend(tag.customer.as_deref().map(|phone| wording.phone(phone)));
    parts.extend(Some(icons(tag, wording)).filter(|icons| !icons.is_empty()));
    parts
}

/// The same in a line of a terminal.
pub(crate) fn tag_words(tag: &Tag, wording: &Wording<'_>) -> String {
    tag_parts(tag, wording).join(BETWEEN_PARTS)
}

/// The icons that say more than the kind does.
pub(crate) fn icons(tag: &Tag, wording: &Wording<'_>) -> String {
    let kind = tag.kind.as_deref().unwrap_or_default();
    let others: Vec<&str> =
        tag.icon_names.iter().map(AsRef::as_ref).filter(|name| !has_word(name, kind)).collect();
    if others.is_empty() { String::new() } else { format!("[{}]", wording.icons(&others.join(", "))) }
}

fn has_word(text: &str, word: &str) -> bool {
    let word = crate::words::plain(word);
    !word.is_empty() && crate::words::plain(text).contains(&word)
}

/// A tag has a time of its own.
pub(crate) fn time_of(event: &Event) -> Timestamp {
    match &event.kind {
        EventKind::Tag(reported) => reported.tag.time.unwrap_or(event.at),
        _ => event.at,
    }
}
