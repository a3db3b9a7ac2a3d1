//! Random rounds.

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{COMMANDS, HOUR, PARTS, PROFILES, SECOND};
use crate::floor::answer::Tag;
use crate::floor::event::{
    AgentChanged, BreakEnded, BreakStarted, Event, EventKind, FollowedPart, Gap, GapCause, ReportedTag,
    WrapupEnded, WrapupStarted,
};
use crate::floor::samples::{at, nameless, raw, tag};
use crate::floor::timeline::{AnswerMark, NewEvent};
use crate::watch::recorder::Addition;

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// So many milliseconds pass. Whoever is not stopped beats.
    Pass(i64),
    Begin(&'static str),
    /// A run, by its place among those that live, and so on below.
    Refresh {
        run: usize,
        forces: bool,
    },
    Record {
        run: usize,
        additions: Vec<Seed>,
    },
    /// It shows no sign of life for so long that its leases are void.
    Stop(usize),
    Kill(usize),
    /// Perhaps with an answer about an agent on its way.
    End {
        run: usize,
        may_have_lost: Option<usize>,
    },
}

/// What one addition has.
#[derive(Clone, Debug)]
pub(super) struct Seed {
    index: usize,
    /// How long ago it came, in milliseconds; less than none if the clock was ahead then, and was set back since.
    ago: i64,
    /// Whether the server's `Date` came with it, which is ahead of our clock.
    has_date: bool,
    kinds: Vec<Kind>,
    marks: Vec<(FollowedPart, Option<bool>, bool)>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    Tag { id: u8, text: u8, changed: bool },
    Nameless { second: Option<i64>, text: u8, changed: bool, copies: u32 },
    BreakStarted,
    BreakEnded,
    WrapupStarted,
    WrapupEnded,
    AgentChanged,
    Gap(GapCause),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let run = 0..6_usize;
    let times =
        prop_oneof![4 => 1..4 * SECOND, 2 => 4 * SECOND..60 * SECOND, 1 => Just(HOUR), 1 => Just(30 * HOUR)];
    prop_oneof![
        3 => times.prop_map(Step::Pass),
        2 => proptest::sample::select(&COMMANDS[..]).prop_map(Step::Begin),
        4 => (run.clone(), any::<bool>()).prop_map(|(run, forces)| Step::Refresh { run, forces: forces && run == 0 }),
        8 => (run.clone(), vec(seed(), 1..3)).prop_map(|(run, additions)| Step::Record { run, additions }),
        1 => run.clone().prop_map(Step::Stop),
        1 => run.clone().prop_map(Step::Kill),
        1 => (run, proptest::option::of(0..PROFILES.len()))
            .prop_map(|(run, may_have_lost)| Step::End { run, may_have_lost }),
    ]
}

fn seed() -> impl Strategy<Value = Seed> {
    let agos = prop_oneof![3 => Just(0), 1 => 1..3 * SECOND, 1 => Just(20 * SECOND), 1 => Just(-40 * HOUR)];
    let mark = (proptest::sample::select(&PARTS[..]), any::<Option<bool>>(), any::<bool>());
    (0..PROFILES.len(), agos, any::<bool>(), vec(kind(), 0..4), vec(mark, 0..3))
        .prop_map(|(index, ago, has_date, kinds, marks)| Seed { index, ago, has_date, kinds, marks })
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        6 => (0..3_u8, 0..3_u8, any::<bool>())
            .prop_map(|(id, text, changed)| Kind::Tag { id, text, changed }),
        4 => (proptest::option::of(0..2_i64), 0..3_u8, any::<bool>(), 1..3_u32)
            .prop_map(|(second, text, changed, copies)| Kind::Nameless { second, text, changed, copies }),
        1 => Just(Kind::BreakStarted),
        1 => Just(Kind::BreakEnded),
        1 => Just(Kind::WrapupStarted),
        1 => Just(Kind::WrapupEnded),
        1 => Just(Kind::AgentChanged),
        1 => proptest::sample::select(vec![GapCause::Outage, GapCause::Sleep]).prop_map(Kind::Gap),
    ]
}

impl Seed {
    pub(super) fn note(&self, now: Timestamp) -> Addition {
        let at = now - SignedDuration::from_millis(self.ago);
        let profile = Some(PROFILES[self.index].to_owned());
        let server_time = self.has_date.then(|| at + SignedDuration::from_secs(90));
        let event =
            |kind: &Kind| Event { at, server_time, profile: profile.clone(), kind: kind.reported(at) };
        let new = |kind: &Kind| {
            let event = event(kind);
            (0..kind.copies()).map(move |twin| NewEvent { event: event.clone(), twin })
        };
        let mark = |(part, repeats, lost): &(FollowedPart, Option<bool>, bool)| {
            let repeats = repeats.filter(|_| *part == FollowedPart::Tags);
            AnswerMark { part: *part, at, server_time, repeats, hole: GapCause::NotRunning, lost: *lost }
        };
        Addition {
            index: self.index,
            events: self.kinds.iter().flat_map(new).collect(),
            marks: self.marks.iter().map(mark).collect(),
        }
    }
}

impl Kind {
    /// A second of two twins comes with the first or after it.
    fn copies(&self) -> u32 {
        match self {
            Self::Nameless { changed: false, copies, .. } => *copies,
            _ => 1,
        }
    }

    fn reported(&self, now: Timestamp) -> EventKind {
        let reported =
            |tag: Tag, changed| EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed }));
        match self.clone() {
            Self::Tag { id, text, changed } => {
                let fields = raw(&format!(r#"{{"_id":"t{id}","text":"{text}"}}"#));
                reported(Tag { fields, ..tag(&format!("t{id}")) }, changed)
            }
            Self::Nameless { second, text, changed, .. } => {
                let tag = nameless(&format!(r#"{{"text":"{text}"}}"#));
                reported(Tag { time: second.map(at), ..tag }, changed)
            }
            Self::BreakStarted => EventKind::BreakStarted(BreakStarted {
                reason: Some("Tea".into()),
                since: None,
                detail: None,
            }),
            Self::BreakEnded => EventKind::BreakEnded(BreakEnded {
                reason: Some("Tea".into()),
                since: None,
                lasted_seconds: None,
            }),
            Self::WrapupStarted => EventKind::WrapupStarted(WrapupStarted {
                ends_at: None,
                remaining_seconds: None,
                call_id: Some("c1".into()),
                customer: None,
            }),
            Self::WrapupEnded => EventKind::WrapupEnded(WrapupEnded {
                ends_at: None,
                call_id: Some("c1".into()),
                customer: None,
            }),
            Self::AgentChanged => {
                EventKind::AgentChanged(AgentChanged { from: Some("13".into()), to: Some("14".into()) })
            }
            Self::Gap(why) => EventKind::Gap(Gap { from: now - SignedDuration::from_mins(5), to: now, why }),
        }
    }
}
