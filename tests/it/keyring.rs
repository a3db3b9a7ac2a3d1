//! Sessions in a real gnome-keyring, on a D-Bus of the test's own. These tests fail where the two
//! programs are missing: `tests/run` installs them.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, PATIENCE, Ran, World};

const MISSING: &str = "is needed by this test: run tests/run, which installs it";

/// A bus that starts no program of this machine behind the test's back, as the usual one would.
const CONFIGURATION: &str = r#"<busconfig>
    <type>session</type>
    <listen>unix:dir=HOME</listen>
    <policy context="default">
        <allow send_destination="*" eavesdrop="true"/>
        <allow eavesdrop="true"/>
        <allow own="*"/>
    </policy>
</busconfig>"#;

/// A session bus, perhaps with a keyring on it; ended when dropped.
pub struct Bus {
    daemon: Child,
    keyring: Option<Child>,
    pub address: String,
}

impl Bus {
    pub fn start(world: &World) -> Self {
        let configuration = world.home().join("bus.conf");
        std::fs::write(&configuration, CONFIGURATION.replace("HOME", world.home().to_str().unwrap()))
            .unwrap();
        let mut daemon = Command::new("dbus-daemon")
            .args(["--nofork", "--print-address=1", "--config-file"])
            .arg(configuration)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon {MISSING} ({error})"));
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { daemon, keyring: None, address: address.trim().to_owned() }
    }

    /// With a keyring whose only collection is open, and the world in which programs find both.
    pub fn with_keyring(world: World) -> (World, Self) {
        let mut bus = Self::start(&world);
        bus.unlock(&world);
        (world.with("DBUS_SESSION_BUS_ADDRESS", &bus.address), bus)
    }

    /// With a keyring in which nobody has made a collection yet.
    pub fn with_empty_keyring(mut self, world: &World) -> Self {
        self.keyring = Some(self.keyring_command(world, &[]).spawn().unwrap());
        self.wait_for_service();
        self
    }

    /// Ends the keyring and starts it anew, with its collections open as before.
    pub fn restart(&mut self, world: &World) {
        self.end_keyring();
        self.unlock(world);
    }

    fn unlock(&mut self, world: &World) {
        let mut keyring = self
            .keyring_command(world, &["--unlock"])
            .spawn()
            .unwrap_or_else(|error| panic!("gnome-keyring-daemon {MISSING} ({error})"));
        keyring.stdin.take().unwrap().write_all(b"pass").unwrap();
        self.keyring = Some(keyring);
        self.wait_for_service();
    }

    fn end_keyring(&mut self) {
        let mut keyring = self.keyring.take().unwrap();
        keyring.kill().unwrap();
        keyring.wait().unwrap();
    }

    /// Ends the keyring and starts it anew, over collections that nobody has unlocked.
    pub fn lock(&mut self, world: &World) {
        self.end_keyring();
        self.keyring = Some(self.keyring_command(world, &[]).spawn().unwrap());
        self.wait_for_service();
    }

    fn keyring_command(&self, world: &World, arguments: &[&str]) -> Command {
        let mut command = Command::new("gnome-keyring-daemon");
        command
            .args(["--foreground", "--components=secrets"])
            .args(arguments)
            .env_clear()
            .env("HOME", world.home())
            .env("XDG_DATA_HOME", world.home().join(".local/share"))
            .env("XDG_RUNTIME_DIR", world.home())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub fn wait_for_service(&self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let asked = Command::new("dbus-send")
                .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus"])
                .args(["org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"])
                .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
                .output()
                .unwrap();
            if String::from_utf8_lossy(&asked.stdout).contains("boolean true") {
                return;
            }
            assert!(Instant::now() < deadline, "the keyring never came up");
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain(std::iter::once(&mut self.daemon)) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[test]
fn a_login_survives_into_a_second_process_and_is_forgotten_by_logout() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, _bus) = Bus::with_keyring(World::at(&server));
    let ran = world.run_with_input("login --ssid-stdin --profile asha", CANARY_SSID).ended_with(0);
    assert!(!ran.stderr.contains("plain text"), "{ran}");
    world.run("break-status").ended_with(0);
    assert_eq!(server.arrivals().last().unwrap().json()["ssid"], CANARY_SSID);
    let listed = world.run("profiles --json").ended_with(0).json();
    assert_eq!(listed["profiles"][0]["store"], "keyring");
    world.run("logout --profile asha").ended_with(0);
    world.run("break-status").ended_with(4);
}

#[test]
fn the_default_store_is_the_keyring_and_listing_does_not_open_it() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, bus) = Bus::with_keyring(World::at(&server));
    world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(0);
    drop(bus);
    assert_eq!(world.run("profiles --json").ended_with(0).json()["profiles"][0]["name"], "default");
    let ran = world.run("break-status --json").ended_with(1);
    assert_eq!(ran.json_error()["kind"], "store", "gone is not the same as never signed in");
}

#[test]
fn a_secret_that_is_gone_means_sign_in_again() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, _bus) = Bus::with_keyring(World::at(&server));
    world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(0);
    let profiles = std::fs::read_to_string(world.config_folder().join("profiles.toml")).unwrap();
    world.run("logout").ended_with(0);
    std::fs::write(world.config_folder().join("profiles.toml"), profiles).unwrap();
    let ran = world.run("break-status").ended_with(4);
    assert!(ran.stderr.contains("deepcall login --profile default"), "{ran}");
}

#[test]
fn a_locked_keyring_is_reported_as_locked() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, mut bus) = Bus::with_keyring(World::at(&server));
    world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(0);
    bus.lock(&world);
    for line in ["break-status --json", "login --ssid-stdin --json"] {
        let ran = world.run_with_input(line, CANARY_SSID).ended_with(1);
        let error = ran.json_error();
        assert_eq!(error["kind"], "store");
        assert!(error["message"].as_str().unwrap().contains("locked"), "{ran}");
    }
}

#[test]
fn doctor_distinguishes_an_open_a_locked_and_a_silent_keyring() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, mut bus) = Bus::with_keyring(World::at(&server));
    world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(0);
    let of = |ran: &Ran, check: &str| {
        let document = ran.json();
        let rows = document["checks"].as_array().unwrap();
        let row = rows.iter().find(|row| row["check"] == check).unwrap().clone();
        (row["verdict"].as_str().unwrap().to_owned(), row["detail"].as_str().unwrap().to_owned())
    };
    let ran = world.run("doctor --json").ended_with(0);
    for check in ["bus", "store", "session"] {
        assert_eq!(
            of(&ran, check).0,
            "ok",
            "{check}
{ran}"
        );
    }
    bus.lock(&world);
    let ran = world.run("doctor --json").ended_with(1);
    assert!(of(&ran, "bus").0 == "ok" && of(&ran, "store").0 == "fail", "{ran}");
    assert!(of(&ran, "store").1.contains("locked") && of(&ran, "session").1.contains("locked"), "{ran}");
    let path = world.home().join("silent");
    let _listener = UnixListener::bind(&path).unwrap();
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &format!("unix:path={}", path.display()));
    let ran = world.run("doctor --json").ended_with(1);
    assert!(of(&ran, "store").1.contains("3 s"), "{ran}");
}

#[test]
fn a_bus_that_never_answers_is_given_up_after_three_seconds() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, _bus) = Bus::with_keyring(World::at(&server));
    world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(0);
    let path = world.home().join("silent");
    let listener = UnixListener::bind(&path).unwrap();
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &format!("unix:path={}", path.display()));
    let ran = world.run("break-status --json").ended_with(1);
    assert!(ran.json_error()["message"].as_str().unwrap().contains("3 s"), "{ran}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_ok(), "the bus was asked");
    while listener.accept().is_ok() {}
    // With the session in a variable, it is not.
    world.with("DEEPCALL_SSID", CANARY_SSID).run("break-status").ended_with(0);
    assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn two_logins_at_once_leave_exactly_one_of_them() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let (world, _bus) = Bus::with_keyring(World::at(&server));
    for _ in 0..5 {
        std::thread::scope(|scope| {
            for user in ["111", "222"] {
                let world = &world;
                scope.spawn(move || {
                    let line = format!("login --user-id {user} --token-stdin");
                    world.run_with_input(&line, &format!("token-of-{user}")).ended_with(0);
                });
            }
        });
        world.run("break-status").ended_with(0);
        let listed = world.run("profiles --json").json()["profiles"][0]["user_id"].clone();
        let sent = server.arrivals().last().unwrap().json();
        assert_eq!(sent["userId"], listed);
        assert_eq!(sent["token"], format!("token-of-{}", listed.as_str().unwrap()));
    }
}
