//! What `watch` and `record` have in common: they sign in, and follow sessions that may be renewed or removed meanwhile.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::journal::simulated::Simulated;
use crate::app::journal::{JournalUse, RecordingScope, key, note_set_aside, note_trouble};
use crate::app::options::FloorOptions;
use crate::app::select::{SelectedProfiles, Selection};
use crate::app::settings::table::{REF, SERVER_TIMEZONE};
use crate::app::signals::StopReason;
use crate::client::{Requests, SignedIn};
use crate::commands::shared::coverage::{CoverageOfAll, THE_HOUR_ALONE};
use crate::commands::shared::window::Window;
use crate::commands::watch::sessions::{StoredProfiles, renewed, signed_in};
use crate::failure::Failure;
use crate::floor::event::{EndReason, FollowedPart};
use crate::floor::pause::OwnClocks;
use crate::floor::shift::DayRules;
use crate::floor::timeline::Coverage;
use crate::journal::{AgentKey, Journal};
use crate::watch::recorder::run_journal::{Followed, JournalSource, RunJournal};
use crate::watch::run::Plan;
use crate::watch::run::journal::{RecordingChoices, WatchJournal};
use crate::watch::source::LiveServer;

/// The limit of one poll; the next poll is the retry (`reliability.md` §2).
const POLL_LIMIT: Duration = Duration::from_secs(15);

/// Signs in, and hands on whom to follow. `check` gets the names of the profiles before any of them is reported to have no
/// session. Also returns how to sign in again.
///
/// # Errors
/// If nobody can be followed, or as `watch` fails.
pub(crate) async fn follow<T>(
    app: &App,
    selection: Selection<'_>,
    awaited: Option<&str>,
    check: impl FnOnce(&[&str]) -> Result<(), Failure>,
    watch: impl AsyncFnOnce(Vec<LiveServer<'_>>, Sessions) -> Result<T, Failure>,
) -> Result<(T, Vec<String>), Failure> {
    let settings = app.settings()?;
    let (reference, server_zone) = (settings.get(&REF)?.value, settings.get(&SERVER_TIMEZONE)?.value);
    let selected = SelectedProfiles::by_options(app, selection)?;
    let is_renewable = matches!(selected, SelectedProfiles::Sessions { .. });
    let mut connector = Connector::new(settings, &app.clock)?;
    (connector.timeout, connector.retries) = (Some(POLL_LIMIT), Some(0));
    let requests = Arc::clone(&connector.requests);
    // The sandbox lives as long as the watch.
    let (_sandbox, fleet) = selected.sign_in(app, &connector).await?;
    let followed: Vec<&str> = fleet.agents.iter().map(|agent| agent.profile.as_str()).collect();
    check(&followed)?;
    let hints: Vec<_> = fleet.agents.iter().filter_map(|agent| agent.sign_in_hint.clone()).collect();
    let named =
        fleet.agents.iter().filter_map(|agent| Some((agent.profile.clone(), agent.id_at_login.clone()?)));
    let ids_at_login = named.collect();
    let sessions = signed_in(fleet, awaited, app)?;
    let renew = |session: &SignedIn| {
        if is_renewable { renewed(session, selection, &connector, app) } else { None }
    };
    let stored = StoredProfiles::of(selection, app)?;
    let is_logged_out = |profile: &str| stored.as_ref().is_some_and(|stored| !stored.holds(profile));
    let logins = || stored.as_ref().and_then(StoredProfiles::stamp);
    let live = |session: &SignedIn| LiveServer {
        session: session.clone(),
        reference: reference.clone(),
        server_zone: server_zone.clone(),
        renew: &renew,
        logins: &logins,
        is_logged_out: &is_logged_out,
    };
    let sources = sessions.iter().map(live).collect();
    Ok((watch(sources, Sessions { signed_in: sessions, ids_at_login, requests }).await?, hints))
}

/// The sessions that are followed.
pub(crate) struct Sessions {
    pub(crate) signed_in: Vec<SignedIn>,
    /// What is sent on their connections, and on those of newer ones.
    pub(crate) requests: Arc<Requests>,
    /// By profile, where the server has named the agent.
    pub(crate) ids_at_login: HashMap<String, String>,
}

/// How a run uses the journal.
#[derive(Clone, Copy)]
pub(crate) struct JournalWish<'a> {
    /// As `journal status` shows it.
    pub(crate) command: &'static str,
    /// Whether the command line wants it.
    pub(crate) is_wanted: bool,
    /// The floor of the sandbox whose sessions these are.
    pub(crate) sandbox: Option<&'a FloorOptions>,
    /// Whether the session is the one in variables.
    pub(crate) is_in_variables: bool,
    /// Whether stdout gets the events.
    pub(crate) has_stdout: bool,
    /// Whether agents are polled whom somebody else polls as well.
    pub(crate) polls_always: bool,
    /// By what breaks of today are counted, for a board or a wall.
    pub(crate) day: Option<&'a DayRules>,
    /// In which notes show times.
    pub(crate) zone: &'a TimeZone,
}

/// The journal of a watch; `None` where there is none and none is wanted, and where it can never be used: that is noted, and
/// the watch goes without. One that cannot be opened for a while is recorded into as soon as it can be.
///
/// # Errors
/// If a setting is wrong (exit code 2), or a wanted journal cannot be used (1).
pub(crate) fn watch_journal(
    wish: JournalWish<'_>,
    plan: &Plan,
    sessions: &Sessions,
    app: &App,
) -> Result<Option<WatchJournal>, Failure> {
    let JournalWish { command, is_wanted, sandbox, is_in_variables, has_stdout, polls_always, day, zone } =
        wish;
    let followed = sessions.signed_in.iter().map(|session| Followed {
        profile: session.profile.clone(),
        id_at_login: sessions.ids_at_login.get(&session.profile).cloned(),
    });
    let followed: Vec<Followed> = followed.collect();
    let sessions = sessions.signed_in.clone();
    let keys = move |journal: &Journal| -> Vec<AgentKey> {
        sessions.iter().map(|session| key(journal, session, is_in_variables)).collect()
    };
    let (source, whom, limits) = match sandbox {
        Some(floor) => {
            let began = day.map(|rules| rules.window(app.clock.now()).from);
            let Some(since) = plan.backfill_from.into_iter().chain(began).min() else { return Ok(None) };
            let whole = Simulated::of(app, floor, since)?;
            // What else a server would still show is news to a board, as of any server.
            let simulated = if plan.backfill_from.is_some() { whole } else { whole.of_breaks() };
            let journal = simulated.empty()?;
            let names = followed.iter().map(|followed| followed.profile.as_str());
            simulated.record(&journal, &keys(&journal).into_iter().zip(names).collect::<Vec<_>>())?;
            (JournalSource::Memory(Some(Box::new(journal))), RecordingScope::Known, None)
        }
        None => match JournalUse::of(app, is_wanted)? {
            Some(how) if how.recording != RecordingScope::Nobody => {
                (JournalSource::File(how.path, how.settings), how.recording, Some(how.limits))
            }
            _ => return Ok(without_journal(has_stdout, plan, app)),
        },
    };
    let (everybody, count) = (whom == RecordingScope::All, followed.len());
    let mut run_journal =
        RunJournal::new(source, command, followed, Box::new(keys), app.clock.clone(), limits);
    if day.is_some() {
        run_journal = run_journal.for_display();
    }
    let clocks = OwnClocks::after_past(app.clock.now());
    let since = plan.backfill_from.filter(|_| has_stdout);
    let choices = RecordingChoices { has_stdout, polls_always, is_kept: sandbox.is_none() };
    let counting = |recording: WatchJournal| match day {
        Some(rules) => recording.counting(rules.clone()),
        None => recording,
    };
    let begun = run_journal.begin(everybody, since, has_stdout, &clocks);
    match begun {
        Ok(Some(begun)) => {
            note_set_aside(&app.console, begun.set_aside.as_ref());
            if let Some(since) = plan.backfill_from.filter(|_| has_stdout) {
                note_coverage(&run_journal, since, zone, app)?;
            }
            Ok(Some(counting(WatchJournal::start(Box::new(run_journal), begun, plan.interval, choices)?)))
        }
        Ok(None) => Ok(without_journal(has_stdout, plan, app)),
        // It is opened as soon as it can be.
        Err(error) if error.ends_by_itself() => {
            let run_journal = Box::new(run_journal);
            let later =
                WatchJournal::start_without(run_journal, error, count, &clocks, plan.interval, choices)?;
            Ok(Some(counting(later)))
        }
        Err(error) if is_wanted => Err(error.into()),
        Err(error) => {
            note_trouble(&app.console, &error);
            Ok(None)
        }
    }
}

/// The past that the watch begins with is what the server shows: as `tags --since`, it reports that this may be less.
fn without_journal(has_stdout: bool, plan: &Plan, app: &App) -> Option<WatchJournal> {
    let now = app.clock.now();
    let is_long = |since| Window::since(since, now).outreaches_the_server(now);
    if has_stdout && plan.backfill_from.is_some_and(is_long) {
        app.console.note(THE_HOUR_ALONE);
    }
    None
}

/// Reports what of the past that the watch begins with was recorded, as `tags --since` does: with the answer that is to come,
/// which covers the hour before it where the server repeats.
fn note_coverage(
    run_journal: &RunJournal,
    since: Timestamp,
    zone: &TimeZone,
    app: &App,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let window = Window::since(since, now);
    if !window.outreaches_the_server(now) {
        return Ok(());
    }
    let mut all = CoverageOfAll::default();
    for (profile, mut rows) in run_journal.coverage(since)? {
        let of_tags = rows.iter().filter(|row| row.part == FollowedPart::Tags);
        let repeats = of_tags.max_by_key(|row| row.to).and_then(|row| row.repeats);
        rows.push(Coverage {
            part: FollowedPart::Tags,
            from: now,
            to: now,
            server_time: None,
            cadence: Duration::ZERO,
            ended: None,
            repeats,
        });
        all.add(profile, &rows, FollowedPart::Tags, window.until_answer(now));
    }
    app.console.note(&all.sentence(now, zone).unwrap_or_else(|| THE_HOUR_ALONE.to_owned()));
    Ok(())
}

/// Why the watch is ended from outside.
pub(crate) async fn stopped(app: &App) -> EndReason {
    match app.supervised.stopped().await {
        StopReason::Interrupted => EndReason::Interrupted,
        StopReason::Terminated => EndReason::Terminated,
        StopReason::TimedOut(_) => EndReason::Timeout,
        StopReason::ReaderGone => EndReason::ReaderGone,
    }
}
