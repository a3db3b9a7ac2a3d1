//! Which notifications were told. It forgets by attended time only: never by the time a notification
//! carries, never because a poll failed, never because the machine slept.

use std::collections::HashMap;
use std::time::Duration;

use crate::floor::answer::Tag;
use crate::floor::fingerprint;
use crate::floor::fingerprint::Fingerprint;
use crate::floor::pause::WINDOW;

#[cfg(test)]
mod tests;

/// What was absent from good answers for so long is forgotten.
pub(crate) const FORGET_AFTER: Duration = WINDOW.saturating_mul(2);

/// The longest time before it for which one good answer can vouch.
const LONGEST_STEP: Duration = Duration::from_secs(5 * 60);

/// How often the forgotten are swept out.
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);

/// The most fingerprints that are kept. A notification with an id takes two, and one more for each change.
const CAPACITY: usize = 200_000;

/// How many are left after reaching the capacity.
const AFTER_OVERFLOW: usize = CAPACITY / 10 * 9;

/// The notifications that were told, each with the attended time of its last appearance.
#[derive(Debug, Default)]
pub struct Seen {
    last: HashMap<Fingerprint, Duration>,
    /// Time for which good answers vouch. It stands still during outages and sleep.
    attended: Duration,
    swept: Duration,
}

/// What an answer holds, compared with what was told.
#[derive(Debug)]
pub struct Comparison {
    /// What was not told yet, in the order of the answer.
    pub news: Vec<News>,
    /// How many were told at an earlier poll.
    pub repeated: usize,
    /// Whether remembering this answer means to forget what would still have to be known.
    pub overflows: bool,
    /// What [`Seen::remember`] has to remember once the news are told.
    pub appearance: Appearance,
}

/// A notification that was not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    /// Its place in the answer.
    pub place: usize,
    /// Whether its id was told before with other content.
    pub changed: bool,
}

/// What appeared in an answer.
#[derive(Debug)]
pub struct Appearance {
    present: Vec<Fingerprint>,
    attended: Duration,
}

impl Seen {
    /// Compares an answer with what was told. `awake` is the time since the last good answer.
    /// Nothing changes until the appearance is remembered.
    #[must_use]
    pub fn compare(&self, tags: &[Tag], awake: Duration) -> Comparison {
        let mut answer = AnswerDiff {
            seen: self,
            present: HashMap::with_capacity(2 * tags.len()),
            copies: HashMap::new(),
            repeated: 0,
        };
        let mut news = Vec::new();
        for (place, tag) in tags.iter().enumerate() {
            match answer.classify(tag) {
                TagNews::New => news.push(News { place, changed: false }),
                TagNews::Changed => news.push(News { place, changed: true }),
                TagNews::Known => {}
            }
        }
        let unknown = answer.present.values().filter(|told| !**told).count();
        let attended = self.attended + awake.min(LONGEST_STEP);
        Comparison {
            news,
            repeated: answer.repeated,
            overflows: self.overflows(unknown, attended),
            appearance: Appearance { present: answer.present.into_keys().collect(), attended },
        }
    }

    /// Remembers an answer, once its news are told.
    pub fn remember(&mut self, appearance: Appearance) {
        let now = appearance.attended;
        self.attended = now;
        for fingerprint in appearance.present {
            self.last.insert(fingerprint, now);
        }
        if self.last.len() > CAPACITY || now >= self.swept + SWEEP_EVERY {
            self.swept = now;
            self.last.retain(|_, last| !is_outdated(*last, now));
        }
        if self.last.len() > CAPACITY {
            let limit = self.time_of_surplus();
            self.last.retain(|_, last| *last > limit || *last == now);
        }
    }

    /// How many fingerprints are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.last.len()
    }

    /// Whether nothing was told yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.last.is_empty()
    }

    fn overflows(&self, unknown: usize, attended: Duration) -> bool {
        let wanted = self.last.len() + unknown;
        wanted > CAPACITY && {
            let outdated = self.last.values().filter(|last| is_outdated(**last, attended)).count();
            wanted - outdated > CAPACITY
        }
    }

    /// The last appearance up to which fingerprints have to go when there are too many.
    fn time_of_surplus(&self) -> Duration {
        let mut times: Vec<Duration> = self.last.values().copied().collect();
        let surplus = times.len().saturating_sub(AFTER_OVERFLOW);
        if surplus == 0 {
            return Duration::ZERO;
        }
        *times.select_nth_unstable(surplus - 1).1
    }
}

fn is_outdated(last: Duration, now: Duration) -> bool {
    now.saturating_sub(last) > FORGET_AFTER
}

/// One pass over an answer, tag by tag.
struct AnswerDiff<'a> {
    seen: &'a Seen,
    /// What this answer holds so far, and whether it was told at an earlier poll.
    present: HashMap<Fingerprint, bool>,
    /// How many equal notifications without id this answer holds so far.
    copies: HashMap<Fingerprint, usize>,
    /// How many notifications of this answer were told at an earlier poll.
    repeated: usize,
}

/// Where a fingerprint was met before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    Never,
    InThisAnswer,
    Earlier,
}

/// What a tag of an answer is to the watch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TagNews {
    New,
    /// Its id is known, with other content.
    Changed,
    /// It was reported at an earlier poll, or stands in this answer already.
    Known,
}

impl AnswerDiff<'_> {
    fn classify(&mut self, tag: &Tag) -> TagNews {
        let (id, state) = if let Some(id) = &tag.id {
            (self.meet(fingerprint::of_id(id)), self.meet(fingerprint::of_state(id, tag)))
        } else {
            let content = fingerprint::of_json(&tag.fields);
            let copies = self.copies.entry(content).or_default();
            let copy = fingerprint::of_copy(content, *copies);
            *copies += 1;
            (Met::Never, self.meet(copy))
        };
        self.repeated += usize::from(state == Met::Earlier);
        match (state, id) {
            (Met::Never, Met::Never) => TagNews::New,
            (Met::Never, _) => TagNews::Changed,
            _ => TagNews::Known,
        }
    }

    fn meet(&mut self, fingerprint: Fingerprint) -> Met {
        if let Some(told) = self.present.get(&fingerprint) {
            return if *told { Met::Earlier } else { Met::InThisAnswer };
        }
        let told = self.seen.last.contains_key(&fingerprint);
        self.present.insert(fingerprint, told);
        if told { Met::Earlier } else { Met::Never }
    }
}
