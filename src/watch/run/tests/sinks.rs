//! What the loop guarantees to its sinks, and that they cannot hold it up.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use super::*;
use crate::floor::samples::tag;

/// A durable sink that records its calls, and fails on request.
struct Noting<'a> {
    name: &'static str,
    calls: &'a RefCell<Vec<&'static str>>,
    fails: &'a Cell<Option<&'static str>>,
}

impl EventSink for Noting<'_> {
    fn write(&mut self, _: &[Event]) -> io::Result<()> {
        self.calls.borrow_mut().push(self.name);
        if self.fails.get() == Some(self.name) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

#[tokio::test]
async fn durable_sinks_are_called_in_order_and_nothing_is_committed_before_the_last_took_it() {
    let (calls, fails) = (RefCell::default(), Cell::new(None));
    let noting = |name| Noting { name, calls: &calls, fails: &fails };
    let (mut journal, mut stdout) = (noting("journal"), noting("stdout"));
    let floor = Floor::of(seconds(60), |_| Answer::Nothing);
    let sinks = Sinks::new(vec![&mut journal, &mut stdout]);
    let _board = sinks.view.subscribe();
    let mut watch = floor.new_watch(sinks);
    let result = || PollResult { profile: Some("asha".to_owned()), ..samples::tags(0, &[tag("a1")]) };
    let answer = |watch: &mut Watch<'_, Scripted>| {
        watch.agents[0].view().phase = Phase::Polling(Duration::ZERO);
        watch.arrived(0, Polled { result: Some(result()), failure: None, refused: vec![], is_mended: false });
        (watch.settle().is_ok(), calls.take())
    };
    for (failing, expected) in [("journal", &["journal"][..]), ("stdout", &["journal", "stdout"])] {
        fails.set(Some(failing));
        assert_eq!(answer(&mut watch), (false, expected.to_vec()));
        let agent = &watch.agents[0];
        assert_eq!(agent.memory.diff(&result()).events.len(), 2, "a state and a tag are still to be written");
        assert!(agent.view.history.is_empty() && agent.view.health.last_ok().is_none());
        assert_eq!(watch.view.events.noted(), 0);
    }
    fails.set(None);
    assert_eq!(answer(&mut watch), (true, vec!["journal", "stdout"]));
    let agent = &watch.agents[0];
    assert!(agent.memory.diff(&result()).events.is_empty());
    assert_eq!((agent.view.history.len(), watch.view.events.noted()), (1, 1));
}

/// A display on its own thread that blocks in its first frame until it is released.
struct Stalled {
    has_begun: Sender<()>,
    held: Receiver<()>,
    shown: Vec<FloorView>,
    is_finished: bool,
}

impl Display for Stalled {
    fn show(&mut self, view: &FloorView) -> io::Result<()> {
        let _ = self.has_begun.send(());
        let _ = self.held.recv();
        self.shown.push(view.clone());
        Ok(())
    }

    fn input(&mut self, _: Input) -> io::Result<Request> {
        Ok(Request::Nothing)
    }

    fn finish(&mut self, _: &FloorView) -> io::Result<()> {
        self.is_finished = true;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_display_that_stalls_costs_the_loop_nothing_and_then_gets_the_whole_state() {
    let floor = Floor::of(seconds(3600), |at| Answer::Tags(vec![tag(&format!("t{}", at.as_secs()))]));
    let sinks = Sinks::new(vec![]);
    let (views, (has_begun, began), (let_go, held)) = (sinks.view.subscribe(), channel(), channel());
    let (_terminal, inputs) = mpsc::unbounded_channel();
    let (stop, _never) = oneshot::channel();
    let showing = thread::spawn(move || {
        let mut display = Stalled { has_begun, held, shown: vec![], is_finished: false };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(drive(&mut display, views, inputs, stop)).expect("a display that fails nowhere");
        (display.shown, display.is_finished)
    });
    sinks.view.send_replace(FloorView::default());
    began.recv().expect("the first frame");

    let ended = floor.new_watch(sinks).run(timeout(floor.lasts)).await;
    assert_eq!(ended.expect("no durable sink"), EndReason::Timeout);
    let polled = floor.polled().len();
    assert!((719..=721).contains(&polled), "{polled} polls in an hour");

    drop(let_go);
    let (shown, is_finished) = showing.join().expect("no panic");
    assert!(is_finished);
    let [_, last] = &shown[..] else { panic!("{} frames", shown.len()) };
    assert_eq!((last.now.as_secs(), last.agents.len()), (3600, 1));
    let agent = &last.agents[0];
    assert_eq!(agent.history.noted(), polled);
    assert_eq!(agent.history.len(), 50);
    assert!(agent.health.lag(last.now).expect("an answer") <= INTERVAL * 2, "{:?}", agent.health);
}

#[tokio::test(start_paused = true)]
async fn whoever_looks_at_once_sees_every_second() {
    let mut floor = Floor::of(seconds(60), |_| Answer::Nothing);
    let (_, recorded) = floor.watch().await;
    assert!(recorded.shown >= 60, "{} frames", recorded.shown);
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_takes_no_more_ends_the_watch_with_its_error() {
    let mut floor = Floor::of(seconds(3600), |_| Answer::Nothing);
    floor.takes = 1;
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(recorded.names(), ["start"]);
}
