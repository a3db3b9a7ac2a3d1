//! By what shifts are measured in tests.

use crate::floor::alerts::Limit;
use crate::floor::identity::hidden::NothingHidden;
use crate::floor::shift::{AgentShift, Allowances, Customer, Kinds, Rules, shift};
use crate::floor::timeline::{Coverage, Recorded, Span};

/// Nothing, unless it is given. Where other customers are meant than those of whole numbers, [`Rules`] is to say so.
#[derive(Default)]
pub(crate) struct Measures {
    pub(crate) limits: Vec<Limit>,
    pub(crate) allowances: Allowances,
    pub(crate) kinds: Kinds,
}

impl Measures {
    pub(crate) fn rules(&self, window: Span) -> Rules<'_> {
        let Self { limits, allowances, kinds } = self;
        Rules { window, limits, allowances, kinds, customer: &Customer::by_number, hiding: &NothingHidden }
    }

    pub(crate) fn shift(&self, window: Span, events: &[Recorded], coverage: &[Coverage]) -> AgentShift {
        shift(events, coverage, &self.rules(window))
    }
}
