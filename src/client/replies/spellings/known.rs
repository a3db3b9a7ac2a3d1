//! The spellings themselves, best first. None is published (`api.md` §3).

use std::sync::LazyLock;

use crate::client::replies::spellings::{OfAgent, OfBreak, OfIcon, OfNotification, Spellings};

/// The spellings of notifications.
pub static NOTIFICATION: LazyLock<Spellings<OfNotification>> = LazyLock::new(|| {
    Spellings::new(&[
        (OfNotification::Id, &["notification id", "notif id", "id", "tag id", "uuid", "uid"]),
        (
            OfNotification::Time,
            &[
                "time",
                "timestamp",
                "date time",
                "created at",
                "created on",
                "created",
                "created date",
                "event time",
                "notification time",
                "notif time",
                "call time",
                "start time",
                "s time",
                "entry time",
                "inserted at",
                "added on",
                "ts",
                "date",
                "updated at",
            ],
        ),
        (
            OfNotification::Kind,
            &[
                "kind",
                "notification type",
                "notif type",
                "type",
                "event type",
                "event",
                "tag type",
                "tag",
                "category",
                "action",
                "call type",
                "c type",
            ],
        ),
        (
            OfNotification::Message,
            &[
                "message",
                "msg",
                "text",
                "notification",
                "title",
                "description",
                "body",
                "content",
                "note",
                "notes",
                "remark",
                "remarks",
            ],
        ),
        (OfNotification::Agent, &["agent id", "agent.id", "aid", "agent"]),
        (OfNotification::Call, &["call id", "call.id", "cid", "call sid", "call unique id"]),
        (
            OfNotification::Customer,
            &[
                "c number",
                "customer number",
                "customer no",
                "customer.number",
                "customer.phone",
                "customer",
                "c num",
                "caller number",
                "caller",
                "caller id",
                "phone number",
                "phone",
                "mobile number",
                "mobile no",
                "mobile",
                "contact number",
                "c number 10",
            ],
        ),
        (OfNotification::Icons, &["icon ids", "icon id", "icon.id", "icons", "icon", "icon details"]),
    ])
});

/// The spellings of icon details.
pub static ICON: LazyLock<Spellings<OfIcon>> = LazyLock::new(|| {
    Spellings::new(&[
        (OfIcon::Id, &["icon id", "id", "uuid"]),
        (
            OfIcon::Name,
            &["name", "icon name", "title", "label", "action name", "action", "type", "icon", "text"],
        ),
        (
            OfIcon::Notification,
            &["notification id", "notif id", "tag id", "notification.id", "ref id", "parent id", "data id"],
        ),
        (OfIcon::Call, &["call id", "call.id", "cid", "call sid"]),
    ])
});

/// The spellings of a break's detail.
pub static BREAK: LazyLock<Spellings<OfBreak>> = LazyLock::new(|| {
    Spellings::new(&[
        (
            OfBreak::Reason,
            &[
                "reason",
                "break reason",
                "break name",
                "break type",
                "name",
                "type",
                "title",
                "label",
                "break",
                "remark",
                "remarks",
                "description",
            ],
        ),
        (
            OfBreak::Since,
            &[
                "since",
                "break start time",
                "break start",
                "start time",
                "started at",
                "start at",
                "start",
                "s time",
                "break time",
                "b time",
                "from",
                "time",
                "timestamp",
                "created at",
                "created on",
                "created",
                "date time",
            ],
        ),
    ])
});

/// The spellings of an agent's name, in whatever is about the agent.
pub static AGENT: LazyLock<Spellings<OfAgent>> = LazyLock::new(|| {
    Spellings::new(&[(
        OfAgent::Name,
        &[
            "agent name",
            "agent.name",
            "agent full name",
            "agent.full name",
            "agent display name",
            "agent.display name",
        ],
    )])
});
