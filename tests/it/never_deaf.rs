//! Whatever a command waits for, each of Ctrl-C, SIGTERM, a hang-up, `--timeout` and a reader that leaves ends it.
//! `cargo test --test it never_deaf -- --nocapture` prints the table.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::keyring::Bus;
use crate::keyring_troubles::silent_keyring;
use crate::support::{CANARY_SSID, FakeServer, NOT_IN_WRAPUP, Reply, Screen, World};

/// How long a test waits before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// What ends a command, and the exit code that goes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Ending {
    Signal(&'static str, i32),
    Timeout,
    ReaderGone,
}

const ENDINGS: [(&str, Ending); 5] = [
    ("TERM", Ending::Signal("TERM", 143)),
    ("INT", Ending::Signal("INT", 130)),
    ("HUP", Ending::Signal("HUP", 143)),
    ("--timeout", Ending::Timeout),
    ("reader gone", Ending::ReaderGone),
];

impl Ending {
    fn code(self) -> i32 {
        match self {
            Self::Signal(_, code) => code,
            Self::Timeout => 124,
            Self::ReaderGone => 141,
        }
    }
}

/// A command that has come to its phase.
struct Waiting {
    child: Child,
    stdout: Option<BufReader<ChildStdout>>,
    stderr: Option<BufReader<ChildStderr>>,
    /// What it needs until its end.
    _held: Box<dyn std::any::Any>,
}

/// Starts a command and brings it to its phase.
type Start = fn(&World, timeout: &[&str]) -> Waiting;

const PHASES: [(&str, Start); 9] = [
    ("the network", network),
    ("stdin", stdin),
    ("a reader of `tags`", reader_of_tags),
    ("a reader of `watch`", reader_of_watch),
    ("a reader of stderr", reader_of_stderr),
    ("a lock", lock),
    ("a keyring", keyring),
    ("--jq without end", endless_jq),
    ("a hook", hook),
];

#[test]
#[expect(clippy::print_stdout, reason = "it prints the table")]
fn each_phase_is_ended_by_each_signal_by_the_timeout_and_by_a_reader_that_leaves() {
    let mut table = format!("{:22}", "waits for");
    ENDINGS.iter().for_each(|(name, _)| table += &format!("{name:>12}"));
    // All phases at once: they only wait.
    let rows: Vec<_> = thread::scope(|scope| {
        let started: Vec<_> = PHASES
            .iter()
            .map(|(_, start)| scope.spawn(|| ENDINGS.map(|(_, ending)| ended(*start, ending))))
            .collect();
        started.into_iter().map(|row| row.join().unwrap()).collect()
    });
    let mut wrong = vec![];
    for ((phase, _), row) in PHASES.iter().zip(rows) {
        table += &format!("\n{phase:22}");
        for ((name, ending), found) in ENDINGS.iter().zip(row) {
            let shown = found.map_or_else(|why| why.to_owned(), |code| code.to_string());
            table += &format!("{shown:>12}");
            if found != Ok(ending.code()) {
                wrong.push(format!("{phase}, {name}: {shown}"));
            }
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{table}\n{wrong:#?}");
}

/// How a command ends that is ended in this way.
fn ended(start: Start, ending: Ending) -> Result<i32, &'static str> {
    let world = World::new();
    let timeout: &[&str] = if ending == Ending::Timeout { &["--timeout", "500ms"] } else { &[] };
    let mut waiting = start(&world, timeout);
    match ending {
        Ending::Signal(name, _) => signal(&waiting.child, name),
        Ending::Timeout => {}
        Ending::ReaderGone => drop(waiting.stdout.take()),
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        match waiting.child.try_wait().unwrap() {
            Some(status) => return status.code().ok_or("killed"),
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(5)),
            None => {
                waiting.child.kill().unwrap();
                waiting.child.wait().unwrap();
                return Err("deaf");
            }
        }
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Waits until something has come about, which the deadline of the whole test bounds.
fn until(mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "the phase was never reached");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Whoever runs the tests may ignore signals, and a child would inherit that.
fn command(world: &World, words: &[&str], timeout: &[&str]) -> Command {
    let mut command = world.shell("env");
    command.args(["--default-signal=TERM,INT,HUP", "deepcall"]).args(words).args(timeout);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn start(mut command: Command, held: impl std::any::Any) -> Waiting {
    let mut child = command.spawn().unwrap();
    let stdout = child.stdout.take().map(BufReader::new);
    let stderr = child.stderr.take().map(BufReader::new);
    Waiting { child, stdout, stderr, _held: Box::new(held) }
}

/// Starts `login -v`, and waits for the line that it writes before it opens the store.
fn start_login(mut command: Command, held: impl std::any::Any) -> Waiting {
    command.stdin(Stdio::piped());
    let mut waiting = start(command, held);
    let mut line = String::new();
    waiting.stderr.as_mut().unwrap().read_line(&mut line).unwrap();
    assert!(line.contains("profile "), "{line}");
    waiting
}

fn signed_in(world: &World, server: &FakeServer, words: &[&str], timeout: &[&str]) -> Command {
    let mut command = command(world, words, timeout);
    command.env("DEEPCALL_SERVER", server.url()).env("DEEPCALL_SSID", CANARY_SSID);
    command
}

fn network(world: &World, timeout: &[&str]) -> Waiting {
    let server = FakeServer::always(Reply::SILENCE);
    let command = signed_in(world, &server, &["tags"], timeout);
    let waiting = start(command, ());
    until(|| !timeout.is_empty() || !server.arrivals().is_empty());
    waiting
}

fn stdin(world: &World, timeout: &[&str]) -> Waiting {
    start_login(command(world, &["login", "-v", "--ssid-stdin", "--store", "file"], timeout), ())
}

/// Whether a pipe is full, but for what is lost between writes that do not fill its pages.
fn is_full(stdout: Option<&BufReader<ChildStdout>>) -> bool {
    let stdout = stdout.unwrap().get_ref();
    let capacity = rustix::pipe::fcntl_getpipe_size(stdout).unwrap();
    rustix::io::ioctl_fionread(stdout).unwrap() >= capacity as u64 * 3 / 4
}

/// Far more than a pipe holds.
fn many_tags() -> FakeServer {
    let tag = |number| format!(r#"{{"id":"t{number}","message":"Call {number} from Asha Traders"}}"#);
    let tags = (0..5000).map(tag).collect::<Vec<String>>().join(",");
    FakeServer::always(format!(r#"{{"status":"success","code":200,"data":[{tags}],"iconDetails":[]}}"#))
}

fn reader_of_tags(world: &World, timeout: &[&str]) -> Waiting {
    let server = many_tags();
    let waiting = start(signed_in(world, &server, &["tags", "--json"], timeout), ());
    until(|| !timeout.is_empty() || is_full(waiting.stdout.as_ref()));
    waiting
}

fn reader_of_watch(world: &World, timeout: &[&str]) -> Waiting {
    let server = many_tags();
    let waiting = start(signed_in(world, &server, &["watch", "--json", "--only", "tags"], timeout), ());
    until(|| !timeout.is_empty() || is_full(waiting.stdout.as_ref()));
    waiting
}

/// Its error cannot be read either.
fn reader_of_stderr(world: &World, timeout: &[&str]) -> Waiting {
    let server = FakeServer::always(Reply::SILENCE);
    let (reader, writer) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while (&writer).write(&[b'x'; 4096]).is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    let mut command = signed_in(world, &server, &["tags", "-v"], timeout);
    command.stderr(writer);
    let waiting = start(command, reader);
    until(|| !timeout.is_empty() || catches_signals(waiting.child.id()));
    waiting
}

/// Whether the program waits for SIGTERM.
fn catches_signals(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    caught >> (rustix::process::Signal::TERM.as_raw() - 1) & 1 == 1
}

fn lock(world: &World, timeout: &[&str]) -> Waiting {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    std::fs::create_dir_all(world.config_folder()).unwrap();
    let held = std::fs::File::create(world.config_folder().join("profiles.toml.lock")).unwrap();
    held.lock().unwrap();
    let mut command = command(world, &["login", "-v", "--ssid-stdin", "--store", "file"], timeout);
    command.env("DEEPCALL_SERVER", server.url());
    let mut waiting = start_login(command, held);
    let _ = waiting.child.stdin.take().unwrap().write_all(b"a-session\n");
    until(|| !timeout.is_empty() || !server.arrivals().is_empty());
    waiting
}

fn keyring(world: &World, timeout: &[&str]) -> Waiting {
    let bus = Bus::start(world);
    let silent = silent_keyring(&bus);
    let mut command = command(world, &["login", "-v", "--ssid-stdin"], timeout);
    command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    start_login(command, (silent, bus))
}

fn endless_jq(world: &World, timeout: &[&str]) -> Waiting {
    // More than the program holds back, so that it is known to evaluate; and less than a pipe holds with that.
    let endless = ["tags", "--sandbox", "--jq", "range(15000), last(repeat(1))"];
    let mut waiting = start(command(world, &endless, timeout), ());
    waiting.stdout.as_mut().unwrap().read_line(&mut String::new()).unwrap();
    waiting
}

fn hook(world: &World, timeout: &[&str]) -> Waiting {
    let server = FakeServer::answering(|_, earlier| {
        let tags = if earlier == 0 { "" } else { r#"{"id":"a"}"# };
        Reply::ok(&format!(r#"{{"status":"success","code":200,"data":[{tags}],"iconDetails":[]}}"#))
    });
    let hook = "echo $$ >hook; exec sleep 1000";
    let words = ["watch", "--json", "--only", "tags", "--interval", "2s", "--on", "tag", "--exec", hook];
    let timeout: &[&str] = if timeout.is_empty() { &[] } else { &["--timeout", "10s"] };
    let waiting = start(signed_in(world, &server, &words, timeout), ());
    let file = world.home().join("hook");
    until(|| std::fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n')));
    waiting
}

#[test]
fn a_hook_ends_with_the_watch() {
    for (name, ending) in ENDINGS {
        let world = World::new();
        let timeout: &[&str] = if ending == Ending::Timeout { &["--timeout", "10s"] } else { &[] };
        let mut waiting = hook(&world, timeout);
        let process = std::fs::read_to_string(world.home().join("hook")).unwrap();
        match ending {
            Ending::Signal(name, _) => signal(&waiting.child, name),
            Ending::Timeout => {}
            Ending::ReaderGone => drop(waiting.stdout.take()),
        }
        assert_eq!(waiting.child.wait().unwrap().code(), Some(ending.code()), "{name}");
        until(|| !Path::new(&format!("/proc/{}", process.trim())).exists());
    }
}

#[test]
fn a_command_that_does_not_stop_is_reported_like_one_that_does() {
    for (start, is_json) in [(network as Start, false), (stdin, false), (keyring, false), (endless_jq, true)]
    {
        let world = World::new();
        let mut waiting = start(&world, &[]);
        signal(&waiting.child, "TERM");
        let mut stderr = String::new();
        waiting.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!(waiting.child.wait().unwrap().code(), Some(143));
        let wanted = if is_json { r#""kind":"terminated""# } else { "error: terminated\n" };
        assert!(stderr.contains(wanted), "{stderr:?}");
    }
}

/// Tags whose raw fields fill a screen that is larger than what a terminal takes unread.
const LARGE: (u16, u16) = (100, 300);

#[test]
#[expect(clippy::print_stdout, reason = "a row of the table")]
fn a_board_whose_terminal_takes_nothing_is_ended_and_gives_it_back() {
    let tag = |number| format!(r#"{{"id":"t{number}","note":"{}"}}"#, "x".repeat(2_000));
    let tags = (0..20).map(tag).collect::<Vec<String>>().join(",");
    let tags = format!(r#"{{"status":"success","code":200,"data":[{tags}],"iconDetails":[]}}"#);
    let mut table = String::from("a terminal");
    for (name, ending) in ENDINGS {
        let Ending::Signal(..) = ending else { continue };
        let server = FakeServer::always(&tags);
        let world = World::signed_in(&server);
        let mut watch = world.shell("env");
        watch.args([
            "--default-signal=TERM,INT,HUP",
            "deepcall",
            "watch",
            "--only",
            "tags",
            "--interval",
            "2s",
        ]);
        let mut screen = Screen::run(&world, &watch, LARGE.0, LARGE.1);
        screen.wait_for(" events ─");
        // What the server sent fills the screen.
        screen.type_keys("\rr\u{7f}");
        let code = screen.while_nobody_reads(|screen| {
            // To the agent and back, as often as its terminal takes frames.
            screen.type_keys("\r\u{7f}".repeat(20));
            server.await_arrivals(server.arrivals().len() + 1);
            screen.signal(rustix::process::Signal::from_named_raw(number(name)).unwrap());
            screen.wait_for_end().exit_code()
        });
        table += &format!("{code:>12}");
        assert_eq!(i32::try_from(code).unwrap(), ending.code(), "{name}");
        screen.end();
    }
    println!("{table}");
}

fn number(name: &str) -> i32 {
    let listed = Command::new("kill").args(["-l", name]).output().unwrap();
    String::from_utf8_lossy(&listed.stdout).trim().parse().unwrap()
}

/// A shell without job control starts what it puts into the background like that.
#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    for (ignored, deaf_to) in [("INT", "INT"), ("TERM", "TERM"), ("HUP", "HUP")] {
        let server = FakeServer::always(NOT_IN_WRAPUP);
        let world = World::new();
        let mut command = world.shell("env");
        command.arg(format!("--ignore-signal={ignored}"));
        command.args(["deepcall", "watch", "--json", "--only", "wrapups", "--interval", "2s"]);
        command.env("DEEPCALL_SERVER", server.url()).env("DEEPCALL_SSID", CANARY_SSID);
        command.stdout(Stdio::piped());
        let mut waiting = start(command, ());
        server.await_arrivals(1);
        signal(&waiting.child, deaf_to);
        server.await_arrivals(server.arrivals().len() + 2);
        assert!(waiting.child.try_wait().unwrap().is_none(), "{ignored}: it goes on");
        drop(waiting.stdout.take());
        assert_eq!(waiting.child.wait().unwrap().code(), Some(141), "{ignored}");
    }
}

#[test]
fn a_command_that_succeeds_succeeds_although_nobody_can_read_its_notes() {
    for line in ["tags --sandbox -v", "break-status --sandbox -vvv", "profiles -v", "config path", "login"] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let (reader, gone) = std::io::pipe().unwrap();
        drop(reader);
        for stderr in [Stdio::from(full), Stdio::from(gone)] {
            let world = World::new();
            let mut words: Vec<&str> = line.split(' ').collect();
            if line == "login" {
                words.extend(["-v", "--store", "file", "--no-verify", "--ssid-file", "ssid"]);
                std::fs::write(world.home().join("ssid"), "a-session").unwrap();
            }
            let ran = world.command(words).stdin(Stdio::null()).stderr(stderr).output().unwrap();
            assert_eq!(ran.status.code(), Some(0), "{line}");
            assert!(!ran.stdout.is_empty() || line.starts_with("profiles"), "{line}");
        }
    }
}
