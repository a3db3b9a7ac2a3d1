//! What a watch has recorded, and what it has yet to: out of reports it makes what a journal takes in one commit.
//! It has no file and no thread; those are the [`run_journal`]'s.

pub(crate) mod backend;
mod backlog;
#[cfg(test)]
pub(crate) mod model;
pub(crate) mod run_journal;
pub(crate) mod sharing;
#[cfg(test)]
mod tests;
pub(crate) mod thread;

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

pub(crate) use backlog::{Backlog, Dropped, Replayed};

use crate::floor::event::{Event, EventKind, FollowedPart, Gap, GapCause, WrapupStarted};
use crate::floor::timeline::{AnswerMark, Coverage, CoverageStep, NewEvent, coverage_step};

/// So many events may wait until the journal can be written again.
const MOST_WAITING: usize = 10_000;

/// What one report adds about one agent.
#[derive(Clone, Debug)]
pub(crate) struct Addition {
    /// Which of the agents that are followed.
    pub(crate) index: usize,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) marks: Vec<AnswerMark>,
}

/// What is to be written about one agent in one commit.
#[derive(Clone, Debug)]
pub(crate) struct AgentEntry {
    pub(crate) index: usize,
    /// As the answers name the agent, where they do.
    pub(crate) agent_id: Option<String>,
    /// The last event that was known when the difference was made.
    pub(crate) base: i64,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) coverage: Vec<CoverageStep>,
    /// How many of the events and of the steps were to be written already before these additions.
    pub(crate) waited: (usize, usize),
    /// How many events will have left the queue of the agent once these are written.
    pub(crate) gone: usize,
}

/// How it stands with one agent.
#[derive(Debug, Default)]
pub(crate) struct AgentQueue {
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
pub(crate) struct PendingWrites {
    queues: Vec<AgentQueue>,
    cadence: Duration,
    waiting: usize,
    missing: u32,
    /// The last event that stdout took, if there is one that takes any, and whether the journal knows that.
    stdout_seq: Option<i64>,
    stored_stdout_seq: Option<i64>,
}

impl AgentQueue {
    pub(crate) fn new(base: i64, coverage: Vec<Coverage>) -> Self {
        Self { base, coverage, ..Self::default() }
    }
}

impl PendingWrites {
    pub(crate) fn new(queues: Vec<AgentQueue>, cadence: Duration) -> Self {
        Self { queues, cadence, waiting: 0, missing: 0, stdout_seq: None, stored_stdout_seq: None }
    }

    pub(crate) fn base(&self, index: usize) -> i64 {
        self.queues[index].base
    }

    /// Whether there is anything that the journal does not know yet.
    pub(crate) fn has_more(&self) -> bool {
        let is_open = |queue: &AgentQueue| !queue.events.is_empty() || !queue.steps.is_empty();
        self.stdout_seq != self.stored_stdout_seq || self.queues.iter().any(is_open)
    }

    /// Notes that stdout took the event `seq`.
    pub(crate) fn stdout_took(&mut self, seq: i64) {
        self.stdout_seq = self.stdout_seq.max(Some(seq));
    }

    pub(crate) fn stdout_seq(&self) -> Option<i64> {
        self.stdout_seq
    }

    /// What is to be written of these additions, and of all that waits.
    pub(crate) fn entries(&self, additions: &[Addition]) -> Vec<AgentEntry> {
        let entry = |(index, queue): (usize, &AgentQueue)| {
            let waited = (queue.events.len(), queue.steps.len());
            let mut events: Vec<NewEvent> = queue.events.iter().cloned().collect();
            let mut steps = queue.steps.clone();
            let mut coverage = queue.coverage.clone();
            for addition in additions.iter().filter(|addition| addition.index == index) {
                events.extend(addition.events.iter().cloned());
                steps.extend(self.steps(&mut coverage, &addition.marks));
            }
            let is_empty = events.is_empty() && steps.is_empty();
            let gone = queue.gone + waited.0;
            let (agent_id, base) = (None, queue.base);
            let entry = AgentEntry { index, agent_id, base, events, coverage: steps, waited, gone };
            (!is_empty).then_some(entry)
        };
        self.queues.iter().enumerate().filter_map(entry).collect()
    }

    /// What these answers add to the coverage, which takes it.
    fn steps(&self, coverage: &mut Vec<Coverage>, marks: &[AnswerMark]) -> Vec<CoverageStep> {
        let mut steps = vec![];
        for mark in marks {
            if let Some(step) = coverage_step(coverage, mark, self.cadence) {
                Coverage::take(coverage, &step);
                steps.push(step);
            }
        }
        steps
    }

    /// The journal has these entries. Their events are known up to `last`.
    pub(crate) fn written(&mut self, entries: &[AgentEntry], stdout_seq: Option<i64>, last: i64) {
        self.stored_stdout_seq = stdout_seq;
        for entry in entries {
            let queue = &mut self.queues[entry.index];
            queue.base = queue.base.max(last);
            // Meanwhile some may have been dropped, and steps may have become longer.
            let events = entry.gone.saturating_sub(queue.gone);
            queue.events.drain(..events);
            queue.gone += events;
            self.waiting -= events;
            let (waited, new) = entry.coverage.split_at(entry.waited.1);
            let longer: Vec<_> = queue.steps.drain(..waited.len()).zip(waited).filter_map(rest).collect();
            queue.steps.splice(..0, longer);
            for step in new {
                Coverage::take(&mut queue.coverage, step);
            }
            queue.forget_old();
        }
    }

    /// Keeps an addition until it can be written.
    pub(crate) fn keep(&mut self, addition: &Addition) {
        let mut coverage = std::mem::take(&mut self.queues[addition.index].coverage);
        let steps = self.steps(&mut coverage, &addition.marks);
        let queue = &mut self.queues[addition.index];
        queue.coverage = coverage;
        queue.forget_old();
        for step in steps {
            add(&mut queue.steps, step);
        }
        queue.events.extend(addition.events.iter().cloned());
        self.waiting += addition.events.len();
        while self.waiting > MOST_WAITING
            && let Some(dropped) = self.queues[addition.index].events.pop_front()
        {
            self.waiting -= 1;
            self.queues[addition.index].gone += 1;
            self.miss(addition.index, dropped.event.at, 1);
        }
    }

    /// There was no room for so many events of that moment.
    pub(crate) fn miss(&mut self, index: usize, at: Timestamp, count: usize) {
        self.missing = self.missing.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        let missing = &mut self.queues[index].missing;
        let (first, last) = missing.unwrap_or((at, at));
        *missing = Some((first.min(at), last.max(at)));
    }

    /// How many events are not in the journal.
    pub(crate) fn unwritten(&self) -> usize {
        self.waiting.saturating_add(usize::try_from(self.missing).unwrap_or(usize::MAX))
    }

    /// The journal is open at last, and its `queue` of an agent continues with what waits. A part is covered from the first of
    /// `marks` about it on, which are those of the first answers.
    pub(crate) fn begin(&mut self, index: usize, queue: AgentQueue, marks: &[AnswerMark]) {
        let AgentQueue { base, mut coverage, .. } = queue;
        let waiting = &mut self.queues[index];
        for step in &mut waiting.steps {
            if let CoverageStep::Begin { coverage: begun, ended: ended @ None } = step {
                if let Some(first) = marks.iter().find(|mark| mark.part == begun.part) {
                    begun.from = begun.from.max(first.at).min(begun.to);
                }
                let (part, at, repeats) = (begun.part, begun.from, begun.repeats);
                let server_time = begun.server_time;
                let mark =
                    AnswerMark { part, at, server_time, repeats, hole: GapCause::NotRunning, lost: false };
                let before = coverage.iter().filter(|row| row.part == part).map(|row| row.to).max();
                match coverage_step(&coverage, &mark, begun.cadence) {
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
        for (index, queue) in self.queues.iter_mut().enumerate() {
            let Some((from, to)) = queue.missing.take() else { continue };
            let kind = EventKind::Gap(Gap { from, to, why: GapCause::Journal });
            let event = Event { at: now, server_time: None, profile: Some(profile(index)), kind };
            queue.events.push_front(NewEvent { event, twin: 0 });
            self.waiting += 1;
            queue.begin_anew(Some(GapCause::Journal));
        }
        std::mem::take(&mut self.missing)
    }

    /// Others have recorded about the agent, up to `base`, and cover it like this. Returns the rows that lie outside what
    /// was known: only they are news. After a clock was set back, they need not be the latest.
    pub(crate) fn learned(&mut self, index: usize, base: i64, coverage: Vec<Coverage>) -> Vec<Coverage> {
        let queue = &mut self.queues[index];
        let is_known = |row: &&Coverage| {
            let lies_in =
                |known: &Coverage| known.part == row.part && known.from <= row.to && row.to <= known.to;
            queue.coverage.iter().any(lies_in)
        };
        let news = coverage.iter().filter(|row| !is_known(row)).cloned().collect();
        queue.base = queue.base.max(base);
        let steps = queue.steps.clone();
        queue.coverage = coverage;
        for step in &steps {
            Coverage::take(&mut queue.coverage, step);
        }
        news
    }

    /// Another file has taken the place of the journal. It counts its events anew.
    pub(crate) fn begin_file(&mut self, base: i64) {
        self.stdout_seq = self.stdout_seq.map(|_| base);
        self.stored_stdout_seq = None;
    }

    /// The journal may hold nothing of what was recorded about an agent, and nothing of what goes on in `openings`.
    pub(crate) fn begin_anew(&mut self, index: usize, base: i64, openings: Vec<NewEvent>) {
        let queue = &mut self.queues[index];
        queue.base = base;
        self.waiting += openings.len();
        for mut opening in openings.into_iter().rev() {
            // The last answer showed it, and until the next one nothing later is covered.
            let part = opening.event.kind.words().needs;
            let answers = queue.coverage.iter().filter(|row| Some(row.part) == part);
            if let Some(last) = answers.map(|row| row.to).max() {
                let Event { at, kind, .. } = &mut opening.event;
                if let EventKind::WrapupStarted(WrapupStarted { remaining_seconds: Some(left), .. }) = kind {
                    *left += at.duration_since(last).as_secs().max(0);
                }
                *at = last.min(*at);
            }
            queue.events.push_front(opening);
        }
        queue.begin_anew(None);
    }
}

impl AgentQueue {
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
