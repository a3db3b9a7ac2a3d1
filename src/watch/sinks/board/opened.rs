//! The page of one agent: tags, breaks and wrap-ups as rows, or what the server sent.

use jiff::{SignedDuration, Timestamp};
use unicode_segmentation::UnicodeSegmentation;

use crate::floor::event::EventKind;
use crate::floor::overview::Overview;
use crate::json::Raw;
use crate::output::presentation::TimeStyle;
use crate::output::text::style::{IN_WRAPUP, Mark, ON_BREAK, Tint};
use crate::output::text::times;
use crate::output::text::width::{cut, pad_right, width, wrap};
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::board::today;
use crate::watch::sinks::shown::event;
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::view::{AgentView, FloorView, ServerName};

const INDENT: usize = 4;

/// The most columns of a kind.
const WIDEST_KIND: usize = 14;

/// With fewer columns for messages, the customer stands among them.
const NARROWEST_MESSAGE: usize = 24;

/// The most lines of a message.
const LONGEST_MESSAGE: usize = 4;

/// Something in an agent's day. Every text is harmless.
struct Entry<'a> {
    time: String,
    mark: Mark,
    kind: String,
    message: String,
    customer: String,
    /// What the server sent, and under which key.
    raw: Option<(&'a Raw, &'static str)>,
}

/// The page's lines, for so many columns.
pub(crate) fn lines(
    agent: &AgentView,
    view: &FloorView,
    is_raw: bool,
    wording: &Wording<'_>,
    columns: usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if agent.name != ServerName::Unknown {
        let words = format!("   the profile is {}", wording.name(&agent.profile));
        lines.push(Line::of(words, Tint::Quiet));
    }
    if let Some(failure) = &agent.failure {
        let words = format!("no answer: {}", wording.text(&failure.message));
        lines.extend(wrap(&words, columns).into_iter().map(|line| Line::of(line, Tint::Bad)));
    }
    if let Some(today) = &agent.today {
        lines.extend(today::lines(today, wording, columns));
        lines.push(Line::default());
    }
    let entries = entries(agent, view, wording);
    if entries.is_empty() {
        lines.push(Line::of("   no tags, breaks or wrap-ups yet", Tint::Quiet));
        return lines;
    }
    let table = Table::of(&entries, columns);
    lines.push(table.titles());
    for entry in &entries {
        lines.extend(table.rows(entry));
        if let Some((raw, key)) = entry.raw.filter(|_| is_raw) {
            lines.extend(as_sent(&wording.json(raw, key), columns));
        }
    }
    lines
}

/// The newest first; what goes on is before what is over.
fn entries<'a>(agent: &'a AgentView, view: &FloorView, wording: &Wording<'_>) -> Vec<Entry<'a>> {
    let mut entries = Vec::new();
    let mut wrapup_began: Option<Timestamp> = None;
    for event in agent.history.newest_first().rev() {
        match &event.kind {
            EventKind::Tag(reported) => {
                let tag = &reported.tag;
                let (message, icons) = (tag.message.as_deref(), event::icons(tag, wording));
                let message = message.map(|message| wording.text(message)).unwrap_or_default();
                entries.push(Entry {
                    time: time(event::time_of(event), wording),
                    mark: event::tag_mark(tag),
                    kind: event::kind(tag, wording),
                    message: joined(&message, "  ", &icons),
                    customer: tag.customer.as_deref().map(|phone| wording.phone(phone)).unwrap_or_default(),
                    raw: Some((&tag.fields, "fields")),
                });
            }
            EventKind::BreakChanged(changed) => entries.push(Entry {
                time: time(event.at, wording),
                message: format!(
                    "{}; before: {}",
                    changed.reason.as_deref().map(|reason| wording.text(reason)).unwrap_or_default(),
                    wording.text(&changed.previous_reason)
                ),
                ..Entry::of(ON_BREAK, "break")
            }),
            EventKind::BreakEnded(ended) => {
                let end = ended
                    .since
                    .zip(ended.lasted_seconds)
                    .and_then(|(since, seconds)| since.checked_add(SignedDuration::from_secs(seconds)).ok());
                let lasted = ended.lasted_seconds.map(times::length).unwrap_or_default();
                let reason = ended.reason.as_deref().map(|reason| wording.text(reason)).unwrap_or_default();
                entries.push(Entry {
                    time: span(ended.since, Some(end.unwrap_or(event.at)), wording),
                    message: joined(&reason, ", ", &lasted),
                    ..Entry::of(ON_BREAK, "break")
                });
            }
            EventKind::WrapupStarted(_) => wrapup_began = Some(event.at),
            EventKind::WrapupEnded(ended) => {
                let began = wrapup_began.take();
                let lasted = began.map(|began| times::length(event.at.duration_since(began).as_secs()));
                entries.push(Entry {
                    time: span(began, Some(event.at), wording),
                    message: lasted.unwrap_or_default(),
                    customer: ended.customer.as_deref().map(|phone| wording.phone(phone)).unwrap_or_default(),
                    ..Entry::of(IN_WRAPUP, "wrap-up")
                });
            }
            _ => {}
        }
    }
    if !agent.is_over() {
        entries.extend(present(agent, view, wrapup_began, wording));
    }
    entries.reverse();
    entries
}

/// The break and the wrap-up that go on.
fn present<'a>(
    agent: &'a AgentView,
    view: &FloorView,
    wrapup_began: Option<Timestamp>,
    wording: &Wording<'_>,
) -> Vec<Entry<'a>> {
    let seen_at = agent.seen_at(view.now, view.interval);
    let Overview { breaking, wrapping, .. } = Overview::of(&agent.state, seen_at);
    let wrapup = wrapping.map(|since| {
        let end = since.state.ends_at.map(|end| format!("until {}", wording.clock(end)));
        let customer = since.state.customer.as_deref().map(|phone| wording.phone(phone));
        Entry {
            time: span(wrapup_began, None, wording),
            message: end.unwrap_or_default(),
            customer: customer.unwrap_or_default(),
            raw: since.state.detail.as_ref().map(|detail| (detail, "detail")),
            ..Entry::of(IN_WRAPUP, "wrap-up")
        }
    });
    let on_break = breaking.map(|since| {
        let at_least = if since.state.since.is_some() { "" } else { "≥ " };
        let lasted = format!("{at_least}{} so far", times::length(since.seconds_at_least(seen_at)));
        let reason = since.state.reason.as_deref().map(|reason| wording.text(reason)).unwrap_or_default();
        Entry {
            time: span(since.state.since, None, wording),
            message: joined(&reason, ", ", &lasted),
            raw: since.state.detail.as_ref().map(|detail| (detail, "detail")),
            ..Entry::of(ON_BREAK, "break")
        }
    });
    wrapup.into_iter().chain(on_break).collect()
}

impl Entry<'_> {
    fn of(mark: Mark, kind: &str) -> Self {
        Self {
            time: String::new(),
            mark,
            kind: kind.to_owned(),
            message: String::new(),
            customer: String::new(),
            raw: None,
        }
    }
}

/// A day is read as times of day, unless the person wants distances.
fn time(moment: Timestamp, wording: &Wording<'_>) -> String {
    match wording.time {
        TimeStyle::Relative => wording.time(moment),
        TimeStyle::Clock | TimeStyle::Both => wording.clock(moment),
    }
}

/// From and to; a beginning that nobody saw is left out. Of distances only the end counts: how long it took is beside it.
fn span(from: Option<Timestamp>, to: Option<Timestamp>, wording: &Wording<'_>) -> String {
    if wording.time == TimeStyle::Relative {
        return to.map_or_else(|| wording.time(wording.wall), |to| wording.time(to));
    }
    let from = from.map(|from| wording.clock(from)).unwrap_or_default();
    let to = to.map_or_else(|| "now".to_owned(), |to| wording.clock(to));
    format!("{from}–{to}")
}

fn joined(one: &str, between: &str, other: &str) -> String {
    if one.is_empty() || other.is_empty() {
        format!("{one}{other}")
    } else {
        format!("{one}{between}{other}")
    }
}

/// The widths of the columns.
struct Table {
    time: usize,
    kind: usize,
    message: usize,
    customer: usize,
}

impl Table {
    fn of(entries: &[Entry<'_>], columns: usize) -> Self {
        let widest = |text: for<'e> fn(&'e Entry<'_>) -> &'e str, title: &str| {
            entries.iter().map(|entry| width(text(entry))).max().unwrap_or_default().max(width(title))
        };
        let time = widest(|entry| &entry.time, "time");
        let kind = widest(|entry| &entry.kind, "kind").min(WIDEST_KIND);
        let customer = widest(|entry| &entry.customer, "customer");
        // A margin, a mark, and two columns between each.
        let rest = columns.saturating_sub(3 + time + 2 + kind + 2);
        match rest.checked_sub(customer + 2).filter(|message| *message >= NARROWEST_MESSAGE) {
            Some(message) => Self { time, kind, message, customer },
            None => Self { time, kind, message: rest, customer: 0 },
        }
    }

    fn titles(&self) -> Line {
        let customer = if self.customer == 0 { "" } else { "customer" };
        let (time, kind) = (pad_right("time", self.time), pad_right("kind", self.kind));
        let titles = format!("   {time}  {kind}  {}  {customer}", pad_right("message", self.message));
        Line::of(titles.trim_end(), Tint::Strong)
    }

    fn rows(&self, entry: &Entry<'_>) -> Vec<Line> {
        let message = if self.customer == 0 {
            joined(&entry.message, "  ", &entry.customer)
        } else {
            entry.message.clone()
        };
        let mut lines = wrap(&message, self.message.max(1));
        if lines.len() > LONGEST_MESSAGE {
            lines.truncate(LONGEST_MESSAGE);
            let last = format!("{}…", lines.pop().unwrap_or_default());
            lines.push(last);
        }
        let kind = cut(&entry.kind, self.kind);
        let mut lines = lines.into_iter();
        let first = pad_right(&cut(&lines.next().unwrap_or_default(), self.message), self.message);
        let first = Line::of(format!(" {} ", entry.mark.symbol), entry.mark.tint)
            .with(format!("{}  ", pad_right(&entry.time, self.time)), Tint::Quiet)
            .with(format!("{}  ", pad_right(&kind, self.kind)), entry.mark.tint)
            .with(first, Tint::Plain)
            .with(
                if self.customer == 0 { String::new() } else { format!("  {}", entry.customer) },
                Tint::Quiet,
            );
        let indent = 3 + self.time + 2 + self.kind + 2;
        let others = lines.map(|line| Line::of(format!("{:indent$}{line}", ""), Tint::Plain));
        std::iter::once(first).chain(others).collect()
    }
}

fn as_sent(text: &str, columns: usize) -> Vec<Line> {
    let room = columns.saturating_sub(INDENT).max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for cluster in text.graphemes(true) {
        let more = width(cluster);
        if used + more > room {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        line.push_str(cluster);
        used += more;
    }
    lines.push(line);
    lines.into_iter().map(|line| Line::of(format!("{:INDENT$}{line}", ""), Tint::Quiet)).collect()
}
