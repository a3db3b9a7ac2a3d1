//! Times as the API writes them: numbers in seconds or milliseconds, RFC 3339, or Indian local time without
//! a zone (`api.md` §8).

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use crate::client::replies::lenient;
use crate::json::RawValue;

/// The zone of times without one: Indian Standard Time, +05:30 (`api.md` §8).
#[must_use]
pub fn india() -> TimeZone {
    TimeZone::fixed(Offset::constant(5) + SignedDuration::from_mins(30))
}

/// No answer is about a time before 2000 or after 2100: what has such a date has none, as `1970-01-01 05:30:00`, which is 0 in
/// India, or was misread, as `20261130055000`.
const POSSIBLE: std::ops::Range<Timestamp> =
    Timestamp::constant(946_684_800, 0)..Timestamp::constant(4_102_444_800, 0);

/// Reads a moment. `None` for values without one: `0`, `""`, `"0000-00-00 00:00:00"`, negative numbers, what would be before
/// 2000 or after 2100, and junk.
#[must_use]
pub fn time(piece: &RawValue, zone: &TimeZone) -> Option<Timestamp> {
    any_time(piece, zone).filter(|moment| POSSIBLE.contains(moment))
}

fn any_time(piece: &RawValue, zone: &TimeZone) -> Option<Timestamp> {
    if lenient::is_object(piece) {
        let inner = lenient::only_value(piece, &["$date"])?;
        let text = lenient::text(inner)?;
        // The database's own form counts milliseconds, however small the number is.
        return number(&text).map_or_else(|| written(&text, zone), from_milliseconds);
    }
    let text = lenient::borrowed_text(piece)?;
    let is_date = text.trim().len() == 8 && text.trim().parse::<Date>().is_ok();
    match number(text.trim()) {
        // 20261128 would be a day of 1970.
        Some(_) if is_date => None,
        Some(number) => from_number(number),
        None => written(text.trim(), zone),
    }
}

fn number(text: &str) -> Option<f64> {
    let starts_like_one = text.starts_with(|first: char| first.is_ascii_digit() || first == '-');
    text.parse().ok().filter(|_| starts_like_one)
}

/// A number above 10^11 cannot be seconds of this era (it would lie past the year 5000), so it is
/// milliseconds (`api.md` §2); above 10^14 it is microseconds.
fn from_number(number: f64) -> Option<Timestamp> {
    match number {
        ..=1e11 => from_milliseconds(number * 1e3),
        ..=1e14 => from_milliseconds(number),
        _ => from_milliseconds(number / 1e3),
    }
}

fn from_milliseconds(milliseconds: f64) -> Option<Timestamp> {
    if milliseconds <= 0.0 || !milliseconds.is_finite() {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast of a float saturates, and jiff checks the range"
    )]
    Timestamp::from_millisecond(milliseconds.round() as i64).ok()
}

/// A date alone is no moment: its midnight would be invented.
fn written(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    Pieces::parse(text).ok()?.time()?;
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let local: DateTime = text.parse().ok()?;
    zone.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::Raw;

    fn read(json: &str) -> Option<String> {
        time(&Raw::of(json), &india()).map(|moment| moment.to_string())
    }

    #[test]
    fn a_moment_is_read_in_every_form_the_api_uses() {
        let table = [
            ("1754661511", Some("2025-08-08T13:58:31Z")),
            ("1754661511518", Some("2025-08-08T13:58:31.518Z")),
            ("1754661511518000", Some("2025-08-08T13:58:31.518Z")),
            ("1754661511.5", Some("2025-08-08T13:58:31.5Z")),
            (r#""1754661511""#, Some("2025-08-08T13:58:31Z")),
            (r#"" 1754661511518 ""#, Some("2025-08-08T13:58:31.518Z")),
            (r#""2025-08-08 19:28:31""#, Some("2025-08-08T13:58:31Z")),
            (r#""2025-08-08T19:28:31""#, Some("2025-08-08T13:58:31Z")),
            (r#""2025-08-08T13:58:31Z""#, Some("2025-08-08T13:58:31Z")),
            (r#""2025-08-08T19:28:31.25+05:30""#, Some("2025-08-08T13:58:31.25Z")),
            (r#""2025-08-08 19:28:31+05:30""#, Some("2025-08-08T13:58:31Z")),
            (r#"{"$date":1754661511518}"#, Some("2025-08-08T13:58:31.518Z")),
            (r#"{"$date":"2025-08-08T13:58:31Z"}"#, Some("2025-08-08T13:58:31Z")),
            (r#"{"$date":{"$numberLong":"1754661511518"}}"#, Some("2025-08-08T13:58:31.518Z")),
            ("946684800", Some("2000-01-01T00:00:00Z")),
            ("4070908800", Some("2099-01-01T00:00:00Z")),
        ];
        for (json, wanted) in table {
            assert_eq!(read(json).as_deref(), wanted, "{json}");
        }
    }

    #[test]
    fn what_says_no_time_is_none() {
        for json in [
            "0",
            "-1",
            "1",
            "946684799",
            "4102444800",
            "20261130055000",
            r#""1970-01-01 05:30:00""#,
            r#""1970-01-01T00:00:00.000Z""#,
            r#""0001-01-01T00:00:00Z""#,
            r#""1900-01-01 00:00:00""#,
            "null",
            "true",
            "[]",
            "{}",
            "1e400",
            "9e30",
            r#""""#,
            r#""0""#,
            r#""0000-00-00 00:00:00""#,
            r#""0000-00-00""#,
            // A date without a time.
            r#""2026-11-28""#,
            r#"" 2026-11-28 ""#,
            r#""2026-11-28[Asia/Kolkata]""#,
            r#""20261128""#,
            "20261128",
            r#"{"$date":"2026-11-28"}"#,
            r#""soon""#,
            r#""inf""#,
            r#""NaN""#,
            r#""2025-13-45 99:00:00""#,
            r#"{"$date":null}"#,
            r#"{"$date":{"$date":1}}"#,
        ] {
            assert_eq!(read(json), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn seconds_survive(
            seconds in 946_684_800_i64..4_102_444_800
        ) {
            let wanted = Timestamp::from_second(seconds).unwrap().to_string();
            prop_assert_eq!(read(&seconds.to_string()), Some(wanted));
        }

        #[test]
        fn milliseconds_survive(milliseconds in 946_684_800_000_i64..4_102_444_800_000) {
            let wanted = Timestamp::from_millisecond(milliseconds).unwrap().to_string();
            prop_assert_eq!(read(&milliseconds.to_string()), Some(wanted));
        }

        #[test]
        fn no_text_and_no_number_breaks_it(text in "\\PC*", number: f64) {
            let _ = read(&serde_json::to_string(&text).unwrap());
            let _ = read(&serde_json::to_string(&number).unwrap());
        }

        #[test]
        fn texts_that_look_like_times_never_break_it(text in "[-+0-9:TZ .e\\[\\]]{0,30}") {
            let _ = read(&serde_json::to_string(&text).unwrap());
        }
    }
}
