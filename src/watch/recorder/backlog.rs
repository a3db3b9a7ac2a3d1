//! What was answered before the journal could be opened for the first time. What of it is news to the journal is known only
//! once that can be read.

use std::collections::{HashMap, HashSet, VecDeque};
use std::mem::take;

use jiff::Timestamp;

use crate::floor::diff::Memory;
use crate::floor::event::{Event, EventKind};
use crate::floor::identity::fingerprint::of_notification;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::{AnswerMark, NewEvent};
use crate::watch::recorder::{Addition, MOST_WAITING};

/// So many answers of an agent are kept whatever they say. To this watch the first one shows nothing new, but it may differ from
/// what was recorded before, and that counts once later ones confirm it.
const CONFIRMING: usize = 4;

#[derive(Debug, Default)]
pub(crate) struct Backlog {
    entries: VecDeque<Entry>,
    events: usize,
    /// How many answers of each agent there have been, as far as they are counted.
    answers: HashMap<usize, usize>,
}

#[derive(Debug)]
struct Entry {
    index: usize,
    at: Timestamp,
    /// How many events it stands for.
    count: usize,
    /// An answer, without the notifications that were known by then.
    poll: Option<PollResult>,
    /// What happened beside the answers.
    events: Vec<NewEvent>,
}

/// What is to be recorded of what waited.
pub(crate) struct Replayed {
    pub(crate) news: Vec<NewEvent>,
    /// What the answers cover that are kept: what may be about another break or wrap-up than was recorded covers nothing.
    pub(crate) marks: Vec<AnswerMark>,
}

/// What there was no room for.
pub(crate) struct Dropped {
    pub(crate) index: usize,
    pub(crate) at: Timestamp,
    pub(crate) count: usize,
}

impl Backlog {
    /// How many events wait.
    pub(crate) fn len(&self) -> usize {
        self.events
    }

    /// What the server called the moment of the first answer.
    pub(crate) fn server_time(&self) -> Option<Timestamp> {
        self.entries.iter().find_map(|entry| entry.poll.as_ref()?.server_time)
    }

    /// Keeps what a report says of an answer, or of what happened beside the answers, and drops the oldest if that is too
    /// much.
    pub(crate) fn add(
        &mut self,
        at: Timestamp,
        events: &[Event],
        addition: &Addition,
        poll: Option<&PollResult>,
    ) -> Vec<Dropped> {
        let answers = self.answers.entry(addition.index).or_default();
        let may_confirm = poll.is_some() && *answers < CONFIRMING;
        *answers += usize::from(may_confirm);
        // Any other that adds nothing to what is known adds nothing to the journal either.
        if may_confirm || !events.is_empty() || !addition.events.is_empty() {
            let poll = poll.map(|poll| reduced(poll, &addition.events));
            let beside = addition.events.iter().filter(|new| is_beside_answers(&new.event.kind)).cloned();
            let (index, count) = (addition.index, addition.events.len());
            self.events += count;
            self.entries.push_back(Entry { index, at, count, poll, events: beside.collect() });
        }
        let mut dropped = vec![];
        while self.events > MOST_WAITING
            && let Some(Entry { index, at, count, .. }) = self.entries.pop_front()
        {
            self.events -= count;
            dropped.push(Dropped { index, at, count });
        }
        dropped
    }

    /// What is news of it to the memory of an agent that was `recorded`. What is `known` goes on with both.
    pub(crate) fn replay(&mut self, index: usize, mut recorded: Memory, known: &mut Memory) -> Replayed {
        let mut replayed = Replayed { news: vec![], marks: vec![] };
        let (own, others): (Vec<_>, Vec<_>) =
            take(&mut self.entries).into_iter().partition(|entry| entry.index == index);
        self.entries = others.into();
        for Entry { count, poll, events, .. } in own {
            self.events -= count;
            replayed.news.extend(events);
            if let Some(poll) = poll {
                let (news, marks) = recorded.catch_up(&poll, known);
                replayed.news.extend(news);
                replayed.marks.extend(marks);
            }
        }
        known.share_notifications_of(recorded);
        replayed
    }
}

/// The answer with those of its notifications that may be news, which are all that are about the same as one of these.
fn reduced(poll: &PollResult, news: &[NewEvent]) -> PollResult {
    let reported = news.iter().filter_map(|new| match &new.event.kind {
        EventKind::Tag(reported) => Some(of_notification(&reported.tag)),
        _ => None,
    });
    let reported: HashSet<_> = reported.collect();
    let tags = poll
        .tags
        .as_ref()
        .map(|tags| tags.iter().filter(|tag| reported.contains(&of_notification(tag))).cloned().collect());
    PollResult { tags, ..poll.clone() }
}

/// Whether it is no difference between two answers.
fn is_beside_answers(kind: &EventKind) -> bool {
    kind.is_of_the_connection() || matches!(kind, EventKind::ProfileEnded(_))
}
