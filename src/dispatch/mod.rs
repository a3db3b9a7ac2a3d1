//! From the command line to the exit code: one `match` that hands each command exactly the parts
//! its signature names, renders what it returns, and tells what failed.

mod asking;
mod completing;
mod configuring;
mod doctoring;
mod parts;
mod sessions;
mod watching;
mod welcome;

use std::ffi::OsString;
use std::io::{Read, Write};

use crate::app::console::{Console, Messages, Side};
use crate::app::environment::Environment;
use crate::app::fleet::Fleet;
use crate::app::options::{
    ConnectionOptions, FleetOptions, FormatOptions, OutputOptions, ProfileOptions, QuestionOptions,
    SandboxOptions, TalkOptions,
};
use crate::app::settings::look;
use crate::app::settings::table::{OUTPUT, REF};
use crate::app::sign_in::Member;
use crate::app::streams::Streams;
use crate::cli;
use crate::cli::Command;
use crate::commands::api::ApiArgs;
use crate::commands::config::ConfigAction;
use crate::commands::ping::PingArgs;
use crate::commands::sandbox::SandboxArgs;
use crate::commands::{
    Outcome, api, break_status, completions, explain, ping, profiles, sandbox, schema, tags, wrapup,
};
use crate::failure::{ExitStatus, Failure};
use crate::output::jq::Filter;
use crate::output::text::sanitize::sanitize_lines;
use crate::sandbox::{Sandbox, SandboxOptions as Simulation};
use asking::Wire;
use parts::{Asking, Parts, sandbox_members};

/// Runs one command line to its end.
#[must_use]
pub fn dispatch(arguments: Vec<OsString>, environment: Environment) -> ExitStatus {
    let Environment { variables, stdin, stdout, stderr, terminals, clock, redactor, exposure } = environment;
    let pending =
        exposure.map(|why| format!("other processes of this user can read the memory of this one: {why}"));
    let console = Console::new(Streams::new(stdout, stderr, redactor.clone()), pending);
    let color = look::colour_of_errors(&variables, terminals.stderr);
    console.set_messages(Messages { color, ..Messages::default() });
    if let Some(shell) = completing::asking_shell(&variables) {
        let candidates = completing::complete(shell, arguments, &variables);
        return console.finish(candidates.and_then(|candidates| {
            console.stdout().write_all(&candidates)?;
            Ok(ExitStatus::Done)
        }));
    }
    let format = cli::typed_format(&arguments)
        .or_else(|| variables.text("DEEPCALL_OUTPUT").ok().flatten().map(str::to_owned));
    let errors_as_json = |format: Option<&str>| matches!(format, Some("json" | "ndjson"));
    console
        .set_messages(Messages { errors_as_json: errors_as_json(format.as_deref()), ..console.messages() });
    if getrandom::fill(&mut [0]).is_err() {
        return console.finish(Err(Failure::failed("random", "this system gives no random numbers")));
    }
    if arguments.len() < 2 {
        let words = sanitize_lines(&welcome::way_in(&variables)).into_owned();
        console.stderr(|out| out.write_all(words.as_bytes()));
        return ExitStatus::Usage;
    }
    let command = match cli::parse(arguments) {
        Ok(command) => command,
        Err(error) => return cli::report(&error, &console, terminals),
    };
    let parts = if needs_no_config(&command) {
        Ok(Parts::without_config(variables, terminals, clock, redactor))
    } else {
        Parts::new(variables, terminals, clock, redactor)
    };
    let done = parts.and_then(|parts| {
        let format = format.as_deref().or(parts.config().text(&OUTPUT.key));
        console.set_messages(Messages { errors_as_json: errors_as_json(format), ..console.messages() });
        execute(command, &parts, stdin, &console)
    });
    console.finish(done)
}

/// What is built into the program can be printed whatever state the config file is in, and a broken file can be mended.
fn needs_no_config(command: &Command) -> bool {
    match command {
        Command::Schema(_) | Command::Completions(_) | Command::Doctor(_) => true,
        Command::Config(args) => !matches!(args.action, ConfigAction::Show(_)),
        _ => false,
    }
}

fn execute(
    command: Command,
    parts: &Parts,
    stdin: Box<dyn Read + Send>,
    console: &Console,
) -> Result<ExitStatus, Failure> {
    match command {
        Command::Login(args) => {
            let renderer = parts.renderer(console, &args.output, &profiles::DOCUMENT)?;
            console.set_talk(args.talk);
            let outcome = sessions::sign_in(&args, parts, stdin, console)?;
            console.answer(outcome, &renderer)
        }
        Command::Logout(args) => {
            let renderer = parts.renderer(console, &args.output, &profiles::DOCUMENT)?;
            console.set_talk(args.talk);
            let outcome = sessions::sign_out(&args, parts, console)?;
            console.answer(outcome, &renderer)
        }
        Command::Profiles(args) => {
            let renderer = parts.renderer(console, &args.output, &profiles::DOCUMENT)?;
            console.set_talk(args.talk);
            let outcome = sessions::list_profiles(&args, parts, console)?;
            console.answer(outcome, &renderer)
        }
        Command::Tags(mut args) => {
            args.reference = Some(parts.layers().get(&REF, args.reference)?.value);
            let renderer = parts.renderer(console, &args.question.output, &tags::DOCUMENT)?;
            let question = Question::of(&args.question);
            let server_zone = look::server_zone(&args.question.server_time, parts.layers())?;
            let now = parts.clock().now();
            let window = tags::Window::of(&args, now, &renderer.presentation().zone)?;
            let outcome = question.ask(parts, console, async |fleet| {
                tags::tags(&args, &window, &fleet, &server_zone, now).await
            })?;
            console.answer(outcome, &renderer)
        }
        Command::BreakStatus(args) => {
            let renderer = parts.renderer(console, &args.question.output, &break_status::DOCUMENT)?;
            let question = Question::of(&args.question);
            let server_zone = look::server_zone(&args.question.server_time, parts.layers())?;
            let outcome = question.ask(parts, console, async |fleet| {
                break_status::break_status(&args, &fleet, &server_zone).await
            })?;
            console.answer(outcome, &renderer)
        }
        Command::Wrapup(args) => {
            let renderer = parts.renderer(console, &args.question.output, &wrapup::DOCUMENT)?;
            let question = Question::of(&args.question);
            let server_zone = look::server_zone(&args.question.server_time, parts.layers())?;
            let outcome = question
                .ask(parts, console, async |fleet| wrapup::wrapup(&args, &fleet, &server_zone).await)?;
            console.answer(outcome, &renderer)
        }
        Command::Watch(args) => watching::watch(&args.with_config(parts.layers())?, parts, console),
        Command::Ping(args) => {
            let renderer = parts.renderer(console, &args.output, &ping::DOCUMENT)?;
            let outcome = send_ping(&args, parts, console)?;
            console.answer(outcome, &renderer)
        }
        Command::Sandbox(args) => serve_sandbox(&args, parts, console),
        Command::Api(args) => call_api(&args, parts, stdin, console),
        Command::Doctor(args) => doctoring::examine(&args, parts, console),
        Command::Config(args) => configuring::configure(&args.action, parts, stdin, console),
        Command::Schema(args) => {
            let schema = schema::schema(&args.name).unwrap_or_default();
            console.stdout().write_all(format!("{schema:#}\n").as_bytes())?;
            Ok(ExitStatus::Done)
        }
        Command::Explain(args) => {
            let topic = args.topic()?;
            let output = OutputOptions { format: args.format, ..OutputOptions::default() };
            let renderer = parts.renderer(console, &output, topic.document())?;
            console.answer(explain::explain(topic)?, &renderer)
        }
        Command::Completions(args) => {
            console.stdout().write_all(&completions::completions(args.shell))?;
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
    fn of(options: &'a QuestionOptions) -> Self {
        let QuestionOptions { profile, fleet, connection, sandbox, talk, .. } = options;
        Self { profile, fleet, connection, sandbox, talk }
    }

    /// Opens the sessions, the connections and, if asked for, the sandbox; then runs the command.
    fn ask<T>(
        &self,
        parts: &Parts,
        console: &Console,
        command: impl AsyncFnOnce(Fleet) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        console.set_talk(*self.talk);
        let asking = parts.asking(self.profile, self.fleet, self.sandbox, self.connection)?;
        let wire = parts.wire(self.connection)?;
        let jobs = parts.jobs(self.fleet)?;
        console.log(Side::Client, || {
            asking::run(wire.patience.timeout, async {
                // The sandbox lives as long as the command that asks it.
                let (_sandbox, fleet) = open(asking, &wire, parts, jobs, console).await?;
                asking::with_progress(fleet, parts.progress(self.talk.quiet), command).await
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
    console: &Console,
) -> Result<(Option<Sandbox>, Fleet), Failure> {
    let is_many = match &asking {
        Asking::Members { is_many, .. } => *is_many,
        Asking::Sandbox { choice, .. } => choice.is_many(),
    };
    let (members, sandbox, source) = members(asking, parts).await?;
    console.detail(&source);
    Ok((sandbox, wire.fleet(members, is_many, jobs)))
}

/// The sessions, the sandbox that serves them, if they are simulated, and where they come from, in words.
async fn members(asking: Asking, parts: &Parts) -> Result<(Vec<Member>, Option<Sandbox>, String), Failure> {
    match asking {
        Asking::Members { members, source, .. } => Ok((members, None, source)),
        Asking::Sandbox { choice, seed, agents } => {
            let simulation = Simulation { seed, agents, ..Simulation::new(parts.clock().clone()) };
            let sandbox = start_sandbox(simulation).await?;
            let source = format!("sandbox at {}, seed {seed}", sandbox.origin());
            Ok((sandbox_members(&sandbox, &choice)?, Some(sandbox), source))
        }
    }
}

async fn start_sandbox(simulation: Simulation) -> Result<Sandbox, Failure> {
    let port = simulation.port;
    Sandbox::start(simulation).await.map_err(|error| {
        Failure::failed("sandbox", format!("cannot listen on 127.0.0.1 port {port}")).caused_by(&error)
    })
}

fn send_ping(args: &PingArgs, parts: &Parts, console: &Console) -> Result<Outcome, Failure> {
    let fleet = &FleetOptions::default();
    let PingArgs { profile, connection, sandbox, talk, .. } = args;
    let question = Question { profile, fleet, connection, sandbox, talk };
    question.ask(parts, console, async |fleet| {
        let asked = fleet.ask(|signed_in| ping::ping(args, parts.layers(), signed_in)).await?;
        only(asked.given)
    })
}

/// Serves the sandbox until Ctrl-C or SIGTERM, which is how it is meant to end.
fn serve_sandbox(args: &SandboxArgs, parts: &Parts, console: &Console) -> Result<ExitStatus, Failure> {
    console.set_talk(args.talk);
    let serving = async {
        let sandbox = start_sandbox(args.options(parts.clock().clone())).await?;
        if args.json {
            let report = sandbox::report(&sandbox);
            let json = FormatOptions { json: true, ..FormatOptions::default() };
            let json = OutputOptions { format: json, ..OutputOptions::default() };
            console.answer(Outcome::done(report), &parts.renderer(console, &json, &sandbox::DOCUMENT)?)?;
        } else {
            console.stdout().write_all(sandbox::variables(&sandbox).as_bytes())?;
        }
        console.stdout().flush()?;
        console.note(&format!(
            "a simulated DeepCall with {} agents listens on {} until Ctrl-C; the lines above point another terminal at it",
            sandbox.agents().len(),
            sandbox.origin()
        ));
        std::future::pending::<Result<(), Failure>>().await
    };
    match console.log(Side::Sandbox, || asking::run(None, serving)) {
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
    console: &Console,
) -> Result<ExitStatus, Failure> {
    let filter = args.jq.as_deref().map(Filter::compile).transpose()?;
    let body = api::body(args, &mut *stdin)?;
    let fleet = &FleetOptions::default();
    let ApiArgs { profile, connection, sandbox, talk, .. } = args;
    let question = Question { profile, fleet, connection, sandbox, talk };
    let (reply, outcome) = question.ask(parts, console, async |fleet| {
        let asked = fleet.ask(|signed_in| api::api(args, &body, signed_in)).await?;
        let reply = only(asked.given)?;
        let outcome = reply.outcome.map_err(|error| fleet.with_way_back(error.into()));
        Ok((reply.bytes, outcome))
    })?;
    let is_terminal = parts.terminals().stdout;
    match filter {
        Some(filter) => filter.run(&reply, is_terminal, &mut console.stdout())?,
        // A terminal gets it in a form that cannot do anything to it.
        None if is_terminal => {
            console.stdout().write_all(sanitize_lines(&String::from_utf8_lossy(&reply)).as_bytes())?;
        }
        None => console.stdout().write_all(&reply)?,
    }
    outcome.map(|()| ExitStatus::Done)
}

/// The answer of the only profile that was asked.
fn only<T>(given: Vec<(String, T)>) -> Result<T, Failure> {
    let only = given.into_iter().next().map(|(_, answer)| answer);
    only.ok_or_else(|| Failure::sign_in("not signed in"))
}
