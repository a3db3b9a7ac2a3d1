//! Learns from the answers whether the server repeats recent notifications in each of them, or hands out each one once
//! and moves a cursor: the documents leave it open (`api.md` §3, "ref").

use std::time::Duration;

use crate::floor::pause::Pause;

/// So often in a row an answer must lack all notifications that were new in the one before.
const CONVINCING: u8 = 3;

/// After a longer pause, they may have left the server's window, and their absence shows nothing.
const SHORT: Duration = Duration::from_secs(5 * 60);

/// How a server hands out notifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryMode {
    /// In every answer, while they are recent.
    Repeats,
    /// Each in one answer only, to whoever asks first.
    Once,
}

/// How many notifications an answer holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Known ones, as they were.
    pub(crate) repeated: usize,
    /// Known ones with other content.
    pub(crate) changed: usize,
    pub(crate) new: usize,
}

/// What the answers of one profile have shown so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct DeliveryEvidence {
    mode: Option<DeliveryMode>,
    last_had_new: bool,
    vanished: u8,
}

impl DeliveryEvidence {
    /// The mode; `None` while the answers have not shown it.
    #[must_use]
    pub(crate) fn mode(self) -> Option<DeliveryMode> {
        self.mode
    }

    /// Whether the server repeats; `None` while the answers have not shown it.
    #[must_use]
    pub(crate) fn repeats(self) -> Option<bool> {
        self.mode.map(|mode| mode == DeliveryMode::Repeats)
    }

    /// What was learned earlier: whether the server repeats. How far it was from learning it is not known again.
    #[must_use]
    pub(crate) fn known(repeats: Option<bool>) -> Self {
        let mode = |repeats| if repeats { DeliveryMode::Repeats } else { DeliveryMode::Once };
        Self { mode: repeats.map(mode), ..Self::default() }
    }

    /// The evidence after an answer with these notifications. One that is repeated as it was proves a window, for a
    /// cursor never goes back; one that has changed proves nothing, for a cursor may hand it out again. Absence is
    /// weaker: an answer may be empty or stale for once.
    #[must_use]
    pub(crate) fn after(self, answer: Counts, pause: Pause) -> Self {
        let mut next = Self { last_had_new: answer.new + answer.changed > 0, ..self };
        if answer.repeated > 0 {
            next.mode = Some(DeliveryMode::Repeats);
            next.vanished = 0;
        } else if answer.changed == 0 && self.last_had_new && pause.passed < SHORT {
            next.vanished = self.vanished.saturating_add(1);
            if next.vanished >= CONVINCING {
                next.mode = Some(DeliveryMode::Once);
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeliveryMode::{Once, Repeats};

    /// Repeated, and new.
    type Row = (usize, usize);

    fn pause(passed: Duration) -> Pause {
        Pause { awake: passed, passed, certain: passed }
    }

    fn after(answers: &[Row]) -> Option<DeliveryMode> {
        let mut evidence = DeliveryEvidence::default();
        for &(repeated, new) in answers {
            evidence = evidence.after(Counts { repeated, new, changed: 0 }, pause(Duration::from_secs(5)));
        }
        evidence.mode()
    }

    #[test]
    fn how_a_server_delivers_is_learned_from_its_answers() {
        let table: [(&[Row], Option<DeliveryMode>); 8] = [
            (&[], None),
            (&[(0, 3), (0, 0), (0, 0), (0, 0)], None),
            (&[(0, 3), (3, 0)], Some(Repeats)),
            (&[(0, 3), (0, 1), (0, 1)], None),
            (&[(0, 3), (0, 1), (0, 1), (0, 0)], Some(Once)),
            // One empty answer between full ones.
            (&[(0, 3), (0, 0), (3, 1), (0, 0), (4, 1), (0, 0), (5, 0)], Some(Repeats)),
            (&[(0, 1), (1, 1), (0, 0)], Some(Repeats)),
            (&[(0, 1), (0, 1), (0, 1), (0, 1), (4, 0)], Some(Repeats)),
        ];
        for (answers, expected) in table {
            assert_eq!(after(answers), expected, "{answers:?}");
        }
    }

    #[test]
    fn absence_after_a_long_pause_shows_nothing() {
        let mut evidence = DeliveryEvidence::default();
        for _ in 0..9 {
            evidence = evidence.after(Counts { new: 1, ..Counts::default() }, pause(Duration::from_hours(1)));
        }
        assert_eq!(evidence.mode(), None);
    }

    #[test]
    fn what_is_there_with_other_content_has_neither_vanished_nor_been_repeated() {
        let mut evidence = DeliveryEvidence::default();
        for _ in 0..9 {
            let changed = Counts { changed: 3, ..Counts::default() };
            evidence = evidence.after(changed, pause(Duration::from_secs(5)));
        }
        assert_eq!(evidence.mode(), None);
    }
}
