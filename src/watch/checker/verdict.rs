//! Counts, as Jepsen's checker does: what was told against what had to be told.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::time::Duration;

use crate::watch::checker::day::{Floor, SECOND};
use crate::watch::checker::server::Model;

/// What happened to one state of an item in one life of the watch.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// The most copies that one good answer held.
    shown: usize,
    told: usize,
}

/// One list of what is counted, for a day and for the sum of all days.
macro_rules! counts {
    ($($(#[$meta:meta])* $name:ident,)*) => {
        #[derive(Clone, Copy, Debug, Default)]
        pub(crate) struct Counts {
            $($(#[$meta])* pub(crate) $name: usize,)*
        }

        impl AddAssign for Counts {
            fn add_assign(&mut self, day: Self) {
                $(self.$name += day.$name;)*
            }
        }
    };
}

counts! {
    lost,
    duplicated,
    unexpected,
    told,
    gaps,
    gaps_in_calm_days,
    unjustified_gaps,
    /// Of days with a journal, gaps without need, by what could not be known.
    gaps_for_a_clock,
    gaps_before_it_is_known,
    gaps_of_a_race,
    missing_in_gaps,
    failed_polls,
    /// How often a notification was reported once more because a field of it changes by itself.
    restless,
    /// Events about breaks and wrap-ups.
    states_told,
    /// Those of them that report a second one right after the first.
    seconds_told,
    /// Other reasons.
    changes_told,
    agents_told,
    resent,
    /// Of days with a journal: the rows of coverage, the answers and the intervals that were compared, and the intervals
    /// that were not, because they are near a time that nobody can know.
    commits,
    coverage_rows,
    answers_checked,
    /// Answers that were not counted for a break or a wrap-up, because it might have been another one.
    states_unsure,
    /// And those because another one came after their request was sent.
    states_crossed,
    intervals_checked,
    intervals_blurred,
    /// Shifts, and their figures that were compared with the truth; how many of them within bounds that leave out a time
    /// that nobody can know; and those that were not compared, because most of the window is such a time.
    shifts_checked,
    shift_figures_checked,
    shift_figures_widened,
    figures_skipped_for_a_clock,
    figures_skipped_for_an_agent,
    figures_skipped_for_a_late_answer,
    /// What was never shown, and lies in a hole of which nobody can know, or before the first answer of all.
    missing_unseen,
    /// What never was shown and is not covered.
    missing_uncovered,
    /// Takeovers, and answers that were recorded after later ones.
    taken_over,
    late,
    /// What stdout got, and what of it was the last round of a killed watch once more.
    printed,
    printed_again,
    /// What a script got with `--new`, and how often it was killed before its cursor had moved.
    script_had,
    script_killed,
    lists_checked,
}

/// What one day has shown.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) is_calm: bool,
    pub(crate) counts: Counts,
    pub(crate) longest_delay: Duration,
    /// What the first few faults were, in words.
    pub(crate) examples: Vec<String>,
    /// Which of the faults that were planted in its shifts were found.
    pub(crate) found: Vec<bool>,
}

impl Verdict {
    pub(crate) fn note(&mut self, what: impl FnOnce() -> String) {
        if self.examples.len() < 3 {
            self.examples.push(what());
        }
    }
}

/// So often a notification may be reported once more because a field of it changes by itself.
pub(crate) const MOST_RESTLESS: usize = 2;

/// The books of one life of the watch: from a start with empty memory to its end.
pub(crate) struct Books<'a> {
    floor: &'a Floor,
    tallies: Vec<Tally>,
    in_answer: Vec<usize>,
    /// True moments.
    gaps: Vec<(i64, i64)>,
    /// Holes of which nobody can know.
    unseen: Vec<(i64, i64)>,
    began: i64,
    /// From when what no answer ever held has to lie in a gap.
    promised: i64,
    last_known: Option<i64>,
}

impl<'a> Books<'a> {
    pub(crate) fn new(floor: &'a Floor, began: i64) -> Self {
        let count = floor.states.len();
        Self {
            floor,
            tallies: vec![Tally::default(); count],
            in_answer: vec![0; count],
            gaps: Vec::new(),
            unseen: Vec::new(),
            began,
            promised: began,
            last_known: None,
        }
    }

    /// The first answer of all comes to a process that began then. Those before it have left nothing from which a gap could
    /// begin.
    pub(crate) fn begin_promise(&mut self, began: i64) {
        self.promised = began;
    }

    /// A good answer that knew of everything up to `known`.
    pub(crate) fn show(&mut self, states: &[usize], known: i64) {
        for state in states {
            self.in_answer[*state] += 1;
        }
        for state in states {
            let copies = std::mem::take(&mut self.in_answer[*state]);
            // The same id with the same content is one, however often it stands there.
            let copies = if self.floor.states[*state].is_nameless { copies } else { copies.min(1) };
            let tally = &mut self.tallies[*state];
            tally.shown = tally.shown.max(copies);
        }
        self.last_known = Some(self.last_known.unwrap_or(known).max(known));
    }

    /// A state told at the true moment `now`; how long after it could be seen first.
    pub(crate) fn tell(&mut self, state: usize, now: i64) -> Duration {
        let tally = &mut self.tallies[state];
        tally.told += 1;
        if tally.told > tally.shown {
            return Duration::ZERO;
        }
        let visible = self.floor.states[state].from.max(self.began);
        Duration::from_millis((now - visible).unsigned_abs())
    }

    /// How many copies of each item the answers held, by the item's number.
    pub(crate) fn had(&self) -> Vec<usize> {
        let copies = |states: &Vec<usize>| states.iter().map(|state| self.tallies[*state].shown).max();
        self.floor.by_number.iter().map(|states| copies(states).unwrap_or_default()).collect()
    }

    pub(crate) fn announce_gap(&mut self, from: i64, to: i64) {
        self.gaps.push((from, to));
    }

    pub(crate) fn excuse(&mut self, from: i64, to: i64) {
        self.unseen.push((from, to));
    }

    /// Closes the books. `is_covered` says whether the journal claims to have what arrived at that moment. Each copy may have been reported so often once more because a field of it changes by itself.
    pub(crate) fn close(
        self,
        model: Model,
        restless: usize,
        is_covered: impl Fn(i64) -> bool,
        verdict: &mut Verdict,
    ) {
        for item in &self.floor.items {
            let mut surplus = 0;
            for tally in item.states.iter().map(|state| self.tallies[*state]) {
                verdict.counts.told += tally.told;
                if tally.shown == 0 {
                    verdict.counts.unexpected += tally.told;
                } else {
                    if tally.shown > tally.told {
                        verdict.note(|| {
                            format!("item {:?} shown {} told {}", item.states, tally.shown, tally.told)
                        });
                    }
                    verdict.counts.lost += tally.shown.saturating_sub(tally.told);
                    surplus += tally.told.saturating_sub(tally.shown);
                }
            }
            let allowed = restless * item.copies;
            verdict.counts.restless += surplus.min(allowed);
            if surplus > allowed {
                let told: Vec<_> = item.states.iter().map(|state| self.tallies[*state].told).collect();
                verdict.note(|| {
                    format!(
                        "item {:?} told {told:?}, nameless {}",
                        item.states, self.floor.states[item.states[0]].is_nameless
                    )
                });
            }
            verdict.counts.duplicated += surplus.saturating_sub(allowed);
        }
        verdict.counts.gaps += self.gaps.len();
        verdict.counts.gaps_in_calm_days += if verdict.is_calm { self.gaps.len() } else { 0 };
        // What a server that windows by date never showed, it may have had for less than an outage.
        let has_ground_truth = model != Model::WindowByDate;
        let Some(last_known) = self.last_known.filter(|_| has_ground_truth) else { return };
        for item in &self.floor.items {
            let was_shown = item.states.iter().any(|state| self.tallies[*state].shown > 0);
            if was_shown || !(self.began + SECOND..=last_known).contains(&item.arrived) {
                continue;
            }
            let holds =
                |spans: &[(i64, i64)]| spans.iter().any(|(from, to)| (*from..=*to).contains(&item.arrived));
            if holds(&self.unseen) {
                verdict.counts.missing_unseen += 1;
                continue;
            }
            if is_covered(item.arrived) {
                verdict.note(|| {
                    format!("item {:?} of {} was not shown but is covered", item.states, item.arrived)
                });
                verdict.counts.lost += 1;
            } else {
                verdict.counts.missing_uncovered += 1;
            }
            if holds(&self.gaps) {
                verdict.counts.missing_in_gaps += 1;
            } else if item.arrived <= self.promised {
                verdict.counts.missing_unseen += 1;
            } else {
                verdict.note(|| {
                    format!("item {:?} of {} was neither shown nor in a gap", item.states, item.arrived)
                });
                verdict.counts.lost += 1;
            }
        }
    }
}

/// What all days have shown.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) counts: Counts,
    /// The same for each meaning of a call, by its name.
    by_meaning: BTreeMap<String, Counts>,
    bad_seeds: Vec<u64>,
    pub(crate) examples: Vec<String>,
}

impl Totals {
    pub(crate) fn add(&mut self, seed: u64, day: &Verdict) {
        let Counts { lost, duplicated, unexpected, gaps_in_calm_days, .. } = day.counts;
        let unneeded = if day.counts.commits > 0 { day.counts.unjustified_gaps } else { 0 };
        self.counts += day.counts;
        *self.by_meaning.entry(format!("{:?}", Model::of(seed))).or_default() += day.counts;
        if lost + duplicated + unexpected + gaps_in_calm_days + unneeded > 0 {
            self.bad_seeds.push(seed);
            self.examples.extend(day.examples.iter().map(|what| format!("seed {seed}: {what}")));
        }
    }
}
