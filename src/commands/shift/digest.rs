//! A shift as a few plain sentences, one a line, for a mail or to be read aloud.

use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::words;
use crate::floor::shift::{Bounded, BreakFigures, OverLimit, ShiftBreak};
use crate::output::text::mask::mask_free_text;
use crate::output::text::sanitize::sanitize;
use crate::words::listed;

/// So many agents are named in a sentence.
const NAMED: usize = 3;

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
        if report.mask { mask_free_text(&sentence).into_owned() } else { sentence }
    };
    sentences.into_iter().flatten().map(harmless).collect()
}

fn coverage(report: &ShiftReport) -> String {
    let total = &report.total;
    let title = words::title(report);
    let agents = many(total.agents, "agent", "agents");
    match total.covered_least.zip(total.covered_mean) {
        Some((least, mean)) if words::percent(least) != words::percent(mean) => format!(
            "The shift of {title} had {agents}, of whom {} was seen on average, and {} at least.",
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
    let of = if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join(", ")) };
    format!("There were {} of {} together{of}.", many_u32(count, "break", "breaks"), spoken(time))
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
    let end = if longest.is_open { " and goes on" } else { "" };
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
        0 => "Nobody took more breaks than are allowed.".to_owned(),
        1 => format!("One agent took more breaks than are allowed: {}.", some(names.into_iter())),
        count => format!("{count} agents took more breaks than are allowed: {}.", some(names.into_iter())),
    })
}

fn wrapups(report: &ShiftReport) -> String {
    let Some(count) = report.total.wrapups else { return "Nothing is known of wrap-ups.".to_owned() };
    let total = &report.total;
    let were = many_u32(count, "wrap-up", "wrap-ups");
    match (total.wrapup_mean, total.wrapup_p90, total.wrapup_max) {
        (Some(mean), Some(p90), Some(max)) => format!(
            "There were {were} of {} on average; nine of ten took {} or less, and the longest {}.",
            words::length(mean),
            words::length(p90),
            words::length(max)
        ),
        _ => format!("There were {were}."),
    }
}

fn missed(report: &ShiftReport) -> String {
    let Some(missed) = report.total.missed_customers else {
        return "No missed call was reported, so nothing is known of customers who were missed.".to_owned();
    };
    let were = many_u32(missed, "customer was missed", "customers were missed");
    match report.total.missed_not_called_back {
        Some(0) => format!("{were}, and each was called back."),
        Some(open) => format!("{were}, and {open} of them had no call back within the shift."),
        None => format!("{were}; whether they were called back, no notification showed."),
    }
}

fn not_seen(report: &ShiftReport) -> String {
    let unseen = |agent: &ShiftOfAgent| report.window.length().saturating_sub(agent.shift.covered);
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
