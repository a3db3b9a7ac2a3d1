//! `agentProfile/tags`: recent notifications and the icons that belong to them (`api.md` §3).

use std::collections::HashMap;

use compact_str::CompactString;
use jiff::tz::TimeZone;

use crate::client::budget::ICON_BYTES;
use crate::client::error::{ApiError, ErrorKind};
use crate::client::received::{MENDED, Received};
use crate::client::replies::codes::{Class, Module};
use crate::client::replies::envelope;
use crate::client::replies::envelope::Judged;
use crate::client::replies::icons;
use crate::client::replies::icons::{IconIds, Join, NotificationIds};
use crate::client::replies::items::{Items, over_limit};
use crate::client::replies::lenient;
use crate::client::replies::lenient::{Object, TOO_MUCH_OF_ICONS};
use crate::client::replies::moments;
use crate::client::replies::spellings::{Findings, ICON, NOTIFICATION, OfIcon, OfNotification};
use crate::floor::answer::Tag;
use crate::json::{Raw, RawValue};

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

impl From<&str> for Reference {
    fn from(text: &str) -> Self {
        match text {
            "true" => Self::AsTrue,
            "off" => Self::Off,
            other => Self::Text(other.to_owned()),
        }
    }
}

/// The result of one call.
#[derive(Clone, Debug)]
pub struct Tags<T = Tag> {
    /// What `take` returned for the notifications, in the server's order.
    pub notifications: Vec<T>,
    /// Icons that belong to none of them.
    pub icons: Vec<Raw>,
    /// What a careful reader should know.
    pub notes: Vec<String>,
}

/// Judges and decodes a reply; see [`decode`].
pub(crate) fn read<T>(
    received: &Received,
    zone: &TimeZone,
    take: impl FnMut(Tag) -> Option<T>,
) -> Result<Tags<T>, ApiError> {
    let none = Tags { notifications: Vec::new(), icons: Vec::new(), notes: Vec::new() };
    match envelope::judge(received, Module::Tags)? {
        Judged::Payload(envelope) => {
            let notifications = Items::of("data", envelope.data)?;
            let (icons, lost) = match Items::of("iconDetails", envelope.icon_details) {
                Ok(icons) => (icons, None),
                // A notification is worth more than its icon.
                Err(error) => (Items::none("iconDetails"), Some(format!("{error}: no icon is shown"))),
            };
            let mut tags = decode(&notifications, &icons, zone, take)?;
            tags.notes.extend(lost);
            tags.notes.extend(envelope.unread.map(|key| {
                format!(
                    "the reply has no `data`, and what it has in `{key}` is not read: `deepcall api` shows it"
                )
            }));
            Ok(tags)
        }
        Judged::Answer(Class::Empty) => Ok(none),
        Judged::Answer(_) => Err(ApiError::new(ErrorKind::Protocol, "the reply belongs to another call")),
    }
}

/// Joins notifications with their icons and reads what is known by name. Each is handed to `take` as soon as it is
/// read, so that a large answer is not in memory in two forms at once.
///
/// # Errors
/// When there are more items, an item has more keys, or all share more icons, than allowed.
pub fn decode<T>(
    notifications: &Items<'_>,
    icon_items: &Items<'_>,
    zone: &TimeZone,
    mut take: impl FnMut(Tag) -> Option<T>,
) -> Result<Tags<T>, ApiError> {
    let (mut raw_icons, mut icon_ids, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut finder = ICON.finder();
    icon_items.each(|raw, object| {
        let findings = finder.find(object);
        let text = |name| findings.read(name, lenient::borrowed_text);
        icon_ids.push(IconIds {
            own: text(OfIcon::Id),
            notification: text(OfIcon::Notification),
            call: text(OfIcon::Call),
        });
        names.push(text(OfIcon::Name));
        raw_icons.push(Raw::from(raw));
        Ok(())
    })?;
    let mut join = Join::among(&icon_ids);
    let mut taken = Vec::new();
    let mut icon_bytes = 0;
    let mut finder = NOTIFICATION.finder();
    notifications.each(|raw, object| {
        let (mut notification, ids) = notification(raw, &finder.find(object), zone);
        let mine = join.icons_of(&ids);
        icon_bytes += mine.iter().map(|&icon| raw_icons[icon].get().len()).sum::<usize>();
        if icon_bytes > ICON_BYTES {
            return Err(over_limit("iconDetails", TOO_MUCH_OF_ICONS));
        }
        let names = mine.iter().filter_map(|&icon| names[icon].as_deref());
        notification.icon_names.extend(names.map(CompactString::from));
        notification.icons.extend(mine.iter().map(|&icon| raw_icons[icon].clone()));
        if notification.icons.is_empty() {
            notification.icon_names = ids.icons.into_iter().map(CompactString::from).collect();
        }
        taken.extend(take(notification));
        Ok(())
    })?;
    let left = raw_icons.iter().enumerate().filter(|(icon, _)| join.is_left(*icon));
    let icons = left.map(|(_, raw)| raw.clone()).collect();
    let is_mended = notifications.is_mended() || icon_items.is_mended();
    Ok(Tags {
        notifications: taken,
        icons,
        notes: is_mended.then(|| MENDED.to_owned()).into_iter().collect(),
    })
}

/// Reads a notification, and the ids by which its icons are found.
fn notification<'a>(
    raw: &RawValue,
    findings: &Findings<'a, OfNotification>,
    zone: &TimeZone,
) -> (Tag, NotificationIds<'a>) {
    let borrowed = |name| findings.read(name, lenient::borrowed_text);
    let text = |name| borrowed(name).map(CompactString::from);
    let (id, call_id) = (borrowed(OfNotification::Id), borrowed(OfNotification::Call));
    let mut notification = Tag {
        id: id.as_deref().map(CompactString::from),
        time: findings.read(OfNotification::Time, |value| moments::time(value, zone)),
        kind: text(OfNotification::Kind),
        message: text(OfNotification::Message),
        agent_id: text(OfNotification::Agent),
        call_id: call_id.as_deref().map(CompactString::from),
        customer: text(OfNotification::Customer),
        icons: Vec::new(),
        icon_names: Vec::new(),
        fields: raw.into(),
    };
    let mut ids = NotificationIds { own: id, call: call_id, icons: Vec::new() };
    for (_, value) in findings.values(OfNotification::Icons) {
        read_icons(value, &mut notification, &mut ids);
    }
    (notification, ids)
}

/// Icons that a notification names by id, or contains itself.
fn read_icons<'a>(value: &'a RawValue, notification: &mut Tag, ids: &mut NotificationIds<'a>) {
    // An item's own list of icons beyond the limit stays in its fields.
    if !lenient::is_list(value) {
        return read_icon(value, notification, ids);
    }
    for icon in lenient::elements(value).unwrap_or_default().into_iter().take(icons::PER_NOTIFICATION) {
        read_icon(icon, notification, ids);
    }
}

fn read_icon<'a>(icon: &'a RawValue, notification: &mut Tag, ids: &mut NotificationIds<'a>) {
    if let Some(id) = lenient::borrowed_text(icon) {
        ids.icons.push(id);
    } else if let Ok(object) = Object::read(icon)
        && !object.0.is_empty()
    {
        let name = ICON.find(&object).read(OfIcon::Name, lenient::borrowed_text);
        notification.icon_names.extend(name.map(CompactString::from));
        notification.icons.push(icon.into());
    }
}

/// What icons of stored notifications are called. Many notifications share few icons, so each is read once.
#[derive(Default)]
pub(crate) struct IconNames(HashMap<Box<str>, Option<CompactString>>);

impl IconNames {
    /// A server that gives each notification icons of its own shall not fill the memory of a watch.
    const MOST: usize = 1_000;

    /// Reads again out of a notification that was stored what its icons are called.
    pub(crate) fn fill(&mut self, tag: &mut Tag) {
        tag.icon_names = tag.icons.iter().filter_map(|icon| self.name(icon)).collect();
        if tag.icons.is_empty()
            && let Ok(object) = Object::read(&tag.fields)
        {
            // The zone is for times, and none is read.
            let (_, ids) = notification(&tag.fields, &NOTIFICATION.find(&object), &TimeZone::UTC);
            tag.icon_names = ids.icons.into_iter().map(CompactString::from).collect();
        }
    }

    fn name(&mut self, icon: &Raw) -> Option<CompactString> {
        if let Some(name) = self.0.get(icon.get()) {
            return name.clone();
        }
        let name = Object::read(icon).ok().and_then(|object| {
            ICON.find(&object).read(OfIcon::Name, lenient::borrowed_text).map(CompactString::from)
        });
        if self.0.len() == Self::MOST {
            self.0.clear();
        }
        self.0.insert(icon.get().into(), name.clone());
        name
    }
}

/// The scalar fields of a notification that none of its named values was read from, as keys and texts in the server's
/// order.
#[must_use]
pub fn extra_fields(notification: &RawValue) -> Vec<(String, String)> {
    let Ok(object) = Object::read(notification) else { return Vec::new() };
    let is_named = named(&object);
    let extra = object.0.into_iter().zip(is_named).filter(|(_, is_named)| !is_named);
    extra
        .filter_map(|((key, value), _)| Some((key.into_owned(), lenient::scalar(value)?.into_owned())))
        .collect()
}

/// From which keys of a notification its named values were read.
fn named(object: &Object<'_>) -> Vec<bool> {
    let mut is_named = vec![false; object.0.len()];
    let findings = NOTIFICATION.find(object);
    let time = findings.key(OfNotification::Time, |value| moments::time(value, &TimeZone::UTC));
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
