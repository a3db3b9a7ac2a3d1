//! A secret that the server echoes, or that a failure might quote, never comes out.
//! Every other test looks for the canaries as well: see `support/leaks.rs`.

use crate::planted_leaks::encodings;
use crate::support::{CANARY_SSID, FakeServer, NO_TAGS, Reply, Screen, World};

fn as_json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Every spelling of the ssid and its parts that a text can have, made by Python.
fn spellings() -> Vec<String> {
    let of_ssid = encodings().into_iter().take(3 * 17);
    let texts = of_ssid
        .filter(|(name, _)| !name.contains("UTF-16"))
        .map(|(_, bytes)| String::from_utf8(bytes).unwrap());
    texts.collect()
}

const FORMATS: [&str; 8] = [
    "-o table",
    "-o json",
    "-o ndjson",
    "-o csv",
    "-o tsv",
    "--jq .",
    "--columns time,message,fields -o csv",
    "-vvv",
];

#[test]
fn a_server_that_echoes_the_secret_is_redacted_in_every_format_and_spelling() {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let tag = |spelling: &String| {
        let text = as_json(spelling);
        format!(
            r#"{{"_id":{text},"message":{text},"customer":{text},{text}:1,"x":[{{"y":{text}}}],"time":{now}}}"#
        )
    };
    let tags: Vec<String> = spellings().iter().map(tag).collect();
    let icons: Vec<String> = spellings().iter().map(|text| format!(r#"{{"n":{}}}"#, as_json(text))).collect();
    let reply =
        format!(r#"{{"status":"success","data":[{}],"iconDetails":[{}]}}"#, tags.join(","), icons.join(","));
    let server = FakeServer::always(&reply);
    for format in FORMATS {
        let ran = World::signed_in(&server).run(&format!("tags --since @0 {format}")).ended_with(0);
        assert!(ran.stdout.contains("••••"), "{format}\n{ran}");
    }
    let ran = World::signed_in(&server).run("api agentProfile/tags -vvv").ended_with(0);
    assert!(ran.stdout.contains("••••") && ran.stderr.contains("••••"), "{ran}");
    for format in ["--json", "--log", "--log -vvv"] {
        let arrived = server.arrivals().len();
        let line = format!("watch --only tags --since 1h --interval 2s {format}");
        let world = World::signed_in(&server);
        let watch = world.start(world.command(line.split(' ')));
        server.await_arrivals(arrived + 2);
        let ran = watch.terminate().ended_with(143);
        assert!(ran.stdout.contains("••••"), "{format}\n{ran}");
    }
}

#[test]
fn an_error_that_echoes_the_secret_is_redacted_in_every_spelling() {
    for spelling in spellings() {
        let message = as_json(&spelling);
        let reply = format!(r#"{{"status":"error","code":9999,"message":{message},"data":{message}}}"#);
        let server = FakeServer::always(&reply);
        let ran = World::signed_in(&server).run("tags --json -vvv").ended_with(1);
        assert!(ran.stderr.contains("••••"), "{spelling}\n{ran}");
        World::signed_in(&server).run("break-status").ended_with(1);
    }
    let server = FakeServer::always(format!(
        r#"{{"status":"error","code":9999,"message":{}}}"#,
        as_json(&format!("before {CANARY_SSID} after"))
    ));
    for command in [
        "tags",
        "status",
        "wrapup",
        "ping",
        "api agentProfile/x",
        "profiles --check",
        "watch --until tag --timeout 500ms",
    ] {
        let ran = World::signed_in(&server).run(command);
        assert!(ran.code != 0 || command.starts_with("profiles"), "{command}\n{ran}");
    }
}

#[test]
fn a_secret_in_a_header_or_a_page_is_redacted() {
    for spelling in spellings() {
        let page = format!("<html><title>{spelling}</title>{spelling}</html>");
        let server = FakeServer::always(page);
        World::signed_in(&server).run("tags -vvv").ended_with(6);
        // No header holds a character outside ASCII as it is.
        if spelling.is_ascii() {
            let location = format!("Location: https://elsewhere.example/{spelling}?{spelling}");
            let server = FakeServer::always(Reply::with_headers("302 Found", &[&location], ""));
            let ran = World::signed_in(&server).run("tags -vvv").ended_with(6);
            assert!(ran.stderr.contains("elsewhere.example"), "{ran}");
            let headers =
                [format!("Retry-After: {spelling}"), format!("Date: {spelling}"), format!("X: {spelling}")];
            let headers = headers.each_ref().map(String::as_str);
            let server = FakeServer::always(Reply::with_headers("503 Unavailable", &headers, ""));
            World::signed_in(&server).run("tags --retries 0 -vvv").ended_with(5);
        }
    }
}

/// As a proxy on another system may write it. Taken for UTF-8, each of its letters is beside a NUL.
#[test]
fn a_page_in_utf_16_that_echoes_the_secret_is_redacted() {
    const SSID: &str = "ssid-0123456789abcdef-xyz";
    let orders: [fn(u16) -> [u8; 2]; 2] = [u16::to_le_bytes, u16::to_be_bytes];
    for (mark, order) in ["", "\u{feff}"].into_iter().flat_map(|mark| orders.map(|order| (mark, order))) {
        let page: Vec<u8> = format!("{mark}<html>{SSID}</html>").encode_utf16().flat_map(order).collect();
        let server = FakeServer::always(Reply::with_headers("400 Bad Request", &[], page));
        for line in ["tags", "tags --json", "tags -vvv", "status", "status -vvv", "api agentProfile/x -vvv"] {
            let world = World::signed_in(&server).with("DEEPCALL_SSID", SSID);
            let ran = world.run(line).ended_with(6);
            let text = format!("{}{}", ran.stdout, ran.stderr).replace(['\0', '␀'], "").replace("\\0", "");
            assert!(!text.contains("0123456789") && !text.contains("cdef-xyz"), "{line}\n{ran}");
            assert!(text.contains("••••") || !mark.is_empty() && !line.contains("-vvv"), "{line}\n{ran}");
        }
    }
}

#[test]
fn a_hook_and_a_notice_do_not_get_an_echoed_secret() {
    let tags = |count: usize| {
        let text = as_json(CANARY_SSID);
        let one = |id| format!(r#"{{"_id":"{id}","message":{text},"type":"missed"}}"#);
        let all: Vec<String> = (0..count).map(one).collect();
        format!(r#"{{"status":"success","data":[{}],"iconDetails":[]}}"#, all.join(","))
    };
    let server = FakeServer::answering(move |_, earlier| Reply::ok(&tags(earlier.min(1))));
    let world = World::signed_in(&server);
    let mut command = world.command(
        "watch --log --only tags --interval 2s --until tag --on tag --notify --bell --exec".split(' '),
    );
    command.arg("cat > event; env > environment; tr '\\0' ' ' < /proc/$PPID/cmdline > arguments");
    // A notice needs a terminal.
    let (code, shown, bytes) = Screen::run(&world, &command, 24, 80).end();
    assert_eq!(code, 0, "{shown}");
    let bytes = String::from_utf8_lossy(&bytes);
    let notice = bytes.split("\u{1b}]777;notify;deepcall;").nth(1).and_then(|it| it.split('\u{7}').next());
    assert!(notice.is_some_and(|words| words.contains("••••")), "{shown}");
    assert!(std::fs::read_to_string(world.home().join("event")).unwrap().contains("••••"));
}

#[test]
fn the_most_verbose_log_shows_requests_without_the_secret() {
    let server = FakeServer::always(NO_TAGS);
    let ran = World::signed_in(&server).run("tags -vvv").ended_with(0);
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
