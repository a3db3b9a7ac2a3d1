//! The pictures of the README are made from what the program prints for a terminal, and compared here.
//! `UPDATE_GENERATED=1 cargo test pictures` makes them anew.

mod picture;

use std::fs;
use std::num::NonZero;
use std::path::PathBuf;

use self::picture::{BACKGROUND, PALETTE, TEXT, picture};
use crate::board::last_frame;
use crate::support::spacing_marks::disguised;
use crate::support::{InProcess, Shift};

/// As wide as a README shows it without scaling.
const WIDTH: u16 = 96;

#[test]
fn the_pictures_of_the_tables_are_fresh() {
    for (name, title, line) in [
        (
            "tags",
            "The tags of two agents as a table: time, agent, kind with a symbol, message and customer",
            "tags --sandbox --profiles asha,meena --since 20m",
        ),
        (
            "status",
            "A team as a table: who is on break or in wrap-up, for what reason, for how long, and the last tag of each",
            "status --sandbox",
        ),
        (
            "shift",
            "A shift as a table: how much was seen, breaks, wrap-ups and missed customers, and below a timeline for each agent",
            "shift --sandbox",
        ),
    ] {
        compare(name, &picture(terminal_after(line).screen(), title));
    }
}

#[test]
fn the_picture_of_the_board_is_fresh() {
    let title = "The board of watch: each agent's state, reason, for how long, and how long until the limit";
    compare("watch", &picture(&last_frame(&Shift::usual(), WIDTH, 30), title));
}

/// The terminal after somebody has typed the line and the program has answered.
fn terminal_after(line: &str) -> vt100::Parser {
    let ran = InProcess::new().on_terminal(usize::from(WIDTH)).run(line).ended_with(0);
    let rows = u16::try_from(ran.stdout.lines().count() + 1).unwrap();
    let mut terminal = vt100::Parser::new(NonZero::new(rows).unwrap(), NonZero::new(WIDTH).unwrap(), 0);
    terminal.process(format!("\u{1b}[2m$\u{1b}[0m \u{1b}[1mdeepcall {line}\u{1b}[0m\r\n").as_bytes());
    terminal.process(disguised(ran.stdout.trim_end()).replace('\n', "\r\n").as_bytes());
    terminal
}

#[track_caller]
fn compare(name: &str, wanted: &str) {
    let path = PathBuf::from(format!("{}/docs/pictures/{name}.svg", env!("CARGO_MANIFEST_DIR")));
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, wanted).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == wanted, "{name}.svg is stale: run `UPDATE_GENERATED=1 cargo test pictures`");
    let shown = format!("(docs/pictures/{name}.svg)");
    assert!(include_str!("../../README.md").contains(&shown), "the README does not show {name}.svg");
}

#[test]
fn a_picture_keeps_text_colour_weight_and_width() {
    let mut terminal = vt100::Parser::new(NonZero::new(1).unwrap(), NonZero::new(20).unwrap(), 0);
    terminal.process("a <b> & \u{1b}[1;31mred\u{1b}[0m \u{1b}[7m表\u{1b}[0m".as_bytes());
    let svg = picture(terminal.screen(), "two > one");
    for wanted in [
        "<title>two &gt; one</title>",
        ">a &lt;b&gt; &amp; </text>",
        "x=\"83.2\" y=\"31\" textLength=\"25.2\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#ff7b72\" font-weight=\"bold\">red</text>",
        "<rect x=\"116.8\" y=\"16\" width=\"16.8\" height=\"20\" fill=\"#d8dee6\"/>",
        "textLength=\"16.8\" lengthAdjust=\"spacingAndGlyphs\" fill=\"#161b22\">表</text>",
    ] {
        assert!(svg.contains(wanted), "no {wanted} in\n{svg}");
    }
}

#[test]
fn every_colour_of_the_pictures_is_readable_on_their_background() {
    for color in PALETTE.into_iter().chain([TEXT]) {
        let contrast = contrast(color, BACKGROUND);
        assert!(contrast >= 4.5, "{color} on {BACKGROUND} has a contrast of {contrast:.1}");
    }
}

/// Contrast as WCAG 2 defines it; 4.5 is what it asks of text.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(color: &str) -> f64 {
    let channel = |place: usize| {
        let value = f64::from(u8::from_str_radix(&color[place..place + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
