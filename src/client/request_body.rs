//! The JSON body of a request: the parameters of a call with the credentials put in (`api.md` §0).
//! The bytes contain a secret: they are wiped, never shown, and sent to the server alone.

use hyper::body::Bytes;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::json;
use crate::store::Credentials;

use crate::client::error::{ApiError, ErrorKind};
use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;

/// A body that is ready to be sent.
pub struct RequestBody {
    bytes: Zeroizing<Vec<u8>>,
    /// The parameters without the credentials, for logs.
    parameters: String,
}

impl RequestBody {
    /// Puts credentials into an object of parameters, whose own text is kept as it is.
    ///
    /// # Errors
    /// When the parameters are not an object, or contain credentials: which ones the server would use is not known.
    pub fn new(credentials: &Credentials, parameters: &RawValue) -> Result<Self, ApiError> {
        let piece = json::check(parameters.get()).map_err(|error| {
            ApiError::new(ErrorKind::Usage, "the body of the request is malformed").because(error)
        })?;
        if !lenient::is_object(piece) {
            return Err(ApiError::new(ErrorKind::Usage, "the body of a request must be a JSON object"));
        }
        let object = Object::read(piece).map_err(|error| {
            ApiError::new(ErrorKind::Usage, "the body of the request is too large").because(error)
        })?;
        let own = match credentials {
            Credentials::Ssid(_) => ["ssid", "token"].as_slice(),
            Credentials::UserToken { .. } => ["ssid", "token", "userId"].as_slice(),
        };
        if let Some(key) = own.iter().find(|key| object.get(key).is_some()) {
            let message = format!("the body of the request must not contain `{key}`");
            return Err(ApiError::new(ErrorKind::Usage, message)
                .with_hint("deepcall adds the credentials of the profile"));
        }

        let rest = parameters.get().trim_start_matches('{');
        let secret = credentials.secret().expose();
        // Escapes can lengthen a secret; with room for that the buffer never moves and leaves no copy behind.
        let room = 64 + 6 * secret.len() + 6 * credentials.user_id().map_or(0, str::len) + rest.len();
        let mut bytes = Zeroizing::new(Vec::with_capacity(room));
        bytes.push(b'{');
        match credentials {
            Credentials::Ssid(ssid) => write_member(&mut bytes, "ssid", ssid.expose())?,
            Credentials::UserToken { user_id, token } => {
                write_member(&mut bytes, "userId", user_id)?;
                bytes.push(b',');
                write_member(&mut bytes, "token", token.expose())?;
            }
        }
        if !object.0.is_empty() {
            bytes.push(b',');
        }
        bytes.extend_from_slice(rest.as_bytes());
        Ok(Self { bytes, parameters: parameters.get().to_owned() })
    }

    /// The body of a request without credentials.
    #[must_use]
    pub fn without_credentials() -> Self {
        Self { bytes: Zeroizing::new(b"{}".to_vec()), parameters: "{}".to_owned() }
    }

    /// The parameters, which may be logged: they contain no credentials.
    #[must_use]
    pub fn parameters(&self) -> &str {
        &self.parameters
    }

    /// A copy for one attempt, wiped once it is sent.
    pub(crate) fn to_bytes(&self) -> Bytes {
        Bytes::from_owner(self.bytes.clone())
    }
}

fn write_member(bytes: &mut Vec<u8>, key: &str, value: &str) -> Result<(), ApiError> {
    let unwritable =
        |error| ApiError::new(ErrorKind::Usage, "the credentials cannot be written").because(error);
    serde_json::to_writer(&mut *bytes, key).map_err(unwritable)?;
    bytes.push(b':');
    serde_json::to_writer(bytes, value).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use static_assertions::assert_not_impl_any;

    use proptest::prelude::*;
    use serde_json::Value;

    use crate::client::SignedIn;
    use crate::store::Secret;

    use super::*;

    // A derive of one of these is a compiler error here, before any secret is printed.
    assert_not_impl_any!(RequestBody: Debug, Display, serde::Serialize);
    assert_not_impl_any!(SignedIn: Debug, Display, serde::Serialize);

    fn ssid(text: &str) -> Credentials {
        Credentials::Ssid(Secret::new(text.to_owned()))
    }

    fn token(user_id: &str, token: &str) -> Credentials {
        Credentials::UserToken { user_id: user_id.to_owned(), token: Secret::new(token.to_owned()) }
    }

    fn body(credentials: &Credentials, parameters: &str) -> Result<String, ApiError> {
        let parameters: Box<RawValue> = serde_json::from_str(parameters).unwrap();
        let body = RequestBody::new(credentials, &parameters)?;
        Ok(String::from_utf8(body.to_bytes().to_vec()).unwrap())
    }

    #[test]
    fn exactly_one_form_of_credentials_is_put_in() {
        assert_eq!(body(&ssid("s"), "{}").unwrap(), r#"{"ssid":"s"}"#);
        assert_eq!(body(&ssid("s"), r#"{"ref":true}"#).unwrap(), r#"{"ssid":"s","ref":true}"#);
        assert_eq!(body(&token("7", "t"), "{ }").unwrap(), r#"{"userId":"7","token":"t" }"#);
    }

    #[test]
    fn parameters_keep_their_own_text() {
        let parameters = r#"{ "n": 1.0e2, "big": 18446744073709551616, "userId": "8" }"#;
        let body = body(&ssid("s"), parameters).unwrap();
        assert_eq!(body, r#"{"ssid":"s", "n": 1.0e2, "big": 18446744073709551616, "userId": "8" }"#);
    }

    #[test]
    fn credentials_of_the_callers_own_are_refused_and_not_repeated() {
        for (credentials, parameters) in [
            (ssid("s"), r#"{"ssid":"theirs"}"#),
            (ssid("s"), r#"{"\u0073sid":"theirs"}"#),
            (ssid("s"), r#"{"token":"theirs"}"#),
            (token("7", "t"), r#"{"ssid":"theirs"}"#),
            (token("7", "t"), r#"{"userId":"theirs"}"#),
        ] {
            let error = body(&credentials, parameters).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(!format!("{error:?}").contains("theirs"));
        }
    }

    #[test]
    fn only_an_object_is_a_body() {
        for parameters in ["[]", "1", "null", r#""{}""#] {
            assert_eq!(body(&ssid("s"), parameters).unwrap_err().kind().word(), "usage", "{parameters}");
        }
    }

    proptest! {
        #[test]
        fn any_secret_arrives_as_it_is_and_is_not_in_the_logs(secret in "\\PC{8,40}", user in "\\PC*") {
            let parameters: Box<RawValue> = serde_json::from_str(r#"{"a":1}"#).unwrap();
            let body = RequestBody::new(&token(&user, &secret), &parameters).unwrap();
            let read: Value = serde_json::from_slice(&body.to_bytes()).unwrap();
            prop_assert_eq!(read["token"].as_str(), Some(secret.as_str()));
            prop_assert_eq!(read["userId"].as_str(), Some(user.as_str()));
            prop_assert_eq!(read["a"].as_i64(), Some(1));
            prop_assert!(!body.parameters().contains(&secret));
        }
    }
}
