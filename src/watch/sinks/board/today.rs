//! The breaks of today on the page of an agent, in the words of the shift's report.

use crate::floor::shift::{ShiftBreak, Today};
use crate::output::text::figures::{bounded, length, percent, reason};
use crate::output::text::style::Tint;
use crate::output::text::times;
use crate::output::text::width::wrap;
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::shown::today::count;
use crate::watch::sinks::shown::wording::Wording;

/// As far from the edge as the titles below.
const INDENT: usize = 3;

/// Of one sentence: a server may send reasons of any length.
const MOST_LINES: usize = 4;

pub(crate) fn lines(today: &Today, wording: &Wording<'_>, columns: usize) -> Vec<Line> {
    let room = columns.saturating_sub(INDENT).max(1);
    let about = [Some(breaks(today)), longest(today, wording), covered(today, wording)];
    let lines = |words: String| wrap(&wording.text(&words), room).into_iter().take(MOST_LINES);
    let lines = about.into_iter().flatten().flat_map(lines);
    lines.map(|line| Line::of(format!("{:INDENT$}{line}", ""), Tint::Plain)).collect()
}

/// "3 breaks today, 41 min: Lunch 25 min of 45 min, 2× Tea 16 min".
fn breaks(today: &Today) -> String {
    let breaks = &today.breaks;
    let time = bounded(breaks.time, breaks.is_open());
    let of = breaks.allowance.map(|allowance| format!(" of {}", length(allowance))).unwrap_or_default();
    let reasons: Vec<String> = breaks.by_reason.iter().filter(|share| share.count > 0).map(reason).collect();
    let count = count(today);
    if breaks.count() == 0 {
        return format!("{count} today");
    }
    format!("{count} today, {time}{of}: {}", reasons.join(", "))
}

/// "longest: Lunch 25 min from 12:31"; of a single break, the line above has it all.
fn longest(today: &Today, wording: &Wording<'_>) -> Option<String> {
    let longest: &ShiftBreak = today.breaks.longest().filter(|_| today.breaks.count() > 1)?;
    let reason = longest.reason.as_deref().map(|reason| format!("{reason} ")).unwrap_or_default();
    let time = bounded(longest.time, longest.is_open);
    Some(format!("longest: {reason}{time} from {}", wording.clock(longest.span.from)))
}

/// "answers cover 98 % of 00:00–14:30", where there may have been more.
fn covered(today: &Today, wording: &Wording<'_>) -> Option<String> {
    let range = times::range(today.window.from, today.window.to, wording.wall, wording.zone);
    today.has_gap().then(|| format!("answers cover {} of {range}", percent(today.covered_share())))
}
