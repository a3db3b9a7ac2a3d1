//! `api --shape`: what a reply is made of, without what is in it.

use crate::support::{CANARY_SSID, FakeServer, InProcess, Reply, World};

/// Short ones and long ones, in values and in keys.
const PLANTED: &[&str] = &[
    "Asha Sharma",
    "asha",
    "ravi",
    "Meena",
    "919812345678",
    "9812345678",
    "1754661511",
    "42",
    "x7",
    "zq",
    "Lunch",
    "asha@example.com",
    "4711",
    "65ab0123456789abcdef0123",
    "2025-08-08",
    "https://example.com/r.mp3",
    "आशा",
];

fn planted() -> String {
    let maps: Vec<String> =
        PLANTED.iter().map(|text| format!(r#""{text}":{{"calls":77,"name":"{text}"}}"#)).collect();
    let numbers: Vec<String> = PLANTED.iter().map(|text| format!(r#""{text}":77"#)).collect();
    let values: Vec<String> = PLANTED.iter().map(|text| serde_json::to_string(text).unwrap()).collect();
    format!(
        r#"{{"status":"success","code":200,"message":"{CANARY}","data":{{"agents":[{{{maps}}}],"counts":{{{numbers}}},
        "tags":[{values},77,1754661511,-3.25,true,null,[[{values}]]],"detail":"{{\"agentName\":\"zq\",\"asha\":{{\"x7\":1}}}}"}}}}"#,
        CANARY = serde_json::to_string(CANARY_SSID).unwrap().trim_matches('"'),
        maps = maps.join(","),
        numbers = numbers.join(","),
        values = values.join(","),
    )
}

#[test]
fn nothing_of_any_value_comes_out() {
    let reply = planted();
    let reads: serde_json::Value = serde_json::from_str(&reply).unwrap();
    assert_eq!(reads["code"], 200);
    let server = FakeServer::always(&reply);
    let world = World::signed_in(&server);
    let ran = world.run("api Agent/live --shape").ended_with(0);
    for text in PLANTED.iter().filter(|text| !["42"].contains(text)) {
        assert!(!ran.stdout.contains(text), "{text}: {ran}");
    }
    assert!(!ran.stdout.contains("77") && !ran.stdout.contains("3.25"), "{ran}");
    for part in
        ["\"status\": \"success\"", "\"code\": 200", "\"agentName\": \"string(2, letters)\"", "<17 keys>"]
    {
        assert!(ran.stdout.contains(part), "{part}: {ran}");
    }
    assert!(ran.stderr.contains("look through the keys"), "{ran}");
    assert_eq!(world.run("api Agent/live --shape -q").ended_with(0).stderr, "");
    assert_eq!(world.run("api Agent/live --shape").stdout, ran.stdout, "the same reply has the same shape");
}

#[test]
fn an_error_has_a_shape_and_its_exit_code() {
    let server = FakeServer::always(r#"{"status":"error","code":1044,"message":"no session of asha"}"#);
    let ran = World::signed_in(&server).run("api Agent/live --shape").ended_with(4);
    let shape = serde_json::json!({"status": "error", "code": 1044, "message": "string(18, words)"});
    assert_eq!(ran.json(), shape, "{ran}");
    assert!(ran.stderr.contains("the error below may quote the server"), "{ran}");
    let server = FakeServer::always(r#"{"status":"success","code":200}"#);
    let ran = World::signed_in(&server).run("api Agent/live --shape").ended_with(0);
    assert!(!ran.stderr.contains("error"), "{ran}");
}

#[test]
fn what_is_no_json_has_none() {
    for body in ["<html>asha</html>", "asha", "{\"a\":NaN}", ""] {
        let server = FakeServer::always(Reply::with_headers("200 OK", &[], body));
        let ran = World::signed_in(&server).run("api Agent/live --shape").ended_with(6);
        assert_eq!(ran.stdout, "", "{body}");
    }
}

#[test]
fn jq_reads_the_shape() {
    let server = FakeServer::always(r#"{"status":"success","data":{"total":12,"waiting":[1,2]}}"#);
    let ran = World::signed_in(&server).run("api liveQueue/count --shape --jq .data.total,.data.waiting[1]");
    assert_eq!(ran.ended_with(0).stdout, "number(2 digits, integer)\nnumber(1 digit, integer)\n");
}

#[test]
fn the_shape_of_the_sandbox_is_that_of_its_documents() {
    let ran = InProcess::new().run("api agentProfile/tags -f ref=true --shape --sandbox").ended_with(0);
    insta::assert_snapshot!(ran.stdout);
}
