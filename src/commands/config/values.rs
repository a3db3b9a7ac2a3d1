//! Which values a key may have: the very functions that read them when they are used.

use std::path::Path;

use crate::app::config_file::ConfigFile;
use crate::app::config_file::keys;
use crate::app::config_file::keys::{Bounds, KEYS};
use crate::app::environment::Variables;
use crate::app::settings::look;
use crate::commands::{break_status, profiles, tags, watch, wrapup};
use crate::failure::Failure;
use crate::floor::alerts::Limit;
use crate::moment::duration;
use crate::output::presentation::{ColorWhen, Format};
use crate::store::{ProfileName, ServerUrl, StoreKind};

/// Whether a key may have this value.
///
/// # Errors
/// What is wrong with it.
pub fn check(name: &str, text: &str) -> Result<(), String> {
    if let Some(limit) = keys::limit(name) {
        return right(Limit::new(limit, text));
    }
    match name {
        "server" => right(ServerUrl::parse(text)),
        "profile" => right(ProfileName::parse(text)),
        "store" => right(text.parse::<StoreKind>()),
        "cacert" if Path::new(text).is_absolute() => Ok(()),
        "cacert" => Err("the path must begin with /".to_owned()),
        "timeout" | "watch.heartbeat" | "watch.max_stale" => right(duration(text)),
        "retries" => right(number(text, keys::RETRIES)),
        "jobs" => right(number(text, keys::JOBS)),
        "server_timezone" | "timezone" => right(look::time_zone(text, &Variables::default())),
        "output" => right(text.parse::<Format>()),
        "color" => right(text.parse::<ColorWhen>()),
        "mask" => right(look::yes_or_no(text)),
        "no_headers" | "watch.log" | "watch.bell" | "watch.notify" => right(text.parse::<bool>()),
        "columns.tags" => right(look::columns(&tags::DOCUMENT, text)),
        "columns.break_status" => right(look::columns(&break_status::DOCUMENT, text)),
        "columns.wrapup" => right(look::columns(&wrapup::DOCUMENT, text)),
        "columns.profiles" => right(look::columns(&profiles::DOCUMENT, text)),
        "watch.interval" => right(watch::interval(text)),
        "watch.on" => right(watch::events(text)),
        // What the server takes there is not documented.
        "ref" | "ping.path" | "ping.mic_perm" => Ok(()),
        _ => Err("there is no such key".to_owned()),
    }
}

fn right<T>(read: Result<T, impl ToString>) -> Result<(), String> {
    read.map(drop).map_err(|error| error.to_string())
}

fn number(text: &str, bounds: Bounds) -> Result<u16, String> {
    bounds.hold(text.parse().map_err(|_| format!("{text:?} is not a whole number"))?)
}

/// Whether a whole file could be used.
///
/// # Errors
/// At the first mistake: exit code 2.
pub fn check_all(text: &str, path: &Path) -> Result<(), Failure> {
    let config = ConfigFile::parse(text, path)?;
    let values = config.said();
    let said = KEYS.iter().filter_map(|key| Some((key.name.to_owned(), values.of(key)?)));
    let limits = config.alerts().map(|(name, limit)| (format!("{}.{name}", keys::ALERT), limit.to_owned()));
    for (name, value) in said.chain(limits) {
        check(&name, &value).map_err(|why| Failure::config(format!("{}, {name}: {why}", path.display())))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_default_is_right_and_each_key_is_checked() {
        for key in &KEYS {
            if let Some(default) = key.default {
                assert_eq!(check(key.name, default), Ok(()), "for {}", key.name);
            }
            let is_free = ["ref", "ping.path", "ping.mic_perm"].contains(&key.name);
            assert_eq!(check(key.name, "\u{1}:no/value").is_ok(), is_free, "for {}", key.name);
        }
    }

    #[test]
    fn a_value_is_read_as_its_option_would_be() {
        for (key, good, bad) in [
            ("timezone", "Asia/Kolkata", "Asia/Atlantis"),
            ("server_timezone", "-03:00", "+99:00"),
            ("watch.interval", "2s", "1s"),
            ("watch.on", "tag,alert", "tag,nonsense"),
            ("columns.tags", "time,fields.queue", "tiem"),
            ("alert.break.lunch", "30m:45m", "45m:30m"),
            ("alert.wrapup", "60s", "soon"),
            ("jobs", "256", "257"),
            ("jobs", "1", "four"),
            ("retries", "0", "11"),
            ("cacert", "/etc/ca.pem", "ca.pem"),
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
