//! With commands for `sh`.
#![cfg(unix)]

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::*;
use crate::floor::event::{EventKind, SessionRenewed, Start};
use crate::floor::samples::at;
use crate::output::text::redact::Redactor;
use crate::watch::sinks::exec::{Hook, MOST_WAITING};
use crate::watch::sinks::notify;
use crate::watch::sinks::notify::notice::{DESKTOP_LIMIT, TerminalNotice};
use crate::watch::sinks::notify::{Desktop, MOST_NOTICES, Notices};

#[derive(Clone, Default)]
struct Terminal(Arc<Mutex<Vec<u8>>>);

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn renewed() -> Event {
    Event {
        at: at(0),
        server_time: None,
        profile: Some("asha".into()),
        kind: EventKind::SessionRenewed(SessionRenewed {}),
    }
}

fn notices(desktop: Option<Desktop>) -> Notices {
    let redactor = Redactor::default();
    redactor.hide("one-secret");
    let words = |event: &Event| format!("{} one-secret", event.profile.as_deref().unwrap_or_default());
    let terminal_notice = TerminalNotice::of(|name| (name == "TERM").then(|| "foot".to_owned()));
    Notices::new(Box::new(words), redactor, desktop, terminal_notice)
}

fn reactions(notify: Notify) -> Reactions {
    Reactions {
        on: vec!["session_renewed".parse().expect("an event")],
        notify: Some(notify),
        ..Reactions::none()
    }
}

fn with_desktop(desktop: Option<Desktop>) -> (Reactions, Terminal) {
    let terminal = Terminal::default();
    (reactions(Notify::new(false, Some(notices(desktop)), terminal.clone())), terminal)
}

fn written(terminal: &Terminal) -> String {
    String::from_utf8(terminal.0.lock().expect("no panic").clone()).expect("text")
}

/// Waits until nothing is under way, and returns what went wrong.
async fn complaints(reactions: &mut Reactions) -> Vec<String> {
    let mut complaints = vec![];
    while reactions.are_running() {
        complaints.extend(reactions.finished().await);
    }
    complaints
}

const NOTICE: &str = "\x1b]777;notify;deepcall;asha ••••\x07";

#[tokio::test]
async fn without_a_desktop_the_terminal_gets_the_notice_without_secrets() {
    let terminal = Terminal::default();
    let mut reactions = reactions(Notify::new(true, Some(notices(None)), terminal.clone()));
    reactions.to(&renewed());
    assert!(complaints(&mut reactions).await.is_empty());
    assert_eq!(written(&terminal), format!("\x07{NOTICE}"));
    reactions.to(&Event { kind: EventKind::Start(Start { profiles: 1, interval_seconds: 5 }), ..renewed() });
    assert!(!reactions.are_running(), "nothing reacts to that event");
}

#[tokio::test]
async fn a_desktop_that_works_leaves_the_terminal_alone() {
    let (mut reactions, terminal) = with_desktop(Some(|_| Ok(())));
    for _ in 0..3 {
        reactions.to(&renewed());
        assert_eq!(reactions.finished().await, None);
    }
    assert_eq!(written(&terminal), "");
}

#[tokio::test]
async fn a_desktop_that_fails_is_reported_once_and_the_terminal_takes_over() {
    let (mut reactions, terminal) = with_desktop(Some(|_| Err("no daemon".to_owned())));
    reactions.to(&renewed());
    reactions.to(&renewed());
    let complaints_once = complaints(&mut reactions).await;
    let [complaint] = &complaints_once[..] else { panic!("{complaints_once:?}") };
    assert!(complaint.contains("no daemon"), "{complaint}");
    reactions.to(&renewed());
    reactions.finish(false, &|complaint| panic!("reported again: {complaint}")).await;
    assert_eq!(written(&terminal), NOTICE.repeat(3));
}

#[test]
fn a_desktop_that_hangs_is_given_up_and_does_not_pile_up_notices() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let complaint = runtime.block_on(async {
        // Parking may end by itself.
        let (mut reactions, terminal) = with_desktop(Some(|_| {
            loop {
                std::thread::park();
            }
        }));
        for _ in 0..MOST_NOTICES + 2 {
            reactions.to(&renewed());
        }
        // Those beyond the limit go to the terminal.
        while written(&terminal) != NOTICE.repeat(2) {
            assert_eq!(reactions.finished().await, None);
        }
        // Time passes once the notices are under way.
        let passing = async {
            tokio::time::advance(DESKTOP_LIMIT * 2).await;
            std::future::pending().await
        };
        let complaint = async {
            loop {
                if let Some(complaint) = reactions.finished().await {
                    return complaint;
                }
            }
        };
        tokio::select! {
            biased;
            complaint = complaint => complaint,
            never = passing => never,
        }
    });
    // The threads still hang; a panic before this line would wait for them.
    runtime.shutdown_background();
    assert!(complaint.contains("no answer within 3 s"), "{complaint}");
}

/// A terminal that blocks until it is released.
struct Stalled(Terminal, Receiver<()>);

impl Write for Stalled {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _ = self.1.recv();
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_terminal_that_takes_nothing_holds_nothing_up_and_gets_only_a_few_bells_later() {
    let terminal = Terminal::default();
    let (let_go, held) = channel();
    let mut reactions = reactions(Notify::new(true, None, Stalled(terminal.clone(), held)));
    for _ in 0..100 {
        reactions.to(&renewed());
    }
    assert_eq!(written(&terminal), "");
    drop(let_go);
    assert!(complaints(&mut reactions).await.is_empty());
    assert_eq!(written(&terminal), "\x07".repeat(1 + notify::MOST_WAITING));
}

fn with_hook(command: &str) -> Reactions {
    let hook = Hook {
        command: command.to_owned(),
        hidden_variables: vec![],
        zone: TimeZone::UTC,
        mask: false,
        redactor: Redactor::default(),
    };
    hook.redactor.hide("one-secret");
    Reactions {
        on: vec!["session_renewed".parse().expect("an event")],
        exec: Some(Exec::new(hook)),
        ..Reactions::none()
    }
}

fn of(profile: &str) -> Event {
    Event { profile: Some(profile.to_owned()), ..renewed() }
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_takes_longer_than_ten_seconds_is_stopped_with_all_that_it_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("held");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    // It reads nothing, and so does what it starts; both hold the pipe until they are ended.
    let mut reactions = with_hook(&format!("exec 3> {}; sleep 1000 & wait", pipe.display()));
    let started = Instant::now();
    reactions.to(&of("asha"));
    // The clock is paused while a thread works: here until the hook has begun.
    let opened = tokio::task::spawn_blocking(move || File::open(pipe));
    let (opened, ended) = tokio::join!(opened, reactions.finished());
    assert_eq!(ended.as_deref(), Some("--exec for session_renewed of asha was stopped after 10 s"));
    assert_eq!(started.elapsed().as_secs(), HOOK_LIMIT.as_secs());
    let mut held = opened.expect("a thread").expect("a pipe");
    held.read_to_end(&mut vec![]).expect("no process holds it any more");
}

#[tokio::test]
async fn a_hook_runs_once_at_a_time_for_a_profile_and_side_by_side_for_several() {
    let folder = tempfile::tempdir().expect("a folder");
    let [log, lock] = ["log", "lock"].map(|name| folder.path().join(name).display().to_string());
    // Two at a time would meet in the folder.
    let mut reactions = with_hook(&format!("mkdir {lock} && cat >> {log} && rmdir {lock}"));
    for _ in 0..5 {
        reactions.to(&of("asha"));
    }
    assert_eq!(reactions.exec.as_ref().map(Exec::running), Some(1));
    assert!(complaints(&mut reactions).await.is_empty());
    assert_eq!(std::fs::read_to_string(&log).expect("a log").lines().count(), 5);

    let mut reactions = with_hook("true");
    for profile in ["asha", "ravi", "asha", "meena", "ravi"] {
        reactions.to(&of(profile));
    }
    assert_eq!(reactions.exec.as_ref().map(Exec::running), Some(3));
    assert!(complaints(&mut reactions).await.is_empty());
    assert!(!reactions.are_running());
}

#[tokio::test]
async fn a_hook_that_still_runs_at_the_end_is_stopped_and_reported() {
    for (command, profiles, wanted) in [
        ("sleep 1000", &["asha"][..], &["--exec: a command was still running and was stopped"][..]),
        ("sleep 1000", &["asha", "ravi"], &["--exec: 2 commands were still running and were stopped"]),
        ("true", &[], &[]),
    ] {
        let mut reactions = with_hook(command);
        for profile in profiles {
            reactions.to(&of(profile));
        }
        let notes = RefCell::new(vec![]);
        reactions.finish(true, &|note| notes.borrow_mut().push(note.to_owned())).await;
        assert_eq!(notes.into_inner(), wanted);
    }
}

#[tokio::test]
async fn a_hook_that_fails_is_reported_and_the_next_event_runs_it_again() {
    let mut reactions = with_hook("exit 7");
    for _ in 0..2 {
        reactions.to(&of("asha"));
        let complaint = reactions.finished().await;
        assert_eq!(complaint.as_deref(), Some("--exec for session_renewed of asha ended with exit status 7"));
    }
}

#[tokio::test]
async fn a_failed_hook_is_reported_with_event_profile_ending_in_words_and_the_last_lines_of_its_stderr() {
    for (command, ending) in [
        ("echo one >&2; echo; exit 3", "ended with exit status 3: one"),
        (
            "for line in 1 2 3 4 5; do echo line $line >&2; done; false",
            "ended with exit status 1: line 3 / line 4 / line 5",
        ),
        ("printf 'no end of line' >&2; exit 127", "ended with exit status 127: no end of line"),
        ("printf 'caf\\303' >&2; exit 1", "ended with exit status 1: caf\u{fffd}"),
        ("echo sent with one-secret >&2; exit 1", "ended with exit status 1: sent with ••••"),
        ("kill -KILL $$", "was ended by signal 9"),
        ("echo why >&2; kill -TERM $$", "was ended by signal 15: why"),
    ] {
        let mut reactions = with_hook(command);
        reactions.to(&of("ravi"));
        let complaint = reactions.finished().await;
        let wanted = format!("--exec for session_renewed of ravi {ending}");
        assert_eq!(complaint.as_deref(), Some(wanted.as_str()), "{command}");
    }
}

#[tokio::test]
async fn a_hook_whose_command_the_shell_cannot_run_is_reported_in_words() {
    for (command, words) in [
        ("no-such-command --now", "failed: the command was not found: "),
        ("/", "failed: the command may not be run: "),
    ] {
        let mut reactions = with_hook(command);
        reactions.to(&of("ravi"));
        let complaint = reactions.finished().await.expect("a complaint");
        assert!(complaint.contains(words), "{complaint}");
    }
}

#[tokio::test]
async fn endless_complaints_of_a_hook_are_cut_and_do_not_stop_it() {
    let mut reactions = with_hook("head -c 300000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1");
    reactions.to(&of("ravi"));
    let complaint = reactions.finished().await.expect("a complaint");
    assert!(complaint.ends_with("xend"), "{complaint}");
    assert!(complaint.contains(": …xxx") && complaint.chars().count() < 500, "{complaint}");
}

#[tokio::test]
async fn what_a_hook_leaves_in_the_background_does_not_hold_its_report_up() {
    let mut reactions = with_hook("sleep 60 & echo why >&2; exit 1");
    reactions.to(&of("ravi"));
    let complaint = reactions.finished().await;
    assert_eq!(
        complaint.as_deref(),
        Some("--exec for session_renewed of ravi ended with exit status 1: why")
    );
}

#[tokio::test]
async fn events_that_a_hook_is_too_slow_for_are_counted_and_reported() {
    let mut reactions = with_hook("true");
    for _ in 0..1 + MOST_WAITING + 3 {
        reactions.to(&of("asha"));
    }
    let complaint = reactions.finished().await;
    assert_eq!(complaint.as_deref(), Some("--exec is too slow: 3 events were not handed to it"));
    let mut ran = 0;
    while reactions.are_running() {
        assert_eq!(reactions.finished().await, None);
        ran += 1;
    }
    assert_eq!(ran, MOST_WAITING);
}
