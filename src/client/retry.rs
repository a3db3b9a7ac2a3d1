//! Whether to try again, and when. Pure: elapsed time and randomness are handed in.

use std::time::Duration;

use jiff::Timestamp;

use crate::client::budget::{Budget, PING_AGAIN, RETRY_AFTER};
use crate::client::error::{ApiError, ErrorKind};

/// What a call means, and so how often it may be sent. Every call is a POST; HTTP itself allows no repetition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// A pure read.
    Read,
    /// The check of credentials at login: a pure read, but a person waits.
    Check,
    /// Writes the agent's presence: once more at most, and only soon after the first.
    Ping,
    /// Unknown meaning: never once a byte has been sent.
    Never,
}

impl RetryPolicy {
    fn attempts(self, budget: &Budget) -> u32 {
        match self {
            Self::Read | Self::Never => budget.attempts_read,
            Self::Check => budget.attempts_check,
            Self::Ping => budget.attempts_ping,
        }
    }
}

/// Where a failed question stands.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// How many attempts were made, the failed one included.
    pub attempts: u32,
    /// What went wrong.
    pub kind: ErrorKind,
    /// Since the question was first asked.
    pub elapsed: Duration,
    /// Since the server may first have seen a request; `None` when none can have reached it.
    pub since_first_send: Option<Duration>,
    /// What the server asked for.
    pub retry_after: Option<Duration>,
    /// From 0 up to 1.
    pub random: f64,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait so long, then try again.
    TryIn(Duration),
    /// Hand on the error.
    GiveUp,
}

/// Decides what follows a failed attempt.
#[must_use]
pub fn decide(policy: RetryPolicy, budget: &Budget, now: &Situation) -> Next {
    if !is_transient(now.kind) || now.attempts >= policy.attempts(budget) {
        return Next::GiveUp;
    }
    if policy == RetryPolicy::Never && now.since_first_send.is_some() {
        return Next::GiveUp;
    }
    let told = now.retry_after.unwrap_or_default();
    let wait = if told.is_zero() { back_off(budget, now.attempts, now.random) } else { told };
    if now.elapsed + wait >= budget.total {
        return Next::GiveUp;
    }
    if policy == RetryPolicy::Ping && now.since_first_send.is_some_and(|sent| sent + wait > PING_AGAIN) {
        return Next::GiveUp;
    }
    Next::TryIn(wait)
}

/// Whether the same question may fare better in a moment.
#[must_use]
pub fn is_transient(kind: ErrorKind) -> bool {
    kind.class() == crate::client::error::ErrorClass::Unreachable
}

/// Full jitter: anything from nothing to a bound that doubles up to its cap, so that many clients spread out.
fn back_off(budget: &Budget, attempts: u32, random: f64) -> Duration {
    let doubled = 2_u32.saturating_pow(attempts.saturating_sub(1));
    budget.back_off.saturating_mul(doubled).min(budget.back_off_cap).mul_f64(random.clamp(0.0, 1.0))
}

/// Reads a `Retry-After` header: seconds, or a date which is measured by the server's own clock.
/// `None` for what is neither, or is beyond [`RETRY_AFTER`].
#[must_use]
pub fn retry_after(header: &str, server_now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    let told = if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(header.parse().ok()?)
    } else {
        let date = http_date(header)?;
        Duration::try_from(date.duration_since(server_now)).unwrap_or_default()
    };
    (told <= RETRY_AFTER).then_some(told)
}

/// Reads the date of a `Date` or `Retry-After` header.
#[must_use]
pub fn http_date(header: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(header).ok()?).ok()
}

/// Says when to come back, if the server asked for more patience than the budget has.
pub(crate) fn with_time_to_come_back(error: ApiError, now: Timestamp) -> ApiError {
    let Some(told) = error.retry_after().filter(|told| !told.is_zero()) else { return error };
    let at = now.checked_add(told).ok();
    let seconds = told.as_secs();
    let hint = match at.and_then(|at| at.round(jiff::Unit::Second).ok()) {
        Some(at) => format!("the server asks to be left alone for {seconds} s: try again after {at}"),
        None => format!("the server asks to be left alone for {seconds} s"),
    };
    error.with_hint(hint)
}

#[cfg(test)]
mod tests;
