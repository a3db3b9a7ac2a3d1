//! `--mask`: hides phone numbers except for their last three digits. The same number always looks the same.

use std::borrow::Cow;

use crate::report::Meaning;

mod in_json;

pub(crate) use in_json::mask_json;

const SHOWN_DIGITS: usize = 3;
/// E.164 allows 15 digits; subscriber numbers without any prefix have at least 7.
const FEWEST_DIGITS: usize = 7;
const MOST_DIGITS: usize = 15;
/// A number with this many digits is complete: digits after it belong to the next one.
const COMPLETE: usize = 10;

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
        '•'
    };
    phone.chars().map(mask).collect()
}

/// Masks the text of a field by its meaning. Names and identifiers stay as they are, because other documents and
/// commands refer to the same thing by them.
#[must_use]
pub(crate) fn mask_text(text: &str, meaning: Meaning) -> Cow<'_, str> {
    match meaning {
        Meaning::Phone => Cow::Owned(mask_phone(text)),
        Meaning::Text | Meaning::Kind | Meaning::Raw | Meaning::Icons => mask_free_text(text),
        Meaning::Name
        | Meaning::Id
        | Meaning::Verdict
        | Meaning::State
        | Meaning::Time
        | Meaning::Elapsed
        | Meaning::Remaining
        | Meaning::Count => Cow::Borrowed(text),
    }
}

/// Finds phone numbers in any text and hides all digits except for their last three.
///
/// A phone number has 7 to 15 digits, which `+`, spaces, dashes and brackets may separate. Dates, clock times, RFC 3339
/// timestamps, decimals, IP addresses, 16 and more digits in a row, and digits inside hexadecimal identifiers stay. In
/// doubt (ten digits may be a Unix time) the digits are hidden.
#[must_use]
pub(crate) fn mask_free_text(text: &str) -> Cow<'_, str> {
    if text.chars().filter(|digit| digit.is_numeric()).nth(FEWEST_DIGITS - 1).is_none() {
        return Cow::Borrowed(text);
    }
    let mut line = Line(text.chars().collect());
    let mut masked = false;
    for number in line.phone_numbers() {
        masked = true;
        let digits: usize = number.iter().map(Run::digits).sum();
        let hidden = number.iter().flat_map(Run::places).take(digits - SHOWN_DIGITS);
        for place in hidden {
            line.0[place] = '•';
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
                && number.last().is_some_and(|last| self.is_gap(last.end, run.start));
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

    /// Whether the characters between two runs are a few spaces, dashes and brackets.
    fn is_gap(&self, from: usize, to: usize) -> bool {
        let gap = self.0.get(from..to).unwrap_or_default();
        let separates = |character: &char| {
            matches!(character, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2013}' | '(' | ')')
        };
        (1..=3).contains(&gap.len()) && gap.iter().all(separates)
    }

    /// Whether the digits belong to something that is not a phone number.
    fn is_no_phone_part(&self, run: &Run) -> bool {
        let before = if run.plus { None } else { self.before(run.start) };
        let after = self.after(run.end);
        let long = run.digits() >= COMPLETE;
        // Few digits beside a letter are a code. Many digits are one only beside a hexadecimal letter.
        let is_code = |beside: Option<char>| {
            beside.is_some_and(|beside| {
                beside == '•'
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
        let joins = |mark: Option<char>| match mark {
            Some('.') => true,
            Some(':' | '/') => run.digits() < FEWEST_DIGITS,
            _ => false,
        };
        let digit_before = run.start >= 2 && self.0[run.start - 2].is_numeric();
        let digit_after = self.after(run.end + 1).is_some_and(char::is_numeric);
        (digit_before && joins(self.before(run.start))) || (digit_after && joins(self.after(run.end)))
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
