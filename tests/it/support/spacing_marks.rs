//! Vowel signs in a picture. The model of a terminal that pictures are made with paints each mark onto the cell before it,
//! but terminals give a cell to a mark that takes space, such as the Tamil vowel sign aa. So for the model such a mark is
//! disguised as a private character, which has a cell. `tests/it/widths.rs` shows what terminals do.

use deepcall::output::text::width::width;
use unicode_width::UnicodeWidthChar;

const FIRST_PRIVATE: u32 = 0xf_0000;

pub fn disguised(text: &str) -> String {
    let takes_space = |mark: char| mark.width() == Some(0) && width(&format!("x{mark}")) == 2;
    let disguise = |mark| char::from_u32(FIRST_PRIVATE + u32::from(mark)).unwrap();
    text.chars().map(|each| if takes_space(each) { disguise(each) } else { each }).collect()
}

pub fn undisguised(text: &str) -> String {
    let original = |private| u32::from(private).checked_sub(FIRST_PRIVATE).and_then(char::from_u32);
    text.chars().map(|each| original(each).unwrap_or(each)).collect()
}
