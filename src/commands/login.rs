//! `deepcall login`: checks a session with the server, and stores it. The vendor documents no login call (`api.md` §5), so
//! the session comes from the web panel.

mod storing;
mod team;

use std::path::PathBuf;

use clap::Args;

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::console::{Outcome, Side};
use crate::app::options::{ConnectionOptions, OutputOptions, ProfileOptions, VerbosityOptions};
use crate::app::owner;
use crate::app::prompt;
use crate::app::secret_text::{secret_in_file, secret_read_from, user_id_from};
use crate::app::settings::choice;
use crate::app::settings::table::{SERVER, STORE, TIMEOUT};
use crate::app::sign_in::{Stores, UNLOCKING_LIMIT};
use crate::client::{Answer, SignedIn};
use crate::commands::login::storing::{
    Stored, Storing, may_use_http, note_variable, notes_of_same_agent, plain_text, profile_of, test_store,
};
use crate::commands::login::team::TeamLogin;
use crate::commands::profiles;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Owner;
use crate::report::{Part, Report, Sentence, Tone, Value};
use crate::store::{Credentials, Profile, Secret, Session, StoreKind};

/// Store a session, after checking it with the server
///
/// DeepCall documents no login call, so deepcall stores a session that you already have: an ssid from the web panel,
/// or a user id with an API token. To find an ssid, sign in to the panel as the agent, open the browser's developer
/// tools, and select a request to /api/v2/ in the tab Network: its JSON body should contain `ssid`. This has not been
/// confirmed.
///
/// Type the secret at a hidden prompt, or pass it on standard input or in a file; it is never an argument. The store
/// is tested before the secret is read, and the server checks the session before it is stored.
///
/// Each session is for one agent. Store a profile for each agent, and query several with --all or --profiles. --from-file
/// stores a whole team: if a line is malformed, nothing is sent or stored; otherwise each line has a row with its result,
/// and the exit code covers all lines. What was stored before an interruption stays.
#[derive(Args, Clone, Debug)]
pub(crate) struct LoginArgs {
    // Parsed only to be refused without a quotation, because it may be a secret.
    #[arg(hide = true)]
    argument: Vec<std::ffi::OsString>,
    /// Store a team: on each line a profile, a tab, its ssid
    ///
    /// - is standard input. Blank lines and lines that begin with # are skipped.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ssid_stdin", "ssid_file", "user_id", "token_stdin", "token_file", "default", "profile"])]
    from_file: Option<PathBuf>,
    /// Sign in with this user id and a token
    #[arg(long, value_name = "ID")]
    user_id: Option<String>,
    /// Read the ssid from standard input
    #[arg(long, conflicts_with_all = ["user_id", "ssid_file", "token_stdin", "token_file"])]
    ssid_stdin: bool,
    /// Read the ssid from a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["user_id", "token_stdin", "token_file"])]
    ssid_file: Option<PathBuf>,
    /// Read the token from standard input
    #[arg(long, requires = "user_id", conflicts_with = "token_file")]
    token_stdin: bool,
    /// Read the token from a file
    #[arg(long, value_name = "FILE", requires = "user_id", hide_short_help = true)]
    token_file: Option<PathBuf>,
    #[arg(long, value_name = "STORE", value_parser = STORE.checked())]
    store: Option<String>,
    /// Let this profile use plain http to a server on another machine
    #[arg(long, hide_short_help = true)]
    allow_http: bool,
    /// Store the session without checking it with the server
    #[arg(long, conflicts_with_all = ["cacert", "timeout", "retries"], hide_short_help = true)]
    no_verify: bool,
    /// Make this profile the default
    #[arg(long)]
    default: bool,
    #[command(flatten)]
    profile: ProfileOptions,
    #[command(flatten)]
    connection: ConnectionOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &LoginArgs, app: &App) -> Result<ExitStatus, Failure> {
    if !args.argument.is_empty() {
        return Err(Failure::usage(
            "login takes no argument; an ssid or token there could be seen by other users",
        )
        .hint("type the ssid at the hidden prompt, or pass it with --ssid-stdin or --ssid-file FILE")
        .hint("--profile NAME names the session"));
    }
    let renderer = app.renderer(&args.output, args.verbosity, &profiles::DOCUMENT)?;
    if let Some(path) = &args.from_file {
        let team = TeamLogin { path, allow_http: args.allow_http, no_verify: args.no_verify };
        return app.console.answer(team.login(app)?, &renderer);
    }
    let settings = app.settings()?;
    let folders = app.folders()?;
    let file = folders.profiles_file();
    let profiles = file.read()?;
    let name = choice::profile_name(&profiles, settings)?;
    let known = profiles.find(&name.value);
    let settings = settings.of(known);
    let (server, store) = (settings.get(&SERVER)?, settings.get(&STORE)?);
    app.console.detail(&format!(
        "profile {} ({}), server {} ({}), store {} ({})",
        name.value,
        name.source,
        server.value,
        server.source,
        store.value.word(),
        store.source
    ));
    let (name, server, store) = (name.value, server.value, store.value);
    let allow_http = may_use_http(args.allow_http, known, &server)?;
    let timeout = settings.get(&TIMEOUT)?.value;
    // A person may take any time at the prompt; --timeout limits what comes after.
    if !args.is_prompted() {
        app.supervised.begin_timeout(timeout);
    }
    let stores = Stores::new(&folders, UNLOCKING_LIMIT);
    // Before a person types the secret.
    test_store(store, &stores, &app.console)?;
    note_variable(app);
    let credentials = credentials(args, app)?;
    app.redactor.hide(credentials.secret().expose());
    if args.is_prompted() {
        app.supervised.begin_timeout(timeout);
    }
    let session = Session { profile: name.to_string(), server, allow_http, credentials };
    let mut profile = profile_of(&session, name, store, app.clock.now());
    let mut notes = vec![];
    if !args.no_verify {
        let verified = verify(&session, app)?;
        notes = verified.notes;
        owner::learn(&mut profile, verified.value, &app.redactor);
    }
    let storing = Storing { file: &file, stores: &stores, console: &app.console };
    let new = storing.store(profile, &session.credentials, args.default)?;
    notes.extend(notes_of_same_agent(&file, [&new.profile])?);
    app.console.answer(Outcome::done(report(new, notes)), &renderer)
}

impl LoginArgs {
    /// Whether a person types the secret at a prompt.
    fn is_prompted(&self) -> bool {
        !self.ssid_stdin && !self.token_stdin && self.ssid_file.is_none() && self.token_file.is_none()
    }
}

/// The credentials from a file, standard input or a prompt.
///
/// # Errors
/// If the secret cannot be read (exit code 2), or the person ended the prompt (130).
fn credentials(args: &LoginArgs, app: &App) -> Result<Credentials, Failure> {
    let user_id = args.user_id.as_deref().map(|text| user_id_from(text, "--user-id")).transpose()?;
    let prompt = |label, otherwise| prompt::secret(label, otherwise, &app.supervised);
    let secret: Secret = match (&args.ssid_file, &args.token_file) {
        (Some(path), _) => secret_in_file(path, "--ssid-file")?,
        (_, Some(path)) => secret_in_file(path, "--token-file")?,
        _ if args.ssid_stdin => secret_read_from(app.stdin(), "--ssid-stdin")?,
        _ if args.token_stdin => secret_read_from(app.stdin(), "--token-stdin")?,
        _ if args.user_id.is_some() => {
            prompt("Token", "pass the token with --token-stdin or --token-file FILE")?
        }
        _ => {
            if app.terminals.stdin && app.terminals.stderr {
                app.console.note("`deepcall login --help` explains where an ssid is found");
            }
            prompt("Session id (ssid)", "pass the ssid with --ssid-stdin or --ssid-file FILE")?
        }
    };
    Ok(match user_id {
        Some(user_id) => Credentials::UserToken { user_id, token: secret },
        None => Credentials::Ssid(secret),
    })
}

/// Checks the session with the server. "Not on break" (1502) is the answer to a valid session.
///
/// # Errors
/// If the server refuses the session (exit code 4), or does not answer.
fn verify(session: &Session, app: &App) -> Result<Answer<Owner>, Failure> {
    let connector = Connector::new(app.settings()?, &app.clock)?;
    let Session { profile, server, allow_http, credentials } = session.clone();
    let signed_in = SignedIn { profile, connection: connector.connect(&server, allow_http)?, credentials };
    let verified = app.console.log(Side::Client, || {
        app.supervised.run(async {
            let verified = signed_in.verify().await;
            verified.map_err(|error| Failure::from(error).hint("nothing was stored"))
        })
    });
    verified.map_err(|failure| connector.explain(failure))
}

fn report(new: Stored, notes: Vec<String>) -> Report {
    let Stored { profile, is_default, notes: of_storing } = new;
    let default = is_default.then_some(&profile.name);
    let mut report = profiles::report(vec![profiles::row(&profile, default, Value::Absent)], true);
    report.sentence = Some(sentence(&profile));
    report.is_action = true;
    report.notes = notes;
    report.notes.extend(of_storing);
    if profile.store == StoreKind::File {
        report.notes.push(plain_text());
    }
    report
}

fn sentence(profile: &Profile) -> Sentence {
    let place = match profile.store {
        StoreKind::Keyring => ", stored in the keyring",
        StoreKind::File => ", stored in a file",
    };
    let mut parts = vec![Part::Words("Signed in: profile "), Part::Name(profile.name.to_string())];
    if let Some(agent_id) = &profile.agent_id {
        parts.extend([Part::Words(" (agent "), Part::Id(agent_id.clone()), Part::Words(")")]);
    }
    parts.extend([Part::Words(" at "), Part::Name(profile.server.to_string()), Part::Words(place)]);
    Sentence { tone: Tone::Usual, parts }
}
