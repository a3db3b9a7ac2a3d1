//! The document of `deepcall break-status`, and the row of an answer.

use jiff::Timestamp;

use crate::client::Answer;
use crate::commands::shared::coverage;
use crate::floor::answer::Break;
use crate::floor::overview::Urgency;
use crate::report::{Document, Field, Meaning, Row, Shape, Shown, Value};

/// The document of `deepcall break-status`.
pub(crate) static DOCUMENT: Document = Document {
    name: "break-status",
    rows_key: "break_status",
    head: &[],
    fields: &[
        Field::new("profile", "PROFILE", Meaning::Name, Shown::Always(1), "the profile whose agent it is"),
        Field::new(
            "on_break",
            "BREAK",
            Meaning::State,
            Shown::Always(2),
            "whether the agent is on break; null with --since where the last answer showed a break and the server does not answer now",
        ),
        Field::new(
            "reason",
            "REASON",
            Meaning::Text,
            Shown::WhenPresent(3),
            "the reason, in the server's words",
        ),
        Field::new("since", "SINCE", Meaning::Time, Shown::WhenPresent(5), "when the break began"),
        Field::new(
            "until",
            "UNTIL",
            Meaning::Time,
            Shown::WhenPresent(7),
            "when an answer first denied it, or was about another agent; null while none has, and without --since. A table has ~ before what is not known to the minute",
        ),
        Field::new(
            "for_seconds",
            "FOR",
            Meaning::Elapsed,
            Shown::WhenPresent(4),
            "how long it has lasted, in seconds",
        ),
        Field::new("agent_id", "AGENT", Meaning::Id, Shown::WhenPresent(6), "the agent's id"),
        Field::new("user_id", "USER", Meaning::Id, Shown::OnRequest, "the agent's user id"),
        Field::new(
            "detail",
            "DETAIL",
            Meaning::Raw,
            Shown::OnRequest,
            "the break detail as the server sent it",
        ),
        Field::new("as_of", "AS OF", Meaning::Time, Shown::OnRequest, "when the server answered"),
        Field::new(
            "since_min",
            "SINCE MIN",
            Meaning::Time,
            Shown::OnRequest,
            "with --since, when it began at the earliest: as the server gave it, or else the last answer that denied it; null if there was none",
        ),
        Field::new(
            "until_min",
            "UNTIL MIN",
            Meaning::Time,
            Shown::OnRequest,
            "with --since, when it ended at the earliest: the last answer that showed it; null while the server answers that it goes on",
        ),
    ],
    tail: &[coverage::COVERAGE, coverage::GAPS],
    shape: Shape::ListOrOne,
    has_failures: true,
    extra_fields: None,
    empty: "no breaks",
};

pub(super) fn urgency(answer: &Answer<Break>) -> Urgency {
    Urgency::new(None, answer.value.on_break, seconds_on_break(answer), None)
}

pub(super) fn row(profile: String, answer: Answer<Break>) -> Row {
    let for_seconds = seconds_on_break(&answer);
    let Break { on_break, reason, since, agent_id, user_id, detail } = answer.value;
    Row::new(DOCUMENT.fields)
        .with("profile", profile)
        .with("on_break", on_break)
        .with("reason", reason)
        // Counted from the same moment as the length beside it.
        .with("since", since.map(|since| Value::away(since, for_seconds.map(|it| -it))))
        .with("for_seconds", for_seconds.map(Value::Seconds))
        .with("agent_id", agent_id)
        .with("user_id", user_id)
        .with("detail", detail)
        .with("as_of", answer.as_of)
}

/// How long the break has lasted by the server's clock. Never negative; `None` if the agent is not on break.
pub(super) fn seconds_on_break(answer: &Answer<Break>) -> Option<i64> {
    let since = answer.value.since.filter(|_| answer.value.on_break)?;
    Some(seconds_between(since, answer.server_time.unwrap_or(answer.as_of)).max(0))
}

pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::at;

    #[test]
    fn since_and_for_count_from_one_moment() {
        let status = Break { on_break: true, since: Some(at(100)), ..Break::default() };
        // The server's clock is half a minute ahead of ours.
        let answer = Answer { server_time: Some(at(730)), ..Answer::recorded(status, at(700)) };
        let row = row("asha".to_owned(), answer);
        assert!(matches!(row.get("for_seconds"), Value::Seconds(630)), "{row:?}");
        assert!(matches!(row.get("since"), Value::Away(away) if **away == (at(100), -630)), "{row:?}");
    }
}
