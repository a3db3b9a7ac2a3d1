//! The live board of a watch on a terminal. What it shows is arranged and drawn by pure parts; only
//! `screen` and this file touch the terminal. It must not know the network, nor when to poll.

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

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufWriter, Write};

use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::floor::event::{Event, EventKind, StateCause};
use crate::floor::limit::Limit;
use crate::output::event_view;
use crate::watch::board::controls::Controls;
use crate::watch::board::lines::News;
use crate::watch::board::picture::Picture;
use crate::watch::board::screen::{Screen, Surface};
use crate::watch::followed::View;
use crate::watch::sink::{Asked, Input, Sink};

pub use picture::BoardOptions;
pub use screen::keyboard;

/// So many pieces of news are kept.
const KEPT_NEWS: usize = 100;

/// The board. Dropping it gives the terminal back.
pub struct Board {
    options: BoardOptions,
    limits: Vec<Limit>,
    news: VecDeque<News>,
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
        let mut out = buffered(out);
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
        let painter = CrosstermBackend::new(buffered(out));
        let terminal = Terminal::with_options(painter, TerminalOptions { viewport })?;
        Ok(Self { size: Some(size), ..Self::on(options, limits, terminal) })
    }

    fn on(options: BoardOptions, limits: Vec<Limit>, terminal: Terminal<Painter>) -> Self {
        // The options have weighed the variables already; the library would weigh them again.
        crossterm::style::force_color_output(options.color);
        Self {
            options,
            limits,
            news: VecDeque::new(),
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

    fn picture<'a>(&'a self, view: View<'a>) -> Picture<'a> {
        Picture { view, options: &self.options, limits: &self.limits, news: &self.news }
    }
}

fn buffered(out: impl Write + 'static) -> BufWriter<Surface> {
    BufWriter::with_capacity(1 << 16, Surface::new(out))
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

impl Sink for Board {
    fn tell(&mut self, event: &Event) -> io::Result<()> {
        self.is_stale |= matches!(event.kind, EventKind::Tag { .. });
        if is_news(&event.kind) {
            let news =
                News { at: event.at, profile: event.profile.clone(), sentence: event_view::sentence(event) };
            self.news.push_back(news);
            if self.news.len() > KEPT_NEWS {
                self.news.pop_front();
            }
        }
        Ok(())
    }

    fn show(&mut self, view: View<'_>) -> io::Result<()> {
        // To be painted from nothing, and with that to be cleared first.
        let cleared = if std::mem::take(&mut self.is_stale) { Some(self.area()?) } else { None };
        let Self { options, limits, news, controls, terminal, .. } = self;
        let picture = Picture { view, options, limits, news };
        queue!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if let Some(area) = cleared {
            // Unlike `clear` this asks the terminal nothing: its answer would be read as keys.
            terminal.resize(area)?;
        }
        terminal.draw(|frame| picture.draw(controls, frame.buffer_mut()))?;
        queue!(terminal.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(terminal.backend_mut())
    }

    fn finish(&mut self, view: View<'_>) -> io::Result<()> {
        let area = self.area()?;
        self.last_frame = last_frame(&self.picture(view), &self.controls, area);
        Ok(())
    }

    fn input(&mut self, input: Input) -> io::Result<Asked> {
        let input = match input {
            Input::Event(input) => input,
            Input::Stop => {
                self.stop()?;
                return Ok(Asked::Redraw);
            }
            Input::Continued => {
                screen::enter_again(self.terminal.backend_mut())?;
                self.is_stale = true;
                return Ok(Asked::Redraw);
            }
        };
        let page = self.controls.page.clone();
        let asked = self.controls.take(&input);
        self.is_stale |= page != self.controls.page;
        if asked == Asked::Stop {
            screen::ask_job_to_stop()?;
        }
        Ok(asked)
    }
}

/// What is not to be seen in the rows: alerts, gaps, connections, sessions, clocks.
fn is_news(kind: &EventKind) -> bool {
    match kind {
        EventKind::State(state) => state.because != StateCause::FirstLook,
        EventKind::Alert(_)
        | EventKind::Gap { .. }
        | EventKind::ConnectionLost { .. }
        | EventKind::ConnectionRestored { .. }
        | EventKind::SessionExpired { .. }
        | EventKind::SessionRenewed => true,
        EventKind::Start { .. }
        | EventKind::Tag { .. }
        | EventKind::BreakStarted { .. }
        | EventKind::BreakEnded { .. }
        | EventKind::WrapupStarted { .. }
        | EventKind::WrapupEnded { .. }
        | EventKind::Heartbeat { .. }
        | EventKind::End { .. } => false,
    }
}
