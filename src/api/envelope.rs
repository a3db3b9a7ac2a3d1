//! Judges a reply: body before HTTP status, the worse of the two where they disagree (`api.md` §6, §10).
//! Pure: it knows neither the connection nor a clock.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::codes::{self, Class, Module};
use super::error::{ApiError, Fault};
use super::lenient::{self, Key};
use super::received::Received;
use super::well_formed;

/// A reply that was understood.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The payload of the agentProfile calls.
    pub data: Option<&'a RawValue>,
    /// The second payload of `tags`.
    pub icon_details: Option<&'a RawValue>,
    verdict: Verdict,
}

#[derive(Debug)]
enum Verdict {
    /// Status or code say so.
    Success,
    /// Nothing but HTTP says so.
    PerhapsSuccess,
    Refusal(Refusal),
}

/// The server's "no", or an answer that it sends in the shape of an error.
#[derive(Debug)]
struct Refusal {
    code: Option<i64>,
    known: Option<&'static codes::Code>,
    message: Option<String>,
    /// The status of HTTP, or a status of that kind in the body's `code`.
    http: u16,
}

/// A reply that was judged: what it carries, or the class of answer that came instead.
#[derive(Debug)]
pub enum Judged<'a> {
    /// It carries a payload.
    Payload(Envelope<'a>),
    /// It is an answer by code: [`Class::Empty`], [`Class::NotOnBreak`] or [`Class::NotInWrapup`].
    Answer(Class),
}

/// Reads a reply of a call in `module`.
///
/// # Errors
/// When the reply is not understood, or the server refused and the code is not an answer.
pub fn judge(received: &Received, module: Module) -> Result<Judged<'_>, ApiError> {
    let envelope = read(received, module)?;
    match envelope.verdict {
        Verdict::Success => Ok(Judged::Payload(envelope)),
        Verdict::PerhapsSuccess if envelope.data.is_some() => Ok(Judged::Payload(envelope)),
        Verdict::PerhapsSuccess => {
            Err(ApiError::new(Fault::Protocol, "the reply has neither a status nor a code nor any data"))
        }
        Verdict::Refusal(refusal) => match refusal.known.map(|known| known.class) {
            Some(class) if class.fault().is_none() => Ok(Judged::Answer(class)),
            _ => Err(refusal.into_error(received)),
        },
    }
}

/// Whether a reply is a success, for a call of which nothing but the envelope is known.
///
/// # Errors
/// As [`judge`]; a reply that only HTTP calls a success is believed.
pub fn outcome(received: &Received, module: Module) -> Result<(), ApiError> {
    match read(received, module)?.verdict {
        Verdict::Refusal(refusal) if refusal.known.is_none_or(|known| known.class.fault().is_some()) => {
            Err(refusal.into_error(received))
        }
        _ => Ok(()),
    }
}

/// The whole reply, as a piece of JSON.
///
/// # Errors
/// When it is none.
pub fn whole(received: &Received) -> Result<&RawValue, ApiError> {
    serde_json::from_slice(&received.body)
        .map_err(|error| ApiError::new(Fault::NotJson, "the reply is not JSON").because(error))
}

fn read(received: &Received, module: Module) -> Result<Envelope<'_>, ApiError> {
    match received.status {
        407 => {
            return Err(ApiError::new(
                Fault::Proxy,
                "a proxy on the way asks for a user and a password (HTTP 407)",
            ));
        }
        200..=203 | 207..=299 | 400.. => {}
        status => {
            return Err(ApiError::new(Fault::Protocol, format!("HTTP {status} is no answer to a question")));
        }
    }
    let keys = parse(&received.body).map_err(|error| match http_fault(received.status) {
        // What a proxy or a web server says in HTML is then no more than its status.
        Some(fault) if fault != Fault::Refused => http_error(fault, received),
        _ => error,
    })?;
    let verdict = verdict(&keys, received, module);
    Ok(Envelope { data: keys.data, icon_details: keys.icon_details, verdict })
}

fn verdict(keys: &Keys<'_>, received: &Received, module: Module) -> Verdict {
    let code = keys.code();
    let says_success = match (keys.says_success(), code) {
        (_, Some(code)) if !(200..300).contains(&code) => Some(false),
        (Some(false), _) => Some(false),
        (Some(true), _) | (None, Some(_)) => Some(true),
        (None, None) => None,
    };
    let http_is_good = http_fault(received.status).is_none();
    match says_success {
        Some(true) if http_is_good => Verdict::Success,
        None if http_is_good => Verdict::PerhapsSuccess,
        _ => Verdict::Refusal(Refusal {
            code,
            known: code.and_then(|code| codes::look_up(module, code)),
            message: keys.message.clone(),
            http: code
                .and_then(|code| u16::try_from(code).ok())
                .filter(|code| (400..600).contains(code))
                .unwrap_or(received.status),
        }),
    }
}

/// What an HTTP status means on its own; `None` for a good one.
fn http_fault(status: u16) -> Option<Fault> {
    match status {
        ..=399 => None,
        401 => Some(Fault::SignIn),
        403 => Some(Fault::Forbidden),
        408 | 425 | 429 | 500.. => Some(Fault::Server),
        _ => Some(Fault::Refused),
    }
}

fn http_error(fault: Fault, received: &Received) -> ApiError {
    let status = received.status;
    ApiError::new(fault, format!("the server answers with HTTP {status}"))
        .with_retry_after(received.retry_after)
}

impl Refusal {
    fn into_error(self, received: &Received) -> ApiError {
        let fault = match self.known.and_then(|known| known.class.fault()) {
            Some(fault) => fault,
            None => http_fault(self.http).unwrap_or(Fault::Refused),
        };
        let http = if received.status < 400 { String::new() } else { format!(", HTTP {}", received.status) };
        let said = self.message.as_deref().or(self.known.map(|known| known.meaning));
        let message = match (said, self.code) {
            (Some(said), Some(code)) => format!("the server says: {said} (code {code}{http})"),
            (Some(said), None) if http.is_empty() => format!("the server says: {said}"),
            (Some(said), None) => format!("the server says: {said} (HTTP {})", received.status),
            (None, Some(code)) => format!("the server refused with code {code}{http}"),
            (None, None) if http.is_empty() => "the server refused without saying why".to_owned(),
            (None, None) => format!("the server answers with HTTP {}", received.status),
        };
        let error = ApiError::new(fault, message).with_code(self.code).with_retry_after(received.retry_after);
        match self.known {
            Some(known) => error.with_hint(known.advice),
            None => error,
        }
    }
}

/// The keys of the envelope that mean something; all others belong to nobody here.
struct Keys<'a> {
    status: Option<&'a RawValue>,
    codes: Vec<&'a RawValue>,
    message: Option<String>,
    data: Option<&'a RawValue>,
    icon_details: Option<&'a RawValue>,
}

impl Keys<'_> {
    /// The code that counts: the first that is not a success, should the spellings disagree.
    fn code(&self) -> Option<i64> {
        let codes: Vec<i64> = self.codes.iter().filter_map(|raw| lenient::integer(raw)).collect();
        codes.iter().copied().find(|code| !(200..300).contains(code)).or(codes.first().copied())
    }

    fn says_success(&self) -> Option<bool> {
        let said = lenient::text(self.status?)?.to_ascii_lowercase();
        match said.trim() {
            "success" | "ok" | "true" | "200" => Some(true),
            "error" | "fail" | "failed" | "failure" | "false" => Some(false),
            _ => None,
        }
    }
}

fn parse(body: &[u8]) -> Result<Keys<'_>, ApiError> {
    let not_json = |why: &str| ApiError::new(Fault::NotJson, format!("the reply is not JSON: {why}"));
    let text = std::str::from_utf8(body).map_err(|error| not_json("it is not UTF-8").because(error))?;
    if text.starts_with('\u{feff}') {
        return Err(not_json("it begins with a byte order mark"));
    }
    if text.trim().is_empty() {
        return Err(not_json("it is empty"));
    }
    well_formed::check(text)
        .map_err(|error| ApiError::new(Fault::Protocol, "the reply is malformed").because(error))?;
    // One pass for the most part: what is wrong is looked for only where something is.
    read_keys(text).map_err(|ambiguity| match serde_json::from_str::<&RawValue>(text) {
        Err(error) => {
            let refused = not_json(&format!("it begins with {:?}", excerpt(text))).because(error);
            if text.trim_start().starts_with('<') {
                return refused.with_hint(
                    "a network's sign-in page or another server may have answered: check the address",
                );
            }
            refused
        }
        Ok(whole) if !lenient::is_object(whole) => {
            ApiError::new(Fault::Protocol, "the reply is JSON, but not an object")
        }
        Ok(_) => ApiError::new(Fault::Protocol, "the reply is ambiguous").because(ambiguity),
    })
}

fn read_keys(text: &str) -> serde_json::Result<Keys<'_>> {
    let mut json = serde_json::Deserializer::from_str(text);
    let keys = json.deserialize_map(KeysVisitor)?;
    json.end()?;
    Ok(keys)
}

/// The beginning of a text, whole characters, at most 200 of them.
fn excerpt(text: &str) -> &str {
    let text = text.trim_start();
    text.char_indices().nth(200).map_or(text, |(end, _)| &text[..end])
}

struct KeysVisitor;

impl<'de> Visitor<'de> for KeysVisitor {
    type Value = Keys<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys =
            Keys { status: None, codes: Vec::new(), message: None, data: None, icon_details: None };
        let mut spellings_seen: Vec<Cow<'de, str>> = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            match key.as_ref() {
                "status" => {
                    if keys.status.replace(map.next_value()?).is_some() {
                        return Err(de::Error::custom("`status` is said twice"));
                    }
                }
                "code" | "errCode" | "errorCode" | "err_code" => {
                    if spellings_seen.contains(&key) {
                        return Err(de::Error::custom(format!("`{key}` is said twice")));
                    }
                    spellings_seen.push(key);
                    keys.codes.push(map.next_value()?);
                }
                "message" | "msg" | "error" | "errorMessage" => {
                    let said = lenient::text(map.next_value()?);
                    keys.message = said.map(|said| excerpt(&said).to_owned()).or(keys.message);
                }
                "data" => keys.data = Some(map.next_value()?),
                "iconDetails" => keys.icon_details = Some(map.next_value()?),
                _ => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(keys)
    }
}

#[cfg(test)]
mod tests;
