//! `config.toml`: lasting choices of a person. Found in the config folder, read whole.
//! An unknown key is an error that names the nearest known one.

pub mod keys;
pub mod text;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::store::private_file;
use crate::store::private_file::{FileError, OthersMay};
use crate::store::toml_text;
use crate::store::toml_text::Mistake;

const LARGEST: u64 = 1024 * 1024;

/// What `config.toml` may say; each key stands for the option of the same name. [`keys::KEYS`] describes them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// `--server`.
    pub server: Option<String>,
    /// `--profile`.
    pub profile: Option<String>,
    /// `--output`.
    pub output: Option<String>,
    /// `--timezone`.
    pub timezone: Option<String>,
    /// `--server-timezone`.
    pub server_timezone: Option<String>,
    /// `--mask`.
    pub mask: Option<bool>,
    /// `--color`.
    pub color: Option<String>,
    /// `--timeout`.
    pub timeout: Option<String>,
    /// `--retries`.
    #[serde(default, deserialize_with = "retries")]
    pub retries: Option<u8>,
    /// `--jobs`.
    #[serde(default, deserialize_with = "jobs")]
    pub jobs: Option<u16>,
    /// `--cacert`.
    pub cacert: Option<PathBuf>,
    /// `login --store`.
    pub store: Option<String>,
    /// `--ref` of `tags` and `watch`.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// `--no-headers`.
    pub no_headers: Option<bool>,
    /// `--columns`, for each command that lists.
    #[serde(default)]
    pub columns: ColumnsTable,
    /// Options of `watch`.
    #[serde(default)]
    pub watch: WatchTable,
    /// `watch --alert`: limits by name, e.g. `break = "15m"`.
    #[serde(default)]
    pub alert: BTreeMap<String, AlertValue>,
    /// What `ping` sends, since the vendor does not document it (`api.md` §4).
    #[serde(default)]
    pub ping: PingTable,
}

/// A limit, or a table of limits by reason.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged)]
pub enum AlertValue {
    /// `break = "15m"`.
    Limit(String),
    /// `break.lunch = "45m"`.
    ByReason(BTreeMap<String, String>),
}

/// The `[columns]` table: each as it would be typed, with commas.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnsTable {
    /// `tags --columns`.
    pub tags: Option<String>,
    /// `break-status --columns`.
    pub break_status: Option<String>,
    /// `wrapup --columns`.
    pub wrapup: Option<String>,
    /// `profiles --columns`.
    pub profiles: Option<String>,
}

impl ColumnsTable {
    /// The columns of a document, by the document's name.
    #[must_use]
    pub fn of(&self, document: &str) -> Option<&str> {
        let columns = match document {
            "tags" => &self.tags,
            "break-status" => &self.break_status,
            "wrapup" => &self.wrapup,
            "profiles" => &self.profiles,
            _ => &None,
        };
        columns.as_deref()
    }
}

/// The `[watch]` table.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WatchTable {
    /// `watch --interval`.
    pub interval: Option<String>,
    /// `watch --heartbeat`.
    pub heartbeat: Option<String>,
    /// `watch --max-stale`.
    pub max_stale: Option<String>,
    /// `watch --log`.
    pub log: Option<bool>,
    /// `watch --bell`.
    pub bell: Option<bool>,
    /// `watch --notify`.
    pub notify: Option<bool>,
    /// `watch --on`, with commas.
    pub on: Option<String>,
}

/// The `[ping]` table.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PingTable {
    /// `ping --path`.
    pub path: Option<String>,
    /// `ping --mic-perm`, any TOML value that JSON can say.
    pub mic_perm: Option<toml::Value>,
}

impl ConfigFile {
    /// Reads `config.toml` in `folder`; a missing file says nothing.
    ///
    /// # Errors
    /// If it is not a regular file of one's own, not readable, too large, not TOML, has an unknown key, or
    /// names a server or a certificate authority although others may write to it.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("config.toml");
        let read = |others| private_file::read(&path, LARGEST, others);
        match read(OthersMay::Read) {
            Ok(None) => Ok(Self::default()),
            Ok(Some(bytes)) => Self::parse(bytes.as_slice(), &path),
            // What others write may choose a format, but not where the session is sent.
            Err(error @ FileError::Permissions { .. }) => {
                let bytes = read(OthersMay::Write).map_err(|error| unusable(&error))?;
                let config = Self::parse(bytes.unwrap_or_default().as_slice(), &path)?;
                if config.leads_secrets_elsewhere() { Err(writable(&error, &path)) } else { Ok(config) }
            }
            Err(error) => Err(unusable(&error)),
        }
    }

    /// The limits of the `[alert]` table, as name and value.
    pub fn alerts(&self) -> impl Iterator<Item = (String, &str)> {
        self.alert.iter().flat_map(|(name, value)| match value {
            AlertValue::Limit(limit) => vec![(name.clone(), limit.as_str())],
            AlertValue::ByReason(limits) => {
                limits.iter().map(|(reason, limit)| (format!("{name}.{reason}"), limit.as_str())).collect()
            }
        })
    }

    /// What the file says, to be looked up by key.
    #[must_use]
    pub fn said(&self) -> Said {
        Said(toml::Value::try_from(self).ok())
    }

    /// Reads the text of the file; the path is only for messages.
    ///
    /// # Errors
    /// If it is not TOML, or has an unknown key or a value of a wrong kind: says in which line.
    pub fn parse(text: impl AsRef<[u8]>, path: &Path) -> Result<Self, Failure> {
        toml_text::read(text.as_ref()).map_err(|Mistake { line, detail }| {
            let failure = Failure::config(format!("{}, line {line}: {detail}", path.display()));
            match nearest_key(&detail) {
                Some(key) => failure.hint(format!("did you mean `{key}`?")),
                None if detail.starts_with("unknown field") => {
                    failure.hint("`deepcall config set --help` lists all keys")
                }
                None => failure.hint("`deepcall config edit` opens it"),
            }
        })
    }

    fn leads_secrets_elsewhere(&self) -> bool {
        self.server.is_some() || self.cacert.is_some()
    }
}

/// What the file says.
#[derive(Clone, Debug)]
pub struct Said(Option<toml::Value>);

impl Said {
    /// The value of a key, in the words that its option would take; `None` where the file does not say it.
    #[must_use]
    pub fn of(&self, key: &keys::Key) -> Option<String> {
        let value = key.name.split('.').try_fold(self.0.as_ref()?, |table, name| table.get(name))?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}

fn unusable(error: &FileError) -> Failure {
    let failure = Failure::config(error.to_string());
    match error.source() {
        Some(cause) => failure.caused_by(cause),
        None => failure.hint("mend it, or move it away"),
    }
}

fn writable(error: &FileError, path: &Path) -> Failure {
    Failure::config(format!("{error}, and names a server or a certificate authority"))
        .hint(format!("run `chmod go-w {}`", path.display()))
}

/// The known key nearest to the unknown one that `message` quotes in backticks, before those that the same table knows.
fn nearest_key(message: &str) -> Option<&str> {
    let mut quoted = message.strip_prefix("unknown field `")?.split('`').step_by(2);
    let unknown = quoted.next()?;
    let misplaced = keys::KEYS.iter().any(|key| key.name.split_once('.').is_some_and(|it| it.1 == unknown));
    let expected = if misplaced { None } else { crate::nearest::nearest(unknown, quoted) };
    expected.or_else(|| keys::nearest(unknown))
}

fn retries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    let number = keys::RETRIES.hold(i64::deserialize(deserializer)?);
    let number = number.map_err(|why| D::Error::custom(format!("retries: {why}")))?;
    u8::try_from(number).map(Some).map_err(D::Error::custom)
}

fn jobs<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u16>, D::Error> {
    let number = keys::JOBS.hold(i64::deserialize(deserializer)?);
    number.map(Some).map_err(|why| D::Error::custom(format!("jobs: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> crate::report::Problem {
        *ConfigFile::parse(text, Path::new("config.toml")).unwrap_err().problem
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_key() {
        let problem = failure("mask = true\nsever = \"x\"\n");
        assert!(
            problem.message.starts_with("config.toml, line 2: unknown field `sever`"),
            "{}",
            problem.message
        );
        assert_eq!(problem.hints, ["did you mean `server`?"]);
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_line() {
        let problem = failure("mask = \"yes\"");
        assert!(problem.message.starts_with("config.toml, line 1: invalid type"), "{}", problem.message);
    }

    /// A value that each key could have, of its own type.
    fn sample(key: &keys::Key) -> &'static str {
        match key.kind {
            keys::Kind::Text => "'x'",
            keys::Kind::Number => "1",
            keys::Kind::Flag | keys::Kind::Any => "true",
        }
    }

    #[test]
    fn each_key_of_the_list_is_read_and_said_again() {
        for key in &keys::KEYS {
            let config =
                ConfigFile::parse(format!("{} = {}", key.name, sample(key)), Path::new("c")).unwrap();
            let said = config.said();
            for other in &keys::KEYS {
                let wanted = (other.name == key.name).then(|| sample(key).replace('\'', ""));
                assert_eq!(said.of(other), wanted, "{} after {}", other.name, key.name);
            }
        }
    }

    #[test]
    fn the_list_has_each_key_that_is_read() {
        let tables = ["", "columns.", "watch.", "ping."];
        for table in tables {
            let problem = failure(&format!("{table}zzzzzzzz = 1"));
            let known = problem.message.split('`').skip(3).step_by(2);
            for known in known.filter(|name| !tables.contains(&format!("{name}.").as_str())) {
                let name = format!("{table}{known}");
                assert!(name == keys::ALERT || keys::key(&name).is_some(), "{name} is not in the list");
            }
        }
    }

    #[test]
    fn a_key_outside_its_table_is_told_with_its_table() {
        assert_eq!(failure("interval = '3s'").hints, ["did you mean `watch.interval`?"]);
        assert_eq!(failure("[watch]\ninterfal = '3s'").hints, ["did you mean `interval`?"]);
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_line() {
        for text in ["\nretries = 11", "\njobs = 0", "\njobs = 257"] {
            let message = failure(text).message;
            assert!(message.starts_with("config.toml, line 2: ") && message.contains("and "), "{message}");
        }
    }

    #[test]
    fn a_missing_file_or_folder_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ConfigFile::read(folder.path()).unwrap().server.is_none());
        assert!(ConfigFile::read(&folder.path().join("none")).unwrap().server.is_none());
    }

    #[test]
    fn a_file_that_others_may_write_may_not_say_where_a_session_is_sent() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let read = |text: &str, mode| {
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            ConfigFile::read(folder.path())
        };
        for text in ["server = 'https://x.example'", "cacert = 'ca.pem'"] {
            for mode in [0o666, 0o660, 0o602] {
                let problem = read(text, mode).unwrap_err().problem;
                assert!(problem.message.contains("names a server"), "{}", problem.message);
                assert_eq!(problem.hints, [format!("run `chmod go-w {}`", path.display())]);
            }
            assert!(read(text, 0o644).is_ok());
        }
        assert_eq!(read("mask = true", 0o666).unwrap().mask, Some(true));
    }
}
