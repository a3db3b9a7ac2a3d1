//! The recipes of docs/scripting.md run as they stand, and docs/troubleshooting.md explains messages that exist.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{CANARY_SSID, EXPIRED, FakeServer, Ran, World};

const SCRIPTING: &str = include_str!("../../../docs/scripting.md");
const TROUBLESHOOTING: &str = include_str!("../../../docs/troubleshooting.md");

/// The script that names itself so in its second line.
fn recipe(name: &str) -> &'static str {
    let blocks = SCRIPTING.split("```sh\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let mut scripts = blocks.map(|(script, _)| script);
    let named = format!("# {name}: ");
    let is_named = |script: &&str| script.lines().nth(1).is_some_and(|line| line.starts_with(&named));
    scripts.find(is_named).unwrap_or_else(|| panic!("docs/scripting.md has no script {name}"))
}

/// A home where asha and ravi are signed in; `mail` writes what it gets to the file `mails`, and `logger` is the real one,
/// which writes to the socket [`log`] instead of the system's.
fn home(server: &FakeServer) -> World {
    let world = World::at(server).with("DEEPCALL_STORE", "file");
    for name in ["asha", "ravi"] {
        let line = format!("login --profile {name} --no-verify --ssid-stdin");
        let _ = world.run_with_input(&line, &format!("session-of-{name}")).ended_with(0);
    }
    let mail = "#!/bin/sh\n{ echo \"to: $*\"; cat; } >> \"$HOME/mails\"\n";
    let logger = "#!/bin/sh\nexec /usr/bin/logger --socket \"$HOME/log\" \"$@\"\n";
    world.lay_executable("mail", mail.as_bytes());
    world.lay_executable("logger", logger.as_bytes());
    world
}

/// The recipe, ready to be run with what was laid into the home before everything else.
fn script(world: &World, name: &str) -> Command {
    let text = recipe(name);
    let program = text.lines().next().unwrap().strip_prefix("#!").unwrap();
    let mut command = world.shell(program);
    let path = command.get_envs().find(|(name, _)| *name == "PATH").unwrap().1.unwrap().to_owned();
    let own = format!("{}:{}", world.home().display(), path.to_str().unwrap());
    command.arg(world.lay_executable(name, text.as_bytes())).env("PATH", own);
    command
}

fn mails(world: &World) -> String {
    fs::read_to_string(world.home().join("mails")).unwrap_or_default()
}

fn on_break_for(minutes: i64) -> String {
    let since = (jiff::Timestamp::now() - jiff::SignedDuration::from_mins(minutes)).as_second();
    format!(
        r#"{{"status":"success","data":{{"on_break":1,"breakDetail":{{"reason":"Tea","startTime":{since}}}}}}}"#
    )
}

#[test]
fn long_breaks_are_mailed_and_short_ones_are_not() {
    let server = FakeServer::answering(|request, _| {
        let is_asha = request.body.contains("asha");
        crate::support::Reply::ok(&on_break_for(if is_asha { 31 } else { 5 }))
    });
    let world = home(&server);
    let output = script(&world, "long-breaks").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(mails(&world), "to: -s Long breaks lead@example.com\nasha: Tea, for 31 min\n");
}

#[test]
fn long_breaks_are_mailed_even_if_another_agent_cannot_be_asked() {
    let server = FakeServer::answering(|request, _| {
        let is_asha = request.body.contains("asha");
        let expired = EXPIRED;
        crate::support::Reply::ok(&if is_asha { on_break_for(31) } else { expired.to_owned() })
    });
    let world = home(&server);
    let output = script(&world, "long-breaks").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let mails = mails(&world);
    assert!(mails.contains("\nasha: Tea, for 31 min\nravi: not known, the session has expired or is not valid; the server answered "), "{mails}");
}

#[test]
fn missed_calls_are_collected_and_sent_once() {
    let tag = |id: &str, kind: &str| {
        let time = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(3);
        format!(
            r#"{{"_id":"{id}","type":"{kind}","message":"from a test","phone":"919000000001","time":"{time}"}}"#
        )
    };
    let body = format!(r#"{{"status":"success","data":[{},{}]}}"#, tag("1", "missed"), tag("2", "incoming"));
    let server = FakeServer::always(&body);
    let world = home(&server);
    world.run("journal on").ended_with(0);
    for argument in ["", "", "--send", "--send"] {
        let mut command = script(&world, "missed-calls");
        let output =
            if argument.is_empty() { command.output() } else { command.arg(argument).output() }.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(errors, "");
        assert_eq!(output.status.code(), Some(0));
    }
    let mails = mails(&world);
    let lines: Vec<&str> = mails.lines().filter(|line| !line.starts_with("note: covered ")).collect();
    assert_eq!(lines.len(), 6, "{mails}");
    assert_eq!(lines[0], "to: -s Hand-over: missed calls lead@example.com");
    assert_eq!(lines[1], "time,profile,kind,customer,message");
    assert!(lines[2].contains(",asha,missed,919000000001,from a test"), "{mails}");
    assert!(lines[3].contains(",ravi,missed,"), "{mails}");
    // The second mail has nothing but its headings.
    assert_eq!(lines[4..], lines[..2]);
}

#[test]
fn missed_calls_are_sent_even_if_the_server_does_not_answer() {
    let server = FakeServer::answering(|_, earlier| {
        let time = jiff::Timestamp::now() - jiff::SignedDuration::from_mins(3);
        let missed =
            format!(r#"{{"status":"success","data":[{{"_id":"1","type":"missed","time":"{time}"}}]}}"#);
        crate::support::Reply::ok(&if earlier < 2 { missed } else { EXPIRED.to_owned() })
    });
    let world = home(&server);
    world.run("journal on").ended_with(0);
    assert_eq!(script(&world, "missed-calls").status().unwrap().code(), Some(0));
    assert_eq!(script(&world, "missed-calls").arg("--send").status().unwrap().code(), Some(0));
    let mails = mails(&world);
    assert!(mails.contains(",asha,missed,") && mails.contains(",ravi,missed,"), "{mails}");
    assert!(mails.contains("the session has expired"), "the mail names what may be missing: {mails}");
}

/// The socket of this home's log.
fn log(world: &World) -> UnixDatagram {
    let log = UnixDatagram::bind(world.home().join("log")).unwrap();
    log.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    log
}

/// What the next entry of the log says after its time and its tag.
fn entry(log: &UnixDatagram) -> String {
    let mut bytes = vec![0; 256 << 10];
    let length = log.recv(&mut bytes).expect("an entry of the log");
    let entry = String::from_utf8(bytes[..length].to_vec()).unwrap();
    entry.split_once(" deepcall: ").unwrap_or_else(|| panic!("{entry}")).1.to_owned()
}

#[test]
fn events_reach_the_log_as_they_happen_and_each_as_a_whole() {
    let message = "नमस्ते, कृपया 9876543210 पर वापस कॉल करें. ".repeat(200);
    let tag =
        serde_json::json!({"_id": "m1", "type": "callback", "message": message, "note": "x".repeat(20_000)});
    let reply = format!(r#"{{"status":"success","data":[{tag}]}}"#);
    let world = home(&FakeServer::always(&reply));
    let log = log(&world);
    let mut process =
        script(&world, "deepcall-log").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut events = std::iter::repeat_with(|| {
        let entry = entry(&log);
        let event: serde_json::Value =
            serde_json::from_str(&entry).unwrap_or_else(|_| panic!("half: {entry}"));
        (event, entry.len())
    });
    let (start, _) = events.next().unwrap();
    assert_eq!(start["type"], "start", "{start}");
    let (tag, length) = events.find(|(event, _)| event["type"] == "tag").unwrap();
    assert_eq!(tag["fields"]["note"].as_str().map(str::len), Some(20_000));
    assert!(length > 40_000 && !tag.to_string().contains("9876543210"), "{tag}");
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Otherwise the test above would show nothing.
#[test]
fn the_real_logger_cuts_a_line_unless_a_size_is_given() {
    let world = home(&FakeServer::always(r#"{"status":"success","data":[]}"#));
    let log = log(&world);
    let mut logger = world.shell("sh");
    logger.args(["-c", "head -c 3000 /dev/zero | tr '\\0' x | \"$HOME/logger\" --tag deepcall"]);
    assert!(logger.status().unwrap().success());
    assert!(entry(&log).len() < 3_000);
}

#[test]
fn a_log_that_ends_ends_as_the_watch_did() {
    let server = FakeServer::always(EXPIRED);
    let world = home(&server);
    let _log = log(&world);
    let output = script(&world, "deepcall-log").output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn every_explained_message_is_printed_by_something() {
    let section = TROUBLESHOOTING.split("\n## Messages\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let explained: Vec<&str> = rows
        .flat_map(|row| row.split(" | ").next().unwrap().split("`").filter(|text| text.len() > 2))
        .collect();
    let runs = everything_that_goes_wrong();
    assert!(explained.len() >= 10, "{explained:?}");
    // What a certificate, an alert and a proxy must be is tested one layer lower, beside these files.
    let texts = concat!(
        include_str!("../../../src/client/network_error.rs"),
        include_str!("../../../src/client/alerts.rs"),
        include_str!("../../../src/client/handshakes.rs"),
        include_str!("../../../src/client/tunnels.rs")
    );
    for message in explained {
        let is_reported = runs.iter().any(|ran| ran.stderr.contains(message));
        assert!(is_reported || texts.contains(message), "nothing reports {message:?}");
    }
}

/// The output of each failure of the table, by making it happen.
fn everything_that_goes_wrong() -> Vec<Ran> {
    let with_session = || World::new().with("DEEPCALL_SSID", CANARY_SSID);
    let mut runs = ["login --ssid-stdin", "tags", "journal verify"]
        .map(|line| World::new().run(line))
        .into_iter()
        .collect::<Vec<_>>();
    for code in [1000, 1015, 1027, 1044, 1501] {
        let server = FakeServer::always(format!(r#"{{"status":"error","code":{code},"message":"m"}}"#));
        runs.push(with_session().run(&format!("break-status --server {}", server.url())));
    }
    let page = FakeServer::always("<html>Sign in to the network</html>");
    runs.push(with_session().run(&format!("tags --server {}", page.url())));
    let nobody = "tags --retries 0 --server https://127.0.0.1:9";
    runs.push(with_session().run(nobody));
    runs.push(
        with_session()
            .with("HTTPS_PROXY", "http://127.0.0.1:9")
            .run(nobody.replace("127.0.0.1", "example.com").as_str()),
    );
    runs.push(with_session().run("tags --retries 0 --server https://deepcall.invalid"));
    runs
}
