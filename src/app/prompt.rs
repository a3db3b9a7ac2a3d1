//! Prompts a person on the terminal: for a secret, or for a yes.

use std::cell::Cell;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::thread;

use tokio::sync::oneshot;

use crate::app::App;
use crate::app::secret_text::secret_from;
use crate::app::signals;
use crate::app::supervisor::Supervised;
use crate::failure::Failure;
use crate::store::Secret;
use crate::system::signals::before_they_kill;
use crate::system::terminal;

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

/// Whether the answer to a question is yes. Any other answer is no, and so is none.
pub(crate) fn is_confirmed(question: &str, app: &App) -> bool {
    app.console.stderr(|out| write!(out, "{question} [y/N] "));
    let answer = BufReader::new(app.stdin()).lines().next().and_then(Result::ok);
    answer.is_some_and(|answer| matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// The prompt blocks its own thread, so that the terminal is restored at once when the command has to stop.
fn answer_or_stop(question: String, supervised: &Supervised) -> Result<String, Failure> {
    let failed = |error: &dyn std::error::Error| {
        Failure::failed("prompt", "cannot prompt on the terminal").caused_by(error)
    };
    let is_open = Cell::new(false);
    let outcome = supervised.run(async {
        let mut continued = signals::Continued::listen();
        before_they_kill(terminal::show_again).map_err(|e| failed(&e))?;
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
