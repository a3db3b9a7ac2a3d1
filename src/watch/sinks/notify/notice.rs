//! Shows a notice: on the desktop of this machine, or by a sequence that the terminal passes to its own desktop, which
//! also works over ssh.

use std::fmt::Write;
use std::time::Duration;

use crate::system::bus;

/// A desktop answers within milliseconds, or not at all.
pub(crate) const DESKTOP_LIMIT: Duration = Duration::from_secs(3);

/// Longer words are cut, because a notice is read at a glance.
const LONGEST: usize = 200;

/// Over ssh, the desktop of this machine is somebody else's.
#[must_use]
pub(crate) fn has_desktop(is_set: impl Fn(&str) -> bool) -> bool {
    let is_remote = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].into_iter().any(&is_set);
    !is_remote && bus::has_desktop(is_set)
}

/// The sequence of a terminal for a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    /// OSC 9, of iTerm2 and many others.
    Nine,
    /// OSC 777, of rxvt, and of terminals made from VTE.
    SevenSevenSeven,
    /// For an unknown terminal, which ignores at least one of them.
    Both,
}

/// A multiplexer passes a sequence on only in its own envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passage {
    Direct,
    Tmux,
    Screen,
}

/// How a notice gets through a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TerminalNotice {
    dialect: Dialect,
    passage: Passage,
}

impl TerminalNotice {
    /// By the variables. Within tmux or ssh the terminal is often unknown.
    #[must_use]
    pub(crate) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let passage = match (variable("TMUX"), variable("STY")) {
            (Some(_), _) => Passage::Tmux,
            (None, Some(_)) => Passage::Screen,
            (None, None) => Passage::Direct,
        };
        let program = variable("TERM_PROGRAM").unwrap_or_default();
        let term = variable("TERM").unwrap_or_default();
        let begins = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
        let dialect = if ["iTerm.app", "WezTerm", "ghostty"].contains(&program.as_str())
            || begins(&["xterm-kitty", "xterm-ghostty", "wezterm"])
        {
            Dialect::Nine
        } else if variable("VTE_VERSION").is_some() || begins(&["rxvt", "foot", "vte"]) {
            Dialect::SevenSevenSeven
        } else {
            Dialect::Both
        };
        Self { dialect, passage }
    }

    /// Whether the terminal may show a notice.
    pub(crate) fn may_be_shown(self) -> bool {
        self.dialect != Dialect::Both || bus::UNKNOWN_TERMINALS_MAY_SHOW_NOTICES
    }

    /// Why a notice may reach nobody, if something on its way decides that. tmux drops what it is not allowed to pass on, which
    /// is its default since 3.3.
    pub(crate) fn obstacle(self) -> Option<&'static str> {
        let is_tmux = self.passage == Passage::Tmux;
        is_tmux.then_some("tmux passes notices on only after `tmux set -g allow-passthrough on`")
    }

    /// Nothing in `words` can end the sequence or begin another.
    pub(crate) fn sequence(self, words: &str) -> String {
        let words: String =
            words.chars().filter(|letter| !letter.is_control() && *letter != ';').take(LONGEST).collect();
        let mut sequence = String::new();
        if self.dialect != Dialect::SevenSevenSeven {
            self.pass(&format!("\x1b]9;deepcall: {words}\x07"), &mut sequence);
        }
        if self.dialect != Dialect::Nine {
            self.pass(&format!("\x1b]777;notify;deepcall;{words}\x07"), &mut sequence);
        }
        sequence
    }

    fn pass(self, sequence: &str, into: &mut String) {
        // Writing to a string does not fail.
        let _ = match self.passage {
            Passage::Direct => write!(into, "{sequence}"),
            Passage::Tmux => write!(into, "\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")),
            Passage::Screen => write!(into, "\x1bP{sequence}\x1b\\"),
        };
    }
}

/// Shows a notice on the desktop; returns once the desktop has taken it.
///
/// # Errors
/// If there is no desktop, or it shows no notices.
pub(crate) fn show_on_desktop(words: &str) -> Result<(), String> {
    bus::show_on_desktop(&words.chars().take(LONGEST).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::payloads::payloads;

    fn notice(variables: &[(&str, &str)]) -> TerminalNotice {
        TerminalNotice::of(|wanted| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn a_terminal_gets_the_sequence_that_it_takes() {
        let nine = "\x1b]9;deepcall: hello\x07";
        let seven = "\x1b]777;notify;deepcall;hello\x07";
        let table = [
            (&[("TERM", "xterm-kitty")][..], nine.to_owned()),
            (&[("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")], nine.to_owned()),
            (&[("TERM", "rxvt-unicode-256color")], seven.to_owned()),
            (&[("TERM", "xterm-256color"), ("VTE_VERSION", "7400")], seven.to_owned()),
            (&[("TERM", "xterm-256color")], format!("{nine}{seven}")),
            (
                &[("TERM", "xterm-kitty"), ("TMUX", "/tmp/tmux-0/default,1,0")],
                "\x1bPtmux;\x1b\x1b]9;deepcall: hello\x07\x1b\\".to_owned(),
            ),
            (&[("TERM", "foot"), ("STY", "1.pts")], format!("\x1bP{seven}\x1b\\")),
        ];
        for (variables, expected) in table {
            let notice = notice(variables);
            assert_eq!(notice.sequence("hello"), expected, "{variables:?}");
            let is_in_tmux = variables.iter().any(|(name, _)| *name == "TMUX");
            assert_eq!(notice.obstacle().is_some(), is_in_tmux, "{variables:?}");
        }
    }

    #[test]
    fn no_text_can_leave_its_sequence() {
        for (name, text) in payloads() {
            let sequence = notice(&[("TERM", "foot")]).sequence(&text);
            let inside =
                sequence.strip_prefix("\x1b]777;notify;deepcall;").and_then(|it| it.strip_suffix('\x07'));
            let inside = inside.unwrap_or_else(|| panic!("{name}: {sequence:?}"));
            assert!(!inside.contains(|letter: char| letter.is_control() || letter == ';'), "{name}");
            assert!(inside.chars().count() <= LONGEST, "{name}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_desktop_is_near_unless_the_session_is_remote() {
        let table = [
            (&[][..], false),
            (&["DBUS_SESSION_BUS_ADDRESS"], true),
            (&["WAYLAND_DISPLAY"], true),
            (&["DBUS_SESSION_BUS_ADDRESS", "SSH_CONNECTION"], false),
            (&["DISPLAY", "SSH_TTY"], false),
        ];
        for (set, expected) in table {
            assert_eq!(has_desktop(|name| set.contains(&name)), expected, "{set:?}");
        }
    }
}
