//! What a hostile server sends, through the real binary into each sink (`reliability.md` §4.2).

use std::io::Write;
use std::num::NonZero;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::formats::read;
use crate::support::{FakeServer, InProcess, Reply, Screen, World};

#[path = "../../src/output/payloads.rs"]
mod payloads;

/// Written down again, so that the program's own list is not its own judge.
mod sanitize {
    pub fn is_bidi_control(character: char) -> bool {
        "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}"
            .contains(character)
    }
}

use payloads::{assert_harmless, payloads};

/// After each payload is a row that must come out untouched.
const SENTINEL: &str = "-- untouched --";

const COLUMNS: u16 = 100;

fn world(server: &FakeServer) -> World {
    World::signed_in(server).with("NO_COLOR", "1")
}

/// Every payload as message, kind and icon name of a notification, in this order.
fn server() -> FakeServer {
    let texts = payloads().into_iter().flat_map(|(_, text)| [text, SENTINEL.to_owned()]);
    let items: Vec<_> = texts
        .enumerate()
        .map(|(at, text)| {
            json!({"message": text, "type": text, "createdAt": 1_795_000_000 + at, "queue": text,
                   "icons": [{"name": text}]})
        })
        .collect();
    FakeServer::always(json!({"data": items, "status": "success", "code": 200}).to_string())
}

/// A script may hand on what a server or a customer wrote.
#[test]
fn what_was_typed_is_harmless_in_the_error_about_it() {
    let coloured = InProcess::new().with("CLICOLOR_FORCE", "1");
    for (program, name) in [(InProcess::new(), "plain"), (coloured, "coloured")] {
        for (payload, text) in payloads().into_iter().filter(|(_, text)| text.len() < 100_000) {
            let text = format!("x{text}");
            for line in [vec![text.as_str()], vec!["tags", &text], vec!["tags", "--limit", &text]] {
                let output = program.run_words(line).ended_with(2).stderr;
                let own = ["\x1b[0m", "\x1b[1m", "\x1b[4m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
                let output = own.iter().fold(output, |output, code| output.replace(code, ""));
                assert_harmless(name, payload, &output);
                assert!(!text.contains("[2J") || output.contains("[2J"), "{payload} is not shown: {output}");
            }
        }
    }
}

#[test]
fn no_payload_reaches_a_pipe_as_it_was_sent() {
    let server = server();
    let world = world(&server);
    for format in ["table", "csv", "tsv", "json", "ndjson"] {
        let ran = world.run(&format!("tags -q --since @0 --sort time -o {format}")).ended_with(0);
        // A tab is what parts the cells of TSV, and nothing else.
        let output = if format == "tsv" { ran.stdout.replace('\t', " ") } else { ran.stdout.clone() };
        assert_harmless(format, "a payload", &output);
        let lines = ran.stdout.lines().count();
        let wanted = match format {
            "json" => 1,
            "ndjson" => payloads().len() * 2,
            _ => payloads().len() * 2 + 1,
        };
        assert_eq!(lines, wanted, "{format}");
        match format {
            "csv" => drop(read("csv", &ran.stdout, "hostile")),
            "tsv" => drop(read("tsv", &ran.stdout, "hostile")),
            "table" => {}
            _ => {
                let ask = format!("tags -q --since @0 --sort time -o {format}");
                let first = ran.stdout.lines().next().unwrap();
                let document: serde_json::Value =
                    serde_json::from_str(first).unwrap_or_else(|error| panic!("{ask}: {error}"));
                let row = if format == "json" { &document["tags"][0] } else { &document };
                assert_eq!(row["message"], payloads()[0].1.as_str(), "JSON has it exactly");
            }
        }
    }
}

#[test]
fn no_payload_reaches_the_table_of_the_team() {
    let server = FakeServer::answering(|request, _| {
        let payloads = payloads();
        let of = |at: &usize| request.body.contains(&format!("ssid-of-{at:03}"));
        let text = (0..payloads.len()).find(of).map(|at| payloads[at].1.clone()).unwrap();
        let data = request.choose([
            json!({"on_break": 1, "agent_id": text, "breakDetail": {"reason": text}}),
            json!({"response": 1, "cNumber": text, "callId": text}),
            json!([{"type": text, "message": text, "createdAt": 1_795_000_000}]),
        ]);
        Reply::ok(&json!({"status": "success", "data": data}).to_string())
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file").with("NO_COLOR", "1");
    for at in 0..payloads().len() {
        let line = format!("login --no-verify --ssid-stdin --profile p{at:03}");
        world.run_with_input(&line, &format!("ssid-of-{at:03}")).ended_with(0);
    }
    for format in ["table", "csv", "tsv", "json", "ndjson"] {
        let ran = world.run(&format!("status -q -o {format}")).ended_with(0);
        let output = if format == "tsv" { ran.stdout.replace('\t', " ") } else { ran.stdout.clone() };
        assert_harmless(format, "a payload", &output);
        let rows = payloads().len();
        let wanted = match format {
            "json" => 1,
            "ndjson" => rows,
            _ => rows + 1,
        };
        assert_eq!(ran.stdout.lines().count(), wanted, "{format}");
    }
}

#[test]
fn no_payload_reaches_an_error_or_the_log() {
    for (name, text) in payloads() {
        let body = json!({"status": "error", "code": 1009, "message": text, "errors": [text]}).to_string();
        let server = FakeServer::always(&body);
        let ran = world(&server).run("tags --retries 0 -vvv").ended_with(5);
        assert_harmless("the log", name, &ran.stderr);
        assert!(!ran.stderr.lines().any(|line| line.starts_with("error: session expired")), "{name}");
        let ran = world(&server).run("tags --retries 0 --json").ended_with(5);
        assert_harmless("an error object", name, &ran.stderr);
        assert_eq!(ran.stderr.lines().count(), 1, "{name}");
    }
}

#[test]
fn joiners_of_indic_names_are_kept() {
    let names = ["क्‍ष", "श्रीमान्‌जी", "നന്‍മ", "👩‍👩‍👧"];
    let items: Vec<_> = names.iter().map(|name| json!({"message": name})).collect();
    let server = FakeServer::always(json!({"data": items, "status": "success"}).to_string());
    for format in
        ["table --columns message", "csv --columns message", "tsv --columns message", "json", "ndjson"]
    {
        let ran = world(&server).run(&format!("tags -q -o {format}")).ended_with(0);
        for name in names {
            assert!(ran.stdout.contains(name), "{name} in {format}: {ran}");
        }
    }
}

/// What a terminal model shows of the bytes, line by line.
fn shown_by(program: &str, arguments: &[&str], bytes: &[u8]) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let mut command = Command::new(program);
    command.args(arguments);
    if program.ends_with("unterm") {
        command.arg(file.path());
    }
    let output = command.stdin(Stdio::from(file.reopen().unwrap())).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn three_terminal_models_see_only_the_cells_of_the_table() {
    const PYTE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/hostile_text/painted.py");
    let server = server();
    let rows = u16::try_from(payloads().len() * 2 + 10).unwrap();
    let screen = Screen::start(
        &world(&server),
        "tags -q --since @0 --sort time --columns message --no-headers",
        rows,
        COLUMNS,
    );
    let (code, _, bytes) = screen.end();
    assert_eq!(code, 0);
    let output = String::from_utf8(bytes).unwrap().replace("\r\n", "\n");
    assert_harmless("a terminal", "a payload", &output);
    let wanted: Vec<&str> = output.lines().collect();
    assert_eq!(wanted.len(), payloads().len() * 2);

    let mut vt100 = vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(COLUMNS).unwrap(), 0);
    vt100.process(output.replace('\n', "\r\n").as_bytes());
    let (rows, columns) = (rows.to_string(), COLUMNS.to_string());
    let models = [
        ("vt100", vt100.screen().rows(0, COLUMNS).map(|line| line.trim_end().to_owned()).collect()),
        ("pyte", shown_by("/usr/bin/python3", &[PYTE, &columns, &rows], output.as_bytes())),
        (
            "libvterm",
            shown_by(
                "/usr/bin/unterm",
                &["-l", &rows, "-c", &columns],
                output.replace('\n', "\r\n").as_bytes(),
            ),
        ),
    ];
    for (model, lines) in models {
        for (at, wanted) in wanted.iter().enumerate() {
            let shown = lines.get(at).map_or("", String::as_str);
            // How wide an emoji or how deep a pile of marks is, models disagree on; not on which line it is.
            let is_plain =
                wanted.chars().all(|character| character < '\u{300}' || "…␀␅␇␈␉␊␋␌␍␎␏␛␡".contains(character));
            assert!(!is_plain || shown == *wanted, "{model} paints {shown:?} for {wanted:?}");
            assert!(at % 2 == 0 || shown == SENTINEL, "{model} paints {shown:?} after {:?}", wanted);
        }
        assert!(lines.iter().skip(wanted.len()).all(String::is_empty), "{model} paints below the table");
    }
}
