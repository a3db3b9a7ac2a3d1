//! The live board of a watch on a terminal. What it shows is arranged and drawn by pure parts; only `screen` and this
//! file touch the terminal.

mod columns;
mod controls;
mod lines;
mod opened;
mod paint;
mod picture;
mod rows;
mod screen;
mod summary;
mod wording;

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
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::sync::{mpsc, oneshot, watch};

use crate::floor::event::EndReason;
use crate::floor::limit::Limit;
use crate::watch::sinks::board::controls::Controls;
use crate::watch::sinks::board::picture::Picture;
use crate::watch::sinks::board::screen::{Screen, Surface};
use crate::watch::sinks::display::{Display, Input, Request, drive};
use crate::watch::view::FloorView;

pub use picture::BoardOptions;
pub use screen::keyboard;

/// How long a terminal may take for the last frame.
const LAST_FRAME_LIMIT: Duration = Duration::from_secs(5);

/// The board. Dropping it gives the terminal back.
pub struct Board {
    options: BoardOptions,
    limits: Vec<Limit>,
    /// As of the last frame.
    tags_reported: u64,
    controls: Controls,
    last_frame: String,
    /// Whether the screen is to be painted from nothing: terminals disagree on the width of some
    /// scripts, so what stood there may have left marks behind.
    is_stale: bool,
    terminal: Terminal<Painter>,
    /// The size, where it is not the terminal's.
    size: Option<Rect>,
    /// Declared last: what the terminal still holds is written before the terminal is given back.
    _screen: Option<Screen>,
}

/// A board that runs on a thread of its own, so that a terminal that takes no bytes holds nobody else.
#[derive(Debug)]
pub struct RunningBoard {
    /// Why the person, or the terminal, ends the watch. Dropped if the board fails.
    pub end: oneshot::Receiver<EndReason>,
    done: oneshot::Receiver<(String, io::Result<()>)>,
}

impl RunningBoard {
    /// Takes the terminal, and shows the views until there are no more of them. `out` must be the terminal that is
    /// stdout.
    ///
    /// # Errors
    /// If there is no terminal, or it refuses.
    pub fn start(
        options: BoardOptions,
        limits: Vec<Limit>,
        out: impl Write + Send + 'static,
        views: watch::Receiver<FloorView>,
        inputs: mpsc::Receiver<Input>,
    ) -> io::Result<Self> {
        let (opened, is_open) = std::sync::mpsc::channel();
        let (stop, end) = oneshot::channel();
        let (tell, done) = oneshot::channel();
        // Nothing but channels is waited for there.
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        thread::Builder::new().name("board".to_owned()).spawn(move || {
            // Nobody listens any more once the watch is over, and then nobody needs to know.
            match Board::open(options, limits, out) {
                Ok(mut board) => {
                    let _ = opened.send(Ok(()));
                    let shown = runtime.block_on(drive(&mut board, views, inputs, stop));
                    let _ = tell.send((board.close(), shown));
                }
                Err(error) => _ = opened.send(Err(error)),
            }
        })?;
        is_open.recv().map_err(io::Error::other)??;
        Ok(Self { end, done })
    }

    /// Waits until the terminal is given back; the last frame as text for the ordinary screen, and how the board ended.
    pub async fn finish(self) -> (String, io::Result<()>) {
        match tokio::time::timeout(LAST_FRAME_LIMIT, self.done).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => (String::new(), Err(io::Error::other(error))),
            Err(error) => {
                screen::give_up();
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
    /// Takes the terminal, and shows nothing yet. `out` must be the terminal that is stdout.
    ///
    /// # Errors
    /// If there is no terminal, or it refuses.
    pub fn open(options: BoardOptions, limits: Vec<Limit>, out: impl Write + 'static) -> io::Result<Self> {
        let mut out = buffered(Surface::new(out, true));
        let screen = Screen::enter(&mut out)?;
        let terminal = Terminal::new(CrosstermBackend::new(out))?;
        Ok(Self { _screen: Some(screen), ..Self::on(options, limits, terminal) })
    }

    /// A board of this size that takes no terminal: what it paints is for whoever reads `out`.
    ///
    /// # Errors
    /// If `out` refuses.
    pub fn of_size(
        options: BoardOptions,
        limits: Vec<Limit>,
        out: impl Write + 'static,
        size: Rect,
    ) -> io::Result<Self> {
        let viewport = Viewport::Fixed(size);
        let painter = CrosstermBackend::new(buffered(Surface::new(out, false)));
        let terminal = Terminal::with_options(painter, TerminalOptions { viewport })?;
        Ok(Self { size: Some(size), ..Self::on(options, limits, terminal) })
    }

    fn on(options: BoardOptions, limits: Vec<Limit>, terminal: Terminal<Painter>) -> Self {
        // The options have weighed the variables already; the library would weigh them again.
        crossterm::style::force_color_output(options.color);
        Self {
            options,
            limits,
            tags_reported: 0,
            controls: Controls::default(),
            last_frame: String::new(),
            is_stale: false,
            terminal,
            size: None,
            _screen: None,
        }
    }

    fn area(&self) -> io::Result<Rect> {
        let whole = || self.terminal.size().map(|size| Rect::new(0, 0, size.width, size.height));
        self.size.map_or_else(whole, Ok)
    }

    /// Lets the shell have the terminal; returns once the process is continued. To be shown anew then.
    fn stop(&mut self) -> io::Result<()> {
        screen::stop(self.terminal.backend_mut())?;
        // The screen may hold anything now, and may have another size.
        let area = self.area()?;
        self.terminal.resize(area)
    }

    /// Gives the terminal back, and returns the last frame as text for the ordinary screen.
    #[must_use]
    pub fn close(mut self) -> String {
        // Where the terminal is gone, this is the failure that is told to somebody (see `Surface`), and not the one that
        // the screen library would complain of to a terminal that is gone.
        let _ = self.terminal.show_cursor();
        std::mem::take(&mut self.last_frame)
    }
}

fn buffered(out: Surface) -> BufWriter<Surface> {
    BufWriter::with_capacity(1 << 16, out)
}

/// The floor without selection, filter, keys and empty space: a record, not a screen to work at.
fn last_frame(picture: &Picture<'_>, controls: &Controls, area: Rect) -> String {
    let mut controls = Controls { frozen: controls.frozen.clone(), ..Controls::default() };
    let mut buffer = Buffer::empty(area);
    picture.draw(&mut controls, &mut buffer);
    let text = paint::plain_text(&buffer);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.pop();
    lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
    format!("{}\n", lines.join("\n").trim_end())
}

impl Display for Board {
    fn show(&mut self, view: &FloorView) -> io::Result<()> {
        self.is_stale |= self.tags_reported != view.tags_reported;
        self.tags_reported = view.tags_reported;
        // To be painted from nothing, and with that to be cleared first.
        let cleared = if std::mem::take(&mut self.is_stale) { Some(self.area()?) } else { None };
        let Self { options, limits, controls, terminal, .. } = self;
        let picture = Picture { view, options, limits };
        queue!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if let Some(area) = cleared {
            // Unlike `clear` this asks the terminal nothing: its answer would be read as keys.
            terminal.resize(area)?;
        }
        terminal.draw(|frame| picture.draw(controls, frame.buffer_mut()))?;
        queue!(terminal.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(terminal.backend_mut())
    }

    fn finish(&mut self, view: &FloorView) -> io::Result<()> {
        let area = self.area()?;
        let picture = Picture { view, options: &self.options, limits: &self.limits };
        self.last_frame = last_frame(&picture, &self.controls, area);
        Ok(())
    }

    fn input(&mut self, input: Input) -> io::Result<Request> {
        let input = match input {
            Input::Event(input) => input,
            Input::Stop => {
                self.stop()?;
                return Ok(Request::Redraw);
            }
            Input::Continued => {
                screen::enter_again(self.terminal.backend_mut())?;
                self.is_stale = true;
                return Ok(Request::Redraw);
            }
        };
        let page = self.controls.page.clone();
        let asked = self.controls.take(&input);
        self.is_stale |= page != self.controls.page;
        if asked == Request::Stop {
            screen::ask_job_to_stop()?;
        }
        Ok(asked)
    }
}
