//! What large answers cost inside the process, without network and start-up: `cargo bench`.

#![allow(unreachable_pub, missing_docs, reason = "a benchmark exports nothing")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark fails by panicking")]
#![allow(clippy::pedantic, reason = "what is measured matters more than how")]

use deepcall::floor::diff::Memory;
use deepcall::output::presentation::Format;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::Timestamp;

#[path = "../tests/it/support/answers.rs"]
mod answers;
#[path = "../tests/it/support/notifications.rs"]
mod notifications;

const ROWS: [usize; 4] = [100, 1_000, 10_000, 20_000];

fn main() {
    divan::main();
}

/// From the bytes of a reply to notifications with their icons.
#[divan::bench(args = ROWS)]
fn decode(bencher: Bencher<'_, '_>, rows: usize) {
    let reply = notifications::reply(rows);
    let received = || answers::received(&reply);
    let count = bencher.counter(ItemsCount::new(rows)).with_inputs(received);
    count.bench_refs(|received| answers::decode(received, Some));
}

/// The look of a watch: the same, kept for as long as the tags stay on the board.
#[divan::bench(args = ROWS)]
fn look(bencher: Bencher<'_, '_>, rows: usize) {
    let reply = notifications::reply(rows);
    let received = || answers::received(&reply);
    bencher
        .counter(ItemsCount::new(rows))
        .with_inputs(received)
        .bench_refs(|received| answers::look(received));
}

/// A look with nothing new, compared with what was told.
#[divan::bench(args = ROWS)]
fn diff(bencher: Bencher<'_, '_>, rows: usize) {
    let look = answers::look(&answers::received(&notifications::reply(rows)));
    let mut memory = Memory::new(Timestamp::UNIX_EPOCH);
    let told = memory.diff(&look);
    memory.commit(told.change);
    bencher.counter(ItemsCount::new(rows)).bench_local(|| memory.diff(black_box(&look)));
}

#[divan::bench(args = ROWS)]
fn ndjson(bencher: Bencher<'_, '_>, rows: usize) {
    render(bencher, rows, Format::Ndjson);
}

#[divan::bench(args = ROWS)]
fn table(bencher: Bencher<'_, '_>, rows: usize) {
    render(bencher, rows, Format::Table);
}

fn render(bencher: Bencher<'_, '_>, rows: usize, format: Format) {
    let report = answers::report(&answers::received(&notifications::reply(rows)));
    bencher.counter(ItemsCount::new(rows)).bench_local(|| answers::told(black_box(&report), format));
}
