//! Asks over the network: opens the connections of a fleet, runs a command on one thread, and ends
//! it by Ctrl-C, SIGTERM or `--timeout`.

use std::collections::HashMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::app::environment::Variables;
use crate::app::fleet::{Fleet, FleetMember, Step};
use crate::app::progress::{PATIENCE, Progress};
use crate::app::settings::Patience;
use crate::app::sign_in::Member;
use crate::client::{Budget, Connection, ConnectionOptions, Proxies, SignedIn};
use crate::clock::Clock;
use crate::failure::Failure;
use crate::store::{ServerUrl, Session};

/// The server's own budget ends a little after `--timeout` does, so that the latter is told.
const GRACE: Duration = Duration::from_millis(500);

/// What every connection of one run shares.
pub(crate) struct Wire {
    /// `--timeout` and `--retries`.
    pub(crate) patience: Patience,
    /// The certificate authorities of `--cacert`, in PEM.
    pub(crate) extra_ca: Option<Vec<u8>>,
    /// The proxies of the environment.
    pub(crate) proxies: Proxies,
    /// The file that `SSL_CERT_FILE` names.
    pub(crate) ca_bundle: Option<std::path::PathBuf>,
    /// The wall clock.
    pub(crate) clock: Clock,
}

impl Wire {
    /// Reads what the wire needs from options and variables.
    ///
    /// # Errors
    /// If the file of `--cacert` cannot be read, or a proxy variable is not UTF-8: exit code 2.
    pub(crate) fn new(
        patience: Patience,
        cacert: Option<&Path>,
        variables: &Variables,
        clock: Clock,
    ) -> Result<Self, Failure> {
        let read = |path: &Path| {
            std::fs::read(path).map_err(|error| {
                Failure::usage(format!("--cacert: cannot read {}", path.display())).caused_by(&error)
            })
        };
        for name in Proxies::VARIABLES {
            variables.text(name)?;
        }
        let proxies = Proxies::from_variables(|name| variables.text(name).ok().flatten().map(str::to_owned));
        Ok(Self {
            patience,
            extra_ca: cacert.map(read).transpose()?,
            proxies,
            ca_bundle: variables.path("SSL_CERT_FILE"),
            clock,
        })
    }

    fn budget(&self) -> Budget {
        let mut budget = Budget::standard();
        if let Some(timeout) = self.patience.timeout {
            budget = budget.with_total(timeout + GRACE);
        }
        if let Some(retries) = self.patience.retries {
            budget = budget.with_attempts(u32::from(retries) + 1);
        }
        budget
    }

    /// A connection for these sessions: one for each server, shared by all that ask it.
    #[must_use]
    pub(crate) fn fleet(&self, members: Vec<Member>, is_many: bool, jobs: u16) -> Fleet {
        let mut opened: HashMap<String, Result<Arc<Connection>, Failure>> = HashMap::new();
        let members = members.into_iter().map(|member| {
            let signed_in = member.session.and_then(|session| {
                let key = format!("{} {}", session.server, session.allow_http);
                let connection = opened.entry(key).or_insert_with(|| self.connect(&session)).clone()?;
                Ok(SignedIn { profile: session.profile, connection, credentials: session.credentials })
            });
            FleetMember { profile: member.profile, signed_in, way_back: member.way_back }
        });
        Fleet { members: members.collect(), is_many, jobs: usize::from(jobs), progress: Box::new(|_| ()) }
    }

    /// A connection to a session's server. Nothing is sent yet.
    ///
    /// # Errors
    /// If the address, a proxy or a certificate authority cannot be used.
    pub(crate) fn connect(&self, session: &Session) -> Result<Arc<Connection>, Failure> {
        self.connect_to(&session.server, session.allow_http)
    }

    /// A connection to a server. Nothing is sent yet.
    ///
    /// # Errors
    /// If the address, a proxy or a certificate authority cannot be used.
    pub(crate) fn connect_to(
        &self,
        server: &ServerUrl,
        allow_http: bool,
    ) -> Result<Arc<Connection>, Failure> {
        let options = ConnectionOptions {
            server: server.clone(),
            allow_http,
            extra_ca: self.extra_ca.clone(),
            roots_file: self.ca_bundle.clone(),
            budget: self.budget(),
            clock: self.clock.clone(),
            proxies: self.proxies.clone(),
        };
        Ok(Arc::new(Connection::open(options)?))
    }
}

/// Runs a command to its end, or to Ctrl-C, SIGTERM or `--timeout`, whichever comes first.
///
/// # Errors
/// The command's own failure; interrupted (130), terminated (143), timed out (124).
pub(crate) fn run<T>(
    timeout: Option<Duration>,
    command: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    on_one_thread(async {
        tokio::select! {
            biased;
            failure = stop_signal() => Err(failure),
            outcome = command => outcome,
            failure = reached(timeout) => Err(failure),
        }
    })
}

/// Runs a command on a fleet, with a line on stderr while a person waits for it.
///
/// # Errors
/// The command's own failure.
pub(crate) async fn with_progress<T>(
    fleet: Fleet,
    progress: Rc<Progress>,
    command: impl AsyncFnOnce(Fleet) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (is_many, line) = (fleet.is_many, Rc::clone(&progress));
    let tell = move |step: Step| match step {
        Step::Asking { done, total } if is_many => line.answered(done, total),
        Step::Asking { .. } => line.waiting("waiting for the server".to_owned()),
        Step::Waiting { still, pause } => line.waiting(format!(
            "still in wrap-up: {still}, asking again within {} s",
            pause.as_secs_f64().ceil()
        )),
    };
    let fleet = Fleet { progress: Box::new(tell), ..fleet };
    let command = command(fleet);
    tokio::pin!(command);
    tokio::select! {
        biased;
        outcome = &mut command => return outcome,
        () = tokio::time::sleep(PATIENCE) => progress.show(),
    }
    command.await
}

/// Runs work that hears signals itself.
///
/// # Errors
/// The work's own failure.
pub(crate) fn on_one_thread<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let cannot_start = |error: std::io::Error| Failure::failed("runtime", "cannot start").caused_by(&error);
    #[cfg(unix)]
    look_for_descriptors().map_err(cannot_start)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot_start)?;
    let outcome = runtime.block_on(work);
    // A name look-up that hangs in a thread of its own must not hold up the exit.
    runtime.shutdown_background();
    outcome
}

/// The runtime takes six descriptors, four of them for signals. Where it finds none for these it panics, so
/// they are looked for first.
#[cfg(unix)]
fn look_for_descriptors() -> std::io::Result<()> {
    let (one, _other) = std::os::unix::net::UnixStream::pair()?;
    (0..4).map(|_| one.try_clone()).collect::<std::io::Result<Vec<_>>>()?;
    Ok(())
}

async fn reached(timeout: Option<Duration>) -> Failure {
    match timeout {
        Some(limit) => {
            tokio::time::sleep(limit).await;
            Failure::timed_out(limit)
        }
        None => std::future::pending().await,
    }
}

/// Resolves when the process is asked to stop. It listens from the call on, not from when it is first
/// waited for: a terminal that is changed afterwards is certain to be restored.
#[cfg(unix)]
pub(crate) fn stop_signal() -> impl Future<Output = Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async {
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => Failure::interrupted(),
            _ = terminate.recv() => Failure::terminated(),
        }
    }
}

/// Resolves when the terminal goes away, for what has more to do then than to end. Listens from the call on.
/// Whoever started the program with `nohup` wants it to outlive the terminal; to listen would undo that.
#[cfg(unix)]
pub(crate) fn hang_up() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let is_wanted = !is_ignored(rustix::process::Signal::HUP);
    let hang_up = is_wanted.then(|| signal(SignalKind::hangup()));
    async {
        match hang_up {
            Some(Ok(mut hang_up)) => _ = hang_up.recv().await,
            _ => std::future::pending().await,
        }
    }
}

/// Whether the process stops when the terminal asks for it: whoever hangs a board on a wall may not want that.
#[cfg(unix)]
pub(crate) fn may_be_stopped() -> bool {
    !is_ignored(rustix::process::Signal::TSTP)
}

#[cfg(not(unix))]
pub(crate) fn may_be_stopped() -> bool {
    false
}

/// Whether the process was started to ignore this signal. Known on Linux only; elsewhere it counts as not ignored.
#[cfg(unix)]
fn is_ignored(signal: rustix::process::Signal) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    ignored >> (signal.as_raw() - 1) & 1 == 1
}

#[cfg(not(unix))]
pub(crate) fn hang_up() -> impl Future<Output = ()> {
    std::future::pending()
}

#[cfg(not(unix))]
pub(crate) async fn stop_signal() -> Failure {
    match tokio::signal::ctrl_c().await {
        Ok(()) => Failure::interrupted(),
        Err(_) => std::future::pending().await,
    }
}
