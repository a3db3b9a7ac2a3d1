//! Moments and lengths of time: what people type, and what the tables of this program show. The caller passes the
//! present in.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::AmbiguousOffset;
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};

const FORMS: &str = "a length of time back from now (90m, 1h30m, 2d), a time of day (9:00, 17:45), today, yesterday, a \
                     date (2026-11-23, 23 Nov), a day of the week (Mon), a day with a time of day (yesterday 17:45), a time \
                     by RFC 3339 (2026-11-23T09:00:00+05:30), or @ and Unix seconds";

/// What was typed is not a moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// None of the known forms.
    #[error("{0:?} is not a time; write {FORMS}")]
    Unknown(String),
    /// Nearly one of them.
    #[error("{typed:?} is not a time; write {right}")]
    Nearly { typed: String, right: String },
    /// A length that leads out of the calendar.
    #[error("{0:?} is out of range")]
    OutOfRange(String),
}

/// The moment meant by `text`, seen from `now`: a length counts back from it; a time of day, a day of the week and a date
/// without a year are the latest ones that have passed; a day begins at its midnight in the zone of `now`.
///
/// # Errors
/// If the text has none of the known forms, or leads out of the calendar.
pub fn moment(text: &str, now: &ZonedDateTime) -> Result<Timestamp, MomentError> {
    let typed = one_spelling(text);
    let read = match typed.split_once(" · ") {
        // The distance was rounded, and counted when the table was printed; what stands beside it is exact.
        Some((distance, exact)) => read(distance, now).and_then(|about| nearest(exact, about, now)),
        None => read(&typed, now),
    };
    read.map_err(|wrong| match (wrong, nearly(&typed)) {
        (Wrong::Range, _) => MomentError::OutOfRange(text.to_owned()),
        (Wrong::Form, Some(right)) => MomentError::Nearly { typed: text.to_owned(), right },
        (Wrong::Form, None) => MomentError::Unknown(text.to_owned()),
    })
}

/// Whether the text is a time of day alone, which is yesterday's if it is later than now.
#[must_use]
pub fn is_time_of_day(text: &str) -> bool {
    clock(text).is_some()
}

/// The time of day that was typed, if it is one.
#[must_use]
pub fn clock(text: &str) -> Option<Time> {
    time_of_day(&one_spelling(text))
}

/// The day meant by `text`, seen from `now`: today, yesterday, a date, or the last day of that name.
///
/// # Errors
/// If the text is no day, or leads out of the calendar.
pub fn date(text: &str, now: &ZonedDateTime) -> Result<Date, String> {
    let typed = one_spelling(text);
    let no_day = || {
        format!(
            "{text:?} is not a day; write today, yesterday, a date (2026-11-23, 23 Nov) or a day of the week (Mon)"
        )
    };
    if let Some(date) = day(&typed, now.date()).map_err(|_| no_day())? {
        return Ok(date);
    }
    // With a time of day it would be a moment.
    let repeated = repeated_day(&typed).filter(|_| !typed.contains(':'));
    let (day, midnight) = repeated.ok_or_else(no_day)?;
    let moment = latest_day(day, midnight, now).map_err(|_| no_day())?;
    Ok(moment.to_zoned_datetime(now.time_zone().clone()).date())
}

/// Why a text cannot be read.
enum Wrong {
    Form,
    Range,
}

impl From<jiff::Error> for Wrong {
    fn from(_: jiff::Error) -> Self {
        Self::Range
    }
}

/// The text without differences of case and spaces.
fn one_spelling(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn read(typed: &str, now: &ZonedDateTime) -> Result<Timestamp, Wrong> {
    if let Some(seconds) = typed.strip_prefix('@') {
        return unix_seconds(seconds).ok_or(Wrong::Form);
    }
    if matches!(typed, "now" | "just now") {
        return Ok(now.timestamp());
    }
    if let Some(ahead) = typed.strip_prefix("in ") {
        return Ok(now.checked_add(length(ahead)?)?.timestamp());
    }
    let back = typed.strip_suffix(" ago").or_else(|| typed.strip_prefix('-')).unwrap_or(typed);
    match length(back) {
        Ok(back) => return Ok(now.checked_sub(back)?.timestamp()),
        Err(Wrong::Range) => return Err(Wrong::Range),
        Err(Wrong::Form) => {}
    }
    if let Some(clock) = time_of_day(typed) {
        return latest(clock, now);
    }
    let (first, rest) = typed.split_once(' ').unwrap_or((typed, "0:00"));
    if let (Some(date), Some(clock)) = (day(first, now.date())?, time_of_day(rest)) {
        return Ok(at(date, clock, now)?);
    }
    if let Some((day, clock)) = repeated_day(typed) {
        return latest_day(day, clock, now);
    }
    if let Ok(stamp) = typed.parse::<Timestamp>() {
        return Ok(stamp);
    }
    let date_time: DateTime = typed.parse().map_err(|_| Wrong::Form)?;
    Ok(at(date_time.date(), date_time.time(), now)?)
}

/// A time of day, in the zone of `now`. Where clocks go forward, the times that they skip are the moment at which they do, so
/// that a later time of day is no earlier moment. Of a time that they show twice, it is the first.
///
/// # Errors
/// If the day is out of the range of the calendar.
pub fn at(date: Date, clock: Time, now: &ZonedDateTime) -> Result<Timestamp, jiff::Error> {
    let zone = now.time_zone();
    let there = zone.to_ambiguous_zoned_datetime(date.to_datetime(clock));
    let is_skipped = matches!(there.offset(), AmbiguousOffset::Gap { .. });
    let earlier = there.earlier()?.timestamp();
    let forward = zone.following(earlier).next().filter(|_| is_skipped);
    Ok(forward.map_or(earlier, |forward| forward.timestamp()))
}

/// `9:00`, `09:00` or `9:00:30`, and nothing else that the library takes for a time.
fn time_of_day(text: &str) -> Option<Time> {
    let (hour, rest) = text.split_once(':')?;
    let is_hour = matches!(hour.len(), 1 | 2) && hour.bytes().all(|byte| byte.is_ascii_digit());
    let whole = rest.split('.').next().unwrap_or_default();
    let is_known = is_hour && (rest.len() == 2 || whole.len() == 5);
    format!("{hour:0>2}:{rest}").parse().ok().filter(|_| is_known)
}

fn day(text: &str, today: Date) -> Result<Option<Date>, Wrong> {
    // The library also takes a date with a time for a date.
    let is_date = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    Ok(match text {
        "today" => Some(today),
        "yesterday" => Some(today.yesterday()?),
        "tomorrow" => Some(today.tomorrow()?),
        _ => text.parse().ok().filter(|_| is_date),
    })
}

/// A day that comes again.
#[derive(Clone, Copy)]
enum RepeatedDay {
    OfWeek(Weekday),
    /// The month and its day.
    OfYear(i8, i8),
}

/// `Mon`, `Monday 11:34`, `27 Nov`, `27 November 11:34`: a day that comes again, and a time of day or midnight.
fn repeated_day(typed: &str) -> Option<(RepeatedDay, Time)> {
    const WEEKDAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let number = |names: &[&str], word: &str| {
        let at = names.iter().position(|name| *name == word || name[..3] == *word)?;
        i8::try_from(at + 1).ok()
    };
    let words: Vec<&str> = typed.split(' ').collect();
    let (day, rest) = match words[..] {
        [word, ref rest @ ..] if let Some(day) = number(&WEEKDAYS, word) => {
            (RepeatedDay::OfWeek(Weekday::from_monday_one_offset(day).ok()?), rest)
        }
        [day, month, ref rest @ ..] => {
            let is_day = matches!(day.len(), 1 | 2) && day.bytes().all(|byte| byte.is_ascii_digit());
            let day = day.parse().ok().filter(|day| is_day && (1..=31).contains(day))?;
            (RepeatedDay::OfYear(number(&MONTHS, month)?, day), rest)
        }
        _ => return None,
    };
    match *rest {
        [] => Some((day, Time::midnight())),
        [clock] => Some((day, time_of_day(clock)?)),
        _ => None,
    }
}

fn latest_day(day: RepeatedDay, clock: Time, now: &ZonedDateTime) -> Result<Timestamp, Wrong> {
    let today = now.date();
    let passed =
        |date: Date| at(date, clock, now).map(|moment| (moment <= now.timestamp()).then_some(moment));
    match day {
        RepeatedDay::OfWeek(weekday) => {
            let back = i64::from(today.weekday().since(weekday));
            let date = today.checked_sub(Span::new().days(back))?;
            match passed(date)? {
                Some(moment) => Ok(moment),
                None => Ok(at(date.checked_sub(Span::new().days(7))?, clock, now)?),
            }
        }
        RepeatedDay::OfYear(month, day) => {
            // A 29 February may be eight years ago.
            for back in 0..=8 {
                if let Ok(date) = Date::new(today.year() - back, month, day)
                    && let Some(moment) = passed(date)?
                {
                    return Ok(moment);
                }
            }
            Err(Wrong::Form)
        }
    }
}

fn latest(clock: Time, now: &ZonedDateTime) -> Result<Timestamp, Wrong> {
    let today = at(now.date(), clock, now)?;
    Ok(if today > now.timestamp() { at(now.date().yesterday()?, clock, now)? } else { today })
}

/// The moment of `exact` that is nearest to another one.
fn nearest(exact: &str, about: Timestamp, now: &ZonedDateTime) -> Result<Timestamp, Wrong> {
    let Some(clock) = time_of_day(exact) else { return read(exact, now) };
    let date = about.to_zoned_datetime(now.time_zone().clone()).date();
    let mut nearest = at(date, clock, now)?;
    for other in [date.yesterday()?, date.tomorrow()?] {
        let other = at(other, clock, now)?;
        if about.duration_since(other).abs() < about.duration_since(nearest).abs() {
            nearest = other;
        }
    }
    Ok(nearest)
}

/// Unix seconds, with a fraction if need be.
fn unix_seconds(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    let (whole, fraction) = text.split_once('.')?;
    let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits_only(fraction) || fraction.len() > 9 || !digits_only(whole) {
        return None;
    }
    let nanoseconds = format!("{fraction:0<9}").parse().ok()?;
    Timestamp::new(whole.parse().ok()?, nanoseconds).ok()
}

/// The right form of a text that is wrong in a common way.
fn nearly(typed: &str) -> Option<String> {
    let forms = nearest_forms(typed).into_iter();
    let right: Vec<String> = forms.map(|(form, meaning)| format!("{form} for {meaning}")).collect();
    (!right.is_empty()).then(|| right.join(", "))
}

/// The forms that are nearest to a text that has none, each with what it is.
fn nearest_forms(typed: &str) -> Vec<(String, &'static str)> {
    const DATE_MARKS: [char; 3] = ['/', '.', '-'];
    const CLOCK: &str = "a time of day";
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut forms = vec![];
    if let Some(clock) = by_twelve_hours(typed) {
        forms.push((clock, CLOCK));
    } else if typed.split(DATE_MARKS).count() == 3 && typed.split(DATE_MARKS).all(is_number) {
        forms.push(("2026-11-23".to_owned(), "a date, the year first"));
    } else if let Some((hour, minutes)) = typed.split_once(['.', ':'])
        && is_number(hour)
        && is_number(minutes)
    {
        match hour.parse() {
            Ok(0..=23_u32) => forms.push((format!("{hour}:{minutes}"), CLOCK)),
            _ => forms.push(("23:59".to_owned(), "the last minute of a day, whose first is 0:00")),
        }
    } else if is_number(typed) {
        match typed.len() {
            1..=4 => {
                let (hour, minutes) = typed.split_at(typed.len().saturating_sub(2));
                let clock = if hour.is_empty() { format!("{typed}:00") } else { format!("{hour}:{minutes}") };
                forms.push((format!("{typed}m"), "a length of time"));
                forms.push((clock, CLOCK));
            }
            13 => forms.push((format!("@{}.{}", &typed[..10], &typed[10..]), "Unix milliseconds")),
            _ => forms.push((format!("@{typed}"), "Unix seconds")),
        }
    }
    forms.retain(|(form, meaning)| match *meaning {
        CLOCK => time_of_day(form).is_some(),
        _ => form.strip_prefix('@').is_none_or(|seconds| unix_seconds(seconds).is_some()),
    });
    forms
}

/// `5:45 pm` as a time of day.
fn by_twelve_hours(typed: &str) -> Option<String> {
    let morning = typed.strip_suffix("am").map(|clock| (clock, 0));
    let (clock, more) = morning.or_else(|| typed.strip_suffix("pm").map(|clock| (clock, 12)))?;
    let (hour, minutes) = clock.trim().split_once(':').unwrap_or((clock.trim(), "00"));
    let hour: u8 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    Some(format!("{}:{minutes}", hour % 12 + more))
}

/// A length such as `90m`, `1h30m` or `1 h 30 min`; it has a unit, and no sign. `1:30` is none: as a moment it is a time of
/// day.
fn length(text: &str) -> Result<Span, Wrong> {
    let read = |text: &str| {
        let is_length = text.starts_with(|first: char| first.is_ascii_digit()) && !text.contains(':');
        text.parse::<Span>().ok().filter(|span| is_length && !span.is_negative())
    };
    match read(text) {
        Some(span) => Ok(span),
        None if read(&with_small_numbers(text)).is_some() => Err(Wrong::Range),
        None => Err(Wrong::Form),
    }
}

/// The same text with each number replaced by 1: whether it was the size of a number that made it unreadable.
fn with_small_numbers(text: &str) -> String {
    let mut numbers_as_one = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_ascii_digit() {
            numbers_as_one.push(character);
        } else if !numbers_as_one.ends_with('1') {
            numbers_as_one.push('1');
        }
    }
    numbers_as_one
}

/// A length of time for options such as `--timeout`: `10s`, `1m30s`. Days have 24 hours here, and years 365 days.
///
/// # Errors
/// If it is not a length of time, is zero, or is longer than a year.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time; write for example 10s, 1m30s, 2h or 90d");
    let out_of_range = || format!("{text:?} is out of range: more than 0, at most a year");
    let span = length(&one_spelling(text)).map_err(|why| match why {
        Wrong::Range => out_of_range(),
        Wrong::Form => wrong(),
    })?;
    let day: SignedDuration = SignedDuration::from_hours(24);
    let relative = jiff::SpanRelativeTo::days_are_24_hours();
    let years = i32::from(span.get_years());
    let rest = span.try_years(0).and_then(|rest| rest.to_duration(relative)).map_err(|_| wrong())?;
    let exact =
        (day * 365).checked_mul(years).and_then(|years| years.checked_add(rest)).ok_or_else(out_of_range)?;
    if exact.is_zero() || exact > day * 366 {
        return Err(out_of_range());
    }
    Duration::try_from(exact).map_err(|_| wrong())
}

#[cfg(test)]
mod tests;
