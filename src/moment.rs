//! Moments and lengths of time as people type them. The caller passes the present in.

use std::time::Duration;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ZonedDateTime};

const FORMS: &str = "a length of time back from now (90m, 1h30m, 2d), a clock time (09:00), today, yesterday, a date \
                     (2026-11-23), a time by RFC 3339 (2026-11-23T09:00:00+05:30), or @ and Unix seconds";

/// What was typed is not a moment or a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MomentError {
    /// None of the known forms.
    #[error("{0:?} is not a time; write {FORMS}")]
    Unknown(String),
    /// A length that leads out of the calendar, or backwards.
    #[error("{0:?} is out of range")]
    OutOfRange(String),
}

/// The moment meant by `text`, seen from `now`: a length counts back from it; a clock time is the
/// latest one that has passed; a day begins at its midnight in the zone of `now`.
///
/// # Errors
/// If the text has none of the known forms, or leads out of the calendar.
pub fn moment(text: &str, now: &ZonedDateTime) -> Result<Timestamp, MomentError> {
    let typed = text.trim();
    let out_of_range = |_| MomentError::OutOfRange(text.to_owned());
    let zone = now.time_zone();
    if let Some(seconds) = typed.strip_prefix('@') {
        return unix_seconds(seconds).ok_or_else(|| MomentError::Unknown(text.to_owned()));
    }
    match typed.to_ascii_lowercase().as_str() {
        "now" => return Ok(now.timestamp()),
        "today" => return start_of_day(now.date(), zone).map_err(out_of_range),
        "yesterday" => {
            let date = now.date().yesterday().map_err(out_of_range)?;
            return start_of_day(date, zone).map_err(out_of_range);
        }
        _ => {}
    }
    if let Ok(stamp) = typed.parse::<Timestamp>() {
        return Ok(stamp);
    }
    if let Ok(date_time) = typed.parse::<DateTime>() {
        return date_time
            .to_zoned_datetime(zone.clone())
            .map(|zoned| zoned.timestamp())
            .map_err(out_of_range);
    }
    if let Ok(clock) = typed.parse::<Time>() {
        return latest(clock, now).map_err(out_of_range);
    }
    if let Some(span) = length(typed) {
        return now.checked_sub(span).map(|then| then.timestamp()).map_err(out_of_range);
    }
    if length(&with_small_numbers(typed)).is_some() {
        return Err(MomentError::OutOfRange(text.to_owned()));
    }
    Err(MomentError::Unknown(text.to_owned()))
}

fn start_of_day(date: Date, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
    Ok(date.to_zoned_datetime(zone.clone())?.timestamp())
}

fn latest(clock: Time, now: &ZonedDateTime) -> Result<Timestamp, jiff::Error> {
    let on = |date: Date| date.to_datetime(clock).to_zoned_datetime(now.time_zone().clone());
    let today = on(now.date())?;
    let passed = if today > *now { on(now.date().yesterday()?)? } else { today };
    Ok(passed.timestamp())
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

/// A length such as `90m` or `1h30m`; it must have a unit and must not be negative.
fn length(text: &str) -> Option<Span> {
    let starts_with_digit = text.starts_with(|first: char| first.is_ascii_digit());
    let span = text.parse::<Span>().ok().filter(|span| starts_with_digit && !span.is_negative())?;
    Some(span)
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

/// A length of time for options such as `--timeout`: `10s`, `1m30s`. Days have 24 hours here.
///
/// # Errors
/// If it is not a length of time, is zero, or is longer than a year.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a length of time; write for example 10s, 1m30s or 2h");
    let out_of_range = || format!("{text:?} is out of range: more than 0, at most a year");
    let span = length(text.trim()).ok_or_else(|| {
        if length(&with_small_numbers(text.trim())).is_some() { out_of_range() } else { wrong() }
    })?;
    let day: SignedDuration = SignedDuration::from_hours(24);
    let relative = jiff::SpanRelativeTo::days_are_24_hours();
    let exact = span.to_duration(relative).map_err(|_| wrong())?;
    if exact.is_zero() || exact > day * 366 {
        return Err(out_of_range());
    }
    Duration::try_from(exact).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> ZonedDateTime {
        "2026-11-23T14:30:00+05:30[Asia/Kolkata]".parse().unwrap()
    }

    #[test]
    fn people_type_moments_in_many_ways() {
        for (typed, meant) in [
            ("90m", "2026-11-23T13:00:00+05:30"),
            ("1h30m", "2026-11-23T13:00:00+05:30"),
            ("2d", "2026-11-21T14:30:00+05:30"),
            ("1w", "2026-11-16T14:30:00+05:30"),
            ("09:00", "2026-11-23T09:00:00+05:30"),
            ("22:15", "2026-11-22T22:15:00+05:30"),
            ("today", "2026-11-23T00:00:00+05:30"),
            ("Yesterday", "2026-11-22T00:00:00+05:30"),
            ("now", "2026-11-23T14:30:00+05:30"),
            ("2026-11-20", "2026-11-20T00:00:00+05:30"),
            ("2026-11-20 08:05", "2026-11-20T08:05:00+05:30"),
            ("2026-11-20T08:05:00Z", "2026-11-20T13:35:00+05:30"),
            ("@1795410000", "2026-11-23T05:00:00Z"),
            ("@1795410000.5", "2026-11-23T05:00:00.5Z"),
            (" 5m ", "2026-11-23T14:25:00+05:30"),
        ] {
            let meant: Timestamp = meant.parse().unwrap();
            assert_eq!(moment(typed, &now()), Ok(meant), "for {typed}");
        }
    }

    #[test]
    fn what_is_not_a_moment_is_refused() {
        for typed in ["", "soon", "-5m", "5", "25:00", "@", "@x", "@1.2.3", "@-1.5", "1h ago", "2026-13-01"] {
            assert!(moment(typed, &now()).is_err(), "for {typed:?}");
        }
    }

    #[test]
    fn a_length_too_great_is_called_that() {
        for typed in ["999999999h", "99999999999999999999d", "1h99999999999999999999m"] {
            assert_eq!(moment(typed, &now()), Err(MomentError::OutOfRange(typed.to_owned())), "for {typed}");
        }
        for typed in ["999999999h", "99999999999999999999d", "367d", "0s"] {
            assert!(duration(typed).unwrap_err().contains("out of range"), "for {typed}");
        }
        assert!(matches!(moment("9x", &now()), Err(MomentError::Unknown(_))));
    }

    #[test]
    fn lengths_are_positive_and_have_a_unit() {
        assert_eq!(duration("1m30s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(duration("1d"), Ok(Duration::from_secs(86_400)));
        for typed in ["", "10", "0s", "-1s", "2y", "ten seconds"] {
            assert!(duration(typed).is_err(), "for {typed:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,24}|[@0-9:hmdTZ. -]{0,24}") {
            let _ = moment(&text, &now());
            let _ = duration(&text);
        }

        #[test]
        fn a_moment_that_was_written_is_read(seconds in -62_135_596_800_i64..253_402_207_200, nanoseconds in 0..1_000_000_000) {
            let written = Timestamp::new(seconds, nanoseconds).unwrap();
            prop_assert_eq!(moment(&written.to_string(), &now()), Ok(written));
            let whole = Timestamp::from_second(seconds).unwrap();
            prop_assert_eq!(moment(&format!("@{seconds}"), &now()), Ok(whole));
        }

        #[test]
        fn a_length_is_read_in_any_units(hours in 0_u64..8_000, minutes in 0_u64..60, seconds in 1_u64..60) {
            let wanted = Duration::from_secs(hours * 3600 + minutes * 60 + seconds);
            prop_assert_eq!(duration(&format!("{hours}h{minutes}m{seconds}s")), Ok(wanted));
            prop_assert_eq!(duration(&format!("{}s", wanted.as_secs())), Ok(wanted));
            let then = moment(&format!("{hours}h {minutes}m {seconds}s"), &now());
            prop_assert_eq!(then, Ok(now().timestamp().checked_sub(wanted).unwrap()));
        }
    }
}
