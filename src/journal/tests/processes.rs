//! The journal of several processes: this test program starts itself again, with what the child is to do in its variables.

mod crowd;
mod faults;
mod full;
mod kills;
mod torn;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::*;

/// What a child is to do, and with which journal.
const DEED: &str = "JOURNAL_DEED";
const FILE: &str = "JOURNAL_FILE";

/// As this version would become the next one.
const NEXT: &str = "ALTER TABLE agent ADD COLUMN team TEXT;
    CREATE INDEX event_of_type ON event (type);
    UPDATE event SET nth = nth + 0;";

/// Runs only in a child.
#[test]
#[ignore = "what a child process does"]
fn child() {
    outnumber_the_main_thread();
    let deed = std::env::var(DEED).expect("a deed");
    let path = PathBuf::from(std::env::var_os(FILE).expect("a file"));
    match deed.split(' ').collect::<Vec<_>>()[..] {
        ["write"] => write(&path),
        ["persist"] => persist(&path),
        ["migrate"] => migrate(&path),
        ["crowd", who, rounds] => crowd::write(&path, who, rounds.parse().expect("a number")),
        _ => panic!("{deed}"),
    }
}

/// `strace` counts the calls of each thread by themselves. With so many calls that do not matter, no later call of this
/// thread has the number of one by which the main thread started the program.
fn outnumber_the_main_thread() {
    use std::io::{Read, Seek, Write};
    for _ in 0..99 {
        let mut file = fs::File::options().read(true).write(true).open("/dev/null").expect("opened");
        file.metadata().expect("looked at");
        file.rewind().expect("sought");
        let _ = file.read(&mut [0]).expect("read");
        file.write_all(&[0]).expect("written");
        // Too large for the heap, so it is mapped.
        drop(std::hint::black_box(Vec::<u8>::with_capacity(1 << 26)));
    }
}

/// Tells the parent at once, past the harness.
fn say(words: &str) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{words}").and_then(|()| out.flush()).expect("the parent listens");
}

fn settings() -> Settings {
    Settings { redactor: Redactor::default(), numbers: Numbers::Keep }
}

fn open(path: &Path) -> Result<Journal, JournalError> {
    Ok(Journal::open(path, Mode::Create, settings(), at(0))?.expect("made").journal)
}

/// So many rounds a child writes, numbered after those that are there.
const ROUNDS: i64 = 3;

/// A round of one tag, with the coverage that belongs to it.
fn nth_round(run: RunRef, agent: AgentRef, nth: i64) -> Round {
    let coverage = Coverage {
        part: FollowedPart::Tags,
        from: at(0),
        to: at(nth),
        server_time: None,
        cadence: Duration::from_secs(5),
        ended: None,
        repeats: None,
    };
    let step = match nth {
        0 => CoverageStep::Begin { coverage, ended: None },
        nth => CoverageStep::Lengthen {
            part: FollowedPart::Tags,
            from: at(0),
            to: at(nth),
            server_time: None,
            cadence: coverage.cadence,
            repeats: None,
        },
    };
    let events = vec![tag_event(nth, &format!("m{nth}"))];
    round(run, Entry { coverage: vec![step], ..entry(agent, i64::MAX, events) })
}

/// A journal with so many rounds.
fn template(rounds: i64) -> Folder {
    let folder = Folder::new();
    let journal = folder.create();
    let agent = journal.with_asha();
    let run = journal.run();
    for nth in 0..rounds {
        journal.record(&nth_round(run, agent, nth)).expect("written");
    }
    folder
}

fn copy_of(template: &Folder) -> Folder {
    let folder = Folder::new();
    let copied = Command::new("cp").arg("-aT").arg(template.folder.path()).arg(folder.folder.path()).status();
    assert!(copied.expect("cp").success());
    folder
}

/// Writes some rounds, telling of each that is committed, and writes the log back in between.
fn write(path: &Path) {
    let journal = open(path).expect("opened");
    let agent = journal.with_asha();
    let run = journal.run();
    let begin = i64::try_from(journal.all().len()).expect("few");
    for nth in begin..begin + ROUNDS {
        journal.record(&nth_round(run, agent, nth)).expect("written");
        say(&format!("committed {nth}"));
        if nth == begin + 1 {
            journal
                .connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
                .expect("written back");
        }
    }
}

/// The same, by whoever does not give up: what may pass is tried again, what has moved is opened again.
fn persist(path: &Path) {
    let retry = |error: JournalError| {
        say(&format!("failed {error}"));
        assert!(error.may_pass(), "{error:?}");
    };
    let mut begin = None;
    let mut done = 0;
    // More often than anything is made to fail.
    for _ in 0..40 {
        let mut attempt = || -> Result<(), JournalError> {
            let journal = open(path)?;
            let agent = journal.agent(&asha(), "asha", None, at(0))?;
            let run = match journal.runs()?.first() {
                Some(row) => row.run,
                None => journal.begin_run("watch", at(0))?,
            };
            let first = *begin.get_or_insert(journal.last_seq()?);
            while done < ROUNDS {
                journal.record(&nth_round(run, agent, first + done))?;
                done += 1;
            }
            Ok(())
        };
        match attempt() {
            Ok(()) => return say("done"),
            Err(error) => retry(error),
        }
    }
    panic!("it never passed");
}

fn migrate(path: &Path) {
    let steps = upgrades::and(NEXT);
    Journal::open_with(path, Mode::Existing, settings(), at(0), &steps).expect("migrated").expect("there");
    say("committed");
}

/// This program as a child, under `wrapper`.
fn command(wrapper: &[&str], deed: &str, path: &Path) -> Command {
    let me = std::env::current_exe().expect("this program");
    let mut words = wrapper.iter().map(|word| (*word).to_owned()).chain([me.display().to_string()]);
    let mut command = Command::new(words.next().expect("a program"));
    command
        .args(words)
        .args(["--exact", "journal::tests::processes::child", "--ignored", "--nocapture", "--test-threads=1"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env(DEED, deed)
        .env(FILE, path)
        .stdin(Stdio::null());
    command
}

fn run(wrapper: &[&str], deed: &str, path: &Path) -> (Output, String) {
    let output = command(wrapper, deed, path).output().expect("started");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output, text)
}

/// Whatever SQLite does with files. Names that another architecture lacks are passed over by the `?`.
const CALLS: &str = "?open,openat,read,pread64,write,pwrite64,fsync,fdatasync,ftruncate,?unlink,unlinkat,?mkdir,\
    mkdirat,?chmod,fchmod,fchown,fcntl,flock,close,mmap,munmap,lseek,?rename,renameat,?renameat2,fstat,?newfstatat,\
    ?lstat,?stat,?statx,?getdents64,?fallocate";

/// One system call of a run that names a file of the folder.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    /// Among the calls of that name, from 1.
    nth: usize,
    text: String,
}

impl Call {
    /// Whether it makes or changes something.
    fn is_change(&self) -> bool {
        match self.name.as_str() {
            "open" | "openat" => ["O_CREAT", "O_RDWR"].iter().any(|flag| self.text.contains(flag)),
            name => ["write", "sync", "truncate", "unlink", "mkdir", "chmod", "rename", "fallocate"]
                .iter()
                .any(|change| name.contains(change)),
        }
    }

    /// Runs the deed with this call made to fail, or to be the last.
    fn injected(&self, fault: &str, times: &str, deed: &str, path: &Path) -> (Output, String) {
        let trace = format!("trace={}", self.name);
        let inject = format!("inject={}:{fault}:when={}{times}", self.name, self.nth);
        run(
            &["strace", "-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", &trace, "-e", &inject],
            deed,
            path,
        )
    }
}

/// The calls by which the deed touches the folder of the journal.
fn calls(deed: &str, folder: &Folder) -> Vec<Call> {
    let log = tempfile::NamedTempFile::new().expect("a file");
    let (trace, log_path) = (format!("trace={CALLS}"), log.path().display().to_string());
    let wrapper =
        ["strace", "-f", "-qq", "-y", "-s", "0", "-e", "signal=none", "-o", &log_path, "-e", &trace];
    let (output, _) = run(&wrapper, deed, &folder.path());
    assert!(output.status.success(), "{output:?}");
    let mut counts = std::collections::BTreeMap::new();
    let place = folder.folder.path().display().to_string();
    let mut calls = vec![];
    for line in fs::read_to_string(log.path()).expect("traced").lines() {
        let Some((thread, text)) = line.split_once(' ') else { continue };
        let Some((name, _)) = text.trim_start().split_once('(') else { continue };
        let nth = counts.entry((thread.to_owned(), name.to_owned())).or_default();
        *nth += 1;
        if text.contains(&place) {
            calls.push(Call { name: name.to_owned(), nth: *nth, text: text.to_owned() });
        }
    }
    assert!(calls.len() > 50, "{calls:#?}");
    calls
}

/// The journal holds the first rounds, whole, and none twice; returns how many.
#[track_caller]
fn assert_prefix(journal: &Journal) -> i64 {
    let all = journal.all();
    for (nth, recorded) in all.iter().enumerate() {
        let nth = i64::try_from(nth).expect("few");
        let mut wanted = tag_event(nth, &format!("m{nth}")).event;
        if let EventKind::Tag(reported) = &mut wanted.kind {
            reported.tag.icon_names.clear();
        }
        assert_eq!(recorded.event, wanted);
    }
    assert_eq!(journal.verify().expect("verified").faults, [""; 0]);
    i64::try_from(all.len()).expect("few")
}
