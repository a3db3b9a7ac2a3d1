//! The times in which answers about one part came, so that how much of a span they cover is found without a scan.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::FollowedPart;
use crate::floor::timeline::gaps::spans;
use crate::floor::timeline::{Coverage, Span};

pub(super) struct Cover {
    /// In their order, with a time between each two.
    spans: Vec<Span>,
    /// Of each span, how long those before it are together.
    sums: Vec<Duration>,
    longest_pause: Duration,
}

impl Cover {
    pub(super) fn of(coverage: &[Coverage], part: FollowedPart) -> Self {
        let spans = spans(coverage, part);
        let pauses = coverage.iter().filter(|row| row.part == part).map(Coverage::longest_pause);
        let longest_pause = pauses.max().unwrap_or_default();
        let sums = spans.iter().scan(Duration::ZERO, |sum, span| {
            let before = *sum;
            *sum += span.length();
            Some(before)
        });
        let sums = sums.collect();
        Self { spans, sums, longest_pause }
    }

    /// Answers were no further apart within a span.
    pub(super) fn longest_pause(&self) -> Duration {
        self.longest_pause
    }

    /// How much of `span` is covered.
    pub(super) fn within(&self, span: Span) -> Duration {
        self.until(span.to).saturating_sub(self.until(span.from))
    }

    /// Whether there is no hole in `span`.
    pub(super) fn holds(&self, span: Span) -> bool {
        self.within(span) == span.length() && (span.from < span.to || self.around(span.from).is_some())
    }

    /// The covered pieces of `span`, in their order.
    pub(super) fn pieces(&self, span: Span) -> impl Iterator<Item = Span> {
        let first = self.spans.partition_point(|it| it.to <= span.from);
        self.spans[first..]
            .iter()
            .take_while(move |it| it.from < span.to)
            .filter_map(move |it| it.common(span))
    }

    /// The covered time in which `at` is.
    pub(super) fn around(&self, at: Timestamp) -> Option<Span> {
        let next = self.spans.partition_point(|span| span.from <= at);
        Some(self.spans[next.checked_sub(1)?]).filter(|span| at <= span.to)
    }

    /// When the next covered time after `at` begins.
    pub(super) fn next(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.spans.partition_point(|span| span.from <= at);
        self.spans.get(next).map(|span| span.from)
    }

    /// When the last covered time ends that is before `at`, and before the one around it.
    pub(super) fn before(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.spans.partition_point(|span| span.to < at);
        self.spans.get(next.checked_sub(1)?).map(|span| span.to)
    }

    fn until(&self, at: Timestamp) -> Duration {
        let next = self.spans.partition_point(|span| span.from < at);
        let Some(last) = next.checked_sub(1) else { return Duration::ZERO };
        let Span { from, to } = self.spans[last];
        self.sums[last] + Span { from, to: to.min(at) }.length()
    }
}
