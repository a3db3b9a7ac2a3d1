//! The journal of a sandbox: what `deepcall record` would have kept of the simulated floor in the last eight days, in memory.
//! Its answers are read, compared and recorded as those of a server are, so no reader knows a difference.
//!
//! A recorder that polls every five seconds learns nothing from most answers. So only those are made that differ from the one
//! before; that this changes nothing of what is recorded, a test shows.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::app::options::FloorOptions;
use crate::app::settings::table::SERVER_TIMEZONE;
use crate::client::error::ErrorKind;
use crate::client::received::Received;
use crate::client::replies::{break_status, tags, wrapup};
use crate::failure::Failure;
use crate::floor::answer::Tag;
use crate::floor::delivery_mode::DeliveryMode;
use crate::floor::diff::Memory;
use crate::floor::event::{Event, EventKind, FollowedPart, GapCause};
use crate::floor::health::{Health, PollFailure};
use crate::floor::pause::WINDOW;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::{Coverage, CoverageStep, Look, NewEvent, Span, coverage_step};
use crate::journal::{AgentKey, Entry, Journal, JournalError, Numbers, Round, Settings};
use crate::sandbox::SandboxOptions;
use crate::sandbox::past::{Past, Subject};

#[cfg(test)]
mod tests;

/// So long is the past of a sandbox.
const LENGTH: SignedDuration = SignedDuration::from_hours(8 * 24);

/// At which the recorder polls, as `record` does. Polls are at whole multiples of it.
const INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// How long before a window the recorder begins: no break of the floor is longer, with an outage at its end, and what the
/// server repeats is known by then.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// Answers are no further apart, for one that comes late after the last would count as the first after an outage.
const LONGEST_QUIET: SignedDuration = SignedDuration::from_mins(30);

/// So many answers in a row show that a break or a call is another one than that before an outage.
const CONFIRMING: u32 = 2;

/// Between the polls of an outage.
const RETRY: SignedDuration = SignedDuration::from_secs(30);

/// Of so many polls the events are written at once.
const AT_ONCE: usize = 1000;

const PARTS: [FollowedPart; 3] = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];

/// Who is followed: the key in the journal and the name of the simulated agent.
pub(crate) type Followed<'a> = (AgentKey, &'a str);

/// The key of an agent whose server does not run.
pub(crate) fn of_the_floor(name: &str) -> Followed<'_> {
    (AgentKey::Profile { server: "sandbox".to_owned(), name: name.to_owned() }, name)
}

/// The past of a floor, from a moment until now.
pub(crate) struct Simulated {
    past: Past,
    server_zone: TimeZone,
    settings: Settings,
    since: Timestamp,
    now: Timestamp,
}

impl Simulated {
    /// The past of this floor for a window that begins at `since`.
    ///
    /// # Errors
    /// If a setting is wrong: exit code 2.
    pub(crate) fn of(app: &App, floor: &FloorOptions, since: Timestamp) -> Result<Self, Failure> {
        let FloorOptions { seed, agents } = *floor;
        let agents = usize::from(agents);
        let options = SandboxOptions { seed, agents, ..SandboxOptions::new(app.clock.clone()) };
        let server_zone = app.settings()?.get(&SERVER_TIMEZONE)?.value;
        // Nobody has to be protected.
        let settings = Settings { redactor: app.redactor.clone(), numbers: Numbers::Keep };
        Ok(Self { past: Past::of(&options), server_zone, settings, since, now: app.clock.now() })
    }

    /// The names of all agents of the floor.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.past.agents().iter().map(|agent| agent.profile.as_str())
    }

    /// A journal in memory that holds nobody yet.
    ///
    /// # Errors
    /// If there is no memory for it.
    pub(crate) fn empty(&self) -> Result<Journal, JournalError> {
        Journal::in_memory(self.settings.clone(), self.begin())
    }

    /// Records the past of these agents in an empty journal. Of the time before the window it holds what a window needs
    /// that begins there, and the coverage.
    ///
    /// # Errors
    /// If the journal cannot be written.
    pub(crate) fn record(&self, journal: &Journal, followed: &[Followed<'_>]) -> Result<(), Failure> {
        let stretches = self.stretches(self.begin());
        let Some(last) = stretches.last().map(|stretch| stretch.to) else { return Ok(()) };
        let run = journal.begin_run("record", self.begin())?;
        let mut entries: Vec<(Timestamp, Entry)> = vec![];
        for (key, name) in followed {
            let mut of_the_floor = self.past.agents().iter().enumerate();
            let found = of_the_floor.find(|(_, agent)| agent.profile == *name);
            let Some((place, agent)) = found else { continue };
            let recorded = journal.agent(key, name, Some(&agent.agent_id), self.begin())?;
            // Nobody else writes.
            let entry = |events, coverage| Entry { agent: recorded, base: i64::MAX, events, coverage };
            let Follower { memory, noticed, in_doubt, .. } = self.follow(place, name)?;
            let repeats = memory.delivery_mode().map(|mode| mode == DeliveryMode::Repeats);
            entries.extend(noticed.into_iter().map(|(at, events)| (at, entry(events, vec![]))));
            entries.push((last, entry(vec![], steps(&coverage(&stretches, repeats, &in_doubt)))));
        }
        entries.sort_by_key(|(at, _)| *at);
        let mut entries = entries.into_iter().map(|(_, entry)| entry);
        loop {
            let entries: Vec<Entry> = entries.by_ref().take(AT_ONCE).collect();
            if entries.is_empty() {
                return Ok(journal.end_run(run, last)?);
            }
            journal.record(&Round { run, at: last, entries, stdout_took: None })?;
        }
    }

    /// What a recorder noticed who has followed an agent since shortly before the window.
    fn follow(&self, place: usize, name: &str) -> Result<Follower<'_>, Failure> {
        let began = before(self.since.min(self.now), BEFORE).max(self.begin());
        let stretches = self.stretches(began);
        let mut follower = Follower::new(self, place, name, stretches.first().map_or(began, |it| it.from));
        follower.follow(&stretches)?;
        Ok(follower)
    }

    /// When the recording began.
    fn begin(&self) -> Timestamp {
        before(self.now, LENGTH)
    }

    /// From which poll to which one each was answered, from `began` until now.
    fn stretches(&self, began: Timestamp) -> Vec<Span> {
        let last = last_poll(self.now);
        let mut stretches = vec![];
        let mut from = next_poll(began);
        for outage in self.past.outages(began, last) {
            stretches.push(Span { from, to: before(next_poll(outage.from), INTERVAL) });
            from = from.max(next_poll(outage.to));
        }
        stretches.push(Span { from, to: last });
        stretches.retain(|stretch| stretch.from <= stretch.to);
        stretches
    }
}

fn before(moment: Timestamp, length: SignedDuration) -> Timestamp {
    moment.checked_sub(length).unwrap_or(Timestamp::MIN)
}

fn after(moment: Timestamp, length: SignedDuration) -> Timestamp {
    moment.checked_add(length).unwrap_or(Timestamp::MAX)
}

/// The last poll at `moment` or before it.
fn last_poll(moment: Timestamp) -> Timestamp {
    let interval = INTERVAL.as_secs();
    Timestamp::from_second(moment.as_second().div_euclid(interval) * interval).unwrap_or(moment)
}

/// The first poll at `moment` or later.
fn next_poll(moment: Timestamp) -> Timestamp {
    let last = last_poll(moment);
    if last < moment { after(last, INTERVAL) } else { last }
}

fn cadence() -> Duration {
    INTERVAL.unsigned_abs()
}

/// What answers at every poll of these stretches cover. Those in doubt cover nothing, and the next one settles it.
fn coverage(
    stretches: &[Span],
    repeats: Option<bool>,
    in_doubt: &[(FollowedPart, Timestamp)],
) -> Vec<Coverage> {
    let mut rows: Vec<Coverage> = vec![];
    for Span { from, to } in stretches {
        for part in PARTS {
            let at = if in_doubt.contains(&(part, *from)) { after(*from, INTERVAL) } else { *from };
            if at > *to {
                continue;
            }
            let (server_time, repeats) = (Some(at), repeats.filter(|_| part == FollowedPart::Tags));
            let first = Look { part, at, server_time, repeats, hole: GapCause::Outage, lost: false };
            if let Some(step) = coverage_step(&rows, &first, cadence()) {
                Coverage::take(&mut rows, &step);
            }
            // Each of the others comes an interval after the last.
            if let Some(row) = rows.iter_mut().rfind(|row| row.part == part) {
                (row.to, row.server_time) = (*to, Some(*to));
            }
        }
    }
    rows
}

/// What makes these rows in an empty journal.
fn steps(rows: &[Coverage]) -> Vec<CoverageStep> {
    let step = |(place, row): (usize, &Coverage)| {
        let before = rows[..place].iter().rfind(|before| before.part == row.part);
        let ended = before.and_then(|before| Some((before.from, before.ended?)));
        CoverageStep::Begin { coverage: row.clone(), ended }
    };
    rows.iter().enumerate().map(step).collect()
}

/// A recorder of one agent.
struct Follower<'s> {
    floor: &'s Simulated,
    agent: usize,
    profile: String,
    began: Timestamp,
    memory: Memory,
    health: Health,
    /// The notifications that the server shows, the newest first, and when each came.
    shown: VecDeque<(Timestamp, Tag)>,
    read_tags: Timestamp,
    /// What it recorded, and when.
    noticed: Vec<(Timestamp, Vec<NewEvent>)>,
    /// The first answers after an outage that left open whether a break or a call was another one than before it.
    in_doubt: Vec<(FollowedPart, Timestamp)>,
}

impl<'s> Follower<'s> {
    fn new(floor: &'s Simulated, agent: usize, profile: &str, began: Timestamp) -> Self {
        Self {
            floor,
            agent,
            profile: profile.to_owned(),
            began,
            memory: Memory::default(),
            health: Health::default(),
            shown: VecDeque::new(),
            read_tags: began,
            noticed: vec![],
            in_doubt: vec![],
        }
    }

    fn follow(&mut self, stretches: &[Span]) -> Result<(), Failure> {
        let Some(last) = stretches.last() else { return Ok(()) };
        let changes = self.floor.past.changes(self.agent, before(self.began, hour()), last.to);
        let mut changes = changes.into_iter().peekable();
        for (place, stretch) in stretches.iter().enumerate() {
            let mut subjects = BTreeSet::new();
            let mut whole = CONFIRMING;
            let mut at = stretch.from;
            while at <= stretch.to {
                while let Some(change) = changes.next_if(|change| change.at <= at) {
                    if change.subject == Subject::Tags {
                        self.show(change.at)?;
                    }
                    subjects.insert(change.subject);
                }
                if whole > 0 {
                    subjects.extend([Subject::Tags, Subject::Break, Subject::WrapUp]);
                    whole -= 1;
                }
                let covered = self.poll(at, &subjects)?;
                if at == stretch.from {
                    let is_open = |part: &FollowedPart| !covered.contains(part);
                    self.in_doubt.extend(PARTS.into_iter().filter(is_open).map(|part| (part, at)));
                }
                subjects.clear();
                let is_unknown = self.memory.delivery_mode().is_none() && !self.shown.is_empty();
                let is_soon = whole > 0 || is_unknown;
                let latest = if is_soon { after(at, INTERVAL) } else { after(self.read_tags, LONGEST_QUIET) };
                let next = changes.peek().map_or(Timestamp::MAX, |change| next_poll(change.at));
                if latest <= next {
                    subjects.insert(Subject::Tags);
                }
                at = latest.min(next);
            }
            if let Some(next) = stretches.get(place + 1) {
                self.fail(Span { from: stretch.to, to: next.from });
            }
        }
        Ok(())
    }

    /// Takes in what the server shows from `at` on.
    fn show(&mut self, at: Timestamp) -> Result<(), Failure> {
        let reply = received(self.floor.past.tags(self.agent, at), at);
        let tags = tags::read(&reply, &self.floor.server_zone, Some)?.notifications;
        tags.into_iter().rev().for_each(|tag| self.shown.push_front((at, tag)));
        Ok(())
    }

    /// Polls what has changed since the last poll, and returns the parts that the answers cover.
    fn poll(&mut self, at: Timestamp, subjects: &BTreeSet<Subject>) -> Result<Vec<FollowedPart>, Failure> {
        let (past, zone) = (&self.floor.past, &self.floor.server_zone);
        let mut poll = PollResult::new(&self.profile, at);
        let passed = self.passed(at);
        (poll.monotonic, poll.elapsed, poll.server_time) = (passed, passed, Some(at));
        for subject in subjects {
            match subject {
                Subject::Tags => {
                    let from = before(at, hour());
                    self.shown.retain(|(came, _)| from < *came);
                    self.read_tags = at;
                    poll.tags = Some(self.shown.iter().map(|(_, tag)| tag.clone()).collect());
                }
                Subject::Break => {
                    let reply = received(past.break_status(self.agent, at), at);
                    poll.break_state = Some(break_status::read(&reply, zone)?.0);
                }
                Subject::WrapUp => {
                    let reply = received(past.wrap_up(self.agent, at), at);
                    poll.wrapup = Some(wrapup::read(&reply, zone)?.0);
                }
            }
        }
        let difference = self.memory.diff(&poll);
        let restored = self.answered(at);
        let events = restored.into_iter().chain(difference.to_record()).collect();
        self.notice(at, events);
        self.memory.commit(difference.change);
        Ok(difference.looks.iter().map(|look| look.part).collect())
    }

    /// The time between the last answer before an outage and the first after it.
    fn fail(&mut self, outage: Span) {
        let _ = self.answered(outage.from);
        let failure = PollFailure {
            kind: ErrorKind::Timeout.word(),
            code: None,
            message: "no answer within 15 s".to_owned(),
            answer_was_lost: false,
            session_ended: false,
            retry_after: None,
        };
        let mut at = after(outage.from, INTERVAL);
        while at < outage.to {
            let (health, lost) = self.health.after_failure(&failure, self.passed(at));
            self.health = health;
            let events = lost.into_iter().map(|kind| self.event(at, kind)).collect();
            self.notice(at, events);
            at = after(at, RETRY);
        }
    }

    fn answered(&mut self, at: Timestamp) -> Option<NewEvent> {
        let (health, restored) = self.health.after_answer(at, self.passed(at));
        self.health = health;
        restored.map(|kind| self.event(at, kind))
    }

    fn event(&self, at: Timestamp, kind: EventKind) -> NewEvent {
        let profile = Some(self.profile.clone());
        NewEvent { event: Event { at, server_time: None, profile, kind }, twin: 0 }
    }

    fn notice(&mut self, at: Timestamp, events: Vec<NewEvent>) {
        if !events.is_empty() {
            self.noticed.push((at, events));
        }
    }

    fn passed(&self, at: Timestamp) -> Duration {
        at.duration_since(self.began).unsigned_abs()
    }
}

fn hour() -> SignedDuration {
    SignedDuration::try_from(WINDOW).unwrap_or(SignedDuration::ZERO)
}

/// A reply of the simulated server.
fn received(body: String, at: Timestamp) -> Received {
    Received {
        status: 200,
        body: body.into_bytes().into(),
        server_time: Some(at),
        received_at: at,
        attempts: 1,
        lost_a_reply: false,
        was_resent: false,
        retry_after: None,
    }
}
