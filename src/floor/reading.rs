//! Learns by looking whether the server repeats recent notifications in every answer, or tells each once
//! and moves a cursor: the documents leave it open (`api.md` §3, "ref").

use std::time::Duration;

use crate::floor::pause::Pause;

/// So often in a row an answer must hold nothing of the news of the one before.
const CONVINCING: u8 = 3;

/// After a longer pause, news may have left the window, and their absence shows nothing.
const SHORT: Duration = Duration::from_secs(5 * 60);

/// What is known about it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reading {
    repeats: Option<bool>,
    last_had_news: bool,
    vanished: u8,
}

impl Reading {
    /// Whether notifications are repeated while they are recent; `None` until it showed.
    #[must_use]
    pub fn repeats(&self) -> Option<bool> {
        self.repeats
    }

    /// What is known after a look that held `repeated` notifications told before and `news` not told before.
    /// One repetition proves a window, for a cursor never goes back. Absence is weaker: an answer may be
    /// empty or stale for once.
    #[must_use]
    pub fn after(&self, repeated: usize, news: usize, pause: Pause) -> Self {
        let mut next = Self { last_had_news: news > 0, ..*self };
        if repeated > 0 {
            next.repeats = Some(true);
            next.vanished = 0;
        } else if self.last_had_news && pause.passed < SHORT {
            next.vanished = self.vanished.saturating_add(1);
            if next.vanished >= CONVINCING {
                next.repeats = Some(false);
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeated, and news.
    type Counts = (usize, usize);

    fn after(looks: &[Counts]) -> Option<bool> {
        let pause = Pause { awake: Duration::from_secs(5), passed: Duration::from_secs(5) };
        let mut reading = Reading::default();
        for (repeated, news) in looks {
            reading = reading.after(*repeated, *news, pause);
        }
        reading.repeats()
    }

    #[test]
    fn how_a_server_reads_is_learned_from_its_answers() {
        let table: [(&[Counts], Option<bool>); 8] = [
            (&[], None),
            (&[(0, 3), (0, 0), (0, 0), (0, 0)], None),
            (&[(0, 3), (3, 0)], Some(true)),
            (&[(0, 3), (0, 1), (0, 1)], None),
            (&[(0, 3), (0, 1), (0, 1), (0, 0)], Some(false)),
            // One empty answer between full ones.
            (&[(0, 3), (0, 0), (3, 1), (0, 0), (4, 1), (0, 0), (5, 0)], Some(true)),
            (&[(0, 1), (1, 1), (0, 0)], Some(true)),
            (&[(0, 1), (0, 1), (0, 1), (0, 1), (4, 0)], Some(true)),
        ];
        for (looks, expected) in table {
            assert_eq!(after(looks), expected, "{looks:?}");
        }
    }

    #[test]
    fn absence_after_a_long_pause_shows_nothing() {
        let pause = Pause { awake: Duration::from_secs(60 * 60), passed: Duration::from_hours(1) };
        let mut reading = Reading::default();
        for _ in 0..9 {
            reading = reading.after(0, 1, pause);
        }
        assert_eq!(reading.repeats(), None);
    }
}
