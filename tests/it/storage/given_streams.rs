//! Streams that are closed, endless or empty, and a terminal of senseless size or locale.

use std::fs::File;
use std::io::{Seek, Write};

use super::{Kept, LOGIN, files_below};
use crate::support::{Screen, World};

const SSID: &str = "login --store file --no-verify --ssid-stdin";

#[test]
fn a_closed_stream_never_becomes_a_file_that_is_written() {
    for closed in 1..8 {
        let world = World::new();
        std::fs::write(world.home().join("token"), "token-of-111").unwrap();
        let close: String = (0..3).filter(|fd| closed >> fd & 1 == 1).map(|fd| format!(" {fd}>&-")).collect();
        let script = format!(
            "exec{close}; deepcall login --store file --no-verify --user-id 111 --token-file token --profile asha -v; exec deepcall profiles -v"
        );
        let mut shell = world.shell("sh");
        shell.args(["-c", &script]);
        world.start(shell).end().ended_with(0);
        let kept = Kept::in_home(&world);
        assert_eq!((kept.listed.len(), kept.secrets.len()), (1, 1), "{close}");
        for file in files_below(world.home()) {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("note: ") && !text.contains("Signed in"), "{}: {text}", file.display());
        }
    }
}

#[test]
fn a_stdin_of_a_gigabyte_is_read_for_8_kib_at_most() {
    let world = World::new();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("endless");
    let two_lines = "more than one line";
    for (head, why) in [(&b""[..], "8 KiB"), (b"token-of-111\n", two_lines), (b"token-of-111\r\n", two_lines)]
    {
        let mut file = File::create_new(&path).unwrap();
        file.write_all(head).unwrap();
        file.set_len(1 << 30).unwrap();
        let mut given = File::open(&path).unwrap();
        let mut command = world.command(format!("{LOGIN} 111 --profile asha").split(' '));
        command.stdin(given.try_clone().unwrap());
        let ran = world.start(command).end().ended_with(2);
        assert!(ran.stderr.contains(why) && !ran.stderr.contains("token-of-111"), "{ran}");
        // The program and the test share the place in the file.
        assert!(given.stream_position().unwrap() <= 8192);
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn stdin_is_one_line_of_plain_text() {
    let world = World::new();
    for input in [
        "token-of-111",
        "token-of-111\n",
        "token-of-111\r\n",
        "\u{feff}token-of-111\n",
        "  token-of-111 \n\n",
    ] {
        world.run_with_input(&format!("{LOGIN} 111 --profile asha"), input).ended_with(0);
        assert_eq!(Kept::in_home(&world).secrets["asha"].1, "token-of-111", "{input:?}");
    }
    for input in ["", "\n", "\r\n", "\0", "a\0b", "a\u{1b}b", "token-of-111\nanother", "token\u{200b}-of-111"]
    {
        let ran = world.run_with_input(SSID, input).ended_with(2);
        assert!(ran.stderr.contains("--ssid-stdin"), "{input:?}\n{ran}");
        assert!(!ran.stderr.contains("of-111") && !ran.stderr.contains("another"), "{input:?}\n{ran}");
    }
    let mut command = world.command(SSID.split(' '));
    let not_text = world.home().join("not-text");
    std::fs::write(&not_text, b"\xff\xfe\n").unwrap();
    command.stdin(File::open(&not_text).unwrap());
    world.start(command).end().ended_with(2);
}

#[test]
fn a_terminal_of_senseless_size_or_locale_is_written_to_all_the_same() {
    for (name, value) in [
        ("COLUMNS", "0"),
        ("COLUMNS", "1"),
        ("COLUMNS", "100000"),
        ("COLUMNS", "x"),
        ("LC_ALL", "C"),
        ("LINES", "0"),
    ] {
        let world = World::new().with(name, value);
        let (code, shown, _) = Screen::start(&world, "break-status --sandbox --all", 24, 80).end();
        assert_eq!(code, 0, "{name}={value}\n{shown}");
        assert!(shown.contains("asha") && shown.lines().count() >= 14, "{name}={value}\n{shown}");
        world.run("tags --sandbox --all").ended_with(0);
    }
    // No TERM at all, in a pipe as by cron.
    let ran = World::new().run("break-status --sandbox --all").ended_with(0);
    assert!(!ran.stdout.contains('\u{1b}'), "{ran}");
}
