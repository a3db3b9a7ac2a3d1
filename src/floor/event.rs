//! What a watch reports, as plain data: the one thing that sinks, hooks and the board receive.

mod reported_tag;
mod table;
mod words;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::Deserialize;

use crate::report::Row;

use table::Kind;

pub use reported_tag::ReportedTag;
pub use table::{
    AgentChanged, Alert, BreakChanged, BreakEnded, BreakStarted, ConnectionLost, ConnectionRestored, End,
    EventWords, Gap, Heartbeat, JournalLost, JournalRestored, ProfileEnded, SessionExpired, SessionRenewed,
    Start, State, WrapupEnded, WrapupStarted,
};
pub use words::{
    AlertChange, AlertWhat, EndReason, FollowedPart, GapCause, Level, ProfileEndReason, StateCause,
};

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was noticed, by our wall clock.
    pub at: Timestamp,
    /// The same moment by the server's clock, where its answer was dated. It is not shown, but kept.
    pub server_time: Option<Timestamp>,
    /// Whom it is about; `None` for the watch as a whole.
    pub profile: Option<String>,
    /// What happened.
    pub kind: EventKind,
}

macro_rules! kinds {
    ($($name:ident: $type:ty,)*) => {
        /// What happened. The first is always `Start`, the last always `End`.
        #[derive(Clone, Debug, PartialEq)]
        pub enum EventKind {
            $($name($type),)*
        }

        impl EventWords {
            /// Every type of event, in the order of the manual.
            pub const ALL: &'static [&'static Self] = &[$(<$type>::WORDS,)*];
        }

        impl EventKind {
            /// The words of this type of event.
            #[must_use]
            pub fn words(&self) -> &'static EventWords {
                match self {
                    $(Self::$name(_) => <$type>::WORDS,)*
                }
            }

            fn fill(&self, row: Row) -> Row {
                match self {
                    $(Self::$name(kind) => kind.fill(row),)*
                }
            }

            /// `None` for a type that this version does not know.
            fn read(name: &str, line: &str) -> Option<serde_json::Result<Self>> {
                $(
                    if name == <$type>::WORDS.name {
                        return Some(<$type>::read(line).map(Self::$name));
                    }
                )*
                None
            }
        }
    };
}

kinds! {
    Start: Start,
    State: Box<State>,
    Tag: Box<ReportedTag>,
    BreakStarted: BreakStarted,
    BreakEnded: BreakEnded,
    WrapupStarted: WrapupStarted,
    WrapupEnded: WrapupEnded,
    Alert: Alert,
    Gap: Gap,
    ConnectionLost: ConnectionLost,
    ConnectionRestored: ConnectionRestored,
    SessionExpired: SessionExpired,
    SessionRenewed: SessionRenewed,
    Heartbeat: Heartbeat,
    End: End,
    // Later ones come last, so that the columns of CSV keep their places.
    BreakChanged: BreakChanged,
    AgentChanged: AgentChanged,
    ProfileEnded: ProfileEnded,
    JournalLost: JournalLost,
    JournalRestored: JournalRestored,
}

impl EventKind {
    /// Whether it reports that a server or a session is out of reach, or is there again.
    #[must_use]
    pub fn is_of_the_connection(&self) -> bool {
        matches!(
            self,
            Self::ConnectionLost(_)
                | Self::ConnectionRestored(_)
                | Self::SessionExpired(_)
                | Self::SessionRenewed(_)
        )
    }
}

impl Event {
    /// An event's values in the order in which JSON shows them: `type`, `at`, `profile`, then those that
    /// [`EventWords::fields`] lists.
    #[must_use]
    pub fn row(&self) -> Row {
        let words = self.kind.words();
        let row = Row::new(words.fields)
            .with("type", words.name)
            .with("at", self.at)
            .with("profile", self.profile.clone());
        self.kind.fill(row)
    }

    /// Reads one line of the stream, as `watch --json` writes it. Keys that this version does not know are skipped, so
    /// that it reads what a later one wrote.
    ///
    /// # Errors
    /// If the line is not JSON, is of a type that this version does not know, or lacks a value that its type has.
    pub fn read(line: &str) -> Result<Self, ReadError> {
        #[derive(Deserialize)]
        struct Head {
            r#type: String,
            at: Timestamp,
            profile: Option<String>,
        }
        let Head { r#type: name, at, profile } = serde_json::from_str(line)?;
        Self::of_parts(&name, at, profile, line)
    }

    /// Reads an event whose type, time and profile are known, from a line that has the rest.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn of_parts(
        name: &str,
        at: Timestamp,
        profile: Option<String>,
        line: &str,
    ) -> Result<Self, ReadError> {
        let Some(kind) = EventKind::read(name, line) else {
            return Err(ReadError::UnknownType { name: name.to_owned() });
        };
        Ok(Self { at, server_time: None, profile, kind: kind? })
    }

    /// Whether it is a notification from before the watch.
    #[must_use]
    pub fn is_initial(&self) -> bool {
        matches!(&self.kind, EventKind::Tag(reported) if reported.initial)
    }

    /// Says that a notification is from before the run that shows it.
    pub(crate) fn mark_initial(&mut self) {
        if let EventKind::Tag(reported) = &mut self.kind {
            reported.initial = true;
        }
    }
}

/// Why a line is not an event.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is not JSON, or a value is missing or of a wrong kind.
    #[error("it is not a line of the stream")]
    Line(#[from] serde_json::Error),
    /// Its `type` is none of this version's.
    #[error("the event type {name:?} is unknown; known are {}", known())]
    UnknownType {
        /// The type that the line names.
        name: String,
    },
}

fn known() -> String {
    EventWords::ALL.iter().map(|words| words.name).collect::<Vec<_>>().join(", ")
}
