use proptest::prelude::*;

use super::*;
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::table::{ALERT, SERVER};

const WRITTEN: &str = "# Our floor.\n\n# The office in Pune.\nserver = 'https://a.example' # not the old one\nmask = true\n\n\
    [alert] # agreed in May\nbreak = \"15m\"\n# Friday prayers\n\"break.lunch\" = '45m'\n";

#[test]
fn a_value_changes_and_all_else_stays() {
    for (name, value, from, to) in [
        ("server", "https://b.example", "'https://a.example'", "\"https://b.example\""),
        ("mask", "false", "mask = true", "mask = false"),
        ("alert.break", "10m", "\"15m\"", "\"10m\""),
        ("alert.break.lunch", "1h", "'45m'", "\"1h\""),
    ] {
        assert_eq!(set(WRITTEN, name, value).unwrap(), WRITTEN.replace(from, to), "for {name}");
    }
}

#[test]
fn a_new_key_is_put_where_it_belongs() {
    for (text, name, value, wanted) in [
        ("", "retries", "1", "retries = 1\n"),
        (
            "mask = true\n[alert]\nbreak = '1m'\n",
            "jobs",
            "4",
            "mask = true\njobs = 4\n[alert]\nbreak = '1m'\n",
        ),
        ("mask = true\n", "watch.interval", "3s", "mask = true\n\n[watch]\ninterval = \"3s\"\n"),
        ("watch.bell = true\n", "watch.log", "true", "watch.bell = true\nwatch.log = true\n"),
        ("", "alert.break.lunch", "45m", "[alert]\n\"break.lunch\" = \"45m\"\n"),
        (
            "[alert.break]\ntea = '9m'\n",
            "alert.break.lunch",
            "45m",
            "[alert.break]\ntea = '9m'\nlunch = \"45m\"\n",
        ),
        ("", "ping.mic_perm", "{ camera = 1 }", "[ping]\nmic_perm = { camera = 1 }\n"),
        ("", "ping.mic_perm", "granted by hand", "[ping]\nmic_perm = \"granted by hand\"\n"),
    ] {
        assert_eq!(set(text, name, value).unwrap(), wanted, "for {name}");
    }
}

#[test]
fn what_would_lose_something_is_refused() {
    for (text, name, value) in [
        ("[alert.break]\ntea = '9m'\n", "alert.break", "15m"),
        ("watch = 1\n", "watch.interval", "3s"),
        ("mask = \n", "mask", "true"),
        ("", "mask", "yes"),
        ("", "retries", "two"),
    ] {
        assert_eq!(set(text, name, value).unwrap_err().status.code(), 2, "for {name} = {value}");
    }
}

#[test]
fn a_key_goes_and_all_else_stays() {
    for (name, line) in [
        ("server", "server = 'https://a.example' # not the old one\n"),
        ("mask", "mask = true\n"),
        ("alert.break", "break = \"15m\"\n"),
        ("alert.break.lunch", "\"break.lunch\" = '45m'\n"),
    ] {
        assert_eq!(unset(WRITTEN, name).unwrap().unwrap(), WRITTEN.replace(line, ""), "for {name}");
    }
    for (text, name, wanted) in [
        ("[alert.break]\ntea = '9m'\n", "alert.break.tea", Some("[alert.break]\n")),
        ("watch = { bell = true, log = true }\n", "watch.bell", Some("watch = { log = true }\n")),
        ("watch.bell = true", "watch.bell", Some("")),
        ("mask = true\n", "server", None),
        ("[alert.break]\ntea = '9m'\n", "alert.break", None),
    ] {
        assert_eq!(unset(text, name).unwrap().as_deref(), wanted, "for {name}");
    }
}

proptest! {
    #[test]
    fn what_is_set_is_read_and_what_is_unset_is_gone(value in "\\PC*", reason in "[a-z .\"']{1,9}") {
        let name = format!("alert.break.{reason}");
        for (name, read) in [("server", 0), (name.as_str(), 1)] {
            let text = set(WRITTEN, name, &value).unwrap();
            let config = ConfigFile::parse(&text, std::path::Path::new("c")).unwrap();
            if read == 0 {
                prop_assert_eq!(config.text(&SERVER.key), Some(value.as_str()));
            } else {
                let wanted = format!("break.{reason}");
                prop_assert!(config.chosen(&ALERT.key).any(|(name, said)| name == wanted && said == value));
            }
            let gone = unset(&text, name).unwrap().unwrap();
            prop_assert_eq!(unset(&gone, name).unwrap(), None);
            ConfigFile::parse(&gone, std::path::Path::new("c")).unwrap();
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC*|[a-z.=\\[\\]\n\"' ]*", name in "[a-z.]{1,9}") {
        let _ = set(&text, &name, "1");
        let _ = unset(&text, &name);
    }
}
