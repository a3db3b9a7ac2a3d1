use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;

use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::*;
use crate::floor::event::EventKind;
use crate::floor::samples::at;

#[derive(Clone, Default)]
struct Terminal(Rc<RefCell<Vec<u8>>>);

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn renewed() -> Event {
    Event { at: at(0), profile: Some("asha".into()), kind: EventKind::SessionRenewed }
}

fn reactions(desktop: Option<Desktop>) -> (Reactions, Terminal) {
    let terminal = Terminal::default();
    let redactor = Redactor::default();
    redactor.hide("one-secret");
    let words = |event: &Event| format!("{} one-secret", event.profile.as_deref().unwrap_or_default());
    let terminal_notice = TerminalNotice::of(|name| (name == "TERM").then(|| "foot".to_owned()));
    let notify = Some(Notifier::new(Box::new(words), redactor, desktop, terminal_notice));
    let reactions = Reactions {
        on: vec!["session_renewed"],
        notify,
        terminal: Box::new(terminal.clone()),
        ..Reactions::none()
    };
    (reactions, terminal)
}

fn told(terminal: &Terminal) -> String {
    String::from_utf8(terminal.0.borrow().clone()).expect("text")
}

const NOTICE: &str = "\x1b]777;notify;deepcall;asha ••••\x07";

#[tokio::test]
async fn without_a_desktop_the_terminal_is_told_without_secrets() {
    let (mut reactions, terminal) = reactions(None);
    reactions.bell = true;
    reactions.to(&renewed());
    assert_eq!(told(&terminal), format!("\x07{NOTICE}"));
    reactions.to(&Event { kind: EventKind::Start { profiles: 1, interval_seconds: 5 }, ..renewed() });
    assert_eq!(told(&terminal), format!("\x07{NOTICE}"), "nobody asked for that event");
}

#[tokio::test]
async fn a_desktop_that_works_leaves_the_terminal_alone() {
    let (mut reactions, terminal) = reactions(Some(|_| Ok(())));
    for _ in 0..3 {
        reactions.to(&renewed());
        assert_eq!(reactions.finished().await, None);
    }
    assert_eq!(told(&terminal), "");
}

#[tokio::test]
async fn a_desktop_that_fails_is_told_of_once_and_the_terminal_takes_over() {
    let (mut reactions, terminal) = reactions(Some(|_| Err("nobody is there".to_owned())));
    reactions.to(&renewed());
    reactions.to(&renewed());
    let complaint = reactions.finished().await.expect("the first failure is told");
    assert!(complaint.contains("nobody is there"), "{complaint}");
    assert_eq!(reactions.finished().await, None);
    reactions.to(&renewed());
    assert_eq!(told(&terminal), NOTICE.repeat(3));
    reactions.finish(false, &|told| panic!("told again: {told}")).await;
}

#[test]
fn a_desktop_that_hangs_is_given_up_and_does_not_pile_up_notices() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    let runtime = runtime.expect("a runtime");
    let (told_at_once, complaint) = runtime.block_on(async {
        // Parking may end by itself.
        let (mut reactions, terminal) = reactions(Some(|_| {
            loop {
                std::thread::park();
            }
        }));
        for _ in 0..MOST_NOTICES + 2 {
            reactions.to(&renewed());
        }
        let told_at_once = told(&terminal);
        // Time passes once the notices are under way.
        let passing = async {
            tokio::time::advance(DESKTOP_LIMIT * 2).await;
            std::future::pending().await
        };
        tokio::select! {
            biased;
            complaint = reactions.finished() => (told_at_once, complaint),
            never = passing => never,
        }
    });
    // The threads still hang; a panic before this line would wait for them.
    runtime.shutdown_background();
    assert_eq!(told_at_once, NOTICE.repeat(2), "beyond those under way the terminal is told");
    let complaint = complaint.expect("told");
    assert!(complaint.contains("no answer within 3 s"), "{complaint}");
}

fn with_hook(command: &str) -> Reactions {
    let hook = Hook {
        command: command.to_owned(),
        hidden_variables: vec![],
        zone: TimeZone::UTC,
        mask: false,
        redactor: Redactor::default(),
    };
    Reactions { on: vec!["session_renewed"], exec: Some(hook), ..Reactions::none() }
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
    // The clock stands still while a thread is at work: here until the hook has begun.
    let opened = tokio::task::spawn_blocking(move || File::open(pipe));
    let (opened, told) = tokio::join!(opened, reactions.finished());
    assert_eq!(told.as_deref(), Some("--exec was stopped after 10 s"));
    assert_eq!(started.elapsed().as_secs(), HOOK_LIMIT.as_secs());
    let mut held = opened.expect("a thread").expect("a pipe");
    held.read_to_end(&mut vec![]).expect("nobody holds it any more");
}

#[tokio::test]
async fn a_hook_runs_once_at_a_time_for_a_profile_and_side_by_side_for_several() {
    let folder = tempfile::tempdir().expect("a folder");
    let [heard, lock] = ["heard", "lock"].map(|name| folder.path().join(name).display().to_string());
    // Two at a time would meet in the folder.
    let mut reactions = with_hook(&format!("mkdir {lock} && cat >> {heard} && rmdir {lock}"));
    for _ in 0..5 {
        reactions.to(&of("asha"));
    }
    assert_eq!(reactions.running.len(), 1);
    reactions.finish(false, &|told| panic!("{told}")).await;
    assert_eq!(std::fs::read_to_string(&heard).expect("what was heard").lines().count(), 5);

    let mut reactions = with_hook("true");
    for profile in ["asha", "ravi", "asha", "meena", "ravi"] {
        reactions.to(&of(profile));
    }
    assert_eq!(reactions.running.len(), 3);
    reactions.finish(false, &|told| panic!("{told}")).await;
    assert!(reactions.waiting.is_empty());
}

#[tokio::test]
async fn a_hook_that_fails_is_told_and_the_next_event_runs_it_again() {
    let mut reactions = with_hook("exit 7");
    for _ in 0..2 {
        reactions.to(&of("asha"));
        let told = reactions.finished().await;
        assert_eq!(told.as_deref(), Some("--exec ended with exit status: 7"));
    }
}

#[tokio::test]
async fn events_that_a_hook_is_too_slow_for_are_counted_and_told() {
    let mut reactions = with_hook("true");
    for _ in 0..1 + MOST_WAITING + 3 {
        reactions.to(&of("asha"));
    }
    let told = reactions.finished().await;
    assert_eq!(told.as_deref(), Some("--exec is too slow: 3 events were not handed to it"));
    let mut ran = 0;
    while !reactions.running.is_empty() {
        assert_eq!(reactions.finished().await, None);
        ran += 1;
    }
    assert_eq!(ran, MOST_WAITING);
}
