use super::*;
use crate::output::formats::sample::{call, piped, report, terminal};
use crate::report::{Part, Sentence, Tone, Value};

fn rendered(report: &Report, presentation: &Presentation) -> String {
    let mut out = Vec::new();
    render(report, presentation, &mut out).expect("a known form");
    String::from_utf8(out).expect("text")
}

fn on_break() -> Report {
    let sentence = Sentence { tone: Tone::Usual, parts: vec![Part::Words("asha is at work")] };
    Report { sentence: Some(sentence), ..report(vec![call(30, "note", "a, b")]) }
}

fn with_column(name: &str, presentation: Presentation) -> Presentation {
    Presentation { columns: Some(vec![name.to_owned()]), ..presentation }
}

#[test]
fn a_sentence_stands_for_the_table_at_a_terminal_only() {
    assert_eq!(rendered(&on_break(), &terminal(80)), "asha is at work\n");
    assert!(rendered(&on_break(), &piped()).starts_with("TIME "));
    assert_eq!(rendered(&on_break(), &with_column("kind", terminal(80))), "KIND\n· note\n");
    let done = Report { is_action: true, ..on_break() };
    assert_eq!(rendered(&done, &piped()), "asha is at work\n");
    assert_eq!(rendered(&done, &with_column("kind", piped())), "KIND\nnote\n");
    assert!(rendered(&done, &Presentation { format: Format::Json, ..piped() }).starts_with('{'));
}

#[test]
fn a_table_without_rows_is_nothing_at_all() {
    let empty = report(Vec::new());
    assert_eq!(rendered(&empty, &terminal(80)), "");
    assert_eq!(rendered(&empty, &piped()), "");
}

#[test]
fn delimited_forms_name_the_keys_and_keep_their_columns() {
    let keys = ["profile", "time", "kind", "customer", "message", "on_break", "remaining", "icons"];
    let row = call(30, "note", "a").with("on_break", Value::Flag(true)).with("remaining", Value::Seconds(90));
    let cells = ["asha", "2026-11-23T13:29:30.000+05:30", "note", "", "a", "true", "90", ""];
    for (format, between) in [(Format::Csv, ","), (Format::Tsv, "\t")] {
        // Exact at a terminal as well: what is looked at there is what a file will hold.
        let presentation = Presentation { format, ..terminal(20) };
        let expected = format!("{}\n{}\n", keys.join(between), cells.join(between));
        assert_eq!(rendered(&report(vec![row.clone()]), &presentation), expected);
        let bare = Presentation { headers: false, ..presentation };
        assert_eq!(rendered(&report(Vec::new()), &bare), "");
    }
}

#[test]
fn an_unknown_column_is_refused_before_anything_is_written() {
    for format in [Format::Table, Format::Csv, Format::Tsv] {
        let mut out = Vec::new();
        let presentation = Presentation { format, ..with_column("knd", piped()) };
        let error = render(&on_break(), &presentation, &mut out).expect_err("no such column");
        assert!(error.to_string().starts_with("no column is called \"knd\", did you mean \"kind\"?"));
        assert!(out.is_empty());
    }
}

#[test]
fn json_is_one_object_and_ndjson_one_object_a_line() {
    let two = report(vec![call(1, "note", "a"), call(2, "note", "b")]);
    let json = rendered(&two, &Presentation { format: Format::Json, ..piped() });
    let document: serde_json::Value = serde_json::from_str(&json).expect("one JSON value");
    assert!(document.is_object() && json.lines().count() == 1);
    let ndjson = rendered(&two, &Presentation { format: Format::Ndjson, ..piped() });
    assert_eq!(ndjson.lines().count(), 2);
    for line in ndjson.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).expect("JSON").is_object());
    }
}

#[test]
fn a_closed_pipe_is_recognised() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = render(&on_break(), &piped(), &mut Closed).expect_err("the pipe is closed");
    assert!(matches!(error, RenderError::Io(cause) if cause.kind() == io::ErrorKind::BrokenPipe));
}
