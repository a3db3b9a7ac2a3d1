//! What DeepCall's error codes mean (`api.md` §6): one table that errors, retries and `explain` read.
//! Codes from 1501 on mean different things in different modules.

use crate::client::error::ErrorKind;

/// The part of the API that a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Module {
    /// Codes that mean the same wherever no narrower entry exists.
    Any,
    /// `agentProfile/…`: breaks, wrap-ups, presence.
    AgentProfile,
    /// `agentProfile/tags`, where 1000 has another meaning.
    Tags,
    /// `Agent/…`.
    Agent,
    /// `queue/…`.
    Queue,
    /// `liveQueue/…`.
    LiveQueue,
    /// `agentDashboard/…`.
    AgentDashboard,
}

/// What of a path names the call.
fn parts(lower: &str) -> impl Iterator<Item = &str> {
    let parts = lower.split('/').filter(|part| !part.is_empty());
    parts.skip_while(|part| matches!(*part, "api" | "v2"))
}

/// Whether a path leads to the call with the path `known`.
pub(crate) fn is_path_of(path: &str, known: &str) -> bool {
    parts(&path.to_ascii_lowercase()).eq(parts(&known.to_ascii_lowercase()))
}

impl Module {
    /// The module of a path such as `agentProfile/tags` or `/api/v2/Queue/list/`; case does not matter
    /// (`api.md` §0).
    #[must_use]
    pub fn of_path(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let mut parts = parts(&lower);
        match (parts.next(), parts.next()) {
            (Some("agentprofile"), Some("tags")) => Self::Tags,
            (Some("agentprofile"), _) => Self::AgentProfile,
            (Some("agent"), _) => Self::Agent,
            (Some("queue"), _) => Self::Queue,
            (Some("livequeue"), _) => Self::LiveQueue,
            (Some("agentdashboard"), _) => Self::AgentDashboard,
            _ => Self::Any,
        }
    }

    /// The name as the API spells it; `any` for the shared codes.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::AgentProfile => "agentProfile",
            Self::Tags => "agentProfile/tags",
            Self::Agent => "Agent",
            Self::Queue => "queue",
            Self::LiveQueue => "liveQueue",
            Self::AgentDashboard => "agentDashboard",
        }
    }

    /// Where a code is looked up when this module has no entry of its own.
    fn parent(self) -> Option<Self> {
        match self {
            Self::Any => None,
            Self::Tags => Some(Self::AgentProfile),
            Self::AgentProfile | Self::Agent | Self::Queue | Self::LiveQueue | Self::AgentDashboard => {
                Some(Self::Any)
            }
        }
    }
}

/// How a code is handled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The credentials are not good: sign in.
    SignIn,
    /// A parameter is wrong.
    Usage,
    /// Not with these credentials.
    Forbidden,
    /// The account: billing, suspension, set-up.
    Account,
    /// The agent or the data is in a state that rules it out.
    State,
    /// May work in a moment.
    Transient,
    /// An answer: there is nothing.
    Empty,
    /// An answer: the agent is not on break.
    NotOnBreak,
    /// An answer: the agent is not in wrap-up.
    NotInWrapup,
    /// An error of the server that a retry will not cure.
    Server,
}

impl Class {
    /// The kind of error that it is reported as; `None` for a code that is an answer.
    #[must_use]
    pub fn kind(self) -> Option<ErrorKind> {
        match self {
            Self::SignIn => Some(ErrorKind::SignIn),
            Self::Usage => Some(ErrorKind::Usage),
            Self::Forbidden => Some(ErrorKind::Forbidden),
            Self::Account => Some(ErrorKind::Account),
            Self::State => Some(ErrorKind::State),
            Self::Transient => Some(ErrorKind::Server),
            Self::Server => Some(ErrorKind::Refused),
            Self::Empty | Self::NotOnBreak | Self::NotInWrapup => None,
        }
    }

    /// Whether a read that met it is retried.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        self == Self::Transient
    }
}

/// One code in one module.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// Where it means this.
    pub module: Module,
    /// The number.
    pub number: i64,
    /// What it means, in a few words.
    pub meaning: &'static str,
    /// How it is handled.
    pub class: Class,
    /// What to do about it.
    pub advice: &'static str,
}

/// Looks a code up in a module, then in what the module shares with others.
#[must_use]
pub fn look_up(module: Module, number: i64) -> Option<&'static Code> {
    let mut scope = Some(module);
    while let Some(module) = scope {
        if let Some(code) = TABLE.iter().find(|code| code.module == module && code.number == number) {
            return Some(code);
        }
        scope = module.parent();
    }
    None
}

/// Every known code, shared ones first.
#[must_use]
pub fn all() -> &'static [Code] {
    TABLE
}

const LOG_IN: &str = "check the session, or the user id and the token, in the web panel";
const NEW_SSID: &str = "take a new, complete ssid from the web panel";
const NEW_TOKEN: &str = "make a new token in the web panel, or use an ssid";
const CHECK: &str = "check the options of the command";
const FIELD: &str = "a field is missing or not valid";
const LATER: &str = "try again in a moment; if that does not help, ask DeepCall's support";
const ADMIN: &str = "ask the account's administrator";
const SUPPORT: &str = "ask DeepCall's support";
const NONE: &str = "nothing: this is an answer, not a failure";
const OTHER_ROLE: &str = "the session belongs to another role or agent: use a profile of that agent";
const PERMISSION: &str =
    "an administrator gives the permission in the web panel; or use a profile of another role or agent";

const fn of(module: Module, number: i64, meaning: &'static str, class: Class, advice: &'static str) -> Code {
    Code { module, number, meaning, class, advice }
}

const fn any(number: i64, meaning: &'static str, class: Class, advice: &'static str) -> Code {
    of(Module::Any, number, meaning, class, advice)
}

#[rustfmt::skip]
const TABLE: &[Code] = &[
    any(1000, "a parameter is missing or invalid", Class::Usage, CHECK),
    any(1001, "a parameter has the wrong type", Class::Usage, CHECK),
    any(1002, "the user id was not given", Class::Usage, CHECK),
    any(1003, "the agent id does not exist", Class::Usage, CHECK),
    any(1004, "the file was not found", Class::Usage, CHECK),
    any(1005, "the phone number is not valid", Class::Usage, CHECK),
    any(1006, "the group id does not exist", Class::Usage, CHECK),
    any(1007, "the caller ID (CLI) was not found", Class::Usage, CHECK),
    any(1008, "the caller ID (CLI) is not valid", Class::Usage, CHECK),
    any(1009, "something failed in the server", Class::Transient, LATER),
    any(1010, "the server cannot reach its database", Class::Transient, LATER),
    any(1011, "the user id or token is not valid", Class::SignIn, LOG_IN),
    any(1012, "there is no data", Class::Empty, NONE),
    any(1013, "the user id is not valid", Class::SignIn, LOG_IN),
    any(1014, "the token is invalid or expired", Class::SignIn, NEW_TOKEN),
    any(1015, "the session lacks the permission", Class::Forbidden, PERMISSION),
    any(1016, "no data about the agent was found", Class::State, CHECK),
    any(1017, "the server cannot read the settings of its database", Class::Transient, LATER),
    any(1018, "the panel package is not valid", Class::Account, ADMIN),
    any(1019, "invalid reply inside the server", Class::Server, SUPPORT),
    any(1020, "the token was not found", Class::SignIn, NEW_TOKEN),
    any(1021, FIELD, Class::Usage, CHECK),
    any(1022, FIELD, Class::Usage, CHECK),
    any(1023, FIELD, Class::Usage, CHECK),
    any(1024, FIELD, Class::Usage, CHECK),
    any(1025, FIELD, Class::Usage, CHECK),
    any(1026, FIELD, Class::Usage, CHECK),
    any(1027, "only an agent may request this", Class::Forbidden, OTHER_ROLE),
    any(1028, FIELD, Class::Usage, CHECK),
    any(1029, FIELD, Class::Usage, CHECK),
    any(1030, FIELD, Class::Usage, CHECK),
    any(1031, FIELD, Class::Usage, CHECK),
    any(1032, "the server failed, or cannot read the settings of its database", Class::Transient, LATER),
    any(1033, "the service is unavailable", Class::Transient, LATER),
    any(1034, FIELD, Class::Usage, CHECK),
    any(1035, FIELD, Class::Usage, CHECK),
    any(1036, FIELD, Class::Usage, CHECK),
    any(1037, FIELD, Class::Usage, CHECK),
    any(1038, "the account has no plan for outbound dialling (OBD)", Class::Account, ADMIN),
    any(1039, "the user account is suspended", Class::Account, ADMIN),
    any(1040, "the account's next due date was not found", Class::Account, ADMIN),
    any(1041, "the account's due date has passed", Class::Account, ADMIN),
    any(1042, "the balance of the account's wallet is too low", Class::Account, ADMIN),
    any(1043, "the agent is not logged in", Class::State, "the agent has to log in at the panel first"),
    any(1044, "the session has expired or is not valid", Class::SignIn, NEW_SSID),
    any(1045, "no phone channel is free", Class::Transient, LATER),
    any(1046, "a connection inside the server failed", Class::Transient, LATER),
    any(1047, "the request was empty or malformed", Class::Usage, CHECK),
    any(1048, FIELD, Class::Usage, CHECK),
    of(Module::Tags, 1000, "the ssid is missing or not valid", Class::SignIn, NEW_SSID),
    of(Module::AgentProfile, 1501, "the agent is not the one who is signed in", Class::Forbidden, OTHER_ROLE),
    of(Module::AgentProfile, 1502, "not on break", Class::NotOnBreak, NONE),
    of(Module::AgentProfile, 1503, "the session is not valid for updating the presence", Class::SignIn, NEW_SSID),
    of(Module::AgentProfile, 1504, "not in wrap-up", Class::NotInWrapup, NONE),
    of(Module::AgentProfile, 1505, "the parameter mic_perm is missing", Class::Usage, "pass a value for `mic_perm`"),
    of(Module::AgentProfile, 1506, "a value in the server (ping_time) has the wrong type", Class::Server, SUPPORT),
    of(Module::Agent, 1501, "the data is already being processed", Class::Transient, LATER),
    of(Module::Agent, 1502, "a filter has a value that is not valid", Class::Usage, CHECK),
    of(Module::Agent, 1507, "the agent id is not valid", Class::Usage, CHECK),
    of(Module::Agent, 1508, "the status is not valid", Class::Usage, CHECK),
    of(Module::Agent, 1509, "the agent id is not valid", Class::Usage, CHECK),
    of(Module::Queue, 1501, "the data is already being processed", Class::Transient, LATER),
    of(Module::Queue, 1502, "a filter has a value that is not valid", Class::Usage, CHECK),
    of(Module::LiveQueue, 1501, "the data is already being processed", Class::Transient, LATER),
    of(Module::LiveQueue, 1502, "a filter has a value that is not valid", Class::Usage, CHECK),
    of(Module::AgentDashboard, 1501, "the server's dashboard failed", Class::Server, SUPPORT),
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn class(module: Module, number: i64) -> Option<Class> {
        look_up(module, number).map(|code| code.class)
    }

    #[test]
    fn no_code_is_listed_twice_in_a_module() {
        let keys: HashSet<_> = all().iter().map(|code| (code.module, code.number)).collect();
        assert_eq!(keys.len(), all().len());
    }

    #[test]
    fn every_shared_code_from_1000_to_1048_is_known() {
        for number in 1000..=1048 {
            assert!(look_up(Module::Any, number).is_some(), "{number}");
        }
    }

    #[test]
    fn a_code_has_the_meaning_of_its_module() {
        assert_eq!(class(Module::AgentProfile, 1501), Some(Class::Forbidden));
        assert_eq!(class(Module::Queue, 1501), Some(Class::Transient));
        assert_eq!(class(Module::AgentDashboard, 1501), Some(Class::Server));
        assert_eq!(class(Module::AgentProfile, 1502), Some(Class::NotOnBreak));
        assert_eq!(class(Module::Agent, 1502), Some(Class::Usage));
        assert_eq!(class(Module::AgentProfile, 1000), Some(Class::Usage));
        assert_eq!(class(Module::Tags, 1000), Some(Class::SignIn));
        assert_eq!(class(Module::Tags, 1501), Some(Class::Forbidden));
        assert_eq!(class(Module::Tags, 1044), Some(Class::SignIn));
        assert_eq!(class(Module::Any, 1501), None);
        assert_eq!(class(Module::Agent, 9999), None);
    }

    #[test]
    fn every_code_of_the_sign_in_class_signs_in() {
        for number in [1011, 1013, 1014, 1020, 1044, 1503] {
            assert_eq!(class(Module::AgentProfile, number), Some(Class::SignIn), "{number}");
        }
    }

    #[test]
    fn only_transient_codes_are_tried_again() {
        for code in all() {
            let retried = code.class.kind().is_some_and(crate::client::retry::is_transient);
            assert_eq!(retried, code.class.is_retryable(), "{} {}", code.module.name(), code.number);
        }
    }

    #[test]
    fn a_path_names_its_module_however_it_is_spelt() {
        let table = [
            ("agentProfile/tags", Module::Tags),
            ("/api/v2/agentProfile/tags/", Module::Tags),
            ("AGENTPROFILE/agentOnBreak", Module::AgentProfile),
            ("agentProfile", Module::AgentProfile),
            ("Agent/live", Module::Agent),
            ("queue/count", Module::Queue),
            ("api/v2/liveQueue/count", Module::LiveQueue),
            ("agentDashboard/counters", Module::AgentDashboard),
            ("Group/list", Module::Any),
            ("", Module::Any),
        ];
        for (path, module) in table {
            assert_eq!(Module::of_path(path), module, "{path:?}");
        }
    }
}
