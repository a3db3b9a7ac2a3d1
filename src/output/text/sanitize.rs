//! Makes text from outside harmless: characters that a terminal would obey or hide are replaced by visible ones.
//! Nothing is dropped, so nothing can vanish.

use std::borrow::Cow;
use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

pub(crate) use crate::json::is_bidi_control;

/// More combining marks on one character would paint over the neighbouring lines; no script needs them.
pub(crate) const MARKS_PER_BASE: usize = 8;

/// One line of harmless text. Control characters become pictures (`␛`, `␊`) or escapes (`\u{9b}`); invisible and
/// direction-changing characters become escapes (`\u{202e}`). Everything that Hindi, Arabic or an emoji needs stays.
/// Sanitizing a second time changes nothing.
///
/// The only emoji that change are flags of regions (England): they consist of tag characters, which can carry a hidden
/// message.
#[must_use]
pub fn sanitize(text: &str) -> Cow<'_, str> {
    sanitize_keeping(text, &[])
}

/// [`sanitize`] for text that may be owned.
#[must_use]
pub(crate) fn sanitized(text: Cow<'_, str>) -> Cow<'_, str> {
    match sanitize(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(safe) => Cow::Owned(safe),
    }
}

/// [`sanitize`] for text of several lines: line feeds stay.
#[must_use]
pub fn sanitize_lines(text: &str) -> Cow<'_, str> {
    sanitize_keeping(text, &['\n'])
}

/// [`sanitize`], except that the characters in `kept` stay.
pub(crate) fn sanitize_keeping<'t>(text: &'t str, kept: &[char]) -> Cow<'t, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::new();
    let mut copied = 0;
    let mut cluster = Cluster::default();
    let mut rest = text.char_indices().peekable();
    while let Some((at, character)) = rest.next() {
        if kept.contains(&character) {
            cluster = Cluster::default();
            continue;
        }
        let next = rest.peek().map(|&(_, next)| next);
        if !cluster.accepts(Class::of(character), next) {
            safe.push_str(&text[copied..at]);
            show(character, &mut safe);
            copied = at + character.len_utf8();
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// What a character can do to the text around it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A terminal obeys it, or it is invisible; always replaced.
    Harmful,
    /// ZWNJ and ZWJ: Indic and Persian spelling, emoji families.
    Joiner,
    /// Chooses between forms of the character before it.
    Selector,
    /// Painted onto the character before it.
    Mark,
    Space,
    /// Everything else. Whether it is a letter is looked up only beside a joiner, because Unicode's table is slow.
    Base(char),
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            ' ' => Self::Space,
            '!'..='~' => Self::Base(character),
            '\u{200c}' | '\u{200d}' => Self::Joiner,
            '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => {
                Self::Selector
            }
            _ if character.is_control() || is_hidden(character) => Self::Harmful,
            _ if character.width() == Some(0) => Self::Mark,
            _ if character.is_whitespace() => Self::Space,
            _ => Self::Base(character),
        }
    }

    /// Whether a joiner may be beside it: letters and pictographs.
    fn takes_joiner(self) -> bool {
        let Self::Base(character) = self else { return false };
        character.is_alphabetic() || matches!(character, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
    }
}

/// Line and paragraph separators, the default-ignorable characters of Unicode that no name needs, and the marks of
/// interlinear annotation.
pub(crate) fn is_hidden(character: char) -> bool {
    is_bidi_control(character)
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'
                | '\u{2028}'..='\u{2029}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

/// The characters before the current one, as far as they decide whether it stays.
#[derive(Default)]
struct Cluster {
    /// `None` at the start and after a replaced character: no mark or joiner may follow there.
    last: Option<Class>,
    marks: usize,
}

impl Cluster {
    /// Whether the character may stay; makes it the last one.
    fn accepts(&mut self, class: Class, next: Option<char>) -> bool {
        let accepted = match class {
            Class::Harmful => false,
            Class::Joiner => self.joins(next),
            Class::Selector => {
                self.last.is_some_and(|last| !matches!(last, Class::Space | Class::Joiner | Class::Selector))
            }
            Class::Mark => self.last.is_some() && self.marks < MARKS_PER_BASE,
            Class::Space | Class::Base(_) => true,
        };
        self.marks = match class {
            Class::Mark => self.marks + 1,
            Class::Joiner | Class::Selector => self.marks,
            _ => 0,
        };
        self.last = accepted.then_some(class);
        accepted
    }

    /// A joiner stays between letters, marks and pictographs. After a mark it may also end the word, as in the old
    /// spelling of Malayalam chillus.
    fn joins(&self, next: Option<char>) -> bool {
        match self.last {
            Some(Class::Mark) => true,
            Some(last) if last == Class::Selector || last.takes_joiner() => match next.map(Class::of) {
                Some(Class::Mark) => self.marks < MARKS_PER_BASE,
                next => next.is_some_and(Class::takes_joiner),
            },
            _ => false,
        }
    }
}

fn show(character: char, safe: &mut String) {
    let picture = match character {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)),
        '\u{7f}' => Some('␡'),
        _ => None,
    };
    // Writing to a `String` cannot fail.
    let _ = match picture {
        Some(picture) => safe.write_char(picture),
        None => write!(safe, "{}", character.escape_unicode()),
    };
}

#[cfg(test)]
mod tests;
