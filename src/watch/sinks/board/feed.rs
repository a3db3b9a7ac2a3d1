//! Events as rows of a list: when, who, what.

use crate::floor::answer::Tag;
use crate::output::event_view::{Folded, fold};
use crate::output::text::style::Tint;
use crate::output::text::width::{cut, pad_left, pad_right, width};
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::shown::event::{EventRow, kind, row, tag_words};
use crate::watch::sinks::shown::names::Names;
use crate::watch::sinks::shown::wording::Wording;
use crate::watch::view::EventLog;

/// The most columns of an agent's name, unless it takes less than a quarter of a line.
const WIDEST_NAME: usize = 16;

/// The events of a log that a filter finds, the newest first.
pub(crate) struct Feed<'a> {
    folded: Vec<Folded<'a>>,
    /// Only with a filter: otherwise what is not shown is not put into words.
    found: Option<Vec<EventRow>>,
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

impl EventRow {
    fn contains(&self, filter: &str) -> bool {
        let agent = self.agent.as_deref().unwrap_or_default();
        contains([agent, &self.words(), &self.also], filter)
    }

    fn line(&self, times: usize, names: usize) -> Line {
        let line = Line::of(format!(" {} ", self.mark.symbol), self.mark.tint)
            .with(format!("{}  ", pad_left(&self.time, times)), Tint::Quiet);
        let line = match &self.agent {
            Some(agent) => line.with(format!("{}  ", pad_right(&cut(agent, names), names)), Tint::Strong),
            None => line,
        };
        line.with(self.words(), self.tint)
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

fn lines<'r>(rows: impl Iterator<Item = &'r EventRow> + Clone, columns: usize) -> Vec<Line> {
    let times = rows.clone().map(|row| width(&row.time)).max().unwrap_or_default();
    let names = rows.clone().filter_map(|row| row.agent.as_deref()).map(width).max().unwrap_or_default();
    let names = names.min(WIDEST_NAME.max(columns / 4));
    rows.map(|row| row.line(times, names)).collect()
}
