//! Reads `config.toml`, and checks its keys and types by the table of settings.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use crate::app::settings::setting::{Entry, Key, Kind};
use crate::app::settings::table;
use crate::app::settings::table::{CACERT, SERVER, SETTINGS};
use crate::failure::Failure;
use crate::store::private_file;
use crate::store::private_file::{FileError, OthersMay};
use crate::store::toml_text;
use crate::store::toml_text::Mistake;
use crate::words::without_mark;

pub(crate) const LARGEST: u64 = 1024 * 1024;

/// The values by name, each as the text that its option would take.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigFile(BTreeMap<String, String>);

impl ConfigFile {
    /// Reads `config.toml` in `folder`; without a file there are no values.
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
            // Other users may choose a format, but not where the session is sent.
            Err(error @ FileError::Refused { .. }) => {
                let bytes = read(OthersMay::Write).map_err(|error| unusable(&error))?;
                let config = Self::parse(bytes.unwrap_or_default().as_slice(), &path)?;
                if config.leads_secrets_elsewhere() { Err(writable(&error, &path)) } else { Ok(config) }
            }
            Err(error) => Err(unusable(&error)),
        }
    }

    /// The path is only for messages. Only the type of a value is checked here; a command checks the values that it
    /// uses, because a value may be right on another machine.
    ///
    /// # Errors
    /// At the first mistake, with its line: no TOML, an unknown key, or a value of a wrong type.
    pub fn parse(text: impl AsRef<[u8]>, path: &Path) -> Result<Self, Failure> {
        let text = without_mark(text.as_ref());
        let failure =
            |Mistake { line, detail }| Failure::config(format!("{}, line {line}: {detail}", path.display()));
        let read = toml_text::table(text);
        let table = read.map_err(|wrong| failure(wrong).hint("`deepcall config edit` opens it"))?;
        let mut reader = Reader::default();
        reader.read_table("", table.get_ref());
        match reader.mistakes.into_iter().min_by_key(|mistake| mistake.at) {
            None => Ok(Self(reader.values)),
            Some(Mistaken { at, detail, hint }) => Err(failure(Mistake::at(text, at, detail)).hint(hint)),
        }
    }

    #[must_use]
    pub fn text(&self, key: &Key) -> Option<&str> {
        self.0.get(key.name).map(String::as_str)
    }

    /// The names that the user chose in a table, each with its value.
    pub fn chosen<'a>(&'a self, key: &'a Key) -> impl Iterator<Item = (&'a str, &'a str)> {
        let inside = |name: &'a str| name.strip_prefix(key.name)?.strip_prefix('.');
        self.values().filter_map(move |(name, value)| Some((inside(name)?, value)))
    }

    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn leads_secrets_elsewhere(&self) -> bool {
        self.text(&SERVER.key).or(self.text(&CACERT.key)).is_some()
    }
}

#[derive(Default)]
struct Reader {
    values: BTreeMap<String, String>,
    mistakes: Vec<Mistaken>,
}

struct Mistaken {
    /// As a byte of the file.
    at: usize,
    detail: String,
    hint: String,
}

impl Reader {
    fn read_table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            let inside = format!("{name}.");
            // A quoted dot does not separate tables.
            let is_plain = !key.get_ref().contains('.');
            let table = || SETTINGS.iter().any(|setting| setting.key().name.starts_with(&inside));
            let names =
                SETTINGS.iter().find(|it| matches!(it.key().kind, Kind::Names(_)) && it.key().name == name);
            let (at, value) = (value.span().start, value.get_ref());
            if let Some(setting) = names {
                self.read_names(*setting, &inside, at, value);
            } else if let Some((setting, None)) = table::find(&name).filter(|_| is_plain) {
                self.read_value(setting, &name, at, value);
            } else if is_plain && table() {
                match value.as_table() {
                    Some(table) => self.read_table(&inside, table),
                    None => self.refuse_type(at, &name, "a table", value),
                }
            } else {
                let hint = table::nearest(&name).map(|nearest| format!("did you mean `{nearest}`?"));
                let hint = hint.unwrap_or_else(|| "`deepcall config set --help` lists all keys".to_owned());
                self.mistakes.push(Mistaken {
                    at: key.span().start,
                    detail: format!("unknown key `{name}`"),
                    hint,
                });
            }
        }
    }

    /// A name with dots is quoted, or is a table of its own.
    fn read_names(&mut self, setting: &dyn Entry, prefix: &str, at: usize, value: &DeValue<'_>) {
        let Some(table) = value.as_table() else {
            return self.refuse_type(at, prefix.trim_end_matches('.'), "a table", value);
        };
        for (key, value) in table {
            let name = format!("{prefix}{}", key.get_ref());
            if let Some(inner) = value.get_ref().as_table() {
                for (key, value) in inner {
                    let name = format!("{name}.{}", key.get_ref());
                    self.read_value(setting, &name, value.span().start, value.get_ref());
                }
            } else {
                self.read_value(setting, &name, value.span().start, value.get_ref());
            }
        }
    }

    fn read_value(&mut self, setting: &dyn Entry, name: &str, at: usize, value: &DeValue<'_>) {
        let (text, wanted) = match setting.key().kind {
            Kind::Text | Kind::Path | Kind::Names(_) => (value.as_str().map(str::to_owned), "text in quotes"),
            Kind::List => (texts(value), "texts in quotes, in brackets"),
            Kind::Flag => (value.as_bool().map(|flag| flag.to_string()), "true or false"),
            Kind::Number => (number(value).map(|number| number.to_string()), "a whole number"),
            Kind::Any => (json(value).map(|json| as_option(&json)), "something that JSON can express"),
        };
        let Some(text) = text else { return self.refuse_type(at, name, wanted, value) };
        let is_checked_here =
            !matches!(setting.key().kind, Kind::Text | Kind::Path | Kind::List | Kind::Names(_));
        match setting.check(&text) {
            Err(why) if is_checked_here => self.refuse(at, format!("{name}: {why}")),
            _ => _ = self.values.insert(name.to_owned(), text),
        }
    }

    fn refuse_type(&mut self, at: usize, name: &str, wanted: &str, value: &DeValue<'_>) {
        self.refuse(at, format!("{name} must be {wanted}, found {}", value.type_str()));
    }

    fn refuse(&mut self, at: usize, detail: String) {
        self.mistakes.push(Mistaken { at, detail, hint: "`deepcall config edit` opens it".to_owned() });
    }
}

/// With commas between them, as `config set` takes them.
fn texts(value: &DeValue<'_>) -> Option<String> {
    let Some(items) = value.as_array() else { return value.as_str().map(str::to_owned) };
    let items: Option<Vec<&str>> = items.iter().map(|item| item.get_ref().as_str()).collect();
    items.map(|items| items.join(","))
}

fn number(value: &DeValue<'_>) -> Option<i64> {
    let number = value.as_integer()?;
    i64::from_str_radix(number.as_str(), number.radix()).ok()
}

fn json(value: &DeValue<'_>) -> Option<serde_json::Value> {
    Some(match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(_) => number(value)?.into(),
        DeValue::Float(float) => serde_json::Number::from_f64(float.as_str().parse().ok()?)?.into(),
        DeValue::Boolean(flag) => (*flag).into(),
        DeValue::Datetime(moment) => moment.to_string().into(),
        DeValue::Array(items) => {
            items.iter().map(|item| json(item.get_ref())).collect::<Option<Vec<_>>>()?.into()
        }
        DeValue::Table(table) => {
            let members =
                table.iter().map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?)));
            members.collect::<Option<serde_json::Map<_, _>>>()?.into()
        }
    })
}

/// An option takes a text without quotes.
fn as_option(value: &serde_json::Value) -> String {
    match value.as_str() {
        Some(text) if serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() => text.to_owned(),
        _ => value.to_string(),
    }
}

fn unusable(error: &FileError) -> Failure {
    let failure = Failure::config(error.to_string());
    match error.source() {
        Some(cause) => failure.caused_by(cause),
        None => failure.hint("correct it, or move the file elsewhere"),
    }
}

fn writable(error: &FileError, path: &Path) -> Failure {
    Failure::config(format!("{error}, and names a server or a certificate authority"))
        .hint(format!("run `chmod go-w {}`", path.display()))
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
        assert_eq!(problem.message, "config.toml, line 2: unknown key `sever`");
        assert_eq!(problem.hints, ["did you mean `server`?"]);
        for text in ["'watch.interval' = '3s'", "'alert.break' = '15m'", "[watch]\ninterval.x = 1"] {
            assert!(ConfigFile::parse(text, Path::new("c")).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_line_and_without_the_value() {
        for (text, message) in [
            ("mask = \"yes\"", "line 1: mask must be true or false, found string"),
            ("\nserver = 1", "line 2: server must be text in quotes, found integer"),
            ("retries = '2'", "line 1: retries must be a whole number, found string"),
            ("watch = 3", "line 1: watch must be a table, found integer"),
            ("[alert]\nbreak = 15", "line 2: alert.break must be text in quotes, found integer"),
            ("alert = '15m'", "line 1: alert must be a table, found string"),
            (
                "ping.mic_perm = [1, nan]",
                "line 1: ping.mic_perm must be something that JSON can express, found array",
            ),
            ("mask = 1\nsever = 1", "line 1: mask must be true or false, found integer"),
        ] {
            assert_eq!(failure(text).message, format!("config.toml, {message}"), "{text}");
        }
    }

    #[test]
    fn a_key_outside_its_table_is_told_with_its_table() {
        for text in ["interval = '3s'", "[watch]\ninterfal = '3s'", "[ping]\ninterval = '3s'"] {
            assert_eq!(failure(text).hints, ["did you mean `watch.interval`?"], "{text}");
        }
        assert_eq!(failure("[watch]\nserver = 'x'").hints, ["did you mean `server`?"]);
    }

    #[test]
    fn a_number_out_of_range_is_refused_with_its_line() {
        for text in ["\nretries = 11", "\njobs = 0", "\njobs = 257", "\njobs = 99999999999999999999"] {
            let message = failure(text).message;
            assert!(message.starts_with("config.toml, line 2: "), "{message}");
        }
        assert!(failure("jobs = 257").message.contains("is not between 1 and 256"));
    }

    #[test]
    fn any_value_is_read_as_the_option_would_take_it() {
        let text = |toml: &str| {
            let config = ConfigFile::parse(format!("ping.mic_perm = {toml}"), Path::new("c")).unwrap();
            config.text(&table::PING_MIC_PERM.key).unwrap().to_owned()
        };
        for (toml, wanted) in [
            ("'granted'", "granted"),
            ("'true'", "\"true\""),
            ("true", "true"),
            ("0x1f", "31"),
            ("{ camera = [1, 2.5] }", r#"{"camera":[1,2.5]}"#),
            ("2026-11-23", "2026-11-23"),
        ] {
            assert_eq!(text(toml), wanted, "{toml}");
        }
    }

    #[test]
    fn a_chosen_name_may_stand_in_quotes_or_in_a_table() {
        for text in
            ["[alert]\n'break.lunch' = '45m'", "[alert.break]\nlunch = '45m'", "alert.break.lunch = '45m'"]
        {
            let config = ConfigFile::parse(text, Path::new("c")).unwrap();
            let chosen: Vec<_> = config.chosen(&table::ALERT.key).collect();
            assert_eq!(chosen, [("break.lunch", "45m")], "{text}");
        }
    }

    #[test]
    fn a_list_may_be_one_text() {
        for toml in ["['lost', ' no one ']", "'lost, no one '"] {
            let text = format!("[shift.kinds]\nmissed = {toml}");
            let config = ConfigFile::parse(text, Path::new("c")).unwrap();
            let kinds =
                config.text(&table::SHIFT_MISSED.key).map(table::SHIFT_MISSED.parse).unwrap().unwrap();
            assert_eq!(kinds, ["lost", "no one"].map(|kind| kind.parse().unwrap()), "{toml}");
        }
        let wrong = "line 2: shift.kinds.missed must be texts in quotes, in brackets, found array";
        assert_eq!(failure("[shift.kinds]\nmissed = [1]").message, format!("config.toml, {wrong}"));
        let allowance = ConfigFile::parse("[shift.allowance]\ntea = '2x15m'", Path::new("c")).unwrap();
        let chosen: Vec<_> = allowance.chosen(&table::SHIFT_ALLOWANCE.key).collect();
        assert_eq!(chosen, [("tea", "2x15m")]);
    }

    #[test]
    fn a_missing_file_or_folder_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ConfigFile::read(folder.path()).unwrap(), ConfigFile::default());
        assert_eq!(ConfigFile::read(&folder.path().join("none")).unwrap(), ConfigFile::default());
    }

    #[cfg(unix)]
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
        assert_eq!(read("mask = true", 0o666).unwrap().text(&table::MASK.key), Some("true"));
    }
}
