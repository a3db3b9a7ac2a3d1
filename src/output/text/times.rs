//! Words for moments and lengths of time.

use jiff::{
    Timestamp, ToSpan,
    civil::DateTime,
    fmt::temporal::DateTimePrinter,
    tz::{Offset, TimeZone},
};

use crate::output::presentation::TimeStyle;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment in the style of `--time`.
#[must_use]
pub fn in_style(style: TimeStyle, moment: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    match style {
        TimeStyle::Relative => relative(moment, now, zone),
        TimeStyle::Clock => clock(moment, now, zone),
        TimeStyle::Both => both(moment, now, zone),
    }
}

/// The distance and the time of day: "2 min ago · 11:34". A distance of hours may lead across midnight. A day as a
/// distance has its time of day already.
fn both(moment: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let distance = relative(moment, now, zone);
    if distance.contains(':') {
        return distance;
    }
    format!("{distance} · {}", hour_and_minute(zone.to_datetime(moment)))
}

/// The distance of a moment from now: "just now", "40 s ago", "in 5 min", "yesterday 14:03", and beyond that the date.
/// Hours are counted within the day, and across midnight up to twelve.
#[must_use]
pub fn relative(moment: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let seconds = moment.as_second() - now.as_second();
    let size = seconds.abs();
    let distance = |count: i64, unit: &str| {
        if seconds < 0 { format!("{count} {unit} ago") } else { format!("in {count} {unit}") }
    };
    if size < 5 {
        return "just now".to_owned();
    }
    if size < MINUTE {
        return distance(size, "s");
    }
    if size < HOUR {
        return distance(size / MINUTE, "min");
    }
    let (there, here) = (zone.to_datetime(moment), zone.to_datetime(now));
    if size < 12 * HOUR || there.date() == here.date() {
        return distance(size / HOUR, "h");
    }
    let time = hour_and_minute(there);
    if here.date().yesterday().is_ok_and(|day| day == there.date()) {
        format!("yesterday {time}")
    } else if here.date().tomorrow().is_ok_and(|day| day == there.date()) {
        format!("tomorrow {time}")
    } else {
        format!("{} {time}", there.date())
    }
}

/// A length of time: "45 s", "1 min 30 s", "25 min", "1 h 05 min", "2 d 03 h". Two units at most,
/// rounded towards zero; negative with a minus.
#[must_use]
pub fn length(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let size = seconds.unsigned_abs();
    let [minute, hour, day] = [MINUTE, HOUR, DAY].map(i64::unsigned_abs);
    let words = if size < minute {
        format!("{size} s")
    } else if size < 10 * minute && !size.is_multiple_of(minute) {
        format!("{} min {:02} s", size / minute, size % minute)
    } else if size < hour {
        format!("{} min", size / minute)
    } else if size < day {
        format!("{} h {:02} min", size / hour, size % hour / minute)
    } else {
        format!("{} d {:02} h", size / day, size % day / hour)
    };
    format!("{sign}{words}")
}

/// The time of day, "13:04", with the day before it unless that is today: "Mon 13:04" in the last six days, "27 Nov
/// 13:04" in the last year, else "2027-11-27 13:04". So a day without a year is always the last one.
#[must_use]
pub fn clock(moment: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (there, here) = (zone.to_datetime(moment), zone.to_datetime(now));
    let (time, day, today) = (hour_and_minute(there), there.date(), here.date());
    let is_within = |span| moment <= now && today.checked_sub(span).is_ok_and(|first| first < day);
    if day == today {
        time
    } else if is_within(7.days()) {
        format!("{} {time}", day.strftime("%a"))
    } else if is_within(1.year()) {
        format!("{} {time}", day.strftime("%-d %b"))
    } else {
        format!("{day} {time}")
    }
}

/// From one moment to another: "09:00–17:00", "Fri 09:00–17:00", "Fri 09:00 – today 03:00". So a time is never taken for
/// one of the day before it.
#[must_use]
pub fn range(from: Timestamp, to: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let [first, last, today] = [from, to, now].map(|moment| zone.to_datetime(moment).date());
    if first == last {
        return format!("{}–{}", clock(from, now, zone), hour_and_minute(zone.to_datetime(to)));
    }
    let with_day = |moment, day| {
        let clock = clock(moment, now, zone);
        if day == today { format!("today {clock}") } else { clock }
    };
    format!("{} – {}", with_day(from, first), with_day(to, last))
}

/// RFC 3339 with the zone's numeric offset and milliseconds, which is how finely the API counts. Every time of every
/// document is written so: readers take the form of the first time for that of all, and equal lengths sort as text.
#[must_use]
pub fn rfc3339(moment: Timestamp, zone: &TimeZone) -> String {
    const MILLISECONDS: DateTimePrinter = DateTimePrinter::new().precision(Some(3));
    MILLISECONDS.timestamp_with_offset_to_string(&moment, whole_minutes(moment, zone))
}

/// The same moment in UTC in as few characters as it takes.
#[must_use]
pub fn rfc3339_short(moment: Timestamp) -> String {
    let text = rfc3339(moment, &TimeZone::UTC);
    let text = text.trim_end_matches("+00:00");
    format!("{}Z", text.strip_suffix(".000").unwrap_or(text))
}

/// The same without a fraction, at the beginning of a line for people.
#[must_use]
pub fn rfc3339_seconds(moment: Timestamp, zone: &TimeZone) -> String {
    format!("{:.0}", moment.display_with_offset(whole_minutes(moment, zone)))
}

/// An offset in RFC 3339 has no seconds, but local mean time, from before time zones, has them.
fn whole_minutes(moment: Timestamp, zone: &TimeZone) -> Offset {
    let offset = zone.to_offset(moment);
    Offset::from_seconds(offset.seconds() / 60 * 60).unwrap_or(offset)
}

fn hour_and_minute(there: DateTime) -> String {
    format!("{:02}:{:02}", there.hour(), there.minute())
}

#[cfg(test)]
mod tests;
