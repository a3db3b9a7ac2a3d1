//! Which process it was, so that another can know whether it still lives.

use std::fs;
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// A process, by what no later process shares with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) pid: u32,
    /// When it began: the ticks since the start of the system, and where that does not tell, a moment of its own clock.
    pub(crate) started: Option<i64>,
    /// Changes whenever the system starts.
    pub(crate) boot: Option<String>,
    /// Process ids count within it: a container has one of its own.
    pub(crate) namespace: Option<String>,
}

impl Identity {
    pub(crate) fn this() -> Self {
        let pid = std::process::id();
        Self { pid, started: started(pid).or_else(own_start), boot: boot(), namespace: namespace() }
    }

    /// Whether it lives, as far as this process `me` can know; `None` where only time can tell.
    pub(crate) fn is_alive(&self, me: &Self) -> Option<bool> {
        if let (Some(then), Some(now)) = (&self.boot, &me.boot)
            && then != now
        {
            return Some(false);
        }
        if self == me {
            return Some(true);
        }
        if self.namespace != me.namespace {
            return None;
        }
        // This process has its number now.
        if self.pid == me.pid && self.started.is_some() {
            return Some(false);
        }
        match (self.started, me.started) {
            (Some(_), Some(_)) if KNOWS_STARTS => Some(started(self.pid) == self.started),
            _ if super::CAN_SEE_OTHERS && !super::is_running(self.pid) => Some(false),
            // Its number may be another's by now.
            _ => None,
        }
    }
}

/// Whether a process can see when another began.
const KNOWS_STARTS: bool = cfg!(target_os = "linux");

#[cfg(target_os = "linux")]
fn started(pid: u32) -> Option<i64> {
    // The name in brackets may itself have spaces and brackets. The start is field 22, and the first after the name is 3.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    // A zombie is dead, though its parent has not been told yet.
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn started(_pid: u32) -> Option<i64> {
    None
}

/// What tells this process from an earlier one with its number.
fn own_start() -> Option<i64> {
    static START: OnceLock<Option<i64>> = OnceLock::new();
    *START.get_or_init(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok()
    })
}

fn boot() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

fn namespace() -> Option<String> {
    Some(fs::read_link("/proc/self/ns/pid").ok()?.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn one_that_has_ended_is_dead_and_one_that_runs_is_not() {
        let me = Identity::this();
        assert_eq!(me.is_alive(&me), Some(true));
        let mut child = std::process::Command::new("sleep").arg("1000").spawn().expect("a child");
        let pid = child.id();
        let other = Identity { pid, started: started(pid), ..me.clone() };
        assert_eq!(other.is_alive(&me), Some(true));
        child.kill().expect("killed");
        // Not yet waited for, it is a zombie as soon as it is dead.
        while started(pid).is_some() {
            std::thread::yield_now();
        }
        assert_eq!(other.is_alive(&me), Some(false));
        child.wait().expect("ended");
        assert_eq!(other.is_alive(&me), Some(false));
    }

    #[test]
    fn a_later_process_of_that_number_is_another() {
        let me = Identity::this();
        assert_eq!(me.is_alive(&Identity::this()), Some(true));
        let earlier = Identity { started: me.started.map(|start| start - 1), ..me.clone() };
        assert_eq!(earlier.is_alive(&me), Some(false));
    }

    #[test]
    fn no_process_outlives_the_system_and_of_another_namespace_nothing_is_known() {
        let me = Identity::this();
        let me = Identity { boot: Some("this one".to_owned()), ..me };
        let before = Identity { boot: Some("another".to_owned()), ..me.clone() };
        assert_eq!(before.is_alive(&me), Some(false));
        let elsewhere = Identity { pid: me.pid + 1, namespace: Some("another".to_owned()), ..me.clone() };
        assert_eq!(elsewhere.is_alive(&me), None);
    }
}
