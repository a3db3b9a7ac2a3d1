//! How a row shows its state.

use super::*;
use crate::output::presentation::TimeStyle;
use crate::output::text::style::{IN_WRAPUP, NOTABLE, ON_BREAK, WRONG};
use crate::watch::sinks::board::wording::Wording;

#[test]
fn left_counts_to_the_limit_and_is_negative_once_over() {
    let left = |limits: &[&str], second, answer: PollResult| {
        let mut stage = Stage::new(limits);
        let one = stage.follow("asha", answer).clone();
        let time = TimeStyle::Both;
        let wording = Wording { zone: &TimeZone::UTC, mask: false, time, wall: at(second) };
        let name = "asha".to_owned();
        let row = rows::row(&one, name, Duration::from_secs(second.cast_unsigned()), &stage.limits, &wording);
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
