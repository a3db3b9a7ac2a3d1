//! For which times a list is complete: `coverage` and `gaps` of documents, the sentence about them, and
//! `--require-coverage`.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::floor::event::{FollowedPart, Gap, GapCause};
use crate::floor::timeline::Coverage;
use crate::floor::timeline::Span;
use crate::floor::timeline::gaps::{covered, gaps, share};
use crate::output::text::times;
use crate::report::{Field, Meaning, Row, Shown, Value};

/// How much of the window of a document was recorded.
pub(crate) const COVERAGE: Field = Field::new(
    "coverage",
    "COVERAGE",
    Meaning::List(COVERAGE_OF_ONE),
    Shown::OnRequest,
    "how much of the window was recorded, for each profile; null without a journal",
);

/// Where something may be missing in it.
pub(crate) const GAPS: Field = Field::new(
    "gaps",
    "GAPS",
    Meaning::List(GAP),
    Shown::OnRequest,
    "the times of which something may be missing; null without a journal",
);

const COVERAGE_OF_ONE: &[Field] = &[
    Field::new("profile", "", Meaning::Name, Shown::OnRequest, "the profile"),
    Field::new("from", "", Meaning::Time, Shown::OnRequest, "where its window begins"),
    Field::new("to", "", Meaning::Time, Shown::OnRequest, "where its window ends"),
    Field::new("covered_seconds", "", Meaning::Elapsed, Shown::OnRequest, "how much of it was recorded"),
    Field::new("covered_share", "", Meaning::Share, Shown::OnRequest, "the same as a part of the window"),
];

const GAP: &[Field] = &[
    Field::new("profile", "", Meaning::Name, Shown::OnRequest, "the profile"),
    Field::new("from", "", Meaning::Time, Shown::OnRequest, "from when something may be missing"),
    Field::new("to", "", Meaning::Time, Shown::OnRequest, "until when"),
    Field::new("why", "", Meaning::Text, Shown::OnRequest, "why, as in the event gap"),
];

/// Where no journal knows what was before the hour that the server shows.
pub(crate) const THE_HOUR_ALONE: &str = "DeepCall documents only the last hour of notifications; older ones may be missing; \
     `deepcall journal on` keeps them from now on";

/// So many gaps are in the sentence; the document has all of them.
const NAMED: usize = 3;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What was recorded of each profile in its window.
#[derive(Debug, Default)]
pub(crate) struct CoverageOfAll(Vec<OfProfile>);

#[derive(Debug)]
struct OfProfile {
    profile: String,
    window: Span,
    covered: Vec<Span>,
    gaps: Vec<Gap>,
    /// Whether there were answers in the window that say nothing of the time around them.
    was_answered: bool,
}

impl CoverageOfAll {
    pub(crate) fn add(&mut self, profile: &str, rows: &[Coverage], part: FollowedPart, window: Span) {
        let (covered, gaps) = (covered(rows, &[part], window), gaps(rows, &[part], window));
        let is_state = part != FollowedPart::Tags;
        let is_within =
            |row: &Coverage| is_state && row.part == part && window.from <= row.to && row.from <= window.to;
        let was_answered = rows.iter().any(is_within);
        self.0.push(OfProfile { profile: profile.to_owned(), window, covered, gaps, was_answered });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn has_gap(&self) -> bool {
        self.0.iter().any(|of| !of.gaps.is_empty())
    }

    /// Fills in [`COVERAGE`] and [`GAPS`].
    pub(crate) fn fill(&self, tail: Row) -> Row {
        let covered = |of: &OfProfile| {
            let length: std::time::Duration = of.covered.iter().map(|span| span.length()).sum();
            Row::new(COVERAGE_OF_ONE)
                .with("profile", of.profile.clone())
                .with("from", of.window.from)
                .with("to", of.window.to)
                .with("covered_seconds", length)
                .with("covered_share", Value::Share(share(&of.covered, of.window)))
        };
        let gap = |(profile, gap): (&String, &Gap)| {
            Row::new(GAP)
                .with("profile", profile.clone())
                .with("from", gap.from)
                .with("to", gap.to)
                .with("why", gap.why.word())
        };
        let gaps = self.0.iter().flat_map(|of| of.gaps.iter().map(move |gap| (&of.profile, gap)));
        tail.with("coverage", self.0.iter().map(covered).collect::<Vec<_>>())
            .with("gaps", gaps.map(gap).collect::<Vec<_>>())
    }

    /// For example "only moments of 03:06–04:05 are covered (sleep)", with the cause of the longest gap.
    fn moments_only(&self, whole: &str, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let has_gap = |of: &OfProfile| !of.gaps.is_empty() && of.has_moments_only(whole, now, zone);
        let gaps = self.0.iter().flat_map(|of| &of.gaps);
        let longest = gaps.max_by_key(|gap| gap.to.duration_since(gap.from))?;
        let words = || format!("only moments of {whole} are covered ({})", cause(longest.why));
        self.0.iter().all(has_gap).then(words)
    }

    /// For example "covered 09:00–17:00 but for 11:02–11:09 (sleep)", or "covered 09:00–17:00 but for the time before 10:15
    /// (3 profiles) and the time before 11:30 (asha): deepcall did not record". `None` without a profile.
    pub(crate) fn sentence(&self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let from = self.0.iter().map(|of| of.window.from).min()?;
        let to = self.0.iter().map(|of| of.window.to).max()?;
        let range = |from, to| times::range(from, to, now, zone);
        let whole = range(from, to);
        if self.0.iter().all(|of| of.covered.is_empty() && of.window.from < of.window.to) {
            let nothing = format!("nothing of {whole} is covered");
            // Whoever has looked wonders why that does not count.
            return Some(if self.0.iter().any(|of| of.was_answered) {
                format!(
                    "{nothing}: single answers say nothing of the time between them; `deepcall record` covers it"
                )
            } else {
                nothing
            });
        }
        if let Some(moments) = self.moments_only(&whole, now, zone) {
            return Some(moments);
        }
        let holes = self.holes(now, zone);
        let Some(first) = holes.first() else { return Some(format!("covered {whole}")) };
        // A cause that all of several have in common is written once.
        let common =
            Some(first.why).filter(|why| holes.len() > 1 && holes.iter().all(|hole| hole.why == *why));
        let words = |hole: &Hole<'_>| {
            let who = match hole.profiles.as_slice() {
                some if some.len() == self.0.len() => None,
                [one] => Some((*one).to_owned()),
                some => Some(format!("{} profiles", some.len())),
            };
            let why = common.is_none().then(|| cause(hole.why).to_owned());
            let notes: Vec<String> = who.into_iter().chain(why).collect();
            if notes.is_empty() { hole.time.clone() } else { format!("{} ({})", hole.time, notes.join(": ")) }
        };
        let mut named: Vec<String> = holes.iter().take(NAMED).map(words).collect();
        if holes.len() > NAMED {
            named.push(format!("{} more", holes.len() - NAMED));
        }
        let (last, before) = named.split_last()?;
        let but_for =
            if before.is_empty() { last.clone() } else { format!("{} and {last}", before.join(", ")) };
        let why = common.map(|why| format!(": {}", cause(why))).unwrap_or_default();
        Some(format!("covered {whole} but for {but_for}{why}"))
    }

    /// What profiles lack alike once, to the minute in which it is shown, in the order of time.
    fn holes(&self, now: Timestamp, zone: &TimeZone) -> Vec<Hole<'_>> {
        let mut holes: Vec<Hole<'_>> = vec![];
        for of in &self.0 {
            for gap in &of.gaps {
                let time = of.time_of(gap, now, zone);
                match holes.iter_mut().find(|hole| hole.time == time && hole.why == gap.why) {
                    // Of one profile too, two short gaps may read alike.
                    Some(hole) if hole.profiles.last() == Some(&of.profile.as_str()) => {}
                    Some(hole) => hole.profiles.push(&of.profile),
                    None => {
                        holes.push(Hole { from: gap.from, time, why: gap.why, profiles: vec![&of.profile] });
                    }
                }
            }
        }
        holes.sort_by_key(|hole| hole.from);
        holes
    }
}

/// A time that is not covered, and of whom.
struct Hole<'a> {
    from: Timestamp,
    /// In words.
    time: String,
    why: GapCause,
    profiles: Vec<&'a str>,
}

impl OfProfile {
    /// For example "11:02–11:09", or "the time before 11:09" where the window begins with the gap.
    fn time_of(&self, gap: &Gap, now: Timestamp, zone: &TimeZone) -> String {
        let clock = |moment| times::clock(moment, now, zone);
        match (gap.from <= self.window.from, self.window.to <= gap.to) {
            _ if gap.to.duration_since(gap.from) < MINUTE => format!("some seconds at {}", clock(gap.from)),
            (true, true) => "all of it".to_owned(),
            (true, false) => format!("the time before {}", clock(gap.to)),
            (false, true) => format!("the time after {}", clock(gap.from)),
            (false, false) => times::range(gap.from, gap.to, now, zone),
        }
    }

    /// Whether so little of its window is covered that a sentence, whose times are minutes, would contradict itself.
    fn has_moments_only(&self, whole: &str, now: Timestamp, zone: &TimeZone) -> bool {
        let covered: std::time::Duration = self.covered.iter().map(|span| span.length()).sum();
        let is_little = covered < MINUTE.unsigned_abs() && self.window.length() >= 2 * MINUTE.unsigned_abs();
        is_little || self.gaps.iter().any(|gap| times::range(gap.from, gap.to, now, zone) == whole)
    }
}

/// Why a time is not covered, for a person.
fn cause(why: GapCause) -> &'static str {
    match why {
        GapCause::Outage => "no answer from the server",
        GapCause::Sleep => "sleep",
        GapCause::AnswerLost => "an answer was lost",
        GapCause::MemoryFull => "too many notifications",
        GapCause::NotRunning => "deepcall did not record",
        GapCause::TakenOver => "the process that recorded broke off",
        GapCause::Journal => "the journal could not be written",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::GapCause;
    use crate::floor::samples;
    use crate::floor::samples::at;

    const HOUR: i64 = 3600;

    fn row(from: i64, to: i64, ended: Option<GapCause>) -> Coverage {
        Coverage { ended, ..samples::row(FollowedPart::Breaks, from, to) }
    }

    fn of(rows: &[(&str, &[Coverage])]) -> CoverageOfAll {
        let mut all = CoverageOfAll::default();
        for (profile, rows) in rows {
            all.add(profile, rows, FollowedPart::Breaks, Span { from: at(0), to: at(8 * HOUR) });
        }
        all
    }

    fn sentence(rows: &[(&str, &[Coverage])]) -> String {
        let all = of(rows);
        let text = all.sentence(at(8 * HOUR), &TimeZone::UTC).unwrap();
        // The moment of the samples is some time of a day.
        let begin = times::clock(at(0), at(8 * HOUR), &TimeZone::UTC);
        assert!(text.contains(&begin), "{text}");
        text.split_once(" but for ").map_or(text.clone(), |(_, holes)| holes.to_owned())
    }

    #[test]
    fn two_short_gaps_of_one_profile_are_not_two_profiles() {
        let outage = Some(GapCause::Outage);
        let gappy = [row(0, 30, outage), row(35, 40, outage), row(45, 8 * HOUR, None)];
        let whole = [row(0, 8 * HOUR, None)];
        for rows in [&[("asha", &gappy[..])][..], &[("asha", &gappy[..]), ("ravi", &whole[..])]] {
            let words = sentence(rows);
            assert!(!words.contains("profiles"), "{words}");
            assert_eq!(words.matches("some seconds").count(), 1, "{words}");
        }
    }

    #[test]
    fn the_sentence_names_each_hole_once() {
        let slept = [row(0, 2 * HOUR, Some(GapCause::Sleep)), row(3 * HOUR, 8 * HOUR, None)];
        let whole = [row(0, 8 * HOUR, None)];
        assert!(sentence(&[("asha", &whole)]).starts_with("covered "));
        assert!(sentence(&[("asha", &[])]).starts_with("nothing of "));
        assert!(sentence(&[("asha", &[])]).ends_with(" is covered"));
        let looks = [row(HOUR, HOUR, None), row(2 * HOUR, 2 * HOUR, None)];
        assert!(sentence(&[("asha", &looks)]).ends_with("; `deepcall record` covers it"));
        for (from, to) in [(0, 10), (30, 80), (HOUR, HOUR + 20), (8 * HOUR - 20, 8 * HOUR)] {
            let text = sentence(&[("asha", &[row(from, to, Some(GapCause::Sleep))])]);
            assert!(text.starts_with("only moments of ") && text.ends_with(')'), "{text}");
            assert!(!text.contains(" but for "), "{text}");
        }
        let moments = [row(0, 10, Some(GapCause::Sleep))];
        assert!(sentence(&[("asha", &moments), ("ravi", &whole)]).ends_with(" (asha: sleep)"));
        assert!(sentence(&[("asha", &slept)]).ends_with(" (sleep)"));
        assert!(sentence(&[("asha", &slept), ("ravi", &whole)]).ends_with(" (asha: sleep)"));
        assert!(sentence(&[("asha", &slept), ("ravi", &slept)]).ends_with(" (sleep)"));
        let three = [("asha", &slept[..]), ("ravi", &slept), ("meena", &whole)];
        assert!(sentence(&three).ends_with(" (2 profiles: sleep)"));
        let many: Vec<Coverage> =
            (0..6).map(|hour| row(hour * HOUR, hour * HOUR + 60, Some(GapCause::Outage))).collect();
        let words = sentence(&[("asha", &many)]);
        assert!(words.ends_with(" and 3 more: no answer from the server"), "{words}");
        assert_eq!(words.matches("answer").count(), 1, "{words}");
        let taken = [row(0, 2 * HOUR, Some(GapCause::TakenOver)), row(2 * HOUR + 20, 8 * HOUR, None)];
        let words = sentence(&[("asha", &taken)]);
        assert!(words.starts_with("some seconds at "), "{words}");
        assert!(words.ends_with(" (the process that recorded broke off)"), "{words}");
    }

    #[test]
    fn a_hole_at_an_end_of_the_window_is_what_is_before_or_after() {
        let clock = |seconds| times::clock(at(seconds), at(8 * HOUR), &TimeZone::UTC);
        let (late, later) = ([row(HOUR, 8 * HOUR, None)], [row(2 * HOUR, 8 * HOUR, None)]);
        let early = [row(0, 7 * HOUR, Some(GapCause::Outage))];
        let [one, two, seven] = [1, 2, 7].map(|hours| clock(hours * HOUR));
        let all = [("asha", &late[..]), ("ravi", &late), ("meena", &later)];
        for (rows, wanted) in [
            (&all[..1], format!("the time before {one} (deepcall did not record)")),
            (&all[..2], format!("the time before {one} (deepcall did not record)")),
            (
                &all[..],
                format!(
                    "the time before {one} (2 profiles) and the time before {two} (meena): deepcall did not record"
                ),
            ),
            (
                &[("asha", &late[..]), ("ravi", &early)][..],
                format!(
                    "the time before {one} (asha: deepcall did not record) and \
                     the time after {seven} (ravi: no answer from the server)"
                ),
            ),
            (
                &[("asha", &late[..]), ("dev", &[])][..],
                format!("the time before {one} (asha) and all of it (dev): deepcall did not record"),
            ),
        ] {
            assert_eq!(sentence(rows), wanted);
        }
    }

    #[test]
    fn a_document_has_seconds_and_a_share() {
        let slept = [row(0, 2 * HOUR, Some(GapCause::Sleep)), row(4 * HOUR, 8 * HOUR, None)];
        let all = of(&[("asha", &slept)]);
        assert!(all.has_gap());
        let tail = all.fill(Row::new(&[COVERAGE, GAPS]));
        let (Value::Rows(coverage), Value::Rows(gaps)) = (tail.get("coverage"), tail.get("gaps")) else {
            panic!("{tail:?}")
        };
        assert!(
            matches!(coverage[0].get("covered_seconds"), Value::Seconds(seconds) if *seconds == 6 * HOUR)
        );
        assert!(
            matches!(coverage[0].get("covered_share"), Value::Share(share) if (*share - 0.75).abs() < 1e-9)
        );
        assert!(matches!(gaps[0].get("why"), Value::Text(why) if why == "sleep"));
    }
}
