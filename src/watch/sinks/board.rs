//! The live board of a watch on a terminal. Only this file and `screen` use the terminal; the other files compute what it
//! shows.

mod columns;
mod controls;
mod feed;
mod floor;
mod heading;
mod help;
mod keyboard;
mod keys;
mod layout;
mod opened;
mod options;
mod paint;
mod picture;
mod rows;
mod screen;
mod today;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::thread;
use std::time::Duration;

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::{oneshot, watch};

use crate::floor::alerts::Limit;
use crate::floor::event::EndReason;
use crate::watch::sinks::board::controls::Controls;
use crate::watch::sinks::board::picture::Picture;
use crate::watch::sinks::board::screen::{Screen, Surface};
use crate::watch::sinks::display::{Display, Input, Request, drive};
use crate::watch::view::FloorView;

pub(crate) use keyboard::Keyboard;
pub use keys::all as keys;
pub use options::BoardOptions;
pub(crate) use screen::give_terminal_back_by_force;

/// For the last frame: a watch that is to end must not wait long for its terminal.
const LAST_FRAME_LIMIT: Duration = Duration::from_secs(1);

/// Larger than any screen. A terminal may report any size, and each cell takes memory.
const LARGEST: Size = Size { width: 1000, height: 500 };

/// The usual size of a terminal that reports none, such as a serial line.
const UNKNOWN: Size = Size { width: 80, height: 24 };

/// Dropping it restores the terminal.
pub struct Board {
    options: BoardOptions,
    limits: Vec<Limit>,
    /// How many events the last frame knew of.
    noted: usize,
    controls: Controls,
    last_frame: String,
    /// Whether the screen must be repainted completely: terminals disagree on the width of some scripts, so older text may
    /// have left marks.
    is_stale: bool,
    terminal: Terminal<Painter>,
    area: Rect,
    /// Whether the size changes with the terminal's.
    follows_terminal: bool,
    /// Declared last, so that buffered output is written before the terminal is restored.
    _screen: Option<Screen>,
}

/// A board on its own thread, so that a terminal that takes no bytes holds up nothing else.
#[derive(Debug)]
pub(crate) struct RunningBoard {
    /// For a person who ends the watch. Dropped if the board fails.
    quit: oneshot::Receiver<EndReason>,
    /// For a terminal that ends it.
    hang_up: oneshot::Receiver<io::Result<EndReason>>,
    done: oneshot::Receiver<(String, io::Result<()>)>,
}

impl RunningBoard {
    /// Takes the terminal, and shows the views until there are no more. `out` must be the terminal of stdout.
    ///
    /// # Errors
    /// If there is no terminal, or it fails.
    pub(crate) fn start(
        options: BoardOptions,
        limits: Vec<Limit>,
        out: impl Write + Send + 'static,
        views: watch::Receiver<FloorView>,
        keyboard: Keyboard,
    ) -> io::Result<Self> {
        let Keyboard { inputs, end: hang_up } = keyboard;
        let (opened, is_open) = std::sync::mpsc::channel();
        let (stop, quit) = oneshot::channel();
        let (finished, done) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
        thread::Builder::new().name("board".to_owned()).spawn(move || {
            // Once the watch is over, nobody receives this.
            match Board::open(options, limits, out) {
                Ok(mut board) => {
                    let _ = opened.send(Ok(()));
                    let shown = runtime.block_on(drive(&mut board, views, inputs, stop));
                    let _ = finished.send((board.close(), shown));
                }
                Err(error) => _ = opened.send(Err(error)),
            }
        })?;
        is_open.recv().map_err(io::Error::other)??;
        Ok(Self { quit, hang_up, done })
    }

    /// Waits until the person or the terminal ends the watch, and returns the reason; `None` if the board fails, for which
    /// [`finish`](Self::finish) returns the error.
    ///
    /// # Errors
    /// If the terminal cannot be read.
    pub(crate) async fn ended(&mut self) -> io::Result<Option<EndReason>> {
        tokio::select! {
            Ok(reason) = &mut self.hang_up => reason.map(Some),
            reason = &mut self.quit => Ok(reason.ok()),
        }
    }

    /// Waits until the terminal is restored. Returns the last frame as text for the ordinary screen, and the board's error.
    pub(crate) async fn finish(self) -> (String, io::Result<()>) {
        match tokio::time::timeout(LAST_FRAME_LIMIT, self.done).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => (String::new(), Err(io::Error::other(error))),
            Err(error) => {
                give_terminal_back_by_force();
                (String::new(), Err(io::Error::new(io::ErrorKind::TimedOut, error)))
            }
        }
    }
}

type Painter = CrosstermBackend<BufWriter<Surface>>;

impl fmt::Debug for Board {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Board").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Board {
    /// Takes the terminal, and shows nothing yet. `out` must be the terminal of stdout.
    ///
    /// # Errors
    /// If there is no terminal, or it fails.
    pub fn open(options: BoardOptions, limits: Vec<Limit>, out: impl Write + 'static) -> io::Result<Self> {
        let mut out = buffered(Surface::new(out, true));
        let screen = Screen::enter(&mut out)?;
        let area = size_of_terminal()?;
        Ok(Self { follows_terminal: true, _screen: Some(screen), ..Self::on(options, limits, out, area)? })
    }

    /// A board of this size that takes no terminal, and paints to `out`.
    ///
    /// # Errors
    /// If `out` fails.
    pub fn of_size(
        options: BoardOptions,
        limits: Vec<Limit>,
        out: impl Write + 'static,
        size: Rect,
    ) -> io::Result<Self> {
        Self::on(options, limits, buffered(Surface::new(out, false)), size)
    }

    fn on(
        options: BoardOptions,
        limits: Vec<Limit>,
        out: BufWriter<Surface>,
        area: Rect,
    ) -> io::Result<Self> {
        // The options have already considered the variables; otherwise the library would.
        crossterm::style::force_color_output(options.color);
        let viewport = Viewport::Fixed(area);
        let terminal = Terminal::with_options(CrosstermBackend::new(out), TerminalOptions { viewport })?;
        Ok(Self {
            options,
            limits,
            noted: 0,
            controls: Controls::default(),
            last_frame: String::new(),
            is_stale: false,
            terminal,
            area,
            follows_terminal: false,
            _screen: None,
        })
    }

    /// Makes the next frame a complete one, if that is needed.
    fn clear_if_stale(&mut self) -> io::Result<()> {
        let area = if self.follows_terminal { size_of_terminal()? } else { self.area };
        if std::mem::take(&mut self.is_stale) || area != self.area {
            self.area = area;
            // Unlike `clear` this sends no query: the terminal's answer would be read as keys.
            self.terminal.resize(area)?;
        }
        Ok(())
    }

    /// Lets the shell have the terminal, and returns once the process is continued.
    fn stop(&mut self) -> io::Result<()> {
        screen::stop(self.terminal.backend_mut())?;
        // The screen may show anything now.
        self.is_stale = true;
        Ok(())
    }

    /// Restores the terminal, and returns the last frame as text for the ordinary screen.
    #[must_use]
    pub fn close(mut self) -> String {
        // If the terminal is gone, `Surface` fails here and then never again. Otherwise the screen library would report
        // that when it is dropped, to a terminal that is gone.
        let _ = self.terminal.show_cursor();
        std::mem::take(&mut self.last_frame)
    }
}

fn size_of_terminal() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(within_bounds(Size { width, height }).into())
}

fn within_bounds(Size { width, height }: Size) -> Size {
    if width == 0 || height == 0 {
        return UNKNOWN;
    }
    Size { width: width.min(LARGEST.width), height: height.min(LARGEST.height) }
}

fn buffered(out: Surface) -> BufWriter<Surface> {
    BufWriter::with_capacity(1 << 16, out)
}

/// The floor without selection, filter, keys and empty space, because it is a record.
fn last_frame(picture: &Picture<'_>, controls: &Controls, area: Rect) -> String {
    let mut controls = controls.of_a_record();
    let mut buffer = Buffer::empty(area);
    picture.draw(&mut controls, &mut buffer);
    let text = paint::plain_text(&buffer);
    // Between two panes that are both empty there is nothing to divide.
    let mut lines: Vec<&str> = text.lines().map(|line| if line.trim() == "│" { "" } else { line }).collect();
    lines.pop();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    format!("{}\n", lines.join("\n").trim_end())
}

impl Display for Board {
    fn show(&mut self, view: &FloorView) -> io::Result<()> {
        self.is_stale |= self.noted != view.events.noted();
        self.noted = view.events.noted();
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.clear_if_stale()?;
        let Self { options, limits, controls, terminal, .. } = self;
        let picture = Picture { view, options, limits };
        terminal.draw(|frame| picture.draw(controls, frame.buffer_mut()))?;
        queue!(terminal.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(terminal.backend_mut())
    }

    fn finish(&mut self, view: &FloorView) -> io::Result<()> {
        let picture = Picture { view, options: &self.options, limits: &self.limits };
        self.last_frame = last_frame(&picture, &self.controls, self.area);
        Ok(())
    }

    fn input(&mut self, input: Input) -> io::Result<Request> {
        match input {
            Input::Key(key) => {
                let page = self.controls.page();
                let request = self.controls.press(&key);
                self.is_stale |= page != self.controls.page();
                if request == Request::Stop {
                    screen::stop_job()?;
                }
                return Ok(request);
            }
            Input::Resized => {}
            Input::Stop => self.stop()?,
            Input::Continued => {
                screen::enter_again(self.terminal.backend_mut())?;
                self.is_stale = true;
            }
        }
        Ok(Request::Redraw)
    }
}
