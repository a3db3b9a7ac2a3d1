//! What ends a watch: an event of this type, perhaps of this profile.

use std::str::FromStr;

use crate::floor::event::{Event, EventWords};

/// The events of the watch as a whole, which name no profile.
const OF_THE_WATCH: [&str; 3] = ["start", "heartbeat", LAST];

/// The event after which there is none.
const LAST: &str = "end";

/// `--until EVENT[@PROFILE]`.
#[derive(Clone, Debug)]
pub struct Until {
    event: &'static EventWords,
    profile: Option<String>,
}

impl Until {
    /// The events that a watch can end at.
    pub fn events() -> impl Iterator<Item = &'static EventWords> {
        EventWords::ALL.iter().copied().filter(|words| words.name != LAST)
    }

    /// The words of the event.
    #[must_use]
    pub fn event(&self) -> &'static EventWords {
        self.event
    }

    /// The profile that the event must be of.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// Whether this event is the one that was waited for. What held before the watch began is none.
    #[must_use]
    pub fn is_met_by(&self, event: &Event) -> bool {
        let is_of_profile = self.profile.is_none() || self.profile == event.profile;
        event.kind.words().name == self.event.name && is_of_profile && !event.is_initial()
    }
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, profile) =
            text.split_once('@').map_or((text, None), |(name, profile)| (name, Some(profile)));
        let event = words_of(name)?;
        match profile {
            _ if name == LAST => Err(format!("{name} is always the last event, so a watch cannot end at it")),
            Some("") => Err("a profile is missing after @".to_owned()),
            Some(profile) if OF_THE_WATCH.contains(&name) => {
                Err(format!("{name} is about the watch as a whole: leave out @{profile}"))
            }
            _ => Ok(()),
        }?;
        Ok(Self { event, profile: profile.map(str::to_owned) })
    }
}

/// The type of event that is called this.
///
/// # Errors
/// If none is: the text lists those that are.
pub(crate) fn event_named(name: &str) -> Result<&'static str, String> {
    words_of(name).map(|words| words.name)
}

/// # Errors
/// If no event is called this: the text lists those that are known.
pub(crate) fn words_of(name: &str) -> Result<&'static EventWords, String> {
    EventWords::ALL.iter().find(|words| words.name == name).copied().ok_or_else(|| {
        let known: Vec<_> = EventWords::ALL.iter().map(|words| words.name).collect();
        format!("no event is called {name:?}; known are {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::{EventKind, SessionRenewed};

    #[test]
    fn an_event_of_the_type_and_the_profile_ends_the_watch() {
        let renewed = |profile: &str| Event {
            at: jiff::Timestamp::UNIX_EPOCH,
            profile: Some(profile.to_owned()),
            kind: EventKind::SessionRenewed(SessionRenewed {}),
        };
        for (typed, met) in [
            ("session_renewed", true),
            ("session_renewed@asha", true),
            ("session_renewed@ravi", false),
            ("break_ended", false),
        ] {
            assert_eq!(typed.parse::<Until>().unwrap().is_met_by(&renewed("asha")), met, "{typed}");
        }
        assert!("brake_ended".parse::<Until>().unwrap_err().contains("break_ended"));
        assert!("break_ended@".parse::<Until>().is_err());
        assert!("end".parse::<Until>().is_err());
        assert!(Until::events().all(|words| words.name.parse::<Until>().is_ok()));
        for name in Until::events().map(|words| words.name) {
            let of_profile = format!("{name}@asha").parse::<Until>();
            assert_eq!(of_profile.is_ok(), !["start", "heartbeat"].contains(&name), "{name}");
        }
    }
}
