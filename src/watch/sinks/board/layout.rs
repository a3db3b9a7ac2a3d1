//! Which parts a screen of a size has, and where.

use ratatui::layout::Rect;

/// A screen of so many columns has the events beside the agents instead of below them: with fewer, the halves would lose
/// columns and ends of texts that the whole width has.
const WIDE: u16 = 190;

/// Lines above the page: title and tally.
const HEADING: u16 = 2;

/// With fewer lines, a filter that is typed takes the place of the keys.
const LINES_FOR_FILTER: u16 = 8;

/// So many events are always to be seen.
const EVENTS: u16 = 3;

/// What the rows of the agents need to lose nothing.
const NARROWEST_LEFT: u16 = 80;

/// Between the two panes of a wide screen: a blank, a line and a blank.
const GAP: u16 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) heading: Rect,
    pub(crate) page: Rect,
    /// The newest events, with a title if there is room for it.
    pub(crate) events: Option<Rect>,
    /// The line between two panes.
    pub(crate) divider: Option<Rect>,
    /// The keys, below the filter if there is one.
    pub(crate) foot: Rect,
}

impl Layout {
    /// `wanted` is how many lines the page would fill; `None` if it is to have the whole screen.
    pub(crate) fn of(screen: Rect, wanted: Option<usize>, has_filter: bool) -> Self {
        let Rect { width, height, .. } = screen;
        let foot = if has_filter && height >= LINES_FOR_FILTER { 2 } else { 1 };
        let foot = foot.min(height);
        let top = HEADING.min(height - foot);
        let heading = Rect { height: top, ..screen };
        let body = Rect { y: top, height: height - top - foot, ..screen };
        let foot = Rect { y: height - foot, height: foot, ..screen };
        let whole = Self { heading, page: body, events: None, divider: None, foot };
        let Some(wanted) = wanted else { return whole };
        if width >= WIDE {
            let left = ((width - GAP) / 2).max(NARROWEST_LEFT);
            let divider = Rect { x: left + 1, width: 1, ..body };
            let events = Rect { x: left + GAP, width: width - left - GAP, ..body };
            let page = Rect { width: left, ..body };
            return Self { page, events: Some(events), divider: Some(divider), ..whole };
        }
        let wanted = u16::try_from(wanted).unwrap_or(u16::MAX);
        let lines = least_events(body.height).max(body.height.saturating_sub(wanted));
        if lines == 0 {
            return whole;
        }
        let page = Rect { height: body.height - lines, ..body };
        let events = Rect { y: body.y + page.height, height: lines, ..body };
        Self { page, events: Some(events), ..whole }
    }
}

/// With a title where an agent or two fit besides.
fn least_events(body: u16) -> u16 {
    match body {
        0..3 => 0,
        3..6 => 1,
        6..9 => EVENTS,
        _ => EVENTS + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_fill_the_screen_without_overlap_at_every_size() {
        for (width, height) in (0..=310).flat_map(|width| (0..=60).map(move |height| (width, height))) {
            for (wanted, has_filter) in [(None, false), (Some(0), true), (Some(15), false), (Some(500), true)]
            {
                let screen = Rect::new(0, 0, width, height);
                let Layout { heading, page, events, divider, foot } = Layout::of(screen, wanted, has_filter);
                let parts = [Some(heading), Some(page), events, divider, Some(foot)];
                let cells: u32 = parts.iter().flatten().map(|part| part.area()).sum();
                // Two columns beside the divider are blank.
                let blank = divider.map_or(0, |divider| u32::from(divider.height) * 2);
                assert_eq!(cells + blank, screen.area(), "{width}×{height}");
                assert!(parts.iter().flatten().all(|part| screen.union(*part) == screen), "{parts:?}");
                if wanted.is_some() && height >= 10 {
                    assert!(events.is_some_and(|events| events.height >= EVENTS), "{width}×{height}");
                }
                let least = wanted.map_or(3, |wanted| wanted.min(3));
                assert!(height < 10 || usize::from(page.height) >= least, "{width}×{height}");
            }
        }
    }
}
