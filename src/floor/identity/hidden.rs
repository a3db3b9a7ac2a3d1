//! Notifications that a journal has kept without all that they said: phone numbers are masked there. An answer has them
//! whole, so the two are compared in the form in which the journal keeps them.

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;

use crate::floor::answer::Tag;
use crate::floor::identity::fingerprint;
use crate::floor::identity::fingerprint::Fingerprint;

/// What a journal leaves out of notifications.
pub trait Hiding: Debug + Send + Sync {
    /// As the journal keeps it. What is hidden already stays as it is.
    fn hidden(&self, tag: &Tag) -> Tag;

    /// Whether something of it may be hidden. In doubt it is: then what is hidden in both forms is not compared.
    fn is_hidden(&self, tag: &Tag) -> bool;
}

/// Where all is whole.
#[derive(Debug)]
pub struct NothingHidden;

impl Hiding for NothingHidden {
    fn hidden(&self, tag: &Tag) -> Tag {
        tag.clone()
    }

    fn is_hidden(&self, _: &Tag) -> bool {
        false
    }
}

/// By which identities hidden notifications are known.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    hiding: Option<Arc<dyn Hiding>>,
    identities: HashSet<Fingerprint>,
}

impl Hidden {
    pub(super) fn by(hiding: Arc<dyn Hiding>) -> Self {
        Self { hiding: Some(hiding), identities: HashSet::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.identities.is_empty()
    }

    /// Notes a notification of the journal if it is hidden.
    pub(super) fn note(&mut self, tag: &Tag) {
        if self.hiding.as_ref().is_some_and(|hiding| hiding.is_hidden(tag)) {
            self.identities.insert(fingerprint::of_notification(tag));
        }
    }

    /// The form in which a notification is compared, if that is not the one that it has. Without an id, hiding changes its
    /// identity too, unless that `is_known` whole.
    pub(super) fn form_of(&self, tag: &Tag, is_known: impl Fn(&Fingerprint) -> bool) -> Option<Tag> {
        let hiding = self.hiding.as_ref().filter(|_| !self.is_empty())?;
        let identity = fingerprint::of_notification(tag);
        let is_hidden = self.identities.contains(&identity);
        if !is_hidden && is_known(&identity) {
            return None;
        }
        let form = hiding.hidden(tag);
        (is_hidden || self.identities.contains(&fingerprint::of_notification(&form))).then_some(form)
    }

    pub(super) fn retain(&mut self, is_known: impl Fn(&Fingerprint) -> bool) {
        self.identities.retain(is_known);
    }
}
