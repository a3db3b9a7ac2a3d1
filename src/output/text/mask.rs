//! `--mask`: hides the digits of phone numbers except for the last three. The same number always looks the same.
//!
//! One policy, for each value by itself and before any format is chosen, so that no format shows what another hides:
//!
//! - **By its key**, a text or number of the server is a phone number (`customer`, `cNumber`, `altContact`, …), whatever
//!   it looks like; or it is none if it is all digits (`createdAt`, `callId`, `duration`, …). [`Role::of_key`] has the
//!   keys. What deepcall names itself has a [`Meaning`] instead of a key.
//! - **By its shape**, any other is one if it has 7 to 15 digits; spaces, dashes, brackets and what nobody sees may
//!   separate them, and dots and slashes where phone numbers have them. None are dates, clock times, decimals, IP addresses,
//!   hexadecimal identifiers, and values that read as Unix time: 10 or 13 digits and nothing else, between the years 2014
//!   and 2039. In a longer text such digits are hidden.
//! - **A number that is masked becomes a string**, and JSON inside a text is masked as JSON.

use std::borrow::Cow;

use crate::json;
use crate::report::Meaning;
pub(crate) use crate::words::HIDDEN_DIGIT;
use crate::words::is_invisible;

mod in_json;

pub(crate) use in_json::{Role, mask_json};

const SHOWN_DIGITS: usize = 3;
/// E.164 allows 15 digits; subscriber numbers without any prefix have at least 7.
const FEWEST_DIGITS: usize = 7;
const MOST_DIGITS: usize = 15;
/// A number with this many digits is complete: digits after it belong to the next one.
const COMPLETE: usize = 10;
/// Seconds since 1970 that read as a time: from May 2014 to September 2039. Mobile numbers begin with other digits; where
/// a landline does not, its key has to show what it is.
const UNIX_TIMES: std::ops::Range<f64> = 1.4e9..2.2e9;

/// Hides all digits except for the last three in text that is known to be a phone number: `+91 98765 43210` becomes
/// `+•• ••••• ••210`.
#[must_use]
pub(crate) fn mask_phone(phone: &str) -> String {
    let mut hidden = phone.chars().filter(|digit| digit.is_numeric()).count();
    hidden = hidden.saturating_sub(SHOWN_DIGITS);
    let mask = |character: char| {
        if hidden == 0 || !character.is_numeric() {
            return character;
        }
        hidden -= 1;
        HIDDEN_DIGIT
    };
    phone.chars().map(mask).collect()
}

/// Masks a value that deepcall names, by its meaning. Names stay as they are, because other documents and commands refer
/// to the same thing by them.
#[must_use]
pub(crate) fn mask_text(text: &str, meaning: Meaning) -> Cow<'_, str> {
    match meaning {
        Meaning::Phone => Role::Phone.mask(text),
        // The words for a list or an object hold texts of the server.
        Meaning::Text
        | Meaning::Prose
        | Meaning::Kind
        | Meaning::Raw
        | Meaning::List(_)
        | Meaning::Nested(_) => Role::Plain.mask(text),
        Meaning::Id => Role::Other.mask(text),
        Meaning::Icons => mask_names(text),
        Meaning::Name
        | Meaning::Verdict
        | Meaning::State
        | Meaning::AgentState
        | Meaning::Time
        | Meaning::Elapsed
        | Meaning::Remaining
        | Meaning::Overrun
        | Meaning::Count
        | Meaning::Share => Cow::Borrowed(text),
    }
}

/// The names of icons, each as the value that it is in JSON.
fn mask_names(names: &str) -> Cow<'_, str> {
    const BETWEEN: &str = ", ";
    if !names.contains(BETWEEN) {
        return Role::Plain.mask(names);
    }
    let masked: Vec<_> = names.split(BETWEEN).map(|name| Role::Plain.mask(name)).collect();
    Cow::Owned(masked.join(BETWEEN))
}

impl Role {
    /// Masks the text of a value, or the digits of a number.
    pub(crate) fn mask(self, text: &str) -> Cow<'_, str> {
        let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Phone => Cow::Owned(mask_phone(text)),
            Self::Other if is_digits => Cow::Borrowed(text),
            Self::Plain if reads_as_unix_time(text) => Cow::Borrowed(text),
            Self::Plain if is_phone_as_number(text) => Cow::Owned(mask_phone(text)),
            Self::Other | Self::Plain => mask_free_text(text),
        }
    }
}

/// Seconds or milliseconds, and nothing else.
fn reads_as_unix_time(text: &str) -> bool {
    let digits = text.trim();
    let seconds = match digits.len() {
        10 => digits,
        13 => digits.get(..10).unwrap_or_default(),
        _ => return false,
    };
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_digits && seconds.parse().is_ok_and(|seconds| UNIX_TIMES.contains(&seconds))
}

/// A phone number that a server took for a number: `9876543210.0`, `9.87654321e9`.
fn is_phone_as_number(text: &str) -> bool {
    const LEAST: f64 = 1e9;
    const BEYOND: f64 = 1e15;
    let is_written_so =
        text.starts_with(|first: char| first.is_ascii_digit()) && text.contains(['.', 'e', 'E']);
    let value = text.parse::<f64>().ok().filter(|value| is_written_so && value.fract() == 0.0);
    value.is_some_and(|value| {
        let is_time = UNIX_TIMES.contains(&value) || UNIX_TIMES.contains(&(value / 1e3));
        (LEAST..BEYOND).contains(&value) && !is_time
    })
}

/// Masks the phone numbers in any text: a message, a line of the log. JSON at its end is masked as JSON.
#[must_use]
pub(crate) fn mask_free_text(text: &str) -> Cow<'_, str> {
    if has_few_digits(text) {
        return Cow::Borrowed(text);
    }
    let Some((words, value)) = split_off_json(text) else { return mask_words(text) };
    match (mask_words(words), mask_json(value, "")) {
        (Cow::Borrowed(_), Cow::Borrowed(_)) => Cow::Borrowed(text),
        (words, value) => Cow::Owned(format!("{words}{value}")),
    }
}

fn has_few_digits(text: &str) -> bool {
    text.chars().filter(|digit| digit.is_numeric()).nth(FEWEST_DIGITS - 1).is_none()
}

/// The words before a list or an object that ends the text, and that value.
fn split_off_json(text: &str) -> Option<(&str, &str)> {
    /// Each place where it may begin is another look at the whole text.
    const MOST_PLACES: usize = 4;
    let begins_word = |at: usize| text[..at].chars().next_back().is_none_or(char::is_whitespace);
    let places = text.match_indices(['{', '[']).map(|(at, _)| at).filter(|at| begins_word(*at));
    let mut pairs = places.take(MOST_PLACES).map(|at| text.split_at(at));
    pairs.find(|(_, value)| json::check(value).is_ok())
}

/// Finds phone numbers in words by their shape. Dates, clock times, RFC 3339 timestamps, decimals, IP addresses, 16 and
/// more digits in a row, and digits inside hexadecimal identifiers stay. In doubt the digits are hidden.
fn mask_words(text: &str) -> Cow<'_, str> {
    if has_few_digits(text) {
        return Cow::Borrowed(text);
    }
    let mut line = Line(text.chars().collect());
    let mut masked = false;
    for number in line.phone_numbers() {
        masked = true;
        let digits: usize = number.iter().map(Run::digits).sum();
        let hidden = number.iter().flat_map(Run::places).take(digits - SHOWN_DIGITS);
        for place in hidden {
            line.0[place] = HIDDEN_DIGIT;
        }
    }
    if masked { Cow::Owned(line.0.into_iter().collect()) } else { Cow::Borrowed(text) }
}

/// Digits in a row, from `start` up to but not including `end`.
#[derive(Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
    /// Whether a `+` precedes it, with which a phone number starts.
    plus: bool,
}

impl Run {
    fn digits(&self) -> usize {
        self.end - self.start
    }

    fn places(&self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

struct Line(Vec<char>);

impl Line {
    /// The phone numbers, each as its runs of digits.
    fn phone_numbers(&self) -> Vec<Vec<Run>> {
        let mut found = Vec::new();
        let mut number: Vec<Run> = Vec::new();
        let mut digits = 0;
        let runs = self.runs();
        let mut date_runs_left = 0_usize;
        for (index, run) in runs.iter().enumerate() {
            if self.is_dashed_date(&runs[index..]) {
                date_runs_left = 3;
            }
            let other = date_runs_left > 0 || self.is_no_phone_part(run);
            date_runs_left = date_runs_left.saturating_sub(1);
            let continues = !other
                && digits < COMPLETE
                && digits + run.digits() <= MOST_DIGITS
                && !run.plus
                && number.last().is_some_and(|last| self.is_gap(last.end, run));
            if !continues {
                found.extend(Some(std::mem::take(&mut number)).filter(|runs| is_phone(runs)));
                digits = 0;
            }
            if !other {
                number.push(*run);
                digits += run.digits();
            }
        }
        found.extend(Some(number).filter(|runs| is_phone(runs)));
        found
    }

    fn runs(&self) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut at = 0;
        while at < self.0.len() {
            let length = self.0[at..].iter().take_while(|digit| digit.is_numeric()).count();
            if length > 0 {
                let plus = self.before(at) == Some('+') && !self.before(at - 1).is_some_and(char::is_numeric);
                runs.push(Run { start: at, end: at + length, plus });
            }
            at += length.max(1);
        }
        runs
    }

    fn before(&self, place: usize) -> Option<char> {
        place.checked_sub(1).map(|place| self.0[place])
    }

    fn after(&self, place: usize) -> Option<char> {
        self.0.get(place).copied()
    }

    /// Whether the characters before a run are a few spaces, dashes and brackets, or the dot or slash of a phone number.
    fn is_gap(&self, from: usize, run: &Run) -> bool {
        let gap = self.0.get(from..run.start).unwrap_or_default();
        let separates = |character: &char| {
            matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '(' | ')')
                || is_invisible(*character)
        };
        gap == ['.']
            || (gap == ['/'] && self.is_in_slashed_phone(run))
            || ((1..=3).contains(&gap.len()) && gap.iter().all(separates))
    }

    /// Whether the digits belong to something that is not a phone number.
    fn is_no_phone_part(&self, run: &Run) -> bool {
        let before = if run.plus { None } else { self.before(run.start) };
        let after = self.after(run.end);
        let long = run.digits() >= COMPLETE;
        // Few digits beside a letter are a code. Many digits are one only beside a hexadecimal letter.
        let is_code = |beside: Option<char>| {
            beside.is_some_and(|beside| {
                beside == HIDDEN_DIGIT
                    || if long {
                        beside.is_ascii_hexdigit()
                    } else {
                        beside == '_' || beside.is_ascii_alphabetic()
                    }
            })
        };
        run.digits() > MOST_DIGITS
            || is_code(before)
            || is_code(after)
            || self.is_in_number_or_time(run)
            || self.is_compact_date(run)
            || self.is_in_hex_word(run)
    }

    /// `12.5`, `10.0.0.1`, and, with few digits, `10:15` and `23/11/2026`.
    fn is_in_number_or_time(&self, run: &Run) -> bool {
        let is_dotted_phone = self.is_in_dotted_phone(run);
        let joins = |mark: Option<char>| match mark {
            Some('.') => !is_dotted_phone,
            Some('/') => run.digits() < FEWEST_DIGITS && !self.is_in_slashed_phone(run),
            Some(':') => run.digits() < FEWEST_DIGITS,
            _ => false,
        };
        let digit_before = run.start >= 2 && self.0[run.start - 2].is_numeric();
        let digit_after = self.after(run.end + 1).is_some_and(char::is_numeric);
        (digit_before && joins(self.before(run.start))) || (digit_after && joins(self.after(run.end)))
    }

    /// `98765.43210`, `987.654.3210`, either after the code of a country. Addresses have four short groups, and a decimal
    /// has no such groups by any habit.
    fn is_in_dotted_phone(&self, run: &Run) -> bool {
        matches!(
            self.groups_around(run, '.').as_slice(),
            [5, 5] | [3, 3, 4] | [1..=3, 5, 5] | [1..=3, 3, 3, 4]
        )
    }

    /// `98765/43210`: no part of a date has five digits.
    fn is_in_slashed_phone(&self, run: &Run) -> bool {
        matches!(self.groups_around(run, '/').as_slice(), [5 | 6, 5] | [5, 6])
    }

    /// How many digits there are between the marks of a word of both.
    fn groups_around(&self, run: &Run, mark: char) -> Vec<usize> {
        const MOST_GROUPS: usize = 5;
        let is_part = |character: &&char| character.is_numeric() || **character == mark;
        let reach = MOST_GROUPS * MOST_DIGITS;
        let left = self.0[..run.start].iter().rev().take(reach).take_while(is_part).count();
        let right = self.0[run.end..].iter().take(reach).take_while(is_part).count();
        let word: String = self.0[run.start - left..run.end + right].iter().collect();
        word.trim_end_matches(mark).split(mark).map(|group| group.chars().count()).collect()
    }

    /// Whether the first three of these runs are `2026-11-23` or `23-11-2026`.
    fn is_dashed_date(&self, runs: &[Run]) -> bool {
        let [first, second, third, ..] = runs else { return false };
        let dashed = |left: &Run, right: &Run| right.start == left.end + 1 && self.0[left.end] == '-';
        let lengths = [first.digits(), second.digits(), third.digits()];
        let (year, day) = match lengths {
            [4, 2, 2] => (first, third),
            [2, 2, 4] => (third, first),
            _ => return false,
        };
        dashed(first, second)
            && dashed(second, third)
            && is_day(self.value(year.places()), self.value(second.places()), self.value(day.places()))
    }

    /// `20261123` or `20261123101530`.
    fn is_compact_date(&self, run: &Run) -> bool {
        let at = run.start;
        matches!(run.digits(), 8 | 14)
            && is_day(self.value(at..at + 4), self.value(at + 4..at + 6), self.value(at + 6..at + 8))
            && (run.digits() == 8
                || (self.value(at + 8..at + 10) < Some(24)
                    && self.value(at + 10..at + 12) < Some(60)
                    && self.value(at + 12..at + 14) < Some(61)))
    }

    fn value(&self, places: std::ops::Range<usize>) -> Option<u32> {
        let digits = &self.0[places];
        digits.iter().try_fold(0, |value, digit| Some(value * 10 + digit.to_digit(10)?))
    }

    /// Whether the word is a hexadecimal identifier: 16 digits or more, a letter among them.
    fn is_in_hex_word(&self, run: &Run) -> bool {
        // A UUID has 36 characters, so no word needs to be read further than this.
        const REACH: usize = 40;
        let is_word = |character: &&char| character.is_ascii_alphanumeric() || **character == '-';
        let left = self.0[..run.start].iter().rev().take(REACH).take_while(is_word);
        let right = self.0[run.end..].iter().take(REACH).take_while(is_word);
        let mut digits = run.digits();
        let mut letters = 0;
        for character in left.chain(right).filter(|character| **character != '-') {
            if !character.is_ascii_hexdigit() {
                return false;
            }
            digits += 1;
            letters += usize::from(character.is_ascii_alphabetic());
        }
        letters > 0 && digits >= 16
    }
}

fn is_phone(number: &[Run]) -> bool {
    let digits: usize = number.iter().map(Run::digits).sum();
    let looks_dialled = number.iter().any(|run| run.plus || run.digits() >= 3);
    (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits) && (looks_dialled || digits >= COMPLETE)
}

fn is_day(year: Option<u32>, month: Option<u32>, day: Option<u32>) -> bool {
    let within = |value: Option<u32>, range: std::ops::RangeInclusive<u32>| {
        value.is_some_and(|value| range.contains(&value))
    };
    within(year, 1900..=2099) && within(month, 1..=12) && within(day, 1..=31)
}

#[cfg(test)]
mod tests;
