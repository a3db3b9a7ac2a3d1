use jiff::Timestamp;

use super::*;
use crate::app::environment::Terminals;
use crate::app::options::{
    FleetOptions, FormatOptions, OutputOptions, ProfileOptions, SandboxOptions, ValueOptions,
};
use crate::output::presentation::{ColorWhen, Format};
use crate::store::{Profiles, StoreKind};
use who::{Choice, Who};

/// The layers below the command line, as written.
struct Below {
    variables: Variables,
    config: ConfigFile,
}

impl Below {
    fn new(variables: &[(&str, &str)], config: &str) -> Self {
        let variables =
            Variables::new(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        Self { variables, config: ConfigFile::parse(config, std::path::Path::new("config.toml")).unwrap() }
    }

    fn layers(&self) -> Layers<'_> {
        Layers::new(&self.variables, &self.config)
    }
}

fn typed_format(format: Format) -> FormatOptions {
    FormatOptions { output: Some(format), ..FormatOptions::default() }
}

#[test]
fn the_format_is_the_options_then_the_variables_then_the_config_files() {
    let none = FormatOptions::default();
    let variable = [("DEEPCALL_OUTPUT", "csv")];
    for (options, variables, config, format, source) in [
        (&typed_format(Format::Tsv), &variable[..], "output='json'", Format::Tsv, Source::Option("--output")),
        (&none, &variable[..], "output='json'", Format::Csv, Source::Variable("DEEPCALL_OUTPUT")),
        (&none, &[], "output='json'", Format::Json, Source::ConfigFile),
        (&none, &[], "", Format::Table, Source::Default),
    ] {
        let below = Below::new(variables, config);
        assert_eq!(look::format(options, below.layers()).ok().unwrap(), Sourced::new(format, source));
    }
}

#[test]
fn a_wrong_value_is_refused_by_the_name_of_its_source() {
    let none = OutputOptions::default();
    for (variables, config, named) in [
        (&[("DEEPCALL_OUTPUT", "yaml")][..], "", "DEEPCALL_OUTPUT: \"yaml\" is none of"),
        (&[("DEEPCALL_TIMEZONE", "Mars/Base")], "", "DEEPCALL_TIMEZONE: \"Mars/Base\" is no known time zone"),
        (&[("DEEPCALL_MASK", "maybe")], "", "DEEPCALL_MASK: \"maybe\" is neither"),
        (&[], "output='yaml'", "config.toml, output: \"yaml\" is none of"),
        (&[], "color='pink'", "config.toml, color: \"pink\" is none of"),
        (&[], "timezone='+99:00'", "config.toml, timezone: \"+99:00\" is no offset"),
    ] {
        let below = Below::new(variables, config);
        let failure = look::presentation(&none, below.layers(), Terminals::default(), Timestamp::UNIX_EPOCH);
        let problem = failure.err().unwrap().problem;
        assert!(problem.message.starts_with(named), "{}", problem.message);
    }
}

#[test]
fn masking_and_zone_follow_the_same_order() {
    let none = ValueOptions::default();
    let below =
        Below::new(&[("DEEPCALL_MASK", "0"), ("DEEPCALL_TIMEZONE", "UTC")], "mask=true\ntimezone='+05:30'");
    assert!(!look::mask(&none, below.layers()).ok().unwrap());
    assert_eq!(look::zone(&none, below.layers()).ok().unwrap(), jiff::tz::TimeZone::UTC);
    let typed = ValueOptions { mask: true, timezone: Some("+01:00".to_owned()) };
    assert!(look::mask(&typed, below.layers()).ok().unwrap());
    let an_hour = jiff::tz::Offset::from_seconds(3600).unwrap();
    assert_eq!(look::zone(&typed, below.layers()).ok().unwrap().to_offset(Timestamp::UNIX_EPOCH), an_hour);
    assert!(look::mask(&none, Below::new(&[], "mask=true").layers()).ok().unwrap());
}

#[test]
fn colour_follows_the_option_then_no_color_then_clicolor_force_then_the_stream() {
    let never = FormatOptions { color: Some(ColorWhen::Never), ..FormatOptions::default() };
    let always = FormatOptions { color: Some(ColorWhen::Always), ..FormatOptions::default() };
    let none = FormatOptions::default();
    for (options, variables, config, terminal, wanted) in [
        (&always, &[("NO_COLOR", "1")][..], "", false, true),
        (&never, &[("CLICOLOR_FORCE", "1")], "", true, false),
        (&none, &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], "", true, false),
        (&none, &[("CLICOLOR_FORCE", "1")], "", false, true),
        (&none, &[("TERM", "dumb")], "", true, false),
        (&none, &[], "color='always'", false, true),
        (&none, &[], "", true, true),
        (&none, &[], "", false, false),
    ] {
        let below = Below::new(variables, config);
        let found = look::colour(options, below.layers(), terminal).ok().unwrap();
        assert_eq!(found, wanted, "{options:?} {variables:?} {config} {terminal}");
    }
}

#[test]
fn who_asks_is_the_option_then_credentials_then_a_named_profile() {
    let (nobody, no_fleet, no_sandbox) =
        (ProfileOptions::default(), FleetOptions::default(), SandboxOptions::default());
    let named = ProfileOptions { profile: Some("asha".to_owned()) };
    let all = FleetOptions { all: true, ..FleetOptions::default() };
    let below = Below::new(&[("DEEPCALL_SSID", "s"), ("DEEPCALL_PROFILE", "ravi")], "profile='meera'");
    let ask =
        |profile, fleet, below: &Below| who::who(profile, fleet, &no_sandbox, below.layers()).ok().unwrap();
    let stored = |choice, source| Who::Stored(Sourced::new(choice, source));
    let option = stored(Choice::Named("asha".to_owned()), Source::Option("--profile"));
    assert_eq!(ask(&named, &no_fleet, &below), option);
    assert_eq!(ask(&nobody, &all, &below), stored(Choice::All, Source::Option("--all")));
    assert_eq!(ask(&nobody, &no_fleet, &below), Who::Variables { variable: "DEEPCALL_SSID" });
    let below = Below::new(&[("DEEPCALL_PROFILE", "ravi")], "profile='meera'");
    let variable = stored(Choice::Named("ravi".to_owned()), Source::Variable("DEEPCALL_PROFILE"));
    assert_eq!(ask(&nobody, &no_fleet, &below), variable);
    let below = Below::new(&[], "profile='meera'");
    let config = stored(Choice::Named("meera".to_owned()), Source::ConfigFile);
    assert_eq!(ask(&nobody, &no_fleet, &below), config);
    assert_eq!(ask(&nobody, &no_fleet, &Below::new(&[], "")), stored(Choice::Default, Source::Default));
}

#[test]
fn where_login_writes_follows_the_same_order() {
    let none = Profiles::default();
    let below = Below::new(
        &[("DEEPCALL_STORE", "file"), ("DEEPCALL_PROFILE", "ravi")],
        "store='keyring'\nprofile='m'",
    );
    let name = who::profile_name(&ProfileOptions::default(), &none, below.layers()).ok().unwrap();
    assert_eq!((name.value.as_str(), name.source), ("ravi", Source::Variable("DEEPCALL_PROFILE")));
    let store = |typed, below: &Below| who::store_kind(typed, None, below.layers()).ok().unwrap();
    assert_eq!(store(Some(StoreKind::Keyring), &below).source, Source::Option("--store"));
    assert_eq!(store(None, &below), Sourced::new(StoreKind::File, Source::Variable("DEEPCALL_STORE")));
    let below = Below::new(&[], "store='file'");
    assert_eq!(store(None, &below), Sourced::new(StoreKind::File, Source::ConfigFile));
    assert_eq!(store(None, &Below::new(&[], "")), Sourced::new(StoreKind::Keyring, Source::Default));
    let name =
        who::profile_name(&ProfileOptions::default(), &none, Below::new(&[], "").layers()).ok().unwrap();
    assert_eq!((name.value.as_str(), name.source), ("default", Source::Default));
}

#[test]
fn a_choice_picks_what_it_names_and_nothing_else() {
    let names = ["asha", "ravi", "team-a", "team-b"];
    let pick = |choice: Choice, default| {
        choice.pick(&names, |name| name, default).map(|found| found.into_iter().copied().collect::<Vec<_>>())
    };
    let matching = |globs: &[&str]| Choice::Matching(globs.iter().map(|glob| (*glob).to_owned()).collect());
    assert_eq!(pick(matching(&["team-*", "asha"]), None).ok().unwrap(), ["asha", "team-a", "team-b"]);
    assert_eq!(pick(Choice::Named("ravi".to_owned()), None).ok().unwrap(), ["ravi"]);
    assert_eq!(pick(Choice::Default, Some("asha")).ok().unwrap(), ["asha"]);
    assert_eq!(pick(Choice::All, None).ok().unwrap(), names);
    for (choice, code) in [
        (matching(&["team-*", "typo"]), 4),
        (matching(&["team-[", "asha"]), 2),
        (matching(&["asha", ""]), 2),
        (Choice::Named("typo".to_owned()), 4),
        (Choice::Default, 4),
    ] {
        assert_eq!(pick(choice.clone(), None).err().unwrap().status.code(), code, "{choice:?}");
    }
}
