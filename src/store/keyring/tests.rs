use super::*;

#[test]
fn a_keyring_that_never_answers_is_given_up() {
    let (_kept_open, never) = mpsc::channel::<()>();
    let store = KeyringStore::new(Duration::from_millis(20));
    let answer = store.within_limit(move || {
        let _ = never.recv();
        Ok(())
    });
    assert!(matches!(answer, Err(StoreError::TimedOut { seconds: 1 })));
}

#[test]
fn a_limit_of_three_seconds_is_told_as_three_seconds() {
    let store = KeyringStore::new(Duration::from_secs(3));
    let (_kept_open, never) = mpsc::channel::<Result<(), StoreError>>();
    let answer = store.receive(&never, Instant::now());
    assert_eq!(answer.unwrap_err().to_string(), "the keyring did not answer within 3 s");
}

#[test]
fn an_answer_in_time_is_passed_on() {
    let store = KeyringStore::new(Duration::from_secs(60));
    assert_eq!(store.within_limit(|| Ok(7)).unwrap(), 7);
    assert!(matches!(store.within_limit::<()>(|| Err(StoreError::Absent)), Err(StoreError::Absent)));
}

#[test]
fn a_keyring_library_that_breaks_off_is_no_store() {
    let store = KeyringStore::new(Duration::from_secs(60));
    let (sender, answers) = mpsc::channel::<Result<(), StoreError>>();
    drop(sender);
    let answer = store.receive(&answers, Instant::now() + store.limit);
    assert!(matches!(answer, Err(StoreError::NoStore { .. })));
}

#[test]
fn the_library_s_errors_keep_their_meaning() {
    let cause = |text: &str| Box::new(io::Error::other(text.to_owned()));
    let table = [
        (Error::NoEntry, "no credentials are stored for this profile and server"),
        (Error::NoStorageAccess(cause("prompt dismissed")), "the keyring is locked: prompt dismissed"),
        (
            Error::NoStorageAccess(cause("SS error: result not returned from SS API")),
            "the keyring has no default collection to keep anything in",
        ),
        (Error::PlatformFailure(cause("no such bus")), "no keyring can be reached: no such bus"),
        (
            Error::Ambiguous(Vec::new()),
            "the stored credentials cannot be used: the keyring has several of them",
        ),
        (
            Error::BadEncoding(b"s3cret".to_vec()),
            "the stored credentials cannot be used: the keyring returned them damaged",
        ),
        (
            Error::BadDataFormat(b"s3cret".to_vec(), cause("s3cret")),
            "the stored credentials cannot be used: the keyring returned them damaged",
        ),
    ];
    for (error, text) in table {
        let explained = explain(error);
        assert_eq!(explained.to_string(), text);
        assert!(!format!("{explained:?}").contains("s3cret"));
    }
}
