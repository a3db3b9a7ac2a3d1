//! How the figures of a shift read.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::commands::shift::report::ShiftReport;
use crate::floor::shift::{Bounded, ReasonShare};
use crate::output::text::times;

const MINUTE: u64 = 60;

/// A time of day, with the day where the shift is not within one.
pub(crate) fn clock(moment: Timestamp, report: &ShiftReport) -> String {
    let day = |moment| report.zone.to_datetime(moment).date();
    let last = report.window.to.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(report.window.to);
    let form = if day(report.window.from) == day(last) { "%H:%M" } else { "%-d %b %H:%M" };
    report.zone.to_datetime(moment).strftime(form).to_string()
}

/// For example "Fri 27 Nov 2026, 09:00–18:00 (Asia/Kolkata)".
pub(crate) fn title(report: &ShiftReport) -> String {
    format!("{} ({})", window(report), report.zone_name)
}

/// For example "Fri 27 Nov 2026, 09:00–18:00".
pub(crate) fn window(report: &ShiftReport) -> String {
    let [from, to] = [report.window.from, report.window.to].map(|moment| report.zone.to_datetime(moment));
    let begin = from.strftime("%a %-d %b %Y, %H:%M");
    if from.date() == to.date() {
        return format!("{begin}–{}", to.strftime("%H:%M"));
    }
    // Midnight is the end of the day that it ends.
    match from.date().tomorrow() {
        Ok(next) if next == to.date() && to.time() == jiff::civil::Time::midnight() => {
            format!("{begin}–24:00")
        }
        Ok(next) if next == to.date() => format!("{begin} – {}", to.strftime("%a %H:%M")),
        _ => format!("{begin} – {}", to.strftime("%a %-d %b %Y, %H:%M")),
    }
}

/// Rounded down, so that only what is whole is 100 %.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", (share * 100.0 + 1e-9).floor())
}

/// The least and the mean.
pub(crate) fn shares(least: f64, mean: f64) -> String {
    let [least, mean] = [least, mean].map(percent);
    if least == mean { mean } else { format!("{least}, mean {mean}") }
}

/// Which rows are of several profiles, for example "asha and asha-2 are one agent".
pub(crate) fn joined(report: &ShiftReport) -> Option<String> {
    let rows = report.agents.iter().filter(|agent| !agent.also.is_empty());
    let rows: Vec<String> = rows
        .map(|agent| format!("{} and {} are one agent", agent.profile, agent.also.join(" and ")))
        .collect();
    (!rows.is_empty()).then(|| rows.join(", "))
}

/// A length of time. What several people worked is counted in hours, however many: their days have no 24.
pub(crate) fn length(length: Duration) -> String {
    let minutes = length.as_secs() / MINUTE;
    if minutes >= 24 * 60 {
        return format!("{} h {:02} min", minutes / 60, minutes % 60);
    }
    times::length(i64::try_from(length.as_secs()).unwrap_or(i64::MAX))
}

/// "25 min", or "23–25 min" where the bounds are not in one minute; with a `*` while it goes on.
pub(crate) fn bounded(time: Bounded, is_open: bool) -> String {
    let star = if is_open { "*" } else { "" };
    let [least, most] = [time.min, time.max].map(|length| length.as_secs() / MINUTE);
    if least == most || time.max.saturating_sub(time.min).as_secs() < MINUTE {
        return format!("{}{star}", length(time.seconds));
    }
    let hour = |minutes: u64| minutes / 60;
    if hour(least) == hour(most) && hour(least) > 0 {
        format!("{} h {:02}–{:02} min{star}", hour(least), least % 60, most % 60)
    } else if most < 3 * 60 {
        format!("{least}–{most} min{star}")
    } else {
        format!("{} – {}{star}", length(time.min), length(time.max))
    }
}

pub(crate) fn open(count: u32, is_open: bool) -> String {
    format!("{count}{}", if is_open { "*" } else { "" })
}

/// "Lunch 44 min of 45 min", or "2× Tea 31 min".
pub(crate) fn reason(share: &ReasonShare) -> String {
    let times = if share.count == 1 { String::new() } else { format!("{}× ", share.count) };
    let reason = share.reason.as_deref().unwrap_or("no reason");
    let taken = format!("{}{}", length(share.time.seconds), if share.is_open { "*" } else { "" });
    match share.allowance {
        Some(allowance) => format!("{times}{reason} {taken} of {}", length(allowance)),
        None => format!("{times}{reason} {taken}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds([seconds, min, max]: [u64; 3]) -> Bounded {
        Bounded {
            seconds: Duration::from_secs(seconds),
            min: Duration::from_secs(min),
            max: Duration::from_secs(max),
        }
    }

    #[test]
    fn bounds_are_shown_where_they_are_a_minute_apart() {
        for (time, is_open, wanted) in [
            ([1500, 1500, 1500], false, "25 min"),
            ([1500, 1480, 1510], false, "25 min"),
            ([1500, 1385, 1510], false, "23–25 min"),
            ([1500, 1385, 1510], true, "23–25 min*"),
            ([45, 45, 45], true, "45 s*"),
            ([4000, 3000, 4000], false, "50–66 min"),
            ([4000, 3700, 4000], false, "1 h 01–06 min"),
            ([14000, 10700, 14000], false, "2 h 58 min – 3 h 53 min"),
            ([0, 0, 0], false, "0 s"),
            ([108_000, 105_000, 108_000], false, "29 h 10 min – 30 h 00 min"),
        ] {
            assert_eq!(bounded(seconds(time), is_open), wanted);
        }
    }

    #[test]
    fn only_what_is_whole_is_a_hundred_percent() {
        for (share, wanted) in [(1.0, "100 %"), (0.9999, "99 %"), (0.29, "29 %"), (0.0, "0 %")] {
            assert_eq!(percent(share), wanted);
        }
        assert_eq!(shares(0.5, 0.75), "50 %, mean 75 %");
        assert_eq!(shares(1.0, 1.0), "100 %");
    }
}
