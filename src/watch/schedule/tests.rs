use std::collections::HashMap;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::floor::health::PollFailure;
use crate::floor::samples::no_answer;

const INTERVAL: Duration = Duration::from_secs(5);

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// A profile whose polls are counted and scheduled, as the loop does it.
struct Polls {
    schedule: Schedule,
    health: Health,
}

impl Polls {
    fn every(interval: Duration, first: Duration) -> Self {
        Self { schedule: Schedule::new(interval, first), health: Health::default() }
    }

    fn after(&mut self, outcome: Outcome, polled: Duration, now: Duration, random: f64) -> Next {
        let failure = |session_ended| PollFailure { session_ended, ..no_answer() };
        self.health = match outcome {
            Outcome::Good { .. } => self.health.after_answer(Timestamp::UNIX_EPOCH, now).0,
            Outcome::Failed | Outcome::RetryAfter(_) => self.health.after_failure(&failure(false), now).0,
            Outcome::SessionEnded => self.health.after_failure(&failure(true), now).0,
            Outcome::SessionRenewed => self.health,
        };
        self.schedule.after(outcome, &self.health, polled, now, random)
    }
}

fn polls() -> Polls {
    Polls::every(INTERVAL, Duration::ZERO)
}

fn poll_at(next: Next) -> Duration {
    match next {
        Next::Poll(at) => at,
        other => panic!("{other:?}"),
    }
}

/// From `earlier` to `later`.
fn between(earlier: Duration, later: Duration) -> Duration {
    later.checked_sub(earlier).expect("time goes forward")
}

/// Polls that fail at once, from the start until `until`; the waits between them.
fn waits_while_down(until: Duration, random: f64) -> Vec<Duration> {
    let mut polls = polls();
    let mut now = Duration::ZERO;
    let mut waits = Vec::new();
    while now < until {
        let next = poll_at(polls.after(Outcome::Failed, now, now, random));
        waits.push(between(now, next));
        now = next;
    }
    waits
}

const GOOD: Outcome = Outcome::Good { deadline: None };

#[test]
fn healthy_polls_keep_their_place_in_the_interval() {
    let mut polls = Polls::every(INTERVAL, seconds(1.5));
    assert_eq!(polls.schedule.first(), seconds(1.5));
    let mut at = polls.schedule.first();
    for round in 1..1000_u32 {
        let random = f64::from(round % 10) / 10.0;
        let next = poll_at(polls.after(GOOD, at, at + seconds(0.3), random));
        let place = seconds(1.5) + INTERVAL * round;
        assert!(next >= place && next <= place + seconds(0.5), "round {round}: {next:?}");
        at = next;
    }
}

#[test]
fn a_slow_answer_skips_a_place_rather_than_hurry() {
    let after = |ended: f64| poll_at(polls().after(GOOD, Duration::ZERO, seconds(ended), 0.0));
    assert_eq!(after(0.2), seconds(5.0));
    assert_eq!(after(4.9), seconds(5.0));
    assert_eq!(after(5.1), seconds(10.0));
    assert_eq!(after(14.0), seconds(15.0));
}

#[test]
fn the_shortest_interval_is_kept_to() {
    let mut polls = Polls::every(seconds(0.1), Duration::ZERO);
    let mut at = Duration::ZERO;
    for round in 0..100_u32 {
        let next = poll_at(polls.after(GOOD, at, at + seconds(0.1), f64::from(round % 3) / 2.0));
        assert!(
            between(at, next) >= SHORTEST_INTERVAL && between(at, next) <= seconds(2.2),
            "{:?}",
            between(at, next)
        );
        at = next;
    }
}

#[test]
fn a_known_deadline_is_looked_at_soon_after() {
    let next = |deadline: f64, polled: f64| {
        let outcome = Outcome::Good { deadline: Some(seconds(deadline)) };
        poll_at(polls().after(outcome, seconds(polled), seconds(polled + 0.1), 0.0))
    };
    assert_eq!(next(3.0, 0.0), seconds(3.5));
    assert_eq!(next(1.0, 0.0), seconds(2.0), "never under two seconds");
    assert_eq!(next(60.0, 0.0), seconds(5.0), "never later than usual");
    assert_eq!(next(0.5, 1.0), seconds(5.0), "this poll has shown its result");
}

#[test]
fn the_back_off_doubles_up_to_its_cap() {
    let expected = [0.8, 1.6, 3.2, 6.4, 12.8, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 15.0, 30.0, 30.0];
    let waits = waits_while_down(seconds(200.0), 0.0);
    assert_eq!(waits[..14], expected.map(seconds));
    let jittered = waits_while_down(seconds(200.0), 1.0);
    assert_eq!(jittered[..6], [1.6, 3.2, 6.4, 12.8, 25.6, 30.0].map(seconds));
    assert_eq!(jittered.last(), Some(&seconds(60.0)));
}

#[test]
fn a_server_down_for_long_is_asked_at_most_twice_a_minute() {
    let waits = waits_while_down(seconds(3600.0), 0.0);
    let late: Vec<&Duration> = waits.iter().skip(20).collect();
    assert!(late.iter().all(|wait| **wait >= seconds(30.0)));
}

#[test]
fn the_back_off_is_short_again_only_after_two_healthy_minutes() {
    let mut polls = polls();
    let mut now = Duration::ZERO;
    let fail =
        |polls: &mut Polls, now: Duration| between(now, poll_at(polls.after(Outcome::Failed, now, now, 0.0)));
    for _ in 0..5 {
        now += fail(&mut polls, now);
    }
    now = poll_at(polls.after(GOOD, now, now, 0.0));
    assert_eq!(fail(&mut polls, now), seconds(15.0), "one good poll is no recovery");
    let healthy = now;
    while now < healthy + seconds(130.0) {
        now = poll_at(polls.after(GOOD, now, now, 0.0));
    }
    assert_eq!(fail(&mut polls, now), seconds(0.8));
}

#[test]
fn a_server_that_sends_retry_after_is_not_polled_before_it() {
    let next = |given: f64, random: f64| {
        poll_at(polls().after(Outcome::RetryAfter(seconds(given)), Duration::ZERO, Duration::ZERO, random))
    };
    assert_eq!(next(60.0, 0.0), seconds(60.0));
    assert_eq!(next(60.0, 1.0), seconds(66.0));
    assert_eq!(next(0.0, 0.0), seconds(0.8), "our own back-off at least");
    assert_eq!(next(900.0, 1.0), seconds(990.0));
    assert_eq!(next(1e9, 0.0), seconds(900.0), "a quarter of an hour at most");
}

#[test]
fn a_session_end_is_confirmed_once_and_the_store_read_once() {
    let mut polls = polls();
    let mut now = Duration::ZERO;
    let confirming = poll_at(polls.after(Outcome::SessionEnded, now, now, 0.0));
    assert!(confirming >= seconds(5.0));
    now = confirming;
    assert_eq!(polls.after(Outcome::SessionEnded, now, now, 0.0), Next::ReadStore);
    let renewed = poll_at(polls.after(Outcome::SessionRenewed, now, now, 0.0));
    assert_eq!(renewed, now + SHORTEST_INTERVAL);
    // The new session is over as well: three requests after the first refusal, and not one more.
    assert_eq!(polls.after(Outcome::SessionEnded, renewed, renewed, 0.0), Next::GiveUp);
}

#[test]
fn a_good_answer_ends_the_doubt_and_a_failure_does_not() {
    let doubted = || {
        let mut polls = polls();
        polls.after(Outcome::SessionEnded, Duration::ZERO, Duration::ZERO, 0.0);
        polls
    };
    let now = seconds(6.0);
    let mut recovered = doubted();
    recovered.after(GOOD, now, now, 0.0);
    assert!(matches!(recovered.after(Outcome::SessionEnded, now, now, 0.0), Next::Poll(_)));
    let mut failed = doubted();
    failed.after(Outcome::Failed, now, now, 0.0);
    assert_eq!(failed.after(Outcome::SessionEnded, now, now, 0.0), Next::ReadStore);
}

#[test]
fn profiles_are_spread_over_the_interval_and_one_alone_does_not_wait() {
    assert_eq!(spread("asha", INTERVAL, 1), Duration::ZERO);
    assert_eq!(spread("asha", INTERVAL, 200), spread("asha", INTERVAL, 300));
    let mut seconds_hit: HashMap<u64, u32> = HashMap::new();
    for number in 0..1000 {
        let place = spread(&format!("agent-{number}"), INTERVAL, 1000);
        assert!(place < INTERVAL);
        *seconds_hit.entry(place.as_secs()).or_default() += 1;
    }
    assert!(seconds_hit.values().all(|hits| (150..250).contains(hits)), "{seconds_hit:?}");
}

/// When the first good poll is after an outage from 0 to `down`, with attempts that fail at once.
fn recovery(down: Duration, mut random: impl FnMut() -> f64) -> Duration {
    let mut polls = polls();
    let mut now = Duration::from_millis(1);
    while now < down {
        now = poll_at(polls.after(Outcome::Failed, now, now, random()));
    }
    between(down, now)
}

#[test]
fn a_thousand_watchers_do_not_come_back_in_the_same_second() {
    for down in [90, 300, 3600] {
        let mut buckets: HashMap<u64, u32> = HashMap::new();
        for watcher in 0..1000_u64 {
            let mut state = watcher;
            let random = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                f64::from(u32::try_from(state >> 32).expect("32 bits")) / f64::from(u32::MAX)
            };
            *buckets.entry(recovery(Duration::from_secs(down), random).as_secs()).or_default() += 1;
        }
        assert!(buckets.values().all(|hits| *hits <= 100), "{down}: {buckets:?}");
    }
}

proptest! {
    #[test]
    fn the_end_of_an_outage_is_noticed_in_time(down in 1_u64..7200, randoms in prop::collection::vec(0.0..=1.0_f64, 400)) {
        let mut randoms = randoms.into_iter().cycle();
        let delay = recovery(Duration::from_secs(down), || randoms.next().expect("endless"));
        let bound = if down <= 120 { 35 } else { 65 };
        prop_assert!(delay <= Duration::from_secs(bound), "{delay:?} after {down} s");
    }

    #[test]
    fn no_poll_is_ever_in_the_past_or_too_soon(steps in prop::collection::vec((0_u8..5, 0_u64..20_000, 0_u64..2_000_000, -1.0..2.0_f64), 1..60)) {
        let mut polls = polls();
        let mut at = polls.schedule.first();
        for (kind, took, given, random) in steps {
            let now = at + Duration::from_millis(took);
            let given = Duration::from_millis(given);
            let outcome = match kind {
                0 => GOOD,
                1 => Outcome::Good { deadline: Some(given) },
                2 => Outcome::Failed,
                3 => Outcome::RetryAfter(given),
                _ => Outcome::SessionEnded,
            };
            let Next::Poll(next) = polls.after(outcome, at, now, random) else { break };
            prop_assert!(next >= now);
            match outcome {
                Outcome::Good { .. } => prop_assert!(between(at, next) >= SHORTEST_INTERVAL && between(now, next) <= INTERVAL + seconds(2.0)),
                Outcome::RetryAfter(given) => prop_assert!(between(now, next) >= given.min(LONGEST_RETRY_AFTER)),
                Outcome::SessionEnded => prop_assert!(between(now, next) >= BEFORE_CONFIRMING),
                _ => prop_assert!(between(now, next) >= FIRST_WAIT && between(now, next) <= seconds(60.0)),
            }
            at = next;
        }
    }
}
