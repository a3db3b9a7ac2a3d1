//! Opens connections to servers by the settings. Nothing is sent here.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::app::fleet::Agent;
use crate::app::settings::table::{CACERT, RETRIES, TIMEOUT};
use crate::app::settings::{Settings, Sourced};
use crate::client::{Budget, Connection, ConnectionOptions as Wanted, Proxies, Requests, SignedIn};
use crate::clock::Clock;
use crate::failure::{ExitStatus, Failure};
use crate::store::{ServerUrl, Session};
use crate::system::proxy;

/// The budget of a connection ends a little after `--timeout` does, so that the failure names the option.
const GRACE: Duration = Duration::from_millis(500);

pub(crate) struct Connector {
    /// For all requests of one connection together.
    pub(crate) timeout: Option<Duration>,
    /// `None` if the default of each call counts.
    pub(crate) retries: Option<u8>,
    /// A file of authorities that are trusted beside the system's.
    cacert: Sourced<Option<PathBuf>>,
    proxies: Proxies,
    roots_file: Option<PathBuf>,
    clock: Clock,
    /// Those of all its connections.
    pub(crate) requests: Arc<Requests>,
    opened: RefCell<Vec<Arc<Connection>>>,
}

impl Connector {
    /// # Errors
    /// If an option, a variable or the config file is wrong: exit code 2.
    pub(crate) fn new(settings: Settings<'_>, clock: &Clock) -> Result<Self, Failure> {
        let variables = settings.variables;
        for name in Proxies::VARIABLES {
            variables.text(name)?;
        }
        let value_of = |name: &str| variables.text(name).ok().flatten().map(str::to_owned);
        Ok(Self {
            timeout: settings.get(&TIMEOUT)?.value,
            retries: settings.get(&RETRIES)?.if_chosen(),
            cacert: settings.get(&CACERT)?,
            proxies: Proxies::from_variables(value_of).or_by(proxy::settings),
            roots_file: variables.path("SSL_CERT_FILE"),
            clock: clock.clone(),
            requests: Arc::default(),
            opened: RefCell::default(),
        })
    }

    /// Gives each agent a connection. Agents of one server share one.
    pub(crate) fn sign_in(&self, agents: Vec<Agent<Session>>) -> Vec<Agent> {
        let mut opened: HashMap<(String, bool), Result<Arc<Connection>, Failure>> = HashMap::new();
        let mut sign_in = |session: Session| {
            let Session { profile, server, allow_http, credentials } = session;
            let connection = opened.entry((server.to_string(), allow_http));
            let connection = connection.or_insert_with(|| self.connect(&server, allow_http)).clone()?;
            Ok(SignedIn { profile, connection, credentials })
        };
        agents.into_iter().map(|agent| agent.and_then(&mut sign_in)).collect()
    }

    /// # Errors
    /// If the address, a proxy or a certificate authority cannot be used, or its file cannot be read.
    pub(crate) fn connect(&self, server: &ServerUrl, allow_http: bool) -> Result<Arc<Connection>, Failure> {
        let wanted = Wanted {
            server: server.clone(),
            allow_http,
            extra_ca: self.extra_ca(server)?,
            roots_file: self.roots_file.clone(),
            budget: self.budget(),
            clock: self.clock.clone(),
            proxies: self.proxies.clone(),
            requests: Arc::clone(&self.requests),
        };
        let connection = Arc::new(Connection::open(wanted)?);
        self.opened.borrow_mut().push(Arc::clone(&connection));
        Ok(connection)
    }

    /// Read for https alone: nothing else needs the file.
    fn extra_ca(&self, server: &ServerUrl) -> Result<Option<Vec<u8>>, Failure> {
        let path = self.cacert.value.as_ref().filter(|_| !server.is_plain_http());
        let read = |path: &PathBuf| {
            std::fs::read(path).map_err(|error| {
                let why = format!("cannot read {}", path.display());
                self.cacert.source.refuse(&CACERT.key, &why).caused_by(&error)
            })
        };
        path.map(read).transpose()
    }

    /// The same failure; that of `--timeout`, with what was going wrong when it was reached.
    pub(crate) fn explain(&self, mut failure: Failure) -> Failure {
        if failure.status == ExitStatus::TimedOut {
            let troubles =
                self.opened.borrow().iter().filter_map(|connection| connection.trouble()).collect();
            let troubles: BTreeSet<String> = troubles;
            failure.problem.causes.extend(troubles);
        }
        failure
    }

    fn budget(&self) -> Budget {
        let mut budget = Budget::standard();
        if let Some(timeout) = self.timeout {
            budget = budget.with_total(timeout + GRACE);
        }
        if let Some(retries) = self.retries {
            budget = budget.with_attempts(u32::from(retries) + 1);
        }
        budget
    }
}
