//! Events that people name: those of `--on`, and the one of `--until`, which ends a watch.

use std::str::FromStr;

use crate::floor::event::{Event, EventKind, EventWords};
use crate::floor::kind::WantedKind;

/// The events of the watch as a whole, which name no profile.
const OF_THE_WATCH: [&str; 5] = ["start", "heartbeat", "journal_lost", "journal_restored", LAST];

/// The event after which there is none.
const LAST: &str = "end";

/// The only event that has a kind.
const TAG: &str = "tag";

/// `EVENT`, or `tag:KIND`.
#[derive(Clone, Debug)]
pub struct EventPattern {
    event: &'static EventWords,
    kind: Option<WantedKind>,
}

impl EventPattern {
    /// The words of the event.
    #[must_use]
    pub fn event(&self) -> &'static EventWords {
        self.event
    }

    /// The kind of the tags.
    #[must_use]
    pub fn kind(&self) -> Option<&WantedKind> {
        self.kind.as_ref()
    }

    /// Whether the event is such a one. What held before the watch began is none.
    #[must_use]
    pub fn matches(&self, event: &Event) -> bool {
        let is_of_kind = match (&self.kind, &event.kind) {
            (Some(kind), EventKind::Tag(reported)) => kind.matches(&reported.tag),
            (kind, _) => kind.is_none(),
        };
        event.kind.words().name == self.event.name && is_of_kind && !event.is_initial()
    }
}

impl FromStr for EventPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        // A kind with an @ would be one that --until cannot name.
        if let Some((event, profile)) = text.split_once('@') {
            return Err(format!("an event of any profile is meant here: write {event} without @{profile}"));
        }
        let (name, kind) = text.split_once(':').map_or((text, None), |(name, kind)| (name, Some(kind)));
        let event = words_of(name)?;
        match kind {
            Some(_) if name != TAG => {
                Err(format!("{name} has no kind: write {name}, or tag:KIND, for example tag:missed"))
            }
            Some(kind) => {
                let kind = kind.parse().map_err(|why| format!("{why} after tag:, for example tag:missed"))?;
                Ok(Self { event, kind: Some(kind) })
            }
            None => Ok(Self { event, kind: None }),
        }
    }
}

/// `--until EVENT[@PROFILE]`.
#[derive(Clone, Debug)]
pub struct Until {
    /// The event that ends the watch.
    pub pattern: EventPattern,
    profile: Option<String>,
}

impl Until {
    /// The events that a watch can end at.
    pub fn events() -> impl Iterator<Item = &'static EventWords> {
        EventWords::ALL.iter().copied().filter(|words| words.name != LAST)
    }

    /// The profile that the event must be of.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.profile.as_deref()
    }

    /// Whether the event is about the watch as a whole.
    #[must_use]
    pub fn is_of_the_watch(&self) -> bool {
        OF_THE_WATCH.contains(&self.pattern.event.name)
    }

    /// Whether this event is the one that was waited for.
    #[must_use]
    pub fn is_met_by(&self, event: &Event) -> bool {
        let is_of_profile = self.profile.is_none() || self.profile == event.profile;
        is_of_profile && self.pattern.matches(event)
    }
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (event, profile) =
            text.split_once('@').map_or((text, None), |(event, profile)| (event, Some(profile)));
        let pattern: EventPattern = event.parse()?;
        let name = pattern.event.name;
        match profile {
            _ if name == LAST => Err(format!("{name} is always the last event, so a watch cannot end at it")),
            Some("") => Err("a profile is missing after @".to_owned()),
            Some(profile) if OF_THE_WATCH.contains(&name) => {
                Err(format!("{name} is about the watch as a whole: leave out @{profile}"))
            }
            _ => Ok(()),
        }?;
        Ok(Self { pattern, profile: profile.map(str::to_owned) })
    }
}

/// The words of the event that is called this. The error lists those that are known.
fn words_of(name: &str) -> Result<&'static EventWords, String> {
    EventWords::ALL.iter().find(|words| words.name == name).copied().ok_or_else(|| {
        let known: Vec<_> = EventWords::ALL.iter().map(|words| words.name).collect();
        format!("no event is called {name:?}; known are {}, and tag:KIND", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::{ReportedTag, SessionRenewed};
    use crate::floor::samples::{at, tag};

    fn event(profile: &str, kind: EventKind) -> Event {
        Event { at: at(0), server_time: None, profile: Some(profile.to_owned()), kind }
    }

    #[test]
    fn an_event_of_the_type_and_the_profile_ends_the_watch() {
        let renewed = event("asha", EventKind::SessionRenewed(SessionRenewed {}));
        for (typed, met) in [
            ("session_renewed", true),
            ("session_renewed@asha", true),
            ("session_renewed@ravi", false),
            ("break_ended", false),
        ] {
            assert_eq!(typed.parse::<Until>().unwrap().is_met_by(&renewed), met, "{typed}");
        }
        assert!("brake_ended".parse::<Until>().unwrap_err().contains("break_ended"));
        assert!("break_ended@".parse::<Until>().is_err());
        assert!("end".parse::<Until>().is_err());
        assert!(Until::events().all(|words| words.name.parse::<Until>().is_ok()));
        for name in Until::events().map(|words| words.name) {
            let of_profile = format!("{name}@asha").parse::<Until>();
            let is_of_the_watch = ["start", "heartbeat", "journal_lost", "journal_restored"].contains(&name);
            assert_eq!(of_profile.is_ok(), !is_of_the_watch, "{name}");
        }
    }

    #[test]
    fn a_tag_may_have_to_be_of_a_kind() {
        let reported = |kind: Option<&str>, initial| {
            let tag = crate::floor::answer::Tag { kind: kind.map(Into::into), ..tag("x") };
            event("asha", EventKind::Tag(Box::new(ReportedTag { tag, initial, changed: false })))
        };
        for (typed, kind, met) in [
            ("tag", Some("missed"), true),
            ("tag", None, true),
            ("tag:missed", Some("missed"), true),
            ("tag:MISSED", Some("missed_call"), true),
            ("tag:missed call", Some("Missed Call"), true),
            ("tag:missed", Some("callback"), false),
            ("tag:missed", None, false),
            ("tag:missed@asha", Some("missed"), true),
            ("tag:missed@ravi", Some("missed"), false),
            ("tag@asha", Some("callback"), true),
            ("gap", Some("missed"), false),
        ] {
            let until: Until = typed.parse().unwrap();
            assert_eq!(until.is_met_by(&reported(kind, false)), met, "{typed} {kind:?}");
            assert!(!until.is_met_by(&reported(kind, true)), "{typed}: it was there before the watch");
        }
        let renewed = event("asha", EventKind::SessionRenewed(SessionRenewed {}));
        assert!(!"tag:renewed".parse::<Until>().unwrap().is_met_by(&renewed));
    }

    #[test]
    fn a_wrong_form_is_refused_with_the_right_one() {
        for (typed, why) in [
            ("tag:", "a kind is missing after tag:, for example tag:missed"),
            ("tag: ", "a kind is missing after tag:"),
            ("tag:@asha", "a kind is missing after tag:"),
            ("break_started:lunch", "break_started has no kind: write break_started, or tag:KIND"),
            ("missed", "no event is called \"missed\"; known are start, state, tag, "),
            ("missed", ", and tag:KIND"),
            ("tags:missed", "no event is called \"tags\""),
            ("", "no event is called \"\""),
        ] {
            let error = typed.parse::<Until>().unwrap_err();
            assert!(error.contains(why), "{typed}: {error}");
        }
        for typed in ["tag@asha", "tag:missed@asha", "break_started@asha"] {
            let error = typed.parse::<EventPattern>().unwrap_err();
            let right = typed.trim_end_matches("@asha");
            assert!(error.contains(&format!("write {right} without @asha")), "{typed}: {error}");
        }
    }
}
