//! `config.toml`: lasting choices of a person. Found in the config folder, read whole, never written.
//! An unknown key is an error that names the nearest known one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::failure::Failure;

const LARGEST: u64 = 1024 * 1024;

/// What `config.toml` may say; each key stands for the option of the same name.
#[derive(Clone, Debug, Default, Deserialize)]
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
    pub retries: Option<u8>,
    /// `--jobs`.
    pub jobs: Option<u16>,
    /// `--cacert`.
    pub cacert: Option<PathBuf>,
    /// `login --store`.
    pub store: Option<String>,
    /// `watch --alert`: limits by name, e.g. `break = "15m"`.
    #[serde(default)]
    pub alert: BTreeMap<String, AlertValue>,
    /// What `ping` sends, since the vendor does not document it (`api.md` §4).
    #[serde(default)]
    pub ping: PingTable,
}

/// A limit, or a table of limits by reason.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum AlertValue {
    /// `break = "15m"`.
    Limit(String),
    /// `break.lunch = "45m"`.
    ByReason(BTreeMap<String, String>),
}

/// The `[ping]` table.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PingTable {
    /// `ping --path`.
    pub path: Option<String>,
    /// `ping --mic-perm`, any TOML value that JSON can say.
    pub mic_perm: Option<toml::Value>,
}

const KEYS: &[&str] = &[
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
    "path",
    "mic_perm",
];

impl ConfigFile {
    /// Reads `config.toml` in `folder`; a missing file says nothing.
    ///
    /// # Errors
    /// If it is not a regular file, not readable, too large, not TOML, has an unknown key, or names
    /// a server or a certificate authority although others may write to it.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join("config.toml");
        let unreadable = |error: &std::io::Error| {
            Failure::config(format!("cannot read {}", path.display())).caused_by(error)
        };
        let metadata = match fs::metadata(&path) {
            Err(error) if is_missing(&error) => return Ok(Self::default()),
            Err(error) => return Err(unreadable(&error)),
            Ok(metadata) => metadata,
        };
        if !metadata.is_file() {
            return Err(Failure::config(format!("{} is not a regular file", path.display())));
        }
        if metadata.len() > LARGEST {
            return Err(Failure::config(format!("{} is larger than 1 MiB", path.display())));
        }
        let text = fs::read_to_string(&path).map_err(|error| unreadable(&error))?;
        let config = Self::parse(&text, &path)?;
        config.refuse_if_others_may_write(&metadata, &path)?;
        Ok(config)
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

    /// Reads the text of the file; the path is only for messages.
    ///
    /// # Errors
    /// If it is not TOML, or has an unknown key or a value of a wrong kind: says in which line.
    pub fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            let line =
                error.span().map(|span| 1 + text.get(..span.start).unwrap_or("").matches('\n').count());
            let place = line.map_or_else(String::new, |line| format!(", line {line}"));
            let message = error.message().trim().replace('\n', " ");
            let failure = Failure::config(format!("{}{place}: {message}", path.display()));
            match nearest_key(&message) {
                Some(key) => failure.hint(format!("did you mean `{key}`?")),
                None => failure,
            }
        })
    }

    #[cfg(unix)]
    fn refuse_if_others_may_write(&self, metadata: &fs::Metadata, path: &Path) -> Result<(), Failure> {
        use std::os::unix::fs::PermissionsExt;
        let leads_secrets_elsewhere = self.server.is_some() || self.cacert.is_some();
        if leads_secrets_elsewhere && metadata.permissions().mode() & 0o022 != 0 {
            return Err(Failure::config(format!(
                "{} names a server or a certificate authority, but others may write to it",
                path.display()
            ))
            .hint(format!("run `chmod go-w {}`", path.display())));
        }
        Ok(())
    }

    #[cfg(not(unix))]
    fn refuse_if_others_may_write(&self, _: &fs::Metadata, _: &Path) -> Result<(), Failure> {
        Ok(())
    }
}

/// A config folder that does not exist, or stands below something that is no folder.
fn is_missing(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory)
}

/// The known key nearest to the unknown one that `message` quotes in backticks.
fn nearest_key(message: &str) -> Option<&'static str> {
    let unknown = message.strip_prefix("unknown field `")?.split('`').next()?;
    let nearest = crate::nearest::nearest(unknown, KEYS.iter().copied())?;
    Some(nearest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(text: &str) -> crate::output::report::Problem {
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

    #[test]
    fn every_key_is_known_to_the_list_of_suggestions() {
        let text = "server='s'\nprofile='p'\noutput='json'\ntimezone='UTC'\nserver_timezone='UTC'\nmask=true\n\
                    color='auto'\ntimeout='5s'\nretries=1\njobs=2\ncacert='f'\nstore='file'\n\
                    alert={}\n[ping]\npath='p'\nmic_perm=true\n";
        assert!(ConfigFile::parse(text, Path::new("c")).is_ok());
        let said = text
            .split(['\n', '[', ']'])
            .filter_map(|line| line.split('=').next())
            .filter(|key| !key.is_empty());
        assert_eq!(said.collect::<Vec<_>>(), KEYS);
    }

    #[test]
    fn a_missing_file_or_folder_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(ConfigFile::read(folder.path()).unwrap().server.is_none());
        assert!(ConfigFile::read(&folder.path().join("none")).unwrap().server.is_none());
    }

    #[test]
    fn a_file_that_others_may_write_may_not_name_a_server() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "server = 'https://x.example'").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert!(ConfigFile::read(folder.path()).unwrap_err().problem.message.contains("others may write"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(ConfigFile::read(folder.path()).is_ok());
    }
}
