//! Every limit of a request in one place: time, attempts, size.

use std::time::Duration;

/// The longest reply body that is read, in bytes. A longer reply is refused before more of it is in memory.
pub const BODY_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes that the headers of a reply may add up to.
pub const HEADER_BYTES: usize = 64 * 1024;
/// The most header lines of a reply.
pub const HEADER_LINES: usize = 100;
/// The most items of one list in a reply.
pub const ITEMS: usize = 20_000;
/// The most keys of one item.
pub const KEYS_PER_ITEM: usize = 500;
/// The most bytes that the icons of all notifications may add up to, each counted once for each notification that has
/// it: what is shown or kept of an answer grows with that, however small the reply is.
pub const ICON_BYTES: usize = 16 * 1024 * 1024;
/// How deeply arrays and objects may be nested.
pub use crate::json::DEPTH;
/// The longest `Retry-After` that is accepted: a value beyond a day is ignored as an error.
pub const RETRY_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// How long after the first send a ping may be sent again: a late one would make an absent agent look present.
pub const PING_AGAIN: Duration = Duration::from_secs(10);

/// How much time and how many attempts one request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// All attempts and the waits between them.
    pub total: Duration,
    /// One attempt, from the look-up of the name to the last byte.
    pub attempt: Duration,
    /// Finding the address, and likewise connecting to it; the TLS handshake may take as long again.
    pub connect: Duration,
    /// Without a byte: between two bytes of a reply, and before its first.
    pub silence: Duration,
    /// The longest wait before the first retry; it doubles with each retry.
    pub back_off: Duration,
    /// The limit of the doubling.
    pub back_off_cap: Duration,
    /// How often a pure read may be sent.
    pub attempts_read: u32,
    /// How often credentials may be checked at login.
    pub attempts_check: u32,
    /// How often a ping may be sent.
    pub attempts_ping: u32,
}

impl Budget {
    /// The limits of one-shot commands.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            total: Duration::from_secs(30),
            attempt: Duration::from_secs(15),
            connect: Duration::from_secs(5),
            silence: Duration::from_secs(10),
            back_off: Duration::from_millis(500),
            back_off_cap: Duration::from_secs(5),
            attempts_read: 3,
            attempts_check: 2,
            attempts_ping: 2,
        }
    }

    /// Another time limit (`--timeout`). A longer one lets a slow server think longer; a shorter one still
    /// lets one attempt use all of it, while connecting and waiting shrink, so that a second try may fit in.
    #[must_use]
    pub fn with_total(self, total: Duration) -> Self {
        let standard = Self::standard();
        let attempt = standard.attempt.max(total / 2).min(total);
        Self {
            total,
            attempt,
            connect: standard.connect.min(total / 6),
            silence: attempt * 2 / 3,
            back_off: standard.back_off.min(total / 60),
            back_off_cap: standard.back_off_cap.min(total / 6),
            ..self
        }
    }

    /// At most so many attempts (`--retries N` is N + 1 of them). Calls that allow fewer keep their limit.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        let attempts = attempts.max(1);
        let standard = Self::standard();
        Self {
            attempts_read: attempts,
            attempts_check: attempts.min(standard.attempts_check),
            attempts_ping: attempts.min(standard.attempts_ping),
            ..self
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_standard_time_limit_gives_the_standard_parts() {
        assert_eq!(Budget::standard().with_total(Duration::from_secs(30)), Budget::standard());
    }

    #[test]
    fn a_short_limit_still_lets_one_attempt_use_all_of_it() {
        let budget = Budget::standard().with_total(Duration::from_secs(3));
        assert_eq!(budget.attempt, Duration::from_secs(3));
        assert_eq!(budget.connect, Duration::from_millis(500));
        assert_eq!(budget.back_off, Duration::from_millis(50));
    }

    #[test]
    fn more_retries_never_mean_more_pings() {
        let budget = Budget::standard().with_attempts(10);
        assert_eq!((budget.attempts_read, budget.attempts_check, budget.attempts_ping), (10, 2, 2));
        let budget = Budget::standard().with_attempts(0);
        assert_eq!((budget.attempts_read, budget.attempts_check, budget.attempts_ping), (1, 1, 1));
    }

    proptest! {
        #[test]
        fn no_part_is_longer_than_the_whole(total in 0_u64..1_000_000) {
            let total = Duration::from_millis(total);
            let budget = Budget::standard().with_total(total);
            for part in [budget.attempt, budget.connect, budget.silence, budget.back_off, budget.back_off_cap] {
                prop_assert!(part <= total);
            }
        }
    }
}
