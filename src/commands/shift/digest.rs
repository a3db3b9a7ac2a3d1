//! A shift as a few plain sentences, one a line, for a mail or to be read aloud.

use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::words;
use crate::floor::shift::{Bounded, BreakFigures, OverLimit, ShiftBreak};
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
        Some(not_seen(report)),
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
        Some((least, mean)) if words::percent(least) != words::percent(mean) => format!(
            "The shift of {title} had {agents}; on average {} of it was seen, and {} of whom least was seen.",
            words::percent(mean),
            words::percent(least)
        ),
        Some((_, mean)) => {
            format!("The shift of {title} had {agents}, and {} of it was seen.", words::percent(mean))
        }
        None => format!("Of the shift of {title} nobody is in the journal."),
    }
}

fn breaks(report: &ShiftReport) -> String {
    let (Some(count), Some(time)) = (report.total.breaks, report.total.break_time) else {
        return "Nothing is known of breaks.".to_owned();
    };
    let reasons: Vec<String> =
        report.total.by_reason.iter().filter(|share| share.count > 0).map(words::reason).collect();
    let time = spoken(time);
    match count {
        0 => "There was no break.".to_owned(),
        1 => format!("There was 1 break, of {time}."),
        _ => format!("There were {count} breaks, together {time}: {}.", reasons.join(", ")),
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
            0 => "There was no wrap-up.".to_owned(),
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

fn not_seen(report: &ShiftReport) -> String {
    let unseen = |agent: &ShiftOfAgent| report.frame.window.length().saturating_sub(agent.shift.covered);
    let lengths: Vec<String> = report.agents.iter().map(|agent| words::length(unseen(agent))).collect();
    let has_gap: Vec<&ShiftOfAgent> =
        report.agents.iter().filter(|agent| !agent.shift.gaps.is_empty()).collect();
    match lengths.as_slice() {
        [] => "Nobody was seen.".to_owned(),
        _ if has_gap.is_empty() => "Nothing of the shift was left unseen.".to_owned(),
        [first, rest @ ..] if rest.iter().all(|length| length == first) => {
            format!("For {first} of the shift nobody was seen.")
        }
        _ => {
            let missing =
                |agent: &&ShiftOfAgent| format!("{} for {}", agent.profile, words::length(unseen(agent)));
            format!("Not seen were {}.", some(has_gap.iter().map(missing)))
        }
    }
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

    use super::*;
    use crate::commands::shift::samples;

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
        (report.total.covered_least, report.total.covered_mean) = (Some(0.1), Some(0.6));
        assert!(
            coverage(&report).ends_with("; on average 60 % of it was seen, and 10 % of whom least was seen.")
        );
    }
}
