//! A console of Windows sends keys and sizes as events, which the library reads.

use std::future::pending;
use std::io;

use crossterm::event::{Event, KeyCode, KeyEventKind, KeyModifiers};
use tokio::sync::mpsc;

use crate::floor::event::EndReason;
use crate::watch::sinks::display::{Input, Key};

#[expect(clippy::unnecessary_wraps, reason = "a terminal of Unix may be closed for reading")]
pub(super) fn check_stdin() -> io::Result<()> {
    Ok(())
}

/// Sends keys until the console ends the watch, or (`None`) the board is gone.
pub(super) fn read_keys(inputs: &mpsc::UnboundedSender<Input>) -> io::Result<Option<EndReason>> {
    loop {
        let input = match crossterm::event::read()? {
            Event::Resize(..) => Input::Resized,
            Event::Paste(text) => Input::Key(Key::Paste(text)),
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let is_control = key.modifiers == KeyModifiers::CONTROL;
                let is_plain = (key.modifiers - KeyModifiers::SHIFT).is_empty();
                Input::Key(match key.code {
                    KeyCode::Char('c') if is_control => return Ok(Some(EndReason::Interrupted)),
                    KeyCode::Char('l') if is_control => Key::Redraw,
                    KeyCode::Char(letter) if is_plain => Key::Letter(letter),
                    KeyCode::Up if is_plain => Key::Up,
                    KeyCode::Down if is_plain => Key::Down,
                    KeyCode::Left if is_plain => Key::Left,
                    KeyCode::Right if is_plain => Key::Right,
                    KeyCode::PageUp if is_plain => Key::PageUp,
                    KeyCode::PageDown if is_plain => Key::PageDown,
                    KeyCode::Home if is_plain => Key::Home,
                    KeyCode::End if is_plain => Key::End,
                    KeyCode::Enter if is_plain => Key::Enter,
                    KeyCode::Esc if is_plain => Key::Escape,
                    KeyCode::Backspace if is_plain => Key::Backspace,
                    _ => continue,
                })
            }
            _ => continue,
        };
        if inputs.send(input).is_err() {
            return Ok(None);
        }
    }
}

/// No signal concerns the board.
pub(super) struct Signals;

impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "Unix may refuse signals")]
    pub(super) fn listen(_may_be_stopped: bool) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) async fn forward(self, _inputs: mpsc::WeakUnboundedSender<Input>) {
        pending().await
    }
}
