//! What the person at the board has chosen: page, selection, filter, frozen order.

use crate::watch::sinks::display::{Key, Request};

/// A filter longer than this finds nothing anyway.
const LONGEST_FILTER: usize = 64;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Page {
    #[default]
    Floor,
    Opened(String),
    Keys,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    pub(crate) page: Page,
    pub(crate) selected: Option<String>,
    pub(crate) filter: String,
    pub(crate) is_typing: bool,
    /// The order of the rows, if it is frozen.
    pub(crate) frozen: Option<Vec<String>>,
    pub(crate) first: usize,
    /// How many rows or lines the screen shows, as of the last frame.
    pub(crate) visible: usize,
    /// The profiles in the order shown, as of the last frame.
    pub(crate) order: Vec<String>,
}

impl Controls {
    pub(crate) fn press(&mut self, key: &Key) -> Request {
        match key {
            Key::Interrupt => return Request::Quit,
            Key::Stop => return Request::Stop,
            Key::Redraw => return Request::Redraw,
            _ if self.is_typing => return self.type_filter(key),
            _ => {}
        }
        match (key, &self.page) {
            (Key::Letter('q'), _) => return Request::Quit,
            (Key::Up | Key::Letter('k'), _) => self.step(-1),
            (Key::Down | Key::Letter('j'), _) => self.step(1),
            (Key::PageUp, _) => self.step(-self.page_length()),
            (Key::PageDown, _) => self.step(self.page_length()),
            (Key::Home, _) => self.step(isize::MIN),
            (Key::End, _) => self.step(isize::MAX),
            (Key::Letter('?'), Page::Floor) => self.turn_to(Page::Keys),
            (Key::Letter('?'), Page::Keys) | (Key::Escape | Key::Backspace, Page::Opened(_) | Page::Keys) => {
                self.turn_to(Page::Floor);
            }
            (Key::Escape, Page::Floor) => {
                self.filter.clear();
                self.selected = None;
            }
            (Key::Enter, Page::Floor) => {
                let chosen = self.selected.clone().filter(|name| self.order.contains(name));
                self.selected = chosen.or_else(|| self.order.first().cloned());
                if let Some(name) = self.selected.clone() {
                    self.turn_to(Page::Opened(name));
                }
            }
            (Key::Letter('/'), Page::Floor) => self.is_typing = true,
            (Key::Letter('f'), Page::Floor) => {
                self.frozen = if self.frozen.is_some() { None } else { Some(self.order.clone()) };
            }
            _ => return Request::Nothing,
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

    /// Records what a frame shows, and moves the window to the selection.
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

    /// For a page of text.
    pub(crate) fn settle_lines(&mut self, lines: usize, visible: usize) {
        self.visible = visible;
        self.first = self.first.min(lines.saturating_sub(visible));
    }
}
