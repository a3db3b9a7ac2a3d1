//! Every way in which a keyring can fail has a message and an exit code of its own; none of them is reported as "not
//! signed in", and none of them ends in plain text.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::keyring::Bus;
use crate::support::{CANARY_SSID, EXPIRED, FakeServer, NOT_IN_WRAPUP, Reply, World, leaks};

/// Takes the keyring's name on the bus, and then never answers.
const SILENT: &str = "
import dbus, signal
dbus.SessionBus().request_name('org.freedesktop.secrets')
print('here', flush=True)
signal.pause()
";

/// Puts other bytes in place of what deepcall stored.
const SPOIL: &str = "
import dbus
bus = dbus.SessionBus()
path = '/org/freedesktop/secrets'
service = dbus.Interface(bus.get_object('org.freedesktop.secrets', path), 'org.freedesktop.Secret.Service')
_, session = service.OpenSession('plain', dbus.String('', variant_level=1))
items, _ = service.SearchItems({'service': 'deepcall'})
assert len(items) == 1, items
secret = dbus.Struct((session, dbus.ByteArray(b''), dbus.ByteArray(b'\\xff\\xfe\\x00{'), 'text/plain'))
dbus.Interface(bus.get_object('org.freedesktop.secrets', items[0]), 'org.freedesktop.Secret.Item').SetSecret(secret)
";

/// Puts a second item beside the one that deepcall stored, as another program may that copies a keyring.
const DOUBLE: &str = "
import dbus
bus = dbus.SessionBus()
path = '/org/freedesktop/secrets'
service = dbus.Interface(bus.get_object('org.freedesktop.secrets', path), 'org.freedesktop.Secret.Service')
_, session = service.OpenSession('plain', dbus.String('', variant_level=1))
items, _ = service.SearchItems({'service': 'deepcall'})
assert len(items) == 1, items
item = bus.get_object('org.freedesktop.secrets', items[0])
attributes = dbus.Interface(item, dbus.PROPERTIES_IFACE).Get('org.freedesktop.Secret.Item', 'Attributes')
secret = dbus.Interface(item, 'org.freedesktop.Secret.Item').GetSecret(session)
collection = bus.get_object('org.freedesktop.secrets', path + '/aliases/default')
properties = {'org.freedesktop.Secret.Item.Label': 'twin', 'org.freedesktop.Secret.Item.Attributes': attributes}
properties = dbus.Dictionary(properties, signature='sv')
dbus.Interface(collection, 'org.freedesktop.Secret.Collection').CreateItem(properties, secret, False)
items, _ = service.SearchItems({'service': 'deepcall'})
assert len(items) == 2, items
";

/// Prints all that can be read of every item without its secret, one line for each.
const LOOK: &str = "
import dbus
bus = dbus.SessionBus()
service = bus.get_object('org.freedesktop.secrets', '/org/freedesktop/secrets')
found = dbus.Interface(service, 'org.freedesktop.Secret.Service').SearchItems({})
for item in [*found[0], *found[1]]:
    item = dbus.Interface(bus.get_object('org.freedesktop.secrets', item), dbus.PROPERTIES_IFACE)
    properties = item.GetAll('org.freedesktop.Secret.Item')
    attributes = sorted(f'{name}={value}' for name, value in properties['Attributes'].items())
    print('locked' if properties['Locked'] else 'open', properties['Label'], *attributes)
";

fn python(bus: &Bus, script: &str) -> Command {
    let mut python = Command::new("/usr/bin/python3");
    python.args(["-c", script]).env("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    python
}

/// `login` and a reading command both fail like this; `login` does so before it has asked anybody.
/// A keyring that never answers; ended when dropped.
pub struct SilentKeyring(Child);

impl Drop for SilentKeyring {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// Once it has the keyring's name on the bus.
pub fn silent_keyring(bus: &Bus) -> SilentKeyring {
    let mut silent = python(bus, SILENT).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(silent.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    SilentKeyring(silent)
}

#[track_caller]
fn assert_fails_with(world: &World, server: &FakeServer, wanted: &str) {
    let arrived = server.arrivals().len();
    for line in ["login --ssid-stdin --json", "break-status --profile asha --json"] {
        let ran = world.run_with_input(line, CANARY_SSID).ended_with(1);
        let error = ran.json_error();
        assert_eq!(error["kind"], "store", "{line}\n{ran}");
        assert!(error["message"].as_str().unwrap().contains(wanted), "{line}: {wanted}\n{ran}");
        assert!(ran.stderr.contains("--store file"), "the way out is named, not taken\n{ran}");
    }
    assert_eq!(server.arrivals().len(), arrived);
    assert!(!world.home().join(".local/share/deepcall").exists(), "nothing is kept in plain text");
}

/// A world in which asha was signed in, by a keyring that is another one now.
fn signed_in_before(server: &FakeServer) -> World {
    let world = World::at(server);
    let profile = format!(
        "default = \"asha\"\n[profiles.asha]\nserver = \"{}\"\nkind = \"ssid\"\nstore = \"keyring\"\nsaved_at = \"2026-11-23T09:00:00Z\"\n",
        server.url()
    );
    std::fs::create_dir_all(world.config_folder()).unwrap();
    std::fs::write(world.config_folder().join("profiles.toml"), profile).unwrap();
    world
}

#[test]
fn each_failure_of_a_keyring_has_its_own_message() {
    let server = FakeServer::always(NOT_IN_WRAPUP);

    let world = signed_in_before(&server);
    assert_fails_with(&world, &server, "no keyring can be reached");

    let world = signed_in_before(&server);
    let bus = Bus::start(&world);
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    assert_fails_with(&world, &server, "no keyring can be reached");

    let world = signed_in_before(&server);
    let bus = Bus::start(&world).with_empty_keyring(&world);
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let ran = world.run_with_input("login --ssid-stdin --json", CANARY_SSID).ended_with(1);
    assert!(ran.stderr.contains("the keyring has no default collection"), "{ran}");
    // Reading needs no collection: it was opened, and it is empty.
    let _ = world.run("break-status").ended_with(4);
}

#[test]
fn a_provider_that_never_answers_is_given_up_and_not_used_for_a_session_in_a_variable() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let world = signed_in_before(&server);
    let bus = Bus::start(&world);
    let silent = silent_keyring(&bus);
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let ran = world.run("break-status --json").ended_with(1);
    assert!(ran.json_error()["message"].as_str().unwrap().contains("did not answer within 3 s"), "{ran}");
    let _ = world.with("DEEPCALL_SSID", CANARY_SSID).run("wrapup").ended_with(0);
    drop(silent);
}

#[test]
fn what_another_program_stored_is_not_reported_as_not_signed_in() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let (world, bus) = Bus::with_keyring(World::at(&server));
    let _ = world.run_with_input("login --ssid-stdin --no-verify", CANARY_SSID).ended_with(0);
    assert!(python(&bus, SPOIL).status().unwrap().success());
    let ran = world.run("wrapup --json").ended_with(1);
    assert!(ran.json_error()["message"].as_str().unwrap().contains("not written by this program"), "{ran}");
    let _ = world.run("logout").ended_with(0);
}

/// Rewrites the list as a login leaves it that is killed between the store and the list.
fn cut_short(world: &World) {
    let list = world.config_folder().join("profiles.toml");
    let text = std::fs::read_to_string(&list).unwrap();
    let server = text.lines().find(|line| line.starts_with("server")).unwrap();
    std::fs::write(&list, format!("[[unlisted]]\nprofile = \"asha\"\n{server}\nstore = \"keyring\"\n"))
        .unwrap();
}

#[test]
fn what_an_interrupted_login_left_is_removed_by_the_next_login_or_logout() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let login = |world: &World, profile: &str| {
        let line = format!("login --ssid-stdin --no-verify --profile {profile}");
        world.run_with_input(&line, CANARY_SSID).ended_with(0)
    };
    for next in ["login --ssid-stdin --no-verify --profile ravi", "logout --all", "logout"] {
        let (world, mut bus) = Bus::with_keyring(World::at(&server));
        login(&world, "asha");
        let listed = std::fs::read_to_string(world.config_folder().join("profiles.toml")).unwrap();
        cut_short(&world);
        let ran = world.run("doctor --json");
        assert!(ran.stdout.contains("a login for profile asha was interrupted"), "{ran}");
        let ran = world.run_with_input(next, CANARY_SSID);
        assert!(ran.code == 0 || next == "logout" && ran.code == 4, "{ran}");
        let list = std::fs::read_to_string(world.config_folder().join("profiles.toml")).unwrap();
        assert!(!list.contains("unlisted"), "{list}");
        std::fs::write(world.config_folder().join("profiles.toml"), &listed).unwrap();
        let ran = world.run("break-status --profile asha").ended_with(4);
        assert!(ran.stderr.contains("no stored session any more"), "it is gone from the keyring: {ran}");

        // A keyring that cannot be opened keeps the note, and the login is good all the same.
        login(&world, "asha");
        cut_short(&world);
        bus.lock(&world);
        let line = "login --ssid-stdin --no-verify --profile meera --store file";
        let ran = world.run_with_input(line, CANARY_SSID).ended_with(0);
        assert!(ran.stderr.contains("could not be removed") && ran.stderr.contains("locked"), "{ran}");
        let list = std::fs::read_to_string(world.config_folder().join("profiles.toml")).unwrap();
        assert!(list.contains("[[unlisted]]") && list.contains("[profiles.meera]"), "{list}");
    }
}

#[test]
fn an_item_of_the_keyring_shows_program_profile_and_server_and_no_more() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let (world, mut bus) = Bus::with_keyring(World::at(&server));
    let _ = world.run_with_input("login --ssid-stdin --profile asha", CANARY_SSID).ended_with(0);
    let looked = |bus: &Bus| {
        let looked = python(bus, LOOK).output().unwrap();
        assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stderr));
        // Added by this keyring once it has written the item to its file.
        String::from_utf8(looked.stdout).unwrap().replace(" xdg:schema=org.freedesktop.Secret.Generic", "")
    };
    let account = format!("asha@{}", server.url());
    let host = server.url().replace("http://", "");
    let wanted = format!("open DeepCall session: asha ({host}) service=deepcall username={account}\n");
    assert_eq!(looked(&bus), wanted);
    bus.lock(&world);
    let locked = looked(&bus);
    leaks::assert_no_secret("a locked item", locked.as_bytes());
    assert!(locked.starts_with("locked ") && locked.lines().count() == 1, "{locked}");
}

#[test]
fn of_two_items_of_one_profile_none_is_taken_until_a_login_replaces_both() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let (world, bus) = Bus::with_keyring(World::at(&server));
    for mended_by in ["login --ssid-stdin", "logout"] {
        let _ = world.run_with_input("login --ssid-stdin", CANARY_SSID).ended_with(0);
        assert!(python(&bus, DOUBLE).status().unwrap().success());
        let ran = world.run("wrapup --json").ended_with(1);
        assert!(ran.json_error()["message"].as_str().unwrap().contains("has several of them"), "{ran}");
        let _ = world.run_with_input(mended_by, CANARY_SSID).ended_with(0);
        let left = String::from_utf8(python(&bus, LOOK).output().unwrap().stdout).unwrap();
        assert_eq!(left.lines().count(), usize::from(mended_by != "logout"), "{left}");
    }
}

#[test]
fn a_secret_that_not_every_keyring_could_hold_is_refused_by_all() {
    let (world, _bus) = Bus::with_keyring(World::new());
    for store in ["keyring", "file"] {
        let line = format!("login --no-verify --ssid-stdin --store {store}");
        let ran = world.run_with_input(&line, &"x".repeat(2561)).ended_with(1);
        assert!(ran.stderr.contains("over 2560 bytes"), "{ran}");
        assert_eq!(world.run("profiles --json").json()["profiles"], serde_json::json!([]));
    }
}

#[test]
fn a_keyring_that_was_restarted_under_a_watch_is_found_again() {
    let server = FakeServer::answering(|request, _| {
        Reply::ok(if request.body.contains("fresh-session") { NOT_IN_WRAPUP } else { EXPIRED })
    });
    let (world, mut bus) = Bus::with_keyring(World::at(&server));
    let login = "login --no-verify --ssid-stdin --profile asha";
    let _ = world.run_with_input(login, "stale-session").ended_with(0);
    let line = "watch --json --only wrapups --interval 2s --until session_renewed --timeout 60s";
    let mut command = world.command(line.split(' '));
    command.stdin(Stdio::null());
    let watch = world.start(command);
    // It has read the keyring by now. The second of two refusals lets it look there again.
    server.await_arrivals(1);
    bus.restart(&world);
    let _ = world.run_with_input(login, "fresh-session").ended_with(0);
    let ran = watch.end().ended_with(0);
    assert!(ran.stdout.contains("session_renewed"), "{ran}");
}

#[test]
fn a_check_of_the_keyring_creates_no_item() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let (world, bus) = Bus::with_keyring(World::at(&server));
    let mut monitor = Command::new("dbus-monitor")
        .args(["--address", &bus.address, "member='CreateItem'"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut heard = BufReader::new(monitor.stdout.take().unwrap());
    // It says so once it listens.
    heard.read_line(&mut String::new()).unwrap();
    let _ = world.run_with_input("login --ssid-stdin --profile asha", CANARY_SSID).ended_with(0);
    let _ = world.run("doctor --json").ended_with(0);
    drop(bus);
    monitor.wait().unwrap();
    let calls = heard.lines().map(Result::unwrap).filter(|line| line.contains("member=CreateItem")).count();
    assert_eq!(calls, 1, "the session itself");
}

#[test]
fn a_login_that_waits_for_the_keyring_says_so() {
    let server = FakeServer::always(NOT_IN_WRAPUP);
    let world = World::at(&server);
    let bus = Bus::start(&world);
    let _silent = silent_keyring(&bus);
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    let ran = world.run_with_input("login --ssid-stdin --timeout 5s", CANARY_SSID).ended_with(124);
    assert!(ran.stderr.contains("waiting for the keyring, 60 s at most"), "{ran}");
    let ran = world.run_with_input("login --ssid-stdin --timeout 5s --quiet", CANARY_SSID).ended_with(124);
    assert!(!ran.stderr.contains("waiting"), "{ran}");
}
