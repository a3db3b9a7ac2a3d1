//! The real binary on a pseudo-terminal, and a model of the screen it paints.

use std::io::{Read, Write};
use std::num::NonZero;
use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc::channel;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::process::{Pid, Signal};

use super::overseer::Overseer;
use super::{PATIENCE, World, leaks};

/// A program on a terminal.
pub struct Screen {
    painted: Arc<(Mutex<Painted>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    overseer: Overseer,
    home: PathBuf,
    /// Held until the end: a terminal that nobody has open forgets its modes.
    terminal: Box<dyn SlavePty + Send>,
    modes_before: String,
}

/// Whether a frame is being painted: it reaches the reader in pieces, and a terminal shows nothing of it until its end.
#[derive(Default)]
struct Frames {
    is_within_one: bool,
}

impl vt100::Callbacks for Frames {
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        if (first, parameters) == (Some(b'?'), &[&[2026]]) {
            self.is_within_one = last == 'h';
        }
    }
}

struct Painted {
    parser: vt100::Parser<Frames>,
    bytes: Vec<u8>,
    /// Whether nobody is to hold the terminal any more.
    is_given_up: bool,
    is_over: bool,
}

fn size(cells: u16) -> NonZero<u16> {
    NonZero::new(cells).unwrap()
}

fn pty_size(rows: u16, columns: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

impl Screen {
    /// Starts the binary on a terminal of this size.
    pub fn start(world: &World, line: &str, rows: u16, columns: u16) -> Self {
        Self::run(world, &world.command(line.split_whitespace()), rows, columns)
    }

    /// Starts a shell with job control, at its prompt `$`.
    pub fn start_shell(world: &World, rows: u16, columns: u16) -> Self {
        let mut shell = world.shell("bash");
        shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "$ ");
        let screen = Self::run(world, &shell, rows, columns);
        screen.wait_for("$");
        screen
    }

    /// Starts a command on a terminal of this size.
    pub fn run(world: &World, command: &Command, rows: u16, columns: u16) -> Self {
        let pair = native_pty_system().openpty(pty_size(rows, columns)).unwrap();
        let mut builder = CommandBuilder::new(command.get_program());
        builder.args(command.get_args());
        builder.env_clear();
        for (name, value) in command.get_envs() {
            builder.env(name, value.unwrap_or_default());
        }
        builder.env("TERM", "xterm-256color");
        builder.cwd(world.home());
        let modes_before = stty(&*pair.master, "-g");
        let child = pair.slave.spawn_command(builder).unwrap();
        let parser = vt100::Parser::new_with_callbacks(size(rows), size(columns), 0, Frames::default());
        let painted = Painted { parser, bytes: vec![], is_given_up: false, is_over: false };
        let painted = Arc::new((Mutex::new(painted), Condvar::new()));
        let (mut output, shared) = (pair.master.try_clone_reader().unwrap(), Arc::clone(&painted));
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            loop {
                let read = output.read(&mut chunk).unwrap_or(0);
                let (painted, changed) = &*shared;
                let mut painted = painted.lock().unwrap();
                painted.parser.process(&chunk[..read]);
                painted.bytes.extend_from_slice(&chunk[..read]);
                painted.is_over = read == 0 || painted.is_given_up;
                changed.notify_all();
                if painted.is_over {
                    return;
                }
            }
        });
        Self {
            painted,
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            overseer: Overseer::of(child.process_id().unwrap(), true),
            child,
            home: world.home().to_owned(),
            terminal: pair.slave,
            modes_before,
        }
    }

    /// Waits until the screen shows the text, and returns the screen.
    #[track_caller]
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(&format!("{text:?}"), |screen| screen.contains(text))
    }

    /// Waits until the screen is as wanted, and no frame is being painted.
    #[track_caller]
    pub fn wait_until(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let (painted, changed) = &*self.painted;
        let is_whole = |it: &Painted| !it.parser.callbacks().is_within_one;
        let is_to_come =
            |it: &mut Painted| !(it.is_over || is_whole(it) && wanted(&it.parser.screen().contents()));
        let waited = changed.wait_timeout_while(painted.lock().unwrap(), PATIENCE, is_to_come);
        let screen = waited.unwrap().0.parser.screen().contents();
        assert!(wanted(&screen), "the screen never showed {what}:\n{screen}");
        screen
    }

    /// Types text, or bytes that may be none.
    pub fn type_keys(&mut self, keys: impl AsRef<[u8]>) {
        self.keyboard.write_all(keys.as_ref()).unwrap();
        self.keyboard.flush().unwrap();
    }

    /// Does something while nobody reads what is painted, as after Ctrl-S.
    pub fn while_nobody_reads<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let painted = Arc::clone(&self.painted);
        let _held = painted.0.lock().unwrap();
        work(self)
    }

    /// Waits for the end without a look at the screen.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }

    /// Gives the terminal another size.
    pub fn resize(&self, rows: u16, columns: u16) {
        self.painted.0.lock().unwrap().parser.screen_mut().set_size(size(rows), size(columns));
        self.claim_size(rows, columns);
    }

    /// The terminal reports a size that nobody could look at.
    pub fn claim_size(&self, rows: u16, columns: u16) {
        self.master.resize(pty_size(rows, columns)).unwrap();
    }

    pub fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Takes the terminal away, and waits for the end; returns the exit code. The reader lets go with the next bytes
    /// that it is painted.
    #[track_caller]
    pub fn hang_up(self) -> u32 {
        self.painted.0.lock().unwrap().is_given_up = true;
        drop((self.master, self.keyboard, self.terminal));
        wait(self.child).unwrap_or_else(|| panic!("it did not end with its terminal"))
    }

    /// Waits for the end; returns the exit code, the last screen and every byte that was painted. The terminal
    /// must be as it was before.
    #[track_caller]
    pub fn end(self) -> (u32, String, Vec<u8>) {
        let (painted, changed) = &*self.painted;
        let code = wait(self.child).unwrap_or_else(|| {
            panic!("it never ended:\n{}", painted.lock().unwrap().parser.screen().contents())
        });
        assert_eq!(stty(&*self.master, "-g"), self.modes_before, "the terminal is not as it was");
        drop(self.terminal);
        let painted =
            changed.wait_timeout_while(painted.lock().unwrap(), PATIENCE, |painted| !painted.is_over);
        let painted = painted.unwrap().0;
        let mut found = self.overseer.found();
        found.extend(leaks::find_after_run(&[("the terminal", &painted.bytes)], &self.home));
        assert!(found.is_empty(), "a secret got out: {found:?}");
        let screen = painted.parser.screen();
        let is_in_a_frame = painted.parser.callbacks().is_within_one;
        let has_modes = screen.alternate_screen() || screen.hide_cursor() || screen.bracketed_paste();
        let is_given_back = !has_modes && !is_in_a_frame;
        assert!(is_given_back, "the screen is the shell's again");
        let is_cleared = String::from_utf8_lossy(&painted.bytes).contains("\u{1b}[3J");
        assert!(!is_cleared, "scrollback is never cleared");
        (code, screen.contents(), painted.bytes.clone())
    }

    /// Waits until the terminal echoes what is typed, or no longer does.
    #[track_caller]
    pub fn wait_for_echo(&self, wanted: bool) {
        let deadline = Instant::now() + PATIENCE;
        while stty(&*self.master, "-a").split_whitespace().any(|word| word == "echo") != wanted {
            assert!(Instant::now() < deadline, "whether the terminal echoes never became {wanted}");
        }
    }

    /// What a shell does when a stopped program comes back: echo is on, and the program gets SIGCONT.
    pub fn come_back_as_from_ctrl_z(&self) {
        stty(&*self.master, "echo");
        self.signal(Signal::CONT);
    }

    pub fn signal(&self, signal: Signal) {
        let id = Pid::from_raw(self.process_id().cast_signed()).unwrap();
        rustix::process::kill_process(id, signal).unwrap();
    }
}

/// The exit code of a program that ends; one that does not is killed. It is waited for by a thread that sleeps: one that
/// looked again and again would take the time from what it waits for.
fn wait(mut child: Box<dyn Child + Send + Sync>) -> Option<u32> {
    let (sender, ended) = channel();
    let mut killer = child.clone_killer();
    thread::spawn(move || sender.send(child.wait()));
    let status = ended.recv_timeout(PATIENCE);
    if status.is_err() {
        killer.kill().unwrap();
    }
    Some(status.ok()?.unwrap().exit_code())
}

fn stty(master: &dyn MasterPty, what: &str) -> String {
    let terminal = master.tty_name().unwrap();
    let ran = Command::new("stty").arg("-F").arg(terminal).arg(what).output().unwrap();
    String::from_utf8_lossy(&ran.stdout).into_owned()
}
