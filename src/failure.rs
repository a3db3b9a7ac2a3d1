//! The error that a user sees, and the exit code of the program. The only file with exit codes: the layers below return
//! kinds and classes of errors.

use crate::client::error::{ApiError, ErrorClass, ErrorKind};
use crate::journal::JournalError;
use crate::output::formats::render::RenderError;
use crate::output::jq::JqError;
use crate::output::table_view::ColumnError;
use crate::report::Problem;
use crate::store::{FileError, PlainHttp, ProfilesError, ServerUrlError, StoreError};
use crate::system::signals::is_of_gone_reader;

/// How the program ends (`deepcall explain exit`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// The request was answered, or the work is done.
    Done,
    /// Refused by the server, or failed here.
    Failed,
    /// The command line, a variable or a configuration file is wrong.
    Usage,
    /// The answer is "no", and the caller requested it as an exit code.
    No,
    /// There is no session, or it has expired.
    SignIn,
    /// The server cannot be reached or is in trouble, after retries.
    Unreachable,
    /// Something answered that cannot be trusted or understood.
    Untrusted,
    /// `--timeout` was reached.
    TimedOut,
    /// Interrupted by Ctrl-C.
    Interrupted,
    /// The reader of stdout went away.
    ClosedPipe,
    /// Ended by SIGTERM.
    Terminated,
}

/// Every exit status with its meaning and what to do, for `explain` and the documentation.
pub const EXIT_STATUSES: [(ExitStatus, &str, &str); 11] = [
    (ExitStatus::Done, "done: the request was answered", "nothing to do"),
    (
        ExitStatus::Failed,
        "refused by the server, or failed on this machine",
        "read the error and its hint on stderr",
    ),
    (
        ExitStatus::Usage,
        "the command line, a variable or a configuration file is wrong",
        "read the error: it names the option, the variable or the line",
    ),
    (
        ExitStatus::No,
        "the answer is \"no\" (--exit-status, --fail-empty, --require-coverage), or you answered no to a question",
        "nothing to do: this is an answer",
    ),
    (ExitStatus::SignIn, "there is no session, or it has expired", "run `deepcall login`"),
    (
        ExitStatus::Unreachable,
        "the server cannot be reached or is in trouble, after retries",
        "try again later; check the network, the proxy and the server address",
    ),
    (
        ExitStatus::Untrusted,
        "something answered that cannot be trusted or understood (TLS identity, redirect, not JSON, too large)",
        "check the server address; a captive portal or a proxy may be answering",
    ),
    (ExitStatus::TimedOut, "--timeout was reached", "allow more time, or query fewer profiles"),
    (ExitStatus::Interrupted, "interrupted by Ctrl-C", "nothing to do"),
    (ExitStatus::ClosedPipe, "the reader of stdout went away", "nothing to do"),
    (ExitStatus::Terminated, "ended by SIGTERM, or because the terminal hung up", "nothing to do"),
];

impl ExitStatus {
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::No => 3,
            Self::SignIn => 4,
            Self::Unreachable => 5,
            Self::Untrusted => 6,
            Self::TimedOut => 124,
            Self::Interrupted => 130,
            Self::ClosedPipe => 141,
            Self::Terminated => 143,
        }
    }

    /// The status for several profiles: `Done` if all answered, the common one if all failed alike, else `Failed`.
    pub fn of_many(statuses: impl IntoIterator<Item = Self>) -> Self {
        let mut statuses = statuses.into_iter();
        let Some(first) = statuses.next() else { return Self::Done };
        if statuses.all(|status| status == first) { first } else { Self::Failed }
    }
}

impl From<ErrorClass> for ExitStatus {
    fn from(class: ErrorClass) -> Self {
        match class {
            ErrorClass::SignIn => Self::SignIn,
            ErrorClass::Usage => Self::Usage,
            ErrorClass::Refused => Self::Failed,
            ErrorClass::Unreachable => Self::Unreachable,
            ErrorClass::Untrusted => Self::Untrusted,
        }
    }
}

/// A failure: what is reported, and how the program ends.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the program ends.
    pub status: ExitStatus,
    /// What is reported, as text or JSON.
    pub problem: Box<Problem>,
}

impl Failure {
    fn new(status: ExitStatus, kind: &'static str, message: impl Into<String>) -> Self {
        let problem = Problem {
            profile: None,
            kind,
            code: None,
            message: message.into(),
            causes: vec![],
            hints: vec![],
        };
        Self { status, problem: Box::new(problem) }
    }

    /// The command line or a variable is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, "usage", message)
    }

    /// A configuration file is wrong.
    pub fn config(message: impl Into<String>) -> Self {
        Self::new(ExitStatus::Usage, "config", message)
    }

    /// There is no session to send a request with.
    pub fn sign_in(message: impl Into<String>) -> Self {
        Self::new(ExitStatus::SignIn, "sign_in", message)
    }

    /// Something failed on this machine.
    pub fn failed(kind: &'static str, message: impl Into<String>) -> Self {
        Self::new(ExitStatus::Failed, kind, message)
    }

    /// `--timeout` was reached.
    #[must_use]
    pub fn timed_out(limit: std::time::Duration) -> Self {
        Self::new(ExitStatus::TimedOut, "timed_out", format!("no answer within --timeout ({limit:?})"))
            .hint("allow more time with --timeout, or leave it out")
    }

    /// If `--timeout` was reached, reports what was waited for instead, in `words`.
    #[must_use]
    pub fn in_words_if_timed_out(mut self, words: impl FnOnce() -> Option<String>) -> Self {
        if self.status == ExitStatus::TimedOut
            && let Some(words) = words()
        {
            self.problem.message = words;
        }
        self
    }

    /// Ctrl-C was pressed.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(ExitStatus::Interrupted, "interrupted", "interrupted")
    }

    /// SIGTERM was received, or the terminal hung up.
    #[must_use]
    pub fn terminated() -> Self {
        Self::new(ExitStatus::Terminated, "terminated", "terminated")
    }

    /// The reader of stdout went away.
    #[must_use]
    pub fn closed_pipe() -> Self {
        Self::new(ExitStatus::ClosedPipe, "closed_pipe", "the reader of the output went away")
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.problem.hints.push(hint.into());
        self
    }

    fn cause(mut self, cause: &str) -> Self {
        self.problem.causes.push(cause.to_owned());
        self
    }

    /// Adds the cause and the causes behind it.
    #[must_use]
    pub fn caused_by(mut self, cause: &dyn std::error::Error) -> Self {
        self.problem.causes.push(cause.to_string());
        self.problem.causes.extend(causes_of(cause));
        self
    }

    /// Names the profile whose request failed.
    #[must_use]
    pub fn of_profile(mut self, profile: &str) -> Self {
        self.problem.profile = Some(profile.to_owned());
        self
    }

    /// What was to be reported has been written already.
    #[must_use]
    pub(crate) fn reported(status: ExitStatus) -> Self {
        Self::new(status, "reported", "")
    }

    /// Whether nothing is reported, because it has been, or the reader of stdout went away.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.status == ExitStatus::ClosedPipe || self.problem.message.is_empty()
    }
}

fn causes_of(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string).collect()
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::from(&error)
    }
}

impl From<&ApiError> for Failure {
    fn from(error: &ApiError) -> Self {
        let status = error.class().into();
        let mut failure = Self::new(status, error.kind().word(), error.to_string());
        failure.problem.code = error.code();
        failure.problem.hints = error.hints().to_vec();
        failure.problem.causes = causes_of(error);
        match (failure.problem.hints.as_slice(), error.kind()) {
            ([], ErrorKind::Dns) => failure.hint("check the address of the server, and the network"),
            ([], ErrorKind::Connect) => failure.hint(
                "check the address of the server, and the network; a firewall may block the connection",
            ),
            ([], ErrorKind::Timeout) => {
                failure.hint("check the network; a firewall may block the connection")
            }
            _ => failure,
        }
    }
}

impl From<ServerUrlError> for Failure {
    fn from(error: ServerUrlError) -> Self {
        Self::usage(error.to_string()).hint("a server address looks like https://v4-api.deepcall.com")
    }
}

impl From<PlainHttp> for Failure {
    fn from(error: PlainHttp) -> Self {
        Self::usage(error.to_string()).hint(PlainHttp::HINT)
    }
}

impl From<ColumnError> for Failure {
    fn from(error: ColumnError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<JqError> for Failure {
    fn from(error: JqError) -> Self {
        match error {
            JqError::Expression(wrong) => {
                let at = wrong.column + 1;
                Self::usage(format!("--jq: {}, at column {at} of {}", wrong.message, wrong.line))
            }
            JqError::Run(message) => Self::failed("jq", format!("--jq: {message}")),
            JqError::Write(error) => error.into(),
        }
    }
}

impl From<std::io::Error> for Failure {
    /// A write to stdout or stderr that failed.
    fn from(error: std::io::Error) -> Self {
        if is_of_gone_reader(&error) {
            return Self::closed_pipe();
        }
        Self::failed("output", "cannot write the output").caused_by(&error)
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Io(error) => error.into(),
            RenderError::Column(error) => error.into(),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        let message = error.to_string();
        let causes = causes_of(&error);
        let (mut failure, hint) = match &error {
            FileError::Busy { .. } => (Self::failed("busy", message), "try again in a moment".to_owned()),
            FileError::Refused { path, why } => (Self::config(message), why.hint(path)),
            FileError::NotAFile { .. } | FileError::TooLarge { .. } | FileError::DanglingLink { .. } => {
                (Self::config(message), "move the file elsewhere: deepcall writes a new one".to_owned())
            }
            FileError::Io { .. } | FileError::NotSynced { .. } => (
                Self::failed("store", message),
                "check the folder's permissions and the free space".to_owned(),
            ),
        };
        failure.problem.causes = causes;
        failure.hint(hint)
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        let error = match error {
            JournalError::File(error) => return error.into(),
            other => other,
        };
        let mut failure = match error {
            // The setting names it.
            JournalError::Foreign { .. } => Self::config(error.to_string()),
            JournalError::Busy { .. } => Self::failed("busy", error.to_string()),
            _ => Self::failed("journal", error.to_string()),
        };
        failure.problem.causes = causes_of(&error);
        failure.problem.hints = error.hint().into_iter().collect();
        failure
    }
}

impl From<ProfilesError> for Failure {
    fn from(error: ProfilesError) -> Self {
        match error {
            ProfilesError::File(error) => error.into(),
            ProfilesError::Syntax { .. } => Self::config(error.to_string())
                .hint("correct the line, or move the file away and sign in again"),
        }
    }
}

const DIALOG: &str = "look for its dialog, which may be behind another window: KeePassXC asks for the password of its database";

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let elsewhere = "without a keyring, run `deepcall login --store file`, which keeps the session as plain \
                         text in a file that only you can read; or set DEEPCALL_SSID, or DEEPCALL_SSID_FILE \
                         to the path of a file";
        let error = match error {
            StoreError::File(error) => return error.into(),
            other => other,
        };
        let failure = || match &error {
            StoreError::NoStore { detail } => {
                Self::failed("store", "no keyring can be reached").cause(detail)
            }
            StoreError::Locked { detail } => Self::failed("store", "the keyring is locked").cause(detail),
            other => Self::failed("store", other.to_string()),
        };
        match &error {
            StoreError::Absent => Self::sign_in("the stored session is gone").hint("run `deepcall login`"),
            StoreError::NoStore { .. } | StoreError::File(_) => failure().hint(elsewhere),
            StoreError::TimedOut { .. } => failure().hint(DIALOG).hint(elsewhere),
            StoreError::Locked { .. } => failure()
                .hint("unlock the keyring: log in to the desktop, or start the keyring daemon")
                .hint(DIALOG)
                .hint(elsewhere),
            StoreError::NoCollection => failure()
                .hint("create a default keyring; a desktop does this at the first login")
                .hint(elsewhere),
            StoreError::Unreadable { .. } => failure().hint("run `deepcall logout`, then `deepcall login`"),
            StoreError::NotKept => failure().hint("run `deepcall login` again").hint(elsewhere),
            StoreError::TooLong { .. } => failure().hint("check what was pasted: a session is much shorter"),
        }
    }
}
