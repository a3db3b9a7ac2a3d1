//! Every variable that is read: the one list behind `deepcall config show`, the manual and the README.
//! It must not know the value of any.

/// One variable.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Whether somebody chose it for programs like this one; others belong to every login.
    pub is_choice: bool,
}

const fn variable(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about, is_choice: true }
}

const fn of_every_login(name: &'static str, about: &'static str) -> Variable {
    Variable { name, about, is_choice: false }
}

/// In the order of the manual: sessions, choices, looks, the network, places, tools. An empty one counts as not set.
pub const VARIABLES: [Variable; 34] = [
    variable("DEEPCALL_SSID", "session id to ask with; no store is opened then"),
    variable("DEEPCALL_SSID_FILE", "file that holds the session id"),
    variable("DEEPCALL_USER_ID", "user id to ask with, together with a token"),
    variable("DEEPCALL_TOKEN", "token of that user"),
    variable("DEEPCALL_TOKEN_FILE", "file that holds the token"),
    variable("DEEPCALL_PROFILE", "the same as --profile; with a session in variables, what it is called"),
    variable("DEEPCALL_SERVER", "the same as --server"),
    variable("DEEPCALL_STORE", "the same as login --store"),
    variable("DEEPCALL_OUTPUT", "the same as --output"),
    variable("DEEPCALL_TIMEZONE", "the same as --timezone"),
    variable("DEEPCALL_MASK", "1 is the same as --mask; 0 shows numbers although config.toml hides them"),
    variable("NO_COLOR", "no colour, unless --color says otherwise"),
    variable("CLICOLOR_FORCE", "colour in a pipe too, unless it is 0"),
    of_every_login("TERM", "dumb means no colour and no board"),
    variable("COLUMNS", "width of tables on a terminal, from 20 to 500, instead of the terminal's own"),
    of_every_login("TZ", "time zone of the system, where no other is named"),
    variable("https_proxy", "proxy for https; plain http never goes through one"),
    variable("HTTPS_PROXY", "the same, where the one in small letters is not set"),
    variable("all_proxy", "proxy, where none is named for https"),
    variable("ALL_PROXY", "the same, where the one in small letters is not set"),
    variable("no_proxy", "hosts that are asked without a proxy"),
    variable("NO_PROXY", "the same, where the one in small letters is not set"),
    variable(
        "SSL_CERT_FILE",
        "certificate authorities (PEM) to trust in place of the system's; macOS and Windows take none",
    ),
    variable("SSL_CERT_DIR", "the same as folders of files, where SSL_CERT_FILE is not set"),
    variable("DEEPCALL_CONFIG_DIR", "folder of config.toml, profiles.toml and the file store"),
    of_every_login("HOME", "folder below which these are otherwise"),
    of_every_login("XDG_CONFIG_HOME", "folder of configuration, where not below HOME"),
    of_every_login("XDG_DATA_HOME", "folder of the file store, where not below HOME"),
    of_every_login("DBUS_SESSION_BUS_ADDRESS", "message bus through which the keyring is asked"),
    of_every_login("XDG_RUNTIME_DIR", "folder in which that bus is otherwise looked for"),
    of_every_login("VISUAL", "editor of config edit"),
    of_every_login("EDITOR", "the same, where VISUAL is not set"),
    variable("ACCESSIBLE", "plain questions, no line that moves, and lines instead of a board"),
    variable("DEEPCALL_COMPLETE", "set by completion scripts when they ask what may be typed"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config_file::keys::KEYS;
    use crate::app::settings::who::CREDENTIAL_VARIABLES;
    use crate::client::Proxies;

    #[test]
    fn no_variable_is_missing_or_listed_twice() {
        let known: Vec<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
        let read = KEYS.iter().filter_map(|key| key.variable).chain(CREDENTIAL_VARIABLES);
        for name in read.chain(Proxies::VARIABLES) {
            assert!(known.contains(&name), "{name} is missing");
        }
        for name in &known {
            assert_eq!(known.iter().filter(|other| *other == name).count(), 1, "{name}");
        }
    }
}
