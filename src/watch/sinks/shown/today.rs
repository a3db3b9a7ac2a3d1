//! What is shown of an agent's breaks today, on the terminal and in a browser.

use std::time::Duration;

use crate::floor::shift::Today;

const MINUTE: Duration = Duration::from_secs(60);

/// "3 breaks", "no break", or "no break was seen" where there may have been one.
pub(crate) fn count(today: &Today) -> String {
    let breaks = &today.breaks;
    match breaks.count() {
        0 if today.has_gap() || breaks.time.max >= MINUTE => "no break was seen".to_owned(),
        0 => "no break".to_owned(),
        1 => "1 break".to_owned(),
        count => format!("{count} breaks"),
    }
}
