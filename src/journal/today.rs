//! The breaks of an agent today, folded out of what the journal holds.

use jiff::Timestamp;

use super::{AgentRef, Journal, JournalError, with_margin};
use crate::floor::shift::{DayRules, Today};

impl Journal {
    /// The breaks of an agent today until `now`, as a shift of the same time counts them; `None` where no answer of it is
    /// recorded.
    pub(crate) fn today(
        &self,
        agent: AgentRef,
        rules: &DayRules,
        now: Timestamp,
    ) -> Result<Option<Today>, JournalError> {
        let window = rules.window(now);
        let from = with_margin(window.from);
        let coverage = self.coverage(agent, from, Timestamp::MAX)?;
        Ok(rules.fold(&self.breaks_since(agent, from)?, &coverage, window))
    }
}
