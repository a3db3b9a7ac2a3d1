use clap::Parser;

use super::*;

mod masks;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: TagsArgs,
}

fn args(line: &str) -> TagsArgs {
    Line::try_parse_from(format!("tags {line}").split_whitespace()).unwrap().args
}

const NOON: &str = "2026-11-23T12:00:00Z";

fn at(time: &str) -> Timestamp {
    format!("2026-11-23T{time}Z").parse().unwrap()
}

fn tag(kind: &str, time: Option<&str>) -> Tag {
    Tag {
        id: None,
        time: time.map(at),
        kind: Some(kind.into()),
        message: None,
        agent_id: None,
        call_id: None,
        customer: None,
        icons: vec![],
        icon_names: vec![],
        fields: crate::json::Raw::of("{}"),
    }
}

/// What becomes of the tags of one agent: the kinds in their order, the notes, the exit code.
fn answered(line: &str, tags: &[(&str, Option<&str>)]) -> (Vec<String>, Vec<String>, u8) {
    let args = args(line);
    let now: Timestamp = NOON.parse().unwrap();
    let window = Window::of([args.since.as_deref(), args.until.as_deref()], now, &TimeZone::UTC).unwrap();
    let kept = tags.iter().map(|(kind, time)| tag(kind, *time));
    let (filter, mut seen) = (TagFilter::from(&args.filter), KindsSeen::default());
    let kept = kept.filter(|tag| window.holds(tag));
    let kept = kept.inspect(|tag| seen.add(tag)).filter(|tag| filter.selects(tag));
    let notifications = kept.map(|tag| row("asha".into(), tag)).collect();
    let note = seen.note("no tag has kind", &filter.kinds);
    let value = Tags { notifications, icons: vec![], notes: vec![] };
    let answer = Answer {
        value,
        as_of: now,
        took: std::time::Duration::ZERO,
        server_time: None,
        notes: vec![],
        lost_a_reply: false,
        was_resent: false,
    };
    let answers = Answers { answered: vec![("asha".to_owned(), answer)], failures: vec![], is_many: false };
    let Outcome { report, status } = outcome(
        &args,
        &window,
        note,
        answers,
        &Context {
            coverage: None,
            continues_script: false,
            has_nothing: false,
            has_icons: true,
            now,
            zone: &TimeZone::UTC,
        },
    );
    let kinds = report.rows.iter().map(|row| match row.get("kind") {
        Value::Text(kind) => kind.to_string(),
        other => panic!("{other:?}"),
    });
    (kinds.collect(), report.notes, status.code())
}

#[test]
fn the_newest_comes_first_and_a_limit_is_told() {
    let tags = [("a", Some("11:30:00")), ("b", None), ("c", Some("11:50:00")), ("d", Some("11:40:00"))];
    let (kinds, notes, code) = answered("", &tags);
    assert_eq!((kinds, code), (vec!["c".to_owned(), "d".into(), "a".into(), "b".into()], 0));
    assert_eq!(notes.len(), 1, "{notes:?}");
    let (kinds, notes, _) = answered("--sort kind --limit 2", &tags);
    assert_eq!(kinds, ["a", "b"]);
    assert_eq!(notes.last().unwrap(), "2 of 4 tags shown");
}

#[test]
fn nothing_is_an_answer_unless_it_was_asked_for_as_an_exit_code() {
    let old = [("a", Some("09:00:00"))];
    assert_eq!(answered("", &old), (vec![], vec![], 0));
    assert_eq!(answered("--fail-empty", &old).2, 3);
    assert_eq!(answered("--fail-empty --since 4h", &old).2, 0);
}

#[test]
fn a_window_ends_where_it_was_told_to_and_else_with_what_the_server_says() {
    let ahead = [("a", Some("12:00:20"))];
    assert_eq!(answered("", &ahead).0, ["a"], "the server's clock may be ahead of ours");
    assert!(answered("--until 2026-11-23T12:00:10Z", &ahead).0.is_empty());
    assert!(answered("--since 11:00 --until 11:30", &[("a", Some("11:30:01"))]).0.is_empty());
    let wrong = [Some("30m"), Some("1h")];
    let failure = Window::of(wrong, NOON.parse().unwrap(), &TimeZone::UTC).unwrap_err();
    assert_eq!(failure.status, ExitStatus::Usage);
}

#[test]
fn only_the_last_hour_is_promised() {
    let notes = |line| answered(line, &[]).1.len();
    assert_eq!((notes(""), notes("--since 1h"), notes("--since 62m")), (0, 0, 1));
}

#[test]
fn a_kind_is_found_in_any_case_and_in_part() {
    let tags =
        [("Missed call", Some("11:30:00")), ("callback", Some("11:20:00")), ("note", Some("11:10:00"))];
    assert_eq!(answered("--kind MISSED,back", &tags).0, ["Missed call", "callback"]);
    assert_eq!(answered("--match ^call", &tags).0, ["callback"]);
}

#[test]
fn a_kind_that_no_tag_has_is_noted_with_those_that_there_are() {
    let tags = [
        ("missed", Some("11:30:00")),
        ("callback", Some("11:40:00")),
        ("missed call", Some("11:50:00")),
        ("old", Some("09:00:00")),
    ];
    for (line, note) in [
        ("--kind missd", Some("no tag has kind missd; seen: callback, missed, missed call")),
        ("--kind missd,old", Some("no tag has kind missd or old; seen: callback, missed, missed call")),
        // A script may look for more kinds than there are in this hour.
        ("--kind MISSED,x", None),
        ("--kind call", None),
        ("--kind missed --match nothing", None),
        ("", None),
    ] {
        let (_, notes, _) = answered(line, &tags);
        assert_eq!(notes.first().map(String::as_str), note, "{line}");
    }
    assert_eq!(answered("--kind missd", &[]).1, [""; 0], "no tags at all are no mistake of the line");
    let many: Vec<String> = (0..13).map(|number| format!("k{number:02}")).collect();
    let many: Vec<(&str, Option<&str>)> = many.iter().map(|kind| (kind.as_str(), None)).collect();
    assert!(answered("--kind x", &many).1[0].ends_with("k08, k09 and 3 more"));
    assert_eq!(answered("--kind x", &[("", None)]).1[0], "no tag has kind x; seen: none");
}
