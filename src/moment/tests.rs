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
        ("2026-11-20T08:05:00+05:30[Asia/Kolkata]", "2026-11-20T08:05:00+05:30"),
        ("2026-11-20 08:05:00.25+05:30", "2026-11-20T08:05:00.25+05:30"),
        (" 5m ", "2026-11-23T14:25:00+05:30"),
        ("1H 30M", "2026-11-23T13:00:00+05:30"),
        ("-5m", "2026-11-23T14:25:00+05:30"),
        ("1h ago", "2026-11-23T13:30:00+05:30"),
    ] {
        let meant: Timestamp = meant.parse().unwrap();
        assert_eq!(moment(typed, &now()), Ok(meant), "for {typed}");
    }
}

#[test]
fn what_is_not_a_moment_is_refused() {
    for typed in ["", "soon", "-5", "25:00", "@", "@x", "@1.2.3", "@-1.5", "-1h ago", "in -1h", "2026-13-01"]
    {
        assert!(moment(typed, &now()).is_err(), "for {typed:?}");
    }
    for typed in
        ["9:5", "9:000", "9:00:3", "0:9:00", "009:00", "9:00 ago", "in 9:00", "9:00.5", "9:00 · 9:00 x"]
    {
        assert!(moment(typed, &now()).is_err(), "for {typed:?}");
    }
}

#[test]
fn a_number_with_colons_is_a_time_of_day_and_never_a_length() {
    for (typed, meant) in [
        ("9:00", "2026-11-23T09:00:00+05:30"),
        ("09:00", "2026-11-23T09:00:00+05:30"),
        ("9:00:30", "2026-11-23T09:00:30+05:30"),
        ("09:00:30", "2026-11-23T09:00:30+05:30"),
        ("0:00", "2026-11-23T00:00:00+05:30"),
        ("14:30", "2026-11-23T14:30:00+05:30"),
        ("14:31", "2026-11-22T14:31:00+05:30"),
        ("23:59:59", "2026-11-22T23:59:59+05:30"),
        ("1:30:00", "2026-11-23T01:30:00+05:30"),
    ] {
        let meant: Timestamp = meant.parse().unwrap();
        assert_eq!(moment(typed, &now()), Ok(meant), "for {typed}");
    }
    for typed in ["9:00", "09:00:30", "1:30:00", "0:00:30"] {
        assert!(duration(typed).unwrap_err().contains("is not a length of time"), "for {typed}");
    }
}

#[test]
fn a_length_may_be_a_year_of_365_days() {
    let days = |text: &str| duration(text).map(|length| length.as_secs() / 86_400);
    assert_eq!((days("1y"), days("1 year"), days("365d")), (Ok(365), Ok(365), Ok(365)));
    assert_eq!(days("1y 1d"), Ok(366));
    for typed in ["2y", "1y 2d", "19998y"] {
        assert!(duration(typed).unwrap_err().contains("at most a year"), "for {typed}");
    }
    assert!(duration("1mo").unwrap_err().contains("is not a length of time"));
}

#[test]
fn what_a_table_shows_can_be_typed() {
    for (shown, meant) in [
        ("just now", "2026-11-23T14:30:00+05:30"),
        ("40 s ago", "2026-11-23T14:29:20+05:30"),
        ("5 min ago", "2026-11-23T14:25:00+05:30"),
        ("3 h ago", "2026-11-23T11:30:00+05:30"),
        ("in 5 min", "2026-11-23T14:35:00+05:30"),
        ("yesterday 05:30", "2026-11-22T05:30:00+05:30"),
        ("tomorrow 05:30", "2026-11-24T05:30:00+05:30"),
        ("today 17:45", "2026-11-23T17:45:00+05:30"),
        ("2026-11-20 9:05", "2026-11-20T09:05:00+05:30"),
        ("1 h 05 min", "2026-11-23T13:25:00+05:30"),
        // Whatever o'clock it was when the table was printed.
        ("2 min ago · 11:34", "2026-11-23T11:34:00+05:30"),
        ("5 h ago · 23:50", "2026-11-22T23:50:00+05:30"),
        ("in 2 min · 14:32", "2026-11-23T14:32:00+05:30"),
        ("yesterday 05:30 · 2026-11-22 05:30", "2026-11-22T05:30:00+05:30"),
    ] {
        let meant: Timestamp = meant.parse().unwrap();
        assert_eq!(moment(shown, &now()), Ok(meant), "for {shown}");
    }
}

#[test]
fn a_day_that_comes_again_is_the_last_one() {
    // Now is Monday, 23 November, 14:30.
    for (typed, meant) in [
        ("Mon", "2026-11-23T00:00:00+05:30"),
        ("Mon 14:30", "2026-11-23T14:30:00+05:30"),
        ("Mon 14:31", "2026-11-16T14:31:00+05:30"),
        ("monday 9:00", "2026-11-23T09:00:00+05:30"),
        ("Sun 23:59", "2026-11-22T23:59:00+05:30"),
        ("TUE 11:34", "2026-11-17T11:34:00+05:30"),
        ("27 Nov 11:34", "2025-11-27T11:34:00+05:30"),
        ("23 Nov 14:30", "2026-11-23T14:30:00+05:30"),
        ("23 Nov 14:31", "2025-11-23T14:31:00+05:30"),
        ("1 january", "2026-01-01T00:00:00+05:30"),
        ("05 Mar 8:05:30", "2026-03-05T08:05:30+05:30"),
        ("29 Feb 11:34", "2024-02-29T11:34:00+05:30"),
        ("31 Dec", "2025-12-31T00:00:00+05:30"),
    ] {
        let meant: Timestamp = meant.parse().unwrap();
        assert_eq!(moment(typed, &now()), Ok(meant), "for {typed}");
    }
    for typed in [
        "mo",
        "mond",
        "mon tue",
        "mon 25:00",
        "mon 9:00 9:00",
        "30 Feb",
        "31 Nov",
        "0 Nov",
        "32 Nov",
        "-1 Nov",
        "+1 Nov",
        "Nov 27",
        "27 Nove",
        "27 Nov 2026",
        "27 Nov 9",
        "nov",
    ] {
        assert!(moment(typed, &now()).is_err(), "for {typed}");
    }
}

#[test]
fn a_text_that_is_nearly_right_is_refused_with_the_right_one() {
    for (typed, right) in [
        ("5", "5m for a length of time, 5:00 for a time of day"),
        ("45", "45m for a length of time"),
        ("0900", "09:00"),
        ("1130", "11:30"),
        ("1795410000", "@1795410000 for Unix seconds"),
        ("1795410000123", "@1795410000.123 for Unix milliseconds"),
        ("9am", "9:00"),
        ("5:45 PM", "17:45"),
        ("12 am", "0:00"),
        ("23/11/2026", "2026-11-23"),
        ("23-11-2026", "2026-11-23"),
        ("9.30", "9:30"),
        ("25:00", "23:59 for the last minute of a day, whose first is 0:00"),
        ("soon", "9:00, 17:45"),
    ] {
        let message = moment(typed, &now()).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{typed:?} is not a time; write ")), "{message}");
        assert!(message.contains(right), "for {typed}: {message}");
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
    fn a_form_that_a_refusal_names_is_taken(text in "[0-9]{1,22}|[0-9]{1,2}(:[0-9]{1,3})? ?[ap]m|[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{1,3}[.:][0-9]{1,3}") {
        if moment(&text, &now()).is_err() {
            for (form, _) in nearest_forms(&text) {
                prop_assert!(moment(&form, &now()).is_ok(), "{} for {}", form, text);
            }
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,24}|[@0-9:hmdTZ. ·-]{0,24}|([0-9]{1,3}|in|ago|yesterday|today|mon|sunday|feb|nov| |:|·|min|h){1,9}") {
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
