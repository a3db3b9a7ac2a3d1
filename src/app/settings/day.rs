//! What a shift and a day are measured by.

use jiff::tz::TimeZone;

use crate::app::settings::table::{SHIFT_ALLOWANCE, SHIFT_END, SHIFT_START, SHIFT_ZONE, TIMEZONE};
use crate::app::settings::{Settings, Source};
use crate::failure::Failure;
use crate::floor::alerts::Limit;
use crate::floor::shift::window::Hours;
use crate::floor::shift::{Allowances, DayRules};
use crate::words::plain;

impl Settings<'_> {
    /// By what the breaks of today are counted, with these limits. A shift of which one end is missing is none: that is an
    /// error only where the shift itself is shown.
    ///
    /// # Errors
    /// If a setting is wrong: exit code 2.
    pub(crate) fn day_rules(&self, limits: Vec<Limit>) -> Result<DayRules, Failure> {
        let ends = self.get(&SHIFT_START)?.value.zip(self.get(&SHIFT_END)?.value);
        let hours = ends.map(|(start, end)| Hours { start, end });
        Ok(DayRules { hours, zone: self.shift_zone()?, limits, allowances: self.allowances()? })
    }

    /// A typed zone, else that of the shift, else that of times everywhere.
    ///
    /// # Errors
    /// If one of them is wrong: exit code 2.
    pub(crate) fn shift_zone(&self) -> Result<TimeZone, Failure> {
        let usual = self.get(&TIMEZONE)?;
        if matches!(usual.source, Source::Option(_)) {
            return Ok(usual.value);
        }
        Ok(self.get(&SHIFT_ZONE)?.value.unwrap_or(usual.value))
    }

    /// # Errors
    /// If one of them is wrong, or two in the file are of the same reason: exit code 2.
    pub(crate) fn allowances(&self) -> Result<Allowances, Failure> {
        let allowances = self.all(&SHIFT_ALLOWANCE)?;
        let mut known: Vec<&str> = vec![];
        for (reason, _) in allowances.iter().filter(|_| self.typed.each(&SHIFT_ALLOWANCE.key).is_empty()) {
            if let Some(other) = known.iter().find(|other| plain(other) == plain(reason)) {
                return Err(Failure::config(format!(
                    "config.toml: shift.allowance.{other} and shift.allowance.{reason} are allowances of the same reason"
                )));
            }
            known.push(reason);
        }
        let (total, by_reason): (Vec<_>, Vec<_>) =
            allowances.into_iter().partition(|(reason, _)| plain(reason) == "total");
        Ok(Allowances::new(by_reason, total.last().map(|(_, length)| *length)))
    }
}
