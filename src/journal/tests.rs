//! The journal on real files, in this process and in several.

mod covering;
mod figures;
mod files;
mod hidden;
mod holders;
mod memory;
mod past;
#[cfg(target_os = "linux")]
mod processes;
mod recording;
mod turns;
#[cfg(unix)]
mod unix;
mod unreadable;
mod upgrades;
mod upkeep;

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::floor::event::{Event, EventKind, FollowedPart, Gap, GapCause, ReportedTag};
use crate::floor::samples::{at, nameless, raw, row, tag};
use crate::floor::timeline::{Coverage, CoverageStep, NewEvent, Recorded};

const SERVER: &str = "https://v4-api.deepcall.com";

/// A folder with a journal in it, or with none yet.
struct Folder {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = Settings { redactor: Redactor::default(), numbers: Numbers::Keep };
        Self { folder, settings }
    }

    fn with(numbers: Numbers) -> Self {
        let mut folder = Self::new();
        folder.settings.numbers = numbers;
        folder
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("state/journal.db")
    }

    fn create(&self) -> Journal {
        self.try_open(Mode::Create).expect("opened").expect("made").journal
    }

    fn try_open(&self, mode: Mode) -> Result<Option<Opened>, JournalError> {
        Journal::open(&self.path(), mode, self.settings.clone(), at(0))
    }

    /// The names of its files.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.folder.path().join("state")) else { return vec![] };
        let mut names: Vec<_> =
            entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

fn asha() -> AgentKey {
    profile("asha")
}

fn profile(name: &str) -> AgentKey {
    AgentKey::Profile { server: SERVER.to_owned(), name: name.to_owned() }
}

impl Journal {
    fn with_asha(&self) -> AgentRef {
        self.agent(&asha(), "asha", None, at(0)).expect("entered")
    }

    fn with_agent(&self, name: &str) -> AgentRef {
        let key = AgentKey::Profile { server: asha().server().to_owned(), name: name.to_owned() };
        self.agent(&key, name, None, at(0)).expect("entered")
    }

    /// All events, each with its number.
    fn all(&self) -> Vec<Recorded> {
        let mut all = vec![];
        let collect = &mut |_, recorded| {
            all.push(recorded);
            ControlFlow::Continue(())
        };
        self.events(&EventQuery::default(), collect).expect("read");
        all
    }

    fn all_coverage(&self, agent: AgentRef) -> Vec<Coverage> {
        self.coverage(agent, Timestamp::MIN, Timestamp::MAX).expect("read")
    }

    /// Writes what no other process interferes with.
    fn write_round(&self, entry: Entry) -> Vec<Option<i64>> {
        match self.record(&round(self.run(), entry)).expect("written") {
            Outcome::Written { seqs, .. } => seqs,
            Outcome::Overtaken(by) => panic!("overtaken by {by:?}"),
        }
    }

    fn run(&self) -> RunRef {
        match self.runs().expect("read").first() {
            Some(row) => row.run,
            None => self.begin_run("watch", at(0)).expect("begun"),
        }
    }
}

fn round(run: RunRef, entry: Entry) -> Round {
    Round { by: Writer::Run(run), at: at(10), entries: vec![entry], stdout_took: None }
}

fn entry(agent: AgentRef, base: i64, events: Vec<NewEvent>) -> Entry {
    Entry { agent, base, events, coverage: vec![] }
}

fn event(second: i64, kind: EventKind) -> NewEvent {
    NewEvent {
        event: Event { at: at(second), server_time: None, profile: Some("asha".to_owned()), kind },
        twin: 0,
    }
}

fn tag_event(second: i64, id: &str) -> NewEvent {
    let reported = ReportedTag { tag: tag(id), initial: false, changed: false };
    event(second, EventKind::Tag(Box::new(reported)))
}

fn changed(second: i64, id: &str, json: &str) -> NewEvent {
    let tag = crate::floor::answer::Tag { fields: raw(json), ..tag(id) };
    event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: true })))
}

fn first_answer(from: i64, to: i64) -> CoverageStep {
    CoverageStep::Begin { coverage: covered(from, to), ended: None }
}

fn covered(from: i64, to: i64) -> Coverage {
    row(FollowedPart::Tags, from, to)
}
