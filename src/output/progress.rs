//! A line on stderr for a person who waits longer than a second. It must not know what is asked.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter waits show nothing.
pub const PATIENCE: Duration = Duration::from_secs(1);

/// One line that says what is waited for. It is drawn from [`Progress::show`] on, and gone when dropped.
pub struct Progress {
    bar: ProgressBar,
    is_enabled: bool,
}

impl Progress {
    /// `is_enabled`: a person looks at stderr and did not ask for quiet.
    #[must_use]
    pub fn new(is_enabled: bool) -> Self {
        let bar = ProgressBar::hidden();
        bar.set_style(style("{msg}"));
        bar.set_message("waiting for the server");
        Self { bar, is_enabled }
    }

    /// This many of several have answered.
    pub fn answered(&self, done: usize, total: usize) {
        self.bar.set_style(style("asked {pos} of {len} profiles {wide_bar} {eta}"));
        self.bar.set_length(total as u64);
        self.bar.set_position(done as u64);
    }

    /// Nothing is asked for now.
    pub fn waiting(&self, why: String) {
        self.bar.set_style(style("{msg}"));
        self.bar.set_message(why);
    }

    /// The wait has become long enough to be explained.
    pub fn show(&self) {
        if self.is_enabled {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.tick();
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
