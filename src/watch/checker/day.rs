//! One virtual day: what is notified when, and what goes wrong when. Moments are true milliseconds
//! since its beginning; only the checker knows them.

use std::cell::OnceCell;
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::answer::Tag;
use crate::floor::samples::at;
use crate::watch::checker::dice::Dice;

pub(crate) const SECOND: i64 = 1000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// In how many ways one state may be spelled.
pub(crate) const SPELLINGS: u8 = 16;

/// How busy the floor is, and how often it is looked at.
pub(crate) struct Size {
    pub(crate) items: usize,
    pub(crate) interval: Duration,
}

/// What is notified.
pub(crate) struct Item {
    /// When the server has it.
    pub(crate) arrived: i64,
    /// The time it carries, where a server can use that for its window.
    pub(crate) dated: Option<i64>,
    /// Its states, by their place in [`Floor::states`], oldest first.
    pub(crate) states: Vec<usize>,
    /// 2 for twins: equal in every byte.
    pub(crate) copies: usize,
}

/// One state of an item. The watch tells each exactly once if it ever sees it.
pub(crate) struct ItemState {
    /// From when the item is in this state.
    pub(crate) from: i64,
    /// Whether it is without id, so that twins are two.
    pub(crate) is_nameless: bool,
    /// The number of the item, and of the state.
    pub(crate) number: usize,
    pub(crate) version: usize,
    /// The time it carries, as it is written.
    pub(crate) time: String,
    /// As it is read, by the spelling.
    read: [OnceCell<Tag>; SPELLINGS as usize],
}

impl ItemState {
    pub(crate) fn written(&self, spelling: u8) -> &Tag {
        self.read[usize::from(spelling)].get_or_init(|| self.read(spelling))
    }
}

/// All that is notified in a day and the hour before it, by arrival.
pub(crate) struct Floor {
    pub(crate) items: Vec<Item>,
    pub(crate) states: Vec<ItemState>,
    /// The states of each item, by its number.
    pub(crate) by_number: Vec<Vec<usize>>,
}

impl Floor {
    pub(crate) fn new(dice: &mut Dice, size: &Size) -> Self {
        let mut floor = Self { items: Vec::new(), states: Vec::new(), by_number: Vec::new() };
        while floor.items.len() < size.items {
            // A fifth come in bursts within one millisecond, the largest a fortieth of the day's.
            let burst = if dice.happens(10) { size.items / 40 } else { 1 };
            // The floor was at work before the watch begins.
            let arrived = dice.below(DAY + HOUR) - HOUR;
            for _ in 0..burst {
                floor.add(dice, arrived);
            }
        }
        floor.items.sort_by_key(|item| item.arrived);
        floor
    }

    fn add(&mut self, dice: &mut Dice, arrived: i64) {
        let number = self.items.len();
        let is_nameless = dice.happens(20);
        let late = if dice.happens(100) { dice.below(10 * MINUTE) } else { 0 };
        let dated = arrived - late;
        let (written, dated) = match dice.below(1000) {
            0..5 => ("2001-01-01T00:00:01Z".to_owned(), None),
            5..10 => ("2099-12-31T23:59:59Z".to_owned(), None),
            // Without zone: read as five and a half hours off.
            10..20 => (at((dated - 330 * MINUTE) / SECOND).to_string(), None),
            _ => (at(dated / SECOND).to_string(), Some(dated)),
        };
        let copies = if dice.happens(20) { 2 } else { 1 };
        let mut moments = vec![arrived];
        if dice.happens(60) {
            for _ in 0..=dice.below(2) {
                moments.push(arrived + 1 + dice.below(40 * MINUTE));
            }
        }
        moments.sort_unstable();
        let mut states = Vec::new();
        for (version, from) in moments.into_iter().enumerate() {
            states.push(self.states.len());
            let time = written.clone();
            let read = std::array::from_fn(|_| OnceCell::new());
            self.states.push(ItemState { from, is_nameless, number, version, time, read });
        }
        self.by_number.push(states.clone());
        self.items.push(Item { arrived, dated, states, copies });
    }
}

/// What goes wrong in a day.
#[derive(Debug)]
pub(crate) struct Weather {
    /// When the server cannot be reached: from, to.
    pub(crate) outages: Vec<(i64, i64)>,
    /// When the machine sleeps.
    pub(crate) sleep: Option<(i64, i64)>,
    /// When the watch is started anew, with empty memory.
    pub(crate) restart: Option<i64>,
    /// When our wall clock is set, and by how much.
    pub(crate) jumps: Vec<(i64, i64)>,
    /// Whether the server sends its time.
    pub(crate) is_dated: bool,
    /// How far the clock of the second back-end is ahead.
    pub(crate) second_ahead: i64,
    /// No fault at all.
    pub(crate) is_calm: bool,
}

impl Weather {
    /// One day in so many is calm.
    pub(crate) const EVERY_CALM_DAY: u64 = 8;

    pub(crate) fn new(seed: u64, dice: &mut Dice) -> Self {
        let mut weather = Self {
            outages: Vec::new(),
            sleep: None,
            restart: None,
            jumps: Vec::new(),
            is_dated: dice.happens(700),
            second_ahead: 0,
            is_calm: seed.is_multiple_of(Self::EVERY_CALM_DAY),
        };
        if !weather.is_calm {
            weather.worsen(dice);
        }
        weather
    }

    fn worsen(&mut self, dice: &mut Dice) {
        const SLEEP: i64 = 8 * HOUR;
        let mut pauses = [SECOND, 31 * SECOND, 5 * MINUTE, 54 * MINUTE, 56 * MINUTE, 3 * HOUR, SLEEP];
        dice.shuffle(&mut pauses);
        let mut free = DAY - pauses.iter().sum::<i64>();
        let mut now = 0;
        for pause in pauses {
            let calm = dice.below(free / 3);
            free -= calm;
            now += calm;
            if pause == SLEEP {
                self.sleep = Some((now, now + pause));
            } else {
                self.outages.push((now, now + pause));
            }
            now += pause;
        }
        // Without the server's time, nobody can tell clocks a minute apart from another break.
        let clocks = if self.is_dated { 4 } else { 3 };
        self.second_ahead = [0, 3, 20, 90][dice.index(clocks)] * SECOND;
        // No program starts while the machine sleeps. Of one that has started and heard nothing yet, nobody can tell
        // whether it slept, if the clock was set back meanwhile.
        let sleep = self.sleep.map_or(0..=0, |(from, to)| from - MINUTE..=to);
        let woken = |moment| if sleep.contains(&moment) { *sleep.end() } else { moment };
        self.restart = dice.happens(300).then(|| woken(dice.below(DAY)));
        if dice.happens(500) {
            self.jumps = [HOUR, -HOUR, DAY, -DAY].map(|by| (dice.below(DAY), by)).to_vec();
        }
        if !self.is_dated {
            // Without the server's time nobody can tell a clock set forward from sleep, nor see a sleep
            // during which the clock was set back.
            let sleep = self.sleep.unwrap_or_default();
            self.jumps.retain(|(when, by)| *by < 0 && !(sleep.0..=sleep.1).contains(when));
        }
    }

    pub(crate) fn is_out(&self, moment: i64) -> bool {
        self.outages.iter().any(|(from, to)| (*from..*to).contains(&moment))
    }

    /// Whether our clocks show nothing of the sleep in which `moment` lies, for one was set back meanwhile.
    pub(crate) fn hides_sleep(&self, moment: i64) -> bool {
        self.sleep.is_some_and(|(from, to)| {
            let passed = to + self.wall_ahead(to) - from - self.wall_ahead(from);
            (from..=to).contains(&moment) && passed <= 0
        })
    }

    /// Whether our wall clock is set in that time.
    pub(crate) fn is_set(&self, from: i64, to: i64) -> bool {
        self.jumps.iter().any(|(when, _)| (from..=to).contains(when))
    }

    /// Whether it is set back in that time.
    pub(crate) fn is_set_back(&self, from: i64, to: i64) -> bool {
        self.jumps.iter().any(|(when, by)| *by < 0 && (from..=to).contains(when))
    }

    /// What our wall clock shows from the true moment `from` to `to`: a piece for each time in which it is not set.
    pub(crate) fn shown(&self, from: i64, to: i64) -> Vec<(i64, i64)> {
        let set = self.jumps.iter().map(|(when, _)| *when).filter(|when| from < *when && *when < to);
        let mut edges: Vec<i64> = [from, to].into_iter().chain(set).collect();
        edges.sort_unstable();
        let piece = |edges: &[i64]| [edges[0], edges[1]].map(|edge| edge + self.wall_ahead(edges[0]));
        edges.windows(2).map(|edges| piece(edges).into()).collect()
    }

    /// How far our wall clock is ahead of the truth.
    pub(crate) fn wall_ahead(&self, moment: i64) -> i64 {
        self.jumps.iter().filter(|(when, _)| *when <= moment).map(|(_, by)| by).sum()
    }
}

pub(crate) fn moment(millis: i64) -> Timestamp {
    let begin = at(0).as_millisecond();
    Timestamp::from_millisecond(begin + millis).expect("within range")
}
