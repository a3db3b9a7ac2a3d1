//! What the watch has to tell, as plain data: the one thing that sinks, hooks and the board receive.
//! It must not know how an event is written.

mod read;
mod values;
mod words;

#[cfg(test)]
mod tests;

pub use read::ReadError;
pub use words::EventWords;

use jiff::Timestamp;

use crate::floor::answer::{Break, Tag, Wrapup};
use crate::report::Row;

/// An enum whose variants are words of the stream: one table from which both ways are made, writing and reading.
macro_rules! words {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        pub enum $name {
            $($(#[$meaning])* $variant,)+
        }

        impl $name {
            /// The word in the stream.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                match &*String::deserialize(deserializer)? {
                    $($word => Ok(Self::$variant),)+
                    other => Err(serde::de::Error::unknown_variant(other, &[$($word),+])),
                }
            }
        }
    };
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// When it was noticed, by our wall clock.
    pub at: Timestamp,
    /// Whom it is about; `None` for the watch as a whole.
    pub profile: Option<String>,
    /// What happened.
    pub kind: EventKind,
}

impl Event {
    /// An event's values in the order in which JSON shows them: `type`, `at`, `profile`, then those that
    /// [`EventWords::fields`] lists.
    #[must_use]
    pub fn row(&self) -> Row {
        values::of(self)
    }

    /// Reads one line of the stream, as `watch --json` writes it. Keys that this version does not know are skipped, so
    /// that it reads what a later one wrote.
    ///
    /// # Errors
    /// If the line is not JSON, is of a type that this version does not know, or lacks a value that its type has.
    pub fn read(line: &str) -> Result<Self, ReadError> {
        read::event(line)
    }

    /// Whether it is a notification that was there before the watch began.
    #[must_use]
    pub fn is_initial(&self) -> bool {
        matches!(self.kind, EventKind::Tag { initial: true, .. })
    }
}

/// What happened. The first is always `Start`, the last always `End`.
#[derive(Clone, Debug)]
pub enum EventKind {
    /// The watch begins.
    Start {
        /// How many profiles it follows.
        profiles: usize,
        /// Seconds between two polls of one profile.
        interval_seconds: i64,
    },
    /// What holds, told without anything having happened.
    State(Box<State>),
    /// A notification.
    Tag {
        /// The notification.
        tag: Box<Tag>,
        /// Whether the first poll of this watch already held it.
        initial: bool,
        /// Whether its id was told before with other content.
        changed: bool,
    },
    /// The server says on break, and did not at the poll before, or names another break.
    BreakStarted {
        /// What the server said.
        seen: Box<Break>,
    },
    /// The server no longer says so.
    BreakEnded {
        /// Why it had been.
        reason: Option<String>,
        /// Since when it had been.
        since: Option<Timestamp>,
        /// From `since` to the poll that noticed the end, or to the start of the break that followed at once.
        lasted_seconds: Option<i64>,
    },
    /// The server says in wrap-up, and did not at the poll before, or names another call.
    WrapupStarted {
        /// What the server said.
        seen: Wrapup,
        /// Seconds left at that moment.
        remaining_seconds: Option<i64>,
    },
    /// The server no longer says so.
    WrapupEnded {
        /// What it had said last.
        seen: Wrapup,
    },
    /// A limit was crossed, or the state that crossed it is over.
    Alert(Alert),
    /// Notifications between two moments may be missing.
    Gap {
        /// After this moment, by our wall clock.
        from: Timestamp,
        /// Until this moment.
        to: Timestamp,
        /// Why they may be.
        why: GapCause,
    },
    /// The first failed poll after a good one.
    ConnectionLost {
        /// The stable word of the failure's kind, e.g. `timeout`.
        failure: String,
        /// DeepCall's own error code, where it gave one.
        code: Option<i64>,
        /// What happened, in one line.
        message: String,
        /// The last good poll.
        last_ok: Option<Timestamp>,
    },
    /// The first good poll after failed ones.
    ConnectionRestored {
        /// Seconds since the first failure, by our monotonic clock.
        down_seconds: i64,
        /// How many polls had failed.
        failures: u32,
    },
    /// The server no longer accepts the session, twice in a row.
    SessionExpired {
        /// DeepCall's own error code.
        code: Option<i64>,
        /// What it said.
        message: String,
    },
    /// The store held a newer session, and the watch goes on with it.
    SessionRenewed,
    /// The watch is alive.
    Heartbeat {
        /// The last good poll; with several profiles, of the one furthest behind. `None` before the first.
        last_ok: Option<Timestamp>,
        /// Seconds since then.
        lag_seconds: Option<i64>,
        /// Polls failed in a row at this moment, over all profiles.
        failures: u32,
    },
    /// The watch ends.
    End {
        /// Why.
        reason: EndReason,
        /// The exit code that goes with it.
        exit_code: u8,
    },
}

/// What holds for one profile, and what was learned about its server.
#[derive(Clone, Debug)]
pub struct State {
    /// Why it is told now.
    pub because: StateCause,
    /// Break or no break, where known.
    pub break_state: Option<Break>,
    /// Wrap-up or no wrap-up, where known.
    pub wrapup: Option<Wrapup>,
    /// How far the server's clock is ahead of ours (negative: behind).
    pub clock_skew_seconds: Option<i64>,
    /// Whether the server tells a notification in every answer while it is recent (`true`), or
    /// only once to whoever asks first (`false`). `None` until it showed.
    pub tags_repeat: Option<bool>,
}

words! {
    /// Why a state is told.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum StateCause {
        /// The profile answered for the first time.
        FirstLook = "first_look",
        /// The server's clock and ours are more than a minute apart. Told once for each profile.
        ClockSkew = "clock_skew",
        /// The server tells each notification once, so that another reader of the session takes some away.
        ReadOnce = "read_once",
    }
}

/// A limit crossed, or left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Which state has the limit.
    pub what: AlertWhat,
    /// The reason of the break.
    pub reason: Option<String>,
    /// Which of the two limits.
    pub level: Level,
    /// Crossed, or over with.
    pub change: AlertChange,
    /// The limit.
    pub limit_seconds: i64,
    /// How long the state has held (at least, where the server gave no start).
    pub value_seconds: i64,
}

words! {
    /// The states that can have a limit.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AlertWhat {
        /// A break.
        Break = "break",
        /// A wrap-up.
        Wrapup = "wrapup",
    }
}

words! {
    /// How bad it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Level {
        /// The first of two limits.
        Warn = "warn",
        /// The second, or the only one.
        Critical = "critical",
    }
}

words! {
    /// Which way a limit was crossed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum AlertChange {
        /// The state has held for longer than the limit.
        Over = "over",
        /// The state that did is over.
        Cleared = "cleared",
    }
}

words! {
    /// Why notifications may be missing.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum GapCause {
        /// No good poll for longer than the server's window reaches back.
        Outage = "outage",
        /// The same, because this machine slept.
        Sleep = "sleep",
        /// An answer was lost on the way, and the server may not repeat it.
        AnswerLost = "answer_lost",
        /// Too many notifications to remember: old ones that come back would be told again.
        MemoryFull = "memory_full",
    }
}

words! {
    /// Why the watch ends.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EndReason {
        /// What `--until` asked for has happened.
        ConditionMet = "condition_met",
        /// `--timeout` is reached.
        Timeout = "timeout",
        /// Ctrl-C, or `q` on the board.
        Interrupted = "interrupted",
        /// The system asked it to end.
        Terminated = "terminated",
        /// Nobody reads the output any more.
        ReaderGone = "reader_gone",
        /// The session is over, and the store holds no newer one.
        SessionExpired = "session_expired",
        /// No good answer for longer than was allowed.
        Unreachable = "unreachable",
        /// The other side cannot be trusted or understood.
        Untrusted = "untrusted",
        /// The server refused, or the output could not be written.
        Failed = "failed",
    }
}
