//! How a row shows its state.

use super::*;
use crate::floor::health::Health;
use crate::output::presentation::TimeStyle;
use crate::output::text::style::{IN_WRAPUP, NOTABLE, ON_BREAK, WRONG};
use crate::output::text::terminal::sanitize_for_terminal;
use crate::watch::sinks::shown::wording::Wording;

#[test]
fn the_length_of_an_agent_of_whom_nothing_is_heard_stands_still() {
    for is_known_in_part in [false, true] {
        let mut stage = Stage::new(&["break=5m"]);
        stage.follow("asha", answer(on_break(Some("tea"), Some(900)), 1_000));
        if is_known_in_part {
            stage.agent(0).health = Health::default();
        }
        stage.turn_to(1_300);
        let screen = stage.text(80, 12);
        assert!(screen.contains("1 min 40 s") && !screen.contains("6 min 40 s"), "{screen}");
        assert!(screen.contains("✗ over 0") || !screen.contains("over"), "{screen}");
    }
}

#[test]
fn left_counts_to_the_limit_and_is_negative_once_over() {
    let left = |limits: &[&str], second, answer: PollResult| {
        let mut stage = Stage::new(limits);
        let one = stage.follow("asha", answer).clone();
        let time = TimeStyle::Both;
        let wording = Wording {
            zone: &TimeZone::UTC,
            mask: false,
            time,
            wall: at(second),
            harmless: sanitize_for_terminal,
        };
        let name = "asha".to_owned();
        stage.view.now = Duration::from_secs(second.cast_unsigned());
        // The next answer is not late.
        stage.view.interval = stage.view.now;
        let row = rows::row(&one, name, &stage.view, &stage.limits, &wording);
        (row.mark, row.left)
    };
    let tea = || answer(on_break(Some("tea"), Some(400)), 400);
    let wrapup = |end| PollResult { wrapup: Some(in_wrapup(Some("c1"), Some(end))), ..poll(400) };
    let both = || PollResult { break_state: Some(on_break(Some("tea"), Some(400))), ..wrapup(424) };
    let break_limit: &[&str] = &["break=5m:10m"];
    let wrapup_limit: &[&str] = &["wrapup=30s:60s"];
    for (limits, second, answer, mark, expected) in [
        (break_limit, 460, tea(), ON_BREAK, "9 min"),
        // A warning is on the way to the limit, and not the limit.
        (break_limit, 701, tea(), NOTABLE, "4 min 59 s"),
        (break_limit, 1_000, tea(), WRONG, "0 s"),
        (break_limit, 1_125, tea(), WRONG, "-2 min 05 s"),
        (&[], 1_125, tea(), ON_BREAK, ""),
        // The server's end is the limit of a wrap-up without one.
        (&[], 400, wrapup(424), IN_WRAPUP, "24 s"),
        (&[], 430, wrapup(424), IN_WRAPUP, "-6 s"),
        (wrapup_limit, 410, wrapup(900), IN_WRAPUP, "50 s"),
        (wrapup_limit, 470, wrapup(494), WRONG, "-10 s"),
        // Of two states, the one that is due first.
        (break_limit, 410, both(), ON_BREAK, "14 s"),
        (wrapup_limit, 470, both(), WRONG, "-10 s"),
    ] {
        assert_eq!(left(limits, second, answer), (mark, expected.to_owned()), "{limits:?} {second}");
    }
}

#[test]
fn every_state_has_a_word_a_symbol_and_a_colour_of_its_own() {
    let mut stage = busy_floor();
    stage.options.color = true;
    let screen = stage.screen(80, 24);
    let symbols = |row: u16, from: u16, most: u16| -> String {
        (from..from + most).map(|column| screen[(column, row)].symbol()).collect()
    };
    let column = (0..70).find(|column| symbols(2, *column, 5) == "state").expect("a column of states");
    let seen = ["asha", "ravi", "अनीता", "neha", "kim"].map(|name| {
        let row = (3..20).find(|row| symbols(*row, 3, column - 3).replace(' ', "") == name);
        let row = row.expect("a row");
        let word = &screen[(column, row)];
        (screen[(1, row)].symbol().to_owned(), word.fg, word.modifier)
    });
    for (at, one) in seen.iter().enumerate() {
        for other in &seen[at + 1..] {
            assert_ne!(one.0, other.0);
            assert_ne!((one.1, one.2), (other.1, other.2), "{seen:?}");
        }
    }
}

#[test]
fn a_watch_of_one_thing_has_its_words_alone() {
    let (breaks, wrapups, tags) = ((true, false, false), (false, true, false), (false, false, true));
    let screen = |(breaks, wrapups, tags), limits: &[&str]| {
        let mut stage = Stage::new(limits);
        stage.options.only = WatchScope { tags, breaks, wrapups };
        let (break_state, wrapup) = (breaks.then(working), wrapups.then(not_in_wrapup));
        stage.follow("asha", PollResult { break_state, wrapup, ..poll(999) });
        stage.text(120, 12)
    };
    let shown = screen(breaks, &[]);
    assert!(shown.contains("no break 1") && !shown.contains("neither") && !shown.contains("left"), "{shown}");
    assert!(screen(breaks, &["break=5m"]).contains("left"));
    let shown = screen(wrapups, &[]);
    assert!(
        shown.contains("no wrap-up 1") && !shown.contains("neither") && shown.contains("left"),
        "{shown}"
    );
    let shown = screen(tags, &[]);
    assert!(shown.contains("\n · asha"), "what nobody wants to know is not unknown: {shown}");
}

#[test]
fn the_tally_counts_everybody_once_as_status_does() {
    let states = [Some(true), Some(false), None];
    for (on, wrap) in states.into_iter().flat_map(|on| states.map(|wrap| (on, wrap))) {
        let break_state = on.map(|on| if on { on_break(None, None) } else { working() });
        let wrapup = wrap.map(|wrap| if wrap { in_wrapup(None, None) } else { not_in_wrapup() });
        let mut stage = Stage::new(&[]);
        stage.follow("asha", PollResult { break_state, wrapup, ..poll(999) });
        let counted = |only| {
            let Tally { on_break, wrapup, neither, unknown, .. } = tally(&stage.view, only, &[]);
            [on_break, wrapup, neither, unknown]
        };
        let all = WatchScope { tags: true, breaks: true, wrapups: true };
        let expected = match (on, wrap) {
            (Some(true), _) => [1, 0, 0, 0],
            // As its row has it.
            (_, Some(true)) => [0, 1, 0, 0],
            (Some(false), Some(false)) => [0, 0, 1, 0],
            _ => [0, 0, 0, 1],
        };
        assert_eq!(counted(all), expected, "{on:?} {wrap:?}");
        if wrap.is_none() {
            let expected = if on == Some(false) { [0, 0, 1, 0] } else { expected };
            assert_eq!(counted(WatchScope { wrapups: false, ..all }), expected, "{on:?}");
        }
    }
}

#[test]
fn a_length_has_whole_units_however_long_and_however_narrow() {
    let mut stage = Stage::new(&["break=1h"]);
    stage.turn_to(100_000);
    stage.follow("asha", answer(on_break(Some("tea"), Some(17_000)), 100_000));
    stage.follow("neha", answer(working(), 60_000));
    for columns in 80..=200 {
        let screen = stage.text(columns, 24);
        let row = |name: &str| screen.lines().find(|line| line.contains(name)).expect("a row").to_owned();
        let (asha, neha) = (row("asha"), row("neha"));
        assert!(asha.contains(" 23 h 03 min ") && asha.contains("-22 h"), "{columns}: {screen}");
        assert!(neha.contains("≥ 11 h"), "{columns}: {screen}");
        assert!(!(asha + &neha).contains('…'), "{columns}: {screen}");
    }
    assert!(stage.text(120, 24).contains("≥ 11 h 06 min"));
    assert!(stage.text(120, 24).contains("-22 h 03 min"));
}

#[test]
fn nothing_goes_on_for_an_agent_who_is_no_longer_followed() {
    let mut stage = Stage::new(&["break=5m"]);
    let asha = stage.follow("asha", answer(on_break(Some("tea"), Some(400)), 990));
    asha.phase = Phase::Over("session expired".into());
    asha.health = asha.health.after_failure(&no_answer(), Duration::from_secs(995)).0;
    stage.tag(0, notification("missed", 970, &[]));
    stage.follow("neha", answer(on_break(Some("lunch"), Some(900)), 999));
    stage.follow("mo", answer(working(), 999));
    let screen = stage.text(120, 24);
    assert_eq!(stage.controls.shown, ["neha", "mo", "asha"]);
    let row = screen.lines().find(|line| line.contains("ended")).expect("a row");
    assert!(!row.contains("10 min") && !row.contains("08:06") && row.contains("session expired"), "{row}");
    assert!(row.contains("30 s missed") && !row.contains("no answer"), "{row}");
    stage.press(&Key::End);
    stage.press(&Key::Enter);
    let screen = stage.text(120, 24);
    assert!(!screen.contains("–now") && screen.contains("missed"), "{screen}");
}
