//! Which customers were missed, and which of them were called back.

use super::figures::{always, kinds, tags_of};
use super::*;

#[test]
fn a_customer_who_was_missed_is_called_back_if_a_call_came_after_the_last_time() {
    /// The notifications; then the customers that were missed, and those not called back.
    type Case = (&'static str, Vec<Recorded>, (Option<u32>, Option<u32>));
    let missed = |second, id: &str, number: &str| tag(second, id, "Missed call", number);
    let called = |second, id: &str, number: &str| tag(second, id, "outgoing", number);
    let masked = |one: Recorded, hash: u8| Recorded { customer: Some([hash; 16]), ..one };
    let table: [Case; 10] = [
        ("nothing", vec![], (None, None)),
        ("other kinds", vec![tag(1, "a", "note", "91")], (None, None)),
        ("nobody is ever called", vec![missed(1, "a", "91")], (Some(1), None)),
        ("calls, but nobody was missed", vec![called(1, "a", "91")], (None, None)),
        (
            "one customer twice, however the number is written",
            vec![
                missed(1, "a", "+91 98765 43210"),
                missed(2, "b", "09876543210"),
                called(3, "c", "9876543210"),
            ],
            (Some(1), Some(0)),
        ),
        (
            "called before, or somebody else",
            vec![called(1, "a", "91"), missed(2, "b", "91"), called(3, "c", "92")],
            (Some(1), Some(1)),
        ),
        (
            "called back, and missed again",
            vec![missed(1, "a", "91"), called(2, "b", "91"), missed(3, "c", "91")],
            (Some(1), Some(1)),
        ),
        (
            "a call that was requested",
            vec![missed(1, "a", "91"), missed(2, "b", "92"), tag(3, "c", "Callback", "92")],
            (Some(2), Some(1)),
        ),
        ("without a number", vec![missed(1, "a", ""), called(2, "b", "92")], (None, None)),
        (
            "a call that was missed at the other end",
            vec![missed(1, "a", "91"), tag(2, "b", "outgoing missed", "91"), called(3, "c", "92")],
            (Some(1), Some(1)),
        ),
    ];
    for (what, events, expected) in table {
        let tags = tags_of(&events);
        assert_eq!((tags.missed_customers, tags.missed_not_called_back), expected, "{what}");
    }
    // Of masked numbers the last digits may be those of others: the journal's hash says who it is.
    let events = [
        masked(missed(1, "a", "•••••••210"), 1),
        masked(missed(2, "b", "•••••••210"), 2),
        masked(called(3, "c", "•••••••210"), 2),
    ];
    let of_hash = |recorded: &Recorded| recorded.customer.map(Customer);
    let measures = Measures { kinds: kinds(), ..Measures::default() };
    let rules = Rules { customer: &of_hash, ..measures.rules(span(0, 3600)) };
    let tags = shift(&events, &always(), &rules).tags.expect("known");
    assert_eq!((tags.missed_customers, tags.missed_not_called_back), (Some(2), Some(1)));
    assert!(events.iter().all(|event| Customer::by_number(event).is_none()));
}

#[test]
fn a_kind_that_one_agent_had_was_none_for_the_others() {
    let measures = Measures { kinds: kinds(), ..Measures::default() };
    let of = |events: &[Recorded], coverage: &[Coverage]| measures.shift(span(0, 3600), events, coverage);
    let missed = of(&[tag(1, "a", "missed", "91")], &always());
    let (idle, unseen) = (of(&[], &always()), of(&[], &[]));
    let mut agents = [missed, idle, unseen];
    settle_calls(&mut agents);
    let figures = agents.map(|it| it.tags.map(|tags| (tags.missed_customers, tags.missed_not_called_back)));
    assert_eq!(figures, [Some((Some(1), None)), Some((Some(0), None)), None]);
}

#[test]
fn whoever_of_the_agents_calls_a_customer_back_has_called_back() {
    let measures = Measures { kinds: kinds(), ..Measures::default() };
    let of = |events: &[Recorded]| measures.shift(span(0, 3600), events, &always());
    // Who was missed by the first is called by the second, but for one; whom the third missed was called before.
    let mut agents = [
        of(&[tag(10, "a", "missed", "91"), tag(11, "b", "missed", "92"), tag(12, "c", "missed", "93")]),
        of(&[tag(20, "d", "outgoing", "91"), tag(21, "e", "callback", "93")]),
        of(&[tag(30, "f", "missed", "91")]),
    ];
    settle_calls(&mut agents);
    let figures = |agent: &AgentShift| {
        agent.tags.as_ref().map(|tags| (tags.missed_customers, tags.missed_not_called_back))
    };
    let wanted = [(Some(3), Some(1)), (Some(0), Some(0)), (Some(1), Some(1))];
    assert_eq!(agents.each_ref().map(figures), wanted.map(Some));
    let total = total(&agents);
    assert_eq!((total.missed_customers, total.missed_not_called_back), (Some(4), Some(2)));
}
