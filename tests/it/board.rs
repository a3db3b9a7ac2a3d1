//! The board over time: whether each frame says what is true at its moment.

use std::io;
use std::time::Duration;

use deepcall::output::times;
use deepcall::watch::board::Board;
use deepcall::watch::event::Event;
use deepcall::watch::followed::View;
use deepcall::watch::sink::Sink;

use crate::support::{Painted, Poll, Shift};

/// A board whose headings are kept, each with its moment.
struct Watched {
    board: Board,
    painted: Painted,
    frames: Vec<(Duration, String)>,
}

impl Sink for Watched {
    fn tell(&mut self, event: &Event) -> io::Result<()> {
        self.board.tell(event)
    }

    fn show(&mut self, view: View<'_>) -> io::Result<()> {
        self.board.show(view)?;
        let heading = self.painted.screen().rows(0, 100).next().unwrap();
        // Of several frames of one moment, the last one knows all that happened in it.
        if self.frames.last().is_some_and(|(at, _)| *at == view.now) {
            self.frames.pop();
        }
        self.frames.push((view.now, heading));
        Ok(())
    }
}

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

/// What the heading must say: the newest answer, whether a poll has failed since, and the next poll.
fn expected(now: Duration, polls: &[Poll]) -> (&'static str, String, String) {
    let past = || polls.iter().filter(|poll| poll.at <= now);
    let last_good = past().rfind(|poll| poll.is_good).unwrap().at;
    let has_failed = past().any(|poll| poll.at > last_good);
    let age = now - last_good;
    let word = match () {
        () if has_failed => "↻ reconnecting",
        () if age > seconds(15) => "○ stale",
        () => "● live",
    };
    let next = polls.iter().find(|poll| poll.at > now).map_or(Duration::ZERO, |poll| poll.at - now);
    let length = |time: Duration| times::length(time.as_secs().try_into().unwrap());
    (word, format!("{} old", length(age)), format!("next in {}", length(next)))
}

#[test]
fn the_board_tells_the_truth_while_the_server_is_away_for_ten_seconds_and_for_two_minutes() {
    for (away, noticed_within) in [(10, 35), (120, 35)] {
        let (from, back) = (seconds(21), seconds(21 + away));
        let shift =
            Shift { agents: 1, lasts: seconds(away + 70), outage: Some((from, back)), ..Shift::usual() };
        let painted = Painted::new(100, 24);
        let board = shift.board(&painted, 100, 24);
        let mut watched = Watched { board, painted, frames: vec![] };
        let polls = shift.watch(&mut watched);
        let last = polls.last().unwrap().at;
        let mut words = vec![];
        for (now, heading) in &watched.frames {
            // The first frame is shown before anybody is asked; the last poll's successor is not known here.
            if *now == Duration::ZERO || *now >= last {
                continue;
            }
            let (word, age, next) = expected(*now, &polls);
            for said in [word, &age, &next] {
                assert!(heading.contains(said), "{now:?}: no {said:?} in {heading:?}");
            }
            if words.last() != Some(&word) {
                words.push(word);
            }
        }
        assert_eq!(words, ["● live", "↻ reconnecting", "● live"], "away for {away} s");
        let noticed = polls.iter().find(|poll| poll.at >= back).unwrap();
        assert!(noticed.is_good && noticed.at <= back + seconds(noticed_within), "{noticed:?}");
        // At least one frame each second, whatever happens.
        for pair in watched.frames.windows(2) {
            assert!(pair[1].0 - pair[0].0 <= seconds(1), "{:?}, then {:?}", pair[0].0, pair[1].0);
        }
    }
}

#[test]
fn a_moment_of_the_floor_always_looks_the_same() {
    let shift = Shift { lasts: seconds(15), ..Shift::usual() };
    let (one, other) = (shift.screen(100, 24), shift.screen(100, 24));
    assert_eq!(one.contents_formatted(), other.contents_formatted());
    assert!(one.contents().contains("14:30:15") && one.contents().contains("‖ meena"), "{}", one.contents());
}
