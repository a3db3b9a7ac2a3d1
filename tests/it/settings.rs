//! Every setting of the table, through the real parsing: which layer counts, and where it is documented.

use std::collections::BTreeSet;
use std::path::Path;

use deepcall::app::environment::Variables;
use deepcall::app::settings::config_file::ConfigFile;
use deepcall::app::settings::setting::{Entry, Key, Kind};
use deepcall::app::settings::table::SETTINGS;
use deepcall::app::settings::{Settings, Source, Typed};
use deepcall::cli;
use deepcall::commands::config::values::check;
use deepcall::store::{CredentialKind, Profile, StoreKind};

/// Texts of which each setting accepts some. A setting of a new type may need another.
const SAMPLES: &[&str] = &[
    "true",
    "false",
    "1",
    "2",
    "3",
    "5s",
    "7s",
    "9s",
    "/ca.pem",
    "/other.pem",
    "https://a.example",
    "https://b.example",
    "keyring",
    "file",
    "json",
    "csv",
    "tsv",
    "+01:00",
    "+02:00",
    "UTC",
    "never",
    "always",
    "profile",
    "reason",
    "kind",
    "kind,time",
    "name",
    "server",
    "in_wrapup",
    "alert",
    "alert,tag",
    "5MB",
    "7GB",
    "relative",
    "clock",
    "both",
    "9:00",
    "17:45",
    "127.0.0.1:1",
    "[::1]:2",
];

/// A value for the option, the variable and the config file, as different as the setting allows.
fn samples(setting: &dyn Entry) -> [&'static str; 3] {
    let Key { name, kind, .. } = *setting.key();
    if kind == Kind::Flag {
        return ["true", "no", "true"];
    }
    let right: Vec<&str> = SAMPLES.iter().filter(|text| check(name, text).is_ok()).copied().collect();
    assert!(right.len() >= 2, "{name} accepts too few of the samples: {right:?}");
    [right[0], right[1], right[2 % right.len()]]
}

/// The commands that have the option of a setting.
fn commands_of(key: &Key) -> Vec<(String, clap::Arg)> {
    let definition = cli::definition();
    let mut found = vec![];
    for command in definition.get_subcommands() {
        let is_of = |argument: &&clap::Arg| {
            argument.get_long().is_some_and(|long| key.is_option_of(command.get_name(), long))
        };
        let arguments = command.get_arguments().filter(is_of);
        found.extend(arguments.map(|argument| (command.get_name().to_owned(), argument.clone())));
    }
    found
}

/// A command line with the option, parsed.
fn typed(key: &Key, value: &str) -> Typed {
    let (command, argument) = commands_of(key).into_iter().next().unwrap();
    let option = match argument.get_action() {
        clap::ArgAction::SetTrue => key.long_option().to_owned(),
        _ => format!("{}={value}", key.long_option()),
    };
    // `--jobs` and the like need a command that asks the server, about several.
    let all = ["--all"].into_iter().filter(|_| key.option == "--jobs");
    let check = ["--check"].into_iter().filter(|_| command == "profiles" && key.name != "columns.profiles");
    let words = ["deepcall", &command, &option].into_iter().chain(all).chain(check);
    cli::parse(words.map(Into::into).collect()).map(|parsed| parsed.typed).unwrap()
}

fn config(key: &Key, value: &str) -> ConfigFile {
    let value = match key.kind {
        Kind::Text | Kind::Path | Kind::List | Kind::Names(_) => format!("{value:?}"),
        Kind::Number | Kind::Flag | Kind::Any => value.to_owned(),
    };
    ConfigFile::parse(format!("{} = {value}", key.name), Path::new("config.toml")).unwrap()
}

fn profile() -> Profile {
    Profile {
        name: "meera".parse().unwrap(),
        server: deepcall::store::ServerUrl::parse("https://profile.example").unwrap(),
        kind: CredentialKind::Ssid,
        user_id: None,
        agent_id: None,
        store: StoreKind::File,
        saved_at: jiff::Timestamp::UNIX_EPOCH,
        allow_http: false,
    }
}

/// The keys whose value is one text, and not a table of chosen names.
fn single() -> impl Iterator<Item = &'static dyn Entry> {
    SETTINGS.iter().copied().filter(|setting| !matches!(setting.key().kind, Kind::Names(_)))
}

#[test]
fn an_option_wins_over_a_variable_over_a_profile_over_the_config_file_over_the_default() {
    let mut kept = 0;
    for setting in single() {
        let key = setting.key();
        let [by_option, by_variable, by_file] = samples(setting);
        let has_option = !key.option.is_empty();
        let nothing = Typed::default();
        let typed = if has_option { typed(key, by_option) } else { Typed::default() };
        let variables = Variables::new(key.variable.map(|name| (name.into(), by_variable.into())));
        let (unset, profile) = (Variables::default(), profile());
        let (written, empty) = (config(key, by_file), ConfigFile::default());

        let found = |settings: Settings<'_>| {
            let found = settings.text(key).unwrap();
            found.map(|found| (found.value.into_owned(), found.source))
        };
        let some = |value: &str, source| Some((value.to_owned(), source));
        let all = Settings::new(&typed, &variables, &written).of(Some(&profile));
        if has_option {
            assert_eq!(found(all), some(by_option, Source::Option(key.long_option())), "{}", key.name);
        }
        let untyped = Settings::new(&nothing, &variables, &written).of(Some(&profile));
        if let Some(variable) = key.variable {
            assert_eq!(found(untyped), some(by_variable, Source::Variable(variable)), "{}", key.name);
        }
        let unset = Settings::new(&nothing, &unset, &written);
        if let Some(keep) = key.kept {
            kept += 1;
            let found = found(unset.of(Some(&profile)));
            assert_eq!(found, some(&keep(&profile), Source::Profile("meera".to_owned())), "{}", key.name);
        }
        assert_eq!(found(unset), some(by_file, Source::ConfigFile), "{}", key.name);
        let unwritten = Settings::new(&nothing, unset.variables, &empty);
        assert_eq!(found(unwritten), None, "{}", key.name);
    }
    assert_eq!(kept, 2, "a profile keeps its server and where its secret is");
}

#[test]
fn each_default_is_a_value_of_its_setting() {
    for setting in SETTINGS {
        let key = setting.key();
        if let Some(default) = key.default {
            assert_eq!(check(key.name, default), Ok(()), "{}", key.name);
        }
    }
}

/// Options with words of their own, and where.
const OWN_WORDS: &[(&str, &str)] = &[
    // The formats of a stream are others.
    ("watch", "--output"),
    // It has more formats.
    ("shift", "--output"),
    // One option for every document; a key is for one.
    ("shift", "--columns"),
    ("tags", "--columns"),
    ("break-status", "--columns"),
    ("wrapup", "--columns"),
    ("status", "--columns"),
    ("profiles", "--columns"),
    // It shows limits, and alerts nobody.
    ("status", "--alert"),
];

#[test]
fn each_option_exists_and_is_described_by_the_table() {
    for key in SETTINGS.iter().map(|setting| setting.key()).filter(|key| !key.option.is_empty()) {
        let commands = commands_of(key);
        assert!(!commands.is_empty(), "no command has {}", key.option);
        for (command, argument) in commands {
            if OWN_WORDS.contains(&(command.as_str(), key.long_option())) {
                continue;
            }
            let help = argument.get_help().unwrap().to_string();
            assert!(help.starts_with(key.help), "{command} {}: {help}", key.option);
            if let Some(default) = key.default.filter(|_| key.kind != Kind::Flag) {
                assert!(
                    help.ends_with(&format!(" [default: {default}]")),
                    "{command} {}: {help}",
                    key.option
                );
            }
        }
    }
}

#[test]
fn no_option_that_is_a_setting_names_a_default_of_its_own() {
    let keys: BTreeSet<&str> = SETTINGS.iter().map(|setting| setting.key().long_option()).collect();
    for command in cli::definition().get_subcommands() {
        for argument in command.get_arguments() {
            let Some(long) = argument.get_long() else { continue };
            if keys.contains(format!("--{long}").as_str()) {
                let (help, id) = (argument.get_help().unwrap().to_string(), argument.get_id());
                let is_told = SETTINGS.iter().any(|it| it.key().option_help() == help);
                assert!(is_told || !help.contains("[default"), "{} {id}: {help}", command.get_name());
                assert_eq!(argument.get_default_values().len(), 0, "{} {id}", command.get_name());
            }
        }
    }
}

#[test]
fn the_manual_has_each_setting() {
    let plain = |page: &str| page.replace('\\', "");
    let config = plain(include_str!("../../man/deepcall-config.5"));
    let set = plain(include_str!("../../man/deepcall-config-set.1"));
    let variables = plain(include_str!("../../man/deepcall-variables.7"));
    for setting in SETTINGS {
        let key = setting.key();
        assert!(config.contains(&format!("{}.\n", key.help)), "{}", key.name);
        for name in key.names() {
            assert!(set.contains(&name), "{name}");
        }
        if let Some(variable) = key.variable {
            assert!(variables.contains(variable), "{variable}");
        }
    }
}
