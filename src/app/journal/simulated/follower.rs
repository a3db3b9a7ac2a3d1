//! A recorder of one agent of a simulated floor. One that polls every five seconds learns nothing from most answers. So only
//! those are made that differ from the one before; that this changes nothing of what is recorded, a test shows.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::client::error::ErrorKind;
use crate::client::received::Received;
use crate::client::replies::{break_status, tags, wrapup};
use crate::failure::Failure;
use crate::floor::answer::Tag;
use crate::floor::diff::Memory;
use crate::floor::event::{Event, EventKind, FollowedPart};
use crate::floor::health::{Health, PollFailure};
use crate::floor::pause::WINDOW;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::{NewEvent, Span};
use crate::sandbox::past::{SimulatedPast, Subject};

/// At which the recorder polls, as `record` does. Polls are at whole multiples of it.
pub(super) const INTERVAL: SignedDuration = SignedDuration::from_secs(5);

/// Answers are no further apart, for one that comes late after the last would count as the first after an outage.
const LONGEST_QUIET: SignedDuration = SignedDuration::from_mins(30);

/// So many answers in a row show that a break or a call is another one than that before an outage.
const CONFIRMING: u32 = 2;

/// Between the polls of an outage.
const RETRY: SignedDuration = SignedDuration::from_secs(30);

pub(super) const PARTS: [FollowedPart; 3] = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];

/// A recorder of one agent.
pub(super) struct Follower<'s> {
    past: &'s SimulatedPast,
    server_zone: &'s TimeZone,
    /// What is polled. The first of it is read even where nothing changes.
    subjects: &'static [Subject],
    agent: usize,
    profile: String,
    began: Timestamp,
    pub(super) memory: Memory,
    health: Health,
    /// The notifications that the server shows, the newest first, and when each came.
    shown: VecDeque<(Timestamp, Tag)>,
    /// When the first of the subjects was read last.
    read_first: Timestamp,
    /// What it recorded, and when.
    pub(super) noticed: Vec<(Timestamp, Vec<NewEvent>)>,
    /// The first answers after an outage that left open whether a break or a call was another one than before it.
    pub(super) in_doubt: Vec<(FollowedPart, Timestamp)>,
}

impl<'s> Follower<'s> {
    pub(super) fn new(
        past: &'s SimulatedPast,
        server_zone: &'s TimeZone,
        subjects: &'static [Subject],
        agent: usize,
        profile: &str,
        began: Timestamp,
    ) -> Self {
        Self {
            past,
            server_zone,
            subjects,
            agent,
            profile: profile.to_owned(),
            began,
            memory: Memory::default(),
            health: Health::default(),
            shown: VecDeque::new(),
            read_first: began,
            noticed: vec![],
            in_doubt: vec![],
        }
    }

    pub(super) fn follow(&mut self, stretches: &[Span]) -> Result<(), Failure> {
        let Some(last) = stretches.last() else { return Ok(()) };
        let changes = self.past.changes(self.agent, before(self.began, hour()), last.to);
        let recorded = self.subjects;
        let mut changes = changes.into_iter().filter(|change| recorded.contains(&change.subject)).peekable();
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
                    subjects.extend(recorded);
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
                let latest =
                    if is_soon { after(at, INTERVAL) } else { after(self.read_first, LONGEST_QUIET) };
                let next = changes.peek().map_or(Timestamp::MAX, |change| next_poll(change.at));
                if latest <= next {
                    subjects.extend(recorded.first());
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
        let reply = received(self.past.tags(self.agent, at), at);
        let tags = tags::read(&reply, self.server_zone, Some)?.notifications;
        tags.into_iter().rev().for_each(|tag| self.shown.push_front((at, tag)));
        Ok(())
    }

    /// Polls what has changed since the last poll, and returns the parts that the answers cover.
    fn poll(&mut self, at: Timestamp, subjects: &BTreeSet<Subject>) -> Result<Vec<FollowedPart>, Failure> {
        let (past, zone) = (self.past, self.server_zone);
        let mut poll = PollResult::new(&self.profile, at);
        let passed = self.passed(at);
        (poll.monotonic, poll.elapsed, poll.server_time) = (passed, passed, Some(at));
        if self.subjects.first().is_some_and(|first| subjects.contains(first)) {
            self.read_first = at;
        }
        for subject in subjects {
            match subject {
                Subject::Tags => {
                    let from = before(at, hour());
                    self.shown.retain(|(came, _)| from < *came);
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
        Ok(difference.marks.iter().map(|mark| mark.part).collect())
    }

    /// The time between the last answer before an outage and the first after it.
    pub(super) fn fail(&mut self, outage: Span) {
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

    pub(super) fn answered(&mut self, at: Timestamp) -> Option<NewEvent> {
        let (health, restored) = self.health.after_answer(at, self.passed(at));
        self.health = health;
        restored.map(|kind| self.event(at, kind))
    }

    fn event(&self, at: Timestamp, kind: EventKind) -> NewEvent {
        let profile = Some(self.profile.clone());
        NewEvent { event: Event { at, server_time: None, profile, kind }, twin: 0 }
    }

    pub(super) fn notice(&mut self, at: Timestamp, events: Vec<NewEvent>) {
        if !events.is_empty() {
            self.noticed.push((at, events));
        }
    }

    pub(super) fn passed(&self, at: Timestamp) -> Duration {
        at.duration_since(self.began).unsigned_abs()
    }
}

pub(super) fn before(moment: Timestamp, length: SignedDuration) -> Timestamp {
    moment.checked_sub(length).unwrap_or(Timestamp::MIN)
}

pub(super) fn after(moment: Timestamp, length: SignedDuration) -> Timestamp {
    moment.checked_add(length).unwrap_or(Timestamp::MAX)
}

/// The last poll at `moment` or before it.
pub(super) fn last_poll(moment: Timestamp) -> Timestamp {
    let interval = INTERVAL.as_secs();
    Timestamp::from_second(moment.as_second().div_euclid(interval) * interval).unwrap_or(moment)
}

/// The first poll at `moment` or later.
pub(super) fn next_poll(moment: Timestamp) -> Timestamp {
    let last = last_poll(moment);
    if last < moment { after(last, INTERVAL) } else { last }
}

fn hour() -> SignedDuration {
    SignedDuration::try_from(WINDOW).unwrap_or(SignedDuration::ZERO)
}

/// A reply of the simulated server.
pub(super) fn received(body: String, at: Timestamp) -> Received {
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
