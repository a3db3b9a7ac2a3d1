//! The bell, the notices and the command of `--bell`, `--notify` and `--exec`.

use std::io::Write;

use crate::app::App;
use crate::app::environment::Terminals;
use crate::app::settings::table::{WATCH_BELL, WATCH_NOTIFY, WATCH_ON};
use crate::app::settings::variables::CREDENTIAL_VARIABLES;
use crate::commands::watch::args::WatchArgs;
use crate::failure::Failure;
use crate::floor::event::Event;
use crate::output::event_view;
use crate::output::presentation::Presentation;
use crate::watch::sinks::exec::{Exec, Hook};
use crate::watch::sinks::notify::notice::{TerminalNotice, has_desktop, show_on_desktop};
use crate::watch::sinks::notify::{Desktop, Notices, Notify};
use crate::watch::sinks::reactions::Reactions;

/// A bell or notice that cannot reach anybody is a note and no error, because the same command line and config file may
/// run without a terminal as well.
///
/// # Errors
/// If the config file is wrong: exit code 2.
pub(crate) fn reactions(
    args: &WatchArgs,
    presentation: &Presentation,
    app: &App,
) -> Result<Reactions, Failure> {
    let settings = app.settings()?;
    let (bell, notify) = (settings.get(&WATCH_BELL)?.value, settings.get(&WATCH_NOTIFY)?.value);
    let text = |name: &str| app.variables.text(name).ok().flatten().map(str::to_owned);
    let has_desktop = has_desktop(|name| app.variables.has(name));
    let Terminals { stdout, stderr, .. } = app.terminals;
    let has_terminal = stdout || stderr;
    if bell && !has_terminal {
        app.console.note("--bell has no effect: there is no terminal");
    }
    if notify && !has_terminal && !has_desktop {
        app.console.note("--notify has no effect: there is neither a desktop nor a terminal");
    }
    let terminal_notice = TerminalNotice::of(text);
    if notify && has_terminal && !has_desktop {
        if !terminal_notice.may_be_shown() {
            app.console.note("--notify has no effect: this console shows no notices; use --bell instead");
        } else if let Some(obstacle) = terminal_notice.obstacle() {
            app.console.note(&format!("--notify may have no effect: {obstacle}; use --bell instead"));
        }
    }
    let mut reactions = Reactions::none();
    reactions.on = settings.get(&WATCH_ON)?.value;
    let notices = notify.then(|| {
        let Presentation { zone, mask, .. } = presentation.clone();
        let words = move |event: &Event| event_view::words(event, &zone, mask);
        let desktop: Option<Desktop> = if has_desktop { Some(show_on_desktop) } else { None };
        Notices::new(Box::new(words), app.redactor.clone(), desktop, terminal_notice)
    });
    if bell || notify {
        let terminal: Box<dyn Write + Send> = match (stderr, stdout) {
            (true, _) => Box::new(app.console.stderr_writer()),
            (false, true) => Box::new(app.console.screen()),
            (false, false) => Box::new(std::io::sink()),
        };
        reactions.notify = Some(Notify::new(bell, notices, terminal));
    }
    reactions.exec = args.exec.as_ref().map(|command| {
        Exec::new(Hook {
            command: command.clone(),
            hidden_variables: CREDENTIAL_VARIABLES.to_vec(),
            zone: presentation.zone.clone(),
            mask: presentation.mask,
            redactor: app.redactor.clone(),
        })
    });
    Ok(reactions)
}
