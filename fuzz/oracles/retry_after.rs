//! `Retry-After` and `Date`: seconds or a date by the server's clock, at most a day, else nothing.

use std::time::Duration;

use deepcall::client::budget::Budget;
use deepcall::client::error::ErrorKind;
use deepcall::client::retry::{Next, RetryPolicy, Situation, decide, http_date, retry_after};
use jiff::Timestamp;

use super::Bytes;

const A_DAY: u64 = 24 * 60 * 60;
/// Years in which all three forms of a date are equal.
const FIRST: i64 = 0;
const LAST: i64 = 4_102_444_799;

/// The first line is the header; of the rest, eight bytes are the server's clock, eight a date, then a situation.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let header = bytes.text();
    let moment =
        |number: u64| Timestamp::from_second(FIRST + (number % LAST.unsigned_abs()).cast_signed()).unwrap();
    let (now, then) = (moment(bytes.number()), moment(bytes.number()));

    let delay = retry_after(&header, now);
    assert!(delay.is_none_or(|delay| delay <= Duration::from_secs(A_DAY)));
    let trimmed = header.trim();
    if !trimmed.is_empty() && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds = trimmed.parse().ok().filter(|seconds| *seconds <= A_DAY);
        assert_eq!(delay, seconds.map(Duration::from_secs));
    } else if delay.is_some() {
        // Nothing but a date is left, and a date names a month.
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        assert!(months.iter().any(|month| trimmed.contains(month)), "{trimmed:?}");
    }

    for form in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
        let date = then.strftime(form).to_string();
        if is_sure(form, then) {
            assert_eq!(http_date(&date), Some(then), "{date}");
            let ahead = then.as_second().saturating_sub(now.as_second()).max(0).unsigned_abs();
            let wanted = (ahead <= A_DAY).then(|| Duration::from_secs(ahead));
            assert_eq!(retry_after(&date, now), wanted, "{date} at {now}");
        }
    }
    check_decision(&mut bytes, delay);
}

/// Two digits of a year mean one of this century only up to 1969.
fn is_sure(form: &str, then: Timestamp) -> bool {
    !form.contains("%y") || (0..3_124_224_000).contains(&then.as_second())
}

/// A wait is never shorter than requested, never ends after the budget, and a ping is not sent late.
fn check_decision(bytes: &mut Bytes<'_>, delay: Option<Duration>) {
    const KINDS: [ErrorKind; 6] = [
        ErrorKind::Timeout,
        ErrorKind::Server,
        ErrorKind::Reset,
        ErrorKind::SignIn,
        ErrorKind::Redirect,
        ErrorKind::Refused,
    ];
    const POLICIES: [RetryPolicy; 4] =
        [RetryPolicy::Read, RetryPolicy::Check, RetryPolicy::Ping, RetryPolicy::Never];
    let budget = Budget::standard().with_total(Duration::from_millis(1 + bytes.number() % 120_000));
    let budget = budget.with_attempts(u32::from(bytes.byte()));
    let sent = Duration::from_millis(bytes.number() % 60_000);
    let now = Situation {
        attempts: 1 + u32::from(bytes.byte()),
        kind: KINDS[usize::from(bytes.byte()) % KINDS.len()],
        elapsed: sent + Duration::from_millis(bytes.number() % 60_000),
        since_first_send: (bytes.byte() & 1 == 1).then_some(sent),
        retry_after: delay,
        random: f64::from(bytes.byte()) / 255.0,
    };
    let policy = POLICIES[usize::from(bytes.byte()) % POLICIES.len()];
    let Next::TryIn(wait) = decide(policy, &budget, &now) else { return };
    assert!(now.elapsed + wait < budget.total, "{now:?} waits {wait:?}");
    assert!(wait >= delay.unwrap_or_default(), "{now:?} waits {wait:?}");
    assert!(
        delay.is_some_and(|delay| !delay.is_zero()) || wait <= budget.back_off_cap,
        "{now:?} waits {wait:?}"
    );
    assert!(matches!(now.kind, ErrorKind::Timeout | ErrorKind::Server | ErrorKind::Reset), "{now:?}");
    let most = match policy {
        RetryPolicy::Read | RetryPolicy::Never => budget.attempts_read,
        RetryPolicy::Check | RetryPolicy::Ping => 2,
    };
    assert!(now.attempts < most, "{now:?} of {most}");
    match policy {
        RetryPolicy::Never => assert_eq!(now.since_first_send, None),
        RetryPolicy::Ping => {
            assert!(now.since_first_send.is_none_or(|sent| sent + wait <= Duration::from_secs(10)));
        }
        RetryPolicy::Read | RetryPolicy::Check => {}
    }
}
