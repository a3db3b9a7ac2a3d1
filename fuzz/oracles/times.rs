//! Times from the server and times that people type: what is written in a known form is read as that moment.

use deepcall::client::replies::moments::{india, time};
use deepcall::json;
use deepcall::moment::{duration, moment};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::Bytes;

const A_YEAR: u64 = 366 * 86_400;

/// The first line is text, the rest a number.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let text = bytes.text();
    let number = bytes.number();
    check_typed(&text);
    check_sent(&text);
    check_known_forms(Timestamp::from_millisecond((number % 10_000_000_000_000).cast_signed()).unwrap());
}

fn read(text: &str) -> Option<Timestamp> {
    time(json::check(text).unwrap(), &india())
}

fn check_typed(text: &str) {
    let now = "2026-11-23T14:30:00+05:30[Asia/Kolkata]".parse().unwrap();
    if let Ok(meant) = moment(text, &now) {
        assert_eq!(moment(&meant.to_string(), &now), Ok(meant), "{text:?}");
        // A plain length leads back, a clock time to the last day.
        let typed = text.trim();
        if typed.ends_with(['m', 's']) && duration(typed).is_ok() {
            assert!(meant < now.timestamp(), "{text:?}");
        }
        if DateTime::strptime("%H:%M", typed).is_ok() {
            let back = now.timestamp().duration_since(meant).as_secs();
            assert!((0..86_400).contains(&back), "{text:?}");
        }
    }
    if let Ok(length) = duration(text) {
        assert!(!length.is_zero() && length.as_secs() <= A_YEAR, "{text:?}");
        assert!(text.trim().starts_with(|first: char| first.is_ascii_digit()), "{text:?}");
    }
}

fn check_sent(text: &str) {
    let quoted = serde_json::to_string(text).unwrap();
    if let Some(moment) = read(&quoted) {
        assert!(text.contains(|digit: char| digit.is_ascii_digit()), "{text:?}");
        assert_eq!(read(&format!("\"{moment}\"")), Some(moment), "{text:?}");
        assert_eq!(read(&format!("{{\"$date\":\"{moment}\"}}")), Some(moment), "{text:?}");
    }
    // A number means the same with and without quotation marks.
    if serde_json::from_str::<serde_json::Number>(text).is_ok() {
        assert_eq!(read(text.trim()), read(&quoted), "{text:?}");
    }
}

fn check_known_forms(moment: Timestamp) {
    let (millis, seconds) = (moment.as_millisecond(), moment.as_second());
    let whole = Timestamp::from_second(seconds).unwrap();
    let digits = seconds.to_string();
    // Eight digits that are a date have no time of day.
    let is_date = digits.len() == 8 && digits.parse::<Date>().is_ok();
    assert_eq!(read(&digits), Some(whole).filter(|_| seconds > 0 && !is_date), "{digits}");
    assert_eq!(read(&format!("{{\"$date\":{millis}}}")), Some(moment).filter(|_| millis > 0));
    // Smaller numbers are seconds.
    if millis > 100_000_000_000 {
        assert_eq!(read(&millis.to_string()), Some(moment));
        assert_eq!(read(&format!("\"{millis}\"")), Some(moment));
    }
    let zoned = moment.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.fZ").to_string();
    assert_eq!(read(&format!("\"{zoned}\"")), Some(moment), "{zoned}");
    let local = whole.to_zoned_datetime(india());
    for form in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%:z"] {
        let written = local.strftime(form).to_string();
        assert_eq!(read(&format!("\"{written}\"")), Some(whole), "{written}");
    }
}
