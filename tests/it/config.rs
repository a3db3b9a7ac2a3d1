//! Lasting choices: what is shown, what is written, and that neither shows a secret.

mod editing;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use deepcall::app::settings::config_file::ConfigFile;
use deepcall::app::settings::setting::Kind;
use deepcall::app::settings::table::SETTINGS;
use deepcall::commands::config::values::check_all;

use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, World};

fn file(world: &World) -> PathBuf {
    world.config_folder().join("config.toml")
}

fn with_file(text: &str) -> World {
    let world = World::new();
    fs::create_dir_all(world.config_folder()).unwrap();
    fs::write(file(&world), text).unwrap();
    world
}

/// What `config show` prints for a key, as value and source.
fn shown(world: &World, key: &str) -> (String, String) {
    let document = world.run("config show --json").json();
    let rows = document["config"].as_array().unwrap();
    let row = rows.iter().find(|row| row["key"] == key).unwrap_or_else(|| panic!("no {key} in {document}"));
    let text = |name: &str| row[name].as_str().unwrap_or("null").to_owned();
    (text("value"), text("source"))
}

/// Options that no file may say, each list with its reason.
const WITHOUT_KEY: &[(&str, &str)] = &[
    (
        "the line chooses what is queried",
        "all profiles day since until kind match limit sort only check default",
    ),
    (
        "the line chooses what is done and sent",
        "field field-file input user-id exec wait sandbox seed agents new poll record tls-cert tls-key",
    ),
    ("a sandbox serves what is tried now", "port ref-model fail"),
    ("a secret comes anew each time", "ssid-stdin ssid-file token-stdin token-file from-file"),
    ("a guard is taken away knowingly", "allow-http no-verify csv-raw yes"),
    (
        "a script counts on the form and the exit code",
        "json jq digest shape exit-status fail-empty require-coverage",
    ),
    ("what is shown of one run", "quiet verbose help version"),
];

#[test]
fn each_option_has_its_key_or_a_reason_to_have_none() {
    let mut definition = deepcall::cli::definition();
    definition.build();
    let commands = definition.get_subcommands().filter(|command| command.get_name() != "help");
    let options: BTreeSet<String> = commands
        .flat_map(|it| it.get_arguments())
        .filter_map(|it| it.get_long())
        .map(str::to_owned)
        .collect();
    let long = |option: &str| option.split("--").last().unwrap().to_owned();
    let keys: BTreeSet<String> = SETTINGS
        .iter()
        .map(|setting| setting.key().option)
        .filter(|option| !option.is_empty())
        .map(long)
        .collect();
    let reasons = WITHOUT_KEY.iter().flat_map(|(_, options)| options.split(' '));
    let excused: BTreeSet<String> = reasons.map(str::to_owned).collect();
    let known: BTreeSet<String> = keys.union(&excused).cloned().collect();
    assert_eq!(options, known);
    assert!(keys.is_disjoint(&excused));
}

#[test]
fn the_example_shows_each_key_once_with_a_right_value() {
    let configuration = include_str!("../../docs/configuration.md");
    let text = configuration.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    check_all(text, Path::new("configuration.md")).unwrap();
    let config = ConfigFile::parse(text, Path::new("configuration.md")).unwrap();
    for key in SETTINGS.iter().map(|setting| setting.key()) {
        let is_shown = match key.kind {
            Kind::Names(_) => config.chosen(key).next().is_some(),
            _ => config.text(key).is_some(),
        };
        assert!(is_shown, "the example of docs/configuration.md does not show {}", key.name);
    }
}

#[test]
fn the_path_is_printed_whether_or_not_the_file_exists_or_is_right() {
    let world = World::new();
    let wanted = format!("{}\n", file(&world).display());
    assert_eq!(world.run("config path").ended_with(0).stdout, wanted);
    let world = with_file("no toml");
    assert!(world.run("config path").ended_with(0).stdout.ends_with("/config.toml\n"));
    let moved = World::new().with("DEEPCALL_CONFIG_DIR", "/nowhere");
    assert_eq!(moved.run("config path").ended_with(0).stdout, "/nowhere/config.toml\n");
}

#[test]
fn each_value_is_shown_with_where_it_comes_from() {
    let world =
        with_file("timezone = 'UTC'\njobs = 4\n[alert]\n\"break.lunch\" = '45m'\n[watch]\nbell = true\n")
            .with("DEEPCALL_OUTPUT", "csv");
    for (key, value, source) in [
        ("timezone", "UTC", "config.toml"),
        ("jobs", "4", "config.toml"),
        ("alert.break.lunch", "45m", "config.toml"),
        ("watch.bell", "true", "config.toml"),
        ("output", "csv", "DEEPCALL_OUTPUT"),
        ("retries", "2", "default"),
        ("server", "https://v4-api.deepcall.com", "default"),
        ("cacert", "null", "default"),
        ("session", "null", "default"),
    ] {
        assert_eq!(shown(&world, key), (value.to_owned(), source.to_owned()), "for {key}");
    }
}

#[test]
fn a_profiles_server_wins_over_the_config_file_and_a_variable_over_both() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = with_file("server = 'https://elsewhere.example'\n");
    let line = format!("login --ssid-stdin --profile asha --store file --server {}", server.url());
    world.run_with_input(&line, CANARY_SSID).ended_with(0);
    assert_eq!(shown(&world, "server"), (server.url(), "profile asha".to_owned()));
    assert_eq!(shown(&world, "store"), ("file".to_owned(), "profile asha".to_owned()));
    assert_eq!(shown(&world, "profile"), ("asha".to_owned(), "default".to_owned()));
    assert_eq!(shown(&world, "session"), ("stored".to_owned(), "profile asha".to_owned()));
    let world = world.with("DEEPCALL_SERVER", "https://third.example");
    assert_eq!(shown(&world, "server").1, "DEEPCALL_SERVER");
}

#[test]
fn of_a_secret_only_that_it_is_set_is_shown() {
    let world = World::new().with("DEEPCALL_SSID", CANARY_SSID);
    assert_eq!(shown(&world, "session"), ("set".to_owned(), "DEEPCALL_SSID".to_owned()));
    let table = world.run("config show").ended_with(0).stdout;
    assert!(table.contains("DEEPCALL_SSID") && !table.contains(CANARY_SSID), "{table}");
}

#[test]
fn a_variable_without_a_key_is_shown_as_set_and_not_with_what_it_holds() {
    let world = World::new().with("HTTPS_PROXY", "http://user:hidden@proxy.example:3128");
    let ran = world.run("config show --json").ended_with(0);
    let document = ran.json();
    let rows = document["config"].as_array().unwrap();
    let row = rows.iter().find(|row| row["source"] == "HTTPS_PROXY").unwrap();
    assert!(row["key"] == "HTTPS_PROXY" && row["value"] == "set" && !ran.stdout.contains("hidden"), "{ran}");
    assert!(rows.iter().all(|row| row["source"] != "HOME"), "that is set for everybody\n{ran}");
}

#[test]
fn a_wrong_value_is_shown_and_refused_with_exit_code_2() {
    let world = with_file("[watch]\ninterval = '1s'\n").with("DEEPCALL_TIMEZONE", "Asia/Atlantis");
    let ran = world.run("config show --timezone UTC").ended_with(2);
    assert!(
        ran.stderr.contains("DEEPCALL_TIMEZONE, timezone: ") && ran.stderr.contains("watch.interval: "),
        "{ran}"
    );
    assert!(ran.stdout.contains("Asia/Atlantis"), "{ran}");
}

#[test]
fn what_is_set_counts_from_then_on_and_is_private_and_leaves_nothing_behind() {
    let world = World::new();
    let ran = world.run("config set timezone Asia/Kolkata").ended_with(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("timezone is \"Asia/Kolkata\""), "{ran}");
    assert_eq!(fs::metadata(file(&world)).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(world.run("tags --sandbox --json --limit 1").ended_with(0).stdout.contains("+05:30"));
    assert_eq!(world.run("config set jobs 8 -q").ended_with(0).stderr, "");
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), "timezone = \"Asia/Kolkata\"\njobs = 8\n");
    let names: Vec<_> =
        fs::read_dir(world.config_folder()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "the file and its lock: {names:?}");
    world.run("config unset timezone").ended_with(0);
    assert_eq!(shown(&world, "timezone").1, "default");
    let ran = world.run("config unset timezone").ended_with(0);
    assert!(ran.stderr.contains("timezone is not set in"), "{ran}");
}

#[test]
fn a_changed_file_keeps_its_form_its_mode_and_its_other_names() {
    use std::os::unix::fs::MetadataExt;
    let world = with_file("\u{feff}# mine\r\ntimezone = 'UTC'\r\n[watch]\r\nbell = true\r\n");
    assert_eq!(shown(&world, "timezone").0, "UTC");
    let other = world.home().join("dotfiles.toml");
    for (mode, links) in [(0o640, 1), (0o644, 2), (0o600, 2)] {
        if links == 2 && !other.exists() {
            fs::hard_link(file(&world), &other).unwrap();
        }
        fs::set_permissions(file(&world), fs::Permissions::from_mode(mode)).unwrap();
        world.run("config set timezone Asia/Kolkata").ended_with(0);
        world.run("config set jobs 4").ended_with(0);
        let metadata = fs::metadata(file(&world)).unwrap();
        assert_eq!((metadata.permissions().mode() & 0o777, metadata.nlink()), (mode, links));
        let text = fs::read_to_string(file(&world)).unwrap();
        assert_eq!(
            text,
            "\u{feff}# mine\r\ntimezone = \"Asia/Kolkata\"\r\njobs = 4\r\n[watch]\r\nbell = true\r\n"
        );
        world.run("config unset jobs").ended_with(0);
    }
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), fs::read_to_string(&other).unwrap());
}

#[test]
fn a_wrong_key_or_value_changes_nothing() {
    let text = "# mine\ntimezone = 'UTC'\n";
    let world = with_file(text);
    for (line, why) in [
        ("config set time_zone UTC", "did you mean `timezone`?"),
        ("config set interval 3s", "did you mean `watch.interval`?"),
        ("config unset sever", "did you mean `server`?"),
        ("config set colour always", "did you mean `color`?"),
        ("config set timezone Asia/Atlantis", "not a known time zone"),
        ("config set watch.interval 1s", "too short"),
        ("config set watch.heartbeat 1ms", "at least 1 s"),
        ("config set ping.path https://x/ping", "must be relative"),
        ("config set server ftp://x", "server"),
        ("config set cacert ca.pem", "must begin with /"),
        ("config set columns.tags tiem", "tiem"),
        ("config set alert.nap 5m", "nap"),
        ("config set frobnicate_all_of_it 1", "lists all keys"),
    ] {
        let ran = world.run(line).ended_with(2);
        assert!(ran.stderr.contains(why) && ran.stdout.is_empty(), "for {line}\n{ran}");
    }
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), text);
}

#[test]
fn what_others_may_have_written_is_not_made_trustworthy_by_writing_it_again() {
    let text = "server = 'https://elsewhere.example'\n";
    let world = with_file(text);
    fs::set_permissions(file(&world), fs::Permissions::from_mode(0o664)).unwrap();
    for line in ["config set jobs 4", "config unset jobs"] {
        let ran = world.run(line).ended_with(2);
        assert!(ran.stderr.contains("open to other users") && ran.stderr.contains("chmod"), "{line}\n{ran}");
    }
    assert_eq!(fs::read_to_string(file(&world)).unwrap(), text);
    assert_eq!(fs::metadata(file(&world)).unwrap().permissions().mode() & 0o777, 0o664);
}

#[test]
fn a_note_reports_a_value_that_a_variable_overrides() {
    let world = World::new().with("DEEPCALL_TIMEZONE", "UTC");
    let ran = world.run("config set timezone Asia/Kolkata").ended_with(0);
    assert!(ran.stderr.contains("DEEPCALL_TIMEZONE is set and overrides it"), "{ran}");
}

#[test]
fn writers_at_once_lose_nothing() {
    let world = World::new();
    std::thread::scope(|scope| {
        for (key, value) in
            [("jobs", "4"), ("retries", "1"), ("mask", "true"), ("watch.bell", "true"), ("output", "csv")]
        {
            let world = &world;
            scope.spawn(move || world.run(&format!("config set {key} {value}")).ended_with(0));
        }
    });
    for (key, value) in [("jobs", "4"), ("retries", "1"), ("mask", "true"), ("watch.bell", "true")] {
        assert_eq!(shown(&world, key).0, value, "for {key}");
    }
}

#[test]
fn the_file_behind_a_link_is_changed_and_the_link_stays() {
    let world = World::new();
    fs::create_dir_all(world.config_folder()).unwrap();
    let real = world.home().join("dotfiles.toml");
    fs::write(&real, "# kept in git\n").unwrap();
    std::os::unix::fs::symlink(&real, file(&world)).unwrap();
    world.run("config set jobs 4").ended_with(0);
    assert!(file(&world).is_symlink());
    assert_eq!(fs::read_to_string(real).unwrap(), "jobs = 4\n# kept in git\n");
}

#[test]
fn lasting_choices_are_in_force() {
    let world = with_file(
        "no_headers = true\ncolumns.tags = 'kind,time'\ncolumns.break_status = 'profile,reason'\n[watch]\nbell = true\n",
    );
    let line = world.run("tags --sandbox --limit 1 -o csv").ended_with(0).stdout;
    assert_eq!((line.lines().count(), line.split(',').count()), (1, 2), "{line}");
    let typed = world.run("tags --sandbox --limit 1 -o csv --columns id").ended_with(0).stdout;
    assert_eq!(typed.split(',').count(), 1, "what is typed wins: {typed}");
    assert!(world.run("tags --sandbox --limit 1 --json").ended_with(0).json()["tags"][0]["id"].is_string());
    // Something reacts to events because of the file.
    let ran = world.run("watch --sandbox --on alert --alert break=15m --until start --timeout 5s");
    assert_ne!(ran.code, 2, "{ran}");
    let world = with_file("columns.tags = 'tiem'\n");
    let ran = world.run("tags --sandbox").ended_with(2);
    assert!(ran.stderr.contains("config.toml") && ran.stderr.contains("tiem"), "{ran}");
    world.run("tags --sandbox --json").ended_with(0);
}

#[test]
fn the_file_of_authorities_is_read_for_https_alone_and_its_own_source_is_named() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::signed_in(&server);
    world.run("config set cacert /none/ca.pem").ended_with(0);
    world.run("break-status").ended_with(0);
    world.run("break-status --sandbox").ended_with(0);
    let world = world.with("DEEPCALL_SERVER", "https://127.0.0.1:9");
    for (line, why) in [
        ("break-status", "config.toml, cacert: cannot read /none/ca.pem"),
        ("break-status --cacert none.pem", "--cacert: cannot read none.pem"),
    ] {
        let ran = world.run(line).ended_with(2);
        assert!(ran.stderr.contains(why), "for {line}\n{ran}");
    }
}
