//! What a watch shows of an agent whom another process polls.

use std::sync::{Arc, Mutex};

use super::*;
use crate::floor::answer::Break;
use crate::floor::event::{ConnectionLost, ConnectionRestored, GapCause};
use crate::floor::timeline::Recorded;
use crate::watch::recorder::backend::{News, Refreshed, Share};
use crate::watch::recorder::model::{Book, Model};
use crate::watch::recorder::sharing::Holder;
use crate::watch::run::agent::Sharing;
use crate::watch::run::journal::RecordingChoices;
use crate::watch::run::round::Arrival;

#[tokio::test(start_paused = true)]
async fn the_state_is_shown_once_also_if_the_other_process_has_no_answer_yet() {
    for has_answer in [[true, true, true], [false, true, true], [true, false, true]] {
        let floor = Floor::of(seconds(1), |_| Answer::Nothing);
        let started = floor.profiles[0].started;
        let mut recorded = KeepingSink { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
        let mut watch = floor.new_watch(Sinks::new(vec![&mut recorded]));
        watch.agents[0].sharing = Sharing::Unknown;
        for has_answer in has_answer {
            let newest_answer = has_answer.then(|| wall(started));
            let holder =
                Holder { parts: vec![FollowedPart::Tags], cadence: INTERVAL, newest_answer, beats: true };
            let news = News { index: 0, events: vec![], coverage: vec![] };
            watch.on_refreshed(Refreshed { news, share: Share::Theirs(holder) }).unwrap();
        }
        drop(watch);
        assert_eq!(recorded.names(), ["state"], "{has_answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_hole_after_another_process_says_whether_that_was_stopped_or_had_no_answer() {
    for (beats, why) in [(false, GapCause::TakenOver), (true, GapCause::Outage)] {
        let floor = Floor::of(seconds(1), |_| Answer::Nothing);
        let started = floor.profiles[0].started;
        let mut recorded = KeepingSink { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
        let mut watch = floor.new_watch(Sinks::new(vec![&mut recorded]));
        watch.agents[0].memory.interrupt(GapCause::NotRunning);
        watch.agents[0].sharing = Sharing::Unknown;
        for (age, beats) in [(0, true), (60, beats)] {
            let parts = vec![FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];
            let newest_answer = Some(wall(started) - SignedDuration::from_secs(age));
            let holder = Holder { parts, cadence: INTERVAL, newest_answer, beats };
            let news = News { index: 0, events: vec![], coverage: vec![] };
            watch.on_refreshed(Refreshed { news, share: Share::Theirs(holder) }).unwrap();
        }
        let mut poll = PollResult::new("asha", wall(started));
        poll.break_state = Some(Break::default());
        let marks = watch.agents[0].memory.diff(&poll).marks;
        assert_eq!(marks.iter().map(|mark| mark.hole).collect::<Vec<_>>(), [why]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_ends_tells_whoever_goes_on_of_whom_an_answer_was_lost() {
    let floor = Floor::of(seconds(1), |_| Answer::Nothing);
    let mut watch = floor.new_watch(Sinks::new(vec![]));
    let agent = &mut watch.agents[0];
    agent.sharing = Sharing::Ours;
    assert!(!agent.may_have_lost_tags());
    let lost = PollFailure { answer_was_lost: true, ..samples::no_answer() };
    let now = seconds(1);
    agent.view().health = agent.view.health.after_failure(&lost, now).0;
    assert!(agent.may_have_lost_tags());
    agent.view().health = agent.view.health.after_answer(samples::at(2), now).0;
    assert!(!agent.may_have_lost_tags());
}

#[tokio::test(start_paused = true)]
async fn an_answer_says_when_its_poll_was_sent_and_when_it_came() {
    let floor = Floor::of(seconds(1), |_| Answer::Nothing);
    let started = floor.profiles[0].started;
    let mut watch = floor.new_watch(Sinks::new(vec![]));
    tokio::time::advance(seconds(3)).await;
    let sent = watch.now();
    let agent = &mut watch.agents[0];
    agent.view().phase = Phase::Polling(sent);
    tokio::time::advance(seconds(2)).await;
    let result = Some(PollResult::new("asha", wall(started)));
    watch.arrived(0, Polled { result, failure: None, refused: vec![], is_mended: false });
    let Some(Arrival::Answer(answer)) = watch.arrivals.pop_front() else { panic!("it has arrived") };
    let result = answer.result.expect("an answer");
    assert_eq!((result.sent(), result.monotonic), (sent, sent + seconds(2)));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_two_processes_lose_is_lost_and_restored_once() {
    let lost = EventKind::ConnectionLost(ConnectionLost {
        failure: "timeout".to_owned(),
        code: None,
        message: "no answer".to_owned(),
        last_ok: None,
    });
    let restored = EventKind::ConnectionRestored(ConnectionRestored { down_seconds: 60, failures: 9 });
    // Who has started anew meanwhile does not know of the loss.
    for restored in [Some(restored), None] {
        let floor = Floor::of(seconds(1), |_| Answer::Nothing);
        let started = floor.profiles[0].started;
        let now = wall(started);
        let book = Arc::new(Mutex::new(Book::default()));
        let (model, begun) = Model::begin(&book, "watch", 1, &OwnClocks::after_past(now), now);
        let choices = RecordingChoices { has_stdout: true, polls_always: false, is_kept: true };
        let journal = WatchJournal::start(Box::new(model), begun, INTERVAL, choices).unwrap();
        let mut shown = KeepingSink { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
        let sinks = Sinks::new(vec![&mut shown]);
        let mut watch = floor.new_watch_that_records(sinks, Some(journal), &|_| ());
        let mut seqs = 1..;
        let mut refreshed = |watch: &mut Watch<'_, Scripted>, age: i64, kind: Option<EventKind>| {
            let parts = vec![FollowedPart::Tags];
            let newest_answer = Some(wall(started) - SignedDuration::from_secs(age));
            let holder = Holder { parts, cadence: INTERVAL, newest_answer, beats: true };
            let event = |kind| Event { at: wall(started), server_time: None, profile: None, kind };
            let recorded =
                kind.map(|kind| Recorded { seq: seqs.next().unwrap(), event: event(kind), customer: None });
            let news = News { index: 0, events: recorded.into_iter().collect(), coverage: vec![] };
            watch.on_refreshed(Refreshed { news, share: Share::Theirs(holder) }).unwrap();
        };
        refreshed(&mut watch, 1, None);
        assert_eq!(watch.agents[0].view.phase, Phase::Read);
        refreshed(&mut watch, 6, Some(lost.clone()));
        assert!(watch.agents[0].view.health.failing_since().is_some());
        refreshed(&mut watch, 60, None);
        let due = watch.due(0);
        assert_eq!(due, [0], "it is not answered, so we poll");
        let failure = Some(samples::no_answer());
        watch.arrived(0, Polled { result: None, failure, refused: vec![], is_mended: false });
        watch.settle().unwrap();
        tokio::time::advance(seconds(60)).await;
        refreshed(&mut watch, 0, restored);
        let view = &watch.agents[0].view;
        assert_eq!((&view.phase, view.health.is_lost(), &view.failure), (&Phase::Read, false, &None));
        drop(watch);
        assert_eq!(shown.names(), ["state", "connection_lost", "connection_restored"]);
    }
}
