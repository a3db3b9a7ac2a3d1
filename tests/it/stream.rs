//! The stream of a scripted floor, line by line: what the real loop makes of the simulated server's answers.

use std::io::Write;
use std::time::Duration;

use deepcall::output::presentation::{Format, Presentation};
use deepcall::watch::sinks::EventSink;
use deepcall::watch::sinks::lines::Lines;

use crate::formats::read;
use crate::support::Shift;
use crate::support::in_process::NOON;
use crate::support::shift::zone;

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// Writes events as lines of this format.
fn lines<W: Write>(format: Format, out: W) -> Lines<W> {
    let presentation = Presentation {
        format,
        width: None,
        color: false,
        zone: zone(),
        now: NOON.parse().unwrap(),
        time: None,
        mask: false,
        headers: true,
        columns: None,
        guard: true,
    };
    Lines::new(out, presentation)
}

#[test]
fn the_stream_of_a_scripted_floor_is_the_same_to_the_last_byte() {
    // Calls, wrap-ups over both limits, breaks, and a server that is away for twenty seconds.
    let shift = Shift {
        agents: 3,
        lasts: seconds(180),
        outage: seconds(130)..seconds(150),
        heartbeat: Some(seconds(60)),
        backfill: seconds(300),
    };
    let mut texts = [vec![], vec![], vec![]];
    let formats = [Format::Ndjson, Format::Table, Format::Csv];
    let mut lines: Vec<_> =
        formats.into_iter().zip(&mut texts).map(|(it, text)| self::lines(it, text)).collect();
    shift.watch(lines.iter_mut().map(|lines| lines as &mut dyn EventSink).collect(), None);
    drop(lines);
    let [json, sentences, csv] = texts.map(|text| String::from_utf8(text).unwrap());
    insta::assert_snapshot!("a_scripted_floor_as_json", json);
    insta::assert_snapshot!("a_scripted_floor_as_sentences", sentences);
    insta::assert_snapshot!("a_scripted_floor_as_csv", csv);
    assert_csv_has_the_same_values(&csv, &json);
}

/// Each scalar of an event is in the column of its name; a column that the event lacks is empty.
fn assert_csv_has_the_same_values(csv: &str, json: &str) {
    let rows = read("csv", csv, "");
    let rows: Vec<Vec<&str>> = rows
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect())
        .collect();
    let events: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 1 + events.len());
    for (row, event) in rows[1..].iter().zip(&events) {
        for (column, cell) in rows[0].iter().zip(row) {
            match &event[*column] {
                serde_json::Value::Null => assert_eq!(*cell, "", "{column} of {event}"),
                serde_json::Value::String(text) => assert_eq!(cell, text, "{column} of {event}"),
                value @ (serde_json::Value::Number(_) | serde_json::Value::Bool(_)) => {
                    assert_eq!(*cell, value.to_string(), "{column} of {event}");
                }
                _ => assert_eq!(*column, "icons"),
            }
        }
    }
}

#[test]
fn a_server_that_is_lost_for_a_team_is_two_sentences_and_an_event_for_each_agent() {
    let shift = Shift { lasts: seconds(180), outage: seconds(60)..seconds(90), ..Shift::usual() };
    let mut texts = [vec![], vec![]];
    let mut lines: Vec<_> = [Format::Ndjson, Format::Table]
        .into_iter()
        .zip(&mut texts)
        .map(|(it, text)| self::lines(it, text))
        .collect();
    shift.watch(lines.iter_mut().map(|lines| lines as &mut dyn EventSink).collect(), None);
    drop(lines);
    let [json, sentences] = texts.map(|text| String::from_utf8(text).unwrap());
    for (name, words) in [
        ("connection_lost", ": connection lost: nobody answers"),
        ("connection_restored", ": connection restored after "),
    ] {
        assert_eq!(json.matches(name).count(), 14, "{json}");
        let about: Vec<&str> = sentences.lines().filter(|line| line.contains(words)).collect();
        assert_eq!(about.len(), 1, "{sentences}");
        assert!(about[0].contains(" 14 of 14 profiles: "), "{about:?}");
    }
    // All other events have a sentence each, and the times of the sentences never go back.
    let is_of_connection = |line: &&str| line.contains("\"connection_");
    assert_eq!(
        sentences.lines().count(),
        json.lines().count() - json.lines().filter(is_of_connection).count() + 2
    );
    let times: Vec<&str> = sentences.lines().map(|line| &line[..25]).collect();
    assert!(times.is_sorted(), "{sentences}");
}

#[test]
fn sessions_of_a_team_that_expire_are_one_sentence_which_waits_for_one_interval() {
    use deepcall::floor::event::{Event, EventKind, SessionExpired, Start};
    use deepcall::watch::sinks::Turn;

    let began: jiff::Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let event = |profile: Option<&str>, kind| Event {
        at: began,
        server_time: None,
        profile: profile.map(str::to_owned),
        kind,
    };
    let expired = |profile: &str| {
        let message = "the session has expired".to_owned();
        event(Some(profile), EventKind::SessionExpired(SessionExpired { code: Some(1044), message }))
    };
    let turn = |second, followed| Turn { now: seconds(second), followed, lost: 0 };
    let mut text = vec![];
    let mut lines = lines(Format::Table, &mut text);
    lines.write(&[event(None, EventKind::Start(Start { profiles: 3, interval_seconds: 5 }))]).unwrap();
    lines.write(&[expired("asha")]).unwrap();
    lines.turn(turn(1, 2)).unwrap();
    lines.write(&[expired("bilal")]).unwrap();
    lines.turn(turn(2, 1)).unwrap();
    lines.turn(turn(7, 1)).unwrap();
    lines.write(&[expired("chitra")]).unwrap();
    lines.turn(turn(13, 1)).unwrap();
    lines.turn(turn(20, 1)).unwrap();
    drop(lines);
    let text = String::from_utf8(text).unwrap();
    let sentences: Vec<&str> = text.lines().skip(1).map(|line| &line[26..]).collect();
    assert_eq!(
        sentences,
        [
            "2 of 3 profiles: session expired: the session has expired: asha, bilal",
            "chitra: session expired: the session has expired",
        ]
    );
}
