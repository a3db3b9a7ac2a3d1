//! Where events go. A sink that cannot take an event says so, and the memory does not move forward.

use std::io;

use crate::floor::event::Event;
use crate::watch::followed::View;

/// Takes events, and shows the present if it can.
pub trait Sink {
    /// Tells one event. Once this returns, the event counts as told.
    ///
    /// # Errors
    /// If it could not be told: a closed pipe, a full disk.
    fn tell(&mut self, event: &Event) -> io::Result<()>;

    /// Shows the present. Called after events, and at least once a second.
    ///
    /// # Errors
    /// If it could not be shown.
    fn show(&mut self, _view: View<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Takes what the terminal says.
    ///
    /// # Errors
    /// If the screen could not be left or entered again.
    fn input(&mut self, _input: Input) -> io::Result<Asked> {
        Ok(Asked::Nothing)
    }

    /// Shows the present for the last time. Called after the last event.
    ///
    /// # Errors
    /// If it could not be shown.
    fn finish(&mut self, _view: View<'_>) -> io::Result<()> {
        Ok(())
    }
}

/// What a terminal says.
#[derive(Clone, Debug)]
pub enum Input {
    /// A key, a paste or a new size.
    Event(crossterm::event::Event),
    /// The process is asked to stop, as Ctrl-Z asks where the terminal is not the board's.
    Stop,
    /// The process was stopped and goes on: the terminal may look and behave in any way by now.
    Continued,
}

/// What a person asked for with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing that can be seen.
    Nothing,
    /// Another look at the same.
    Redraw,
    /// The end.
    Quit,
    /// To have the whole job stopped.
    Stop,
}
