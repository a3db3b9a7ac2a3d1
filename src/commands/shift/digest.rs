//! A shift as a few plain sentences, one a line, for a mail or to be read aloud.

use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::words;
use crate::floor::shift::{Bounded, BreakFigures, OverLimit, ShiftBreak};
use crate::floor::timeline::Span;
use crate::floor::timeline::gaps::common;
use crate::output::text::mask::mask_free_text;
use crate::output::text::sanitize::sanitize;
use crate::words::listed;

/// So many agents are named in a sentence.
const NAMED: usize = 3;

/// Of fewer, nobody says "nine of ten".
const TEN: u32 = 10;

/// Five to eight sentences, each of which is true without the others.
pub(super) fn lines(report: &ShiftReport) -> Vec<String> {
    let sentences = [
        Some(coverage(report)),
        Some(breaks(report)),
        longest(report),
        over_limit(report),
        allowance(report),
        Some(wrapups(report)),
        Some(missed(report)),
        Some(not_recorded(report)),
    ];
    let harmless = |sentence: String| {
        let sentence = sanitize(&sentence).into_owned();
        if report.frame.mask { mask_free_text(&sentence).into_owned() } else { sentence }
    };
    sentences.into_iter().flatten().map(harmless).collect()
}

fn coverage(report: &ShiftReport) -> String {
    let total = &report.total;
    let title = words::title(report);
    let agents = many(total.agents, "agent", "agents");
    match total.covered_least.zip(total.covered_mean) {
        Some((least, mean)) if words::percent(least) != words::percent(mean) => {
            let [least, mean] = [least, mean].map(words::percent);
            let has_least = |agent: &&ShiftOfAgent| words::percent(agent.shift.covered_share) == least;
            let who = match report.agents.iter().filter(has_least).count() {
                1 => "one agent".to_owned(),
                count => many(count, "agent", "agents"),
            };
            format!(
                "The shift of {title} had {agents}; on average {mean} was recorded, for {who} only {least}."
            )
        }
        Some((_, mean)) => {
            format!("The shift of {title} had {agents}, and {} of it was recorded.", words::percent(mean))
        }
        None => format!("Of the shift of {title} nobody is in the journal."),
    }
}

fn breaks(report: &ShiftReport) -> String {
    let (Some(count), Some(time)) = (report.total.breaks, report.total.break_time) else {
        return "Nothing is known of breaks.".to_owned();
    };
    let reasons: Vec<String> = report.total.by_reason.iter().map(words::reason).collect();
    let time = spoken(time);
    match count {
        0 => none(report, "break"),
        1 => format!("There was 1 break, of {time}."),
        _ => format!("There were {count} breaks, together {time}: {}.", reasons.join(", ")),
    }
}

/// What nobody saw may have been.
fn none(report: &ShiftReport, what: &str) -> String {
    if report.agents.iter().all(|agent| agent.shift.gaps.is_empty()) {
        format!("There was no {what}.")
    } else {
        format!("No {what} was seen.")
    }
}

fn longest(report: &ShiftReport) -> Option<String> {
    let of_agent = |agent: &'_ ShiftOfAgent| {
        let breaks = agent.shift.breaks.as_ref()?;
        Some((agent.profile.clone(), breaks.longest()?.clone()))
    };
    let (who, longest): (String, ShiftBreak) =
        report.agents.iter().filter_map(of_agent).max_by_key(|(_, longest)| longest.time.seconds)?;
    let reason = longest.reason.map_or_else(String::new, |reason| format!(" ({reason})"));
    let begin = words::clock(longest.span.from, report);
    let end = if longest.is_open { ", and goes on" } else { "" };
    Some(format!("The longest break was that of {who}{reason}: {} from {begin}{end}.", spoken(longest.time)))
}

fn over_limit(report: &ShiftReport) -> Option<String> {
    let OverLimit { count, time } = report.total.over_limit?;
    if count == 0 {
        return Some("No break was over its limit.".to_owned());
    }
    let over = |agent: &ShiftOfAgent| {
        let over = agent.shift.breaks.as_ref()?.over_limit.filter(|over| over.count > 0)?;
        Some(format!("{} by {}", agent.profile, words::length(over.time)))
    };
    let who = report.agents.iter().filter_map(over);
    let were = many_u32(count, "break was over its limit", "breaks were over their limit");
    Some(format!("{were}, by {} together: {}.", words::length(time), some(who)))
}

fn allowance(report: &ShiftReport) -> Option<String> {
    report.total.allowance?;
    let is_exceeded = |breaks: &BreakFigures| breaks.balance.is_some_and(|balance| balance.is_negative());
    let exceeded = report.agents.iter().filter(|agent| agent.shift.breaks.as_ref().is_some_and(is_exceeded));
    let names: Vec<String> = exceeded.map(|agent| agent.profile.clone()).collect();
    Some(match names.len() {
        0 => "Nobody was longer on break than is allowed.".to_owned(),
        1 => format!("One agent was longer on break than is allowed: {}.", some(names.into_iter())),
        count => format!("{count} agents were longer on break than is allowed: {}.", some(names.into_iter())),
    })
}

fn wrapups(report: &ShiftReport) -> String {
    let Some(count) = report.total.wrapups else { return "Nothing is known of wrap-ups.".to_owned() };
    let Some((mean, longest)) = report.total.wrapup_mean.zip(report.total.wrapup_max) else {
        return match count {
            0 => none(report, "wrap-up"),
            1 => "There was 1 wrap-up, of which no end was seen.".to_owned(),
            _ => format!("There were {count} wrap-ups, of which no end was seen."),
        };
    };
    let [mean, longest] = [mean, longest].map(words::length);
    match report.total.wrapup_p90.filter(|_| count >= TEN) {
        _ if count == 1 => format!("There was 1 wrap-up, of {longest}."),
        None => format!("There were {count} wrap-ups of {mean} on average; the longest took {longest}."),
        Some(p90) => format!(
            "There were {count} wrap-ups of {mean} on average; nine of ten took {} or less, and the longest {longest}.",
            words::length(p90)
        ),
    }
}

fn missed(report: &ShiftReport) -> String {
    let Some(missed) = report.total.missed_customers else {
        return "No missed call was reported, so nothing is known of customers who were missed.".to_owned();
    };
    let were = many_u32(missed, "customer was missed", "customers were missed");
    match (missed, report.total.missed_not_called_back) {
        (0, _) => "No customer was missed.".to_owned(),
        (_, None) => format!("{were}; no notification showed a call back."),
        (1, Some(0)) => format!("{were}, and called back."),
        (1, Some(_)) => format!("{were}, and not called back within the shift."),
        (_, Some(0)) => format!("{were}, and each was called back."),
        (_, Some(open)) if open == missed => format!("{were}, and none was called back within the shift."),
        (_, Some(1)) => format!("{were}, and one of them was not called back within the shift."),
        (_, Some(open)) => format!("{were}, and {open} of them were not called back within the shift."),
    }
}

fn not_recorded(report: &ShiftReport) -> String {
    let spans = |agent: &ShiftOfAgent| -> Vec<Span> {
        agent.shift.gaps.iter().map(|gap| Span { from: gap.from, to: gap.to }).collect()
    };
    let length = |gaps: &[Span]| words::length(gaps.iter().map(|gap| gap.length()).sum());
    let gaps: Vec<Vec<Span>> = report.agents.iter().map(spans).collect();
    let Some(of_all) = gaps.iter().cloned().reduce(|ones, others| common(&ones, &others)) else {
        return "Nothing was recorded about any agent.".to_owned();
    };
    if gaps.iter().all(Vec::is_empty) {
        let so_far = if report.frame.window.to >= report.frame.now { " so far" } else { "" };
        return format!("Every agent was recorded for the whole shift{so_far}.");
    }
    // Gaps of one length are not yet gaps at one time.
    if gaps.len() > 1 && gaps.iter().all(|gaps| length(gaps) == length(&of_all)) {
        return format!("For {}, no agent's breaks and wrap-ups were recorded.", length(&of_all));
    }
    let with_gaps = report.agents.iter().zip(&gaps).filter(|(_, gaps)| !gaps.is_empty());
    let missing = with_gaps.map(|(agent, gaps)| format!("{} for {}", agent.profile, length(gaps)));
    format!("Not recorded: {}.", some(missing))
}

/// The first names, and how many more there are.
fn some(all: impl Iterator<Item = String>) -> String {
    listed(&all.collect::<Vec<_>>(), NAMED)
}

fn spoken(time: Bounded) -> String {
    words::bounded(time, false)
}

fn many_u32(count: u32, one: &str, more: &str) -> String {
    many(usize::try_from(count).unwrap_or(usize::MAX), one, more)
}

fn many(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::SignedDuration;

    use super::*;
    use crate::commands::shift::samples;
    use crate::floor::event::{Gap, GapCause};

    #[test]
    fn none_one_and_many_are_said_as_people_say_them() {
        let mut report = samples::report("asha", "Tea", false);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let mut said = |change: fn(&mut ShiftReport), sentence: fn(&ShiftReport) -> String| {
            change(&mut report);
            sentence(&report)
        };
        assert_eq!(said(|_| (), breaks), "There was 1 break, of 30–32 min.");
        assert_eq!(said(|report| report.total.breaks = Some(0), breaks), "There was no break.");
        let many = said(|report| report.total.breaks = Some(2), breaks);
        assert_eq!(many, "There were 2 breaks, together 30–32 min: Tea 30 min*.");
        assert_eq!(said(|_| (), wrapups), "Nothing is known of wrap-ups.");
        for (count, wanted) in [
            (0, "There was no wrap-up."),
            (1, "There was 1 wrap-up, of which no end was seen."),
            (2, "There were 2 wrap-ups, of which no end was seen."),
        ] {
            report.total.wrapups = Some(count);
            assert_eq!(wrapups(&report), wanted);
        }
        let total = &mut report.total;
        (total.wrapup_mean, total.wrapup_p90, total.wrapup_max) = (seconds(50), seconds(80), seconds(99));
        for (count, wanted) in [
            (1, "There was 1 wrap-up, of 1 min 39 s."),
            (9, "There were 9 wrap-ups of 50 s on average; the longest took 1 min 39 s."),
            (
                10,
                "There were 10 wrap-ups of 50 s on average; nine of ten took 1 min 20 s or less, and the longest 1 min 39 s.",
            ),
        ] {
            report.total.wrapups = Some(count);
            assert_eq!(wrapups(&report), wanted);
        }
        for (count, open, wanted) in [
            (0, Some(0), "No customer was missed."),
            (1, None, "1 customer was missed; no notification showed a call back."),
            (1, Some(0), "1 customer was missed, and called back."),
            (1, Some(1), "1 customer was missed, and not called back within the shift."),
            (2, Some(0), "2 customers were missed, and each was called back."),
            (2, Some(1), "2 customers were missed, and one of them was not called back within the shift."),
            (2, Some(2), "2 customers were missed, and none was called back within the shift."),
            (9, Some(3), "9 customers were missed, and 3 of them were not called back within the shift."),
        ] {
            (report.total.missed_customers, report.total.missed_not_called_back) = (Some(count), open);
            assert_eq!(missed(&report), wanted);
        }
    }

    /// Minutes of the shift of nine hours.
    fn gap(from: i64, to: i64) -> Gap {
        let begin = samples::report("asha", "Tea", false).frame.window.from;
        let [from, to] = [from, to].map(|minute| begin + SignedDuration::from_mins(minute));
        Gap { from, to, why: GapCause::NotRunning }
    }

    /// Each agent was recorded but for these minutes.
    fn with_gaps(agents: &[(&str, &[(i64, i64)])]) -> ShiftReport {
        let report = samples::report("asha", "Tea", false);
        let whole = report.frame.window.length();
        let of_agent = |(profile, gaps): &(&str, &[(i64, i64)])| {
            let mut agent = samples::report(profile, "Tea", false).agents.remove(0);
            agent.shift.gaps = gaps.iter().map(|(from, to)| gap(*from, *to)).collect();
            let minutes: i64 = gaps.iter().map(|(from, to)| to - from).sum();
            agent.shift.covered = whole.saturating_sub(Duration::from_secs(minutes.unsigned_abs() * 60));
            agent.shift.covered_share = agent.shift.covered.as_secs_f64() / whole.as_secs_f64();
            agent
        };
        ShiftReport::new(report.frame, agents.iter().map(of_agent).collect())
    }

    #[test]
    fn what_was_not_recorded_is_the_same_time_or_each_has_its_own() {
        for (agents, wanted) in [
            (&[][..], "Nothing was recorded about any agent."),
            (&[("asha", &[][..]), ("ravi", &[])], "Every agent was recorded for the whole shift."),
            (&[("asha", &[(0, 60)])], "Not recorded: asha for 1 h 00 min."),
            (
                &[("asha", &[(0, 60), (90, 100)]), ("ravi", &[(0, 60), (90, 100)])],
                "For 1 h 10 min, no agent's breaks and wrap-ups were recorded.",
            ),
            // Of one length, but not at one time.
            (
                &[("asha", &[(0, 60)]), ("ravi", &[(60, 120)])],
                "Not recorded: asha for 1 h 00 min, ravi for 1 h 00 min.",
            ),
            (
                &[("asha", &[(3, 121)]), ("ravi", &[(0, 118)])],
                "Not recorded: asha for 1 h 58 min, ravi for 1 h 58 min.",
            ),
            (&[("asha", &[(0, 60)]), ("ravi", &[])], "Not recorded: asha for 1 h 00 min."),
            (
                &[("a", &[(0, 1)]), ("b", &[(0, 2)]), ("c", &[(0, 3)]), ("d", &[(0, 4)]), ("e", &[(0, 5)])],
                "Not recorded: a for 1 min, b for 2 min, c for 3 min and 2 more.",
            ),
        ] {
            assert_eq!(not_recorded(&with_gaps(agents)), wanted);
        }
        let mut goes_on = with_gaps(&[("asha", &[])]);
        goes_on.frame.now = goes_on.frame.window.to;
        assert_eq!(not_recorded(&goes_on), "Every agent was recorded for the whole shift so far.");
    }

    #[test]
    fn coverage_is_that_of_most_and_of_the_least_recorded() {
        for (agents, wanted) in [
            (&[][..], "Of the shift of"),
            (&[("asha", &[(0, 54)][..]), ("ravi", &[(0, 54)])], "had 2 agents, and 90 % of it was recorded."),
            (
                &[("asha", &[(0, 486)]), ("ravi", &[])],
                "had 2 agents; on average 55 % was recorded, for one agent only 10 %.",
            ),
            (
                &[("asha", &[(0, 486)]), ("ravi", &[(0, 486)]), ("meena", &[])],
                "had 3 agents; on average 40 % was recorded, for 2 agents only 10 %.",
            ),
        ] {
            let sentence = coverage(&with_gaps(agents));
            assert!(sentence.contains(wanted), "{sentence}");
        }
    }
}
