//! What can go wrong between a question and its answer, in stable words. No secret can be in it:
//! texts are made from what the server, the network or the options said, never from a request's body.

use std::fmt;
use std::time::Duration;

/// A question that was not answered.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    fault: Fault,
    message: String,
    code: Option<i64>,
    hints: Vec<String>,
    retry_after: Option<Duration>,
    was_sent: bool,
    #[source]
    cause: Option<Cause>,
}

/// What went wrong, as finely as scripts and tests can tell it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// The server's name has no address.
    Dns,
    /// Nobody listens, or there is no way there.
    Connect,
    /// Too slow.
    Timeout,
    /// The connection was closed before the reply began.
    Reset,
    /// The connection was closed within the reply.
    CutShort,
    /// The proxy did not let us through.
    Proxy,
    /// The server could not prove that it is the one.
    Tls,
    /// The server points elsewhere.
    Redirect,
    /// The reply is not JSON.
    NotJson,
    /// The reply breaks the rules of HTTP or of the API.
    Protocol,
    /// The reply came compressed though that was refused.
    Encoding,
    /// The reply is beyond a limit of [`crate::client::budget`].
    TooLarge,
    /// The server is in trouble and says so.
    Server,
    /// The credentials are not, or no longer, good.
    SignIn,
    /// An option or a parameter is wrong.
    Usage,
    /// These credentials may not ask this.
    Forbidden,
    /// The account is suspended, unpaid or misconfigured.
    Account,
    /// The agent is in a state that rules this out.
    State,
    /// The server said no, for a reason not listed here.
    Refused,
}

/// What a fault means for the caller; a layer above turns it into an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Sign in first.
    SignIn,
    /// Ask differently.
    Usage,
    /// The server said no.
    Refused,
    /// The server cannot be reached or is in trouble; later it may work.
    Unreachable,
    /// Something answered that cannot be trusted or understood.
    Untrusted,
}

impl Fault {
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
    pub fn trouble(self) -> Trouble {
        match self {
            Self::Dns
            | Self::Connect
            | Self::Timeout
            | Self::Reset
            | Self::CutShort
            | Self::Proxy
            | Self::Server => Trouble::Unreachable,
            Self::Tls | Self::Redirect | Self::NotJson | Self::Protocol | Self::Encoding | Self::TooLarge => {
                Trouble::Untrusted
            }
            Self::SignIn => Trouble::SignIn,
            Self::Usage => Trouble::Usage,
            Self::Forbidden | Self::Account | Self::State | Self::Refused => Trouble::Refused,
        }
    }
}

impl ApiError {
    /// What went wrong, in one line.
    pub fn new(fault: Fault, message: impl Into<String>) -> Self {
        Self {
            fault,
            message: message.into(),
            code: None,
            hints: Vec::new(),
            retry_after: None,
            was_sent: false,
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

    /// The same, with what the server asked for in `Retry-After`.
    #[must_use]
    pub fn with_retry_after(mut self, told: Option<Duration>) -> Self {
        self.retry_after = told;
        self
    }

    pub(crate) fn sent(mut self) -> Self {
        self.was_sent = true;
        self
    }

    /// What went wrong.
    #[must_use]
    pub fn fault(&self) -> Fault {
        self.fault
    }

    /// The stable word of [`Self::fault`].
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.fault.word()
    }

    /// What it means for the caller.
    #[must_use]
    pub fn trouble(&self) -> Trouble {
        self.fault.trouble()
    }

    /// The server's own error code, where it gave one (`api.md` §6).
    #[must_use]
    pub fn code(&self) -> Option<i64> {
        self.code
    }

    /// What to do about it, best first.
    #[must_use]
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// How long the server asked to be left alone (`Retry-After`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the server may have seen the request: what it then did is not known.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.was_sent
    }
}

/// What lay behind a fault, in the words of the library that met it.
#[derive(Debug)]
struct Cause(String);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}
