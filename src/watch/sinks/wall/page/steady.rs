//! Moments that are computed anew from each answer wander by a second or two, because servers name whole seconds and
//! answers take their time. Here they stay where they were, so that nothing is sent when nothing has happened.

use std::collections::HashMap;

/// In seconds. A break that is corrected by less is shown as it was.
const WANDERING: u64 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Moment {
    Since,
    Until,
}

/// The last moments shown, in seconds, by profile.
#[derive(Debug, Default)]
pub(super) struct Steady(HashMap<(String, Moment), i64>);

impl Steady {
    /// The moment as it was shown last, unless it is another one.
    pub(super) fn settle(&mut self, profile: &str, moment: Moment, second: i64) -> i64 {
        let shown = self.0.entry((profile.to_owned(), moment)).or_insert(second);
        if shown.abs_diff(second) > WANDERING {
            *shown = second;
        }
        *shown
    }
}
