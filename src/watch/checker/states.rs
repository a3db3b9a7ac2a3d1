//! The books of breaks and of wrap-ups: what was reported against what was.

use std::collections::{HashMap, HashSet};

use crate::watch::checker::agent::Episode;
use crate::watch::checker::verdict::Verdict;

/// What was reported.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Report {
    Started,
    Ended,
    /// Another reason and the one before, by their numbers.
    Changed(Option<usize>, Option<usize>),
}

/// What one answer has shown.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    /// The episode that there truly is.
    pub(crate) present: Option<usize>,
    /// Its reason or call, truly.
    pub(crate) value: Option<usize>,
    /// Whether the answer said that.
    pub(crate) said: bool,
    /// Whether an episode is known by nothing but its value, which is its number.
    pub(crate) is_known_by_value: bool,
    /// Whether a second episode is certain to be recognised, if it starts later than the first by more than this.
    pub(crate) shows_second: bool,
    /// Whether what the answers say of this episode is what they would say of a second one.
    pub(crate) may_be_second: bool,
    pub(crate) nearest_second: i64,
    /// Whether another value is certain to be recognised.
    pub(crate) shows_values: bool,
    /// Whether several processes record it in one journal.
    pub(crate) is_shared: bool,
    /// Whether the same value may be reported as another: servers spell it in two ways in turn, and a process sees every
    /// second answer.
    pub(crate) may_respell: bool,
    /// Which process received the answer: what two answers have to confirm, they have to confirm to one process.
    pub(crate) by: usize,
    /// Whether it need not be taken, as a later answer was. Then what it reports must be true, but it need not report anything.
    pub(crate) is_late: bool,
}

/// So many answers may pass before a second episode or another value is reported.
const PATIENCE: usize = 9;

#[derive(Default)]
pub(crate) struct StateBooks {
    /// Whether there was an answer.
    has_begun: bool,
    /// The episode that was reported last and is not reported to be over.
    reported: Option<usize>,
    /// Every episode that was reported in this life.
    told: HashSet<usize>,
    /// The episode that answers show although it was not reported, and how many each process has had.
    unreported: (Option<usize>, HashMap<usize, usize>),
    /// The values that the reported episode has had.
    values: Vec<usize>,
    /// How many of them, the first ones, are in events, and which process has had the rest.
    reported_values: usize,
    had_by: usize,
    /// How many answers in a row have said a value that was not reported.
    unreported_values: usize,
}

impl StateBooks {
    /// Takes an answer and what was reported because of it.
    pub(crate) fn answer(
        &mut self,
        episodes: &[Episode],
        shown: Shown,
        reports: &[Report],
        verdict: &mut Verdict,
    ) {
        if !self.has_begun {
            verdict.counts.unexpected += reports.len();
            return self.begin(shown);
        }
        if self.had_by != shown.by {
            // What is in no event, another process does not know.
            (self.had_by, self.unreported_values) = (shown.by, 0);
            self.values.truncate(self.reported_values);
        }
        let before = self.reported;
        let mut reported = before;
        for report in reports {
            verdict.counts.states_told += 1;
            match report {
                Report::Ended if reported.is_some() && (reported != shown.present || shown.may_be_second) => {
                    reported = None;
                }
                Report::Started if reported.is_none() && shown.present.is_some() => {
                    reported = shown.present;
                    verdict.counts.seconds_told += usize::from(before.is_some() && before != reported);
                    let is_new = self.told.insert(shown.present.unwrap_or_default());
                    verdict.counts.duplicated += usize::from(!is_new && !shown.may_be_second);
                    self.values.clear();
                    self.values.extend(shown.value.filter(|_| shown.said));
                    self.reported_values = self.values.len();
                }
                Report::Changed(value, previous)
                    if *value == shown.value
                        && !self.known_values(shown).contains(&value.unwrap_or(usize::MAX)) =>
                {
                    verdict.counts.changes_told += 1;
                    // The event says both, and whoever learns it takes neither for another one.
                    let unreported = self.values.split_off(self.reported_values);
                    self.values.extend(previous.filter(|previous| !self.values.contains(previous)));
                    self.values.extend(value);
                    self.reported_values = self.values.len();
                    self.values.extend(unreported);
                }
                Report::Changed(value, _) if *value == shown.value && shown.may_respell => {}
                _ => {
                    verdict.note(|| {
                        format!(
                            "{report:?} of {before:?}/{reported:?}, there is {:?} {:?}, values {:?}",
                            shown.present, shown.value, self.values
                        )
                    });
                    verdict.counts.unexpected += 1;
                }
            }
        }
        if shown.is_late {
            self.reported = reported;
            return;
        }
        // An end, or a beginning after an end, is seen at once.
        if reported.is_some() != shown.present.is_some() {
            verdict.note(|| format!("{reported:?} was reported, there is {:?}", shown.present));
            verdict.counts.lost += 1;
            reported = shown.present;
        }
        self.reported = reported;
        if shown.present == reported {
            self.unreported = (None, HashMap::new());
        } else if shown.present != self.unreported.0 {
            self.unreported = (shown.present, HashMap::new());
        }
        let answers = self.unreported.1.entry(shown.by).or_default();
        *answers += 1;
        let is_overdue = shown.present != reported && *answers == PATIENCE;
        let from = |episode: Option<usize>| episode.map_or(i64::MIN, |episode| episodes[episode].from);
        let is_far = from(shown.present).saturating_sub(from(reported)) > shown.nearest_second;
        // What was never said of the first one tells nobody that there is another.
        let knows_first =
            !shown.is_known_by_value || reported.is_some_and(|first| self.values.contains(&first));
        if is_overdue && shown.shows_second && knows_first && is_far {
            verdict.note(|| format!("{:?} was not reported after {reported:?}", shown.present));
            verdict.counts.lost += 1;
        }
        self.look_at_value(shown, verdict);
    }

    /// The episode that was reported last and is not reported to be over.
    pub(crate) fn reported(&self) -> Option<usize> {
        self.reported
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun
    }

    fn begin(&mut self, shown: Shown) {
        self.has_begun = true;
        self.reported = shown.present;
        self.told.extend(shown.present);
        self.values.clear();
        self.values.extend(shown.value.filter(|_| shown.said));
        (self.reported_values, self.had_by) = (self.values.len(), shown.by);
    }

    /// The values that whoever reports is sure to know of this episode: of one in a journal, those in its events.
    fn known_values(&self, shown: Shown) -> &[usize] {
        if shown.is_shared { &self.values[..self.reported_values] } else { &self.values }
    }

    fn look_at_value(&mut self, shown: Shown, verdict: &mut Verdict) {
        let Some(value) = shown.value.filter(|_| shown.said && shown.present.is_some()) else { return };
        if self.values.is_empty() {
            self.values.push(value);
        }
        if self.values.contains(&value) {
            self.unreported_values = 0;
        } else {
            self.unreported_values += 1;
            if self.unreported_values == PATIENCE && shown.shows_values {
                verdict.note(|| {
                    format!("value {value} of {:?} was not reported after {:?}", shown.present, self.values)
                });
                verdict.counts.lost += 1;
            }
        }
    }
}
