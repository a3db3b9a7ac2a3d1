//! Colours and symbols. The meaning of a value decides both, so that nothing is shown by colour alone.

use anstyle::{AnsiColor, Color, Style};

/// How a text is meant to look. The only source of colour codes in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tint {
    /// The terminal's default.
    Plain,
    /// A heading.
    Strong,
    /// Needs no attention.
    Quiet,
    /// Went well.
    Good,
    /// Worth a look.
    Notable,
    /// Over a warning limit.
    Urgent,
    /// Ends by itself.
    Passing,
    /// Wrong.
    Bad,
    /// What to do next.
    Advice,
    /// The word `error`.
    Alarm,
}

impl Tint {
    #[cfg(test)]
    pub(crate) const ALL: [Self; 10] = [
        Self::Plain,
        Self::Strong,
        Self::Quiet,
        Self::Good,
        Self::Notable,
        Self::Urgent,
        Self::Passing,
        Self::Bad,
        Self::Advice,
        Self::Alarm,
    ];

    /// Colour and weight, of the eight colours that every terminal theme defines.
    #[must_use]
    pub(crate) const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Quiet => Style::new().dimmed(),
            Self::Good => colored(AnsiColor::Green),
            Self::Notable => colored(AnsiColor::Yellow),
            Self::Urgent => colored(AnsiColor::Yellow).bold(),
            Self::Passing => colored(AnsiColor::Cyan),
            Self::Bad => colored(AnsiColor::Red),
            Self::Advice => colored(AnsiColor::Cyan).bold(),
            Self::Alarm => colored(AnsiColor::Red).bold(),
        }
    }

    /// The style if colour is wanted, else no style.
    #[must_use]
    pub(crate) const fn style_if(self, color: bool) -> Style {
        if color { self.style() } else { Style::new() }
    }
}

const fn colored(color: AnsiColor) -> Style {
    Style::new().fg_color(Some(Color::Ansi(color)))
}

/// A symbol and a tint with one meaning. Symbols are one column wide and in the common monospaced fonts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) symbol: char,
    pub(crate) tint: Tint,
}

/// Nothing unusual.
pub(crate) const ORDINARY: Mark = mark('·', Tint::Quiet);
/// A call that no agent answered.
pub(crate) const MISSED: Mark = mark('✗', Tint::Bad);
/// A customer waits for a call back.
pub(crate) const CALLBACK: Mark = mark('↩', Tint::Notable);
pub(crate) const VOICEMAIL: Mark = mark('✉', Tint::Notable);
pub(crate) const TRANSFER: Mark = mark('⇄', Tint::Plain);
pub(crate) const INCOMING: Mark = mark('↓', Tint::Good);
pub(crate) const OUTGOING: Mark = mark('↑', Tint::Good);
/// A good outcome: a call that was answered, a server that replies.
pub(crate) const ANSWERED: Mark = mark('✓', Tint::Good);
pub(crate) const ON_BREAK: Mark = mark('‖', Tint::Notable);
pub(crate) const IN_WRAPUP: Mark = mark('◔', Tint::Passing);
/// An answer is missing.
pub(crate) const UNKNOWN: Mark = mark('?', Tint::Quiet);
/// The selected one of several: neither good nor bad.
pub(crate) const CHOSEN: Mark = mark('*', Tint::Plain);
pub(crate) const NOTABLE: Mark = mark('!', Tint::Notable);
pub(crate) const WRONG: Mark = mark('✗', Tint::Bad);

const fn mark(symbol: char, tint: Tint) -> Mark {
    Mark { symbol, tint }
}

/// Marks of kinds of notifications by the words in them. The vendor publishes no list of kinds (`api.md` §3). The first
/// word in this order wins, so the more specific ones come first ("missed incoming call").
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

/// The words by which kinds are recognised, for completion.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(word, _)| *word)
}

#[must_use]
pub(crate) fn mark_of_kind(kind: &str) -> Mark {
    // "Call Back", "call_back", "call-back" and "callback" are one word.
    let letters: String =
        kind.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
    KINDS.iter().find(|(word, _)| letters.contains(word)).map_or(ORDINARY, |(_, mark)| *mark)
}

/// The mark of a check: `ok`, `warn`, `fail`, or any other word for a check that was skipped.
#[must_use]
pub(crate) fn mark_of_verdict(word: &str) -> Mark {
    match word {
        "ok" => ANSWERED,
        "warn" => NOTABLE,
        "fail" => WRONG,
        _ => ORDINARY,
    }
}

/// The mark of an agent's state by its word, and the words for a person.
#[must_use]
pub(crate) fn mark_of_agent_state(word: &str) -> (Mark, &str) {
    match word {
        "on_break" => (ON_BREAK, "on break"),
        "in_wrapup" => (IN_WRAPUP, "wrap-up"),
        "unknown" => (UNKNOWN, word),
        _ => (ORDINARY, word),
    }
}

/// The mark of a yes-or-no value by its key: `on_break`, `in_wrapup`, `default`, `ok`.
#[must_use]
pub(crate) fn mark_of_state(key: &str, is_set: bool) -> Mark {
    match (is_set, key) {
        // What went on, and how a server is, are nothing to look after.
        (false, _) | (true, "open" | "repeats") => ORDINARY,
        (true, "on_break") => ON_BREAK,
        (true, "in_wrapup") => IN_WRAPUP,
        (true, "default") => CHOSEN,
        (true, "ok") => ANSWERED,
        (true, _) => NOTABLE,
    }
}

#[cfg(test)]
mod tests;
