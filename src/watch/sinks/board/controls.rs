//! What the person at the board has chosen: page, selection, filter, frozen order. Keys go in,
//! choices come out; it must not know the screen.

use crate::watch::sinks::display::Request;
use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A filter longer than this finds nothing anyway.
const LONGEST_FILTER: usize = 64;

/// What fills the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Page {
    /// All agents.
    #[default]
    Floor,
    /// One agent.
    Opened(String),
    /// What the keys do.
    Keys,
}

/// The choices.
#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    pub(crate) page: Page,
    /// The profile selected.
    pub(crate) selected: Option<String>,
    pub(crate) filter: String,
    /// Whether the filter is being typed.
    pub(crate) is_typing: bool,
    /// The order in which the rows were frozen.
    pub(crate) frozen: Option<Vec<String>>,
    /// The first row or line shown.
    pub(crate) first: usize,
    /// How many rows or lines the screen shows, as of the last frame.
    pub(crate) visible: usize,
    /// The profiles in the order shown, as of the last frame.
    pub(crate) order: Vec<String>,
}

impl Controls {
    /// Takes one event of the terminal.
    pub(crate) fn take(&mut self, event: &Event) -> Request {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.press(*key),
            Event::Resize(..) => Request::Redraw,
            _ => Request::Nothing,
        }
    }

    fn press(&mut self, key: KeyEvent) -> Request {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Request::Quit,
                KeyCode::Char('z') => Request::Stop,
                KeyCode::Char('l') => Request::Redraw,
                _ => Request::Nothing,
            };
        }
        if self.is_typing {
            return self.type_filter(key.code);
        }
        match (key.code, &self.page) {
            (KeyCode::Char('q'), _) => return Request::Quit,
            (KeyCode::Up | KeyCode::Char('k'), _) => self.step(-1),
            (KeyCode::Down | KeyCode::Char('j'), _) => self.step(1),
            (KeyCode::PageUp, _) => self.step(-self.page_length()),
            (KeyCode::PageDown, _) => self.step(self.page_length()),
            (KeyCode::Home, _) => self.step(isize::MIN),
            (KeyCode::End, _) => self.step(isize::MAX),
            (KeyCode::Char('?'), Page::Floor) => self.turn_to(Page::Keys),
            (KeyCode::Char('?'), Page::Keys)
            | (KeyCode::Esc | KeyCode::Backspace, Page::Opened(_) | Page::Keys) => self.turn_to(Page::Floor),
            (KeyCode::Esc, Page::Floor) => {
                self.filter.clear();
                self.selected = None;
            }
            (KeyCode::Enter, Page::Floor) => {
                let chosen = self.selected.clone().filter(|name| self.order.contains(name));
                self.selected = chosen.or_else(|| self.order.first().cloned());
                if let Some(name) = self.selected.clone() {
                    self.turn_to(Page::Opened(name));
                }
            }
            (KeyCode::Char('/'), Page::Floor) => self.is_typing = true,
            (KeyCode::Char('f'), Page::Floor) => {
                self.frozen = if self.frozen.is_some() { None } else { Some(self.order.clone()) };
            }
            _ => return Request::Nothing,
        }
        Request::Redraw
    }

    fn type_filter(&mut self, code: KeyCode) -> Request {
        match code {
            KeyCode::Enter => self.is_typing = false,
            KeyCode::Esc => {
                self.is_typing = false;
                self.filter.clear();
            }
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Up => self.step(-1),
            KeyCode::Down => self.step(1),
            KeyCode::Char(letter) if !letter.is_control() && self.filter.chars().count() < LONGEST_FILTER => {
                self.filter.push(letter);
            }
            _ => return Request::Nothing,
        }
        Request::Redraw
    }

    fn turn_to(&mut self, page: Page) {
        self.page = page;
        self.first = 0;
    }

    fn page_length(&self) -> isize {
        isize::try_from(self.visible.saturating_sub(1).max(1)).unwrap_or(isize::MAX)
    }

    /// Moves the selection on the floor, and the text on other pages.
    fn step(&mut self, by: isize) {
        if self.page != Page::Floor {
            self.first = self.first.saturating_add_signed(by);
            return;
        }
        let at = self.selected.as_ref().and_then(|name| self.order.iter().position(|one| one == name));
        let last = self.order.len().saturating_sub(1);
        let to = at
            .map_or(if by > 1 { last.min(by.unsigned_abs()) } else { 0 }, |at| at.saturating_add_signed(by));
        self.selected = self.order.get(to.min(last)).cloned();
    }

    /// Notes what a frame shows, and moves the window so that it holds the selection.
    pub(crate) fn settle(&mut self, order: Vec<String>, visible: usize) {
        self.order = order;
        self.visible = visible;
        let at = self.selected.as_ref().and_then(|name| self.order.iter().position(|one| one == name));
        self.first = match at {
            None => 0,
            Some(at) => self.first.min(at).max((at + 1).saturating_sub(visible)),
        };
        self.first = self.first.min(self.order.len().saturating_sub(visible));
    }

    /// The same for a page of so many lines.
    pub(crate) fn settle_lines(&mut self, lines: usize, visible: usize) {
        self.visible = visible;
        self.first = self.first.min(lines.saturating_sub(visible));
    }
}
