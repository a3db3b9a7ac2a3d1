//! The lengths of the wrap-ups that are finished, and what is made of them: how many, the mean, nine of ten, the longest.

use std::cmp::Reverse;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::floor::shift::WrapupFigures;
use crate::floor::timeline::Span;
use crate::watch::checker::answers::shifts::Compared;
use crate::watch::checker::answers::shifts::states::Looked;
use crate::watch::checker::writing::Manner;

/// The end that a server gives may be rounded by so much.
const ROUNDED: SignedDuration = SignedDuration::from_secs(5);

/// A wrap-up as answers show it, or several in a row of which it is not certain that they are told apart.
struct Shown {
    /// How many there are at least and at most.
    counts: (usize, usize),
    /// How long they were together, at least and at most.
    least: Duration,
    most: Duration,
    /// When it, or the last of them, may have ended.
    ended: Span,
    /// Whether something of it is at a time that nobody can know.
    is_blurred: bool,
}

pub(super) fn check(
    looked: &Looked<'_>,
    figures: &WrapupFigures,
    manner: &Manner,
) -> [(&'static str, Compared); 4] {
    const NAMES: [&str; 4] = ["finished wrap-ups", "mean wrap-up", "nine of ten wrap-ups", "longest wrap-up"];
    let named = |compared: [Compared; 4]| {
        let mut compared = compared.into_iter();
        NAMES.map(|name| (name, compared.next().expect("four")))
    };
    if let Some(why) = looked.unknown.hides(looked.window) {
        return named([why; 4].map(Compared::Skipped));
    }
    let all = all(looked, manner);
    let Span { from, to } = looked.window;
    let may_count = |one: &&Shown| from <= one.ended.to && one.ended.from <= to;
    let counts = |one: &&Shown| from < one.ended.from && one.ended.to <= to && !one.is_blurred;
    let possible: Vec<&Shown> = all.iter().filter(may_count).collect();
    let surely: Vec<&Shown> = possible.iter().copied().filter(counts).collect();
    let count = figures.finished.len();
    let unknown = looked.unknown.count(looked.window);
    // Of several, all but the last may have ended although it is not certain that the last one has.
    let least: usize = surely.iter().map(|one| one.counts.0).sum();
    let most = possible.iter().map(|one| one.counts.1).sum::<usize>() + unknown;
    let right = || looked.unknown.right(looked.window);
    let wrong = |found: &str| Compared::Wrong(format!("{found}, but there were {least} to {most}"));
    let of_count = if (least..=most).contains(&count) { right() } else { wrong(&format!("{count}")) };
    // Those that nobody can know may have been of any length.
    let compared = |found: Option<Duration>, least: Option<Duration>, most: Option<Duration>| {
        if least <= found && (found <= most || unknown > 0) {
            right()
        } else {
            Compared::Wrong(format!("{found:?}, but answers leave {least:?} to {most:?}"))
        }
    };
    let number = u32::try_from(count).ok().filter(|count| *count > 0);
    let part_of = |sum: Duration| number.map(|number| sum / number);
    let mean = compared(
        figures.mean(),
        part_of(surely.iter().map(|one| one.least).sum()),
        part_of(possible.iter().map(|one| one.most).sum()),
    );
    // The least and the most of those that surely were, and the most of the others.
    let (mut lengths, mut others) = (vec![], vec![]);
    for one in &possible {
        let (fewest, most) = if counts(one) { one.counts } else { (0, one.counts.1) };
        let least = if most == 1 { one.least } else { Duration::ZERO };
        lengths.extend(vec![(least, one.most); fewest]);
        others.extend(vec![one.most; most - fewest]);
    }
    let of_each = |one: &&&Shown| one.least / u32::try_from(one.counts.1).expect("few");
    let longest = compared(
        figures.max(),
        surely.iter().filter(|one| one.counts.0 > 0).map(|one| of_each(&one)).max(),
        possible.iter().map(|one| one.most).max(),
    );
    // Short others make it less, and long ones more.
    others.sort_unstable_by_key(|length| Reverse(*length));
    let leasts = lengths.iter().map(|length| length.0).chain(vec![Duration::ZERO; most - least]);
    let mosts = |many: usize| {
        nine_of_ten(lengths.iter().map(|length| length.1).chain(others[..many].iter().copied()).collect())
    };
    let p90 = compared(
        figures.p90(),
        nine_of_ten(leasts.collect()).filter(|_| least > 0),
        (0..=others.len()).filter_map(mosts).max(),
    );
    named([of_count, mean, p90, longest])
}

/// The shortest of which no more than a tenth are longer; counted otherwise than the figure is, so that a fault in the one is
/// not in the other.
fn nine_of_ten(mut lengths: Vec<Duration>) -> Option<Duration> {
    lengths.sort_unstable();
    let longer = |length: &Duration| lengths.iter().filter(|other| *other > length).count();
    lengths.iter().find(|length| longer(length) * 10 <= lengths.len()).copied()
}

/// Each wrap-up that answers showed.
fn all(looked: &Looked<'_>, manner: &Manner) -> Vec<Shown> {
    let ahead = SignedDuration::from_millis(looked.all.weather.second_ahead);
    let unsure = looked.longest;
    let mut all = vec![];
    for run in looked.runs() {
        let (_, after) = looked.denied(run);
        let [first, last] = [run.0, run.1].map(|place| looked.answers[place].at);
        // Our clock may have been set back meanwhile.
        let moments = || looked.around(run).into_iter().map(|answer| answer.at);
        let (begins, ends) = (moments().min().unwrap_or(first), moments().max().unwrap_or(last));
        let around = Span { from: begins, to: after.map_or(Timestamp::MAX, |_| ends) };
        let is_blurred = looked.unknown.touches(around);
        let shown = looked.shown_in(run).len();
        // Of several in a row, all but the last have ended, though the last one goes on.
        let calls = if after.is_some() { shown } else { shown - 1 };
        if calls == 0 {
            continue;
        }
        let several = i32::try_from(shown - 1).expect("few");
        // It takes two answers to show that it is another one, and of one that ends while no answers come it is not known how
        // long it was.
        let shortest =
            last.duration_since(first) - (unsure * 2 + ROUNDED + ahead) * several - ROUNDED - ahead;
        let is_told_apart = shown == 1 || manner.shows_calls() && looked.holes(run) == 0;
        let certain = if is_told_apart { calls } else { usize::from(after.is_some()) };
        // Of one during which our clock was set, nobody knows how long it was; nor of one that goes on.
        let certain = if looked.is_set(run) { 0 } else { certain };
        let shortest = if certain == 0 || after.is_none() { SignedDuration::ZERO } else { shortest };
        all.push(Shown {
            counts: (certain, calls),
            least: positive(shortest),
            most: positive(ends.duration_since(begins) + unsure * 2 * several),
            ended: Span {
                from: if shown == 1 && !looked.is_set(run) { last - ROUNDED - ahead } else { begins },
                to: ends,
            },
            is_blurred,
        });
    }
    all
}

fn positive(length: SignedDuration) -> Duration {
    Duration::try_from(length).unwrap_or_default()
}
