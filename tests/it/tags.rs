//! `deepcall tags`, from a fake server's reply to the last byte.

use insta::assert_snapshot;

use crate::support::{FakeServer, InProcess, NO_TAGS, Reply, World};

/// Three notifications in three spellings, of which two share an icon, and an icon that belongs to none.
const REPLY: &str = r#"{"data":[
 {"_id":"65f0c0ffee65f0c0ffee0001","createdAt":1795421400,"type":"missed","message":"Missed call from Asha Traders","cNumber":"919000012345","callId":"c-1","agentId":"13","iconId":"i1","queue":"Sales","big":18446744073709551616},
 {"_id":{"$oid":"65f0c0ffee65f0c0ffee0002"},"time":"2026-11-23 14:10:00","type":"callback","message":"Call back \u0930\u0935\u093f","caller":"+919000067890","iconId":"i2","wait":"12"},
 {"id":7,"createdAt":1795422600000,"type":"missed","message":"Missed call","cNumber":"919000012345","iconId":"i1"}
],"iconDetails":[
 {"iconId":"i1","name":"missed-call","action":{"type":"dial"}},
 {"iconId":"i2","name":"call-back"},
 {"iconId":"i9","name":"unused"}
],"status":"success","code":200}"#;

fn world(server: &FakeServer) -> World {
    World::signed_in(server).with("DEEPCALL_TIMEZONE", "Asia/Kolkata")
}

fn tags(arguments: &str) -> crate::support::Ran {
    let server = FakeServer::always(REPLY);
    world(&server).run(&format!("tags --since @0 --until 2099-01-01 -q {arguments}"))
}

#[test]
fn the_request_is_the_documented_one() {
    let server = FakeServer::always(NO_TAGS);
    world(&server).run("tags --json").ended_with(0);
    let arrivals = server.arrivals();
    assert_eq!(arrivals.len(), 1);
    assert!(arrivals[0].head.starts_with("POST /api/v2/agentProfile/tags HTTP/1.1"), "{}", arrivals[0].head);
    assert_eq!(arrivals[0].json(), serde_json::json!({"ssid": crate::support::CANARY_SSID, "ref": true}));
    assert!(arrivals[0].head.to_lowercase().contains("content-type: application/json"));
}

#[test]
fn ref_can_be_left_out_or_replaced() {
    let server = FakeServer::always(NO_TAGS);
    world(&server).run("tags --ref off").ended_with(0);
    world(&server).run("tags --ref latest").ended_with(0);
    let bodies: Vec<_> = server.arrivals().iter().map(|request| request.json().get("ref").cloned()).collect();
    assert_eq!(bodies, [None, Some(serde_json::json!("latest"))]);
}

#[test]
fn a_table_in_a_pipe_is_plain_and_whole() {
    assert_snapshot!(tags(""));
}

#[test]
fn one_row_a_line() {
    assert_snapshot!(tags("-o ndjson"));
}

#[test]
fn csv_and_tsv_have_the_same_cells() {
    assert_snapshot!(tags("-o csv"));
    assert_snapshot!(tags("-o tsv --columns time,customer,fields.queue,icons.0.name --no-headers"));
}

/// One tag each, with keys and times as different servers may send them.
const DIFFERENT_TAGS: [&str; 6] = [
    r#"{"type":"missed","message":"x","createdAt":1795421400}"#,
    r#"{"type":"missed","createdAt":1795421400518,"queue":"Sales","customer":{"name":"Asha"},"profile":"evil"}"#,
    r#"{"time":"2026-11-23T13:40:00.25+05:30","profile":"x","kind":"a","icons":[],"call_id":"1","callId":"2"}"#,
    r#"{"time":"2026-11-23T13:40:00.123456+05:30","Time":"now","customer":"919000012345","Customer":"again"}"#,
    r#"{"=1+1":"a","\u0000":"b","a,b":"c","fields":"d","fields.queue":"e","extra":"f","+time":"g"}"#,
    "{}",
];

#[test]
fn the_columns_of_csv_and_tsv_are_the_same_whatever_the_server_sends() {
    const HEADING: &str = "profile,time,kind,message,agent_id,call_id,customer,icons";
    let servers = DIFFERENT_TAGS.map(|tag| format!(r#"{{"status":"success","data":[{tag}]}}"#));
    let all = format!(r#"{{"status":"success","data":[{}]}}"#, DIFFERENT_TAGS.join(","));
    for reply in servers.iter().chain([&all, &r#"{"status":"success","data":[]}"#.to_owned()]) {
        let server = FakeServer::always(reply);
        for (format, delimiter) in [("csv", ","), ("tsv", "\t")] {
            let ran = world(&server).run(&format!("tags --since @0 -q -o {format}")).ended_with(0);
            assert_eq!(ran.stdout.lines().next(), Some(&*HEADING.replace(',', delimiter)), "{ran}");
            let times = ran.stdout.lines().skip(1).filter_map(|line| line.split(delimiter).nth(1));
            for time in times.filter(|time| !time.is_empty()) {
                assert!(time.starts_with("2026-11-23T13:40:00.") && time.len() == 29, "{time}\n{ran}");
            }
            let with_extra = world(&server).run(&format!("tags --since @0 -q -o {format} --columns +extra"));
            let headings: Vec<&str> = with_extra.stdout.lines().next().unwrap().split(delimiter).collect();
            let ours = HEADING.split(',').count();
            assert!(headings.iter().take(ours).copied().eq(HEADING.split(',')), "{with_extra}");
            let further = &headings[ours..];
            let is_known_piece = |heading: &&str| heading.starts_with("\"fields.a") || *heading == "b\"";
            assert!(further.iter().all(|heading| heading.starts_with("fields.") || is_known_piece(heading)));
            let different: std::collections::BTreeSet<_> = headings.iter().collect();
            assert_eq!(different.len(), headings.len(), "{with_extra}");
        }
        let table = world(&server).run("tags --since @0 -q").ended_with(0).stdout;
        let heading = table.lines().next().unwrap_or_default();
        assert!(!heading.contains("queue") && heading.to_uppercase() == heading, "{table}");
    }
}

#[test]
fn a_column_can_be_added_to_the_usual_ones() {
    let heading = |columns: &str| {
        tags(&format!("-o csv --columns {columns}")).ended_with(0).stdout.lines().next().unwrap().to_owned()
    };
    let usual = "profile,time,kind,message,agent_id,call_id,customer,icons";
    assert_eq!(heading("+id"), format!("{usual},id"));
    assert_eq!(heading("+id,+fields.queue"), format!("{usual},id,fields.queue"));
    assert_eq!(heading("+extra"), format!("{usual},fields.wait,fields.queue,fields.big"));
    assert_eq!(heading("time,+fields.queue,+extra"), "time,fields.queue,fields.wait,fields.big");
    assert!(tags("--columns time,time").ended_with(2).stderr.contains("named twice"));
    assert!(tags("--columns extra").ended_with(2).stderr.contains("did you mean \"+extra\"?"));
    let wrapup = InProcess::new().run("wrapup --sandbox --columns +extra").ended_with(2);
    assert!(wrapup.stderr.contains("no column is called \"extra\""), "{wrapup}");
    let watch = InProcess::new().run("watch --sandbox --timeout 1s -o csv --columns +fields").ended_with(124);
    assert!(watch.stdout.lines().next().unwrap().ends_with(",fields"), "{watch}");
}

#[test]
fn json_keeps_what_the_server_wrote() {
    let ran = tags("--json").ended_with(0);
    assert!(ran.stdout.contains("18446744073709551616"), "{ran}");
    let document = ran.json();
    assert_eq!(document["tags"].as_array().unwrap().len(), 3);
    assert_eq!(document["failures"], serde_json::json!([]));
    assert_eq!(document["icons"], serde_json::json!([{"iconId": "i9", "name": "unused"}]));
    let callback = document["tags"].as_array().unwrap().iter().find(|tag| tag["kind"] == "callback").unwrap();
    assert_eq!(callback["id"], "65f0c0ffee65f0c0ffee0002");
    assert_eq!(callback["time"], "2026-11-23T14:10:00.000+05:30");
    assert_eq!(callback["icons"][0]["name"], "call-back");
    assert_eq!(callback["fields"]["wait"], "12");
}

#[test]
fn filters_work_on_what_the_server_sent() {
    let count = |arguments: &str| {
        tags(&format!("--json {arguments}")).ended_with(0).json()["tags"].as_array().unwrap().len()
    };
    assert_eq!(count("--kind missed"), 2);
    assert_eq!(count("--kind missed,callback"), 3);
    assert_eq!(count("--match (?i)traders"), 1);
    assert_eq!(count("--match Sales"), 1);
    assert_eq!(count("--limit 2"), 2);
    assert_eq!(count("--since 2026-11-23T14:00:00+05:30"), 2);
    assert_eq!(count("--until 2026-11-23T13:50:00+05:30"), 1);
}

#[test]
fn rows_come_in_the_order_that_was_asked_for() {
    let ids = |arguments: &str| {
        let document = tags(&format!("--json {arguments}")).ended_with(0).json();
        document["tags"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tag| {
                tag["id"].as_str().unwrap()[..1].to_owned()
                    + &tag["id"].as_str().unwrap().chars().last().unwrap().to_string()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(""), ["62", "77", "61"]);
    assert_eq!(ids("--sort time"), ["61", "77", "62"]);
    assert_eq!(ids("--sort kind"), ["62", "61", "77"]);
}

#[test]
fn a_note_reports_a_cut_list() {
    let server = FakeServer::always(REPLY);
    let ran = world(&server).run("tags --since @0 --until 2099-01-01 --limit 2");
    assert!(ran.stderr.contains("2 of 3 tags shown"), "{ran}");
    assert!(ran.stderr.contains("only the last hour"), "{ran}");
}

#[test]
fn nothing_is_an_answer() {
    let server = FakeServer::always(NO_TAGS);
    let world = world(&server);
    assert_snapshot!(world.run("tags"));
    assert_eq!(world.run("tags --json").ended_with(0).json()["tags"], serde_json::json!([]));
    world.run("tags --fail-empty").ended_with(3);
    let empty_1012 = FakeServer::always(r#"{"status":"error","code":1012,"message":"No data found"}"#);
    assert_eq!(
        self::world(&empty_1012).run("tags --json").ended_with(0).json()["tags"],
        serde_json::json!([])
    );
}

#[test]
fn misspelt_columns_and_times_cost_no_request() {
    let server = FakeServer::always(REPLY);
    let world = world(&server);
    let ran = world.run("tags --columns tiem").ended_with(2);
    assert!(ran.stderr.contains("time") && ran.stderr.contains("fields"), "{ran}");
    world.run("tags --since soon").ended_with(2);
    world.run("tags --since 1h --until 2h").ended_with(2);
    world.run("tags --match (").ended_with(2);
    world.run("tags --sort colour").ended_with(2);
    world.run("tags --jq .tags[").ended_with(2);
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn jq_runs_inside_the_program() {
    assert_snapshot!(tags("--jq .tags[].kind"));
    assert_snapshot!(tags("--jq [.tags[]|.icons[0].name]"));
}

#[test]
fn numbers_are_masked_everywhere() {
    for format in ["table", "json", "ndjson", "csv", "tsv"] {
        let ran = tags(&format!("--mask -o {format}")).ended_with(0);
        assert!(!ran.stdout.contains("9000012") && !ran.stdout.contains("9000067"), "{ran}");
        assert!(ran.stdout.contains("345") && ran.stdout.contains("890"), "{ran}");
    }
}

#[test]
fn the_sandbox_fills_a_table_at_every_width() {
    for width in [40, 80, 200] {
        let ran = InProcess::new().on_terminal(width).with("NO_COLOR", "1").run("tags --sandbox --since 30m");
        assert_snapshot!(format!("sandbox_tags_at_{width}"), ran);
    }
}

#[test]
fn the_sandbox_answers_for_all_its_agents() {
    let ran = InProcess::new().run("tags --sandbox --all --json").ended_with(0);
    let document = ran.json();
    let profiles: std::collections::BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|tag| tag["profile"].as_str().unwrap()).collect();
    assert!(profiles.len() >= 12, "{profiles:?}");
    assert_eq!(document["failures"], serde_json::json!([]));
}

#[test]
fn no_match_is_an_empty_answer_in_a_pipe_and_a_note_on_a_terminal() {
    let line = "tags --sandbox --match zzz";
    let ran = InProcess::new().run(line).ended_with(0);
    assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""), "{ran}");
    let ran = InProcess::new().on_terminal(80).run(line).ended_with(0);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("no tags"), "{ran}");
    InProcess::new().run(&format!("{line} --fail-empty")).ended_with(3);
}

#[test]
fn a_clock_of_the_server_that_differs_is_noted_beside_a_window() {
    let tags = |hours: i64| {
        let date = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap();
        let server = FakeServer::always(Reply::with_headers("200 OK", &[&format!("Date: {date}")], NO_TAGS));
        world(&server).run("tags").ended_with(0).stderr
    };
    for (hours, words) in [(1, "h 00 min behind this machine's"), (-1, "ahead of this machine's")] {
        let notes = tags(hours);
        assert!(notes.contains("the server's clock is ") && notes.contains(words), "{notes}");
    }
    assert!(!tags(0).contains("clock"));
}
