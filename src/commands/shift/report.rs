//! What `deepcall shift` has found out. Every format is made of this.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::floor::shift::{AgentShift, Total, settle_calls, total};
use crate::floor::timeline::Span;
use crate::report::Failures;

/// The shift of everybody who was chosen.
#[derive(Debug)]
pub(crate) struct ShiftReport {
    pub(crate) frame: Frame,
    /// Those with the most time over a limit first, then by name.
    pub(crate) agents: Vec<ShiftOfAgent>,
    pub(crate) total: Total,
    /// Nobody is asked, so nothing fails for one agent alone: who is named and not in the journal is a usage error, and what of
    /// the journal cannot be read is noted. Scripts find the key in every document about agents.
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
#[derive(Debug)]
pub(crate) struct Frame {
    /// Ends now if the shift goes on.
    pub(crate) window: Span,
    /// In which times are shown.
    pub(crate) zone: TimeZone,
    /// The name of the zone, or its offset where it has none.
    pub(crate) zone_name: String,
    pub(crate) now: Timestamp,
    /// Whether phone numbers are hidden.
    pub(crate) mask: bool,
}

impl ShiftReport {
    pub(crate) fn new(frame: Frame, mut agents: Vec<ShiftOfAgent>) -> Self {
        for agent in &mut agents {
            agent.shift.drop_parts_of_a_second();
        }
        settle_calls(agents.iter_mut().map(|agent| &mut agent.shift));
        let total = total(agents.iter().map(|agent| &agent.shift));
        let failures = Failures { problems: vec![], queried: agents.len() };
        agents.sort_by(|one, other| {
            Reverse(one.over_limit())
                .cmp(&Reverse(other.over_limit()))
                .then_with(|| one.profile.cmp(&other.profile))
        });
        Self { frame, agents, total, failures }
    }
}

impl ShiftOfAgent {
    /// How long breaks were over their limits, in sum.
    fn over_limit(&self) -> Duration {
        let over = self.shift.breaks.as_ref().and_then(|breaks| breaks.over_limit);
        over.unwrap_or_default().time
    }
}
