//! The events, below or beside the agents and on their own page, and the day of one agent.

use super::*;
use crate::floor::event::{BreakEnded, ConnectionLost, WrapupEnded, WrapupStarted};

fn many_events() -> Stage {
    let mut stage = busy_floor();
    for second in 0..60 {
        stage.turn_to(1_000 + second);
        stage.tag(
            0,
            Tag { message: Some(format!("call number {second:02}").into()), ..notification("note", 0, &[]) },
        );
    }
    stage
}

/// The numbers of the calls that the screen shows, from top to bottom.
fn numbers(screen: &str) -> Vec<u32> {
    let after =
        |line: &str| line.split_once("call number ").and_then(|(_, rest)| rest.get(..2)?.parse().ok());
    screen.lines().filter_map(after).collect()
}

#[test]
fn the_newest_events_are_always_below_the_agents() {
    let mut stage = many_events();
    for page in ["floor", "agent"] {
        for lines in 10..40 {
            let shown = numbers(&stage.text(80, lines));
            assert!(shown.starts_with(&[59, 58, 57]), "{page}, {lines}: {shown:?}");
        }
        stage.press(&Key::Enter);
    }
}

#[test]
fn all_events_are_on_their_page_and_stay_in_place_while_others_arrive() {
    let mut stage = many_events();
    stage.press(&Key::Letter('e'));
    let screen = stage.text(80, 24);
    assert!(screen.contains("── 64 events ─"), "{screen}");
    assert_eq!(numbers(&screen), (40..60).rev().collect::<Vec<_>>());
    stage.press(&Key::Down);
    assert_eq!(numbers(&stage.text(80, 24)), (39..59).rev().collect::<Vec<_>>());
    stage.tag(0, Tag { message: Some("call number 60".into()), ..notification("note", 0, &[]) });
    let screen = stage.text(80, 24);
    assert_eq!(numbers(&screen), (39..59).rev().collect::<Vec<_>>());
    assert!(screen.contains("64 events, 1 newer: Home"), "{screen}");
    stage.press(&Key::PageDown);
    assert_eq!(numbers(&stage.text(80, 24)), (20..40).rev().collect::<Vec<_>>());
    stage.press(&Key::End);
    let screen = stage.text(80, 24);
    assert!(screen.contains("went on break: lunch"), "{screen}");
    stage.press(&Key::Home);
    let screen = stage.text(80, 24);
    assert!(numbers(&screen).starts_with(&[60, 59]) && screen.contains("65 events ─"), "{screen}");
    stage.press(&Key::Letter('/'));
    stage.type_text("lunch");
    let screen = stage.text(80, 24);
    assert!(screen.contains("── 2 of 65 events ─") && numbers(&screen).is_empty(), "{screen}");
}

#[test]
fn a_kind_stands_once_in_an_event() {
    let mut stage = Stage::new(&[]);
    stage.follow("asha", answer(working(), 999));
    for (kind, message, icons, expected) in [
        (
            "incoming",
            Some("Incoming call from Neha"),
            &["incoming"][..],
            "Incoming call from Neha  919812345678",
        ),
        (
            "call_back",
            Some("Please call back"),
            &["vip", "call back"],
            "Please call back  919812345678  [vip]",
        ),
        ("missed", Some("from Neha"), &["missed"], "missed: from Neha  919812345678"),
        ("missed", None, &[], "missed  919812345678"),
    ] {
        let message = message.map(Into::into);
        stage.tag(0, Tag { message, ..notification(kind, 990, icons) });
        let screen = stage.text(90, 12);
        assert!(screen.contains(&format!("asha  {expected}\n")), "{expected}\n{screen}");
    }
}

#[test]
fn a_server_that_is_lost_for_all_is_one_event() {
    let mut stage = busy_floor();
    for index in 0..7 {
        let lost = ConnectionLost {
            failure: "connect".into(),
            code: None,
            message: "cannot connect to http://127.0.0.1:9".into(),
            last_ok: None,
        };
        stage.note(index, at(995), EventKind::ConnectionLost(lost));
    }
    let screen = stage.text(95, 24);
    let sentence = " ✗ 08:16  7 of 7 profiles: connection lost: cannot connect to http://127.0.0.1:9";
    assert_eq!(screen.matches("connection lost").count(), 1, "{screen}");
    assert!(screen.contains(sentence), "{screen}");
    stage.press(&Key::Letter('/'));
    stage.type_text("lost");
    let screen = stage.text(95, 24);
    assert!(screen.contains("── 1 of 5 events ─"), "as many as there are lines: {screen}");
}

#[test]
fn an_opened_agent_names_no_beginning_that_nobody_saw_and_no_end_of_a_title_is_cut() {
    let mut stage = Stage::new(&[]);
    let first =
        PollResult { wrapup: Some(in_wrapup(Some("c"), Some(9_100))), ..answer(on_break(None, None), 9_000) };
    stage.turn_to(9_600);
    stage.follow("asha", first);
    stage.text(100, 24);
    stage.press(&Key::Enter);
    for columns in 30..120 {
        let screen = stage.text(columns, 24);
        assert!(screen.contains(" ‖ –now  break "), "{screen}");
        assert!(screen.contains(" ◔ –now  wrap-up "), "{screen}");
        let titles = screen.lines().find(|line| line.contains("message")).expect("titles");
        assert!(!titles.contains('…'), "{titles}");
    }
    assert!(stage.text(100, 24).contains("≥ 10 min so far"));
}

#[test]
fn an_opened_agent_has_times_as_distances_where_they_are_wanted() {
    let mut stage = busy_floor();
    stage.options.time = TimeStyle::Relative;
    let lasted = BreakEnded { reason: Some("Tea".into()), since: Some(at(100)), lasted_seconds: Some(300) };
    stage.note(2, at(400), EventKind::BreakEnded(lasted));
    stage.tag(2, notification("missed", 970, &[]));
    stage.text(100, 24);
    stage.press(&Key::Enter);
    let screen = stage.text(100, 24);
    for row in
        [" ‖    now  break   lunch, 16 min so far", " ✗   30 s  missed", " ‖ 10 min  break   Tea, 5 min"]
    {
        assert!(screen.contains(row), "{row}\n{screen}");
    }
    assert!(!screen.contains("since"), "a distance is in the column before: {screen}");
}

#[test]
fn a_long_name_is_whole_where_there_is_room() {
    let mut stage = Stage::new(&[]);
    let name = "n".repeat(60);
    stage.follow(&name, answer(working(), 999));
    stage.tag(0, notification("missed", 970, &[]));
    let screen = stage.text(300, 24);
    assert_eq!(screen.matches(&format!("{name} ")).count(), 1, "of the agent: {screen}");
    assert!(
        screen.contains(&format!("{}…  missed", "n".repeat(36))),
        "a quarter of the other pane: {screen}"
    );
    assert!(stage.text(80, 24).contains(&format!("{}…  missed", "n".repeat(19))));
    let message = "a short message";
    stage.tag(0, Tag { message: Some(message.into()), ..notification("missed", 980, &[]) });
    let screen = stage.text(120, 24);
    assert!(screen.contains(&format!("missed: {message}\n")), "the message goes before its end: {screen}");
}

#[test]
fn the_day_of_an_agent_has_each_break_and_wrapup_with_its_beginning_and_end() {
    let mut stage = Stage::new(&[]);
    let first =
        PollResult { wrapup: Some(in_wrapup(Some("c"), Some(9_100))), ..answer(on_break(None, None), 9_000) };
    stage.turn_to(9_600);
    stage.follow("asha", first);
    let text = |text: &str| Some(text.to_owned());
    let break_ended = |reason, since: Option<i64>, lasted_seconds| {
        EventKind::BreakEnded(BreakEnded { reason: text(reason), since: since.map(at), lasted_seconds })
    };
    let customer = || text("919812345678");
    let wrapup_started = || {
        let (ends_at, remaining_seconds, call_id) = (None, None, None);
        EventKind::WrapupStarted(WrapupStarted { ends_at, remaining_seconds, call_id, customer: customer() })
    };
    let wrapup_ended =
        || EventKind::WrapupEnded(WrapupEnded { ends_at: None, call_id: None, customer: customer() });
    for (second, kind) in [
        (600, break_ended("Lunch", Some(0), Some(600))),
        (1_200, break_ended("Tea", None, None)),
        (1_800, wrapup_ended()),
        (2_400, wrapup_started()),
        (2_490, wrapup_ended()),
    ] {
        stage.note(0, at(second), kind);
    }
    stage.tag(
        0,
        Tag { message: Some("Missed call ".repeat(20).into()), ..notification("missed", 3_000, &[]) },
    );
    stage.text(100, 24);
    stage.press(&Key::Enter);
    insta::assert_snapshot!(stage.text(100, 24));
}

#[test]
fn an_agent_is_shown_as_the_server_sent_it_on_request() {
    let mut stage = busy_floor();
    let seen =
        Break { detail: Some(raw(r#"{"why": "tea", "n": 1.50}"#)), ..on_break(Some("tea"), Some(300)) };
    stage.follow("uma", answer(seen, 998));
    stage.tag(7, notification("missed", 970, &["vip"]));
    stage.text(80, 24);
    stage.controls.selected = Some("uma".into());
    stage.press(&Key::Enter);
    assert!(!stage.text(80, 24).contains("queue"));
    stage.press(&Key::Letter('r'));
    let screen = stage.text(80, 24);
    for sent in [r#"    {"why":"tea","n":1.50}"#, r#"    {"_id":"t1","queue":"billing"}"#] {
        assert!(screen.contains(sent), "{screen}");
    }
    stage.press(&Key::Letter('r'));
    assert!(!stage.text(80, 24).contains("queue"));
}
