//! What a run asks of the system, counted by strace: the machine may be fast or slow, the counts are the same.

use std::collections::BTreeSet;

use crate::faults::certificates::{Farewell, Proof, TlsServer};
use crate::keyring::Bus;
use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, Reply, World};

const TAGS: &str = r#"{"data":[{"message":"x"}],"status":"success"}"#;
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Calls that ask for memory: how many depends on the allocator, and on whether the build is optimised.
const OF_MEMORY: [&str; 6] = ["brk", "mmap", "munmap", "mremap", "mprotect", "madvise"];

/// The system calls of one run, after the loader's.
struct Trace(Vec<String>);

impl Trace {
    fn of(world: &World, line: &str) -> Self {
        let file = world.home().join("trace");
        let mut strace = world.shell("strace");
        strace.args(["-f", "-qq", "-s", "200", "-o"]).arg(&file).arg("deepcall");
        let ran = strace.args(line.split_whitespace()).output();
        ran.unwrap_or_else(|error| panic!("strace: {error}; tests/run installs it"));
        let text = std::fs::read_to_string(&file).unwrap();
        // The standard library's last step before `main`.
        let begin = text.rfind("rt_sigaction(SIGBUS, {").expect("the runtime of Rust");
        let lines = text[begin..].lines().skip(1);
        let calls = lines.filter_map(|line| line.split_once(' ').map(|(_process, call)| call.trim_start()));
        Self(calls.filter(|call| call.contains('(')).map(str::to_owned).collect())
    }

    fn calls(&self, names: &[&str]) -> Vec<&str> {
        let is_named = |call: &&str| call.split('(').next().is_some_and(|name| names.contains(&name));
        self.0.iter().map(String::as_str).filter(is_named).collect()
    }

    /// Paths that were opened, in order, but for the one that says which signals are ignored: it is no file.
    fn opened(&self) -> Vec<&str> {
        let succeeded = self.calls(&["open", "openat"]).into_iter().filter(|call| !call.contains(") = -1"));
        let paths = succeeded.filter_map(|call| call.split('"').nth(1));
        paths.filter(|path| *path != "/proc/self/status").collect()
    }

    fn connected(&self, family: &str) -> usize {
        self.calls(&["connect"]).iter().filter(|call| call.contains(family)).count()
    }

    fn writes_to_stdout(&self) -> usize {
        self.calls(&["write", "writev"]).iter().filter(|call| call.contains("(1, ")).count()
    }
}

#[test]
fn help_version_and_completion_start_no_runtime_and_read_at_most_the_list_of_profiles() {
    let completion = World::new()
        .with("DEEPCALL_COMPLETE", "bash")
        .with("_CLAP_COMPLETE_INDEX", "1")
        .with("_CLAP_COMPLETE_COMP_TYPE", "9");
    let profiles = completion.config_folder().join("profiles.toml");
    std::fs::create_dir_all(completion.config_folder()).unwrap();
    std::fs::write(&profiles, "").unwrap();
    // No profiles are stored in this one.
    let of_keys = World::new()
        .with("DEEPCALL_COMPLETE", "bash")
        .with("_CLAP_COMPLETE_INDEX", "3")
        .with("_CLAP_COMPLETE_COMP_TYPE", "9");
    for (world, line, read) in [
        (&World::new(), "--version", vec![]),
        (&World::new(), "--help", vec![]),
        (&World::new(), "tags --help", vec![]),
        (&World::new(), "doctor -h", vec![]),
        (&World::new(), "config path", vec![]),
        (&World::new(), "config set --help", vec![]),
        (&of_keys, "-- deepcall config set watch.int", vec![]),
        (&completion, "-- deepcall ta", vec![profiles.to_str().unwrap()]),
    ] {
        let trace = Trace::of(world, line);
        assert_eq!(trace.opened(), read, "{line}");
        let runtime = trace.calls(&["socket", "connect", "epoll_create1"]);
        assert!(runtime.is_empty(), "{line}: {runtime:?}");
        // What is no command needs nobody who ends it.
        let supervisor = trace.calls(&["socketpair", "clone", "clone3"]);
        assert!(supervisor.is_empty() || line == "config path", "{line}: {supervisor:?}");
        assert_eq!(trace.writes_to_stdout(), 1, "{line}");
    }
}

/// A request takes some 140 calls, those of the supervisor included.
const FEW_CALLS: usize = 220;

#[test]
fn a_request_with_credentials_from_a_variable_is_one_connection_one_write_and_no_file() {
    let server = FakeServer::always(TAGS);
    let world = World::signed_in(&server).with("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
    let trace = Trace::of(&world, "tags --json");
    assert_eq!((server.connections(), server.arrivals().len()), (1, 1));
    assert_eq!(trace.opened(), [""; 0]);
    assert_eq!((trace.connected("AF_INET"), trace.connected("AF_UNIX")), (1, 0));
    let started = trace.calls(&["clone", "clone3", "fork", "vfork"]);
    assert!(started.len() == 1 && started[0].contains("CLONE_THREAD"), "the supervisor alone: {started:?}");
    assert_eq!(trace.writes_to_stdout(), 1);
    let calls = trace.0.len() - trace.calls(&OF_MEMORY).len();
    assert!(calls <= FEW_CALLS, "{calls} calls: {:#?}", trace.0);
}

/// A busy loop would be thousands of calls a second.
#[test]
fn a_request_that_waits_for_its_reply_makes_no_further_calls() {
    let server = FakeServer::always(Reply::SILENCE);
    let world = World::signed_in(&server);
    let trace = Trace::of(&world, "tags --json --timeout 5s");
    assert_eq!(server.arrivals().len(), 1);
    let calls = trace.0.len() - trace.calls(&OF_MEMORY).len();
    assert!(calls <= FEW_CALLS, "{calls} calls: {:#?}", trace.0);
}

#[test]
fn a_time_zone_is_read_from_its_own_file_alone() {
    let server = FakeServer::always(TAGS);
    let world = World::signed_in(&server);
    let trace = Trace::of(&world, "tags --json --timezone Asia/Kolkata");
    assert_eq!(trace.opened(), ["/usr/share/zoneinfo/Asia/Kolkata"]);
    let trace = Trace::of(&world.with("TZ", "Asia/Tokyo"), "tags --json");
    assert_eq!(trace.opened(), ["/usr/share/zoneinfo/Asia/Tokyo"]);
}

#[test]
fn over_https_the_authorities_are_read_once_or_from_the_one_file_that_is_named() {
    // No authority vouches for its certificate, which is looked up among all of them before it is refused.
    let server = TlsServer::start(vec![Proof::of_itself()], vec![], Farewell::Silent);
    let url = format!("https://{}", server.address);
    let world = World::new().with("DEEPCALL_SERVER", &url).with("DEEPCALL_SSID", CANARY_SSID);
    let own = world.home().join("own.pem");
    let trace = Trace::of(&world, "tags --json --retries 0");
    let opened = trace.opened();
    assert_eq!(opened.first(), Some(&BUNDLE), "Debian's package ca-certificates has it");
    let once: BTreeSet<&str> = opened.iter().copied().collect();
    assert_eq!(once.len(), opened.len(), "{opened:#?}");
    assert!(once.iter().all(|path| path.starts_with("/etc/ssl/certs")), "{opened:#?}");
    std::fs::copy(BUNDLE, &own).unwrap();
    let world = world.with("SSL_CERT_FILE", own.to_str().unwrap());
    let trace = Trace::of(&world, "tags --json --retries 0");
    assert_eq!(trace.opened(), [own.to_str().unwrap()]);
    assert_eq!((trace.connected("AF_INET"), trace.connected("AF_UNIX")), (1, 0));
}

#[test]
fn the_keyring_is_opened_once_for_all_profiles_and_never_for_a_session_in_a_variable() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, _bus) = Bus::with_keyring(World::at(&server));
    for profile in ["asha", "meena", "ravi"] {
        let line = format!("login --no-verify --ssid-stdin --profile {profile}");
        world.run_with_input(&line, CANARY_SSID).ended_with(0);
    }
    let trace = Trace::of(&world, "break-status --all --json");
    assert_eq!(server.arrivals().len(), 3);
    assert_eq!(trace.connected("AF_UNIX"), 1, "one bus, one connection");
    let trace = Trace::of(&world, "status --json");
    assert_eq!(server.arrivals().len(), 3 + 3 * 3);
    assert_eq!(trace.connected("AF_UNIX"), 1, "one bus, one connection");
    let trace = Trace::of(&world.with("DEEPCALL_SSID", CANARY_SSID), "break-status --json");
    assert_eq!(server.arrivals().len(), 3 + 3 * 3 + 1);
    assert_eq!(trace.connected("AF_UNIX"), 0);
}

#[test]
fn a_large_team_is_asked_over_as_many_connections_as_may_be_asked_at_once() {
    let trace = Trace::of(&World::new(), "status --sandbox --agents 100 --jobs 8 --json");
    assert_eq!(trace.connected("AF_INET"), 8);
    let trace = Trace::of(&World::new(), "break-status --sandbox --all --agents 100 --jobs 8 --json");
    assert_eq!(trace.connected("AF_INET"), 8);
    assert_eq!(trace.writes_to_stdout(), 1);
}
