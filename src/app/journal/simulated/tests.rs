use std::collections::BTreeSet;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::app::journal::simulated::follower::received;
use crate::client::replies::{break_status, tags, wrapup};
use crate::clock::Clock;
use crate::floor::diff::Memory;
use crate::floor::event::{Event, EventKind};
use crate::floor::pause::OwnClocks;
use crate::floor::poll_result::PollResult;
use crate::floor::timeline::NewEvent;
use crate::floor::timeline::intervals::{Interval, intervals};
use crate::journal::{AgentRef, EventQuery};
use crate::output::text::redact::Redactor;
use crate::sandbox::past::{Change, Subject};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a moment")
}

fn floor(seed: u64, since: Timestamp, now: Timestamp) -> Simulated {
    let options = SandboxOptions { seed, ..SandboxOptions::new(Clock::fixed(now)) };
    let settings = Settings { redactor: Redactor::default(), numbers: Numbers::Keep };
    let server_zone = TimeZone::get("Asia/Kolkata").expect("bundled");
    Simulated { past: SimulatedPast::of(&options), server_zone, settings, subjects: &SUBJECTS, since, now }
}

/// The journal of one agent: all of it, and what an agent's memory is made of.
struct Kept {
    journal: Journal,
    agent: AgentRef,
}

impl Kept {
    fn of(floor: &Simulated, place: usize) -> Self {
        let name = floor.past.agents()[place].profile.clone();
        let journal = floor.empty().expect("memory");
        let followed = of_the_floor(&name);
        floor.record(&journal, std::slice::from_ref(&followed)).expect("recorded");
        let agent = journal.find(&followed.0).expect("read").expect("there");
        Self { journal, agent }
    }

    fn events(&self, from: Timestamp) -> Vec<Event> {
        let query = EventQuery { from: Some(from), ..EventQuery::default() };
        let mut events = vec![];
        let collect = &mut |_, recorded: crate::floor::timeline::Recorded| {
            events.push(recorded.event);
            ControlFlow::Continue(())
        };
        self.journal.events(&query, collect).expect("read");
        events
    }

    fn coverage(&self) -> Vec<Coverage> {
        self.journal.coverage(self.agent, Timestamp::MIN, Timestamp::MAX).expect("read")
    }

    fn intervals(&self, since: Timestamp) -> Vec<Interval> {
        let events = self.journal.to_remember(self.agent, since).expect("read");
        intervals(events.iter().map(|recorded| &recorded.event), &self.coverage())
    }
}

/// What was noticed, and what the answers covered.
type Recorded = (Vec<(Timestamp, Vec<NewEvent>)>, Vec<Coverage>);

/// Unix seconds of this century.
fn moments() -> impl Strategy<Value = i64> {
    946_684_800..4_102_444_800_i64
}

/// A recorder that takes every answer of the running server, as a watch does.
fn every_answer(floor: &Simulated, place: usize, stretches: &[Span]) -> Recorded {
    let name = floor.past.agents()[place].profile.clone();
    let mut follower =
        Follower::new(&floor.past, &floor.server_zone, &SUBJECTS, place, &name, stretches[0].from);
    let mut rows = vec![];
    for (index, stretch) in stretches.iter().enumerate() {
        let mut at = stretch.from;
        while at <= stretch.to {
            let reply = |call: &str| {
                received(floor.past.reply(&format!("/api/v2/agentProfile/{call}"), place, at), at)
            };
            let mut poll = PollResult::new(&name, at);
            let passed = follower.passed(at);
            (poll.monotonic, poll.elapsed, poll.server_time) = (passed, passed, Some(at));
            let zone = &floor.server_zone;
            poll.tags = Some(tags::read(&reply("tags"), zone, Some).expect("tags").notifications);
            poll.break_state = Some(break_status::read(&reply("agentOnBreak"), zone).expect("a break").0);
            poll.wrapup = Some(wrapup::read(&reply("checkAgentInWrapUp"), zone).expect("a wrap-up").0);
            let difference = follower.memory.diff(&poll);
            let restored = follower.answered(at);
            follower.notice(at, restored.into_iter().chain(difference.to_record()).collect());
            for mark in &difference.marks {
                if let Some(step) = coverage_step(&rows, mark, cadence()) {
                    Coverage::take(&mut rows, &step);
                }
            }
            follower.memory.commit(difference.change);
            at = after(at, INTERVAL);
        }
        if let Some(next) = stretches.get(index + 1) {
            follower.fail(Span { from: stretch.to, to: next.from });
        }
    }
    (follower.noticed, rows)
}

/// What a recorder keeps around the last outage before `now` that makes few polls, and one that makes all.
fn around_an_outage(seed: u64, now: Timestamp, place: usize) -> (Recorded, Recorded) {
    let outage = floor(seed, now, now).past.outages(before(now, LENGTH), now).last().expect("one a day");
    let minutes = SignedDuration::from_mins(7);
    let (from, to) = (next_poll(before(outage.from, minutes)), after(outage.to, minutes));
    let floor = floor(seed, from, to);
    let stretches = floor.stretches(from);
    assert_eq!(stretches.len(), 2, "{stretches:?}");
    let name = floor.past.agents()[place].profile.clone();
    let mut follower = Follower::new(&floor.past, &floor.server_zone, &SUBJECTS, place, &name, from);
    follower.follow(&stretches).expect("read");
    let repeats = follower.memory.delivery_mode().map(|mode| mode == DeliveryMode::Repeats);
    let few = (follower.noticed, coverage(&stretches, repeats, &follower.in_doubt));
    (few, every_answer(&floor, place, &stretches))
}

#[test]
fn a_break_that_another_one_followed_within_an_outage_ends_once_two_answers_have_shown_it() {
    let (few, all) = around_an_outage(5_997_576_929_183_258_968, second(3_513_583_940), 10);
    assert_eq!(few, all);
    let ended = |(_, events): &(Timestamp, Vec<NewEvent>)| {
        events.iter().any(|new| matches!(new.event.kind, EventKind::BreakEnded(_)))
    };
    let restored = second(3_513_583_940);
    let found = few.0.iter().find(|noticed| noticed.0 >= restored && ended(noticed));
    assert_eq!(found.map(|(at, _)| *at), Some(after(restored, INTERVAL)));
}

#[test]
fn each_day_has_one_outage_of_some_minutes_in_the_working_hours_of_india() {
    let now = second(1_795_480_000);
    for seed in 0..20 {
        let floor = floor(seed, now, now);
        let outages: Vec<_> = floor.past.outages(before(now, LENGTH), now).collect();
        assert!((7..=8).contains(&outages.len()), "{outages:?}");
        for outage in &outages {
            let minutes = outage.to.duration_since(outage.from).as_mins();
            assert!((4..=12).contains(&minutes), "{outage:?}");
            let hour = outage.from.to_zoned_datetime(floor.server_zone.clone()).hour();
            assert!((10..=17).contains(&hour), "{outage:?}");
        }
        let starts: BTreeSet<i64> =
            outages.iter().map(|it| it.from.as_second().rem_euclid(24 * HOUR)).collect();
        assert_eq!(starts.len(), outages.len(), "each day at another time");
    }
}

#[test]
fn more_than_eight_days_back_there_is_nothing() {
    let now = second(1_795_480_003);
    let floor = floor(1, before(now, SignedDuration::from_hours(24 * 30)), now);
    let kept = Kept::of(&floor, 13);
    let begin = next_poll(before(now, LENGTH));
    let rows = kept.coverage();
    assert_eq!(rows.iter().map(|row| row.from).min(), Some(begin));
    assert_eq!(rows.iter().map(|row| row.to).max(), Some(last_poll(now)));
    assert!(kept.events(Timestamp::MIN).iter().all(|event| begin <= event.at && event.at <= now));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_answers_that_are_left_out_would_have_added_nothing(seed: u64, now in moments(), place in 0_usize..14) {
        let (left_out, taken) = around_an_outage(seed, second(now), place);
        prop_assert_eq!(left_out, taken);
    }

    #[test]
    fn a_window_has_the_same_past_whichever_was_asked_for(
        seed: u64, now in moments(), place in 0_usize..14, [one, other] in [0..9 * HOUR, 0..9 * HOUR],
    ) {
        let [one, other] = [one, other].map(|back| second(now - back));
        let [mine, theirs] = [one, other].map(|since| Kept::of(&floor(seed, since, second(now)), place));
        let from = one.max(other);
        prop_assert_eq!(mine.events(from), theirs.events(from));
        let in_both = |kept: &Kept| -> Vec<Interval> {
            kept.intervals(from).into_iter().filter(|it| it.possible().to >= from).collect()
        };
        prop_assert_eq!(in_both(&mine), in_both(&theirs));
        // Whether the server repeats is learned in the window, and so is which answers were in doubt.
        let in_window = |kept: &Kept| -> Vec<Coverage> {
            let rows = kept.coverage().into_iter().filter(|row| row.to >= from);
            rows.map(|row| Coverage { from: row.from.max(from), repeats: None, ..row }).collect()
        };
        prop_assert_eq!(in_window(&mine), in_window(&theirs));
    }

    #[test]
    fn what_was_recorded_is_what_happened(
        seed: u64, now in moments(), place in 0_usize..14, back in HOUR..9 * HOUR,
    ) {
        records_what_happened(seed, now, place, back)?;
    }

    #[test]
    fn the_present_adds_nothing_that_the_past_has(seed: u64, now in moments(), place in 0_usize..14) {
        let now = last_poll(second(now));
        let floor = floor(seed, now, now);
        let kept = Kept::of(&floor, place);
        let name = floor.past.agents()[place].profile.clone();
        let clocks = OwnClocks::after_past(now);
        let events = kept.events(Timestamp::MIN);
        let agent_id = floor.past.agents()[place].agent_id.clone();
        let memory = Memory::default().restored(Some(&agent_id), &events, &kept.coverage(), &clocks);
        let reply = |call: &str| received(floor.past.reply(&format!("/api/v2/agentProfile/{call}"), place, now), now);
        let mut poll = PollResult::new(&name, now);
        (poll.monotonic, poll.elapsed) = (crate::floor::pause::PAST, crate::floor::pause::PAST);
        poll.tags = Some(tags::read(&reply("tags"), &floor.server_zone, Some).expect("tags").notifications);
        poll.break_state = Some(break_status::read(&reply("agentOnBreak"), &floor.server_zone).expect("a break").0);
        poll.wrapup = Some(wrapup::read(&reply("checkAgentInWrapUp"), &floor.server_zone).expect("a wrap-up").0);
        let news: Vec<NewEvent> = memory.diff(&poll).to_record().collect();
        prop_assert_eq!(news, vec![]);
    }
}

/// The journal of the floor before `now` holds each notification, break and wrap-up that a poll met, within its bounds.
fn records_what_happened(seed: u64, now: i64, place: usize, back: i64) -> Result<(), TestCaseError> {
    let (since, now) = (second(now - back), second(now));
    let floor = floor(seed, since, now);
    let kept = Kept::of(&floor, place);
    let stretches = floor.stretches(before(since, BEFORE));
    let shown_at = |moment: Timestamp| {
        let poll = next_poll(moment);
        let stretch = stretches.iter().find(|stretch| poll <= stretch.to)?;
        Some(poll.max(stretch.from))
    };
    // That it is another break or call than before an outage, two answers have to show.
    let is_shown = |moment: Timestamp, at: Option<Timestamp>| {
        let first = shown_at(moment);
        let second = first.map(|first| after(first, INTERVAL));
        let is_after_outage = stretches.iter().any(|stretch| first == Some(stretch.from));
        at == first || (is_after_outage && (at == second || second > Some(last_poll(now))))
    };
    let changes = floor.past.changes(place, since, now);
    let of = |subject| changes.iter().filter(move |change| change.subject == subject);

    // Notifications: each once, at the first poll that had it.
    let expected: Vec<(Timestamp, String)> = of(Subject::Tags)
        .filter_map(|change| Some((shown_at(change.at)?, change.at)))
        .flat_map(|(shown_at, at)| {
            let reply = received(floor.past.tags(place, at), at);
            let recorded = tags::read(&reply, &floor.server_zone, Some).expect("tags").notifications;
            recorded.into_iter().map(move |tag| (shown_at, tag.id.expect("an id").to_string()))
        })
        .collect();
    let recorded =
        kept.events(after(since, SignedDuration::from_millis(1))).into_iter().filter_map(|event| match event
            .kind
        {
            EventKind::Tag(reported) => Some((event.at, reported.tag.id.expect("an id").to_string())),
            _ => None,
        });
    let sorted = |ids: Vec<(Timestamp, String)>| ids.into_iter().collect::<BTreeSet<_>>();
    let recorded: Vec<_> = recorded.collect();
    prop_assert_eq!(recorded.len(), sorted(recorded.clone()).len());
    // What the first answer of the window showed may be from before it.
    let Some(first) = shown_at(since) else { return Ok(()) };
    let later = |ids: Vec<(Timestamp, String)>| ids.into_iter().filter(|(at, _)| *at > first).collect();
    prop_assert_eq!(sorted(later(recorded)), sorted(later(expected)));

    // Breaks and wrap-ups: those that a poll met, each within its bounds.
    for (subject, part) in [(Subject::Break, FollowedPart::Breaks), (Subject::WrapUp, FollowedPart::Wrapups)]
    {
        let shows = |at| match subject {
            Subject::Break => floor.past.break_status(place, at).contains("\"on_break\":1"),
            _ => floor.past.wrap_up(place, at).contains("\"response\":1"),
        };
        let moments: Vec<&Change> = of(subject).skip_while(|change| !shows(change.at)).collect();
        let whole: Vec<_> = moments.chunks_exact(2).map(|pair| (pair[0].at, pair[1].at)).collect();
        // One that took the place of another within an outage is taken for it until a second answer shows it.
        let first_sight = |start: Timestamp| {
            let first = shown_at(start)?;
            let takes_a_place = |it: &(Timestamp, Timestamp)| {
                it.1 <= start && shown_at(it.0) < Some(first) && shown_at(it.1) == Some(first)
            };
            Some(if whole.iter().any(takes_a_place) { after(first, INTERVAL) } else { first })
        };
        let met =
            whole.iter().copied().filter(|(start, end)| first_sight(*start).is_some_and(|poll| poll < *end));
        // What the first answer shows, the second may have to confirm.
        let first = after(first, INTERVAL);
        let mut found = kept.intervals(since).into_iter().filter(|it| it.part == part && it.start_hi > first);
        for (start, end) in met {
            if shown_at(start) <= Some(first) {
                continue;
            }
            let Some(interval) = found.next() else { panic!("no interval of {start}") };
            prop_assert!(is_shown(start, Some(interval.start_hi)), "{:?} {}", interval, start);
            prop_assert!(interval.start_lo.is_some_and(|lo| lo < start), "{:?} {}", interval, start);
            prop_assert!(is_shown(end, interval.end_hi), "{:?} {}", interval, end);
            prop_assert!(interval.end_hi.is_none() || interval.end_lo < end, "{:?} {}", interval, end);
        }
        let open = moments.len() % 2;
        prop_assert!(found.count() <= open);
    }
    Ok(())
}

#[test]
fn a_wrapup_that_begins_just_before_the_first_answer_after_an_outage_may_wait_for_the_second() {
    records_what_happened(5_715_565_522_970_944_491, 1_251_982_859, 3, 27_732).unwrap();
}

#[test]
fn what_the_first_answer_of_a_window_shows_may_wait_for_the_second() {
    records_what_happened(7_117_481_677_320_784_731, 1_212_838_097, 10, 20_106).unwrap();
}

#[test]
fn a_wrapup_that_ended_in_an_outage_was_not_seen_after_it() {
    // The first answer after the outage is about another call.
    records_what_happened(12_221_826_915_688_906_466, 2_861_016_782, 4, 19_385).unwrap();
}
