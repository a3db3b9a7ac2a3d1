//! The breaks of today on the wall, which are those of `status`.

use serde_json::Value;

use super::{Wall, on_break_for, server};
use crate::support::{FakeServer, NO_TAGS, NOT_IN_WRAPUP, World};

const HEADING: &str = r#"<th scope="col">Breaks today</th>"#;

/// `/floor.json`, once it is so.
fn floor(wall: &Wall, is_wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let answer = wall.get("/floor.json", &[&wall.bearer()]);
        let document: Value = serde_json::from_str(&answer.body).unwrap();
        if document["agents"].as_array().unwrap().iter().all(&is_wanted) {
            return document;
        }
    }
}

fn page(wall: &Wall) -> String {
    wall.get("/", &[&wall.bearer()]).body
}

#[test]
fn with_a_journal_the_wall_has_the_breaks_of_today_as_status_has_them() {
    let since = jiff::Timestamp::now().as_second() - 30 * 60;
    let on_break = format!(
        r#"{{"status":"success","data":{{"on_break":1,"agent_id":"a-1","breakDetail":{{"reason":"Lunch","startTime":{since}}}}}}}"#
    );
    let server = FakeServer::answering(move |request, _| {
        request.choose([on_break.clone(), NOT_IN_WRAPUP.to_owned(), NO_TAGS.to_owned()])
    });
    let world = World::signed_in(&server).with("DEEPCALL_TIMEZONE", "UTC");
    world.run("journal on").ended_with(0);
    let status = || world.run("status --json --poll").ended_with(0).json()["agents"][0].clone();
    let before = status();
    let wall = Wall::start(&world, "--interval 2s");
    let shown = floor(&wall, |agent| agent["breaks"] == 1)["agents"][0].clone();
    let after = status();
    for key in ["break_seconds", "break_seconds_min", "break_seconds_max"] {
        let [before, shown, after] = [&before, &shown, &after].map(|agent| agent[key].as_i64().unwrap());
        assert!(before <= shown && shown <= after, "{key}: {before}, {shown}, {after}");
    }
    let keys = |agent: &Value| agent.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&shown), keys(&before));
    let page = page(&wall);
    assert!(page.contains(HEADING) && page.contains("1 break, "), "{page}");
    wall.running.terminate().ended_with(143);
}

#[test]
fn the_wall_begins_with_what_was_recorded_before_it() {
    let server = server(on_break_for("Lunch", "hello from before"));
    let world = World::signed_in(&server);
    world.run("journal on").ended_with(0);
    world.run("tags").ended_with(0);
    let wall = Wall::start(&world, "--interval 2s");
    floor(&wall, |agent| agent["state"] == "on_break");
    let page = page(&wall);
    let list = page.split_once("<h2>Newest</h2>").expect(&page).1;
    assert_eq!(list.matches("hello from before").count(), 1, "{page}");
    wall.running.terminate().ended_with(143);
}

#[test]
fn without_a_journal_the_wall_says_nothing_of_today() {
    let server = server(on_break_for("Lunch", "hello"));
    let wall = Wall::start(&World::signed_in(&server), "");
    let shown = floor(&wall, |agent| agent["state"] == "on_break");
    for key in ["breaks", "break_seconds", "breaks_covered_share"] {
        assert_eq!(shown["agents"][0].get(key), Some(&Value::Null), "{shown}");
    }
    let page = page(&wall);
    assert!(page.contains("Lunch") && !page.contains(HEADING) && !page.contains("today"), "{page}");
}

#[test]
fn the_wall_of_a_sandbox_has_the_breaks_of_today_of_everybody() {
    let wall = Wall::start(&World::new(), "--sandbox");
    floor(&wall, |agent| agent["breaks"].is_u64());
    let page = page(&wall);
    let cells =
        ["breaks", "breaks long"].map(|class| page.matches(&format!("<td class=\"{class}\">")).count());
    assert_eq!(cells.iter().sum::<usize>(), 14, "{page}");
    assert!(page.contains(HEADING) && !page.contains(r#"<td class="breaks"></td>"#), "{page}");
}
