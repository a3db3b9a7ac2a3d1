//! What `record` and `serve` have in common: nothing of what happens is written, only trouble, on stderr.

use std::io;
use std::io::Write;

use tokio::sync::watch;

use crate::app::App;
use crate::app::console::Console;
use crate::commands::watch::follow::stopped;
use crate::failure::Failure;
use crate::floor::event::EndReason;
use crate::output::presentation::{Format, Presentation};
use crate::watch::run::journal::WatchJournal;
use crate::watch::run::{Plan, Surroundings, Watch};
use crate::watch::sinks::Sinks;
use crate::watch::sinks::lines::Lines;
use crate::watch::source::LiveServer;
use crate::watch::view::FloorView;

/// Watches until it is stopped; `show` gets the states of the floor before it begins.
///
/// # Errors
/// If `show` fails.
pub(crate) async fn watch_quietly<T>(
    app: &App,
    presentation: &Presentation,
    sources: Vec<LiveServer<'_>>,
    plan: Plan,
    recording: Option<WatchJournal>,
    show: impl FnOnce(watch::Receiver<FloorView>) -> Result<T, Failure>,
) -> Result<(EndReason, T), Failure> {
    let presentation =
        Presentation { format: Format::Table, color: app.console.messages().color, ..presentation.clone() };
    let mut trouble = Lines::of_trouble(Stderr(&app.console), presentation);
    let sinks = Sinks::new(vec![&mut trouble]);
    let shown = show(sinks.view.subscribe())?;
    let around = Surroundings {
        clock: app.clock.clone(),
        reader_is_gone: || None,
        random: crate::client::connection::random,
        note: &|text| app.console.note(text),
    };
    let watch = Watch::with_journal(sources, plan, around, sinks, recording);
    Ok((watch.run(stopped(app)).await?, shown))
}

/// Where trouble goes. It cannot fail: the watch does not end because nobody reads of it.
struct Stderr<'a>(&'a Console);

impl Write for Stderr<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.stderr(|out| out.write_all(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
