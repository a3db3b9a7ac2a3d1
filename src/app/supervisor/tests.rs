use super::*;

/// What ends a command that gets these messages.
fn next_stop(messages: &[Message]) -> Option<StopReason> {
    let (supervisor, supervised) = supervision();
    for message in messages {
        supervised.sender.send(*message).unwrap();
    }
    supervisor.next_stop()
}

#[test]
fn the_first_reason_counts_and_that_the_reader_has_left_only_where_one_is_needed() {
    use StopReason::{Interrupted, ReaderGone, Terminated};
    let all = [ReaderGone, Terminated, Interrupted].map(Message::Stop);
    assert_eq!(next_stop(&all), Some(ReaderGone));
    assert_eq!(next_stop(&all[1..]), Some(Terminated));
    let [gone, terminated, _] = all;
    assert_eq!(next_stop(&[Message::ReaderIsOptional, gone, terminated]), Some(Terminated));
    assert_eq!(next_stop(&[Message::Timeout(Duration::from_secs(60)), Message::Ended, terminated]), None);
}

#[test]
fn a_timeout_ends_a_command_unless_it_is_too_long_to_be_counted() {
    let short = Duration::from_millis(1);
    assert_eq!(next_stop(&[Message::Timeout(short)]), Some(StopReason::TimedOut(short)));
    let stop = Message::Stop(StopReason::Terminated);
    assert_eq!(next_stop(&[Message::Timeout(Duration::MAX), stop]), Some(StopReason::Terminated));
}

#[test]
fn a_command_that_has_ended_is_supervised_no_longer() {
    let (supervisor, supervised) = supervision();
    let other_sender = supervised.sender.clone();
    drop(supervised);
    assert_eq!(supervisor.next_stop(), None);
    drop(other_sender);
}

#[test]
fn a_command_that_waits_ends_with_the_reason_to_stop() {
    let (supervisor, supervised) = supervision();
    supervisor.stop.send_replace(Some(StopReason::Interrupted));
    let stopped: Result<(), Failure> = supervised.run(std::future::pending());
    assert_eq!(stopped.unwrap_err().status, ExitStatus::Interrupted);
}
