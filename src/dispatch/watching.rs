//! `watch` has parts of its own: a sink that lives as long as the watch, signals that end it in order,
//! and a second look into the store when a session is over.

use std::io::Write;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::console::{Console, Messages, Side};
use crate::app::environment::Terminals;
use crate::app::settings::table::ALERT;
use crate::app::settings::{Patience, look, who};
use crate::app::streams::stdout_reader_is_gone;
use crate::client::SignedIn;
use crate::commands::watch::WatchArgs;
use crate::dispatch::asking;
use crate::dispatch::asking::Wire;
use crate::dispatch::parts::{Asking, Parts};
use crate::failure::{ExitStatus, Failure};
use crate::floor::alerts::Limit;
use crate::floor::event::{EndReason, Event};
use crate::output::event_view;
use crate::output::formats::sentence;
use crate::output::presentation::{Format, Presentation};
use crate::watch::board;
use crate::watch::board::{Board, BoardOptions};
use crate::watch::reaction::notice::{TerminalNotice, has_desktop, show_on_desktop};
use crate::watch::reaction::{Desktop, Hook, Notifier, Reactions};
use crate::watch::run::{Surroundings, Watch, exit_status};
use crate::watch::stream::Lines;

/// One poll takes no longer; the next poll is the retry (`reliability.md` §2).
const POLL_LIMIT: Duration = Duration::from_secs(15);

/// Follows profiles until something ends it.
///
/// # Errors
/// If the watch cannot begin, or its output cannot be written.
pub(crate) fn watch(args: &WatchArgs, parts: &Parts, console: &Console) -> Result<ExitStatus, Failure> {
    console.set_talk(args.talk);
    let output = args.output_options();
    let presentation = parts.presentation(&output)?;
    args.check_columns(presentation.format)?;
    let color = look::colour(&output.format, parts.layers(), parts.terminals().stderr)?;
    console.set_messages(Messages { color, mask: presentation.mask, ..console.messages() });
    let server_zone = look::server_zone(&args.server_time, parts.layers())?;
    let jobs = parts.jobs(&args.fleet)?;
    let limits = configured_limits(parts)?;
    let plan = args.plan(limits, server_zone, &presentation.zone, parts.clock().now(), jobs)?;
    let reactions = reactions(args, parts, &presentation, console);
    let asking = parts.asking(&args.profile, &args.fleet, &args.sandbox, &args.connection)?;
    let mut wire = parts.wire(&args.connection)?;
    wire.patience = Patience { timeout: Some(POLL_LIMIT), retries: Some(0) };
    let is_renewable = matches!(asking, Asking::Members { .. });

    let ways_back = std::cell::RefCell::new(vec![]);
    let ended = console.log(Side::Client, || {
        asking::on_one_thread(async {
            let stop = stopped();
            let (_sandbox, fleet) = crate::dispatch::open(asking, &wire, parts, jobs, console).await?;
            ways_back.borrow_mut().extend(fleet.members.iter().filter_map(|member| member.way_back.clone()));
            let sessions = signed_in(fleet, console)?;
            let mut renew = |session: &SignedIn| {
                if is_renewable { renewed(session, args, parts, &wire) } else { None }
            };
            let is_board = presentation.format == Format::Table && !args.wants_lines() && parts.has_screen();
            let (_no_keys, nothing) = mpsc::channel(1);
            let input = if is_board { board::keyboard(asking::may_be_stopped()) } else { nothing };
            let around = Surroundings {
                clock: parts.clock().clone(),
                input,
                renew: &mut renew,
                reader_is_gone: if is_board { terminal_is_gone } else { reader_is_gone },
                random: crate::client::connection::random,
                note: &|text| console.note(text),
                reactions,
            };
            if !is_board {
                let mut lines = Lines::new(console.stdout(), presentation.clone());
                return Ok(Watch::new(sessions, plan, around, &mut lines).run(stop).await?);
            }
            let options = BoardOptions {
                zone: presentation.zone.clone(),
                color: presentation.color,
                mask: presentation.mask,
                only: plan.parts,
                title: title(&sessions),
            };
            let limits = plan.limits.clone();
            let out = console.screen();
            let mut board = Board::open(options, limits, out)?;
            let ended = Watch::new(sessions, plan, around, &mut board).run(stop).await;
            let last_frame = board.close();
            let is_gone = stdout_reader_is_gone();
            if !is_gone {
                console.stdout().write_all(last_frame.as_bytes())?;
            }
            match ended {
                // A frame that a terminal did not take because it has hung up is how that was noticed first.
                Err(_) if is_gone => Ok(EndReason::Terminated),
                ended => Ok(ended?),
            }
        })
    })?;
    match ended {
        EndReason::SessionExpired => Err(expired(&ways_back.into_inner())),
        // What a terminal that has hung up does not take any more is no failure of its own.
        EndReason::Terminated if stdout_reader_is_gone() => Err(Failure::terminated()),
        ended => Ok(exit_status(ended)),
    }
}

fn reader_is_gone() -> Option<EndReason> {
    stdout_reader_is_gone().then_some(EndReason::ReaderGone)
}

/// A terminal goes away by hanging up, which asks the programs on it to end.
fn terminal_is_gone() -> Option<EndReason> {
    stdout_reader_is_gone().then_some(EndReason::Terminated)
}

/// What to do when every session is over.
fn expired(ways_back: &[String]) -> Failure {
    let failure = Failure::sign_in("the session is over, and no newer one is stored");
    match ways_back {
        [only] => failure.hint(only),
        _ => failure.hint("run `deepcall login --profile NAME` for each that was told as expired"),
    }
}

/// What is watched, in a few words.
fn title(sessions: &[SignedIn]) -> String {
    let server = sessions.first().map_or_else(String::new, |it| it.connection.server().to_string());
    match sessions {
        [only] => format!("{} at {server}", only.profile),
        many => format!("{} profiles at {server}", many.len()),
    }
}

fn configured_limits(parts: &Parts) -> Result<Vec<Limit>, Failure> {
    let limits = parts.config().chosen(&ALERT.key);
    limits
        .map(|(name, value)| {
            Limit::new(name, value)
                .map_err(|error| Failure::config(format!("config.toml, alert.{name}: {error}")))
        })
        .collect()
}

/// The sessions that can be followed; with several profiles, one that is not signed in is told and left out.
fn signed_in(fleet: crate::app::fleet::Fleet, console: &Console) -> Result<Vec<SignedIn>, Failure> {
    let mut sessions = vec![];
    let mut last = None;
    for member in fleet.members {
        match member.signed_in {
            Ok(session) => sessions.push(session),
            Err(failure) => {
                let failure = if fleet.is_many { failure.of_profile(&member.profile) } else { failure };
                if let Some(earlier) = last.replace(failure) {
                    console.error(&earlier.problem);
                }
            }
        }
    }
    match (sessions.is_empty(), last) {
        (true, Some(failure)) => Err(failure),
        (true, None) => Err(Failure::sign_in("nobody is signed in")),
        (false, last) => {
            if let Some(failure) = last {
                console.error(&failure.problem);
            }
            Ok(sessions)
        }
    }
}

/// Another session than the one in use, if somebody has signed in again.
fn renewed(session: &SignedIn, args: &WatchArgs, parts: &Parts, wire: &Wire) -> Option<SignedIn> {
    let in_variables = matches!(
        who::who(&args.profile, &args.fleet, &args.sandbox, parts.layers()).ok()?,
        who::Who::Variables { .. }
    );
    let asking = if in_variables {
        parts.asking(&args.profile, &args.fleet, &args.sandbox, &args.connection).ok()?
    } else {
        let profiles = parts.profiles_file().ok()?.read().ok()?;
        let stored = profiles.list().iter().find(|profile| profile.name.as_str() == session.profile)?;
        parts.asking_by_profiles(&[stored], false, "", &args.connection).ok()?
    };
    let Asking::Members { members, .. } = asking else { return None };
    let found = wire.fleet(members, false, 1).members.pop()?.signed_in.ok()?;
    let is_other = found.credentials.secret().expose() != session.credentials.secret().expose();
    is_other.then_some(found)
}

/// What can be neither rung nor shown here is told: the same line, or the same config file, also runs where nobody sits.
fn reactions(args: &WatchArgs, parts: &Parts, presentation: &Presentation, console: &Console) -> Reactions {
    let variables = parts.layers().variables;
    let text = |name: &str| variables.text(name).ok().flatten().map(str::to_owned);
    let has_desktop = has_desktop(|name| variables.has(name));
    let Terminals { stdout, stderr, .. } = parts.terminals();
    let has_terminal = stdout || stderr;
    if args.bell && !has_terminal {
        console.note("--bell rings nowhere: there is no terminal");
    }
    if args.notify && !has_terminal && !has_desktop {
        console.note("--notify shows nothing: there is neither a desktop nor a terminal");
    }
    let for_notice = Presentation { format: Format::Table, color: false, ..presentation.clone() };
    let hook = |command: &String| Hook {
        command: command.clone(),
        hidden_variables: who::CREDENTIAL_VARIABLES.to_vec(),
        zone: presentation.zone.clone(),
        mask: presentation.mask,
        redactor: parts.redactor().clone(),
    };
    let mut reactions = Reactions::none();
    reactions.on.clone_from(&args.on);
    reactions.bell = args.bell;
    if args.notify {
        let words = move |event: &Event| sentence::words(&event_view::sentence(event), &for_notice);
        let desktop: Option<Desktop> = if has_desktop { Some(show_on_desktop) } else { None };
        let terminal = TerminalNotice::of(text);
        reactions.notify = Some(Notifier::new(Box::new(words), parts.redactor().clone(), desktop, terminal));
    }
    reactions.exec = args.exec.as_ref().map(hook);
    if stderr {
        reactions.terminal = Box::new(console.bell());
    } else if stdout {
        reactions.terminal = Box::new(console.screen());
    }
    reactions
}

/// Why a signal ends the watch.
fn stopped() -> impl Future<Output = EndReason> {
    let (signal, hang_up) = (asking::stop_signal(), asking::hang_up());
    async {
        tokio::select! {
            () = hang_up => EndReason::Terminated,
            failure = signal => match failure.status {
                ExitStatus::Terminated => EndReason::Terminated,
                _ => EndReason::Interrupted,
            },
        }
    }
}
