//! `deepcall`: notification tags, breaks and wrap-ups of DeepCall agents.
//!
//! Arrows only point down; `tests/it/layers.rs` holds them to it:
//!
//! ```text
//! main
//!   lib            run(arguments, Environment) -> ExitStatus
//!     cli          what can be typed, help, completion at Tab; one match: which command runs
//!       commands   each command end to end: its arguments, run(&Args, &App), its document
//!         app      what every command works with: settings, console, sessions, connections
//!           watch  poll → difference → events → sink
//!             failure  message, hints, exit code
//!               journal  what was seen, kept
//!                 client the door to the server      output   from a report to the last byte
//!                   floor    answers, what changed between two of them, events
//!                     report what there is to show   store    credentials and where they are kept
//!                            sandbox  a simulated server
//!                       system  what each operating system does in its own way
//!                       clock   the time as a value    json   JSON text
//!                       moment, size, words    times, sizes and words as people type them
//! ```

pub mod app;
pub mod cli;
pub mod client;
pub mod clock;
pub mod commands;
pub mod failure;
pub mod floor;
mod journal;
pub mod json;
pub mod moment;
pub mod output;
pub mod report;
pub mod sandbox;
pub mod size;
pub mod store;
mod system;
pub mod watch;
pub mod words;

use std::ffi::OsString;

use app::App;
use app::supervisor::supervision;
use cli::complete;
use commands::welcome;
use failure::Failure;

pub use app::environment::Environment;
pub use failure::ExitStatus;

/// Runs the program once: the whole of `deepcall`, callable from a test.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitStatus {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let owns_process = environment.owns_process;
    let (supervisor, supervised) = supervision();
    let app = App::new(environment, cli::typed_format(&arguments), supervised);
    if let Some(shell) = complete::requesting_shell(&app) {
        return app.console.finish(complete::complete(shell, arguments, cli::definition(), &app));
    }
    // Without random numbers the first `HashMap` would panic, and so would TLS.
    if getrandom::fill(&mut [0]).is_err() {
        return app.console.finish(Err(Failure::failed("random", "this system provides no random numbers")));
    }
    if arguments.len() < 2 {
        return welcome::run(&app);
    }
    match cli::parse(arguments) {
        Ok(parsed) => {
            app.set_typed(parsed.typed);
            supervisor.start(app.console.shared_stderr(), owns_process);
            app.console.finish(parsed.command.run(&app))
        }
        Err(error) => cli::report(&error, &app),
    }
}
