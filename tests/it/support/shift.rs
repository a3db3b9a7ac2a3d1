//! The simulated floor, watched by the real loop over real HTTP, under a clock that moves only while
//! nobody works: seed and moment decide every byte, and an hour takes less than a second.

use std::cell::RefCell;
use std::io::{self, Write};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use deepcall::client::{Connection, ConnectionOptions, Reference, SignedIn};
use deepcall::clock::Clock;
use deepcall::floor::health::PollFailure;
use deepcall::floor::limit::Limit;
use deepcall::output::presentation::{Format, Presentation};
use deepcall::sandbox::{Sandbox, SandboxOptions};
use deepcall::store::{Credentials, Secret, ServerUrl};
use deepcall::watch::run::{Plan, Surroundings, Watch};
use deepcall::watch::sinks::board::{Board, BoardOptions};
use deepcall::watch::sinks::display::{Display, drive};
use deepcall::watch::sinks::lines::Lines;
use deepcall::watch::sinks::{EventSink, Sinks};
use deepcall::watch::source::{LiveServer, Polled, Source, WatchScope};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use ratatui::layout::Rect;
use tokio::time::Instant;

use super::in_process::NOON;

/// A watch of the floor that begins at noon.
pub struct Shift {
    pub agents: usize,
    pub seed: u64,
    /// How long it is watched.
    pub lasts: Duration,
    /// Limits as they are typed.
    pub limits: &'static [&'static str],
    /// Between these moments since the start nobody answers.
    pub outage: Option<(Duration, Duration)>,
    pub heartbeat: Option<Duration>,
    /// What was there so long before noon is told at the first look.
    pub backfill: Duration,
}

impl Shift {
    /// Fourteen agents for a minute, two of them over a limit at its end.
    pub fn usual() -> Self {
        Self {
            agents: 14,
            seed: 1,
            lasts: Duration::from_secs(60),
            limits: &["break=9m:15m", "break.lunch=45m", "wrapup=60s:90s"],
            outage: None,
            heartbeat: None,
            backfill: Duration::from_secs(3600),
        }
    }

    /// Every cell of the board's last frame, as a terminal of this size shows it.
    pub fn screen(&self, columns: u16, rows: u16) -> vt100::Screen {
        let painted = Painted::new(columns, rows);
        let mut board = self.board(&painted, columns, rows);
        self.show(&mut board);
        painted.screen()
    }

    /// A board that paints there.
    pub fn board(&self, painted: &Painted, columns: u16, rows: u16) -> Board {
        let options = BoardOptions {
            zone: zone(),
            color: true,
            mask: false,
            only: SCOPE,
            title: format!("{} profiles at http://127.0.0.1:8123", self.agents),
        };
        let area = Rect::new(0, 0, columns, rows);
        Board::of_size(options, self.limits(), painted.clone(), area).unwrap()
    }

    /// Writes events as lines of this format.
    pub fn lines<W: Write>(format: Format, out: W) -> Lines<W> {
        let presentation = Presentation {
            format,
            width: None,
            color: false,
            zone: zone(),
            now: noon(),
            mask: false,
            headers: true,
            columns: None,
            guard: true,
        };
        Lines::new(out, presentation)
    }

    fn limits(&self) -> Vec<Limit> {
        self.limits.iter().map(|limit| limit.parse().unwrap()).collect()
    }

    /// Watches the floor to the end of the shift.
    pub fn watch(&self, durable: Vec<&mut dyn EventSink>) {
        self.run(durable, None);
    }

    /// The same, and shows it; every poll in turn.
    pub fn show(&self, display: &mut dyn Display) -> Vec<Poll> {
        self.run(vec![], Some(display))
    }

    fn run(&self, durable: Vec<&mut dyn EventSink>, display: Option<&mut dyn Display>) -> Vec<Poll> {
        let polls = Arc::default();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let started = Instant::now();
            let around = Surroundings {
                clock: Clock::from_fn(move || after_noon(started.elapsed())),
                reader_is_gone: || None,
                random: || 0.5,
                note: &|note| panic!("nobody expected {note}"),
            };
            let plan = Plan {
                interval: Duration::from_secs(5),
                scope: SCOPE,
                limits: self.limits(),
                heartbeat: self.heartbeat,
                timeout: Some(self.lasts),
                max_stale: None,
                until: None,
                backfill_from: Some(noon() - SignedDuration::try_from(self.backfill).unwrap()),
                jobs: 16,
            };
            let profiles = self.open(started, &polls);
            let sinks = Sinks::new(durable);
            let (_terminal, inputs) = tokio::sync::mpsc::unbounded_channel();
            let (stop, _never) = tokio::sync::oneshot::channel();
            let views = sinks.view.subscribe();
            let showing = async {
                match display {
                    Some(display) => drive(display, views, inputs, stop).await,
                    None => Ok(()),
                }
            };
            let watch = Watch::new(profiles, plan, around, sinks).run(std::future::pending());
            let (ended, shown) = tokio::join!(watch, showing);
            ended.unwrap();
            shown.unwrap();
        });
        let polls = polls.lock().unwrap();
        polls.clone()
    }

    /// The floor on a thread of its own: while it answers, the thread of the watch stands still, and with it the clock.
    fn open(&self, started: Instant, polls: &Arc<Mutex<Vec<Poll>>>) -> Vec<Profile> {
        let now = Arc::new(AtomicU64::new(0));
        let (questions, asked) = channel::<Question>();
        let (names, named) = channel();
        let clock = {
            let now = Arc::clone(&now);
            Clock::from_fn(move || after_noon(Duration::from_millis(now.load(Ordering::SeqCst))))
        };
        let floor =
            SandboxOptions { seed: self.seed, agents: self.agents, ..SandboxOptions::new(clock.clone()) };
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let sandbox = runtime.block_on(Sandbox::start(floor)).unwrap();
            let server = ServerUrl::parse(sandbox.origin()).unwrap();
            let connection = Arc::new(Connection::open(ConnectionOptions::new(server, clock)).unwrap());
            let sources: Vec<LiveServer<'_>> = sandbox
                .agents()
                .iter()
                .map(|agent| LiveServer {
                    session: SignedIn {
                        profile: agent.profile.clone(),
                        connection: Arc::clone(&connection),
                        credentials: Credentials::Ssid(Secret::new(agent.ssid.clone())),
                    },
                    reference: Reference::AsTrue,
                    server_zone: zone(),
                    renew: &|_| None,
                })
                .collect();
            names.send(sources.iter().map(|source| source.profile().to_owned()).collect::<Vec<_>>()).unwrap();
            for Question { at, scope, answer } in asked {
                answer.send(runtime.block_on(sources[at].poll(scope))).unwrap();
            }
        });
        let profile = |(at, name)| Profile {
            name,
            at,
            started,
            now: Arc::clone(&now),
            outage: self.outage,
            questions: questions.clone(),
            polls: Arc::clone(polls),
        };
        named.recv().unwrap().into_iter().enumerate().map(profile).collect()
    }
}

const SCOPE: WatchScope = WatchScope { tags: true, breaks: true, wrapups: true };

fn zone() -> TimeZone {
    TimeZone::get("Asia/Kolkata").unwrap()
}

fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

fn after_noon(passed: Duration) -> Timestamp {
    noon() + SignedDuration::try_from(passed).unwrap()
}

/// When somebody was asked, since the start, and whether an answer came.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    pub at: Duration,
    pub is_good: bool,
}

struct Question {
    at: usize,
    scope: WatchScope,
    answer: Sender<Polled>,
}

/// A profile of the simulated floor.
#[derive(Clone)]
struct Profile {
    name: String,
    at: usize,
    started: Instant,
    now: Arc<AtomicU64>,
    outage: Option<(Duration, Duration)>,
    questions: Sender<Question>,
    polls: Arc<Mutex<Vec<Poll>>>,
}

impl Source for Profile {
    fn profile(&self) -> &str {
        &self.name
    }

    async fn poll(&self, scope: WatchScope) -> Polled {
        let now = self.started.elapsed();
        let is_good = !self.outage.is_some_and(|(from, to)| (from..to).contains(&now));
        self.polls.lock().unwrap().push(Poll { at: now, is_good });
        if !is_good {
            let failure = PollFailure {
                kind: "connect",
                code: None,
                message: "nobody answers".to_owned(),
                answer_was_lost: false,
                session_ended: false,
                retry_after: None,
            };
            return Polled { result: None, failure: Some(failure), refused: vec![], is_mended: false, scope };
        }
        self.now.store(now.as_millis().try_into().unwrap(), Ordering::SeqCst);
        let (answer, answered) = channel();
        self.questions.send(Question { at: self.at, scope, answer }).unwrap();
        answered.recv().unwrap()
    }

    fn renewed(&self) -> Option<Self> {
        None
    }
}

/// A terminal that remembers what was painted on it.
#[derive(Clone)]
pub struct Painted(Rc<RefCell<vt100::Parser>>);

impl Painted {
    pub fn new(columns: u16, rows: u16) -> Self {
        let cells = |count| NonZero::new(count).unwrap();
        Self(Rc::new(RefCell::new(vt100::Parser::new(cells(rows), cells(columns), 0))))
    }

    pub fn screen(&self) -> vt100::Screen {
        self.0.borrow().screen().clone()
    }
}

impl Write for Painted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().process(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
