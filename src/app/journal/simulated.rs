//! The journal of a sandbox: what `deepcall record` would have kept of the simulated floor in the last eight days, in memory.
//! Its answers are read, compared and recorded as those of a server are, so no reader knows a difference.

mod follower;

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::app::journal::simulated::follower::{
    Follower, INTERVAL, PARTS, after, before, last_poll, next_poll,
};
use crate::app::options::FloorOptions;
use crate::app::settings::table::SERVER_TIMEZONE;
use crate::failure::Failure;
use crate::floor::delivery_mode::DeliveryMode;
use crate::floor::event::{FollowedPart, GapCause};
use crate::floor::timeline::{AnswerMark, Coverage, CoverageStep, Span, coverage_step};
use crate::journal::{AgentKey, Entry, Journal, JournalError, Numbers, Round, Settings, Writer};
use crate::sandbox::SandboxOptions;
use crate::sandbox::past::{SimulatedPast, Subject};

#[cfg(test)]
mod tests;

/// So long is the past of a sandbox.
const LENGTH: SignedDuration = SignedDuration::from_hours(8 * 24);

/// How long before a window the recorder begins: no break of the floor is longer, with an outage at its end, and what the
/// server repeats is known by then.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

static SUBJECTS: [Subject; 3] = [Subject::Tags, Subject::Break, Subject::WrapUp];

/// Of so many polls the events are written at once.
const AT_ONCE: usize = 1000;

/// Who is followed: the key in the journal and the name of the simulated agent.
pub(crate) type Followed<'a> = (AgentKey, &'a str);

/// The key of an agent whose server does not run.
pub(crate) fn of_the_floor(name: &str) -> Followed<'_> {
    (AgentKey::Profile { server: "sandbox".to_owned(), name: name.to_owned() }, name)
}

/// The past of a floor, from a moment until now.
pub(crate) struct Simulated {
    past: SimulatedPast,
    server_zone: TimeZone,
    settings: Settings,
    /// What is recorded.
    subjects: &'static [Subject],
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
        let (past, subjects) = (SimulatedPast::of(&options), &SUBJECTS);
        Ok(Self { past, server_zone, settings, subjects, since, now: app.clock.now() })
    }

    /// With its breaks alone, which are a tenth of what is said of a floor.
    pub(crate) fn of_breaks(self) -> Self {
        Self { subjects: &[Subject::Break], ..self }
    }

    fn has(&self, part: FollowedPart) -> bool {
        self.subjects.contains(&match part {
            FollowedPart::Tags => Subject::Tags,
            FollowedPart::Breaks => Subject::Break,
            FollowedPart::Wrapups => Subject::WrapUp,
        })
    }

    /// The names of all agents of the floor.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.past.agents().iter().map(|agent| agent.profile.as_str())
    }

    /// The names of the agents whom this means: one of that name, or of that id.
    pub(crate) fn called<'s>(&'s self, wanted: &'s str) -> impl Iterator<Item = &'s str> {
        let agents = self.past.agents().iter();
        agents
            .filter(move |agent| agent.profile == wanted || agent.agent_id == wanted)
            .map(|agent| agent.profile.as_str())
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
            let mut rows = coverage(&stretches, repeats, &in_doubt);
            rows.retain(|row| self.has(row.part));
            entries.push((last, entry(vec![], steps(&rows))));
        }
        entries.sort_by_key(|(at, _)| *at);
        let mut entries = entries.into_iter().map(|(_, entry)| entry);
        loop {
            let entries: Vec<Entry> = entries.by_ref().take(AT_ONCE).collect();
            if entries.is_empty() {
                return Ok(journal.end_run(run, last)?);
            }
            journal.record(&Round { by: Writer::Run(run), at: last, entries, stdout_took: None })?;
        }
    }

    /// What a recorder noticed who has followed an agent since shortly before the window.
    fn follow(&self, place: usize, name: &str) -> Result<Follower<'_>, Failure> {
        let began = before(self.since.min(self.now), BEFORE).max(self.begin());
        let stretches = self.stretches(began);
        let mut follower = Follower::new(
            &self.past,
            &self.server_zone,
            self.subjects,
            place,
            name,
            stretches.first().map_or(began, |it| it.from),
        );
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
            let first = AnswerMark { part, at, server_time, repeats, hole: GapCause::Outage, lost: false };
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
        let ended = before.and_then(|before| before.ended);
        CoverageStep::Begin { coverage: row.clone(), ended }
    };
    rows.iter().enumerate().map(step).collect()
}
