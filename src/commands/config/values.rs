//! Checks values of keys with the same functions that read them when they are used.

use std::path::Path;

use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::{appearance, table};
use crate::commands::{break_status, profiles, status, tags, wrapup};
use crate::failure::Failure;
use crate::report::Document;

/// The documents with a `columns.*` key.
const WITH_COLUMNS: [&Document; 5] = [
    &status::DOCUMENT,
    &tags::DOCUMENT,
    &break_status::rows::DOCUMENT,
    &wrapup::DOCUMENT,
    &profiles::DOCUMENT,
];

/// # Errors
/// What is wrong with the value.
pub fn check(name: &str, text: &str) -> Result<(), String> {
    let (setting, chosen) = table::find(name).ok_or("there is no such key")?;
    match chosen {
        Some(chosen) => setting.check(&format!("{chosen}={text}")),
        None => setting.check(text),
    }?;
    // Only the commands know which columns their documents have.
    if let Some(of) = name.strip_prefix("columns.") {
        let document = WITH_COLUMNS.into_iter().find(|document| document.name == of.replace('_', "-"));
        let document = document.ok_or("there is no such document")?;
        appearance::columns(document, text).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Checks every value of a config file.
///
/// # Errors
/// At the first mistake: exit code 2.
pub fn check_all(text: &str, path: &Path) -> Result<(), Failure> {
    for (name, value) in ConfigFile::parse(text, path)?.values() {
        check(name, value).map_err(|why| Failure::config(format!("{}, {name}: {why}", path.display())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::settings::setting::Kind;

    #[test]
    fn each_default_is_right_and_each_key_is_checked() {
        for key in table::SETTINGS.iter().map(|setting| setting.key()) {
            if let Kind::Names(examples) = key.kind {
                for (name, value) in examples {
                    assert_eq!(check(&format!("{}.{name}", key.name), value), Ok(()), "for {name}");
                }
                continue;
            }
            if let Some(default) = key.default {
                assert_eq!(check(key.name, default), Ok(()), "for {}", key.name);
            }
            // Any text may be a part of a kind.
            let is_free =
                ["ref", "ping.mic_perm"].contains(&key.name) || key.name.starts_with("shift.kinds.");
            assert_eq!(check(key.name, "\u{1}:no/value").is_ok(), is_free, "for {}", key.name);
        }
    }

    #[test]
    fn a_value_is_read_as_its_option_would_be() {
        for (key, good, bad) in [
            ("timezone", "Asia/Kolkata", "Asia/Atlantis"),
            ("server_timezone", "-03:00", "+99:00"),
            ("ref", "off", ""),
            ("ref", "true", " "),
            ("watch.interval", "2s", "1s"),
            ("watch.heartbeat", "1s", "999ms"),
            ("ping.path", "agentProfile/ping", "//x/ping"),
            ("watch.on", "tag,alert", "tag,nonsense"),
            ("columns.tags", "time,fields.queue", "tiem"),
            ("columns.tags", "time, +kind", "time,, kind"),
            ("watch.on", "tag:missed, alert", "alert,"),
            ("serve.host", "wall.example, wall", "wall,"),
            ("alert.break.lunch", "30m:45m", "45m:30m"),
            ("alert.wrapup", "60s", "soon"),
            ("shift.start", "9:00", "9"),
            ("shift.zone", "IST", "Asia/Atlantis"),
            ("shift.allowance.lunch", "45m", "3x"),
            ("shift.allowance.tea", "2x15m", "0x15m"),
            ("shift.kinds.missed", "missed,lost", "missed,,lost"),
            ("jobs", "256", "257"),
            ("jobs", "1", "four"),
            ("retries", "0", "11"),
            ("cacert", if cfg!(windows) { r"C:\ca.pem" } else { "/etc/ca.pem" }, "ca.pem"),
        ] {
            assert_eq!(check(key, good), Ok(()), "{key} = {good}");
            assert!(check(key, bad).is_err(), "{key} = {bad}");
        }
        assert!(check("alert.naps", "1m").is_err());
    }

    #[test]
    fn a_whole_file_is_wrong_at_its_first_mistake() {
        let path = Path::new("c.toml");
        assert!(check_all("timezone = 'UTC'\n[alert]\nbreak = '15m'\n", path).is_ok());
        let failure = check_all("timezone = 'UTC'\n[alert]\nbreak = 'soon'\n", path).unwrap_err();
        assert!(failure.problem.message.starts_with("c.toml, alert.break: "), "{}", failure.problem.message);
    }
}
