//! A secret that the server echoes, or that a failure might quote, never comes out.
//! Every other test looks for the canaries as well: see `support/leaks.rs`.

use crate::support::{CANARY_SSID, FakeServer, Reply, World};

fn world(server: &FakeServer) -> World {
    World::new().with("DEEPCALL_SERVER", &server.url()).with("DEEPCALL_SSID", CANARY_SSID)
}

fn as_json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn a_server_that_echoes_the_secret_is_redacted_in_every_format() {
    let reply = format!(
        r#"{{"status":"success","data":[{{"_id":{0},"message":{0},"x":{0},"time":1795421400}}],"iconDetails":[{{"n":{0}}}]}}"#,
        as_json(CANARY_SSID)
    );
    let server = FakeServer::always(&reply);
    for format in ["table", "json", "ndjson", "csv", "tsv"] {
        let ran = world(&server).run(&format!("tags --since @0 -o {format}")).ended_with(0);
        assert!(ran.stdout.contains("••••"), "{ran}");
    }
    world(&server).run("tags --since @0 --jq .tags").ended_with(0);
    world(&server).run("api agentProfile/tags").ended_with(0);
}

#[test]
fn an_error_that_echoes_the_secret_is_redacted() {
    let percent: String = CANARY_SSID.bytes().map(|byte| format!("%{byte:02X}")).collect();
    for message in [CANARY_SSID.to_owned(), percent] {
        let reply = format!(r#"{{"status":"error","code":9999,"message":{}}}"#, as_json(&message));
        let server = FakeServer::always(&reply);
        world(&server).run("tags").ended_with(1);
        world(&server).run("tags --json").ended_with(1);
    }
    let html = format!("<html>{CANARY_SSID}</html>");
    let server = FakeServer::answering(move |_, _| Reply::ok(&html));
    world(&server).run("tags").ended_with(6);
    let location = format!("Location: https://elsewhere.example/{CANARY_SSID}");
    let server = FakeServer::answering(move |_, _| Reply::with_headers("302 Found", &[&location], ""));
    world(&server).run("tags").ended_with(6);
}

#[test]
fn the_most_verbose_log_shows_requests_without_the_secret() {
    let server = FakeServer::always(r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#);
    let ran = world(&server).run("tags -vvv").ended_with(0);
    assert!(ran.stderr.contains("agentProfile/tags"), "{ran}");
}

#[test]
fn the_file_store_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new();
    let line = "login --store file --no-verify --ssid-stdin --server https://deepcall.example";
    world.run_with_input(line, CANARY_SSID).ended_with(0);
    let folder = world.home().join(".local/share/deepcall/sessions");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
