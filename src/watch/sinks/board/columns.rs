//! How wide each column is, and which ones a narrow screen leaves out.

use std::borrow::Cow;

use crate::floor::alerts::Limit;
use crate::output::presentation::TimeStyle;
use crate::output::text::width::width;
use crate::watch::sinks::board::options::BoardOptions;
use crate::watch::sinks::board::rows::RowView;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Agent,
    State,
    Reason,
    For,
    Left,
    Since,
    /// Of today.
    Breaks,
    LastTag,
}

use Column::{Agent, Breaks, For, LastTag, Left, Reason, Since, State};

const ALL: [Column; 8] = [Agent, State, Reason, For, Left, Since, Breaks, LastTag];
/// The order in which a narrow screen leaves out columns, once the breaks have found room or are gone.
const FIRST_TO_GO: [Column; 5] = [Since, LastTag, Reason, Left, For];
/// What makes way for the breaks: as little as possible.
const FOR_BREAKS: [&[Column]; 2] = [&[], &[Since]];
/// The same beside the events, which have the tags anyway.
const FOR_BREAKS_BESIDE_EVENTS: [&[Column]; 4] = [&[], &[Since], &[LastTag], &[Since, LastTag]];
pub(crate) const GAP: usize = 2;
/// A longer name is shown whole where there is room.
const NAME: usize = 10;
/// The most that a customer's number has: fifteen digits and a sign.
const NUMBER: usize = 16;

impl Column {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Agent => "agent",
            State => "state",
            Reason => "reason",
            For => "for",
            Left => "left",
            Since => "since",
            Breaks => "breaks",
            LastTag => "last tag",
        }
    }

    /// In a cell of this width; what is longer is cut by whoever paints it.
    pub(crate) fn text(self, row: &RowView, width: usize) -> Cow<'_, str> {
        match self {
            Agent => Cow::Borrowed(&row.agent),
            State => Cow::Borrowed(row.state),
            Reason => Cow::Borrowed(&row.reason),
            For => Cow::Borrowed(without_last_unit(&row.held, width)),
            Left => Cow::Borrowed(without_last_unit(&row.left, width)),
            Since => Cow::Borrowed(&row.since),
            Breaks => Cow::Borrowed(&row.breaks),
            LastTag => Cow::Owned(row.last_tag.text(width)),
        }
    }

    /// Durations, so that their units are aligned.
    pub(crate) fn is_right_aligned(self) -> bool {
        matches!(self, For | Left)
    }

    /// The least width, and the most while another column lacks some. Durations up to ten hours have a fixed one, so that
    /// nothing moves while they grow.
    fn bounds(self) -> (usize, usize) {
        match self {
            Agent => (5, 24),
            State => (8, 15),
            Reason => (8, 40),
            For => (12, 13),
            Left => (11, 12),
            Since => (5, 16),
            Breaks => (12, 30),
            LastTag => (18, usize::MAX),
        }
    }

    /// Whether it can ever have a text.
    fn is_wanted(self, rows: &[RowView], options: &BoardOptions, limits: &[Limit]) -> bool {
        let only = options.only;
        match self {
            Agent => true,
            LastTag => only.tags,
            State | Reason | For => only.breaks || only.wrapups,
            // The server gives an end for wrap-ups alone.
            Left => only.wrapups || (only.breaks && !limits.is_empty()),
            // As a distance it is in the column before already.
            Since => only.breaks && options.time != TimeStyle::Relative,
            // Only a journal knows them.
            Breaks => only.breaks && rows.iter().any(|row| !row.breaks.is_empty()),
        }
    }

    fn wish(self, rows: &[RowView]) -> usize {
        let (least, most) = self.bounds();
        self.widest(rows).max(width(self.title())).clamp(least, most)
    }

    fn widest(self, rows: &[RowView]) -> usize {
        rows.iter().map(|row| width(&self.text(row, usize::MAX))).max().unwrap_or_default()
    }
}

/// The columns that fit, each with its width; `beside_events` is whether the events are next to them.
pub(crate) fn fit(
    rows: &[RowView],
    options: &BoardOptions,
    limits: &[Limit],
    room: usize,
    beside_events: bool,
) -> Vec<(Column, usize)> {
    let is_wanted = |column: &Column| column.is_wanted(rows, options, limits);
    let mut shown: Vec<Column> = ALL.into_iter().filter(is_wanted).collect();
    let least = |column: Column, shown: &[Column]| match column {
        State | Since | Breaks => column.wish(rows),
        // For the breaks, the beginning makes way before a name is cut: the length says it too.
        Agent if shown.contains(&Breaks) && shown.contains(&Since) => column.wish(rows),
        Agent => column.wish(rows).min(NAME),
        // Half a number is none: no breaks take its room.
        Reason if shown.contains(&Breaks) => column.wish(rows).min(NUMBER),
        other => other.bounds().0,
    };
    let needed = |shown: &[Column]| shown.iter().map(|&column| least(column, shown) + GAP).sum::<usize>();
    if shown.contains(&Breaks) {
        let ways = if beside_events { &FOR_BREAKS_BESIDE_EVENTS[..] } else { &FOR_BREAKS };
        let without = |gone: &[Column]| shown.iter().copied().filter(|it| !gone.contains(it)).collect();
        let mut all = ways.iter().map(|gone| without(gone));
        let fitting = all.find(|shown: &Vec<Column>| needed(shown) <= room + GAP);
        shown = fitting.unwrap_or_else(|| without(&[Breaks]));
    }
    for column in FIRST_TO_GO {
        if needed(&shown) > room + GAP {
            shown.retain(|shown| *shown != column);
        }
    }
    let mut spare = (room + GAP).saturating_sub(needed(&shown));
    let place = |&column: &Column| {
        let least = least(column, &shown);
        let more = column.wish(rows).saturating_sub(least).min(spare);
        spare -= more;
        (column, least + more)
    };
    let mut fitted: Vec<_> = shown.iter().map(place).collect();
    for (column, width) in &mut fitted {
        let more = column.widest(rows).saturating_sub(*width).min(spare);
        (*width, spare) = (*width + more, spare - more);
    }
    fitted
}

/// Without minutes beside hours where they have no room: half a unit would be misread.
fn without_last_unit(length: &str, room: usize) -> &str {
    let is_cut = width(length) > room;
    let shorter = || length.rsplitn(3, ' ').nth(2);
    if is_cut { shorter().unwrap_or(length) } else { length }
}
