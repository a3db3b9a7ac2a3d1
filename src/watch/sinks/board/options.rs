//! What stays the same while a board is open.

use jiff::tz::TimeZone;

use crate::output::presentation::TimeStyle;
use crate::watch::source::WatchScope;

#[derive(Clone, Debug)]
pub struct BoardOptions {
    pub zone: TimeZone,
    pub color: bool,
    pub mask: bool,
    pub time: TimeStyle,
    /// Only these have columns.
    pub only: WatchScope,
    /// For example `asha at https://v4-api.deepcall.com`.
    pub title: String,
}
