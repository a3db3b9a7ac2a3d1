//! A line on stderr for a person who waits longer than a second.

use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::fleet::{Fleet, Step};
use crate::failure::Failure;

/// A shorter wait shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs a command on a fleet, with a line on stderr once it takes long.
///
/// # Errors
/// The command's own failure.
pub(crate) async fn with_progress<T>(
    fleet: Fleet,
    manner: Manner,
    command: impl AsyncFnOnce(Fleet) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let progress = Rc::new(Progress::new(manner));
    let (is_many, line) = (fleet.is_many, Rc::clone(&progress));
    let report = move |step: Step| match step {
        Step::Querying { done, total } if is_many => line.answered(done, total),
        Step::Querying { .. } => line.waiting("waiting for the server".to_owned()),
        Step::Waiting { still, pause } => line.waiting(format!(
            "{still} {} still in wrap-up, next request within {} s",
            if still == 1 { "agent" } else { "agents" },
            pause.as_secs_f64().ceil()
        )),
    };
    let fleet = Fleet { progress: Box::new(report), ..fleet };
    let command = command(fleet);
    tokio::pin!(command);
    tokio::select! {
        biased;
        outcome = &mut command => return outcome,
        () = tokio::time::sleep(PATIENCE) => progress.show(),
    }
    command.await
}

/// One line that explains the wait. It appears at [`Progress::show`], and disappears when this is dropped.
struct Progress {
    bar: ProgressBar,
    manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// A line that does not change, for a screen reader.
    Plain,
    /// A line that is redrawn.
    Drawn,
}

impl Progress {
    fn new(manner: Manner) -> Self {
        let bar = ProgressBar::hidden();
        bar.set_style(style("{msg}"));
        bar.set_message("waiting for the server");
        Self { bar, manner }
    }

    fn answered(&self, done: usize, total: usize) {
        self.bar.set_style(style("{pos} of {len} profiles answered {wide_bar} {eta}"));
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    fn waiting(&self, why: String) {
        self.bar.set_style(style("{msg}"));
        self.bar.set_message(why);
    }

    fn show(&self) {
        match self.manner {
            // If stderr cannot be written, nobody can read it.
            Manner::Plain => drop(writeln!(std::io::stderr(), "{}", self.words())),
            Manner::Drawn => {
                self.bar.set_draw_target(ProgressDrawTarget::stderr());
                self.bar.tick();
            }
        }
    }

    fn words(&self) -> String {
        match self.bar.length() {
            Some(total) => format!("{} of {total} profiles answered so far", self.bar.position()),
            None => self.bar.message(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A malformed template would show the library's own bar; a test on a terminal shows that it does not.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
