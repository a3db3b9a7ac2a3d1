//! The icons that notifications point to by `iconId`.

use serde_json::{Value, json};

/// What a notification is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Incoming,
    Outgoing,
    Missed,
    Transfer,
    Callback,
    Voicemail,
    Note,
    /// No notification is of this kind: its icon arrives without being pointed to, as real replies may do.
    Survey,
}

/// An icon: wire word, label, colour, action with its label.
struct Icon(&'static str, &'static str, &'static str, &'static str, &'static str);

impl Kind {
    pub(crate) const ALL: [Self; 8] = [
        Self::Incoming,
        Self::Outgoing,
        Self::Missed,
        Self::Transfer,
        Self::Callback,
        Self::Voicemail,
        Self::Note,
        Self::Survey,
    ];

    /// The kinds that notifications have.
    pub(crate) fn of_notifications() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|kind| *kind != Self::Survey)
    }

    fn icon(self) -> Icon {
        match self {
            Self::Incoming => Icon("incoming", "Incoming call", "#2e7d32", "open_call", "Open call"),
            Self::Outgoing => Icon("outgoing", "Outgoing call", "#1565c0", "open_call", "Open call"),
            Self::Missed => Icon("missed", "Missed call", "#c62828", "call_back", "Call back"),
            Self::Transfer => Icon("transfer", "Transferred", "#6a1b9a", "open_call", "Open call"),
            Self::Callback => Icon("callback", "Callback asked for", "#ef6c00", "call_back", "Call back"),
            Self::Voicemail => Icon("voicemail", "Voicemail", "#00838f", "play", "Listen"),
            Self::Note => Icon("note", "Note", "#546e7a", "open_note", "Read note"),
            Self::Survey => Icon("survey", "Survey answered", "#9e9d24", "open_survey", "See answers"),
        }
    }

    /// The word of this kind in `type` and in the name of its icon.
    pub(crate) fn word(self) -> &'static str {
        self.icon().0
    }

    /// What the notification offers to do.
    pub(crate) fn action(self) -> &'static str {
        self.icon().3
    }

    pub(crate) fn icon_id(self) -> String {
        format!("icon_{}", self.word())
    }

    pub(crate) fn icon_detail(self) -> Value {
        let Icon(name, label, color, action, action_label) = self.icon();
        json!({
            "_id": format!("5f3c1a7e9b2d4c0018e4a6{:02x}", self as u8),
            "iconId": self.icon_id(),
            "name": name,
            "label": label,
            "color": color,
            "action": { "type": action, "label": action_label },
        })
    }
}
