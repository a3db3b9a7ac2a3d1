//! `config.toml`: what is understood says nothing beside its keys, what is not is refused with its line.

use std::path::Path;

use deepcall::app::config_file::ConfigFile;

const KEYS: [&str; 18] = [
    "server",
    "profile",
    "output",
    "timezone",
    "server_timezone",
    "mask",
    "color",
    "timeout",
    "retries",
    "jobs",
    "cacert",
    "store",
    "alert",
    "ping",
    "ref",
    "no_headers",
    "columns",
    "watch",
];

/// The input is the text of the file.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let table = toml::from_str::<toml::Table>(text);
    match ConfigFile::parse(text, Path::new("config.toml")) {
        Ok(config) => {
            let table = table.expect("it is TOML");
            for key in table.keys() {
                assert!(KEYS.contains(&key.as_str()), "`{key}` is passed over");
            }
            let said = |key: &str| table.get(key).map(|value| value.as_str().map(str::to_owned));
            assert_eq!(config.server.clone().map(Some), said("server"));
            assert_eq!(config.profile.clone().map(Some), said("profile"));
            assert_eq!(config.mask, table.get("mask").and_then(toml::Value::as_bool));
            let limits = table.get("alert").and_then(toml::Value::as_table).map_or(0, |table| {
                table.values().map(|value| value.as_table().map_or(1, toml::Table::len)).sum()
            });
            assert_eq!(config.alerts().count(), limits);
            // Written by another writer, it says the same.
            let rewritten = toml::to_string(&table).unwrap();
            let again = ConfigFile::parse(&rewritten, Path::new("config.toml")).expect("the same table");
            assert_eq!(format!("{again:?}"), format!("{config:?}"));
        }
        Err(failure) => {
            assert_eq!(failure.status, deepcall::ExitStatus::Usage);
            let message = &failure.problem.message;
            let place = message.strip_prefix("config.toml").expect("the file is named");
            assert!(!message.contains('\n'), "{message:?} is more than one line");
            if let Some(rest) = place.strip_prefix(", line ") {
                let line: usize = rest.split(':').next().unwrap().parse().unwrap();
                assert!((1..=text.split('\n').count()).contains(&line), "{message:?}");
            }
        }
    }
}
