//! What a shift is compared with: how long breaks may be in sum, and which notifications are of which kind.

use std::time::Duration;

use crate::floor::event::EventKind;
use crate::floor::kind::WantedKind;
use crate::floor::timeline::Recorded;
use crate::words::{HIDDEN_DIGIT, plain};

/// How long breaks may be in a shift, in sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowances {
    by_reason: Vec<(String, Duration)>,
    total: Option<Duration>,
}

impl Allowances {
    /// Of breaks for each reason, and of all breaks together. Of reasons that are alike, the last one counts.
    #[must_use]
    pub fn new(by_reason: impl IntoIterator<Item = (String, Duration)>, total: Option<Duration>) -> Self {
        let by_reason = by_reason.into_iter().map(|(reason, length)| (plain(&reason), length)).collect();
        Self { by_reason, total }
    }

    #[must_use]
    pub fn total(&self) -> Option<Duration> {
        self.total
    }

    /// Of breaks for this reason; case, spaces, `_` and `-` make no difference.
    #[must_use]
    pub fn for_reason(&self, reason: &str) -> Option<Duration> {
        let reason = plain(reason);
        self.by_reason.iter().rev().find(|(known, _)| *known == reason).map(|(_, length)| *length)
    }
}

/// Which notifications are missed calls, and which show that the customer was called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    pub missed: Vec<WantedKind>,
    pub outgoing: Vec<WantedKind>,
    pub callback: Vec<WantedKind>,
}

/// Which customer it is: the same for the same number, however it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Customer(pub [u8; 16]);

impl Customer {
    /// The last ten digits of a notification's number, with the code of the country or without; `None` where it has none, or
    /// where it is masked.
    #[must_use]
    pub fn by_number(recorded: &Recorded) -> Option<Self> {
        let EventKind::Tag(reported) = &recorded.event.kind else { return None };
        let number = reported.tag.customer.as_deref().filter(|number| !number.contains(HIDDEN_DIGIT))?;
        let mut last = [0; 16];
        let digits = number.bytes().rev().filter(u8::is_ascii_digit).take(10);
        let count = digits.zip(&mut last).map(|(digit, place)| *place = digit).count();
        (count > 0).then_some(Self(last))
    }
}
