//! Text from a server: nothing a terminal would obey remains, nothing is dropped, cuts fit.

use std::num::NonZero;

use deepcall::output::text::sanitize::{sanitize, sanitize_lines};
use deepcall::output::text::width::{cut, pad_left, pad_right, width};

use super::Bytes;

/// The first byte is a number of columns, the rest the text.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let columns = usize::from(bytes.byte());
    let text = String::from_utf8_lossy(bytes.0);

    let safe = sanitize(&text);
    assert_eq!(sanitize(&safe), safe, "sanitising twice is not sanitising once");
    assert_harmless(&safe, false);
    assert_shows_everything(&text, &safe);
    let lines = sanitize_lines(&text);
    assert_harmless(&lines, true);
    assert_eq!(lines.matches('\n').count(), text.matches('\n').count());

    let short = cut(&safe, columns);
    assert!(width(&short) <= columns, "{short:?} is wider than {columns}");
    assert_harmless(&short, false);
    match short.strip_suffix('…') {
        _ if short == safe => {}
        Some(kept) => assert!(safe.starts_with(kept) && width(&safe) > columns),
        None => assert!(short.is_empty() && columns == 0),
    }
    for padded in [pad_left(&short, columns), pad_right(&short, columns)] {
        assert_eq!(width(&padded), columns);
        assert_eq!(padded.trim_matches(' '), short.trim_matches(' '));
    }
    assert_terminal_agrees(&safe);
}

/// The rule of bytes: no C0 but perhaps the line feed, no DEL, no C1, nothing that turns or hides text.
pub fn assert_harmless(text: &str, may_have_lines: bool) {
    for character in text.chars() {
        let is_harmful = match u32::from(character) {
            0x0a => !may_have_lines,
            0..0x20 | 0x7f..0xa0 | 0xad | 0x61c | 0x180e | 0x200b | 0x200e | 0x200f => true,
            0x2028..=0x202e | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f => true,
            _ => false,
        };
        assert!(!is_harmful, "{character:?} in {text:?}");
    }
}

/// Each character of the text stands in the safe one in its turn: as itself, as a picture, or spelled out.
fn assert_shows_everything(text: &str, safe: &str) {
    let mut rest = safe;
    for character in text.chars() {
        let picture = match character {
            '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap().to_string(),
            '\u{7f}' => '\u{2421}'.to_string(),
            _ => format!("\\u{{{:x}}}", u32::from(character)),
        };
        let shown = rest.strip_prefix(character).or_else(|| rest.strip_prefix(&picture));
        rest = shown.unwrap_or_else(|| panic!("{character:?} of {text:?} is not in {safe:?}"));
    }
    assert_eq!(rest, "", "something was added to {text:?}");
}

/// A terminal paints as many columns as were counted, and does nothing else. Marks, joiners and emoji
/// are left out: there terminals differ.
fn assert_terminal_agrees(safe: &str) {
    let is_simple = |character: char| matches!(u32::from(character), 0x20..0x300 | 0x370..0x483 | 0x2400..0x2422 | 0x4e00..0xa000);
    let columns = width(safe);
    if !safe.chars().all(is_simple) || columns > 200 {
        return;
    }
    let size = |lines| NonZero::new(lines).unwrap();
    let mut terminal = vt100::Parser::new(size(2), size(202), 0);
    terminal.process(safe.as_bytes());
    assert_eq!(terminal.screen().cursor_position(), (0, u16::try_from(columns).unwrap()), "{safe:?}");
    assert_eq!(terminal.screen().contents().trim_end(), safe.trim_end());
}
