//! How the figures of a shift read.

use jiff::{SignedDuration, Timestamp};

use crate::commands::shift::report::ShiftReport;
pub(crate) use crate::output::text::figures::{bounded, length, open, percent, reason};

/// A time of day, with the day where the shift is not within one.
pub(crate) fn clock(moment: Timestamp, report: &ShiftReport) -> String {
    let day = |moment| report.frame.zone.to_datetime(moment).date();
    let last =
        report.frame.window.to.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(report.frame.window.to);
    let is_of_one_day = day(report.frame.window.from) == day(last);
    if is_of_one_day && day(moment) > day(last) {
        // The end of the window is midnight.
        return "24:00".to_owned();
    }
    let form = if is_of_one_day { "%H:%M" } else { "%-d %b %H:%M" };
    report.frame.zone.to_datetime(moment).strftime(form).to_string()
}

/// For example "Fri 27 Nov 2026, 09:00–18:00 (Asia/Kolkata)".
pub(crate) fn title(report: &ShiftReport) -> String {
    format!("{} ({})", window(report), report.frame.zone_name)
}

/// For example "Fri 27 Nov 2026, 09:00–18:00".
pub(crate) fn window(report: &ShiftReport) -> String {
    let [from, to] = [report.frame.window.from, report.frame.window.to]
        .map(|moment| report.frame.zone.to_datetime(moment));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::shift::samples;
    use crate::floor::timeline::Span;

    #[test]
    fn the_midnight_that_ends_a_day_is_not_its_beginning() {
        let mut report = samples::report("asha", "Tea", false);
        let begin = report.frame.window.from.to_zoned_datetime(report.frame.zone.clone());
        let day = begin.start_of_day().expect("a day");
        let next = day.tomorrow().expect("a day").timestamp();
        report.frame.window = Span { from: day.timestamp(), to: next };
        assert_eq!([day.timestamp(), next].map(|moment| clock(moment, &report)), ["00:00", "24:00"]);
        report.frame.window.to = next + SignedDuration::from_mins(1);
        assert!(clock(next, &report).ends_with(" 00:00"));
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
