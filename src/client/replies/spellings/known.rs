//! The spellings themselves, best first, as [`crate::words::plain`] writes them. None is published (`api.md` §3).

use crate::client::replies::spellings::{OfAgent, OfBreak, OfIcon, OfNotification, Spellings};

/// The spellings of notifications.
pub static NOTIFICATION: Spellings<OfNotification> = Spellings(&[
    (OfNotification::Id, &["notificationid", "notifid", "id", "tagid", "uuid", "uid"]),
    (
        OfNotification::Time,
        &[
            "time",
            "timestamp",
            "datetime",
            "createdat",
            "createdon",
            "created",
            "createddate",
            "eventtime",
            "notificationtime",
            "notiftime",
            "calltime",
            "starttime",
            "stime",
            "entrytime",
            "insertedat",
            "addedon",
            "ts",
            "date",
            "updatedat",
        ],
    ),
    (
        OfNotification::Kind,
        &[
            "kind",
            "notificationtype",
            "notiftype",
            "type",
            "eventtype",
            "event",
            "tagtype",
            "tag",
            "category",
            "action",
            "calltype",
            "ctype",
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
    (OfNotification::Agent, &["agentid", "agent.id", "aid", "agent"]),
    (OfNotification::Call, &["callid", "call.id", "cid", "callsid", "calluniqueid"]),
    (
        OfNotification::Customer,
        &[
            "cnumber",
            "customernumber",
            "customerno",
            "customer.number",
            "customer.phone",
            "customer",
            "cnum",
            "callernumber",
            "caller",
            "callerid",
            "phonenumber",
            "phone",
            "mobilenumber",
            "mobileno",
            "mobile",
            "contactnumber",
            "cnumber10",
        ],
    ),
    (OfNotification::Icons, &["iconids", "iconid", "icon.id", "icons", "icon", "icondetails"]),
]);

/// The spellings of icon details.
pub static ICON: Spellings<OfIcon> = Spellings(&[
    (OfIcon::Id, &["iconid", "id", "uuid"]),
    (OfIcon::Name, &["name", "iconname", "title", "label", "actionname", "action", "type", "icon", "text"]),
    (
        OfIcon::Notification,
        &["notificationid", "notifid", "tagid", "notification.id", "refid", "parentid", "dataid"],
    ),
    (OfIcon::Call, &["callid", "call.id", "cid", "callsid"]),
]);

/// The spellings of a break's detail.
pub static BREAK: Spellings<OfBreak> = Spellings(&[
    (
        OfBreak::Reason,
        &[
            "reason",
            "breakreason",
            "breakname",
            "breaktype",
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
            "breakstarttime",
            "breakstart",
            "starttime",
            "startedat",
            "startat",
            "start",
            "stime",
            "breaktime",
            "btime",
            "from",
            "time",
            "timestamp",
            "createdat",
            "createdon",
            "created",
            "datetime",
        ],
    ),
]);

/// The spellings of an agent's name, in whatever is about the agent.
pub static AGENT: Spellings<OfAgent> = Spellings(&[(
    OfAgent::Name,
    &["agentname", "agent.name", "agentfullname", "agent.fullname", "agentdisplayname", "agent.displayname"],
)]);
