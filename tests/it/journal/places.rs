//! Where a journal is: folders that may not be written, files that are none, paths that depend on the folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::*;
use crate::support::ON_BREAK;

const READING: [&str; 8] = [
    "journal path",
    "journal status --json",
    "journal verify --json",
    "journal export --what events",
    "journal export --what tags --json",
    "tags --since 8h --json",
    "break-status --since 8h --json",
    "doctor",
];

/// Runs the commands that read, one after the other, and prints how each ended.
fn reading() -> String {
    let run = |line: &&str| format!("deepcall {line}; echo \"ended with $?\"\n");
    READING.iter().map(run).collect()
}

/// The world of an agent with a notification and a break that the journal has, and the server no longer.
fn recorded(record: &str) -> (FakeServer, World) {
    let tags = reply(&[tag("m1", "missed", 5)]);
    let server = FakeServer::answering(move |request, earlier| {
        let tags = if earlier == 0 { &tags } else { NO_TAGS };
        request.choose([ON_BREAK.to_owned(), String::new(), tags.to_owned()])
    });
    let world = recording(&server);
    world.run("tags").ended_with(0);
    world.run("break-status").ended_with(0);
    world.run(&format!("config set journal.record {record}")).ended_with(0);
    (server, world)
}

#[track_caller]
fn assert_all_was_read(ran: &Ran, notes: usize) {
    assert_eq!(ran.stdout.matches("ended with 0").count(), READING.len(), "{ran}");
    assert!(ran.stdout.contains("\"sound\":true") && ran.stdout.contains("\"events\":2"), "{ran}");
    assert_eq!(ran.stdout.matches("\"id\":\"m1\"").count(), 2, "{ran}");
    assert!(ran.stdout.contains("\"reason\":\"Lunch\""), "{ran}");
    assert_eq!(ran.stderr.matches("cannot be written").count(), notes, "{ran}");
}

/// On a disk that is mounted to be read only, in a namespace of its own.
#[test]
fn on_a_read_only_disk_all_that_reads_works() {
    // With `record = true` a note says what is not done; that is all.
    for (record, notes, was_killed) in [("false", 0, false), ("false", 0, true), ("true", 2, false)] {
        let (_server, world) = recorded(record);
        if was_killed {
            leave_log(&journal(&world), &["-wal", "-shm"]);
        }
        let folder = journal(&world).parent().unwrap().display().to_string();
        let script = format!(
            "set -e; mount --bind {folder} {folder}; mount -o remount,bind,ro {folder}\n\
             touch {folder}/x 2>/dev/null && exit 99; set +e\n{}",
            reading()
        );
        let mut shell = world.shell("unshare");
        shell.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
        shell.args(["sh", "-c", &script]);
        assert_all_was_read(&world.start(shell).end().ended_with(0), notes);
        world.run("journal verify").ended_with(0);
    }
}

/// On a disk without room for a single byte more, in a namespace of its own.
#[test]
fn on_a_full_disk_all_that_reads_works() {
    for left in [&[][..], &["-wal"], &["-wal", "-shm"]] {
        let (_server, world) = recorded("false");
        if !left.is_empty() {
            leave_log(&journal(&world), left);
        }
        let folder = journal(&world).parent().unwrap().display().to_string();
        // What changes something fails, and does not advise itself.
        let script = format!(
            "set -e; cp -a {folder} {folder}.whole; mount -t tmpfs -o size=4m,mode=700 none {folder}\n\
             cp -a {folder}.whole/. {folder}; dd if=/dev/zero of={folder}/filler bs=4k 2>/dev/null || :\n\
             set +e; {}\n\
             deepcall journal prune --dry-run >/dev/null; echo \"counted with $?\"\n\
             deepcall journal prune; echo \"pruned with $?\"\n\
             deepcall journal forget env --yes; echo \"forgot with $?\"\n\
             rm {folder}/filler; deepcall journal verify --json",
            reading()
        );
        let mut shell = world.shell("unshare");
        shell.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" });
        shell.args(["sh", "-c", &script]);
        let ran = world.start(shell).end().ended_with(0);
        assert!(!ran.stderr.contains("prune`"), "{left:?}\n{ran}");
        assert!(ran.stdout.contains("counted with 0"), "{left:?}\n{ran}");
        // The shared memory that was left gives back its room as it is made anew, which may be enough.
        if !left.contains(&"-shm") {
            assert_eq!(ran.stderr.matches("hint: free some space").count(), 2, "{left:?}\n{ran}");
            for line in ["pruned with 1", "forgot with 1"] {
                assert!(ran.stdout.contains(line), "{line}: {left:?}\n{ran}");
            }
        }
        assert_eq!(ran.stdout.matches("ended with 0").count(), READING.len(), "{left:?}\n{ran}");
        assert_eq!(ran.stdout.matches("\"sound\":true").count(), 2, "{left:?}\n{ran}");
        assert_eq!(ran.stdout.matches("\"id\":\"m1\"").count(), 2, "{left:?}\n{ran}");
        assert!(ran.stdout.contains("\"reason\":\"Lunch\""), "{left:?}\n{ran}");
    }
}

/// Leaves these parts of the journal, as a killed process does.
fn leave_log(journal: &Path, parts: &[&str]) {
    let connection = rusqlite::Connection::open(journal).unwrap();
    connection.execute("UPDATE coverage SET cadence = cadence + 1", []).unwrap();
    let part = |part: &str| PathBuf::from(format!("{}{part}", journal.display()));
    let left: Vec<_> = parts.iter().map(|name| (part(name), fs::read(part(name)).unwrap())).collect();
    drop(connection);
    for (path, bytes) in left {
        assert!(!bytes.is_empty());
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// Somebody who may not overrule the rights of files.
fn as_anybody(world: &World, script: &str) -> Command {
    let mut shell = world.shell(if rustix::process::geteuid().is_root() { "setpriv" } else { "env" });
    if rustix::process::geteuid().is_root() {
        shell.args(["--bounding-set=-all", "--inh-caps=-all"]);
    }
    shell.args(["sh", "-c", script]);
    shell
}

struct Closed<'p>(&'p Path);

impl<'p> Closed<'p> {
    fn new(folder: &'p Path) -> Self {
        Self::with(folder, 0o500)
    }

    fn with(path: &'p Path, mode: u32) -> Self {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        Self(path)
    }
}

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        fs::set_permissions(self.0, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn what_may_not_be_opened_is_an_error_at_once_and_no_trouble_of_the_disk() {
    let (_server, world) = recorded("true");
    let path = journal(&world);
    for closed in [&*path, path.parent().unwrap()] {
        let closed = Closed::with(closed, 0);
        let run = |script: &str| world.start(as_anybody(&world, script)).end();
        let ran = run("exec deepcall record --interval 1h --timeout 60s").ended_with(1);
        assert!(ran.stderr.contains("cannot access") && ran.stderr.contains("journal.db"), "{ran}");
        assert!(!ran.stderr.contains("disk") && !ran.stderr.contains("by itself"), "{ran}");
        for (line, code) in [("watch --json --timeout 1s", 124), ("tags --json", 0)] {
            let ran = run(&format!("exec deepcall {line}")).ended_with(code);
            let notes = ran.stderr.lines().filter(|line| line.contains("the journal cannot be used"));
            assert_eq!(notes.count(), 1, "{line}\n{ran}");
        }
        drop(closed);
    }
}

#[test]
fn in_a_folder_that_may_not_be_written_all_that_reads_works() {
    let (_server, world) = recorded("false");
    let path = journal(&world);
    let folder = path.parent().unwrap();
    for mode in [0o600, 0o400] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        for has_lock in [true, false] {
            if !has_lock {
                fs::remove_file(folder.join("journal.db.lock")).unwrap();
            }
            let closed = Closed::new(folder);
            let ran = world.start(as_anybody(&world, &reading())).end().ended_with(0);
            drop(closed);
            assert_all_was_read(&ran, 0);
            world.run("journal status").ended_with(0);
        }
    }
}

#[test]
fn a_journal_of_an_earlier_version_that_may_not_be_written_is_to_be_copied() {
    let (_server, world) = recorded("false");
    let path = journal(&world);
    let earlier = "PRAGMA user_version = 2";
    rusqlite::Connection::open(&path).unwrap().execute_batch(earlier).unwrap();
    for (closed, mode) in [(path.parent().unwrap(), 0o500), (&*path, 0o400)] {
        let closed = Closed::with(closed, mode);
        let ran = world.start(as_anybody(&world, "exec deepcall journal status")).end().ended_with(1);
        drop(closed);
        assert!(ran.stderr.contains("is of an earlier version, and cannot be written"), "{ran}");
        assert!(ran.stderr.contains("hint: copy it to a folder of your own"), "{ran}");
    }
}

#[test]
fn a_journal_that_may_not_be_written_is_no_good_news() {
    let (_server, world) = recorded("true");
    let path = journal(&world);
    let reports = |ran: &Ran| ran.to_string().contains("nothing can be recorded in ");
    assert!(!reports(&world.run("doctor")));
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    for line in ["doctor", "journal status"] {
        let ran = world.start(as_anybody(&world, &format!("exec deepcall {line}"))).end();
        assert!(reports(&ran), "{line}: {ran}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    let closed = Closed::new(path.parent().unwrap());
    let ran = world.start(as_anybody(&world, "exec deepcall doctor")).end();
    drop(closed);
    assert!(reports(&ran), "{ran}");
}

/// A log that nobody has written back, and that cannot be read in place without a file beside it.
#[test]
fn a_log_that_cannot_be_read_there_is_named_with_the_way_out() {
    let (_server, world) = recorded("false");
    let path = journal(&world);
    let folder = path.parent().unwrap();
    leave_log(&path, &["-wal"]);
    let closed = Closed::new(folder);
    let ran = world.start(as_anybody(&world, "deepcall journal status")).end().ended_with(1);
    assert!(ran.stderr.contains("log") && ran.stderr.contains("DEEPCALL_JOURNAL"), "{ran}");
    drop(closed);
    world.run("journal verify").ended_with(0);
}

#[test]
fn a_file_that_never_was_a_journal_is_refused_and_left_as_it_is() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    let world = recording(&server);
    let home = world.home().to_owned();
    let theirs = |name: &str| home.join("theirs").join(name);
    fs::create_dir_all(theirs("folder")).unwrap();
    fs::write(theirs("report.pdf"), "%PDF-1.7\nnot ours").unwrap();
    fs::write(theirs("short"), "x").unwrap();
    rusqlite::Connection::open(theirs("other.db")).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    assert!(Command::new("mkfifo").arg(theirs("pipe")).status().unwrap().success());
    let paths = ["report.pdf", "short", "other.db", "folder", "pipe"].map(theirs);
    for path in paths.iter().map(PathBuf::as_path).chain([Path::new("/dev/null")]) {
        let before = (everything_below(theirs("")), fs::read(theirs("report.pdf")).unwrap());
        let world = |line: &str| {
            world.run_as(line, "", |command| {
                command.env("DEEPCALL_JOURNAL", path);
            })
        };
        for line in [
            "journal on",
            "journal status",
            "journal verify",
            "journal prune",
            "record --timeout 1s",
            "tags --new s",
        ] {
            let ran = world(line).ended_with(2);
            assert!(ran.stderr.contains("choose another path"), "{line}: {ran}");
            assert!(!ran.stderr.contains("delete"), "nothing of it is ours to be deleted: {ran}");
        }
        // What is not about the journal is answered all the same.
        let ran = world("tags --json").ended_with(0);
        assert_eq!(
            (ids(&ran), ran.stderr.matches("choose another path").count()),
            (vec!["m1".into()], 1),
            "{ran}"
        );
        assert_eq!(
            (everything_below(theirs("")), fs::read(theirs("report.pdf")).unwrap()),
            before,
            "{path:?}"
        );
    }
    // An empty file has nothing to lose.
    fs::write(theirs("new.db"), "").unwrap();
    fs::set_permissions(theirs("new.db"), fs::Permissions::from_mode(0o600)).unwrap();
    let world = world.with("DEEPCALL_JOURNAL", theirs("new.db").to_str().unwrap());
    world.run("tags").ended_with(0);
    world.run("journal verify").ended_with(0);
    // A journal that was copied without its lock is one.
    fs::remove_file(theirs("new.db.lock")).unwrap();
    world.run("journal verify").ended_with(0);
}

/// What would be refused later changes no setting now, and what stays is no record of ours.
#[test]
fn recording_is_neither_switched_on_nor_said_to_stay_in_a_file_of_another_kind() {
    let world = World::new();
    let diary = world.home().join("diary");
    fs::write(&diary, "dear diary").unwrap();
    let world = world.with("DEEPCALL_JOURNAL", diary.to_str().unwrap());
    let ran = world.run("journal on").ended_with(2);
    assert!(ran.stderr.contains("no journal but a file of another kind"), "{ran}");
    assert!(!world.config_folder().join("config.toml").exists());
    let ran = world.run("journal off").ended_with(0);
    assert!(!ran.stderr.contains("stays"), "{ran}");
    // What ends by itself, and what is set aside, keeps nobody from recording.
    fs::write(diary.with_file_name("diary.lock"), "").unwrap();
    for name in ["diary", "diary.lock"] {
        fs::set_permissions(diary.with_file_name(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    world.run("journal on").ended_with(0);
    assert!(world.run("journal off").ended_with(0).stderr.contains("stays"));
    assert_eq!(fs::read_to_string(&diary).unwrap(), "dear diary");
}

#[test]
fn a_path_that_depends_on_the_folder_is_refused() {
    let server = FakeServer::always(reply(&[tag("m1", "missed", 5)]));
    for path in ["shift.db", "./shift.db", "~/shift.db"] {
        let world = World::signed_in(&server).with("DEEPCALL_JOURNAL", path);
        for line in ["journal path", "journal status", "tags", "record --timeout 1s"] {
            let ran = world.run(line).ended_with(2);
            assert!(ran.stderr.contains("DEEPCALL_JOURNAL: the path must begin with /"), "{ran}");
        }
    }
}

#[test]
fn who_else_could_touch_it_is_said_with_what_to_do() {
    let (_server, world) = recorded("false");
    let folder = journal(&world).parent().unwrap().to_owned();
    let said = || {
        let status = world.run("journal status").ended_with(0);
        let doctor = world.run("doctor");
        let said = |words: &str| [&status, &doctor].iter().all(|ran| ran.to_string().contains(words));
        (said("chmod go-w"), said("chmod go= "))
    };
    assert_eq!(said(), (false, false));
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(said(), (true, false));
    // As in /tmp, where nobody can remove what belongs to others.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o1777)).unwrap();
    assert_eq!(said(), (false, false));
    let aside = folder.join("journal.db.damaged-2026-01-01T00-00-00Z");
    fs::write(&aside, "x").unwrap();
    fs::set_permissions(&aside, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(said(), (false, true));
}

#[test]
fn a_file_that_others_may_open_is_refused_with_what_to_do_an_empty_one_too() {
    let (_server, world) = recorded("true");
    let path = journal(&world);
    for is_empty in [false, true] {
        if is_empty {
            fs::write(&path, "").unwrap();
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let command = format!("chmod go= {}", path.display());
        let ran = world.run("tags").ended_with(0);
        assert!(ran.stderr.contains("is open to other users") && ran.stderr.contains(&command), "{ran}");
        let ran = world.run("journal status").ended_with(2);
        assert!(ran.stderr.contains(&command), "{ran}");
    }
}

#[test]
fn a_journal_without_a_version_is_a_short_error() {
    let (_server, world) = recorded("true");
    let version = "PRAGMA user_version = 0";
    rusqlite::Connection::open(journal(&world)).unwrap().execute_batch(version).unwrap();
    let ran = world.run("journal status").ended_with(2);
    assert!(ran.stderr.contains("choose another path") && !ran.stderr.contains("CREATE"), "{ran}");
    assert!(ran.stderr.lines().count() <= 3, "{ran}");
    let ran = world.run("tags").ended_with(0);
    assert!(ran.stderr.contains("version another program has removed"), "{ran}");
}
