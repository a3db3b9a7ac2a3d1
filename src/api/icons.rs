//! Which icons belong to which notification: joined by any id they share. Linear in both lists.
//! It knows ids only, not what an icon looks like.

use std::borrow::Cow;
use std::collections::HashMap;

/// The most icons that one notification is given. What is beyond it stays with the icons of none,
/// so that a reply in which everything shares one id stays small.
pub const PER_NOTIFICATION: usize = 64;

/// The ids by which a notification can be recognised.
#[derive(Debug, Default)]
pub struct NotificationIds<'a> {
    /// Its own.
    pub own: Option<Cow<'a, str>>,
    /// Its call's.
    pub call: Option<Cow<'a, str>>,
    /// Those of icons it names.
    pub icons: Vec<Cow<'a, str>>,
}

/// The ids that an icon carries.
#[derive(Debug, Default)]
pub struct IconIds<'a> {
    /// Its own.
    pub own: Option<Cow<'a, str>>,
    /// The notification's it belongs to.
    pub notification: Option<Cow<'a, str>>,
    /// The call's it belongs to.
    pub call: Option<Cow<'a, str>>,
}

/// For each notification the positions of its icons, in the order of the icons, and those that belong to none.
#[derive(Debug, PartialEq, Eq)]
pub struct Join {
    /// One list per notification.
    pub of_each: Vec<Vec<usize>>,
    /// Icons of no notification.
    pub of_none: Vec<usize>,
}

/// Joins by ids. An icon that names its notification belongs to that one only, not to others of the same call.
#[must_use]
pub fn join(notifications: &[NotificationIds<'_>], icons: &[IconIds<'_>]) -> Join {
    let by_notification = index(icons, |icon| icon.notification.as_deref());
    let by_own = index(icons, |icon| icon.own.as_deref());
    let free = |icon: &IconIds<'_>| icon.notification.is_none();
    let by_call = index(icons, |icon| icon.call.as_deref().filter(|_| free(icon)));
    let by_equal_id = index(icons, |icon| icon.own.as_deref().filter(|_| free(icon)));

    let mut is_taken = vec![false; icons.len()];
    let of_each = notifications
        .iter()
        .map(|notification| {
            let mut mine = Vec::new();
            let own = notification.own.as_deref();
            let call = notification.call.as_deref();
            for (ids, id) in [(&by_notification, own), (&by_call, call), (&by_equal_id, own)] {
                take(&mut mine, ids, id);
            }
            for id in notification.icons.iter().take(PER_NOTIFICATION) {
                take(&mut mine, &by_own, Some(id));
            }
            mine.sort_unstable();
            for &icon in &mine {
                is_taken[icon] = true;
            }
            mine
        })
        .collect();
    let of_none = (0..icons.len()).filter(|&icon| !is_taken[icon]).collect();
    Join { of_each, of_none }
}

type Index<'a> = HashMap<&'a str, Vec<usize>>;

fn index<'a>(icons: &'a [IconIds<'a>], id: impl Fn(&'a IconIds<'a>) -> Option<&'a str>) -> Index<'a> {
    let mut index = Index::new();
    for (position, icon) in icons.iter().enumerate() {
        if let Some(id) = id(icon) {
            index.entry(id).or_default().push(position);
        }
    }
    index
}

fn take(mine: &mut Vec<usize>, index: &Index<'_>, id: Option<&str>) {
    let Some(positions) = id.and_then(|id| index.get(id)) else { return };
    for &icon in positions.iter().take(PER_NOTIFICATION) {
        if mine.len() == PER_NOTIFICATION {
            return;
        }
        if !mine.contains(&icon) {
            mine.push(icon);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(own: &str, call: &str, icons: &[&str]) -> NotificationIds<'static> {
        let said = |id: &str| (!id.is_empty()).then(|| id.to_owned().into());
        NotificationIds {
            own: said(own),
            call: said(call),
            icons: icons.iter().map(|id| Cow::Owned((*id).to_owned())).collect(),
        }
    }

    fn icon(own: &str, notification: &str, call: &str) -> IconIds<'static> {
        let said = |id: &str| (!id.is_empty()).then(|| id.to_owned().into());
        IconIds { own: said(own), notification: said(notification), call: said(call) }
    }

    #[test]
    fn any_shared_id_joins() {
        let notifications = [notification("n1", "c1", &["i4"]), notification("n2", "c2", &[])];
        let icons = [
            icon("i0", "n1", ""),
            icon("i1", "", "c1"),
            icon("n2", "", ""),
            icon("i3", "", ""),
            icon("i4", "", ""),
            icon("", "", ""),
        ];
        let join = join(&notifications, &icons);
        assert_eq!(join, Join { of_each: vec![vec![0, 1, 4], vec![2]], of_none: vec![3, 5] });
    }

    #[test]
    fn an_icon_of_one_notification_is_not_given_to_others_of_its_call() {
        let notifications = [notification("n1", "c1", &[]), notification("n2", "c1", &[])];
        let icons = [icon("i0", "n2", "c1"), icon("i1", "", "c1"), icon("i2", "n9", "c1")];
        let join = join(&notifications, &icons);
        assert_eq!(join, Join { of_each: vec![vec![1], vec![0, 1]], of_none: vec![2] });
    }

    #[test]
    fn an_icon_joined_twice_is_given_once() {
        let join = join(&[notification("n1", "c1", &["i0"])], &[icon("i0", "n1", "c1")]);
        assert_eq!(join.of_each, [[0]]);
    }

    #[test]
    fn one_id_shared_by_everything_stays_small_and_loses_no_icon() {
        let notifications: Vec<_> = (0..20_000).map(|n| notification(&n.to_string(), "c", &[])).collect();
        let icons: Vec<_> = (0..20_000).map(|n| icon(&format!("i{n}"), "", "c")).collect();
        let join = join(&notifications, &icons);
        assert!(join.of_each.iter().all(|mine| mine.len() == PER_NOTIFICATION));
        assert_eq!(join.of_none.len(), icons.len() - PER_NOTIFICATION);
    }
}
