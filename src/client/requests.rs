//! How many requests were sent, how they ended, and how long each took: shared by the connections of a run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::client::error::ErrorKind;
use crate::client::replies::codes::is_path_of;
use crate::client::replies::{break_status, tags, wrapup};

/// Requests that took no longer than these, in seconds, are counted beside the others.
pub const BOUNDS: [f64; 8] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The requests that were sent so far.
#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<&'static str, Call>>);

/// The requests of one call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// By how they ended: `ok`, or the word of an error's kind.
    pub outcomes: BTreeMap<&'static str, u64>,
    /// How many took no longer than the bound at the same place of [`BOUNDS`].
    pub within: [u64; BOUNDS.len()],
    /// How long all of them took.
    pub time: Duration,
}

impl Requests {
    /// Counts a request to `path`, which took so long.
    pub(crate) fn add(&self, path: &str, failed: Option<ErrorKind>, took: Duration) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let call = calls.entry(name(path)).or_default();
        *call.outcomes.entry(failed.map_or("ok", ErrorKind::word)).or_default() += 1;
        for (within, bound) in call.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(took.as_secs_f64() <= bound);
        }
        call.time += took;
    }

    /// By the name of the call.
    #[must_use]
    pub fn counted(&self) -> BTreeMap<&'static str, Call> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The calls have the names of the commands. No path that somebody typed is one.
fn name(path: &str) -> &'static str {
    let calls = [(tags::PATH, "tags"), (break_status::PATH, "break_status"), (wrapup::PATH, "wrapup")];
    let known = calls.into_iter().find(|(known, _)| is_path_of(path, known));
    known.map_or("other", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_call_outcome_and_length() {
        let requests = Requests::default();
        let millis = Duration::from_millis;
        requests.add("agentProfile/tags", None, millis(50));
        requests.add("agentProfile/tags", None, millis(51));
        requests.add("AgentProfile/Tags/", Some(ErrorKind::Timeout), millis(15_000));
        requests.add("agentProfile/agentOnBreak", Some(ErrorKind::SignIn), millis(300));
        requests.add("somebody's/own/919812345678", None, millis(1));
        let counted = requests.counted();
        assert_eq!(counted.keys().copied().collect::<Vec<_>>(), ["break_status", "other", "tags"]);
        let tags = &counted["tags"];
        assert_eq!(tags.outcomes, BTreeMap::from([("ok", 2), ("timeout", 1)]));
        assert_eq!(tags.within, [1, 2, 2, 2, 2, 2, 2, 2]);
        assert_eq!(tags.time, millis(15_101));
        assert_eq!(counted["break_status"].outcomes, BTreeMap::from([("sign_in", 1)]));
        assert_eq!(counted["break_status"].within, [0, 0, 0, 1, 1, 1, 1, 1]);
    }
}
