mod today;

use jiff::tz::TimeZone;

use super::*;
use crate::floor::alerts::evaluate;
use crate::floor::answer::Tag;
use crate::floor::event::{Event, EventKind, ReportedTag};
use crate::floor::health::Health;
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{at, in_wrapup, no_answer, not_in_wrapup, on_break, poll, raw, tag, working};
use crate::output::payloads::{assert_harmless, payloads};
use crate::watch::source::WatchScope;
use crate::watch::view::LastFailure;

/// A floor and its page, at second 1,000 of the test's day.
struct Stage {
    view: FloorView,
    page: Page,
}

impl Stage {
    fn new(limits: &[&str]) -> Self {
        let options = PageOptions {
            zone: TimeZone::UTC,
            only: WatchScope { tags: true, breaks: true, wrapups: true },
            limits: limits.iter().map(|text| text.parse().expect("a limit")).collect(),
            title: "all profiles · sandbox".to_owned(),
        };
        let view = FloorView { interval: Duration::from_secs(5), ..FloorView::default() };
        let mut stage = Self { view, page: Page::new(options) };
        stage.turn_to(1_000);
        stage
    }

    fn turn_to(&mut self, second: u64) {
        self.view.now = Duration::from_secs(second);
        self.view.wall = at(second.cast_signed());
    }

    fn follow(&mut self, name: &str, result: &PollResult) -> &mut AgentView {
        self.view.agents.push(Arc::new(AgentView::new(name.to_owned(), Duration::ZERO)));
        self.answer(self.view.agents.len() - 1, result);
        self.agent(self.view.agents.len() - 1)
    }

    fn answer(&mut self, index: usize, result: &PollResult) {
        let (limits, now) = (self.page.options.limits.clone(), self.view.now);
        let agent = self.agent(index);
        agent.state = agent.state.after(result).0;
        agent.health = agent.health.after_answer(result.taken_at, result.monotonic).0;
        agent.crossed = evaluate(&limits, &agent.state, &agent.crossed, now, Duration::MAX).1;
        for tag in result.tags.iter().flatten() {
            self.note(index, tag.clone());
        }
    }

    fn note(&mut self, index: usize, tag: Tag) {
        let kind = EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false }));
        let profile = Some(self.view.agents[index].profile.clone());
        let event = Arc::new(Event { at: self.view.wall, server_time: None, profile, kind });
        self.view.note(&event);
        self.agent(index).note(&event);
    }

    fn agent(&mut self, index: usize) -> &mut AgentView {
        Arc::get_mut(&mut self.view.agents[index]).expect("the only owner")
    }

    fn floor(&self) -> String {
        self.page.floor(&self.view)
    }

    fn document(&self) -> String {
        self.page.document(&self.view, self.view.wall)
    }

    /// The row of an agent.
    fn row(&self, name: &str) -> String {
        let floor = self.floor();
        let rows = floor.split("<tr ").skip(1).map(|row| row.split("</tr>").next().unwrap_or(row));
        let mut found = rows.filter(|row| row.contains(&format!("<bdi>{name}</bdi></th>")));
        found.next().unwrap_or_else(|| panic!("no row of {name} in {floor}")).to_owned()
    }
}

fn answers(second: u64, break_state: crate::floor::answer::Break) -> PollResult {
    PollResult { break_state: Some(break_state), wrapup: Some(not_in_wrapup()), ..poll(second) }
}

fn in_wrapup_until(second: u64, end: i64) -> PollResult {
    let wrapup = Some(in_wrapup(Some("c9"), Some(end)));
    PollResult { break_state: Some(working()), wrapup, ..poll(second) }
}

fn missed(message: &str) -> Tag {
    Tag { message: Some(message.into()), time: Some(at(970)), ..tag("m970") }
}

fn busy() -> Stage {
    let mut stage = Stage::new(&["break=10m:15m"]);
    stage.follow("neha", &answers(999, working()));
    stage.follow("ravi", &answers(999, on_break(Some("tea"), Some(300))));
    stage.follow("asha", &answers(999, on_break(Some("lunch"), Some(40))));
    stage.follow("अनीता", &in_wrapup_until(999, 1_025));
    stage.note(0, missed("hung up"));
    stage.follow("kim", &poll(999));
    stage
}

/// The names of all elements, in order.
fn elements(html: &str) -> Vec<&str> {
    let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '/' && letter != '!';
    html.split('<').skip(1).map(|rest| rest.split(ends).next().unwrap_or(rest)).collect()
}

#[test]
fn a_row_has_state_reason_times_and_the_newest_tag_and_the_most_urgent_is_first() {
    let stage = busy();
    let floor = stage.floor().replace(assets::build(), "BUILD");
    insta::assert_snapshot!(floor.replace("<tr", "\n<tr").replace("<li", "\n<li"));
    let document = stage.document();
    for text in [
        "Over the limit: asha, ravi",
        r#"<td class="for has-left">16 min</td><td class="left">60 s over</td>"#,
        r#"<td class="for has-left">11 min</td><td class="left">3 min left</td>"#,
        r#"<td class="for has-left">≥ 1 s</td><td class="left">25 s left</td>"#,
        r#"<p class="clock">08:16</p>"#,
    ] {
        assert!(document.contains(text), "{text} is not in {document}");
    }
}

#[test]
fn the_text_is_the_same_while_only_time_passes() {
    let mut stage = busy();
    let first = stage.floor();
    for second in 1_001..1_014 {
        stage.turn_to(second);
        assert_eq!(stage.floor(), first, "after {second} s");
    }
    // Answers take their time, and servers name whole seconds.
    for second in 1_014..1_020_u64 {
        stage.turn_to(second);
        let wandering = [0, 1, -1, 0, 1, 0][usize::try_from(second - 1_014).expect("small")];
        let server_time = Some(at(second.cast_signed() + wandering));
        let results = [
            answers(second, working()),
            answers(second, on_break(Some("tea"), Some(300))),
            answers(second, on_break(Some("lunch"), Some(40))),
            in_wrapup_until(second, 1_025),
            poll(second),
        ];
        for (index, result) in results.into_iter().enumerate() {
            stage.answer(index, &PollResult { server_time, ..result });
        }
        assert_eq!(stage.floor(), first, "after an answer at {second} s");
    }
    stage.answer(1, &answers(1_019, working()));
    assert_ne!(stage.floor(), first);
}

#[test]
fn the_clock_of_an_agent_who_is_silent_stands_and_after_half_an_hour_only_the_name_is_left() {
    let mut stage = busy();
    stage.turn_to(1_014);
    assert!(!stage.row("ravi").contains("last seen"), "{}", stage.row("ravi"));
    assert!(stage.floor().contains("</i> live"), "{}", stage.floor());
    stage.turn_to(1_015);
    let silent = stage.row("ravi");
    assert!(silent.contains(r#"<td class="for has-left">11 min</td>"#), "{silent}");
    assert!(silent.contains("last seen 08:16") && !silent.contains("data-"), "{silent}");
    let freshness = format!("</i> stale · DeepCall <span data-from=\"{}\">", at(999).as_second());
    assert!(stage.floor().contains(&freshness), "{}", stage.floor());
    let agent = stage.agent(1);
    agent.health = agent.health.after_failure(&no_answer(), Duration::from_secs(1_016)).0;
    agent.failure =
        Some(LastFailure { kind: "timeout", message: "no answer within 15 s".into(), code: None });
    stage.turn_to(999 + 1_799);
    let silent = stage.row("ravi");
    assert!(
        silent.contains("11 min") && silent.contains("no answer: <bdi>no answer within 15 s</bdi>"),
        "{silent}"
    );
    stage.turn_to(999 + 1_800);
    let forgotten = stage.row("ravi");
    assert!(!forgotten.contains("11 min") && !forgotten.contains("on break"), "{forgotten}");
    assert!(forgotten.contains("unknown") && forgotten.contains("last seen 08:16"), "{forgotten}");
}

#[test]
fn the_clock_stands_as_well_of_an_agent_of_whom_a_part_of_an_answer_is_all_that_is_known() {
    let mut stage = busy();
    stage.agent(1).health = Health::default();
    stage.turn_to(1_030);
    let silent = stage.row("ravi");
    assert!(silent.contains(r#"<td class="for has-left">11 min</td>"#), "{silent}");
    assert!(silent.contains("last seen 08:16"), "{silent}");
    stage.turn_to(999 + 1_801);
    assert!(stage.row("ravi").contains("unknown"), "{}", stage.row("ravi"));
}

#[test]
fn no_text_becomes_markup_and_none_is_harmful() {
    let floor_of = |text: &str| {
        let mut stage = Stage::new(&["break=10m"]);
        stage.page.options.title = text.to_owned();
        let agent = stage.follow(text, &answers(999, on_break(Some(&format!("Lunch{text}")), Some(40))));
        agent.learn(format!("{text}2"));
        let mut tag = missed(text);
        (tag.kind, tag.customer) = (Some(text.into()), Some(text.into()));
        tag.fields = raw("{}");
        stage.note(0, tag);
        stage.follow("failing", &poll(1)).failure =
            Some(LastFailure { kind: "timeout", message: text.to_owned(), code: None });
        let agent = stage.agent(1);
        agent.health = agent.health.after_failure(&no_answer(), Duration::from_secs(2)).0;
        stage.follow("over", &poll(1)).phase = crate::watch::view::Phase::Over(text.to_owned());
        stage
    };
    let usual = floor_of("Asha");
    let markup = [
        "<script>alert(1)</script>",
        r#""><img src=x onerror=alert(1)>"#,
        "'--><svg onload=alert(1)>",
        "</main></body><iframe>",
        "&lt;b&gt;&#60;b&#62;",
        r#"x" onmouseover="alert(1)"#,
        "javascript:alert(1)",
    ];
    let markup = markup.map(|text| (text, text.to_owned()));
    for (name, text) in payloads().into_iter().chain(markup) {
        let hostile = floor_of(&text);
        for (page, usual) in [(hostile.floor(), usual.floor()), (hostile.document(), usual.document())] {
            assert_harmless("the wall", name, &page);
            assert_eq!(elements(&page), elements(&usual), "{name}: {page}");
            assert!(page.lines().count() == 1, "{name}: {page}");
        }
    }
}

/// In one run of text, digits after letters that are written from the right stand to the left of them.
#[test]
fn a_number_behind_text_of_another_direction_is_apart_from_it() {
    let mut stage = busy();
    stage.note(0, Tag { customer: Some("919876543210".into()), ..missed("مكالمة من علي") });
    let floor = stage.floor();
    assert!(floor.contains("مكالمة من علي</bdi> <bdi class=\"text\">•••••••••210</bdi></li>"), "{floor}");
}

#[test]
fn customers_numbers_are_masked_wherever_they_are() {
    let number = "9876543210";
    let mut stage = busy();
    let text = format!("call {number} back");
    stage.note(0, Tag { customer: Some(number.into()), kind: Some(text.as_str().into()), ..missed(&text) });
    stage.follow("on", &answers(999, on_break(Some(&text), Some(900))));
    let mut wrapup = in_wrapup(None, Some(1_020));
    wrapup.customer = Some(number.to_owned());
    stage.follow("in", &PollResult { wrapup: Some(wrapup), ..answers(999, working()) });
    let shown = format!("{}{}", stage.floor(), stage.document());
    assert!(!shown.contains(number) && !shown.contains("98765"), "{shown}");
    assert!(shown.contains("•210"), "{shown}");
}

#[test]
fn a_page_that_is_old_says_so_without_a_script() {
    let stage = busy();
    let document = |age: i64| stage.page.document(&stage.view, at(1_000 + age));
    assert!(document(11).contains(r#"<p id="stale" role="alert" hidden></p>"#), "{}", document(11));
    let old = document(12);
    assert!(
        old.contains("NOT LIVE since 08:16:40</p>") && old.contains(r#"<html lang="en" class="stale">"#),
        "{old}"
    );
    assert!(old.contains(r#"<noscript><meta http-equiv="refresh" content="10"></noscript>"#), "{old}");
}

#[test]
fn before_the_first_answer_it_is_starting_and_without_agents_it_says_so() {
    let mut stage = Stage::new(&[]);
    assert!(stage.floor().contains("No agent is followed."));
    stage.view.agents.push(Arc::new(AgentView::new("asha".to_owned(), Duration::ZERO)));
    assert!(stage.floor().contains("</i> starting"), "{}", stage.floor());
    assert!(stage.row("asha").contains("unknown"), "{}", stage.row("asha"));
}

#[test]
fn the_form_for_the_key_names_nobody_and_posts() {
    for (was_wrong, says) in [(false, false), (true, true)] {
        let form = key_form(was_wrong);
        assert!(form.contains(r#"<form method="post" action="/session">"#), "{form}");
        assert!(form.contains(r#"name="key""#) && !form.contains("<table"), "{form}");
        assert_eq!(form.contains("That is not the key."), says);
    }
}

/// The script takes 4 kB of the 24 kB that all of an empty floor may take.
#[test]
fn the_page_and_its_files_are_small_and_load_nothing_else() {
    let document = Stage::new(&[]).document();
    let all: usize = assets().iter().map(|asset| asset.bytes.len()).sum();
    assert!(document.len() + all <= 24_000, "{} {all}", document.len());
    assert!(assets::script().bytes.len() <= 4_000, "{}", assets::script().bytes.len());
    let linked = document.split('"').filter(|text| text.starts_with('/') && text.len() > 1);
    for path in linked {
        assert!(assets().iter().any(|asset| asset.path == *path), "{path}");
    }
    for asset in assets() {
        let loads = ["url(", "@import", "http:", "https:"].iter().find(|word| asset.bytes.contains(**word));
        let is_namespace = asset.bytes.contains("xmlns");
        assert!(loads.is_none() || is_namespace, "{loads:?} in {}", asset.path);
    }
    assert!(!document.contains("style=") && !document.contains("<style"), "{document}");
}
