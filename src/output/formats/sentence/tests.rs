use jiff::SignedDuration;

use super::*;
use crate::output::formats::sample::{india, now, terminal};

fn on_break() -> Sentence {
    let since = now() - SignedDuration::from_mins(16);
    Sentence {
        tone: Tone::Notable,
        parts: vec![
            Part::Text("आशा".to_owned()),
            Part::Words(" is on break: "),
            Part::Text("Lunch\u{1b}[2J\nerror: fake".to_owned()),
            Part::Words(", since "),
            Part::Clock(since),
            Part::Words(" ("),
            Part::Length(960),
            Part::Words("), called by "),
            Part::Phone("+91 98765 43210".to_owned()),
        ],
    }
}

fn written(sentence: &Sentence, presentation: &Presentation) -> String {
    let mut out = Vec::new();
    write_sentence(sentence, presentation, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("text")
}

#[test]
fn a_notable_sentence_is_marked_and_harmless() {
    let words = "आशा is on break: Lunch␛[2J␊error: fake, since 13:14 (16 min), called by +91 98765 43210";
    assert_eq!(written(&on_break(), &terminal(100)), format!("! {words}\n"));
    let colored = Presentation { color: true, ..terminal(100) };
    assert_eq!(written(&on_break(), &colored), format!("\u{1b}[33m! {words}\u{1b}[0m\n"));
    assert_eq!(super::words(&on_break(), now(), &india(), false), words);
}

#[test]
fn a_sentence_is_wrapped_beside_its_mark_and_may_have_several_lines() {
    let parts = vec![Part::Words("one two three"), Part::NewLine, Part::Text("four\nfive".to_owned())];
    let sentence = Sentence { tone: Tone::Notable, parts };
    assert_eq!(written(&sentence, &terminal(10)), "! one two\n  three\n  four␊fiv\n  e\n");
    assert_eq!(
        written(&sentence, &Presentation { width: None, ..terminal(10) }),
        "! one two three\n  four␊five\n"
    );
}

#[test]
fn the_mark_and_the_colour_have_one_meaning() {
    for (tone, expected) in [
        (Tone::Usual, "asha is at work\n"),
        (Tone::Notable, "\u{1b}[33m! asha is at work\u{1b}[0m\n"),
        (Tone::Bad, "\u{1b}[31m✗ asha is at work\u{1b}[0m\n"),
    ] {
        let sentence = Sentence { tone, parts: vec![Part::Words("asha is at work")] };
        assert_eq!(written(&sentence, &Presentation { color: true, ..terminal(80) }), expected);
    }
}

#[test]
fn phone_numbers_are_hidden_when_asked() {
    let masked = Presentation { mask: true, ..terminal(100) };
    assert!(written(&on_break(), &masked).ends_with("called by +•• ••••• ••210\n"));
    let incoming = Sentence { tone: Tone::Usual, parts: vec![Part::Text("from 919876543210".to_owned())] };
    assert_eq!(written(&incoming, &masked), "from •••••••••210\n");
}

#[test]
fn parts_that_are_harmless_alone_stay_harmless_together() {
    let parts = vec![Part::Words("x"), Part::Text("\u{301}".repeat(6)), Part::Text("\u{301}".repeat(6))];
    let text = words(&Sentence { tone: Tone::Usual, parts }, now(), &india(), false);
    assert_eq!(text, sanitize(&text));
}
