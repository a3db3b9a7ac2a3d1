//! How often memory is asked for where answers are large: counts that are the same on every machine.

mod replies;
mod steps;

use allocation_counter::measure;
use deepcall::floor::diff::Memory;
use deepcall::output::presentation::Format;

use self::replies::reply;
use self::steps::{decode, poll_result, received, report, written};

/// Allocations for each of the third thousand rows: what is done once does not count.
fn per_row<I>(prepared: impl Fn(&str) -> I, work: impl Fn(I)) -> f64 {
    let count = |rows| {
        let input = prepared(&reply(rows));
        measure(|| work(input)).count_total as f64
    };
    (count(3000) - count(2000)) / 1000.0
}

/// Its keys are looked up one by one, and its texts are its own: short ones take none.
#[test]
fn a_notification_of_a_reply_takes_ten_allocations() {
    let taken = per_row(received, |received| _ = std::hint::black_box(decode(&received, Some)));
    assert!(taken < 10.5, "{taken}");
}

#[test]
fn a_row_takes_one_allocation_as_json() {
    for format in [Format::Json, Format::Ndjson] {
        let taken = per_row(|text| report(&received(text)), |report| _ = written(&report, format));
        assert!(taken < 1.1, "{format:?}: {taken}");
    }
}

#[test]
fn a_notification_that_was_reported_takes_one_allocation() {
    let known = |text: &str| {
        let result = poll_result(&received(text));
        let mut memory = Memory::default();
        let difference = memory.diff(&result);
        memory.commit(difference.change);
        (memory, result)
    };
    let taken = per_row(known, |(memory, result)| assert!(memory.diff(&result).events.is_empty()));
    assert!(taken < 1.5, "{taken}");
}
