//! Reads bytes of a terminal as keys. A terminal also sends reports, answers, mouse clicks and text in other encodings.
//! Each unknown sequence is skipped up to its end, so that no part of it is taken for a key. Ctrl-C always counts, because
//! a sequence before it may never end.

use std::time::Duration;

use crate::watch::sinks::display::Key;

const CTRL_C: u8 = 0x03;
const BACKSPACE: u8 = 0x08;
const CTRL_L: u8 = 0x0c;
const CTRL_Z: u8 = 0x1a;
const ESCAPE: u8 = 0x1b;
const DELETE: u8 = 0x7f;

const END_OF_PASTE: &[u8] = b"\x1b[201~";

/// In bytes; longer than any name to search for.
const LONGEST_PASTE: usize = 1024;

/// More than any key has.
const MOST_PARAMETERS: usize = 32;

/// The rest of a key arrives at once, even over a slow line, so a lone Esc was pressed by a person.
const WITHIN_A_KEY: Duration = Duration::from_millis(50);

/// A line may stall within longer text, and the rest of that must not be taken for keys.
const WITHIN_TEXT: Duration = Duration::from_secs(1);

/// Reads keys from bytes, however these are split over reads.
#[derive(Debug, Default)]
pub(crate) struct KeyReader {
    state: State,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// A character of several bytes.
    Utf8(Vec<u8>),
    Escape,
    /// After `ESC O`.
    SingleShift,
    /// After `ESC [`: the parameters so far.
    Control(Vec<u8>),
    /// This many bytes belong to an unknown sequence.
    Skipped(usize),
    /// An answer of the terminal, such as to a query of its version.
    Answer,
    /// In an answer, after ESC.
    AnswerEscape,
    /// Text, and how much of its end was read.
    Paste(Vec<u8>, usize),
}

impl KeyReader {
    /// The keys that these bytes complete. Keys after Ctrl-C do not count.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Vec<Key> {
        if bytes.contains(&CTRL_C) {
            self.state = State::Ground;
            return vec![Key::Interrupt];
        }
        bytes.iter().flat_map(|byte| self.next(*byte)).flatten().collect()
    }

    /// How long to wait for the rest of a sequence; `None` outside of one.
    pub(crate) fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Answer | State::AnswerEscape | State::Paste(..) => Some(WITHIN_TEXT),
            _ => Some(WITHIN_A_KEY),
        }
    }

    /// Ends a sequence whose rest has not arrived.
    pub(crate) fn give_up(&mut self) -> Option<Key> {
        matches!(std::mem::take(&mut self.state), State::Escape).then_some(Key::Escape)
    }

    /// A byte may end two keys: one that waited for more, and its own.
    fn next(&mut self, byte: u8) -> [Option<Key>; 2] {
        match std::mem::take(&mut self.state) {
            State::Escape => self.after_escape(byte),
            state => [None, self.after(state, byte)],
        }
    }

    fn after(&mut self, state: State, byte: u8) -> Option<Key> {
        match state {
            State::Ground | State::Escape => self.begin(byte),
            State::Utf8(begun) => self.go_on(begun, byte),
            State::SingleShift => match byte {
                b'M' => Some(Key::Enter),
                0x20.. => arrow(byte),
                _ => self.begin(byte),
            },
            State::Control(parameters) => self.control(parameters, byte),
            State::Skipped(left) => {
                if left > 1 {
                    self.state = State::Skipped(left - 1);
                }
                None
            }
            State::Answer => {
                self.state = match byte {
                    ESCAPE => State::AnswerEscape,
                    0x07 | 0x18 => State::Ground,
                    _ => State::Answer,
                };
                None
            }
            State::AnswerEscape => match byte {
                b'\\' => None,
                // The answer was cut, and what follows is unknown too.
                ESCAPE => {
                    self.state = State::Escape;
                    None
                }
                _ => {
                    self.begins_sequence(byte);
                    None
                }
            },
            State::Paste(text, matched) => self.paste(text, matched, byte),
        }
    }

    fn begin(&mut self, byte: u8) -> Option<Key> {
        match byte {
            ESCAPE => {
                self.state = State::Escape;
                None
            }
            0xc2..=0xf4 => {
                self.state = State::Utf8(vec![byte]);
                None
            }
            b'\r' | b'\n' => Some(Key::Enter),
            BACKSPACE | DELETE => Some(Key::Backspace),
            CTRL_L => Some(Key::Redraw),
            CTRL_Z => Some(Key::Stop),
            b' '..=b'~' => Some(Key::Letter(byte.into())),
            _ => None,
        }
    }

    fn go_on(&mut self, mut begun: Vec<u8>, byte: u8) -> Option<Key> {
        // A cut character is from another encoding, and this byte begins something new.
        if !(0x80..0xc0).contains(&byte) {
            return self.begin(byte);
        }
        begun.push(byte);
        match std::str::from_utf8(&begun) {
            Ok(text) => text.chars().next().and_then(letter),
            Err(error) => {
                if error.error_len().is_none() {
                    self.state = State::Utf8(begun);
                }
                None
            }
        }
    }

    /// Over a slow line Esc and the key after it arrive as one, as a key with Alt does, which the board does not know.
    fn after_escape(&mut self, byte: u8) -> [Option<Key>; 2] {
        if self.begins_sequence(byte) { [None, None] } else { [Some(Key::Escape), self.begin(byte)] }
    }

    fn begins_sequence(&mut self, byte: u8) -> bool {
        self.state = match byte {
            b'[' => State::Control(vec![]),
            b'O' => State::SingleShift,
            b'P' | b']' | b'X' | b'^' | b'_' => State::Answer,
            _ => return false,
        };
        true
    }

    fn control(&mut self, mut parameters: Vec<u8>, byte: u8) -> Option<Key> {
        match byte {
            b' '..=b'?' => {
                if parameters.len() < MOST_PARAMETERS {
                    parameters.push(byte);
                }
                self.state = State::Control(parameters);
                None
            }
            // A click, as old terminals report it, and a function key of the Linux console.
            b'M' | b'[' if parameters.is_empty() => {
                self.state = State::Skipped(if byte == b'M' { 3 } else { 1 });
                None
            }
            b'~' if parameters == b"200" => {
                self.state = State::Paste(vec![], 0);
                None
            }
            b'@'..=b'~' => key_of(&parameters, byte),
            _ => self.begin(byte),
        }
    }

    fn paste(&mut self, mut text: Vec<u8>, matched: usize, byte: u8) -> Option<Key> {
        let matched = if byte == END_OF_PASTE[matched] { matched + 1 } else { usize::from(byte == ESCAPE) };
        if matched == END_OF_PASTE.len() {
            return Some(Key::Paste(String::from_utf8_lossy(&text).into_owned()));
        }
        if matched == 0 && text.len() < LONGEST_PASTE {
            text.push(byte);
        }
        self.state = State::Paste(text, matched);
        None
    }
}

/// `CSI parameters final`. Terminals that were left in another mode send letters, and Ctrl-C, in this form as well.
fn key_of(parameters: &[u8], last: u8) -> Option<Key> {
    let fields: Vec<Vec<Option<u32>>> = std::str::from_utf8(parameters)
        .unwrap_or_default()
        .split(';')
        .map(|field| field.split(':').map(|number| number.parse().ok()).collect())
        .collect();
    let number = |field: usize| fields.get(field).and_then(|parts| *parts.first()?);
    let is_released = fields.get(1).and_then(|parts| *parts.get(1)?) == Some(3);
    if is_released || parameters.first().is_some_and(|first| (b'<'..=b'?').contains(first)) {
        return None;
    }
    let modifiers = Modifiers(number(1).unwrap_or(1).saturating_sub(1));
    match (last, number(0)) {
        (b'~', Some(27)) => character(number(2)?, modifiers),
        (b'u', Some(code)) => character(code, modifiers),
        _ if modifiers.control() || modifiers.alt() => None,
        (b'~', Some(1 | 7)) => Some(Key::Home),
        (b'~', Some(4 | 8)) => Some(Key::End),
        (b'~', Some(5)) => Some(Key::PageUp),
        (b'~', Some(6)) => Some(Key::PageDown),
        (last, None | Some(1)) => arrow(last),
        _ => None,
    }
}

/// Modifiers, as terminals number them.
#[derive(Clone, Copy)]
struct Modifiers(u32);

impl Modifiers {
    fn control(self) -> bool {
        self.0 & 4 != 0
    }

    /// Or another modifier that makes the key unknown to the board.
    fn alt(self) -> bool {
        self.0 & (2 | 8 | 16 | 32) != 0
    }
}

fn arrow(last: u8) -> Option<Key> {
    match last {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'C' => Some(Key::Right),
        b'D' => Some(Key::Left),
        b'F' => Some(Key::End),
        b'H' => Some(Key::Home),
        _ => None,
    }
}

fn character(code: u32, modifiers: Modifiers) -> Option<Key> {
    let character = char::from_u32(code)?;
    match (character, modifiers.control(), modifiers.alt()) {
        ('c', true, _) => Some(Key::Interrupt),
        ('z', true, false) => Some(Key::Stop),
        ('l', true, false) => Some(Key::Redraw),
        (_, true, _) | (_, _, true) => None,
        ('\r', ..) => Some(Key::Enter),
        ('\u{1b}', ..) => Some(Key::Escape),
        ('\u{8}' | '\u{7f}', ..) => Some(Key::Backspace),
        _ => letter(character),
    }
}

/// Control characters are not letters, and terminals number function keys in the private-use range.
fn letter(character: char) -> Option<Key> {
    let is_letter = !character.is_control() && !('\u{e000}'..='\u{f8ff}').contains(&character);
    is_letter.then_some(Key::Letter(character))
}

#[cfg(test)]
mod tests;
