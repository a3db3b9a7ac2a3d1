//! What `deepcall shift` has found out. Every format is made of this.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::floor::shift::{AgentShift, Bounded, Total, settle_kinds, total};
use crate::floor::timeline::Span;
use crate::report::Failures;
use crate::words::plain;

/// The shift of everybody who was chosen.
#[derive(Debug)]
pub(crate) struct ShiftReport {
    /// Ends now if the shift goes on.
    pub(crate) window: Span,
    /// In which times are shown.
    pub(crate) zone: TimeZone,
    /// The name of the zone, or its offset where it has none.
    pub(crate) zone_name: String,
    pub(crate) now: Timestamp,
    /// Whether phone numbers are hidden.
    pub(crate) mask: bool,
    /// Those with the most time over a limit first, then by name.
    pub(crate) agents: Vec<ShiftOfAgent>,
    pub(crate) total: Total,
    pub(crate) failures: Failures,
}

#[derive(Debug)]
pub(crate) struct ShiftOfAgent {
    pub(crate) profile: String,
    /// The other profiles that saw this agent, of the same server and with the same id.
    pub(crate) also: Vec<String>,
    pub(crate) agent_id: Option<String>,
    pub(crate) shift: AgentShift,
}

/// Where and when, and how values are shown.
pub(crate) struct Frame {
    pub(crate) window: Span,
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
    pub(crate) now: Timestamp,
    pub(crate) mask: bool,
}

impl ShiftReport {
    pub(crate) fn new(frame: Frame, mut agents: Vec<ShiftOfAgent>) -> Self {
        for agent in &mut agents {
            in_whole_seconds(&mut agent.shift);
        }
        settle_kinds(agents.iter_mut().map(|agent| &mut agent.shift));
        let total = total(agents.iter().map(|agent| &agent.shift));
        let failures = Failures { problems: vec![], queried: agents.len() };
        agents.sort_by(|one, other| {
            Reverse(one.over_limit())
                .cmp(&Reverse(other.over_limit()))
                .then_with(|| one.profile.cmp(&other.profile))
        });
        let Frame { window, zone, zone_name, now, mask } = frame;
        Self { window, zone, zone_name, now, mask, agents, total, failures }
    }
}

impl ShiftOfAgent {
    /// How long breaks were over their limits, in sum.
    fn over_limit(&self) -> Duration {
        let over = self.shift.breaks.as_ref().and_then(|breaks| breaks.over_limit);
        over.unwrap_or_default().time
    }
}

/// Drops parts of a second once, so that what is added up anywhere is the sum that is shown.
fn in_whole_seconds(shift: &mut AgentShift) {
    shift.covered = whole(shift.covered);
    if let Some(wrapups) = &mut shift.wrapups {
        wrapups.finished.iter_mut().for_each(|length| *length = whole(*length));
        wrapups.time = in_bounds(whole(wrapups.time.seconds), wrapups.time);
    }
    let Some(breaks) = &mut shift.breaks else { return };
    for one in &mut breaks.list {
        one.time = in_bounds(whole(one.time.seconds), one.time);
    }
    for share in &mut breaks.by_reason {
        let folded = share.reason.as_deref().map(plain);
        let of_reason = breaks.list.iter().filter(|one| one.reason.as_deref().map(plain) == folded);
        let lengths = || of_reason.clone().map(|one| one.time.seconds);
        share.time = in_bounds(lengths().sum(), share.time);
        share.longest = lengths().max().unwrap_or_default();
        share.over = share.allowance.map(|allowance| share.time.seconds.saturating_sub(allowance));
    }
    breaks.time = in_bounds(breaks.list.iter().map(|one| one.time.seconds).sum(), breaks.time);
    let left = |allowance| signed(allowance).saturating_sub(signed(breaks.time.seconds));
    breaks.balance = breaks.allowance.map(left);
    if let Some(over) = &mut breaks.over_limit {
        over.time = whole(over.time);
    }
}

fn whole(length: Duration) -> Duration {
    Duration::from_secs(length.as_secs())
}

fn signed(length: Duration) -> SignedDuration {
    SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX)
}

fn in_bounds(seconds: Duration, Bounded { min, max, .. }: Bounded) -> Bounded {
    let up = whole(max + Duration::from_nanos(999_999_999));
    Bounded { seconds, min: whole(min).min(seconds), max: up.max(seconds) }
}
