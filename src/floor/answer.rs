//! The answers of the server, one type each: the client reads them, commands show them, a watch compares them.

use compact_str::CompactString;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::json::Raw;

/// One notification: what could be read out of it by a known spelling, and the whole of it (`api.md` §3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// Its own id, as text.
    pub id: Option<CompactString>,
    /// When it happened, by the server's clock. It may be wrong: identity and forgetting never rest on it.
    pub time: Option<Timestamp>,
    /// What kind of news it is.
    pub kind: Option<CompactString>,
    /// Its text.
    pub message: Option<CompactString>,
    /// Whom it is for.
    pub agent_id: Option<CompactString>,
    /// The call it is about.
    pub call_id: Option<CompactString>,
    /// The customer's phone number, as text.
    pub customer: Option<CompactString>,
    /// The icons that belong to it, as the server wrote them.
    pub icons: Vec<Raw>,
    /// What those are called; where there are none, what the notification calls them. Not written: it can be read out
    /// of the icons and fields again.
    #[serde(skip)]
    pub icon_names: Vec<CompactString>,
    /// The notification as the server wrote it.
    pub fields: Raw,
}

/// Whether an agent is on break (`api.md` §1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Break {
    /// On break or not.
    pub on_break: bool,
    /// Which break it is, if a known spelling has it.
    pub reason: Option<String>,
    /// When it began, by the server's clock, if a known spelling has it.
    pub since: Option<Timestamp>,
    /// The agent, as text.
    pub agent_id: Option<String>,
    /// The user, as text.
    pub user_id: Option<String>,
    /// `breakDetail` as the server wrote it; what is in it is not documented.
    pub detail: Option<Raw>,
}

/// Whose session it is, as far as the server names them (`api.md` §1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    pub agent_id: Option<String>,
    pub user_id: Option<String>,
}

/// Whether an agent is in wrap-up (`api.md` §2).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wrapup {
    /// In wrap-up or not.
    pub in_wrapup: bool,
    /// When it ends, by the server's clock.
    pub ends_at: Option<Timestamp>,
    /// Seconds until then when the answer came, by the server's clock; negative once over.
    pub remaining_seconds: Option<i64>,
    /// The call it follows.
    pub call_id: Option<String>,
    /// The customer's phone number, as text.
    pub customer: Option<String>,
    /// The whole of `data` as the server wrote it.
    pub detail: Option<Raw>,
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::floor::samples::{at, in_wrapup, on_break, raw, tag};

    fn assert_comes_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(answer: &T) {
        let json = serde_json::to_string(answer).expect("JSON");
        let back: T = serde_json::from_str(&json).expect("the same answer");
        assert_eq!(&back, answer);
        assert_eq!(serde_json::to_string(&back).expect("JSON"), json);
    }

    #[test]
    fn what_is_written_of_an_answer_can_be_read_again() {
        let detail = Some(raw(r#"{"n":1e400,"n":[]}"#));
        assert_comes_back(&Break {
            user_id: Some("7".into()),
            detail: detail.clone(),
            ..on_break(None, Some(0))
        });
        assert_comes_back(&Wrapup { remaining_seconds: Some(-3), detail, ..in_wrapup(Some("c1"), Some(90)) });
        assert_comes_back(&Tag { icons: vec![raw(r#"{"name":"star"}"#), raw("1.0")], ..tag("m60") });
        assert_comes_back(&Tag { time: Some(at(0) + jiff::SignedDuration::from_nanos(1)), ..tag("x") });
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let tag: Tag = serde_json::from_str(r#"{"new":1,"icons":[],"fields":{"a":1}}"#).expect("a tag");
        assert_eq!((tag.id, tag.fields), (None, raw(r#"{"a":1}"#)));
    }
}
