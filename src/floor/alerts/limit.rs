//! A limit as it is typed: `break=15m`, `break.lunch=45m`, `wrapup=60s:90s`. The configuration file has the
//! same words, as a name and a value.

use std::str::FromStr;

use thiserror::Error;

use crate::floor::event::{AlertWhat, FollowedPart, Level};
use crate::moment::duration;
use crate::words::plain;

#[cfg(test)]
mod tests;

/// How long a state may hold before it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    what: AlertWhat,
    reason: Option<String>,
    warn: Option<i64>,
    critical: i64,
}

/// Why a limit could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum LimitError {
    /// There is no `=`.
    #[error("limit {0:?} has no `=`; write it like `break=15m`")]
    NoValue(String),
    /// A state that has no limits.
    #[error("limit of {0:?} is not known; `break`, `break.REASON` and `wrapup` are")]
    UnknownState(String),
    /// A reason without its state, as in `lunch=15m`.
    #[error("limit of {0:?} is not known; for breaks with this reason it is called `break.{0}`")]
    ReasonAlone(String),
    /// `break.=15m`.
    #[error("limit of {0:?} names no reason after the dot")]
    NoReason(String),
    /// Not a length of time.
    #[error("limit {0:?} is not a length of time like `90s`, `15m` or `1h30m`")]
    NotALength(String),
    /// The warning comes too late.
    #[error("limit {0:?} warns no earlier than it is critical; write it like `60s:90s`")]
    WarnsTooLate(String),
}

impl Limit {
    /// Reads a name (`break`, `break.REASON`, `wrapup`) and a value: one length of time, which is
    /// critical, or `WARN:CRITICAL`.
    ///
    /// # Errors
    /// If one of them cannot be read.
    pub fn new(name: &str, value: &str) -> Result<Self, LimitError> {
        let (what, reason) = state(name.trim())?;
        let (warn, critical) = match value.split_once(':') {
            Some((warn, critical)) => (Some(length(warn)?), length(critical)?),
            None => (None, length(value)?),
        };
        if warn.is_some_and(|warn| warn >= critical) {
            return Err(LimitError::WarnsTooLate(value.to_owned()));
        }
        Ok(Self { what, reason, warn, critical })
    }

    /// Which state has the limit.
    #[must_use]
    pub fn what(&self) -> AlertWhat {
        self.what
    }

    /// What must be followed for the limit to be reached.
    #[must_use]
    pub fn needs(&self) -> FollowedPart {
        match self.what {
            AlertWhat::Break => FollowedPart::Breaks,
            AlertWhat::Wrapup => FollowedPart::Wrapups,
        }
    }

    /// The places of two limits of the same state. Only one of them could hold.
    #[must_use]
    pub fn same_twice(limits: &[Self]) -> Option<(usize, usize)> {
        let is_same = |one: &Self, other: &Self| one.what == other.what && one.reason == other.reason;
        limits.iter().enumerate().find_map(|(second, limit)| {
            let first = limits[..second].iter().position(|before| is_same(before, limit))?;
            Some((first, second))
        })
    }

    /// The limit that holds for a state: one that names the reason before one for all. Case, spaces, `_` and `-` in
    /// reasons make no difference.
    #[must_use]
    pub fn for_state<'a>(limits: &'a [Self], what: AlertWhat, reason: Option<&str>) -> Option<&'a Self> {
        let reason = reason.map(plain);
        let matching = limits
            .iter()
            .filter(|limit| limit.what == what && (limit.reason.is_none() || limit.reason == reason));
        matching.max_by_key(|limit| limit.reason.is_some())
    }

    /// After how many seconds the state is over its limit; a warning comes before.
    #[must_use]
    pub fn critical(&self) -> i64 {
        self.critical
    }

    /// The level reached after `seconds`, and its limit in seconds.
    #[must_use]
    pub fn level_at(&self, seconds: i64) -> Option<(Level, i64)> {
        if seconds >= self.critical {
            return Some((Level::Critical, self.critical));
        }
        self.warn.filter(|warn| seconds >= *warn).map(|warn| (Level::Warn, warn))
    }

    /// The first limit that is reached after more than `seconds`.
    #[must_use]
    pub fn next_after(&self, seconds: i64) -> Option<i64> {
        self.warn.into_iter().chain([self.critical]).find(|limit| *limit > seconds)
    }
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let (name, value) = text.rsplit_once('=').ok_or_else(|| LimitError::NoValue(text.to_owned()))?;
        Self::new(name, value)
    }
}

fn state(name: &str) -> Result<(AlertWhat, Option<String>), LimitError> {
    match name.split_once('.') {
        None if name == "break" => Ok((AlertWhat::Break, None)),
        None if name == "wrapup" => Ok((AlertWhat::Wrapup, None)),
        Some(("break", reason)) if plain(reason).is_empty() => Err(LimitError::NoReason(name.to_owned())),
        Some(("break", reason)) => Ok((AlertWhat::Break, Some(plain(reason)))),
        None if !plain(name).is_empty() => Err(LimitError::ReasonAlone(name.to_owned())),
        _ => Err(LimitError::UnknownState(name.to_owned())),
    }
}

fn length(text: &str) -> Result<i64, LimitError> {
    let unreadable = || LimitError::NotALength(text.to_owned());
    let length = duration(text).map_err(|_| unreadable())?;
    i64::try_from(length.as_secs()).ok().filter(|seconds| *seconds > 0).ok_or_else(unreadable)
}
