//! The bus of freedesktop.org: the keyring is reached over it, and the desktop shows notices.

use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use zbus::zvariant::Value;

pub(crate) const IS_THE_WAY_TO_THE_KEYRING: bool = true;

/// Whether one of the variables of a desktop is set.
pub(crate) fn has_desktop(is_set: impl Fn(&str) -> bool) -> bool {
    ["DBUS_SESSION_BUS_ADDRESS", "WAYLAND_DISPLAY", "DISPLAY"].into_iter().any(is_set)
}

/// How long a connection within this machine may take.
const LIMIT: Duration = Duration::from_secs(1);

#[derive(Debug, thiserror::Error)]
pub(crate) enum BusError {
    #[error("no message bus: neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR leads to one")]
    Unknown,
    #[error("the message bus does not answer at {}", path.display())]
    Silent { path: PathBuf, source: std::io::Error },
}

/// Connects to the bus, and closes the connection again. `address` is `DBUS_SESSION_BUS_ADDRESS`, `runtime_folder` is
/// `XDG_RUNTIME_DIR`. Returns the socket; `None` for an address of another form, which only the bus library can read.
///
/// # Errors
/// If there is none, or it does not answer within a second.
pub(crate) fn reach(
    address: Option<&str>,
    runtime_folder: Option<&Path>,
) -> Result<Option<PathBuf>, BusError> {
    let path = match (address, runtime_folder) {
        (Some(address), _) => match address.split([',', ';']).find_map(|it| it.strip_prefix("unix:path=")) {
            Some(path) => PathBuf::from(path),
            None => return Ok(None),
        },
        (None, Some(folder)) if folder.join("bus").exists() => folder.join("bus"),
        (None, _) => return Err(BusError::Unknown),
    };
    let (sender, receiver) = mpsc::channel();
    let socket = path.clone();
    // A connection cannot be given up, so it is made in a thread that is left behind when time is up.
    thread::spawn(move || drop(sender.send(UnixStream::connect(socket).map(drop))));
    let silent = || std::io::Error::from(std::io::ErrorKind::TimedOut);
    match receiver.recv_timeout(LIMIT).unwrap_or_else(|_| Err(silent())) {
        Ok(()) => Ok(Some(path)),
        Err(source) => Err(BusError::Silent { path, source }),
    }
}

/// A terminal may show a notice by a sequence, whatever its kind.
pub(crate) const UNKNOWN_TERMINALS_MAY_SHOW_NOTICES: bool = true;

/// Shows a notice on the desktop; returns once the desktop has taken it.
///
/// # Errors
/// If there is no desktop, or it shows no notices.
pub(crate) fn show_on_desktop(words: &str) -> Result<(), String> {
    notify(words).map_err(|error| error.to_string())
}

/// By the specification of freedesktop.org for notifications.
fn notify(words: &str) -> zbus::Result<()> {
    const NAME: &str = "org.freedesktop.Notifications";
    let bus = zbus::blocking::Connection::session()?;
    let desktop = zbus::blocking::Proxy::new(&bus, NAME, "/org/freedesktop/Notifications", NAME)?;
    // Some desktops read the text as markup, so it must be escaped for them.
    let capabilities: Vec<String> = desktop.call("GetCapabilities", &())?;
    let body = if capabilities.iter().any(|it| it == "body-markup") {
        words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    } else {
        words.to_owned()
    };
    let (application, title, icon, replaces, as_long_as_usual) = ("deepcall", "deepcall", "", 0_u32, -1_i32);
    let (actions, hints) = (Vec::<&str>::new(), HashMap::<&str, Value<'_>>::new());
    let arguments = (application, replaces, icon, title, body, actions, hints, as_long_as_usual);
    desktop.call::<_, _, u32>("Notify", &arguments).map(|_| ())
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_bus_is_found_by_its_address_or_in_the_runtime_folder() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("bus");
        let _listener = UnixListener::bind(&socket).unwrap();
        let address = format!("unix:path={},guid=0123", socket.display());
        assert_eq!(reach(Some(&address), None).unwrap(), Some(socket.clone()));
        assert_eq!(reach(None, Some(folder.path())).unwrap(), Some(socket));
        assert_eq!(reach(Some("tcp:host=localhost,port=1"), None).unwrap(), None);
    }

    #[test]
    fn no_bus_and_a_silent_one_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(reach(None, Some(folder.path())), Err(BusError::Unknown)));
        assert!(matches!(reach(Some("unix:path=/nonexistent/bus"), None), Err(BusError::Silent { .. })));
    }
}
