//! Functions of jq that need more than its own language: regular expressions that know Unicode, and what a number is.

use jaq_core::data::JustLut;
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Error, RunPtr, ValT};
use jaq_json::{Val, ValR};
use jaq_std::ValT as _;
use regex::RegexBuilder;

use super::paths;

pub(super) fn functions() -> impl Iterator<Item = Fun<JustLut<Val>>> {
    let regex_matches: RunPtr<JustLut<Val>> = |mut cv| {
        let flags = cv.0.pop_var();
        let pattern = cv.0.pop_var();
        bome(matches(&cv.1, &pattern, &flags))
    };
    let text_to_number: RunPtr<JustLut<Val>> = |cv| bome(number(&cv.1));
    let set_path: RunPtr<JustLut<Val>> = |mut cv| {
        let new = cv.0.pop_var();
        let path = cv.0.pop_var();
        bome(steps(&path).and_then(|path| paths::set(cv.1, path, new)))
    };
    let delete_path: RunPtr<JustLut<Val>> = |mut cv| {
        let path = cv.0.pop_var();
        bome(steps(&path).and_then(|path| paths::delete(cv.1, path)))
    };
    [
        run::<JustLut<Val>>(("regex_matches", v(2), regex_matches)),
        run::<JustLut<Val>>(("text_to_number", v(0), text_to_number)),
        run::<JustLut<Val>>(("set_path", v(2), set_path)),
        run::<JustLut<Val>>(("delete_path", v(1), delete_path)),
    ]
    .into_iter()
}

fn steps(path: &Val) -> Result<&[Val], Error<Val>> {
    match path {
        Val::Arr(steps) => Ok(steps),
        other => Err(Error::typ(other.clone(), "path")),
    }
}

fn text(value: &Val) -> Result<&str, Error<Val>> {
    let bytes = value.as_utf8_bytes().ok_or_else(|| Error::str(format_args!("{value} is not a string")))?;
    std::str::from_utf8(bytes).map_err(Error::str)
}

/// Digits with a fraction and an exponent, as JSON has them; spaces around and leading zeros are allowed, as in jq.
fn number(value: &Val) -> ValR {
    let malformed = || Error::str(format_args!("{value} cannot be parsed as a number"));
    let trimmed = text(value)?.trim_matches([' ', '\t', '\r', '\n']);
    let (sign, digits) = trimmed
        .strip_prefix('-')
        .map_or(("", trimmed.strip_prefix('+').unwrap_or(trimmed)), |rest| ("-", rest));
    let zeros = digits.bytes().take_while(|&digit| digit == b'0').count();
    let begins = digits.as_bytes().get(zeros).is_some_and(u8::is_ascii_digit);
    let digits = &digits[if begins { zeros } else { zeros.saturating_sub(1) }..];
    let is_digit = |first: char| first.is_ascii_digit();
    if !digits.starts_with(is_digit) || serde_json::from_str::<serde::de::IgnoredAny>(digits).is_err() {
        return Err(malformed());
    }
    Val::from_num(&format!("{sign}{digits}"))
}

/// Each match as `match` of jq describes it; offsets and lengths count characters.
fn matches(input: &Val, pattern: &Val, flags: &Val) -> ValR {
    let (input, pattern, flags) = (text(input)?, text(pattern)?, text(flags)?);
    let mut builder = RegexBuilder::new(pattern);
    let (mut all, mut without_empty) = (false, false);
    for flag in flags.chars() {
        match flag {
            'g' => all = true,
            'n' => without_empty = true,
            'i' => drop(builder.case_insensitive(true)),
            'x' => drop(builder.ignore_whitespace(true)),
            'p' => drop(builder.dot_matches_new_line(true)),
            's' | 'l' => {}
            other => return Err(Error::str(format_args!("{other} is not a flag of a regular expression"))),
        }
    }
    let regex = builder.build().map_err(|error| Error::str(format_args!("{pattern}: {error}")))?;
    // Counted from the match before, or a long text with many matches takes the square of its length.
    let mut before = (0, 0);
    let mut described = |found: Option<regex::Match>| {
        let offset = found.map_or(-1, |found| {
            let (byte, characters) = if before.0 <= found.start() { before } else { (0, 0) };
            before = (found.start(), characters + input[byte..found.start()].chars().count());
            before.1.cast_signed()
        });
        let length = found.map_or(0, |found| found.as_str().chars().count().cast_signed());
        let string = found.map_or(Val::Null, |found| Val::from(found.as_str().to_owned()));
        vec![("offset", Val::from(offset)), ("length", Val::from(length)), ("string", string)]
    };
    let object = |members: Vec<(&str, Val)>| {
        Val::from_map(members.into_iter().map(|(key, value)| (Val::from(key.to_owned()), value)))
    };
    let found = regex.captures_iter(input).filter(|found| !(without_empty && found[0].is_empty()));
    let found = found.take(if all { usize::MAX } else { 1 }).map(|found| {
        let groups = found.iter().zip(regex.capture_names()).skip(1).map(|(group, name)| {
            let mut members = described(group);
            if group.is_none() {
                members.swap(1, 2);
            }
            members.push(("name", name.map_or(Val::Null, |name| Val::from(name.to_owned()))));
            object(members)
        });
        let groups = groups.collect::<Result<Val, _>>()?;
        let mut members = described(found.get(0));
        members.push(("captures", groups));
        object(members)
    });
    found.collect()
}
