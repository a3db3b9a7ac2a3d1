//! The simulated floor, watched by the real loop over real HTTP, under a clock that moves only while
//! nobody works: the moment decides every byte, and an hour takes less than a second.

use std::ops::Range;
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
use deepcall::watch::source::{LiveServer, Polled, Source, Stamp, WatchScope};
use jiff::{Timestamp, tz::TimeZone};
use tokio::runtime::{Builder, Runtime};
use tokio::time::Instant;

use super::in_process::NOON;

pub const SCOPE: WatchScope = WatchScope { tags: true, breaks: true, wrapups: true };

pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Kolkata").unwrap()
}

fn after_noon(passed: Duration) -> Timestamp {
    NOON.parse::<Timestamp>().unwrap() + passed
}

/// A watch of the floor that begins at noon.
pub struct Shift {
    pub agents: usize,
    /// How long it is watched.
    pub lasts: Duration,
    /// Between these moments since the start nobody answers.
    pub outage: Range<Duration>,
    pub heartbeat: Option<Duration>,
    /// What was there so long before noon is reported at the first poll.
    pub backfill: Duration,
}

/// When somebody was asked, since the start, and whether an answer came.
#[derive(Clone, Copy, Debug)]
pub struct Poll {
    pub at: Duration,
    pub is_good: bool,
}

impl Shift {
    /// Fourteen agents for a minute, two of them over a limit at its end.
    pub fn usual() -> Self {
        let (lasts, backfill) = (Duration::from_secs(60), Duration::from_secs(3600));
        Self { agents: 14, lasts, outage: Duration::ZERO..Duration::ZERO, heartbeat: None, backfill }
    }

    pub fn limits() -> Vec<Limit> {
        ["break=9m:15m", "break.lunch=45m", "wrapup=60s:90s"].map(|limit| limit.parse().unwrap()).into()
    }

    /// Watches the floor to the end of the shift, and shows it; every poll in turn.
    pub fn watch(&self, durable: Vec<&mut dyn EventSink>, display: Option<&mut dyn Display>) -> Vec<Poll> {
        let runtime = Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        let floor = {
            let _within = runtime.enter();
            Arc::new(Floor::open(self))
        };
        runtime.block_on(async {
            let started = floor.started;
            let around = Surroundings {
                clock: Clock::from_fn(move || after_noon(started.elapsed())),
                reader_is_gone: || None,
                random: || 0.5,
                note: &|note| panic!("nobody expected {note}"),
            };
            let plan = Plan {
                interval: Duration::from_secs(5),
                scope: SCOPE,
                tags: deepcall::client::TagFilter::default(),
                limits: Self::limits(),
                heartbeat: self.heartbeat,
                max_stale: None,
                until: None,
                backfill_from: Some(after_noon(Duration::ZERO) - self.backfill),
                jobs: 16,
            };
            let profiles = (0..self.agents).map(|at| Profile { floor: Arc::clone(&floor), at }).collect();
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
        let polls = floor.polls.lock().unwrap();
        polls.clone()
    }
}

/// The simulated server and the sessions of its agents, with a clock that stands still while it answers.
struct Floor {
    sessions: Vec<SignedIn>,
    now: Arc<AtomicU64>,
    started: Instant,
    outage: Range<Duration>,
    polls: Mutex<Vec<Poll>>,
    _sandbox: Sandbox,
    runtime: Runtime,
}

impl Floor {
    fn open(shift: &Shift) -> Self {
        let now = Arc::new(AtomicU64::new(0));
        let time = Arc::clone(&now);
        let clock = Clock::from_fn(move || after_noon(Duration::from_millis(time.load(Ordering::SeqCst))));
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let options = SandboxOptions { agents: shift.agents, ..SandboxOptions::new(clock.clone()) };
        let sandbox = runtime.block_on(Sandbox::start(options)).unwrap();
        let server = ServerUrl::parse(sandbox.origin()).unwrap();
        let connection = Arc::new(Connection::open(ConnectionOptions::new(server, clock)).unwrap());
        let sessions = sandbox.agents().iter().map(|agent| SignedIn {
            profile: agent.profile.clone(),
            connection: Arc::clone(&connection),
            credentials: Credentials::Ssid(Secret::new(agent.ssid.clone())),
        });
        let (sessions, started, polls) = (sessions.collect(), Instant::now(), Mutex::default());
        Self { sessions, now, started, outage: shift.outage.clone(), polls, _sandbox: sandbox, runtime }
    }
}

/// A profile of the simulated floor.
#[derive(Clone)]
struct Profile {
    floor: Arc<Floor>,
    at: usize,
}

impl Source for Profile {
    fn profile(&self) -> &str {
        &self.floor.sessions[self.at].profile
    }

    async fn poll(&self, scope: WatchScope) -> Polled {
        let Floor { sessions, now, started, outage, polls, runtime, .. } = &*self.floor;
        let at = started.elapsed();
        let is_good = !outage.contains(&at);
        polls.lock().unwrap().push(Poll { at, is_good });
        if !is_good {
            let failure = PollFailure {
                kind: "connect",
                code: None,
                message: "nobody answers".to_owned(),
                answer_was_lost: false,
                session_ended: false,
                retry_after: None,
            };
            return Polled { result: None, failure: Some(failure), refused: vec![], is_mended: false };
        }
        now.store(at.as_millis().try_into().unwrap(), Ordering::SeqCst);
        // On a thread of its own, for which the thread of the watch waits: so the watch's clock stands still as well.
        let poll = || {
            let server = LiveServer {
                session: sessions[self.at].clone(),
                reference: Reference::AsTrue,
                server_zone: zone(),
                renew: &|_| None,
                logins: &|| None,
                is_logged_out: &|_| false,
            };
            runtime.block_on(server.poll(scope))
        };
        thread::scope(|threads| threads.spawn(poll).join().unwrap())
    }

    fn is_logged_out(&self) -> bool {
        false
    }

    fn logins(&self) -> Option<Stamp> {
        None
    }

    fn renewed(&self) -> Option<Self> {
        None
    }
}
