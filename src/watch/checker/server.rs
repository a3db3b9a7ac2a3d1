//! The virtual server, with each meaning that a call for tags may have (`api.md` §3, "ref").

use crate::watch::checker::day::{Floor, HOUR, Item, MINUTE};

/// What a call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    /// What arrived within the last hour.
    WindowByArrival,
    /// What carries a time within the last hour (and, where that is useless, arrived within it).
    WindowByDate,
    /// What is new since the last call, which moves a cursor. A server that moves it only with `ref: true`
    /// is this one or a window, for a watch sends the same `ref` each time.
    Cursor,
}

impl Model {
    pub(crate) fn of(seed: u64) -> Self {
        // Calm days are every eighth: a divisor without common factor meets all of them.
        match seed % 3 {
            0 => Self::WindowByArrival,
            1 => Self::WindowByDate,
            _ => Self::Cursor,
        }
    }
}

pub(crate) struct Server<'a> {
    floor: &'a Floor,
    pub(crate) model: Model,
    cursor: i64,
}

/// How far the back-end that answers is off.
#[derive(Clone, Copy, Default)]
pub(crate) struct Offset {
    /// How old its data are.
    pub(crate) stale: i64,
    /// How far its clock is ahead.
    pub(crate) ahead: i64,
}

impl<'a> Server<'a> {
    pub(crate) fn new(floor: &'a Floor, model: Model) -> Self {
        Self { floor, model, cursor: -HOUR }
    }

    /// The states in the answer to a call at the true moment `now`, and up to when it knows of any.
    /// The cursor moves whether or not the answer arrives.
    pub(crate) fn answer(&mut self, now: i64, offset: Offset) -> (Vec<usize>, i64) {
        let known = now - offset.stale;
        let window = now + offset.ahead - HOUR;
        let states = match self.model {
            Model::WindowByArrival => self.states(window, known, |item| item.arrived > window),
            Model::WindowByDate => self.states(window, known, |item| {
                let basis = item.dated.unwrap_or(item.arrived);
                (window..=now + offset.ahead).contains(&basis)
            }),
            Model::Cursor => {
                let cursor = self.cursor;
                self.cursor = self.cursor.max(known);
                let changes_reach_back = cursor - 41 * MINUTE;
                self.states(changes_reach_back, known, |item| {
                    item.states.iter().any(|state| {
                        let from = self.floor.states[*state].from;
                        cursor < from && from <= known
                    })
                })
            }
        };
        (states, known)
    }

    /// The latest states, as known at `known`, of the items that arrived after `from` and are `shown`.
    fn states(&self, from: i64, known: i64, shown: impl Fn(&Item) -> bool) -> Vec<usize> {
        let start = self.floor.items.partition_point(|item| item.arrived <= from);
        let arrived = self.floor.items[start..].iter().take_while(|item| item.arrived <= known);
        let mut states = Vec::new();
        for item in arrived.filter(|item| shown(item)) {
            let latest = item.states.iter().rev().find(|state| self.floor.states[**state].from <= known);
            states.extend(latest.into_iter().flat_map(|state| std::iter::repeat_n(*state, item.copies)));
        }
        states
    }
}
