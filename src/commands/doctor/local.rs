//! Checks on this machine: the program, its files, the message bus, the stores, the terminal.

use std::fs;
use std::path::Path;

use crate::app::environment::{Terminals, Variables};
use crate::app::settings::variables::credential_in;
use crate::commands::doctor::finding::{Finding, Verdict};
use crate::failure::Failure;
use crate::store::{Profiles, SecretStore, StoreError, StoreKind};
use crate::system::files::Rights;
use crate::system::{bus, files};

#[must_use]
pub(crate) fn program() -> Finding {
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    Finding::ok("program", format!("deepcall {} on {system}", env!("CARGO_PKG_VERSION")))
}

/// The config file; `mistake` is the error of reading it.
#[must_use]
pub(crate) fn config(path: &Path, mistake: Option<&Failure>) -> Finding {
    if let Some(mistake) = mistake {
        return Finding::failed("config", mistake);
    }
    let shown = path.display();
    let Ok(metadata) = fs::metadata(path) else {
        return Finding::ok("config", format!("{shown} does not exist"));
    };
    let rights = Rights::of(&metadata);
    if rights.let_others_write() {
        let detail = format!("{shown} can be written by other users ({rights})");
        return Finding::warn("config", detail, format!("run `chmod go-w {shown}`"));
    }
    Finding::ok("config", format!("{shown} ({rights})"))
}

#[must_use]
pub(crate) fn profiles(read: &Result<Profiles, Failure>) -> Finding {
    let profiles = match read {
        Ok(profiles) => profiles,
        Err(failure) => return Finding::failed("profiles", failure),
    };
    if let Some(place) = profiles.pending().first() {
        let detail =
            format!("a login for profile {} was interrupted and may have left a secret", place.profile());
        return Finding::warn(
            "profiles",
            detail,
            "the next `deepcall login` or `deepcall logout` removes it",
        );
    }
    let default = profiles.default_profile().map_or_else(|| "none".to_owned(), |it| it.name.to_string());
    match profiles.list().len() {
        0 => Finding::ok("profiles", "none are stored"),
        1 => Finding::ok("profiles", format!("1 stored, the default is {default}")),
        many => Finding::ok("profiles", format!("{many} stored, the default is {default}")),
    }
}

/// Why no store is checked; `None` if stores are needed.
#[must_use]
pub(crate) fn without_store(variables: &Variables, is_sandbox: bool) -> Option<String> {
    if is_sandbox {
        return Some("not needed with --sandbox".to_owned());
    }
    let variable = credential_in(variables)?;
    Some(format!("not needed: the session is in {variable}"))
}

/// Whether no stored session needs a keyring. Without any session, `login` would need one.
#[must_use]
pub(crate) fn is_all_in_files(profiles: &Profiles) -> bool {
    let list = profiles.list();
    !list.is_empty() && list.iter().all(|profile| profile.store == StoreKind::File)
}

/// A keyring that nothing needs may be missing.
pub(crate) fn without_keyring() -> [Finding; 2] {
    let why = "not needed: all sessions are stored in files";
    [Finding::skipped("bus", why), Finding::skipped("store", why).of("keyring")]
}

/// The message bus of the keyring.
#[must_use]
pub(crate) fn message_bus(variables: &Variables) -> Finding {
    if !bus::IS_THE_WAY_TO_THE_KEYRING {
        return Finding::skipped("bus", "the keyring of this system needs no message bus");
    }
    let address = match variables.text("DBUS_SESSION_BUS_ADDRESS") {
        Ok(address) => address,
        Err(error) => return Finding::failed("bus", &error.into()),
    };
    match bus::reach(address, variables.path("XDG_RUNTIME_DIR").as_deref()) {
        Ok(Some(path)) => Finding::ok("bus", format!("answers at {}", path.display())),
        Ok(None) => Finding::ok("bus", "DBUS_SESSION_BUS_ADDRESS is set"),
        Err(error) => {
            let failure = Failure::failed("store", error.to_string());
            let failure = std::error::Error::source(&error).into_iter().fold(failure, Failure::caused_by);
            Finding::failed("bus", &failure.hint("log in to a desktop, which starts one"))
        }
    }
}

/// A keyring that cannot be reached because there is no message bus. The finding about the bus has the system's reason.
pub(crate) fn keyring_without_bus() -> Finding {
    let failure =
        Failure::from(StoreError::NoStore { detail: "it is reached over the message bus".to_owned() });
    Finding::failed("store", &failure).of("keyring")
}

/// Whether a store can store and return a secret.
#[must_use]
pub(crate) fn store(store: &dyn SecretStore) -> Finding {
    let (name, is_good) = match store.kind() {
        StoreKind::Keyring => ("keyring", "is open"),
        StoreKind::File => ("file store", "takes a file"),
    };
    match store.probe() {
        Ok(()) => Finding::ok("store", is_good).of(name),
        Err(error) => Finding::failed("store", &error.into()).of(name),
    }
}

/// The same, with who may read the files, where the system has a list of that.
#[must_use]
pub(crate) fn with_rights(mut finding: Finding, folder: &Path) -> Finding {
    if let (Verdict::Ok, Some(rights)) = (&finding.verdict, files::access_list(folder)) {
        finding.detail = format!("{}, which may be read by {rights}", finding.detail);
    }
    finding
}

/// The local time zone, where `tz` of the variable `TZ` names none.
#[must_use]
pub(crate) fn zone(tz: &str) -> Finding {
    let detail = format!("TZ is {tz:?}, which is not a known time zone: times are in UTC");
    Finding::warn("timezone", detail, "set TZ, or --timezone, to a name such as Asia/Kolkata")
}

#[must_use]
pub(crate) fn terminal(
    terminals: Terminals,
    width: Option<usize>,
    has_colour: bool,
    is_plain: bool,
) -> Finding {
    let colour = if has_colour { "colour" } else { "no colour" };
    let plain = if is_plain { ", plain lines only (ACCESSIBLE)" } else { "" };
    let detail = match width {
        Some(width) if terminals.stdout => format!("{width} columns, {colour}{plain}"),
        _ => format!("stdout is not a terminal, {colour}{plain}"),
    };
    Finding::ok("terminal", detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ProfilesFile;

    #[cfg(unix)]
    #[test]
    fn a_config_file_that_others_may_write_is_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        assert!(config(&path, None).detail.contains("does not exist"));
        fs::write(&path, "").unwrap();
        for (mode, verdict) in [(0o600, "ok"), (0o644, "ok"), (0o664, "warn"), (0o646, "warn")] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(config(&path, None).verdict.word(), verdict, "for {mode:o}");
        }
        assert_eq!(config(&path, Some(&Failure::config("line 3"))).verdict.word(), "fail");
    }

    #[test]
    fn a_secret_that_may_be_left_is_a_warning() {
        let list = "[[unlisted]]\nprofile = \"asha\"\nserver = \"h\"\nstore = \"file\"\n";
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("profiles.toml"), list).unwrap();
        let read = ProfilesFile::in_folder(folder.path()).read().map_err(Failure::from);
        let finding = profiles(&read);
        assert_eq!(finding.verdict.word(), "warn");
        assert!(finding.detail.contains("asha"), "{}", finding.detail);
    }

    #[test]
    fn no_store_is_needed_with_credentials_in_variables() {
        let variables = |name: &str| Variables::new([(name.into(), "x".into())]);
        assert!(without_store(&variables("DEEPCALL_SSID"), false).unwrap().contains("DEEPCALL_SSID"));
        assert_eq!(without_store(&variables("HOME"), false), None);
        assert!(without_store(&variables("HOME"), true).is_some());
    }
}
