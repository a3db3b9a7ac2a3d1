//! The two streams of a process: the answer on stdout, everything else on stderr, both through
//! the same redactor. It must not know what is said on them.

use std::io::{self, BufWriter, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::output::text::mask::mask_free_text;
use crate::output::text::redact::{RedactingWriter, Redactor};
use crate::output::text::sanitize::sanitize_lines;

/// Rust's own stdout writes out every line; a large answer needs larger steps.
const STEP: usize = 64 << 10;

/// Where a command speaks.
pub struct Streams {
    stdout: BufWriter<RedactingWriter<Box<dyn Write>>>,
    stderr: RedactingWriter<Shared>,
    shared_stderr: Shared,
    redactor: Redactor,
    /// The first failure on stderr. There is nowhere to tell it but in the exit code.
    stderr_failure: Option<io::Error>,
}

impl Streams {
    /// Streams through the redactor.
    #[must_use]
    pub fn new(stdout: Box<dyn Write>, stderr: Box<dyn Write + Send>, redactor: Redactor) -> Self {
        let stderr = Shared(Arc::new(Mutex::new(stderr)));
        Self {
            stdout: BufWriter::with_capacity(STEP, RedactingWriter::new(stdout, redactor.clone())),
            stderr: RedactingWriter::new(stderr.clone(), redactor.clone()),
            shared_stderr: stderr,
            redactor,
            stderr_failure: None,
        }
    }

    /// The answer: buffered until [`Streams::flush`].
    pub fn answer(&mut self) -> &mut dyn Write {
        &mut self.stdout
    }

    /// Everything that is not the answer, as it is: for text that was made harmless before.
    pub fn say(&mut self, words: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        let said = words(&mut self.stderr).and_then(|()| self.stderr.flush());
        if let Err(failure) = said {
            self.stderr_failure.get_or_insert(failure);
        }
    }

    /// A second way to stderr, for a log of what happens on the wire: made harmless, secrets and
    /// phone numbers hidden whatever the options say.
    #[must_use]
    pub fn log(&self) -> Log {
        Log(RedactingWriter::new(self.shared_stderr.clone(), self.redactor.clone()))
    }

    /// A second way to stderr, for what a terminal shall do: text as it is, only the secrets hidden.
    #[must_use]
    pub fn signals(&self) -> impl Write + use<> {
        RedactingWriter::new(self.shared_stderr.clone(), self.redactor.clone())
    }

    /// The terminal that is stdout, for a screen that is painted: secrets hidden as everywhere.
    #[must_use]
    pub fn screen(&self) -> impl Write + use<> {
        RedactingWriter::new(io::stdout(), self.redactor.clone())
    }

    /// Writes everything out.
    ///
    /// # Errors
    /// When either stream could not take everything. `BrokenPipe` means that the reader has left.
    pub fn flush(&mut self) -> io::Result<()> {
        self.stdout.flush()?;
        self.stderr.flush()?;
        self.stderr_failure.take().map_or(Ok(()), Err)
    }
}

/// Whether the reader of stdout went away, as far as the system can tell without a write.
#[cfg(unix)]
#[must_use]
pub fn stdout_reader_is_gone() -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let stdout = io::stdout();
    let mut streams = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let gone = PollFlags::ERR | PollFlags::HUP;
    poll(&mut streams, Some(&at_once)).is_ok() && streams.iter().any(|it| it.revents().intersects(gone))
}

/// Elsewhere the next write tells.
#[cfg(not(unix))]
#[must_use]
pub fn stdout_reader_is_gone() -> bool {
    false
}

/// One stream with several ways to it.
#[derive(Clone)]
struct Shared(Arc<Mutex<Box<dyn Write + Send>>>);

impl Write for Shared {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(text)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// A log on stderr; each write is one whole entry.
pub struct Log(RedactingWriter<Shared>);

impl Write for Log {
    fn write(&mut self, entry: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(entry);
        self.0.write_all(sanitize_lines(&mask_free_text(&text)).as_bytes())?;
        self.0.flush()?;
        Ok(entry.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::{Redactor, STEP, Streams};

    /// A stream that a test can look at, and that fails once it is full.
    #[derive(Clone)]
    struct Sink {
        said: Arc<Mutex<Vec<u8>>>,
        room: usize,
    }

    impl Sink {
        fn with_room(room: usize) -> Self {
            Self { said: Arc::default(), room }
        }

        fn said(&self) -> String {
            String::from_utf8(self.said.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Sink {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            if self.said.lock().unwrap().len() + text.len() > self.room {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.said.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn streams(stdout: &Sink, stderr: &Sink) -> Streams {
        let redactor = Redactor::default();
        redactor.hide("one-secret");
        Streams::new(Box::new(stdout.clone()), Box::new(stderr.clone()), redactor)
    }

    #[test]
    fn both_streams_hide_secrets() {
        let (stdout, stderr) = (Sink::with_room(1000), Sink::with_room(1000));
        let mut streams = streams(&stdout, &stderr);
        streams.answer().write_all(b"one-").unwrap();
        streams.answer().write_all(b"secret").unwrap();
        streams.say(|out| out.write_all(b"one-se").and_then(|()| writeln!(out, "cret")));
        streams.flush().unwrap();
        assert_eq!((stdout.said(), stderr.said()), ("••••".to_owned(), "••••\n".to_owned()));
    }

    #[test]
    fn the_answer_is_written_in_large_steps() {
        let stdout = Sink::with_room(STEP * 2);
        let mut streams = streams(&stdout, &Sink::with_room(0));
        streams.answer().write_all(&vec![b'\n'; STEP - 1]).unwrap();
        assert_eq!(stdout.said().len(), 0);
        streams.answer().write_all(b"\n\n").unwrap();
        assert_eq!(stdout.said().len(), STEP - 1);
        streams.flush().unwrap();
        assert_eq!(stdout.said().len(), STEP + 1);
    }

    #[test]
    fn a_stream_that_takes_no_more_is_an_error_at_the_latest_when_flushed() {
        let mut broken = streams(&Sink::with_room(3), &Sink::with_room(1000));
        broken.answer().write_all(b"long answer").unwrap();
        assert_eq!(broken.flush().unwrap_err().kind(), io::ErrorKind::BrokenPipe);

        let mut broken = streams(&Sink::with_room(1000), &Sink::with_room(3));
        broken.say(|out| writeln!(out, "long line"));
        assert_eq!(broken.flush().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert!(broken.flush().is_ok());
    }
}
