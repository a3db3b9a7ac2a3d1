use jiff::Timestamp;

use super::*;
use crate::app::environment::Terminals;
use crate::app::options::{FleetOptions, OutputOptions, SandboxOptions};
use crate::output::presentation::{ColorWhen, Format};
use crate::store::{CredentialKind, Profiles, ServerUrl, StoreKind};
use crate::system::PATHS_BEGIN_WITH;
use choice::{Choice, SessionSource};
use table::{COLOR, MASK, STORE, TIMEZONE};

/// All sources of settings, as written.
struct Written {
    typed: Typed,
    variables: Variables,
    config: ConfigFile,
}

impl Written {
    fn new(typed: &[(&str, &str)], variables: &[(&str, &str)], config: &str) -> Self {
        let variables =
            Variables::new(variables.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        let config = ConfigFile::parse(config, std::path::Path::new("config.toml")).unwrap();
        Self { typed: Typed::for_test("tags", typed), variables, config }
    }

    fn settings(&self) -> Settings<'_> {
        Settings::new(&self.typed, &self.variables, &self.config)
    }
}

#[test]
fn the_format_is_the_options_then_the_variables_then_the_config_files() {
    let none = OutputOptions::default();
    let variable = [("DEEPCALL_OUTPUT", "csv")];
    for (typed, variables, config, format, source) in [
        (&[("output", "tsv")][..], &variable[..], "output='json'", Format::Tsv, Source::Option("--output")),
        (&[], &variable[..], "output='json'", Format::Csv, Source::Variable("DEEPCALL_OUTPUT")),
        (&[], &[], "output='json'", Format::Json, Source::ConfigFile),
        (&[], &[], "", Format::Table, Source::Default),
    ] {
        let written = Written::new(typed, variables, config);
        let found = appearance::format(&none, written.settings()).ok().unwrap();
        assert_eq!(found, Sourced::new(format, source));
    }
    let mut json = OutputOptions::default();
    json.format.json = true;
    let written = Written::new(&[], &variable, "");
    assert_eq!(appearance::format(&json, written.settings()).ok().unwrap().value, Format::Json);
}

#[test]
fn a_wrong_value_is_refused_by_the_name_of_its_source() {
    let none = OutputOptions::default();
    for (variables, config, named) in [
        (&[("DEEPCALL_OUTPUT", "yaml")][..], "", "DEEPCALL_OUTPUT: \"yaml\" is unknown; known are"),
        (
            &[("DEEPCALL_TIMEZONE", "Mars/Base")],
            "",
            "DEEPCALL_TIMEZONE: \"Mars/Base\" is not a known time zone",
        ),
        (&[("DEEPCALL_MASK", "maybe")], "", "DEEPCALL_MASK: \"maybe\" is neither"),
        (&[], "output='yaml'", "config.toml, output: \"yaml\" is unknown; known are"),
        (&[], "color='pink'", "config.toml, color: \"pink\" is unknown; known are"),
        (&[], "timezone='+99:00'", "config.toml, timezone: \"+99:00\" is not an offset"),
    ] {
        let written = Written::new(&[], variables, config);
        let (terminals, now) = (Terminals::default(), Timestamp::UNIX_EPOCH);
        let failure = appearance::presentation(
            &none,
            written.settings(),
            terminals,
            now,
            &crate::output::formats::sample::CALLS,
        );
        let problem = failure.err().unwrap().problem;
        assert!(problem.message.starts_with(named), "{}", problem.message);
    }
}

#[test]
fn a_path_in_the_config_file_begins_at_the_root_and_a_typed_one_anywhere() {
    let cacert = |typed: &[(&str, &str)]| {
        let written = Written::new(typed, &[], "cacert = 'ca.pem'");
        written.settings().get(&table::CACERT).map(|path| path.value)
    };
    assert_eq!(cacert(&[("cacert", "own.pem")]).ok().unwrap(), Some("own.pem".into()));
    assert_eq!(cacert(&[("cacert", "")]).err().unwrap().problem.message, "--cacert: name a file");
    let problem = cacert(&[]).err().unwrap().problem;
    let expected = format!("config.toml, cacert: the path must begin with {PATHS_BEGIN_WITH}");
    assert_eq!(problem.message, expected);
}

#[test]
fn an_option_of_one_command_says_nothing_of_anothers() {
    let columns = |command: &str| {
        let typed = Typed::for_test(command, &[("columns", "id")]);
        let written = Written { typed, ..Written::new(&[], &[], "columns.tags = 'time'") };
        written.settings().get(&table::COLUMNS_TAGS).ok().unwrap().value
    };
    assert_eq!((columns("tags"), columns("explain")), (vec!["id".to_owned()], vec!["time".to_owned()]));
}

#[test]
fn limits_that_are_typed_replace_those_of_the_config_file() {
    let limits = |typed: &[(&str, &str)], config: &str| {
        let written = Written { typed: Typed::for_test("watch", typed), ..Written::new(&[], &[], config) };
        written.settings().limits().map_err(|failure| failure.problem.message)
    };
    let config = "[alert]\nbreak = '15m'\n'break.lunch' = '45m'";
    let limit = |text: &str| text.parse().unwrap();
    assert_eq!(limits(&[], config), Ok(vec![limit("break=15m"), limit("break.lunch=45m")]));
    assert_eq!(limits(&[("alert", "wrapup=1m")], config), Ok(vec![limit("wrapup=1m")]));
    let twice = |ran: Result<Vec<_>, String>| ran.unwrap_err();
    assert_eq!(
        twice(limits(&[("alert", "break=5m"), ("alert", "wrapup=1m"), ("alert", "break=6m")], config)),
        "--alert break=5m and --alert break=6m are limits of the same state"
    );
    assert_eq!(
        twice(limits(&[], "[alert]\n'break.short tea' = '9m'\n'break.Short_Tea' = '8m'")),
        "config.toml: alert.break.Short_Tea and alert.break.short tea are limits of the same state"
    );
    let wrong = limits(&[], "[alert]\nnap = '1m'").unwrap_err();
    assert!(wrong.starts_with("config.toml, alert.nap: "), "{wrong}");
}

#[test]
fn of_allowances_of_the_same_reason_none_counts_in_silence() {
    let allowances = |table: &str| {
        let written = Written::new(&[], &[], &format!("[shift.allowance]\n{table}"));
        written.settings().allowances().map(|_| ()).map_err(|failure| failure.problem.message)
    };
    assert_eq!(allowances("lunch = '45m'\ntea = '2x15m'\ntotal = '75m'"), Ok(()));
    for (twins, names) in [
        ("Lunch = '45m'\nlunch = '30m'", ["allowance.Lunch", "allowance.lunch"]),
        ("'tea time' = '45m'\ntea-time = '30m'", ["allowance.tea time", "allowance.tea-time"]),
        ("Total = '75m'\ntotal = '60m'", ["allowance.Total", "allowance.total"]),
    ] {
        let message = allowances(twins).unwrap_err();
        assert!(names.iter().all(|name| message.contains(name)), "{message}");
    }
}

#[test]
fn masking_and_zone_follow_the_same_order() {
    let variables = [("DEEPCALL_MASK", "0"), ("DEEPCALL_TIMEZONE", "UTC")];
    let config = "mask=true\ntimezone='+05:30'";
    let written = Written::new(&[], &variables, config);
    assert!(!written.settings().get(&MASK).ok().unwrap().value);
    assert_eq!(written.settings().get(&TIMEZONE).ok().unwrap().value, jiff::tz::TimeZone::UTC);
    let written = Written::new(&[("mask", "true"), ("timezone", "+01:00")], &variables, config);
    assert!(written.settings().get(&MASK).ok().unwrap().value);
    let an_hour = jiff::tz::Offset::from_seconds(3600).unwrap();
    let zone = written.settings().get(&TIMEZONE).ok().unwrap().value;
    assert_eq!(zone.to_offset(Timestamp::UNIX_EPOCH), an_hour);
    assert!(Written::new(&[], &[], "mask=true").settings().get(&MASK).ok().unwrap().value);
}

#[test]
fn colour_follows_the_option_then_no_color_then_clicolor_force_then_the_stream() {
    for (typed, variables, config, terminal, wanted) in [
        (&[("color", "always")][..], &[("NO_COLOR", "1")][..], "", false, true),
        (&[("color", "never")], &[("CLICOLOR_FORCE", "1")], "", true, false),
        (&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], "", true, false),
        (&[], &[("CLICOLOR_FORCE", "1")], "", false, true),
        (&[], &[("TERM", "dumb")], "", true, false),
        (&[], &[], "color='always'", false, true),
        (&[], &[], "", true, true),
        (&[], &[], "", false, false),
    ] {
        let written = Written::new(typed, variables, config);
        let found = appearance::colour(written.settings(), terminal).ok().unwrap();
        assert_eq!(found, wanted, "{typed:?} {variables:?} {config} {terminal}");
    }
    let never = Written::new(&[("color", "never")], &[], "");
    assert_eq!(never.settings().get(&COLOR).ok().unwrap().value, ColorWhen::Never);
}

#[test]
fn the_session_is_the_options_then_the_variables_then_a_named_profiles() {
    let (no_fleet, no_sandbox) = (FleetOptions::ONE, SandboxOptions::default());
    let mut all = FleetOptions::ONE.clone();
    all.all = true;
    let variables = [("DEEPCALL_SSID", "s"), ("DEEPCALL_PROFILE", "ravi")];
    let source = |fleet, written: &Written| {
        choice::session_source(fleet, &no_sandbox, written.settings()).ok().unwrap()
    };
    let stored = |choice, source| SessionSource::Stored(Sourced::new(choice, source));
    let named = Written::new(&[("profile", "asha")], &variables, "profile='meera'");
    let option = stored(Choice::Named("asha".to_owned()), Source::Option("--profile"));
    assert_eq!(source(no_fleet, &named), option);
    let below = Written::new(&[], &variables, "profile='meera'");
    assert_eq!(source(&all, &below), stored(Choice::All, Source::Option("--all")));
    assert_eq!(source(no_fleet, &below), SessionSource::Variables("DEEPCALL_SSID"));
    let below = Written::new(&[], &[("DEEPCALL_PROFILE", "ravi")], "profile='meera'");
    let variable = stored(Choice::Named("ravi".to_owned()), Source::Variable("DEEPCALL_PROFILE"));
    assert_eq!(source(no_fleet, &below), variable);
    let below = Written::new(&[], &[], "profile='meera'");
    let config = stored(Choice::Named("meera".to_owned()), Source::ConfigFile);
    assert_eq!(source(no_fleet, &below), config);
    let nothing = Written::new(&[], &[], "");
    assert_eq!(source(no_fleet, &nothing), stored(Choice::Default, Source::Default));
}

#[test]
fn where_login_writes_follows_the_same_order() {
    let none = Profiles::default();
    let variables = [("DEEPCALL_STORE", "file"), ("DEEPCALL_PROFILE", "ravi")];
    let below = Written::new(&[], &variables, "store='keyring'\nprofile='m'");
    let name = choice::profile_name(&none, below.settings()).ok().unwrap();
    assert_eq!((name.value.as_str(), name.source), ("ravi", Source::Variable("DEEPCALL_PROFILE")));
    let store = |written: &Written| written.settings().get(&STORE).ok().unwrap();
    assert_eq!(store(&below), Sourced::new(StoreKind::File, Source::Variable("DEEPCALL_STORE")));
    let below = Written::new(&[], &[], "store='file'");
    assert_eq!(store(&below), Sourced::new(StoreKind::File, Source::ConfigFile));
    let nothing = Written::new(&[], &[], "");
    assert_eq!(store(&nothing), Sourced::new(StoreKind::Keyring, Source::Default));
    let name = choice::profile_name(&none, nothing.settings()).ok().unwrap();
    assert_eq!((name.value.as_str(), name.source), ("default", Source::Default));
}

#[test]
fn a_profiles_secret_goes_to_no_other_origin() {
    let profile = Profile {
        name: "asha".parse().unwrap(),
        server: ServerUrl::parse("https://a.example").unwrap(),
        kind: CredentialKind::Ssid,
        user_id: None,
        agent_id: None,
        store: StoreKind::File,
        saved_at: Timestamp::UNIX_EPOCH,
        allow_http: false,
    };
    let server = |variables: &[(&str, &str)], config: &str| {
        let written = Written::new(&[], variables, config);
        choice::server_of(&profile, written.settings()).map(|server| server.to_string())
    };
    for (variables, config) in [
        (&[][..], ""),
        (&[], "server = 'https://b.example'"),
        (&[("DEEPCALL_SERVER", "https://a.example")], "server = 'https://b.example'"),
    ] {
        assert_eq!(server(variables, config).ok().unwrap(), "https://a.example", "{variables:?} {config}");
    }
    let failure = server(&[("DEEPCALL_SERVER", "https://b.example")], "").err().unwrap();
    assert_eq!(failure.status.code(), 4);
    assert!(failure.problem.message.contains("(DEEPCALL_SERVER)"), "{}", failure.problem.message);
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
        (matching(&["team-*", "typo"]), 2),
        (matching(&["team-[", "asha"]), 2),
        (matching(&["asha", ""]), 2),
        (Choice::Named("typo".to_owned()), 2),
        (Choice::Default, 2),
    ] {
        assert_eq!(pick(choice.clone(), None).err().unwrap().status.code(), code, "{choice:?}");
    }
    for choice in [matching(&["team-*"]), Choice::Named("typo".to_owned()), Choice::Default, Choice::All] {
        let nobody = choice.pick(&[] as &[&str], |name| name, None);
        assert_eq!(nobody.err().unwrap().status.code(), 4, "{choice:?}");
    }
}
