//! The question for a secret: nothing of it is ever shown, and the terminal is left as it was, which
//! `Screen::end` compares for every test.

use rustix::process::Signal;

use crate::support::{CANARY_SSID, CANARY_TOKEN, FakeServer, NOT_ON_BREAK, Screen, World};

/// One question for each way in which it can end.
fn round(number: usize) {
    let world = World::new();
    let line = if number.is_multiple_of(2) { "" } else { " --user-id 111" };
    let mut screen = Screen::start(&world, &format!("login --store file --no-verify{line}"), 24, 80);
    screen.wait_for(if line.is_empty() { "Session id (ssid)" } else { "Token" });
    screen.wait_for_echo(false);
    let (end, wanted) = [
        ("Ctrl-C", 130),
        ("back from Ctrl-Z, then an answer", 0),
        ("a paste of 4 KiB", 1),
        ("SIGTERM", 143),
        ("Ctrl-C after Ctrl-Z", 130),
    ][number % 5];
    // What was typed just before a signal may reach the terminal after echo was turned on again.
    if !end.contains("Ctrl-Z") && end != "SIGTERM" {
        screen.type_keys(&CANARY_SSID[..20]);
    }
    match end {
        "Ctrl-C" => screen.type_keys("\u{3}"),
        "SIGTERM" => screen.signal(Signal::TERM),
        "a paste of 4 KiB" => screen.type_keys(&(CANARY_TOKEN.repeat(100) + "\r")),
        _ => {
            screen.come_back_as_from_ctrl_z();
            screen.wait_for_echo(false);
            screen.type_keys(&CANARY_SSID[..20]);
            screen.type_keys(if wanted == 0 { "rest\r" } else { "\u{3}" });
        }
    }
    if wanted == 130 || wanted == 143 {
        screen.wait_for_echo(true);
    }
    let (code, shown, bytes) = screen.end();
    assert_eq!(code, wanted, "{end}\n{shown}");
    let bytes = String::from_utf8_lossy(&bytes);
    assert!(!bytes.contains("ssid-CAN") && !bytes.contains("token-CAN"), "{end}\n{shown}");
}

#[test]
fn whatever_ends_the_question_nothing_is_echoed_and_the_terminal_is_restored() {
    (0..20).for_each(round);
}

#[test]
#[ignore = "takes minutes: `cargo test --test it -- --ignored prompt`"]
fn whatever_ends_the_question_the_terminal_is_restored_five_hundred_times() {
    (0..500).for_each(round);
}

/// One question each: for an ssid or a token, as it is usually asked or plainly.
fn questions() -> impl Iterator<Item = (World, &'static str, &'static str)> {
    ["", "1"].into_iter().flat_map(|accessible| {
        [("login --store file", "Session id (ssid)"), ("login --store file --user-id 111", "Token")].map(
            move |(line, question)| {
                let world = World::new();
                (
                    if accessible.is_empty() { world } else { world.with("ACCESSIBLE", accessible) },
                    line,
                    question,
                )
            },
        )
    })
}

#[test]
fn the_end_of_input_ends_the_question_and_nothing_is_sent_or_stored() {
    let server = FakeServer::always(NOT_ON_BREAK);
    // The first Ctrl-D after text hands that on, and the next one ends the input.
    for typed in ["\u{4}", "\u{4}ls -l\r", "half a secret\u{4}\u{4}", "\r\u{4}", "  \r\u{4}"] {
        for (world, line, question) in questions() {
            let world = world.with("DEEPCALL_SERVER", &server.url());
            let mut screen = Screen::start(&world, line, 24, 80);
            screen.wait_for(question);
            screen.wait_for_echo(false);
            screen.type_keys(typed);
            let (code, shown, _) = screen.end();
            assert_eq!(code, 130, "{typed:?} at {line:?}\n{shown}");
            assert!(!world.config_folder().join("profiles.toml").exists(), "{typed:?} at {line:?}\n{shown}");
        }
    }
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn the_error_after_ctrl_c_begins_on_a_line_of_its_own() {
    for (world, line, question) in questions() {
        let mut screen = Screen::start(&world, line, 24, 80);
        screen.wait_for(question);
        screen.wait_for_echo(false);
        screen.type_keys("\u{3}");
        let (code, shown, _) = screen.end();
        assert_eq!(code, 130, "{shown}");
        assert!(shown.lines().any(|line| line.starts_with("error: ")), "{shown}");
    }
}

#[test]
fn an_empty_answer_is_asked_again() {
    for (world, line, question) in questions() {
        let mut screen = Screen::start(&world, &format!("{line} --no-verify"), 24, 80);
        screen.wait_for(question);
        screen.wait_for_echo(false);
        screen.type_keys("\r");
        screen.wait_until("the question again", |shown| shown.matches(question).count() == 2);
        screen.type_keys(format!("{CANARY_SSID}\r"));
        let (code, shown, _) = screen.end();
        assert_eq!(code, 0, "{line:?}\n{shown}");
    }
}

#[test]
fn what_was_typed_before_the_question_is_no_answer_and_what_comes_after_the_answer_is_no_command() {
    let world = World::new();
    let mut shell = world.shell("sh");
    let rest = "modes=$(stty -g); stty -icanon min 0; echo rest: $(wc -c); stty $modes";
    shell.args(["-c", &format!("read -r _; deepcall login --store file --no-verify; {rest}")]);
    let mut screen = Screen::run(&world, &shell, 24, 80);
    screen.type_keys("go\rls -l\r");
    screen.wait_for("Session id (ssid)");
    screen.wait_for_echo(false);
    screen.type_keys(format!("{CANARY_SSID}\rsecond line\r"));
    let (_, shown, _) = screen.end();
    assert!(shown.contains("Signed in: profile default") && shown.contains("rest: 0"), "{shown}");
    let kept = std::fs::read_dir(world.home().join(".local/share/deepcall/sessions")).unwrap();
    let kept: Vec<String> =
        kept.flatten().filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect();
    assert!(kept.iter().any(|text| text.contains("ssid-CANARY")), "{kept:?}");
}

#[test]
fn a_signal_that_kills_at_the_question_gives_the_terminal_its_echo_back() {
    for signal in [Signal::QUIT, Signal::USR1, Signal::USR2, Signal::ALARM, Signal::VTALARM, Signal::XCPU] {
        for (world, line, question) in questions() {
            let mut screen = Screen::start(&world, line, 24, 80);
            screen.wait_for(question);
            screen.wait_for_echo(false);
            screen.signal(signal);
            assert!(
                screen.wait_for_end().signal().map(str::to_owned).is_some(),
                "{signal:?} kills as it always does"
            );
            screen.end();
        }
    }
}
