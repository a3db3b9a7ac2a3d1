//! The question for a secret: nothing of it is ever shown, and the terminal is left as it was, which
//! `Screen::end` compares for every test.

use rustix::process::Signal;

use crate::support::{CANARY_SSID, CANARY_TOKEN, Screen, World};

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
