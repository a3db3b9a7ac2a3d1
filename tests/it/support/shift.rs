//! The simulated floor, watched by the real loop over real HTTP, under a clock that moves only while
//! nobody works: seed and moment decide every byte, and an hour takes less than a second.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use deepcall::client::{Connection, ConnectionOptions, Reference, SignedIn};
use deepcall::clock::Clock;
use deepcall::floor::alerts::Limit;
use deepcall::floor::event::EndReason;
use deepcall::floor::health::PollFailure;
use deepcall::sandbox::{Sandbox, SandboxOptions};
use deepcall::store::{Credentials, Secret, ServerUrl};
use deepcall::watch::run::{Plan, Surroundings, Watch};
use deepcall::watch::sinks::display::{Display, drive};
use deepcall::watch::sinks::{EventSink, Sinks};
use deepcall::watch::source::{LiveServer, Polled, Source, WatchScope};
use jiff::{Timestamp, tz::TimeZone};
use tokio::runtime::Runtime;
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
    /// What was there so long before noon is reported at the first poll.
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

    pub fn limits(&self) -> Vec<Limit> {
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
        let floor = Arc::new(Floor::open(self));
        let polls: Arc<Mutex<Vec<Poll>>> = Arc::default();
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
                max_stale: None,
                until: None,
                backfill_from: Some(after_noon(Duration::ZERO) - self.backfill),
                jobs: 16,
            };
            let profile = |at| {
                let (floor, polls) = (Arc::clone(&floor), Arc::clone(&polls));
                Profile { at, floor, started, outage: self.outage, polls }
            };
            let profiles = (0..floor.sessions.len()).map(profile).collect();
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
            let timeout = async {
                tokio::time::sleep(self.lasts).await;
                EndReason::Timeout
            };
            let watch = Watch::new(profiles, plan, around, sinks).run(timeout);
            let (ended, shown) = tokio::join!(watch, showing);
            ended.unwrap();
            shown.unwrap();
        });
        let polls = polls.lock().unwrap();
        polls.clone()
    }
}

/// The simulated server and the sessions of its agents, with a clock that stands still while it answers.
struct Floor {
    sessions: Vec<SignedIn>,
    now: Arc<AtomicU64>,
    _sandbox: Sandbox,
    runtime: Runtime,
}

impl Floor {
    fn open(shift: &Shift) -> Self {
        let now = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&now);
        let clock = Clock::from_fn(move || after_noon(Duration::from_millis(time.load(Ordering::SeqCst))));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options =
            SandboxOptions { seed: shift.seed, agents: shift.agents, ..SandboxOptions::new(clock.clone()) };
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let server = ServerUrl::parse(sandbox.origin()).unwrap();
        let connection = Arc::new(Connection::open(ConnectionOptions::new(server, clock)).unwrap());
        let sessions = sandbox.agents().iter().map(|agent| SignedIn {
            profile: agent.profile.clone(),
            connection: Arc::clone(&connection),
            credentials: Credentials::Ssid(Secret::new(agent.ssid.clone())),
        });
        Self { sessions: sessions.collect(), now, _sandbox: sandbox, runtime }
    }

    /// Asks on a thread of its own, for which the thread of the watch waits: so the watch's clock stands still as well.
    fn poll(&self, at: usize, scope: WatchScope) -> Polled {
        let ask = || {
            let server = LiveServer {
                session: self.sessions[at].clone(),
                reference: Reference::AsTrue,
                server_zone: zone(),
                renew: &|_| None,
                is_logged_out: &|_| false,
            };
            self.runtime.block_on(server.poll(scope))
        };
        thread::scope(|threads| threads.spawn(ask).join().unwrap())
    }
}

pub const SCOPE: WatchScope = WatchScope { tags: true, breaks: true, wrapups: true };

pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Kolkata").unwrap()
}

fn after_noon(passed: Duration) -> Timestamp {
    NOON.parse::<Timestamp>().unwrap() + passed
}

/// When somebody was asked, since the start, and whether an answer came.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    pub at: Duration,
    pub is_good: bool,
}

/// A profile of the simulated floor.
#[derive(Clone)]
struct Profile {
    at: usize,
    floor: Arc<Floor>,
    started: Instant,
    outage: Option<(Duration, Duration)>,
    polls: Arc<Mutex<Vec<Poll>>>,
}

impl Source for Profile {
    fn profile(&self) -> &str {
        &self.floor.sessions[self.at].profile
    }

    async fn poll(&self, scope: WatchScope) -> Polled {
        let now = self.started.elapsed();
        let is_good = !self.outage.is_some_and(|(from, to)| (from..to).contains(&now));
        self.polls.lock().unwrap().push(Poll { at: now, is_good });
        if is_good {
            self.floor.now.store(now.as_millis().try_into().unwrap(), Ordering::SeqCst);
            return self.floor.poll(self.at, scope);
        }
        let failure = PollFailure {
            kind: "connect",
            code: None,
            message: "nobody answers".to_owned(),
            answer_was_lost: false,
            session_ended: false,
            retry_after: None,
        };
        Polled { result: None, failure: Some(failure), refused: vec![], is_mended: false, scope }
    }

    fn is_logged_out(&self) -> bool {
        false
    }

    fn renewed(&self) -> Option<Self> {
        None
    }
}
