//! Every command in every format, read by readers that share no code with the program: Python's json
//! and csv, jq, miller, and an independent validator of the program's own JSON Schemas.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::{EXPIRED, FakeServer, Ran, Reply, World};

const READERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/formats/readers.py");

/// What the readers made of a text; `Err` is what they complained of.
pub fn try_read(mode: &str, text: &str, schema: &str) -> Result<Value, String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(schema.as_bytes()).unwrap();
    let argument = if schema == "hostile" { schema.into() } else { file.path().as_os_str().to_owned() };
    let mut reader = Command::new("/usr/bin/python3")
        .args([READERS, mode])
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    reader.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = reader.wait_with_output().unwrap();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(serde_json::from_slice(&output.stdout).unwrap())
}

#[track_caller]
pub fn read(mode: &str, text: &str, schema: &str) -> Value {
    try_read(mode, text, schema).unwrap_or_else(|complaint| panic!("{complaint}\n{text}"))
}

fn schema(name: &str) -> String {
    World::new().run(&format!("schema {name}")).ended_with(0).stdout
}

const COMMANDS: [(&str, &str); 12] = [
    ("status --sandbox", "status"),
    ("status --sandbox --profile asha --alert break=1m", "status"),
    ("tags --sandbox --all --since 30m", "tags"),
    ("tags --sandbox --since 1h", "tags"),
    ("break-status --sandbox --all", "break-status"),
    ("break-status --sandbox", "break-status"),
    ("wrapup --sandbox --all", "wrapup"),
    ("wrapup --sandbox", "wrapup"),
    ("ping --sandbox", "ping"),
    ("profiles", "profiles"),
    ("explain", "explain"),
    ("explain exit", "explain-exit"),
];

#[test]
fn every_command_in_every_format_is_read_by_others_as_it_was_meant() {
    let world = World::new();
    let store = "login --store file --no-verify --ssid-stdin --profile asha";
    let login = world.run_with_input(&format!("{store} --json"), "some-session").ended_with(0);
    read("json", &login.stdout, &schema("profiles"));
    for (line, name) in COMMANDS {
        let schema = schema(name);
        let run = |format: &str| world.run(&format!("{line} -o {format}")).ended_with(0).stdout;
        read("json", &run("json"), &schema);
        let rows = read("ndjson", &run("ndjson"), &schema);
        for format in ["csv", "tsv"] {
            let lines = read(format, &run(format), "").as_array().unwrap().len();
            let counted = rows.as_array().unwrap().len() + 1;
            // The floor moves on between two runs, so tags may come and go.
            assert!(name == "tags" || lines == counted, "{line} -o {format}");
        }
        assert_ne!(run("table"), "", "{line}");
    }
    let logout = world.run("logout --profile asha --json").ended_with(0);
    read("json", &logout.stdout, &schema("profiles"));
}

#[test]
fn errors_fit_their_schema() {
    let schema = schema("error");
    let refusing = FakeServer::always(EXPIRED);
    let world = World::signed_in(&refusing);
    for (line, code) in [
        ("tags --json", 4),
        ("tags --json --columns nothing", 2),
        ("tags --jq .[", 2),
        ("tags --json --no-such-option", 2),
        ("explain 99999 --json", 1),
    ] {
        let ran = world.run(line).ended_with(code);
        assert_eq!(ran.stdout, "", "{ran}");
        read("json", &ran.stderr, &schema);
    }
}

#[test]
fn a_key_that_no_schema_names_is_found() {
    let schema = schema("ping");
    let good = json!({"profile": "asha", "ok": true, "as_of": "2026-11-23T09:00:00Z", "reply": {"any": 1}});
    read("json", &format!("{good}\n"), &schema);
    let mut more = good.clone();
    more["surprise"] = json!(1);
    let complaint = try_read("json", &format!("{more}\n"), &schema).unwrap_err();
    assert!(complaint.contains("surprise"), "{complaint}");
}

fn tags(item: &str, arguments: &str) -> Ran {
    let server = FakeServer::always(format!(r#"{{"data":[{item}],"status":"success","code":200}}"#));
    World::signed_in(&server).run(&format!("tags --since @0 -q {arguments}"))
}

/// `reliability.md` §3, J11 to J13.
#[test]
fn what_the_server_wrote_is_kept_to_the_byte() {
    let item = concat!(
        r#"{"z":18446744073709551616,"a":1e400,"m":1234567890123456789012345678901234567890,"#,
        r#""n":-0,"p":9007199254740993,"q":1.50,"twice":1,"twice":2,"\u0041":"\u0930"}"#
    );
    for format in ["json", "ndjson"] {
        let ran = tags(item, &format!("-o {format}")).ended_with(0);
        assert!(ran.stdout.contains(&format!("\"fields\":{item}")), "{ran}");
    }
    // Of two equal keys the last counts, in every other format alike.
    for format in ["csv", "tsv", "table"] {
        let ran =
            tags(item, &format!("-o {format} --no-headers --columns fields.twice,fields.z")).ended_with(0);
        assert!(
            ran.stdout.starts_with('2') && ran.stdout.trim_end().ends_with("18446744073709551616"),
            "{ran}"
        );
    }
    for bad in ["NaN", "Infinity"] {
        tags(&format!(r#"{{"message":{bad}}}"#), "--json").ended_with(6);
    }
    let nul = tags(r#"{"message":"a\u0000b"}"#, "--columns message --no-headers").ended_with(0);
    assert_eq!(nul.stdout, "a␀b\n");
}

#[test]
fn damaged_text_can_be_read_by_every_reader_and_api_hands_on_each_byte() {
    let body = b"{\"status\":\"success\",\"data\":[{\"message\":\"caf\xe9 \\ud83d.\",\"_id\":\"\\udc00\"}]}";
    let server = FakeServer::always(Reply::with_headers("200 OK", &[], body));
    let world = World::signed_in(&server);
    let ran = world.run("tags --json").ended_with(0);
    let read = read("json", &ran.stdout, &schema("tags"));
    assert_eq!(read["tags"][0]["message"], "caf\u{fffd} \u{fffd}.", "{ran}");
    assert_eq!(read["tags"][0]["fields"]["_id"], "\u{fffd}", "{ran}");
    assert_eq!(ran.stderr.matches("damaged").count(), 1, "{ran}");

    let output = world.command(["api", "Agent/live"]).output().unwrap();
    assert_eq!((output.stdout.as_slice(), output.stderr.as_slice()), (body.as_slice(), b"".as_slice()));
    let ran = world.run("api Agent/live --jq .data[0].message").ended_with(0);
    assert_eq!(ran.stdout, "caf\u{fffd} \u{fffd}.\n");
    assert_eq!(ran.stderr.matches("damaged").count(), 1, "{ran}");
}

#[test]
fn formulas_are_guarded_unless_raw_is_asked_for_and_phone_numbers_stay() {
    let item = r#"{"message":"=1+2","cNumber":"+919000012345"}"#;
    for (format, delimiter) in [("csv", ","), ("tsv", "\t")] {
        let line = format!("-o {format} --no-headers --columns message,customer");
        assert_eq!(tags(item, &line).stdout, format!("'=1+2{delimiter}+919000012345\n"));
        assert_eq!(
            tags(item, &format!("{line} --csv-raw")).stdout,
            format!("=1+2{delimiter}+919000012345\n")
        );
        assert_eq!(tags(item, &format!("{line} --mask")).stdout, format!("'=1+2{delimiter}+•••••••••345\n"));
    }
}

/// Python's csv and Miller read the same cells from both, and no cell is a formula once what comes before is stripped.
#[test]
fn csv_and_tsv_are_read_alike_whatever_is_in_a_cell() {
    let messages = [
        "\"=1+1\"",
        "\"=1+1",
        "'=1+1",
        " \"\t=1+1",
        "\u{feff}=1+1",
        "\u{200b}\"@SUM(1)\"",
        "＝1",
        "\r\n-1+1",
        "say \"hi\", you",
        "\"",
        "\"\"",
        "5\" pipe",
        "a,b\tc",
        "\\t",
        "\\",
        "'",
        "",
        " ",
        "+91 98765 43210",
        "NA",
        "null",
        "{\"a\":\"b\"}",
        "#",
    ];
    let items = messages.map(|message| json!({"message": message, "note": message}).to_string());
    let items = items.join(",");
    let line = "--sort time --columns message,fields.note,fields";
    let [csv, tsv] = ["csv", "tsv"].map(|format| {
        let ran = tags(&items, &format!("{line} -o {format}")).ended_with(0);
        assert_eq!(ran.stdout.lines().count(), messages.len() + 1, "{ran}");
        read(format, &ran.stdout, "")
    });
    assert_eq!(csv, tsv);
    let raw = read("tsv", &tags(&items, &format!("{line} -o tsv --csv-raw")).stdout, "");
    for (place, message) in messages.iter().enumerate() {
        let (cell, unguarded) = (csv[place + 1][0].as_str().unwrap(), raw[place + 1][0].as_str().unwrap());
        if message.chars().all(|character| character == ' ' || character.is_ascii_graphic()) {
            assert_eq!(unguarded, *message);
        }
        let begins =
            message.trim_start_matches(|character: char| !"=＝@-+0123456789abz#{5N".contains(character));
        let is_formula = begins.starts_with(['=', '＝', '@', '-']);
        let guarded = if is_formula { format!("'{unguarded}") } else { unguarded.to_owned() };
        assert_eq!(cell, guarded, "{message:?}");
    }
}

#[test]
fn times_are_in_the_chosen_zone() {
    let item = r#"{"message":"x","createdAt":1795421400}"#;
    let line = "--columns time --no-headers";
    for (zone, wanted) in [
        ("UTC", "2026-11-23T08:10:00.000+00:00"),
        ("Asia/Kolkata", "2026-11-23T13:40:00.000+05:30"),
        ("+05:45", "2026-11-23T13:55:00.000+05:45"),
        ("-03:30", "2026-11-23T04:40:00.000-03:30"),
    ] {
        assert_eq!(tags(item, &format!("{line} --timezone {zone}")).stdout, format!("{wanted}\n"), "{zone}");
    }
    for (wrong, advice) in [
        ("Asia/Calcutt", "did you mean Asia/Calcutta?"),
        ("+25:00", "write for example +05:30"),
        ("noon", "write for example Asia/Kolkata or UTC"),
    ] {
        let ran = tags(item, &format!("{line} --timezone {wrong}")).ended_with(2);
        assert!(ran.stderr.contains(advice), "{ran}");
    }
}

/// A name of a zone that is none must not pass for UTC in silence.
#[test]
fn an_unknown_name_in_tz_is_noted_and_one_with_a_certain_meaning_is_taken() {
    let world = World::new();
    let run =
        |tz: &str, line: &str| world.run_as(line, "", |command| _ = command.env("TZ", tz)).ended_with(0);
    for tz in ["PST", "Mars/Base", "Asia/Kolkatta", "eastern"] {
        let note = format!("TZ is {tz:?}, which is not a known time zone");
        for line in ["tags", "break-status", "watch --json --until start"] {
            let ran = run(tz, &format!("{line} --sandbox"));
            assert_eq!(ran.stderr.matches(&note).count(), 1, "{line} {ran}");
        }
        for line in ["tags --sandbox -q", "tags --sandbox --timezone UTC", "explain 1044", "config path"] {
            assert!(!run(tz, line).stderr.contains("TZ is"), "{line}");
        }
        let ran = run(tz, "doctor --sandbox --json");
        let checks = ran.json()["checks"].clone();
        let zone = checks.as_array().unwrap().iter().find(|check| check["check"] == "timezone").unwrap();
        assert_eq!(zone["verdict"], "warn");
        assert!(zone["detail"].as_str().unwrap().contains(tz), "{ran}");
    }
    for tz in ["IST", "kolkata", "Asia/Kolkata", "IST-5:30", ":Asia/Kolkata"] {
        let ran = run(tz, "tags --sandbox --json");
        assert!(ran.json()["as_of"].as_str().unwrap().ends_with("+05:30"), "{tz} {ran}");
        assert!(!ran.stderr.contains("TZ is"), "{tz} {ran}");
        assert!(!run(tz, "doctor --sandbox --json").stdout.contains("timezone"), "{tz}");
    }
    for zone in ["IST", "kolkata", "Calcutta"] {
        let ran = run("UTC", &format!("tags --sandbox --json --timezone {zone}"));
        assert!(ran.json()["as_of"].as_str().unwrap().ends_with("+05:30"), "{zone} {ran}");
    }
    let ran = world.run("tags --sandbox --timezone Asia/Kolkatta").ended_with(2);
    assert!(ran.stderr.contains("Asia/Kolkata"), "{ran}");
}

/// In each of its forms, and from another database where `TZDIR` names one.
#[test]
fn the_zone_of_the_system_is_the_one_that_tz_names() {
    let world = World::new();
    let elsewhere = world.home().join("zones");
    std::fs::create_dir_all(elsewhere.join("Asia")).unwrap();
    std::fs::copy("/usr/share/zoneinfo/Asia/Tokyo", elsewhere.join("Asia/Kolkata")).unwrap();
    let offset = |tz: &str, folder: &str| {
        let ran = world.run_as("break-status --sandbox --json", "", |command| {
            command.env("TZ", tz);
            if !folder.is_empty() {
                command.env("TZDIR", folder);
            }
        });
        let time = ran.ended_with(0).json()["as_of"].as_str().unwrap().to_owned();
        time[time.len() - 6..].to_owned()
    };
    for (tz, wanted) in [
        ("", "+00:00"),
        ("UTC", "+00:00"),
        ("Asia/Kolkata", "+05:30"),
        (":Asia/Kolkata", "+05:30"),
        ("asia/kolkata", "+05:30"),
        ("/usr/share/zoneinfo/Asia/Kolkata", "+05:30"),
        ("IST-5:30", "+05:30"),
        ("Etc/GMT+5", "-05:00"),
    ] {
        assert_eq!(offset(tz, ""), wanted, "TZ={tz}");
    }
    assert_eq!(offset("Asia/Kolkata", elsewhere.to_str().unwrap()), "+09:00", "TZDIR");
}
