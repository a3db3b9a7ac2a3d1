//! The loop under a clock that moves only when everybody waits: hours take milliseconds.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::SystemTime;

use jiff::SignedDuration;
use tokio::sync::{mpsc, oneshot};

use super::*;
use crate::floor::answer::{Tag, Wrapup};
use crate::floor::event::{Event, FollowedPart};
use crate::floor::health::PollFailure;
use crate::floor::poll_result::PollResult;
use crate::floor::samples;
use crate::watch::sinks::EventSink;
use crate::watch::sinks::display::{Display, Input, Request, drive};
use crate::watch::source::{Polled, Refusal, Stamp};

mod many;
mod reading;
mod recording;
mod sessions;
mod sinks;
mod stale;

const INTERVAL: Duration = Duration::from_secs(5);

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// What a profile answers when it is polled.
#[derive(Clone)]
enum Answer {
    /// Nothing is new.
    Nothing,
    /// These are the recent notifications.
    Tags(Vec<Tag>),
    /// Nothing is new, and this goes on.
    Wrapup(Wrapup),
    /// The poll fails like this.
    Fails(PollFailure),
    /// The answer takes this long.
    After(Duration),
    /// The process is stopped for this long during the poll.
    StoppedFor(Duration),
    /// The server refuses the only thing that is followed.
    Refuses,
}

type Script = Rc<dyn Fn(Duration) -> Answer>;

type SetBack = fn(Duration) -> SignedDuration;

/// A profile that answers by a script, and records when it was polled.
#[derive(Clone)]
struct Scripted {
    name: String,
    started: Instant,
    script: Script,
    polled: Rc<RefCell<Vec<Duration>>>,
    under_way: Rc<Cell<usize>>,
    most_under_way: Rc<Cell<usize>>,
    /// The sessions in the store, the next one last.
    stored: Rc<RefCell<Vec<Scripted>>>,
    is_logged_out: fn(Duration) -> bool,
    /// When somebody signs in; before that, nothing newer is stored.
    signs_in: Option<Duration>,
    /// How often the store was read.
    reads: Rc<Cell<usize>>,
    /// By how much the wall clock has been set back until then.
    set_back: SetBack,
}

impl Source for Scripted {
    fn profile(&self) -> &str {
        &self.name
    }

    async fn poll(&self, _: WatchScope) -> Polled {
        let at = self.started.elapsed();
        self.polled.borrow_mut().push(at);
        self.under_way.set(self.under_way.get() + 1);
        self.most_under_way.set(self.most_under_way.get().max(self.under_way.get()));
        let mut refused = vec![];
        let mut wrapup = None;
        let (tags, failure) = match (self.script)(at) {
            Answer::Refuses => {
                let message = "Agent not exist".to_owned();
                refused.push(Refusal { part: FollowedPart::Tags, code: Some(1501), message });
                (vec![], None)
            }
            Answer::Nothing => (vec![], None),
            Answer::Tags(tags) => (tags, None),
            Answer::Wrapup(goes_on) => {
                wrapup = Some(goes_on);
                (vec![], None)
            }
            Answer::Fails(failure) => (vec![], Some(failure)),
            Answer::After(delay) => {
                tokio::time::sleep(delay).await;
                (vec![], None)
            }
            Answer::StoppedFor(length) => {
                tokio::time::advance(length).await;
                (vec![], None)
            }
        };
        self.under_way.set(self.under_way.get() - 1);
        let result = (failure.is_none() && refused.is_empty()).then(|| PollResult {
            profile: Some(self.name.clone()),
            server_time: wrapup.is_some().then(|| wall(self.started)),
            taken_at: wall(self.started),
            wrapup,
            ..samples::tags(0, &tags)
        });
        Polled { result, failure, refused, is_mended: false }
    }

    fn renewed(&self) -> Option<Self> {
        self.reads.set(self.reads.get() + 1);
        let is_stored = self.signs_in.is_none_or(|at| at <= self.started.elapsed());
        if is_stored { self.stored.borrow_mut().pop() } else { None }
    }

    fn logins(&self) -> Option<Stamp> {
        let has_signed_in = self.signs_in.is_some_and(|at| at <= self.started.elapsed());
        Some((SystemTime::UNIX_EPOCH, u64::from(has_signed_in)))
    }

    fn is_logged_out(&self) -> bool {
        (self.is_logged_out)(self.started.elapsed())
    }
}

/// Nobody answers.
fn no_answer() -> Answer {
    Answer::Fails(samples::no_answer())
}

fn wall(started: Instant) -> Timestamp {
    let passed = SignedDuration::try_from(started.elapsed()).expect("a short time");
    samples::at(0).checked_add(passed).expect("a moment within range")
}

/// Keeps the events, with their moments.
struct KeepingSink {
    started: Instant,
    events: Vec<(Duration, &'static str)>,
    end: Option<EndReason>,
    /// How many views were shown beside it.
    shown: usize,
    /// It fails after this many events.
    takes: usize,
}

impl EventSink for KeepingSink {
    fn write(&mut self, events: &[Event]) -> io::Result<()> {
        for event in events {
            if self.events.len() == self.takes {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.events.push((self.started.elapsed(), event.kind.words().name));
            if let EventKind::End(end) = &event.kind {
                self.end = Some(end.reason);
            }
        }
        Ok(())
    }
}

/// Counts what it is shown.
#[derive(Default)]
struct Counter(usize);

impl Display for Counter {
    fn show(&mut self, _: &FloorView) -> io::Result<()> {
        self.0 += 1;
        Ok(())
    }

    fn input(&mut self, _: Input) -> io::Result<Request> {
        Ok(Request::Nothing)
    }

    fn finish(&mut self, _: &FloorView) -> io::Result<()> {
        Ok(())
    }
}

impl KeepingSink {
    fn names(&self) -> Vec<&'static str> {
        self.events.iter().map(|(_, name)| *name).collect()
    }

    fn moments_of(&self, wanted: &str) -> Vec<Duration> {
        self.events.iter().filter(|(_, name)| *name == wanted).map(|(at, _)| *at).collect()
    }
}

struct Floor {
    profiles: Vec<Scripted>,
    plan: Plan,
    lasts: Duration,
    takes: usize,
}

impl Floor {
    /// One profile that answers by this script, watched for so long.
    fn of(lasts: Duration, script: impl Fn(Duration) -> Answer + 'static) -> Self {
        let plan = Plan {
            interval: INTERVAL,
            scope: WatchScope { tags: true, breaks: false, wrapups: false },
            tags: TagFilter::default(),
            limits: vec![],
            heartbeat: None,
            max_stale: None,
            until: None,
            backfill_from: None,
            jobs: 16,
        };
        let profile = Scripted {
            name: "asha".to_owned(),
            started: Instant::now(),
            script: Rc::new(script),
            polled: Rc::default(),
            under_way: Rc::default(),
            most_under_way: Rc::default(),
            stored: Rc::default(),
            is_logged_out: |_| false,
            signs_in: None,
            reads: Rc::default(),
            set_back: |_| SignedDuration::ZERO,
        };
        Self { profiles: vec![profile], plan, lasts, takes: usize::MAX }
    }

    /// The same with so many profiles alike.
    fn times(mut self, count: usize) -> Self {
        let first = self.profiles[0].clone();
        self.profiles =
            (0..count).map(|at| Scripted { name: format!("agent{at}"), ..first.clone() }).collect();
        self
    }

    fn polled(&self) -> Vec<Duration> {
        self.profiles[0].polled.borrow().clone()
    }

    /// The watch, before it has begun.
    fn new_watch<'s>(&self, sinks: Sinks<'s>) -> Watch<'s, Scripted> {
        self.new_watch_that_records(sinks, None, &|_| ())
    }

    fn new_watch_that_records<'s>(
        &self,
        sinks: Sinks<'s>,
        journal: Option<WatchJournal>,
        note: &'s dyn Fn(&str),
    ) -> Watch<'s, Scripted> {
        let Scripted { started, set_back, .. } = self.profiles[0];
        let around = Surroundings {
            clock: Clock::from_fn(move || {
                wall(started).saturating_sub(set_back(started.elapsed())).expect("a moment")
            }),
            reader_is_gone: || None,
            random: crate::client::connection::random,
            note,
        };
        let (tags, until) = (self.plan.tags.clone(), self.plan.until.clone());
        let plan = Plan { tags, limits: self.plan.limits.clone(), until, ..self.plan };
        Watch::with_journal(self.profiles.clone(), plan, around, sinks, journal)
    }

    async fn watch(&mut self) -> (io::Result<EndReason>, KeepingSink) {
        let started = self.profiles[0].started;
        let mut recorded = KeepingSink { started, events: vec![], end: None, shown: 0, takes: self.takes };
        let sinks = Sinks::new(vec![&mut recorded]);
        let (_terminal, inputs) = mpsc::unbounded_channel();
        let (stop, _never) = oneshot::channel();
        let mut counter = Counter::default();
        let shown = drive(&mut counter, sinks.view.subscribe(), inputs, stop);
        let (ended, shown) = tokio::join!(self.new_watch(sinks).run(timeout(self.lasts)), shown);
        shown.expect("a display that takes everything");
        recorded.shown = counter.0;
        (ended, recorded)
    }
}

/// What ends a watch after so long.
async fn timeout(lasts: Duration) -> EndReason {
    tokio::time::sleep(lasts).await;
    EndReason::Timeout
}

fn is_within(at: Duration, from: u64, to: u64) -> bool {
    (seconds(from)..seconds(to)).contains(&at)
}

#[tokio::test(start_paused = true)]
async fn a_healthy_profile_is_polled_once_an_interval_for_hours() {
    let mut floor = Floor::of(seconds(7200), |_| Answer::Nothing);
    let (ended, recorded) = floor.watch().await;
    assert_eq!(ended.unwrap(), EndReason::Timeout);
    assert_eq!(recorded.names().first(), Some(&"start"));
    assert_eq!((recorded.names().last(), recorded.end), (Some(&"end"), Some(EndReason::Timeout)));
    let polled = floor.polled();
    // Each poll may be late by a tenth of the interval, which the next one does not inherit.
    assert!((1439..=1441).contains(&polled.len()), "{} polls", polled.len());
    for pair in polled.windows(2) {
        let pause = pair[1].abs_diff(pair[0]);
        assert!(pause > INTERVAL.mul_f32(0.89) && pause < INTERVAL.mul_f32(1.11), "{pause:?}");
    }
    assert!(recorded.shown <= 2 * (7200 + polled.len()) + 2, "{} frames", recorded.shown);
}

#[tokio::test(start_paused = true)]
async fn a_sleep_in_an_outage_is_a_gap_even_if_the_clock_was_set_back_before() {
    const NIGHT: SignedDuration = SignedDuration::from_hours(8);
    // By how much the clock has been set back; in the first case the machine sleeps three seconds later.
    let cases: [(SetBack, usize); 2] = [
        (|at| if is_within(at, 700, 703) { NIGHT } else { SignedDuration::ZERO }, 1),
        (|at| if at >= seconds(700) { NIGHT } else { SignedDuration::ZERO }, 0),
    ];
    for (set_back, gaps) in cases {
        let mut floor =
            Floor::of(
                seconds(2000),
                |at| {
                    if is_within(at, 600, 1200) { no_answer() } else { Answer::Nothing }
                },
            );
        floor.profiles[0].set_back = set_back;
        let (_, recorded) = floor.watch().await;
        assert_eq!(recorded.moments_of("gap").len(), gaps);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_reported_once_and_its_end_is_noticed_soon() {
    for (down, soon) in [(10, 35), (31, 35), (120, 35), (300, 65), (3 * 3600, 65)] {
        let (from, back) = (600, 600 + down);
        let mut floor = Floor::of(seconds(back + 600), move |at| {
            if is_within(at, from, back) { no_answer() } else { Answer::Nothing }
        });
        let (_, recorded) = floor.watch().await;
        let (lost, restored) =
            (recorded.moments_of("connection_lost"), recorded.moments_of("connection_restored"));
        assert_eq!((lost.len(), restored.len()), (1, 1), "{down} s: {:?}", recorded.names());
        assert!(lost[0] <= seconds(from) + INTERVAL.mul_f32(1.2), "{down} s: recorded at {:?}", lost[0]);
        assert!(restored[0] <= seconds(back + soon), "{down} s: noticed at {:?}", restored[0]);
        // After two minutes at most two a minute, which is what a server in trouble can bear.
        let late = floor.polled().into_iter().filter(|at| is_within(*at, from + 180, back)).count();
        assert!(
            late <= usize::try_from(down.saturating_sub(180) / 30).unwrap() + 1,
            "{down} s: polled {late} times"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_to_come_back_is_not_polled_before() {
    let mut floor = Floor::of(seconds(900), |at| {
        if is_within(at, 60, 70) {
            Answer::Fails(PollFailure { retry_after: Some(seconds(240)), ..samples::no_answer() })
        } else {
            Answer::Nothing
        }
    });
    let (_, recorded) = floor.watch().await;
    let polled = floor.polled();
    let refused = *polled.iter().find(|at| **at >= seconds(60)).unwrap();
    let next = *polled.iter().find(|at| **at > refused).unwrap();
    assert!(next >= refused + seconds(240) && next <= refused + seconds(265), "{refused:?}, then {next:?}");
    assert_eq!(recorded.moments_of("connection_restored").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_sign_of_life_is_given_whether_or_not_the_server_answers() {
    let mut floor =
        Floor::of(seconds(3600), |at| if is_within(at, 900, 1800) { no_answer() } else { Answer::Nothing });
    floor.plan.heartbeat = Some(seconds(60));
    let (_, recorded) = floor.watch().await;
    let beats = recorded.moments_of("heartbeat");
    assert!((59..=60).contains(&beats.len()), "{} beats", beats.len());
    for pair in beats.windows(2) {
        let pause = pair[1].abs_diff(pair[0]);
        assert!(pause >= seconds(59) && pause <= seconds(61), "{pause:?}");
    }
}
