//! Whose session a profile is, as far as the server has named the agent, and which profiles are for one agent.

use std::collections::BTreeMap;

use crate::client::SignedIn;
use crate::floor::answer::Owner;
use crate::output::text::redact::Redactor;
use crate::store::{CredentialKind, Profile};

/// Adds what the server has named to the profile. A reply that names nobody changes nothing, because "not on break" can be
/// an error without an agent.
pub(crate) fn learn(profile: &mut Profile, owner: Owner, redactor: &Redactor) {
    // A server may echo the secret, and profiles.toml has none.
    let clean = |id: Option<String>| id.filter(|id| redactor.redact(id) == *id);
    if let Some(agent_id) = clean(owner.agent_id) {
        profile.agent_id = Some(agent_id);
    }
    // That of a token is part of the credentials.
    if profile.kind == CredentialKind::Ssid
        && let Some(user_id) = clean(owner.user_id)
    {
        profile.user_id = Some(user_id);
    }
}

/// What two profiles at one server have in common only if they are for one agent. The user id that comes with an ssid is
/// no such thing: all agents of an account may have the same.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Mark<'a> {
    Agent(&'a str),
    TokenOf(&'a str),
    Secret(&'a str),
}

/// Profiles that are for one agent: each answer about that agent comes several times.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SameAgent<'a> {
    agent_id: Option<&'a str>,
    names: Vec<&'a str>,
}

impl<'a> SameAgent<'a> {
    /// Finds them by what is stored, and by the secrets of those sessions that have been opened. A command opens none for
    /// this alone: a keyring may open a dialog for each, and takes its time.
    pub(crate) fn among(
        profiles: impl IntoIterator<Item = &'a Profile>,
        opened: impl IntoIterator<Item = &'a SignedIn>,
    ) -> Vec<Self> {
        let mut marked: BTreeMap<(String, Mark<'a>), Vec<&'a Profile>> = BTreeMap::new();
        let opened: BTreeMap<&str, &str> = opened
            .into_iter()
            .map(|session| (session.profile.as_str(), session.credentials.secret().expose()))
            .collect();
        for profile in profiles {
            let token_of = profile.user_id.as_deref().filter(|_| profile.kind == CredentialKind::Token);
            let marks = [
                profile.agent_id.as_deref().map(Mark::Agent),
                token_of.map(Mark::TokenOf),
                opened.get(profile.name.as_str()).map(|secret| Mark::Secret(secret)),
            ];
            for mark in marks.into_iter().flatten() {
                marked.entry((profile.server.origin(), mark)).or_default().push(profile);
            }
        }
        let mut found: Vec<Self> = vec![];
        for profiles in marked.into_values().filter(|profiles| profiles.len() > 1) {
            let agent_id = profiles.iter().find_map(|profile| profile.agent_id.as_deref());
            let names: Vec<&str> = profiles.iter().map(|profile| profile.name.as_str()).collect();
            if found.iter().all(|other| other.names != names) {
                found.push(Self { agent_id, names });
            }
        }
        found
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    pub(crate) fn note(&self) -> String {
        format!("{}: {}", self.sentence(), Self::ADVICE)
    }

    pub(crate) fn sentence(&self) -> String {
        let agent = self.agent_id.map_or_else(String::new, |id| format!(" ({id})"));
        format!("the profiles {} are for the same agent{agent}", self.names.join(", "))
    }

    pub(crate) const ADVICE: &'static str =
        "with --all, that agent has a row for each; `deepcall logout --profile NAME` removes one";
}
