//! What is known of an agent's breaks today, while the day goes on.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::floor::alerts::Limit;
use crate::floor::event::FollowedPart;
use crate::floor::identity::hidden::NothingHidden;
use crate::floor::shift::window::{Hours, today};
use crate::floor::shift::{Allowances, BreakFigures, Customer, Kinds, Rules, breaks};
use crate::floor::timeline::gaps::covered;
use crate::floor::timeline::{Coverage, Recorded, Span};

/// Less is not shown where times are minutes.
const MINUTE: Duration = Duration::from_secs(60);

/// By what the breaks of today are counted and measured.
#[derive(Clone, Debug)]
pub struct DayRules {
    /// `None` counts from midnight.
    pub hours: Option<Hours>,
    pub zone: TimeZone,
    /// As alerts have them.
    pub limits: Vec<Limit>,
    pub allowances: Allowances,
}

/// The breaks of today until now.
#[derive(Clone, Debug, PartialEq)]
pub struct Today {
    pub window: Span,
    /// Without parts of a second, as a report has them.
    pub breaks: BreakFigures,
    /// How much of the window answers about breaks cover.
    pub covered: Duration,
}

impl DayRules {
    /// Today until `now`; of a time that is in no calendar, nothing.
    #[must_use]
    pub fn window(&self, now: Timestamp) -> Span {
        let there = now.to_zoned_datetime(self.zone.clone());
        today(self.hours, &there).unwrap_or(Span { from: now, to: now })
    }

    /// What these events and this coverage of an agent show of a window; `None` where no answer of it was about breaks.
    /// They are what [`shift`](super::shift) needs, of which those about breaks are enough.
    #[must_use]
    pub fn fold(&self, events: &[Recorded], coverage: &[Coverage], window: Span) -> Option<Today> {
        let Self { limits, allowances, .. } = self;
        let (kinds, customer) = (&Kinds::default(), &Customer::by_number);
        let rules = Rules { window, limits, allowances, kinds, customer, hiding: &NothingHidden };
        let mut breaks = breaks(events, coverage, &rules)?;
        breaks.drop_parts_of_a_second();
        let covered = covered(coverage, &[FollowedPart::Breaks], window);
        Some(Today { window, breaks, covered: covered.into_iter().map(Span::length).sum() })
    }
}

impl Today {
    /// Whether answers are missing for so long that there may have been more.
    #[must_use]
    pub fn has_gap(&self) -> bool {
        self.covered + MINUTE <= self.window.length()
    }

    /// How much of the window answers about breaks cover, from 0 to 1.
    #[must_use]
    pub fn covered_share(&self) -> f64 {
        let whole = self.window.length();
        if whole.is_zero() { 1.0 } else { self.covered.as_secs_f64() / whole.as_secs_f64() }
    }
}
