//! The one place for colour: what something means decides its tint and the symbol that says the
//! same without colour. It must not know where it is written, nor decide whether colour is wanted.

use anstyle::{AnsiColor, Color, Style};

/// How something is meant to strike the eye. The only source of SGR codes in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tint {
    /// As the terminal writes anyway.
    Plain,
    /// A heading.
    Strong,
    /// Needs no attention.
    Quiet,
    /// Went well.
    Good,
    /// Worth a look.
    Notable,
    /// Wrong.
    Bad,
    /// What to do next.
    Advice,
    /// The word `error`.
    Alarm,
}

impl Tint {
    /// Every tint.
    pub const ALL: [Self; 8] = [
        Self::Plain,
        Self::Strong,
        Self::Quiet,
        Self::Good,
        Self::Notable,
        Self::Bad,
        Self::Advice,
        Self::Alarm,
    ];

    /// The colour and weight. Only the eight colours that every theme defines.
    #[must_use]
    pub const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
            Self::Good => colored(AnsiColor::Green),
            Self::Notable => colored(AnsiColor::Yellow),
            Self::Bad => colored(AnsiColor::Red),
            Self::Advice => colored(AnsiColor::Cyan).bold(),
            Self::Alarm => colored(AnsiColor::Red).bold(),
        }
    }

    /// The style where colour is wanted, no style elsewhere.
    #[must_use]
    pub const fn style_if(self, color: bool) -> Style {
        if color { self.style() } else { Style::new() }
    }
}

const fn colored(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

/// A symbol and a tint that say the same. Symbols are one column wide and found in the common
/// monospaced fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// One column wide.
    pub symbol: char,
    /// Says what the symbol says.
    pub tint: Tint,
}

/// Nothing unusual.
pub const ORDINARY: Mark = mark('·', Tint::Quiet);
/// A call that nobody took.
pub const MISSED: Mark = mark('✗', Tint::Bad);
/// Somebody waits to be called.
pub const CALLBACK: Mark = mark('↩', Tint::Notable);
/// A message waits to be heard.
pub const VOICEMAIL: Mark = mark('✉', Tint::Notable);
/// A call passed on.
pub const TRANSFER: Mark = mark('⇄', Tint::Plain);
/// A call that came in.
pub const INCOMING: Mark = mark('↓', Tint::Good);
/// A call that went out.
pub const OUTGOING: Mark = mark('↑', Tint::Good);
/// Ended as it should: a call that was taken, a server that answers.
pub const ANSWERED: Mark = mark('✓', Tint::Good);
/// On break.
pub const ON_BREAK: Mark = mark('‖', Tint::Notable);
/// In wrap-up.
pub const IN_WRAPUP: Mark = mark('◔', Tint::Notable);
/// The one of several that is used: neither good nor bad.
pub const CHOSEN: Mark = mark('*', Tint::Plain);
/// Worth a look.
pub const NOTABLE: Mark = mark('!', Tint::Notable);
/// Wrong.
pub const WRONG: Mark = mark('✗', Tint::Bad);

const fn mark(symbol: char, tint: Tint) -> Mark {
    Mark { symbol, tint }
}

/// What a kind of notification says, by the words in it. Kinds are not published (`api.md` §3), so
/// this reads words rather than a closed list; the more telling word wins ("missed incoming call").
const KINDS: [(&str, Mark); 14] = [
    ("missed", MISSED),
    ("abandon", MISSED),
    ("unanswered", MISSED),
    ("noanswer", MISSED),
    ("callback", CALLBACK),
    ("voicemail", VOICEMAIL),
    ("wrapup", IN_WRAPUP),
    ("break", ON_BREAK),
    ("transfer", TRANSFER),
    ("answered", ANSWERED),
    ("incoming", INCOMING),
    ("inbound", INCOMING),
    ("outgoing", OUTGOING),
    ("outbound", OUTGOING),
];

/// The words by which kinds are recognised.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(word, _)| *word)
}

/// The mark of a kind of notification.
#[must_use]
pub fn mark_of_kind(kind: &str) -> Mark {
    // "Call Back", "call_back", "call-back" and "callback" are one word.
    let letters: String =
        kind.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    KINDS.iter().find(|(word, _)| letters.contains(word)).map_or(ORDINARY, |(_, mark)| *mark)
}

/// The mark of a check by how it ended: `ok`, `warn`, `fail`, or something else that was not looked at.
#[must_use]
pub fn mark_of_verdict(word: &str) -> Mark {
    match word {
        "ok" => ANSWERED,
        "warn" => NOTABLE,
        "fail" => WRONG,
        _ => ORDINARY,
    }
}

/// The mark of a state by the key that holds it: `on_break`, `in_wrapup`, `default`, `ok`.
#[must_use]
pub fn mark_of_state(key: &str, holds: bool) -> Mark {
    match (holds, key) {
        (false, _) => ORDINARY,
        (true, "on_break") => ON_BREAK,
        (true, "in_wrapup") => IN_WRAPUP,
        (true, "default") => CHOSEN,
        (true, "ok") => ANSWERED,
        (true, _) => NOTABLE,
    }
}

#[cfg(test)]
mod tests;
