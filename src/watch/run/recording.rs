//! What has arrived is recorded first, in one commit for a round of answers and at most one a second; only then it is shown.
//! Trouble with the journal stops nothing: events wait for it, and are shown meanwhile.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::mem::take;
use std::time::Duration;

use crate::floor::event::{EventKind, JournalLost, JournalRestored};
use crate::floor::timeline;
use crate::floor::timeline::NewEvent;
use crate::journal::JournalError;
use crate::watch::recorder::backend::Written;
use crate::watch::recorder::thread::Reply;
use crate::watch::recorder::{Addition, AgentEntry};
use crate::watch::run::Watch;
use crate::watch::run::agent::{InJournal, Sharing};
use crate::watch::run::journal::{Commit, NotOpenYet, Stage, WatchJournal};
use crate::watch::run::round::{Arrival, Report};
use crate::watch::source::Source;

/// The shortest time between two commits.
const COMMIT: Duration = Duration::from_secs(1);

/// The longest time between two commits that hold no event; the time between two tries in trouble, and between two readings of
/// the leases of agents that we poll ourselves.
pub(super) const PULSE: Duration = Duration::from_secs(5);

/// How long the last commit may take if somebody waits for the process to end, and if not.
const HURRY: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_secs(15);

impl<S: Source> Watch<'_, S> {
    /// Holds what is to be recorded until it is; a report of it if it is to be shown now.
    pub(super) fn hold_or_report(&mut self, arrival: Arrival) -> Option<Report> {
        let report = self.report_of(&arrival);
        let index = arrival.index();
        let Some(journal) = &mut self.journal else { return Some(report) };
        let WatchJournal { stage: Stage::Open(open), pending, unwritable_since, .. } = journal else {
            journal.wait_with(&arrival, &report);
            return Some(report);
        };
        if !self.agents[index].is_recorded() {
            return Some(report);
        }
        if open.holds(index) || (unwritable_since.is_none() && !report.addition.events.is_empty()) {
            open.next.push(arrival);
            return None;
        }
        pending.keep(&report.addition);
        Some(report)
    }

    /// Begins the next commit, and asks who polls, if it is time.
    pub(super) fn record_next(&mut self) {
        let now = self.now();
        let is_any_ours = self.agents.iter().any(|agent| agent.sharing == Sharing::Ours);
        let is_any_not_ours = self.agents.iter().any(|agent| agent.sharing != Sharing::Ours);
        let Some(WatchJournal { stage, pending, unwritable_since, .. }) = &mut self.journal else { return };
        let Stage::Open(open) = stage else { return self.open_when_due() };
        // Who reads what is recorded takes an answer that is three intervals old for the last one.
        let pulse = PULSE.min(self.plan.interval);
        let has_passed = |since, least| WatchJournal::has_passed(since, least, now);
        let is_due = if unwritable_since.is_none() && !open.next.is_empty() {
            has_passed(open.last_commit, COMMIT)
        } else {
            (is_any_ours || pending.has_more()) && has_passed(open.last_commit, pulse)
        };
        let pause = if is_any_not_ours { COMMIT } else { PULSE };
        let is_to_refresh = !open.is_refreshing && has_passed(open.last_refresh, pause);
        if is_due && open.under_way.is_none() {
            let arrivals = take(&mut open.next);
            self.commit(arrivals);
        }
        if is_to_refresh {
            self.refresh(now);
        }
    }

    pub(super) fn commit(&mut self, arrivals: Vec<Arrival>) {
        let additions: Vec<Addition> =
            arrivals.iter().map(|arrival| self.report_of(arrival).addition).collect();
        let now = self.now();
        let Some(WatchJournal { stage: Stage::Open(open), pending, thread, .. }) = &mut self.journal else {
            return;
        };
        let mut entries = pending.entries(&additions);
        for entry in &mut entries {
            let known = self.agents[entry.index].memory.state().break_state.as_ref();
            let mut arrived = arrivals.iter().rev().filter(|arrival| arrival.index() == entry.index);
            let arrived = arrived.find_map(Arrival::break_state);
            entry.agent_id =
                arrived.or(known.map(|known| &known.state)).and_then(|answer| answer.agent_id.clone());
        }
        let stdout_seq = pending.stdout_seq();
        open.last_commit = Some(now);
        thread.record(entries.clone(), stdout_seq);
        open.under_way = Some(Commit { arrivals, entries, stdout_seq });
    }

    pub(super) fn on_reply(&mut self, reply: Reply) -> io::Result<()> {
        match reply {
            Reply::Refreshed(refreshed) => {
                if let Some(open) = self.journal.as_mut().and_then(WatchJournal::as_open) {
                    open.is_refreshing = false;
                }
                if let Ok(refreshed) = refreshed {
                    return refreshed.into_iter().try_for_each(|refreshed| self.on_refreshed(refreshed));
                }
                // Where nobody can tell who polls, we do.
                (0..self.agents.len()).for_each(|index| self.poll_ourselves(index, None));
                Ok(())
            }
            Reply::Begun(begun) => self.on_journal_opened(begun),
            Reply::Recorded(written) => self.on_recorded(written),
            Reply::Counted(agents, today) => {
                self.on_counted(&agents, today);
                Ok(())
            }
            Reply::Ended => Ok(()),
        }
    }

    fn on_recorded(&mut self, written: Result<Written, JournalError>) -> io::Result<()> {
        let Some(WatchJournal { stage: Stage::Open(open), pending, .. }) = &mut self.journal else {
            return Ok(());
        };
        let Some(Commit { arrivals, entries, stdout_seq }) = open.under_way.take() else { return Ok(()) };
        match written {
            Ok(Written::Done { seqs, last }) => {
                pending.written(&entries, stdout_seq, last);
                self.report_journal_recovery()?;
                self.show_round(arrivals, &entries, seqs)
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
            Err(error) => self.report_journal_failure(&error, arrivals),
        }
    }

    /// Shows what the journal has taken. What it knew already is no news.
    fn show_round(
        &mut self,
        arrivals: Vec<Arrival>,
        entries: &[AgentEntry],
        seqs: Vec<Option<i64>>,
    ) -> io::Result<()> {
        let mut seqs = seqs.into_iter();
        let mut by_agent: HashMap<usize, VecDeque<Option<i64>>> = HashMap::new();
        for entry in entries {
            let own: VecDeque<_> = seqs.by_ref().take(entry.events.len()).skip(entry.waited.0).collect();
            by_agent.insert(entry.index, own);
        }
        for arrival in arrivals {
            let mut report = self.report_of(&arrival);
            let own = by_agent.entry(arrival.index()).or_default();
            let mut own: VecDeque<_> = own.drain(..report.addition.events.len().min(own.len())).collect();
            let last = own.iter().flatten().max().copied();
            let mut taken = own.iter();
            report.addition.events.retain(|_| taken.next().is_none_or(Option::is_some));
            report.events.retain(|event| {
                !timeline::is_kept(&event.kind) || own.pop_front().is_none_or(|seq| seq.is_some())
            });
            self.show(report)?;
            self.stdout_took(last);
        }
        Ok(())
    }

    pub(super) fn stdout_took(&mut self, seq: Option<i64>) {
        if let (Some(journal), Some(seq)) = (&mut self.journal, seq)
            && journal.choices.has_stdout
        {
            journal.pending.stdout_took(seq);
        }
    }

    /// Events are shown although they are not recorded, and wait.
    pub(super) fn report_journal_failure(
        &mut self,
        error: &JournalError,
        arrivals: Vec<Arrival>,
    ) -> io::Result<()> {
        let now = self.now();
        let Some(journal) = &mut self.journal else { return Ok(()) };
        if journal.unwritable_since.is_none() {
            journal.unwritable_since = Some(now);
            let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
            let message = format!("{}{hint}", error.with_causes());
            let lost = JournalLost { failure: "journal".to_owned(), message };
            self.write(&[self.event(None, EventKind::JournalLost(lost))])?;
        }
        let open = self.journal.as_mut().and_then(WatchJournal::as_open);
        let waiting = open.map(|open| take(&mut open.next)).unwrap_or_default();
        for arrival in arrivals.into_iter().chain(waiting) {
            let report = self.report_of(&arrival);
            if let Some(journal) = &mut self.journal {
                journal.pending.keep(&report.addition);
            }
            self.show(report)?;
        }
        Ok(())
    }

    fn report_journal_recovery(&mut self) -> io::Result<()> {
        let (now, wall) = (self.now(), self.around.clock.now());
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let Some(since) = journal.unwritable_since.take() else { return Ok(()) };
        let agents = &self.agents;
        let missing = journal.pending.close_holes(wall, |index| agents[index].view.profile.clone());
        let down_seconds = i64::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i64::MAX);
        let restored = JournalRestored { down_seconds, missing };
        self.write(&[self.event(None, EventKind::JournalRestored(restored))])
    }

    /// Another file is the journal now. If it is a new one, it knows nothing of what goes on.
    fn begin_file(&mut self, base: i64) {
        let Some(journal) = &mut self.journal else { return };
        journal.pending.begin_file(base);
        for index in 0..self.agents.len() {
            self.begin_anew(index, base, base == 0);
        }
    }

    /// The journal may hold nothing of what was recorded about an agent: the next answer about tags is recorded as a first
    /// one, and what goes on as well where the journal `is_empty` of the agent.
    fn begin_anew(&mut self, index: usize, base: i64, is_empty: bool) {
        let (now, wall) = (self.now(), self.around.clock.now());
        let Some(WatchJournal { stage: Stage::Open(open), pending, .. }) = &mut self.journal else { return };
        open.last_refresh = None;
        let agent = &mut self.agents[index];
        if agent.is_recorded() {
            let openings =
                if is_empty { agent.memory.openings(&agent.view.profile, wall, now) } else { vec![] };
            let openings = openings.into_iter().map(|event| NewEvent { event, twin: 0 }).collect();
            pending.begin_anew(index, base, openings);
            agent.in_journal = InJournal::FromScratch;
        }
    }

    /// Records and shows what has arrived before the watch ends. What waits for the journal is tried once more.
    pub(super) async fn finish_recording(&mut self, is_in_a_hurry: bool) -> io::Result<()> {
        let limit = tokio::time::Instant::now() + if is_in_a_hurry { HURRY } else { PATIENCE };
        let mut was_tried = false;
        loop {
            self.settle()?;
            let Some(journal) = &mut self.journal else { return Ok(()) };
            let has_failed = journal.unwritable_since.is_some() && was_tried;
            match &mut journal.stage {
                Stage::NotOpenYet(NotOpenYet { is_opening: false, .. }) => {
                    if has_failed {
                        break;
                    }
                    was_tried = true;
                    self.open_now();
                }
                Stage::Open(open) if open.under_way.is_none() => {
                    if has_failed || (open.next.is_empty() && !journal.pending.has_more()) {
                        break;
                    }
                    was_tried = true;
                    let arrivals = take(&mut open.next);
                    self.commit(arrivals);
                }
                _ => {}
            }
            let Ok(reply) = tokio::time::timeout_at(limit, WatchJournal::reply(&mut self.journal)).await
            else {
                self.note_unwritten("may be missing in the journal, which is not written in time");
                // Shown it is all the same.
                return self.give_up_recording();
            };
            self.on_reply(reply)?;
        }
        self.note_unwritten("are missing in the journal, which cannot be written");
        Ok(())
    }

    /// Notes how many events are lost to the journal as the watch ends.
    fn note_unwritten(&self, how: &str) {
        let Some(journal) = self.journal.as_ref().filter(|journal| journal.choices.is_kept) else {
            return;
        };
        let waiting: usize = match &journal.stage {
            Stage::NotOpenYet(unopened) => unopened.backlog.len(),
            Stage::Open(open) => {
                open.held().map(|arrival| self.report_of(arrival).addition.events.len()).sum()
            }
        };
        let count = journal.pending.unwritten() + waiting;
        if count > 0 {
            (self.around.note)(&format!("events that {how}: {count}"));
        }
    }

    /// Goes on without the journal. Nobody is recorded any more.
    pub(super) fn leave_journal(&mut self) -> Option<WatchJournal> {
        for agent in &mut self.agents {
            agent.in_journal = InJournal::No;
        }
        self.journal.take()
    }

    fn give_up_recording(&mut self) -> io::Result<()> {
        let Some(WatchJournal { stage: Stage::Open(open), .. }) = self.leave_journal() else { return Ok(()) };
        let under_way = open.under_way.into_iter().flat_map(|commit| commit.arrivals);
        for arrival in under_way.chain(open.next) {
            let report = self.report_of(&arrival);
            self.show(report)?;
        }
        Ok(())
    }

    /// Ends the run in the journal. Whoever goes on is to know of whom an answer may be lost.
    pub(super) async fn end_run(&mut self, is_in_a_hurry: bool) {
        let agents = self.agents.iter().enumerate();
        let may_have_lost =
            agents.filter(|(_, agent)| agent.may_have_lost_tags()).map(|(index, _)| index).collect();
        let Some(journal) = &mut self.journal else { return };
        journal.thread.end(journal.pending.stdout_seq(), may_have_lost);
        let ended = async {
            loop {
                if matches!(journal.thread.reply().await, None | Some(Reply::Ended)) {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(if is_in_a_hurry { HURRY } else { PATIENCE }, ended).await;
    }
}
