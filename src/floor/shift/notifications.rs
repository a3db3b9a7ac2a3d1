//! The notifications of a shift by kind, and how many customers were missed and not called back.

use foldhash::HashMap;
use jiff::Timestamp;

use crate::floor::kind::WantedKind;
use crate::floor::shift::{AgentShift, Customer, Kinds, Rules};
use crate::floor::timeline::Recorded;
use crate::floor::timeline::tags::{LatestTag, tags_by};

/// What is known of an agent's notifications, each of which counts once, in its latest state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TagFigures {
    /// How many there were of each kind, the most frequent first, of equally frequent ones the one that came first.
    pub by_kind: Vec<KindCount>,
    /// How many different customers a notification of a `missed` kind was about; `None` if there was none of these kinds, or
    /// if none of them had a number.
    pub missed_customers: Option<u32>,
    /// For how many of them no notification of an `outgoing` or `callback` kind came later in the window. `None` as well if
    /// there was none of these kinds at all: then the server may not report what is called.
    pub missed_not_called_back: Option<u32>,
    pub(crate) calls: Calls,
}

/// When customers were missed, and called, for the last time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Calls {
    missed: HashMap<Customer, Timestamp>,
    called: HashMap<Customer, Timestamp>,
    /// Whether a notification showed a call, were it without a number.
    are_reported: bool,
}

impl Calls {
    /// How many customers were missed and not called later, if these calls are all that there were.
    fn not_called_back(&self, called: &HashMap<Customer, Timestamp>) -> u32 {
        let is_open = |(customer, missed): &(&Customer, &Timestamp)| {
            called.get(*customer).is_none_or(|called| called < *missed)
        };
        count(self.missed.iter().filter(is_open).count())
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
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
pub(super) fn of_window<'e>(events: &[(usize, &'e Recorded)], rules: &Rules<'_>) -> Vec<Notified<'e>> {
    let window = rules.window;
    let all = events.iter().map(|(by, recorded)| (*by, &recorded.event));
    let all = tags_by(all, rules.hiding).into_iter();
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
        let calls = calls(notified, events, rules);
        let is_any_missed = !calls.missed.is_empty();
        let not_called_back = || calls.not_called_back(&calls.called);
        Self {
            by_kind: by_kind(notified),
            missed_customers: is_any_missed.then(|| count(calls.missed.len())),
            missed_not_called_back: (is_any_missed && calls.are_reported).then(not_called_back),
            calls,
        }
    }
}

fn calls(notified: &[Notified<'_>], events: &[(usize, &Recorded)], rules: &Rules<'_>) -> Calls {
    let Kinds { missed, outgoing, callback } = rules.kinds;
    let mut kinds: HashMap<Option<&str>, (bool, bool)> = HashMap::default();
    let mut calls = Calls::default();
    for one in notified {
        let tag = &one.latest.tag;
        let is_any = |kinds: &[WantedKind]| kinds.iter().any(|kind| kind.matches(tag));
        let of_kind = || (is_any(missed), is_any(outgoing) || is_any(callback));
        let (is_missed, is_call) = *kinds.entry(tag.kind.as_deref()).or_insert_with(of_kind);
        // A call that was missed at the other end is no answer to one that was missed here.
        let is_call = is_call && !is_missed;
        calls.are_reported |= is_call;
        if is_missed || is_call {
            let Some(customer) = (rules.customer)(events[one.latest.place].1) else { continue };
            let last = if is_missed { &mut calls.missed } else { &mut calls.called };
            note_last(last, customer, one.happened);
        }
    }
    calls
}

fn note_last(last: &mut HashMap<Customer, Timestamp>, customer: Customer, at: Timestamp) {
    let last = last.entry(customer).or_insert(at);
    *last = at.max(*last);
}

/// Counts a customer as called back whoever of these agents called. What was of no listed kind for one agent was none, if
/// another one had such kinds: so `None` becomes 0 for all whose notifications are known.
pub fn settle_calls<'a>(agents: impl IntoIterator<Item = &'a mut AgentShift>) {
    let mut agents: Vec<&mut TagFigures> =
        agents.into_iter().filter_map(|agent| agent.tags.as_mut()).collect();
    if agents.iter().all(|tags| tags.missed_customers.is_none()) {
        return;
    }
    let are_reported = agents.iter().any(|tags| tags.calls.are_reported);
    let mut called = HashMap::default();
    for (customer, at) in agents.iter().flat_map(|tags| &tags.calls.called) {
        note_last(&mut called, *customer, *at);
    }
    for tags in &mut agents {
        tags.missed_customers.get_or_insert(0);
        tags.missed_not_called_back = are_reported.then(|| tags.calls.not_called_back(&called));
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
