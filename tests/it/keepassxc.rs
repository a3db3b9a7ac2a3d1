//! Sessions in a real KeePassXC, without a screen, on a D-Bus of the test's own. `tests/run` installs it.

use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::keyring::Bus;
use crate::support::{CANARY_SSID, FakeServer, NOT_ON_BREAK, PATIENCE, World};

/// No dialogs but that of the database itself.
const CONFIGURATION: &str = "[General]
ConfigVersion=2
UpdateCheckMessageShown=true
[FdoSecrets]
Enabled=true
ConfirmAccessItem=false
ConfirmDeleteItem=false
UnlockBeforeSearch=false
[GUI]
CheckForUpdates=false
";

/// Lets the database's root serve the Secret Service, which no command of KeePassXC can do.
const EXPOSE: &str = r"
import base64, re, sys, uuid
text = sys.stdin.read()
root = re.search(r'<Root>\s*<Group>\s*<UUID>([^<]+)</UUID>', text).group(1)
root = '{' + str(uuid.UUID(bytes=base64.b64decode(root))) + '}'
data = '<CustomData><Item><Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>' + root + '</Value></Item></CustomData>'
text = re.sub(r'<CustomData\s*/>|<CustomData>.*?</CustomData>', '', text, flags=re.S)
print(text.replace('</Meta>', data + '</Meta>', 1))
";

/// Waits until the database is open: before that, whoever wants a secret opens a dialog.
const IS_OPEN: &str = "
import dbus, sys, time
bus = dbus.SessionBus()
name = 'org.freedesktop.secrets'
service = dbus.Interface(bus.get_object(name, '/org/freedesktop/secrets'), 'org.freedesktop.Secret.Service')
deadline = time.monotonic() + 120
while time.monotonic() < deadline:
    path = service.ReadAlias('default')
    if path != '/':
        collection = dbus.Interface(bus.get_object(name, path), dbus.PROPERTIES_IFACE)
        if not collection.Get('org.freedesktop.Secret.Collection', 'Locked'):
            sys.exit()
sys.exit('the database was never opened')
";

/// KeePassXC with an open database; ended when dropped.
struct KeePassXc(Child);

impl Drop for KeePassXc {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn output(home: &Path, program: &str, arguments: &[&str], input: &str) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(home)
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} is needed by this test: run tests/run ({error})"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn start(world: &World, bus: &Bus) -> KeePassXc {
    let home = world.home();
    let configuration = home.join(".config/keepassxc");
    std::fs::create_dir_all(&configuration).unwrap();
    std::fs::write(configuration.join("keepassxc.ini"), CONFIGURATION).unwrap();
    output(home, "keepassxc-cli", &["db-create", "-q", "-p", "empty.kdbx"], "pass\npass\n");
    let text = output(home, "keepassxc-cli", &["export", "-q", "-f", "xml", "empty.kdbx"], "pass\n");
    let text = output(home, "/usr/bin/python3", &["-c", EXPOSE], &text);
    std::fs::write(home.join("exposed.xml"), text).unwrap();
    output(home, "keepassxc-cli", &["import", "-q", "-p", "exposed.xml", "exposed.kdbx"], "pass\npass\n");
    let mut child = Command::new("keepassxc")
        .args(["--pw-stdin", "exposed.kdbx"])
        .current_dir(home)
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join(".config"))
        .env("XDG_RUNTIME_DIR", home)
        .env("QT_QPA_PLATFORM", "offscreen")
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"pass\n").unwrap();
    let keepassxc = KeePassXc(child);
    bus.wait_for_service();
    let waited = Command::new("/usr/bin/python3")
        .args(["-c", IS_OPEN])
        .env("DBUS_SESSION_BUS_ADDRESS", &bus.address)
        .status();
    assert!(waited.unwrap().success());
    keepassxc
}

#[test]
fn a_session_is_all_that_a_provider_with_a_recycle_bin_ever_sees_and_logout_says_what_it_keeps() {
    let server = FakeServer::always(NOT_ON_BREAK);
    let world = World::at(&server);
    let bus = Bus::start(&world);
    let _keepassxc = start(&world, &bus);
    let world = world.with("DBUS_SESSION_BUS_ADDRESS", &bus.address);
    world.run_with_input("login --ssid-stdin --profile asha", CANARY_SSID).ended_with(0);
    world.run("doctor --json").ended_with(0);
    world.run("break-status").ended_with(0);
    assert_eq!(server.arrivals().last().unwrap().json()["ssid"], CANARY_SSID);
    let ran = world.run("logout").ended_with(0);
    assert!(ran.stderr.contains("recycle bin"), "{ran}");
    let host = server.url().replace("http://", "");
    let list = ["ls", "-q", "-R", "-f", "exposed.kdbx"];
    let wanted = format!("Recycle Bin/DeepCall session: asha ({host})");
    let deadline = Instant::now() + PATIENCE;
    // It writes its file a moment after it has answered.
    loop {
        let entries = output(world.home(), "keepassxc-cli", &list, "pass\n");
        let entries: Vec<&str> = entries.lines().filter(|line| !line.ends_with('/')).collect();
        if entries == [&wanted] {
            return;
        }
        assert!(Instant::now() < deadline, "{entries:?}");
    }
}
