use super::*;

/// A stream that a test can read, and that fails once it is full.
#[derive(Clone)]
struct Stream {
    written: Arc<Mutex<Vec<u8>>>,
    room: usize,
}

impl Stream {
    fn with_room(room: usize) -> Self {
        Self { written: Arc::default(), room }
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Stream {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if self.written.lock().unwrap().len() + text.len() > self.room {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.written.lock().unwrap().extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn console(stdout: &Stream, stderr: &Stream, pending: Option<&str>) -> Console {
    let redactor = Redactor::default();
    redactor.hide("one-secret");
    let pending = pending.map(str::to_owned);
    Console::new(Box::new(stdout.clone()), Box::new(stderr.clone()), redactor, pending)
}

#[test]
fn both_streams_hide_secrets() {
    let (stdout, stderr) = (Stream::with_room(1000), Stream::with_room(1000));
    let console = console(&stdout, &stderr, None);
    console.stdout().write_all(b"one-").unwrap();
    console.stdout().write_all(b"secret").unwrap();
    console.stderr(|out| out.write_all(b"one-se").and_then(|()| writeln!(out, "cret")));
    console.stdout().flush().unwrap();
    assert_eq!((stdout.text(), stderr.text()), ("••••".to_owned(), "••••\n".to_owned()));
}

#[test]
fn the_answer_is_written_in_large_steps() {
    let stdout = Stream::with_room(STEP * 2);
    let console = console(&stdout, &Stream::with_room(0), None);
    console.stdout().write_all(&vec![b'\n'; STEP - 1]).unwrap();
    assert_eq!(stdout.text().len(), 0);
    console.stdout().write_all(b"\n\n").unwrap();
    assert_eq!(stdout.text().len(), STEP - 1);
    console.stdout().flush().unwrap();
    assert_eq!(stdout.text().len(), STEP + 1);
}

#[test]
fn a_stream_that_takes_no_more_is_an_error_at_the_latest_when_flushed() {
    let broken = console(&Stream::with_room(3), &Stream::with_room(1000), None);
    broken.stdout().write_all(b"long answer").unwrap();
    assert_eq!(broken.stdout().flush().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn an_stderr_that_takes_nothing_fails_no_command() {
    let console = console(&Stream::with_room(1000), &Stream::with_room(3), None);
    console.note("a long line");
    assert_eq!(console.finish(Ok(ExitStatus::Done)), ExitStatus::Done);
    assert_eq!(console.finish(Err(Failure::usage("x"))), ExitStatus::Usage);
}

/// The text on stderr after a note, a detail and an error.
fn messages(verbosity: VerbosityOptions, pending: Option<&str>) -> String {
    let stderr = Stream::with_room(1000);
    let console = console(&Stream::with_room(0), &stderr, pending);
    console.set_verbosity(verbosity);
    console.note("a note");
    console.detail("a detail");
    console.error(&Failure::usage("an error").problem);
    stderr.text()
}

#[test]
fn quiet_leaves_errors_alone_and_verbose_adds_details() {
    let (quiet, usual) = (VerbosityOptions { quiet: true, verbose: 0 }, VerbosityOptions::default());
    let verbose = VerbosityOptions { quiet: false, verbose: 1 };
    assert_eq!(messages(quiet, Some("pending")), "error: an error\n");
    assert_eq!(messages(usual, Some("pending")), "note: a note\nerror: an error\n");
    assert_eq!(
        messages(verbose, Some("pending")),
        "note: pending\nnote: a note\nnote: a detail\nerror: an error\n"
    );
}

#[test]
fn the_answer_so_far_comes_before_the_failure_and_a_reader_who_left_hears_nothing() {
    let (stdout, stderr) = (Stream::with_room(100), Stream::with_room(100));
    let console = console(&stdout, &stderr, None);
    console.stdout().write_all(b"half\n").unwrap();
    assert_eq!(console.finish(Err(Failure::interrupted())), ExitStatus::Interrupted);
    assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("half\n", "error: interrupted\n"));

    console.stdout().write_all(&[b'x'; 200]).unwrap();
    assert_eq!(console.finish(Ok(ExitStatus::Done)), ExitStatus::ClosedPipe);
    assert_eq!(stderr.text(), "error: interrupted\n");
}

#[test]
fn an_error_is_json_where_the_answer_is() {
    let stderr = Stream::with_room(1000);
    let console = console(&Stream::with_room(0), &stderr, None);
    console.set_messages(Messages { errors_as_json: true, ..console.messages() });
    console.finish(Err(Failure::usage("x")));
    let error: serde_json::Value = serde_json::from_str(&stderr.text()).unwrap();
    assert_eq!(error["error"]["message"], "x", "{error}");
}

#[test]
fn packed_bytes_stay_as_they_are_behind_text_that_is_redacted() {
    let stdout = Stream::with_room(1000);
    let console = console(&stdout, &Stream::with_room(0), None);
    console.stdout().write_all(b"one-secret one-").unwrap();
    let pack =
        |redactor: &Redactor| Ok(format!("secret one-secret {}", redactor.redact("one-secret")).into());
    console.answer_packed(pack).unwrap();
    assert_eq!(stdout.text(), "•••• one-secret one-secret ••••");
}
