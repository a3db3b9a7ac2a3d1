//! Which shift it is, whose, and what happens where nothing is known of it.

use crate::shift::{HOUSE, configured, rows, run};
use crate::support::{FakeServer, InProcess, NO_TAGS, ON_BREAK, World};

fn window(line: &str, world: &InProcess) -> [String; 3] {
    let document = world.run(&format!("{line} --json --agents 1")).ended_with(0).json();
    ["since", "until", "zone"].map(|key| document[key].as_str().unwrap().to_owned())
}

#[test]
fn a_sandbox_shows_its_last_whole_shift() {
    let plain = InProcess::new();
    assert_eq!(
        window("shift --sandbox --agents 1", &plain),
        ["2026-11-22T00:00:00.000+05:30", "2026-11-23T00:00:00.000+05:30", "Asia/Kolkata"]
    );
    let house = configured(HOUSE);
    assert_eq!(
        window("shift --sandbox --agents 1", &house)[..2],
        ["2026-11-22T09:00:00.000+05:30", "2026-11-22T18:00:00.000+05:30"]
    );
    assert_eq!(
        window("shift --sandbox --agents 1 --day today", &house)[..2],
        ["2026-11-23T09:00:00.000+05:30", "2026-11-23T14:30:00.000+05:30"],
        "it goes on"
    );
    assert_eq!(
        window("shift --sandbox --agents 1 --since 22:00 --until 6:00", &house)[..2],
        ["2026-11-22T22:00:00.000+05:30", "2026-11-23T06:00:00.000+05:30"]
    );
}

#[test]
fn a_typed_zone_goes_before_that_of_the_shift_which_goes_before_that_of_all_times() {
    let world = configured("shift.zone = Europe/Berlin");
    assert_eq!(
        window("shift --sandbox --agents 1", &world),
        ["2026-11-22T00:00:00.000+01:00", "2026-11-23T00:00:00.000+01:00", "Europe/Berlin"]
    );
    assert_eq!(window("shift --sandbox --agents 1 --timezone UTC", &world)[2], "UTC");
    assert_eq!(window("shift --sandbox --agents 1 --timezone +03:00", &world)[2], "+03");
    assert_eq!(window("shift --sandbox --agents 1", &InProcess::new())[2], "Asia/Kolkata");
}

#[test]
fn what_cannot_be_a_shift_is_a_usage_error() {
    for (line, message) in [
        ("shift --sandbox --day 8h", "--day: \"8h\" is not a day; write today, yesterday"),
        ("shift --sandbox --day tomorrow", "nothing of the shift that begins at 2026-11-24 00:00 has passed"),
        ("shift --sandbox --since soon", "--since: \"soon\" is not a time"),
        ("shift --sandbox --day today --since 8h", "--since: beside --day it takes a time of day"),
        ("shift --sandbox --digest --json", "cannot be used with"),
        ("shift --sandbox -o html2", "html2"),
        ("shift --sandbox --profile nobody", "no profile is called \"nobody\""),
        ("shift --sandbox --profiles asha,zz*", "no profile matches zz*"),
        ("shift --jobs 3", "--jobs"),
        ("shift --seed 3", "--sandbox"),
        ("shift --sandbox --columns breaks --json", "requires the format table, csv, tsv or markdown, but"),
        ("shift --sandbox --csv-raw -o markdown", "csv or tsv, but the format is markdown (--output)"),
        (
            "shift --sandbox --columns breaks,longest_break.seconds --json",
            "--jq '.agents[] | {breaks, longest_break}'",
        ),
        ("shift --sandbox --columns by_reason.0.seconds", "\"by_reason\" is a list, so there is no column"),
        ("shift yesterday", "tip: `deepcall shift --day yesterday`"),
        ("shift Mon", "tip: `deepcall shift --day Mon`"),
        ("shift --today", "tip: `deepcall shift --day today`"),
        ("shift --yesterday --json", "tip: `deepcall shift --day yesterday`"),
        ("shift --html", "tip: `deepcall shift --output html`"),
        ("shift --xlsx", "tip: `deepcall shift --output xlsx`"),
    ] {
        let ran = InProcess::new().run(line).ended_with(2);
        assert!(ran.stderr.contains(message) && ran.stdout.is_empty(), "{line}: {ran}");
    }
    for (set, missing) in
        [("shift.start = 9:00", "shift.end 18:00"), ("shift.end = 18:00", "shift.start 9:00")]
    {
        let half = configured(set).run("shift --sandbox").ended_with(2);
        assert!(half.stderr.contains(&format!("run `deepcall config set {missing}`")), "{half}");
    }
}

#[test]
fn people_are_chosen_as_everywhere() {
    let names = |line: &str| -> Vec<String> {
        let document = run(line).json();
        rows(&document, "agents").iter().map(|row| row["profile"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("shift --sandbox --since 1m --json").len(), 14);
    assert_eq!(names("shift --sandbox --since 1m --json --profile ravi"), ["ravi"]);
    assert_eq!(names("shift --sandbox --since 1m --json --profiles ra*,asha"), ["asha", "ravi"]);
}

#[test]
fn without_a_journal_it_fails_and_shows_the_way() {
    let ran = World::new().run("shift").ended_with(1);
    for words in ["there is no journal at ", "deepcall record", "deepcall journal on"] {
        assert!(ran.stderr.contains(words), "{ran}");
    }
    assert_eq!(ran.stdout, "");
    let ran = World::new().run("shift --json").ended_with(1);
    assert!(ran.stderr.contains(r#""kind":"journal""#), "{ran}");
}

#[test]
fn of_single_answers_it_says_that_they_cover_no_time() {
    let world = World::signed_in(&FakeServer::always(ON_BREAK));
    world.run("journal on").ended_with(0);
    world.run("break-status").ended_with(0);
    let ran = world.run("shift --day today --json").ended_with(0);
    assert_eq!(rows(&ran.json(), "agents")[0]["breaks"], 1, "{ran}");
    assert!(ran.stderr.contains("no time has answers about both breaks and wrap-ups"), "{ran}");
    assert!(!ran.stderr.contains("nothing was recorded"), "{ran}");
}

#[test]
fn a_journal_without_anything_in_the_window_is_reported_with_what_it_holds() {
    let server = FakeServer::always(NO_TAGS);
    let world = World::signed_in(&server);
    world.run("journal on").ended_with(0);
    world.run("tags").ended_with(0);
    let before = server.arrivals().len();
    let ran = world.run("shift --day 2020-02-29 --json --timezone UTC").ended_with(0);
    assert!(
        ran.stderr.contains(
            "nothing was recorded in 2020-02-29 00:00 – 2020-03-01 00:00; the journal holds answers from "
        ),
        "{ran}"
    );
    let document = ran.json();
    let [agent] = rows(&document, "agents") else { panic!("{ran}") };
    for unknown in
        ["breaks", "break_seconds", "wrapups", "tags_by_kind", "missed_customers", "first_activity"]
    {
        assert!(agent[unknown].is_null(), "{unknown}: {agent}");
    }
    assert_eq!(agent["covered_seconds"], 0);
    assert_eq!(agent["timeline"][0]["state"], "not_seen");
    assert_eq!(server.arrivals().len(), before, "no server is asked");
    let unknown = world.run("shift --profile nobody").ended_with(2);
    assert!(unknown.stderr.contains("no profile is called \"nobody\""), "{unknown}");
}
