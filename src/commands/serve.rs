//! `deepcall serve`: follows profiles as `watch` does, and shows the floor to browsers.

mod key;

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use jiff::tz::TimeZone;
use rustls::ServerConfig;

use crate::app::App;
use crate::app::console::Side;
use crate::app::journal;
use crate::app::options::{OutputOptions, QueryOptions, ValueOptions, VerbosityOptions};
use crate::app::select::Selection;
use crate::app::settings::table::{SERVE_HOST, SERVE_KEY_FILE, SERVE_LISTEN, TIMEOUT};
use crate::app::settings::{Settings, choice};
use crate::app::signals;
use crate::client::Requests;
use crate::commands::status;
use crate::commands::watch::args::{FollowOptions, SupervisionOptions, followed, without_retries};
use crate::commands::watch::follow::{JournalWish, follow, watch_journal};
use crate::commands::watch::quiet::watch_quietly;
use crate::commands::watch::sessions::expired;
use crate::commands::watch::{silent, title};
use crate::failure::{ExitStatus, Failure};
use crate::floor::event::{EndReason, FollowedPart};
use crate::journal::size_on_disk;
use crate::output::event_view::STREAM;
use crate::output::formats::json::{Layout, write_document};
use crate::report::{Document, Field, Meaning, Report, Row, Shape, Shown};
use crate::store::Secret;
use crate::store::private_file::FileError;
use crate::watch::run::{Plan, exit_status};
use crate::watch::sinks::wall::guard::{Host, Hosts};
use crate::watch::sinks::wall::metrics::Metrics;
use crate::watch::sinks::wall::page::PageOptions;
use crate::watch::sinks::wall::tls::{TlsError, server_config};
use crate::watch::sinks::wall::{RunningWall, WallOptions};
use crate::watch::view::FloorView;

/// Show the floor in browsers, e.g. on a screen in the room
///
/// It follows the whole team as watch does, unless profiles are named, and prints the address of the wall. Whoever opens
/// that address is signed in by the key at its end; customers' numbers are always masked, and nothing can be changed there.
/// Programs read /floor.json, the document of status, and /metrics, numbers for Prometheus, with the header
/// `Authorization: Bearer KEY`.
///
/// The wall is on this machine only, unless --listen names another address: that needs a certificate, or --allow-http.
#[derive(Args, Clone, Debug)]
// The short help fits a screen.
#[command(mut_args(|argument| match argument.get_long() {
    Some("interval" | "only") => argument.hide_short_help(true),
    _ => without_retries(argument),
}))]
pub(crate) struct ServeArgs {
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = SERVE_LISTEN.checked())]
    listen: Option<String>,
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = SERVE_HOST.checked())]
    host: Vec<String>,
    #[arg(long, value_name = "FILE", value_parser = SERVE_KEY_FILE.checked())]
    key_file: Option<String>,
    /// Certificate for https in PEM, followed by its chain
    #[arg(long, value_name = "FILE", requires = "tls_key", hide_short_help = true)]
    tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", hide_short_help = true)]
    tls_key: Option<PathBuf>,
    /// Serve without TLS to other machines as well
    ///
    /// Anyone who can listen on the network sees the floor and the key.
    #[arg(long, conflicts_with_all = ["tls_cert", "tls_key"], hide_short_help = true)]
    allow_http: bool,
    #[command(flatten)]
    follow: FollowOptions,
    #[command(flatten)]
    supervision: SupervisionOptions,
    /// Print one JSON object with the address and the key
    #[arg(long, help_heading = "Output")]
    json: bool,
    #[command(flatten)]
    values: ValueOptions,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &ServeArgs, app: &App) -> Result<ExitStatus, Failure> {
    let settings = app.settings()?;
    let renderer = app.renderer(&OutputOptions::default(), args.verbosity, &STREAM)?;
    let zone = &renderer.presentation().zone;
    let plan = args.plan(settings)?;
    let (limits, max_stale) = (plan.limits.clone(), plan.max_stale);
    let Place { listener, hosts, tls, origin } = args.place(settings, app)?;
    let fleet = choice::everybody_unless_named(&args.query.fleet, &args.query.sandbox, settings)?;
    let selection = Selection { fleet: &fleet, sandbox: &args.query.sandbox };
    let source = choice::session_source(selection.fleet, selection.sandbox, settings)?;
    let day = settings.day_rules(limits.clone())?;
    let wish = args.supervision.wish("serve", &args.query.sandbox, &source, false, zone)?;
    let wish = JournalWish { day: Some(&day), ..wish };
    let key_file = settings.get(&SERVE_KEY_FILE)?.value;
    let key = key::of(key_file.as_deref(), app)?;
    // One that is kept is known to whoever may read the file.
    let printed = key_file.is_none().then(|| key.text().clone());
    // A limit for every command does not end a wall.
    app.supervised.begin_timeout(settings.get(&TIMEOUT)?.if_typed().flatten());
    // Whoever started it reads the address, and leaves.
    app.supervised.outlive_reader();
    let watching = follow(
        app,
        selection,
        None,
        |_| Ok(()),
        async |sources, sessions| {
            let recording = watch_journal(wish, &plan, &sessions, app)?;
            let metrics = metrics(sessions.requests, args.query.sandbox.sandbox, app)?;
            let (only, title) = (plan.scope, title(&sessions.signed_in));
            let page = PageOptions { zone: zone.clone(), only, limits: limits.clone(), title };
            let (ids, zone) = (sessions.ids_at_login, zone.clone());
            let document = move |view: &FloorView| status::document_of(view, &limits, &ids, &zone);
            let (document, redactor) = (Box::new(document), app.redactor.clone());
            let (clock, stderr) = (app.clock.clone(), app.console.shared_stderr());
            let note = Box::new(move |text: &str| stderr.note(text));
            let options = WallOptions { key, hosts, tls, page, document, metrics, redactor, clock, note };
            let show = |views| {
                let wall = RunningWall::start(listener, options, views)
                    .map_err(|error| Failure::failed("serve", "cannot serve the wall").caused_by(&error))?;
                print(&origin, printed.as_ref(), args.json, app)?;
                Ok(wall)
            };
            let watched = watch_quietly(app, renderer.presentation(), sources, plan, recording, show);
            let (ended, wall) = watched.await?;
            wall.finish();
            Ok(ended)
        },
    );
    match app.console.log(Side::Client, || signals::on_one_thread(watching))? {
        (EndReason::SessionExpired, hints) => Err(expired(&hints)),
        (EndReason::Unreachable, _) => Err(silent(max_stale)),
        (ended, _) => Ok(exit_status(ended)),
    }
}

/// The numbers of the wall. With a sandbox no journal is written, whichever there is.
fn metrics(requests: Arc<Requests>, is_sandbox: bool, app: &App) -> Result<Metrics, Failure> {
    if is_sandbox {
        return Ok(Metrics::new(requests, None));
    }
    let journal = journal::path(app)?;
    Ok(Metrics::new(requests, Some(Box::new(move || size_on_disk(&journal)))))
}

/// The document of `deepcall serve --json`.
pub(crate) static DOCUMENT: Document = Document {
    name: "serve",
    rows_key: "serve",
    head: &[],
    fields: &[
        Field::new("url", "URL", Meaning::Text, Shown::Always(1), "the address of the wall, without the key"),
        Field::new(
            "key",
            "KEY",
            Meaning::Text,
            Shown::Always(2),
            "the key, for `Authorization: Bearer KEY`, or behind #k= at the end of the address; null if a file keeps it",
        ),
    ],
    tail: &[],
    shape: Shape::One,
    has_failures: false,
    extra_fields: None,
    empty: "",
};

/// Prints where the wall is. After that, the key is hidden wherever it appears.
fn print(origin: &str, key: Option<&Secret>, json: bool, app: &App) -> Result<(), Failure> {
    let mut stdout = app.console.stdout();
    if json {
        let row = Row::new(DOCUMENT.fields)
            .with("url", format!("{origin}/"))
            .with("key", key.map(|key| key.expose().to_owned()));
        let report = Report { single: true, ..Report::new(&DOCUMENT, vec![row]) };
        write_document(&report, &TimeZone::UTC, false, Layout::Compact, &mut stdout)?;
    } else {
        let fragment = key.map_or_else(String::new, |key| format!("#k={}", key.expose()));
        writeln!(stdout, "{origin}/{fragment}")?;
    }
    stdout.flush()?;
    if let Some(key) = key {
        app.redactor.hide(key.expose());
    }
    Ok(())
}

/// Where the wall is, and by which names.
struct Place {
    listener: TcpListener,
    hosts: Hosts,
    tls: Option<Arc<ServerConfig>>,
    /// For the address bar of a browser.
    origin: String,
}

impl ServeArgs {
    fn plan(&self, settings: Settings<'_>) -> Result<Plan, Failure> {
        let plan = SupervisionOptions::complete(self.follow.plan(settings)?, settings)?;
        settings.typed.refuse_unused(&[("--ref", plan.scope.tags, &followed(FollowedPart::Tags))])?;
        Ok(plan)
    }

    /// Opens the port.
    ///
    /// # Errors
    /// If a certificate cannot be used, or other machines would be served without TLS (exit code 2); if the port cannot be
    /// had (1).
    fn place(&self, settings: Settings<'_>, app: &App) -> Result<Place, Failure> {
        let listen = settings.get(&SERVE_LISTEN)?;
        let hosts = settings.get(&SERVE_HOST)?.value;
        let is_local = listen.value.ip().to_canonical().is_loopback();
        settings.typed.refuse_unused(&[(
            "--allow-http",
            !is_local,
            "an address of --listen beyond loopback",
        )])?;
        let tls = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => {
                let (config, doubt) = server_config(certificate, key, app.clock.now())?;
                if let Some(doubt) = doubt {
                    app.console.note(&doubt);
                }
                Some(config)
            }
            _ if is_local || self.allow_http => None,
            _ => {
                let message = format!(
                    "other machines can reach {} ({}), and the floor would be sent without TLS",
                    listen.value, listen.source
                );
                return Err(Failure::usage(message)
                    .hint("name a certificate with --tls-cert and --tls-key")
                    .hint("where the network itself is trusted, allow it with --allow-http"));
            }
        };
        let cannot_listen = |error: std::io::Error| {
            let failure =
                Failure::failed("serve", format!("cannot listen on {}", listen.value)).caused_by(&error);
            match error.kind() {
                ErrorKind::AddrInUse => failure
                    .hint("another program uses the port, perhaps another `deepcall serve`; choose another port with --listen"),
                _ => failure.hint("choose another address or port with --listen"),
            }
        };
        let listener = TcpListener::bind(listen.value).map_err(cannot_listen)?;
        let address = listener.local_addr().map_err(cannot_listen)?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        // Beyond this machine, the wall has the name that its certificate has.
        let host = match hosts.first().filter(|_| !is_local) {
            Some(Host::Name(name)) => name.clone(),
            Some(Host::Address(address)) => in_address(*address),
            None => in_address(address.ip()),
        };
        let origin = format!("{scheme}://{host}:{}", address.port());
        Ok(Place { listener, hosts: Hosts { named: hosts }, tls, origin })
    }
}

/// As the address bar shows it. One that stands for all of a machine is nobody's.
fn in_address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        IpAddr::V6(address) if address.is_unspecified() => format!("[{}]", Ipv6Addr::LOCALHOST),
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        if let TlsError::KeyFile(error @ FileError::Refused { .. }) = error {
            return error.into();
        }
        let failure = Self::usage(error.to_string());
        match std::error::Error::source(&error) {
            Some(cause) => failure.caused_by(cause),
            None => failure,
        }
    }
}
