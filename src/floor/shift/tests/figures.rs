//! Reasons, allowances, limits, wrap-ups and notifications.

use jiff::SignedDuration;

use super::*;

/// A day on which answers always came.
pub(super) fn always() -> Vec<Coverage> {
    answered(&[(-7200, 7200)])
}

fn allowances() -> Allowances {
    let by_reason = [("lunch".to_owned(), length(900)), ("team_meeting".to_owned(), length(600))];
    Allowances::new(by_reason, Some(length(1500)))
}

/// Of a reason: its name, how many, how long, the longest, allowed, and over that.
type Share<'s> = (Option<&'s str>, u32, u64, u64, Option<u64>, Option<u64>);

fn shares(by_reason: &[ReasonShare]) -> Vec<Share<'_>> {
    let seconds = |length: Duration| length.as_secs();
    let share = |it: &ReasonShare| (it.count, seconds(it.time.seconds), seconds(it.longest));
    let rows = by_reason.iter().map(|it| {
        let (count, time, longest) = share(it);
        (it.reason.as_deref(), count, time, longest, it.allowance.map(seconds), it.over.map(seconds))
    });
    rows.collect()
}

#[test]
fn reasons_are_one_whatever_their_spelling_and_add_up_to_all_breaks() {
    let events = [
        started(100, "Lunch", None),
        ended(700),
        started(1000, " lunch ", None),
        changed(1100, " lunch ", "Tea"),
        ended(1600),
        started(2000, "", None),
        ended(2100),
        started(2200, "TEAM meeting", None),
        ended(2500),
        started(3000, "Team-Meeting", None),
        ended(3400),
    ];
    let measures = Measures { allowances: allowances(), ..Measures::default() };
    let agent = measures.shift(span(0, 3600), &events, &always());
    let breaks = agent.breaks.expect("known");
    assert_eq!(
        shares(&breaks.by_reason),
        [
            (Some("Lunch"), 2, 1200, 600, Some(900), Some(300)),
            (Some("TEAM meeting"), 2, 700, 400, Some(600), Some(100)),
            (None, 1, 100, 100, None, None),
        ]
    );
    assert_eq!((breaks.count(), breaks.time.seconds), (5, length(2000)));
    assert_eq!(breaks.allowance, Some(length(1500)));
    assert_eq!(breaks.balance, Some(SignedDuration::from_secs(-500)));
    let longest = breaks.longest().expect("a break");
    assert_eq!((longest.reason.as_deref(), longest.span), (Some("Lunch"), span(100, 700)));
}

#[test]
fn without_an_allowance_nothing_is_allowed_and_nothing_is_over() {
    let events = [started(100, "Tea", None), ended(700)];
    let breaks = of_hour(&events, &always()).breaks.expect("known");
    assert_eq!(shares(&breaks.by_reason), [(Some("Tea"), 1, 600, 600, None, None)]);
    assert_eq!((breaks.allowance, breaks.balance, breaks.over_limit), (None, None, None));
    // One that is not used up is not exceeded.
    let measures = Measures { allowances: allowances(), ..Measures::default() };
    let agent = measures.shift(span(0, 3600), &[started(100, "Lunch", None), ended(700)], &always());
    let breaks = agent.breaks.expect("known");
    assert_eq!(breaks.by_reason[0].over, Some(Duration::ZERO));
    assert_eq!(breaks.balance, Some(SignedDuration::from_secs(900)));
}

#[test]
fn a_break_is_over_the_limit_of_its_reason_by_its_whole_length_but_counts_within_the_window() {
    /// When it began and ended, its reason; then what is over.
    type Case = (i64, i64, &'static str, Option<(i64, i64)>);
    let limits: Vec<Limit> = ["break=10m", "break.lunch=5m:15m", "wrapup=1m"]
        .map(|limit| limit.parse().expect("a limit"))
        .to_vec();
    let measures = Measures { limits, ..Measures::default() };
    let table: [Case; 7] = [
        (100, 700, "Tea", None),
        (100, 701, "Tea", Some((700, 701))),
        (100, 1000, "LUNCH", None),
        (100, 1300, "LUNCH", Some((1000, 1300))),
        // It was over its limit before the window began.
        (-1000, 300, "", Some((0, 300))),
        (-300, 500, "", Some((300, 500))),
        (3500, 5000, "", None),
    ];
    for (from, to, reason, over) in table {
        let agent = measures.shift(span(0, 3600), &[started(from, reason, None), ended(to)], &always());
        let breaks = agent.breaks.expect("known");
        let spans: Vec<Span> = over.iter().map(|(from, to)| span(*from, *to)).collect();
        assert_eq!(breaks.over(), spans, "{from} {to} {reason}");
        let time = spans.iter().map(|span| span.length()).sum();
        let count = u32::try_from(spans.len()).expect("small");
        assert_eq!(breaks.over_limit, Some(OverLimit { count, time }), "{from} {to} {reason}");
    }
    // Only a limit for breaks says that none was over it.
    let measures = Measures { limits: vec!["wrapup=1m".parse().expect("a limit")], ..Measures::default() };
    let breaks = measures.shift(span(0, 3600), &[], &always()).breaks.expect("known");
    assert_eq!(breaks.over_limit, None);
}

#[test]
fn a_wrap_up_ends_where_it_was_denied_or_at_the_end_that_the_server_gave() {
    /// The events, when there were answers; then the number, the lengths of those that are finished, and whether one is open.
    type Case = (&'static str, Vec<Recorded>, &'static [(i64, i64)], (u32, &'static [u64], bool));
    let table: [Case; 11] = [
        ("denied", vec![wrapup(100, "c1", None), wrapped_up(160)], &[(0, 3600)], (1, &[60], false)),
        (
            "ended before",
            vec![wrapup(100, "c1", Some(150)), wrapped_up(160)],
            &[(0, 3600)],
            (1, &[50], false),
        ),
        (
            "shown after its end",
            vec![wrapup(100, "c1", Some(110)), wrapped_up(160)],
            &[(0, 3600)],
            (1, &[45], false),
        ),
        (
            "denied before its end",
            vec![wrapup(100, "c1", Some(400)), wrapped_up(160)],
            &[(0, 3600)],
            (1, &[60], false),
        ),
        ("it goes on", vec![wrapup(3500, "c1", Some(4000))], &[(0, 3600)], (1, &[], true)),
        ("the next answer is late", vec![wrapup(100, "c1", Some(400))], &[(0, 200)], (1, &[], false)),
        (
            "of one call",
            vec![wrapup(100, "c1", None), wrapped_up(160), wrapup(200, "c1", None), wrapped_up(230)],
            &[(0, 3600)],
            (1, &[90], false),
        ),
        (
            "of no call, or of two",
            vec![
                wrapup(100, "", None),
                wrapped_up(160),
                wrapup(200, "", None),
                wrapped_up(230),
                wrapup(300, "0", None),
                wrapped_up(310),
                wrapup(400, "0", None),
                wrapped_up(420),
            ],
            &[(0, 3600)],
            (4, &[10, 20, 30, 60], false),
        ),
        (
            "its end was not seen",
            vec![wrapup(100, "c1", None), wrapped_up(900)],
            &[(0, 200), (900, 3600)],
            (1, &[], false),
        ),
        (
            "its end was not seen but given",
            vec![wrapup(100, "c1", Some(300)), wrapped_up(900)],
            &[(0, 200), (900, 3600)],
            (1, &[200], false),
        ),
        (
            "whole where it ended in the window, and not where it did not",
            vec![wrapup(-60, "c1", None), wrapped_up(30), wrapup(3570, "c2", None), wrapped_up(3660)],
            &[(-3600, 7200)],
            (2, &[90], false),
        ),
    ];
    for (what, events, answers, expected) in table {
        let wrapups = of_hour(&events, &answered(answers)).wrapups.expect("known");
        let finished: Vec<u64> = wrapups.finished.iter().map(Duration::as_secs).collect();
        assert_eq!((wrapups.count, &finished[..], wrapups.is_open), expected, "{what}");
    }
}

#[test]
fn mean_and_nine_of_ten_are_of_those_that_are_finished() {
    // How long each was; then the mean, the length of nine of ten, and the longest.
    type Case = (&'static [i64], Option<(u64, u64, u64)>);
    let table: [Case; 5] = [
        (&[], None),
        (&[30], Some((30, 30, 30))),
        (&[30, 10], Some((20, 30, 30))),
        (&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100], Some((55, 90, 100))),
        (&[10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110], Some((60, 100, 110))),
    ];
    for (lengths, expected) in table {
        let mut events = vec![];
        for (place, length) in lengths.iter().enumerate() {
            let from = 200 * i64::try_from(place).expect("small");
            events.extend([wrapup(from, &format!("c{place}"), None), wrapped_up(from + length)]);
        }
        let of = of_hour(&events, &always()).wrapups.expect("known");
        let seconds = |length: Option<Duration>| length.map(|length| length.as_secs());
        let found = (seconds(of.mean()), seconds(of.p90()), seconds(of.max()));
        let split = (expected.map(|it| it.0), expected.map(|it| it.1), expected.map(|it| it.2));
        assert_eq!(found, split, "{lengths:?}");
    }
}

pub(super) fn kinds() -> Kinds {
    let wanted = |kind: &str| vec![kind.parse().expect("a kind")];
    Kinds { missed: wanted("missed"), outgoing: wanted("outgoing"), callback: wanted("callback") }
}

pub(super) fn tags_of(events: &[Recorded]) -> TagFigures {
    let measures = Measures { kinds: kinds(), ..Measures::default() };
    measures.shift(span(0, 3600), events, &always()).tags.expect("known")
}

#[test]
fn each_notification_counts_once_under_its_latest_kind() {
    let mut again = tag(400, "a", "answered", "91");
    if let EventKind::Tag(reported) = &mut again.event.kind {
        reported.changed = true;
    }
    let events = [
        tag(-100, "before", "missed", "91"),
        tag(100, "a", "missed", "91"),
        tag(200, "b", "Missed", "91"),
        tag(300, "c", "missed", "91"),
        again,
        tag(500, "d", "", "91"),
        tag(3600, "after", "missed", "91"),
    ];
    let counts = tags_of(&events).by_kind;
    let counts: Vec<(Option<&str>, u32)> = counts.iter().map(|it| (it.kind.as_deref(), it.count)).collect();
    assert_eq!(counts, [(Some("Missed"), 2), (Some("answered"), 1), (None, 1)]);
}

#[test]
fn a_notification_is_of_the_time_that_it_carries() {
    let dated = |noticed, time: i64| {
        let mut one = tag(noticed, &format!("t{noticed}"), "note", "91");
        if let EventKind::Tag(reported) = &mut one.event.kind {
            reported.tag.time = Some(at(time));
        }
        one
    };
    let count = |event: &Recorded| tags_of(std::slice::from_ref(event)).by_kind.len();
    assert_eq!(count(&dated(10, -10)), 0, "it was there before the window");
    assert_eq!(count(&dated(3700, 3500)), 1, "it was noticed late");
    assert_eq!(count(&dated(3500, 5000)), 1, "what was noticed has happened");
    // The server's clock is an hour ahead.
    let mut ahead = dated(3500, 7090);
    ahead.event.server_time = Some(at(7100));
    assert_eq!(count(&ahead), 1);
    let mut ahead = dated(5, 3595);
    ahead.event.server_time = Some(at(3605));
    assert_eq!(count(&ahead), 0);
}

#[test]
fn activity_is_what_was_seen_first_and_last_in_the_window() {
    let activity = |events: &[Recorded]| {
        let agent = of_hour(events, &always());
        (agent.first_activity.map(second), agent.last_activity.map(second))
    };
    assert_eq!(activity(&[]), (None, None));
    assert_eq!(activity(&[started(100, "Tea", Some(95)), ended(400)]), (Some(95), Some(400)));
    assert_eq!(
        activity(&[tag(50, "a", "note", "91"), started(-100, "Tea", None), ended(20)]),
        (Some(0), Some(50))
    );
    assert_eq!(activity(&[wrapup(3500, "c1", None), tag(3700, "a", "note", "91")]), (Some(3500), Some(3600)));
}

#[test]
fn the_total_adds_what_is_known_and_weighs_means_by_their_numbers() {
    let measures = Measures {
        limits: vec!["break=5m".parse().expect("a limit")],
        allowances: allowances(),
        kinds: kinds(),
    };
    let of = |events: &[Recorded], coverage: &[Coverage]| measures.shift(span(0, 3600), events, coverage);
    let asha = of(
        &[
            started(100, "Lunch", None),
            ended(700),
            wrapup(800, "c1", None),
            wrapped_up(890),
            tag(900, "a", "missed", "91"),
            tag(950, "b", "note", "91"),
        ],
        &always(),
    );
    let ravi = of(
        &[
            wrapup(100, "c1", None),
            wrapped_up(110),
            wrapup(200, "c2", None),
            wrapped_up(220),
            started(1000, "lunch", None),
            ended(1400),
            started(1500, "Tea", None),
            ended(1600),
            tag(900, "a", "Missed", "91"),
        ],
        &answered(&[(0, 1800)]),
    );
    let meena = of(&[], &[]);
    let sum = total(&[asha, ravi, meena]);
    assert_eq!((sum.agents, sum.covered), (3, length(5400)));
    assert_eq!((sum.covered_least, sum.covered_mean), (Some(0.0), Some(0.5)));
    assert_eq!(sum.breaks, Some(3));
    assert_eq!(sum.break_time.map(|time| time.seconds), Some(length(1100)));
    assert_eq!(
        shares(&sum.by_reason),
        [(Some("Lunch"), 2, 1000, 600, Some(1800), Some(0)), (Some("Tea"), 1, 100, 100, None, None)]
    );
    assert_eq!((sum.allowance, sum.balance), (Some(length(3000)), Some(SignedDuration::from_secs(1900))));
    assert_eq!(sum.over_limit, Some(OverLimit { count: 2, time: length(300 + 100) }));
    assert_eq!((sum.wrapups, sum.wrapup_mean), (Some(3), Some(length(40))));
    assert_eq!((sum.wrapup_p90, sum.wrapup_max), (Some(length(90)), Some(length(90))));
    let kinds = sum.tags_by_kind.expect("known");
    let kinds: Vec<(Option<&str>, u32)> = kinds.iter().map(|it| (it.kind.as_deref(), it.count)).collect();
    assert_eq!(kinds, [(Some("missed"), 2), (Some("note"), 1)]);
    assert_eq!((sum.missed_customers, sum.missed_not_called_back), (Some(2), None));
    assert_eq!(total(&[]), Total::default());
    let lunch = of(&[started(100, "Lunch", None), ended(700)], &always());
    let without = of(&[], &always());
    let sum = total(&[lunch, without]);
    assert_eq!(
        shares(&sum.by_reason),
        [(Some("Lunch"), 1, 600, 600, Some(1800), Some(0))],
        "two are allowed one"
    );
    assert_eq!(sum.allowance, Some(length(3000)));
}
