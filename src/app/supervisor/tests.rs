use super::*;

/// What ends a command that does this beside its supervisor. It has ended once it gives up its [`Supervised`].
fn next_stop(command: impl FnOnce(&Supervised) + Send, ends: bool) -> Option<StopReason> {
    let (supervisor, supervised) = supervision();
    let (mut poller, waker) = Poller::open(false).unwrap();
    supervised.command.lock().waker = Some(waker);
    thread::scope(|threads| {
        let command = threads.spawn(move || {
            command(&supervised);
            (!ends).then_some(supervised)
        });
        let stop = supervisor.next_stop(&mut poller);
        drop(command.join());
        stop
    })
}

#[test]
fn a_timeout_ends_a_command_that_does_not_end_before() {
    let begin = |limit| move |command: &Supervised| command.begin_timeout(Some(limit));
    let [short, long] = [Duration::from_millis(1), Duration::from_secs(3600)];
    assert_eq!(next_stop(begin(short), false), Some(StopReason::TimedOut(short)));
    for longer in [long, Duration::MAX] {
        assert_eq!(next_stop(begin(longer), true), None, "{longer:?}");
    }
    assert_eq!(next_stop(|command| command.begin_timeout(None), true), None);
}

#[test]
fn a_command_has_ended_in_time_or_not() {
    let (supervisor, supervised) = supervision();
    let (mut poller, waker) = Poller::open(false).unwrap();
    supervised.command.lock().waker = Some(waker);
    assert!(!supervisor.ends_within(Duration::from_millis(1), &mut poller));
    thread::scope(|threads| {
        threads.spawn(|| drop(supervised));
        assert!(supervisor.ends_within(Duration::from_secs(3600), &mut poller));
    });
}

#[test]
fn a_command_that_waits_ends_with_the_reason_to_stop() {
    let (supervisor, supervised) = supervision();
    supervisor.stop.send_replace(Some(StopReason::Interrupted));
    let stopped: Result<(), Failure> = supervised.run(std::future::pending());
    assert_eq!(stopped.unwrap_err().status, ExitStatus::Interrupted);
}
