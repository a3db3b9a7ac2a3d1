//! What has arrived is recorded first, in one commit for a round of answers and at most one a second; only then it is shown.
//! Trouble with the journal stops nothing: events wait for it, and are shown meanwhile.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::time::Duration;

use crate::floor::event::{EventKind, JournalLost, JournalRestored};
use crate::floor::timeline;
use crate::floor::timeline::NewEvent;
use crate::journal::JournalError;
use crate::watch::recorder::records::Written;
use crate::watch::recorder::thread::Reply;
use crate::watch::recorder::{Backlog, Note, Page};
use crate::watch::run::Watch;
use crate::watch::run::agent::Sharing;
use crate::watch::run::journal::{Recording, UnderWay};
use crate::watch::run::round::{Arrival, Report};
use crate::watch::source::Source;

/// The shortest time between two commits.
const COMMIT: Duration = Duration::from_secs(1);

/// The longest time between two commits that hold no event; the time between two tries in trouble, and between two looks at
/// the leases of agents that we poll ourselves.
pub(super) const PULSE: Duration = Duration::from_secs(5);

/// How long the last commit may take if somebody waits for the process to end, and if not.
const HURRY: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(15);

impl<S: Source> Watch<'_, S> {
    /// Takes what is to be recorded out of the way until it is; `None` if it is to be shown now.
    pub(super) fn defer(&mut self, arrival: Arrival) -> Option<Report> {
        let report = self.report_of(&arrival);
        let index = arrival.index();
        let Some(recording) = &mut self.recording else { return Some(report) };
        if recording.backlog.is_some() {
            recording.wait_with(&arrival, &report);
            return Some(report);
        }
        if !recording.is_recorded[index] {
            return Some(report);
        }
        if recording.holds(index) || (recording.trouble.is_none() && !report.note.events.is_empty()) {
            recording.round.push(arrival);
            return None;
        }
        recording.recorder.keep(&report.note);
        Some(report)
    }

    /// Begins the next commit, and asks who polls, if it is time.
    pub(super) fn record_next(&mut self) {
        let now = self.now();
        let is_any_ours = self.agents.iter().any(|agent| agent.sharing == Sharing::Ours);
        let is_any_not_ours = self.agents.iter().any(|agent| agent.sharing != Sharing::Ours);
        let Some(recording) = &mut self.recording else { return };
        if recording.backlog.is_some() {
            return self.begin_next();
        }
        // Who reads what is recorded takes an answer that is three intervals old for the last one.
        let pulse = PULSE.min(self.plan.interval);
        let has_passed = |since, least| Recording::has_passed(since, least, now);
        let is_due = if recording.trouble.is_none() && !recording.round.is_empty() {
            has_passed(recording.committed, COMMIT)
        } else {
            (is_any_ours || recording.recorder.has_more()) && has_passed(recording.committed, pulse)
        };
        let pause = if is_any_not_ours { COMMIT } else { PULSE };
        let is_to_look = !recording.is_looking && has_passed(recording.looked, pause);
        if is_due && recording.under_way.is_none() {
            let arrivals = std::mem::take(&mut recording.round);
            self.commit(arrivals);
        }
        if is_to_look {
            self.look(now);
        }
    }

    pub(super) fn commit(&mut self, arrivals: Vec<Arrival>) {
        let notes: Vec<Note> = arrivals.iter().map(|arrival| self.report_of(arrival).note).collect();
        let now = self.now();
        let Some(recording) = &mut self.recording else { return };
        let mut pages = recording.recorder.pages(&notes);
        for page in &mut pages {
            let known = self.agents[page.index].memory.state().break_state.as_ref();
            let mut arrived = arrivals.iter().rev().filter(|arrival| arrival.index() == page.index);
            let arrived = arrived.find_map(Arrival::break_state);
            page.agent_id =
                arrived.or(known.map(|known| &known.state)).and_then(|answer| answer.agent_id.clone());
        }
        let took = recording.recorder.stdout_took();
        recording.committed = Some(now);
        recording.thread.record(pages.clone(), took);
        recording.under_way = Some(UnderWay { arrivals, pages, took });
    }

    pub(super) fn replied(&mut self, reply: Reply) -> io::Result<()> {
        match reply {
            Reply::Looked(looked) => {
                if let Some(recording) = &mut self.recording {
                    recording.is_looking = false;
                }
                if let Ok(looked) = looked {
                    return looked.into_iter().try_for_each(|looked| self.looked(looked));
                }
                // Where nobody can tell who polls, we do.
                (0..self.agents.len()).for_each(|index| self.poll_ourselves(index, None));
                Ok(())
            }
            Reply::Begun(begun) => self.has_begun(begun),
            Reply::Recorded(written) => self.recorded(written),
            Reply::Counted(agents, today) => {
                self.counted(&agents, today);
                Ok(())
            }
            Reply::Ended => Ok(()),
        }
    }

    fn recorded(&mut self, written: Result<Written, JournalError>) -> io::Result<()> {
        let Some(recording) = &mut self.recording else { return Ok(()) };
        let Some(UnderWay { arrivals, pages, took }) = recording.under_way.take() else { return Ok(()) };
        match written {
            Ok(Written::Done { seqs, last }) => {
                recording.recorder.written(&pages, took, last);
                self.trouble_is_over()?;
                self.show_round(arrivals, &pages, seqs)
            }
            Ok(Written::Overtaken(news)) => {
                news.into_iter().try_for_each(|news| self.learn(news))?;
                self.commit(arrivals);
                Ok(())
            }
            Ok(Written::Renewed { base, why }) => {
                if let Some(why) = why {
                    (self.around.note)(&why);
                }
                self.begin_file(base);
                self.commit(arrivals);
                Ok(())
            }
            Ok(Written::Erased { agents, base }) => {
                for index in agents {
                    let profile = &self.agents[index].view.profile;
                    (self.around.note)(&format!(
                        "{profile} was erased from the journal, and will be recorded from scratch"
                    ));
                    self.begin_anew(index, base, true);
                }
                self.commit(arrivals);
                Ok(())
            }
            Err(error) => self.is_in_trouble(&error, arrivals),
        }
    }

    /// Shows what the journal has taken. What it knew already is no news.
    fn show_round(
        &mut self,
        arrivals: Vec<Arrival>,
        pages: &[Page],
        seqs: Vec<Option<i64>>,
    ) -> io::Result<()> {
        let mut seqs = seqs.into_iter();
        let mut by_agent: HashMap<usize, VecDeque<Option<i64>>> = HashMap::new();
        for page in pages {
            let own: VecDeque<_> = seqs.by_ref().take(page.events.len()).skip(page.waited.0).collect();
            by_agent.insert(page.index, own);
        }
        for arrival in arrivals {
            let mut report = self.report_of(&arrival);
            let own = by_agent.entry(arrival.index()).or_default();
            let mut own: VecDeque<_> = own.drain(..report.note.events.len().min(own.len())).collect();
            let last = own.iter().flatten().max().copied();
            let mut taken = own.iter();
            report.note.events.retain(|_| taken.next().is_none_or(Option::is_some));
            report.events.retain(|event| {
                !timeline::is_kept(&event.kind) || own.pop_front().is_none_or(|seq| seq.is_some())
            });
            self.show(report)?;
            self.stdout_took(last);
        }
        Ok(())
    }

    pub(super) fn stdout_took(&mut self, seq: Option<i64>) {
        if let (Some(recording), Some(seq)) = (&mut self.recording, seq)
            && recording.manner.has_stdout
        {
            recording.recorder.took(seq);
        }
    }

    /// Events are shown although they are not recorded, and wait.
    pub(super) fn is_in_trouble(&mut self, error: &JournalError, arrivals: Vec<Arrival>) -> io::Result<()> {
        let now = self.now();
        let Some(recording) = &mut self.recording else { return Ok(()) };
        if recording.trouble.is_none() {
            recording.trouble = Some(now);
            let way_out = error.way_out().map(|way_out| format!(" ({way_out})")).unwrap_or_default();
            let lost = JournalLost { failure: "journal".to_owned(), message: format!("{error}{way_out}") };
            self.write(&[self.event(None, EventKind::JournalLost(lost))])?;
        }
        let waiting = self.recording.iter_mut().flat_map(|recording| std::mem::take(&mut recording.round));
        let arrivals: Vec<Arrival> = arrivals.into_iter().chain(waiting).collect();
        for arrival in arrivals {
            let report = self.report_of(&arrival);
            if let Some(recording) = &mut self.recording {
                recording.recorder.keep(&report.note);
            }
            self.show(report)?;
        }
        Ok(())
    }

    fn trouble_is_over(&mut self) -> io::Result<()> {
        let (now, wall) = (self.now(), self.around.clock.now());
        let Some(recording) = &mut self.recording else { return Ok(()) };
        let Some(since) = recording.trouble.take() else { return Ok(()) };
        let agents = &self.agents;
        let missing = recording.recorder.close_holes(wall, |index| agents[index].view.profile.clone());
        let down_seconds = i64::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i64::MAX);
        let restored = JournalRestored { down_seconds, missing };
        self.write(&[self.event(None, EventKind::JournalRestored(restored))])
    }

    /// Another file is the journal now. If it is a new one, it knows nothing of what goes on.
    fn begin_file(&mut self, base: i64) {
        let Some(recording) = &mut self.recording else { return };
        recording.recorder.begin_file(base);
        for index in 0..self.agents.len() {
            self.begin_anew(index, base, base == 0);
        }
    }

    /// The journal may hold nothing of what was recorded about an agent: the next answer about tags is recorded as a first
    /// one, and what goes on as well where the journal `is_empty` of the agent.
    fn begin_anew(&mut self, index: usize, base: i64, is_empty: bool) {
        let (now, wall) = (self.now(), self.around.clock.now());
        let Some(recording) = &mut self.recording else { return };
        recording.looked = None;
        if recording.is_recorded[index] {
            let agent = &self.agents[index];
            let openings =
                if is_empty { agent.memory.openings(&agent.view.profile, wall, now) } else { vec![] };
            let openings = openings.into_iter().map(|event| NewEvent { event, twin: 0 }).collect();
            recording.recorder.begin_anew(index, base, openings);
            recording.is_new_to_file[index] = true;
        }
    }

    /// Records and shows what has arrived before the watch ends. What waits for the journal is tried once more.
    pub(super) async fn finish_recording(&mut self, is_in_a_hurry: bool) -> io::Result<()> {
        let limit = tokio::time::Instant::now() + if is_in_a_hurry { HURRY } else { PATIENCE };
        let mut was_tried = false;
        loop {
            self.settle()?;
            let Some(recording) = &mut self.recording else { return Ok(()) };
            if recording.under_way.is_none() && !recording.is_beginning {
                let is_done = recording.backlog.is_none()
                    && recording.round.is_empty()
                    && !recording.recorder.has_more();
                if is_done || (recording.trouble.is_some() && was_tried) {
                    break;
                }
                was_tried = true;
                if recording.backlog.is_some() {
                    self.begin_late();
                } else {
                    let arrivals = std::mem::take(&mut recording.round);
                    self.commit(arrivals);
                }
            }
            let Ok(reply) = tokio::time::timeout_at(limit, Recording::reply(&mut self.recording)).await
            else {
                self.note_unwritten("may be missing in the journal, which is not written in time");
                // Shown it is all the same.
                return self.give_up_recording();
            };
            self.replied(reply)?;
        }
        self.note_unwritten("are missing in the journal, which cannot be written");
        Ok(())
    }

    /// Notes how many events are lost to the journal as the watch ends.
    fn note_unwritten(&self, how: &str) {
        let Some(recording) = self.recording.as_ref().filter(|recording| recording.manner.is_kept) else {
            return;
        };
        let waiting = recording.under_way.iter().flat_map(|under_way| &under_way.arrivals);
        let arrived: usize =
            waiting.chain(&recording.round).map(|arrival| self.report_of(arrival).note.events.len()).sum();
        let backlog = recording.backlog.as_ref().map_or(0, Backlog::len);
        let count = recording.recorder.unwritten() + backlog + arrived;
        if count > 0 {
            (self.around.note)(&format!("events that {how}: {count}"));
        }
    }

    fn give_up_recording(&mut self) -> io::Result<()> {
        let Some(recording) = self.recording.take() else { return Ok(()) };
        let under_way = recording.under_way.into_iter().flat_map(|under_way| under_way.arrivals);
        for arrival in under_way.chain(recording.round) {
            let report = self.report_of(&arrival);
            self.show(report)?;
        }
        Ok(())
    }

    /// Ends the run in the journal. Whoever goes on is to know of whom an answer may be lost.
    pub(super) async fn end_run(&mut self, is_in_a_hurry: bool) {
        let agents = self.agents.iter().enumerate();
        let cut = agents.filter(|(_, agent)| agent.may_have_lost_tags()).map(|(index, _)| index).collect();
        let Some(recording) = &mut self.recording else { return };
        recording.thread.end(recording.recorder.stdout_took(), cut);
        let ended = async {
            loop {
                if matches!(recording.thread.reply().await, None | Some(Reply::Ended)) {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(if is_in_a_hurry { HURRY } else { PATIENCE }, ended).await;
    }
}
