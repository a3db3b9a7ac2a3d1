//! Tables and the board in a real tmux, at every fifth width: tmux measures text by tables of its own, and shares no code with the
//! program. `.ci/terminals` does the same in xterm and VTE.

use std::collections::BTreeSet;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{CANARY_SSID, FakeServer, PATIENCE, World};

/// What a server sends, and what a table on a terminal or the board shows.
const TEXTS: [(&str, &str); 26] = [
    ("plain", "plain"),
    ("कार्तिक मेहता", "कार्तिक मेहता"),
    ("स्त्री क्षत्रिय", "स्त्री क्षत्रिय"),
    ("क्\u{200d}ष शर्मा", "क्ष शर्मा"),
    ("রিনা সেন কাজল", "রিনা সেন কাজল"),
    ("கார்த்திக் ராஜன்", "கார்த்திக் ராஜன்"),
    ("മോഹൻലാൽ നന്\u{200d}മ", "മോഹൻലാൽ നന്മ"),
    ("ಕೂಡಲ ಸಂಗಮ", "ಕೂಡಲ ಸಂಗಮ"),
    ("క్షమించు", "క్షమించు"),
    ("ශාලිකා දිසා", "ශාලිකා දිසා"),
    ("กำลังใจ", "กำลังใจ"),
    ("محمد صلاح لا", "محمد صلاح لا"),
    ("می\u{200c}خواهم", "می\u{200c}خواهم"),
    ("日本語テスト", "日本語テスト"),
    ("ｶﾞｷﾞ ＡＢ", "ｶﾞｷﾞ ＡＢ"),
    ("한국 \u{1112}\u{1161}\u{11ab}", "한국 \u{1112}\u{1161}\u{11ab}"),
    ("e\u{301}\u{323} ễ", "e\u{301}\u{323} ễ"),
    ("👍 ok", "👍 ok"),
    ("👍🏽 ok", "👍 ok"),
    ("👨‍👩‍👧‍👦 home", "👨👩👧👦 home"),
    ("👩🏽‍💻 dev", "👩💻 dev"),
    ("❤️ and ❤️‍🔥", "❤ and ❤🔥"),
    ("⌚\u{fe0e} late", "⌚ late"),
    ("1️⃣ first", "1\u{20e3} first"),
    ("🇮🇳 🇺🇸", "🇮🇳 🇺🇸"),
    ("🩷 new", "\\u{1fa77} new"),
];

/// Every fifth: one takes a second, and unit tests go through all of them.
fn widths() -> impl Iterator<Item = usize> {
    (40..=200).step_by(5)
}

/// A tmux of the test's own; ended when dropped.
struct Tmux<'w> {
    world: &'w World,
    folder: TempDir,
}

/// A cell, counted from the top left.
type Cell = (usize, usize);

impl<'w> Tmux<'w> {
    fn new(world: &'w World) -> Self {
        let tmux = Self { world, folder: TempDir::new().unwrap() };
        tmux.start("keeper", 80, 24, "cat");
        // In the other mode the cursor goes to the end of what is found.
        tmux.run(&["set-option", "-gw", "mode-keys", "vi"]);
        tmux
    }

    /// What commands of tmux print, after they have ended.
    #[track_caller]
    fn run(&self, words: &[&str]) -> String {
        let mut command = self.world.shell("timeout");
        command.args([&PATIENCE.as_secs().to_string(), "tmux", "-u", "-f", "/dev/null", "-S"]);
        command.arg(self.folder.path().join("socket")).args(words).stderr(Stdio::piped());
        command.env("LC_ALL", "C.UTF-8").env("TERM", "xterm-256color");
        let output = command.output().unwrap();
        assert!(output.status.code() != Some(127), "tmux is needed by this test: run tests/run");
        assert!(output.status.success(), "tmux {words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a command in a session of this size.
    fn start(&self, session: &str, columns: usize, rows: usize, command: &str) {
        let (columns, rows) = (columns.to_string(), rows.to_string());
        self.run(&["new-session", "-d", "-s", session, "-x", &columns, "-y", &rows, command]);
    }

    /// The screen, and the cells at which tmux finds the pattern. Nothing is painted meanwhile.
    fn search(&self, session: &str, pattern: &str, times: usize) -> (Vec<String>, BTreeSet<Cell>) {
        let copy = ["send-keys", "-t", session, "-X"];
        let mut words = vec!["copy-mode", "-t", session, ";", "capture-pane", "-p", "-t", session, ";"];
        words.extend(copy.into_iter().chain(["top-line", ";"]));
        words.extend(copy.into_iter().chain(["start-of-line", ";"]));
        words.extend(copy.into_iter().chain(["search-forward", pattern, ";"]));
        let cell = ["display-message", "-p", "-t", session, "at #{copy_cursor_x} #{copy_cursor_y}", ";"];
        for _ in 0..times {
            words.extend(cell);
            words.extend(copy.into_iter().chain(["search-again", ";"]));
        }
        words.extend(copy.into_iter().chain(["cancel"]));
        let printed = self.run(&words);
        let found = printed.lines().filter_map(|line| line.strip_prefix("at ")?.split_once(' '));
        let cells = found.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect();
        let screen = printed.lines().filter(|line| !line.starts_with("at "));
        (screen.map(|line| line.trim_end().to_owned()).collect(), cells)
    }
}

impl Drop for Tmux<'_> {
    fn drop(&mut self) {
        let socket = self.folder.path().join("socket");
        let mut command = self.world.shell("tmux");
        let _ = command.arg("-S").arg(socket).arg("kill-server").stderr(Stdio::null()).status();
    }
}

/// Whether the cell shows the text, whole or cut.
fn shows(cell: &str, text: &str) -> bool {
    cell == text || cell.strip_suffix('…').is_some_and(|start| text.starts_with(start))
}

/// The column of a heading, whose letters take one each.
fn column(heading: &str, name: &str) -> Option<usize> {
    assert!(heading.is_ascii(), "{heading}");
    heading.find(name)
}

/// Runs a line that prints a table, and returns the lines that tmux shows and where each of the patterns is.
fn table(tmux: &Tmux<'_>, columns: usize, line: &str, pattern: &str) -> (Vec<String>, BTreeSet<Cell>) {
    let session = format!("table-{columns}");
    // The answer of the terminal shows that it has painted all that came before the question.
    let script = format!(
        "deepcall {line}; IFS= read -rsd R -p $'\\e[6n'; tmux -S \"${{TMUX%%,*}}\" wait-for -S {session}; exec cat"
    );
    tmux.start(&session, columns, 60, &format!("exec bash --norc -c '{}'", script.replace('\'', r"'\''")));
    tmux.run(&["wait-for", &session]);
    let found = tmux.search(&session, pattern, TEXTS.len() + 2);
    tmux.run(&["kill-session", "-t", &session]);
    found
}

fn tags() -> FakeServer {
    let tag = |(at, (text, _)): (usize, &(&str, &str))| {
        json!({"id": format!("id-{at:02}"), "createdAt": 1_795_000_000 + at, "type": text, "message": text,
               "customer": format!("9198000000{at:02}")})
    };
    let tags: Vec<_> = TEXTS.iter().enumerate().map(tag).collect();
    FakeServer::always(json!({"data": tags, "status": "success", "code": 200}).to_string())
}

#[test]
fn the_columns_of_tags_are_straight_in_tmux_at_many_widths() {
    let server = tags();
    let world = World::signed_in(&server).with("NO_COLOR", "1");
    let tmux = Tmux::new(&world);
    for width in widths() {
        let line = "tags -q --since @0 --sort time --columns kind,customer,message,id";
        let (screen, cells) = table(&tmux, width, line, "9198000000");
        let shown = screen.join("\n");
        let lines: Vec<&String> = screen.iter().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), TEXTS.len() + 1, "a line is wrapped at {width}:\n{shown}");
        let customer = column(lines[0], "CUSTOMER").unwrap();
        let wanted: BTreeSet<Cell> = (1..=TEXTS.len()).map(|row| (customer, row)).collect();
        assert_eq!(cells, wanted, "at {width}:\n{shown}");
        for (line, (at, (_, text))) in lines[1..].iter().zip(TEXTS.iter().enumerate()) {
            let (kind, rest) = line.split_once(&format!("  9198000000{at:02}")).expect(line);
            let (_, kind) = kind.trim_end().split_once(' ').expect("a mark");
            assert!(shows(kind, text), "{text} at {width}: {line}");
            let message = rest.trim_start().split("  ").next().unwrap();
            assert!(message.is_empty() || shows(message, text), "{text} at {width}: {line}");
        }
    }
}

const PROFILES: usize = TEXTS.len();

/// A world in which a profile for each text has signed in, and everybody is on break for the reason of their text.
fn on_break() -> (FakeServer, World) {
    let server = FakeServer::answering(|request, _| {
        let ssid = request.json()["ssid"].as_str().unwrap().to_owned();
        let at: usize = ssid.rsplit_once('-').unwrap().1.parse().unwrap();
        json!({"status": "success", "data": {"on_break": 1, "breakDetail": {"reason": TEXTS[at].0}}})
            .to_string()
    });
    let world = World::at(&server).with("NO_COLOR", "1");
    for at in 0..PROFILES {
        let line = format!("login --profile agent-{at:02} --store file --no-verify --ssid-stdin");
        world.run_with_input(&line, &format!("{CANARY_SSID}-{at:02}")).ended_with(0);
    }
    (server, world)
}

#[test]
fn the_columns_of_break_status_are_straight_in_tmux_at_many_widths() {
    let (_server, world) = on_break();
    let tmux = Tmux::new(&world);
    for width in widths() {
        // A few at a time, and all of them in turn.
        let chosen: Vec<usize> = (0..4).map(|more| (width * 4 + more) % PROFILES).collect();
        let names: Vec<String> = chosen.iter().map(|at| format!("agent-{at:02}")).collect();
        let line = format!("break-status --profiles {} --columns reason,profile", names.join(","));
        let (screen, cells) = table(&tmux, width, &line, "agent-");
        let shown = screen.join("\n");
        let lines: Vec<&String> = screen.iter().filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), chosen.len() + 1, "a line is wrapped at {width}:\n{shown}");
        let profile = column(lines[0], "PROFILE").unwrap();
        let wanted: BTreeSet<Cell> = (1..=chosen.len()).map(|row| (profile, row)).collect();
        assert_eq!(cells, wanted, "at {width}:\n{shown}");
        for line in &lines[1..] {
            let (reason, at) = line.split_once("  agent-").expect(line);
            assert!(shows(reason.trim_end(), TEXTS[at.parse::<usize>().unwrap()].1), "at {width}: {line}");
        }
    }
}

/// What is wrong with the rows of a board.
fn fault(screen: &[String], cells: &BTreeSet<Cell>, beyond: &str) -> Option<String> {
    let Some(titles) = screen.iter().position(|line| line.trim_start().starts_with("agent ")) else {
        return Some("no headings".to_owned());
    };
    let Some(right) = screen[titles].find(" for").map(|at| at + " for".len()) else {
        return Some("no durations".to_owned());
    };
    let has_reasons = screen[titles].contains("reason");
    let rows = screen.iter().enumerate().skip(titles + 1).take_while(|(_, line)| line.contains("on break"));
    let rows: Vec<(usize, &String)> = rows.collect();
    if rows.is_empty() || !screen.get(titles + 1 + rows.len()).is_some_and(|line| line.contains(beyond)) {
        return Some(format!("no rows with {beyond:?} below"));
    }
    for (y, line) in rows {
        let at: usize = line.split_once("agent-")?.1[..2].parse().unwrap();
        // The last two letters of a duration: a digit of seconds is two columns before its end.
        if !cells.contains(&(right - "0 s".len(), y)) {
            return Some(format!("the duration is not below its heading: {line}"));
        }
        let after = line.split_once("on break").unwrap().1.trim_start();
        let reason = after.split("  ").next().unwrap();
        if has_reasons && !shows(reason, TEXTS[at].1) {
            return Some(format!("{reason:?} instead of {:?}", TEXTS[at].1));
        }
    }
    None
}

#[test]
fn the_board_is_straight_in_tmux_at_many_widths_and_stays_so_when_its_rows_change() {
    let (_server, world) = on_break();
    let tmux = Tmux::new(&world);
    // tmux waits for a quarter of a second between two sizes of one window.
    thread::scope(|scope| {
        for part in 0..4 {
            let tmux = &tmux;
            scope.spawn(move || {
                let session = format!("board-{part}");
                tmux.start(&session, 40, 14, "exec deepcall watch --all --only breaks --interval 30s");
                // Before all have answered, the last row is not the one that stays so.
                let (until, everybody) = (Instant::now() + PATIENCE, format!("‖ {PROFILES} "));
                while !tmux.search(&session, "[0-9] s", 14).0.iter().any(|line| line.starts_with(&everybody))
                {
                    assert!(Instant::now() < until, "not everybody has answered");
                    thread::sleep(Duration::from_millis(50));
                }
                let expect = |width: usize, beyond: &str| {
                    let until = Instant::now() + PATIENCE;
                    loop {
                        let (screen, cells) = tmux.search(&session, "[0-9] s", 14);
                        let Some(fault) = fault(&screen, &cells, beyond) else { return };
                        assert!(Instant::now() < until, "{width} columns: {fault}\n{}", screen.join("\n"));
                        thread::sleep(Duration::from_millis(50));
                    }
                };
                for width in widths().skip(part).step_by(4) {
                    tmux.run(&["resize-window", "-t", &session, "-x", &width.to_string(), "-y", "14"]);
                    // Each row gets the text of another.
                    tmux.run(&["send-keys", "-t", &session, "End"]);
                    expect(width, " 0 below");
                    tmux.run(&["send-keys", "-t", &session, "Home"]);
                    expect(width, "and ");
                }
            });
        }
    });
}
