//! What the journal keeps over restarts and kills, and who polls while somebody records.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::screen::Screen;
use crate::support::{FakeServer, NOT_IN_WRAPUP, NOT_ON_BREAK, Reply, Running, World};

const RECORD: &str = "record --only tags --interval 2s";
const WATCH: &str = "watch --json --only tags --interval 2s";

/// A server that has one notification more in each answer, the newest ten of them.
fn growing() -> FakeServer {
    FakeServer::answering(|_, earlier| Reply::ok(&tags((earlier + 1).saturating_sub(10)..=earlier, "")))
}

fn tags(ids: impl IntoIterator<Item = usize>, message: &str) -> String {
    let tag = |id| format!(r#"{{"_id":"t{id}","type":"missed","message":"call {id}{message}"}}"#);
    let tags: Vec<String> = ids.into_iter().map(tag).collect();
    format!(r#"{{"data":[{}],"iconDetails":[],"status":"success","code":200}}"#, tags.join(","))
}

fn start(world: &World, line: &str) -> Running {
    world.start(world.command(line.split_whitespace()))
}

fn lines(running: &mut Running) -> impl Iterator<Item = Value> + use<> {
    let stdout = BufReader::new(running.child.stdout.take().unwrap());
    stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap())
}

fn is_tag(event: &Value) -> bool {
    event["type"] == "tag"
}

fn id(event: &Value) -> String {
    event["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_watch_goes_on_where_the_journal_ends() {
    let server = growing();
    let world = World::signed_in(&server);
    let record = start(&world, RECORD);
    server.await_arrivals(3);
    let ran = record.terminate().ended_with(143);
    assert_eq!(ran.stdout, "", "{ran}");
    let recorded = server.arrivals().len();

    let mut watch = start(&world, WATCH);
    let mut events = lines(&mut watch);
    let first = events.find(is_tag).unwrap();
    watch.terminate().ended_with(143);
    // An answer that was under way when the recording ended is not in the journal, and is shown now.
    let expected = [format!("t{}", recorded - 1), format!("t{recorded}")];
    assert!(expected.contains(&id(&first)), "{first} after {recorded} answers");
    assert_eq!(first["initial"], false);
}

#[test]
fn whoever_records_one_of_many_is_told_so() {
    let server = growing();
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    let login = |name: &str| {
        world.run_with_input(&format!("login --ssid-stdin --no-verify --profile {name}"), name).ended_with(0)
    };
    let recorded = |options: &str| {
        let record = start(&world, &format!("{RECORD}{options}"));
        server.await_arrivals(server.arrivals().len() + 1);
        record.terminate().ended_with(143).stderr
    };
    let note = "note: only asha is recorded, the default profile; --all records all 2\n";
    login("asha");
    assert!(!recorded("").contains("only asha"));
    login("ravi");
    assert!(recorded("").contains(note));
    for chosen in [" --all", " --profile ravi"] {
        assert!(!recorded(chosen).contains("only asha"), "{chosen}");
    }
}

#[test]
fn a_recorder_on_a_terminal_says_whom_it_records_and_how_it_ends() {
    let server = growing();
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    world.run_with_input("login --ssid-stdin --no-verify --profile asha", "asha").ended_with(0);
    let mut screen = Screen::start(&world, RECORD, 24, 200);
    let shown = screen.wait_for("Ctrl-C ends it");
    assert!(shown.contains("note: recording asha every 2 s in "), "{shown}");
    screen.type_keys("\x03");
    assert_eq!(screen.end().0, 130);
    let quiet = start(&world, RECORD);
    server.await_arrivals(server.arrivals().len() + 1);
    assert_eq!(quiet.terminate().ended_with(143).stderr, "", "a log has no use for it");
}

#[test]
fn after_a_kill_stdout_gets_everything_and_only_its_last_round_again() {
    let server = growing();
    let world = World::signed_in(&server);
    let mut seen = BTreeSet::new();
    for round in 1..=3 {
        let mut watch = start(&world, &format!("{WATCH} --record"));
        seen.extend(lines(&mut watch).filter(is_tag).map(|event| id(&event)).take(2));
        if round < 3 {
            watch.child.kill().unwrap();
        } else {
            watch.signal(Signal::TERM);
        }
        watch.child.wait().unwrap();
    }
    let last: usize = seen.iter().map(|id| id[1..].parse::<usize>().unwrap()).max().unwrap();
    let missing: Vec<_> =
        (0..=last).map(|number| format!("t{number}")).filter(|id| !seen.contains(id)).collect();
    assert!(missing.is_empty(), "{missing:?} of {last}");
}

#[test]
fn whoever_reads_what_another_process_records_polls_nothing() {
    let server = growing();
    let world = World::signed_in(&server);
    let request = "POST";
    let alone = start(&world, &format!("{WATCH} -v --timeout 3s")).end().ended_with(124);
    assert!(alone.stderr.contains(request), "{alone}");

    let record = start(&world, RECORD);
    server.await_arrivals(server.arrivals().len() + 2);
    let mut watch = start(&world, &format!("{WATCH} -v"));
    let mut events = lines(&mut watch);
    let seen: Vec<_> = events.by_ref().filter(is_tag).map(|event| id(&event)).take(2).collect();
    let ran = watch.terminate().ended_with(143);
    assert_eq!(seen.len(), 2);
    assert!(!ran.stderr.contains(request), "{ran}");

    // Without the recorder, the next watch polls itself, at once.
    record.terminate().ended_with(143);
    let before = server.arrivals().len();
    let watch = start(&world, WATCH);
    server.await_arrivals(before + 1);
    watch.terminate().ended_with(143);
}

#[test]
fn a_full_disk_is_told_once_and_stops_nothing() {
    let long = "x".repeat(2_000);
    let server =
        FakeServer::answering(move |_, earlier| Reply::ok(&tags(earlier * 10..(earlier + 1) * 10, &long)));
    let world = World::signed_in(&server);
    let mut shell = world.shell("/bin/sh");
    // Blocks of 512 bytes, for each file.
    shell.args(["-c", &format!("ulimit -f 300; exec deepcall {WATCH} --record")]);
    let mut watch = world.start(shell);
    let mut events = lines(&mut watch);
    let lost = events.find(|event| event["type"] == "journal_lost").unwrap();
    assert!(lost["message"].as_str().unwrap().contains("journal"), "{lost}");
    let after: Vec<_> = events.filter(is_tag).take(30).collect();
    assert_eq!(after.len(), 30);
    watch.signal(Signal::TERM);
    watch.child.wait().unwrap();
}

#[test]
fn without_a_journal_none_is_made() {
    let server = growing();
    let world = World::signed_in(&server);
    let watch = start(&world, WATCH);
    server.await_arrivals(2);
    watch.terminate().ended_with(143);
    let path = world.run("journal path").ended_with(0).stdout;
    assert!(!std::path::Path::new(path.trim_end()).exists(), "{path}");
}

#[test]
fn what_since_shows_of_the_journal_is_from_before_the_watch() {
    let server = growing();
    let world = World::signed_in(&server);
    let record = start(&world, RECORD);
    server.await_arrivals(3);
    record.terminate().ended_with(143);
    let mut watch = start(&world, &format!("{WATCH} --since 1h"));
    let mut tags = lines(&mut watch).filter(is_tag);
    let first = tags.next().unwrap();
    assert_eq!((id(&first).as_str(), &first["initial"]), ("t0", &Value::Bool(true)));
    // What comes now is news.
    let new = tags.find(|event| event["initial"] == false).unwrap();
    assert!(id(&new)[1..].parse::<usize>().unwrap() >= 2, "{new}");
    drop(tags);
    watch.terminate();
}

#[test]
fn a_recorder_deletes_at_its_start_what_is_too_old() {
    let server = growing();
    let world = World::signed_in(&server);
    let record = start(&world, RECORD);
    server.await_arrivals(3);
    record.terminate().ended_with(143);
    let pruned = || world.run("journal status --json --jq .pruned").ended_with(0).stdout;
    let once = pruned();
    assert!(once.contains("20"), "it is a moment: {once}");
    world.run("config set journal.keep 1s").ended_with(0);
    let record = start(&world, RECORD);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while pruned() == once {
        assert!(std::time::Instant::now() < deadline, "nothing was deleted since {once}");
    }
    record.terminate().ended_with(143);
    let kept = world.run("journal export --what tags").ended_with(0).stdout;
    assert!(!kept.contains("\"t0\""), "{kept}");
}

/// Waits until the journal holds so many events.
fn await_events(world: &World, count: u64) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let ran = world.run("journal status --json");
        if ran.code == 0 && ran.json()["events"].as_u64().is_some_and(|events| events >= count) {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "{ran}");
    }
}

#[test]
fn a_journal_that_cannot_be_opened_at_first_is_recorded_into_once_it_can_be() {
    let server = growing();
    let elsewhere = tempfile::tempdir().unwrap();
    let disk = elsewhere.path().join("disk");
    let link = elsewhere.path().join("journal.db");
    std::os::unix::fs::symlink(disk.join("journal.db"), &link).unwrap();
    let world = World::signed_in(&server).with("DEEPCALL_JOURNAL", link.to_str().unwrap());
    let plug_in = || {
        std::fs::create_dir(&disk).unwrap();
        std::fs::write(disk.join("journal.db"), "").unwrap();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(disk.join("journal.db"), private).unwrap();
    };
    let record = start(&world, RECORD);
    server.await_arrivals(2);
    plug_in();
    await_events(&world, 3);
    let ran = record.terminate().ended_with(143);
    assert_eq!(ran.stderr.matches("journal cannot be written").count(), 1, "{ran}");
    assert_eq!(ran.stderr.matches("journal is written again").count(), 1, "{ran}");

    // A watch of somebody who is recorded does the same, and nothing stands twice.
    let unplugged = elsewhere.path().join("unplugged");
    std::fs::rename(&disk, &unplugged).unwrap();
    let mut watch = start(&world, WATCH);
    let mut events = lines(&mut watch);
    assert!(events.any(|event| event["type"] == "journal_lost"));
    assert!(events.by_ref().any(|event| is_tag(&event)));
    std::fs::rename(&unplugged, &disk).unwrap();
    assert!(events.by_ref().any(|event| event["type"] == "journal_restored"));
    drop(events);
    watch.signal(Signal::TERM);
    watch.child.wait().unwrap();
    let kept = world.run("journal export -o ndjson").ended_with(0).stdout;
    let mut ids: Vec<&str> =
        kept.split(r#""id":"t"#).skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "{kept}");
    assert!(kept.contains(r#""id":"t0""#), "{kept}");
    world.run("journal verify").ended_with(0);
}

#[test]
fn a_journal_that_can_never_be_used_is_an_error_at_once() {
    let server = growing();
    for (path, code) in [("/", 2), ("/dev/null/journal.db", 1)] {
        let world = World::signed_in(&server).with("DEEPCALL_JOURNAL", path);
        let ran = world.run(RECORD).ended_with(code);
        assert!(ran.stderr.contains(path.trim_end_matches("/journal.db")), "{ran}");
    }
}

#[test]
fn a_journal_that_cannot_be_made_in_its_folder_is_no_fault_of_the_disk() {
    let server = growing();
    let world = World::signed_in(&server);
    let journal = world.home().join("closed/journal.db");
    let world = world.with("DEEPCALL_JOURNAL", journal.to_str().unwrap());
    world.lay_executable("program", std::fs::File::open(&*crate::support::world::BINARY).unwrap());
    let run = |script: &str| world.start(crate::process::as_ordinary_user(&world, script)).end();
    let on = run("mkdir closed && chmod 500 closed && exec ./program journal on").ended_with(0);
    let obstacle = "closed/journal.db: check the permissions of the file and its folder";
    assert!(on.stderr.contains(obstacle), "{on}");
    assert!(run("./program doctor").stderr.contains(obstacle));
    let ran = run("exec ./program tags --new mail").ended_with(1);
    assert!(ran.stderr.contains("closed/journal.db\n  caused by: permission denied"), "{ran}");
    assert!(!ran.stderr.contains("the disk failed"), "{ran}");
}

#[test]
fn erasing_one_agent_breaks_the_coverage_of_no_other() {
    let tags = tags([1, 2], "");
    let server = FakeServer::answering(move |request, _| {
        request.choose([NOT_ON_BREAK.to_owned(), NOT_IN_WRAPUP.to_owned(), tags.clone()])
    });
    let world = World::at(&server).with("DEEPCALL_STORE", "file");
    world.run_with_input("login --from-file -", "asha\tsession-1\nravi\tsession-2\n").ended_with(0);
    let record = start(&world, "record --all --interval 2s");
    let tags_of_two = 4;
    await_events(&world, tags_of_two);
    let erased = world.run("journal forget ravi --yes").ended_with(0);
    assert!(erased.stdout.contains("Erased 2 events"), "{erased}");
    // What the server still shows of the erased one is recorded anew.
    await_events(&world, tags_of_two);
    server.await_arrivals(server.arrivals().len() + 12);
    let ran = record.terminate().ended_with(143);
    assert!(
        ran.stderr.contains("ravi was erased from the journal, and will be recorded from scratch"),
        "{ran}"
    );
    assert!(!ran.stderr.contains("broke off"), "{ran}");
    let coverage = world.run("journal export --what coverage --json").ended_with(0).json();
    let rows = coverage["coverage"].as_array().unwrap();
    for part in ["tags", "breaks", "wrapups"] {
        let of = |profile: &str| {
            rows.iter().filter(|row| row["profile"] == profile && row["part"] == part).count()
        };
        assert_eq!((of("asha"), of("ravi")), (1, 1), "{part}\n{coverage}");
    }
    world.run("journal verify").ended_with(0);
    let database = rusqlite::Connection::open(world.home().join(".local/state/deepcall/journal.db")).unwrap();
    let runs = "SELECT count(*), count(ended) FROM run WHERE command = 'record'";
    let runs: (i64, i64) = database.query_row(runs, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(runs.0, 1, "one run goes on");
}

#[test]
fn an_agent_is_known_by_the_id_that_its_answers_or_its_login_have_shown() {
    let named = r#"{"status":"success","data":{"on_break":0,"agent_id":1002}}"#;
    let tags = tags([1, 2], "");
    let server = FakeServer::answering(move |request, _| {
        request.choose([named.to_owned(), NOT_IN_WRAPUP.to_owned(), tags.clone()])
    });
    for line in ["record --interval 2s", "record --only tags --interval 2s"] {
        let world = World::at(&server).with("DEEPCALL_STORE", "file");
        world.run_with_input("login --from-file -", "ravi\tsession-2\n").ended_with(0);
        let record = start(&world, line);
        await_events(&world, 2);
        record.terminate().ended_with(143);
        let status = world.run("journal status --json").ended_with(0).json();
        assert_eq!(status["agents"][0]["agent_id"], "1002", "{line}\n{status}");
        world.run("journal forget 1002 --yes").ended_with(0);
    }
    // A session from variables has no login.
    let world = World::signed_in(&server);
    let record = start(&world, "record --interval 2s");
    await_events(&world, 2);
    record.terminate().ended_with(143);
    world.run("journal forget 1002 --yes").ended_with(0);
}
