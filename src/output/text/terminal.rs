//! Text whose width all terminals agree on.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::output::text::sanitize::sanitize;

/// [`sanitize`] for tables and the board on a terminal. Of what terminals give different widths, it drops what only changes
/// the look of another character, and shows the rest by its number.
///
/// A family of four is 2 columns wide in tmux and 8 in xterm and VTE; a thumb of a certain skin is 4 in all three and 2 in
/// newer terminals, and a heart with U+FE0F is 1 there and 2 elsewhere. tmux also takes the letter after a joiner of Hindi for
/// a part of the letter before it. No padding is right for all of these, and a wrong one moves every column after it. Without
/// joiners, selectors and skin tones the same persons, thumbs and hearts are there side by side, as Unicode has it for
/// terminals that cannot join them, and names stay readable. Of characters that are newer than Unicode 14 a terminal may know
/// neither width nor shape; tmux of Debian 12 gives them no column. Pipes, CSV and JSON keep all of it.
#[must_use]
pub fn sanitize_for_terminal(text: &str) -> Cow<'_, str> {
    let safe = sanitize(text);
    if safe.is_ascii() || !is_disputed(&safe) {
        return safe;
    }
    let mut agreed = String::with_capacity(safe.len());
    let mut is_after_pictograph = false;
    for character in safe.chars() {
        match character {
            '\u{200d}' | '\u{fe0e}' | '\u{fe0f}' => {}
            '\u{1f3fb}'..='\u{1f3ff}' if is_after_pictograph => {}
            _ if is_disputed(character.encode_utf8(&mut [0; 4])) => {
                agreed.extend(character.escape_unicode());
                is_after_pictograph = false;
            }
            _ => {
                agreed.push(character);
                is_after_pictograph =
                    matches!(character, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}');
            }
        }
    }
    // A joiner may have lost the letter that it was for.
    Cow::Owned(sanitize(&agreed).into_owned())
}

/// Whether terminals give different widths to any of these characters.
fn is_disputed(text: &str) -> bool {
    // Joiner, selectors and skin tones; signs that enclose numbers; symbols of the I Ching and others whose width Unicode or a
    // terminal has changed; letters that Unicode has withdrawn.
    static DISPUTED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let disputed = r"[\P{Age=14.0}\x{fe0e}\x{fe0f}\x{1f3fb}-\x{1f3ff}[\p{Cf}--\x{200c}]\x{2630}-\x{2637}\x{268a}-\x{268f}\x{4dc0}-\x{4dff}\x{1d300}-\x{1d376}\x{3248}-\x{324f}\x{17a4}\x{17d8}\x{2d7f}\x{1171e}]";
        Regex::new(disputed).ok()
    });
    DISPUTED.as_ref().is_some_and(|disputed| disputed.is_match(text))
}

#[cfg(test)]
mod tests;
