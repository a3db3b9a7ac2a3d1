//! `--max-stale`: a watch ends when no server has answered for so long, but not because it has sent no request.

use super::*;

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
