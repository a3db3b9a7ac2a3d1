//! `doctor` has parts of its own: whatever is broken here must not keep it from looking at the rest.

use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::app::console::{Console, Side};
use crate::app::options::{FleetOptions, ProfileOptions};
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::config_text::TextFile;
use crate::app::settings::{Patience, who};
use crate::app::sign_in::{KEYRING_LIMIT, Member};
use crate::commands::config::values::check_all;
use crate::commands::doctor;
use crate::commands::doctor::network;
use crate::commands::doctor::network::Deadline;
use crate::commands::doctor::{DoctorArgs, Finding, local};
use crate::dispatch::asking;
use crate::dispatch::asking::Wire;
use crate::dispatch::parts::{Asking, Parts, read_profiles};
use crate::failure::{ExitStatus, Failure};
use crate::store::{Profiles, ServerUrl, StoreKind};

/// How long one question to a server may take.
const QUESTION_LIMIT: Duration = Duration::from_secs(10);

/// Looks at everything, and tells what it found.
///
/// # Errors
/// If the answer cannot be written. What does not work is an answer here, told by the exit code.
pub(crate) fn examine(args: &DoctorArgs, parts: &Parts, console: &Console) -> Result<ExitStatus, Failure> {
    let (parts, mistake) = match config(parts) {
        Ok(config) => (parts.with_config(config), None),
        Err(mistake) => (parts.clone(), Some(mistake)),
    };
    let renderer = parts.renderer(console, &args.output(), &doctor::DOCUMENT)?;
    console.set_talk(args.talk);
    let is_sandbox = args.sandbox.sandbox;
    let mut findings = vec![local::program()];
    findings.push(match parts.config_path() {
        Ok(path) => local::config(&path, mistake.as_ref()),
        Err(failure) => Finding::failed("config", &failure),
    });
    let read = read_profiles(&parts);
    findings.push(local::profiles(&read));
    let profiles = read.unwrap_or_default();
    findings.extend(stores(&parts, &profiles, is_sandbox));
    let looked = console.log(Side::Client, || {
        asking::run(None, async { Ok(servers_and_sessions(args, &parts, &profiles).await) })
    });
    findings.extend(looked?);
    let presentation = parts.presentation(&args.output())?;
    findings.push(local::terminal(
        parts.terminals(),
        presentation.width,
        presentation.color,
        parts.is_accessible(),
    ));
    console.answer(doctor::doctor(findings), &renderer)
}

/// The config file, if nothing in it is wrong.
fn config(parts: &Parts) -> Result<ConfigFile, Failure> {
    let path = parts.config_path()?;
    check_all(&TextFile::at(path.clone()).read()?, &path)?;
    path.parent().map_or_else(|| Ok(ConfigFile::default()), ConfigFile::read)
}

/// The stores that are in use, or that `login` would use.
fn stores(parts: &Parts, profiles: &Profiles, is_sandbox: bool) -> Vec<Finding> {
    if let Some(why) = local::without_store(parts.variables(), is_sandbox) {
        return vec![Finding::skipped("bus", &why), Finding::skipped("store", why)];
    }
    let next = match who::store_kind(None, profiles.default_profile(), parts.layers()) {
        Ok(kind) => kind.value,
        Err(failure) => return vec![Finding::failed("store", &failure)],
    };
    let is_used = |kind| next == kind || profiles.list().iter().any(|profile| profile.store == kind);
    let stores = match parts.stores(KEYRING_LIMIT) {
        Ok(stores) => stores,
        Err(failure) => return vec![Finding::failed("store", &failure)],
    };
    let mut findings = vec![];
    if is_used(StoreKind::Keyring) {
        findings.push(local::message_bus(parts.variables()));
    }
    let used = [StoreKind::Keyring, StoreKind::File].into_iter().filter(|kind| is_used(*kind));
    findings.extend(used.map(|kind| local::store(&*stores.of_kind(kind))));
    findings
}

async fn servers_and_sessions(args: &DoctorArgs, parts: &Parts, profiles: &Profiles) -> Vec<Finding> {
    let mut wire = match parts.wire(&args.connection()) {
        Ok(wire) => wire,
        Err(failure) => return vec![Finding::failed("server", &failure)],
    };
    let deadline = Deadline::after(wire.patience.timeout);
    wire.patience = Patience { timeout: Some(QUESTION_LIMIT), retries: Some(0) };
    let look = Look { wire: &wire, parts, deadline };
    let jobs = match parts.jobs(&FleetOptions::default()) {
        Ok(jobs) => jobs,
        Err(failure) => return vec![Finding::failed("session", &failure)],
    };
    let (asking, source) = match whom(args, parts, profiles) {
        Ok(found) => found,
        Err(failure) => {
            let mut findings = look.at_named_server(args).await;
            findings.push(Finding::failed("session", &failure));
            return findings;
        }
    };
    let (members, sandbox, _) = match crate::dispatch::members(asking, parts).await {
        Ok(opened) => opened,
        Err(failure) => return vec![Finding::failed("session", &failure)],
    };
    let mut findings = vec![];
    let mut reachable = vec![];
    let servers = servers(&members);
    let is_one_of_several = servers.len() > 1;
    let looks = servers
        .iter()
        .map(|(server, allow_http)| look.at_server(server, *allow_http, is_one_of_several, &source));
    let looked: Vec<_> = stream::iter(looks).buffered(usize::from(jobs)).collect().await;
    for ((server, _), (found, is_reached)) in servers.iter().zip(looked) {
        findings.extend(found);
        if is_reached {
            reachable.push(server);
        }
    }
    if findings.is_empty() {
        findings.extend(look.at_named_server(args).await);
    }
    let (asked, skipped): (Vec<Member>, Vec<Member>) = members.into_iter().partition(|member| {
        member.session.as_ref().map_or(true, |session| reachable.contains(&&session.server))
    });
    let fleet = wire.fleet(asked, true, jobs);
    match network::sessions(&fleet, deadline).await {
        Ok(found) => findings.extend(found),
        Err(failure) => findings.push(Finding::failed("session", &failure)),
    }
    let why = "its server was not reached";
    findings.extend(skipped.into_iter().map(|member| Finding::skipped("session", why).of(member.profile)));
    drop(sandbox);
    findings
}

/// The sessions to look at, and what names their servers: the sandbox's, the one in variables, or all that are stored.
fn whom(args: &DoctorArgs, parts: &Parts, profiles: &Profiles) -> Result<(Asking, String), Failure> {
    let (nobody, none) = (ProfileOptions::default(), FleetOptions::default());
    let connection = args.connection();
    let source = match who::who(&nobody, &none, &args.sandbox, parts.layers())? {
        who::Who::Stored(_) => {
            let all = who::Choice::All.pick(profiles.list(), |profile| profile.name.as_str(), None)?;
            return Ok((parts.asking_by_profiles(&all, true, "", &connection)?, "profiles.toml".to_owned()));
        }
        who::Who::Sandbox(_) => "--sandbox".to_owned(),
        who::Who::Variables { .. } => parts.server(&connection)?.source.to_string(),
    };
    Ok((parts.asking(&nobody, &none, &args.sandbox, &connection)?, source))
}

/// Each server once, with whether plain http is allowed there.
fn servers(members: &[Member]) -> Vec<(ServerUrl, bool)> {
    let mut servers: Vec<(ServerUrl, bool)> = vec![];
    for session in members.iter().filter_map(|member| member.session.as_ref().ok()) {
        if !servers.iter().any(|(known, _)| *known == session.server) {
            servers.push((session.server.clone(), session.allow_http));
        }
    }
    servers
}

/// How servers are looked at.
struct Look<'a> {
    wire: &'a Wire,
    parts: &'a Parts,
    deadline: Deadline,
}

impl Look<'_> {
    /// Where no session names a server, the one that `login` would ask.
    async fn at_named_server(&self, args: &DoctorArgs) -> Vec<Finding> {
        match self.parts.server(&args.connection()) {
            Ok(server) => self.at_server(&server.value, false, false, &server.source.to_string()).await.0,
            Err(failure) => vec![Finding::failed("address", &failure)],
        }
    }

    /// What is found of a server whose address comes from `source`, and whether it answers.
    async fn at_server(
        &self,
        server: &ServerUrl,
        allow_http: bool,
        is_one_of_several: bool,
        source: &str,
    ) -> (Vec<Finding>, bool) {
        let failed = |failure| (vec![Finding::failed("server", &failure).of(server.origin())], false);
        let connection = match self.wire.connect_to(server, allow_http) {
            Ok(connection) => connection,
            Err(failure) => return failed(failure),
        };
        let reached = match self.deadline.keep(connection.reach()).await {
            Ok(reached) => reached,
            Err(failure) => return failed(failure),
        };
        let now = self.parts.clock().now();
        let found = network::server(&connection, source, is_one_of_several, &reached, now);
        (found, reached.answer.is_ok())
    }
}
