//! Where events go. A sink that cannot take an event says so, and the memory does not move forward.

use std::io;

use crate::watch::event::Event;
use crate::watch::followed::View;

/// Takes events, and shows the present if it can.
pub trait Sink {
    /// Tells one event. Once this returns, the event counts as told.
    ///
    /// # Errors
    /// If it could not be told: a closed pipe, a full disk.
    fn tell(&mut self, event: &Event) -> io::Result<()>;

    /// Shows the present. Called after events, and at least once a second where [`Sink::shows_time`].
    ///
    /// # Errors
    /// If it could not be shown.
    fn show(&mut self, _view: View<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Whether it wants to be shown the passing of time.
    fn shows_time(&self) -> bool {
        false
    }
}
