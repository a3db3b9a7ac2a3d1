//! Why there is no connection, and, where a proxy is on the way, what that means in words.

use std::error::Error;
use std::fmt;

use crate::system::proxy;

/// What names a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxySource {
    Variable(&'static str),
    Settings,
}

/// As messages name it.
impl fmt::Display for ProxySource {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Variable(name) => name,
            Self::Settings => proxy::SETTINGS,
        })
    }
}

/// A part of opening a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Finding the address of the server or, if there is one, of the proxy, and connecting to it.
    Tcp,
    /// The TLS handshake with the proxy.
    TlsWithProxy,
    /// The request to the proxy to connect to the server.
    Tunnel,
    /// The TLS handshake with the server.
    Tls,
}

/// The step that failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("no connection")]
pub(crate) struct ConnectError {
    pub(crate) step: Step,
    #[source]
    pub(crate) cause: Box<dyn Error + Send + Sync>,
}

/// The proxy answered, but did not connect.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("its answer is not HTTP/1.1")]
pub(crate) struct Refusal {
    /// The HTTP status, if the answer has one.
    pub(crate) status: Option<u16>,
    /// Whether the request had a user name and a password.
    pub(crate) had_credentials: bool,
}

/// The proxy is named by its source alone: the value may contain a password.
pub(crate) fn named(source: ProxySource) -> String {
    format!("the proxy named by {source}")
}

impl Refusal {
    pub(crate) fn words(self, source: ProxySource, origin: &str) -> String {
        let proxy = named(source);
        match (self.status, self.had_credentials) {
            (None, _) => format!("{proxy} refused the connection to {origin}"),
            (Some(407), false) => {
                format!("{proxy} requires a user name and a password (HTTP 407) for {origin}")
            }
            (Some(407), true) => {
                format!("{proxy} refused its user name and password (HTTP 407) for {origin}")
            }
            (Some(status), _) => format!("{proxy} refused the connection to {origin} with HTTP {status}"),
        }
    }

    pub(crate) fn hint(self, source: ProxySource) -> String {
        match self.status {
            None => address_hint(source),
            Some(407) => credentials_hint(source),
            Some(_) => {
                let unset = match source {
                    ProxySource::Variable(name) => format!(", or unset {name}"),
                    ProxySource::Settings => String::new(),
                };
                format!(
                    "the proxy's administrator decides which servers it allows; to go without it, add the server to NO_PROXY{unset}"
                )
            }
        }
    }
}

/// What a step that failed without an answer of the proxy means.
pub(crate) fn words(step: Step, is_dns: bool, is_timeout: bool, source: ProxySource, origin: &str) -> String {
    let proxy = named(source);
    match step {
        _ if is_dns => format!("the host name of {proxy} has no address"),
        _ if is_timeout => format!("{proxy} made no connection to {origin} in time"),
        Step::Tcp => format!("cannot connect to {proxy}"),
        Step::TlsWithProxy | Step::Tunnel => {
            format!("{proxy} closed the connection before it answered the request for {origin}")
        }
        Step::Tls => format!("the connection to {origin} through {proxy} was closed"),
    }
}

/// The connection exists, but what comes through it is not TLS.
pub(crate) fn without_tls(source: ProxySource, origin: &str) -> String {
    format!("the connection to {origin} through {} is not TLS", named(source))
}

/// What to do where something else answers in the server's place.
pub(crate) fn sign_in_hint(source: ProxySource) -> String {
    format!("sign in to the network, correct {source}, or add the server to NO_PROXY")
}

/// What to do where a proxy does not behave like one.
pub(crate) fn address_hint(source: ProxySource) -> String {
    format!("check the address in {source}, which is http://HOST:PORT for most proxies")
}

/// How credentials of a proxy are written. The system's settings have no place for them.
pub(crate) fn credentials_hint(source: ProxySource) -> String {
    let variable = match source {
        ProxySource::Variable(name) => name,
        ProxySource::Settings => "HTTPS_PROXY",
    };
    format!(
        "write them into {variable} as http://USER:PASSWORD@HOST:PORT, with / as %2F, @ as %40, # as %23, : as %3A, \
         ? as %3F and % as %25"
    )
}

/// What is said where the system's settings name what cannot be used, and what to do where there is no connection.
pub(crate) fn unusable(named: &str) -> (String, &'static str) {
    let words = format!("{} name {named}, which deepcall cannot use", proxy::SETTINGS);
    (words, "if a proxy is needed, set HTTPS_PROXY to http://HOST:PORT")
}
