//! The rows of the document: of each agent, and of their total.

use jiff::SignedDuration;
use serde_json::value::to_raw_value;
use serde_json::{Map, Value as Json};

use crate::commands::shift::document::{DOCUMENT, GAP, LONGEST, REASON, SEGMENT, TOTAL};
use crate::commands::shift::report::{ShiftOfAgent, ShiftReport};
use crate::commands::shift::table::lines_of_cells;
use crate::commands::shift::words;
use crate::floor::event::Gap;
use crate::floor::shift::{BreakFigures, KindCount, ReasonShare, Segment, Total, WrapupFigures};
use crate::json::Raw;
use crate::report::{Report, Row, Value};

impl ShiftReport {
    /// For formats that are made of rows.
    pub(crate) fn to_report(&self) -> Report {
        let lines = lines_of_cells(self);
        let rows = self.agents.iter().zip(lines).map(|(agent, line)| self.row(agent, line)).collect();
        let head = Row::new(DOCUMENT.head)
            .with("since", self.frame.window.from)
            .with("until", self.frame.window.to)
            .with("zone", self.frame.zone_name.clone());
        let tail = Row::new(DOCUMENT.tail).with("total", total(&self.total));
        Report { head, tail, failures: self.failures.clone(), ..Report::new(&DOCUMENT, rows) }
    }

    fn row(&self, agent: &ShiftOfAgent, line_of_cells: String) -> Row {
        let ShiftOfAgent { profile, agent_id, shift, .. } = agent;
        let breaks = shift.breaks.as_ref();
        let wrapups = shift.wrapups.as_ref();
        let tags = shift.tags.as_ref();
        let over = breaks.and_then(|it| it.over_limit);
        let clock = |moment| Value::worded(words::clock(moment, self), moment);
        Row::new(DOCUMENT.fields)
            .with("profile", profile.clone())
            .with("agent_id", agent_id.clone())
            .with("covered_seconds", Value::worded(words::length(shift.covered), shift.covered))
            .with(
                "covered_share",
                Value::worded(words::percent(shift.covered_share), Value::Share(shift.covered_share)),
            )
            .with("gaps", shift.gaps.iter().map(gap).collect::<Vec<_>>())
            .with("first_activity", shift.first_activity.map(clock))
            .with("last_activity", shift.last_activity.map(clock))
            .with("breaks", breaks.map(BreakFigures::count))
            .with(
                "break_seconds",
                breaks.map(|it| Value::worded(words::bounded(it.time, it.is_open()), it.time.seconds)),
            )
            .with("break_seconds_min", breaks.map(|it| it.time.min))
            .with("break_seconds_max", breaks.map(|it| it.time.max))
            .with("by_reason", breaks.map(|it| reasons(&it.by_reason)))
            .with("allowance_seconds", breaks.and_then(|it| it.allowance))
            .with("balance_seconds", breaks.and_then(|it| it.balance).map(left))
            .with("longest_break", breaks.and_then(longest))
            .with("over_limit_count", over.map(|it| it.count))
            .with("over_limit_seconds", over.map(|it| it.time))
            .with("wrapups", wrapups.map(|it| Value::worded(words::open(it.count, it.is_open), it.count)))
            .with("wrapup_mean_seconds", wrapups.and_then(WrapupFigures::mean))
            .with("wrapup_p90_seconds", wrapups.and_then(WrapupFigures::p90))
            .with("wrapup_max_seconds", wrapups.and_then(WrapupFigures::max))
            .with("tags_by_kind", tags.map(|it| kinds(&it.by_kind)))
            .with("missed_customers", tags.and_then(|it| it.missed_customers))
            .with("missed_not_called_back", tags.and_then(|it| it.missed_not_called_back))
            .with(
                "timeline",
                Value::worded(line_of_cells, shift.timeline.iter().map(segment).collect::<Vec<_>>()),
            )
    }

    /// The total as a row among those of agents.
    pub(super) fn total_row(&self) -> Row {
        let total = &self.total;
        let agents =
            if total.agents == 1 { "1 agent".to_owned() } else { format!("{} agents", total.agents) };
        let share = total.covered_least.zip(total.covered_mean);
        let shifts = || self.agents.iter().map(|agent| &agent.shift);
        let is_open = shifts().any(|shift| shift.breaks.as_ref().is_some_and(BreakFigures::is_open));
        let is_wrapup_open = shifts().any(|shift| shift.wrapups.as_ref().is_some_and(|of| of.is_open));
        let row = Row::new(DOCUMENT.fields)
            .with("profile", agents)
            .with("covered_seconds", Value::worded(words::length(total.covered), total.covered))
            .with(
                "covered_share",
                share.map(|(least, mean)| Value::worded(words::shares(least, mean), Value::Share(mean))),
            )
            .with(
                "break_seconds",
                total.break_time.map(|it| Value::worded(words::bounded(it, is_open), it.seconds)),
            );
        let wrapups = total.wrapups.map(|count| Value::worded(words::open(count, is_wrapup_open), count));
        with_sums(row, total).with("wrapups", wrapups)
    }
}

fn total(total: &Total) -> Row {
    let row = Row::new(TOTAL)
        .with("agents", Value::Number(i64::try_from(total.agents).unwrap_or(i64::MAX)))
        .with("covered_seconds", total.covered)
        .with("covered_share_min", total.covered_least.map(Value::Share))
        .with("covered_share_mean", total.covered_mean.map(Value::Share))
        .with("break_seconds", total.break_time.map(|it| it.seconds));
    with_sums(row, total)
}

/// What a total has under the same keys as an agent, and in the same words everywhere.
fn with_sums(row: Row, total: &Total) -> Row {
    let over = total.over_limit;
    row.with("breaks", total.breaks)
        .with("break_seconds_min", total.break_time.map(|it| it.min))
        .with("break_seconds_max", total.break_time.map(|it| it.max))
        .with("by_reason", total.breaks.map(|_| reasons(&total.by_reason)))
        .with("allowance_seconds", total.allowance)
        .with("balance_seconds", total.balance.map(left))
        .with("over_limit_count", over.map(|it| it.count))
        .with("over_limit_seconds", over.map(|it| it.time))
        .with("wrapups", total.wrapups)
        .with("wrapup_mean_seconds", total.wrapup_mean)
        .with("wrapup_p90_seconds", total.wrapup_p90)
        .with("wrapup_max_seconds", total.wrapup_max)
        .with("tags_by_kind", total.tags_by_kind.as_deref().map(kinds))
        .with("missed_customers", total.missed_customers)
        .with("missed_not_called_back", total.missed_not_called_back)
}

fn left(balance: SignedDuration) -> Value {
    Value::Seconds(balance.as_secs())
}

fn gap(gap: &Gap) -> Row {
    Row::new(GAP).with("from", gap.from).with("to", gap.to).with("why", gap.why.word())
}

fn segment(segment: &Segment) -> Row {
    Row::new(SEGMENT)
        .with("state", segment.state.word())
        .with("reason", segment.reason.clone())
        .with("from", segment.span.from)
        .with("to", segment.span.to)
        .with("certain", segment.certain)
}

fn reasons(shares: &[ReasonShare]) -> Value {
    let row = |share: &ReasonShare| {
        Row::new(REASON)
            .with("reason", share.reason.clone())
            .with("count", share.count)
            .with("seconds", share.time.seconds)
            .with("longest_seconds", share.longest)
            .with("allowance_seconds", share.allowance)
            .with("over_seconds", share.over)
    };
    let words: Vec<String> = shares.iter().map(words::reason).collect();
    Value::worded(words.join(", "), shares.iter().map(row).collect::<Vec<_>>())
}

fn longest(breaks: &BreakFigures) -> Option<Value> {
    let longest = breaks.longest()?;
    let row = Row::new(LONGEST)
        .with("reason", longest.reason.clone())
        .with("since", longest.span.from)
        .with("seconds", longest.time.seconds);
    let length = words::bounded(longest.time, longest.is_open);
    let words = longest.reason.as_ref().map_or_else(|| length.clone(), |reason| format!("{length} {reason}"));
    Some(Value::worded(words, row))
}

fn kinds(counts: &[KindCount]) -> Value {
    let name = |kind: &KindCount| kind.kind.clone().unwrap_or_default();
    let object: Map<String, Json> = counts.iter().map(|kind| (name(kind), kind.count.into())).collect();
    let words: Vec<String> = counts
        .iter()
        .map(|kind| format!("{} {}", kind.kind.as_deref().unwrap_or("without a kind"), kind.count))
        .collect();
    let raw = to_raw_value(&Json::Object(object));
    raw.map_or(Value::Absent, |raw| Value::worded(words.join(", "), Raw::from(&*raw)))
}
