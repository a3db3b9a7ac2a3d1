//! Events as rows of a list: when, who, what.

use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::event::{Alert, AlertChange, Event, EventKind, Level};
use crate::output::event_view::{Folded, fold, sentence};
use crate::output::text::style::{IN_WRAPUP, Mark, NOTABLE, ON_BREAK, ORDINARY, Tint, WRONG, mark_of_kind};
use crate::output::text::width::{cut, pad_left, pad_right, width};
use crate::report::{Part, Sentence, Tone};
use crate::watch::sinks::board::names::Names;
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::board::wording::Wording;
use crate::watch::view::EventLog;

/// The most columns of an agent's name, unless it takes less than a quarter of a line.
const WIDEST_NAME: usize = 16;

/// One event, or several that are alike. Every text is harmless.
struct FeedRow {
    mark: Mark,
    time: String,
    /// `None` if it is about several agents, or about none.
    agent: Option<String>,
    words: String,
    tint: Tint,
    /// Other words under which it is found: the kind of a tag, the profile.
    also: String,
}

/// The events of a log that a filter finds, the newest first.
pub(crate) struct Feed<'a> {
    folded: Vec<Folded<'a>>,
    /// Only with a filter: otherwise what is not shown is not put into words.
    found: Option<Vec<FeedRow>>,
    names: &'a Names,
    wording: &'a Wording<'a>,
}

impl<'a> Feed<'a> {
    pub(crate) fn of(
        log: &'a EventLog,
        followed: usize,
        filter: &str,
        names: &'a Names,
        wording: &'a Wording<'a>,
    ) -> Self {
        let mut folded = fold(log.newest_first().rev(), followed);
        folded.reverse();
        let rows = folded.iter().map(|folded| row(folded, names, wording));
        let found = (!filter.is_empty()).then(|| rows.filter(|row| row.contains(filter)).collect());
        Self { folded, found, names, wording }
    }

    pub(crate) fn len(&self) -> usize {
        self.found.as_ref().map_or(self.folded.len(), Vec::len)
    }

    /// With those that the filter does not find.
    pub(crate) fn all(&self) -> usize {
        self.folded.len()
    }

    /// Lines with their columns aligned.
    pub(crate) fn lines(&self, first: usize, room: usize, columns: usize) -> Vec<Line> {
        if let Some(found) = &self.found {
            return lines(found.iter().skip(first).take(room), columns);
        }
        let shown = self.folded.iter().skip(first).take(room);
        let rows: Vec<_> = shown.map(|folded| row(folded, self.names, self.wording)).collect();
        lines(rows.iter(), columns)
    }
}

fn row(folded: &Folded<'_>, names: &Names, wording: &Wording<'_>) -> FeedRow {
    let Some(event) = folded.single() else {
        let sentence = folded.sentence();
        let mark = mark_of_tone(sentence.tone);
        return FeedRow {
            mark,
            time: wording.time(folded.at()),
            agent: None,
            words: wording.sentence(&sentence),
            tint: mark.tint,
            also: String::new(),
        };
    };
    let agent = event.profile.as_deref().map(|profile| names.name(profile));
    let profile = event.profile.clone().unwrap_or_default();
    match &event.kind {
        EventKind::Tag(reported) => {
            let tag = &reported.tag;
            let changed = if reported.changed { "changed: " } else { "" };
            FeedRow {
                mark: tag_mark(tag),
                time: wording.time(time_of(event)),
                agent,
                words: format!("{changed}{}", tag_words(tag, wording)),
                tint: Tint::Plain,
                also: format!("{} {profile}", kind(tag, wording)),
            }
        }
        kind => {
            let sentence = sentence(event);
            let mark = mark_of(kind, sentence.tone);
            FeedRow {
                mark,
                time: wording.time(event.at),
                agent,
                words: without_name(sentence, wording),
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

/// A tag in words, the kind once.
fn tag_words(tag: &Tag, wording: &Wording<'_>) -> String {
    let mut words = kind_and_message(tag, wording);
    if let Some(phone) = &tag.customer {
        words = format!("{words}  {}", wording.phone(phone));
    }
    let icons = icons(tag, wording);
    if icons.is_empty() { words } else { format!("{words}  {icons}") }
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

impl FeedRow {
    fn contains(&self, filter: &str) -> bool {
        let agent = self.agent.as_deref().unwrap_or_default();
        contains([agent, &self.words, &self.also], filter)
    }
}

/// Whether a tag is found as it is shown, or by its kind.
pub(crate) fn is_found(tag: &Tag, filter: &str, wording: &Wording<'_>) -> bool {
    contains([tag_words(tag, wording).as_str(), &kind(tag, wording)], filter)
}

/// Upper and lower case do not matter.
pub(crate) fn contains<'t>(texts: impl IntoIterator<Item = &'t str>, filter: &str) -> bool {
    let filter = filter.to_lowercase();
    texts.into_iter().any(|text| text.to_lowercase().contains(&filter))
}

fn lines<'r>(rows: impl Iterator<Item = &'r FeedRow> + Clone, columns: usize) -> Vec<Line> {
    let times = rows.clone().map(|row| width(&row.time)).max().unwrap_or_default();
    let names = rows.clone().filter_map(|row| row.agent.as_deref()).map(width).max().unwrap_or_default();
    let names = names.min(WIDEST_NAME.max(columns / 4));
    rows.map(|row| row.line(times, names)).collect()
}

impl FeedRow {
    fn line(&self, times: usize, names: usize) -> Line {
        let line = Line::of(format!(" {} ", self.mark.symbol), self.mark.tint)
            .with(format!("{}  ", pad_left(&self.time, times)), Tint::Quiet);
        let line = match &self.agent {
            Some(agent) => line.with(format!("{}  ", pad_right(&cut(agent, names), names)), Tint::Strong),
            None => line,
        };
        line.with(self.words.clone(), self.tint)
    }
}

/// A tag has a time of its own.
pub(crate) fn time_of(event: &Event) -> Timestamp {
    match &event.kind {
        EventKind::Tag(reported) => reported.tag.time.unwrap_or(event.at),
        _ => event.at,
    }
}
