//! What a person chooses by keys: order, filter, selection, page.

use super::*;
use crate::watch::sinks::board::rows::Order;

#[test]
fn over_the_limit_comes_first_then_the_longest() {
    let mut stage = busy_floor();
    stage.text(80, 24);
    assert_eq!(
        stage.controls.shown,
        ["asha", "ravi", "mo", "अनीता", "neha", "zoe", "kim"].map(String::from).to_vec()
    );
}

#[test]
fn a_frozen_order_stays_when_states_change() {
    let mut stage = busy_floor();
    stage.text(80, 24);
    stage.press(&Key::Letter('f'));
    let before = stage.controls.shown.clone();
    stage.view.agents.retain(|one| one.profile != "kim");
    stage.follow("kim", answer(on_break(None, Some(1)), 999));
    stage.text(80, 24);
    assert_eq!(stage.controls.shown, before);
    stage.press(&Key::Letter('f'));
    stage.text(80, 24);
    assert_eq!(stage.controls.shown[0], "kim");
}

#[test]
fn typing_filters_by_name_state_or_reason_until_escape() {
    let mut stage = busy_floor();
    for (text, found) in
        [("LUN", vec!["asha"]), ("wrap", vec!["अनीता"]), ("नीता", vec!["अनीता"]), ("qqq", vec![])]
    {
        stage.press(&Key::Letter('/'));
        stage.type_text(text);
        let screen = stage.text(80, 24);
        assert_eq!(stage.controls.shown, found, "{text}");
        assert!(screen.contains(&format!("/{text}_")), "{screen}");
        stage.press(&Key::Escape);
    }
    stage.text(80, 24);
    assert_eq!(stage.controls.shown.len(), 7);
}

#[test]
fn keys_request_what_the_board_explains() {
    let mut stage = Stage::new(&[]);
    assert_eq!(stage.press(&Key::Interrupt), Request::Quit);
    assert_eq!(stage.press(&Key::Stop), Request::Stop);
    assert_eq!(stage.press(&Key::Redraw), Request::Redraw);
    assert_eq!(stage.press(&Key::Letter('x')), Request::Nothing);
    assert_eq!(stage.press(&Key::Letter('q')), Request::Quit);
    stage.press(&Key::Letter('/'));
    assert_eq!(stage.press(&Key::Letter('q')), Request::Redraw, "while typing, q is a letter");
    assert_eq!(stage.press(&Key::Interrupt), Request::Quit, "even while typing");
}

#[test]
fn a_paste_is_text_for_the_filter_and_no_command() {
    let mut stage = busy_floor();
    stage.text(80, 24);
    assert_eq!(stage.press(&Key::Paste("q?f/".into())), Request::Nothing);
    assert_eq!(stage.controls.place(), Place::Floor);
    stage.press(&Key::Letter('/'));
    assert_eq!(stage.press(&Key::Paste("as\nha\u{1b}q".into())), Request::Redraw);
    assert_eq!(stage.controls.filter, "ashaq");
    stage.press(&Key::Paste("x".repeat(100_000)));
    assert_eq!(stage.controls.filter.chars().count(), 64);
}

#[test]
fn the_window_follows_the_selection_and_counts_what_is_beyond() {
    let mut stage = Stage::new(&[]);
    for number in 0..50 {
        stage.follow(&format!("agent{number:02}"), answer(on_break(None, Some(number)), 999));
    }
    let screen = stage.text(60, 14);
    assert!(screen.contains("agent00") && screen.contains("and 45 more"), "{screen}");
    stage.press(&Key::End);
    let screen = stage.text(60, 14);
    assert!(screen.contains("› ") || screen.contains("›‖"), "{screen}");
    assert!(screen.contains("agent49") && screen.contains("45 more above, 0 below"), "{screen}");
    stage.press(&Key::PageUp);
    stage.press(&Key::Up);
    let screen = stage.text(60, 14);
    assert!(screen.contains("agent45") && !screen.contains("agent49"), "{screen}");
}

#[test]
fn rows_are_sorted_by_what_was_chosen_and_a_choice_ends_a_kept_order() {
    let mut stage = busy_floor();
    stage.tag(0, notification("callback", 999, &[]));
    for (order, expected) in [
        (Order::Away, ["asha", "ravi", "mo", "अनीता", "neha", "zoe", "kim"]),
        (Order::Name, ["asha", "kim", "mo", "neha", "ravi", "zoe", "अनीता"]),
        // Of those that are equal, the order before.
        (Order::State, ["asha", "ravi", "mo", "अनीता", "neha", "kim", "zoe"]),
        (Order::LastTag, ["neha", "अनीता", "asha", "ravi", "mo", "kim", "zoe"]),
    ] {
        let screen = stage.text(90, 24);
        assert_eq!(stage.controls.shown, expected, "{order:?}");
        assert!(screen.contains(&format!("sort: {}", order.word())), "{screen}");
        stage.press(&Key::Letter('f'));
        assert!(stage.text(90, 24).contains(&format!("sort: {}, kept", order.word())));
        stage.press(&Key::Letter('s'));
    }
    assert_eq!((stage.controls.order, &stage.controls.kept), (Order::Away, &None));
}

#[test]
fn a_filter_finds_kinds_of_tags_and_events_too_and_hides_neither_keys_nor_order() {
    let mut stage = busy_floor();
    stage.text(90, 24);
    stage.press(&Key::Letter('f'));
    stage.press(&Key::Letter('/'));
    stage.type_text("CALLb");
    let screen = stage.text(90, 24);
    assert_eq!(stage.controls.shown, ["अनीता"]);
    assert!(screen.contains("1 of 4 events") && !screen.contains("lunch"), "{screen}");
    for there in ["/CALLb_", "Enter keep the filter", "sort: away, kept"] {
        assert!(screen.contains(there), "{there}\n{screen}");
    }
    stage.press(&Key::Enter);
    let screen = stage.text(90, 24);
    for there in ["filter: CALLb", "? keys", "q quit", "sort: away, kept"] {
        assert!(screen.contains(there), "{there}\n{screen}");
    }
    // The order that is kept is that of all rows.
    stage.press(&Key::Escape);
    stage.text(90, 24);
    assert_eq!(stage.controls.shown.len(), 7);
    assert_eq!(stage.controls.shown[0], "asha");
}

#[test]
fn the_next_and_the_previous_agent_are_those_of_the_floor() {
    let mut stage = busy_floor();
    stage.text(80, 24);
    let opened = |stage: &Stage| stage.controls.opened.clone().expect("an agent");
    stage.press(&Key::Enter);
    assert_eq!(stage.press(&Key::Left), Request::Redraw);
    assert_eq!(opened(&stage), "asha", "there is none before the first");
    for (key, name) in
        [(Key::Letter('n'), "ravi"), (Key::Right, "mo"), (Key::Letter('p'), "ravi"), (Key::Left, "asha")]
    {
        stage.press(&key);
        assert_eq!(opened(&stage), name);
        let screen = stage.text(80, 24);
        assert!(screen.lines().nth(3).is_some_and(|row| row.contains(name)), "{screen}");
    }
    stage.press(&Key::Letter('n'));
    stage.press(&Key::Escape);
    stage.text(80, 24);
    assert_eq!(stage.controls.selected.as_deref(), Some("ravi"), "the floor shows where one has been");
}

#[test]
fn a_page_over_another_leads_back_to_it() {
    let mut stage = busy_floor();
    stage.text(80, 24);
    for (key, place) in [
        (Key::Enter, Place::Agent),
        (Key::Letter('?'), Place::Help),
        (Key::Letter('e'), Place::Events),
        (Key::Letter('e'), Place::Agent),
        (Key::Letter('e'), Place::Events),
        (Key::Escape, Place::Agent),
        (Key::Backspace, Place::Floor),
        (Key::Backspace, Place::Floor),
    ] {
        stage.press(&key);
        stage.text(80, 24);
        assert_eq!(stage.controls.place(), place, "{key:?}");
    }
}

#[test]
fn agents_have_the_names_that_the_server_gives_unless_two_have_the_same() {
    let mut stage = busy_floor();
    for (index, name) in [(0, "Neha Joshi"), (1, "Ravi Kumar"), (2, "Ravi Kumar"), (4, "call 98765 43210")] {
        stage.agent(index).learn(name.to_owned());
    }
    stage.tag(0, notification("callback", 999, &[]));
    stage.options.mask = true;
    let screen = stage.text(95, 24);
    for row in [" · Neha Joshi ", " ! ravi ", " ✗ asha ", " ↻ call ••••• ••210 ", " ↩ 08:16  Neha Joshi "]
    {
        assert!(screen.contains(row), "{row}\n{screen}");
    }
    for filter in ["joshi", "NEHA"] {
        stage.controls.filter = filter.into();
        let screen = stage.text(95, 24);
        assert_eq!(stage.controls.shown, ["neha"], "profiles are found too");
        assert!(screen.contains("1 of 5 events"), "{screen}");
    }
    stage.press(&Key::Enter);
    let screen = stage.text(95, 24);
    assert!(screen.contains("· Neha Joshi") && screen.contains("the profile is neha"), "{screen}");
}

#[test]
fn rows_that_began_within_a_second_do_not_change_places_at_each() {
    let mut stage = Stage::new(&[]);
    for (name, millis) in [("asha", 700), ("ravi", 300)] {
        let seen =
            PollResult { monotonic: Duration::from_millis(990_000 + millis), ..answer(working(), 990) };
        stage.follow(name, seen);
    }
    // At some moments both have the same whole seconds, and ravi is ahead at the others.
    stage.view.now = Duration::from_millis(1_000_400);
    stage.text(80, 24);
    assert_eq!(stage.controls.shown, ["ravi", "asha"]);
    for millis in (0..5_000).step_by(100) {
        stage.view.now = Duration::from_millis(1_000_400 + millis);
        stage.text(80, 24);
        assert_eq!(stage.controls.shown, ["ravi", "asha"], "{millis}");
    }
}

#[test]
fn an_agent_is_found_by_what_a_tag_says() {
    let mut stage = busy_floor();
    stage
        .tag(0, Tag { message: Some("Elena left a voicemail".into()), ..notification("vm", 990, &["gold"]) });
    for text in ["ELENA left", "vm", "gold"] {
        stage.press(&Key::Letter('/'));
        stage.type_text(text);
        stage.text(80, 24);
        assert_eq!(stage.controls.shown, ["neha"], "{text}");
        stage.press(&Key::Escape);
    }
    stage.options.mask = true;
    stage.press(&Key::Letter('/'));
    stage.type_text("919812345678");
    stage.text(80, 24);
    assert!(stage.controls.shown.is_empty(), "what is masked is not found out");
}
