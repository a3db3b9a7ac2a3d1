//! `agentProfile/tags`: recent notifications and the icons that belong to them (`api.md` §3).

use std::borrow::Cow;

use crate::raw::Piece;
use crate::text::Text;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::client::budget::KEYS_PER_ITEM;
use crate::client::error::{ApiError, Fault};
use crate::client::received::{Body, Received};
use crate::client::replies::codes::{Class, Module};
use crate::client::replies::envelope;
use crate::client::replies::envelope::Judged;
use crate::client::replies::icons;
use crate::client::replies::icons::{IconIds, Join, NotificationIds};
use crate::client::replies::items::{Items, Raw};
use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;
use crate::client::replies::moments;
use crate::client::replies::spellings::{Findings, ICON, NOTIFICATION, OfIcon, OfNotification};

pub(crate) const PATH: &str = "agentProfile/tags";

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
#[derive(Clone, Debug)]
pub struct Tags<T = Notification> {
    /// What was made of the notifications, in the server's order.
    pub notifications: Vec<T>,
    /// Icons that belong to none of them.
    pub icons: Vec<Raw>,
}

/// One notification: what could be read out of it by a known spelling, and the whole of it.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Its id, as text.
    pub id: Option<Text>,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// What kind of news it is.
    pub kind: Option<Text>,
    /// What it says.
    pub message: Option<Text>,
    /// Whom it is for.
    pub agent_id: Option<Text>,
    /// The call it is about.
    pub call_id: Option<Text>,
    /// The customer's number, as text.
    pub customer: Option<Text>,
    /// The icons that belong to it.
    pub icons: Vec<Raw>,
    /// What those are called; where none was found, what the notification calls them.
    pub icon_names: Vec<Text>,
    /// The notification as the server sent it.
    pub fields: Raw,
}

/// What [`decode`] makes of a reply.
pub(crate) fn read<T>(
    received: &Received,
    zone: &TimeZone,
    take: impl FnMut(Notification) -> Option<T>,
) -> Result<Tags<T>, ApiError> {
    let none = Tags { notifications: Vec::new(), icons: Vec::new() };
    match envelope::judge(received, Module::Tags)? {
        Judged::Payload(envelope) => {
            let Body::Text(reply) = &received.body else { return Ok(none) };
            let notifications = Items::of("data", envelope.data, reply)?;
            let icons = Items::of("iconDetails", envelope.icon_details, reply)?;
            decode(&notifications, &icons, zone, take)
        }
        Judged::Answer(Class::Empty) => Ok(none),
        Judged::Answer(_) => Err(ApiError::new(Fault::Protocol, "the reply answers another question")),
    }
}

/// Joins notifications with their icons and reads what is known by name. Each is handed to `take` as soon as it is
/// read, so that a large answer is not held in two forms at once.
///
/// # Errors
/// When there are more items, or an item has more keys, than allowed.
pub fn decode<T>(
    notifications: &Items,
    icons: &Items,
    zone: &TimeZone,
    mut take: impl FnMut(Notification) -> Option<T>,
) -> Result<Tags<T>, ApiError> {
    let (mut raw_icons, mut icon_ids, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut finder = ICON.finder();
    icons.each(|raw, object| {
        let findings = finder.find(object);
        let text = |name| findings.read(name, lenient::borrowed_text);
        icon_ids.push(IconIds {
            own: text(OfIcon::Id),
            notification: text(OfIcon::Notification),
            call: text(OfIcon::Call),
        });
        names.push(text(OfIcon::Name).map(|name| raw.text().keep(name)));
        raw_icons.push(raw);
    })?;
    let mut join = Join::among(&icon_ids);
    let mut taken = Vec::new();
    let mut finder = NOTIFICATION.finder();
    let mut ids = NotificationIds::default();
    notifications.each(|raw, object| {
        let mut notification = notification(raw, finder.find(object), zone, &mut ids);
        let mine = join.icons_of(&ids);
        notification.icon_names.extend(mine.iter().filter_map(|&icon| names[icon].clone()));
        notification.icons.reserve_exact(mine.len());
        notification.icons.extend(mine.iter().map(|&icon| raw_icons[icon].clone()));
        if notification.icons.is_empty() {
            let text = notification.fields.text();
            notification.icon_names = ids.icons.drain(..).map(|id| text.keep(id)).collect();
        }
        taken.extend(take(notification));
    })?;
    let left = raw_icons.iter().enumerate().filter(|(icon, _)| join.is_left(*icon));
    let icons = left.map(|(_, raw)| raw.clone()).collect();
    Ok(Tags { notifications: taken, icons })
}

/// Reads a notification, and the ids by which its icons are found.
fn notification<'a>(
    raw: Raw,
    findings: &Findings<'a, OfNotification>,
    zone: &TimeZone,
    ids: &mut NotificationIds<'a>,
) -> Notification {
    let keep = |read| raw.text().keep(read);
    let text = |name| findings.read(name, lenient::borrowed_text).map(keep);
    ids.own = findings.read(OfNotification::Id, lenient::borrowed_text);
    ids.call = findings.read(OfNotification::Call, lenient::borrowed_text);
    ids.icons.clear();
    let mut notification = Notification {
        id: ids.own.clone().map(keep),
        time: findings.read(OfNotification::Time, |value| moments::time(value, zone)),
        kind: text(OfNotification::Kind),
        message: text(OfNotification::Message),
        agent_id: text(OfNotification::Agent),
        call_id: ids.call.clone().map(keep),
        customer: text(OfNotification::Customer),
        icons: Vec::new(),
        icon_names: Vec::new(),
        fields: raw,
    };
    for (_, value) in findings.values(OfNotification::Icons) {
        read_icons(value, &mut notification, ids);
    }
    notification
}

/// Icons that a notification names by id, or brings along itself.
fn read_icons<'a>(value: Piece<'a>, notification: &mut Notification, ids: &mut NotificationIds<'a>) {
    // An item's own list of icons beyond the limit stays in its fields.
    if !lenient::is_list(value) {
        return read_icon(value, notification, ids);
    }
    for icon in lenient::elements(value).unwrap_or_default().into_iter().take(icons::PER_NOTIFICATION) {
        read_icon(icon, notification, ids);
    }
}

fn read_icon<'a>(icon: Piece<'a>, notification: &mut Notification, ids: &mut NotificationIds<'a>) {
    if let Some(id) = lenient::borrowed_text(icon) {
        ids.icons.push(id);
    } else if let Ok(object) = Object::read(icon)
        && !object.0.is_empty()
    {
        let text = notification.fields.text();
        let name = ICON.find(&object).read(OfIcon::Name, lenient::borrowed_text);
        notification.icon_names.extend(name.map(|name| text.keep(name)));
        notification.icons.push(Raw::within(text, icon));
    }
}

/// Shows the scalar keys of each notification that none of its named values was read from, in the server's order:
/// `show` is told which notification it is, the key, and the text under it.
///
/// Read again when they are asked for, because most answers never show them.
pub fn show_unnamed<'a>(
    notifications: impl IntoIterator<Item = Option<&'a Raw>>,
    mut show: impl FnMut(usize, Cow<'a, str>, Cow<'a, str>),
) {
    let mut finder = NOTIFICATION.finder();
    // One buffer for the members of all notifications.
    let mut object = Object::default();
    for (at, fields) in notifications.into_iter().enumerate() {
        let Some(Ok(())) = fields.map(|fields| object.read_anew(fields.piece())) else { continue };
        let is_named = named(finder.find(&object));
        for ((key, value), is_named) in object.0.iter().zip(is_named) {
            if let Some(text) = lenient::borrowed_text(*value).filter(|_| !is_named) {
                show(at, key.text(), text);
            }
        }
    }
}

/// From which keys of a notification its named values were read.
fn named(findings: &Findings<'_, OfNotification>) -> [bool; KEYS_PER_ITEM] {
    let mut is_named = [false; KEYS_PER_ITEM];
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
    is_named
}

#[cfg(test)]
mod tests;
