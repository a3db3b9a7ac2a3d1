//! Counts, as Jepsen's checker does: what was told against what had to be told.

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
    /// Of days with a journal.
    commits,
    /// What stdout got, and what of it was the last round of a killed watch once more.
    printed,
    printed_again,
}

/// What one day has shown.
#[derive(Default)]
pub(crate) struct Verdict {
    pub(crate) is_calm: bool,
    pub(crate) counts: Counts,
    pub(crate) longest_delay: Duration,
    /// What the first few faults were, in words.
    pub(crate) examples: Vec<String>,
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
    began: i64,
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
            began,
            last_known: None,
        }
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

    pub(crate) fn announce_gap(&mut self, from: i64, to: i64) {
        self.gaps.push((from, to));
    }

    /// Closes the books. Each copy may have been reported so often once more because a field of it changes by itself.
    pub(crate) fn close(self, model: Model, restless: usize, verdict: &mut Verdict) {
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
            if self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&item.arrived)) {
                verdict.counts.missing_in_gaps += 1;
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
    bad_seeds: Vec<u64>,
    pub(crate) examples: Vec<String>,
}

impl Totals {
    pub(crate) fn add(&mut self, seed: u64, day: &Verdict) {
        let Counts { lost, duplicated, unexpected, gaps_in_calm_days, .. } = day.counts;
        self.counts += day.counts;
        if lost + duplicated + unexpected + gaps_in_calm_days > 0 {
            self.bad_seeds.push(seed);
            self.examples.extend(day.examples.iter().map(|what| format!("seed {seed}: {what}")));
        }
    }
}
