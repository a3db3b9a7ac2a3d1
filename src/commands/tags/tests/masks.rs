//! `--mask` decides once for each value, whatever the format.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::client::replies::items::Items;
use crate::client::replies::moments::india;
use crate::client::replies::spellings::{NOTIFICATION, OfNotification};
use crate::client::replies::tags::decode;
use crate::commands::tags::{DOCUMENT, row};
use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind, ReportedTag};
use crate::json::{Content, Raw};
use crate::output::event_view;
use crate::output::formats::json::write_line;
use crate::output::formats::render::render;
use crate::output::presentation::{Format, Presentation};
use crate::report::Report;

/// Keys of each role, known spellings among them.
const KEYS: [&str; 36] = [
    "from",
    "to",
    "altContact",
    "cNumber",
    "customer",
    "callerId",
    "c_num",
    "phone number",
    "Mobile",
    "number",
    "message",
    "note",
    "type",
    "kind",
    "callId",
    "cid",
    "agentId",
    "agent",
    "agentNumber",
    "_id",
    "createdAt",
    "time",
    "ts",
    "duration",
    "total",
    "meta",
    "queue",
    "name",
    "icon",
    "iconId",
    "icons",
    "9876543999",
    "landline",
    "",
    "$date",
    "user",
];

/// A value as JSON, and the digits in it that may be a phone number's. Their last three are different in each value.
#[derive(Clone, Debug)]
struct Piece {
    json: String,
    digits: String,
    last: String,
}

fn piece(form: usize, n: usize) -> Piece {
    let text = |text: &str| serde_json::Value::from(text).to_string();
    let mobile = format!("9876543{n}");
    let time = format!("1764000{n}");
    let milliseconds = format!("1764000000{n}");
    let (json, digits) = match form {
        0 => (mobile.clone(), mobile),
        1 => (text(&mobile), mobile),
        2 => (text(&format!("+91 98765 43{n}")), format!("98765 43{n}")),
        3 => (text(&format!("call 91{mobile} back")), mobile),
        4 => (format!("2345{n}"), format!("2345{n}")),
        5 => (time.clone(), time),
        6 => (text(&time), time),
        7 => (milliseconds.clone(), milliseconds),
        8 => (format!("{{\"from\":{mobile}}}"), mobile),
        9 => (format!("[\"{mobile}\", 1]"), mobile),
        10 => (text(&format!("{{\"from\":{mobile}}}")), mobile),
        11 => (text(&format!("{{\"x\":{time}}}")), time),
        12 => (format!("{{\"$date\":{{\"$numberLong\":\"{milliseconds}\"}}}}"), milliseconds),
        13 => (format!("{{\"deep\":[{{\"ts\":{time}}}]}}"), time),
        14 => (text(&format!("at {time}")), time),
        15 => (format!("{{\"$oid\":\"{mobile}\"}}"), mobile),
        _ => (text(&format!("{time}-91{mobile}")), mobile),
    };
    Piece { json, digits, last: n.to_string() }
}

fn pieces() -> impl Strategy<Value = Vec<(&'static str, Piece)>> {
    let forms = prop::collection::vec((prop::sample::select(&KEYS[..]), 0..17_usize), 1..7);
    forms.prop_map(|forms| {
        let numbered = forms.into_iter().enumerate();
        numbered.map(|(place, (key, form))| (key, piece(form, 101 + place * 7))).collect()
    })
}

fn object<'p>(pieces: impl IntoIterator<Item = &'p (&'static str, Piece)>) -> String {
    let member = |(key, piece): &(&str, Piece)| format!("{}:{}", serde_json::Value::from(*key), piece.json);
    let members: Vec<String> = pieces.into_iter().map(member).collect();
    format!("{{{}}}", members.join(","))
}

fn tag(fields: &str, icon: &str) -> Option<Tag> {
    let (data, icon) = (Raw::of(&format!("[{fields}]")), Raw::of(icon));
    let [data, icon] = [&data, &icon].map(|json| Content::of(json, usize::MAX));
    let data = Items::of("data", Some(data)).ok()?;
    let icons = Items::of("iconDetails", Some(icon)).ok()?;
    decode(&data, &icons, &india(), Some).ok()?.notifications.pop()
}

fn written(report: &Report, format: Format, width: Option<usize>, columns: Option<&str>) -> String {
    let presentation = Presentation {
        format,
        width,
        color: false,
        zone: india(),
        now: "2026-11-23T12:00:00Z".parse().unwrap(),
        time: None,
        mask: true,
        headers: true,
        columns: columns.map(|names| names.split(',').map(str::to_owned).collect()),
        guard: true,
    };
    let mut out = Vec::new();
    render(report, &presentation, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Which of the pieces are shown whole, and of which only the last digits are.
fn seen(pieces: &[(&'static str, Piece)], text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let whole = pieces.iter().filter(|(_, piece)| text.contains(&piece.digits));
    let hidden = pieces.iter().filter(|(_, piece)| text.contains(&format!("•{}", piece.last)));
    let last = |(_, piece): &(&str, Piece)| piece.last.clone();
    (whole.map(last).collect(), hidden.map(last).collect())
}

/// Formats and what they show.
type Texts = Vec<(&'static str, String)>;

/// How the tag and its event are written: every format, with all that they hold, and those that show a part.
fn everywhere(tag: &Tag) -> (Texts, Texts) {
    const ALL: &str = "+id,+fields,+icons.0,+extra";
    let report = Report::new(&DOCUMENT, vec![row("asha".into(), tag.clone())]);
    let kind = EventKind::Tag(Box::new(ReportedTag { tag: tag.clone(), initial: false, changed: false }));
    let event = Event {
        at: "2026-11-23T12:00:00Z".parse().unwrap(),
        server_time: None,
        profile: Some("asha".into()),
        kind,
    };
    let stream = event_view::table(&event);
    let mut line = Vec::new();
    write_line(&event.row(), &india(), true, &mut line).unwrap();
    let whole = vec![
        ("json", written(&report, Format::Json, None, None)),
        ("json on a terminal", written(&report, Format::Json, Some(80), None)),
        ("ndjson", written(&report, Format::Ndjson, None, None)),
        ("csv", written(&report, Format::Csv, None, Some(ALL)).replace("\"\"", "\"")),
        ("tsv", written(&report, Format::Tsv, None, Some(ALL)).replace("\"\"", "\"")),
        ("table in a pipe", written(&report, Format::Table, None, Some(ALL))),
        ("table", written(&report, Format::Table, Some(100_000), Some(ALL))),
        ("event", String::from_utf8(line).unwrap()),
        ("event as csv", written(&stream, Format::Csv, None, Some("+fields,+icons.0"))),
    ];
    let parts = vec![
        ("usual csv", written(&report, Format::Csv, None, None)),
        ("usual table", written(&report, Format::Table, Some(120), None)),
        ("sentence", event_view::words(&event, &india(), true)),
        (
            "log",
            crate::output::text::mask::mask_free_text(&format!("body {}", tag.fields.get())).into_owned(),
        ),
    ];
    (whole, parts)
}

proptest! {
    #[test]
    fn every_format_hides_the_same_values(fields in pieces(), icon_members in 0..3_usize) {
        let all = object(&fields);
        let icon = object(fields.iter().take(icon_members));
        // The icon is the notification's by an id of its own.
        let fields_with_icon = all.replacen('{', "{\"notification id\":\"n1\",", 1);
        let icon = icon.replacen('{', "{\"notification id\":\"n1\",", 1).replace(",}", "}");
        let Some(tag) = tag(&fields_with_icon.replace(",}", "}"), &format!("[{icon}]")) else {
            return Ok(());
        };
        let (whole, parts) = everywhere(&tag);
        let (shown, hidden) = seen(&fields, &whole[0].1);
        prop_assert!(shown.is_disjoint(&hidden), "{shown:?} {hidden:?}\n{whole:?}");
        for (format, text) in &whole {
            prop_assert_eq!(seen(&fields, text), (shown.clone(), hidden.clone()), "{}\n{}\n{}", format, text, whole[0].1);
        }
        for (format, text) in &parts {
            let (shown_there, hidden_there) = seen(&fields, text);
            prop_assert!(shown_there.is_subset(&shown), "{format} shows {shown_there:?}\n{text}\n{}", whole[0].1);
            prop_assert!(hidden_there.is_subset(&hidden), "{format} hides {hidden_there:?}\n{text}\n{}", whole[0].1);
        }
    }
}

/// A value that deepcall names is masked by its meaning, and the same value in `fields` by its key.
#[test]
fn the_meaning_of_a_named_value_agrees_with_each_key_that_it_may_come_from() {
    let names = [
        OfNotification::Id,
        OfNotification::Kind,
        OfNotification::Message,
        OfNotification::Agent,
        OfNotification::Call,
        OfNotification::Customer,
        OfNotification::Icons,
    ];
    let spellings: Vec<&str> = names.into_iter().flat_map(|name| NOTIFICATION.of(name)).collect();
    assert!(spellings.len() > 50);
    for (spelling, form) in
        spellings.into_iter().flat_map(|spelling| (0..17).map(move |form| (spelling, form)))
    {
        let piece = piece(form, 345);
        let fields = match spelling.split_once('.') {
            Some((outer, inner)) => format!("{{\"{outer}\":{{\"{inner}\":{}}}}}", piece.json),
            None => format!("{{\"{spelling}\":{}}}", piece.json),
        };
        let tag = tag(&fields, "[]").expect("a tag");
        let pieces = [("", piece)];
        let (whole, parts) = everywhere(&tag);
        let found = seen(&pieces, &whole[0].1);
        assert!(found.0.is_disjoint(&found.1), "{fields}: {}", whole[0].1);
        for (format, text) in whole.iter().chain(&parts) {
            let (shown, hidden) = seen(&pieces, text);
            assert!(
                shown.is_subset(&found.0) && hidden.is_subset(&found.1),
                "{format}: {text}\n{}",
                whole[0].1
            );
        }
    }
}

/// What was found with a supervisor's own data.
#[test]
fn numbers_times_and_texts_are_hidden_alike() {
    let fields = r#"{"from":9876543210,"to":919876543321,"altContact":2345432,"meta":{"at":1764000000,"n":[9876543543]},
        "note":"call 98765 43654","callId":"1764000000-919876543765","createdAt":1764000000}"#;
    let tag = tag(fields, "[]").expect("a tag");
    let (whole, _) = everywhere(&tag);
    for (format, text) in whole {
        for shown in ["•210", "•321", "•432", "•543", "•654", "•765", "1764000000"] {
            assert!(text.contains(shown), "{format} does not show {shown}: {text}");
        }
        assert!(!text.contains("98765") && !text.contains("2345"), "{format}: {text}");
    }
}
