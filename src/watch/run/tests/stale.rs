//! `--max-stale`: a watch ends when no server has answered for so long, but not because it has sent no request.

use std::sync::Arc;

use super::*;
use crate::floor::diff::Memory;
use crate::floor::event::WrapupStarted;
use crate::floor::samples::{in_wrapup, not_in_wrapup};
use crate::watch::recorder::backend::{Begun, BegunAgent};
use crate::watch::recorder::model::Model;
use crate::watch::run::journal::RecordingChoices;

#[tokio::test(start_paused = true)]
async fn a_watch_that_may_not_grow_stale_ends_when_nobody_has_answered_for_so_long() {
    for (answers_until, ends_at) in [(300, 900), (0, 600)] {
        let mut floor =
            Floor::of(
                seconds(7200),
                move |at| {
                    if at < seconds(answers_until) { Answer::Nothing } else { no_answer() }
                },
            )
            .times(3);
        floor.plan.max_stale = Some(seconds(600));
        let (ended, recorded) = floor.watch().await;
        assert_eq!(ended.unwrap(), EndReason::Unreachable);
        assert_eq!(exit_status(EndReason::Unreachable).code(), 5);
        let (at, _) = recorded.events.last().unwrap();
        assert!(*at <= seconds(ends_at + 1) && *at >= seconds(ends_at - 7), "ended at {at:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_each_poll_is_never_stale_however_late_the_next_poll_is() {
    for past_the_interval in [1, 500, 1_000] {
        let mut floor = Floor::of(seconds(3600), |_| Answer::After(Duration::from_millis(900)));
        floor.plan.interval = seconds(10);
        floor.plan.max_stale = Some(seconds(10) + Duration::from_millis(past_the_interval));
        assert_eq!(floor.watch().await.0.unwrap(), EndReason::Timeout, "{past_the_interval} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_was_stopped_asks_before_it_calls_a_server_stale() {
    // Between two polls, just before one, and again and again.
    for stops in [vec![22], vec![24], vec![21, 23, 24], (10..40).collect()] {
        for is_alive in [true, false] {
            let last_stop = *stops.last().unwrap();
            let back = Rc::new(Cell::new(None));
            let seen = Rc::clone(&back);
            let mut floor = Floor::of(seconds(3600), move |_| match seen.get() {
                Some(()) if !is_alive => no_answer(),
                _ => Answer::Nothing,
            });
            floor.plan.max_stale = Some(seconds(8));
            let stops = stops.clone();
            let polled = Rc::clone(&floor.profiles[0].polled);
            let stopping = async move {
                let mut before = 0;
                for stop in stops {
                    tokio::time::sleep(seconds(stop - before)).await;
                    before = stop;
                    if stop == last_stop {
                        back.set(Some(()));
                    }
                    tokio::time::advance(seconds(15)).await;
                }
                polled.borrow().len()
            };
            let ((ended, _), polled_before) = tokio::join!(floor.watch(), stopping);
            let expected = if is_alive { EndReason::Timeout } else { EndReason::Unreachable };
            assert_eq!(ended.unwrap(), expected, "last stopped at {last_stop}");
            assert!(floor.polled().len() > polled_before, "nobody was polled after {last_stop}");
        }
    }
    // While an answer is under way.
    let mut floor = Floor::of(seconds(3600), |at| {
        if is_within(at, 20, 60) { Answer::StoppedFor(seconds(15)) } else { Answer::Nothing }
    });
    floor.plan.max_stale = Some(seconds(8));
    assert_eq!(floor.watch().await.0.unwrap(), EndReason::Timeout);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_never_comes_is_waited_for_no_longer_than_the_silence_may_be() {
    let mut floor = Floor::of(seconds(3600), |at| {
        if at < seconds(20) { Answer::Nothing } else { Answer::After(seconds(3000)) }
    });
    floor.plan.max_stale = Some(seconds(8));
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::Unreachable);
    let (at, _) = recorded.events.last().unwrap();
    assert!(*at <= seconds(30), "ended at {at:?}");
}

#[tokio::test(start_paused = true)]
async fn one_profile_that_answers_keeps_the_others_from_being_stale() {
    let mut floor = Floor::of(seconds(1800), |_| no_answer()).times(3);
    floor.profiles[1].script = Rc::new(|_| Answer::Nothing);
    floor.plan.max_stale = Some(seconds(60));
    assert_eq!(floor.watch().await.0.unwrap(), EndReason::Timeout);
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_over_a_limit_while_nobody_answers() {
    for (is_down_from, alerts) in [(40, 0), (300, 1)] {
        let mut floor = Floor::of(seconds(200), move |at| {
            if at < seconds(is_down_from) { Answer::Wrapup(in_wrapup(Some("c1"), None)) } else { no_answer() }
        });
        floor.plan.scope.wrapups = true;
        floor.plan.limits = vec!["wrapup=90s".parse().unwrap()];
        let (_, recorded) = floor.watch().await;
        assert_eq!(recorded.moments_of("alert").len(), alerts, "{:?}", recorded.names());
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_run_has_recorded_goes_over_no_limit_before_anybody_has_answered() {
    for is_over in [true, false] {
        let mut floor = Floor::of(seconds(30), move |_| {
            Answer::Wrapup(if is_over { not_in_wrapup() } else { in_wrapup(Some("c1"), None) })
        });
        floor.plan.scope.wrapups = true;
        floor.plan.limits = vec!["wrapup=90s".parse().unwrap()];
        let started = floor.profiles[0].started;
        let now = wall(started);
        let before = wall(started) - SignedDuration::from_mins(10);
        let begun = WrapupStarted {
            ends_at: None,
            remaining_seconds: None,
            call_id: Some("c1".to_owned()),
            customer: None,
        };
        let event =
            Event { at: before, server_time: None, profile: None, kind: EventKind::WrapupStarted(begun) };
        let clocks = OwnClocks::after_past(now);
        let memory = Memory::default().restored(None, [&event], &[], &clocks);
        let book = Arc::default();
        let (model, begun) = Model::begin(&book, "watch", 1, &clocks, now);
        let agents = begun.agents.into_iter().zip([memory]);
        let agents = agents.map(|(agent, memory)| BegunAgent { memory, ..agent }).collect();
        let begun = Begun { agents, ..Begun::default() };
        let choices = RecordingChoices { has_stdout: true, polls_always: true, is_kept: true };
        let journal = WatchJournal::start(Box::new(model), begun, INTERVAL, choices).unwrap();
        let mut events = KeepingSink { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
        let mut watch = floor.new_watch_that_records(Sinks::new(vec![&mut events]), Some(journal), &|_| ());
        // The thread of the journal takes real time to say so.
        watch.poll_ourselves(0, None);
        watch.run(timeout(seconds(30))).await.unwrap();
        let names = events.names();
        let place = |wanted: &str| names.iter().position(|name| *name == wanted);
        assert_eq!(place("alert").is_some(), !is_over, "{names:?}");
        assert!(place("alert").is_none_or(|alert| place("state") < Some(alert)), "{names:?}");
    }
}
