//! The proxy that the system's settings name, for requests by https that no variable names one for.

#[cfg(any(target_os = "macos", test))]
mod macos;
#[cfg(any(windows, test))]
mod windows;

#[cfg(target_os = "macos")]
pub(crate) use macos::settings;
#[cfg(windows)]
pub(crate) use windows::settings;

/// Elsewhere each desktop has settings of its own, and what runs without a window follows the variables alone.
#[cfg(not(any(windows, target_os = "macos")))]
pub(crate) fn settings() -> ProxySettings {
    ProxySettings::default()
}

/// How messages name the settings.
pub(crate) const SETTINGS: &str = if cfg!(windows) {
    "the settings of Windows"
} else if cfg!(target_os = "macos") {
    "the settings of macOS"
} else {
    "the settings of the system"
};

/// What the settings say about requests by https.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ProxySettings {
    /// `host:port`; the scheme and the port may be there or not.
    pub(crate) proxy: Option<String>,
    /// What is reached without it: names and addresses, in which `*` stands for anything, and networks such as `169.254/16`.
    pub(crate) exceptions: Vec<String>,
    /// Whether names without a dot are reached without it, too.
    pub(crate) excepts_plain_names: bool,
    /// What would name a proxy, and cannot be used here.
    pub(crate) unusable: Option<&'static str>,
}

#[cfg(any(windows, target_os = "macos", test))]
mod unusable {
    pub(super) const SCRIPT: &str = "a script that chooses proxies (PAC)";
    pub(super) const SOCKS: &str = "a SOCKS proxy";
    #[cfg(any(target_os = "macos", test))]
    pub(super) const SEARCH: &str = "a search for proxies in the network (WPAD)";
}
