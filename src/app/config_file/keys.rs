//! The keys of `config.toml`, each with the option and the variable that say the same: the one list behind reading,
//! `deepcall config`, completion and the manual. It must not know what a value means to a command.

/// One key: what it stands for, and what counts where nobody says anything.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The key; the name of its table stands before a dot.
    pub name: &'static str,
    /// What TOML writes there.
    pub kind: Kind,
    /// The option that says the same for one run.
    pub option: &'static str,
    /// The variable that says the same for one shell.
    pub variable: Option<&'static str>,
    /// What counts otherwise, in words that the option would take; `None` where there is no such word.
    pub default: Option<&'static str>,
    /// One line about it.
    pub about: &'static str,
}

/// How a value is written in TOML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In quotes.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Anything that JSON can say as well.
    Any,
}

impl Key {
    const fn new(name: &'static str, option: &'static str, about: &'static str) -> Self {
        Self { name, kind: Kind::Text, option, variable: None, default: None, about }
    }

    const fn kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    const fn variable(mut self, variable: &'static str) -> Self {
        self.variable = Some(variable);
        self
    }

    const fn default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }
}

/// The table whose keys a person chooses: limits by what they limit.
pub const ALERT: &str = "alert";

/// The whole numbers that a key may say, and its option.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The least.
    pub least: u16,
    /// The most.
    pub most: u16,
}

/// Those of `retries`.
pub const RETRIES: Bounds = Bounds { least: 0, most: 10 };

/// Those of `jobs`.
pub const JOBS: Bounds = Bounds { least: 1, most: 256 };

impl Bounds {
    /// The number, if it lies between them.
    ///
    /// # Errors
    /// In words, if it does not.
    pub fn hold(self, number: i64) -> Result<u16, String> {
        let Self { least, most } = self;
        let held = u16::try_from(number).ok().filter(|number| (least..=most).contains(number));
        held.ok_or_else(|| format!("{number} is not between {least} and {most}"))
    }
}

/// Every key but those of the table of limits. Options that choose what is asked for, that take a guard away, or that
/// run a command have none: the line that is typed shall say those itself.
pub const KEYS: [Key; 27] = [
    Key::new("server", "--server", "address of the server")
        .variable("DEEPCALL_SERVER")
        .default("https://v4-api.deepcall.com"),
    Key::new("profile", "--profile", "the stored session to use").variable("DEEPCALL_PROFILE"),
    Key::new("store", "login --store", "where login keeps the secret: keyring or file")
        .variable("DEEPCALL_STORE")
        .default("keyring"),
    Key::new("cacert", "--cacert", "PEM file of certificate authorities to trust as well"),
    Key::new("timeout", "--timeout", "give up after this long, e.g. 30s"),
    Key::new("retries", "--retries", "how often to try again, up to 10").kind(Kind::Number).default("2"),
    Key::new("jobs", "--jobs", "how many profiles to ask at the same time, up to 256")
        .kind(Kind::Number)
        .default("16"),
    Key::new("server_timezone", "--server-timezone", "zone of server times that name none").default("+05:30"),
    Key::new("ref", "--ref", "what tags and watch send as ref, whose meaning is not documented")
        .default("true"),
    Key::new("output", "--output", "format of answers").variable("DEEPCALL_OUTPUT").default("table"),
    Key::new("timezone", "--timezone", "zone of the times shown")
        .variable("DEEPCALL_TIMEZONE")
        .default("local"),
    Key::new("color", "--color", "when to use colour: auto, always or never").default("auto"),
    Key::new("mask", "--mask", "hide phone numbers but for the last three digits")
        .kind(Kind::Flag)
        .variable("DEEPCALL_MASK")
        .default("false"),
    Key::new("no_headers", "--no-headers", "leave out the line of headings")
        .kind(Kind::Flag)
        .default("false"),
    Key::new("columns.tags", "tags --columns", "columns of tags in table, csv and tsv"),
    Key::new("columns.break_status", "break-status --columns", "the same of break-status"),
    Key::new("columns.wrapup", "wrapup --columns", "the same of wrapup"),
    Key::new("columns.profiles", "profiles --columns", "the same of profiles"),
    Key::new("watch.interval", "watch --interval", "how often watch asks each, at least 2s").default("5s"),
    Key::new("watch.heartbeat", "watch --heartbeat", "how often watch gives a sign of life"),
    Key::new("watch.max_stale", "watch --max-stale", "how long a watch goes on when nobody answers"),
    Key::new("watch.log", "watch --log", "lines instead of a board").kind(Kind::Flag).default("false"),
    Key::new("watch.bell", "watch --bell", "ring the terminal's bell at the events of watch.on")
        .kind(Kind::Flag)
        .default("false"),
    Key::new("watch.notify", "watch --notify", "send a notice through the terminal at them")
        .kind(Kind::Flag)
        .default("false"),
    Key::new("watch.on", "watch --on", "which events ring, notify and run").default("alert,session_expired"),
    Key::new("ping.path", "ping --path", "path of the call, which is not documented")
        .default("agentProfile/setWebPingTime"),
    Key::new("ping.mic_perm", "ping --mic-perm", "what ping sends as mic_perm")
        .kind(Kind::Any)
        .default("true"),
];

/// The key of that name.
#[must_use]
pub fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The name of a limit, where `name` is one: `alert.break`, `alert.break.lunch`, `alert.wrapup`.
#[must_use]
pub fn limit(name: &str) -> Option<&str> {
    name.strip_prefix(ALERT)?.strip_prefix('.')
}

/// The known key nearest to a misspelt one. A key of a table is found without its table as well, since that is how
/// it is forgotten.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    let inner = |key: &Key| key.name.split_once('.').is_some_and(|(_, inner)| inner == name);
    if let Some(key) = KEYS.iter().find(|key| inner(key)) {
        return Some(key.name);
    }
    crate::nearest::nearest(name, KEYS.iter().map(|key| key.name).chain(["alert.break", "alert.wrapup"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_and_one_without_its_table_are_found() {
        for (typed, meant) in [
            ("sever", Some("server")),
            ("time_zone", Some("timezone")),
            ("interval", Some("watch.interval")),
            ("watch.interfal", Some("watch.interval")),
            ("alert.brake", Some("alert.break")),
            ("no-headers", Some("no_headers")),
            ("break_status", Some("columns.break_status")),
            ("something_else_altogether", None),
        ] {
            assert_eq!(nearest(typed), meant, "for {typed}");
        }
    }

    #[test]
    fn a_limit_is_named_below_its_table() {
        assert_eq!(limit("alert.break.lunch"), Some("break.lunch"));
        assert_eq!((limit("alert"), limit("alerts.break"), limit("server")), (None, None, None));
    }
}
