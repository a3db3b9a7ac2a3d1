//! A frame: what of the floor is shown where, for what the person has chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::floor::alerts::Limit;
use crate::output::presentation::TimeStyle;
use crate::output::text::style::Tint;
use crate::output::text::terminal::sanitize_for_terminal;
use crate::output::text::width::width;
use crate::watch::sinks::board::columns::{Column, fit};
use crate::watch::sinks::board::controls::Controls;
use crate::watch::sinks::board::feed::Feed;
use crate::watch::sinks::board::floor;
use crate::watch::sinks::board::heading;
use crate::watch::sinks::board::help;
use crate::watch::sinks::board::keys::Place;
use crate::watch::sinks::board::layout::Layout;
use crate::watch::sinks::board::opened;
use crate::watch::sinks::board::options::BoardOptions;
use crate::watch::sinks::board::paint::{Line, paint};
use crate::watch::sinks::board::rows::{RowView, rows, sort};
use crate::watch::sinks::shown::names::Names;
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::view::{AgentView, FloorView};

/// In columns; a narrower part would lose more of its texts.
const WIDE_ENOUGH_FOR_BOTH: u16 = 96;

pub(crate) struct Picture<'a> {
    pub(crate) view: &'a FloorView,
    pub(crate) options: &'a BoardOptions,
    pub(crate) limits: &'a [Limit],
}

impl Picture<'_> {
    /// Draws a frame, and records in `controls` what it shows.
    pub(crate) fn draw(&self, controls: &mut Controls, buffer: &mut Buffer) {
        buffer.reset();
        let wording = self.wording();
        let names = Names::of(self.view, &wording);
        let mut rows = rows(self.view, self.options.only, self.limits, &controls.filter, &names, &wording);
        sort(&mut rows, controls.order, controls.kept.as_deref(), &controls.sorted);
        let opened = controls.opened.clone();
        let agent = opened.and_then(|name| self.view.agents.iter().find(|agent| agent.profile == name));
        let place = controls.place();
        let wanted = match place {
            Place::Floor => Some(1 + rows.iter().filter(|row| row.is_found).count().max(1)),
            Place::Agent => Some(usize::MAX),
            Place::Events | Place::Help => None,
        };
        let layout = Layout::of(buffer.area, wanted, heading::has_filter(controls));
        let mut paint = |part: Rect, lines: &[Line]| paint(buffer, part, lines, self.options.color);
        paint(layout.heading, &self.heading(controls, layout.heading));
        let page = match (place, agent) {
            (Place::Floor, _) => self.floor(&rows, controls, &layout),
            (Place::Agent, Some(agent)) => self.agent(agent, &rows, controls, &layout),
            (Place::Agent, None) => Vec::new(),
            (Place::Events, _) => self.events(controls, &names, layout.page),
            (Place::Help, _) => window(help::lines(), controls, layout.page),
        };
        paint(layout.page, &page);
        if let Some(part) = layout.events {
            paint(part, &self.newest_events(&controls.filter, &names, part));
        }
        if let Some(part) = layout.divider {
            paint(part, &vec![Line::of("│", Tint::Quiet); usize::from(part.height)]);
        }
        let foot = layout.foot;
        paint(foot, &heading::foot(controls, usize::from(foot.height), usize::from(foot.width)));
    }

    fn wording(&self) -> Wording<'_> {
        let BoardOptions { zone, mask, time, .. } = self.options;
        Wording { zone, mask: *mask, time: *time, wall: self.view.wall, harmless: sanitize_for_terminal }
    }

    /// Events are read against each other, so it is the distance that gives way.
    fn wording_of_events(&self, part: Rect) -> Wording<'_> {
        let wording = self.wording();
        let is_narrow = part.width < WIDE_ENOUGH_FOR_BOTH && wording.time == TimeStyle::Both;
        Wording { time: if is_narrow { TimeStyle::Clock } else { wording.time }, ..wording }
    }

    fn heading(&self, controls: &Controls, part: Rect) -> Vec<Line> {
        let columns = usize::from(part.width);
        let title = heading::title(self.view, self.options, columns);
        vec![title, heading::states(self.view, self.options, self.limits, controls, columns)]
    }

    fn floor(&self, rows: &[RowView], controls: &mut Controls, layout: &Layout) -> Vec<Line> {
        let columns = self.columns(rows, layout);
        floor::lines(rows, &columns, controls, usize::from(layout.page.height))
    }

    fn columns(&self, rows: &[RowView], layout: &Layout) -> Vec<(Column, usize)> {
        let room = usize::from(layout.page.width).saturating_sub(floor::MARGIN);
        fit(rows, self.options, self.limits, room, layout.divider.is_some())
    }

    /// The agent's row of the floor, and what is known besides.
    fn agent(
        &self,
        agent: &AgentView,
        rows: &[RowView],
        controls: &mut Controls,
        layout: &Layout,
    ) -> Vec<Line> {
        let part = layout.page;
        let Some(row) = rows.iter().find(|row| row.profile == agent.profile) else { return Vec::new() };
        let widths = self.columns(std::slice::from_ref(row), layout);
        let mut lines = vec![floor::titles(&widths), floor::row_line(row, &widths, false), Line::default()];
        lines.truncate(if part.height < 8 { 2 } else { 3 });
        let page = opened::lines(agent, self.view, controls.is_raw, &self.wording(), part.width.into());
        let below = Rect { height: part.height.saturating_sub(rows_of(&lines)), ..part };
        lines.extend(window(page, controls, below));
        lines
    }

    fn events(&self, controls: &mut Controls, names: &Names, part: Rect) -> Vec<Line> {
        let (log, wording) = (controls.events_to_show(&self.view.events), self.wording_of_events(part));
        let feed = Feed::of(&log, self.view.agents.len(), &controls.filter, names, &wording);
        let newer = match self.view.events.noted() - log.noted() {
            0 => String::new(),
            newer => format!(", {newer} newer: Home"),
        };
        let title = format!("{}{newer}", title_of(&feed, !controls.filter.is_empty()));
        let room = usize::from(part.height).saturating_sub(1);
        controls.settle_lines(feed.len(), room);
        let mut lines = vec![rule(&title, usize::from(part.width))];
        lines.extend(feed.lines(controls.first, room, usize::from(part.width)));
        lines
    }

    /// The newest events that fit, with a title if there is room for three below it.
    fn newest_events(&self, filter: &str, names: &Names, part: Rect) -> Vec<Line> {
        let (log, wording) = (&self.view.events, self.wording_of_events(part));
        let feed = Feed::of(log, self.view.agents.len(), filter, names, &wording);
        let mut lines = Vec::new();
        if part.height > 3 {
            lines.push(rule(&title_of(&feed, !filter.is_empty()), usize::from(part.width)));
        }
        lines.extend(feed.lines(0, usize::from(part.height) - lines.len(), usize::from(part.width)));
        lines
    }
}

fn title_of(feed: &Feed<'_>, has_filter: bool) -> String {
    match (feed.all(), feed.len()) {
        (0, _) => "no events yet".to_owned(),
        (all, found) if has_filter => format!("{found} of {all} events"),
        (1, _) => "1 event".to_owned(),
        (all, _) => format!("{all} events"),
    }
}

/// A title on a line over the whole part.
fn rule(title: &str, columns: usize) -> Line {
    let rest = columns.saturating_sub(width(title) + 4);
    Line::of("── ", Tint::Quiet).with(title, Tint::Strong).with(format!(" {}", "─".repeat(rest)), Tint::Quiet)
}

fn rows_of(lines: &[Line]) -> u16 {
    u16::try_from(lines.len()).unwrap_or(u16::MAX)
}

fn window(lines: Vec<Line>, controls: &mut Controls, part: Rect) -> Vec<Line> {
    let room = usize::from(part.height);
    controls.settle_lines(lines.len(), room);
    lines.into_iter().skip(controls.first).take(room).collect()
}
