//! How names are looked up, for one run: `/etc/hosts` and the resolver are replaced in a mount namespace of
//! its own (`unshare`, by user namespaces also without root). Where that cannot be done, the case fails.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::rc::Rc;

use tempfile::TempDir;

use super::matrix::Scene;

/// Mounts what the folder `$0` holds over the system's files, then becomes the program.
const REPLACE: &str = r#"
for file in hosts resolv.conf nsswitch.conf; do
    mount --bind "$0/$file" "/etc/$file" || exit 99
done
exec "$@""#;

/// A network of its own whose only way out swallows all that is sent: the other end of the cable is nobody's.
const SWALLOW: &str = r#"
ip() { /usr/sbin/ip "$@" || exit 98; }
ip link set lo up
ip link add here type veth peer name nowhere
ip link set here arp off up
ip link set nowhere up
ip address add 192.0.2.1/24 dev here
"#;

/// The files that answer for a name.
pub struct Names {
    folder: Rc<TempDir>,
    is_silent: bool,
}

/// `/etc/hosts` as the run sees it.
pub struct Hosts(PathBuf);

impl Names {
    /// Only these lines are known; there is no resolver.
    pub fn known(hosts: &str) -> Self {
        Self::with(hosts, "files", false)
    }

    /// Nothing is known, and the resolver never answers.
    pub fn silent() -> Self {
        Self::with("", "files dns", true)
    }

    fn with(hosts: &str, order: &str, is_silent: bool) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("hosts"), hosts).unwrap();
        fs::write(folder.path().join("resolv.conf"), "nameserver 192.0.2.53\n").unwrap();
        fs::write(folder.path().join("nsswitch.conf"), format!("hosts: {order}\n")).unwrap();
        Self { folder: Rc::new(folder), is_silent }
    }

    pub fn hosts(&self) -> Hosts {
        Hosts(self.folder.path().join("hosts"))
    }

    /// The scene, seen from within.
    pub fn surround(&self, scene: Scene) -> Scene {
        let (spaces, script) = if self.is_silent {
            ("-rmn", format!("{SWALLOW}{REPLACE}"))
        } else {
            ("-rm", REPLACE.to_owned())
        };
        let folder = self.folder.path().to_str().unwrap();
        scene.wrapped(&["unshare", spaces, "sh", "-c", &script, folder]).keep(Rc::clone(&self.folder))
    }
}

impl Hosts {
    /// A line more, in the very file that is mounted.
    pub fn add(&self, line: &str) {
        let mut file = fs::OpenOptions::new().append(true).open(&self.0).unwrap();
        writeln!(file, "{line}").unwrap();
    }
}
