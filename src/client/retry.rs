//! Whether to retry, and when. Pure: the caller passes in elapsed time and randomness.

use std::time::Duration;

use jiff::Timestamp;

use crate::client::budget::{Budget, PING_AGAIN, RETRY_AFTER};
use crate::client::error::{ApiError, ErrorKind};

/// How often a call may be sent, by what it does. Every call is a POST, which HTTP itself does not allow to repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryPolicy {
    /// A pure read.
    Read,
    /// The check of credentials at login: a pure read, with fewer attempts because a person waits.
    Check,
    /// Writes the agent's presence: one retry at most, and only soon after the first send.
    Ping,
    /// Unknown effect: no retry once a byte has been sent.
    Never,
}

impl RetryPolicy {
    /// Whether the server is the same afterwards, however often it has got the request.
    pub(crate) fn is_read(self) -> bool {
        matches!(self, Self::Read | Self::Check)
    }

    fn attempts(self, budget: &Budget) -> u32 {
        match self {
            Self::Read | Self::Never => budget.attempts_read,
            Self::Check => budget.attempts_check,
            Self::Ping => budget.attempts_ping,
        }
    }
}

/// The state of a request after a failed attempt.
#[derive(Clone, Copy, Debug)]
pub struct Situation {
    /// How many attempts were made, the failed one included.
    pub attempts: u32,
    /// What went wrong.
    pub kind: ErrorKind,
    /// Time since the request was started.
    pub elapsed: Duration,
    /// Time since the server may first have received the request; `None` when it cannot have.
    pub since_first_send: Option<Duration>,
    /// The delay that the server requested (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// The jitter, from 0 up to 1.
    pub random: f64,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait for this duration, then retry.
    TryIn(Duration),
    /// Return the error.
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
    let requested = now.retry_after.unwrap_or_default();
    let wait = if requested.is_zero() { back_off(budget, now.attempts, now.random) } else { requested };
    if now.elapsed + wait >= budget.total {
        return Next::GiveUp;
    }
    if policy == RetryPolicy::Ping && now.since_first_send.is_some_and(|sent| sent + wait > PING_AGAIN) {
        return Next::GiveUp;
    }
    Next::TryIn(wait)
}

/// Whether the same request may succeed a moment later.
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
/// `None` for any other text, and beyond [`RETRY_AFTER`].
#[must_use]
pub fn retry_after(header: &str, server_now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    let delay = if !header.is_empty() && header.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(header.parse().ok()?)
    } else {
        let date = http_date(header)?;
        Duration::try_from(date.duration_since(server_now)).unwrap_or_default()
    };
    (delay <= RETRY_AFTER).then_some(delay)
}

/// Reads the date of a `Date` or `Retry-After` header.
#[must_use]
pub fn http_date(header: &str) -> Option<Timestamp> {
    Timestamp::try_from(httpdate::parse_http_date(header).ok()?).ok()
}

/// Adds when to try again, for a server that requested a longer wait than the budget allows. As a length of time: which zone
/// a time of day would be in is not known here.
pub(crate) fn with_retry_hint(error: ApiError) -> ApiError {
    let Some(delay) = error.retry_after().filter(|delay| !delay.is_zero()) else { return error };
    // Rounded up, so that nobody comes too early.
    let wait = match delay.as_millis().div_ceil(1000) {
        seconds @ ..120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds.div_ceil(60)),
    };
    error.with_hint(format!("try again in {wait}: the server asked clients to wait (Retry-After)"))
}

#[cfg(test)]
mod tests;
