//! Where a watch puts what it knows.
//!
//! *Durable* sinks take events for good. They are called in order and take the events of one answer together; the memory
//! moves forward only after all of them have. A slow one slows the polling, so nothing is queued. Today that is stdout; a
//! journal would come before it.
//!
//! *Live* sinks must never hold the loop, and may miss something. Some react to single events (`reactions`): each
//! bounds what it has under way, and drops what is beyond that. Others show the present ([`display`]): they read the
//! newest [`FloorView`], which holds the whole state, so one that has missed some of them has missed nothing that
//! still counts. A wall and metrics would be two more of these.

pub mod board;
pub mod display;
pub(crate) mod exec;
pub mod lines;
pub(crate) mod notify;
pub(crate) mod reactions;

use std::io;

use tokio::sync::watch;

use crate::floor::event::Event;
use crate::watch::sinks::reactions::Reactions;
use crate::watch::view::FloorView;

/// Takes events for good.
pub trait EventSink {
    /// Takes the events of one answer. Once this returns, they count as reported.
    ///
    /// # Errors
    /// If they could not be taken: a closed pipe, a full disk.
    fn write(&mut self, events: &[Event]) -> io::Result<()>;
}

pub struct Sinks<'a> {
    /// Called in this order.
    pub durable: Vec<&'a mut dyn EventSink>,
    pub(crate) reactions: Reactions,
    /// The newest state, for all who show it.
    pub view: watch::Sender<FloorView>,
}

impl<'a> Sinks<'a> {
    /// Durable sinks in the order in which they are called; nothing is shown and nothing reacts yet.
    #[must_use]
    pub fn new(durable: Vec<&'a mut dyn EventSink>) -> Self {
        Self { durable, reactions: Reactions::none(), view: watch::Sender::new(FloorView::default()) }
    }

    /// Hands events to the durable sinks, and then to what reacts to them.
    ///
    /// # Errors
    /// If a durable sink could not take them. Those after it are not called, and nothing reacts.
    pub(crate) fn write(&mut self, events: &[Event]) -> io::Result<()> {
        self.durable.iter_mut().try_for_each(|sink| sink.write(events))?;
        for event in events {
            self.reactions.to(event);
        }
        Ok(())
    }
}
