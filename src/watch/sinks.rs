//! Where a watch puts events. *Durable* sinks, such as stdout, get the events of one answer together and in order; the
//! memory is committed after all of them have written these. *Live* sinks never hold the loop, and may miss something: they
//! react to single events (`reactions`), or show the newest [`FloorView`], which is the whole state ([`display`]).

pub mod board;
pub mod display;
pub(crate) mod exec;
pub mod lines;
pub(crate) mod notify;
pub(crate) mod reactions;
mod shown;
pub(crate) mod wall;

use std::io;
use std::time::Duration;

use tokio::sync::watch;

use crate::floor::event::Event;
use crate::watch::sinks::reactions::Reactions;
use crate::watch::view::FloorView;

pub trait EventSink {
    /// Writes the events of one answer. Once this returns, they count as reported.
    ///
    /// # Errors
    /// If they could not be written: a closed pipe, a full disk.
    fn write(&mut self, events: &[Event]) -> io::Result<()>;

    /// Called at each turn of the loop, at least once a second: a sink may hold back an event for a while.
    ///
    /// # Errors
    /// If what was held back could not be written.
    fn turn(&mut self, _: Turn) -> io::Result<()> {
        Ok(())
    }
}

/// How the polls go at one turn of the loop.
#[derive(Clone, Copy, Debug)]
pub struct Turn {
    /// Since the start, by the monotonic clock.
    pub now: Duration,
    /// Profiles that are polled.
    pub followed: usize,
    /// Those among them whose connection is lost.
    pub lost: usize,
}

pub struct Sinks<'a> {
    pub durable: Vec<&'a mut dyn EventSink>,
    pub(crate) reactions: Reactions,
    pub view: watch::Sender<FloorView>,
}

impl<'a> Sinks<'a> {
    /// The durable sinks are called in this order. Nothing is shown and nothing reacts yet.
    #[must_use]
    pub fn new(durable: Vec<&'a mut dyn EventSink>) -> Self {
        Self { durable, reactions: Reactions::none(), view: watch::Sender::new(FloorView::default()) }
    }

    pub(crate) fn turn(&mut self, turn: Turn) -> io::Result<()> {
        self.durable.iter_mut().try_for_each(|sink| sink.turn(turn))
    }

    /// Writes events to the durable sinks, and then starts the reactions.
    ///
    /// # Errors
    /// If a durable sink fails. Those after it are not called, and nothing reacts.
    pub(crate) fn write(&mut self, events: &[Event]) -> io::Result<()> {
        self.durable.iter_mut().try_for_each(|sink| sink.write(events))?;
        for event in events {
            self.reactions.to(event);
        }
        Ok(())
    }
}
