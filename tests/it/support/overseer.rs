//! Looks at a program from outside while it runs: what it and every process below it have on their
//! command lines, and what its children find in their environment.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::leaks;
use super::world::BINARY;

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
            let mut looks = Looks { seen: HashMap::new(), found: &shared };
            while asked.recv_timeout(BETWEEN_LOOKS) == Err(RecvTimeoutError::Timeout) {
                looks.look_at(process, false, is_program);
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

/// A process that was seen. Its files are kept open: to open them a thousand times a second took a quarter of the processor
/// from all tests.
struct Seen {
    command_line: File,
    children: File,
    /// How its command line began when it was read last.
    beginning: Vec<u8>,
}

impl Seen {
    fn open(process: u32) -> io::Result<Self> {
        let open = |what: &str| File::open(format!("/proc/{process}/{what}"));
        let children = open(&format!("task/{process}/children"))?;
        Ok(Self { command_line: open("cmdline")?, children, beginning: vec![] })
    }

    /// Whether its command line has become another, as it does once it becomes another program.
    fn has_changed(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 4096];
        let length = self.command_line.read_at(&mut bytes, 0)?;
        let has_changed = self.beginning != bytes[..length];
        if has_changed {
            self.beginning = bytes[..length].to_vec();
        }
        Ok(has_changed)
    }

    /// Children are started by the first thread.
    fn children(&self) -> Vec<u32> {
        let mut bytes = [0; 4096];
        let length = self.children.read_at(&mut bytes, 0).unwrap_or(0);
        let children = String::from_utf8_lossy(&bytes[..length]);
        children.split_whitespace().filter_map(|child| child.parse().ok()).collect()
    }
}

struct Looks<'f> {
    seen: HashMap<u32, Seen>,
    found: &'f (Mutex<BTreeSet<String>>, Condvar),
}

impl Looks<'_> {
    fn look_at(&mut self, process: u32, is_below: bool, is_program: bool) {
        // The files of one that ended cannot be read; another may have its number now.
        let has_changed = match self.seen.get_mut(&process).map(Seen::has_changed) {
            Some(Ok(has_changed)) => has_changed,
            None | Some(Err(_)) => {
                self.seen.remove(&process);
                let Ok(mut new) = Seen::open(process) else { return };
                let has_changed = new.has_changed().unwrap_or(false);
                self.seen.insert(process, new);
                has_changed
            }
        };
        let is_deepcall = || fs::read_link(format!("/proc/{process}/exe")).unwrap_or_default() == *BINARY;
        if has_changed {
            self.search(process, "cmdline");
            // A child that has not become another program yet still has what its parent was given.
            if is_below && !is_deepcall() {
                self.search(process, "environ");
            }
        }
        for child in self.seen[&process].children() {
            self.look_at(child, is_below || is_program || is_deepcall(), false);
        }
    }

    fn search(&self, process: u32, what: &str) {
        let bytes = fs::read(format!("/proc/{process}/{what}")).unwrap_or_default();
        if let Some(encoding) = leaks::find(&bytes) {
            let (found, changed) = self.found;
            found.lock().unwrap().insert(format!("the {what} of a process ({encoding})"));
            changed.notify_all();
        }
    }
}
