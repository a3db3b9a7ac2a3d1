//! The notifications of a shift by kind, and which customers were missed and never called back.

use foldhash::HashMap;
use jiff::Timestamp;

use crate::floor::kind::WantedKind;
use crate::floor::shift::{AgentShift, Customer, Kinds, Rules};
use crate::floor::timeline::tags::{LatestTag, tags_by};
use crate::floor::timeline::{Recorded, Span};

/// What is known of an agent's notifications, each of which counts once, in its latest state.
#[derive(Clone, Debug, PartialEq)]
pub struct TagFigures {
    /// How many there were of each kind, the most frequent first, of equally frequent ones the one that came first.
    pub by_kind: Vec<KindCount>,
    /// How many different customers a notification of a `missed` kind was about; `None` if there was none of these kinds, or
    /// if none of them had a number.
    pub missed_customers: Option<u32>,
    /// For how many of them no notification of an `outgoing` or `callback` kind came later in the window. `None` as well if
    /// there was none of these kinds at all: then the server may not report what is called.
    pub missed_not_called_back: Option<u32>,
}

/// How many notifications are of one kind; case makes no other kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// As the server spelled it first; `None` for those without a kind.
    pub kind: Option<String>,
    pub count: u32,
}

impl KindCount {
    /// By which kinds are the same.
    #[must_use]
    pub fn folded(&self) -> Option<String> {
        self.kind.as_deref().map(str::to_lowercase)
    }
}

/// A notification of the window.
pub(super) struct Notified<'e> {
    latest: LatestTag<'e>,
    pub(super) happened: Timestamp,
}

/// Those that happened in the window. `events` are by `seq`, each with the number of the profile that had it.
pub(super) fn of_window<'e>(events: &[(usize, &'e Recorded)], window: Span) -> Vec<Notified<'e>> {
    let all = tags_by(events.iter().map(|(by, recorded)| (*by, &recorded.event))).into_iter();
    let all = all.map(|latest| Notified { happened: happened(&latest, events), latest });
    all.filter(|one| window.from <= one.happened && one.happened < window.to).collect()
}

/// By the time that it carries, or when it was noticed. What was noticed has not happened later.
fn happened(latest: &LatestTag<'_>, events: &[(usize, &Recorded)]) -> Timestamp {
    let event = &events[latest.place].1.event;
    let ahead = event.server_time.map(|server| server.duration_since(event.at)).unwrap_or_default();
    let dated = latest.tag.time.and_then(|time| time.checked_sub(ahead).ok());
    dated.map_or(latest.noticed, |dated| dated.min(latest.noticed))
}

impl TagFigures {
    pub(super) fn of(notified: &[Notified<'_>], events: &[(usize, &Recorded)], rules: &Rules<'_>) -> Self {
        let (missed_customers, missed_not_called_back) = missed(notified, events, rules);
        Self { by_kind: by_kind(notified), missed_customers, missed_not_called_back }
    }
}

/// How many customers were missed, and how many of them were not called back after the last time.
fn missed(
    notified: &[Notified<'_>],
    events: &[(usize, &Recorded)],
    rules: &Rules<'_>,
) -> (Option<u32>, Option<u32>) {
    let Kinds { missed, outgoing, callback } = rules.kinds;
    let mut kinds: HashMap<Option<&str>, (bool, bool)> = HashMap::default();
    let (mut last_missed, mut last_called) = (HashMap::default(), HashMap::default());
    let mut are_calls_reported = false;
    for one in notified {
        let tag = &one.latest.tag;
        let is_any = |kinds: &[WantedKind]| kinds.iter().any(|kind| kind.matches(tag));
        let of_kind = || (is_any(missed), is_any(outgoing) || is_any(callback));
        let (is_missed, is_call) = *kinds.entry(tag.kind.as_deref()).or_insert_with(of_kind);
        // A call that was missed at the other end is no answer to one that was missed here.
        let is_call = is_call && !is_missed;
        are_calls_reported |= is_call;
        if is_missed || is_call {
            let Some(customer) = (rules.customer)(events[one.latest.place].1) else { continue };
            let last: &mut HashMap<Customer, Timestamp> =
                if is_missed { &mut last_missed } else { &mut last_called };
            let last = last.entry(customer).or_insert(one.happened);
            *last = one.happened.max(*last);
        }
    }
    if last_missed.is_empty() {
        return (None, None);
    }
    let is_open = |(customer, missed): &(&Customer, &Timestamp)| {
        last_called.get(*customer).is_none_or(|called| called < *missed)
    };
    let count = |count: usize| Some(u32::try_from(count).unwrap_or(u32::MAX));
    let not_called_back = last_missed.iter().filter(is_open).count();
    (count(last_missed.len()), are_calls_reported.then_some(not_called_back).and_then(count))
}

/// What was of no listed kind for one agent was none, if another one of the floor had such kinds: so `None` becomes 0 for
/// all whose notifications are known.
pub fn settle_kinds<'a>(agents: impl IntoIterator<Item = &'a mut AgentShift>) {
    let figures: [fn(&mut TagFigures) -> &mut Option<u32>; 2] =
        [|tags| &mut tags.missed_customers, |tags| &mut tags.missed_not_called_back];
    let mut agents: Vec<&mut TagFigures> =
        agents.into_iter().filter_map(|agent| agent.tags.as_mut()).collect();
    for figure in figures {
        let mut all: Vec<&mut Option<u32>> = agents.iter_mut().map(|tags| figure(tags)).collect();
        if all.iter().any(|one| one.is_some()) {
            for one in &mut all {
                **one = Some(one.unwrap_or(0));
            }
        }
    }
}

fn by_kind(notified: &[Notified<'_>]) -> Vec<KindCount> {
    let mut counts: Vec<KindCount> = Vec::new();
    let mut places: HashMap<Option<String>, usize> = HashMap::default();
    // There are few spellings.
    let mut known: HashMap<Option<&str>, usize> = HashMap::default();
    for one in notified {
        let kind = one.latest.tag.kind.as_deref();
        let place = *known.entry(kind).or_insert_with(|| {
            let kind = kind.map(str::trim).filter(|kind| !kind.is_empty());
            *places.entry(kind.map(str::to_lowercase)).or_insert_with(|| {
                counts.push(KindCount { kind: kind.map(str::to_owned), count: 0 });
                counts.len() - 1
            })
        });
        counts[place].count += 1;
    }
    counts.sort_by_key(|kind| std::cmp::Reverse(kind.count));
    counts
}
