//! The subcommands of `deepcall journal`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::support::{InProcess, NOT_ON_BREAK, ON_BREAK, Screen};

#[test]
fn on_and_off_change_one_key_and_say_what_that_means() {
    let world = World::new();
    let ran = world.run("journal on").ended_with(0);
    let config = world.config_folder().join("config.toml");
    assert_eq!(fs::read_to_string(&config).unwrap(), "[journal]\nrecord = true\n");
    let path = journal(&world).display().to_string();
    for word in
        ["notifications", "credentials", &path, "90d", "500MB", "72h", "journal off", "journal forget"]
    {
        assert!(ran.stderr.contains(word), "{word}\n{ran}");
    }
    assert!(!journal(&world).exists());
    let ran = world.run("journal off").ended_with(0);
    assert_eq!(fs::read_to_string(&config).unwrap(), "[journal]\nrecord = false\n");
    assert!(ran.stderr.contains("record"), "{ran}");
    fs::write(&config, "journal = 7\n").unwrap();
    world.run("journal on").ended_with(2);
    assert_eq!(fs::read_to_string(&config).unwrap(), "journal = 7\n");
}

#[test]
fn the_path_is_that_of_the_setting_of_the_variable_or_of_the_state_folder() {
    let path = |world: &World| world.run("journal path").ended_with(0).stdout;
    let world = World::new();
    assert_eq!(path(&world), format!("{}\n", journal(&world).display()));
    assert_eq!(path(&World::new().with("XDG_STATE_HOME", "/state")), "/state/deepcall/journal.db\n");
    let world = World::new().with("DEEPCALL_CONFIG_DIR", "/all");
    assert_eq!(path(&world), "/all/journal.db\n");
    let world = World::new();
    world.run("config set journal.path /disk/j.db").ended_with(0);
    assert_eq!(path(&world), "/disk/j.db\n");
    assert_eq!(path(&world.with("DEEPCALL_JOURNAL", "/other/j.db")), "/other/j.db\n");
    World::new().run("config set journal.path j.db").ended_with(2);
}

#[test]
fn without_a_journal_everything_is_well() {
    let world = World::new();
    let ran = world.run("journal status --json").ended_with(0);
    assert_eq!(ran.json()["exists"], false, "{ran}");
    assert_eq!(ran.json()["path"], journal(&world).display().to_string(), "{ran}");
    for line in
        ["verify", "prune", "prune --dry-run", "export", "export --what coverage", "forget asha --yes"]
    {
        let ran = world.run(&format!("journal {line}")).ended_with(0);
        assert!(ran.stderr.contains("there is no journal"), "{line}\n{ran}");
        assert!(ran.stderr.contains("with `deepcall journal on` the next command"), "{line}\n{ran}");
    }
    assert_eq!(
        world.run("journal export --what tags --json").ended_with(0).json()["tags"],
        serde_json::json!([])
    );
    assert!(!journal(&world).exists());
    // On a terminal too each note says something, and what was deleted is a sentence.
    for line in ["status", "verify", "prune", "forget asha"] {
        let ran = InProcess::new().on_terminal(200).run(&format!("journal {line}")).ended_with(0);
        assert_eq!(ran.stderr.lines().count(), 1, "{line}\n{ran}");
        assert!(!ran.stdout.contains("DRY RUN"), "{line}\n{ran}");
    }
    world.run("journal on").ended_with(0);
    let ran = world.run("journal status").ended_with(0);
    assert!(ran.stderr.contains("no journal") && !ran.stderr.contains("journal on"), "on already\n{ran}");
}

/// Two agents with sessions in files.
pub(super) fn asha_and_ravi(server: &FakeServer) -> World {
    let world = World::at(server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        let line = format!("login --profile {name} --no-verify --ssid-stdin");
        let _ = world.run_with_input(&line, &format!("session-of-{name}")).ended_with(0);
    }
    world
}

/// Two agents with a notification, a break and its end each.
pub(super) fn team() -> (FakeServer, World) {
    let replies = ["a1", "r1"].map(|id| reply(&[tag(id, "missed", 5)]));
    let server = FakeServer::answering(move |request, earlier| {
        let on_break = if earlier < 4 { ON_BREAK } else { NOT_ON_BREAK };
        let tags = &replies[usize::from(!request.body.contains("asha"))];
        request.choose([on_break.to_owned(), String::new(), tags.clone()])
    });
    let world = asha_and_ravi(&server);
    world.run("journal on").ended_with(0);
    world.run("tags --all").ended_with(0);
    world.run("break-status --all").ended_with(0);
    world.run("break-status --all").ended_with(0);
    (server, world)
}

#[test]
fn status_shows_the_file_and_each_agent() {
    let (server, world) = team();
    let ran = world.run("journal status --json").ended_with(0);
    let status = ran.json();
    assert_eq!((&status["exists"], &status["record"]), (&true.into(), &true.into()), "{ran}");
    assert_eq!(
        (&status["keep"], &status["max_size"], &status["numbers"]),
        (&"90d".into(), &"500MB".into(), &"72h".into())
    );
    assert_eq!(status["events"], 6, "{ran}");
    assert!(status["size_bytes"].as_i64().is_some_and(|size| size > 0), "{ran}");
    let agents = status["agents"].as_array().unwrap();
    let names: Vec<_> = agents.iter().map(|agent| agent["profile"].as_str().unwrap()).collect();
    assert_eq!(names, ["asha", "ravi"]);
    assert_eq!(agents[0]["server"], format!("{}", server.url()), "{ran}");
    assert_eq!(agents[0]["events"], 3, "{ran}");
    assert_eq!(agents[0]["recorded_by"], serde_json::Value::Null, "{ran}");
    let mode = fs::metadata(journal(&world)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let table = world.run("journal status").ended_with(0).stdout;
    assert!(table.contains("asha") && table.contains("ravi"), "{table}");
}

#[test]
fn an_agent_is_exported_and_erased_by_name_or_by_id() {
    let (_server, world) = team();
    let change = "UPDATE agent SET agent_id = 'a-17' WHERE profile = 'asha'";
    rusqlite::Connection::open(journal(&world)).unwrap().execute_batch(change).unwrap();
    let export = |agent: &str| world.run(&format!("journal export --what tags --json {agent}"));
    for (agents, expected) in [
        ("--agent a-17", &["a1"][..]),
        ("--agent asha", &["a1"]),
        ("--agent ravi --agent a-17 --agent asha", &["a1", "r1"]),
    ] {
        assert_eq!(ids(&export(agents).ended_with(0)), expected, "{agents}");
    }
    for line in ["export --agent a-18", "forget a-18 --yes"] {
        let ran = world.run(&format!("journal {line}")).ended_with(2);
        assert!(ran.stderr.contains("the journal holds no agent \"a-18\""), "{ran}");
    }
    world.run("journal forget a-17 --yes").ended_with(0);
    assert_eq!(ids(&export("").ended_with(0)), ["r1"]);
}

/// A silent night is no time in which nothing was recorded.
#[test]
fn a_quiet_time_is_shown_as_recorded_and_an_empty_journal_as_empty() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = recording(&server);
    world.run("break-status").ended_with(0);
    let ran = world.run("journal status --json").ended_with(0);
    let (status, agent) = (ran.json(), ran.json()["agents"][0].clone());
    assert_eq!((&status["events"], &agent["from"]), (&0.into(), &serde_json::Value::Null), "{ran}");
    let row = world.run("journal export --what coverage --json").ended_with(0).json()["coverage"][0].clone();
    for of in [&status, &agent] {
        assert_eq!((&of["answered_from"], &of["answered_to"]), (&row["from"], &row["to"]), "{ran}");
    }
    let ran = world.run("journal status").ended_with(0);
    assert!(ran.stdout.contains("FROM") && ran.stdout.contains("TO"), "{ran}");
    assert!(!ran.stderr.contains("holds nothing"), "{ran}");
    world.run("journal forget env --yes").ended_with(0);
    for line in ["status", "verify -o ndjson", "export", "export --what coverage --json"] {
        let ran = world.run(&format!("journal {line}")).ended_with(0);
        assert_eq!(ran.stderr.matches("journal.db holds nothing").count(), 1, "{line}\n{ran}");
    }
}

#[test]
fn the_words_of_other_programs_lead_to_what_removes_and_to_help() {
    let world = World::new();
    for word in ["clear", "delete", "purge"] {
        let ran = world.run(&format!("journal {word}")).ended_with(2);
        assert!(ran.stderr.contains("journal prune") && ran.stderr.contains("journal forget"), "{ran}");
    }
    assert!(!world.run("journal shred").ended_with(2).stderr.contains("prune"));
    for line in ["journal export", "journal", "config set"] {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        let help = world.run(&format!("{line} --help")).ended_with(0).stdout;
        assert_eq!(world.run(format!("{command} help {rest}").trim()).ended_with(0).stdout, help, "{line}");
    }
}

#[test]
fn how_long_numbers_stay_whole_has_three_forms() {
    let ran = World::new().run("config set journal.numbers always").ended_with(2);
    assert!(ran.stderr.contains("not a length of time") && ran.stderr.contains("never or keep"), "{ran}");
}

#[test]
fn every_export_has_what_was_recorded() {
    let (_server, world) = team();
    let export = |line: &str| world.run(&format!("journal export {line}")).ended_with(0);
    assert_eq!(ids(&export("--what tags --json")), ["a1", "r1"]);
    let intervals = export("--what intervals --json").json();
    let intervals = intervals["intervals"].as_array().unwrap();
    assert_eq!(intervals.len(), 2, "{intervals:?}");
    for interval in intervals {
        assert_eq!((&interval["what"], &interval["reason"]), (&"break".into(), &"Lunch".into()));
        assert_eq!(interval["open"], false);
        assert!(interval["end_hi"].is_string(), "{interval}");
    }
    let coverage = export("--what coverage --json").json();
    let parts: Vec<_> =
        coverage["coverage"].as_array().unwrap().iter().map(|row| row["part"].clone()).collect();
    assert_eq!(parts.iter().filter(|part| **part == "tags").count(), 2, "{parts:?}");
    let events = export("").stdout;
    assert!(!events.contains("watch began"), "{events}");
    assert_eq!(events.lines().count(), 6, "{events}");
    let types: Vec<serde_json::Value> =
        export("-o ndjson").stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(types.len(), 6);
    for event in types {
        let again = deepcall::floor::event::Event::read(&event.to_string()).unwrap();
        assert_eq!(again.profile.as_deref(), event["profile"].as_str());
    }
    assert_eq!(export("--jq .events|length").stdout, "6\n");
    assert_eq!(export("--what tags --since 3m -o ndjson").stdout, "");
    let masked = export("--mask --what tags -o csv").stdout;
    assert!(!masked.contains("919000012345") && masked.contains("345"), "{masked}");
    world.run("journal export --what nothing").ended_with(2);
    world.run("journal export --what tags --columns nothing -o csv").ended_with(2);
}

#[test]
fn an_agent_is_forgotten_everywhere_and_the_others_stay() {
    let (_server, world) = team();
    // Without a terminal nobody can be asked.
    let ran = world.run("journal forget asha").ended_with(2);
    assert!(ran.stderr.contains("--yes"), "{ran}");
    let ran = world.run("journal forget ash --yes").ended_with(2);
    assert!(ran.stderr.contains("asha"), "the nearest is suggested: {ran}");
    let ran = world.run("journal forget asha --yes --json").ended_with(0);
    assert_eq!(ran.json()["events"], 3, "{ran}");
    for path in everything_below(journal(&world).parent().unwrap().to_owned()) {
        let bytes = fs::read(&path).unwrap();
        assert!(!bytes.windows(5).any(|window| window == b"of a1"), "{}", path.display());
    }
    assert_eq!(ids(&world.run("journal export --what tags --json").ended_with(0)), ["r1"]);
    world.run("journal verify").ended_with(0);
    let mut screen = Screen::start(&world, "journal forget ravi", 24, 80);
    screen.wait_for("[y/N]");
    screen.type_keys("n\r");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 3, "{shown}");
    let mut screen = Screen::start(&world, "journal forget ravi", 24, 80);
    screen.wait_for("[y/N]");
    screen.type_keys("y\r");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(ids(&world.run("journal export --what tags --json").ended_with(0)), [""; 0]);
}

#[test]
fn pruning_removes_what_is_older_than_it_is_to_be_kept() {
    let (_server, world) = team();
    let ran = world.run("journal prune --json").ended_with(0);
    assert_eq!((&ran.json()["events"], &ran.json()["masked"]), (&0.into(), &0.into()), "{ran}");
    // What cannot be undone is announced, and reported.
    world.run("config set journal.numbers never").ended_with(0);
    let ran = world.run("journal prune --dry-run").ended_with(0);
    assert!(ran.stdout.contains("Would delete 0 events, and mask numbers in 2 events"), "{ran}");
    assert_eq!(world.run("journal prune --dry-run --json").ended_with(0).json()["masked"], 2);
    let ran = world.run("journal prune").ended_with(0);
    assert!(ran.stdout.contains("Deleted 0 events, and masked numbers in 2 events"), "{ran}");
    assert_eq!(world.run("journal prune --json").ended_with(0).json()["masked"], 0);
    world.run("config set journal.keep 1s").ended_with(0);
    // A second has to pass, in which each look takes a while.
    let begin = std::time::Instant::now();
    let dry = std::iter::repeat_with(|| world.run("journal prune --dry-run --json").ended_with(0).json())
        .find(|dry| dry["events"] == 6 || begin.elapsed() > std::time::Duration::from_secs(30))
        .unwrap();
    assert_eq!((&dry["dry_run"], &dry["events"]), (&true.into(), &6.into()), "{dry}");
    assert_eq!(world.run("journal status --json").ended_with(0).json()["events"], 6);
    let pruned = world.run("journal prune --json").ended_with(0).json();
    assert_eq!((&pruned["dry_run"], &pruned["events"]), (&false.into(), &6.into()), "{pruned}");
    assert_eq!(world.run("journal status --json").ended_with(0).json()["events"], 0);
    world.run("journal verify").ended_with(0);
}

#[test]
fn a_fault_in_the_file_is_found() {
    let (_server, world) = team();
    let ran = world.run("journal verify --json").ended_with(0);
    assert_eq!((&ran.json()["sound"], &ran.json()["events"]), (&true.into(), &6.into()), "{ran}");
    fs::write(journal(&world), "no database").unwrap();
    // Whoever looks leaves it where it is.
    for _ in 0..2 {
        let ran = world.run("journal verify --json").ended_with(1);
        assert_eq!(ran.json()["sound"], false, "{ran}");
        assert_eq!(ran.json()["faults"][0]["fault"], "the file is damaged: a part of it cannot be read");
        assert!(ran.stderr.contains("sets a file aside"), "{ran}");
        let ran = world.run("doctor");
        assert!(ran.stdout.contains("is damaged") && ran.stderr.contains("journal verify"), "{ran}");
        for line in ["journal status", "journal export --what events"] {
            let ran = world.run(line).ended_with(1);
            assert!(ran.stderr.contains("deepcall journal verify"), "{ran}");
        }
        assert_eq!(fs::read_to_string(journal(&world)).unwrap(), "no database");
    }
    let ran = world.run("tags --all").ended_with(0);
    assert!(ran.stderr.contains("journal.db.damaged-"), "{ran}");
    world.run("journal verify").ended_with(0);
}

#[test]
fn what_cannot_be_read_is_left_out_with_one_note_and_found() {
    for change in [
        "UPDATE event SET body = '{' WHERE type = 'tag' AND body LIKE '%a1%'",
        "UPDATE event SET body = CAST(x'FF' AS TEXT) WHERE type = 'tag' AND body LIKE '%a1%'",
        "UPDATE event SET type = 'rumour' WHERE type = 'tag' AND body LIKE '%a1%'",
    ] {
        let (_server, world) = team();
        world.run("journal off").ended_with(0);
        rusqlite::Connection::open(journal(&world)).unwrap().execute(change, []).unwrap();
        const NOTE: &str =
            "part of the journal cannot be read and is left out: `deepcall journal verify` lists it";
        for line in [
            "journal export --what events -o ndjson",
            "journal export --what events --json",
            "journal export --what tags --json",
            "journal export --what intervals --json",
            "tags --all --since 8h --json",
            "break-status --all --since 8h --json",
        ] {
            let ran = world.run(line).ended_with(0);
            // What is not even of a known type is no notification that `tags` could look for.
            let notes = usize::from(!(change.contains("rumour") && line.starts_with("tags")));
            assert_eq!(ran.stderr.matches(NOTE).count(), notes, "{line}: {ran}");
            assert!(
                ran.stdout.contains("r1") || line.contains("break") || line.contains("intervals"),
                "{ran}"
            );
            assert!(
                !ran.stdout.contains(char::REPLACEMENT_CHARACTER) && !ran.stdout.contains("rumour"),
                "{ran}"
            );
        }
        let ran = world.run("journal verify --json").ended_with(1);
        assert_eq!((&ran.json()["sound"], &ran.json()["events"]), (&false.into(), &6.into()), "{ran}");
        assert!(ran.json()["faults"][0]["fault"].as_str().unwrap().contains(" cannot be read: "), "{ran}");
        world.run("journal prune").ended_with(0);
        world.run("journal forget asha --yes").ended_with(0);
        world.run("journal verify").ended_with(0);
    }
}

#[test]
fn the_doctor_looks_at_it() {
    let world = World::new();
    let row = |world: &World| {
        let ran = world.run("doctor --json");
        let checks = ran.json()["checks"].as_array().unwrap().clone();
        let is_of_journal = |check: &&serde_json::Value| check["check"] == "journal";
        checks.iter().find(is_of_journal).unwrap_or_else(|| panic!("no row\n{ran}")).clone()
    };
    let none = row(&world);
    assert_eq!(none["verdict"], "ok");
    assert!(none["detail"].as_str().unwrap().contains("there is none"), "{none}");
    let (_server, world) = team();
    let some = row(&world);
    let detail = some["detail"].as_str().unwrap();
    for word in ["journal.db", "SQLite 3.", "kB", "nobody records"] {
        assert!(detail.contains(word), "{word}: {detail}");
    }
    fs::set_permissions(journal(&world), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(row(&world)["verdict"], "fail");
}

#[test]
fn agents_and_kinds_of_exports_complete() {
    let (_server, world) = team();
    let complete = |words: &[&str]| {
        let line = ["--", "deepcall"].iter().chain(words);
        let mut command = world.command(line);
        command.env("DEEPCALL_COMPLETE", "fish");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    let agents = complete(&["journal", "forget", ""]);
    assert!(agents.contains("asha") && agents.contains("ravi"), "{agents}");
    let kinds = complete(&["journal", "export", "--what", ""]);
    for kind in ["events", "intervals", "tags", "coverage"] {
        assert!(kinds.contains(kind), "{kinds}");
    }
}
