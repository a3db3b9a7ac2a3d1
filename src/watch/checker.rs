//! The model checker: whole virtual days of a floor, a faulty server and a watch ([`watcher`]), or several processes on one
//! journal ([`restarts`]), and a count of what was lost, reported twice, or reported although it never happened. It prints
//! the seeds of bad days, and what was wrong with them.

mod agent;
mod agent_books;
mod answers;
mod day;
mod dice;
mod fault;
mod lives;
mod poller;
mod process;
mod readers;
mod restarts;
mod server;
mod states;
mod verdict;
mod watcher;
mod writing;

use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use day::{Size, Weather};
use fault::{Fault, Spoils};
use verdict::{Counts, Totals, Verdict};

use crate::watch::recorder::model::Planted;

/// Days that are checked with the other tests. Before a release, more of them:
/// `CHECKER_SEEDS=10000 cargo test --config profile.dev.opt-level=2 --lib checker::nothing`, and with `CHECKER_FLOOR=busy` full
/// days.
const SEEDS: u64 = 60;

/// The same with restarts and kills. `docs/reliability.md` §5.1 says what more of them show.
const SEEDS_WITH_RESTARTS: u64 = 60;

fn seeds(usual: u64) -> u64 {
    std::env::var("CHECKER_SEEDS").map_or(usual, |seeds| seeds.parse().expect("CHECKER_SEEDS is a number"))
}

/// `CHECKER_FIRST=68 CHECKER_SEEDS=1` looks at one day.
fn first_seed() -> u64 {
    std::env::var("CHECKER_FIRST").map_or(0, |seed| seed.parse().expect("CHECKER_FIRST is a number"))
}

fn size() -> &'static Size {
    if std::env::var("CHECKER_FLOOR").is_ok_and(|floor| floor == "busy") { &FULL } else { &SMALL }
}

/// A floor as busy as `reliability.md` §5 asks for: a full answer holds 800 notifications.
static FULL: Size = Size { items: 20_000, interval: Duration::from_secs(5) };

/// The same day with fewer notifications and polls, so that a day takes milliseconds. What can go
/// wrong does so between two looks, whatever their number, and is met by many seeds instead.
static SMALL: Size = Size { items: 200, interval: Duration::from_secs(60) };

/// Checks the days of `seeds` on every core.
fn check(seeds: std::ops::Range<u64>, size: &Size, day: fn(u64, &Size) -> Verdict) -> Totals {
    let next = Mutex::new(seeds);
    let totals = Mutex::new(Totals::default());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                while let Some(seed) = { next.lock().expect("no panic").next() } {
                    let verdict = day(seed, size);
                    totals.lock().expect("no panic").add(seed, &verdict);
                }
            });
        }
    });
    totals.into_inner().expect("no panic")
}

/// What must hold over all days, however many.
fn assert_promise(totals: &Totals) {
    let counts = &totals.counts;
    assert_eq!((counts.lost, counts.duplicated, counts.unexpected), (0, 0, 0), "{totals:?}");
    assert_eq!(counts.gaps_in_calm_days, 0, "{totals:?}");
    assert!(counts.unjustified_gaps * 100 <= counts.gaps, "{totals:?}");
    if seeds(SEEDS) < SEEDS {
        // A few days need not have everything.
        return;
    }
    // The days were as bad as they were meant to be.
    assert!(counts.told > 0 && counts.gaps > 0 && counts.missing_in_gaps > 0 && counts.failed_polls > 0);
    assert!(counts.restless > 0 && counts.resent > 0, "{totals:?}");
    // What truly happened was reported, also without a pause in which a poll could see that something ended.
    assert!(counts.states_told > 0 && counts.seconds_told > 0, "{totals:?}");
    assert!(counts.changes_told > 0 && counts.agents_told > 0, "{totals:?}");
}

#[test]
fn nothing_is_lost_doubled_or_invented() {
    let totals = check(first_seed()..first_seed() + seeds(SEEDS), size(), watcher::watch_a_day);
    // Shown with `--nocapture`: the figures of a release.
    let _ = writeln!(std::io::stdout(), "{totals:#?}");
    assert_promise(&totals);
}

#[test]
fn nothing_is_lost_doubled_or_invented_over_restarts_and_kills() {
    let totals =
        check(first_seed()..first_seed() + seeds(SEEDS_WITH_RESTARTS), size(), restarts::record_a_day);
    let _ = writeln!(std::io::stdout(), "{totals:#?}");
    let counts = &totals.counts;
    assert_eq!((counts.lost, counts.duplicated, counts.unexpected), (0, 0, 0), "{totals:?}");
    assert_eq!((counts.gaps_in_calm_days, counts.unjustified_gaps), (0, 0), "{totals:?}");
    // Those whose reason is that something cannot be known are few, and so are the answers of which that is said.
    let unneeded = counts.gaps_for_a_clock + counts.gaps_before_it_is_known + counts.gaps_of_a_race;
    let uncounted = counts.states_unsure.max(counts.states_crossed);
    assert!(unneeded * 50 <= counts.gaps && uncounted * 50 <= counts.answers_checked, "{totals:?}");
    if seeds(SEEDS_WITH_RESTARTS) < SEEDS_WITH_RESTARTS {
        return;
    }
    // The days were as bad as they were meant to be, and what is compared was there.
    assert!(counts.told > 0 && counts.gaps > 0 && counts.missing_in_gaps > 0, "{totals:?}");
    assert!(counts.taken_over > 0 && counts.late > 0 && counts.missing_uncovered > 0, "{totals:?}");
    assert!(counts.states_crossed > 0, "{totals:?}");
    assert!(counts.states_told > 0 && counts.seconds_told > 0 && counts.intervals_checked > 0, "{totals:?}");
    let skipped = counts.figures_skipped_for_a_clock
        + counts.figures_skipped_for_an_agent
        + counts.figures_skipped_for_a_late_answer;
    assert!(skipped * 10 < counts.shift_figures_checked && counts.shift_figures_widened > 0, "{totals:?}");
    assert!(counts.changes_told > 0 && counts.agents_told > 0, "{totals:?}");
    assert!(counts.printed > 0 && counts.printed_again > 0, "{totals:?}");
    assert!(counts.script_had > 0 && counts.script_killed > 0 && counts.lists_checked > 0, "{totals:?}");
}

/// The days are clean without them. Each fault has a day from which on it is looked for, because it shows then.
#[test]
fn what_is_planted_in_the_journal_is_found() {
    type Count = fn(&Counts) -> usize;
    let faults: [(Planted, u64, Count); 2] = [
        (Planted::KnownAgain, 34, |counts| counts.duplicated),
        (Planted::DeathUnnoticed, 2, |counts| counts.lost),
    ];
    for (planted, first, found) in faults {
        let fault = Some(Fault::OfTheJournal(planted));
        let is_found = |seed| found(&restarts::record_a_day_with(fault, seed, &SMALL).counts) > 0;
        assert!((first..SEEDS_WITH_RESTARTS).any(is_found), "{planted:?}");
    }
}

/// Each figure of a shift is compared: what makes it wrong is found within a few days, which are clean without it.
#[test]
fn a_wrong_figure_of_a_shift_is_found() {
    const MUCH: Duration = Duration::from_secs(3600);
    let faults: [(&str, Spoils); 15] = [
        ("covered", |agent| agent.covered += Duration::from_secs(1)),
        ("the most of breaks", |agent| {
            if let Some(breaks) = &mut agent.breaks {
                breaks.time.max += MUCH;
            }
        }),
        ("the least of breaks", |agent| {
            if let Some(breaks) = &mut agent.breaks {
                breaks.time.min = Duration::ZERO;
            }
        }),
        ("too little for the most of breaks", |agent| {
            if let Some(breaks) = &mut agent.breaks {
                breaks.time.max = breaks.time.seconds / 2;
                breaks.time.seconds /= 2;
            }
        }),
        ("how many breaks", |agent| {
            if let Some(breaks) = &mut agent.breaks {
                breaks.list.pop();
            }
        }),
        ("the least of wrap-ups", |agent| {
            if let Some(wrapups) = &mut agent.wrapups {
                wrapups.time.min = Duration::ZERO;
            }
        }),
        ("how many wrap-ups", |agent| {
            if let Some(wrapups) = &mut agent.wrapups {
                wrapups.count += 3;
            }
        }),
        ("how many wrap-ups are finished", |agent| {
            if let Some(wrapups) = &mut agent.wrapups {
                wrapups.finished.pop();
            }
        }),
        ("the mean of wrap-ups", |agent| {
            if let Some(wrapups) = &mut agent.wrapups {
                wrapups.finished.iter_mut().take(5).for_each(|length| *length = Duration::ZERO);
            }
        }),
        ("the longest wrap-up", |agent| {
            if let Some(last) = agent.wrapups.as_mut().and_then(|wrapups| wrapups.finished.last_mut()) {
                *last *= 2;
            }
        }),
        ("nine of ten wrap-ups", |agent| {
            if let Some(wrapups) = &mut agent.wrapups {
                let longest = wrapups.max().unwrap_or_default();
                wrapups.finished.iter_mut().rev().take(4).for_each(|length| *length = longest);
            }
        }),
        ("notifications of a kind", |agent| {
            if let Some(kind) = agent.tags.as_mut().and_then(|tags| tags.by_kind.last_mut()) {
                kind.count += 5;
            }
        }),
        ("a kind of notifications", |agent| {
            if let Some(tags) = &mut agent.tags {
                tags.by_kind.remove(0);
            }
        }),
        ("missed customers", |agent| {
            if let Some(missed) = agent.tags.as_mut().and_then(|tags| tags.missed_customers.as_mut()) {
                *missed += 3;
            }
        }),
        ("who was not called back", |agent| {
            if let Some(missed) = agent.tags.as_mut().and_then(|tags| tags.missed_not_called_back.as_mut()) {
                *missed += 3;
            }
        }),
    ];
    let mut left = faults.to_vec();
    for seed in 0..20 {
        let spoils: Vec<Spoils> = left.iter().map(|(_, spoils)| *spoils).collect();
        let day = restarts::record_a_day_with(Some(Fault::OfShifts(&spoils)), seed, &SMALL);
        assert_eq!(day.counts.unexpected, 0, "{:?}", day.examples);
        let pairs = left.into_iter().zip(day.found);
        left = pairs.filter(|(_, is_found)| !is_found).map(|(fault, _)| fault).collect();
        if left.is_empty() {
            return;
        }
    }
    let names: Vec<&str> = left.iter().map(|(what, _)| *what).collect();
    panic!("not found: {names:?}");
}

#[test]
fn on_a_calm_day_all_is_told_within_the_interval() {
    let size = Size { items: 100, interval: Duration::from_secs(5) };
    for seed in 0..2 {
        let verdict = watcher::watch_a_day(seed * Weather::EVERY_CALM_DAY, &size);
        assert!(verdict.is_calm);
        // Until the next poll, which may be late by its jitter, and until the end of its answer.
        let most = size.interval + size.interval / 10 + poller::LONGEST_ANSWER;
        assert!(verdict.longest_delay <= most, "seed {seed}: {:?}", verdict.longest_delay);
    }
}
