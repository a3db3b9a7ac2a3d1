//! What a watch shows of an agent whom another process polls.

use super::*;
use crate::watch::recorder::records::{Looked, News, Share};
use crate::watch::recorder::sharing::Holder;
use crate::watch::run::agent::Sharing;

#[tokio::test(start_paused = true)]
async fn the_state_is_shown_once_also_if_the_other_process_has_no_answer_yet() {
    for has_answer in [[true, true, true], [false, true, true], [true, false, true]] {
        let floor = Floor::of(seconds(1), |_| Answer::Nothing);
        let started = floor.profiles[0].started;
        let mut recorded = Recorder { started, events: vec![], end: None, shown: 0, takes: usize::MAX };
        let mut watch = floor.new_watch(Sinks::new(vec![&mut recorded]));
        watch.agents[0].sharing = Sharing::Unknown;
        for has_answer in has_answer {
            let newest_answer = has_answer.then(|| wall(started));
            let holder = Holder { parts: vec![FollowedPart::Tags], cadence: INTERVAL, newest_answer };
            let news = News { index: 0, events: vec![], coverage: vec![] };
            watch.looked(Looked { news, share: Share::Theirs(holder) }).unwrap();
        }
        drop(watch);
        assert_eq!(recorded.names(), ["state"], "{has_answer:?}");
    }
}
