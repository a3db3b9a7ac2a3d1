//! A process that records, as the loop does: it looks who polls, learns what others have recorded, and records an answer
//! before it shows it.

use std::time::Duration;

use crate::floor::diff::Memory;
use crate::floor::event::Event;
use crate::floor::timeline::AnswerMark;
use crate::watch::checker::day::Size;
use crate::watch::checker::dice::Dice;
use crate::watch::checker::lives::{Span, Stage};
use crate::watch::checker::poller::{Poller, Received};
use crate::watch::recorder::backend::{JournalBackend, Left, News, Refreshed, Share, Wanted, Written};
use crate::watch::recorder::model::Model as Journal;
use crate::watch::recorder::{Addition, PendingWrites};
use crate::watch::schedule::Outcome;
use crate::watch::source::WatchScope;

pub(super) const ALL: WatchScope = WatchScope { tags: true, breaks: true, wrapups: true };

pub(super) struct Process<'a> {
    /// Which of the commands it is.
    pub(super) slot: usize,
    pub(super) journal: Journal,
    pub(super) pending: PendingWrites,
    pub(super) memory: Memory,
    pub(super) poller: Poller<'a>,
    pub(super) polls_always: bool,
    /// The true moment of its last answer that was recorded, or of another one before it began.
    pub(super) answered: i64,
    /// Its next poll, by its monotonic clock and in truth.
    pub(super) next: Duration,
    pub(super) at: i64,
    pub(super) span: Span,
    /// An answer that has come and is not recorded yet.
    pub(super) held: Option<Held>,
}

pub(super) struct Held {
    pub(super) received: Received,
    pub(super) took: i64,
    /// Whether the process takes its time until it records it.
    pub(super) is_slow: bool,
    /// When it is killed meanwhile.
    pub(super) killed: Option<Stage>,
}

/// What the journal took of an answer.
pub(super) struct Taken {
    /// The events and the openings, each with its number if it was new to the journal.
    pub(super) events: Vec<(i64, Event)>,
    pub(super) openings: Vec<(i64, Event)>,
    pub(super) marks: Vec<AnswerMark>,
}

impl Process<'_> {
    /// Looks who polls.
    pub(super) fn refresh(&mut self, size: &Size) -> Refreshed {
        let wanted = Wanted {
            index: 0,
            base: self.pending.base(0),
            parts: ALL.parts(),
            cadence: size.interval,
            forces: self.polls_always,
        };
        self.journal.refresh(&[wanted]).expect("a model").pop().expect("one agent")
    }

    /// Learns what others have recorded; the numbers of the events.
    pub(super) fn learn(&mut self, news: News) -> Vec<i64> {
        let known = self.pending.base(0);
        let last = news.events.iter().map(|recorded| recorded.seq).max().unwrap_or(known);
        let events: Vec<_> = news.events.into_iter().filter(|recorded| recorded.seq > known).collect();
        for recorded in &events {
            self.memory.learn(&recorded.event, &self.poller.clocks);
        }
        for row in self.pending.learned(0, last, news.coverage) {
            self.memory.attend(&row, &self.poller.clocks);
        }
        events.into_iter().map(|recorded| recorded.seq).collect()
    }

    /// Notes what stdout took, if the journal does not know it yet.
    pub(super) fn note_stdout(&mut self) {
        if self.pending.has_more() {
            let (entries, stdout_seq) = (self.pending.entries(&[]), self.pending.stdout_seq());
            if let Written::Done { last, .. } = self.journal.record(&entries, stdout_seq).expect("a model") {
                self.pending.written(&entries, stdout_seq, last);
            }
        }
    }

    /// Records what an answer adds, and moves on. Returns also what was learned before, in its order.
    pub(super) fn record(&mut self, received: &Received) -> (Vec<i64>, Taken) {
        let mut learned = vec![];
        loop {
            let difference = self.memory.diff(&received.result);
            let note = Addition {
                index: 0,
                events: difference.to_record().collect(),
                marks: difference.marks.clone(),
            };
            let new = note.events.clone();
            let entries = self.pending.entries(&[note]);
            let stdout_seq = self.pending.stdout_seq();
            match self.journal.record(&entries, stdout_seq).expect("a model") {
                Written::Done { seqs, last } => {
                    self.pending.written(&entries, stdout_seq, last);
                    let first_opening = new.len() - difference.openings.len();
                    let numbered = new.into_iter().map(|new| new.event).zip(seqs).enumerate();
                    let taken = numbered.filter_map(|(place, (event, seq))| Some((place, (seq?, event))));
                    let (events, openings): (Vec<_>, Vec<_>) =
                        taken.partition(|(place, _)| *place < first_opening);
                    let bare = |list: Vec<(usize, (i64, Event))>| list.into_iter().map(|it| it.1).collect();
                    let (events, openings) = (bare(events), bare(openings));
                    self.memory.commit(difference.change);
                    return (learned, Taken { events, openings, marks: difference.marks });
                }
                Written::Overtaken(news) => {
                    for news in news {
                        learned.extend(self.learn(news));
                    }
                }
                Written::Renewed { .. } | Written::Erased { .. } => {
                    unreachable!("the model is one file, of which nothing is erased")
                }
            }
        }
    }

    /// Takes over from somebody who has died, perhaps with an answer.
    pub(super) fn share(&mut self, share: Share) -> Share {
        if let Share::Ours { taken_over: Some(Left { newest_answer }) } = share {
            self.memory.take_over(newest_answer, &self.poller.clocks);
            self.poller.health = self.poller.health.after_lost_answer();
        }
        share
    }

    /// Plans the next poll; whether the process lives on.
    pub(super) fn plan(&mut self, outcome: Outcome, took: i64, dice: &mut Dice) -> bool {
        let Some(next) = self.poller.next(outcome, self.next, took, dice) else {
            // The session is over.
            self.journal.end(self.pending.stdout_seq(), &[]).expect("a model");
            return false;
        };
        self.next = next;
        self.wait_until(self.poller.true_time(next));
        true
    }

    /// It does nothing before that moment, unless its life ends before. A slow one is late for it, but never goes back: its
    /// clocks would count that time twice.
    pub(super) fn wait_until(&mut self, moment: i64) {
        self.at = moment.max(self.at + 1).min(self.span.to.max(self.at));
    }
}
