//! A config file that is no file, too large, not text, or writable by others.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::World;

const LINES: [&str; 2] = ["break-status", "profiles"];

/// Puts something else in the place of the file.
type Spoil = fn(&Path);

/// Each with what the error must name beside the path.
const UNUSABLE: [(&str, Spoil, &str); 8] = [
    ("a folder", |path| fs::create_dir(path).unwrap(), "is not a regular file"),
    ("a pipe", make_pipe, "is not a regular file"),
    ("a device without end", |path| symlink("/dev/zero", path).unwrap(), "is not a regular file"),
    ("100 MB", |path| fs::File::create(path).unwrap().set_len(100_000_000).unwrap(), "is larger than"),
    ("a mistake behind a byte order mark", |path| fs::write(path, "\u{feff}\n\nx").unwrap(), ", line 3: "),
    ("not UTF-8", |path| fs::write(path, b"\n\n# \xff\n").unwrap(), ", line 3: not UTF-8"),
    ("UTF-16", |path| fs::write(path, b"\xff\xfem\0").unwrap(), ", line 1: not UTF-8"),
    ("no TOML", |path| fs::write(path, "\nmask").unwrap(), ", line 2: "),
];

fn make_pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[test]
fn anything_else_in_place_of_a_file_is_a_configuration_error_that_names_it() {
    for file in ["config.toml", "profiles.toml"] {
        for (what, make, wanted) in UNUSABLE {
            let world = World::new();
            let path = world.config_folder().join(file);
            fs::create_dir_all(world.config_folder()).unwrap();
            make(&path);
            for line in LINES {
                let ran = world.run(line).ended_with(2);
                let place = path.display().to_string();
                assert!(ran.stderr.contains(&place) && ran.stderr.contains(wanted), "{what}\n{ran}");
                assert_eq!(ran.stdout, "");
            }
        }
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let world = World::new();
    let path = world.config_folder().join("config.toml");
    fs::create_dir_all(world.config_folder()).unwrap();
    fs::write(&path, "\n\n\nmsak = 1").unwrap();
    for line in LINES {
        let ran = world.run(line).ended_with(2);
        let wanted = format!("{}, line 4: unknown key `msak`", path.display());
        assert!(ran.stderr.contains(&wanted) && ran.stdout.is_empty(), "{ran}");
    }
}

#[test]
fn a_config_file_that_others_may_write_may_not_lead_a_session_elsewhere() {
    let world = World::new().with("DEEPCALL_SSID", "no-secret");
    let path = world.config_folder().join("config.toml");
    fs::create_dir_all(world.config_folder()).unwrap();
    let run = |text: &str, mode| {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        world.run("break-status --retries 0")
    };
    for text in ["server = 'http://127.0.0.1:9'", "cacert = '/etc/ssl/ca.pem'"] {
        for mode in [0o620, 0o602, 0o666] {
            let ran = run(text, mode).ended_with(2);
            assert!(ran.stderr.contains(&format!("chmod go-w {}", path.display())), "{ran}");
        }
    }
    // Nobody listens there, so the address was read and used.
    run("server = 'http://127.0.0.1:9'", 0o644).ended_with(5);
}

#[test]
fn profiles_that_others_may_write_are_refused() {
    let world = World::new();
    world.run_with_input("login --store file --no-verify --ssid-stdin", "session-of-asha").ended_with(0);
    let path = world.config_folder().join("profiles.toml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).unwrap();
    for line in ["break-status", "profiles", "logout", "login --store file --no-verify --ssid-stdin"] {
        let ran = world.run_with_input(line, "session-of-ravi").ended_with(2);
        assert!(ran.stderr.contains(&format!("chmod go= {}", path.display())), "{ran}");
    }
}
