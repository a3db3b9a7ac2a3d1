//! How the coverage of an agent grows by what an answer adds, whoever writes it and however late.

use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{FollowedPart, GapCause};
use crate::floor::timeline::{Coverage, CoverageStep};

impl Coverage {
    /// Takes the step. `rows` of one part are in the order of their beginnings and never overlap, and stay so. They may hold
    /// what its writer did not know of: others may have covered, meanwhile, what it takes for a hole.
    pub fn take(rows: &mut Vec<Self>, step: &CoverageStep) {
        let (part, from, to) = match step {
            CoverageStep::Lengthen { part, from, to, server_time, cadence, repeats } => {
                let (part, from, to) = (*part, *from, *to);
                let (server_time, cadence, repeats) = (*server_time, *cadence, *repeats);
                lengthen(rows, &Self { part, from, to, server_time, cadence, ended: None, repeats });
                (part, from, to)
            }
            CoverageStep::Begin { coverage, ended } => {
                let Self { part, from, to, .. } = *coverage;
                if let Some(why) = ended
                    && let Some(row) = last_before(rows, part, from).map(|place| &mut rows[place])
                    && row.to < from
                {
                    row.ended = Some(*why);
                }
                lay(rows, coverage);
                (part, from, to)
            }
        };
        // A short hole between rows of notifications is an answer that was lost.
        if part != FollowedPart::Tags {
            close_holes(rows, part, from.min(to), to);
        }
    }
}

/// Lets the row that begins where `longer` does reach to its end.
fn lengthen(rows: &mut Vec<Coverage>, longer: &Coverage) {
    let Coverage { part, from, to, server_time, cadence, repeats, .. } = *longer;
    let rest = |from| Coverage { from, ..longer.clone() };
    // The row of that beginning; or the one that it has become, if what is old in it was pruned.
    let Some(place) = last_before(rows, part, from).or_else(|| last_before(rows, part, to)) else {
        return lay(rows, &rest(to));
    };
    let next = first_after(rows, part, rows[place].from).map(|next| rows[next].from);
    let next = next.filter(|next| *next < to);
    let row = &mut rows[place];
    (row.to, row.server_time) = (row.to.max(next.unwrap_or(to)), row.server_time.max(server_time));
    (row.cadence, row.repeats) = (cadence, repeats.or(row.repeats));
    // What another process has begun meanwhile may end before this answer.
    if let Some(next) = next {
        lay(rows, &rest(next));
    }
}

/// Covers what is not covered yet, between the rows before and after it.
fn lay(rows: &mut Vec<Coverage>, coverage: &Coverage) {
    let Coverage { part, mut from, .. } = *coverage;
    let to = coverage.to.max(from);
    loop {
        while let Some(place) = last_before(rows, part, from) {
            if to <= rows[place].to {
                return;
            }
            if rows[place].to <= from {
                break;
            }
            from = rows[place].to;
        }
        let next = first_after(rows, part, from);
        let end = next.map_or(to, |next| rows[next].from.min(to));
        match last_before(rows, part, from) {
            // A single answer, with which this goes on.
            Some(place) if rows[place].from == from => {
                let row = &mut rows[place];
                (row.to, row.server_time) = (end, row.server_time.max(coverage.server_time));
                (row.cadence, row.repeats) = (coverage.cadence, coverage.repeats.or(row.repeats));
            }
            before => {
                let place = before.map(|before| before + 1).or(next).unwrap_or(rows.len());
                rows.insert(place, Coverage { from, to: end, ended: None, ..coverage.clone() });
            }
        }
        if end == to {
            return;
        }
        from = end;
    }
}

/// Closes what is no hole between the rows around the time from `from` to `to`: the answers at its ends are no further apart
/// than those of one of the rows. Whoever begins a row after a hole may not know yet what others have answers of.
fn close_holes(rows: &mut [Coverage], part: FollowedPart, from: Timestamp, to: Timestamp) {
    let before = rows.iter().rposition(|row| row.part == part && row.from < from);
    let Some(mut row) = before.or_else(|| rows.iter().position(|row| row.part == part)) else { return };
    while rows[row].from <= to
        && let Some(next) = first_after(rows, part, rows[row].from)
    {
        close_hole(rows, row, next);
        row = next;
    }
}

fn close_hole(rows: &mut [Coverage], before: usize, after: usize) {
    let (begins, ends) = (rows[before].to, rows[after].from);
    let hole = Duration::try_from(ends.duration_since(begins)).unwrap_or_default();
    // One without its events is a hole, however short.
    if !hole.is_zero() && rows[before].ended == Some(GapCause::Journal) {
        return;
    }
    let cadence = rows[after].cadence;
    if hole <= rows[before].longest_pause() {
        rows[before].to = begins.max(ends);
        if cadence.is_zero() {
            rows[after].cadence = rows[before].cadence;
        }
    } else if hole > rows[after].longest_pause() {
        return;
    } else if rows[before].from == begins {
        // A single answer comes at the interval of the next one.
        (rows[before].to, rows[before].cadence) = (ends, cadence);
    } else {
        rows[after].from = begins;
    }
    rows[before].ended = None;
}

fn last_before(rows: &[Coverage], part: FollowedPart, at: Timestamp) -> Option<usize> {
    rows.iter().rposition(|row| row.part == part && row.from <= at)
}

fn first_after(rows: &[Coverage], part: FollowedPart, at: Timestamp) -> Option<usize> {
    rows.iter().position(|row| row.part == part && row.from > at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::samples::at;

    fn row(from: i64, to: i64) -> Coverage {
        let (from, to, cadence) = (at(from), at(to), Duration::from_secs(2));
        let part = FollowedPart::Breaks;
        Coverage { part, from, to, server_time: None, cadence, ended: None, repeats: None }
    }

    fn spans(rows: &[Coverage]) -> Vec<(Timestamp, Timestamp)> {
        rows.iter().map(|row| (row.from, row.to)).collect()
    }

    #[test]
    fn a_row_is_lengthened_by_whoever_knows_its_beginning_more_exactly_than_it_is_stored() {
        let mut rows = vec![row(0, 2)];
        let begun = at(0) + Duration::from_micros(400);
        let Coverage { part, server_time, cadence, repeats, .. } = row(0, 0);
        let step = CoverageStep::Lengthen { part, from: begun, to: at(10), server_time, cadence, repeats };
        Coverage::take(&mut rows, &step);
        assert_eq!(spans(&rows), [(at(0), at(10))]);
    }

    #[test]
    fn only_a_short_hole_is_closed_and_none_whose_events_are_missing() {
        // Where the next row begins, why there is a hole before it, and whether it is one.
        for (from, why, is_hole) in [
            (16, GapCause::Outage, false),
            (17, GapCause::Outage, true),
            (16, GapCause::NotRunning, false),
            (12, GapCause::Journal, true),
        ] {
            let mut rows = vec![row(0, 10)];
            Coverage::take(&mut rows, &CoverageStep::Begin { coverage: row(from, from), ended: Some(why) });
            let end = if is_hole { 10 } else { from };
            assert_eq!(spans(&rows), [(at(0), at(end)), (at(from), at(from))], "{from} {why:?}");
            assert_eq!(rows[0].ended, is_hole.then_some(why), "{from} {why:?}");
        }
    }
}
