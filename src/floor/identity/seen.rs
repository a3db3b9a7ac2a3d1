//! Which notifications were reported. It forgets by attended time only: never by the time a notification
//! carries, never because a poll failed, never because the machine slept.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::floor::answer::Tag;
use crate::floor::delivery_mode::Counts;
use crate::floor::identity::comparison::{AnswerDiff, News, Present};
use crate::floor::identity::fingerprint;
use crate::floor::identity::fingerprint::Fingerprint;
use crate::floor::identity::hidden::{Hidden, Hiding};
use crate::floor::identity::known::{Fields, Known};
use crate::floor::pause::WINDOW;

#[cfg(test)]
mod tests;

/// What was absent from good answers for so long is forgotten.
pub(crate) const FORGET_AFTER: Duration = WINDOW.saturating_mul(2);

/// The longest time before it for which one good answer can vouch.
const LONGEST_STEP: Duration = Duration::from_secs(5 * 60);

/// How often the forgotten are swept out.
const SWEEP_EVERY: Duration = Duration::from_secs(10 * 60);

/// The most that is kept of one profile's notifications, in bytes.
const CAPACITY: usize = 32 * 1024 * 1024;

/// How much is left after reaching the capacity.
const AFTER_OVERFLOW: usize = CAPACITY / 10 * 9;

/// The notifications that were reported.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// By identity. Those without id may share one: then their content distinguishes them.
    known: HashMap<Fingerprint, Vec<Known>>,
    /// How many twins were reported, as long as any of them is known.
    twins: HashMap<Fingerprint, u32>,
    /// Which of them are known as a journal keeps them.
    hidden: Hidden,
    fields: Fields,
    size: usize,
    /// Time for which good answers vouch. It stands still during outages and sleep.
    attended: Duration,
    swept: Duration,
}

/// What an answer holds, compared with what was reported.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// What was not reported yet, in the order of the answer.
    pub(crate) news: Vec<News>,
    pub(crate) counts: Counts,
    /// Whether remembering this answer means to forget what would still have to be known.
    pub(crate) overflows: bool,
    /// What [`Seen::remember`] has to remember once the news are written.
    pub(crate) appearance: Appearance,
}

/// What appeared in an answer.
#[derive(Debug)]
pub(crate) struct Appearance {
    present: Vec<Present>,
    /// What is known of the fields now, if that is more than before.
    fields: Option<Fields>,
    /// How many twins were reported once the news are.
    twins: HashMap<Fingerprint, u32>,
    attended: Duration,
}

impl Seen {
    /// Nothing yet; what it learns may be hidden.
    pub(crate) fn hiding(hiding: Arc<dyn Hiding>) -> Self {
        Self { hidden: Hidden::by(hiding), ..Self::default() }
    }

    /// Compares an answer with what was reported. `awake` is the time since the last good answer.
    /// Nothing changes until the appearance is remembered.
    #[must_use]
    pub(crate) fn compare(&self, tags: &[Tag], awake: Duration) -> Comparison {
        let attended = self.attended + awake.min(LONGEST_STEP);
        let tags = &*self.as_known(tags);
        let mut answer = AnswerDiff::new(tags, attended, &self.fields);
        for (identity, places) in AnswerDiff::groups(tags) {
            answer.compare(identity, self.known.get(&identity).map_or(&[], Vec::as_slice), &places);
        }
        let AnswerDiff { mut news, repeated, present, fields, .. } = answer;
        let changed = news.iter().filter(|news| news.changed).count();
        let counts = Counts { repeated, changed, new: news.len() - changed };
        news.sort_unstable_by_key(|news| news.place);
        let twins = self.number(&mut news, tags);
        let fields = if let Cow::Owned(fields) = fields { Some(fields) } else { None };
        let appearance = Appearance { present, fields, twins, attended };
        Comparison { news, counts, overflows: self.overflows(&appearance), appearance }
    }

    /// The answer in the forms in which it is compared.
    fn as_known<'t>(&self, tags: &'t [Tag]) -> Cow<'t, [Tag]> {
        if self.hidden.is_empty() {
            return Cow::Borrowed(tags);
        }
        let form = |tag: &Tag| self.hidden_form(tag).unwrap_or_else(|| tag.clone());
        Cow::Owned(tags.iter().map(form).collect())
    }

    fn hidden_form(&self, tag: &Tag) -> Option<Tag> {
        self.hidden.form_of(tag, |identity| self.known.contains_key(identity))
    }

    /// Remembers an answer, once its news are written.
    pub(crate) fn remember(&mut self, appearance: Appearance) {
        let now = appearance.attended;
        self.attended = now;
        for Present { identity, number, state } in appearance.present {
            let equals = self.known.entry(identity).or_default();
            match (equals.get_mut(number), state) {
                (Some(known), None) => known.last = now,
                (Some(known), Some(state)) => {
                    self.size = self.size.saturating_sub(known.size()) + state.size();
                    *known = state;
                }
                (None, state) => {
                    self.size += state.as_ref().map_or(0, Known::size);
                    equals.extend(state);
                }
            }
        }
        if let Some(fields) = appearance.fields {
            self.fields = fields;
        }
        self.twins.extend(appearance.twins);
        if self.size > CAPACITY || now >= self.swept + SWEEP_EVERY {
            self.swept = now;
            self.retain(|known| !is_outdated(known.last, now));
        }
        if self.size > CAPACITY {
            let limit = self.time_of_surplus();
            self.retain(|known| known.last > limit || known.last == now);
        }
    }

    /// Takes a notification that another memory has reported. It counts as one that the last answer had, because the
    /// answers that merely repeat it are not recorded.
    pub(crate) fn learn(&mut self, tag: &Tag, changed: bool) {
        self.hidden.note(tag);
        let form = self.hidden_form(tag);
        let tag = form.as_ref().unwrap_or(tag);
        let equals = self.known.entry(fingerprint::of_notification(tag)).or_default();
        self.size = self.size.saturating_sub(equals.iter().map(Known::size).sum());
        match &mut equals[..] {
            [known] if changed || tag.id.is_some() => {
                known.last = self.attended;
                known.learn(tag, &self.fields);
            }
            [_, _, ..] if changed => learn_of_twins(equals, tag, self.attended, &self.fields),
            _ => {
                if let Some(twins) = fingerprint::of_twins(tag) {
                    *self.twins.entry(twins).or_default() += 1;
                }
                equals.push(Known::new(tag, self.attended));
            }
        }
        self.size += equals.iter().map(Known::size).sum::<usize>();
    }

    /// Numbers the twins among the news; how many there are then.
    fn number(&self, news: &mut [News], tags: &[Tag]) -> HashMap<Fingerprint, u32> {
        let mut numbers: HashMap<Fingerprint, u32> = HashMap::new();
        for news in news.iter_mut().filter(|news| !news.changed) {
            if let Some(twins) = tags.get(news.place).and_then(fingerprint::of_twins) {
                let reported = self.twins.get(&twins).copied().unwrap_or_default();
                let next = numbers.entry(twins).or_insert(reported);
                news.twin = *next;
                *next = next.saturating_add(1);
            }
        }
        numbers
    }

    /// How many notifications are kept.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.known.values().map(Vec::len).sum()
    }

    fn retain(&mut self, stays: impl Fn(&Known) -> bool) {
        self.known.retain(|_, equals| {
            equals.retain(&stays);
            !equals.is_empty()
        });
        self.hidden.retain(|identity| self.known.contains_key(identity));
        self.size = self.known.values().flatten().map(Known::size).sum();
        let known: HashSet<Fingerprint> =
            self.known.values().flatten().filter_map(|known| known.twins).collect();
        self.twins.retain(|twins, _| known.contains(twins));
    }

    fn overflows(&self, appearance: &Appearance) -> bool {
        let states = appearance.present.iter().filter_map(|present| present.state.as_ref());
        let wanted = self.size + states.map(Known::size).sum::<usize>();
        wanted > CAPACITY && {
            let outdated =
                self.known.values().flatten().filter(|known| is_outdated(known.last, appearance.attended));
            wanted - outdated.map(Known::size).sum::<usize>() > CAPACITY
        }
    }

    /// The last appearance up to which notifications have to go when there are too many.
    fn time_of_surplus(&self) -> Duration {
        let mut kept: Vec<(Duration, usize)> =
            self.known.values().flatten().map(|known| (known.last, known.size())).collect();
        kept.sort_unstable();
        let mut surplus = self.size.saturating_sub(AFTER_OVERFLOW);
        let mut limit = Duration::ZERO;
        for (last, size) in kept {
            if surplus == 0 {
                break;
            }
            surplus = surplus.saturating_sub(size);
            limit = last;
        }
        limit
    }
}

fn is_outdated(last: Duration, now: Duration) -> bool {
    now.saturating_sub(last) > FORGET_AFTER
}

/// One of several that are about the same has changed, and nothing says which. So each of them counts as having been
/// everything that any of them was.
fn learn_of_twins(equals: &mut [Known], tag: &Tag, attended: Duration, fields: &Fields) {
    let mut all = Known::new(tag, attended);
    for known in equals.iter() {
        all.share(known, fields);
    }
    for known in equals {
        known.last = attended;
        known.share(&all, fields);
    }
}
