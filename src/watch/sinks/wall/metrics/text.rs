//! The classic text format: families of samples, and the names that servers send as values of labels.

use std::fmt::{Display, Write};
use std::time::Duration;

use crate::floor::counters::Named;
use crate::output::text::mask::mask_text;
use crate::output::text::sanitize::sanitized;
use crate::report::Meaning;
use crate::words::plain;

/// Each value of a label is a series of its own, in Prometheus for weeks.
const MOST_NAMES: usize = 32;

/// What stands for more names.
const OTHER: &str = "other";

/// In characters; the rest of a name is left out.
const LONGEST: usize = 64;

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Gauge,
    Counter,
    Histogram,
}

#[derive(Default)]
pub(super) struct Text {
    written: String,
    /// The head of a family that has no sample yet: without one it is left out.
    head: String,
}

impl Text {
    pub(super) fn family(&mut self, name: &str, kind: Kind, help: &str) {
        let kind = match kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
        };
        self.head = format!("# HELP {name} {help}\n# TYPE {name} {kind}\n");
    }

    /// Without a time: with one, Prometheus would go on to show a value that is no longer there.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.written.push_str(&std::mem::take(&mut self.head));
        self.written.push_str(name);
        for (place, (label, text)) in labels.iter().enumerate() {
            self.written.push(if place == 0 { '{' } else { ',' });
            self.written.push_str(label);
            self.written.push_str("=\"");
            // No line feed is left.
            for letter in sanitized((*text).into()).chars() {
                match letter {
                    '\\' => self.written.push_str(r"\\"),
                    '"' => self.written.push_str("\\\""),
                    letter => self.written.push(letter),
                }
            }
            self.written.push('"');
        }
        if !labels.is_empty() {
            self.written.push('}');
        }
        // A string takes all that is written.
        let _ = writeln!(self.written, " {value}");
    }

    pub(super) fn finish(self) -> String {
        self.written
    }
}

/// The names that were shown as values of one label. Those that come first keep a value of their own.
#[derive(Default)]
pub(super) struct Names(Vec<Known>);

struct Known {
    folded: String,
    shown: String,
}

impl Names {
    /// The value for a name; empty, which is as good as no label, where the server gave none.
    pub(super) fn label(&mut self, name: Option<&str>) -> String {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else { return String::new() };
        let shown: String = sanitized(mask_text(name, Meaning::Text)).chars().take(LONGEST).collect();
        let folded = plain(&shown);
        if let Some(known) = self.0.iter().find(|known| known.folded == folded) {
            return known.shown.clone();
        }
        if self.0.len() >= MOST_NAMES {
            return OTHER.to_owned();
        }
        self.0.push(Known { folded, shown: shown.clone() });
        shown
    }

    /// The sums by label: names that differ may have the same.
    pub(super) fn sums(&mut self, all: &[Named], value: fn(&Named) -> f64) -> Vec<(String, f64)> {
        let mut sums: Vec<(String, f64)> = Vec::with_capacity(all.len());
        for named in all {
            let label = self.label(named.name.as_deref());
            match sums.iter_mut().find(|(known, _)| *known == label) {
                Some((_, sum)) => *sum += value(named),
                None => sums.push((label, value(named))),
            }
        }
        sums
    }
}

/// In seconds, down to milliseconds.
pub(super) fn seconds(length: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of 285,000 years fit")]
    let millis = length.as_millis() as f64;
    millis / 1000.0
}
