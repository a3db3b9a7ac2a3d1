//! Every event once: its name, its keys, what they hold and what they mean. From this table come the types that the
//! program handles, JSON and CSV, JSON Schemas, the manual, and the reader of a stream.

use jiff::Timestamp;
use serde::Deserialize;

use crate::floor::event::words::{
    AlertChange, AlertWhat, EndReason, FollowedPart, GapCause, Level, ProfileEndReason, StateCause,
};
use crate::json::Raw;
use crate::report::{Field, Meaning, Row, Shown, Value};

/// How one type of event is named, and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct EventWords {
    /// The value of `type`.
    pub name: &'static str,
    /// One line for the JSON Schema and the manual.
    pub about: &'static str,
    /// What must be followed for it to happen; `None` where that makes no difference.
    pub needs: Option<FollowedPart>,
    /// Its keys, in order.
    pub fields: &'static [Field],
}

impl EventWords {
    /// The keys with which every event begins.
    pub const COMMON: &'static [Field] = &[TYPE, AT, PROFILE];

    /// The keys after those.
    #[must_use]
    pub fn own_fields(&self) -> &'static [Field] {
        &self.fields[Self::COMMON.len()..]
    }
}

pub(super) const TYPE: Field = field("type", Meaning::Text, "the type of the event");
pub(super) const AT: Field = field("at", Meaning::Time, "when the watch noticed it");
pub(super) const PROFILE: Field =
    field("profile", Meaning::Name, "the profile it is about; null for the watch as a whole");

pub(super) const fn field(key: &'static str, meaning: Meaning, about: &'static str) -> Field {
    Field { key, title: key, meaning, shown: Shown::OnRequest, about: about.trim_ascii() }
}

/// One type of event, as the table makes it.
pub(super) trait Kind: Sized {
    const WORDS: &'static EventWords;

    /// Fills the row with its values.
    fn fill(&self, row: Row) -> Row;

    /// Reads it from a line. Keys that it does not know are skipped.
    fn read(line: &str) -> serde_json::Result<Self>;
}

impl<K: Kind> Kind for Box<K> {
    const WORDS: &'static EventWords = K::WORDS;

    fn fill(&self, row: Row) -> Row {
        (**self).fill(row)
    }

    fn read(line: &str) -> serde_json::Result<Self> {
        K::read(line).map(Self::new)
    }
}

/// What a field can hold, as the value of a row.
trait Held {
    fn value(&self) -> Value;
}

macro_rules! held {
    ($($type:ty: |$held:ident| $value:expr;)*) => {$(
        impl Held for $type {
            fn value(&self) -> Value {
                let $held = self;
                $value
            }
        }
    )*};
}

held! {
    bool: |flag| Value::Flag(*flag);
    i64: |number| Value::Number(*number);
    u32: |number| Value::Number((*number).into());
    u8: |number| Value::Number((*number).into());
    String: |text| text.as_str().into();
    Timestamp: |time| Value::Time(*time);
    Raw: |json| Value::Raw(json.clone());
    StateCause: |cause| cause.word().into();
    AlertWhat: |what| what.word().into();
    Level: |level| level.word().into();
    AlertChange: |change| change.word().into();
    GapCause: |cause| cause.word().into();
    ProfileEndReason: |reason| reason.word().into();
    FollowedPart: |part| part.word().into();
    EndReason: |reason| reason.word().into();
}

impl<T: Held> Held for Option<T> {
    fn value(&self) -> Value {
        self.as_ref().map_or(Value::Absent, Held::value)
    }
}

/// A whole number is a length of time where that is what its field means.
fn meant(value: Value, meaning: Meaning) -> Value {
    match (value, meaning) {
        (Value::Number(seconds), Meaning::Elapsed | Meaning::Remaining) => Value::Seconds(seconds),
        (value, _) => value,
    }
}

macro_rules! needs {
    () => {
        None
    };
    ($part:ident) => {
        Some(FollowedPart::$part)
    };
}

macro_rules! events {
    ($($(#[doc = $about:literal])+ $name:ident = $word:literal $(in $part:ident)? {
        $($(#[doc = $meant:literal])+ $key:ident: $type:ty = $meaning:ident,)*
    })*) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        pub struct $name {
            $($(#[doc = $meant])+ pub $key: $type,)*
        }

        impl Kind for $name {
            const WORDS: &'static EventWords = &EventWords {
                name: $word,
                about: concat!($($about),+).trim_ascii(),
                needs: needs!($($part)?),
                fields: &[TYPE, AT, PROFILE, $(field(stringify!($key), Meaning::$meaning, concat!($($meant),+)),)*],
            };

            fn fill(&self, row: Row) -> Row {
                row$(.with(stringify!($key), meant(self.$key.value(), Meaning::$meaning)))*
            }

            fn read(line: &str) -> serde_json::Result<Self> {
                serde_json::from_str(line)
            }
        }
    )*};
}

events! {
    /// the watch begins; always the first event
    Start = "start" {
        /// how many profiles it follows
        profiles: u32 = Count,
        /// seconds between two polls of one profile
        interval_seconds: i64 = Elapsed,
    }

    /// the state of a profile, reported although nothing has happened
    State = "state" {
        /// why it is reported: first_look, clock_skew or read_once
        because: StateCause = Text,
        /// whether the agent is on break
        on_break: Option<bool> = State,
        /// why the agent is on break
        reason: Option<String> = Text,
        /// when the break began, by the server's clock
        since: Option<Timestamp> = Time,
        /// whether the agent is in wrap-up
        in_wrapup: Option<bool> = State,
        /// when the wrap-up ends, by the server's clock
        ends_at: Option<Timestamp> = Time,
        /// the call it is about
        call_id: Option<String> = Id,
        /// the customer's phone number
        customer: Option<String> = Phone,
        /// how far the server's clock is ahead of this machine's
        clock_skew_seconds: Option<i64> = Elapsed,
        /// whether the server repeats recent notifications in every answer
        tags_repeat: Option<bool> = State,
    }

    /// the agent went on break, or on another break
    BreakStarted = "break_started" in Breaks {
        /// why the agent is on break
        reason: Option<String> = Text,
        /// when the break began, by the server's clock
        since: Option<Timestamp> = Time,
        /// the break as the server sent it
        detail: Option<Raw> = Raw,
    }

    /// the agent came back from a break
    BreakEnded = "break_ended" in Breaks {
        /// why the agent is on break
        reason: Option<String> = Text,
        /// when the break began, by the server's clock
        since: Option<Timestamp> = Time,
        /// how long the break lasted
        lasted_seconds: Option<i64> = Elapsed,
    }

    /// the agent went into wrap-up
    WrapupStarted = "wrapup_started" in Wrapups {
        /// when the wrap-up ends, by the server's clock
        ends_at: Option<Timestamp> = Time,
        /// seconds left when it was noticed
        remaining_seconds: Option<i64> = Remaining,
        /// the call it is about
        call_id: Option<String> = Id,
        /// the customer's phone number
        customer: Option<String> = Phone,
    }

    /// the agent is no longer in wrap-up
    WrapupEnded = "wrapup_ended" in Wrapups {
        /// when the wrap-up ends, by the server's clock
        ends_at: Option<Timestamp> = Time,
        /// the call it is about
        call_id: Option<String> = Id,
        /// the customer's phone number
        customer: Option<String> = Phone,
    }

    /// a state exceeded its limit, or has ended since
    Alert = "alert" {
        /// which state has the limit: break or wrapup
        what: AlertWhat = Text,
        /// why the agent is on break
        reason: Option<String> = Text,
        /// warn or critical
        level: Level = Text,
        /// over or cleared
        change: AlertChange = Text,
        /// the limit that was exceeded
        limit_seconds: i64 = Elapsed,
        /// how long the state has lasted
        value_seconds: i64 = Elapsed,
    }

    /// notifications between two moments may be missing
    Gap = "gap" in Tags {
        /// notifications after this moment may be missing; up to 3 minutes before the last answer, and so before the same gap in
        /// gaps of a document, because a notification may be handed out later
        from: Timestamp = Time,
        /// and until this moment
        to: Timestamp = Time,
        /// outage, sleep, answer_lost, memory_full, not_running (none recorded), taken_over (what recorded was killed or stopped,
        /// and another went on) or journal
        why: GapCause = Text,
    }

    /// the first failed poll after a successful one
    ConnectionLost = "connection_lost" {
        /// the kind of failure
        failure: String = Text,
        /// DeepCall's own error code
        code: Option<i64> = Count,
        /// what happened
        message: String = Text,
        /// when the last poll succeeded
        last_ok: Option<Timestamp> = Time,
    }

    /// the first successful poll after failed ones
    ConnectionRestored = "connection_restored" {
        /// seconds since the first failure
        down_seconds: i64 = Elapsed,
        /// how many polls failed in a row
        failures: u32 = Count,
    }

    /// the server no longer accepts the session
    SessionExpired = "session_expired" {
        /// DeepCall's own error code
        code: Option<i64> = Count,
        /// what happened
        message: String = Text,
    }

    /// the store had a newer session, and the watch continues with it
    SessionRenewed = "session_renewed" {}

    /// a sign that the watch is running
    Heartbeat = "heartbeat" {
        /// when the last poll succeeded
        last_ok: Option<Timestamp> = Time,
        /// seconds since the last successful poll
        lag_seconds: Option<i64> = Elapsed,
        /// how many polls failed in a row
        failures: u32 = Count,
    }

    /// the watch ends; always the last event
    End = "end" {
        /// condition_met, timeout, interrupted, terminated, reader_gone, session_expired, unreachable, untrusted or
        /// failed
        reason: EndReason = Text,
        /// the exit code of the program
        exit_code: u8 = Count,
    }

    /// the break continues for another reason
    BreakChanged = "break_changed" in Breaks {
        /// why the agent is on break
        reason: Option<String> = Text,
        /// why the agent was on break before
        previous_reason: String = Text,
        /// when the break began, by the server's clock
        since: Option<Timestamp> = Time,
    }

    /// the session answers for another agent now
    AgentChanged = "agent_changed" in Breaks {
        /// the agent for whom it answered before
        from: Option<String> = Id,
        /// the agent for whom it answers now
        to: Option<String> = Id,
    }

    /// a profile, or a part of it, is no longer followed
    ProfileEnded = "profile_ended" {
        /// logged_out or refused
        reason: ProfileEndReason = Text,
        /// what is no longer followed: tags, breaks or wrapups; null for all of it
        part: Option<FollowedPart> = Text,
        /// DeepCall's own error code
        code: Option<i64> = Count,
        /// what happened
        message: String = Text,
    }
    /// the journal cannot be written; deepcall continues without it
    JournalLost = "journal_lost" {
        /// the kind of failure
        failure: String = Text,
        /// what happened
        message: String = Text,
    }

    /// the journal is written again, with what waited meanwhile
    JournalRestored = "journal_restored" {
        /// seconds since the first failure
        down_seconds: i64 = Elapsed,
        /// how many events are missing in the journal, because too many waited
        missing: u32 = Count,
    }
}
