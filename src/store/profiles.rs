//! All profiles of a person, and how `profiles.toml` spells them.
//! It must not know the file system.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::store::toml_text;
use crate::store::toml_text::Mistake;
use crate::store::{CredentialKind, Profile, ProfileName, ServerUrl, StoreKey, StoreKind, Unlisted};

/// The first lines of the file, for whoever opens it.
const HEADING: &str = "# Written by `deepcall login` and `deepcall logout`. Secrets are kept elsewhere.\n";

/// The stored profiles in order of name; the default, if any, is one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profiles {
    default: Option<ProfileName>,
    list: Vec<Profile>,
    unlisted: Vec<Unlisted>,
}

impl Profiles {
    /// Every profile, in order of name.
    #[must_use]
    pub fn list(&self) -> &[Profile] {
        &self.list
    }

    /// The profile of that name.
    #[must_use]
    pub fn find(&self, name: &ProfileName) -> Option<&Profile> {
        self.position(name).ok().map(|at| &self.list[at])
    }

    /// The profile used where none is named.
    #[must_use]
    pub fn default_profile(&self) -> Option<&Profile> {
        self.default.as_ref().and_then(|name| self.find(name))
    }

    /// Adds a profile, or replaces the one of its name, which is returned.
    pub fn put(&mut self, profile: Profile) -> Option<Profile> {
        self.forget_unlisted(&Unlisted::of(&profile));
        match self.position(&profile.name) {
            Ok(at) => Some(std::mem::replace(&mut self.list[at], profile)),
            Err(at) => {
                self.list.insert(at, profile);
                None
            }
        }
    }

    /// Takes a profile out. If it was the default, there is none afterwards.
    pub fn remove(&mut self, name: &ProfileName) -> Option<Profile> {
        let at = self.position(name).ok()?;
        if self.default.as_ref() == Some(name) {
            self.default = None;
        }
        Some(self.list.remove(at))
    }

    /// Makes a profile the default; `false` where there is none of that name.
    pub fn make_default(&mut self, name: &ProfileName) -> bool {
        let known = self.find(name).is_some();
        if known {
            self.default = Some(name.clone());
        }
        known
    }

    /// Where secrets may be that no profile names.
    #[must_use]
    pub fn unlisted(&self) -> &[Unlisted] {
        &self.unlisted
    }

    /// Notes that a secret may be there; `false` where a profile names the place, or it is noted already.
    pub fn note_unlisted(&mut self, place: Unlisted) -> bool {
        let listed = self.list.iter().map(Unlisted::of);
        let is_new = !listed.chain(self.unlisted.iter().cloned()).any(|other| other == place);
        if is_new {
            self.unlisted.push(place);
        }
        is_new
    }

    /// No secret is there any more.
    pub fn forget_unlisted(&mut self, place: &Unlisted) {
        self.unlisted.retain(|other| other != place);
    }

    fn position(&self, name: &ProfileName) -> Result<usize, usize> {
        self.list.binary_search_by(|profile| profile.name.cmp(name))
    }

    pub(crate) fn from_toml(bytes: &[u8]) -> Result<Self, Mistake> {
        let written: Written = toml_text::read(bytes)?;
        let list = written.profiles.into_iter().map(|(name, entry)| entry.named(name)).collect();
        let mut profiles = Self { default: None, list, unlisted: vec![] };
        for place in written.unlisted {
            profiles.note_unlisted(place);
        }
        if let Some(default) = written.default
            && !profiles.make_default(default.get_ref())
        {
            let detail = format!("the default profile `{}` does not exist", default.get_ref());
            return Err(Mistake::at(bytes, default.span().start, detail));
        }
        Ok(profiles)
    }

    pub(crate) fn to_toml(&self) -> Result<String, toml::ser::Error> {
        let written = Written {
            default: self.default.clone().map(|name| Spanned::new(0..0, name)),
            unlisted: self.unlisted.clone(),
            profiles: self.list.iter().map(|profile| (profile.name.clone(), Entry::of(profile))).collect(),
        };
        Ok(format!("{HEADING}{}", toml::to_string(&written)?))
    }
}

impl Profile {
    /// Under which its secret is kept.
    #[must_use]
    pub fn store_key(&self) -> StoreKey {
        StoreKey::new(self.name.clone(), &self.server)
    }
}

/// The file as TOML.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<Spanned<ProfileName>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unlisted: Vec<Unlisted>,
    #[serde(default)]
    profiles: BTreeMap<ProfileName, Entry>,
}

/// One table `[profiles.NAME]`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    server: ServerUrl,
    kind: CredentialKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    store: StoreKind,
    #[serde(with = "timestamp")]
    saved_at: Timestamp,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    allow_http: bool,
}

impl Entry {
    fn of(profile: &Profile) -> Self {
        Self {
            server: profile.server.clone(),
            kind: profile.kind,
            user_id: profile.user_id.clone(),
            store: profile.store,
            saved_at: profile.saved_at,
            allow_http: profile.allow_http,
        }
    }

    fn named(self, name: ProfileName) -> Profile {
        Profile {
            name,
            server: self.server,
            kind: self.kind,
            user_id: self.user_id,
            store: self.store,
            saved_at: self.saved_at,
            allow_http: self.allow_http,
        }
    }
}

/// Instants as RFC 3339 text.
mod timestamp {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(instant: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(instant)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
