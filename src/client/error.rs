//! Errors of API calls, with stable kinds. They contain no secret: their texts come from the server, the network or the
//! options, never from a request's body.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustls::AlertDescription;

use crate::client::alerts;
use crate::client::handshakes;
use crate::client::tunnels;
use crate::client::tunnels::Obstacle;

/// A failed API call.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    kind: ErrorKind,
    message: String,
    code: Option<i64>,
    hints: Vec<String>,
    retry_after: Option<Duration>,
    was_sent: bool,
    is_of_proxys_answer: bool,
    #[source]
    cause: Option<Cause>,
}

/// The kinds of errors that scripts and tests can distinguish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The server's name has no address.
    Dns,
    /// No server accepts connections there, or there is no route to it.
    Connect,
    /// A time limit passed.
    Timeout,
    /// The connection was closed before the reply began.
    Reset,
    /// The connection was closed within the reply.
    CutShort,
    /// The proxy refused the connection.
    Proxy,
    /// The server could not prove its identity.
    Tls,
    /// The server redirected the request.
    Redirect,
    /// The reply is not JSON.
    NotJson,
    /// The reply breaks the rules of HTTP or of the API.
    Protocol,
    /// The reply was compressed, although the request does not accept that.
    Encoding,
    /// The reply is beyond a limit of [`crate::client::budget`].
    TooLarge,
    /// The server reports a failure of its own.
    Server,
    /// The credentials are not valid, or have expired.
    SignIn,
    /// An option or a parameter is wrong.
    Usage,
    /// These credentials do not permit the call.
    Forbidden,
    /// The account is suspended, unpaid or misconfigured.
    Account,
    /// The agent is in a state that rules this out.
    State,
    /// The server refused, for a reason not listed here.
    Refused,
}

/// What a kind of error means for the caller; a layer above turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// A new sign-in is needed.
    SignIn,
    /// The request has to be corrected.
    Usage,
    /// The server refused.
    Refused,
    /// The server cannot be reached or fails; a later attempt may succeed.
    Unreachable,
    /// The reply cannot be trusted or understood.
    Untrusted,
}

impl ErrorKind {
    /// The stable word of documents and tests.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Reset => "reset",
            Self::CutShort => "cut_short",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::Redirect => "redirect",
            Self::NotJson => "not_json",
            Self::Protocol => "protocol",
            Self::Encoding => "encoding",
            Self::TooLarge => "too_large",
            Self::Server => "server",
            Self::SignIn => "sign_in",
            Self::Usage => "usage",
            Self::Forbidden => "forbidden",
            Self::Account => "account",
            Self::State => "state",
            Self::Refused => "refused",
        }
    }

    /// What it means for the caller.
    #[must_use]
    pub fn class(self) -> ErrorClass {
        match self {
            Self::Dns
            | Self::Connect
            | Self::Timeout
            | Self::Reset
            | Self::CutShort
            | Self::Proxy
            | Self::Server => ErrorClass::Unreachable,
            Self::Tls | Self::Redirect | Self::NotJson | Self::Protocol | Self::Encoding | Self::TooLarge => {
                ErrorClass::Untrusted
            }
            Self::SignIn => ErrorClass::SignIn,
            Self::Usage => ErrorClass::Usage,
            Self::Forbidden | Self::Account | Self::State | Self::Refused => ErrorClass::Refused,
        }
    }
}

impl ApiError {
    /// What went wrong, in one line.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            code: None,
            hints: Vec::new(),
            retry_after: None,
            was_sent: false,
            is_of_proxys_answer: false,
            cause: None,
        }
    }

    pub(crate) fn because(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(Cause(cause.to_string()));
        self
    }

    pub(crate) fn with_code(mut self, code: Option<i64>) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same error, with the delay that the server requested (`Retry-After`).
    #[must_use]
    pub fn with_retry_after(mut self, delay: Option<Duration>) -> Self {
        self.retry_after = delay;
        self
    }

    pub(crate) fn sent(mut self) -> Self {
        self.was_sent = true;
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What it means for the caller.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        self.kind.class()
    }

    /// DeepCall's error code, if the reply contains one (`api.md` §6).
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// Whether another answer of the proxy may show why there is no connection through it.
    pub(crate) fn is_of_proxys_answer(&self) -> bool {
        self.is_of_proxys_answer
    }

    /// What to do about it, best first.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// How long the server asked clients to wait (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the server may have received the request; its effect is then not known.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.was_sent
    }
}

/// The underlying error, as the library reports it.
#[derive(Debug)]
struct Cause(String);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Cause {}

/// Where a request was going.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `https://host[:port]`.
    pub(crate) origin: String,
    /// The variable that named a proxy on the way.
    pub(crate) proxy: Option<&'static str>,
}

/// An error before the reply's headers were complete.
/// `requests_certificate` is whether the server requested a certificate of the client.
pub(crate) fn before_reply(
    error: &reqwest::Error,
    target: &Target,
    requests_certificate: bool,
    now: Timestamp,
) -> ApiError {
    let Target { origin, proxy } = target;
    let links = chain(error);
    let is_connecting = error.is_connect();
    let tls_error = find::<rustls::Error>(&links);
    let kind = match (is_connecting, tls_error, proxy) {
        (true, Some(_), _) => ErrorKind::Tls,
        (true, None, Some(_)) => ErrorKind::Proxy,
        (true, None, None) if error.is_dns() => ErrorKind::Dns,
        (_, None, _) if error.is_timeout() => ErrorKind::Timeout,
        (true, None, None) if has_closed(&links) => ErrorKind::Reset,
        (true, None, None) => ErrorKind::Connect,
        (false, None, _) if is_unparsable(&links) => ErrorKind::Protocol,
        (false, _, _) => ErrorKind::Reset,
    };
    let reason = tls_error.and_then(alert_of).map(|alert| alerts::reason(alert, requests_certificate));
    let is_of_certificate = reason.as_ref().is_some_and(|reason| reason.is_of_clients_certificate);
    let kind = if is_of_certificate { ErrorKind::Tls } else { kind };
    let texts: Vec<String> = links.iter().map(ToString::to_string).collect();
    let obstacle = Obstacle::of(&texts, error.is_dns(), error.is_timeout());
    let message = match kind {
        _ if let Some(reason) = &reason => format!("{origin} {}", reason.words),
        ErrorKind::Tls if matches!(tls_error, Some(rustls::Error::PeerIncompatible(_))) => {
            format!("{origin} and deepcall have no kind of TLS in common")
        }
        ErrorKind::Tls if tls_error.is_some_and(handshakes::is_without_tls) => match proxy {
            Some(variable) => tunnels::without_tls(variable, origin),
            None => format!("{origin} does not speak TLS at this port"),
        },
        ErrorKind::Tls => format!("{origin} could not prove its identity"),
        ErrorKind::Proxy => obstacle.words(proxy.unwrap_or_default(), origin),
        ErrorKind::Dns => format!("the host name in {origin} has no address"),
        ErrorKind::Timeout => format!("{origin} did not answer in time"),
        ErrorKind::Protocol => format!("the reply of {origin} is not valid HTTP/1.1"),
        ErrorKind::Connect => format!("cannot connect to {origin}"),
        _ => format!("{origin} closed the connection before it answered"),
    };
    let cause = tls_error.and_then(handshakes::cause).unwrap_or_else(|| root_cause(&links));
    let mut failed = ApiError::new(kind, message).because(cause);
    failed.is_of_proxys_answer = kind == ErrorKind::Proxy && obstacle.is_explained_by_answer();
    let of_alert = reason.and_then(|reason| reason.hint).map(str::to_owned);
    if let Some(hint) = of_alert.or_else(|| tls_error.and_then(|error| handshakes::hint(error, now))) {
        failed = failed.with_hint(hint);
    }
    if kind == ErrorKind::Protocol
        && let Some(host) = origin.strip_prefix("http://")
    {
        failed = failed.with_hint(format!("if this port speaks TLS, use https://{host}"));
    }
    if is_connecting { failed } else { failed.sent() }
}

/// An error within the reply's body.
pub(crate) fn within_reply(error: &reqwest::Error, target: &Target) -> ApiError {
    let origin = &target.origin;
    let links = chain(error);
    // A malformed chunk breaks the rules of HTTP; a broken TLS record counts as a closed connection.
    let is_malformed = find::<io::Error>(&links).is_some_and(|error| {
        matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
    });
    let (kind, message) = if is_unparsable(&links) || is_malformed && find::<rustls::Error>(&links).is_none()
    {
        (ErrorKind::Protocol, format!("the reply of {origin} breaks the rules of HTTP"))
    } else {
        (ErrorKind::CutShort, format!("{origin} closed the connection in the middle of its reply"))
    };
    ApiError::new(kind, message).because(root_cause(&links)).sent()
}

/// A time limit that passed, in the form `https://host … 10.0 s`.
pub(crate) fn too_slow(what: &str, limit: Duration, target: &Target) -> ApiError {
    let seconds = limit.as_secs_f64();
    let message = format!("{} {what} {seconds:.1} s", target.origin);
    ApiError::new(ErrorKind::Timeout, message).sent()
}

fn alert_of(error: &rustls::Error) -> Option<AlertDescription> {
    match error {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

type Link<'a> = &'a (dyn Error + 'static);

/// An error and its causes. `io::Error::source` skips the error that it was made from, so it is unpacked.
fn chain(error: &reqwest::Error) -> Vec<Link<'_>> {
    let mut links: Vec<Link<'_>> = Vec::new();
    let mut next: Option<Link<'_>> = Some(error);
    while let Some(link) = next {
        links.push(link);
        let packed = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match packed {
            Some(inner) => Some(inner),
            None => link.source(),
        };
    }
    links
}

fn find<'a, T: Error + 'static>(links: &[Link<'a>]) -> Option<&'a T> {
    links.iter().rev().find_map(|link| link.downcast_ref())
}

fn root_cause(links: &[Link<'_>]) -> String {
    links.last().map(ToString::to_string).unwrap_or_default()
}

fn has_closed(links: &[Link<'_>]) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    find::<io::Error>(links).is_some_and(|error| {
        matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    })
}

fn is_unparsable(links: &[Link<'_>]) -> bool {
    find::<hyper::Error>(links).is_some_and(|error| error.is_parse() || error.is_parse_too_large())
}
