//! A stored secret: what was written is read back, what was not is refused without being quoted.

use deepcall::store::{CredentialKind, Credentials, Secret, blob};

use super::Bytes;

const ORIGIN: &str = "https://v4-api.deepcall.com";
const LIMIT: usize = 2560;

/// The whole input is a stored value; its first line is also an ssid, its second a user id, its third a token.
pub fn check(input: &[u8]) {
    match blob::decode(input, ORIGIN) {
        Ok(read) => assert_survives(&read),
        Err(error) => {
            let message = format!("{error} {error:?}");
            assert!(!has_piece_of(&message, input), "{message} quotes the value");
        }
    }
    let mut bytes = Bytes(input);
    assert_survives(&Credentials::Ssid(Secret::new(bytes.text())));
    let (user_id, token) = (bytes.text(), Secret::new(bytes.text()));
    assert_survives(&Credentials::UserToken { user_id, token });
}

fn assert_survives(credentials: &Credentials) {
    let Ok(value) = blob::encode(credentials, ORIGIN) else {
        let length = credentials.secret().expose().len() + credentials.user_id().map_or(0, str::len);
        assert!(length > LIMIT / 8, "a secret of {length} bytes is too long");
        return;
    };
    assert!(value.len() <= LIMIT);
    let Ok(read) = blob::decode(&value, ORIGIN) else { panic!("what was written is not read") };
    assert!(read.secret().expose() == credentials.secret().expose(), "another secret");
    assert_eq!(read.user_id(), credentials.user_id());
    assert_eq!(read.kind(), credentials.kind());
    let json: serde_json::Value = serde_json::from_slice(&value).unwrap();
    let name = if read.kind() == CredentialKind::Ssid { "ssid" } else { "token" };
    assert!(json[name] == credentials.secret().expose(), "other programs read another secret");
    assert!(blob::decode(&value, "https://evil.example").is_err(), "it is given to another server");
}

/// Whether eight bytes of the value, in which there is a digit, are in the text.
fn has_piece_of(text: &str, value: &[u8]) -> bool {
    value.windows(8).any(|piece| {
        piece.iter().any(u8::is_ascii_digit)
            && std::str::from_utf8(piece).is_ok_and(|piece| text.contains(piece))
    })
}
