//! What the loop does when the server no longer accepts a session.

use super::*;

/// The server does not accept the session.
fn no_session() -> Answer {
    Answer::Fails(PollFailure { session_ended: true, ..samples::no_answer() })
}

#[tokio::test(start_paused = true)]
async fn an_ended_session_is_confirmed_looked_for_once_and_then_reported() {
    let mut floor =
        Floor::of(seconds(3600), |at| if at >= seconds(60) { no_session() } else { Answer::Nothing });
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::SessionExpired);
    assert_eq!(recorded.names(), ["start", "state", "session_expired", "end"]);
    let refused = floor.polled().into_iter().filter(|at| *at >= seconds(60)).collect::<Vec<_>>();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused[1].abs_diff(refused[0]) >= INTERVAL, "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_renewed_in_the_store_goes_on() {
    let mut floor =
        Floor::of(seconds(600), |at| if at >= seconds(60) { no_session() } else { Answer::Nothing });
    let renewed = Scripted { script: Rc::new(|_| Answer::Nothing), ..floor.profiles[0].clone() };
    floor.profiles[0].stored.borrow_mut().push(renewed);
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::Timeout);
    // Nothing was lost on the way, so nothing is reported as restored.
    assert_eq!(recorded.names(), ["start", "state", "session_expired", "session_renewed", "end"]);
    assert!(floor.polled().last().unwrap() > &seconds(590));
}

#[tokio::test(start_paused = true)]
async fn a_later_login_is_noticed_while_others_are_followed() {
    let mut floor = Floor::of(seconds(600), |_| Answer::Nothing).times(2);
    let polled = Rc::new(RefCell::new(vec![]));
    let stored = Scripted { polled: Rc::clone(&polled), ..floor.profiles[0].clone() };
    let expired = &mut floor.profiles[0];
    expired.script = Rc::new(|at| if at >= seconds(60) { no_session() } else { Answer::Nothing });
    (expired.signs_in, expired.reads) = (Some(seconds(300)), Rc::default());
    expired.stored = Rc::new(RefCell::new(vec![stored]));
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::Timeout);
    assert_eq!(recorded.moments_of("session_expired").len(), 1);
    let [renewed] = recorded.moments_of("session_renewed")[..] else { panic!("{:?}", recorded.names()) };
    assert!(is_within(renewed, 300, 303), "{renewed:?}");
    assert!(polled.borrow().first().is_some_and(|first| is_within(*first, 300, 303)), "{polled:?}");
    assert_eq!(floor.profiles[0].reads.get(), 2, "as the session ended, and after the login");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_was_in_doubt_for_one_poll_is_not_reported() {
    let mut floor =
        Floor::of(seconds(300), |at| if is_within(at, 60, 65) { no_session() } else { Answer::Nothing });
    let (_, recorded) = floor.watch().await;
    assert_eq!(recorded.names(), ["start", "state", "end"]);
}

#[tokio::test(start_paused = true)]
async fn a_profile_that_was_logged_out_is_reported_and_not_polled_again() {
    for others in [0, 1] {
        let mut floor = Floor::of(seconds(600), |_| Answer::Nothing).times(1 + others);
        floor.profiles[0].polled = Rc::default();
        floor.profiles[0].is_logged_out = |at| at >= seconds(60);
        let (ended, recorded) = floor.watch().await;
        let expected = if others == 0 { EndReason::SessionExpired } else { EndReason::Timeout };
        assert_eq!(ended.unwrap(), expected);
        assert_eq!(recorded.moments_of("profile_ended").len(), 1, "{:?}", recorded.names());
        let late = floor.polled().into_iter().filter(|at| *at >= seconds(60)).count();
        assert_eq!(late, 1, "the poll that was due shows it");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_server_refuses_is_reported_in_the_stream_and_not_polled_again() {
    let mut floor =
        Floor::of(seconds(600), |at| if at >= seconds(60) { Answer::Refuses } else { Answer::Nothing })
            .times(2);
    floor.profiles[1].script = Rc::new(|_| Answer::Nothing);
    floor.profiles[1].polled = Rc::default();
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::Timeout);
    assert_eq!(recorded.names(), ["start", "state", "state", "profile_ended", "end"]);
    let polled = floor.polled().into_iter().filter(|at| *at >= seconds(60)).count();
    assert_eq!(polled, 2, "the second poll confirms what the first one was refused");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_passes_ends_nothing() {
    let script = |at: Duration| {
        // Every second poll is refused.
        let is_refused = at.as_secs() / INTERVAL.as_secs() % 2 == 1;
        if is_refused { Answer::Refuses } else { Answer::Nothing }
    };
    let mut floor = Floor::of(seconds(600), script);
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::Timeout);
    assert_eq!(recorded.names(), ["start", "state", "end"]);
}

#[tokio::test(start_paused = true)]
async fn an_awaited_event_that_can_no_longer_happen_ends_the_watch() {
    use EndReason::{ConditionMet, Failed, SessionExpired, Timeout};
    let refuses = || Answer::Refuses;
    let expired = no_session;
    for (until, answer, others, reason) in [
        ("tag:missed", refuses as fn() -> Answer, 0, Failed),
        ("gap", refuses, 0, Failed),
        ("tag:missed", refuses, 1, Timeout),
        ("tag:missed@agent0", refuses, 1, Failed),
        ("tag:missed@agent1", refuses, 1, Timeout),
        ("break_ended", refuses, 0, Timeout),
        ("alert", refuses, 0, Timeout),
        ("connection_lost", refuses, 0, Timeout),
        ("heartbeat", refuses, 0, Timeout),
        ("profile_ended", refuses, 0, ConditionMet),
        ("break_ended@agent0", expired, 1, SessionExpired),
        ("connection_lost@agent0", expired, 1, SessionExpired),
        ("alert@agent0", expired, 1, SessionExpired),
        ("alert", expired, 1, Timeout),
        ("break_ended", expired, 1, Timeout),
        ("session_expired@agent0", expired, 1, ConditionMet),
    ] {
        let script = move |at| if at >= seconds(60) { answer() } else { Answer::Nothing };
        let mut floor = Floor::of(seconds(600), script).times(1 + others);
        for other in &mut floor.profiles[1..] {
            other.script = Rc::new(|_| Answer::Nothing);
        }
        floor.plan.scope.breaks = true;
        floor.plan.limits = vec!["break=15m".parse().unwrap()];
        floor.plan.until = Some(until.parse().unwrap());
        let (ended, recorded) = floor.watch().await;
        assert_eq!((ended.unwrap(), recorded.end), (reason, Some(reason)), "{until}, {others} others");
    }
}
