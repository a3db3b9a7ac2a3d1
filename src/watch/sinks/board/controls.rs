//! What the person at the board has chosen: page, selection, filter, order.

use crate::watch::sinks::board::keys::{self, Command, Place};
use crate::watch::sinks::board::rows::Order;
use crate::watch::sinks::display::{Key, Request};
use crate::watch::view::EventLog;

/// A filter longer than this finds nothing anyway.
const LONGEST_FILTER: usize = 64;

/// A page that is over the floor or over an agent, and leads back there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overlay {
    Events,
    Help,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    /// The agent that is opened.
    pub(crate) opened: Option<String>,
    pub(crate) overlay: Option<Overlay>,
    /// Whether an opened agent is shown as the server sent it.
    pub(crate) is_raw: bool,
    pub(crate) selected: Option<String>,
    pub(crate) filter: String,
    pub(crate) is_typing: bool,
    pub(crate) order: Order,
    /// All profiles in the order that is kept, if it is.
    pub(crate) kept: Option<Vec<String>>,
    /// The first row or line that is shown.
    pub(crate) first: usize,
    /// How many rows or lines the page shows, as of the last frame.
    visible: usize,
    /// The profiles that the floor shows, as of the last frame that showed it.
    pub(crate) shown: Vec<String>,
    /// And all of them.
    pub(crate) sorted: Vec<String>,
    /// The events that a person has scrolled into.
    held: Option<EventLog>,
}

impl Controls {
    pub(crate) fn place(&self) -> Place {
        match (self.overlay, &self.opened) {
            (Some(Overlay::Events), _) => Place::Events,
            (Some(Overlay::Help), _) => Place::Help,
            (None, Some(_)) => Place::Agent,
            (None, None) => Place::Floor,
        }
    }

    /// What the whole screen depends on.
    pub(crate) fn page(&self) -> (Place, Option<String>, bool) {
        (self.place(), self.opened.clone(), self.is_raw)
    }

    /// The floor in the chosen order.
    pub(crate) fn of_a_record(&self) -> Self {
        Self { order: self.order, kept: self.kept.clone(), ..Self::default() }
    }

    pub(crate) fn press(&mut self, key: &Key) -> Request {
        if self.is_typing && !matches!(key, Key::Interrupt | Key::Stop | Key::Redraw) {
            return self.type_filter(key);
        }
        let Some(command) = keys::command(key, self.place()) else { return Request::Nothing };
        match command {
            Command::Quit => return Request::Quit,
            Command::Stop => return Request::Stop,
            Command::Redraw => {}
            Command::Help => self.turn(Overlay::Help),
            Command::Events => self.turn(Overlay::Events),
            Command::Back => self.go_back(),
            Command::Filter => self.is_typing = true,
            Command::Open => self.open(),
            Command::Next => self.open_next(1),
            Command::Previous => self.open_next(-1),
            Command::Raw => {
                self.is_raw = !self.is_raw;
                self.first = 0;
            }
            Command::Sort => {
                self.order = self.order.next();
                self.kept = None;
            }
            Command::Freeze => {
                self.kept = if self.kept.is_some() { None } else { Some(self.sorted.clone()) };
            }
            Command::Up => self.step(-1),
            Command::Down => self.step(1),
            Command::PageUp => self.step(-self.page_length()),
            Command::PageDown => self.step(self.page_length()),
            Command::Home => self.step(isize::MIN),
            Command::End => self.step(isize::MAX),
        }
        Request::Redraw
    }

    fn type_filter(&mut self, key: &Key) -> Request {
        match key {
            Key::Enter => self.is_typing = false,
            Key::Escape => {
                self.is_typing = false;
                self.filter.clear();
            }
            Key::Backspace => {
                self.filter.pop();
            }
            Key::Up => self.step(-1),
            Key::Down => self.step(1),
            Key::Letter(letter) => self.add_to_filter(*letter),
            Key::Paste(text) => {
                text.chars()
                    .filter(|letter| !letter.is_control())
                    .for_each(|letter| self.add_to_filter(letter));
            }
            _ => return Request::Nothing,
        }
        Request::Redraw
    }

    fn add_to_filter(&mut self, letter: char) {
        if self.filter.chars().count() < LONGEST_FILTER {
            self.filter.push(letter);
        }
    }

    /// To that page, or back from it.
    fn turn(&mut self, to: Overlay) {
        self.overlay = if self.overlay == Some(to) { None } else { Some(to) };
        (self.first, self.held) = (0, None);
    }

    fn go_back(&mut self) {
        match (self.overlay.take(), self.opened.is_some()) {
            (Some(_), _) => {}
            (None, true) => self.opened = None,
            (None, false) => {
                self.filter.clear();
                self.selected = None;
            }
        }
        self.first = 0;
    }

    fn open(&mut self) {
        let chosen = self.selected.take().filter(|name| self.shown.contains(name));
        self.selected = chosen.or_else(|| self.shown.first().cloned());
        self.opened.clone_from(&self.selected);
        self.first = 0;
    }

    /// The agent after or before this one on the floor.
    fn open_next(&mut self, by: isize) {
        let at = self.shown.iter().position(|name| Some(name) == self.opened.as_ref());
        let next = at.and_then(|at| self.shown.get(at.checked_add_signed(by)?));
        if let Some(next) = next.cloned() {
            self.opened = Some(next.clone());
            self.selected = Some(next);
            self.first = 0;
        }
    }

    fn page_length(&self) -> isize {
        isize::try_from(self.visible.saturating_sub(1).max(1)).unwrap_or(isize::MAX)
    }

    /// Moves the selection on the floor, and the text on other pages.
    fn step(&mut self, by: isize) {
        if self.place() != Place::Floor {
            self.first = self.first.saturating_add_signed(by);
            return;
        }
        let at = self.selected.as_ref().and_then(|name| self.shown.iter().position(|one| one == name));
        let last = self.shown.len().saturating_sub(1);
        let to = at
            .map_or(if by > 1 { last.min(by.unsigned_abs()) } else { 0 }, |at| at.saturating_add_signed(by));
        self.selected = self.shown.get(to.min(last)).cloned();
    }

    /// Records what a frame of the floor shows, and moves the window to the selection.
    pub(crate) fn settle(&mut self, sorted: Vec<String>, shown: Vec<String>, visible: usize) {
        (self.sorted, self.shown, self.visible) = (sorted, shown, visible);
        let at = self.selected.as_ref().and_then(|name| self.shown.iter().position(|one| one == name));
        self.first = match at {
            None => 0,
            Some(at) => self.first.min(at).max((at + 1).saturating_sub(visible)),
        };
        self.first = self.first.min(self.shown.len().saturating_sub(visible));
    }

    /// For a page of text.
    pub(crate) fn settle_lines(&mut self, lines: usize, visible: usize) {
        self.visible = visible;
        self.first = self.first.min(lines.saturating_sub(visible));
    }

    /// The events that their page shows: what a person reads stays where it is while others arrive, until the newest are
    /// to be seen again.
    pub(crate) fn events_to_show(&mut self, newest: &EventLog) -> EventLog {
        if self.first == 0 {
            self.held = None;
            return newest.clone();
        }
        self.held.get_or_insert_with(|| newest.clone()).clone()
    }
}
