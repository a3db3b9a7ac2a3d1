//! The page of one agent: failure, news, the raw detail of the break, recent tags as the server wrote them.

use unicode_segmentation::UnicodeSegmentation;

use crate::floor::event::Event;
use crate::output::text::style::Tint;
use crate::output::text::width::width;
use crate::watch::sinks::board::lines::{news_line, tag_line, times_width};
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::board::wording::Wording;
use crate::watch::view::AgentView;

const INDENT: usize = 4;

/// The page's lines, wrapped to the columns of the screen.
pub(crate) fn lines<'n>(
    agent: &AgentView,
    news: impl DoubleEndedIterator<Item = &'n Event>,
    wording: &Wording<'_>,
    columns: usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(failure) = &agent.failure {
        lines.push(Line::of(format!("no answer: {}", wording.text(&failure.message)), Tint::Bad));
    }
    let state = &agent.state;
    if let Some(detail) = state.break_state.as_ref().and_then(|since| since.state.detail.as_ref()) {
        lines.push(Line::of("break, as the server sent it", Tint::Strong));
        lines.extend(wrapped(&wording.json(detail, "detail"), columns));
    }
    if let Some(call) = state.wrapup.as_ref().and_then(|since| since.state.call_id.as_deref()) {
        lines.push(Line::of(format!("wrap-up of call {}", wording.id(call)), Tint::Plain));
    }
    let mut news = news.rev().map(|event| news_line(event, wording)).peekable();
    if news.peek().is_some() {
        lines.push(Line::of("news", Tint::Strong));
        lines.extend(news);
    }
    let title = if agent.tags.is_empty() { "recent tags: none yet" } else { "recent tags" };
    lines.push(Line::of(title, Tint::Strong));
    let times = times_width(&*agent.tags, wording);
    for tag in &*agent.tags {
        lines.push(tag_line(tag, times, None, wording));
        lines.extend(wrapped(&wording.json(&tag.fields, "fields"), columns));
    }
    lines
}

fn wrapped(text: &str, columns: usize) -> Vec<Line> {
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
