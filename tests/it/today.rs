//! The breaks of today in `status` and on the board, which are those of `shift`.

use serde_json::Value;

use crate::support::{FakeServer, InProcess, NO_TAGS, NOT_IN_WRAPUP, NOT_ON_BREAK, Screen, World};

const KEYS: [&str; 4] = ["breaks", "break_seconds", "break_seconds_min", "break_seconds_max"];

/// The figures of each profile, in the order of their names.
fn figures(document: &Value) -> Vec<(String, [Value; 4])> {
    let agents = document["agents"].as_array().expect("agents").iter();
    let of = |agent: &Value| {
        (agent["profile"].as_str().expect("a name").to_owned(), KEYS.map(|key| agent[key].clone()))
    };
    let mut all: Vec<_> = agents.map(of).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all
}

#[test]
fn status_counts_as_the_shift_does_that_goes_on_or_else_since_midnight() {
    let world = InProcess::new();
    let shift =
        |line: &str| figures(&world.run(&format!("shift --sandbox {line} --json")).ended_with(0).json());
    let status = || world.run("status --sandbox --json").ended_with(0).json();
    assert_eq!(figures(&status()), shift("--since 0:00"));
    for (key, value) in [("shift.start", "9:00"), ("shift.end", "18:00")] {
        world.run_words(["config", "set", key, value]).ended_with(0);
    }
    let (by_shift, document) = (shift("--day today"), status());
    assert_eq!(figures(&document), by_shift);
    let breaks = |all: &[(String, [Value; 4])]| all.iter().filter_map(|(_, of)| of[0].as_i64()).sum::<i64>();
    assert!(breaks(&by_shift) > 0 && breaks(&by_shift) < breaks(&shift("--since 0:00")), "{by_shift:?}");
    let share = |agent: &Value| agent["breaks_covered_share"].as_f64().expect("a share");
    assert!(document["agents"].as_array().unwrap().iter().all(|agent| share(agent) > 0.5), "{document}");
    // A zone in which it is another time of day.
    world.run_words(["config", "set", "shift.zone", "Europe/Berlin"]).ended_with(0);
    assert_eq!(figures(&status()), shift("--day today"));
}

#[test]
fn without_a_journal_nothing_is_known_of_today() {
    let server = FakeServer::answering(|request, _| request.choose([NOT_ON_BREAK, NOT_IN_WRAPUP, NO_TAGS]));
    let world = World::signed_in(&server);
    let agent = world.run("status --json").ended_with(0).json()["agents"][0].clone();
    for key in KEYS.into_iter().chain(["breaks_covered_share"]) {
        assert_eq!(agent.get(key), Some(&Value::Null), "{key}: {agent}");
    }
    assert!(!world.run("status").ended_with(0).stdout.contains("TODAY"));
    let mut screen = Screen::start(&world, "watch", 24, 120);
    let shown = screen.wait_until("an answer", |shown| shown.contains("neither"));
    assert!(!shown.contains("breaks"), "{shown}");
    screen.type_keys("q");
    screen.end();
}

#[test]
fn the_board_the_status_and_the_shift_show_the_same_of_one_journal() {
    // Since half an hour, and so many seconds that no figure becomes another minute while the test runs.
    let now = jiff::Timestamp::now().as_second();
    let on_break = format!(
        r#"{{"status":"success","data":{{"on_break":1,"agent_id":"a-1","breakDetail":{{"reason":"Lunch","startTime":{}}}}}}}"#,
        now - 30 * 60
    );
    let server = FakeServer::answering(move |request, _| {
        request.choose([on_break.clone(), NOT_IN_WRAPUP.to_owned(), NO_TAGS.to_owned()])
    });
    let world = World::signed_in(&server).with("DEEPCALL_TIMEZONE", "UTC");
    world.run("journal on").ended_with(0);
    world.run("status").ended_with(0);
    // The words of the shift's table; an answer more may make a minute more of them.
    let words = || {
        let line = "shift --since 0:00 --columns breaks,break_seconds --no-headers";
        let table = world.run(line).ended_with(0).stdout;
        let row = table.lines().next().expect("a row").trim().to_owned();
        let (count, time) = row.split_once(char::is_whitespace).expect("two columns");
        format!("{count} ({})", time.trim().trim_end_matches('*'))
    };
    let before = words();
    assert!(before.starts_with("1 ("), "{before}");
    let status = world.run("status --columns break_seconds --no-headers").ended_with(0).stdout;
    let by_status = [&before, &words()].into_iter().any(|words| status.contains(words.as_str()));
    assert!(by_status, "{status:?}, and not {before:?}");
    let mut screen = Screen::start(&world, "watch --interval 2s", 24, 120);
    let shown = screen.wait_until("the breaks of today", |shown| shown.contains("1 ("));
    let by_board = [&before, &words()].into_iter().any(|words| shown.contains(words.as_str()));
    assert!(by_board && shown.contains("breaks"), "{shown}\nand not {before:?}");
    screen.type_keys("\r");
    let opened = screen.wait_until("the page of the agent", |shown| shown.contains("1 break today"));
    assert!(opened.contains("Lunch"), "{opened}");
    screen.type_keys("q");
    screen.end();
}

#[test]
fn the_board_of_a_sandbox_has_the_breaks_of_today_where_the_width_allows() {
    let world = World::new();
    for (columns, has_breaks) in [(80, false), (120, true), (200, true)] {
        let mut screen = Screen::start(&world, "watch --sandbox", 24, columns);
        let shown = screen.wait_until("the floor", |shown| {
            let is_title = |line: &&str| line.contains("agent") && line.contains("state");
            let floor = || shown.lines().skip_while(|line| !is_title(line)).skip(1);
            let rows =
                || floor().take_while(|line| !line.starts_with("──")).filter(|line| line.contains("neither"));
            let known = |row: &str| row.contains(" (") || row.contains(" none");
            rows().count() > 5 && (!has_breaks || rows().all(known))
        });
        let titles = shown.lines().find(|line| line.contains("agent") && line.contains("state")).unwrap();
        assert_eq!(titles.contains("breaks"), has_breaks, "{columns}\n{shown}");
        // Beside the events, which have the tags, that column may make way.
        assert!(columns == 200 || titles.contains("last tag"), "{columns}\n{shown}");
        assert!(shown.contains(" events"), "{columns}\n{shown}");
        screen.type_keys("\r");
        screen.wait_until("the page of an agent", |shown| shown.contains("break") && shown.contains("today"));
        screen.type_keys("q");
        screen.end();
    }
}
