//! From the command line to the exit code: one `match` that hands each command exactly the parts
//! its signature names, renders what it returns, and tells what failed.

mod asking;
mod parts;
mod telling;
mod watching;
mod welcome;

use std::ffi::OsString;
use std::io::Read;
use std::time::Duration;

use crate::api::SignedIn;
use crate::cli::options::{
    ConnectionOptions, FleetOptions, OutputOptions, ProfileOptions, SandboxOptions, TalkOptions,
};
use crate::cli::{self, Command};
use crate::commands::api::ApiArgs;
use crate::commands::login::LoginArgs;
use crate::commands::logout::LogoutArgs;
use crate::commands::ping::PingArgs;
use crate::commands::profiles::ProfilesArgs;
use crate::commands::sandbox::SandboxArgs;
use crate::commands::{
    Outcome, api, break_status, completions, explain, login, logout, ping, profiles, sandbox, schema, tags,
    wrapup,
};
use crate::environment::Environment;
use crate::failure::{ExitStatus, Failure};
use crate::fleet::Fleet;
use crate::output::jq::Filter;
use crate::output::redact::Redactor;
use crate::output::streams::Streams;
use crate::sandbox::{Sandbox, SandboxOptions as Simulation};
use crate::session::{Profile, Session};
use crate::settings::{look, who};
use asking::Wire;
use parts::{Asking, Parts, read_profiles, sandbox_members};
use telling::Teller;

/// How long a person may take to unlock the keyring during `login` (`reliability.md` §2).
const UNLOCKING_LIMIT: Duration = Duration::from_secs(60);

/// Runs one command line to its end.
#[must_use]
pub fn dispatch(arguments: Vec<OsString>, environment: Environment) -> ExitStatus {
    let Environment { variables, stdin, stdout, stderr, terminals, clock } = environment;
    let redactor = Redactor::default();
    let named = variables.text("DEEPCALL_OUTPUT").ok().flatten();
    let errors_as_json = cli::wants_json(&arguments) || matches!(named, Some("json" | "ndjson"));
    let colors = terminals.stderr && !variables.has("NO_COLOR");
    let teller =
        Teller::new(Streams::new(stdout, stderr, redactor.clone()), terminals, colors, errors_as_json);
    if arguments.len() < 2 {
        teller.greet(&welcome::way_in(&variables));
        return ExitStatus::Usage;
    }
    let command = match cli::parse(arguments) {
        Ok(command) => command,
        Err(error) => return teller.show(&error),
    };
    let done = Parts::new(variables, terminals, clock, redactor)
        .and_then(|parts| execute(command, &parts, stdin, &teller));
    teller.end(done)
}

fn execute(
    command: Command,
    parts: &Parts,
    stdin: Box<dyn Read + Send>,
    teller: &Teller,
) -> Result<ExitStatus, Failure> {
    match command {
        Command::Login(args) => {
            let rendering = parts.rendering(&args.output, &profiles::DOCUMENT)?;
            teller.mask_like(&rendering);
            teller.listen(args.talk);
            let outcome = sign_in(&args, parts, stdin, teller)?;
            teller.answer(outcome, &rendering)
        }
        Command::Logout(args) => {
            let rendering = parts.rendering(&args.output, &profiles::DOCUMENT)?;
            teller.mask_like(&rendering);
            teller.listen(args.talk);
            let outcome = sign_out(&args, parts)?;
            teller.answer(outcome, &rendering)
        }
        Command::Profiles(args) => {
            let rendering = parts.rendering(&args.output, &profiles::DOCUMENT)?;
            teller.mask_like(&rendering);
            teller.listen(args.talk);
            let outcome = list_profiles(&args, parts, teller)?;
            teller.answer(outcome, &rendering)
        }
        Command::Tags(args) => {
            let rendering = parts.rendering(&args.output, &tags::DOCUMENT)?;
            teller.mask_like(&rendering);
            let question =
                Question::new(&args.profile, &args.fleet, &args.connection, &args.sandbox, &args.talk);
            let server_zone = look::server_zone(&args.connection, parts.layers())?;
            let zone = look::zone(&args.output, parts.layers())?;
            let outcome = question.ask(parts, teller, async |fleet| {
                tags::tags(&args, &fleet, &server_zone, parts.clock().now(), &zone).await
            })?;
            teller.answer(outcome, &rendering)
        }
        Command::BreakStatus(args) => {
            let rendering = parts.rendering(&args.output, &break_status::DOCUMENT)?;
            teller.mask_like(&rendering);
            let question =
                Question::new(&args.profile, &args.fleet, &args.connection, &args.sandbox, &args.talk);
            let server_zone = look::server_zone(&args.connection, parts.layers())?;
            let outcome = question.ask(parts, teller, async |fleet| {
                break_status::break_status(&args, &fleet, &server_zone).await
            })?;
            teller.answer(outcome, &rendering)
        }
        Command::Wrapup(args) => {
            let rendering = parts.rendering(&args.output, &wrapup::DOCUMENT)?;
            teller.mask_like(&rendering);
            let question =
                Question::new(&args.profile, &args.fleet, &args.connection, &args.sandbox, &args.talk);
            let server_zone = look::server_zone(&args.connection, parts.layers())?;
            let outcome = question
                .ask(parts, teller, async |fleet| wrapup::wrapup(&args, &fleet, &server_zone).await)?;
            teller.answer(outcome, &rendering)
        }
        Command::Watch(args) => watching::watch(&args, parts, teller),
        Command::Ping(args) => {
            let rendering = parts.rendering(&args.output, &ping::DOCUMENT)?;
            teller.mask_like(&rendering);
            let outcome = send_ping(&args, parts, teller)?;
            teller.answer(outcome, &rendering)
        }
        Command::Sandbox(args) => serve_sandbox(&args, parts, teller),
        Command::Api(args) => call_api(&args, parts, stdin, teller),
        Command::Schema(args) => {
            let schema = schema::schema(&args.name).unwrap_or_default();
            teller.print(format!("{schema:#}\n").as_bytes())?;
            Ok(ExitStatus::Done)
        }
        Command::Explain(args) => {
            teller.listen(args.talk);
            let topic = args.topic()?;
            let rendering = parts.rendering(&args.output, topic.document())?;
            teller.answer(explain::explain(topic)?, &rendering)
        }
        Command::Completions(args) => {
            teller.print(&completions::completions(args.shell))?;
            Ok(ExitStatus::Done)
        }
    }
}

/// Whom a command asks, and how.
struct Question<'a> {
    profile: &'a ProfileOptions,
    fleet: &'a FleetOptions,
    connection: &'a ConnectionOptions,
    sandbox: &'a SandboxOptions,
    talk: &'a TalkOptions,
}

impl<'a> Question<'a> {
    fn new(
        profile: &'a ProfileOptions,
        fleet: &'a FleetOptions,
        connection: &'a ConnectionOptions,
        sandbox: &'a SandboxOptions,
        talk: &'a TalkOptions,
    ) -> Self {
        Self { profile, fleet, connection, sandbox, talk }
    }

    /// Opens the sessions, the connections and, if asked for, the sandbox; then runs the command.
    fn ask<T>(
        &self,
        parts: &Parts,
        teller: &Teller,
        command: impl AsyncFnOnce(Fleet) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        teller.listen(*self.talk);
        let asking = parts.asking(self.profile, self.fleet, self.sandbox, self.connection)?;
        let wire = parts.wire(self.connection)?;
        let jobs = parts.jobs(self.fleet);
        teller.log_requests(|| {
            asking::run(wire.patience.timeout, async {
                // The sandbox lives as long as the command that asks it.
                let (_sandbox, fleet) = open(asking, &wire, parts, jobs, teller).await?;
                command(parts.progress(fleet, self.talk.quiet)).await
            })
        })
    }
}

/// The fleet that is asked, and the sandbox that serves it, if it is simulated.
async fn open(
    asking: Asking,
    wire: &Wire,
    parts: &Parts,
    jobs: u16,
    teller: &Teller,
) -> Result<(Option<Sandbox>, Fleet), Failure> {
    match asking {
        Asking::Members { members, is_many, source } => {
            teller.detail(&source);
            Ok((None, wire.fleet(members, is_many, jobs)))
        }
        Asking::Sandbox { choice, seed, agents } => {
            let simulation = Simulation { seed, agents, ..Simulation::new(parts.clock().clone()) };
            let sandbox = start_sandbox(simulation).await?;
            teller.detail(&format!("sandbox at {}, seed {seed}", sandbox.origin()));
            let members = sandbox_members(&sandbox, &choice)?;
            let fleet = wire.fleet(members, choice.is_many(), jobs);
            Ok((Some(sandbox), fleet))
        }
    }
}

async fn start_sandbox(simulation: Simulation) -> Result<Sandbox, Failure> {
    let port = simulation.port;
    Sandbox::start(simulation).await.map_err(|error| {
        Failure::failed("sandbox", format!("cannot listen on 127.0.0.1 port {port}")).caused_by(&error)
    })
}

fn send_ping(args: &PingArgs, parts: &Parts, teller: &Teller) -> Result<Outcome, Failure> {
    let nobody_else = FleetOptions::default();
    let question = Question::new(&args.profile, &nobody_else, &args.connection, &args.sandbox, &args.talk);
    question.ask(parts, teller, async |fleet| {
        let asked = fleet.ask(|signed_in| ping::ping(args, &parts.config().ping, signed_in)).await?;
        only(asked.given)
    })
}

fn sign_in(
    args: &LoginArgs,
    parts: &Parts,
    stdin: Box<dyn Read + Send>,
    teller: &Teller,
) -> Result<Outcome, Failure> {
    let layers = parts.layers();
    let profiles = read_profiles(parts)?;
    let name = who::profile_name(&args.profile, &profiles, layers)?;
    let known = profiles.find(&name);
    let named = who::named_server(&args.connection, layers)?;
    let server = match (named, known) {
        (Some(named), _) => named.value,
        (None, Some(profile)) => profile.server.clone(),
        (None, None) => parts.server(&args.connection)?.value,
    };
    let allow_http =
        args.allow_http || known.is_some_and(|profile| profile.allow_http && profile.server == server);
    who::refuse_plain_http(&server, allow_http)?;
    let stores = parts.stores(UNLOCKING_LIMIT)?;
    let store = who::store_kind(args.store, known, layers)?;
    login::probe(&*stores.of_kind(store))?;
    if let Some(variable) = who::CREDENTIAL_VARIABLES.into_iter().find(|name| layers.variables.has(name)) {
        teller.note(&format!("{variable} is set and wins over stored sessions, unless --profile names one; unset it to use this one"));
    }
    let credentials = login::credentials(args, stdin)?;
    parts.hide(&credentials);
    let mut notes = vec![];
    if !args.no_verify {
        let wire = parts.wire(&args.connection)?;
        let session = Session {
            profile: name.to_string(),
            server: server.clone(),
            allow_http,
            credentials: credentials.clone(),
        };
        let connection = wire.connect(&session)?;
        let signed_in = SignedIn { profile: session.profile, connection, credentials: session.credentials };
        notes = teller.log_requests(|| asking::run(wire.patience.timeout, login::verify(&signed_in)))?;
    }
    let profile = Profile {
        name,
        server,
        kind: credentials.kind(),
        user_id: credentials.user_id().map(str::to_owned),
        store,
        saved_at: parts.clock().now(),
        allow_http,
    };
    login::store(&profile, &credentials, args.default, notes, &parts.profiles_file()?, &stores)
}

fn sign_out(args: &LogoutArgs, parts: &Parts) -> Result<Outcome, Failure> {
    let file = parts.profiles_file()?;
    let profiles = file.read()?;
    let chosen: Vec<Profile> = if args.all {
        profiles.list().to_vec()
    } else {
        let name = who::profile_name(&args.profile, &profiles, parts.layers())?;
        vec![profiles.find(&name).cloned().ok_or_else(|| {
            Failure::sign_in(format!("no profile is called {:?}", name.as_str()))
                .hint("`deepcall profiles` lists what is stored")
        })?]
    };
    logout::logout(&chosen, &file, &parts.stores(crate::sign_in::KEYRING_LIMIT)?)
}

fn list_profiles(args: &ProfilesArgs, parts: &Parts, teller: &Teller) -> Result<Outcome, Failure> {
    if let Some(name) = &args.default {
        return profiles::make_default(name, &parts.profiles_file()?);
    }
    let stored = read_profiles(parts)?;
    let default = stored.default_profile().map(|profile| &profile.name);
    let choice = who::listed(&args.profile, &args.fleet);
    let chosen = match &choice {
        Some(choice) => choice.pick(stored.list(), |profile| profile.name.as_str(), None)?,
        None => stored.list().iter().collect(),
    };
    if let Some(variable) =
        who::CREDENTIAL_VARIABLES.into_iter().find(|name| parts.layers().variables.has(name))
    {
        teller.note(&format!("in use is the session in {variable}, not a stored one"));
    }
    if !args.check || chosen.is_empty() {
        return Ok(profiles::profiles(&chosen, default));
    }
    let asking = parts.asking_by_profiles(&chosen, true, "", &args.connection)?;
    let wire = parts.wire(&args.connection)?;
    let jobs = parts.jobs(&args.fleet);
    teller.log_requests(|| {
        asking::run(wire.patience.timeout, async {
            let (_, fleet) = open(asking, &wire, parts, jobs, teller).await?;
            profiles::check(&chosen, default, &parts.progress(fleet, args.talk.quiet)).await
        })
    })
}

/// Serves the sandbox until Ctrl-C or SIGTERM, which is how it is meant to end.
fn serve_sandbox(args: &SandboxArgs, parts: &Parts, teller: &Teller) -> Result<ExitStatus, Failure> {
    teller.listen(args.talk);
    let served = asking::run(None, async {
        let sandbox = start_sandbox(args.options(parts.clock().clone())).await?;
        if args.json {
            let report = sandbox::report(&sandbox);
            let json = OutputOptions { json: true, ..OutputOptions::default() };
            teller.answer(Outcome::done(report), &parts.rendering(&json, &sandbox::DOCUMENT)?)?;
        } else {
            teller.print(sandbox::variables(&sandbox).as_bytes())?;
        }
        teller.flush()?;
        teller.note(&format!(
            "a simulated DeepCall with {} agents listens on {} until Ctrl-C; the lines above point another terminal at it",
            sandbox.agents().len(),
            sandbox.origin()
        ));
        std::future::pending::<Result<(), Failure>>().await
    });
    match served {
        Err(failure) if matches!(failure.status, ExitStatus::Interrupted | ExitStatus::Terminated) => {
            Ok(failure.status)
        }
        other => other.map(|()| ExitStatus::Done),
    }
}

/// Hands the reply on as it came; the exit code and the error tell what its envelope says.
fn call_api(
    args: &ApiArgs,
    parts: &Parts,
    mut stdin: Box<dyn Read + Send>,
    teller: &Teller,
) -> Result<ExitStatus, Failure> {
    let filter = args.jq.as_deref().map(Filter::compile).transpose()?;
    let body = api::body(args, &mut *stdin)?;
    let nobody_else = FleetOptions::default();
    let question = Question::new(&args.profile, &nobody_else, &args.connection, &args.sandbox, &args.talk);
    let reply = question.ask(parts, teller, async |fleet| {
        let asked = fleet.ask(|signed_in| api::api(args, &body, signed_in)).await?;
        only(asked.given)
    })?;
    teller.reply(&reply.bytes, filter.as_ref())?;
    reply.outcome?;
    Ok(ExitStatus::Done)
}

/// The answer of the only profile that was asked.
fn only<T>(given: Vec<(String, T)>) -> Result<T, Failure> {
    let only = given.into_iter().next().map(|(_, answer)| answer);
    only.ok_or_else(|| Failure::sign_in("not signed in"))
}
