//! The board as lines on a buffer of cells: heading, rows, newest tags, news, keys.

use jiff::tz::TimeZone;
use ratatui::buffer::Buffer;

use crate::floor::alerts::Limit;
use crate::floor::answer::Tag;
use crate::output::event_view;
use crate::output::text::style::{
    CALLBACK, IN_WRAPUP, Mark, NOTABLE, ON_BREAK, ORDINARY, Tint, UNKNOWN, WRONG,
};
use crate::output::text::width::{cut, pad_left, pad_right};
use crate::watch::sinks::board::columns::{Column, GAP, fit};
use crate::watch::sinks::board::controls::{Controls, Page};
use crate::watch::sinks::board::lines::{sentence_line, tag_line, times_width};
use crate::watch::sinks::board::opened;
use crate::watch::sinks::board::paint::{Line, paint};
use crate::watch::sinks::board::rows;
use crate::watch::sinks::board::rows::{RECONNECTING, RowView};
use crate::watch::sinks::board::summary::{age, liveness, next_poll, tally};
use crate::watch::sinks::board::wording::Wording;
use crate::watch::source::WatchScope;
use crate::watch::view::FloorView;

/// Lines above the page: title and tally.
const HEADING: usize = 2;
/// Lines below the page: news and keys.
const FOOT: usize = 2;
/// A floor with fewer lines has no panel of newest tags.
const LINES_FOR_TAGS: usize = 9;
/// The most lines of the panel, with its title.
const TALLEST_PANEL: usize = 16;
/// The columns before each row, for the symbols of selection and state.
const MARGIN: usize = 3;

#[derive(Clone, Debug)]
pub struct BoardOptions {
    pub zone: TimeZone,
    pub color: bool,
    pub mask: bool,
    /// Only these have columns.
    pub only: WatchScope,
    /// For example `asha at https://v4-api.deepcall.com`.
    pub title: String,
}

pub(crate) struct Picture<'a> {
    pub(crate) view: &'a FloorView,
    pub(crate) options: &'a BoardOptions,
    pub(crate) limits: &'a [Limit],
}

impl Picture<'_> {
    /// Draws a frame, and records in `controls` what it shows.
    pub(crate) fn draw(&self, controls: &mut Controls, buffer: &mut Buffer) {
        buffer.reset();
        let (width, height) = (usize::from(buffer.area.width), usize::from(buffer.area.height));
        let room = height.saturating_sub(HEADING + FOOT);
        let mut lines = self.heading(width);
        match controls.page.clone() {
            Page::Floor => lines.extend(self.floor(controls, width, room)),
            Page::Opened(name) => lines.extend(self.opened(&name, controls, width, room)),
            Page::Keys => lines.extend(window(keys(), controls, room)),
        }
        lines.resize_with(height.saturating_sub(FOOT), Line::default);
        lines.push(self.newest_news());
        lines.push(hint(controls));
        for (y, line) in lines.iter().enumerate().take(height) {
            paint(buffer, 0, y, line, self.options.color);
        }
    }

    fn wording(&self) -> Wording<'_> {
        Wording { zone: &self.options.zone, mask: self.options.mask, wall: self.view.wall }
    }

    fn heading(&self, width: usize) -> Vec<Line> {
        let live = liveness(self.view);
        let Mark { symbol, tint } = live.mark();
        let there = self.options.zone.to_datetime(self.view.wall);
        let clock = format!("{:02}:{:02}:{:02}", there.hour(), there.minute(), there.second());
        let age = age(self.view).map(|age| format!("{age} old"));
        let mut right = Line::of(format!("{symbol} {}", live.words(self.view.agents.len())), tint);
        for fact in [age, next_poll(self.view), Some(clock)].into_iter().flatten() {
            right = right.with(format!(" · {fact}"), Tint::Plain);
        }
        let room = width.saturating_sub(right.width() + 1);
        let title = Wording::name(&self.options.title);
        let mut first = Line::of(pad_right(&cut(&title, room), room + 1), Tint::Strong);
        first.words.extend(right.words);
        vec![first, self.tally()]
    }

    fn tally(&self) -> Line {
        let tally = tally(&self.view.agents, self.limits, self.view.now);
        let only = self.options.only;
        let with_states = only.breaks || only.wrapups;
        let mut line = Line::default();
        for (is_wanted, mark, word, count) in [
            (tally.over > 0, WRONG, "over", tally.over),
            (only.breaks, ON_BREAK, "on break", tally.on_break),
            (only.wrapups, IN_WRAPUP, "wrap-up", tally.wrapup),
            (with_states, Mark { tint: Tint::Plain, ..ORDINARY }, "neither", tally.neither),
            (with_states, UNKNOWN, "unknown", tally.unknown),
        ] {
            if is_wanted {
                line = line.with(format!("{} {word} {count}  ", mark.symbol), mark.tint);
            }
        }
        line
    }

    fn floor(&self, controls: &mut Controls, width: usize, room: usize) -> Vec<Line> {
        let mut shown = rows::rows(self.view, self.limits, &self.wording());
        rows::sort(&mut shown, controls.frozen.as_deref());
        let columns = fit(&shown, self.options.only, width.saturating_sub(MARGIN));
        shown.retain(|row| row.contains(&controls.filter));
        let panel = self.newest_tags(panel_height(room, shown.len(), self.options.only.tags));
        let room = room.saturating_sub(1 + panel.len());
        let visible = if shown.len() > room { room.saturating_sub(1) } else { room };
        controls.settle(shown.iter().map(|row| row.profile.clone()).collect(), visible);
        let mut lines = vec![titles(&columns)];
        let last = (controls.first + visible).min(shown.len());
        for row in &shown[controls.first..last] {
            lines.push(row_line(row, &columns, controls.selected.as_ref() == Some(&row.profile)));
        }
        if shown.is_empty() {
            lines.push(Line::of("   no agent matches the filter", Tint::Quiet));
        } else if shown.len() > visible {
            let above = controls.first;
            let words = match (above, shown.len() - last) {
                (0, below) => format!("   and {below} more"),
                (above, below) => format!("   {above} more above, {below} below"),
            };
            lines.push(Line::of(words, Tint::Quiet));
        }
        lines.resize_with(1 + room, Line::default);
        lines.extend(panel);
        lines
    }

    /// A panel with the newest tags of all profiles.
    fn newest_tags(&self, height: usize) -> Vec<Line> {
        let Some(count) = height.checked_sub(1) else { return Vec::new() };
        let mut tags: Vec<(&str, &Tag)> = self
            .view
            .agents
            .iter()
            .flat_map(|one| one.tags.iter().map(move |tag| (one.profile.as_str(), tag)))
            .collect();
        tags.sort_by_key(|(_, tag)| std::cmp::Reverse(tag.time));
        let wording = self.wording();
        let title = if tags.is_empty() { "newest tags: none yet" } else { "newest tags" };
        let mut lines = vec![Line::of(title, Tint::Strong)];
        tags.truncate(count);
        let times = times_width(tags.iter().map(|(_, tag)| *tag), &wording);
        lines.extend(tags.into_iter().map(|(profile, tag)| {
            let name = Wording::name(profile);
            tag_line(tag, times, Some(&name), &wording)
        }));
        lines.resize_with(height, Line::default);
        lines
    }

    fn opened(&self, name: &str, controls: &mut Controls, width: usize, room: usize) -> Vec<Line> {
        let Some(agent) = self.view.agents.iter().find(|one| one.profile == name) else {
            return Vec::new();
        };
        let wording = self.wording();
        let row = rows::row(agent, self.view.now, self.limits, &wording);
        let columns = fit(std::slice::from_ref(&row), self.options.only, width.saturating_sub(MARGIN));
        let mut lines = vec![titles(&columns), row_line(&row, &columns, false)];
        let news = self.view.news.iter().filter(|news| news.profile.as_deref() == Some(name));
        let text = opened::lines(agent, news, &wording, width);
        lines.extend(window(text, controls, room.saturating_sub(lines.len())));
        lines
    }

    fn newest_news(&self) -> Line {
        let news = event_view::fold(self.view.news.iter(), self.view.agents.len());
        let newest = news.iter().max_by_key(|one| one.at());
        newest.map_or_else(Line::default, |one| sentence_line(one.at(), &one.sentence(), &self.wording()))
    }
}

/// The lines that the rows leave free, but at least a third of the floor.
fn panel_height(room: usize, rows: usize, wanted: bool) -> usize {
    if !wanted || room < LINES_FOR_TAGS {
        return 0;
    }
    (room / 3).max(room.saturating_sub(rows + 2)).min(TALLEST_PANEL)
}

fn titles(columns: &[(Column, usize)]) -> Line {
    let mut line = Line::of(" ".repeat(MARGIN), Tint::Strong);
    for &(column, width) in columns {
        line = line.with(cell(column, column.title(), width), Tint::Strong);
    }
    line
}

fn row_line(row: &RowView, columns: &[(Column, usize)], is_selected: bool) -> Line {
    let cursor = if is_selected { "›" } else { " " };
    let mut line = Line::of(cursor, Tint::Plain).with(format!("{} ", row.mark.symbol), row.mark.tint);
    for &(column, width) in columns {
        let tint = match column {
            Column::State | Column::Left => row.tint,
            Column::Since | Column::LastTag => Tint::Quiet,
            _ => Tint::Plain,
        };
        line = line.with(cell(column, column.text(row), width), tint);
    }
    Line { is_selected, ..line }
}

fn cell(column: Column, text: &str, width: usize) -> String {
    let text = cut(text, width);
    let padded = if column.is_right_aligned() { pad_left(&text, width) } else { pad_right(&text, width) };
    // The margin is the gap before the first column.
    if column == Column::Agent { padded } else { format!("{:GAP$}{padded}", "") }
}

fn window(lines: Vec<Line>, controls: &mut Controls, room: usize) -> Vec<Line> {
    controls.settle_lines(lines.len(), room);
    lines.into_iter().skip(controls.first).take(room).collect()
}

fn hint(controls: &Controls) -> Line {
    if controls.is_typing {
        return Line::of(format!("/{}_", Wording::name(&controls.filter)), Tint::Advice);
    }
    let words = match controls.page {
        Page::Floor if !controls.filter.is_empty() => {
            return Line::of(format!("filter: {}", Wording::name(&controls.filter)), Tint::Advice)
                .with("   Esc shows all", Tint::Quiet);
        }
        Page::Floor if controls.frozen.is_some() => "order kept: f sorts again   ? keys   / filter   q quit",
        Page::Floor => "? keys   / filter   f keep order   Enter open   q quit",
        Page::Opened(_) => "Esc back   ↑↓ scroll   q quit",
        Page::Keys => "? back   ↑↓ scroll   q quit",
    };
    Line::of(words, Tint::Quiet)
}

fn keys() -> Vec<Line> {
    let marks = [
        (WRONG, "over its limit, or no longer followed"),
        (NOTABLE, "over its warning limit"),
        (RECONNECTING, "polls fail; the row shows the last answer"),
        (ON_BREAK, "on break"),
        (IN_WRAPUP, "in wrap-up"),
        (ORDINARY, "neither of these"),
        (UNKNOWN, "the server has not answered yet"),
        (CALLBACK, "a tag; each kind has a symbol"),
    ];
    let text = [
        "↑ ↓ j k  select an agent      PgUp PgDn Home End  scroll",
        "Enter    show the agent's tags, events and break details",
        "/        type a text: only rows with it in name, state or reason are shown",
        "f        keep the order of the rows, or sort them again",
        "Esc      go back, or clear filter and selection",
        "q        quit, as does Ctrl-C      Ctrl-Z  go to the shell; fg returns",
        "",
        "Agents over their limit are first, then breaks and wrap-ups, the longest first.",
        "neither   not on break and not in wrap-up, as far as the server reports",
        "unknown   the server has not answered yet",
        "≥ 5 min   at least this long: the server sent no start",
        "left      until the limit, or the end of a wrap-up without one; negative once over",
        "",
    ];
    let mut lines: Vec<Line> = text.into_iter().map(|text| Line::of(text, Tint::Plain)).collect();
    lines
        .extend(marks.map(|(mark, words)| {
            Line::of(format!(" {}  ", mark.symbol), mark.tint).with(words, Tint::Plain)
        }));
    lines
}
