//! What a terminal may send to the board, and what it may do to it: all keys are taken, nothing else is a key, Ctrl-C
//! always ends it, and the terminal is given back, which `Screen::end` compares for every test.

use rustix::process::Signal;

use crate::board::fits;
use crate::support::{FakeServer, ON_BREAK, Reply, Screen, World};

/// Is on the board where the keys are explained, and nowhere else.
const KEYS_PAGE: &str = "go to the shell";

fn board(world: &World) -> Screen {
    let screen = Screen::start(world, "watch --sandbox", 24, 80);
    screen.wait_for("? keys");
    screen.wait_for_echo(false);
    screen
}

/// The processor time that the program has taken, in seconds.
fn processor_seconds(screen: &Screen) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", screen.process_id())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |at: usize| fields[at].parse::<f64>().unwrap();
    // User and system time, in hundredths on every Linux.
    (ticks(11) + ticks(12)) / 100.0
}

#[test]
fn thousands_of_keys_in_one_write_are_all_taken_and_then_the_board_rests() {
    let world = World::new();
    let mut screen = board(&world);
    for count in [1_024, 1_025, 4_096, 20_000] {
        screen.type_keys(&("j".repeat(count) + "?"));
        screen.wait_for(KEYS_PAGE);
        screen.type_keys(&("\u{1b}[A".repeat(count) + "\u{7f}"));
        screen.wait_until("the floor", |shown| !shown.contains(KEYS_PAGE));
    }
    // By the board's own clock, so that a busy machine makes it longer and not busier.
    let clock = |shown: &str| {
        shown.lines().next().unwrap_or_default().trim_end().rsplit(' ').next().map(str::to_owned)
    };
    let before = processor_seconds(&screen);
    for _ in 0..4 {
        let now = clock(&screen.wait_for("? keys"));
        screen.wait_until("the next second", |shown| clock(shown) != now);
    }
    let used = processor_seconds(&screen) - before;
    assert!(used < 2.0, "{used} s of processor time in three seconds of rest");
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn ctrl_c_ends_the_board_whatever_came_before_it() {
    let world = World::new();
    let before: &[&[u8]] = &[
        b"",
        b"\x1b[200~",
        b"\x1b[200~pasted q \x1b[201",
        b"\x1b[<35;",
        b"\x1b[?",
        b"\x1b]0;",
        b"\x1bPq",
        b"\x1b",
        b"/",
        b"\xe9",
        b"\xf0\x9f",
    ];
    for bytes in before {
        let mut screen = board(&world);
        screen.type_keys(bytes);
        screen.type_keys(b"\x03");
        let (code, shown, _) = screen.end();
        assert_eq!(code, 130, "{}\n{shown}", bytes.escape_ascii());
    }
    // As terminals send it that were left in another mode.
    for bytes in
        [b"\x1b[99;5u".as_slice(), b"\x1b[27;5;99~", &[b"j".repeat(9_000), b"\x03".to_vec()].concat()]
    {
        let mut screen = board(&world);
        screen.type_keys(bytes);
        assert_eq!(screen.end().0, 130, "{}", bytes.escape_ascii());
    }
}

#[test]
fn escape_and_the_key_at_once_after_it_both_count() {
    let world = World::new();
    let mut screen = board(&world);
    screen.type_keys("?");
    screen.wait_for(KEYS_PAGE);
    screen.type_keys("\u{1b}/asha");
    screen.wait_for("/asha_");
    screen.type_keys("\u{1b}q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn neither_a_paste_nor_alt_nor_an_answer_of_the_terminal_is_a_command() {
    let world = World::new();
    let mut screen = board(&world);
    let none = [
        "\u{1b}[113;3u",
        "\u{1b}[200~q\rq\n?q\u{1b}[201~",
        "\u{1b}P>|quiet q(4.2)\u{1b}\\",
        "\u{1b}]11;rgb:qqqq/qqqq/qqqq\u{7}",
        "\u{1b}[M qq",
        "\u{1b}[<0;113;113M",
        "\u{1b}[113;5u",
        "\u{1b}[I",
    ];
    for bytes in none {
        screen.type_keys(bytes);
        screen.type_keys("?");
        screen.wait_for(KEYS_PAGE);
        screen.type_keys("\u{7f}");
        screen.wait_until("the floor", |shown| !shown.contains(KEYS_PAGE));
    }
    screen.type_keys("/\u{1b}[200~no\rbody q\u{1b}[201~");
    screen.wait_for("/nobody q_");
    screen.type_keys("\u{3}");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn a_board_that_cannot_read_its_terminal_ends_with_the_cause_and_not_as_if_it_had_hung_up() {
    let world = World::new();
    let mut blind = world.shell("sh");
    blind.args(["-c", "exec deepcall watch --sandbox 0>/dev/tty"]);
    let (code, shown, _) = Screen::run(&world, &blind, 24, 80).end();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("cannot read the keyboard") && shown.contains("Bad file descriptor"), "{shown}");
}

#[test]
fn a_board_without_enough_descriptors_is_shown_or_ends_with_the_cause() {
    let world = World::new();
    for limit in 3..=24 {
        let mut poor = world.shell("sh");
        poor.args(["-c", &format!("ulimit -n {limit}; exec deepcall watch --sandbox")]);
        let mut screen = Screen::run(&world, &poor, 24, 80);
        // An error of the shell, of the loader or of the program, or else a board.
        let shown = screen.wait_until("a board or an error", |shown| {
            shown.contains("? keys") || shown.contains("error") || shown.contains("cannot")
        });
        if shown.contains("? keys") {
            screen.type_keys("q");
        }
        let (code, shown, _) = screen.end();
        assert!([1, 5, 127, 130].contains(&code), "{code} with {limit} descriptors\n{shown}");
        assert!(code != 1 || shown.contains("caused by"), "{limit} descriptors\n{shown}");
    }
}

/// Signals that no command answers.
const FATAL: [Signal; 9] = [
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
    Signal::ALARM,
    Signal::VTALARM,
    Signal::PROF,
    Signal::XCPU,
    Signal::SYS,
    Signal::TRAP,
];

#[test]
fn a_signal_that_kills_the_board_leaves_the_terminal_as_it_was() {
    let world = World::new();
    for signal in FATAL {
        let mut screen = board(&world);
        screen.signal(signal);
        let name = screen.wait_for_end().signal().map(str::to_owned);
        let (_, shown, _) = screen.end();
        assert!(name.is_some(), "{signal:?} kills as it always does\n{shown}");
    }
}

#[test]
fn a_signal_that_the_board_was_started_to_ignore_does_nothing() {
    let world = World::new();
    let mut deaf = world.shell("sh");
    deaf.args(["-c", "trap '' QUIT USR1 ALRM; exec deepcall watch --sandbox"]);
    let mut screen = Screen::run(&world, &deaf, 24, 80);
    screen.wait_for("? keys");
    for signal in [Signal::QUIT, Signal::USR1, Signal::ALARM] {
        screen.signal(signal);
    }
    screen.type_keys("?");
    screen.wait_for(KEYS_PAGE);
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn a_board_lives_on_whatever_size_its_terminal_reports() {
    let world = World::new();
    let mut screen = board(&world);
    screen.claim_size(u16::MAX, u16::MAX);
    screen.type_keys("?");
    screen.wait_for(KEYS_PAGE);
    screen.type_keys("\u{7f}");
    for (rows, columns) in [(u16::MAX, u16::MAX), (1, u16::MAX), (u16::MAX, 1), (1, 1), (0, 0)] {
        screen.claim_size(rows, columns);
        screen.type_keys("?");
        screen.claim_size(24, 80);
        screen.wait_until("the keys page on a usual screen", |shown| shown.contains(KEYS_PAGE));
        screen.type_keys("\u{7f}");
        screen.wait_until("the floor", |shown| !shown.contains(KEYS_PAGE) && shown.contains("? keys"));
    }
    screen.claim_size(u16::MAX, u16::MAX);
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn each_key_of_the_board_does_what_its_help_says() {
    let world = World::new();
    let line = "watch --sandbox --all --since 30m --alert break=1s";
    // Wide enough for whole names in every state.
    let mut screen = Screen::start(&world, line, 30, 140);
    let is_floor = |shown: &str| shown.lines().nth(2).is_some_and(|titles| titles.contains("agent"));
    // The names come with the first answers.
    screen.wait_until("everybody", |shown| is_floor(shown) && shown.contains("● live"));
    // Events, and back by the same key.
    screen.type_keys("e");
    screen.wait_until("events", |shown| !is_floor(shown) && shown.contains(" events ─"));
    screen.type_keys("\u{1b}[B");
    screen.type_keys("\u{1b}[F");
    screen.type_keys("\u{1b}[H");
    screen.type_keys("e");
    screen.wait_until("the floor", is_floor);
    // Orders.
    for order in ["name", "state", "last tag", "away"] {
        screen.type_keys("s");
        screen.wait_for(&format!("sort: {order}"));
    }
    screen.type_keys("s");
    let shown = screen.wait_for("sort: name");
    let row = |shown: &str, at: usize| shown.lines().nth(3 + at).map(str::to_owned).unwrap_or_default();
    // The agent of a row: from the mark to the first gap.
    let name = |at: usize| {
        let row = row(&shown, at);
        row.trim_start_matches(|letter: char| !letter.is_alphanumeric())
            .split("  ")
            .next()
            .unwrap()
            .to_owned()
    };
    let names = [name(0), name(1), name(2)];
    assert!(names.is_sorted_by_key(|name| name.to_lowercase()), "{names:?}");
    // An agent, the next one and the previous one, and what the server sent.
    screen.type_keys("\r");
    let is_open = |at: usize| {
        let name = &names[at];
        move |shown: &str| shown.contains("p previous") && row(shown, 0).contains(name.as_str())
    };
    screen.wait_until("the first agent", is_open(0));
    for (key, at) in [("n", 1), ("\u{1b}[C", 2), ("\u{1b}[D", 1), ("p", 0)] {
        screen.type_keys(key);
        screen.wait_until("another agent", is_open(at));
    }
    screen.type_keys("r");
    screen.wait_for("\"_id\":");
    screen.type_keys("r");
    screen.wait_until("rows", |shown| !shown.contains("\"_id\":"));
    screen.type_keys("\u{7f}");
    screen.wait_until("the floor", is_floor);
    // A filter, and the keys and the kept order beside it.
    screen.type_keys("f");
    screen.wait_for("sort: name, kept");
    screen.type_keys("/anj");
    // The terminal may get a frame in pieces.
    let has_all = |shown: &str, all: &[&str]| all.iter().all(|text| shown.contains(text));
    screen.wait_until("one agent, and what ends the filter", |shown| {
        row(shown, 1).contains("──")
            && has_all(shown, &["/anj_", "sort: name, kept", "Enter keep the filter"])
    });
    screen.type_keys("\r");
    screen.wait_until("the filter, and the keys", |shown| {
        has_all(shown, &["filter: anj", "sort: name, kept", "? keys"])
    });
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn two_hundred_agents_fit_a_board_by_what_matters_most() {
    let world = World::new();
    let line = "watch --sandbox --all --agents 200 --jobs 64 --only breaks,wrapups --alert break=1s";
    let mut screen = Screen::start(&world, line, 24, 80);
    // A whole frame.
    let shown = screen.wait_until("everybody", |shown| fits(shown, 24) && shown.contains("unknown 0"));
    assert!(shown.contains("200 profiles") && shown.contains("more"), "{shown}");
    // Agents over the limit come first.
    assert!(shown.lines().skip(3).take(8).all(|row| row.starts_with(" ✗")), "{shown}");
    screen.type_keys("f");
    screen.wait_for("sort: away, kept");
    screen.type_keys("/wrap");
    let shown = screen.wait_for("/wrap_");
    assert!(!shown.contains("on break  "), "{shown}");
    screen.type_keys("\r");
    screen.wait_for("filter: wrap");
    screen.type_keys("\r");
    screen.wait_for("–now");
    screen.type_keys("\u{1b}");
    // A whole frame: Esc and a key after it in one read would be a key with Alt.
    screen.wait_until("the floor", |shown| fits(shown, 24) && !shown.contains("–now"));
    screen.type_keys("\u{1b}");
    screen.wait_until("all rows", |shown| fits(shown, 24) && !shown.contains("filter: wrap"));
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn what_failed_beside_the_board_is_noted_below_its_last_frame() {
    // In the sandbox there are times of the day at which nobody is on break.
    let world = World::signed_in(&FakeServer::always(ON_BREAK));
    let line = "watch --only breaks --alert break=1s --exec false --until alert";
    let (code, shown, _) = Screen::start(&world, line, 60, 80).end();
    assert_eq!(code, 0, "{shown}");
    let place = |text: &str| shown.find(text).unwrap_or_else(|| panic!("no {text}:\n{shown}"));
    assert!(place("note: --exec for alert of ") > place("── "), "{shown}");
}

#[test]
fn a_board_that_ends_because_nobody_answers_has_the_reason_below_its_last_frame() {
    let server = FakeServer::always(Reply::Reset(vec![]));
    let line = "watch --only wrapups --interval 2s --max-stale 3s";
    let (code, shown, _) = Screen::start(&World::signed_in(&server), line, 24, 100).end();
    assert_eq!(code, 5, "{shown}");
    let place = |text: &str| shown.find(text).unwrap_or_else(|| panic!("no {text}:\n{shown}"));
    assert!(place("no answer for 3 s, the limit of --max-stale") > place("── "), "{shown}");
}
