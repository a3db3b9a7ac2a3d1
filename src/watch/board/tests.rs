use std::time::Duration;

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::backend::TestBackend;

use super::*;
use crate::floor::alerts::evaluate;
use crate::floor::answer::{Break, Tag};
use crate::floor::diff::Memory;
use crate::floor::event::{Alert, AlertChange, AlertWhat, GapCause, Level};
use crate::floor::poll_result::PollResult;
use crate::floor::samples::{at, in_wrapup, no_answer, not_in_wrapup, on_break, poll, raw, tag, working};
use crate::output::payloads::{assert_harmless, payloads};
use crate::watch::board::controls::Page;
use crate::watch::board::summary::{Liveness, Tally, liveness, tally};
use crate::watch::followed::{Followed, Phase};
use crate::watch::schedule::Schedule;
use crate::watch::source::WatchScope;

const INTERVAL: Duration = Duration::from_secs(5);

/// Profiles, a person at the board, and a screen that is none.
struct Desk {
    followed: Vec<Followed>,
    options: BoardOptions,
    limits: Vec<Limit>,
    news: VecDeque<News>,
    controls: Controls,
    second: u64,
}

impl Desk {
    fn new(limits: &[&str]) -> Self {
        let only = WatchScope { tags: true, breaks: true, wrapups: true };
        let (zone, title) = (TimeZone::UTC, "all profiles · sandbox".to_owned());
        Self {
            followed: Vec::new(),
            options: BoardOptions { zone, color: false, mask: false, only, title },
            limits: limits.iter().map(|text| text.parse().expect("a limit")).collect(),
            news: VecDeque::new(),
            controls: Controls::default(),
            second: 1_000,
        }
    }

    /// Follows one more profile, which answered once, at the poll's moment.
    fn follow(&mut self, name: &str, seen: PollResult) -> &mut Followed {
        let schedule = Schedule::new(INTERVAL, Duration::ZERO);
        let mut one = Followed::new(name.to_owned(), schedule, Memory::new(at(0)));
        let change = one.memory.diff(&seen).change;
        one.memory.commit(change);
        one.health = one.health.after_answer(seen.taken_at, seen.monotonic).0;
        let now = Duration::from_secs(self.second);
        one.told = evaluate(&self.limits, one.memory.state(), &one.told, now).1;
        one.phase = Phase::Due(now + Duration::from_secs(2));
        for tag in seen.tags.into_iter().flatten() {
            one.keep(tag);
        }
        self.followed.push(one);
        self.followed.last_mut().expect("just followed")
    }

    fn view(&self) -> View<'_> {
        let wall = at(self.second.cast_signed());
        View { followed: &self.followed, now: Duration::from_secs(self.second), wall, interval: INTERVAL }
    }

    /// The screen as lines, by way of the library's own terminal.
    fn screen(&mut self, columns: u16, lines: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(columns, lines)).expect("a screen");
        let mut controls = std::mem::take(&mut self.controls);
        let picture =
            Picture { view: self.view(), options: &self.options, limits: &self.limits, news: &self.news };
        terminal.draw(|frame| picture.draw(&mut controls, frame.buffer_mut())).expect("a frame");
        self.controls = controls;
        terminal.backend().buffer().clone()
    }

    fn text(&mut self, columns: u16, lines: u16) -> String {
        paint::plain_text(&self.screen(columns, lines))
    }

    fn press(&mut self, code: KeyCode) -> Asked {
        self.controls.take(&TerminalEvent::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn type_text(&mut self, text: &str) {
        for letter in text.chars() {
            self.press(KeyCode::Char(letter));
        }
    }

    fn hears(&mut self, kind: EventKind) {
        let event = Event { at: at(990), profile: Some("asha".into()), kind };
        self.news.push_back(News {
            at: event.at,
            profile: event.profile.clone(),
            sentence: event_view::sentence(&event),
        });
    }
}

fn said(break_state: Break, second: u64) -> PollResult {
    PollResult { break_state: Some(break_state), wrapup: Some(not_in_wrapup()), ..poll(second) }
}

fn notification(kind: &str, second: i64, icons: &[&str]) -> Tag {
    Tag {
        kind: Some(kind.into()),
        time: Some(at(second)),
        icon_names: icons.iter().map(|&name| name.to_owned()).collect(),
        fields: raw(r#"{"_id": "t1", "queue": "billing"}"#),
        ..tag("t1")
    }
}

/// A floor on which every kind of row is to be seen.
fn busy_floor() -> Desk {
    let mut desk = Desk::new(&["break=10m:15m", "wrapup=90s"]);
    desk.follow("neha", said(working(), 400));
    desk.follow("ravi", said(on_break(Some("tea"), Some(300)), 998));
    desk.follow("asha", said(on_break(Some("lunch"), Some(40)), 998));
    let wrapup = PollResult {
        break_state: Some(working()),
        wrapup: Some(in_wrapup(Some("c9"), Some(1_025))),
        tags: Some(vec![
            notification("callback", 940, &["vip"]),
            notification("missed", 970, &["vip", "urgent"]),
        ]),
        ..poll(996)
    };
    desk.follow("अनीता", wrapup);
    let mo = desk.follow("mo", said(on_break(None, None), 990));
    mo.health = mo.health.after_failure(&no_answer(), Duration::from_secs(995)).0;
    mo.trouble = Some("no answer within 15 s".into());
    desk.follow("zoe", poll(997)).phase = Phase::Over("session expired".into());
    desk.follow("kim", poll(999));
    desk.hears(EventKind::Alert(Alert {
        what: AlertWhat::Break,
        reason: Some("lunch".into()),
        level: Level::Critical,
        change: AlertChange::Over,
        limit_seconds: 900,
        value_seconds: 901,
    }));
    desk
}

#[test]
fn the_board_fits_a_small_screen() {
    insta::assert_snapshot!(busy_floor().text(60, 10));
}

#[test]
fn the_board_on_an_ordinary_screen() {
    insta::assert_snapshot!(busy_floor().text(80, 24));
}

#[test]
fn the_board_on_a_large_screen() {
    insta::assert_snapshot!(busy_floor().text(200, 50));
}

#[test]
fn an_opened_agent_shows_news_tags_and_raw_detail() {
    let mut desk = busy_floor();
    desk.followed[2].keep(notification("missed", 970, &["vip"]));
    desk.text(80, 24);
    desk.press(KeyCode::Enter);
    insta::assert_snapshot!(desk.text(80, 24));
    desk.press(KeyCode::Esc);
    assert_eq!(desk.controls.page, Page::Floor);
}

#[test]
fn the_keys_are_explained() {
    let mut desk = busy_floor();
    desk.press(KeyCode::Char('?'));
    insta::assert_snapshot!(desk.text(80, 26));
}

#[test]
fn over_the_limit_comes_first_then_the_longest() {
    let mut desk = busy_floor();
    desk.text(80, 24);
    assert_eq!(
        desk.controls.order,
        ["asha", "ravi", "mo", "अनीता", "neha", "zoe", "kim"].map(String::from).to_vec()
    );
}

#[test]
fn a_frozen_order_stays_when_states_change() {
    let mut desk = busy_floor();
    desk.text(80, 24);
    desk.press(KeyCode::Char('f'));
    let before = desk.controls.order.clone();
    desk.followed.retain(|one| one.profile != "kim");
    desk.follow("kim", said(on_break(None, Some(1)), 999));
    desk.text(80, 24);
    assert_eq!(desk.controls.order, before);
    desk.press(KeyCode::Char('f'));
    desk.text(80, 24);
    assert_eq!(desk.controls.order[0], "kim");
}

#[test]
fn typing_filters_by_name_state_or_reason_until_escape() {
    let mut desk = busy_floor();
    for (text, found) in
        [("LUN", vec!["asha"]), ("wrap", vec!["अनीता"]), ("नीता", vec!["अनीता"]), ("qqq", vec![])]
    {
        desk.press(KeyCode::Char('/'));
        desk.type_text(text);
        let screen = desk.text(80, 24);
        assert_eq!(desk.controls.order, found, "{text}");
        assert!(screen.contains(&format!("/{text}_")), "{screen}");
        desk.press(KeyCode::Esc);
    }
    desk.text(80, 24);
    assert_eq!(desk.controls.order.len(), 7);
}

#[test]
fn keys_ask_for_what_they_say() {
    let control = |letter| TerminalEvent::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL));
    let mut desk = Desk::new(&[]);
    assert_eq!(desk.controls.take(&control('c')), Asked::Quit);
    assert_eq!(desk.controls.take(&control('z')), Asked::Stop);
    assert_eq!(desk.controls.take(&TerminalEvent::Resize(9, 9)), Asked::Redraw);
    assert_eq!(desk.press(KeyCode::F(5)), Asked::Nothing);
    assert_eq!(desk.press(KeyCode::Char('q')), Asked::Quit);
    desk.press(KeyCode::Char('/'));
    assert_eq!(desk.press(KeyCode::Char('q')), Asked::Redraw, "while typing, q is a letter");
    assert_eq!(desk.controls.take(&control('c')), Asked::Quit, "even while typing");
}

#[test]
fn the_window_follows_the_selection_and_says_what_is_beyond() {
    let mut desk = Desk::new(&[]);
    for number in 0..50 {
        desk.follow(&format!("agent{number:02}"), said(on_break(None, Some(number)), 999));
    }
    let screen = desk.text(60, 10);
    assert!(screen.contains("agent00") && screen.contains("and 46 more"), "{screen}");
    desk.press(KeyCode::End);
    let screen = desk.text(60, 10);
    assert!(screen.contains("› ") || screen.contains("›‖"), "{screen}");
    assert!(screen.contains("agent49") && screen.contains("46 more above, 0 below"), "{screen}");
    desk.press(KeyCode::PageUp);
    desk.press(KeyCode::Up);
    let screen = desk.text(60, 10);
    assert!(screen.contains("agent45") && !screen.contains("agent49"), "{screen}");
}

#[test]
fn time_counts_on_between_polls() {
    let mut desk = Desk::new(&["break=15m"]);
    desk.follow("asha", said(on_break(Some("tea"), Some(900)), 1_000));
    assert!(desk.text(80, 12).contains("1 min 40 s"));
    desk.second += 5;
    let screen = desk.text(80, 12);
    assert!(screen.contains("1 min 45 s") && screen.contains("13 min"), "{screen}");
    assert!(screen.contains("5 s old"), "{screen}");
}

#[test]
fn the_heading_tells_live_stale_reconnecting_and_ended() {
    let mut desk = Desk::new(&[]);
    desk.follow("asha", said(working(), 1_000));
    assert_eq!(liveness(&desk.view()), Liveness::Live);
    desk.second = 1_015;
    assert_eq!(liveness(&desk.view()), Liveness::Live);
    desk.second = 1_016;
    assert_eq!(liveness(&desk.view()), Liveness::Stale);
    let one = &mut desk.followed[0];
    one.health = one.health.after_failure(&no_answer(), Duration::from_secs(1_016)).0;
    assert_eq!(liveness(&desk.view()), Liveness::Reconnecting(1));
    desk.followed[0].phase = Phase::Over("refused".into());
    assert_eq!(liveness(&desk.view()), Liveness::Ended);
}

#[test]
fn the_tally_counts_what_was_said() {
    let expected = Tally { on_break: 3, wrapup: 1, neither: 1, unknown: 2, over: 2 };
    assert_eq!(tally(&busy_floor().followed), expected);
}

#[test]
fn what_is_not_polled_has_no_column() {
    let mut desk = busy_floor();
    desk.options.only = WatchScope { tags: true, breaks: false, wrapups: false };
    let screen = desk.text(100, 24);
    assert!(!screen.contains("state") && screen.contains("newest tags"), "{screen}");
    desk.options.only = WatchScope { tags: false, breaks: true, wrapups: true };
    let screen = desk.text(100, 24);
    assert!(screen.contains("state") && !screen.contains("tags"), "{screen}");
}

#[test]
fn the_screen_says_the_same_without_colour() {
    let mut desk = busy_floor();
    let plain = desk.text(120, 30);
    desk.options.color = true;
    let colored = desk.screen(120, 30);
    assert_eq!(paint::plain_text(&colored), plain);
    assert!(colored.content.iter().any(|cell| cell.fg == ratatui::style::Color::Red));
}

#[test]
fn masked_numbers_are_nowhere_on_the_board() {
    let mut desk = busy_floor();
    desk.followed[3].keep(Tag { fields: raw(r#"{"mobile":"919812345678"}"#), ..tag("t2") });
    assert!(desk.text(200, 50).contains("919812345678"));
    desk.options.mask = true;
    assert!(!desk.text(200, 50).contains("9198123"));
    desk.controls.page = Page::Opened("अनीता".into());
    let screen = desk.text(200, 50);
    assert!(screen.contains("mobile") && !screen.contains("9198123"), "{screen}");
}

#[test]
fn the_last_frame_has_no_selection_and_no_filter() {
    let mut desk = busy_floor();
    desk.text(80, 24);
    desk.press(KeyCode::Down);
    desk.press(KeyCode::Char('/'));
    desk.type_text("mo");
    let picture =
        Picture { view: desk.view(), options: &desk.options, limits: &desk.limits, news: &desk.news };
    let frame = last_frame(&picture, &desk.controls, Rect::new(0, 0, 80, 24));
    assert!(frame.contains("asha") && !frame.contains('›') && !frame.contains("q quit"), "{frame}");
    assert!(!frame.contains("\n\n\n") && frame.ends_with('\n'), "{frame}");
}

#[test]
fn hostile_text_cannot_leave_its_cells() {
    for (name, text) in payloads() {
        let mut desk = Desk::new(&[]);
        let json = serde_json::to_string(&text).expect("a string");
        let seen = Break { detail: Some(raw(&json)), ..on_break(Some(&text), Some(900)) };
        let hostile = Tag {
            message: Some(text.clone()),
            customer: Some(text.clone()),
            fields: raw(&json),
            ..notification(&text, 970, &[&text])
        };
        let one = desk.follow("asha", PollResult { tags: Some(vec![hostile]), ..said(seen, 999) });
        one.trouble = Some(text.clone());
        desk.options.title.clone_from(&text);
        desk.hears(EventKind::SessionExpired { code: None, message: text });
        for page in [Page::Floor, Page::Opened("asha".into())] {
            desk.controls.page = page;
            let buffer = desk.screen(80, 24);
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
    let mut desk = busy_floor();
    for page in [Page::Floor, Page::Opened("asha".into()), Page::Keys] {
        for (columns, lines) in [(0, 0), (1, 1), (3, 2), (10, 5), (20, 6), (59, 9), (300, 100)] {
            desk.controls.page = page.clone();
            desk.text(columns, lines);
        }
    }
}

#[test]
fn what_the_rows_cannot_show_is_news() {
    let gap = EventKind::Gap { from: at(0), to: at(9), why: GapCause::Outage };
    assert!(is_news(&gap) && is_news(&EventKind::SessionRenewed));
    assert!(!is_news(&EventKind::Start { profiles: 1, interval_seconds: 5 }));
}
