//! `agentProfile/tags`: recent notifications and the icons that belong to them (`api.md` §3).

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::value::RawValue;

use super::codes::{Class, Module};
use super::envelope::{self, Judged};
use super::error::{ApiError, Fault};
use super::icons::{self, IconIds, NotificationIds};
use super::items::{Items, Raw};
use super::lenient::{self, Object};
use super::moments;
use super::received::Received;
use super::spellings::{Findings, ICON, NOTIFICATION, OfIcon, OfNotification};

pub(super) const PATH: &str = "agentProfile/tags";

/// What is sent as `ref`, whose meaning is not documented (`api.md` §3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reference {
    /// `true`, as in every sample.
    #[default]
    AsTrue,
    /// Not sent.
    Off,
    /// A text, which is the type that the documentation names.
    Text(String),
}

/// What one call told.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    /// In the server's order.
    pub notifications: Vec<Notification>,
    /// Icons that belong to none of them.
    pub icons: Vec<Raw>,
}

/// One notification: what could be read out of it by a known spelling, and the whole of it.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its id, as text.
    pub id: Option<String>,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// What kind of news it is.
    pub kind: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// Whom it is for.
    pub agent_id: Option<String>,
    /// The call it is about.
    pub call_id: Option<String>,
    /// The customer's number, as text.
    pub customer: Option<String>,
    /// The icons that belong to it.
    pub icons: Vec<Raw>,
    /// What those are called; where none was found, what the notification calls them.
    pub icon_names: Vec<String>,
    /// The notification as the server sent it.
    pub fields: Raw,
}

pub(super) fn read(received: &Received, zone: &TimeZone) -> Result<Tags, ApiError> {
    match envelope::judge(received, Module::Tags)? {
        Judged::Payload(envelope) => {
            let notifications = Items::of("data", envelope.data)?;
            let icons = Items::of("iconDetails", envelope.icon_details)?;
            decode(&notifications, &icons, zone)
        }
        Judged::Answer(Class::Empty) => Ok(Tags::default()),
        Judged::Answer(_) => Err(ApiError::new(Fault::Protocol, "the reply answers another question")),
    }
}

/// Joins notifications with their icons and reads what is known by name.
///
/// # Errors
/// When there are more items, or an item has more keys, than allowed.
pub fn decode(notifications: &Items, icons: &Items, zone: &TimeZone) -> Result<Tags, ApiError> {
    let (mut decoded, mut ids) = (Vec::new(), Vec::new());
    let mut finder = NOTIFICATION.finder();
    notifications.each(|raw, object| {
        let (notification, own_ids) = notification(raw, &finder.find(&object), zone);
        decoded.push(notification);
        ids.push(own_ids);
    })?;
    let (mut raw_icons, mut icon_ids, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut finder = ICON.finder();
    icons.each(|raw, object| {
        let findings = finder.find(&object);
        icon_ids.push(IconIds {
            own: findings.read(OfIcon::Id, lenient::borrowed_text),
            notification: findings.read(OfIcon::Notification, lenient::borrowed_text),
            call: findings.read(OfIcon::Call, lenient::borrowed_text),
        });
        names.push(findings.read(OfIcon::Name, lenient::text));
        raw_icons.push(raw);
    })?;
    let join = icons::join(&ids, &icon_ids);
    for ((notification, ids), mine) in decoded.iter_mut().zip(ids).zip(join.of_each) {
        notification.icon_names.extend(mine.iter().filter_map(|&icon| names[icon].clone()));
        notification.icons.extend(mine.into_iter().map(|icon| raw_icons[icon].clone()));
        if notification.icons.is_empty() {
            notification.icon_names = ids.icons.into_iter().map(Cow::into_owned).collect();
        }
    }
    let icons = join.of_none.into_iter().map(|icon| raw_icons[icon].clone()).collect();
    Ok(Tags { notifications: decoded, icons })
}

fn notification<'a>(
    raw: Raw,
    findings: &Findings<'a, OfNotification>,
    zone: &TimeZone,
) -> (Notification, NotificationIds<'a>) {
    let text = |name| findings.read(name, lenient::text);
    let mut ids = NotificationIds {
        own: findings.read(OfNotification::Id, lenient::borrowed_text),
        call: findings.read(OfNotification::Call, lenient::borrowed_text),
        icons: Vec::new(),
    };
    let mut notification = Notification {
        id: ids.own.clone().map(Cow::into_owned),
        time: findings.read(OfNotification::Time, |value| moments::time(value, zone)),
        kind: text(OfNotification::Kind),
        message: text(OfNotification::Message),
        agent_id: text(OfNotification::Agent),
        call_id: ids.call.clone().map(Cow::into_owned),
        customer: text(OfNotification::Customer),
        icons: Vec::new(),
        icon_names: Vec::new(),
        fields: raw,
    };
    for (_, value) in findings.values(OfNotification::Icons) {
        read_icons(value, &mut notification, &mut ids);
    }
    (notification, ids)
}

/// Icons that a notification names by id, or brings along itself.
fn read_icons<'a>(value: &'a RawValue, notification: &mut Notification, ids: &mut NotificationIds<'a>) {
    // An item's own list of icons beyond the limit stays in its fields.
    let listed = lenient::elements(value.get()).unwrap_or_default();
    let listed = if lenient::is_list(value) { listed } else { vec![value] };
    for icon in listed.into_iter().take(icons::PER_NOTIFICATION) {
        if let Some(id) = lenient::borrowed_text(icon) {
            ids.icons.push(id);
        } else if let Ok(object) = Object::read(icon.get())
            && !object.0.is_empty()
        {
            notification.icon_names.extend(ICON.find(&object).read(OfIcon::Name, lenient::text));
            notification.icons.push(Raw::copy(icon));
        }
    }
}

/// A key of a notification and its text.
pub type Unnamed<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The scalar keys of each notification that none of its named values was read from, in the server's order.
///
/// Read again when they are asked for, because most answers never show them.
pub fn unnamed<'a>(
    notifications: impl IntoIterator<Item = Option<&'a Raw>>,
) -> impl Iterator<Item = Vec<Unnamed<'a>>> {
    let mut finder = NOTIFICATION.finder();
    notifications.into_iter().map(move |fields| {
        let Some(Ok(object)) = fields.map(|fields| Object::read(fields.get())) else { return Vec::new() };
        let findings = finder.find(&object);
        unnamed_of(object, &findings)
    })
}

fn unnamed_of<'a>(object: Object<'a>, findings: &Findings<'a, OfNotification>) -> Vec<Unnamed<'a>> {
    let mut is_named = vec![false; object.0.len()];
    let zone = TimeZone::UTC;
    let time = findings.key(OfNotification::Time, |value| moments::time(value, &zone));
    let texts = [
        OfNotification::Id,
        OfNotification::Kind,
        OfNotification::Message,
        OfNotification::Agent,
        OfNotification::Call,
        OfNotification::Customer,
    ]
    .map(|name| findings.key(name, lenient::borrowed_text));
    let icons = findings.values(OfNotification::Icons).map(|(key, _)| key);
    for key in texts.into_iter().chain([time]).flatten().chain(icons) {
        is_named[key] = true;
    }
    object
        .0
        .into_iter()
        .zip(is_named)
        .filter(|(_, is_named)| !is_named)
        .filter_map(|((key, value), _)| Some((key, lenient::borrowed_text(value)?)))
        .collect()
}

#[cfg(test)]
mod tests;
