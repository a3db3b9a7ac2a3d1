//! Writes events as lines: sentences, JSON objects, CSV or TSV. One write per line, so that no reader gets half of one.

use std::io::{self, Write};

use crate::floor::event::Event;
use crate::output::event_view;
use crate::output::formats::json;
use crate::output::formats::render::{RenderError, render};
use crate::output::formats::sentence;
use crate::output::presentation::{Format, Presentation};
use crate::output::text::times::rfc3339_seconds;
use crate::watch::sinks::EventSink;

pub struct Lines<W: Write> {
    out: W,
    presentation: Presentation,
    line: Vec<u8>,
}

impl<W: Write> Lines<W> {
    /// The format `table` means sentences here.
    pub fn new(out: W, presentation: Presentation) -> Self {
        Self { out, presentation, line: Vec::new() }
    }

    fn write_line(&mut self, event: &Event) -> io::Result<()> {
        match self.presentation.format {
            Format::Json | Format::Ndjson => self.write_object(event),
            Format::Csv | Format::Tsv => self.write_row(event),
            Format::Table => self.write_sentence(event),
        }
    }

    fn write_object(&mut self, event: &Event) -> io::Result<()> {
        let Presentation { zone, mask, .. } = &self.presentation;
        json::write_line(&event.row(), zone, *mask, &mut self.line)
    }

    /// Headings come before the first row only.
    fn write_row(&mut self, event: &Event) -> io::Result<()> {
        let written = render(&event_view::table(event), &self.presentation, &mut self.line);
        self.presentation.headers = false;
        written.map_err(|error| match error {
            RenderError::Io(error) => error,
            RenderError::Column(error) => io::Error::other(error),
        })
    }

    fn write_sentence(&mut self, event: &Event) -> io::Result<()> {
        let Presentation { zone, mask, color, .. } = &self.presentation;
        let second = event.at.round(jiff::Unit::Second).unwrap_or(event.at);
        write!(self.line, "{} ", rfc3339_seconds(second, zone))?;
        if *color {
            let then = Presentation { now: event.at, ..self.presentation.clone() };
            sentence::write_sentence(&event_view::sentence(event), &then, &mut self.line)
        } else {
            writeln!(self.line, "{}", event_view::words(event, zone, *mask))
        }
    }
}

impl<W: Write> EventSink for Lines<W> {
    fn write(&mut self, events: &[Event]) -> io::Result<()> {
        for event in events {
            self.line.clear();
            self.write_line(event)?;
            self.out.write_all(&self.line)?;
            self.out.flush()?;
        }
        Ok(())
    }
}
