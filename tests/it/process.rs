//! What other processes learn of this one while it holds a secret, and what is left when it breaks.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::Instant;

use crate::support::world::BINARY;
use crate::support::{
    CANARY_SSID, FakeServer, NO_TAGS, NOT_IN_WRAPUP, PATIENCE, Reply, Running, Screen, World,
};

/// The user id of `nobody`, an ordinary user.
const NOBODY: &str = "65534";

/// Runs a line of a shell as an ordinary user: root may look everywhere.
pub(crate) fn as_ordinary_user(world: &World, script: &str) -> Command {
    let mut command = if rustix::process::geteuid().is_root() {
        let home = world.home();
        let owned = Command::new("chown").args(["-R", &format!("{NOBODY}:{NOBODY}")]).arg(home).status();
        assert!(owned.unwrap().success());
        let mut command = world.shell("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups", "sh"]);
        command
    } else {
        world.shell("sh")
    };
    command.args(["-c", script]);
    command
}

/// A watch that has sent its secret, or something else that lasts, both as an ordinary user.
fn lasting(world: &World, program: &str, server: &FakeServer) -> Running {
    // Where an ordinary user can reach it.
    world.lay_executable("program", std::fs::File::open(&*BINARY).unwrap());
    let script = match program {
        "deepcall" => "ulimit -c unlimited; exec ./program watch --json --only wrapups --interval 1h",
        other => &format!("ulimit -c unlimited; exec {other}"),
    };
    let running = world.start(as_ordinary_user(world, script));
    if program == "deepcall" {
        server.await_arrivals(1);
    } else {
        let program = format!("/proc/{}/cmdline", running.child.id());
        while !std::fs::read_to_string(&program).unwrap_or_default().starts_with("sleep") {
            std::thread::yield_now();
        }
    }
    running
}

fn surroundings() -> (FakeServer, World) {
    let server = FakeServer::answering(|_, _| Reply::ok(NOT_IN_WRAPUP));
    let world = World::signed_in(&server);
    (server, world)
}

#[test]
fn another_process_of_the_same_user_cannot_read_memory_or_environment() {
    for (program, is_readable) in [("sleep 1000", true), ("deepcall", false)] {
        let (server, world) = surroundings();
        let running = lasting(&world, program, &server);
        for what in ["mem", "environ", "maps"] {
            let script = format!(": < /proc/{}/{what}", running.child.id());
            let opened = as_ordinary_user(&world, &script).stderr(Stdio::null()).status().unwrap();
            assert_eq!(opened.success(), is_readable, "{what} of {program}");
        }
    }
}

#[test]
fn a_crash_leaves_no_core() {
    for signal in [rustix::process::Signal::SEGV, rustix::process::Signal::ABORT] {
        // The first shows that this machine leaves cores at all.
        for (program, leaves_core) in [("sleep 1000", true), ("deepcall", false)] {
            let (server, world) = surroundings();
            let mut running = lasting(&world, program, &server);
            let process = rustix::process::Pid::from_child(&running.child);
            // The first of them may be taken for a stack that ran over, which would come again at once.
            let status = loop {
                if let Some(status) = running.child.try_wait().unwrap() {
                    break status;
                }
                let _ = rustix::process::kill_process(process, signal);
                std::thread::yield_now();
            };
            assert_eq!(status.signal(), Some(signal.as_raw()), "{program}");
            assert_eq!(status.core_dumped(), leaves_core, "{program}: {status}");
            assert!(leaves_core || !has_core(world.home()), "{program}");
        }
    }
}

/// As in a container that forbids the call.
#[test]
fn where_the_system_does_not_protect_the_memory_the_program_works_and_verbose_reports_it() {
    let (_server, world) = surroundings();
    for (line, code) in [("wrapup", 0), ("profiles", 0), ("wrapup -v", 0), ("wrapup -v -q", 2)] {
        let arguments: Vec<&str> = line.split(' ').collect();
        let strace = straced(&world, &arguments, "prctl", "error=EPERM");
        let ran = world.start(strace).end().ended_with(code);
        let is_told = ran.stderr.contains("can read the memory of this one: Operation not permitted");
        assert_eq!(is_told, line == "wrapup -v", "{line}\n{ran}");
        let ran = world.run(line).ended_with(code);
        assert!(!ran.stderr.contains("can read the memory"), "{line}\n{ran}");
    }
}

/// Starts a program, and for each line on stdin prints how often the stored secret is in its memory, as it is and
/// escaped as in a request.
const COUNT: &str = r#"
import glob, json, subprocess, sys
[path] = glob.glob(".local/share/deepcall/sessions/*.json")
secret = json.load(open(path))["ssid"]
spellings = [secret, json.dumps(secret, ensure_ascii=False)[1:-1]]
program = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
for line in sys.stdin:
    counts = [0, 0]
    with open(f"/proc/{program.pid}/maps") as maps, open(f"/proc/{program.pid}/mem", "rb", 0) as memory:
        for line in maps:
            # What cannot be written holds what stood in the program's file.
            places, permissions = line.split()[:2]
            if permissions.startswith("rw"):
                start, end = (int(place, 16) for place in places.split("-"))
                memory.seek(start)
                held = memory.read(end - start)
                counts = [count + held.count(text.encode()) for count, text in zip(counts, spellings)]
    print(*counts, flush=True)
program.kill()
program.wait()
"#;

/// Only root, here or in a namespace of one's own, can look; see above.
#[test]
fn a_watch_holds_few_copies_of_its_secret_and_no_poll_leaves_one() {
    // Each poll waits for its reply until it was looked at.
    let (arrived, arrivals) = channel();
    let (go, wait) = channel::<()>();
    let wait = Mutex::new(wait);
    let server = FakeServer::answering(move |_, _| {
        let _ = arrived.send(());
        let _ = wait.lock().unwrap().recv();
        Reply::ok(NOT_IN_WRAPUP)
    });
    let world = World::at(&server);
    world.run_with_input("login --store file --no-verify --ssid-stdin", CANARY_SSID).ended_with(0);
    let root = if rustix::process::geteuid().is_root() { "env" } else { "unshare --map-root-user" };
    let mut words = root.split(' ');
    let mut command = world.shell(words.next().unwrap());
    command.args(words).args(["/usr/bin/python3", "-c", COUNT, "deepcall", "watch", "--json"]);
    command.args(["--only", "wrapups", "--interval", "2s"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut python = command.spawn().unwrap();
    let (mut ask, counted) = (python.stdin.take().unwrap(), BufReader::new(python.stdout.take().unwrap()));
    let mut counted = counted.lines();
    for poll in 0..4 {
        arrivals.recv_timeout(PATIENCE).unwrap();
        // The copy that was sent is wiped a moment after it has arrived.
        let deadline = Instant::now() + PATIENCE;
        loop {
            ask.write_all(b"\n").unwrap();
            let count = counted.next().unwrap().unwrap();
            let of: Vec<u32> = count.split(' ').map(|count| count.parse().unwrap()).collect();
            assert!(of[0] > 0 && of[1] > 0, "poll {poll}: {count}");
            if of[0] <= 4 && of[1] <= 2 {
                break;
            }
            assert!(Instant::now() < deadline, "poll {poll}: {count}");
        }
        go.send(()).unwrap();
    }
    drop(ask);
    assert!(python.wait().unwrap().success());
}

fn has_core(folder: &Path) -> bool {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.into_iter().any(|name| name.to_string_lossy().starts_with("core"))
}

/// The system cannot say what has happened on the connection, which a library takes for a reason to panic: a real
/// panic, with the secret in memory.
#[test]
fn a_panic_is_reported_without_the_secret_and_exits_with_1() {
    let server = FakeServer::always(NO_TAGS);
    let world = World::signed_in(&server).with("RUST_BACKTRACE", "full");
    let strace = panicking(&world, &["tags", "-vvv"], "1");
    let ran = world.start(strace).end().ended_with(1);
    assert!(ran.stderr.contains("error: deepcall crashed: "), "{ran}");
    assert!(ran.stderr.contains("  caused by: a panic at ") && ran.stderr.contains("hint: "), "{ran}");
    assert_eq!(ran.stdout, "");
}

/// `strace` lets the program wait for its connections so often, and then no more.
fn panicking(world: &World, arguments: &[&str], when: &str) -> Command {
    straced(world, arguments, "?epoll_wait,?epoll_pwait", &format!("error=EIO:when={when}+"))
}

/// The program with these calls made to fail.
fn straced(world: &World, arguments: &[&str], calls: &str, fault: &str) -> Command {
    let program = world.command(arguments);
    let mut strace = Command::new("strace");
    strace.args([
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={calls}"),
        "-e",
        &format!("inject={calls}:{fault}"),
    ]);
    strace.arg(program.get_program()).args(program.get_args()).env_clear().current_dir(world.home());
    strace.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace
}

/// That the terminal has its modes, its screen and its cursor again, `Screen::end` looks at.
#[test]
fn a_panic_under_the_board_restores_the_terminal_before_it_is_reported() {
    let server = FakeServer::always(NO_TAGS);
    let world = World::at(&server);
    world.run_with_input("login --store file --no-verify --ssid-stdin", CANARY_SSID).ended_with(0);
    let mut polled = 0;
    for when in ["1", "2", "5", "10", "20", "40"] {
        let before = server.arrivals().len();
        let command = panicking(&world, &["watch", "--interval", "2s"], when);
        let (code, shown, bytes) = Screen::run(&world, &command, 24, 200).end();
        assert_eq!(code, 1, "at wait {when}\n{shown}");
        let painted = String::from_utf8_lossy(&bytes);
        let last = |text: &str| painted.rfind(text).unwrap_or_else(|| panic!("no {text:?} in {painted:?}"));
        let (entered, left) = (last("\u{1b}[?1049h"), last("\u{1b}[?1049l"));
        let reported = last("error: deepcall crashed: ");
        assert!(entered < left && left < reported, "at wait {when}\n{painted:?}");
        assert!(shown.contains("  caused by: a panic at ") && shown.contains("hint: "), "{shown}");
        polled += usize::from(server.arrivals().len() > before);
    }
    assert!(polled >= 2, "the board was never shown with an answer on it");
}
