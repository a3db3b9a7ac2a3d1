//! One row of the fault matrix is several cases; each runs with the real binary for `tags` and for
//! `ping`, and says what must come of it. The table that is printed is made from what was measured.

use std::any::Any;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::support::fake_server::Request;
use crate::support::{CANARY_SSID, FakeServer, Ran, Reply, World};

/// What both commands take for a success.
pub const GOOD: &str = r#"{"status":"success","code":200,"data":[],"iconDetails":[]}"#;
/// The most lines that a failure may say on stderr.
const LINES: usize = 10;

/// What surrounds one run: where the server is, how often it was asked, and who must not be asked.
pub struct Scene {
    pub address: String,
    pub options: String,
    pub arrivals: Box<dyn Fn() -> usize + Send>,
    /// Must not get a single connection.
    pub untouched: Vec<FakeServer>,
    /// Lives as long as the run, and is otherwise left alone.
    pub kept: Vec<Box<dyn Any + Send>>,
}

impl Scene {
    /// Nobody but an address.
    pub fn at(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            options: "--timeout 6s".to_owned(),
            arrivals: Box::new(|| 0),
            untouched: vec![],
            kept: vec![],
        }
    }

    /// A server on loopback.
    pub fn server(answer: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> Self {
        let server = FakeServer::answering(answer);
        let address = server.url();
        Self { arrivals: Box::new(move || server.arrivals().len()), ..Self::at(address) }
    }

    pub fn options(mut self, options: &str) -> Self {
        options.clone_into(&mut self.options);
        self
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Wanted {
    exit: i32,
    kind: String,
    attempts: std::ops::RangeInclusive<usize>,
}

/// One way in which something goes wrong.
pub struct Case {
    row: &'static str,
    what: String,
    scene: Box<dyn Fn() -> Scene + Send + Sync>,
    wanted: [Option<Wanted>; 2],
    at_least: Duration,
    within: Duration,
}

const COMMANDS: [&str; 2] = ["tags", "ping"];

/// A case that must fail once with this exit code and kind; the methods below say otherwise.
pub fn case(
    row: &'static str,
    what: impl Into<String>,
    (exit, kind): (i32, &str),
    scene: impl Fn() -> Scene + Send + Sync + 'static,
) -> Case {
    let wanted = Wanted { exit, kind: kind.to_owned(), attempts: 1..=1 };
    Case {
        row,
        what: what.into(),
        scene: Box::new(scene),
        wanted: [Some(wanted.clone()), Some(wanted)],
        at_least: Duration::ZERO,
        within: Duration::from_secs(8),
    }
}

/// A case in which the server always says these bytes, then closes.
pub fn says(
    row: &'static str,
    what: impl Into<String>,
    wanted: (i32, &str),
    bytes: impl Into<Vec<u8>>,
) -> Case {
    let bytes = bytes.into();
    case(row, what, wanted, move || {
        let bytes = bytes.clone();
        Scene::server(move |_, _| Reply::Raw(bytes.clone()))
    })
}

/// A case in which the server answers HTTP 200 with this body.
pub fn body(row: &'static str, what: impl Into<String>, wanted: (i32, &str), body: impl AsRef<[u8]>) -> Case {
    says(row, what, wanted, ok(body.as_ref()))
}

/// HTTP 200 with a body of any bytes.
pub fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

impl Case {
    /// The server is asked three times for tags, and sent two pings.
    pub fn tried_again(self) -> Self {
        self.arriving(3, 2)
    }

    /// How often the server is asked for tags, and how often it is sent a ping.
    pub fn arriving(mut self, tags: usize, ping: usize) -> Self {
        for (wanted, attempts) in self.wanted.iter_mut().zip([tags, ping]) {
            wanted.as_mut().unwrap().attempts = attempts..=attempts;
        }
        self
    }

    /// `tags` reads the payload, `ping` has none.
    pub fn of_tags(mut self) -> Self {
        self.wanted[1] = None;
        self
    }

    /// Where a ping ends in another way.
    pub fn but_ping(mut self, exit: i32, kind: &str, attempts: usize) -> Self {
        self.wanted[1] = Some(Wanted { exit, kind: kind.to_owned(), attempts: attempts..=attempts });
        self
    }

    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    pub fn at_least(mut self, limit: Duration) -> Self {
        self.at_least = limit;
        self
    }

    fn run(&self, command: &str, wanted: &Wanted) -> (String, bool) {
        let scene = (self.scene)();
        let world = World::new().with("DEEPCALL_SERVER", &scene.address).with("DEEPCALL_SSID", CANARY_SSID);
        let started = Instant::now();
        let ran = world.run(&format!("{command} --json {}", scene.options));
        let took = started.elapsed();
        let arrivals = (scene.arrivals)();
        let kind = kind_of(&ran);
        let mut wrong = vec![];
        let mut check = |holds: bool, what: String| {
            if !holds {
                wrong.push(what);
            }
        };
        check(ran.code == wanted.exit, format!("exit {} instead of {}", ran.code, wanted.exit));
        check(kind == wanted.kind, format!("kind {kind:?} instead of {:?}", wanted.kind));
        check(wanted.attempts.contains(&arrivals), format!("{arrivals} of {:?} arrivals", wanted.attempts));
        check(took >= self.at_least && took <= self.within, format!("took {took:?}"));
        let is_whole = if wanted.exit == 0 {
            serde_json::from_str::<serde_json::Value>(&ran.stdout).is_ok()
        } else {
            ran.stdout.is_empty()
        };
        check(is_whole, "stdout is neither empty nor whole".to_owned());
        check(ran.stderr.lines().count() <= LINES, "stderr is too long".to_owned());
        let touched = scene.untouched.iter().any(|other| other.connections() > 0);
        check(!touched, "a second address was spoken to".to_owned());
        let held = wrong.is_empty();
        let result = if held { "held".to_owned() } else { format!("FAILED: {}\n{ran}", wrong.join("; ")) };
        let line = format!(
            "{:<4} {command:<5} {:<52} exit {:<3} {kind:<10} {arrivals}x {:>5.2} s  {result}",
            self.row,
            self.what,
            ran.code,
            took.as_secs_f64(),
        );
        (line, held)
    }
}

fn kind_of(ran: &Ran) -> String {
    let error: Option<serde_json::Value> = serde_json::from_str(&ran.stderr).ok();
    let kind = error.as_ref().and_then(|error| error["error"]["kind"].as_str());
    kind.unwrap_or(if ran.code == 0 { "-" } else { "?" }).to_owned()
}

/// Runs the cases, some at a time, prints a line for each, and fails if one did not hold.
#[track_caller]
#[expect(clippy::print_stdout, reason = "the matrix is printed with --nocapture")]
pub fn hold(cases: Vec<Case>) {
    let mut runs: Vec<(&Case, usize)> = cases
        .iter()
        .flat_map(|case| [(case, 0), (case, 1)])
        .filter(|(case, at)| case.wanted[*at].is_some())
        .collect();
    let count = runs.len();
    runs.reverse();
    let runs = Mutex::new(runs);
    let results = Mutex::new(vec![]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let next = runs.lock().unwrap().pop();
                    let Some((case, at)) = next else { return };
                    let result = case.run(COMMANDS[at], case.wanted[at].as_ref().unwrap());
                    results.lock().unwrap().push(result);
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap();
    results.sort();
    let failed: Vec<&str> = results.iter().filter(|(_, held)| !held).map(|(line, _)| line.as_str()).collect();
    let lines: Vec<&str> = results.iter().map(|(line, _)| line.as_str()).collect();
    println!("{}", lines.join("\n"));
    assert_eq!(results.len(), count, "not every case was run");
    assert!(failed.is_empty(), "{} of {count} cases did not hold:\n{}", failed.len(), failed.join("\n"));
}
