//! What a page is drawn by: the choices of the watch, and how a drawing shows lengths and tints.

use jiff::tz::TimeZone;

use crate::floor::alerts::Limit;
use crate::output::text::style::Tint;
use crate::watch::source::WatchScope;

#[derive(Clone, Debug)]
pub(crate) struct PageOptions {
    pub(crate) zone: TimeZone,
    pub(crate) only: WatchScope,
    pub(crate) limits: Vec<Limit>,
    /// For example `all profiles · sandbox`.
    pub(crate) title: String,
}

/// Whether lengths are written out, or counted by the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lengths {
    Counted,
    /// As they are at this second.
    Written(i64),
}

/// The name that a tint has in wall.css.
pub(super) fn class(tint: Tint) -> &'static str {
    match tint {
        Tint::Plain | Tint::Strong => "text",
        Tint::Quiet => "quiet",
        Tint::Good => "good",
        Tint::Notable | Tint::Urgent => "notable",
        Tint::Passing | Tint::Advice => "passing",
        Tint::Bad | Tint::Alarm => "bad",
    }
}
