//! Asks a person. Refuses where there is no terminal to ask on.

use std::io::{IsTerminal, Write};
use std::sync::mpsc;
use std::thread;

use dialoguer::Password;

use crate::app::sign_in::secret_from;
use crate::app::signals;
use crate::failure::Failure;
use crate::store::Secret;

/// Asks for a secret without echo, also after Ctrl-Z. Ctrl-C and SIGTERM end the question, and the
/// terminal is as it was before.
///
/// # Errors
/// Where there is no terminal (exit code 2), or the question was ended by Ctrl-C (130) or
/// SIGTERM (143).
pub(crate) fn secret(question: &str, otherwise: &str, is_accessible: bool) -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::usage("there is no terminal to ask on").hint(otherwise));
    }
    let before = terminal_modes();
    let typed = answer_or_interrupt(question.to_owned(), is_accessible);
    restore(before);
    let typed = zeroize::Zeroizing::new(typed?);
    secret_from(typed.as_bytes(), "the answer")
}

/// A question whose line is never touched again.
#[cfg(unix)]
fn ask_plainly(question: &str) -> std::io::Result<String> {
    let mut out = std::io::stderr();
    write!(out, "{question} (not shown while you type): ")?;
    out.flush()?;
    turn_echo_off();
    // Room for any secret, so that no copy is left behind by a growing buffer.
    let mut typed = String::with_capacity(8 * 1024);
    std::io::stdin().read_line(&mut typed)?;
    // The line end that was typed was not shown either.
    writeln!(out)?;
    Ok(typed)
}

#[cfg(not(unix))]
fn ask_plainly(question: &str) -> std::io::Result<String> {
    Password::new().with_prompt(question).interact().map_err(std::io::Error::other)
}

/// The question blocks a thread of its own, so that a signal can end the wait while echo is off.
fn answer_or_interrupt(question: String, is_accessible: bool) -> Result<String, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::failed("prompt", "cannot ask on the terminal").caused_by(error)
    };
    let (sender, answer) = mpsc::channel();
    let stop = sender.clone();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
    let interruption = {
        // Heard from now on: a signal that comes before the question must not be lost.
        let _inside = runtime.enter();
        interruption(signals::stop(), signals::hang_up(), signals::Continued::listen())
    };
    thread::spawn(move || {
        let typed = if is_accessible {
            ask_plainly(&question).map_err(dialoguer::Error::IO)
        } else {
            Password::new().with_prompt(question).interact()
        };
        let _ = sender.send(Ok(typed));
    });
    thread::spawn(move || {
        let _ = stop.send(Err(runtime.block_on(interruption)));
    });
    match answer.recv() {
        Ok(Ok(Ok(typed))) => Ok(typed),
        Ok(Ok(Err(dialoguer::Error::IO(error)))) if error.kind() == std::io::ErrorKind::Interrupted => {
            Err(Failure::interrupted())
        }
        Ok(Ok(Err(error))) => Err(failed(&error)),
        Ok(Err(stopped)) => Err(stopped),
        Err(_) => Err(Failure::interrupted()),
    }
}

/// Why the question shall end. Back from Ctrl-Z, the shell has turned echo on again.
async fn interruption(
    stop: impl Future<Output = Failure>,
    hang_up: impl Future<Output = ()>,
    mut continued: signals::Continued,
) -> Failure {
    tokio::pin!(stop, hang_up);
    loop {
        tokio::select! {
            failure = &mut stop => return failure,
            () = &mut hang_up => return Failure::terminated(),
            () = continued.next() => turn_echo_off(),
        }
    }
}

#[cfg(unix)]
fn turn_echo_off() {
    if let Some(mut modes) = terminal_modes() {
        modes.local_modes.remove(rustix::termios::LocalModes::ECHO);
        restore(Some(modes));
    }
}

#[cfg(not(unix))]
fn turn_echo_off() {}

#[cfg(unix)]
type Modes = Option<rustix::termios::Termios>;

#[cfg(unix)]
fn terminal_modes() -> Modes {
    rustix::termios::tcgetattr(std::io::stdin()).ok()
}

#[cfg(unix)]
fn restore(modes: Modes) {
    if let Some(modes) = modes {
        let _ = rustix::termios::tcsetattr(std::io::stdin(), rustix::termios::OptionalActions::Now, &modes);
    }
}

#[cfg(not(unix))]
type Modes = ();

#[cfg(not(unix))]
fn terminal_modes() -> Modes {}

#[cfg(not(unix))]
fn restore((): Modes) {}
