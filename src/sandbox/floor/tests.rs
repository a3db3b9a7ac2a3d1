use std::collections::HashSet;

use proptest::prelude::*;

use super::*;
use crate::sandbox::{MOST_AGENTS, USUAL_AGENTS};

const HOUR: i64 = 3_600_000;

/// Unix milliseconds from 2000 to 2100.
fn moments() -> impl Strategy<Value = i64> {
    946_684_800_000..4_102_444_800_000_i64
}

fn floor(seed: u64) -> Floor {
    Floor::new(seed, USUAL_AGENTS)
}

fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}

fn states(floor: &Floor, moment: i64) -> Vec<State> {
    (0..floor.agents().len()).map(|agent| floor.state(agent, at(moment))).collect()
}

/// Moments of many days and hours, the same in every run.
fn many_moments() -> impl Iterator<Item = (u64, i64)> {
    let mut chance = Chance::of(&[2026]);
    (0..100).map(move |_| (chance.next() % 40, 1_700_000_000_000 + chance.between(0, 60 * 24 * HOUR)))
}

fn average(of: impl Fn(&Floor, i64) -> usize) -> f64 {
    let counts: Vec<_> = many_moments().map(|(seed, moment)| of(&floor(seed), moment)).collect();
    let sum = u32::try_from(counts.iter().sum::<usize>()).unwrap_or(u32::MAX);
    f64::from(sum) / f64::from(u32::try_from(counts.len()).unwrap_or(1))
}

fn count(floor: &Floor, moment: i64, holds: fn(&State) -> bool) -> usize {
    states(floor, moment).iter().filter(|state| holds(state)).count()
}

#[test]
fn two_to_four_of_fourteen_agents_are_usually_on_break() {
    let on_break =
        average(|floor, moment| count(floor, moment, |state| matches!(state, State::OnBreak { .. })));
    assert!((2.0..=4.0).contains(&on_break), "{on_break}");
}

#[test]
fn one_to_three_of_fourteen_agents_are_usually_in_wrap_up() {
    let in_wrap_up =
        average(|floor, moment| count(floor, moment, |state| matches!(state, State::WrapUp { .. })));
    assert!((1.0..=3.0).contains(&in_wrap_up), "{in_wrap_up}");
}

#[test]
fn something_usually_changes_within_ten_seconds() {
    let changed = average(|floor, moment| {
        let later = moment + 10_000;
        let has_news = |agent| !floor.tags(agent, moment, later).notifications.is_empty();
        let is_changed = states(floor, moment) != states(floor, later) || (0..14).any(has_news);
        usize::from(is_changed)
    });
    assert!(changed > 0.7, "{changed}");
}

#[test]
fn a_break_beyond_a_quarter_of_an_hour_is_no_rarity() {
    let long = average(|floor, moment| {
        let is_long = |state: &State| match state {
            State::OnBreak { since, .. } => moment / 1_000 - since > 900,
            _ => false,
        };
        states(floor, moment).iter().filter(|state| is_long(state)).count()
    });
    assert!((0.2..=1.5).contains(&long), "{long}");
}

#[test]
fn an_agent_is_notified_eight_to_twenty_times_an_hour() {
    let hourly = average(|floor, moment| {
        (0..13).map(|agent| floor.tags(agent, moment - HOUR, moment).notifications.len()).sum()
    }) / 13.0;
    assert!((8.0..=20.0).contains(&hourly), "{hourly}");
}

#[test]
fn every_kind_occurs_within_a_day() {
    let tags = floor(3).tags(0, 1_700_000_000_000, 1_700_000_000_000 + 24 * HOUR);
    for kind in Kind::ALL.into_iter().filter(|kind| *kind != Kind::Survey) {
        let is_there = tags.notifications.iter().any(|tag| tag["type"] == kind.word());
        assert!(is_there, "{kind:?}");
    }
}

#[test]
fn an_icon_that_nothing_points_to_comes_now_and_then() {
    let surveys = average(|floor, moment| {
        let tags = floor.tags(0, moment - HOUR, moment);
        usize::from(tags.icons.iter().any(|icon| icon["name"] == "survey"))
    });
    assert!((0.1..=0.5).contains(&surveys), "{surveys}");
}

#[test]
fn the_new_hire_is_never_notified() {
    for (seed, moment) in many_moments() {
        let tags = floor(seed).tags(13, moment - HOUR, moment);
        assert!(tags.notifications.is_empty() && tags.icons.is_empty());
    }
}

#[test]
fn profile_names_are_unique_and_plain_on_the_largest_floor() {
    let floor = Floor::new(1, MOST_AGENTS);
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let mut seen = HashSet::new();
    for agent in floor.agents() {
        assert!(agent.profile.chars().all(is_plain), "{}", agent.profile);
        for key in [&agent.profile, &agent.ssid, &agent.token, &agent.agent_id, &agent.user_id] {
            assert!(seen.insert(key.clone()), "{key} twice");
        }
    }
}

#[test]
fn ids_are_unique_across_agents_and_days() {
    let floor = Floor::new(9, 20);
    let start = 1_700_000_000_000;
    let mut seen = HashSet::new();
    for tag in (0..20).flat_map(|agent| floor.tags(agent, start, start + 48 * HOUR).notifications) {
        let id = tag["_id"].to_string();
        assert_eq!(id.len(), 26, "24 hexadecimal digits and quotes: {id}");
        assert!(seen.insert(id), "twice: {tag}");
    }
    assert!(seen.len() > 5_000);
}

#[test]
fn another_seed_tells_another_story() {
    let moment = 1_700_000_000_000;
    assert_ne!(states(&floor(1), moment), states(&floor(2), moment));
}

proptest! {
    #[test]
    fn an_agent_does_the_same_on_a_floor_of_any_size(seed: u64, moment in moments(), agent in 0_usize..14) {
        let large = Floor::new(seed, 100);
        prop_assert_eq!(floor(seed).state(agent, at(moment)), large.state(agent, at(moment)));
        let tags = |floor: &Floor| floor.tags(agent, moment - HOUR, moment).notifications;
        prop_assert_eq!(tags(&floor(seed)), tags(&large));
    }

    #[test]
    fn a_break_is_the_same_break_from_its_start_on(seed: u64, moment in moments()) {
        let floor = floor(seed);
        for (agent, state) in states(&floor, moment).into_iter().enumerate() {
            if let State::OnBreak { since, .. } = state {
                prop_assert!(since * 1_000 <= moment && moment - since * 1_000 < 45 * 60_000);
                let middle = i64::midpoint(since * 1_000, moment);
                prop_assert_eq!(&floor.state(agent, at(since * 1_000)), &state);
                prop_assert_eq!(&floor.state(agent, at(middle)), &state);
                prop_assert_ne!(&floor.state(agent, at(since * 1_000 - 1)), &state);
            }
        }
    }

    #[test]
    fn a_wrap_up_stays_until_it_ends(seed: u64, moment in moments()) {
        let floor = floor(seed);
        for (agent, state) in states(&floor, moment).into_iter().enumerate() {
            if let State::WrapUp { ends, .. } = state {
                prop_assert!(moment < ends * 1_000 && ends * 1_000 - moment <= 120_000);
                prop_assert_eq!(&floor.state(agent, at(ends * 1_000 - 1)), &state);
                prop_assert_ne!(&floor.state(agent, at(ends * 1_000)), &state);
            }
        }
    }

    #[test]
    fn the_call_in_wrap_up_is_among_the_calls_of_the_last_hour(seed: u64, moment in moments()) {
        let floor = floor(seed);
        for (agent, state) in states(&floor, moment).into_iter().enumerate() {
            if let State::WrapUp { call_id, phone, .. } = state {
                let tags = floor.tags(agent, moment - HOUR, moment).notifications;
                let call = tags.iter().find(|tag| tag["callId"] == call_id);
                prop_assert_eq!(call.map(|tag| &tag["cNumber"]), Some(&Value::from(phone)));
            }
        }
    }

    #[test]
    fn a_notification_never_changes_and_never_comes_late(
        seed: u64, moment in moments(), agent in 0_usize..14, later in 0..2 * HOUR,
    ) {
        let floor = floor(seed);
        let whole = floor.tags(agent, moment - HOUR, moment + later).notifications;
        let early = floor.tags(agent, moment - HOUR, moment).notifications;
        let late = floor.tags(agent, moment, moment + later).notifications;
        prop_assert_eq!(whole, [late, early].concat());
    }

    #[test]
    fn answers_change_when_it_says_so_and_at_no_other_time(
        seed: u64, moment in moments(), agent in 0_usize..14, later in 0..2 * HOUR,
    ) {
        let floor = floor(seed);
        let changes = floor.changes(agent, moment, moment + later);
        let shown = changes.iter().filter(|(_, subject)| *subject == Subject::Tags).map(|(at, _)| *at);
        prop_assert!(shown.clone().all(|at| !floor.tags(agent, at - 1, at).notifications.is_empty()));
        let shown: usize = shown.map(|at| floor.tags(agent, at - 1, at).notifications.len()).sum();
        prop_assert_eq!(shown, floor.tags(agent, moment, moment + later).notifications.len());
        let states = changes.into_iter().filter(|(_, subject)| *subject != Subject::Tags).map(|(at, _)| at);
        let mut before = moment;
        for change in states.chain([moment + later + 1]) {
            let last = change - 1;
            for quiet in [i64::midpoint(before, last), last] {
                prop_assert_eq!(floor.state(agent, at(quiet)), floor.state(agent, at(before)));
            }
            if change <= moment + later {
                prop_assert_ne!(floor.state(agent, at(change)), floor.state(agent, at(last)));
            }
            before = change;
        }
    }

    #[test]
    fn every_icon_pointed_to_is_in_the_reply_once(seed: u64, moment in moments(), agent in 0_usize..14) {
        let tags = floor(seed).tags(agent, moment - HOUR, moment);
        let ids: Vec<_> = tags.icons.iter().map(|icon| &icon["iconId"]).collect();
        for tag in &tags.notifications {
            prop_assert_eq!(ids.iter().filter(|id| **id == &tag["iconId"]).count(), 1);
        }
        prop_assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
    }

    #[test]
    fn times_on_the_wire_lie_in_the_window(seed: u64, moment in moments(), agent in 0_usize..14) {
        for tag in floor(seed).tags(agent, moment - HOUR, moment).notifications {
            let created = match &tag["createdAt"] {
                Value::String(text) => format!("{text}+05:30")
                    .parse::<Timestamp>()
                    .map(Timestamp::as_millisecond)
                    .unwrap_or_default(),
                number => match number.as_i64() {
                    Some(number) if tag["type"] == "missed" || tag["type"] == "voicemail" => number,
                    Some(number) => number * 1_000,
                    None => 0,
                },
            };
            // A time in whole seconds may be rounded down to before the window.
            prop_assert!(moment - HOUR - 1_000 < created && created <= moment, "{}", tag);
        }
    }

    #[test]
    fn customers_have_fictitious_numbers(seed: u64, moment in moments(), agent in 0_usize..14) {
        for tag in floor(seed).tags(agent, moment - HOUR, moment).notifications {
            let phone = tag["cNumber"].as_str().unwrap_or_default();
            let local = ["+91", "91", "0"].iter().find_map(|prefix| phone.strip_prefix(prefix));
            prop_assert!(local.is_some_and(|local| local.len() == 10 && local.starts_with("90000")), "{}", phone);
        }
    }
}
