//! A line on stderr for a person who waits longer than a second.

use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::app::fleet::{Fleet, Step};
use crate::failure::Failure;

/// Shorter waits show nothing.
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
        Step::Asking { done, total } if is_many => line.answered(done, total),
        Step::Asking { .. } => line.waiting("waiting for the server".to_owned()),
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

/// One line that says what is waited for. It is drawn from [`Progress::show`] on, and gone when dropped.
struct Progress {
    bar: ProgressBar,
    manner: Manner,
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Not at all: stderr is no terminal, or `-q` was typed.
    Silent,
    /// By one line that stays as it is, for a screen reader.
    Plain,
    /// By a line that is drawn anew.
    Drawn,
}

impl Progress {
    /// Nothing is shown yet.
    fn new(manner: Manner) -> Self {
        let bar = ProgressBar::hidden();
        bar.set_style(style("{msg}"));
        bar.set_message("waiting for the server");
        Self { bar, manner }
    }

    /// This many of several have answered.
    fn answered(&self, done: usize, total: usize) {
        self.bar.set_style(style("{pos} of {len} profiles answered {wide_bar} {eta}"));
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    /// Nothing is asked for now.
    fn waiting(&self, why: String) {
        self.bar.set_style(style("{msg}"));
        self.bar.set_message(why);
    }

    /// The wait has become long enough to be explained.
    fn show(&self) {
        match self.manner {
            Manner::Silent => {}
            // Where stderr cannot be written, there is nobody to read it.
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

/// A template that cannot be read would show the usual bar; the terminal test sees that it can.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
