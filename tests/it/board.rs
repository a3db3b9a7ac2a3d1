//! The board over time: whether each frame is right at its moment.

use std::cell::RefCell;
use std::io::{self, Write};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deepcall::output::presentation::TimeStyle;
use deepcall::output::text::times;
use deepcall::watch::sinks::board::{Board, BoardOptions};
use deepcall::watch::sinks::display::{Display, Input, Request};
use deepcall::watch::view::FloorView;

use ratatui::layout::Rect;

use crate::support::shift::{SCOPE, zone};
use crate::support::spacing_marks::disguised;
use crate::support::{FakeServer, NOT_ON_BREAK, Poll, Reply, Screen, Shift, World};

/// A board that paints there.
fn board_on(painted: &Painted, shift: &Shift, columns: u16, rows: u16) -> Board {
    let options = BoardOptions {
        zone: zone(),
        color: true,
        mask: false,
        time: TimeStyle::Both,
        only: SCOPE,
        title: format!("{} profiles at http://127.0.0.1:8123", shift.agents),
    };
    let area = Rect::new(0, 0, columns, rows);
    Board::of_size(options, Shift::limits(), painted.clone(), area).unwrap()
}

/// Every cell of the board's last frame, as a terminal of this size shows it.
pub fn last_frame(shift: &Shift, columns: u16, rows: u16) -> vt100::Screen {
    let painted = Painted::new(columns, rows);
    shift.watch(vec![], Some(&mut board_on(&painted, shift, columns, rows)));
    painted.screen()
}

/// A terminal that remembers what was painted on it.
#[derive(Clone)]
struct Painted(Rc<RefCell<vt100::Parser>>);

impl Painted {
    fn new(columns: u16, rows: u16) -> Self {
        let cells = |count| NonZero::new(count).unwrap();
        Self(Rc::new(RefCell::new(vt100::Parser::new(cells(rows), cells(columns), 0))))
    }

    fn screen(&self) -> vt100::Screen {
        self.0.borrow().screen().clone()
    }
}

impl Write for Painted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The screen library writes whole characters.
        let text = disguised(std::str::from_utf8(bytes).map_err(io::Error::other)?);
        self.0.borrow_mut().process(text.as_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A board whose headings are kept, each with its moment.
struct Watched {
    board: Board,
    painted: Painted,
    frames: Vec<(Duration, String)>,
}

impl Display for Watched {
    fn show(&mut self, view: &FloorView) -> io::Result<()> {
        self.board.show(view)?;
        let heading = self.painted.screen().rows(0, 100).next().unwrap();
        // Of several frames of one moment, the last one knows all that happened in it.
        if self.frames.last().is_some_and(|(at, _)| *at == view.now) {
            self.frames.pop();
        }
        self.frames.push((view.now, heading));
        Ok(())
    }

    fn input(&mut self, input: Input) -> io::Result<Request> {
        self.board.input(input)
    }

    fn finish(&mut self, view: &FloorView) -> io::Result<()> {
        self.board.finish(view)
    }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// What the heading must say: the newest answer, whether a poll has failed since, and the next poll.
fn expected(now: Duration, polls: &[Poll]) -> (&'static str, String, String) {
    let past = || polls.iter().filter(|poll| poll.at <= now);
    let last_good = past().rfind(|poll| poll.is_good).unwrap().at;
    let has_failed = past().any(|poll| poll.at > last_good);
    let age = now - last_good;
    let word = match () {
        () if has_failed => "↻ reconnecting",
        () if age > seconds(15) => "○ stale",
        () => "● live",
    };
    let next = polls.iter().find(|poll| poll.at > now).map_or(Duration::ZERO, |poll| poll.at - now);
    let length = |time: Duration| times::length(time.as_secs().try_into().unwrap());
    (word, format!("{} old", length(age)), format!("next in {}", length(next)))
}

#[test]
fn every_heading_is_right_while_the_server_is_away_for_ten_seconds_and_for_two_minutes() {
    for (away, noticed_within) in [(10, 35), (120, 35)] {
        let (from, back) = (seconds(21), seconds(21 + away));
        let shift = Shift { agents: 1, lasts: seconds(away + 70), outage: from..back, ..Shift::usual() };
        let painted = Painted::new(100, 24);
        let board = board_on(&painted, &shift, 100, 24);
        let mut watched = Watched { board, painted, frames: vec![] };
        let polls = shift.watch(vec![], Some(&mut watched));
        let last = polls.last().unwrap().at;
        let mut words = vec![];
        for (now, heading) in &watched.frames {
            // The first frame is shown before anybody is asked; the last poll's successor is not known here.
            if *now == Duration::ZERO || *now >= last {
                continue;
            }
            let (word, age, next) = expected(*now, &polls);
            for part in [word, &age, &next] {
                assert!(heading.contains(part), "{now:?}: no {part:?} in {heading:?}");
            }
            if words.last() != Some(&word) {
                words.push(word);
            }
        }
        assert_eq!(words, ["● live", "↻ reconnecting", "● live"], "away for {away} s");
        let noticed = polls.iter().find(|poll| poll.at >= back).unwrap();
        assert!(noticed.is_good && noticed.at <= back + seconds(noticed_within), "{noticed:?}");
        // At least one frame each second, whatever happens.
        for pair in watched.frames.windows(2) {
            assert!(pair[1].0 - pair[0].0 <= seconds(1), "{:?}, then {:?}", pair[0].0, pair[1].0);
        }
    }
}

#[test]
fn a_moment_of_the_floor_always_looks_the_same() {
    let shift = Shift { lasts: seconds(15), ..Shift::usual() };
    let (one, other) = (last_frame(&shift, 100, 24), last_frame(&shift, 100, 24));
    assert_eq!(one.contents_formatted(), other.contents_formatted());
    assert!(
        one.contents().contains("14:30:15") && one.contents().contains("‖ John D'Souza"),
        "{}",
        one.contents()
    );
}

/// The first and the last line of the board stand where they belong.
pub fn fits(shown: &str, rows: u16) -> bool {
    let lines: Vec<&str> = shown.lines().collect();
    lines.len() == usize::from(rows)
        && lines[0].contains("live")
        && lines[lines.len() - 1].starts_with("? keys")
}

#[test]
fn the_board_shows_the_floor_and_leaves_its_last_frame() {
    let world = World::new().with("NO_COLOR", "1");
    let mut screen = Screen::start(&world, "watch --sandbox --all --alert break=1s", 30, 100);
    let words = ["14 profiles", "unknown 0", "agent", "state", "reason", "on break", "events"];
    screen.wait_until("the whole floor", |shown| words.iter().all(|word| shown.contains(word)));
    screen.type_keys("?");
    screen.wait_for("go to the shell");
    screen.type_keys("\u{1b}");
    screen.wait_until("the floor", |shown| fits(shown, 30));
    screen.type_keys("q");
    let (code, shown, bytes) = screen.end();
    assert_eq!(code, 130, "{shown}");
    assert!(shown.contains(" events ─"), "the last frame is kept:\n{shown}");
    // Without colour there is none, and the states still differ.
    let bytes = String::from_utf8_lossy(&bytes);
    let colours = ["\u{1b}[38;", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[36m"];
    assert!(!colours.iter().any(|colour| bytes.contains(colour)));
    let agents = shown.lines().skip_while(|line| !line.contains("reason")).skip(1);
    for agent in agents.take(14) {
        let mark = if agent.contains("neither") { ["·"; 3] } else { ["‖", "◔", "✗"] };
        assert!(mark.iter().any(|mark| agent.trim_start().starts_with(mark)), "{agent}\n{shown}");
    }
}

#[test]
fn the_board_shows_that_the_connection_is_lost_and_when_it_is_back() {
    let is_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&is_away);
    let server = FakeServer::answering(move |_, _| {
        if away.load(Ordering::SeqCst) { Reply::Reset(vec![]) } else { Reply::ok(NOT_ON_BREAK) }
    });
    let world = World::signed_in(&server);
    let mut screen = Screen::start(&world, "watch --only breaks --interval 2s", 24, 80);
    screen.wait_for("● live");
    screen.wait_for_echo(false);
    is_away.store(true, Ordering::SeqCst);
    let shown = screen.wait_for("↻ reconnecting");
    assert!(shown.contains("connection lost") && shown.contains("no break"), "{shown}");
    // The age grows while nobody answers.
    let age = |shown: &str| -> Option<u64> {
        let (age, _) = shown.split_once("↻ reconnecting · ")?.1.split_once(" s old · next in")?;
        age.parse().ok()
    };
    let first = age(&screen.wait_until("an age and the next poll", |shown| age(shown).is_some()));
    screen.wait_until("a greater age", |shown| age(shown) > first);
    is_away.store(false, Ordering::SeqCst);
    let shown = screen.wait_for("● live");
    assert!(shown.contains("connection restored"), "{shown}");
    screen.type_keys("\u{3}");
    let (code, shown, _) = screen.end();
    assert_eq!(code, 130, "{shown}");
    assert!(!shown.contains("^C"), "{shown}");
}

#[test]
fn the_board_follows_its_terminal_through_every_size() {
    let world = World::new();
    let mut screen = Screen::start(&world, "watch --sandbox --all", 24, 80);
    screen.wait_until("a board", |shown| fits(shown, 24));
    for (rows, columns) in [(10, 60), (100, 300), (10, 300), (100, 60), (50, 200), (24, 80)] {
        screen.resize(rows, columns);
        screen.wait_until(&format!("a board of {columns}×{rows}"), |shown| fits(shown, rows));
    }
    // Faster than anybody could paint.
    for step in 0..500 {
        screen.resize(10 + step % 40, 60 + step % 90);
    }
    screen.resize(31, 90);
    screen.wait_until("a board after the storm", |shown| fits(shown, 31));
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

/// The board ends at a key, and so does the shell that it was started from.
fn quits_to_the_shell(mut screen: Screen) {
    screen.type_keys("q");
    screen.wait_until("the prompt", |shown| shown.trim_end().ends_with('$'));
    screen.type_keys("echo ended with $?; exit\r");
    screen.wait_for("ended with 130");
    screen.end();
}

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_brings_the_board_back() {
    let world = World::new();
    let mut screen = Screen::start_shell(&world, 24, 80);
    screen.type_keys("deepcall watch --sandbox --all\r");
    screen.wait_until("a board", |shown| fits(shown, 24));
    screen.type_keys("\u{1a}");
    screen.wait_until("the shell", |shown| shown.contains("Stopped") && !shown.contains("? keys"));
    screen.type_keys("echo here; stty -a | grep -c ' icanon'\r");
    screen.wait_for("here\n1\n");
    screen.type_keys("fg\r");
    screen.wait_until("the board again", |shown| fits(shown, 24));
    quits_to_the_shell(screen);
}

#[test]
fn a_board_that_is_asked_from_outside_to_stop_gives_the_shell_its_terminal_first() {
    let world = World::new();
    let mut screen = Screen::start_shell(&world, 24, 80);
    screen.type_keys("sh -c 'echo $$ > watch.pid; exec deepcall watch --sandbox --all'\r");
    screen.wait_until("a board", |shown| fits(shown, 24));
    let id = std::fs::read_to_string(world.home().join("watch.pid")).unwrap();
    let id = rustix::process::Pid::from_raw(id.trim().parse().unwrap()).unwrap();
    // The second time as well: the board listens again.
    for (stops, time) in [(1, "once"), (2, "twice")] {
        rustix::process::kill_process(id, rustix::process::Signal::TSTP).unwrap();
        // The shell reports it only once the board has stopped; what is typed before may go to the board.
        screen.wait_until("the shell", |shown| shown.matches("Stopped").count() == stops);
        screen.type_keys(format!("echo {time}; stty -a | grep -c ' icanon'\r"));
        screen.wait_for(&format!("{time}\n1\n"));
        screen.type_keys("fg\r");
        screen.wait_until("the board again", |shown| fits(shown, 24));
    }
    quits_to_the_shell(screen);
}

#[test]
fn a_board_does_not_stop_where_nobody_could_continue_it_nor_where_it_is_not_to_be_stopped() {
    let world = World::new();
    let mut deaf = world.shell("sh");
    deaf.args(["-c", "trap '' TSTP; exec deepcall watch --sandbox"]);
    for command in [world.command(["watch", "--sandbox"]), deaf] {
        let mut screen = Screen::run(&world, &command, 24, 80);
        screen.wait_until("a board", |shown| fits(shown, 24));
        screen.signal(rustix::process::Signal::TSTP);
        screen.type_keys("\u{1a}?");
        screen.wait_for("go to the shell");
        screen.type_keys("q");
        assert_eq!(screen.end().0, 130);
    }
}

#[test]
fn a_board_that_was_stopped_from_outside_takes_the_terminal_again() {
    let world = World::new();
    let mut screen = Screen::start(&world, "watch --sandbox", 24, 80);
    screen.wait_until("a board", |shown| fits(shown, 24));
    screen.signal(rustix::process::Signal::STOP);
    screen.come_back_as_from_ctrl_z();
    screen.wait_for_echo(false);
    screen.wait_until("a board", |shown| fits(shown, 24));
    screen.type_keys("q");
    assert_eq!(screen.end().0, 130);
}

#[test]
fn a_terminal_that_hangs_up_ends_the_board() {
    let world = World::new();
    let screen = Screen::start(&world, "watch --sandbox", 24, 80);
    screen.wait_until("a board", |shown| fits(shown, 24));
    assert_eq!(screen.hang_up(), 143);
}

#[test]
fn a_board_that_ignores_hangups_ends_when_its_terminal_is_gone() {
    let world = World::new();
    let mut deaf = world.shell("sh");
    deaf.args(["-c", "trap '' HUP; exec deepcall watch --sandbox"]);
    let screen = Screen::run(&world, &deaf, 24, 80);
    screen.wait_until("a board", |shown| fits(shown, 24));
    assert_eq!(screen.hang_up(), 143);
}

/// Is there only where an agent is shown as the server sent it.
const SENT: &str = "\"note\":";

/// Tags whose raw fields fill a screen that is larger than what a terminal takes unread.
const LARGE: (u16, u16) = (100, 300);

fn long_tags() -> String {
    let tag = |number| format!(r#"{{"id":"t{number}","note":"{}"}}"#, "x".repeat(2_000));
    let tags: Vec<String> = (0..20).map(tag).collect();
    format!(r#"{{"status":"success","code":200,"data":[{}],"iconDetails":[]}}"#, tags.join(","))
}

#[test]
fn a_terminal_that_takes_nothing_holds_neither_the_polling_nor_the_end_and_is_given_back() {
    let server = FakeServer::always(long_tags());
    let world = World::signed_in(&server);
    let mut screen = Screen::start(&world, "watch --only tags --interval 2s", LARGE.0, LARGE.1);
    screen.wait_for("20 events");
    screen.type_keys("\rr");
    screen.wait_for(SENT);
    screen.while_nobody_reads(|screen| {
        // Back to the floor and to the agent again: a frame from nothing.
        screen.type_keys("\u{7f}\r");
        server.await_arrivals(server.arrivals().len() + 3);
    });
    screen.type_keys("\u{7f}");
    screen.wait_until("the floor", |shown| !shown.contains(SENT));
    let code = screen.while_nobody_reads(|screen| {
        screen.type_keys("\r\u{7f}\r");
        server.await_arrivals(server.arrivals().len() + 1);
        screen.signal(rustix::process::Signal::TERM);
        screen.wait_for_end().exit_code()
    });
    assert_eq!(code, 143);
    screen.end();
}
