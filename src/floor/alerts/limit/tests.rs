use proptest::prelude::*;

use super::*;

fn limit(text: &str) -> Limit {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn limits_are_read_as_they_are_typed() {
    let table = [
        ("break=15m", AlertWhat::Break, None, None, 900),
        ("break.lunch=45m", AlertWhat::Break, Some("lunch"), None, 2700),
        ("break.Lunch Break=1h30m", AlertWhat::Break, Some("lunchbreak"), None, 5400),
        ("wrapup=60s:90s", AlertWhat::Wrapup, None, Some(60), 90),
        ("wrapup = 1m : 2m", AlertWhat::Wrapup, None, Some(60), 120),
    ];
    for (text, what, reason, warn, critical) in table {
        let expected = Limit { what, reason: reason.map(Into::into), warn, critical };
        assert_eq!(limit(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_explained() {
    let table = [
        ("", "limit \"\" has no `=`; write it like `break=15m`"),
        ("break", "limit \"break\" has no `=`; write it like `break=15m`"),
        (
            "lunch=5m",
            "limit of \"lunch\" is not known; for breaks with this reason it is called `break.lunch`",
        ),
        ("=5m", "limit of \"\" is not known; `break`, `break.REASON` and `wrapup` are"),
        ("wrapup.sale=5m", "limit of \"wrapup.sale\" is not known; `break`, `break.REASON` and `wrapup` are"),
        ("break.=5m", "limit of \"break.\" names no reason after the dot"),
        ("break=", "limit \"\" is not a length of time like `90s`, `15m` or `1h30m`"),
        ("break=15", "limit \"15\" is not a length of time like `90s`, `15m` or `1h30m`"),
        ("break=-5m", "limit \"-5m\" is not a length of time like `90s`, `15m` or `1h30m`"),
        ("break=0s", "limit \"0s\" is not a length of time like `90s`, `15m` or `1h30m`"),
        ("break=1m:2m:3m", "limit \"2m:3m\" is not a length of time like `90s`, `15m` or `1h30m`"),
        ("wrapup=90s:60s", "limit \"90s:60s\" warns no earlier than it is critical; write it like `60s:90s`"),
        ("wrapup=60s:60s", "limit \"60s:60s\" warns no earlier than it is critical; write it like `60s:90s`"),
    ];
    for (text, message) in table {
        let error = text.parse::<Limit>().expect_err(text);
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn the_most_specific_reason_wins() {
    let limits = ["break.lunch=45m", "break=20m", "wrapup=60s"].map(limit);
    let critical = |what, reason| Limit::for_state(&limits, what, reason).map(|limit| limit.critical);
    assert_eq!(critical(AlertWhat::Break, Some("Lunch")), Some(2700));
    assert_eq!(critical(AlertWhat::Break, Some(" LUNCH ")), Some(2700));
    assert_eq!(critical(AlertWhat::Break, Some("Tea")), Some(1200));
    assert_eq!(critical(AlertWhat::Break, None), Some(1200));
    assert_eq!(critical(AlertWhat::Wrapup, None), Some(60));
    assert_eq!(Limit::for_state(&limits[..1], AlertWhat::Break, Some("Tea")), None);
}

#[test]
fn two_limits_of_the_same_state_are_found() {
    for (limits, places) in [
        (vec!["break=5m", "break.tea=5m", "wrapup=1m"], None),
        (vec!["wrapup=1m", "break=5m", "break=6m"], Some((1, 2))),
        (vec!["wrapup=1m", "break=5m", "wrapup=1m"], Some((0, 2))),
        (vec!["break.short tea=5m", "break.lunch=5m", "break.Short_Tea=6m"], Some((0, 2))),
    ] {
        let read: Vec<Limit> = limits.iter().map(|text| limit(text)).collect();
        assert_eq!(Limit::same_twice(&read), places, "{limits:?}");
    }
}

#[test]
fn levels_are_reached_at_their_second() {
    let limit = limit("wrapup=60s:90s");
    let table = [
        (59, None, Some(60)),
        (60, Some((Level::Warn, 60)), Some(90)),
        (89, Some((Level::Warn, 60)), Some(90)),
        (90, Some((Level::Critical, 90)), None),
    ];
    for (seconds, level, next) in table {
        assert_eq!(limit.level_at(seconds), level, "{seconds}");
        assert_eq!(limit.next_after(seconds), next, "{seconds}");
    }
}

proptest! {
    #[test]
    fn no_text_breaks_the_reader(text in "(break|wrapup|\\PC{0,6})(\\.\\PC{0,6})?=?\\PC{0,12}") {
        if let Ok(limit) = text.parse::<Limit>() {
            prop_assert!(limit.critical > 0);
            prop_assert!(limit.warn.is_none_or(|warn| 0 < warn && warn < limit.critical));
        }
    }
}
