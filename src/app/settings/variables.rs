//! Every variable that is read: the one list behind `deepcall config show`, the manual and the README.

use std::borrow::Cow;

use crate::app::environment::Variables;
use crate::app::settings::table::SETTINGS;

#[derive(Clone, Debug)]
pub struct Variable {
    pub name: &'static str,
    pub help: Cow<'static, str>,
    pub kind: VariableKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VariableKind {
    /// Contains a session, or names a file that does.
    Credential,
    /// Overrides a setting.
    Setting,
    /// Set on purpose, for this program or for programs like it.
    Choice,
    /// Usually set by the login shell, so `config show` leaves it out.
    OfEveryLogin,
}

const CREDENTIALS: [(&str, &str); 5] = [
    (
        "DEEPCALL_SSID",
        "session id to sign in with, instead of stored sessions; shown as profile env, unless DEEPCALL_PROFILE names it",
    ),
    ("DEEPCALL_SSID_FILE", "file that contains the session id"),
    ("DEEPCALL_USER_ID", "user id to sign in with, together with a token"),
    ("DEEPCALL_TOKEN", "token of that user"),
    ("DEEPCALL_TOKEN_FILE", "file that contains the token"),
];

pub const CREDENTIAL_VARIABLES: [&str; 5] = {
    let [a, b, c, d, e] = CREDENTIALS;
    [a.0, b.0, c.0, d.0, e.0]
};

/// The first variable with credentials that is set.
#[must_use]
pub fn credential_in(variables: &Variables) -> Option<&'static str> {
    CREDENTIAL_VARIABLES.into_iter().find(|name| variables.has(name))
}

use VariableKind::{Choice, OfEveryLogin};

const OTHERS: [(&str, &str, VariableKind); 24] = [
    ("NO_COLOR", "no colour, unless --color is given", Choice),
    ("CLICOLOR_FORCE", "colour in a pipe too, unless it is 0", Choice),
    ("TERM", "dumb means no colour and no board", OfEveryLogin),
    ("COLUMNS", "width of tables on a terminal, from 20 to 500, instead of the terminal's own", Choice),
    ("TZ", "time zone that `local` means, instead of the system's", OfEveryLogin),
    ("https_proxy", "proxy for https; plain http never goes through one", Choice),
    ("HTTPS_PROXY", "the same, if the lower-case variable is not set", Choice),
    ("all_proxy", "proxy for https, if https_proxy is not set", Choice),
    (
        "ALL_PROXY",
        "the same, if the lower-case variable is not set; without any of these four, the settings of Windows or macOS name the proxy",
        Choice,
    ),
    ("no_proxy", "hosts to reach without a proxy; * is for all", Choice),
    ("NO_PROXY", "the same, if the lower-case variable is not set", Choice),
    (
        "SSL_CERT_FILE",
        "file of certificate authorities (PEM) to trust instead of the system's; refused on macOS and Windows",
        Choice,
    ),
    ("SSL_CERT_DIR", "folders of such files, if SSL_CERT_FILE is not set", Choice),
    ("DEEPCALL_CONFIG_DIR", "folder of config.toml, profiles.toml, the file store and the journal", Choice),
    ("HOME", "home folder; these folders are below it, unless set otherwise", OfEveryLogin),
    ("XDG_CONFIG_HOME", "folder above the configuration folder, instead of HOME/.config", OfEveryLogin),
    ("XDG_DATA_HOME", "folder above that of the file store, instead of HOME/.local/share", OfEveryLogin),
    ("XDG_STATE_HOME", "folder above that of the journal, instead of HOME/.local/state", OfEveryLogin),
    (
        "DBUS_SESSION_BUS_ADDRESS",
        "address of the message bus, through which the keyring is reached",
        OfEveryLogin,
    ),
    ("XDG_RUNTIME_DIR", "folder of that bus, if its address is not set", OfEveryLogin),
    ("VISUAL", "editor for config edit", OfEveryLogin),
    ("EDITOR", "the same, if VISUAL is not set", OfEveryLogin),
    ("ACCESSIBLE", "no line is redrawn, and watch prints lines instead of a board", Choice),
    ("DEEPCALL_COMPLETE", "set by completion scripts when they request candidates", Choice),
];

/// In the order of the manual: sessions, settings, looks, the network, places, tools.
pub fn variables() -> impl Iterator<Item = Variable> {
    let credentials = CREDENTIALS.map(|(name, help)| (name, help.into(), VariableKind::Credential));
    let of_settings = SETTINGS.iter().filter_map(|setting| {
        let key = setting.key();
        let usual = || format!("the same as {}", key.option).into();
        Some((key.variable?, key.variable_help.map_or_else(usual, Cow::from), VariableKind::Setting))
    });
    let others = OTHERS.map(|(name, help, kind)| (name, help.into(), kind));
    let all = credentials.into_iter().chain(of_settings).chain(others);
    all.map(|(name, help, kind)| Variable { name, help, kind })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Proxies;

    #[test]
    fn no_variable_is_missing_or_listed_twice() {
        let known: Vec<&str> = variables().map(|variable| variable.name).collect();
        for name in Proxies::VARIABLES {
            assert!(known.contains(&name), "{name} is missing");
        }
        for name in &known {
            assert_eq!(known.iter().filter(|other| *other == name).count(), 1, "{name}");
        }
    }
}
