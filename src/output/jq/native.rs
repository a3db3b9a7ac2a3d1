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
    let regex_parts: RunPtr<JustLut<Val>> = |mut cv| {
        let flags = cv.0.pop_var();
        let pattern = cv.0.pop_var();
        let parts = found(&cv.1, &pattern, &flags);
        bome(parts.map(|(matches, gaps)| [gaps.into_iter().collect(), matches].into_iter().collect()))
    };
    let joined_texts: RunPtr<JustLut<Val>> = |cv| bome(joined(&cv.1));
    let to_base32: RunPtr<JustLut<Val>> =
        |cv| bome(text(&cv.1).map(|text| Val::from(base32(text.as_bytes()))));
    let from_base32: RunPtr<JustLut<Val>> = |cv| bome(text(&cv.1).and_then(unbase32));
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
        run::<JustLut<Val>>(("regex_parts", v(2), regex_parts)),
        run::<JustLut<Val>>(("joined_texts", v(0), joined_texts)),
        run::<JustLut<Val>>(("to_base32", v(0), to_base32)),
        run::<JustLut<Val>>(("from_base32", v(0), from_base32)),
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

/// Digits with a fraction and an exponent, as JSON has them; spaces around, leading zeros and no digit before or after the
/// dot are allowed, as in jq.
fn number(value: &Val) -> ValR {
    let malformed = || Error::str(format_args!("{value} cannot be parsed as a number"));
    let trimmed = text(value)?.trim_matches([' ', '\t', '\r', '\n']);
    let (sign, digits) = trimmed
        .strip_prefix('-')
        .map_or(("", trimmed.strip_prefix('+').unwrap_or(trimmed)), |rest| ("-", rest));
    let whole = match digits.split_once('.') {
        Some(("", fraction)) if fraction.starts_with(|first: char| first.is_ascii_digit()) => {
            format!("0.{fraction}")
        }
        Some((whole, "")) => whole.to_owned(),
        _ => digits.to_owned(),
    };
    let digits = whole.as_str();
    let zeros = digits.bytes().take_while(|&digit| digit == b'0').count();
    let begins = digits.as_bytes().get(zeros).is_some_and(u8::is_ascii_digit);
    let digits = &digits[if begins { zeros } else { zeros.saturating_sub(1) }..];
    let is_digit = |first: char| first.is_ascii_digit();
    if !digits.starts_with(is_digit) || serde_json::from_str::<serde::de::IgnoredAny>(digits).is_err() {
        return Err(malformed());
    }
    Val::from_num(&format!("{sign}{digits}"))
}

/// Many texts as one. To add them one by one takes the square of their length.
fn joined(texts: &Val) -> ValR {
    let Val::Arr(texts) = texts else { return Err(Error::typ(texts.clone(), "array")) };
    texts.iter().map(text).collect::<Result<String, _>>().map(Val::from)
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// By RFC 4648, with padding.
fn base32(bytes: &[u8]) -> String {
    let mut encoded = String::new();
    for chunk in bytes.chunks(5) {
        let mut padded = [0; 8];
        padded[3..3 + chunk.len()].copy_from_slice(chunk);
        let bits = u64::from_be_bytes(padded);
        let letters = (chunk.len() * 8).div_ceil(5);
        for at in 0..8 {
            let place = usize::try_from((bits >> (35 - 5 * at)) & 31).unwrap_or_default();
            encoded.push(if at < letters { char::from(BASE32[place]) } else { '=' });
        }
    }
    encoded
}

fn unbase32(encoded: &str) -> ValR {
    let mut decoded = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in encoded.trim_end_matches('=').bytes() {
        let place = BASE32.iter().position(|known| *known == letter);
        let place = place.and_then(|place| u32::try_from(place).ok());
        let place = place.ok_or_else(|| Error::str(format_args!("{encoded:?} is not valid base32 data")))?;
        bits = (bits << 5 | place) & 0xfff;
        count += 5;
        if count >= 8 {
            count -= 8;
            decoded.extend(u8::try_from((bits >> count) & 0xff));
        }
    }
    Ok(Val::from(String::from_utf8_lossy(&decoded).into_owned()))
}

fn matches(input: &Val, pattern: &Val, flags: &Val) -> ValR {
    found(input, pattern, flags).map(|(matches, _)| matches)
}

/// Each match as `match` of jq describes it, where offsets and lengths count characters; and the texts before, between and
/// after the matches.
fn found(input: &Val, pattern: &Val, flags: &Val) -> Result<(Val, Vec<Val>), Error<Val>> {
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
    let (mut gaps, mut end) = (vec![], 0);
    let found = found.take(if all { usize::MAX } else { 1 }).map(|found| {
        gaps.push(Val::from(input[end..found.get_match().start()].to_owned()));
        end = found.get_match().end();
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
    let matches = found.collect::<Result<Val, _>>()?;
    gaps.push(Val::from(input[end..].to_owned()));
    Ok((matches, gaps))
}
