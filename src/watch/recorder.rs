//! What a watch has recorded, and what it has yet to: out of reports it makes the pages that a journal takes in one commit.
//! It has no file and no thread; those are the [`ledger`]'s.

mod backlog;
pub(crate) mod ledger;
#[cfg(test)]
pub(crate) mod model;
pub(crate) mod records;
pub(crate) mod sharing;
#[cfg(test)]
mod tests;
pub(crate) mod thread;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

pub(crate) use backlog::{Backlog, Dropped};

use crate::floor::event::{Event, EventKind, FollowedPart, Gap, GapCause, WrapupStarted};
use crate::floor::timeline::{Coverage, CoverageStep, Look, NewEvent, coverage_step};

/// So many events may wait until the journal can be written again.
const MOST_WAITING: usize = 10_000;

/// What one report adds about one agent.
#[derive(Clone, Debug)]
pub(crate) struct Note {
    /// Which of the agents that are followed.
    pub(crate) index: usize,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) looks: Vec<Look>,
}

/// What is to be written about one agent in one commit.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) index: usize,
    /// As the answers name the agent, where they do.
    pub(crate) agent_id: Option<String>,
    /// The last event that was known when the difference was made.
    pub(crate) base: i64,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) coverage: Vec<CoverageStep>,
    /// How many of the events and of the steps were to be written already before these notes.
    pub(crate) waited: (usize, usize),
    /// How many events will have left the queue of the agent once these are written.
    pub(crate) gone: usize,
}

/// How it stands with one agent.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Up to here, the events of the agent are known.
    base: i64,
    /// What is covered lately, with what is not written yet.
    coverage: Vec<Coverage>,
    events: VecDeque<NewEvent>,
    /// How many events have left that queue.
    gone: usize,
    steps: Vec<CoverageStep>,
    /// When the first and the last of those were noticed for which there was no room.
    missing: Option<(Timestamp, Timestamp)>,
}

#[derive(Debug)]
pub(crate) struct Recorder {
    accounts: Vec<Account>,
    cadence: Duration,
    waiting: usize,
    missing: u32,
    /// The last event that stdout took, if there is one that takes any, and whether the journal knows that.
    took: Option<i64>,
    told: Option<i64>,
}

impl Account {
    pub(crate) fn new(base: i64, coverage: Vec<Coverage>) -> Self {
        Self { base, coverage, ..Self::default() }
    }
}

impl Recorder {
    pub(crate) fn new(accounts: Vec<Account>, cadence: Duration) -> Self {
        Self { accounts, cadence, waiting: 0, missing: 0, took: None, told: None }
    }

    pub(crate) fn base(&self, index: usize) -> i64 {
        self.accounts[index].base
    }

    /// Whether there is anything that the journal does not know yet.
    pub(crate) fn has_more(&self) -> bool {
        let is_open = |account: &Account| !account.events.is_empty() || !account.steps.is_empty();
        self.took != self.told || self.accounts.iter().any(is_open)
    }

    /// Notes that stdout took the event `seq`.
    pub(crate) fn took(&mut self, seq: i64) {
        self.took = self.took.max(Some(seq));
    }

    pub(crate) fn stdout_took(&self) -> Option<i64> {
        self.took
    }

    /// The pages of these notes, and of all that waits.
    pub(crate) fn pages(&self, notes: &[Note]) -> Vec<Page> {
        let page = |(index, account): (usize, &Account)| {
            let waited = (account.events.len(), account.steps.len());
            let mut events: Vec<NewEvent> = account.events.iter().cloned().collect();
            let mut steps = account.steps.clone();
            let mut coverage = account.coverage.clone();
            for note in notes.iter().filter(|note| note.index == index) {
                events.extend(note.events.iter().cloned());
                steps.extend(self.steps(&mut coverage, &note.looks));
            }
            let is_empty = events.is_empty() && steps.is_empty();
            let gone = account.gone + waited.0;
            let (agent_id, base) = (None, account.base);
            let page = Page { index, agent_id, base, events, coverage: steps, waited, gone };
            (!is_empty).then_some(page)
        };
        self.accounts.iter().enumerate().filter_map(page).collect()
    }

    /// What these looks add to the coverage, which takes it.
    fn steps(&self, coverage: &mut Vec<Coverage>, looks: &[Look]) -> Vec<CoverageStep> {
        let mut steps = vec![];
        for look in looks {
            if let Some(step) = coverage_step(coverage, look, self.cadence) {
                Coverage::take(coverage, &step);
                steps.push(step);
            }
        }
        steps
    }

    /// The journal has these pages. Their events are known up to `last`.
    pub(crate) fn written(&mut self, pages: &[Page], took: Option<i64>, last: i64) {
        self.told = took;
        for page in pages {
            let account = &mut self.accounts[page.index];
            account.base = account.base.max(last);
            // Meanwhile some may have been dropped, and steps may have become longer.
            let events = page.gone.saturating_sub(account.gone);
            account.events.drain(..events);
            account.gone += events;
            self.waiting -= events;
            let (waited, new) = page.coverage.split_at(page.waited.1);
            let longer: Vec<_> = account.steps.drain(..waited.len()).zip(waited).filter_map(rest).collect();
            account.steps.splice(..0, longer);
            for step in new {
                Coverage::take(&mut account.coverage, step);
            }
            account.forget_old();
        }
    }

    /// Keeps what a note adds until it can be written.
    pub(crate) fn keep(&mut self, note: &Note) {
        let mut coverage = std::mem::take(&mut self.accounts[note.index].coverage);
        let steps = self.steps(&mut coverage, &note.looks);
        let account = &mut self.accounts[note.index];
        account.coverage = coverage;
        account.forget_old();
        for step in steps {
            add(&mut account.steps, step);
        }
        account.events.extend(note.events.iter().cloned());
        self.waiting += note.events.len();
        while self.waiting > MOST_WAITING
            && let Some(dropped) = self.accounts[note.index].events.pop_front()
        {
            self.waiting -= 1;
            self.accounts[note.index].gone += 1;
            self.miss(note.index, dropped.event.at, 1);
        }
    }

    /// There was no room for so many events of that moment.
    pub(crate) fn miss(&mut self, index: usize, at: Timestamp, count: usize) {
        self.missing = self.missing.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        let missing = &mut self.accounts[index].missing;
        let (first, last) = missing.unwrap_or((at, at));
        *missing = Some((first.min(at), last.max(at)));
    }

    /// How many events are not in the journal.
    pub(crate) fn unwritten(&self) -> usize {
        self.waiting.saturating_add(usize::try_from(self.missing).unwrap_or(usize::MAX))
    }

    /// The journal is open at last, and its `account` of an agent continues with what waits.
    pub(crate) fn begin(&mut self, index: usize, account: Account) {
        let Account { base, mut coverage, .. } = account;
        let waiting = &mut self.accounts[index];
        for step in &mut waiting.steps {
            if let CoverageStep::Begin { coverage: begun, ended: ended @ None } = step {
                let (part, at, repeats) = (begun.part, begun.from, begun.repeats);
                let server_time = begun.server_time;
                let look = Look { part, at, server_time, repeats, hole: GapCause::NotRunning, lost: false };
                let before = coverage.iter().filter(|row| row.part == part).map(|row| row.to).max();
                match coverage_step(&coverage, &look, begun.cadence) {
                    Some(CoverageStep::Begin { ended: known, .. }) => *ended = known,
                    Some(CoverageStep::Lengthen { .. }) => begun.from = before.unwrap_or(at).min(at),
                    None => {}
                }
            }
            Coverage::take(&mut coverage, step);
        }
        (waiting.base, waiting.coverage) = (base, coverage);
    }

    /// Before the journal is written again: what found no room is a gap. Returns how many events are missing.
    pub(crate) fn close_holes(&mut self, now: Timestamp, profile: impl Fn(usize) -> String) -> u32 {
        for (index, account) in self.accounts.iter_mut().enumerate() {
            let Some((from, to)) = account.missing.take() else { continue };
            let kind = EventKind::Gap(Gap { from, to, why: GapCause::Journal });
            let event = Event { at: now, server_time: None, profile: Some(profile(index)), kind };
            account.events.push_front(NewEvent { event, twin: 0 });
            self.waiting += 1;
            account.begin_anew(Some(GapCause::Journal));
        }
        std::mem::take(&mut self.missing)
    }

    /// Others have recorded about the agent, up to `base`, and cover it like this. Returns the rows that lie outside what
    /// was known: only they are news. After a clock was set back, they need not be the latest.
    pub(crate) fn learned(&mut self, index: usize, base: i64, coverage: Vec<Coverage>) -> Vec<Coverage> {
        let account = &mut self.accounts[index];
        let is_known = |row: &&Coverage| {
            let lies_in =
                |known: &Coverage| known.part == row.part && known.from <= row.to && row.to <= known.to;
            account.coverage.iter().any(lies_in)
        };
        let news = coverage.iter().filter(|row| !is_known(row)).cloned().collect();
        account.base = account.base.max(base);
        let steps = account.steps.clone();
        account.coverage = coverage;
        for step in &steps {
            Coverage::take(&mut account.coverage, step);
        }
        news
    }

    /// Another file has taken the place of the journal. It counts its events anew.
    pub(crate) fn begin_file(&mut self, base: i64) {
        self.took = self.took.map(|_| base);
        self.told = None;
    }

    /// The journal may hold nothing of what was recorded about an agent, and nothing of what goes on in `openings`.
    pub(crate) fn begin_anew(&mut self, index: usize, base: i64, openings: Vec<NewEvent>) {
        let account = &mut self.accounts[index];
        account.base = base;
        self.waiting += openings.len();
        for mut opening in openings.into_iter().rev() {
            // The last answer showed it, and until the next one nothing later is covered.
            let part = opening.event.kind.words().needs;
            let answers = account.coverage.iter().filter(|row| Some(row.part) == part);
            if let Some(last) = answers.map(|row| row.to).max() {
                let Event { at, kind, .. } = &mut opening.event;
                if let EventKind::WrapupStarted(WrapupStarted { remaining_seconds: Some(left), .. }) = kind {
                    *left += at.duration_since(last).as_secs().max(0);
                }
                *at = last.min(*at);
            }
            account.events.push_front(opening);
        }
        account.begin_anew(None);
    }
}

impl Account {
    /// Begins the coverage with the last answer: what was covered before is not in the journal.
    fn begin_anew(&mut self, why: Option<GapCause>) {
        self.steps.clear();
        let first = self.events.iter().map(|new| new.event.at).min();
        let rows = std::mem::take(&mut self.coverage);
        for part in [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups] {
            let Some(row) = rows.iter().filter(|row| row.part == part).max_by_key(|row| row.to) else {
                continue;
            };
            let from = if why.is_some() { row.to } else { first.map_or(row.to, |first| first.min(row.to)) };
            let coverage = Coverage { from, ended: None, ..row.clone() };
            let step = CoverageStep::Begin { coverage, ended: why };
            Coverage::take(&mut self.coverage, &step);
            self.steps.push(step);
        }
    }

    /// Only the last rows of each part decide what the next answer adds.
    fn forget_old(&mut self) {
        const KEPT: usize = 8;
        for part in [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups] {
            let count = self.coverage.iter().filter(|row| row.part == part).count();
            let mut surplus = count.saturating_sub(KEPT);
            self.coverage.retain(|row| {
                let is_old = row.part == part && surplus > 0;
                surplus -= usize::from(is_old);
                !is_old
            });
        }
    }
}

/// What is still to be written of a step that was written as it was before.
fn rest((step, written): (CoverageStep, &CoverageStep)) -> Option<CoverageStep> {
    if step == *written {
        return None;
    }
    Some(match step {
        CoverageStep::Begin { coverage, .. } => {
            let Coverage { part, from, to, server_time, cadence, repeats, .. } = coverage;
            CoverageStep::Lengthen { part, from, to, server_time, cadence, repeats }
        }
        lengthen @ CoverageStep::Lengthen { .. } => lengthen,
    })
}

/// Adds a step to those that wait. One that lengthens what another has begun or lengthened becomes part of that.
fn add(steps: &mut Vec<CoverageStep>, step: CoverageStep) {
    if let CoverageStep::Lengthen { part, from, to, server_time, cadence, repeats } = &step {
        let same = steps.iter_mut().rev().find_map(|known| match known {
            CoverageStep::Lengthen { part: its, from: begins, to, server_time, cadence, repeats } => {
                (its == part && begins == from).then_some((to, server_time, cadence, repeats))
            }
            CoverageStep::Begin { coverage, .. } => {
                let Coverage { part: its, from: begins, to, server_time, cadence, repeats, .. } = coverage;
                (its == part && begins == from).then_some((to, server_time, cadence, repeats))
            }
        });
        if let Some((its_to, its_server_time, its_cadence, its_repeats)) = same {
            (*its_to, *its_server_time) = ((*its_to).max(*to), (*its_server_time).max(*server_time));
            *its_cadence = *cadence;
            *its_repeats = repeats.or(*its_repeats);
            return;
        }
    }
    steps.push(step);
}
