//! Spans of which each moment is taken once.

use jiff::Timestamp;

use crate::floor::timeline::Span;

#[derive(Default)]
pub(super) struct Once {
    taken: Vec<Span>,
    /// When the last of them ends.
    until: Option<Timestamp>,
}

impl Once {
    /// What of `spans` was not taken before.
    pub(super) fn take(&mut self, spans: Vec<Span>) -> Vec<Span> {
        let mut left = spans;
        if left.iter().any(|span| self.until.is_some_and(|until| span.from < until)) {
            for taken in &self.taken {
                left = left.into_iter().flat_map(|span| without(span, *taken)).collect();
            }
        }
        self.until = left.iter().map(|span| span.to).chain(self.until).max();
        self.taken.extend(&left);
        left
    }
}

/// What of `span` is before or after what is taken.
pub(super) fn without(span: Span, taken: Span) -> impl Iterator<Item = Span> {
    let before = Span { to: span.to.min(taken.from), ..span };
    let after = Span { from: span.from.max(taken.to), ..span };
    [before, after].into_iter().filter(|span| span.from < span.to)
}
