//! Signals, and a reader that hangs up, as Unix has them.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use signal_hook::consts::signal::{
    SIGALRM, SIGPROF, SIGQUIT, SIGSYS, SIGTRAP, SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU,
};
use signal_hook::iterator::Signals;
use tokio::signal::unix;
use tokio::signal::unix::{SignalKind, signal};

use crate::system::signals::StopReason;

const SIGNALS: [(Signal, StopReason); 3] = [
    (Signal::INT, StopReason::Interrupted),
    (Signal::TERM, StopReason::Terminated),
    (Signal::HUP, StopReason::Terminated),
];

/// [`SIGNALS`] that come wait, in this thread and in those that it starts, until each of them lets them through. The library
/// has a moment in which a signal meets neither its handler nor what the system does without one.
#[derive(Clone, Copy)]
pub(crate) struct HeldSignals {
    before: Option<SigSet>,
}

impl HeldSignals {
    pub(crate) fn hold() -> Self {
        Self::hold_these(SIGNALS.map(|(signal, _)| signal))
    }

    fn hold_these(signals: [Signal; SIGNALS.len()]) -> Self {
        let signals = signals.into_iter().filter_map(|signal| signal.as_raw().try_into().ok());
        Self { before: signals.collect::<SigSet>().thread_swap_mask(SigmaskHow::SIG_BLOCK).ok() }
    }

    /// Lets them through in this thread, unless it held them back before.
    pub(crate) fn release(self) {
        if let Some(before) = self.before {
            let _ = before.thread_set_mask();
        }
    }
}

/// Whether each of [`SIGNALS`] has come.
type Caught = [Arc<AtomicBool>; SIGNALS.len()];

/// Waits for signals, for the reader of stdout to leave, and for a [`Waker`].
pub(crate) struct Poller {
    wakes: UnixStream,
    caught: Caught,
    /// What it means that the reader of stdout leaves, as long as that is waited for.
    reader_gone: Option<StopReason>,
}

/// Wakes its [`Poller`].
pub(crate) struct Waker {
    stream: UnixStream,
    caught: Caught,
}

impl Poller {
    pub(crate) fn open(watches_stdout: bool) -> io::Result<(Self, Waker)> {
        let (ours, theirs) = UnixStream::pair()?;
        let caught = Caught::default();
        let waker = Waker { stream: theirs, caught: caught.clone() };
        // A terminal that goes away hangs up, which asks the programs on it to end, whether they get the signal or not.
        let is_terminal = || std::io::stdout().is_terminal();
        let reader_gone = watches_stdout
            .then(|| if is_terminal() { StopReason::Terminated } else { StopReason::ReaderGone });
        Ok((Self { wakes: ours, caught, reader_gone }, waker))
    }

    /// That the reader of stdout leaves is no reason to stop, unless it is a terminal.
    pub(crate) fn ignore_reader(&mut self) {
        self.reader_gone = self.reader_gone.filter(|reason| *reason != StopReason::ReaderGone);
    }

    /// Waits for a reason to stop; `None` at the limit, at the waker, and sometimes before.
    pub(crate) fn poll(&mut self, limit: Option<Duration>) -> Option<StopReason> {
        let stdout = std::io::stdout();
        let mut streams = [PollFd::new(&self.wakes, PollFlags::IN), PollFd::new(&stdout, PollFlags::empty())];
        let watched = if self.reader_gone.is_some() { &mut streams[..] } else { &mut streams[..1] };
        // A limit too long for the system is none.
        let limit = limit.and_then(|limit| Timespec::try_from(limit).ok());
        poll(watched, limit.as_ref()).ok()?;
        let [wakes, stdout] = streams.map(|stream| stream.revents());
        if !wakes.is_empty() {
            let _ = self.wakes.read(&mut [0; 64]);
            let mut caught = SIGNALS.iter().zip(&self.caught);
            // The reader is looked at next time: perhaps the command has just become independent of it.
            return caught
                .find_map(|((_, reason), caught)| caught.swap(false, Ordering::SeqCst).then_some(*reason));
        }
        if stdout.is_empty() {
            return None;
        }
        // Once is enough. Some systems cannot do this for every file.
        self.reader_gone.take().filter(|_| is_gone(stdout))
    }
}

impl Waker {
    pub(crate) fn wake(&self) {
        let _ = (&self.stream).write(&[0]);
    }

    /// From now on Ctrl-C, SIGTERM and the hang-up of the terminal wake. A signal that was ignored when the process
    /// started stays so: that is how `nohup` and shells without job control start what is to outlive them. Where the
    /// system refuses, a signal does what it does without.
    pub(crate) fn wake_at_signals(&self) {
        self.wake_at(SIGNALS.map(|(signal, _)| signal));
    }

    fn wake_at(&self, signals: [Signal; SIGNALS.len()]) {
        let Ok(stream) = self.stream.try_clone() else { return };
        let (stream, ignored) = (stream.into_raw_fd(), IgnoredSignals::read());
        for (signal, caught) in signals.iter().zip(&self.caught) {
            let signal = signal.as_raw();
            if !ignored.contain(signal) {
                let _ = signal_hook::flag::register(signal, Arc::clone(caught));
                let _ = signal_hook::low_level::pipe::register_raw(signal, stream);
            }
        }
        // A signal that came between its two registrations was caught, and woke nothing.
        self.wake();
    }
}

fn is_gone(events: PollFlags) -> bool {
    events.intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Each time that the process goes on after Ctrl-Z.
pub(crate) struct Continued(std::io::Result<unix::Signal>);

impl Continued {
    pub(crate) fn listen() -> Self {
        Self(signal(SignalKind::from_raw(Signal::CONT.as_raw())))
    }

    pub(crate) async fn next(&mut self) {
        match &mut self.0 {
            Ok(heard) => _ = heard.recv().await,
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether Ctrl-Z stops the process: whoever hangs a board on a wall may not want that.
pub(crate) fn may_be_stopped() -> bool {
    !IgnoredSignals::read().contain(Signal::TSTP.as_raw())
}

/// Whether the reader of stdout went away, as far as the system can tell without a write.
pub(crate) fn stdout_reader_is_gone() -> bool {
    let stdout = std::io::stdout();
    let mut streams = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut streams, Some(&at_once)).is_ok() && is_gone(streams[0].revents())
}

/// A write that failed because nobody reads any more.
pub(crate) fn is_of_gone_reader(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// From now on `give_back` runs, in a thread of its own, before such a signal kills the process. One that the process was
/// started to ignore stays ignored.
///
/// # Errors
/// If the system gives no thread, or no signals.
pub(crate) fn before_they_kill(give_back: fn()) -> io::Result<()> {
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

/// The signals that the process was started to ignore. Known on Linux only; elsewhere they are none.
struct IgnoredSignals(u64);

impl IgnoredSignals {
    fn read() -> Self {
        // All of it in one read, where a text that grows takes eight.
        let mut status = [0; 4096];
        let read = File::open("/proc/self/status").and_then(|mut file| file.read(&mut status)).unwrap_or(0);
        let status = str::from_utf8(&status[..read]).unwrap_or_default();
        let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0))
    }

    fn contain(&self, signal: i32) -> bool {
        self.0 >> (signal - 1) & 1 == 1
    }
}

/// The runtime takes six descriptors, four of them for signals. Where it finds none for these it panics, so
/// they are looked for first.
pub(crate) fn look_for_descriptors() -> io::Result<()> {
    let (one, _other) = UnixStream::pair()?;
    (0..4).map(|_| one.try_clone()).collect::<io::Result<Vec<_>>>()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_signals_wait_for_their_handlers() {
        let (mut poller, waker) = Poller::open(false).unwrap();
        // Without a handler, each of them would end the tests.
        let signals = [Signal::USR1, Signal::USR2, Signal::ALARM];
        let held = HeldSignals::hold_these(signals);
        signal_hook::low_level::raise(Signal::USR2.as_raw()).unwrap();
        waker.wake_at(signals);
        held.release();
        assert_eq!(poller.poll(Some(Duration::from_secs(30))), Some(StopReason::Terminated));
    }

    #[test]
    fn a_signal_that_comes_while_the_handlers_are_set_up_is_not_lost() {
        let (mut poller, waker) = Poller::open(false).unwrap();
        waker.caught[0].store(true, Ordering::SeqCst);
        // Others than the real ones, which must still end the tests.
        waker.wake_at([Signal::URG, Signal::WINCH, Signal::CONT]);
        assert_eq!(poller.poll(Some(Duration::from_secs(30))), Some(StopReason::Interrupted));
    }
}
