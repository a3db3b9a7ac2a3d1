//! Errors of API calls, with stable kinds. They contain no secret: their texts come from the server, the network or the
//! options, never from a request's body.

use std::error::Error;
use std::fmt;
use std::time::Duration;

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
    is_of_proxy: bool,
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
    const ALL: [Self; 19] = [
        Self::Dns,
        Self::Connect,
        Self::Timeout,
        Self::Reset,
        Self::CutShort,
        Self::Proxy,
        Self::Tls,
        Self::Redirect,
        Self::NotJson,
        Self::Protocol,
        Self::Encoding,
        Self::TooLarge,
        Self::Server,
        Self::SignIn,
        Self::Usage,
        Self::Forbidden,
        Self::Account,
        Self::State,
        Self::Refused,
    ];

    /// The kind of this word.
    #[must_use]
    pub(crate) fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

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
            is_of_proxy: false,
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

    /// Adds the HTTP status to a message that says only why the body of such a reply cannot be read.
    pub(crate) fn with_status(mut self, status: u16) -> Self {
        if status >= 400 && self.class() == ErrorClass::Untrusted {
            self.message = format!("{} (HTTP {status})", self.message);
        }
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

    pub(crate) fn of_proxy(mut self) -> Self {
        self.is_of_proxy = true;
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

    /// Whether the proxy is what failed.
    #[must_use]
    pub fn is_of_proxy(&self) -> bool {
        self.is_of_proxy || self.kind == ErrorKind::Proxy
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
