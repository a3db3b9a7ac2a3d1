//! The newest state of the floor, and the streams of browsers that show it. It is rendered once for all of them, and only
//! while somebody looks.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::{Stream, unfold};
use hyper::body::Bytes;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::clock::Clock;
use crate::watch::sinks::display::BETWEEN_FRAMES;
use crate::watch::sinks::wall::packed::Part;
use crate::watch::sinks::wall::seats::{Seat, Seats};
use crate::watch::view::FloorView;

/// A browser that hears nothing for 12 s shows that.
const BETWEEN_BEATS: Duration = Duration::from_secs(5);

/// The loop publishes the floor at least once a second. If it does not, it is stuck, and what is shown would be old.
const STUCK_AFTER: Duration = Duration::from_secs(3);

const MOST_STREAMS: usize = 64;

/// Writes the floor.
pub(crate) type Draw = Box<dyn Fn(&FloorView) -> String + Send + Sync>;

pub(super) struct Live {
    views: watch::Receiver<FloorView>,
    published: Mutex<Instant>,
    /// It is the same as long as nothing has changed but how long things last.
    draw: Draw,
    /// The newest drawing, with the end of its event.
    frames: watch::Sender<Part>,
    pub(super) seats: Arc<Seats>,
    clock: Clock,
}

impl Live {
    pub(super) fn new(views: watch::Receiver<FloorView>, draw: Draw, clock: Clock) -> Self {
        let (frames, seats) = (watch::Sender::new(Part::default()), Seats::new(MOST_STREAMS));
        Self { views, published: Mutex::new(Instant::now()), draw, frames, seats, clock }
    }

    /// A copy, so that nothing holds up the loop.
    pub(super) fn view(&self) -> FloorView {
        self.views.borrow().clone()
    }

    /// Whether the loop is at work.
    pub(super) fn is_alive(&self) -> bool {
        self.age() < STUCK_AFTER
    }

    /// How long ago the newest state was published.
    pub(super) fn age(&self) -> Duration {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// Draws what is published, until the watch has ended.
    pub(super) async fn follow(&self) {
        let mut views = self.views.clone();
        while views.changed().await.is_ok() {
            *self.published.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            if self.frames.receiver_count() > 0 {
                self.draw();
            }
            sleep(BETWEEN_FRAMES).await;
        }
    }

    fn draw(&self) {
        // A line feed would be the end of the line of data, and is a space in HTML too.
        let drawing = (self.draw)(&self.view()).replace(['\r', '\n'], " ") + "\n\n";
        self.frames.send_if_modified(|last| {
            let is_new = last.text != drawing;
            if is_new {
                *last = Part::new(drawing);
            }
            is_new
        });
    }

    /// The stream of a browser at this address, packed or not; `None` if there are too many. It begins with the floor as it
    /// is.
    pub(super) fn open(
        self: &Arc<Self>,
        address: IpAddr,
        is_packed: bool,
    ) -> Option<impl Stream<Item = Bytes> + use<>> {
        let seat = self.seats.take(address)?;
        let mut frames = self.frames.subscribe();
        self.draw();
        frames.mark_changed();
        let live = Arc::clone(self);
        let open = Open {
            live,
            _seat: seat,
            frames,
            is_packed,
            rest: None,
            next_beat: Instant::now() + BETWEEN_BEATS,
        };
        Some(unfold((Some(Part::first("retry: 2000\n\n")), open), async |(first, mut open)| {
            let next = match first {
                Some(first) => first,
                None => open.next().await?,
            };
            Some((if open.is_packed { next.packed } else { next.text }, (None, open)))
        }))
    }
}

struct Open {
    live: Arc<Live>,
    _seat: Seat,
    frames: watch::Receiver<Part>,
    is_packed: bool,
    /// Of an event that has begun.
    rest: Option<Part>,
    next_beat: Instant,
}

impl Open {
    /// Waits for the next part. Who takes it late gets the newest state then, and none of those between.
    async fn next(&mut self) -> Option<Part> {
        if let Some(rest) = self.rest.take() {
            return Some(rest);
        }
        let live = Arc::clone(&self.live);
        let now = || live.clock.now().as_millisecond();
        loop {
            tokio::select! {
                changed = self.frames.changed() => {
                    changed.ok()?;
                    self.rest = Some(self.frames.borrow_and_update().clone());
                    return Some(Part::stored(&format!("event: floor\ndata: {}\ndata: ", now())));
                }
                () = sleep_until(self.next_beat) => {
                    self.next_beat = Instant::now() + BETWEEN_BEATS;
                    if live.is_alive() {
                        return Some(Part::stored(&format!("event: beat\ndata: {}\n\n", now())));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};

    use futures_util::StreamExt;
    use jiff::Timestamp;

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    /// Draws the interval, so that a test can change what is shown.
    fn live(views: &watch::Sender<FloorView>) -> Arc<Live> {
        let draw = |view: &FloorView| format!("<main>{}\n</main>", view.interval.as_secs());
        Arc::new(Live::new(views.subscribe(), Box::new(draw), Clock::fixed(AT)))
    }

    fn publish(views: &watch::Sender<FloorView>, shown: u64) {
        views.send_replace(FloorView { interval: Duration::from_secs(shown), ..FloorView::default() });
    }

    fn address(last: u8) -> IpAddr {
        [192, 0, 2, last].into()
    }

    /// The next event.
    async fn event(mut stream: Pin<&mut impl Stream<Item = Bytes>>) -> String {
        let mut text = String::new();
        while !text.ends_with("\n\n") {
            text += std::str::from_utf8(&stream.next().await.expect("a stream has no end")).expect("text");
        }
        text
    }

    async fn next(stream: Pin<&mut impl Stream<Item = Bytes>>, live: &Live) -> String {
        tokio::select! {
            biased;
            event = event(stream) => event,
            () = live.follow() => panic!("the watch goes on"),
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_begins_with_the_floor_and_goes_on_with_what_changes() {
        let views = watch::Sender::new(FloorView::default());
        let live = live(&views);
        publish(&views, 1);
        let mut stream = pin!(live.open(address(1), false).expect("a seat"));
        assert_eq!(next(stream.as_mut(), &live).await, "retry: 2000\n\n");
        let floor = |shown| format!("event: floor\ndata: 0\ndata: <main>{shown} </main>\n\n");
        assert_eq!(next(stream.as_mut(), &live).await, floor(1));
        publish(&views, 1);
        publish(&views, 2);
        assert_eq!(next(stream.as_mut(), &live).await, floor(2));
        // Whoever did not look in between gets the newest one only.
        for shown in 3..6 {
            publish(&views, shown);
            tokio::select! {
                () = live.follow() => panic!("the watch goes on"),
                () = sleep(2 * BETWEEN_FRAMES) => {}
            }
        }
        assert_eq!(next(stream.as_mut(), &live).await, floor(5));
    }

    #[tokio::test(start_paused = true)]
    async fn beats_come_only_while_the_loop_publishes() {
        let views = watch::Sender::new(FloorView::default());
        let live = live(&views);
        let mut stream = pin!(live.open(address(1), false).expect("a seat"));
        for _ in 0..2 {
            next(stream.as_mut(), &live).await;
        }
        let began = Instant::now();
        let work = async {
            for _ in 0..6 {
                publish(&views, 0);
                sleep(Duration::from_secs(1)).await;
            }
        };
        let beat = async {
            let beat = next(stream.as_mut(), &live).await;
            (beat, began.elapsed())
        };
        let ((), (beat, after)) = tokio::join!(work, beat);
        assert_eq!((beat.as_str(), after.as_secs()), ("event: beat\ndata: 0\n\n", 5));
        assert!(live.is_alive());
        let silence = tokio::time::timeout(Duration::from_secs(60), next(stream.as_mut(), &live)).await;
        assert!(silence.is_err(), "{silence:?}");
        assert!(!live.is_alive());
    }

    #[tokio::test(start_paused = true)]
    async fn streams_are_bounded_and_free_their_seats() {
        let views = watch::Sender::new(FloorView::default());
        let live = live(&views);
        let streams: Vec<_> = std::iter::from_fn(|| live.open(address(1), false)).collect();
        assert_eq!(streams.len(), 8);
        drop(streams);
        assert!(live.open(address(1), false).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_drawn_while_nobody_looks() {
        let views = watch::Sender::new(FloorView::default());
        let draw = |_: &FloorView| panic!("nobody looks");
        let live = Live::new(views.subscribe(), Box::new(draw), Clock::fixed(AT));
        let work = async {
            for shown in 0..5 {
                publish(&views, shown);
                sleep(Duration::from_secs(1)).await;
            }
            drop(views);
        };
        tokio::join!(live.follow(), work);
    }
}
