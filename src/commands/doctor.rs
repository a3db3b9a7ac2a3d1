//! `deepcall doctor`: checks the setup, and shows how to fix what does not work. The output has no secrets and no phone
//! numbers, so that it can be pasted into a ticket.

mod finding;
mod local;
mod network;
mod recorded;
mod sessions;

use clap::Args;

use crate::app::App;
use crate::app::console::{Outcome, Side};
use crate::app::options::{FormatOptions, OutputOptions, OutputRules, SandboxOptions, VerbosityOptions};
use crate::app::settings::config_text::TextFile;
use crate::app::settings::table::{STORE, TIMEOUT};
use crate::app::settings::zones;
use crate::app::sign_in::{KEYRING_LIMIT, Stores};
use crate::app::signals;
use crate::app::signals::StopReason;
use crate::commands::config::values::check_all;
use crate::commands::doctor::finding::{Finding, Verdict};
use crate::commands::doctor::sessions::servers_and_sessions;
use crate::failure::{ExitStatus, Failure};
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown};
use crate::store::{Profiles, StoreKind};

/// Check the setup, and show how to fix what does not work
///
/// Prints a line for each check: files, message bus, secret store, journal, proxy, server, TLS, clock and each session.
/// It changes nothing, except that it creates a file, and removes it again, to test the folder for sessions in files. It
/// shows no secret and hides phone numbers, so the output can be pasted into a ticket.
///
/// The exit code is 0 if no check failed, the code that all failures share, or else 1. After --timeout the code is 124,
/// and the checks so far are shown. A request to a server may take ten seconds, a request to the keyring three. Servers
/// and sessions are checked in parallel.
#[derive(Args, Clone, Debug)]
pub(crate) struct DoctorArgs {
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    server: Option<String>,
    #[arg(long, value_name = "FILE", help_heading = "Connection")]
    cacert: Option<String>,
    #[arg(long, value_name = "DURATION", value_parser = TIMEOUT.checked(), help_heading = "Connection")]
    timeout: Option<String>,
    #[command(flatten)]
    sandbox: SandboxOptions,
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

/// A failed check does not prevent the others.
pub(crate) fn run(args: &DoctorArgs, app: &App) -> Result<ExitStatus, Failure> {
    let mistake = check_config(app).err();
    if mistake.is_some() {
        app.ignore_config_file();
    }
    let renderer = app.renderer(&args.output(), args.verbosity, &DOCUMENT)?;
    let folders = app.folders();
    let mut findings = vec![local::program()];
    findings.push(match &folders {
        Ok(folders) => local::config(&folders.config_file(), mistake.as_ref()),
        Err(failure) => Finding::failed("config", failure),
    });
    let profiles = folders.and_then(|folders| Ok(folders.profiles_file().read()?));
    findings.push(local::profiles(&profiles));
    let profiles = profiles.unwrap_or_default();
    findings.extend(stores(args, &profiles, app)?);
    findings.extend(recorded::journal(app, args.sandbox.sandbox));
    let examined = app.console.log(Side::Client, || {
        signals::on_one_thread(async {
            tokio::select! {
                biased;
                failure = stopped(app) => Err(failure),
                found = servers_and_sessions(&args.sandbox, &profiles, app) => Ok(found),
            }
        })
    });
    findings.extend(examined?);
    let presentation = renderer.presentation();
    findings.extend(zones::unknown_tz(&presentation.zone).map(|tz| local::zone(&tz)));
    let is_plain = app.variables.is_accessible();
    findings.push(local::terminal(app.terminals, presentation.width, presentation.color, is_plain));
    app.console.answer(doctor(findings), &renderer)
}

/// What ends the examination without its findings. `--timeout` does not: it ends what is under way.
async fn stopped(app: &App) -> Failure {
    match app.supervised.stopped().await {
        StopReason::TimedOut(_) => std::future::pending().await,
        reason => reason.into(),
    }
}

/// Checks every value of the config file, even those that this command does not use.
fn check_config(app: &App) -> Result<(), Failure> {
    let path = app.folders()?.config_file();
    check_all(&TextFile::at(path.clone()).read()?, &path)?;
    app.settings().map(drop)
}

/// Checks the stores that profiles use, and the one that `login` would use.
fn stores(args: &DoctorArgs, profiles: &Profiles, app: &App) -> Result<Vec<Finding>, Failure> {
    if let Some(why) = local::without_store(&app.variables, args.sandbox.sandbox) {
        return Ok(vec![Finding::skipped("bus", &why), Finding::skipped("store", why)]);
    }
    let next = match app.settings()?.of(profiles.default_profile()).get(&STORE) {
        Ok(kind) => kind.value,
        Err(failure) => return Ok(vec![Finding::failed("store", &failure)]),
    };
    let folders = match app.folders() {
        Ok(folders) => folders,
        Err(failure) => return Ok(vec![Finding::failed("store", &failure)]),
    };
    let stores = Stores::new(&folders, KEYRING_LIMIT);
    let is_used = |kind| next == kind || profiles.list().iter().any(|profile| profile.store == kind);
    let is_all_in_files = local::is_all_in_files(profiles);
    let mut findings = vec![];
    if is_all_in_files {
        findings.extend(local::without_keyring());
    } else if is_used(StoreKind::Keyring) {
        let bus = local::message_bus(&app.variables);
        let has_bus = !matches!(bus.verdict, Verdict::Fail(_));
        findings.push(bus);
        findings.push(if has_bus {
            local::store(&*stores.of_kind(StoreKind::Keyring))
        } else {
            local::keyring_without_bus()
        });
    }
    if is_used(StoreKind::File) {
        let files = local::store(&*stores.of_kind(StoreKind::File));
        findings.push(local::with_rights(files, &folders.sessions()));
    }
    Ok(findings)
}

impl DoctorArgs {
    /// Phone numbers are always hidden.
    fn output(&self) -> OutputOptions {
        let rules = OutputRules { always_masked: true, ..OutputRules::default() };
        OutputOptions { format: self.format.clone(), rules, ..OutputOptions::default() }
    }
}

/// The document of `deepcall doctor`.
pub(crate) static DOCUMENT: Document = Document {
    name: "doctor",
    rows_key: "checks",
    head: &[],
    fields: &[
        Field::new("check", "CHECK", Meaning::Name, Shown::Always(1), "what was checked"),
        Field::new("verdict", "VERDICT", Meaning::Verdict, Shown::Always(2), "ok, warn, fail or skipped"),
        Field::new(
            "subject",
            "OF",
            Meaning::Name,
            Shown::WhenPresent(4),
            "the server or profile, if there are several",
        ),
        Field::new("detail", "DETAIL", Meaning::Prose, Shown::Always(3), "the result of the check"),
        Field::new("advice", "ADVICE", Meaning::Text, Shown::OnRequest, "what to do about it"),
    ],
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

fn doctor(findings: Vec<Finding>) -> Outcome {
    let failed = findings.iter().filter_map(|finding| match finding.verdict {
        Verdict::Fail(status) => Some(status),
        _ => None,
    });
    let was_cut_short = failed.clone().any(|status| status == ExitStatus::TimedOut);
    let status = if was_cut_short { ExitStatus::TimedOut } else { ExitStatus::of_many(failed) };
    let advice = findings.iter().flat_map(|finding| {
        let subject = finding.subject.as_ref().map_or_else(String::new, |subject| format!(" of {subject}"));
        finding.advice.iter().map(move |advice| format!("{}{subject}: {advice}", finding.check))
    });
    let notes = advice.collect();
    let rows = findings.into_iter().map(row).collect();
    Outcome { report: Report { notes, ..Report::new(&DOCUMENT, rows) }, status }
}

fn row(finding: Finding) -> Row {
    let advice = (!finding.advice.is_empty()).then(|| finding.advice.join("; "));
    Row::new(DOCUMENT.fields)
        .with("check", finding.check)
        .with("verdict", finding.verdict.word())
        .with("subject", finding.subject)
        .with("detail", finding.detail)
        .with("advice", advice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::EXIT_STATUSES;

    fn status(findings: &[Finding]) -> u8 {
        doctor(findings.to_vec()).status.code()
    }

    #[test]
    fn the_exit_code_is_that_of_the_failures_alone() {
        let fine = Finding::ok("config", "");
        let doubtful = Finding::warn("clock", "", "");
        let signed_out = Finding::failed("session", &Failure::sign_in("x"));
        let locked = Finding::failed("store", &Failure::failed("store", "x"));
        assert_eq!(status(&[fine.clone(), doubtful, Finding::skipped("tls", "")]), 0);
        assert_eq!(status(&[fine.clone(), signed_out.clone(), signed_out.clone()]), 4);
        assert_eq!(status(&[fine, signed_out.clone(), locked.clone()]), 1);
        let cut_short = Finding::failed("server", &Failure::timed_out(std::time::Duration::from_secs(1)));
        assert_eq!(status(&[signed_out, cut_short, locked]), 124);
    }

    #[test]
    fn advice_names_its_check_and_subject() {
        let failure = Failure::sign_in("not signed in").hint("run `deepcall login`");
        let notes = doctor(vec![Finding::failed("session", &failure).of("asha")]).report.notes;
        assert_eq!(notes, ["session of asha: run `deepcall login`"]);
    }

    #[test]
    fn no_failure_is_without_advice() {
        for (status, ..) in EXIT_STATUSES {
            let failure = Failure { status, ..Failure::failed("x", "x") };
            assert_eq!(doctor(vec![Finding::failed("x", &failure)]).report.notes.len(), 1, "{status:?}");
        }
    }
}
