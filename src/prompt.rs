//! Asks a person. Refuses where there is no terminal to ask on.

use std::io::IsTerminal;
use std::sync::mpsc;
use std::thread;

use dialoguer::Password;

use crate::failure::Failure;
use crate::session::Secret;

/// Asks for a secret without echo. Ctrl-C ends the question, and the terminal is as it was before.
///
/// # Errors
/// Where there is no terminal (exit code 2), or the person pressed Ctrl-C (130).
pub fn secret(question: &str, otherwise: &str) -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::usage("there is no terminal to ask on").hint(otherwise));
    }
    let before = terminal_modes();
    let typed = answer_or_interrupt(question.to_owned());
    restore(before);
    let typed = zeroize::Zeroizing::new(typed?);
    crate::sign_in::secret_from(typed.as_bytes(), "the answer")
}

/// The question blocks a thread of its own, so that Ctrl-C can end the wait while echo is off.
fn answer_or_interrupt(question: String) -> Result<String, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::failed("prompt", "cannot ask on the terminal").caused_by(error)
    };
    let (sender, answer) = mpsc::channel();
    let interrupt = sender.clone();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| failed(&e))?;
    thread::spawn(move || {
        let typed = Password::new().with_prompt(question).interact();
        let _ = sender.send(Some(typed));
    });
    thread::spawn(move || {
        let pressed = runtime.block_on(tokio::signal::ctrl_c());
        if pressed.is_ok() {
            let _ = interrupt.send(None);
        }
    });
    match answer.recv() {
        Ok(Some(Ok(typed))) => Ok(typed),
        Ok(Some(Err(dialoguer::Error::IO(error)))) if error.kind() == std::io::ErrorKind::Interrupted => {
            Err(Failure::interrupted())
        }
        Ok(Some(Err(error))) => Err(failed(&error)),
        Ok(None) | Err(_) => Err(Failure::interrupted()),
    }
}

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
