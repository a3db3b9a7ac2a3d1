//! What the journal and its readers have got, against what the answers held.

use crate::floor::event::{Event, EventKind, FollowedPart, Gap, GapCause};
use crate::floor::pause::MARGIN;
use crate::floor::timeline::gaps::{covered, without_lost};
use crate::floor::timeline::{Coverage, Recorded, Span as Window};
use crate::watch::checker::agent::present;
use crate::watch::checker::agent_books::{Late, Told};
use crate::watch::checker::answers::shifts::Journal;
use crate::watch::checker::answers::{Answer, Blur};
use crate::watch::checker::day::{DAY, HOUR, MINUTE, SECOND, moment};
use crate::watch::checker::fault::Spoils;
use crate::watch::checker::poller::{Received, state_of};
use crate::watch::checker::process::{Process, Taken};
use crate::watch::checker::readers::check_list;
use crate::watch::checker::restarts::Day;
use crate::watch::checker::server::Model;
use crate::watch::checker::verdict::{Books, MOST_RESTLESS, Verdict};

/// Why a gap may be reported although nothing can have been missed: what cannot be known.
enum Unneeded {
    /// Our clock was set. How long ago the last answer was, our clock shows alone, unless this process had it, or the journal
    /// has the server's time of it: not while our clock, set back, shows times that others have covered already.
    ClockWasSet,
    /// An answer was lost before any had shown that the server repeats what was in it.
    Unlearned,
    /// Another process recorded a later answer, without an event, between the answer and its commit.
    Race,
}

impl Day<'_> {
    /// Reads the journal as a script does, which is perhaps killed, or as somebody who wants lists.
    pub(super) fn check_readers(&mut self, script: Option<bool>, verdict: &mut Verdict) {
        let book = self.book.lock().expect("no panic");
        let events = book.events.iter().map(|(_, recorded)| (recorded.seq, &recorded.event));
        if let Some(is_killed) = script {
            return self.script.run(self.floor, events, is_killed, verdict);
        }
        let events: Vec<&Event> = events.map(|(_, event)| event).collect();
        verdict.counts.lists_checked += 1;
        check_list(self.floor, &events, verdict);
        self.answers.check(&events, book.coverage.get(&0).map_or(&[], Vec::as_slice), verdict);
    }

    fn check_shifts(&self, verdict: &mut Verdict) {
        let book = self.book.lock().expect("no panic");
        let events: Vec<Recorded> = book.events.iter().map(|(_, recorded)| recorded.clone()).collect();
        let coverage = book.coverage.get(&0).map_or(&[][..], Vec::as_slice);
        let had = self.books.had();
        let journal =
            Journal { events: &events, coverage, had: &had, floor: self.floor, manner: &self.manner };
        self.answers.check_shifts(&journal, None, verdict);
        let is_found = |spoils: &Spoils| {
            let mut spoiled = Verdict::default();
            self.answers.check_shifts(&journal, Some(*spoils), &mut spoiled);
            spoiled.counts.unexpected > 0
        };
        verdict.found = self.spoils.iter().map(is_found).collect();
    }

    /// Judges what the journal has got of an answer.
    pub(super) fn judge(
        &mut self,
        process: &Process,
        received: &Received,
        taken: &Taken,
        verdict: &mut Verdict,
    ) {
        let &Received { ref states, known, is_blank, ref result, then: now, .. } = received;
        if self.answers.is_empty() {
            self.books.begin_promise(process.poller.began);
        }
        if !is_blank {
            self.books.show(states, known);
        }
        verdict.counts.resent += usize::from(result.was_resent);
        self.excuse_what_nobody_sees(process, now);
        self.judge_tags(process, received, taken, verdict);
        self.judge_states(process, received, taken, verdict);
    }

    fn judge_tags(&mut self, process: &Process, received: &Received, taken: &Taken, verdict: &mut Verdict) {
        let &Received { ref result, then: now, .. } = received;
        let cursor = self.server.model == Model::Cursor;
        let may_have_lost = cursor && (result.read_was_cut || result.was_resent || self.was_killed);
        for (_, event) in &taken.events {
            match &event.kind {
                EventKind::Tag(reported) => {
                    self.books.tell(state_of(self.floor, &reported.tag), now);
                }
                EventKind::Gap(Gap { from, to, why }) => {
                    let length = i64::try_from(to.duration_since(*from).as_millis()).expect("a day at most");
                    let end = now + 2 * SECOND;
                    self.books.announce_gap(end - length - 4 * SECOND, end);
                    if may_have_lost || now - self.last_good > 55 * MINUTE {
                        continue;
                    }
                    match self.why_without_need(*why, process, now) {
                        Some(Unneeded::ClockWasSet) => verdict.counts.gaps_for_a_clock += 1,
                        Some(Unneeded::Unlearned) => verdict.counts.gaps_before_it_is_known += 1,
                        Some(Unneeded::Race) => verdict.counts.gaps_of_a_race += 1,
                        None => {
                            verdict.counts.unjustified_gaps += 1;
                            let ago = (now - self.last_good) / SECOND;
                            let model = self.server.model;
                            verdict.note(|| format!("a gap, {why:?}, after {ago} s at {now}, {model:?}"));
                        }
                    }
                }
                _ => {}
            }
        }
        (self.last_good, self.was_killed) = (now.max(self.last_good), false);
    }

    fn judge_states(&mut self, process: &Process, received: &Received, taken: &Taken, verdict: &mut Verdict) {
        let &Received { ref result, sent, then, came, .. } = received;
        let bare =
            |list: &[(i64, Event)]| -> Vec<Event> { list.iter().map(|(_, event)| event.clone()).collect() };
        let (events, openings) = (bare(&taken.events), bare(&taken.openings));
        let is_late = came < self.last_came;
        let by = process.journal.run();
        let late = Late {
            breaks: is_late || sent < self.last_states.breaks,
            wrapups: is_late || sent < self.last_states.wrapups,
        };
        let told = Told { events: &events, openings: Some(&openings), by, late };
        let state = process.memory.state();
        self.agent_books.answer(told, result, state, then, &self.manner, verdict);
        let parts: Vec<FollowedPart> = taken.marks.iter().map(|mark| mark.part).collect();
        let all = [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups];
        let expected = if result.break_state.is_some() { &all[..] } else { &all[..1] };
        // It need not count for a break or a wrap-up that may be another one.
        let may_be_another = |part: &FollowedPart| match part {
            FollowedPart::Tags => false,
            FollowedPart::Breaks => result.break_state.as_ref().is_some_and(|answer| answer.since.is_some()),
            FollowedPart::Wrapups => result.wrapup.as_ref().is_some_and(|answer| answer.call_id.is_some()),
        };
        let is_late_for = |part: &FollowedPart| match part {
            FollowedPart::Tags => false,
            FollowedPart::Breaks => late.breaks,
            FollowedPart::Wrapups => late.wrapups,
        };
        let missing = expected.iter().filter(|part| !parts.contains(part));
        let (dropped, missing): (Vec<&FollowedPart>, Vec<_>) = missing.partition(|part| is_late_for(part));
        let (unsure, lost): (Vec<&FollowedPart>, Vec<_>) =
            missing.into_iter().partition(|part| may_be_another(part));
        verdict.counts.states_unsure += unsure.len();
        verdict.counts.states_crossed += if is_late { 0 } else { dropped.len() };
        if !lost.is_empty() && !self.agent_books.waits(by) {
            verdict.note(|| format!("an answer counts for {parts:?} alone"));
            verdict.counts.lost += 1;
        }
        let is_of_state =
            |event: &&Event| event.kind.words().needs.is_some_and(|part| part != FollowedPart::Tags);
        if let Some(change) = events.iter().find(|event| matches!(event.kind, EventKind::AgentChanged(_))) {
            let from = self.agent.changes.unwrap_or(then).min(self.last_states.breaks);
            self.answers.blur(Blur::Agent, self.wall(from), change.at);
        }
        verdict.counts.late += usize::from(is_late);
        if is_late && events.iter().any(|event| is_of_state(&event)) {
            self.answers.blur(Blur::Late, result.taken_at, self.wall(self.last_states.breaks));
            self.late_since.get_or_insert(result.taken_at);
        }
        // The one before it that denied what it reported is in no event, so the next one counts.
        if let Some(since) = self.late_since.take_if(|_| !is_late && result.break_state.is_some()) {
            self.answers.blur(Blur::Late, since, result.taken_at);
        }
        self.last_came = self.last_came.max(came);
        let is_reported = |part| events.iter().any(|event| event.kind.words().needs == Some(part));
        for (part, last) in [
            (FollowedPart::Breaks, &mut self.last_states.breaks),
            (FollowedPart::Wrapups, &mut self.last_states.wrapups),
        ] {
            if parts.contains(&part) || is_reported(part) {
                *last = came.max(*last);
            }
        }
        self.answers.add(Answer {
            is_late,
            at: result.taken_at,
            truth: then,
            parts,
            on_break: present(&self.agent.breaks, then),
            in_wrapup: present(&self.agent.wrapups, then),
        });
    }

    /// Why a gap was reported although nothing can have been missed.
    fn why_without_need(&self, why: GapCause, process: &Process, now: i64) -> Option<Unneeded> {
        let is_cause = |causes: &[GapCause]| causes.contains(&why);
        let is_long =
            is_cause(&[GapCause::NotRunning, GapCause::Sleep, GapCause::TakenOver, GapCause::Outage]);
        if now < self.last_good {
            Some(Unneeded::Race)
        } else if is_long && self.weather.is_set(0, now) {
            Some(Unneeded::ClockWasSet)
        } else if is_cause(&[GapCause::AnswerLost, GapCause::TakenOver])
            && process.memory.delivery_mode().is_none()
        {
            Some(Unneeded::Unlearned)
        } else {
            None
        }
    }

    /// A hole in which the clock was set back while nobody read it: how long it was, nothing shows but the server's time.
    fn excuse_what_nobody_sees(&mut self, process: &Process, now: i64) {
        if self.weather.is_dated {
            return;
        }
        let sleep = self.weather.sleep.unwrap_or_default();
        let is_unseen = |when: i64| when < process.poller.began || (sleep.0..=sleep.1).contains(&when);
        let mut jumps = self.weather.jumps.iter().filter(|(when, by)| *by < 0 && is_unseen(*when));
        if jumps.any(|(when, _)| (self.last_good..now).contains(when)) {
            self.books.excuse(self.last_good - MINUTE, now);
        }
    }

    /// What arrived at a time that our clock had shown before, and that answers of the first time cover: the journal has
    /// nothing of the answers of the second time, so a gap after the last of them begins after those of the first.
    fn excuse_what_was_shown_twice(&mut self) {
        let book = self.book.lock().expect("no panic");
        let rows = book.coverage.get(&0).into_iter().flatten().filter(|row| row.part == FollowedPart::Tags);
        let spans: Vec<Window> = rows.map(Coverage::reach).collect();
        for truth in self.floor.items.iter().map(|item| item.arrived) {
            let at = self.wall(truth);
            let mut back = self.weather.jumps.iter().filter(|(when, by)| *by < 0 && *when <= truth);
            let was_shown = back.any(|(when, _)| at <= self.wall(when - 1));
            if was_shown && spans.iter().any(|span| span.from <= at && at <= span.to) {
                self.books.excuse(truth, truth);
            }
        }
    }

    pub(super) fn close(&mut self, verdict: &mut Verdict) {
        self.check_readers(Some(false), verdict);
        self.check_readers(None, verdict);
        self.check_shifts(verdict);
        self.excuse_what_was_shown_twice();
        let restless = if self.manner.is_restless() { MOST_RESTLESS * self.lives } else { 0 };
        let books = std::mem::replace(&mut self.books, Books::new(self.floor, 0));
        let book = self.book.lock().expect("no panic");
        verdict.counts.commits += book.commits;
        let rows: &[Coverage] = book.coverage.get(&0).map_or(&[], Vec::as_slice);
        let whole = Window { from: moment(-2 * DAY), to: moment(4 * DAY) };
        let events = book.events.iter().map(|(_, recorded)| &recorded.event);
        let spans = covered(&without_lost(rows.to_vec(), events), &[FollowedPart::Tags], whole);
        let is_covered = |truth: i64| {
            // The coverage of an answer that repeats reaches an hour back.
            let (Some(at), Some(_)) = (self.answers.wall(truth), self.answers.wall(truth + HOUR)) else {
                return false;
            };
            spans.iter().any(|span| span.from + MARGIN < at && at < span.to - MARGIN)
        };
        books.close(self.server.model, restless, is_covered, verdict);
    }
}
