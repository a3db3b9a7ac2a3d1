//! One call of a script at a time: `--new` waits for another call with the same name, and goes on where that has stopped.

use std::cell::RefCell;
use std::time::Duration;

use tokio::time::Instant;

use crate::app::fleet::Fleet;
use crate::client::Budget;
use crate::failure::Failure;
use crate::journal::{Claim, JournalError, PATIENCE, Turn};

/// A longer wait is explained to a person.
const SHORT_WAIT: Duration = Duration::from_secs(1);

const BETWEEN_TRIES: Duration = Duration::from_millis(20);

/// How long another call that queries as many agents may need for its requests and the journal. `None` with `--timeout`,
/// which ends the wait by itself.
pub(super) fn limit(timeout: Option<Duration>, fleet: &Fleet) -> Option<Duration> {
    let rounds = fleet.agents.len().div_ceil(fleet.jobs.max(1)).max(1);
    let rounds = u32::try_from(rounds).unwrap_or(u32::MAX);
    timeout.is_none().then(|| Budget::standard().total.saturating_mul(rounds).saturating_add(PATIENCE))
}

/// Waits until no other call of the script is under way: until `claim` has the turn. What is waited for is left in
/// `waits_for`, and noted once.
///
/// # Errors
/// If the other call does not end within the limit, or nothing can be made beside the journal: exit code 1.
pub(super) async fn take(
    script: &str,
    limit: Option<Duration>,
    claim: impl Fn() -> Result<Claim, JournalError>,
    note: impl Fn(&str),
    waits_for: &RefCell<Option<String>>,
) -> Result<Turn, Failure> {
    let began = Instant::now();
    let mut is_explained = false;
    loop {
        let holder = match claim()? {
            Claim::Ours(turn) => {
                waits_for.take();
                return Ok(turn);
            }
            Claim::Theirs(holder) => holder,
        };
        let process = holder.map_or_else(String::new, |pid| format!(" (process {pid})"));
        let other = format!("another `deepcall tags --new {script}`{process}");
        if let Some(limit) = limit.filter(|limit| began.elapsed() >= *limit) {
            let message = format!("{other} has not finished within {limit:?}");
            return Err(Failure::failed("busy", message)
                .hint("whatever reads its output has to read on or to end; or end that process")
                .hint("to wait longer, use --timeout"));
        }
        if !is_explained && began.elapsed() >= SHORT_WAIT {
            is_explained = true;
            note(&format!("waiting for {other}"));
        }
        waits_for.replace(Some(other));
        tokio::time::sleep(BETWEEN_TRIES).await;
    }
}

/// What `--timeout` has ended, if it was the wait for the turn.
pub(super) fn still_awaited(waits_for: &RefCell<Option<String>>, timeout: Duration) -> Option<String> {
    waits_for.take().map(|other| format!("{other} has not finished within --timeout ({timeout:?})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::fleet::Agent;

    fn fleet(agents: usize) -> Fleet {
        let agents = (0..agents).map(|number| Agent::new(number.to_string(), Err(Failure::interrupted())));
        Fleet { agents: agents.collect(), is_many: true, jobs: 16, progress: Box::new(|_| ()) }
    }

    #[test]
    fn a_wait_is_as_long_as_requests_for_as_many_agents_and_the_journal_may_take() {
        for (agents, seconds) in [(0, 40), (1, 40), (16, 40), (17, 70), (40, 100)] {
            let limit = limit(None, &fleet(agents));
            assert_eq!(limit, Some(Duration::from_secs(seconds)), "{agents}");
        }
        assert_eq!(limit(Some(Duration::from_secs(5)), &fleet(1)), None, "--timeout ends it");
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_waited_too_long_is_told_who_has_the_turn() {
        let (notes, waits_for) = (RefCell::new(vec![]), RefCell::default());
        let note = |text: &str| notes.borrow_mut().push(text.to_owned());
        let claim = || Ok(Claim::Theirs(Some(4711)));
        let taken = take("mail", Some(Duration::from_secs(40)), claim, note, &waits_for).await;
        let failure = taken.err().expect("held");
        let other = "another `deepcall tags --new mail` (process 4711)";
        assert_eq!(failure.status.code(), 1);
        assert_eq!(failure.problem.message, format!("{other} has not finished within 40s"));
        assert_eq!(*notes.borrow(), [format!("waiting for {other}")]);
        assert_eq!(waits_for.take().as_deref(), Some(other));
    }
}
