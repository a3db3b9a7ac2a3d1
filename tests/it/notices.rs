//! `watch --notify`: notices on a desktop, played by the test on a D-Bus of its own.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use zbus::blocking::{Connection, connection};
use zbus::zvariant::OwnedValue;

use crate::keyring::Bus;
use crate::support::{FakeServer, NOT_ON_BREAK, Ran, Reply, Screen, World};

const ON_BREAK: &str =
    r#"{"status":"success","data":{"on_break":1,"breakDetail":{"reason":"<b>Tea</b> with 919812345678"}}}"#;

/// The part of a desktop that shows notices: it passes on what it is sent.
struct Desktop(Sender<(String, String)>);

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Desktop {
    fn get_capabilities(&self) -> Vec<String> {
        vec!["body".to_owned(), "body-markup".to_owned()]
    }

    #[expect(clippy::too_many_arguments, reason = "as the specification has it")]
    fn notify(
        &self,
        application: String,
        _replaces: u32,
        _icon: String,
        _summary: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        self.0.send((application, body)).unwrap();
        1
    }
}

fn desktop(bus: &Bus) -> (Connection, Receiver<(String, String)>) {
    let (sender, shown) = channel();
    let connection = connection::Builder::address(bus.address.as_str())
        .unwrap()
        .name("org.freedesktop.Notifications")
        .unwrap()
        .serve_at("/org/freedesktop/Notifications", Desktop(sender))
        .unwrap()
        .build()
        .unwrap();
    (connection, shown)
}

fn watch_a_break(bus: &Bus, more: &[(&str, &str)]) -> Ran {
    let server =
        FakeServer::answering(|_, earlier| Reply::ok(if earlier == 0 { NOT_ON_BREAK } else { ON_BREAK }));
    let mut world = World::signed_in(&server).with("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    for (name, value) in more {
        world = world.with(name, value);
    }
    let line = "watch --only breaks --interval 2s --notify --on break_started --until break_started --mask";
    world.run(line).ended_with(0)
}

#[test]
fn an_event_is_a_notice_on_the_desktop_as_plain_text_and_masked() {
    let world = World::new();
    let bus = Bus::start(&world);
    let (_desktop, shown) = desktop(&bus);
    let ran = watch_a_break(&bus, &[]);
    assert_eq!(ran.stderr, "");
    let (application, body) = shown.recv().unwrap();
    assert_eq!(application, "deepcall");
    assert_eq!(body, "env went on break: &lt;b&gt;Tea&lt;/b&gt; with •••••••••678");
}

#[test]
fn a_desktop_that_shows_no_notices_is_reported_and_the_watch_goes_on() {
    let world = World::new();
    let ran = watch_a_break(&Bus::start(&world), &[]);
    assert_eq!(ran.stderr.matches("the desktop shows no notices").count(), 1, "{ran}");
}

#[test]
fn over_ssh_the_desktop_of_this_machine_is_left_alone() {
    let world = World::new();
    let bus = Bus::start(&world);
    let (_desktop, shown) = desktop(&bus);
    let remote = World::new()
        .with("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .with("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22");
    // There is no terminal either, so nothing could be shown anywhere.
    let ran = remote.run("watch --sandbox --on tag --notify --timeout 1s").ended_with(124);
    assert_eq!(ran.stderr.matches("neither a desktop nor a terminal").count(), 1, "{ran}");
    assert!(shown.try_recv().is_err());
}

#[test]
fn in_tmux_it_is_noted_once_on_what_a_notice_depends() {
    for (variable, count) in [("TMUX", 1), ("STY", 0)] {
        let world = World::new().with(variable, "/tmp/tmux-0/default,1,0");
        let screen = Screen::start(&world, "watch --sandbox --log --notify --until start", 24, 120);
        let (code, shown, _) = screen.end();
        assert_eq!((code, shown.matches("allow-passthrough").count()), (0, count), "{shown}");
    }
}

#[test]
fn without_a_terminal_bell_and_notice_are_reported_as_useless_and_the_watch_goes_on() {
    let world = World::new();
    let asked = "[watch]\nbell = true\nnotify = true\n";
    std::fs::create_dir_all(world.config_folder()).unwrap();
    for (config, options) in [("", "--bell --notify"), (asked, "")] {
        std::fs::write(world.config_folder().join("config.toml"), config).unwrap();
        let line = format!("watch --sandbox --json --until start {options}");
        let ran = world.run(&line).ended_with(0);
        assert_eq!(
            ran.stderr,
            "note: --bell has no effect: there is no terminal\n\
             note: --notify has no effect: there is neither a desktop nor a terminal\n"
        );
        assert_eq!(world.run(&format!("{line} -q")).ended_with(0).stderr, "");
    }
}
