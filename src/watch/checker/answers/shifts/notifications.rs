//! How many notifications there were of each kind, and which customers were missed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::floor::shift::TagFigures;
use crate::floor::timeline::Span;
use crate::watch::checker::answers::shifts::{Compared, Journal};
use crate::watch::checker::answers::{Answers, TAKEN};
use crate::watch::checker::day::moment;

/// Something that answers held.
pub(super) struct Notified {
    kind: Option<&'static str>,
    customer: String,
    copies: usize,
    /// When it happened at the earliest and at the latest, by our clock: a date has no parts of a second, is by the clock of
    /// the server that answered, and is moved to ours by an answer, before or after that was set.
    earliest: Timestamp,
    latest: Timestamp,
}

impl Notified {
    pub(super) fn all(answers: &Answers<'_>, journal: &Journal<'_>) -> Vec<Self> {
        let floor = journal.floor;
        let had = floor.by_number.iter().zip(journal.had).filter(|(_, copies)| **copies > 0);
        had.map(|(states, copies)| Self::of(answers, &floor.states[states[0]], *copies)).collect()
    }

    fn of(answers: &Answers<'_>, state: &crate::watch::checker::day::ItemState, copies: usize) -> Self {
        let weather = answers.weather;
        let unsure = TAKEN * 3 + SignedDuration::from_millis(weather.second_ahead);
        let carried: Timestamp = state.time.parse().expect("a time");
        let later = weather.jumps.iter().map(|(when, _)| *when).filter(|when| state.from < *when);
        let clocks = [state.from].into_iter().chain(later).map(|when| weather.wall_ahead(when));
        let clocks: Vec<SignedDuration> = clocks.map(SignedDuration::from_millis).collect();
        let dated = |clock: &SignedDuration| {
            let ahead = if weather.is_dated { *clock } else { SignedDuration::ZERO };
            carried.checked_add(ahead).expect("in range")
        };
        let arrived = |clock: &SignedDuration| moment(state.from) + *clock;
        let earliest = clocks.iter().map(|clock| dated(clock).min(arrived(clock))).min().expect("a clock");
        let latest = clocks.iter().map(dated).max().expect("a clock");
        Self {
            kind: state.kind(),
            customer: state.customer(),
            copies,
            earliest: earliest - unsure,
            latest: latest.checked_add(unsure).unwrap_or(latest),
        }
    }

    fn may_be_in(&self, window: Span) -> bool {
        self.earliest < window.to && window.from <= self.latest
    }

    fn is_in(&self, window: Span) -> bool {
        window.from <= self.earliest && self.latest < window.to
    }

    fn is_missed(&self) -> bool {
        self.kind == Some("missed")
    }

    fn is_call(&self) -> bool {
        matches!(self.kind, Some("outgoing" | "callback"))
    }
}

pub(super) fn check(
    notified: &[Notified],
    figures: Option<&TagFigures>,
    window: Span,
) -> Vec<(&'static str, Compared)> {
    let possible: Vec<&Notified> = notified.iter().filter(|one| one.may_be_in(window)).collect();
    let Some(figures) = figures else { return vec![] };
    let mut of_kinds: BTreeMap<Option<&str>, (usize, usize)> = BTreeMap::new();
    for one in &possible {
        let (least, most) = of_kinds.entry(one.kind).or_default();
        *least += if one.is_in(window) { one.copies } else { 0 };
        *most += one.copies;
    }
    let found: BTreeMap<Option<&str>, usize> = figures
        .by_kind
        .iter()
        .map(|kind| (kind.kind.as_deref(), kind.count.try_into().expect("few")))
        .collect();
    let mut counts =
        of_kinds.iter().map(|(kind, bounds)| (found.get(kind).copied().unwrap_or_default(), bounds));
    let is_right = counts.all(|(found, (least, most))| (*least..=*most).contains(&found));
    let is_known = found.keys().all(|kind| of_kinds.contains_key(kind));
    let by_kind = if is_known && is_right {
        Compared::Right
    } else {
        Compared::Wrong(format!("{found:?}, but there were {of_kinds:?}"))
    };
    let missed = bounds(&possible, window, |_| true);
    let open = |customer: &str| is_not_called_back(&possible, customer, window);
    let surely = |customer: &str| open(customer).0;
    let perhaps = |customer: &str| open(customer).1;
    let not_called = (bounds(&possible, window, surely).0, bounds(&possible, window, perhaps).1);
    let calls = possible.iter().filter(|one| one.is_call());
    let (surely_calls, may_call) = (calls.clone().any(|one| one.is_in(window)), calls.count() > 0);
    vec![
        ("notifications by kind", by_kind),
        ("missed customers", compare(figures.missed_customers, missed, missed.0 > 0, missed.1 > 0)),
        (
            "customers who were not called back",
            compare(
                figures.missed_not_called_back,
                not_called,
                missed.0 > 0 && surely_calls,
                missed.1 > 0 && may_call,
            ),
        ),
    ]
}

/// The customers who were missed, surely and perhaps, of those that count.
fn bounds(possible: &[&Notified], window: Span, counts: impl Fn(&str) -> bool) -> (usize, usize) {
    let missed = || possible.iter().filter(|one| one.is_missed() && counts(&one.customer));
    let customers = |ones: Vec<&&Notified>| {
        ones.into_iter().map(|one| one.customer.as_str()).collect::<BTreeSet<_>>().len()
    };
    (customers(missed().filter(|one| one.is_in(window)).collect()), customers(missed().collect()))
}

/// Whether no call to a customer came after the last one that was missed: surely, and perhaps.
fn is_not_called_back(possible: &[&Notified], customer: &str, window: Span) -> (bool, bool) {
    let of_customer = || possible.iter().filter(|one| one.customer == customer);
    let missed = || of_customer().filter(|one| one.is_missed());
    let calls = || of_customer().filter(|one| one.is_call());
    let missed_last = missed().filter(|one| one.is_in(window)).map(|one| one.earliest).max();
    let may_be_missed_last = missed().map(|one| one.latest).max();
    let surely = missed_last.is_some_and(|missed| calls().all(|call| call.latest < missed));
    let is_called = may_be_missed_last
        .is_none_or(|missed| calls().any(|call| call.is_in(window) && missed <= call.earliest));
    (surely, !is_called)
}

/// `must_be` and `may_be` say whether the figure is known.
fn compare(found: Option<u32>, (least, most): (usize, usize), must_be: bool, may_be: bool) -> Compared {
    let is_right = match found {
        None => !must_be,
        Some(found) => may_be && (least..=most).contains(&usize::try_from(found).expect("few")),
    };
    if is_right { Compared::Right } else { Compared::Wrong(format!("{found:?}, but {least} to {most}")) }
}
