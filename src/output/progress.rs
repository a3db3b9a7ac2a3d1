//! A line on stderr while many profiles are asked and a person waits longer than a second.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter waits show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Counts answers. Draws nothing unless enabled, and nothing in the first second.
pub struct Progress {
    started: Instant,
    bar: RefCell<Option<ProgressBar>>,
    is_enabled: bool,
}

impl Progress {
    /// `is_enabled`: a person looks at stderr and did not ask for quiet.
    #[must_use]
    pub fn new(is_enabled: bool) -> Self {
        Self { started: Instant::now(), bar: RefCell::new(None), is_enabled }
    }

    /// Told after each answer.
    pub fn answered(&self, done: usize, total: usize) {
        if !self.is_enabled || self.started.elapsed() < PATIENCE {
            return;
        }
        let mut bar = self.bar.borrow_mut();
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("asked {pos} of {len} profiles {wide_bar} {eta}")
            {
                bar.set_style(style);
            }
            bar
        });
        bar.set_position(done as u64);
        if done >= total {
            bar.finish_and_clear();
        }
    }
}
