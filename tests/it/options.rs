//! An option works where it has a meaning; elsewhere it is a usage error, not silence
//! (`scripting.md`, "Options that would change nothing").

use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, World};

#[test]
fn an_option_that_would_change_nothing_is_refused() {
    let world = World::new();
    for line in [
        // No time of a server is read.
        "ping --sandbox --server-timezone UTC",
        "api agentProfile/tags --sandbox --server-timezone UTC",
        "profiles --check --server-timezone UTC",
        "login --server-timezone UTC --ssid-stdin",
        // Nobody is asked.
        "profiles --timeout 3s",
        "profiles --retries 1",
        "profiles --cacert ca.pem",
        "profiles --server http://127.0.0.1:1",
        "profiles --all --jobs 4",
        "profiles --default asha --timeout 3s",
        "profiles --default asha --profiles a*",
        "profiles --default asha --all",
        "login --ssid-stdin --no-verify --timeout 3s",
        "login --ssid-stdin --no-verify --retries 1",
        "login --ssid-stdin --no-verify --cacert ca.pem",
        "explain 1044 -v",
        "explain 1044 --timezone UTC",
        "explain 1044 --mask",
        "schema tags --json",
        "completions bash -q",
        // One profile at a time.
        "tags --sandbox --jobs 4",
        "break-status --sandbox --jobs 4",
        "tags --seed 3",
        "tags --agents 3",
        // The format has no such thing.
        "tags --sandbox --columns time --json",
        "tags --sandbox --columns time -o ndjson",
        "tags --sandbox --no-headers --jq .tags",
        "tags --sandbox --csv-raw",
        "tags --sandbox --csv-raw -o json",
        // Nothing reacts to the events, and a stream of JSON has no board to replace.
        "watch --sandbox --on alert",
        "watch --sandbox --json --log",
        "watch --sandbox --json --columns at",
        "watch --sandbox --log --columns at",
        "watch --sandbox --no-headers",
        "watch --sandbox -o lines --csv-raw",
        "watch --sandbox -o csv --columns none",
        "watch --sandbox --retries 2",
        // What is not followed does not happen.
        "watch --sandbox --until wrapup_ended --only breaks",
        "watch --sandbox --until break_changed --only tags,wrapups",
        "watch --sandbox --until tag --only breaks,wrapups",
        "watch --sandbox --until tag@asha --only breaks",
        "watch --sandbox --until agent_changed --only tags",
        "watch --sandbox --bell --on tag --only breaks",
        "watch --sandbox --bell --on session_expired,wrapup_started --only breaks",
        "watch --sandbox --alert wrapup=60s --only breaks",
        "watch --sandbox --alert break.tea=9m --only tags",
        "watch --sandbox --alert break=9m --alert wrapup=60s --only breaks",
        "watch --sandbox --since 10m --only breaks",
        "watch --sandbox --ref off --only breaks",
        "watch --sandbox --since tomorrow",
        // Nor does an alert without a limit, or an event of a profile that is not followed.
        "watch --sandbox --until alert",
        "watch --sandbox --until heartbeat",
        "watch --sandbox --bell --on alert",
        "watch --sandbox --until break_ended@nobody",
        "watch --sandbox --profile asha --until break_ended@ravi",
        "watch --sandbox --until break_ended@",
        "watch --sandbox --until start@asha",
        "watch --sandbox --exec=",
        // Everything contains an empty text.
        "tags --sandbox --kind=",
        "tags --sandbox --match=",
    ] {
        let ran = world.run(line);
        assert_eq!(ran.code, 2, "for {line}\n{ran}");
        assert_eq!(ran.stdout, "", "for {line}");
    }
}

#[test]
fn an_error_about_columns_names_the_formats_and_jq_only_where_it_exists() {
    let world = World::new();
    for (line, message, has_jq) in [
        ("tags --columns time -o ndjson", "table, csv or tsv, but the format is ndjson (--output)", true),
        ("tags --columns time --csv-raw", "csv or tsv, but the format is table (default)", false),
        ("watch --columns at --json", "csv or tsv, but the format is json (--json)", false),
        ("watch --columns at --log", "--columns requires the format csv or tsv\n", false),
    ] {
        let ran = world.run(&format!("--sandbox {line}")).ended_with(2);
        assert_eq!(
            (ran.stderr.contains(message), ran.stderr.contains("--jq")),
            (true, has_jq),
            "{line}: {ran}"
        );
    }
}

#[test]
fn the_same_options_work_where_they_have_an_effect() {
    let world = World::new();
    for line in [
        "profiles --check --jobs 4",
        "profiles --check --all --timeout 3s --retries 0",
        "tags --sandbox --all --jobs 4",
        "tags --sandbox --profiles as* --jobs 4 --server-timezone UTC",
        "tags --sandbox --seed 3 --agents 3",
        "tags --sandbox --columns time -o csv --no-headers --csv-raw",
        "explain 1044 --color never --columns code",
        "watch --sandbox --json --until start --only breaks --alert break=9m --bell --on alert,session_expired",
        "watch --sandbox --json --until start --only tags --since 10m --ref off",
    ] {
        let ran = world.run(line);
        assert_eq!(ran.code, 0, "for {line}\n{ran}");
    }
}

#[test]
fn what_is_mistyped_or_out_of_range_is_refused_before_any_session_is_opened() {
    // Nobody is signed in: were a session looked for first, the exit code would be 4.
    let world = World::new();
    for (line, why) in [
        ("tags --since 999999999h", "out of range"),
        ("tags --since soon", "is not a time"),
        ("tags --until soon", "is not a time"),
        ("tags --since 1h --until 2h", "--since \"1h\" ("),
        ("tags --since 1h --until 2h", "is later than --until \"2h\" ("),
        ("tags --until 2h", "--until \"2h\" ("),
        (
            "tags --until 2020-01-01",
            "--until \"2020-01-01\" (2020-01-01 00:00) is before the default of --since (",
        ),
        ("tags --since tomorrow", "is later than now"),
        ("tags --until 9am", "--until: \"9am\" is not a time; write 9:00"),
        ("watch --since 5", "--since: \"5\" is not a time; write 5m"),
        ("tags --timeout 9:00:30", "--timeout"),
        ("tags --limit 0", "at least 1"),
        ("sandbox --fail abc", "\"abc\" is not a code, which is a whole number like 1044"),
        ("sandbox --port 65536", "\"65536\" is not a whole number from 0 to 65535"),
        ("sandbox --seed x", "\"x\" is not a whole number from 0 to 18446744073709551615"),
        ("sandbox --agents x", "\"x\" is not a whole number from 1 to 5000"),
        ("tags --sandbox --seed x", "\"x\" is not a whole number from 0 to 18446744073709551615"),
        ("tags --sandbox --agents 0", "\"0\" is not a whole number from 1 to 5000"),
        ("tags --profile=", "a profile name is missing"),
        ("login --profile= --ssid-stdin", "a profile name is missing"),
        ("status --alert break=5m --alert break=6m", "--alert break=5m and --alert break=6m"),
        ("watch --alert break.tea=5m --alert break.TEA=5m", "--alert break.tea=5m and --alert break.TEA=5m"),
        ("tags --server ftp://deepcall.example", "must begin with https"),
    ] {
        let ran = world.run(line).ended_with(2);
        assert!(ran.stderr.contains(why), "for {line}\n{ran}");
    }
}

#[test]
fn a_reversed_window_explains_times_of_day_only_where_one_was_typed() {
    let world = World::new();
    for (line, is_explained) in [
        ("tags --since tomorrow", false),
        ("tags --since 1h --until 2h", false),
        ("tags --until yesterday --since 1h", false),
        ("tags --since tomorrow --until 9:00", true),
    ] {
        let ran = world.run(line).ended_with(2);
        assert_eq!(ran.stderr.contains("later than now is yesterday's"), is_explained, "for {line}\n{ran}");
    }
}

#[test]
fn a_value_may_begin_with_a_minus_or_the_error_shows_how() {
    let world = World::new();
    for line in
        ["tags --sandbox --since -1h", "tags --sandbox --jq -1", "--jq -(.tags|length) tags --sandbox"]
    {
        world.run(line).ended_with(0);
    }
    for (line, why) in [
        ("tags --limit -1", "\"-1\" is not a whole number of at least 1"),
        ("tags --retries -1", "-1 is not between 0 and 10"),
        ("tags --timeout -1s", "\"-1s\" is not a length of time"),
        ("watch --interval -5s", "\"-5s\" is not a length of time"),
        ("tags --sandbox --seed -1", "-1"),
        ("tags --jq -length", "--jq=-length"),
        ("tags --match -foo", "--match=-foo"),
        ("--timezone UTC tags --since -zzz", "--since=-zzz"),
        ("tags --jq -length --json", "--jq=-length"),
    ] {
        let ran = world.run(line).ended_with(2);
        assert!(ran.stderr.contains(why), "for {line}\n{ran}");
    }
}

#[test]
fn an_event_is_waited_for_only_where_it_can_happen() {
    let world = World::new();
    for event in deepcall::floor::event::EventWords::ALL {
        let name = event.name;
        let cause = match name {
            "tag" | "gap" => Some("tags"),
            "break_started" | "break_ended" | "break_changed" | "agent_changed" => Some("breaks"),
            "wrapup_started" | "wrapup_ended" => Some("wrapups"),
            _ => None,
        };
        for part in ["tags", "breaks", "wrapups"] {
            for option in ["--until", "--bell --on"] {
                let line = format!("watch --sandbox --json --only {part} {option} {name} --timeout 50ms");
                let is_possible = cause.is_none_or(|cause| cause == part)
                    && !["alert", "heartbeat"].contains(&name)
                    && (name, option) != ("end", "--until");
                let ran = world.run(&line);
                assert_eq!(ran.code != 2, is_possible, "{line}\n{ran}");
            }
        }
    }
    let limit = "--alert wrapup=60s --heartbeat 1s --timeout 50ms --only";
    for (part, event, code) in
        [("wrapups", "alert", 124), ("wrapups", "heartbeat", 124), ("wrapups,tags", "alert", 124)]
    {
        let line = format!("watch --sandbox --json {limit} {part} --until {event}");
        assert_eq!(world.run(&line).code, code, "{line}");
    }
}

#[test]
fn an_empty_item_of_a_list_is_refused_in_every_list() {
    let world = World::new();
    let mut definition = deepcall::cli::definition();
    definition.build();
    let mut lists = 0;
    for command in definition.get_subcommands().filter(|command| command.get_name() != "help") {
        for option in command.get_arguments().filter(|option| option.get_value_delimiter().is_some()) {
            let long = option.get_long().unwrap();
            let good = match long {
                "kind" => "missed",
                "only" => "tags",
                "on" => "tag",
                "host" => "wall.example",
                "profiles" => "asha",
                "columns" if command.get_name() == "watch" => "at -o csv",
                "columns" if command.get_name() == "shift" => "breaks --sandbox",
                "columns" => "as_of",
                other => panic!("a list that this test does not know: {other}"),
            };
            let (first, rest) = good.split_once(' ').unwrap_or((good, ""));
            for items in [
                "".to_owned(),
                ",".to_owned(),
                format!("{first},"),
                format!(",{first}"),
                format!("{first},,{first}"),
            ] {
                let bell = if long == "on" { "--bell" } else { "" };
                let line = format!("{} --{long}={items} {rest} {bell}", command.get_name());
                let ran = world.run(&line).ended_with(2);
                assert!(!ran.stderr.contains("unexpected argument"), "{line}\n{ran}");
                lists += 1;
            }
        }
    }
    assert!(lists > 40, "{lists}");
}

#[test]
fn a_byte_order_mark_is_no_part_of_what_a_file_holds() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::new().with("DEEPCALL_SERVER", &server.url()).with("DEEPCALL_SSID", CANARY_SSID);
    std::fs::write(world.home().join("body.json"), "\u{feff}{\"ref\":true}").unwrap();
    std::fs::write(world.home().join("value.txt"), "\u{feff}[1]").unwrap();
    for (line, key, value) in [
        ("--input body.json", "ref", serde_json::json!(true)),
        ("-F list=@value.txt", "list", serde_json::json!([1])),
    ] {
        let _ = world.run(&format!("api agentProfile/agentOnBreak {line}"));
        assert_eq!(server.arrivals().last().unwrap().json()[key], value, "{line}");
    }
    for input in ["\u{feff}{\"ref\":true}", "{\"ref\":true}"] {
        let _ = world.run_with_input("api agentProfile/agentOnBreak --input -", input);
        assert_eq!(server.arrivals().last().unwrap().json()["ref"], true);
    }
}

#[test]
fn a_broken_config_file_does_not_stop_what_is_built_in() {
    let world = World::new();
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "no toml").unwrap();
    world.run("tags --sandbox").ended_with(2);
    world.run("completions bash").ended_with(0);
    world.run("schema tags").ended_with(0);
    world.run("tags --help").ended_with(0);
}

#[test]
fn errors_are_json_when_the_answer_would_be() {
    let json = |world: &World, line: &str| world.run(line).stderr.starts_with('{');
    let world = World::new();
    assert!(json(&world, "tags --json") && json(&world, "tags -ondjson") && !json(&world, "tags"));
    let by_variable = World::new().with("DEEPCALL_OUTPUT", "json");
    assert!(json(&by_variable, "tags") && !json(&by_variable, "tags -o table"));
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("config.toml"), "output = \"json\"\n").unwrap();
    assert!(json(&world, "tags") && !json(&world, "tags --output=csv"));
}

#[test]
fn a_proxy_variable_that_is_not_text_is_refused() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let world = World::new().with("DEEPCALL_SSID", CANARY_SSID);
    let mut command = world.command(["tags"]);
    command.env("HTTPS_PROXY", OsStr::from_bytes(b"http://\xff:1"));
    let ran = world.start(command).end().ended_with(2);
    assert!(ran.stderr.contains("HTTPS_PROXY"), "{ran}");
}

#[test]
fn verbose_shows_sources_and_requests_then_timings_then_bodies() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::signed_in(&server);
    let log = |line: &str| world.run(line).ended_with(0).stderr;
    let url = format!("POST {}/api/v2/agentProfile/agentOnBreak", server.url());
    assert_eq!(log("break-status"), "");
    let once = log("break-status -v");
    assert!(once.contains("session in DEEPCALL_SSID") && once.contains("(DEEPCALL_SERVER)"), "{once}");
    assert!(once.contains(&format!("{url}\n{url}: HTTP 200\n")), "{once}");
    let twice = log("break-status -vv");
    assert!(twice.contains(" bytes in ") && !twice.contains("On break is"), "{twice}");
    let thrice = log("break-status -vvv");
    assert!(thrice.contains("On break is : 0") && thrice.contains("parameters {}"), "{thrice}");
    // Nothing but lines of our own: libraries speak of their pools.
    let ours = |line: &str| line.starts_with("note: ") || line.starts_with(&url);
    assert!(thrice.lines().all(ours), "{thrice}");
}

#[test]
fn verbose_shows_what_login_and_logout_are_based_on() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    let ran = world.run_with_input("login --ssid-stdin --profile asha -v", CANARY_SSID).ended_with(0);
    for source in ["profile asha (--profile)", "(DEEPCALL_SERVER)", "store file (DEEPCALL_STORE)"] {
        assert!(ran.stderr.contains(source), "{source}\n{ran}");
    }
    let ran = world.run("logout -v").ended_with(0);
    assert!(ran.stderr.contains("profile asha (default)"), "{ran}");
    let ran = world.run("logout").ended_with(4);
    assert!(ran.stderr.contains("nothing to remove"), "{ran}");
}

#[test]
fn a_field_of_the_body_is_typed_once_and_replaces_the_one_of_the_input() {
    let server = FakeServer::always(r#"{"status":"success"}"#);
    let world = World::signed_in(&server);
    std::fs::write(world.home().join("a"), "7").unwrap();
    for twice in ["-f a=1 -f a=2", "-f a=1 -F a=@a", "-F a=@a -F a=@a", "-f a=1 -f b=1 -f a=1"] {
        let ran = world.run(&format!("api agentProfile/agentOnBreak {twice}")).ended_with(2);
        assert!(ran.stderr.contains("\"a\" is given twice") && ran.stderr.contains("-f 'a=[1, 2]'"), "{ran}");
    }
    assert_eq!(server.arrivals().len(), 0);
    let line = "api agentProfile/agentOnBreak --input - -f a=1 -F b=@a";
    world.run_with_input(line, r#"{"a":5,"c":6}"#).ended_with(0);
    let body = server.arrivals()[0].json();
    assert_eq!((&body["a"], &body["b"], &body["c"]), (&1.into(), &7.into(), &6.into()));
}

#[test]
fn one_name_too_many_is_refused_and_not_dropped() {
    let world = World::new();
    for line in ["tags -p asha -p ravi", "record -p asha --profile ravi", "break-status -p asha,ravi"] {
        let ran = world.run(line);
        assert_eq!(ran.code, 2, "{line}: {ran}");
        assert!(ran.stderr.contains("`--profiles asha,ravi` selects several"), "{line}: {ran}");
    }
}
