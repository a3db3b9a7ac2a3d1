//! N19 and N21 to N23: what befalls the process itself: a connection that goes while it is used again,
//! Ctrl-C, a stop, system calls that fail.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::de::IgnoredAny;

use super::matrix::{Case, GOOD, Scene, case, ok};
use crate::support::{CANARY_SSID, FakeServer, NOT_IN_WRAPUP, Reply, Screen, World, leaks};

const DONE: (i32, &str) = (0, "-");
const IN_WRAPUP: &str = r#"{"status":"success","data":{"response":1,"currentDuration":1}}"#;
/// How many moments of one case are tried.
const MOMENTS: u64 = 50;

pub fn cases() -> Vec<Case> {
    [used_again(), interrupted(), stops(), failing_calls()].into_iter().flatten().collect()
}

fn kill(id: u32, signal: Signal) {
    // It may be gone already.
    let _ = kill_process(Pid::from_raw(id.cast_signed()).unwrap(), signal);
}

fn used_again() -> Vec<Case> {
    let dropped: fn() -> Reply = || Reply::Reset(vec![]);
    let wrapup = |first: fn() -> Reply, second: fn() -> Reply| {
        move || {
            Scene::server(move |_, earlier| match earlier {
                0 => first(),
                1 => second(),
                _ => Reply::ok(NOT_IN_WRAPUP),
            })
        }
    };
    let kept: fn() -> Reply = || Reply::ok(IN_WRAPUP);
    let closed: fn() -> Reply = || Reply::Closed(ok(IN_WRAPUP.as_bytes()));
    let over: fn() -> Reply = || Reply::ok(NOT_IN_WRAPUP);
    let watched = move || {
        Scene::server(move |_, earlier| if matches!(earlier, 1 | 2) { dropped() } else { Reply::ok(GOOD) })
    };
    let nobody = || Scene::at("http://127.0.0.1:1");
    vec![
        case("N19", "reset as the second request arrives", DONE, nobody).instead(
            "wrapup --wait",
            DONE,
            3..=3,
            wrapup(kept, dropped),
        ),
        case("N19", "closed before the second request", DONE, nobody).instead(
            "wrapup --wait",
            DONE,
            2..=2,
            wrapup(closed, over),
        ),
        case("N19", "the second poll is reset on the old connection and on a new one", DONE, nobody).instead(
            "watch",
            (0, "reset"),
            4..=4,
            watched,
        ),
    ]
}

/// Numbers that look random, the same for the same seed.
fn scattered(seed: u64) -> u64 {
    let mut bits = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A server that stalls at one moment of the exchange, reports that, and goes on. The fake DeepCall begins when a request
/// is whole: too late for half of these moments.
fn stalling(seed: u64) -> (String, Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (reached, moment) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let phase = scattered(seed) % 4;
        if phase == 1 {
            let _ = reached.send(());
        }
        let mut request = vec![];
        let mut chunk = [0; 4096];
        while !request.ends_with(b"}") {
            match stream.read(&mut chunk) {
                Ok(count) if count > 0 => request.extend_from_slice(&chunk[..count]),
                _ => return,
            }
        }
        let reply = ok(GOOD.as_bytes());
        let at = usize::try_from(scattered(seed + 1)).unwrap_or(usize::MAX) % (reply.len() + 1);
        let at = if phase == 2 { 0 } else { at };
        let _ = stream.write_all(&reply[..at]);
        let _ = reached.send(());
        let _ = stream.write_all(&reply[at..]);
        let _ = stream.read_to_end(&mut vec![]);
    });
    (address, moment)
}

/// Presses Ctrl-C once, at the moment that belongs to the seed.
fn interrupt(command: &str, seed: u64) -> Result<(), String> {
    let (address, moment) = stalling(seed);
    let world = World::new().with("DEEPCALL_SERVER", &address).with("DEEPCALL_SSID", CANARY_SSID);
    let mut started = world.command([command, "--json"]);
    let child = started.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let by_time = scattered(seed).is_multiple_of(4);
    let limit =
        if by_time { Duration::from_micros(scattered(seed + 2) % 60_000) } else { Duration::from_secs(60) };
    let _ = moment.recv_timeout(limit);
    kill(child.id(), Signal::INT);
    let output = child.wait_with_output().unwrap();
    let (code, signal) = (output.status.code(), output.status.signal());
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    // Before the program listens, the signal itself ends it, which a shell calls 130 as well.
    let is_interrupted = (code == Some(130) || signal == Some(2)) && stdout.is_empty();
    let was_done = code == Some(0) && serde_json::from_str::<IgnoredAny>(&stdout).is_ok();
    if !(is_interrupted || was_done) || stderr.lines().count() > 1 {
        return Err(format!("seed {seed}: {code:?}, {signal:?}\n{stdout}\n{stderr}"));
    }
    leaks::assert_no_secret("stdout", &output.stdout);
    leaks::assert_no_secret("stderr", &output.stderr);
    Ok(())
}

/// Ends the board of a watch at the moment that belongs to the seed, by signal or by key.
fn interrupt_board(seed: u64) -> Result<(), String> {
    let world = World::new();
    let mut screen = Screen::start(&world, "watch --sandbox --all", 24, 80);
    let (_never, moment) = channel::<()>();
    let _ = moment.recv_timeout(Duration::from_micros(scattered(seed) % 800_000));
    if seed.is_multiple_of(2) {
        screen.signal(Signal::INT);
    } else {
        screen.type_keys("\u{3}");
    }
    screen.wait_for_echo(true);
    let (code, _, bytes) = screen.end();
    let painted = String::from_utf8_lossy(&bytes);
    let last = |text: &str| painted.rfind(text);
    let was_board = painted.contains("\u{1b}[?1049h");
    let is_sane = last("\u{1b}[?1049h") < last("\u{1b}[?1049l") && last("\u{1b}[?25l") <= last("\u{1b}[?25h");
    if was_board && (code != 130 || !is_sane) {
        return Err(format!("seed {seed}: exit {code}, the terminal was left as {painted:?}"));
    }
    Ok(())
}

fn each(seeds: std::ops::Range<u64>, press: impl Fn(u64) -> Result<(), String>) -> Result<(), String> {
    for seed in seeds {
        let pressed = catch_unwind(AssertUnwindSafe(|| press(seed)));
        pressed.unwrap_or_else(|_| Err(format!("seed {seed}: the test itself gave up")))?;
    }
    Ok(())
}

fn interrupted() -> Vec<Case> {
    let mut cases = vec![];
    for part in 0..5 {
        for command in ["tags", "ping"] {
            let seeds = part * MOMENTS..(part + 1) * MOMENTS;
            let what = format!("{MOMENTS} moments, seeds from {}", seeds.start);
            let scene = move || {
                let seeds = seeds.clone();
                pressed_when_asked(Scene::server)
                    .check(move |_, _| each(seeds.clone(), |seed| interrupt(command, seed)))
            };
            cases.push(case("N21", what, (130, "interrupted"), || Scene::at("http://127.0.0.1:1")).instead(
                command,
                (130, "interrupted"),
                1..=1,
                scene,
            ));
        }
    }
    cases.push(case("N21", "30 moments of the board, by signal and by key", DONE, || Scene::at("")).instead(
        "watch",
        (130, "interrupted"),
        1..=1,
        || pressed_when_asked(Scene::server).check(|_, _| each(0..30, interrupt_board)),
    ));
    cases
}

type Answer = Box<dyn Fn(&crate::support::fake_server::Request, usize) -> Reply + Send + Sync>;

/// Ctrl-C comes when the request has arrived, which is never answered.
fn pressed_when_asked(serve: impl Fn(Answer) -> Scene) -> Scene {
    let (sender, ids) = channel::<u32>();
    let ids = Mutex::new(ids);
    let mut scene = serve(Box::new(move |_, _| {
        kill(ids.lock().unwrap().recv().unwrap(), Signal::INT);
        Reply::SILENCE
    }));
    scene.started = Some(Box::new(move |id| sender.send(id).unwrap()));
    scene
}

/// Waits until the system has stopped the process.
fn await_stop(id: u32) {
    let is_stopped = |stat: String| stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" T"));
    while std::fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !is_stopped(stat)) {
        std::thread::yield_now();
    }
}

/// Half a reply comes, the process is stopped, and after a while goes on. The other half comes meanwhile, or never: what is
/// there when a process goes on may be read before its clock is, so a late half would make either ending right.
fn stopped(
    pause: Duration,
    patience: &'static str,
    rest_comes: bool,
) -> impl Fn() -> Scene + Send + Sync + 'static {
    move || {
        let (sender, ids) = channel::<u32>();
        let ids = Arc::new(Mutex::new(ids));
        let mut scene = Scene::server(move |_, earlier| {
            if earlier > 0 {
                return Reply::ok(GOOD);
            }
            let ids = Arc::clone(&ids);
            Reply::By(Arc::new(move |stream: &mut TcpStream| {
                let id = ids.lock().unwrap().recv().unwrap();
                let reply = ok(GOOD.as_bytes());
                let (first, second) = reply.split_at(reply.len() - 20);
                let _ = stream.write_all(first);
                kill(id, Signal::STOP);
                await_stop(id);
                if rest_comes {
                    let _ = stream.write_all(second);
                }
                std::thread::sleep(pause);
                kill(id, Signal::CONT);
                let _ = stream.read_to_end(&mut vec![]);
            }))
        })
        .patience(patience);
        scene.started = Some(Box::new(move |id| sender.send(id).unwrap()));
        scene
    }
}

fn stops() -> Vec<Case> {
    vec![
        case("N22", "for a moment", DONE, stopped(Duration::ZERO, "--timeout 60s", true)),
        case("N22", "for longer than an attempt may take", DONE, stopped(Duration::from_secs(17), "", false))
            .arriving(2, 1)
            // So late a ping would make an absent agent look present.
            .but_ping(5, "timeout", 1)
            .long(),
    ]
}

/// `strace` makes every one of these calls fail like this.
fn failing(scene: Scene, call: &str, error: &str) -> Scene {
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:error={error}"));
    scene.wrapped(&["strace", "-f", "-o", "/dev/null", "-e", &trace, "-e", &inject])
}

fn failing_calls() -> Vec<Case> {
    let with = |call: &'static str, error: &'static str, wanted: (i32, &str)| {
        let scene = move || failing(Scene::of(FakeServer::always(GOOD)), call, error);
        case("N23", format!("{call} fails: {error}"), wanted, scene)
    };
    let mut cases = vec![];
    for error in ["ENETUNREACH", "EACCES", "EADDRNOTAVAIL", "EMFILE"] {
        cases.push(with("connect", error, (5, "connect")).arriving(0, 0));
    }
    for error in ["EMFILE", "ENFILE", "EACCES"] {
        cases.push(with("socket", error, (5, "connect")).arriving(0, 0));
    }
    for error in ["ECONNRESET", "EIO", "ENOMEM"] {
        cases.push(with("recvfrom", error, (5, "reset")).between(1..=3, 1..=2));
    }
    for error in ["EPIPE", "ENOBUFS", "ECONNRESET"] {
        cases.push(with("writev,sendto", error, (5, "reset")).arriving(0, 0));
    }
    // The library falls back on /dev/urandom.
    cases.push(with("getrandom", "ENOSYS", DONE));
    cases.push(with("getrandom", "EIO", (1, "random")).arriving(0, 0).with_message("no random numbers"));
    for call in ["epoll_create1", "eventfd2"] {
        cases.push(with(call, "EMFILE", (1, "runtime")).arriving(0, 0).with_message("cannot start"));
    }
    let by_name = || {
        let scene =
            super::names::Names::known("127.0.0.1 localhost\n").surround(Scene::of(FakeServer::always(GOOD)));
        let mut scene = failing(scene, "clone3,clone", "EAGAIN");
        scene.address = scene.address.replace("127.0.0.1", "localhost");
        scene
    };
    cases.push(case("N23", "no thread for the resolver", (5, "dns"), by_name).arriving(0, 0));
    for (count, wanted) in [(6, (1, "runtime")), (8, (1, "runtime")), (16, DONE)] {
        let scene = move || {
            let limit = format!("--nofile={count}");
            Scene::of(FakeServer::always(GOOD)).wrapped(&["prlimit", &limit])
        };
        let attempts = usize::from(wanted == DONE);
        let what = format!("{count} descriptors");
        cases.push(case("N23", what, wanted, scene).arriving(attempts, attempts));
    }
    cases
}
