//! The words of events that a script compares: one table for each, from which both ways are made.

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

words! {
    /// Why a state is reported.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum StateCause {
        /// The profile answered for the first time.
        FirstLook = "first_look",
        /// The server's clock and ours are more than a minute apart. Reported once for each profile.
        ClockSkew = "clock_skew",
        /// The server hands out each notification once, so that another reader of the session takes some away.
        ReadOnce = "read_once",
    }
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
        /// Too many notifications to remember: old ones that come back would be reported again.
        MemoryFull = "memory_full",
        /// Nothing recorded meanwhile: what did had ended.
        NotRunning = "not_running",
        /// What recorded was killed, or stopped for so long, and another process went on, at once or later.
        TakenOver = "taken_over",
        /// What was answered meanwhile could not be recorded.
        Journal = "journal",
    }
}

words! {
    /// Why a profile, or a part of it, is no longer followed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum ProfileEndReason {
        /// Its session was removed from this machine.
        LoggedOut = "logged_out",
        /// The server refuses it.
        Refused = "refused",
    }
}

words! {
    /// What can be followed of a profile.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum FollowedPart {
        /// Notifications.
        Tags = "tags",
        /// Breaks.
        Breaks = "breaks",
        /// Wrap-ups.
        Wrapups = "wrapups",
    }
}

words! {
    /// Why the watch ends.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum EndReason {
        /// What `--until` waits for has happened.
        ConditionMet = "condition_met",
        /// `--timeout` is reached.
        Timeout = "timeout",
        /// Ctrl-C, or `q` on the board.
        Interrupted = "interrupted",
        /// A signal of the system ended it.
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
