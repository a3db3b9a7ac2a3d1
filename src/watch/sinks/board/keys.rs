//! Every key of the board, once: where it works, what it does, and the words for it. From this table come the line at the
//! bottom, the page of help, and the lists in the documentation.

use crate::watch::sinks::display::Key;

/// Where the person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Floor,
    Agent,
    Events,
    Help,
}

use Place::{Agent, Events, Floor, Help};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Back,
    Quit,
    Events,
    Filter,
    Open,
    Next,
    Previous,
    Raw,
    Sort,
    Freeze,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Redraw,
    Stop,
}

/// Keys that belong together.
pub(crate) struct Binding {
    /// As they are named.
    pub(crate) name: &'static str,
    /// What they do, in a word or two, and where the line at the bottom has it.
    hint: (&'static str, &'static [Place]),
    pub(crate) help: &'static str,
    places: &'static [Place],
    keys: &'static [(Key, Command)],
}

const EVERYWHERE: &[Place] = &[Floor, Agent, Events, Help];
const NOWHERE: (&str, &[Place]) = ("", &[]);

/// In the order in which a narrow screen leaves them out, the last ones first.
pub(crate) const BINDINGS: &[Binding] = &[
    Binding {
        name: "?",
        hint: ("keys", &[Floor, Agent, Events]),
        help: "explain keys and symbols",
        places: EVERYWHERE,
        keys: &[(Key::Letter('?'), Command::Help)],
    },
    Binding {
        name: "Esc",
        hint: ("back", &[Agent, Events, Help]),
        help: "go back; on the floor: show all rows, and select none",
        places: EVERYWHERE,
        keys: &[(Key::Escape, Command::Back), (Key::Backspace, Command::Back)],
    },
    Binding {
        name: "q",
        hint: ("quit", EVERYWHERE),
        help: "end the watch, as Ctrl-C does",
        places: EVERYWHERE,
        keys: &[(Key::Letter('q'), Command::Quit), (Key::Interrupt, Command::Quit)],
    },
    Binding {
        name: "e",
        hint: ("events", &[Floor, Agent]),
        help: "show the last 1,000 events, the newest first",
        places: EVERYWHERE,
        keys: &[(Key::Letter('e'), Command::Events)],
    },
    Binding {
        name: "/",
        hint: ("filter", &[Floor, Events]),
        help: "type a text: only agents and events that contain it are shown",
        places: &[Floor, Events],
        keys: &[(Key::Letter('/'), Command::Filter)],
    },
    Binding {
        name: "Enter",
        hint: ("open", &[Floor]),
        help: "open an agent: tags, breaks and wrap-ups",
        places: &[Floor],
        keys: &[(Key::Enter, Command::Open)],
    },
    Binding {
        name: "n",
        hint: ("next", &[Agent]),
        help: "the next agent, as does →",
        places: &[Agent],
        keys: &[(Key::Letter('n'), Command::Next), (Key::Right, Command::Next)],
    },
    Binding {
        name: "p",
        hint: ("previous", &[Agent]),
        help: "the previous agent, as does ←",
        places: &[Agent],
        keys: &[(Key::Letter('p'), Command::Previous), (Key::Left, Command::Previous)],
    },
    Binding {
        name: "r",
        hint: ("raw", &[Agent]),
        help: "on an agent: show what the server sent, as JSON",
        places: &[Agent],
        keys: &[(Key::Letter('r'), Command::Raw)],
    },
    Binding {
        name: "s",
        hint: ("sort", &[Floor]),
        help: "sort by longest away, name, state or last tag",
        places: &[Floor],
        keys: &[(Key::Letter('s'), Command::Sort)],
    },
    Binding {
        name: "f",
        hint: ("keep order", &[Floor]),
        help: "keep the order of the rows, or sort them again",
        places: &[Floor],
        keys: &[(Key::Letter('f'), Command::Freeze)],
    },
    Binding {
        name: "↑ ↓",
        hint: ("scroll", &[Agent, Events, Help]),
        help: "select an agent, or scroll, as do k and j",
        places: EVERYWHERE,
        keys: &[
            (Key::Up, Command::Up),
            (Key::Down, Command::Down),
            (Key::Letter('k'), Command::Up),
            (Key::Letter('j'), Command::Down),
        ],
    },
    Binding {
        name: "PgUp PgDn",
        hint: NOWHERE,
        help: "the same by whole screens",
        places: EVERYWHERE,
        keys: &[(Key::PageUp, Command::PageUp), (Key::PageDown, Command::PageDown)],
    },
    Binding {
        name: "Home End",
        hint: NOWHERE,
        help: "go to the first or the last one",
        places: EVERYWHERE,
        keys: &[(Key::Home, Command::Home), (Key::End, Command::End)],
    },
    Binding {
        name: "Ctrl-L",
        hint: NOWHERE,
        help: "redraw the screen",
        places: EVERYWHERE,
        keys: &[(Key::Redraw, Command::Redraw)],
    },
    Binding {
        name: "Ctrl-Z",
        hint: NOWHERE,
        help: "go to the shell; fg returns",
        places: EVERYWHERE,
        keys: &[(Key::Stop, Command::Stop)],
    },
];

/// What the key does there.
pub(crate) fn command(key: &Key, place: Place) -> Option<Command> {
    let there = BINDINGS.iter().filter(|binding| binding.places.contains(&place));
    there.flat_map(|binding| binding.keys).find(|(one, _)| one == key).map(|(_, command)| *command)
}

/// Keys with what they do, for the line at the bottom.
pub(crate) fn hints(place: Place) -> impl Iterator<Item = (&'static str, &'static str)> {
    let there = BINDINGS.iter().filter(move |binding| binding.hint.1.contains(&place));
    there.map(|binding| (binding.name, binding.hint.0))
}

/// Every key of the board and what it does, for the documentation.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    BINDINGS.iter().map(|binding| (binding.name, binding.help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_one_thing_in_a_place_and_what_is_hinted_works_there() {
        for &place in EVERYWHERE {
            let there = || BINDINGS.iter().filter(|binding| binding.places.contains(&place));
            let keys: Vec<&Key> = there().flat_map(|binding| binding.keys).map(|(key, _)| key).collect();
            for (at, key) in keys.iter().enumerate() {
                assert!(!keys[..at].contains(key), "{key:?} in {place:?}");
            }
            for binding in BINDINGS.iter().filter(|binding| binding.hint.1.contains(&place)) {
                assert!(binding.places.contains(&place), "{} in {place:?}", binding.name);
            }
        }
        assert_eq!(command(&Key::Letter('s'), Floor), Some(Command::Sort));
        assert_eq!(command(&Key::Letter('s'), Agent), None);
        assert_eq!(command(&Key::Paste("q".into()), Floor), None);
    }
}
