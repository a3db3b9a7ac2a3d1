//! Which files a command writes, in which order and with which modes.

use std::collections::BTreeSet;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::system_calls::{Call, in_home, trace};
use super::{Kept, LOGIN, files_below, sessions, signed_in};
use crate::support::World;

/// The path by which a call names a file of the home, if it opens it for writing.
fn opened_for_writing(call: &Call) -> Option<String> {
    let is_open = call.name.starts_with("open") || call.name == "creat";
    (is_open && call.is_change()).then(|| call.text.split('"').nth(1).unwrap_or(&call.text).to_owned())
}

/// The name without what is drawn by lot.
fn plain_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap();
    match name.strip_suffix(".tmp").and_then(|name| name.rsplit_once('.')) {
        Some((name, _)) => format!("{}.tmp", name.trim_start_matches('.')),
        None => name.to_owned(),
    }
}

#[test]
fn a_login_writes_three_files_and_its_locks_and_every_reader_writes_none() {
    let world = signed_in();
    // Nobody listens there.
    let elsewhere = format!("{LOGIN} 555 --profile meera --server http://127.0.0.1:9");
    world.run_with_input(&elsewhere, "token-of-555").ended_with(0);
    let written = |line: &str, input: &str| {
        let (ran, calls) = trace(&world, line, input);
        assert!([0, 1, 5, 124].contains(&ran.code), "{line}\n{ran}");
        let opened: Vec<String> = calls.iter().filter_map(opened_for_writing).collect();
        opened
            .iter()
            .filter(|path| !path.starts_with("/dev/"))
            .map(|it| plain_name(it))
            .collect::<BTreeSet<_>>()
    };
    let asha = "asha@https_3a_2f_2fv4-api.deepcall.com.json.tmp";
    let login = written(&format!("{LOGIN} 222 --profile asha"), "token-of-222");
    assert_eq!(
        login,
        [".lock", asha, "probe.tmp", "profiles.toml.lock", "profiles.toml.tmp"].map(str::to_owned).into()
    );
    assert_eq!(
        written("profiles --default ravi", ""),
        ["profiles.toml.lock", "profiles.toml.tmp"].map(str::to_owned).into()
    );
    // It tries the store with an item that it takes away again.
    let doctor = written("doctor --sandbox", "");
    assert!(doctor.is_subset(&[".lock", "probe.tmp"].map(str::to_owned).into()), "{doctor:?}");
    let config = written("config set jobs 8", "");
    assert_eq!(config, ["config.toml.lock", "config.toml.tmp"].map(str::to_owned).into());
    for line in [
        "config show",
        "config path",
        "tags --sandbox --all",
        "break-status --profile meera --retries 0",
        "wrapup --sandbox --json",
        "ping --sandbox",
        "watch --sandbox --timeout 10ms",
        "api agentProfile/tags --sandbox",
        "profiles",
        "explain 1044",
        "schema tags",
        "completions bash",
    ] {
        assert_eq!(written(line, ""), BTreeSet::new(), "{line}");
    }
    let logout = written("logout --profile asha", "");
    assert_eq!(logout, [".lock", "profiles.toml.lock", "profiles.toml.tmp"].map(str::to_owned).into());
}

#[test]
fn a_file_is_replaced_by_way_of_a_synced_neighbour_that_was_private_from_the_start() {
    let world = signed_in();
    let (ran, calls) = trace(&world, &format!("{LOGIN} 222 --profile asha"), "token-of-222");
    ran.ended_with(0);
    let calls: Vec<Call> = in_home(&world, calls).into_iter().filter(Call::is_change).collect();
    for target in [
        sessions(&world).join("asha@https_3a_2f_2fv4-api.deepcall.com.json"),
        world.config_folder().join("profiles.toml"),
    ] {
        let folder = target.parent().unwrap().to_str().unwrap();
        let temporary = format!("{folder}/.{}.", target.file_name().unwrap().to_str().unwrap());
        let first = calls.iter().position(|call| call.text.contains(&temporary)).unwrap();
        let names: Vec<&str> = calls[first..].iter().map(Call::what).take(6).collect();
        assert_eq!(names, ["openat", "fchmod", "write", "fsync", "rename", "fsync"], "{calls:#?}");
        let text = |at: usize| calls[first + at].text.as_str();
        assert!(text(0).contains("O_CREAT|O_EXCL") && text(0).contains(", 0600)"), "{}", text(0));
        assert!((0..4).all(|at| text(at).contains(&temporary)), "{calls:#?}");
        assert!(
            text(4).contains(&temporary) && text(4).contains(&format!("\"{}\"", target.display())),
            "{}",
            text(4)
        );
        assert!(text(5).contains(&format!("<{folder}>")), "{}", text(5));
    }
}

#[test]
fn modes_are_the_same_under_every_umask() {
    for umask in ["000", "022", "077", "777"] {
        let world = World::new();
        let mut shell = world.shell("sh");
        let script = format!("umask {umask}; printf token-of-111 | exec deepcall {LOGIN} 111 --profile asha");
        // With a umask of 777 folders must be there: nobody but root could enter one made then.
        std::fs::create_dir_all(world.config_folder()).unwrap();
        std::fs::create_dir_all(sessions(&world)).unwrap();
        for folder in [world.config_folder(), sessions(&world)] {
            std::fs::remove_dir(&folder).unwrap();
        }
        shell.args(["-c", &script]);
        world.start(shell).end().ended_with(0);
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
        let files = files_below(world.home());
        assert_eq!(files.len(), 4, "{files:?}");
        for file in files
            .iter()
            .filter(|file| file.extension().is_none_or(|it| it != "lock") && !file.ends_with(".lock"))
        {
            assert_eq!(mode(file), 0o600, "{} with umask {umask}", file.display());
        }
        for folder in [world.config_folder(), sessions(&world)] {
            assert_eq!(mode(&folder) & 0o077, 0, "{} with umask {umask}", folder.display());
        }
    }
}

#[test]
fn a_file_behind_a_link_is_changed_there_and_a_link_to_nothing_is_refused() {
    let world = signed_in();
    let (list, elsewhere) = (world.config_folder().join("profiles.toml"), world.home().join("dotfiles.toml"));
    std::fs::rename(&list, &elsewhere).unwrap();
    symlink(&elsewhere, &list).unwrap();
    world.run("profiles --default ravi").ended_with(0);
    assert!(list.is_symlink());
    assert_eq!(Kept::in_home(&world).default.as_deref(), Some("ravi"));
    std::fs::remove_file(&elsewhere).unwrap();
    let ran = world.run_with_input(&format!("{LOGIN} 222 --profile asha"), "token-of-222").ended_with(2);
    assert!(
        ran.stderr.contains("is a symbolic link to something that does not exist") && !elsewhere.exists(),
        "{ran}"
    );
}
