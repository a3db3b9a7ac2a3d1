//! Whose shift a row is: an agent may have several profiles, and what they saw is one shift.

use jiff::Timestamp;

use crate::commands::shift::report::ShiftOfAgent;
use crate::floor::event::EventKind;
use crate::floor::shift::{Rules, joined_shift};
use crate::floor::timeline::{Coverage, Seen, Span};
use crate::journal::{AgentRow, Journal, JournalError, RecordedWindow, with_margin};

fn is_named_alike(one: &AgentRow, other: &AgentRow) -> bool {
    one.agent_id.is_some() && one.agent_id == other.agent_id && one.server == other.server
}

/// What one profile saw of an agent.
pub(super) struct View {
    row: AgentRow,
    past: RecordedWindow,
}

impl View {
    /// Those of all `rows`, in their order.
    ///
    /// # Errors
    /// If the journal cannot be read.
    pub(super) fn of_all(
        rows: Vec<AgentRow>,
        journal: &Journal,
        window: Span,
    ) -> Result<Vec<Self>, JournalError> {
        let seen = |row: AgentRow| -> Result<Self, JournalError> {
            let past = journal.of_window(row.agent, with_margin(window.from), window.to)?;
            Ok(Self { row, past })
        };
        rows.into_iter().map(seen).collect()
    }

    /// Whether it saw the same agent as `other` all the time. A session that has begun to answer for somebody else saw two.
    fn is_of_agent_of(&self, other: &Self) -> bool {
        is_named_alike(&self.row, &other.row) && !self.saw_two() && !other.saw_two()
    }

    fn saw_two(&self) -> bool {
        self.past.events.iter().any(|recorded| matches!(recorded.event.kind, EventKind::AgentChanged(_)))
    }

    fn saw_anything_of(&self, window: Span) -> bool {
        self.past.coverage.iter().map(Coverage::reach).any(|it| it.from < window.to && window.from <= it.to)
    }
}

/// Those together whom the server has named alike: they may be one agent.
pub(super) fn by_named_agent(rows: Vec<AgentRow>) -> Vec<Vec<AgentRow>> {
    together(rows, is_named_alike)
}

/// Those of one agent together.
pub(super) fn by_agent(views: Vec<View>) -> Vec<Vec<View>> {
    together(views, View::is_of_agent_of)
}

/// In the order of the first of each.
fn together<T>(all: Vec<T>, are_alike: impl Fn(&T, &T) -> bool) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = vec![];
    for one in all {
        match groups.iter_mut().find(|group| are_alike(&one, &group[0])) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// The shift of the agent whom these have seen. It goes by the first profile that saw anything of it.
pub(super) fn shift_of(views: &[View], rules: &Rules<'_>, now: Timestamp) -> ShiftOfAgent {
    let seen: Vec<Seen<'_>> =
        views.iter().map(|view| Seen { events: &view.past.events, coverage: &view.past.coverage }).collect();
    let names = views.iter().filter(|view| view.saw_anything_of(rules.window));
    let mut profiles: Vec<String> = names.map(|view| view.row.profile.clone()).collect();
    if profiles.is_empty() {
        profiles.push(views[0].row.profile.clone());
    }
    ShiftOfAgent {
        profile: profiles.remove(0),
        also: profiles,
        agent_id: views[0].row.agent_id.clone(),
        shift: joined_shift(&seen, rules, Some(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::event::{AgentChanged, BreakStarted, Event, FollowedPart, GapCause};
    use crate::floor::samples::at;
    use crate::floor::samples::measures::Measures;
    use crate::floor::timeline::{CoverageStep, NewEvent};
    use crate::journal::{AgentKey, Entry, Numbers, Round, Settings, Writer};

    /// A profile: its server, its name, its agent, when it saw anything, and whether its session has begun to answer for
    /// somebody else.
    type Profile = (&'static str, &'static str, Option<&'static str>, (i64, i64), bool);

    fn journal(profiles: &[Profile]) -> Journal {
        let settings =
            Settings { redactor: crate::output::text::redact::Redactor::default(), numbers: Numbers::Keep };
        let journal = Journal::in_memory(settings, at(0)).expect("memory");
        let run = journal.begin_run("record", at(0)).expect("a run");
        for (server, name, agent_id, (from, to), is_changed) in profiles.iter().copied() {
            let key = AgentKey::Profile { server: server.to_owned(), name: name.to_owned() };
            let agent = journal.agent(&key, name, agent_id, at(0)).expect("an agent");
            let event =
                |kind| Event { at: at(from), server_time: None, profile: Some(name.to_owned()), kind };
            let started = BreakStarted { reason: Some("Tea".into()), since: Some(at(from)), detail: None };
            let changed = AgentChanged { from: Some("12".into()), to: agent_id.map(str::to_owned) };
            let changed = is_changed.then(|| EventKind::AgentChanged(changed));
            let events = changed.into_iter().chain([EventKind::BreakStarted(started)]);
            let events = events.map(|kind| NewEvent { event: event(kind), twin: 0 }).collect();
            let row = |part| Coverage {
                part,
                from: at(from),
                to: at(to),
                server_time: None,
                cadence: std::time::Duration::from_secs(5),
                ended: Some(GapCause::NotRunning),
                repeats: None,
            };
            let parts = [FollowedPart::Breaks, FollowedPart::Wrapups];
            let coverage = parts.map(|part| CoverageStep::Begin { coverage: row(part), ended: None }).into();
            let entries = vec![Entry { agent, base: i64::MAX, events, coverage }];
            journal
                .record(&Round { by: Writer::Run(run), at: at(to), entries, stdout_took: None })
                .expect("recorded");
        }
        journal
    }

    /// The rows of a shift of an hour: the name of each, the others of it, its breaks, and how long it is covered.
    fn rows(profiles: &[Profile]) -> Vec<(String, Vec<String>, Option<u32>, u64)> {
        let window = Span { from: at(0), to: at(3600) };
        let journal = journal(profiles);
        let rows = journal.agents().expect("agents");
        let views = by_agent(View::of_all(rows, &journal, window).expect("views"));
        let measures = Measures::default();
        let rules = measures.rules(window);
        let row = |views: &Vec<View>| {
            let ShiftOfAgent { profile, also, shift, .. } = shift_of(views, &rules, at(7200));
            (
                profile,
                also,
                shift.breaks.as_ref().map(crate::floor::shift::BreakFigures::count),
                shift.covered.as_secs(),
            )
        };
        views.iter().map(row).collect()
    }

    /// What the profiles saw, and the rows.
    type Case =
        (&'static str, [Profile; 2], &'static [(&'static str, &'static [&'static str], Option<u32>, u64)]);

    #[test]
    fn an_agent_of_several_profiles_is_one_row() {
        let (here, there) = ("https://here.example", "https://there.example");
        let table: [Case; 7] = [
            (
                "both saw the same break",
                [
                    (here, "asha", Some("13"), (100, 900), false),
                    (here, "asha-2", Some("13"), (110, 1100), false),
                ],
                &[("asha", &["asha-2"], Some(1), 1000)],
            ),
            (
                "the second one goes on where the first one ended",
                [
                    (here, "asha", Some("13"), (100, 900), false),
                    (here, "asha-2", Some("13"), (1000, 1100), false),
                ],
                &[("asha", &["asha-2"], Some(2), 900)],
            ),
            (
                "the first one saw nothing of the shift, but a break that may have reached into it",
                [
                    (here, "asha", Some("13"), (-900, -800), false),
                    (here, "asha-2", Some("13"), (100, 900), false),
                ],
                &[("asha-2", &[], Some(2), 800)],
            ),
            (
                "another agent",
                [
                    (here, "asha", Some("13"), (100, 900), false),
                    (here, "ravi", Some("14"), (100, 900), false),
                ],
                &[("asha", &[], Some(1), 800), ("ravi", &[], Some(1), 800)],
            ),
            (
                "another server",
                [
                    (here, "asha", Some("13"), (100, 900), false),
                    (there, "asha", Some("13"), (100, 900), false),
                ],
                &[("asha", &[], Some(1), 800), ("asha", &[], Some(1), 800)],
            ),
            (
                "nobody knows whose they are",
                [(here, "asha", None, (100, 900), false), (here, "asha-2", None, (100, 900), false)],
                &[("asha", &[], Some(1), 800), ("asha-2", &[], Some(1), 800)],
            ),
            (
                "the session of one was somebody else's before",
                [
                    (here, "asha", Some("13"), (100, 900), false),
                    (here, "asha-2", Some("13"), (100, 900), true),
                ],
                &[("asha", &[], Some(1), 800), ("asha-2", &[], Some(1), 800)],
            ),
        ];
        for (what, profiles, expected) in table {
            let found = rows(&profiles);
            let found: Vec<_> = found
                .iter()
                .map(|(name, also, breaks, covered)| {
                    (name.as_str(), also.iter().map(String::as_str).collect::<Vec<_>>(), *breaks, *covered)
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(name, also, breaks, covered)| (*name, also.to_vec(), *breaks, *covered))
                .collect();
            assert_eq!(found, expected, "{what}");
        }
    }
}
