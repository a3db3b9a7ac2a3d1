//! How wide each column is, and which ones a narrow screen leaves out.

use std::borrow::Cow;

use crate::output::text::width::width;
use crate::watch::sinks::board::rows::RowView;
use crate::watch::source::WatchScope;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Agent,
    State,
    Reason,
    For,
    Left,
    Since,
    LastTag,
}

use Column::{Agent, For, LastTag, Left, Reason, Since, State};

const ALL: [Column; 7] = [Agent, State, Reason, For, Left, Since, LastTag];
/// The order in which a narrow screen leaves out columns.
const FIRST_TO_GO: [Column; 5] = [Since, LastTag, Reason, Left, For];
pub(crate) const GAP: usize = 2;
/// A longer name is shown whole where there is room.
const NAME: usize = 10;

impl Column {
    pub(crate) fn title(self) -> &'static str {
        match self {
            Agent => "agent",
            State => "state",
            Reason => "reason",
            For => "for",
            Left => "left",
            Since => "since",
            LastTag => "last tag",
        }
    }

    /// In a cell of this width; what is longer is cut by whoever paints it.
    pub(crate) fn text(self, row: &RowView, width: usize) -> Cow<'_, str> {
        match self {
            Agent => Cow::Borrowed(&row.agent),
            State => Cow::Borrowed(row.state),
            Reason => Cow::Borrowed(&row.reason),
            For => Cow::Borrowed(&row.held),
            Left => Cow::Borrowed(&row.left),
            Since => Cow::Borrowed(&row.since),
            LastTag => Cow::Owned(row.last_tag.text(width)),
        }
    }

    /// Durations, so that their units are aligned.
    pub(crate) fn is_right_aligned(self) -> bool {
        matches!(self, For | Left)
    }

    /// The least and the most width. Durations have a fixed one, so that nothing moves while they grow.
    fn bounds(self) -> (usize, usize) {
        match self {
            Agent => (5, 40),
            State => (8, 15),
            Reason => (8, 40),
            For => (12, 12),
            Left => (11, 11),
            Since => (5, 16),
            LastTag => (18, usize::MAX),
        }
    }

    fn wish(self, rows: &[RowView]) -> usize {
        let (least, most) = self.bounds();
        let widest = rows.iter().map(|row| width(&self.text(row, most))).max().unwrap_or_default();
        widest.max(width(self.title())).clamp(least, most)
    }
}

/// The columns that fit, each with its width.
pub(crate) fn fit(rows: &[RowView], only: WatchScope, room: usize) -> Vec<(Column, usize)> {
    let mut shown: Vec<Column> = ALL.into_iter().filter(|column| is_wanted(*column, only)).collect();
    let least = |column: Column| match column {
        State | Since => column.wish(rows),
        Agent => column.wish(rows).min(NAME),
        other => other.bounds().0,
    };
    let needed = |shown: &[Column]| shown.iter().map(|&column| least(column) + GAP).sum::<usize>();
    for column in FIRST_TO_GO {
        if needed(&shown) > room + GAP {
            shown.retain(|shown| *shown != column);
        }
    }
    let mut spare = (room + GAP).saturating_sub(needed(&shown));
    let mut place = |column: Column| {
        let more = column.wish(rows).saturating_sub(least(column)).min(spare);
        spare -= more;
        (column, least(column) + more)
    };
    shown.into_iter().map(&mut place).collect()
}

fn is_wanted(column: Column, only: WatchScope) -> bool {
    match column {
        Agent => true,
        LastTag => only.tags,
        State | Reason | For | Left => only.breaks || only.wrapups,
        Since => only.breaks,
    }
}
