//! Looks at a program from outside while it runs: what it and every process below it have on their
//! command lines, and what its children find in their environment.

use std::collections::BTreeSet;
use std::fs;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::leaks;

/// `reliability.md` §4.3.
const BETWEEN_LOOKS: Duration = Duration::from_millis(1);

/// Looks until it is asked what it found.
pub struct Overseer {
    enough: Sender<()>,
    looking: JoinHandle<()>,
    found: Arc<(Mutex<BTreeSet<String>>, Condvar)>,
}

impl Overseer {
    /// Looks at this process, which is the program or starts it, and at those below it. What is between the two is
    /// given the program's own environment.
    pub fn of(process: u32, is_program: bool) -> Self {
        let (enough, asked) = mpsc::channel();
        let found = Arc::<(Mutex<BTreeSet<String>>, Condvar)>::default();
        let shared = Arc::clone(&found);
        let looking = thread::spawn(move || {
            while asked.recv_timeout(BETWEEN_LOOKS) == Err(RecvTimeoutError::Timeout) {
                look_at(process, false, is_program, &shared);
            }
        });
        Self { enough, looking, found }
    }

    /// Each process whose command line or environment held a secret.
    pub fn found(self) -> Vec<String> {
        let _ = self.enough.send(());
        self.looking.join().unwrap();
        let (found, _) = &*self.found;
        std::mem::take(&mut *found.lock().unwrap()).into_iter().collect()
    }

    /// Waits until something was found, at most so long.
    pub fn wait_for_a_find(&self, limit: Duration) {
        let (found, changed) = &*self.found;
        drop(changed.wait_timeout_while(found.lock().unwrap(), limit, |found| found.is_empty()).unwrap());
    }
}

fn look_at(process: u32, is_below: bool, is_program: bool, shared: &(Mutex<BTreeSet<String>>, Condvar)) {
    let (found, changed) = shared;
    let look = |what: &str| {
        let bytes = fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
        if let Some(encoding) = leaks::find(&bytes) {
            found.lock().unwrap().insert(format!("the {what} of a process ({encoding})"));
            changed.notify_all();
        }
    };
    look("cmdline");
    // A child that has not become another program yet still has what its parent was given.
    let file = fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default();
    let is_deepcall = file == *super::world::BINARY;
    if is_below && !is_deepcall {
        look("environ");
    }
    let are_below = is_below || is_program || is_deepcall;
    // Children are started by the first thread.
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).unwrap_or_default();
    for child in children.split_whitespace().filter_map(|child| child.parse().ok()) {
        look_at(child, are_below, false, shared);
    }
}
