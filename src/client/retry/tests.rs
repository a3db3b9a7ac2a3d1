use proptest::prelude::*;

use super::*;

const READ: RetryPolicy = RetryPolicy::Read;
const SECOND: Duration = Duration::from_secs(1);

fn situation() -> Situation {
    Situation {
        attempts: 1,
        kind: ErrorKind::Reset,
        elapsed: SECOND,
        since_first_send: Some(SECOND),
        retry_after: None,
        random: 0.5,
    }
}

fn next(policy: RetryPolicy, change: impl FnOnce(&mut Situation)) -> Next {
    let mut situation = situation();
    change(&mut situation);
    decide(policy, &Budget::standard(), &situation)
}

#[test]
fn a_read_is_asked_three_times_in_all() {
    assert_eq!(next(READ, |now| now.attempts = 1), Next::TryIn(SECOND / 4));
    assert_eq!(next(READ, |now| now.attempts = 2), Next::TryIn(SECOND / 2));
    assert_eq!(next(READ, |now| now.attempts = 3), Next::GiveUp);
}

#[test]
fn a_login_check_is_asked_twice() {
    assert_ne!(next(RetryPolicy::Check, |now| now.attempts = 1), Next::GiveUp);
    assert_eq!(next(RetryPolicy::Check, |now| now.attempts = 2), Next::GiveUp);
}

#[test]
fn a_ping_is_sent_again_once_and_only_within_ten_seconds() {
    assert_ne!(next(RetryPolicy::Ping, |_| ()), Next::GiveUp);
    assert_eq!(next(RetryPolicy::Ping, |now| now.attempts = 2), Next::GiveUp);
    let late = |now: &mut Situation| now.since_first_send = Some(Duration::from_secs(10));
    assert_eq!(next(RetryPolicy::Ping, late), Next::GiveUp);
    let waits_after = |sent, delay| {
        move |now: &mut Situation| {
            now.since_first_send = Some(Duration::from_secs(sent));
            now.retry_after = Some(Duration::from_secs(delay));
        }
    };
    assert_eq!(next(RetryPolicy::Ping, waits_after(8, 2)), Next::TryIn(2 * SECOND));
    assert_eq!(next(RetryPolicy::Ping, waits_after(8, 3)), Next::GiveUp);
    let never_sent = |now: &mut Situation| {
        now.since_first_send = None;
        now.elapsed = Duration::from_secs(14);
    };
    assert_ne!(next(RetryPolicy::Ping, never_sent), Next::GiveUp);
}

#[test]
fn a_call_of_unknown_meaning_is_repeated_only_if_it_never_left() {
    assert_eq!(next(RetryPolicy::Never, |_| ()), Next::GiveUp);
    assert_ne!(next(RetryPolicy::Never, |now| now.since_first_send = None), Next::GiveUp);
}

#[test]
fn only_faults_that_may_pass_are_tried_again() {
    use ErrorKind::{
        Account, Connect, CutShort, Dns, Encoding, Forbidden, NotJson, Protocol, Proxy, Redirect, Refused,
        Reset, Server, SignIn, State, Timeout, Tls, TooLarge, Usage,
    };
    for kind in [Dns, Connect, Timeout, Reset, CutShort, Proxy, Server] {
        assert_ne!(next(READ, |now| now.kind = kind), Next::GiveUp, "{kind:?}");
    }
    for kind in [Tls, Redirect, NotJson, Protocol, Encoding, TooLarge] {
        assert_eq!(next(READ, |now| now.kind = kind), Next::GiveUp, "{kind:?}");
    }
    for kind in [SignIn, Usage, Forbidden, Account, State, Refused] {
        assert_eq!(next(READ, |now| now.kind = kind), Next::GiveUp, "{kind:?}");
    }
}

#[test]
fn what_the_server_asks_for_is_obeyed_if_there_is_time() {
    let requested = |seconds| move |now: &mut Situation| now.retry_after = Some(Duration::from_secs(seconds));
    assert_eq!(next(READ, requested(2)), Next::TryIn(2 * SECOND));
    assert_eq!(next(READ, requested(28)), Next::TryIn(28 * SECOND));
    assert_eq!(next(READ, requested(29)), Next::GiveUp);
    assert_eq!(next(READ, requested(600)), Next::GiveUp);
    assert_eq!(next(READ, requested(0)), Next::TryIn(SECOND / 4));
}

#[test]
fn retry_after_is_seconds_or_a_date_by_the_servers_clock() {
    let server: Timestamp = "2015-10-21T07:28:00Z".parse().unwrap();
    let table = [
        ("2", Some(2)),
        (" 120 ", Some(120)),
        ("0", Some(0)),
        ("86400", Some(86_400)),
        ("86401", None),
        ("99999999999", None),
        ("999999999999999999999999999", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("abc", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:03 GMT", Some(3)),
        ("Wed, 21 Oct 2015 07:27:00 GMT", Some(0)),
        ("Wed, 21 Oct 2099 07:28:00 GMT", None),
        ("Wednesday, 21-Oct-15 07:28:03 GMT", Some(3)),
        ("Wed, 99 Oct 2015 07:28:03 GMT", None),
    ];
    for (header, seconds) in table {
        assert_eq!(retry_after(header, server), seconds.map(Duration::from_secs), "{header:?}");
    }
}

#[test]
fn the_time_to_come_back_is_told() {
    for (milliseconds, wait) in
        [(200, "1 s"), (119_000, "119 s"), (120_000, "2 min"), (600_000, "10 min"), (600_001, "11 min")]
    {
        let delay = Duration::from_millis(milliseconds);
        let error = with_retry_hint(ApiError::new(ErrorKind::Server, "busy").with_retry_after(Some(delay)));
        let hint = format!("try again in {wait}: the server asked clients to wait (Retry-After)");
        assert_eq!(error.hints(), [hint], "{milliseconds} ms");
    }
}

fn any_situation() -> impl Strategy<Value = Situation> {
    let faults = prop_oneof![
        Just(ErrorKind::Timeout),
        Just(ErrorKind::Server),
        Just(ErrorKind::Dns),
        Just(ErrorKind::Tls)
    ];
    let sent = proptest::option::of(0_u64..40_000);
    let requested = proptest::option::of(0_u64..100_000);
    (1_u32..40, faults, 0_u64..40_000, sent, requested, 0.0..1.0_f64).prop_map(
        |(attempts, kind, elapsed, sent, requested, random)| Situation {
            attempts,
            kind,
            elapsed: Duration::from_millis(elapsed),
            since_first_send: sent.map(Duration::from_millis),
            retry_after: requested.map(Duration::from_secs),
            random,
        },
    )
}

proptest! {
    #[test]
    fn a_wait_always_fits_the_budget_and_is_never_shorter_than_told(now in any_situation(), attempts in 1_u32..50) {
        let budget = Budget::standard().with_attempts(attempts);
        if let Next::TryIn(wait) = decide(READ, &budget, &now) {
            prop_assert!(now.elapsed + wait < budget.total);
            prop_assert!(now.attempts < attempts);
            prop_assert!(wait >= now.retry_after.unwrap_or_default());
            prop_assert!(now.retry_after.is_some_and(|delay| !delay.is_zero()) || wait <= budget.back_off_cap);
        }
    }

    #[test]
    fn a_retry_after_header_never_breaks_anything(header in "\\PC*") {
        if let Some(delay) = retry_after(&header, Timestamp::UNIX_EPOCH) {
            prop_assert!(delay <= RETRY_AFTER);
        }
    }

    #[test]
    fn a_date_in_each_form_is_so_far_ahead_as_it_says(server in 0_i64..3_000_000_000, ahead in -100_000_i64..100_000) {
        let server_now = Timestamp::from_second(server).unwrap();
        let then = Timestamp::from_second((server + ahead).max(0)).unwrap();
        let ahead = u64::try_from(then.as_second() - server).unwrap_or_default();
        let wanted = Some(Duration::from_secs(ahead)).filter(|wanted| *wanted <= RETRY_AFTER);
        for form in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
            let date = then.strftime(form).to_string();
            prop_assert_eq!(http_date(&date), Some(then), "{}", date);
            prop_assert_eq!(retry_after(&date, server_now), wanted, "{}", date);
        }
    }
}
