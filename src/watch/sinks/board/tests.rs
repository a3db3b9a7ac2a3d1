mod choices;
mod events;
mod sizes;
mod states;
mod today;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::backend::TestBackend;

use super::*;
use crate::floor::alerts::evaluate;
use crate::floor::answer::{Break, Tag};
use crate::floor::event::{
    Alert, AlertChange, AlertWhat, BreakStarted, Event, EventKind, Level, ReportedTag, SessionExpired,
};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{at, in_wrapup, no_answer, not_in_wrapup, on_break, poll, raw, tag, working};
use crate::output::payloads::{assert_harmless, payloads};
use crate::output::presentation::TimeStyle;
use crate::watch::sinks::board::controls::Overlay;
use crate::watch::sinks::board::keys::Place;
use crate::watch::sinks::display::Key;
use crate::watch::sinks::shown::summary::{Liveness, Tally, liveness, tally};
use crate::watch::source::WatchScope;
use crate::watch::view::{AgentView, LastFailure, Phase};

const INTERVAL: Duration = Duration::from_secs(5);

/// A floor, the keys that were pressed, and a screen in memory.
struct Stage {
    view: FloorView,
    options: BoardOptions,
    limits: Vec<Limit>,
    controls: Controls,
}

impl Stage {
    fn new(limits: &[&str]) -> Self {
        let only = WatchScope { tags: true, breaks: true, wrapups: true };
        let (zone, title) = (TimeZone::UTC, "all profiles · sandbox".to_owned());
        let mut stage = Self {
            view: FloorView { interval: INTERVAL, ..FloorView::default() },
            options: BoardOptions { zone, color: false, mask: false, time: TimeStyle::Both, only, title },
            limits: limits.iter().map(|text| text.parse().expect("a limit")).collect(),
            controls: Controls::default(),
        };
        stage.turn_to(1_000);
        stage
    }

    fn turn_to(&mut self, second: u64) {
        self.view.now = Duration::from_secs(second);
        self.view.wall = at(second.cast_signed());
    }

    /// Follows one more agent, whose first answer had this result. One that is older was repeated ten seconds ago.
    fn follow(&mut self, name: &str, result: PollResult) -> &mut AgentView {
        let mut agent = AgentView::new(name.to_owned(), Duration::ZERO);
        agent.state = agent.state.after(&result).0;
        let repeated = self.view.now.saturating_sub(Duration::from_secs(10));
        let ago = result.monotonic.max(repeated).saturating_sub(result.monotonic);
        agent.health = agent.health.after_answer(result.taken_at + ago, result.monotonic + ago).0;
        agent.crossed = evaluate(&self.limits, &agent.state, &agent.crossed, self.view.now, Duration::MAX).1;
        agent.phase = Phase::Due(self.view.now + Duration::from_secs(2));
        self.view.agents.push(Arc::new(agent));
        let index = self.view.agents.len() - 1;
        for tag in result.tags.into_iter().flatten() {
            self.tag(index, tag);
        }
        self.agent(index)
    }

    fn tag(&mut self, index: usize, tag: Tag) {
        let reported = ReportedTag { tag, initial: false, changed: false };
        self.note(index, self.view.wall, EventKind::Tag(Box::new(reported)));
    }

    fn note(&mut self, index: usize, at: Timestamp, kind: EventKind) {
        let profile = Some(self.view.agents[index].profile.clone());
        let event = Arc::new(Event { at, server_time: None, profile, kind });
        self.view.note(&event);
        self.agent(index).note(&event);
    }

    fn agent(&mut self, index: usize) -> &mut AgentView {
        Arc::get_mut(&mut self.view.agents[index]).expect("the only owner")
    }

    /// The screen, drawn by the library's own terminal.
    fn screen(&mut self, columns: u16, lines: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(columns, lines)).expect("a screen");
        let Self { view, options, limits, controls } = self;
        let picture = Picture { view, options, limits };
        terminal.draw(|frame| picture.draw(controls, frame.buffer_mut())).expect("a frame");
        terminal.backend().buffer().clone()
    }

    fn text(&mut self, columns: u16, lines: u16) -> String {
        paint::plain_text(&self.screen(columns, lines))
    }

    fn press(&mut self, key: &Key) -> Request {
        self.controls.press(key)
    }

    fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(&Key::Letter(letter));
        }
    }
}

fn answer(break_state: Break, second: u64) -> PollResult {
    PollResult { break_state: Some(break_state), wrapup: Some(not_in_wrapup()), ..poll(second) }
}

fn notification(kind: &str, second: i64, icons: &[&str]) -> Tag {
    Tag {
        kind: Some(kind.into()),
        time: Some(at(second)),
        icon_names: icons.iter().map(|&name| name.into()).collect(),
        fields: raw(r#"{"_id": "t1", "queue": "billing"}"#),
        ..tag("t1")
    }
}

/// Every page: the agent that is opened, what is over it, and whether it is raw.
const PAGES: [(Option<&str>, Option<Overlay>, bool); 5] = [
    (None, None, false),
    (Some("asha"), None, false),
    (Some("asha"), None, true),
    (None, Some(Overlay::Events), false),
    (None, Some(Overlay::Help), false),
];

/// A floor with every kind of row.
fn busy_floor() -> Stage {
    let mut stage = Stage::new(&["break=10m:15m", "wrapup=90s"]);
    stage.follow("neha", answer(working(), 400));
    stage.follow("ravi", answer(on_break(Some("tea"), Some(300)), 998));
    stage.follow("asha", answer(on_break(Some("lunch"), Some(40)), 998));
    let wrapup = PollResult {
        break_state: Some(working()),
        wrapup: Some(in_wrapup(Some("c9"), Some(1_025))),
        tags: Some(vec![
            notification("callback", 940, &["vip"]),
            notification("missed", 970, &["vip", "urgent"]),
        ]),
        ..poll(996)
    };
    stage.follow("अनीता", wrapup);
    let mo = stage.follow("mo", answer(on_break(None, None), 990));
    mo.health = mo.health.after_failure(&no_answer(), Duration::from_secs(995)).0;
    mo.failure = Some(LastFailure { kind: "timeout", message: "no answer within 15 s".into(), code: None });
    stage.follow("zoe", poll(997)).phase = Phase::Over("session expired".into());
    stage.follow("kim", poll(999));
    let (reason, since) = (Some("lunch".to_owned()), Some(at(40)));
    stage.note(
        2,
        at(45),
        EventKind::BreakStarted(BreakStarted { reason: reason.clone(), since, detail: None }),
    );
    stage.note(
        2,
        at(990),
        EventKind::Alert(Alert {
            what: AlertWhat::Break,
            reason,
            level: Level::Critical,
            change: AlertChange::Over,
            limit_seconds: 900,
            value_seconds: 901,
        }),
    );
    stage
}

#[test]
fn an_opened_agent_shows_tags_and_breaks_as_rows() {
    let mut stage = busy_floor();
    stage.tag(2, notification("missed", 970, &["vip"]));
    stage.text(80, 24);
    stage.press(&Key::Enter);
    insta::assert_snapshot!(stage.text(80, 24));
    stage.press(&Key::Escape);
    assert_eq!(stage.controls.place(), Place::Floor);
}

#[test]
fn the_keys_are_explained() {
    let mut stage = busy_floor();
    stage.press(&Key::Letter('?'));
    insta::assert_snapshot!(stage.text(80, 26));
}

#[test]
fn a_board_has_a_size_that_it_can_hold_whatever_the_terminal_reports() {
    let size = |width, height| within_bounds(Size { width, height });
    assert_eq!(size(200, 50), Size { width: 200, height: 50 });
    for unknown in [size(0, 0), size(0, 24), size(80, 0)] {
        assert_eq!(unknown, Size { width: 80, height: 24 });
    }
    for huge in [size(65_535, 65_535), size(65_535, 1), size(1, 65_535)] {
        assert!(huge.width >= 1 && huge.height >= 1 && huge.area() <= 500_000, "{huge}");
    }
}

#[test]
fn time_counts_on_between_polls() {
    let mut stage = Stage::new(&["break=15m"]);
    stage.follow("asha", answer(on_break(Some("tea"), Some(900)), 1_000));
    assert!(stage.text(80, 12).contains("1 min 40 s"));
    stage.turn_to(1_005);
    let screen = stage.text(80, 12);
    assert!(screen.contains("1 min 45 s") && screen.contains("13 min"), "{screen}");
    assert!(screen.contains("5 s old"), "{screen}");
}

#[test]
fn the_heading_shows_live_stale_reconnecting_and_ended() {
    let mut stage = Stage::new(&[]);
    stage.follow("asha", answer(working(), 1_000));
    assert_eq!(liveness(&stage.view), Liveness::Live);
    stage.turn_to(1_015);
    assert_eq!(liveness(&stage.view), Liveness::Live);
    stage.turn_to(1_016);
    assert_eq!(liveness(&stage.view), Liveness::Stale);
    let one = stage.agent(0);
    one.health = one.health.after_failure(&no_answer(), Duration::from_secs(1_016)).0;
    assert_eq!(liveness(&stage.view), Liveness::Reconnecting(1));
    stage.agent(0).phase = Phase::Over("refused".into());
    assert_eq!(liveness(&stage.view), Liveness::Ended);
}

#[test]
fn the_tally_counts_the_newest_answers() {
    let expected =
        Tally { on_break: 3, wrapup: 1, neither: 1, unknown: 2, over: 2, level: Some(Level::Critical) };
    let Stage { view, options, limits, .. } = busy_floor();
    assert_eq!(tally(&view, options.only, &limits), expected);
}

#[test]
fn what_is_not_polled_has_no_column() {
    let mut stage = busy_floor();
    stage.options.only = WatchScope { tags: true, breaks: false, wrapups: false };
    let screen = stage.text(100, 24);
    assert!(!screen.contains("state") && screen.contains("last tag"), "{screen}");
    stage.options.only = WatchScope { tags: false, breaks: true, wrapups: true };
    let screen = stage.text(100, 24);
    assert!(screen.contains("state") && !screen.contains("last tag"), "{screen}");
}

#[test]
fn the_screen_shows_the_same_without_colour() {
    let mut stage = busy_floor();
    let plain = stage.text(120, 30);
    stage.options.color = true;
    let colored = stage.screen(120, 30);
    assert_eq!(paint::plain_text(&colored), plain);
    assert!(colored.content.iter().any(|cell| cell.fg == ratatui::style::Color::Red));
}

#[test]
fn masked_numbers_are_nowhere_on_the_board() {
    let mut stage = busy_floor();
    stage.tag(3, Tag { fields: raw(r#"{"mobile":"919812345678"}"#), ..tag("t2") });
    assert!(stage.text(200, 50).contains("919812345678"));
    stage.options.mask = true;
    assert!(!stage.text(200, 50).contains("9198123"));
    stage.controls.opened = Some("अनीता".into());
    stage.controls.is_raw = true;
    let screen = stage.text(200, 50);
    assert!(screen.contains("mobile") && !screen.contains("9198123"), "{screen}");
}

#[test]
fn the_last_frame_has_no_selection_and_no_filter() {
    let mut stage = busy_floor();
    stage.text(80, 24);
    stage.press(&Key::Down);
    stage.press(&Key::Letter('/'));
    stage.type_text("mo");
    let picture = Picture { view: &stage.view, options: &stage.options, limits: &stage.limits };
    let frame = last_frame(&picture, &stage.controls, Rect::new(0, 0, 80, 24));
    assert!(frame.contains("asha") && !frame.contains('›') && !frame.contains("q quit"), "{frame}");
    assert!(!frame.contains("\n\n\n") && frame.ends_with('\n'), "{frame}");
}

#[test]
fn hostile_text_cannot_leave_its_cells() {
    for (name, text) in payloads() {
        let mut stage = Stage::new(&[]);
        let json = serde_json::to_string(&text).expect("a string");
        let seen = Break { detail: Some(raw(&json)), ..on_break(Some(&text), Some(900)) };
        let hostile = Tag {
            message: Some(text.as_str().into()),
            customer: Some(text.as_str().into()),
            fields: raw(&json),
            ..notification(&text, 970, &[&text])
        };
        let one = stage.follow("asha", PollResult { tags: Some(vec![hostile]), ..answer(seen, 999) });
        one.failure = Some(LastFailure { kind: "timeout", message: text.clone(), code: None });
        stage.options.title.clone_from(&text);
        stage.note(0, at(990), EventKind::SessionExpired(SessionExpired { code: None, message: text }));
        for (opened, overlay, is_raw) in PAGES {
            (stage.controls.opened, stage.controls.is_raw) = (opened.map(str::to_owned), is_raw);
            stage.controls.overlay = overlay;
            let buffer = stage.screen(80, 24);
            for cell in &buffer.content {
                assert_harmless("the board", name, cell.symbol());
                assert!(!cell.symbol().contains('\n'), "{name}");
            }
            let screen = paint::plain_text(&buffer);
            assert!(
                screen.lines().all(|line| crate::output::text::width::width(line) <= 80),
                "{name}\n{screen}"
            );
        }
    }
}

#[test]
fn every_size_is_drawn_without_a_panic() {
    let mut stage = busy_floor();
    for (opened, overlay, is_raw) in PAGES {
        for (columns, lines) in [(0, 0), (1, 1), (3, 2), (10, 5), (20, 6), (59, 9), (300, 100)] {
            (stage.controls.opened, stage.controls.is_raw) = (opened.map(str::to_owned), is_raw);
            stage.controls.overlay = overlay;
            stage.text(columns, lines);
        }
    }
}
