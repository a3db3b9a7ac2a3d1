//! Which shift a report is about: by `--day`, `--since` and `--until`, and by the hours of the shift in the configuration.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ZonedDateTime};

use crate::failure::Failure;
use crate::floor::shift::window::{Hours, current, of_day};
use crate::floor::timeline::Span;
use crate::moment::{at, clock, date, moment};

/// What was typed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Typed<'a> {
    pub(crate) day: Option<&'a str>,
    pub(crate) since: Option<&'a str>,
    pub(crate) until: Option<&'a str>,
}

/// The shift that was typed; else the one that goes on, or the last that has ended. It ends no later than now.
///
/// `ended` is whether one that goes on is not meant, because the past of a sandbox has whole days.
///
/// # Errors
/// If a time cannot be read, or nothing of the window has passed: exit code 2.
pub(crate) fn window(
    typed: Typed<'_>,
    hours: Option<Hours>,
    ended: bool,
    now: &ZonedDateTime,
) -> Result<Span, Failure> {
    let day = typed.day.map(|text| date(text, now).map_err(|why| wrong("--day", &why))).transpose()?;
    let usual = match day {
        Some(day) => of_day(day, hours, now).map_err(out_of_range)?,
        None => current(hours, ended, now).map_err(out_of_range)?,
    };
    let from = match typed.since {
        None => usual.from,
        Some(text) => since(text, day.map(|day| (day, usual)), now)?,
    };
    if let Typed { day: None, since: Some(text), until: None } = typed
        && let Some(time) = clock(text)
        && at(now.date(), time, now).map_err(out_of_range)? > now.timestamp()
        && !(usual.from <= from && from < usual.to)
    {
        let failure = Failure::usage(format!("--since: {text:?} is later than now"));
        return Err(
            failure.hint(format!("`--day yesterday --since {text}` begins at that time of yesterday"))
        );
    }
    let to = match typed.until {
        // Without hours no shift ends before now, only days do.
        None if typed.since.is_some() && day.is_none() && (hours.is_none() || usual.to <= from) => {
            now.timestamp()
        }
        None => usual.to,
        Some(text) => until(text, (from, typed.since.and_then(clock)), day.is_some(), now)?,
    };
    let to = to.min(now.timestamp());
    if from < to {
        return Ok(Span { from, to });
    }
    let [from, to] = [from, to]
        .map(|moment| moment.to_zoned_datetime(now.time_zone().clone()).strftime("%F %R").to_string());
    if typed.until.is_some() && from >= to {
        return Err(Failure::usage(format!(
            "the window begins at {from}, which is not before its end at {to}"
        )));
    }
    let failure = Failure::usage(format!("nothing of the shift that begins at {from} has passed"));
    let before = day.and_then(|day| day.yesterday().ok());
    Err(match before.filter(|_| hours.is_some_and(Hours::go_over_midnight)) {
        Some(before) => failure.hint(format!(
            "a shift belongs to the day on which it begins: `--day {before}` is the one before this"
        )),
        None => failure,
    })
}

/// Beside `--day` a time of day is one within the shift of that day, whichever side of midnight that is.
fn since(text: &str, day: Option<(Date, Span)>, now: &ZonedDateTime) -> Result<Timestamp, Failure> {
    match (clock(text), day) {
        (Some(time), Some((day, shift))) => {
            let next = at(day.tomorrow().map_err(out_of_range)?, time, now).map_err(out_of_range)?;
            if next < shift.to { Ok(next) } else { at(day, time, now).map_err(out_of_range) }
        }
        (None, Some(_)) => Err(wrong("--since", "beside --day it takes a time of day, such as 9:00")),
        (_, None) => moment(text, now).map_err(|error| wrong("--since", &error.to_string())),
    }
}

/// A time of day is the first one after the beginning, which may have been typed as one.
fn until(
    text: &str,
    (from, typed): (Timestamp, Option<Time>),
    has_day: bool,
    now: &ZonedDateTime,
) -> Result<Timestamp, Failure> {
    let Some(time) = clock(text) else {
        if has_day {
            return Err(wrong("--until", "beside --day it takes a time of day, such as 18:00"));
        }
        return moment(text, now).map_err(|error| wrong("--until", &error.to_string()));
    };
    let first = from.to_zoned_datetime(now.time_zone().clone()).date();
    let next = |day: Date| at(day, time, now).map_err(out_of_range);
    let to = next(first)?;
    // Of two times that clocks skip, the later one is not that of the next day.
    let is_skipped = from == to && typed.is_some_and(|typed| typed < time);
    if from < to || is_skipped { Ok(to) } else { next(first.tomorrow().map_err(out_of_range)?) }
}

fn wrong(option: &str, why: &str) -> Failure {
    Failure::usage(format!("{option}: {why}"))
}

fn out_of_range(_: jiff::Error) -> Failure {
    Failure::usage("this day is too far away: the calendar ends with the year 9999")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_SHIFT: Option<Hours> =
        Some(Hours { start: jiff::civil::time(9, 0, 0, 0), end: jiff::civil::time(18, 0, 0, 0) });
    const NIGHT_SHIFT: Option<Hours> =
        Some(Hours { start: jiff::civil::time(22, 0, 0, 0), end: jiff::civil::time(6, 0, 0, 0) });

    fn now(text: &str) -> ZonedDateTime {
        let zone = if text.contains('[') { text.to_owned() } else { format!("{text}[Asia/Kolkata]") };
        zone.parse().unwrap()
    }

    fn shown(span: Span, now: &ZonedDateTime) -> String {
        let [from, to] = [span.from, span.to]
            .map(|it| it.to_zoned_datetime(now.time_zone().clone()).strftime("%d %R").to_string());
        format!("{from} - {to}")
    }

    fn found(typed: Typed<'_>, hours: Option<Hours>, at: &str) -> String {
        let now = now(at);
        match window(typed, hours, false, &now) {
            Ok(span) => shown(span, &now),
            Err(failure) => failure.problem.message.clone(),
        }
    }

    #[test]
    fn without_options_it_is_the_running_shift_or_the_last_that_ended() {
        for (hours, at, wanted) in [
            (None, "2026-11-27T14:30", "27 00:00 - 27 14:30"),
            (None, "2026-11-27T06:00", "27 00:00 - 27 06:00"),
            (None, "2026-11-27T05:59", "26 00:00 - 27 00:00"),
            (DAY_SHIFT, "2026-11-27T14:30", "27 09:00 - 27 14:30"),
            (DAY_SHIFT, "2026-11-27T18:00", "27 09:00 - 27 18:00"),
            (DAY_SHIFT, "2026-11-27T23:00", "27 09:00 - 27 18:00"),
            (DAY_SHIFT, "2026-11-27T08:59", "26 09:00 - 26 18:00"),
            // Nothing of the one that begins now has passed.
            (DAY_SHIFT, "2026-11-27T09:00", "26 09:00 - 26 18:00"),
            (NIGHT_SHIFT, "2026-11-27T23:30", "27 22:00 - 27 23:30"),
            (NIGHT_SHIFT, "2026-11-27T05:30", "26 22:00 - 27 05:30"),
            (NIGHT_SHIFT, "2026-11-27T12:00", "26 22:00 - 27 06:00"),
        ] {
            assert_eq!(found(Typed::default(), hours, at), wanted, "{hours:?} {at}");
        }
    }

    #[test]
    fn in_a_sandbox_it_is_the_last_whole_one() {
        for (hours, at, wanted) in [
            (None, "2026-11-27T14:30", "26 00:00 - 27 00:00"),
            (DAY_SHIFT, "2026-11-27T14:30", "26 09:00 - 26 18:00"),
            (DAY_SHIFT, "2026-11-27T18:30", "27 09:00 - 27 18:00"),
            (NIGHT_SHIFT, "2026-11-27T05:30", "25 22:00 - 26 06:00"),
        ] {
            let now = now(at);
            let span = window(Typed::default(), hours, true, &now).unwrap();
            assert_eq!(shown(span, &now), wanted, "{hours:?} {at}");
        }
    }

    #[test]
    fn a_day_is_that_on_which_the_shift_begins() {
        for (day, hours, wanted) in [
            ("yesterday", None, "26 00:00 - 27 00:00"),
            ("today", None, "27 00:00 - 27 14:30"),
            ("2026-11-20", DAY_SHIFT, "20 09:00 - 20 18:00"),
            ("yesterday", NIGHT_SHIFT, "26 22:00 - 27 06:00"),
            ("Wed", DAY_SHIFT, "25 09:00 - 25 18:00"),
            ("20 Nov", None, "20 00:00 - 21 00:00"),
            ("tomorrow", None, "nothing of the shift that begins at 2026-11-28 00:00 has passed"),
            ("today", NIGHT_SHIFT, "nothing of the shift that begins at 2026-11-27 22:00 has passed"),
        ] {
            let typed = Typed { day: Some(day), ..Typed::default() };
            assert_eq!(found(typed, hours, "2026-11-27T14:30"), wanted, "{day} {hours:?}");
        }
        let today = Typed { day: Some("today"), ..Typed::default() };
        let hints = |hours| {
            window(today, hours, false, &now("2026-11-27T05:30")).err().map(|failure| failure.problem.hints)
        };
        let hint = "a shift belongs to the day on which it begins: `--day 2026-11-26` is the one before this";
        assert_eq!(hints(NIGHT_SHIFT), Some(vec![hint.to_owned()]));
        assert_eq!(hints(DAY_SHIFT), Some(vec![]));
        for wrong in ["8h", "9:00", "yesterday 9:00", "some day", "2026-11-20T09:00"] {
            let typed = Typed { day: Some(wrong), ..Typed::default() };
            let message = found(typed, None, "2026-11-27T14:30");
            assert!(message.starts_with("--day: "), "{wrong}: {message}");
        }
    }

    #[test]
    fn an_end_is_the_first_one_after_the_beginning() {
        let (at, none) = ("2026-11-27T14:30", None);
        for (day, since, until, hours, wanted) in [
            (none, Some("9:00"), Some("18:00"), None, "27 09:00 - 27 14:30"),
            (none, Some("9:00"), Some("12:00"), None, "27 09:00 - 27 12:00"),
            (none, Some("16:00"), Some("23:00"), None, "26 16:00 - 26 23:00"),
            (none, Some("22:00"), Some("6:00"), None, "26 22:00 - 27 06:00"),
            (none, Some("9:00"), None, None, "27 09:00 - 27 14:30"),
            (none, Some("8h"), None, DAY_SHIFT, "27 06:30 - 27 14:30"),
            (none, Some("16:00"), None, None, "--since: \"16:00\" is later than now"),
            (none, Some("16:00"), None, DAY_SHIFT, "--since: \"16:00\" is later than now"),
            (none, Some("yesterday 16:00"), None, None, "26 16:00 - 27 14:30"),
            (none, Some("22:00"), None, NIGHT_SHIFT, "26 22:00 - 27 06:00"),
            (none, Some("3:00"), None, NIGHT_SHIFT, "27 03:00 - 27 06:00"),
            (none, Some("6:00"), None, NIGHT_SHIFT, "27 06:00 - 27 14:30"),
            (none, Some("21:59"), None, NIGHT_SHIFT, "--since: \"21:59\" is later than now"),
            (none, None, Some("12:00"), DAY_SHIFT, "27 09:00 - 27 12:00"),
            (Some("yesterday"), Some("9:00"), Some("18:00"), None, "26 09:00 - 26 18:00"),
            (Some("yesterday"), Some("22:00"), Some("6:00"), None, "26 22:00 - 27 06:00"),
            (Some("yesterday"), Some("12:00"), None, DAY_SHIFT, "26 12:00 - 26 18:00"),
            (Some("yesterday"), Some("1:00"), None, NIGHT_SHIFT, "27 01:00 - 27 06:00"),
            (Some("yesterday"), Some("1:00"), Some("2:00"), NIGHT_SHIFT, "27 01:00 - 27 02:00"),
            (Some("yesterday"), Some("23:00"), None, NIGHT_SHIFT, "26 23:00 - 27 06:00"),
            (Some("yesterday"), Some("21:00"), None, NIGHT_SHIFT, "26 21:00 - 27 06:00"),
            (Some("yesterday"), None, Some("5:00"), NIGHT_SHIFT, "26 22:00 - 27 05:00"),
            (
                Some("yesterday"),
                Some("8h"),
                None,
                None,
                "--since: beside --day it takes a time of day, such as 9:00",
            ),
            (
                none,
                Some("2026-11-27"),
                Some("2026-11-26"),
                None,
                "the window begins at 2026-11-27 00:00, which is not before its end at 2026-11-26 00:00",
            ),
        ] {
            assert_eq!(found(Typed { day, since, until }, hours, at), wanted, "{day:?} {since:?} {until:?}");
        }
    }

    #[test]
    fn times_of_day_that_clocks_skip_are_the_moment_at_which_they_do() {
        let hours = |from: [i8; 2], to: [i8; 2]| {
            let [start, end] = [from, to].map(|[hour, minute]| Time::constant(hour, minute, 0, 0));
            Some(Hours { start, end })
        };
        let (yesterday, none, empty) =
            (Some("yesterday"), None, "the window begins at 2026-03-29 03:00, which is not before");
        for (at, day, since, until, hours, wanted) in [
            ("30T12:00", yesterday, Some("2:30"), Some("3:30"), None, "29 03:00 - 29 03:30"),
            ("30T12:00", yesterday, Some("1:30"), Some("2:30"), None, "29 01:30 - 29 03:00"),
            ("30T12:00", yesterday, Some("2:15"), Some("2:45"), None, empty),
            ("29T12:00", none, Some("2:30"), Some("3:30"), None, "29 03:00 - 29 03:30"),
            ("29T12:00", none, Some("2:30"), None, None, "29 03:00 - 29 12:00"),
            ("29T12:00", none, None, None, hours([2, 30], [3, 15]), "29 03:00 - 29 03:15"),
            ("29T12:00", none, None, None, hours([1, 30], [2, 15]), "29 01:30 - 29 03:00"),
            ("29T12:00", none, None, None, hours([2, 15], [2, 45]), "28 02:15 - 28 02:45"),
        ] {
            let typed = Typed { day, since, until };
            let found = found(typed, hours, &format!("2026-03-{at}[Europe/Berlin]"));
            assert!(found.starts_with(wanted), "{at} {typed:?} {hours:?}: {found}");
        }
    }

    #[test]
    fn a_beginning_within_the_shift_leaves_its_end() {
        for (since, hours, wanted) in [
            ("10:00", DAY_SHIFT, "27 10:00 - 27 18:00"),
            ("8:00", DAY_SHIFT, "27 08:00 - 27 18:00"),
            ("17:59", DAY_SHIFT, "27 17:59 - 27 18:00"),
            ("18:00", DAY_SHIFT, "27 18:00 - 27 20:00"),
            ("19:00", DAY_SHIFT, "27 19:00 - 27 20:00"),
            ("10:00", None, "27 10:00 - 27 20:00"),
        ] {
            let typed = Typed { since: Some(since), ..Typed::default() };
            assert_eq!(found(typed, hours, "2026-11-27T20:00"), wanted, "{since} {hours:?}");
        }
        let typed = Typed { since: Some("22:00"), ..Typed::default() };
        assert_eq!(found(typed, None, "2026-11-27T02:00"), "26 22:00 - 27 02:00", "before morning");
    }

    #[test]
    fn where_clocks_change_a_shift_is_an_hour_longer_or_shorter() {
        for (at, hours, wanted) in [
            ("2026-03-29T12:00[Europe/Berlin]", None, 23),
            ("2026-10-25T12:00[Europe/Berlin]", None, 25),
            ("2026-03-29T12:00[Europe/Berlin]", NIGHT_SHIFT, 7),
            ("2026-10-25T12:00[Europe/Berlin]", NIGHT_SHIFT, 9),
        ] {
            let now = now(at);
            let later = now.checked_add(jiff::SignedDuration::from_hours(24)).unwrap();
            let day = if hours.is_some() { now.date().yesterday().unwrap() } else { now.date() }.to_string();
            let typed = Typed { day: Some(&day), ..Typed::default() };
            let span = window(typed, hours, false, &later).unwrap();
            assert_eq!(span.length().as_secs(), wanted * 3600, "{at} {hours:?}");
        }
    }
}
