//! The document of `deepcall shift`: a row for each agent, and their total.

use crate::report::{Document, Field, Meaning, Shape, Shown};

/// The bounds of the time of breaks, of a shift or of today.
pub(crate) const BREAK_MIN: Field = Field::new(
    "break_seconds_min",
    "BREAK MIN",
    Meaning::Elapsed,
    Shown::InFiles,
    "how long they were at least: what answers showed",
);
pub(crate) const BREAK_MAX: Field = Field::new(
    "break_seconds_max",
    "BREAK MAX",
    Meaning::Elapsed,
    Shown::InFiles,
    "how long they were at most: what answers allow",
);

pub(crate) static DOCUMENT: Document = Document {
    name: "shift",
    rows_key: "agents",
    head: &[
        Field::new("since", "SINCE", Meaning::Time, Shown::OnRequest, "when the shift began"),
        Field::new(
            "until",
            "UNTIL",
            Meaning::Time,
            Shown::OnRequest,
            "when it ended; if it is still going on, when the report was made",
        ),
        Field::new("zone", "ZONE", Meaning::Text, Shown::OnRequest, "the time zone of its days and hours"),
    ],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "what the journal calls the agent"),
        Field::new("agent_id", "AGENT", Meaning::Id, Shown::WithRoom(20), "the agent's id, where known"),
        Field::new(
            "covered_seconds",
            "SEEN FOR",
            Meaning::Elapsed,
            Shown::WithRoom(16),
            "how much of the shift was recorded: answers about breaks and about wrap-ups came",
        ),
        Field::new(
            "covered_share",
            "COVERED",
            Meaning::Share,
            Shown::Always(2),
            "the same as a part of the shift, from 0 to 1",
        ),
        Field::new("gaps", "GAPS", Meaning::List(GAP), Shown::OnRequest, "the rest of the shift"),
        Field::new(
            "first_activity",
            "FIRST",
            Meaning::Time,
            Shown::WithRoom(13),
            "when the first break, wrap-up or notification was recorded; not when the agent signed in",
        ),
        Field::new(
            "last_activity",
            "LAST",
            Meaning::Time,
            Shown::WithRoom(14),
            "when the last one was recorded; not when the agent signed out",
        ),
        Field::new("breaks", "BREAKS", Meaning::Count, Shown::Always(4), "how many breaks there were"),
        Field::new(
            "break_seconds",
            "BREAK",
            Meaning::Elapsed,
            Shown::Always(3),
            "how long they were in sum, within the shift, as far as is known",
        ),
        BREAK_MIN,
        BREAK_MAX,
        Field::new(
            "by_reason",
            "BY REASON",
            Meaning::List(REASON),
            Shown::WithRoom(12),
            "the breaks by their first reason",
        ),
        Field::new(
            "allowance_seconds",
            "ALLOWED",
            Meaning::Elapsed,
            Shown::WithRoom(15),
            "how long all breaks together may be: shift.allowance.total",
        ),
        Field::new(
            "balance_seconds",
            "LEFT",
            Meaning::Remaining,
            Shown::WhenPresent(7),
            "what is left of that; negative if it is exceeded",
        ),
        Field::new(
            "longest_break",
            "LONGEST",
            Meaning::Nested(LONGEST),
            Shown::WhenPresent(8),
            "the longest break",
        ),
        Field::new(
            "over_limit_count",
            "OVER",
            Meaning::Count,
            Shown::WhenPresent(6),
            "how many breaks were longer than the limit of their reason in [alert]",
        ),
        Field::new(
            "over_limit_seconds",
            "OVER BY",
            Meaning::Overrun,
            Shown::WhenPresent(5),
            "by how much, in sum",
        ),
        Field::new(
            "wrapups",
            "WRAP-UPS",
            Meaning::Count,
            Shown::WhenPresent(10),
            "how many wrap-ups there were, one for each call",
        ),
        Field::new(
            "wrapup_mean_seconds",
            "MEAN",
            Meaning::Elapsed,
            Shown::WhenPresent(11),
            "the mean length of those that ended",
        ),
        Field::new(
            "wrapup_p90_seconds",
            "P90",
            Meaning::Elapsed,
            Shown::WithRoom(17),
            "nine of ten took this long or less",
        ),
        Field::new(
            "wrapup_max_seconds",
            "MAX",
            Meaning::Elapsed,
            Shown::WithRoom(18),
            "the length of the longest of them",
        ),
        Field::new(
            "tags_by_kind",
            "TAGS",
            Meaning::Raw,
            Shown::WithRoom(19),
            "how many notifications there were of each kind; those without a kind stand under an empty key",
        ),
        Field::new(
            "missed_customers",
            "MISSED",
            Meaning::Count,
            Shown::WhenPresent(9),
            "how many different customers were missed; null if no kind of shift.kinds.missed was recorded",
        ),
        Field::new(
            "missed_not_called_back",
            "NOT CALLED",
            Meaning::Count,
            Shown::WhenPresent(9),
            "how many of them got no notification of shift.kinds.outgoing or callback afterwards; null if none was recorded",
        ),
        Field::new(
            "timeline",
            "TIMELINE",
            Meaning::List(SEGMENT),
            Shown::OnRequest,
            "the whole shift in pieces, in their order",
        ),
    ],
    tail: &[Field::new(
        "total",
        "TOTAL",
        Meaning::Nested(TOTAL),
        Shown::OnRequest,
        "all agents together; each figure counts the agents for whom it is known",
    )],
    shape: Shape::List,
    has_failures: true,
    extra_fields: None,
    empty: "no agents",
};

pub(super) const GAP: &[Field] = &[
    Field::new("from", "", Meaning::Time, Shown::OnRequest, "the last moment before it that was recorded"),
    Field::new("to", "", Meaning::Time, Shown::OnRequest, "the first one after it"),
    Field::new("why", "", Meaning::Text, Shown::OnRequest, "why, as in the event gap"),
];

pub(super) const REASON: &[Field] = &[
    Field::new(
        "reason",
        "",
        Meaning::Text,
        Shown::OnRequest,
        "the reason, as the server spelled it first; null if it gave none",
    ),
    Field::new("count", "", Meaning::Count, Shown::OnRequest, "how many breaks it was the reason of"),
    Field::new("seconds", "", Meaning::Elapsed, Shown::OnRequest, "how long they were in sum"),
    Field::new("longest_seconds", "", Meaning::Elapsed, Shown::OnRequest, "how long the longest was"),
    Field::new(
        "allowance_seconds",
        "",
        Meaning::Elapsed,
        Shown::OnRequest,
        "how long they may be in sum: shift.allowance",
    ),
    Field::new(
        "over_seconds",
        "",
        Meaning::Overrun,
        Shown::OnRequest,
        "by how much that is exceeded; null without an allowance",
    ),
];

pub(super) const LONGEST: &[Field] = &[
    Field::new("reason", "", Meaning::Text, Shown::OnRequest, "its reason"),
    Field::new("since", "", Meaning::Time, Shown::OnRequest, "when it began, or the shift"),
    Field::new("seconds", "", Meaning::Elapsed, Shown::OnRequest, "how long it was, within the shift"),
];

pub(super) const SEGMENT: &[Field] = &[
    Field::new("state", "", Meaning::Text, Shown::OnRequest, "break, wrapup, neither or not_seen"),
    Field::new("reason", "", Meaning::Text, Shown::OnRequest, "of a break, its first reason"),
    Field::new("from", "", Meaning::Time, Shown::OnRequest, "from when"),
    Field::new("to", "", Meaning::Time, Shown::OnRequest, "until when"),
    Field::new(
        "certain",
        "",
        Meaning::State,
        Shown::OnRequest,
        "whether answers came meanwhile; else it follows from what came before or after",
    ),
];

pub(super) const TOTAL: &[Field] = &[
    Field::new("agents", "", Meaning::Count, Shown::OnRequest, "how many agents there are"),
    Field::new("covered_seconds", "", Meaning::Elapsed, Shown::OnRequest, "the time recorded, in sum"),
    Field::new("covered_share_min", "", Meaning::Share, Shown::OnRequest, "the smallest covered_share"),
    Field::new("covered_share_mean", "", Meaning::Share, Shown::OnRequest, "the mean of all"),
    Field::new("breaks", "", Meaning::Count, Shown::OnRequest, "how many breaks there were"),
    Field::new("break_seconds", "", Meaning::Elapsed, Shown::OnRequest, "how long they were in sum"),
    Field::new("break_seconds_min", "", Meaning::Elapsed, Shown::OnRequest, "at least"),
    Field::new("break_seconds_max", "", Meaning::Elapsed, Shown::OnRequest, "at most"),
    Field::new("by_reason", "", Meaning::List(REASON), Shown::OnRequest, "the breaks by their first reason"),
    Field::new("allowance_seconds", "", Meaning::Elapsed, Shown::OnRequest, "how long all breaks may be"),
    Field::new("balance_seconds", "", Meaning::Remaining, Shown::OnRequest, "what is left of that"),
    Field::new("over_limit_count", "", Meaning::Count, Shown::OnRequest, "how many breaks were over a limit"),
    Field::new("over_limit_seconds", "", Meaning::Overrun, Shown::OnRequest, "by how much, in sum"),
    Field::new("wrapups", "", Meaning::Count, Shown::OnRequest, "how many wrap-ups there were"),
    Field::new("wrapup_mean_seconds", "", Meaning::Elapsed, Shown::OnRequest, "the mean length of all"),
    Field::new(
        "wrapup_p90_seconds",
        "",
        Meaning::Elapsed,
        Shown::OnRequest,
        "nine of ten took this long or less",
    ),
    Field::new("wrapup_max_seconds", "", Meaning::Elapsed, Shown::OnRequest, "the longest"),
    Field::new("tags_by_kind", "", Meaning::Raw, Shown::OnRequest, "how many notifications of each kind"),
    Field::new(
        "missed_customers",
        "",
        Meaning::Count,
        Shown::OnRequest,
        "the sum of the agents' figures; a customer missed by two of them counts twice",
    ),
    Field::new("missed_not_called_back", "", Meaning::Count, Shown::OnRequest, "the sum of theirs"),
];
