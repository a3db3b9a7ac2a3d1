use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn india() -> TimeZone {
    TimeZone::posix("IST-5:30").expect("a zone")
}

/// Summer time from 29 March 01:00 UTC to 25 October 01:00 UTC in 2026.
fn berlin() -> TimeZone {
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").expect("a zone")
}

#[test]
fn a_moment_is_told_from_here() {
    let now = "2026-11-23T13:30:00+05:30";
    for (moment, words) in [
        ("2026-11-23T13:30:00+05:30", "just now"),
        ("2026-11-23T13:29:56+05:30", "just now"),
        ("2026-11-23T13:30:04+05:30", "just now"),
        ("2026-11-23T13:29:55+05:30", "5 s ago"),
        ("2026-11-23T13:29:01+05:30", "59 s ago"),
        ("2026-11-23T13:29:00+05:30", "1 min ago"),
        ("2026-11-23T12:30:01+05:30", "59 min ago"),
        ("2026-11-23T12:30:00+05:30", "1 h ago"),
        ("2026-11-23T00:00:00+05:30", "13 h ago"),
        ("2026-11-22T23:59:59+05:30", "yesterday 23:59"),
        ("2026-11-22T00:00:00+05:30", "yesterday 00:00"),
        ("2026-11-21T23:59:00+05:30", "2026-11-21 23:59"),
        ("2025-01-02T03:04:05+05:30", "2025-01-02 03:04"),
        ("2026-11-23T13:30:05+05:30", "in 5 s"),
        ("2026-11-23T13:35:00+05:30", "in 5 min"),
        ("2026-11-23T15:31:00+05:30", "in 2 h"),
        ("2026-11-23T23:59:00+05:30", "in 10 h"),
        ("2026-11-24T14:00:00+05:30", "tomorrow 14:00"),
        ("2026-11-26T08:00:00+05:30", "2026-11-26 08:00"),
    ] {
        assert_eq!(relative(at(moment), at(now), &india()), words, "{moment}");
    }
}

#[test]
fn hours_are_counted_across_midnight() {
    let now = at("2026-11-24T01:00:00+05:30");
    assert_eq!(relative(at("2026-11-23T23:00:00+05:30"), now, &india()), "2 h ago");
    assert_eq!(relative(at("2026-11-23T12:59:00+05:30"), now, &india()), "yesterday 12:59");
}

#[test]
fn the_zone_decides_what_yesterday_is() {
    let (moment, now) = (at("2026-11-22T20:00:00Z"), at("2026-11-23T13:00:00Z"));
    assert_eq!(relative(moment, now, &TimeZone::UTC), "yesterday 20:00");
    assert_eq!(relative(moment, now, &india()), "17 h ago");
}

#[test]
fn an_hour_that_comes_twice_is_counted_in_real_time() {
    let now = at("2026-10-25T02:30:00+01:00");
    assert_eq!(relative(at("2026-10-25T02:30:00+02:00"), now, &berlin()), "1 h ago");
    assert_eq!(rfc3339(at("2026-10-25T00:30:00Z"), &berlin()), "2026-10-25T02:30:00.000+02:00");
    assert_eq!(rfc3339(at("2026-10-25T01:30:00Z"), &berlin()), "2026-10-25T02:30:00.000+01:00");
    assert_eq!(clock(at("2026-03-29T01:00:00Z"), now, &berlin()), "29 Mar 03:00");
}

#[test]
fn a_length_has_two_units_at_most() {
    for (seconds, words) in [
        (0, "0 s"),
        (45, "45 s"),
        (59, "59 s"),
        (60, "1 min"),
        (90, "1 min 30 s"),
        (545, "9 min 05 s"),
        (600, "10 min"),
        (659, "10 min"),
        (3599, "59 min"),
        (3600, "1 h 00 min"),
        (3900, "1 h 05 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 d 00 h"),
        (183_600, "2 d 03 h"),
        (-1, "-1 s"),
        (-45, "-45 s"),
        (-3900, "-1 h 05 min"),
        (i64::MIN, "-106751991167300 d 15 h"),
    ] {
        assert_eq!(length(seconds), words, "{seconds}");
    }
}

#[test]
fn the_clock_shows_the_day_when_it_is_not_today() {
    let now = at("2026-11-23T13:30:00+05:30");
    for (moment, words) in [
        ("2026-11-23T13:04:59+05:30", "13:04"),
        ("2026-11-23T00:00:00+05:30", "00:00"),
        ("2026-11-23T23:59:00+05:30", "23:59"),
        ("2026-11-22T23:59:59+05:30", "Sun 23:59"),
        ("2026-11-17T00:00:00+05:30", "Tue 00:00"),
        // A Monday without a date would be today.
        ("2026-11-16T23:59:00+05:30", "16 Nov 23:59"),
        ("2026-01-05T08:00:00+05:30", "5 Jan 08:00"),
        ("2025-11-24T08:00:00+05:30", "24 Nov 08:00"),
        ("2025-11-23T23:59:00+05:30", "2025-11-23 23:59"),
        ("1970-01-01T05:30:00+05:30", "1970-01-01 05:30"),
        // A day without a date is the last one, so what is to come has its date.
        ("2026-11-24T00:00:00+05:30", "2026-11-24 00:00"),
    ] {
        assert_eq!(clock(at(moment), now, &india()), words);
    }
}

#[test]
fn a_range_names_each_day_once_and_never_leaves_one_out() {
    let now = at("2026-11-23T17:00:00+05:30");
    for (from, to, words) in [
        ("2026-11-23T09:00:00+05:30", "2026-11-23T17:00:00+05:30", "09:00–17:00"),
        ("2026-11-20T09:00:00+05:30", "2026-11-20T17:00:00+05:30", "Fri 09:00–17:00"),
        ("2026-11-22T22:00:00+05:30", "2026-11-23T06:00:00+05:30", "Sun 22:00 – today 06:00"),
        ("2026-10-24T22:00:00+05:30", "2026-10-25T06:00:00+05:30", "24 Oct 22:00 – 25 Oct 06:00"),
    ] {
        assert_eq!(range(at(from), at(to), now, &india()), words);
    }
}

#[test]
fn each_style_has_its_words() {
    // Each moment, now, and what is shown in India and in Berlin.
    for (moment, now, india_shows, berlin_shows) in [
        ("2026-11-23T06:04:00Z", "2026-11-23T06:06:00Z", ["2 min ago", "11:34"], ["2 min ago", "07:04"]),
        ("2026-11-23T06:06:00Z", "2026-11-23T06:06:00Z", ["just now", "11:36"], ["just now", "07:06"]),
        // In India midnight is between the two.
        ("2026-11-23T17:30:00Z", "2026-11-23T19:30:00Z", ["2 h ago", "Mon 23:00"], ["2 h ago", "18:30"]),
        ("2026-11-23T06:10:00Z", "2026-11-23T06:06:00Z", ["in 4 min", "11:40"], ["in 4 min", "07:10"]),
        ("2026-11-23T19:00:00Z", "2026-11-23T18:00:00Z", ["in 1 h", "2026-11-24 00:30"], ["in 1 h", "20:00"]),
        (
            "2026-11-22T10:00:00Z",
            "2026-11-23T13:00:00Z",
            ["yesterday 15:30", "Sun 15:30"],
            ["yesterday 11:00", "Sun 11:00"],
        ),
        (
            "2026-11-02T10:00:00Z",
            "2026-11-23T13:00:00Z",
            ["2026-11-02 15:30", "2 Nov 15:30"],
            ["2026-11-02 11:00", "2 Nov 11:00"],
        ),
        // Clocks are put back in Berlin, and the hour from two to three comes twice.
        ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", ["1 h ago", "06:00"], ["1 h ago", "02:30"]),
        // Clocks are put forward.
        ("2026-03-29T00:59:00Z", "2026-03-29T01:01:00Z", ["2 min ago", "06:29"], ["2 min ago", "01:59"]),
    ] {
        let (moment, now) = (at(moment), at(now));
        for (zone, [distance, time]) in [(india(), india_shows), (berlin(), berlin_shows)] {
            assert_eq!(in_style(TimeStyle::Relative, moment, now, &zone), distance);
            assert_eq!(in_style(TimeStyle::Clock, moment, now, &zone), time);
            let both = if distance.contains(':') {
                distance.to_owned()
            } else {
                format!("{distance} · {}", &time[time.len() - 5..])
            };
            assert_eq!(in_style(TimeStyle::Both, moment, now, &zone), both);
        }
    }
}

#[test]
fn rfc_3339_carries_the_offset_and_milliseconds_always() {
    let calcutta_mean_time = TimeZone::fixed(Offset::from_seconds(21_208).expect("5:53:28"));
    for (moment, zone, words) in [
        ("2026-11-23T08:00:00Z", india(), "2026-11-23T13:30:00.000+05:30"),
        ("2026-11-23T08:00:00Z", TimeZone::UTC, "2026-11-23T08:00:00.000+00:00"),
        ("2026-11-23T08:00:00.25Z", TimeZone::UTC, "2026-11-23T08:00:00.250+00:00"),
        ("2026-11-23T08:00:00.518Z", TimeZone::UTC, "2026-11-23T08:00:00.518+00:00"),
        ("2026-11-23T07:59:59.999999999Z", TimeZone::UTC, "2026-11-23T07:59:59.999+00:00"),
        ("2026-07-01T08:00:00Z", berlin(), "2026-07-01T10:00:00.000+02:00"),
        ("2026-12-01T08:00:00Z", berlin(), "2026-12-01T09:00:00.000+01:00"),
        ("1880-01-01T00:00:00Z", calcutta_mean_time, "1880-01-01T05:53:00.000+05:53"),
        ("1969-12-31T23:59:59.5Z", TimeZone::UTC, "1969-12-31T23:59:59.500+00:00"),
    ] {
        assert_eq!(rfc3339(at(moment), &zone), words);
        assert_eq!(rfc3339_seconds(at(moment), &zone), format!("{}{}", &words[..19], &words[23..]));
    }
}

proptest! {
    #[test]
    fn rfc_3339_reads_back_as_the_same_millisecond(millisecond in -10_000_000_000_000_i64..100_000_000_000_000) {
        let moment = Timestamp::from_millisecond(millisecond).expect("in range");
        for zone in [india(), berlin(), TimeZone::UTC] {
            prop_assert_eq!(at(&rfc3339(moment, &zone)), moment);
        }
    }

    #[test]
    fn times_of_one_zone_sort_as_text(left in 0..4_000_000_000_000_i64, right in 0..4_000_000_000_000_i64) {
        let text = |millisecond| rfc3339(Timestamp::from_millisecond(millisecond).expect("in range"), &india());
        prop_assert_eq!(text(left).cmp(&text(right)), left.cmp(&right));
        prop_assert_eq!(text(left).len(), text(right).len());
    }

    #[test]
    fn words_for_any_moment_fit_a_column(moment in any::<i64>(), now in any::<i64>()) {
        let limit = |second: i64| Timestamp::from_second(second % 100_000_000_000).expect("in range");
        let words = relative(limit(moment), limit(now), &berlin());
        prop_assert!(words.len() <= "-009999-12-31 23:59".len(), "{}", words);
    }

    /// A time of day that comes twice when clocks are put back is shown alike both times.
    #[test]
    fn a_moment_in_each_form_of_a_table_can_be_typed(
        now in 0_i64..4_000_000_000,
        distance in prop_oneof![-90_000_i64..90_000, -40_000_000_i64..40_000_000],
        millis in 0_i32..1000,
    ) {
        let at = |second| Timestamp::new(second, millis * 1_000_000).expect("in range");
        let (moment, now) = (at(now + distance), at(now));
        for zone in [india(), berlin(), TimeZone::UTC, TimeZone::get("Australia/Lord_Howe").expect("a zone")] {
            let here = now.to_zoned_datetime(zone.clone());
            let read = |text: &str| crate::moment::moment(text, &here).map_err(|error| TestCaseError::fail(error.to_string()));
            let minute = |moment| clock(moment, Timestamp::MIN, &zone);
            let shown = relative(moment, now, &zone);
            let again = read(&shown)?;
            prop_assert!(relative(again, now, &zone) == shown || minute(again) == minute(moment), "{}", shown);
            // A time of day without a date is the last one.
            let time = clock(moment, now, &zone);
            let same_day = zone.to_datetime(moment).date() == zone.to_datetime(now).date();
            if moment <= now || !same_day {
                prop_assert_eq!(minute(read(&time)?), minute(moment), "{}", time);
            }
            let both = in_style(TimeStyle::Both, moment, now, &zone);
            prop_assert_eq!(minute(read(&both)?), minute(moment), "{}", both);
            prop_assert_eq!(minute(read(&format!("{shown} · {time}"))?), minute(moment), "{} · {}", shown, time);
            for later in [60, 3_600] {
                // It was printed a while ago.
                let there = now + jiff::SignedDuration::from_secs(later);
                let again = crate::moment::moment(&both, &there.to_zoned_datetime(zone.clone()));
                let again = again.map_err(|error| TestCaseError::fail(error.to_string()))?;
                let is_exact = both.contains(" · ") && distance.abs() < 10 * 3_600;
                prop_assert!(!is_exact || minute(again) == minute(moment), "{} typed {} s later", both, later);
            }
            prop_assert_eq!(read(&rfc3339(moment, &zone))?, moment);
        }
    }

    #[test]
    fn a_length_in_the_form_of_a_table_can_be_typed(seconds in prop_oneof![1_i64..100_000, 1_i64..31_000_000]) {
        let shown = length(seconds);
        let again = crate::moment::duration(&shown).map_err(TestCaseError::fail)?;
        prop_assert_eq!(length(i64::try_from(again.as_secs()).expect("a year at most")), shown);
    }
}

#[test]
fn a_short_moment_is_the_same_moment() {
    for (text, short) in [
        ("2026-11-30T08:59:59Z", "2026-11-30T08:59:59Z"),
        ("2026-11-30T14:29:59.25+05:30", "2026-11-30T08:59:59.250Z"),
        ("1969-12-31T23:59:59.9985Z", "1969-12-31T23:59:59.998Z"),
        ("-001500-01-01T00:00:00Z", "-001500-01-01T00:00:00Z"),
    ] {
        let moment: Timestamp = text.parse().unwrap();
        assert_eq!(rfc3339_short(moment), short);
        let stored: Timestamp = rfc3339(moment, &TimeZone::UTC).parse().unwrap();
        assert_eq!(short.parse::<Timestamp>().unwrap(), stored);
    }
}
