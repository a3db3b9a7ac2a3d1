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
fn a_key_in_two_tables_begins_both_and_goes_into_those_that_are_there() {
    for (before, name, value, after) in [
        (
            "",
            "shift.kinds.missed",
            "missed,lost call",
            "[shift.kinds]\nmissed = [\"missed\", \"lost call\"]\n",
        ),
        ("", "shift.allowance.tea", "2x15m", "[shift.allowance]\ntea = \"2x15m\"\n"),
        (
            "[shift]\nstart = \"9:00\"\n",
            "shift.allowance.total",
            "75m",
            "[shift]\nstart = \"9:00\"\n\n[shift.allowance]\ntotal = \"75m\"\n",
        ),
        (
            "[shift.kinds]\nmissed = 'lost'\n",
            "shift.kinds.missed",
            "gone",
            "[shift.kinds]\nmissed = [\"gone\"]\n",
        ),
    ] {
        let changed = set(before, name, value).unwrap();
        assert_eq!(changed, after, "{name}");
        let read = ConfigFile::parse(&changed, Path::new("c")).unwrap();
        let read = read.values().find(|(known, _)| *known == name).map(|(_, value)| value.to_owned());
        assert_eq!(read.as_deref(), Some(value), "{name}");
        assert!(!unset(&changed, name).unwrap().unwrap().contains(value), "{name}");
    }
    assert!(set("shift = 1\n", "shift.kinds.missed", "gone").is_err());
}

#[test]
fn a_reason_in_another_spelling_is_the_one_that_is_there() {
    let nested = "[alert.break]\n'short tea' = '9m'\n";
    for (before, name, set_to, removed) in [
        (
            WRITTEN,
            "alert.break.Lunch",
            WRITTEN.replace("'45m'", "\"1h\""),
            WRITTEN.replace("\"break.lunch\" = '45m'\n", ""),
        ),
        (nested, "alert.break.Short_Tea", nested.replace("'9m'", "\"1h\""), "[alert.break]\n".to_owned()),
    ] {
        assert_eq!(set(before, name, "1h").unwrap(), set_to, "for {name}");
        assert_eq!(unset(before, name).unwrap(), Some(removed), "for {name}");
    }
    assert_eq!(unset(WRITTEN, "MASK").unwrap(), None, "other keys have one spelling");
}

#[test]
fn a_mark_and_each_line_end_stay_as_they_were() {
    let forms: [fn(&str) -> String; 4] = [
        |text| text.replace('\n', "\r\n"),
        |text| format!("\u{feff}{text}"),
        |text| format!("\u{feff}{}", text.replace('\n', "\r\n")),
        // Two editors: comments end otherwise than values.
        |text| {
            text.split_inclusive('\n')
                .map(|line| if line.starts_with('#') { line.to_owned() } else { line.replace('\n', "\r\n") })
                .collect()
        },
    ];
    let changes: [(&str, Option<&str>); 9] = [
        ("server", Some("https://b.example")),
        ("mask", Some("false")),
        ("alert.break.lunch", Some("1h")),
        ("alert.wrapup", Some("60s")),
        ("jobs", Some("4")),
        ("watch.interval", Some("3s")),
        ("server", None),
        ("alert.break", None),
        ("alert.break.lunch", None),
    ];
    for form in forms {
        for (name, value) in changes {
            let change = |text: &str| match value {
                Some(value) => set(text, name, value).unwrap(),
                None => unset(text, name).unwrap().unwrap(),
            };
            let (before, plain) = (form(WRITTEN), change(WRITTEN));
            let after = change(&before);
            assert_eq!(after.replace(['\r', '\u{feff}'], ""), plain, "{name}");
            assert_eq!(after.starts_with('\u{feff}'), before.starts_with('\u{feff}'), "{name}");
            let ends = |text: &str| -> Vec<(String, bool)> {
                text.split_inclusive('\n')
                    .map(|line| (line.trim_end().to_owned(), line.ends_with("\r\n")))
                    .collect()
            };
            let known = ends(&before);
            for (line, has_cr) in ends(&after) {
                match known.iter().find(|(known, _)| *known == line) {
                    Some((_, had_cr)) => assert!(line.is_empty() || has_cr == *had_cr, "{name}: {line}"),
                    None => assert_eq!(
                        has_cr,
                        before.contains("\r\n") && !before.starts_with("# Our floor.\n"),
                        "{name}: {line}"
                    ),
                }
            }
            assert!(ConfigFile::parse(&after, Path::new("c")).is_ok(), "{after:?}");
        }
    }
    // A last line without an end is no other line's start.
    assert_eq!(set("mask = true", "jobs", "4").unwrap(), "mask = true\njobs = 4\n");
    assert_eq!(set("# x\r\nmask = true", "jobs", "4").unwrap(), "# x\r\nmask = true\r\njobs = 4\r\n");
}

proptest! {
    #[test]
    fn a_change_and_back_leaves_every_byte(lines in proptest::collection::vec(("(# [a-z]{0,6}|)", any::<bool>()), 0..8), at in 0_usize..8, mark in any::<bool>()) {
        let mut text = if mark { "\u{feff}".to_owned() } else { String::new() };
        for (number, (line, has_cr)) in lines.iter().enumerate() {
            let line_end = if *has_cr { "\r\n" } else { "\n" };
            if number == at {
                text.extend(["mask = true", line_end]);
            }
            text.extend([line.as_str(), line_end]);
        }
        if text.contains("mask") {
            let other = set(&text, "mask", "false").unwrap();
            prop_assert_eq!(set(&other, "mask", "true").unwrap().replace("\r\n", "\n"), text.replace("\r\n", "\n"));
            let changed: Vec<_> = other.split('\n').zip(text.split('\n')).filter(|(new, old)| new != old).collect();
            prop_assert_eq!(changed.len(), 1, "{:?}", other);
        }
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
        ("", "mask", "on", "mask = true\n"),
        ("mask = true\n", "mask", "0", "mask = false\n"),
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
        ("", "mask", "perhaps"),
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
                prop_assert!(config.chosen(&ALERT.key).any(|(name, found)| name == wanted && found == value));
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
