//! How a line names several profiles.

use crate::output::text::width::width;
use crate::words::listed;

/// The columns for names in one line; the profiles after them are counted.
const ROOM: usize = 60;

/// For example "9 of 14 profiles".
#[must_use]
pub(crate) fn share(count: usize, total: usize) -> String {
    format!("{count} of {} profiles", total.max(count))
}

/// For example "asha, bilal and 5 more". At least one profile is named.
#[must_use]
pub(crate) fn names(profiles: &[&str]) -> String {
    let mut used = 0;
    let fits = |name: &&&str| {
        let is_first = used == 0;
        used += width(name) + ", ".len();
        is_first || used <= ROOM
    };
    listed(profiles, profiles.iter().take_while(fits).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fill_a_line_and_the_others_are_counted() {
        assert_eq!(names(&[]), "");
        assert_eq!(names(&["asha"]), "asha");
        assert_eq!(names(&["asha", "bilal"]), "asha, bilal");
        let long = "m".repeat(64);
        assert_eq!(names(&[&long]), long);
        assert_eq!(names(&[&long, "asha"]), format!("{long} and 1 more"));
        let team: Vec<String> = (1..=14).map(|number| format!("agent-{number:02}")).collect();
        let team: Vec<&str> = team.iter().map(String::as_str).collect();
        assert_eq!(names(&team), "agent-01, agent-02, agent-03, agent-04, agent-05, agent-06 and 8 more");
        assert_eq!(share(9, 14), "9 of 14 profiles");
    }
}
