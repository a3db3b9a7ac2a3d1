//! The lines above and below a page: whose floor it is, how fresh and in which order, and what the keys do.

use crate::floor::alerts::Limit;
use crate::output::text::style::{Mark, Tint};
use crate::output::text::terminal::sanitize_for_terminal;
use crate::output::text::width::{cut, pad_right, width};
use crate::watch::sinks::board::controls::Controls;
use crate::watch::sinks::board::keys;
use crate::watch::sinks::board::options::BoardOptions;
use crate::watch::sinks::board::paint::Line;
use crate::watch::sinks::shown::summary::{age, counts, liveness, next_poll, tally};
use crate::watch::view::FloorView;

/// A title that is cut shorter than this says nothing.
const SHORTEST_TITLE: usize = 8;

/// Title, liveness, age of the data, next poll and clock; a narrow screen has the first of these.
pub(crate) fn title(view: &FloorView, options: &BoardOptions, columns: usize) -> Line {
    let state = liveness(view);
    let Mark { symbol, tint } = state.mark();
    let there = options.zone.to_datetime(view.wall);
    let clock = format!("{:02}:{:02}:{:02}", there.hour(), there.minute(), there.second());
    let age = age(view).map(|age| format!("{age} old"));
    let title = sanitize_for_terminal(&options.title);
    let mut facts = [age, next_poll(view), Some(clock)];
    let right = |facts: &[Option<String>]| {
        let mut line = Line::of(format!("{symbol} {}", state.words(view.agents.len())), tint);
        for fact in facts.iter().flatten() {
            line = line.with(format!(" · {fact}"), Tint::Plain);
        }
        line
    };
    for least in [1, 2, 0] {
        if right(&facts).width() + 1 + SHORTEST_TITLE.min(width(&title)) > columns {
            facts[least] = None;
        }
    }
    let right = right(&facts);
    let room = columns.saturating_sub(right.width() + 1);
    let mut line = Line::of(pad_right(&cut(&title, room), room + 1), Tint::Strong);
    line.words.extend(right.words);
    line
}

/// How many agents are in which state, and the order of the rows.
pub(crate) fn states(
    view: &FloorView,
    options: &BoardOptions,
    limits: &[Limit],
    controls: &Controls,
    columns: usize,
) -> Line {
    let only = options.only;
    let tally = tally(view, only, limits);
    let line = |with_words: bool| {
        let mut line = Line::default();
        for (Mark { symbol, tint }, word, count) in counts(tally, only) {
            let word = if with_words { format!("{word} ") } else { String::new() };
            line = line.with(format!("{symbol} {word}{count}  "), tint);
        }
        line
    };
    let kept = if controls.kept.is_some() { ", kept" } else { "" };
    let order = format!("sort: {}{kept}", controls.order.word());
    let long = line(true);
    let line = if long.width() + width(&order) <= columns { long } else { line(false) };
    let gap = columns.saturating_sub(line.width() + width(&order));
    line.with(format!("{:gap$}{order}", ""), if kept.is_empty() { Tint::Quiet } else { Tint::Notable })
}

/// The filter, if there is one, and the keys.
pub(crate) fn foot(controls: &Controls, lines: usize, columns: usize) -> Vec<Line> {
    let name = sanitize_for_terminal(&controls.filter);
    let filter = match (controls.is_typing, name.is_empty()) {
        (true, _) => Some(Line::of(format!("/{name}_"), Tint::Advice)),
        (false, false) => Some(
            Line::of(format!("filter: {name}"), Tint::Advice)
                .with("   Esc on the floor shows all", Tint::Quiet),
        ),
        (false, true) => None,
    };
    let mut foot: Vec<Line> = filter.into_iter().chain([hint(controls, columns)]).collect();
    foot.truncate(lines);
    foot
}

fn hint(controls: &Controls, columns: usize) -> Line {
    if controls.is_typing {
        return fitting([("Enter", "keep the filter"), ("Esc", "show all"), ("↑ ↓", "select")], columns);
    }
    fitting(keys::hints(controls.place()), columns)
}

fn fitting(hints: impl IntoIterator<Item = (&'static str, &'static str)>, columns: usize) -> Line {
    let mut line = Line::default();
    for (key, words) in hints {
        let gap = if line.words.is_empty() { 0 } else { 3 };
        if line.width() + gap + width(key) + 1 + width(words) > columns {
            break;
        }
        line = line.with(format!("{:gap$}{key}", ""), Tint::Plain).with(format!(" {words}"), Tint::Quiet);
    }
    line
}

pub(crate) fn has_filter(controls: &Controls) -> bool {
    controls.is_typing || !controls.filter.is_empty()
}
