//! `deepcall watch`: follows tags, breaks and wrap-ups until stopped, on a live board on a terminal, or with one line per
//! event. It never sends a ping.

pub(crate) mod args;
pub(crate) mod follow;
pub(crate) mod quiet;
mod reactions;
pub(crate) mod sessions;

use std::cell::RefCell;
use std::io::Write;
use std::time::Duration;

use crate::app::App;
use crate::app::console::Side;
use crate::app::select::Selection;
use crate::app::settings::choice::session_source;
use crate::app::settings::table::TIMEOUT;
use crate::app::signals;
use crate::app::signals::stdout_reader_is_gone;
use crate::client::SignedIn;
use crate::client::error::{ApiError, ErrorKind};
use crate::commands::watch::follow::{JournalWish, follow, stopped, watch_journal};
use crate::commands::watch::reactions::reactions;
use crate::commands::watch::sessions::expired;
use crate::failure::{ExitStatus, Failure};
use crate::floor::condition::Until;
use crate::floor::event::EndReason;
use crate::output::event_view::STREAM;
use crate::output::presentation::{Format, Presentation, TimeStyle};
use crate::output::text::times;
use crate::watch::run::{Surroundings, Watch, exit_status};
use crate::watch::sinks::Sinks;
use crate::watch::sinks::board::{BoardOptions, Keyboard, RunningBoard};
use crate::watch::sinks::lines::Lines;

pub(crate) use args::WatchArgs;

pub(crate) fn run(args: &WatchArgs, app: &App) -> Result<ExitStatus, Failure> {
    let settings = app.settings()?;
    let wants_lines = args.wants_lines(settings)?;
    let renderer = app.renderer(&args.output_options(wants_lines), args.verbosity, &STREAM)?;
    let presentation = renderer.presentation();
    let plan = args.plan(settings, &presentation.zone, app.clock.now())?;
    args.check_options(settings, &plan)?;
    // A limit for every command does not end a watch.
    app.supervised.begin_timeout(settings.get(&TIMEOUT)?.if_typed().flatten());
    let reactions = reactions(args, presentation, app)?;
    let selection = Selection { fleet: &args.fleet(settings), sandbox: &args.query.sandbox };
    let is_board = presentation.format == Format::Table && !wants_lines && has_screen(app);
    let notes = HeldNotes::default();
    let max_stale = plan.max_stale;
    let source = session_source(selection.fleet, selection.sandbox, settings)?;
    let day = is_board.then(|| settings.day_rules(plan.limits.clone())).transpose()?;
    let has_stdout = !app.terminals.stdout_is_closed;
    let wish =
        args.supervision.wish("watch", &args.query.sandbox, &source, has_stdout, &presentation.zone)?;
    let wish = JournalWish { day: day.as_ref(), ..wish };

    let awaited = args.until.as_ref().and_then(Until::profile);
    let check = |followed: &[&str]| args.check_profiles(followed);
    let watching = follow(app, selection, awaited, check, async |sources, sessions| {
        let stop = stopped(app);
        let title = title(&sessions.signed_in);
        let recording = watch_journal(wish, &plan, &sessions, app)?;
        let mut lines = Lines::new(app.console.stdout(), presentation.clone());
        let mut sinks = Sinks::new(if is_board { vec![] } else { vec![&mut lines] });
        sinks.reactions = reactions;
        let around = Surroundings {
            clock: app.clock.clone(),
            reader_is_gone: if is_board { terminal_is_gone } else { reader_is_gone },
            random: crate::client::connection::random,
            note: &|text| if is_board { notes.hold(text) } else { app.console.note(text) },
        };
        let ended = if is_board {
            let Presentation { zone, color, mask, time, .. } = presentation.clone();
            let time = time.unwrap_or(TimeStyle::Both);
            let options = BoardOptions { zone, color, mask, time, only: plan.scope, title };
            let keyboard = Keyboard::open(signals::may_be_stopped()).map_err(|error| unreadable(&error))?;
            let views = sinks.view.subscribe();
            let limits = plan.limits.clone();
            let mut board = RunningBoard::start(options, limits, app.console.screen(), views, keyboard)?;
            let mut keyboard_failure = None;
            let stop = async {
                tokio::select! {
                    reason = stop => reason,
                    ended = board.ended() => match ended {
                        // A board fails because its terminal is gone, or with an error of its own.
                        Ok(reason) => reason.or_else(terminal_is_gone).unwrap_or(EndReason::Failed),
                        Err(error) => {
                            keyboard_failure = Some(unreadable(&error));
                            EndReason::Failed
                        }
                    },
                }
            };
            let ended = Watch::with_journal(sources, plan, around, sinks, recording).run(stop).await?;
            let ended = leave(board, ended, app).await?;
            keyboard_failure.map_or(Ok(ended), Err)?
        } else {
            Watch::with_journal(sources, plan, around, sinks, recording).run(stop).await?
        };
        Ok(ended)
    });
    let ended = app.console.log(Side::Client, || signals::on_one_thread(watching));
    notes.release(|note| app.console.note(note));
    match ended? {
        (EndReason::SessionExpired, hints) => Err(expired(&hints)),
        // Lines have an event for it.
        (EndReason::Unreachable, _) if is_board => Err(silent(max_stale)),
        // A write to a terminal that has hung up is no failure of its own.
        (EndReason::Terminated, _) if stdout_reader_is_gone() => Err(Failure::terminated()),
        (ended, _) => Ok(exit_status(ended)),
    }
}

/// Whether a board can be shown and a person can use it.
fn has_screen(app: &App) -> bool {
    let is_dumb = app.variables.text("TERM").ok().flatten().is_none_or(|term| term == "dumb");
    app.terminals.stdin && app.terminals.stdout && !is_dumb && !app.variables.is_accessible()
}

/// Notes from while a board has the terminal, which they would damage: they are written after it.
#[derive(Default)]
struct HeldNotes(RefCell<Vec<String>>);

impl HeldNotes {
    /// The newest are held: a command that fails may do so all day.
    const MOST: usize = 20;

    fn hold(&self, note: &str) {
        let mut notes = self.0.borrow_mut();
        notes.retain(|held| held != note);
        notes.push(note.to_owned());
        let too_many = notes.len().saturating_sub(Self::MOST);
        notes.drain(..too_many);
    }

    fn release(&self, write: impl FnMut(&String)) {
        self.0.take().iter().for_each(write);
    }
}

fn unreadable(error: &std::io::Error) -> Failure {
    Failure::failed("prompt", "cannot read the keyboard").caused_by(error)
}

/// Leaves the board; its last frame stays on the terminal.
async fn leave(board: RunningBoard, ended: EndReason, app: &App) -> Result<EndReason, Failure> {
    let (last_frame, shown) = board.finish().await;
    let is_gone = stdout_reader_is_gone();
    if !is_gone {
        // Flushed at once, or the notes, which come after the board, would be above it and out of sight.
        let mut stdout = app.console.stdout();
        stdout.write_all(last_frame.as_bytes())?;
        stdout.flush()?;
    }
    match (ended, shown) {
        // The failed frame was the first sign that the terminal has hung up.
        (EndReason::Failed, Err(_)) if is_gone => Ok(EndReason::Terminated),
        (EndReason::Failed, Err(error)) => Err(error.into()),
        (ended, _) => Ok(ended),
    }
}

/// The title of the board and of the wall.
pub(crate) fn title(sessions: &[SignedIn]) -> String {
    let server = sessions.first().map_or_else(String::new, |it| it.connection.server().to_string());
    match sessions {
        [only] => format!("{} at {server}", only.profile),
        many => format!("{} profiles at {server}", many.len()),
    }
}

/// Why a watch ended that wrote no event about it.
pub(crate) fn silent(max_stale: Option<Duration>) -> Failure {
    let seconds = max_stale.map_or(0, |most| i64::try_from(most.as_secs()).unwrap_or(i64::MAX));
    let message =
        format!("the watch ended: no answer for {}, the limit of --max-stale", times::length(seconds));
    ApiError::new(ErrorKind::Timeout, message).into()
}

fn reader_is_gone() -> Option<EndReason> {
    stdout_reader_is_gone().then_some(EndReason::ReaderGone)
}

/// A terminal that hangs up terminates the programs on it.
fn terminal_is_gone() -> Option<EndReason> {
    stdout_reader_is_gone().then_some(EndReason::Terminated)
}
