//! What the journal costs: `benches/journal` prints it.

use std::hint::black_box;
use std::time::Instant;

use super::*;
use crate::floor::answer::Tag;
use crate::floor::event::{BreakEnded, BreakStarted, WrapupEnded, WrapupStarted};

const HOUR: i64 = 3600;
const SHIFT: i64 = 9 * HOUR;
const AGENTS: i64 = 14;

/// A notification as long as those of the sandbox.
fn notification(agent: i64, second: i64) -> NewEvent {
    let id = format!("66f1c0de{agent:04x}{second:012x}");
    let json = format!(
        r#"{{"_id":"{id}","type":"missedCall","message":"Missed call from +919812{second:06} on the sales line","agentId":{agent},"callId":"c-{agent:04}-{second:08}","cNumber":"+919812{second:06}","createdAt":"2027-01-15T08:00:00.000Z","updatedAt":"2027-01-15T08:00:00.000Z","read":false,"priority":"normal","queue":"sales-north","campaign":{{"id":"66f1c0de00000000000000ff","name":"Winter"}},"ringSeconds":23,"attempt":1,"source":"ivr"}}"#
    );
    let tag = Tag {
        id: Some(id.into()),
        time: Some(at(second)),
        kind: Some("missedCall".into()),
        message: Some(format!("Missed call from +919812{second:06} on the sales line").into()),
        customer: Some(format!("+919812{second:06}").into()),
        call_id: Some(format!("c-{agent:04}-{second:08}").into()),
        agent_id: Some(agent.to_string().into()),
        icons: vec![raw(r##"{"_id":"66f1c0de00000000000000a1","name":"phone-missed","color":"#c0392b"}"##)],
        icon_names: vec![],
        fields: raw(&json),
    };
    event(second, EventKind::Tag(Box::new(ReportedTag { tag, initial: false, changed: false })))
}

/// What an agent's shift is made of: 142 notifications, 103 wrap-ups, ten breaks.
fn shift(agent: i64, begin: i64) -> Vec<NewEvent> {
    let spread = |count: i64, nth: i64| begin + SHIFT * nth / count;
    let mut events: Vec<NewEvent> = (0..142).map(|nth| notification(agent, spread(142, nth))).collect();
    for nth in 0..103 {
        let second = spread(103, nth) + 7;
        let (call_id, customer) =
            (Some(format!("c-{agent:04}-{second:08}")), Some(format!("+919812{second:06}")));
        let started = WrapupStarted {
            ends_at: Some(at(second + 60)),
            remaining_seconds: Some(60),
            call_id: call_id.clone(),
            customer: customer.clone(),
        };
        events.push(event(second, EventKind::WrapupStarted(started)));
        let ended = WrapupEnded { ends_at: Some(at(second + 60)), call_id, customer };
        events.push(event(second + 55, EventKind::WrapupEnded(ended)));
    }
    for nth in 0..10 {
        let second = spread(10, nth) + 13;
        let reason = Some("Lunch".to_owned());
        let detail = Some(raw(
            r#"{"_id":"66f1c0de00000000000000b1","reason":"Lunch","startTime":"2027-01-15T08:00:00.000Z"}"#,
        ));
        let started = BreakStarted { reason: reason.clone(), since: Some(at(second)), detail };
        events.push(event(second, EventKind::BreakStarted(started)));
        let ended = BreakEnded { reason, since: Some(at(second)), lasted_seconds: Some(600) };
        events.push(event(second + 600, EventKind::BreakEnded(ended)));
    }
    events.sort_by_key(|new| new.event.at);
    events
}

fn covering(begin: i64) -> Vec<CoverageStep> {
    let of = |part| Coverage {
        part,
        from: at(begin),
        to: at(begin + SHIFT + HOUR),
        server_time: None,
        cadence: Duration::from_secs(5),
        ended: None,
        repeats: None,
    };
    [FollowedPart::Tags, FollowedPart::Breaks, FollowedPart::Wrapups]
        .map(|part| CoverageStep::Begin { coverage: of(part), ended: None })
        .to_vec()
}

fn agent(journal: &Journal, nth: i64) -> AgentRef {
    let name = format!("agent-{nth}");
    journal.agent(&profile(&name), &name, Some(&nth.to_string()), at(0)).expect("entered")
}

#[test]
#[ignore = "measures: `benches/journal`"]
#[expect(clippy::print_stdout, reason = "the figures are wanted")]
fn figures() {
    let folder = Folder::with(Numbers::For(Duration::from_secs(72 * 3600)));
    let journal = folder.create();
    let run = journal.run();
    let size = || std::fs::metadata(folder.path()).expect("there").len();
    journal.write_back().expect("written");
    let empty = size();
    // A shift as a recorder writes it: a commit for each second in which something happened.
    let shifts: Vec<_> = (0..AGENTS).map(|nth| (agent(&journal, nth), shift(nth, 0))).collect();
    let mut commits = 0;
    let began = Instant::now();
    for minute in 0..=(SHIFT + HOUR) / 60 {
        let entries: Vec<Entry> = shifts
            .iter()
            .map(|(agent, events)| {
                let is_now = |new: &&NewEvent| (new.event.at.as_second() - at(0).as_second()) / 60 == minute;
                let events = events.iter().filter(is_now).cloned().collect();
                let coverage = if minute == 0 { covering(0) } else { vec![] };
                Entry { coverage, ..entry(*agent, i64::MAX, events) }
            })
            .collect();
        journal
            .record(&Round { by: Writer::Run(run), at: at(minute * 60), entries, stdout_took: None })
            .expect("written");
        commits += 1;
    }
    let each = began.elapsed() / commits;
    journal.write_back().expect("written");
    let bytes = (size() - empty) / AGENTS.unsigned_abs();
    println!("an agent's shift of nine hours: {bytes} bytes");
    println!("a commit of some seven events of 14 agents: {each:?}");

    let began = Instant::now();
    let mut read = 0;
    let opened = folder.try_open(Mode::Existing).expect("opened").expect("there").journal;
    // As `tags --since 8h` does.
    let (from, until) = (Some(at(HOUR)), Some(at(SHIFT)));
    let query = EventQuery { from, until, types: &["tag"], ..EventQuery::default() };
    let count = &mut |_, recorded: Recorded| {
        black_box(recorded);
        read += 1;
        ControlFlow::Continue(())
    };
    opened.events(&query, count).expect("read");
    println!(
        "opening it, and reading {read} notifications of eight hours of 14 agents: {:?}",
        began.elapsed()
    );
    drop(opened);

    let mut day = 1;
    while size() < 200_000_000 {
        let entries = shifts
            .iter()
            .zip(0..)
            .map(|((agent, _), nth)| Entry {
                coverage: covering(day * 24 * HOUR),
                ..entry(*agent, i64::MAX, shift(nth, day * 24 * HOUR))
            })
            .collect();
        journal
            .record(&Round { by: Writer::Run(run), at: at(0), entries, stdout_took: None })
            .expect("written");
        day += 1;
        if day % 10 == 0 {
            journal.write_back().expect("written");
        }
    }
    let began = Instant::now();
    let verified = journal.verify().expect("verified");
    assert_eq!(verified.faults, [""; 0]);
    let took = began.elapsed();
    println!("verifying {} MB, {} events: {took:?}", size() / 1_000_000, verified.events);
    let began = Instant::now();
    let masked = journal.mask_old_numbers(at(day * 24 * HOUR)).expect("masked");
    println!("masking the numbers of {masked} events: {:?}", began.elapsed());
    let began = Instant::now();
    let limits = Limits { keep: Duration::from_secs(90 * 24 * 3600), max_size: 100_000_000 };
    let pruned = journal.prune(limits, false, at(day * 24 * HOUR)).expect("pruned");
    println!("pruning {} events: {:?}; {:?} bytes left", pruned.events, began.elapsed(), pruned.size_after);
}
