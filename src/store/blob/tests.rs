use proptest::prelude::*;

use super::*;

const ORIGIN: &str = "https://host";

fn ssid(text: &str) -> Credentials {
    Credentials::Ssid(Secret::new(text.to_owned()))
}

fn token(user_id: &str, text: &str) -> Credentials {
    Credentials::UserToken { user_id: user_id.to_owned(), token: Secret::new(text.to_owned()) }
}

fn parts(credentials: &Credentials) -> (CredentialKind, Option<String>, String) {
    let user_id = credentials.user_id().map(str::to_owned);
    (credentials.kind(), user_id, credentials.secret().expose().to_owned())
}

#[test]
fn the_form_is_fixed() {
    let table = [
        (ssid("s1"), r#"{"v":1,"origin":"https://host","kind":"ssid","ssid":"s1"}"#),
        (token("7", "t1"), r#"{"v":1,"origin":"https://host","kind":"token","user_id":"7","token":"t1"}"#),
    ];
    for (credentials, text) in table {
        assert_eq!(String::from_utf8(encode(&credentials, ORIGIN).unwrap().to_vec()).unwrap(), text);
        assert_eq!(parts(&decode(text.as_bytes(), ORIGIN).unwrap()), parts(&credentials));
    }
}

#[test]
fn keys_of_later_versions_are_passed_over() {
    let text = br#"{"v":1,"origin":"https://host","kind":"ssid","ssid":"s1","expires":5}"#;
    assert!(decode(text, ORIGIN).is_ok());
}

#[test]
fn what_is_not_ours_is_unreadable_and_not_quoted() {
    let table: [(&[u8], &str); 12] = [
        (b"", "not written"),
        (b"s3cret", "not written"),
        (b"\"s3cret\"", "not written"),
        (b"\xff\xfe", "not written"),
        (br#"{"v":1}"#, "not written"),
        (br#"{"v":"s3cret","origin":"https://host","kind":"ssid","ssid":"s"}"#, "not written"),
        (br#"{"v":1,"origin":"https://host","kind":"s3cret","ssid":"s"}"#, "not written"),
        (br#"{"v":2,"origin":"https://host","kind":"ssid","ssid":"s3cret"}"#, "newer version"),
        (br#"{"v":1,"origin":"https://evil","kind":"ssid","ssid":"s3cret"}"#, "another server"),
        (br#"{"v":1,"origin":"https://host","kind":"ssid","token":"s3cret"}"#, "incomplete"),
        (br#"{"v":1,"origin":"https://host","kind":"token","token":"s3cret"}"#, "incomplete"),
        (br#"{"v":1,"origin":"https://host","kind":"ssid","ssid":"s3cret","token":"s3cret"}"#, "incomplete"),
    ];
    for (value, reason) in table {
        let Err(error) = decode(value, ORIGIN) else { panic!("{reason}") };
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[test]
fn a_secret_is_stored_only_if_every_keyring_can_take_it() {
    let around = encode(&ssid(""), ORIGIN).unwrap().len();
    let longest = "s".repeat(LIMIT - around);
    assert_eq!(encode(&ssid(&longest), ORIGIN).unwrap().len(), LIMIT);
    let too_long = encode(&ssid(&(longest + "s")), ORIGIN);
    assert!(matches!(too_long, Err(StoreError::TooLong { limit: LIMIT })));
}

proptest! {
    #[test]
    fn what_was_written_is_read(user_id in ".{0,40}", text in ".{0,200}", origin in "https://[a-z]{1,20}") {
        for credentials in [ssid(&text), token(&user_id, &text)] {
            let value = encode(&credentials, &origin).unwrap();
            let read = decode(&value, &origin).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(parts(&read), parts(&credentials));
        }
    }

    #[test]
    fn no_value_breaks_the_reader(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&value, ORIGIN).is_err());
    }
}
