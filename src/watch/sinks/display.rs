//! A display for a person: it shows the newest state and takes keys. It runs beside the loop, because a terminal that takes
//! no bytes (Ctrl-S, a slow line) would otherwise hold up the polling. While the terminal is blocked, states are skipped.

use std::io;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::sleep;

use crate::floor::event::EndReason;
use crate::watch::view::FloorView;

/// A large team changes the floor dozens of times in a second, which nobody can read.
pub(crate) const BETWEEN_FRAMES: Duration = Duration::from_millis(100);

pub trait Display {
    /// Shows the present. Called at least once a second, as long as the display keeps up.
    ///
    /// # Errors
    /// If it could not be shown.
    fn show(&mut self, view: &FloorView) -> io::Result<()>;

    /// Takes what the terminal sends.
    ///
    /// # Errors
    /// If the screen could not be left or entered again.
    fn input(&mut self, input: Input) -> io::Result<Request>;

    /// Shows the last state of the watch.
    ///
    /// # Errors
    /// If it could not be shown.
    fn finish(&mut self, view: &FloorView) -> io::Result<()>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Key(Key),
    Resized,
    /// The process is to be stopped, as by Ctrl-Z outside of raw mode.
    Stop,
    /// The process was continued; the terminal may be in any state.
    Continued,
}

/// The keys that a display knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Enter,
    Escape,
    Backspace,
    Letter(char),
    /// Text from the clipboard.
    Paste(String),
    /// Ctrl-L.
    Redraw,
    /// Ctrl-Z.
    Stop,
    /// Ctrl-C.
    Interrupt,
}

/// What a key requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    Nothing,
    /// A new frame of the same state.
    Redraw,
    Quit,
    /// Stop the whole job.
    Stop,
}

/// Drives a display until the watch has ended. If the person ends it, `end` gets the reason; a display that fails drops
/// it.
///
/// # Errors
/// If the display fails.
pub async fn drive(
    display: &mut dyn Display,
    mut views: watch::Receiver<FloorView>,
    mut inputs: mpsc::UnboundedReceiver<Input>,
    end: oneshot::Sender<EndReason>,
) -> io::Result<()> {
    let mut end = Some(end);
    let mut stop = |reason| {
        // Only the first reason counts, and a watch that has ended needs none.
        if let Some(end) = end.take() {
            let _ = end.send(reason);
        }
    };
    let mut is_connected = true;
    // Before the first state there is nothing to show.
    if views.changed().await.is_err() {
        return Ok(());
    }
    loop {
        let view = views.borrow_and_update().clone();
        display.show(&view)?;
        tokio::select! {
            biased;
            input = inputs.recv(), if is_connected => {
                // The keyboard itself reports why it has ended.
                is_connected = input.is_some();
                // All waiting input is taken before the next frame: a window that is dragged sends more sizes than can
                // be painted.
                let mut next = input;
                while let Some(input) = next {
                    if display.input(input)? == Request::Quit {
                        stop(EndReason::Interrupted);
                    }
                    next = inputs.try_recv().ok();
                }
            }
            changed = async {
                sleep(BETWEEN_FRAMES).await;
                views.changed().await
            } => {
                if changed.is_err() {
                    return display.finish(&view);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quits at `q`, and notes each call.
    #[derive(Default)]
    struct Noting {
        calls: Vec<String>,
        fails: bool,
    }

    impl Display for Noting {
        fn show(&mut self, view: &FloorView) -> io::Result<()> {
            self.calls.push(format!("show {}", view.now.as_secs()));
            if self.fails { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
        }

        fn input(&mut self, input: Input) -> io::Result<Request> {
            let Input::Key(Key::Letter(letter)) = input else { panic!("{input:?}") };
            self.calls.push(letter.to_string());
            Ok(if letter == 'q' { Request::Quit } else { Request::Redraw })
        }

        fn finish(&mut self, view: &FloorView) -> io::Result<()> {
            self.calls.push(format!("finish {}", view.now.as_secs()));
            Ok(())
        }
    }

    fn view(second: u64) -> FloorView {
        FloorView { now: Duration::from_secs(second), ..FloorView::default() }
    }

    fn key(letter: char) -> Input {
        Input::Key(Key::Letter(letter))
    }

    #[tokio::test(start_paused = true)]
    async fn keys_that_wait_are_taken_before_one_frame_and_one_reason_to_end_is_given() {
        let views = watch::Sender::new(view(0));
        let (keys, inputs) = mpsc::unbounded_channel();
        let (stop, end) = oneshot::channel();
        for letter in ['j', 'q', 'k'] {
            keys.send(key(letter)).expect("a display");
        }
        let receiver = views.subscribe();
        let watch = async {
            views.send_replace(view(1));
            let reason = end.await;
            drop((keys, views));
            reason
        };
        let mut display = Noting::default();
        let (shown, reason) = tokio::join!(drive(&mut display, receiver, inputs, stop), watch);
        shown.expect("a display that takes everything");
        assert_eq!(reason, Ok(EndReason::Interrupted));
        assert_eq!(display.calls[..5], ["show 1", "j", "q", "k", "show 1"]);
        assert_eq!(display.calls.last().map(String::as_str), Some("finish 1"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_display_that_gets_no_more_keys_shows_what_comes_until_the_end() {
        let views = watch::Sender::new(view(0));
        let (keys, inputs) = mpsc::unbounded_channel();
        let (stop, end) = oneshot::channel();
        let receiver = views.subscribe();
        let watch = async {
            views.send_replace(view(1));
            drop(keys);
            tokio::task::yield_now().await;
            views.send_replace(view(2));
            drop(views);
        };
        let mut display = Noting::default();
        let (shown, ()) = tokio::join!(drive(&mut display, receiver, inputs, stop), watch);
        shown.expect("a display that takes everything");
        assert_eq!(display.calls.last().map(String::as_str), Some("finish 2"));
        assert!(end.await.is_err(), "it is the keyboard that knows why");
    }

    #[tokio::test(start_paused = true)]
    async fn a_display_that_fails_ends_with_its_error_and_gives_no_reason() {
        let views = watch::Sender::new(view(0));
        let receiver = views.subscribe();
        views.send_replace(view(1));
        let (_keys, inputs) = mpsc::unbounded_channel();
        let (stop, end) = oneshot::channel();
        let mut display = Noting { fails: true, ..Noting::default() };
        let failed = drive(&mut display, receiver, inputs, stop).await;
        assert_eq!(failed.expect_err("it fails").kind(), io::ErrorKind::BrokenPipe);
        assert!(end.await.is_err());
    }
}
