//! Times from the server and times that people type: what is written in a known form is read as that moment.

use deepcall::client::replies::moments::{india, time};
use deepcall::json;
use deepcall::moment::{duration, moment};
use jiff::Timestamp;
use jiff::civil::DateTime;
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
    // What would be before 2000 or after 2100 is no time.
    let possible = (946_684_800..4_102_444_800).contains(&seconds);
    let [moment, whole_moment] = [moment, whole].map(|it| Some(it).filter(|_| possible));
    let digits = seconds.to_string();
    assert_eq!(read(&digits), whole_moment, "{digits}");
    assert_eq!(read(&format!("{{\"$date\":{millis}}}")), moment);
    // Smaller numbers are seconds.
    if millis > 100_000_000_000 {
        assert_eq!(read(&millis.to_string()), moment);
        assert_eq!(read(&format!("\"{millis}\"")), moment);
    }
    let sent = Timestamp::from_millisecond(millis).unwrap();
    let zoned = sent.to_zoned_datetime(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S%.fZ").to_string();
    assert_eq!(read(&format!("\"{zoned}\"")), moment, "{zoned}");
    let local = whole.to_zoned_datetime(india());
    for form in ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%:z"] {
        let written = local.strftime(form).to_string();
        assert_eq!(read(&format!("\"{written}\"")), whole_moment, "{written}");
    }
}
