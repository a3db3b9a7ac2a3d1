//! Signals that kill the process because no command answers them, such as SIGQUIT and SIGUSR1. What changes a terminal
//! gives it back before they do.

use std::io;

/// From now on `give_back` runs, in a thread of its own, before such a signal kills the process. One that the process was
/// started to ignore stays ignored.
///
/// # Errors
/// If the system gives no thread, or no signals.
#[cfg(unix)]
pub(crate) fn before_they_kill(give_back: fn()) -> io::Result<()> {
    use signal_hook::consts::signal::{
        SIGALRM, SIGPROF, SIGQUIT, SIGSYS, SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
    };
    use signal_hook::iterator::Signals;

    // Those of a fault of the process itself are not among them: nothing sound can be done at one.
    let all = [SIGALRM, SIGPROF, SIGQUIT, SIGSYS, SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU];
    let ignored = IgnoredSignals::read();
    let mut signals = Signals::new(all.into_iter().filter(|signal| !ignored.contain(*signal)))?;
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for signal in signals.forever() {
            give_back();
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    })?;
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn before_they_kill(_give_back: fn()) -> io::Result<()> {
    Ok(())
}

/// The signals that the process was started to ignore. Known on Linux only; elsewhere they are none.
#[cfg(unix)]
pub(crate) struct IgnoredSignals(u64);

#[cfg(unix)]
impl IgnoredSignals {
    pub(crate) fn read() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0))
    }

    pub(crate) fn contain(&self, signal: i32) -> bool {
        self.0 >> (signal - 1) & 1 == 1
    }
}
