//! Prompts a person for a secret on the terminal.

use std::cell::Cell;
use std::io::{IsTerminal, Write};
use std::thread;

use tokio::sync::oneshot;

use crate::app::secret_text::secret_from;
use crate::app::signals;
use crate::app::supervisor::Supervised;
use crate::failure::Failure;
use crate::fatal_signals;
use crate::store::Secret;

/// Prompts for a secret without echo, also after Ctrl-Z. Ctrl-C, the end of input and SIGTERM end the prompt; the terminal
/// is restored in every case.
///
/// # Errors
/// If there is no terminal (exit code 2), or the prompt was ended by Ctrl-C or the end of input (130), or by SIGTERM or a
/// hang-up (143).
pub(crate) fn secret(question: &str, otherwise: &str, supervised: &Supervised) -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::usage("there is no terminal for the prompt").hint(otherwise));
    }
    let typed = answer_or_stop(question.to_owned(), supervised);
    terminal::show_again();
    let typed = zeroize::Zeroizing::new(typed?);
    secret_from(typed.as_bytes(), "the answer")
}

/// The prompt blocks its own thread, so that the terminal is restored at once when the command has to stop.
fn answer_or_stop(question: String, supervised: &Supervised) -> Result<String, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::failed("prompt", "cannot prompt on the terminal").caused_by(error)
    };
    let is_open = Cell::new(false);
    let outcome = supervised.run(async {
        let mut continued = signals::Continued::listen();
        fatal_signals::before_they_kill(terminal::show_again).map_err(|e| failed(&e))?;
        terminal::hide().map_err(|e| failed(&e))?;
        let (sender, mut answer) = oneshot::channel();
        is_open.set(true);
        thread::spawn(move || {
            let _ = sender.send(terminal::prompt(&question));
        });
        let answer = loop {
            tokio::select! {
                answer = &mut answer => break answer,
                () = continued.next() => terminal::hide_again(),
            }
        };
        is_open.set(false);
        match answer {
            Ok(Ok(Some(typed))) => Ok(typed),
            // A terminal that has hung up returns this, and is no longer a terminal.
            Ok(_) if !std::io::stdin().is_terminal() => Err(Failure::terminated()),
            Ok(Ok(None)) | Err(_) => Err(Failure::interrupted()),
            Ok(Err(error)) => Err(failed(&error)),
        }
    });
    if is_open.get() {
        // The error belongs on a line of its own. If the line cannot be ended, nobody reads it.
        let _ = writeln!(std::io::stderr());
    }
    outcome
}

#[cfg(unix)]
mod terminal {
    use std::io::{self, Write};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

    /// The terminal's modes from before the prompt. Global, because the terminal is, and a signal that kills must
    /// restore them.
    static MODES_BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

    /// The line, which is not empty; `None` at the end of input, whatever was typed before it.
    pub(super) fn prompt(question: &str) -> io::Result<Option<String>> {
        let mut out = io::stderr();
        loop {
            write!(out, "{question}, not shown while you type: ")?;
            out.flush()?;
            // Large enough for any secret: a growing buffer would leave copies in memory.
            let mut typed = String::with_capacity(8 * 1024);
            io::stdin().read_line(&mut typed)?;
            // The terminal did not echo the end of the line either.
            writeln!(out)?;
            if !typed.ends_with('\n') {
                drop(zeroize::Zeroizing::new(typed));
                return Ok(None);
            }
            if !typed.trim().is_empty() {
                return Ok(Some(typed));
            }
        }
    }

    /// Input from before the prompt is discarded: it is no answer.
    pub(super) fn hide() -> io::Result<()> {
        let before = tcgetattr(io::stdin())?;
        *modes_before() = Some(before.clone());
        Ok(without_echo(before, OptionalActions::Flush)?)
    }

    /// After Ctrl-Z, the shell has turned echo on.
    pub(super) fn hide_again() {
        if modes_before().is_some()
            && let Ok(modes) = tcgetattr(io::stdin())
        {
            let _ = without_echo(modes, OptionalActions::Now);
        }
    }

    /// Input after the answer is discarded: a shell would run it.
    pub(super) fn show_again() {
        if let Some(modes) = modes_before().take() {
            let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &modes);
        }
    }

    fn without_echo(mut modes: Termios, when: OptionalActions) -> rustix::io::Result<()> {
        modes.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), when, &modes)
    }

    fn modes_before() -> MutexGuard<'static, Option<Termios>> {
        MODES_BEFORE.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(not(unix))]
mod terminal {
    use std::io;

    /// The library does not distinguish the end of input from an empty line, and prompts again.
    pub(super) fn prompt(question: &str) -> io::Result<Option<String>> {
        let answer = dialoguer::Password::new().with_prompt(question).report(false).interact();
        answer.map(Some).map_err(io::Error::other)
    }

    pub(super) fn hide() -> io::Result<()> {
        Ok(())
    }

    pub(super) fn hide_again() {}

    pub(super) fn show_again() {}
}
