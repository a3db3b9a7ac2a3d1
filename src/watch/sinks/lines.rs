//! Writes events as lines: sentences, JSON objects, CSV or TSV. One write per line, so that no reader gets half of one.
//!
//! Where a server is lost for many profiles, a person gets one sentence: sentences about connections wait until the round
//! of polls is over. Every other sentence, and every line for a program, is written at once.

use std::io::{self, Write};
use std::mem::{discriminant, take};
use std::time::Duration;

use jiff::Timestamp;

use crate::floor::event::{Event, EventKind};
use crate::output::event_view;
use crate::output::event_view::{Folded, LONGEST_ROUND, can_join, fold};
use crate::output::formats::json;
use crate::output::formats::render::{RenderError, render};
use crate::output::formats::sentence;
use crate::output::presentation::{Format, Presentation};
use crate::output::text::times::rfc3339_seconds;
use crate::watch::sinks::{EventSink, Turn};

/// By how much polls of one interval are late at most.
const LATE: Duration = Duration::from_secs(1);

pub struct Lines<W: Write> {
    out: W,
    presentation: Presentation,
    line: Vec<u8>,
    /// Events of one type, each of another profile, whose sentences wait.
    held: Vec<Event>,
    /// When the first of them arrived.
    held_since: Option<Duration>,
    profiles: usize,
    interval: Duration,
    /// Whether only trouble is written.
    is_of_trouble: bool,
    /// The time of the last sentence. One that waited has no earlier time than those before it.
    last: Timestamp,
}

impl<W: Write> Lines<W> {
    /// The format `table` means sentences here.
    pub fn new(out: W, presentation: Presentation) -> Self {
        Self {
            out,
            presentation,
            line: Vec::new(),
            held: Vec::new(),
            held_since: None,
            profiles: 1,
            interval: Duration::ZERO,
            is_of_trouble: false,
            last: Timestamp::MIN,
        }
    }

    /// Sentences, and only about what went wrong, and when that is over.
    pub(crate) fn of_trouble(out: W, presentation: Presentation) -> Self {
        Self { is_of_trouble: true, ..Self::new(out, presentation) }
    }

    fn write_event(&mut self, event: &Event) -> io::Result<()> {
        self.line.clear();
        match self.presentation.format {
            Format::Json | Format::Ndjson => self.write_object(event)?,
            Format::Csv | Format::Tsv => self.write_row(event)?,
            Format::Table => return self.write_or_hold(event),
        }
        self.write_line()
    }

    fn write_line(&mut self) -> io::Result<()> {
        self.out.write_all(&self.line)?;
        self.out.flush()
    }

    fn write_or_hold(&mut self, event: &Event) -> io::Result<()> {
        let is_of_held = |held: &Event| held.profile == event.profile;
        match &event.kind {
            EventKind::Start(start) => {
                self.profiles = usize::try_from(start.profiles).unwrap_or(usize::MAX);
                self.interval = Duration::from_secs(start.interval_seconds.unsigned_abs());
            }
            kind if self.profiles > 1 && can_join(kind) => {
                let is_other = |held: &Event| discriminant(&held.kind) != discriminant(&event.kind);
                if self.held.iter().any(|held| is_other(held) || is_of_held(held)) {
                    self.write_held()?;
                }
                self.held.push(event.clone());
                return Ok(());
            }
            EventKind::End(_) => self.write_held()?,
            // What a connection brought after it was restored does not wait for those of other profiles.
            _ if self.held.iter().any(|held| is_of_held(held) && !is_return(held)) => self.write_held()?,
            _ => {}
        }
        if self.is_of_trouble && !is_trouble(&event.kind) {
            return Ok(());
        }
        fold([event], self.profiles).iter().try_for_each(|one| self.write_sentence(one, one.at()))
    }

    fn write_held(&mut self) -> io::Result<()> {
        self.held_since = None;
        let held = take(&mut self.held);
        fold(&held, self.profiles).iter().try_for_each(|one| {
            let is_late = self.last.duration_since(one.at()).unsigned_abs() <= LONGEST_ROUND;
            self.write_sentence(one, if is_late { one.at().max(self.last) } else { one.at() })
        })
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

    fn write_sentence(&mut self, folded: &Folded<'_>, at: Timestamp) -> io::Result<()> {
        let Presentation { zone, mask, color, .. } = &self.presentation;
        self.last = at;
        self.line.clear();
        write!(self.line, "{} ", rfc3339_seconds(at.round(jiff::Unit::Second).unwrap_or(at), zone))?;
        if *color {
            let then = Presentation { now: folded.at(), ..self.presentation.clone() };
            sentence::write_sentence(&folded.sentence(), &then, &mut self.line)?;
        } else {
            writeln!(self.line, "{}", folded.words(zone, *mask))?;
        }
        self.write_line()
    }
}

/// That a profile is no longer followed, the watch notes on stderr itself.
fn is_trouble(kind: &EventKind) -> bool {
    kind.is_of_the_connection()
        || matches!(kind, EventKind::Gap(_) | EventKind::JournalLost(_) | EventKind::JournalRestored(_))
}

fn is_return(event: &Event) -> bool {
    matches!(event.kind, EventKind::ConnectionRestored(_))
}

impl<W: Write> EventSink for Lines<W> {
    fn write(&mut self, events: &[Event]) -> io::Result<()> {
        events.iter().try_for_each(|event| self.write_event(event))
    }

    fn turn(&mut self, turn: Turn) -> io::Result<()> {
        let Some(first) = self.held.first() else { return Ok(()) };
        let since = *self.held_since.get_or_insert(turn.now);
        let (is_complete, longest) = match first.kind {
            EventKind::ConnectionLost(_) => (turn.lost >= turn.followed, self.interval + LATE),
            // Profiles whose sessions have expired are polled no more.
            EventKind::SessionExpired(_) => (turn.followed == 0, self.interval + LATE),
            _ => (turn.lost == 0, LONGEST_ROUND),
        };
        if is_complete || turn.now.saturating_sub(since) >= longest.min(LONGEST_ROUND) {
            return self.write_held();
        }
        Ok(())
    }
}
