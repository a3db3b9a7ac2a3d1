//! How the figures of a shift read, wherever they are shown.

use std::time::Duration;

use crate::floor::shift::{Bounded, ReasonShare, Today};
use crate::output::text::times;

const MINUTE: u64 = 60;

/// Rounded down, so that only what is whole is 100 %.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", (share * 100.0 + 1e-9).floor())
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
        // The second one has the unit of minutes for both.
        let from = length(time.min);
        let from = if hour(least) > 0 { from.trim_end_matches(" min") } else { &from };
        format!("{from} – {}{star}", length(time.max))
    }
}

/// The same in whole minutes, for what is to change no more often than that; no `*`.
pub(crate) fn minutes(time: Bounded) -> String {
    let seconds = Duration::from_secs(time.seconds.as_secs() / MINUTE * MINUTE);
    let minutes = bounded(Bounded { seconds, ..time }, false);
    if minutes == length(Duration::ZERO) { "under 1 min".to_owned() } else { minutes }
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

/// "3 (41 min)": how many breaks there were today, and how long they were in sum. "≥ 3 (41 min)" where answers are missing,
/// so that there may have been more; "none", or "none seen", where there was none. That one goes on, the row says already.
pub(crate) fn today(today: &Today) -> String {
    let (breaks, count) = (&today.breaks, today.breaks.count());
    match (count == 0 && breaks.time.max < Duration::from_secs(MINUTE), today.has_gap()) {
        (true, true) => "none seen".to_owned(),
        (true, false) => "none".to_owned(),
        (false, true) => format!("≥ {count} ({})", minutes(breaks.time)),
        (false, false) => format!("{count} ({})", minutes(breaks.time)),
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
            ([14000, 10700, 14000], false, "2 h 58 – 3 h 53 min"),
            ([14000, 2700, 14000], true, "45 min – 3 h 53 min*"),
            ([0, 0, 0], false, "0 s"),
            ([108_000, 105_000, 108_000], false, "29 h 10 – 30 h 00 min"),
        ] {
            assert_eq!(bounded(seconds(time), is_open), wanted);
        }
    }

    #[test]
    fn in_whole_minutes_a_length_changes_once_a_minute() {
        for (time, wanted) in [
            ([0, 0, 0], "under 1 min"),
            ([59, 50, 59], "under 1 min"),
            ([59, 30, 95], "0–1 min"),
            ([125, 100, 130], "2 min"),
            ([1500, 1385, 1510], "23–25 min"),
            ([3725, 3725, 3725], "1 h 02 min"),
        ] {
            assert_eq!(minutes(seconds(time)), wanted);
        }
    }
}
