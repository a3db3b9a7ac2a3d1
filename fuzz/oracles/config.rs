//! `config.toml`: what is understood has its known keys alone, what is not is refused with its line.

use std::path::Path;

use deepcall::app::settings::config_file::ConfigFile;
use deepcall::app::settings::table::{ALERT, MASK, PROFILE, SERVER, SETTINGS};

/// The input is the text of the file.
pub fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let table = toml::from_str::<toml::Table>(text);
    match ConfigFile::parse(text, Path::new("config.toml")) {
        Ok(config) => {
            let table = table.expect("it is TOML");
            for key in table.keys() {
                let mut names = SETTINGS.iter().map(|setting| setting.key().name);
                let is_known = names.any(|name| name.split('.').next() == Some(key.as_str()));
                assert!(is_known, "`{key}` is passed over");
            }
            let written = |key: &str| table.get(key).map(|value| value.as_str());
            assert_eq!(config.text(&SERVER.key).map(Some), written("server"));
            assert_eq!(config.text(&PROFILE.key).map(Some), written("profile"));
            let mask = table.get("mask").map(|value| value.as_bool().map(|mask| mask.to_string()));
            assert_eq!(config.text(&MASK.key).map(|mask| Some(mask.to_owned())), mask);
            let limits = table.get("alert").and_then(toml::Value::as_table).map_or(0, |table| {
                table.values().map(|value| value.as_table().map_or(1, toml::Table::len)).sum()
            });
            assert_eq!(config.chosen(&ALERT.key).count(), limits);
            // Written by another writer, it has the same meaning.
            let rewritten = toml::to_string(&table).unwrap();
            let again = ConfigFile::parse(&rewritten, Path::new("config.toml")).expect("the same table");
            assert_eq!(again, config);
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
