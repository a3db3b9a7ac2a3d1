//! The names of events and of their fields: one table, from which keys, JSON Schemas and the manual are made.

use crate::floor::event::EventKind;
use crate::report::{Field, Meaning, Shown};

/// How one type of event is named and what it holds.
#[derive(Clone, Copy, Debug)]
pub struct EventWords {
    /// The value of `type`.
    pub name: &'static str,
    /// One line for the JSON Schema and the manual.
    pub about: &'static str,
    /// The keys after [`EventWords::COMMON`], in order.
    pub fields: &'static [Field],
}

impl EventWords {
    /// The keys with which every event begins.
    pub const COMMON: &'static [Field] = &[
        field("type", Meaning::Text, "the type of the event"),
        field("at", Meaning::Time, "when the watch noticed it"),
        field("profile", Meaning::Name, "whom it is about; null for the watch as a whole"),
    ];

    /// Every type of event, in the order of the manual.
    pub const ALL: &'static [Self] = &[
        START,
        STATE,
        TAG,
        BREAK_STARTED,
        BREAK_ENDED,
        WRAPUP_STARTED,
        WRAPUP_ENDED,
        ALERT,
        GAP,
        CONNECTION_LOST,
        CONNECTION_RESTORED,
        SESSION_EXPIRED,
        SESSION_RENEWED,
        HEARTBEAT,
        END,
    ];
}

impl EventKind {
    /// The words of this type of event.
    #[must_use]
    pub fn words(&self) -> &'static EventWords {
        match self {
            Self::Start { .. } => &START,
            Self::State(_) => &STATE,
            Self::Tag { .. } => &TAG,
            Self::BreakStarted { .. } => &BREAK_STARTED,
            Self::BreakEnded { .. } => &BREAK_ENDED,
            Self::WrapupStarted { .. } => &WRAPUP_STARTED,
            Self::WrapupEnded { .. } => &WRAPUP_ENDED,
            Self::Alert(_) => &ALERT,
            Self::Gap { .. } => &GAP,
            Self::ConnectionLost { .. } => &CONNECTION_LOST,
            Self::ConnectionRestored { .. } => &CONNECTION_RESTORED,
            Self::SessionExpired { .. } => &SESSION_EXPIRED,
            Self::SessionRenewed => &SESSION_RENEWED,
            Self::Heartbeat { .. } => &HEARTBEAT,
            Self::End { .. } => &END,
        }
    }
}

const fn field(key: &'static str, meaning: Meaning, about: &'static str) -> Field {
    Field { key, title: key, meaning, shown: Shown::OnRequest, about }
}

const REASON: Field = field("reason", Meaning::Text, "why the agent is on break");
const SINCE: Field = field("since", Meaning::Time, "when the break began, as the server said");
const ENDS_AT: Field = field("ends_at", Meaning::Time, "when the wrap-up ends, as the server said");
const CALL_ID: Field = field("call_id", Meaning::Id, "the call it is about");
const CUSTOMER: Field = field("customer", Meaning::Phone, "the customer's phone number");
const CODE: Field = field("code", Meaning::Count, "DeepCall's own error code");
const MESSAGE: Field = field("message", Meaning::Text, "what happened");
const LAST_OK: Field = field("last_ok", Meaning::Time, "the last good poll");
const FAILURES: Field = field("failures", Meaning::Count, "how many polls failed in a row");

const START: EventWords = EventWords {
    name: "start",
    about: "the watch begins; always the first event",
    fields: &[
        field("profiles", Meaning::Count, "how many profiles it follows"),
        field("interval_seconds", Meaning::Elapsed, "seconds between two polls of one profile"),
    ],
};

const STATE: EventWords = EventWords {
    name: "state",
    about: "what holds for a profile, without anything having happened",
    fields: &[
        field("because", Meaning::Text, "why it is told: first_look, clock_skew or read_once"),
        field("on_break", Meaning::State, "whether the agent is on break"),
        REASON,
        SINCE,
        field("in_wrapup", Meaning::State, "whether the agent is in wrap-up"),
        ENDS_AT,
        CALL_ID,
        CUSTOMER,
        field("clock_skew_seconds", Meaning::Elapsed, "how far the server's clock is ahead of ours"),
        field(
            "tags_repeat",
            Meaning::State,
            "whether the server repeats recent notifications in every answer",
        ),
    ],
};

const TAG: EventWords = EventWords {
    name: "tag",
    about: "a notification, told exactly once",
    fields: &[
        field("id", Meaning::Id, "the notification's own id"),
        field("time", Meaning::Time, "when it happened, as the server said"),
        field("kind", Meaning::Kind, "what kind of notification it is"),
        field("message", Meaning::Text, "what it says"),
        field("agent_id", Meaning::Id, "the agent it is about"),
        CALL_ID,
        CUSTOMER,
        field("icons", Meaning::Icons, "its icons as the server sent them"),
        field("fields", Meaning::Raw, "the notification as the server sent it"),
        field("initial", Meaning::State, "whether the first look already held it"),
        field("changed", Meaning::State, "whether its id was told before with other content"),
    ],
};

const BREAK_STARTED: EventWords = EventWords {
    name: "break_started",
    about: "the agent went on break, or on another break",
    fields: &[REASON, SINCE, field("detail", Meaning::Raw, "the break as the server sent it")],
};

const BREAK_ENDED: EventWords = EventWords {
    name: "break_ended",
    about: "the agent came back from a break",
    fields: &[REASON, SINCE, field("lasted_seconds", Meaning::Elapsed, "how long the break was")],
};

const WRAPUP_STARTED: EventWords = EventWords {
    name: "wrapup_started",
    about: "the agent went into wrap-up",
    fields: &[
        ENDS_AT,
        field("remaining_seconds", Meaning::Remaining, "seconds left when it was noticed"),
        CALL_ID,
        CUSTOMER,
    ],
};

const WRAPUP_ENDED: EventWords = EventWords {
    name: "wrapup_ended",
    about: "the agent is no longer in wrap-up",
    fields: &[ENDS_AT, CALL_ID, CUSTOMER],
};

const ALERT: EventWords = EventWords {
    name: "alert",
    about: "a limit was crossed, or the state that crossed it is over",
    fields: &[
        field("what", Meaning::Text, "which state has the limit: break or wrapup"),
        REASON,
        field("level", Meaning::Text, "warn or critical"),
        field("change", Meaning::Text, "over or cleared"),
        field("limit_seconds", Meaning::Elapsed, "the limit"),
        field("value_seconds", Meaning::Elapsed, "how long the state has held"),
    ],
};

const GAP: EventWords = EventWords {
    name: "gap",
    about: "notifications between two moments may be missing",
    fields: &[
        field("from", Meaning::Time, "after this moment"),
        field("to", Meaning::Time, "until this moment"),
        field("why", Meaning::Text, "outage, sleep, answer_lost or memory_full"),
    ],
};

const CONNECTION_LOST: EventWords = EventWords {
    name: "connection_lost",
    about: "the first failed poll after a good one",
    fields: &[field("failure", Meaning::Text, "the kind of failure"), CODE, MESSAGE, LAST_OK],
};

const CONNECTION_RESTORED: EventWords = EventWords {
    name: "connection_restored",
    about: "the first good poll after failed ones",
    fields: &[field("down_seconds", Meaning::Elapsed, "seconds since the first failure"), FAILURES],
};

const SESSION_EXPIRED: EventWords = EventWords {
    name: "session_expired",
    about: "the server no longer accepts the session",
    fields: &[CODE, MESSAGE],
};

const SESSION_RENEWED: EventWords = EventWords {
    name: "session_renewed",
    about: "the store held a newer session, and the watch goes on with it",
    fields: &[],
};

const HEARTBEAT: EventWords = EventWords {
    name: "heartbeat",
    about: "the watch is alive",
    fields: &[LAST_OK, field("lag_seconds", Meaning::Elapsed, "seconds since the last good poll"), FAILURES],
};

const END: EventWords = EventWords {
    name: "end",
    about: "the watch ends; always the last event",
    fields: &[
        field(
            "reason",
            Meaning::Text,
            "condition_met, timeout, interrupted, terminated, reader_gone, session_expired, unreachable, untrusted or failed",
        ),
        field("exit_code", Meaning::Count, "the exit code that goes with it"),
    ],
};
