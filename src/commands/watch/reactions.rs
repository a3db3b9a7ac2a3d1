//! What `--bell`, `--notify` and `--exec` set up.

use crate::app::App;
use crate::app::environment::Terminals;
use crate::app::settings::table::{WATCH_BELL, WATCH_NOTIFY, WATCH_ON};
use crate::app::settings::variables::CREDENTIAL_VARIABLES;
use crate::commands::watch::args::WatchArgs;
use crate::failure::Failure;
use crate::floor::event::Event;
use crate::output::event_view;
use crate::output::presentation::Presentation;
use crate::watch::reaction::notice::{TerminalNotice, has_desktop, show_on_desktop};
use crate::watch::reaction::{Desktop, Hook, Notifier, Reactions};

/// What can be neither rung nor shown here is a note and no error: the same line, or the same config file, also runs
/// where nobody sits.
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
        app.console.note("--bell rings nowhere: there is no terminal");
    }
    if notify && !has_terminal && !has_desktop {
        app.console.note("--notify shows nothing: there is neither a desktop nor a terminal");
    }
    let mut reactions = Reactions::none();
    reactions.on = settings.get(&WATCH_ON)?.value;
    reactions.bell = bell;
    if notify {
        let Presentation { zone, mask, .. } = presentation.clone();
        let words = move |event: &Event| event_view::words(event, &zone, mask);
        let desktop: Option<Desktop> = if has_desktop { Some(show_on_desktop) } else { None };
        let terminal = TerminalNotice::of(text);
        reactions.notify = Some(Notifier::new(Box::new(words), app.redactor.clone(), desktop, terminal));
    }
    reactions.exec = args.exec.as_ref().map(|command| Hook {
        command: command.clone(),
        hidden_variables: CREDENTIAL_VARIABLES.to_vec(),
        zone: presentation.zone.clone(),
        mask: presentation.mask,
        redactor: app.redactor.clone(),
    });
    if stderr {
        reactions.terminal = Box::new(app.console.bell());
    } else if stdout {
        reactions.terminal = Box::new(app.console.screen());
    }
    Ok(reactions)
}
