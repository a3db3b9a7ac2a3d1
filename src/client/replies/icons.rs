//! Which icons belong to which notification: joined by any id they share. Linear in both lists.

use std::borrow::Cow;
use std::collections::HashMap;

/// The most icons of one notification. Further ones stay with the icons that belong to no notification,
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

/// Finds the icons of one notification after another.
#[derive(Debug)]
pub struct Join<'i> {
    by_notification: Index<'i>,
    by_own: Index<'i>,
    by_call: Index<'i>,
    by_equal_id: Index<'i>,
    is_taken: Vec<bool>,
    /// The icons of the last notification. Kept, so that the next one needs no memory of its own.
    mine: Vec<usize>,
}

impl<'i> Join<'i> {
    /// Gets ready to find among these icons.
    #[must_use]
    pub fn among(icons: &'i [IconIds<'i>]) -> Self {
        let free = |icon: &IconIds<'_>| icon.notification.is_none();
        Self {
            by_notification: index(icons, |icon| icon.notification.as_deref()),
            by_own: index(icons, |icon| icon.own.as_deref()),
            by_call: index(icons, |icon| icon.call.as_deref().filter(|_| free(icon))),
            by_equal_id: index(icons, |icon| icon.own.as_deref().filter(|_| free(icon))),
            is_taken: vec![false; icons.len()],
            mine: Vec::new(),
        }
    }

    /// The positions of a notification's icons, in the order of the icons. An icon that names its notification belongs
    /// to that one only, not to others of the same call.
    pub fn icons_of(&mut self, notification: &NotificationIds<'_>) -> &[usize] {
        self.mine.clear();
        let own = notification.own.as_deref();
        let call = notification.call.as_deref();
        for (ids, id) in [(&self.by_notification, own), (&self.by_call, call), (&self.by_equal_id, own)] {
            take(&mut self.mine, ids, id);
        }
        for id in notification.icons.iter().take(PER_NOTIFICATION) {
            take(&mut self.mine, &self.by_own, Some(id));
        }
        self.mine.sort_unstable();
        for &icon in &self.mine {
            self.is_taken[icon] = true;
        }
        &self.mine
    }

    /// Whether this icon belongs to no notification so far.
    #[must_use]
    pub fn is_left(&self, icon: usize) -> bool {
        self.is_taken.get(icon) == Some(&false)
    }
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
        let id_or_none = |id: &str| (!id.is_empty()).then(|| id.to_owned().into());
        NotificationIds {
            own: id_or_none(own),
            call: id_or_none(call),
            icons: icons.iter().map(|id| Cow::Owned((*id).to_owned())).collect(),
        }
    }

    /// For each notification its icons, and those of none.
    fn join(notifications: &[NotificationIds<'_>], icons: &[IconIds<'_>]) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut join = Join::among(icons);
        let of_each = notifications.iter().map(|ids| join.icons_of(ids).to_vec()).collect();
        (of_each, (0..icons.len()).filter(|&icon| join.is_left(icon)).collect())
    }

    fn icon(own: &str, notification: &str, call: &str) -> IconIds<'static> {
        let id_or_none = |id: &str| (!id.is_empty()).then(|| id.to_owned().into());
        IconIds { own: id_or_none(own), notification: id_or_none(notification), call: id_or_none(call) }
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
        assert_eq!(join(&notifications, &icons), (vec![vec![0, 1, 4], vec![2]], vec![3, 5]));
    }

    #[test]
    fn an_icon_of_one_notification_does_not_join_others_of_its_call() {
        let notifications = [notification("n1", "c1", &[]), notification("n2", "c1", &[])];
        let icons = [icon("i0", "n2", "c1"), icon("i1", "", "c1"), icon("i2", "n9", "c1")];
        assert_eq!(join(&notifications, &icons), (vec![vec![1], vec![0, 1]], vec![2]));
    }

    #[test]
    fn an_icon_joined_twice_is_given_once() {
        let (of_each, _) = join(&[notification("n1", "c1", &["i0"])], &[icon("i0", "n1", "c1")]);
        assert_eq!(of_each, [[0]]);
    }

    #[test]
    fn one_id_shared_by_everything_stays_small_and_loses_no_icon() {
        let notifications: Vec<_> = (0..20_000).map(|n| notification(&n.to_string(), "c", &[])).collect();
        let icons: Vec<_> = (0..20_000).map(|n| icon(&format!("i{n}"), "", "c")).collect();
        let (of_each, of_none) = join(&notifications, &icons);
        assert!(of_each.iter().all(|mine| mine.len() == PER_NOTIFICATION));
        assert_eq!(of_none.len(), icons.len() - PER_NOTIFICATION);
    }
}
