//! The result of one check, and what to do about it.

use crate::failure::{EXIT_STATUSES, ExitStatus, Failure};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) check: &'static str,
    pub(crate) subject: Option<String>,
    pub(crate) verdict: Verdict,
    pub(crate) detail: String,
    pub(crate) advice: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Ok,
    Warn,
    Fail(ExitStatus),
    Skipped,
}

impl Verdict {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail(_) => "fail",
            Self::Skipped => "skipped",
        }
    }
}

impl Finding {
    fn new(check: &'static str, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { check, subject: None, verdict, detail: detail.into(), advice: vec![] }
    }

    pub(crate) fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self::new(check, Verdict::Ok, detail)
    }

    pub(crate) fn warn(check: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { advice: vec![advice.into()], ..Self::new(check, Verdict::Warn, detail) }
    }

    pub(crate) fn skipped(check: &'static str, why: impl Into<String>) -> Self {
        Self::new(check, Verdict::Skipped, why)
    }

    /// The failure is the one with which other commands would end.
    #[must_use]
    pub(crate) fn failed(check: &'static str, failure: &Failure) -> Self {
        let problem = &failure.problem;
        let causes = problem.causes.iter().map(|cause| format!(": {cause}"));
        let detail = problem.message.clone() + &causes.collect::<String>();
        let mut advice = problem.hints.clone();
        if advice.is_empty() {
            let of_status = EXIT_STATUSES.iter().find(|(status, ..)| *status == failure.status);
            advice.extend(of_status.map(|(_, _, advice)| (*advice).to_owned()));
        }
        Self { advice, ..Self::new(check, Verdict::Fail(failure.status), detail) }
    }

    /// The server or profile of the check.
    #[must_use]
    pub(crate) fn of(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }
}
