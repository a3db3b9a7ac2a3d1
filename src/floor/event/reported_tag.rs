//! The event that holds a notification as it is. Written by hand, because its keys are those of the notification.

use compact_str::CompactString;
use jiff::Timestamp;
use serde::Deserialize;

use crate::floor::answer::Tag;
use crate::floor::event::table::{AT, EventWords, Kind, PROFILE, TYPE, field};
use crate::floor::event::words::FollowedPart;
use crate::json::Raw;
use crate::report::{Meaning, RawList, Row};

/// A notification, reported exactly once.
#[derive(Clone, Debug, PartialEq)]
pub struct ReportedTag {
    /// The notification.
    pub tag: Tag,
    /// Whether the first answer of this watch already held it.
    pub initial: bool,
    /// Whether an earlier answer contained it with other content.
    pub changed: bool,
}

impl Kind for ReportedTag {
    const WORDS: &'static EventWords = &EventWords {
        name: "tag",
        about: "a notification, reported exactly once",
        needs: Some(FollowedPart::Tags),
        fields: &[
            TYPE,
            AT,
            PROFILE,
            field("id", Meaning::Id, "the notification's own id"),
            field("time", Meaning::Time, "when it happened, by the server's clock"),
            field("kind", Meaning::Kind, "what kind of notification it is"),
            field("message", Meaning::Text, "its text"),
            field("agent_id", Meaning::Id, "the agent it is about"),
            field("call_id", Meaning::Id, "the call it is about"),
            field("customer", Meaning::Phone, "the customer's phone number"),
            field("icons", Meaning::Icons, "its icons as the server sent them"),
            field("fields", Meaning::Raw, "the notification as the server sent it"),
            field("initial", Meaning::State, "whether the first answer already contained it"),
            field("changed", Meaning::State, "whether an earlier answer contained it with other content"),
        ],
    };

    fn fill(&self, row: Row) -> Row {
        let Self { tag, initial, changed } = self;
        let label = tag.icon_names.join(", ");
        row.with("id", tag.id.clone())
            .with("time", tag.time)
            .with("kind", tag.kind.clone())
            .with("message", tag.message.clone())
            .with("agent_id", tag.agent_id.clone())
            .with("call_id", tag.call_id.clone())
            .with("customer", tag.customer.clone())
            .with("icons", RawList { label: label.into(), items: tag.icons.clone() })
            .with("fields", tag.fields.clone())
            .with("initial", *initial)
            .with("changed", *changed)
    }

    fn read(line: &str) -> serde_json::Result<Self> {
        /// A notification and what the line adds to it, read in one go: a list of eight hours has thousands of them.
        #[derive(Deserialize)]
        struct Line {
            id: Option<CompactString>,
            time: Option<Timestamp>,
            kind: Option<CompactString>,
            message: Option<CompactString>,
            agent_id: Option<CompactString>,
            call_id: Option<CompactString>,
            customer: Option<CompactString>,
            icons: Vec<Raw>,
            fields: Raw,
            // Where a journal has neither, it is neither.
            #[serde(default)]
            initial: bool,
            #[serde(default)]
            changed: bool,
        }
        let Line { id, time, kind, message, agent_id, call_id, customer, icons, fields, initial, changed } =
            serde_json::from_str(line)?;
        let icon_names = vec![];
        let tag = Tag { id, time, kind, message, agent_id, call_id, customer, icons, icon_names, fields };
        Ok(Self { tag, initial, changed })
    }
}
