//! A shift as a row of pieces, and the pieces as cells of a line.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::event::FollowedPart;
use crate::floor::shift::cover::Cover;
use crate::floor::shift::measured::Measured;
use crate::floor::timeline::{Coverage, Span};

/// What an agent was seen to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentState {
    /// On break, in wrap-up or not.
    Break,
    /// In wrap-up, and not on break.
    Wrapup,
    /// Neither of them: talking, waiting or gone home.
    Neither,
    /// No answer showed it.
    NotSeen,
}

impl SegmentState {
    /// The word in a document.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Break => "break",
            Self::Wrapup => "wrapup",
            Self::Neither => "neither",
            Self::NotSeen => "not_seen",
        }
    }
}

/// A time in which an agent did one thing, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub state: SegmentState,
    /// Of a break, its first reason.
    pub reason: Option<String>,
    pub span: Span,
    /// Whether answers came meanwhile. What went on without them is known from the start that the server gave later, or
    /// because the same went on afterwards.
    pub certain: bool,
}

/// One place of a line of cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cell {
    Break,
    Wrapup,
    Neither,
    NotSeen,
    /// A break, of which at least a second was over its limit.
    Over,
}

/// The pieces of `window`: a break before a wrap-up, both before neither, which is known while answers about both came.
pub(super) fn timeline(
    breaks: &[Measured<'_>],
    wrapups: &[Measured<'_>],
    coverage: &[Coverage],
    both: &[Span],
    window: Span,
) -> Vec<Segment> {
    let mut layers: Vec<Segment> = vec![];
    let neither = |span: &Span| segment(SegmentState::Neither, None, *span, true);
    let mut rest = Layer::new(both.iter().map(neither).collect());
    let mut in_wrapup = Layer::new(shown(wrapups, SegmentState::Wrapup, coverage, FollowedPart::Wrapups));
    let mut on_break = Layer::new(shown(breaks, SegmentState::Break, coverage, FollowedPart::Breaks));
    let mut from = window.from;
    while from < window.to {
        // The highest layer that has something at this moment, until it ends or a higher one begins.
        let mut to = window.to;
        let mut found = None;
        for layer in [&mut on_break, &mut in_wrapup, &mut rest] {
            match layer.at(from) {
                Ok(one) => {
                    to = to.min(one.span.to);
                    found = Some(one.clone());
                    break;
                }
                Err(next) => to = to.min(next.unwrap_or(window.to)),
            }
        }
        let found = found.unwrap_or_else(|| segment(SegmentState::NotSeen, None, window, false));
        push(&mut layers, Segment { span: Span { from, to }, ..found });
        from = to;
    }
    layers
}

/// `n` cells of equal length for `window`. Of what is in a cell, the largest share counts, but where no answer showed half of
/// it, it was not seen. Of a break, a cell that holds a second of `over` is [`Cell::Over`].
#[must_use]
pub fn cells(timeline: &[Segment], over: &[Span], window: Span, n: usize) -> Vec<Cell> {
    let whole = window.length().as_nanos();
    let border = |place: usize| {
        let nanos = whole * place as u128 / n.max(1) as u128;
        let ahead = SignedDuration::from_nanos_i128(i128::try_from(nanos).unwrap_or(i128::MAX));
        window.from.checked_add(ahead).unwrap_or(window.to)
    };
    let (mut segments, mut over) = (timeline, over);
    let cell = |place| {
        let cell = Span { from: border(place), to: border(place + 1) };
        while segments.first().is_some_and(|it| it.span.to <= cell.from) {
            segments = &segments[1..];
        }
        while over.first().is_some_and(|it| it.to <= cell.from) {
            over = &over[1..];
        }
        let over = over.iter().take_while(|it| it.from < cell.to);
        let beyond: Duration = over.filter_map(|it| it.common(cell)).map(Span::length).sum();
        of_cell(segments.iter().take_while(|it| it.span.from < cell.to), beyond, cell)
    };
    (0..n).map(cell).collect()
}

fn of_cell<'s>(segments: impl Iterator<Item = &'s Segment>, beyond: Duration, cell: Span) -> Cell {
    const SECOND: Duration = Duration::from_secs(1);
    let [mut on_break, mut in_wrapup, mut neither] = [Duration::ZERO; 3];
    for segment in segments {
        let length = segment.span.common(cell).map_or(Duration::ZERO, Span::length);
        match segment.state {
            SegmentState::Break => on_break += length,
            SegmentState::Wrapup => in_wrapup += length,
            SegmentState::Neither => neither += length,
            SegmentState::NotSeen => {}
        }
    }
    let seen = on_break + in_wrapup + neither;
    if seen * 2 <= cell.length() {
        Cell::NotSeen
    } else if on_break >= in_wrapup && on_break >= neither {
        if beyond >= SECOND { Cell::Over } else { Cell::Break }
    } else if in_wrapup >= neither {
        Cell::Wrapup
    } else {
        Cell::Neither
    }
}

/// What counts of breaks or wrap-ups, cut where answers stop or come again.
fn shown(
    measured: &[Measured<'_>],
    state: SegmentState,
    coverage: &[Coverage],
    part: FollowedPart,
) -> Vec<Segment> {
    let cover = Cover::of(coverage, part);
    let mut segments = vec![];
    for one in measured {
        for piece in &one.pieces {
            let reason = || one.interval.reasons.first().cloned();
            let mut from = piece.from;
            for seen in cover.pieces(*piece) {
                if from < seen.from {
                    segments.push(segment(state, reason(), Span { from, to: seen.from }, false));
                }
                segments.push(segment(state, reason(), seen, true));
                from = seen.to;
            }
            if from < piece.to {
                segments.push(segment(state, reason(), Span { from, to: piece.to }, false));
            }
        }
    }
    // Pieces of one during which our clock was set may be around another one.
    segments.sort_by_key(|segment| segment.span.from);
    segments
}

fn segment(state: SegmentState, reason: Option<String>, span: Span, certain: bool) -> Segment {
    Segment { state, reason, span, certain }
}

/// Adds a piece that begins where the last one ends.
fn push(segments: &mut Vec<Segment>, next: Segment) {
    match segments.last_mut() {
        Some(last)
            if (last.state, &last.reason, last.certain) == (next.state, &next.reason, next.certain) =>
        {
            last.span.to = next.span.to;
        }
        _ => segments.push(next),
    }
}

/// Pieces in their order, read from the first to the last.
struct Layer {
    segments: Vec<Segment>,
    next: usize,
}

impl Layer {
    fn new(segments: Vec<Segment>) -> Self {
        Self { segments, next: 0 }
    }

    /// The piece at a moment, which is none before that of the last call; or else when the next one begins.
    fn at(&mut self, at: Timestamp) -> Result<&Segment, Option<Timestamp>> {
        while self.segments.get(self.next).is_some_and(|it| it.span.to <= at) {
            self.next += 1;
        }
        match self.segments.get(self.next) {
            Some(one) if one.span.from <= at => Ok(one),
            next => Err(next.map(|it| it.span.from)),
        }
    }
}
