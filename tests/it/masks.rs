//! `--mask` through the whole program: the same digits under keys of many meanings are hidden or shown alike, in every
//! format and wherever else a value goes.

use crate::support::{CANARY_SSID, FakeServer, Reply, World};

const TAG: &str = r#"{"_id":"m1","createdAt":1795421400,"type":"missed","message":"call 9000000111 back",
    "from":9000000222,"to":"+91 90000 00333","altContact":919000000444,"meta":{"at":1764000000,"n":[9000000555],
    "ms":"1764000000518","json":"{\"src\":9000000666,\"t\":1764000000}"},"landline":1729000777,"x":9000000888.0,
    "callId":9000055555,"day":20261123,"cNumber":"919000000999"}"#;
/// The last digits of the phone numbers.
const HIDDEN: [&str; 9] = ["111", "222", "333", "444", "555", "666", "777", "88.0", "999"];
/// Times, a date and an identifier.
const SHOWN: [&str; 5] = ["1764000000", "1764000000518", "9000055555", "20261123", "1795421400"];
/// The beginnings of the phone numbers.
const NUMBERS: [&str; 3] = ["9000000", "90000 0", "1729000"];

fn world(server: &FakeServer) -> World {
    World::new().with("DEEPCALL_SERVER", &server.url()).with("DEEPCALL_SSID", CANARY_SSID)
}

fn reply(tags: &str) -> String {
    format!(r#"{{"status":"success","data":[{tags}]}}"#)
}

/// It shows all that is to be shown of the tag, and nothing of what is to be hidden.
#[track_caller]
fn assert_masked(text: &str, whence: &str) {
    for last in HIDDEN {
        assert!(text.contains(&format!("•{last}")), "{last} of {whence}\n{text}");
    }
    for shown in SHOWN {
        assert!(text.contains(shown), "{shown} of {whence}\n{text}");
    }
    assert_hidden(text, whence);
}

#[track_caller]
fn assert_hidden(text: &str, whence: &str) {
    for number in NUMBERS {
        assert!(!text.contains(number), "{number} of {whence}\n{text}");
    }
}

#[test]
fn every_format_and_the_log_hide_and_show_the_same_values() {
    let server = FakeServer::always(reply(TAG));
    let all = "--columns +fields,+extra,+fields.meta.n.0,+fields.meta.at,+call_id";
    for options in [
        "--json",
        "-o ndjson",
        "--jq .",
        "--jq .tags[0]",
        &format!("-o csv {all}"),
        &format!("-o tsv {all}"),
        &format!("-o table {all}"),
    ] {
        let ran = world(&server).run(&format!("tags --since @0 --mask {options}")).ended_with(0);
        assert_masked(&ran.stdout, options);
    }
    let by_call = FakeServer::answering(|request, _| {
        let on_break =
            r#"{"status":"success","data":{"on_break":1,"breakDetail":{"reason":"ask 9000000111"}}}"#;
        let in_wrapup = r#"{"status":"success","data":{"response":1,"cNumber":"919000000999"}}"#;
        Reply::ok(request.choose([on_break, in_wrapup, &reply(TAG)]))
    });
    for options in [
        "--json",
        "-o ndjson",
        "--jq .",
        "-o csv --columns +last_tag.fields,+last_tag.call_id",
        "-o tsv --columns +last_tag.fields,+last_tag.call_id",
        "-o table --columns +last_tag.fields,+last_tag.call_id",
    ] {
        let ran = world(&by_call).run(&format!("status --mask {options}")).ended_with(0);
        assert_masked(&ran.stdout, options);
    }
    let ran = world(&server).run("tags --since @0 -vvv --json").ended_with(0);
    assert_masked(&ran.stderr, "-vvv");
}

#[test]
fn events_hooks_and_sentences_hide_and_show_what_documents_do() {
    for (format, shows_all) in [("--json", true), ("-o csv --columns +fields", true), ("--log", false)] {
        let server =
            FakeServer::answering(|_, earlier| Reply::ok(&reply(if earlier == 0 { "" } else { TAG })));
        let world = world(&server);
        let line = format!("watch --only tags --interval 2s --until tag --mask {format} --on tag --exec");
        let mut command = world.command(line.split(' '));
        command.arg("cat > event.json");
        let ran = world.start(command).end().ended_with(0);
        let hook = std::fs::read_to_string(world.home().join("event.json")).unwrap();
        assert_masked(&hook, "--exec");
        if shows_all {
            assert_masked(&ran.stdout, format);
        }
        assert_hidden(&ran.stdout, format);
        assert!(ran.stdout.contains("•111") && ran.stdout.contains("•999"), "{ran}");
    }
}
