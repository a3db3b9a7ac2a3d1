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

/// What the answers of one profile have shown so far.
#[derive(Clone, Copy, Debug, Default)]
pub struct DeliveryEvidence {
    mode: Option<DeliveryMode>,
    last_had_new: bool,
    vanished: u8,
}

impl DeliveryEvidence {
    /// The mode; `None` while the answers have not shown it.
    #[must_use]
    pub fn mode(&self) -> Option<DeliveryMode> {
        self.mode
    }

    /// The evidence after an answer that held `repeated` known notifications and `new` ones.
    /// One repetition proves a window, for a cursor never goes back. Absence is weaker: an answer may be
    /// empty or stale for once.
    #[must_use]
    pub fn after(&self, repeated: usize, new: usize, pause: Pause) -> Self {
        let mut next = Self { last_had_new: new > 0, ..*self };
        if repeated > 0 {
            next.mode = Some(DeliveryMode::Repeats);
            next.vanished = 0;
        } else if self.last_had_new && pause.passed < SHORT {
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
    type Counts = (usize, usize);

    fn after(answers: &[Counts]) -> Option<DeliveryMode> {
        let pause = Pause { awake: Duration::from_secs(5), passed: Duration::from_secs(5) };
        let mut evidence = DeliveryEvidence::default();
        for (repeated, new) in answers {
            evidence = evidence.after(*repeated, *new, pause);
        }
        evidence.mode()
    }

    #[test]
    fn how_a_server_delivers_is_learned_from_its_answers() {
        let table: [(&[Counts], Option<DeliveryMode>); 8] = [
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
        let pause = Pause { awake: Duration::from_secs(60 * 60), passed: Duration::from_hours(1) };
        let mut evidence = DeliveryEvidence::default();
        for _ in 0..9 {
            evidence = evidence.after(0, 1, pause);
        }
        assert_eq!(evidence.mode(), None);
    }
}
