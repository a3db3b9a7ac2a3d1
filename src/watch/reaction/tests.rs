use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use super::*;
use crate::watch::event::EventKind;
use crate::watch::samples::at;

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
