//! Judges a reply: body before HTTP status, the worse of the two where they disagree (`api.md` §6, §10).

use std::borrow::Cow;

use crate::json;
use crate::json::{Content, Malformed, RawValue};

use crate::client::budget::{BODY_BYTES, ITEMS};
use crate::client::error::{ApiError, ErrorKind};
use crate::client::received::{Body, Received};
use crate::client::replies::codes;
use crate::client::replies::codes::{Class, Module};
use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;

/// A reply that was understood.
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The payload of the agentProfile calls.
    pub data: Option<Content<'a>>,
    /// The second payload of `tags`.
    pub icon_details: Option<Content<'a>>,
    /// Without a payload, the key of a list that nobody has read.
    pub unread: Option<Cow<'a, str>>,
    verdict: Verdict,
}

impl<'a> Envelope<'a> {
    /// The payload of a call whose payload is no list.
    pub fn value(&self) -> Option<&'a RawValue> {
        self.data.as_ref().and_then(Content::value)
    }
}

#[derive(Debug)]
enum Verdict {
    /// The status or a code states it.
    Success,
    /// Only the HTTP status states it.
    PerhapsSuccess,
    Refusal(Refusal),
}

/// A refusal, or an answer that it sends in the shape of an error.
#[derive(Debug)]
struct Refusal {
    code: Option<i64>,
    known: Option<&'static codes::Code>,
    message: Option<String>,
    /// The status of HTTP, or a status of that kind in the body's `code`.
    http: u16,
}

/// A judged reply: its payload, or the class of an answer by code.
#[derive(Debug)]
pub enum Judged<'a> {
    /// It carries a payload.
    Payload(Box<Envelope<'a>>),
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
        Verdict::Success => Ok(Judged::Payload(Box::new(envelope))),
        Verdict::PerhapsSuccess if envelope.data.is_some() => Ok(Judged::Payload(Box::new(envelope))),
        Verdict::PerhapsSuccess => {
            Err(ApiError::new(ErrorKind::Protocol, "the reply has neither a status nor a code nor any data"))
        }
        Verdict::Refusal(refusal) => match refusal.known.map(|known| known.class) {
            Some(class) if class.kind().is_none() => Ok(Judged::Answer(class)),
            _ => Err(refusal.into_error(received)),
        },
    }
}

/// Whether a reply is a success, for a call of which nothing but the envelope is known.
///
/// # Errors
/// As [`judge`]; a reply that only HTTP calls a success counts as one.
pub fn outcome(received: &Received, module: Module) -> Result<(), ApiError> {
    match read(received, module)?.verdict {
        Verdict::Refusal(refusal) if refusal.known.is_none_or(|known| known.class.kind().is_some()) => {
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
    json::check(received.body.text()).map_err(malformed)
}

fn read(received: &Received, module: Module) -> Result<Envelope<'_>, ApiError> {
    match received.status {
        407 => {
            return Err(ApiError::new(
                ErrorKind::Proxy,
                "a proxy requires a user name and a password (HTTP 407)",
            ));
        }
        200..=203 | 207..=299 | 400.. => {}
        status => {
            return Err(ApiError::new(
                ErrorKind::Protocol,
                format!("HTTP {status} is not a valid status for an API reply"),
            ));
        }
    }
    let keys = parse(&received.body).map_err(|error| match http_error_kind(received.status) {
        // An HTML page of a proxy or web server adds nothing to its status.
        Some(kind) if kind != ErrorKind::Refused => http_error(kind, received),
        _ => error,
    })?;
    let verdict = verdict(&keys, received, module);
    let unread = keys.unread.filter(|_| keys.data.is_none());
    Ok(Envelope { data: keys.data, icon_details: keys.icon_details, unread, verdict })
}

fn verdict(keys: &Keys<'_>, received: &Received, module: Module) -> Verdict {
    let code = keys.code();
    let reports_success = match (keys.reports_success(), code) {
        (_, Some(code)) if !(200..300).contains(&code) => Some(false),
        (Some(false), _) => Some(false),
        (Some(true), _) | (None, Some(_)) => Some(true),
        (None, None) => None,
    };
    let http_is_good = http_error_kind(received.status).is_none();
    match reports_success {
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
fn http_error_kind(status: u16) -> Option<ErrorKind> {
    match status {
        ..=399 => None,
        401 => Some(ErrorKind::SignIn),
        403 => Some(ErrorKind::Forbidden),
        408 | 425 | 429 | 500.. => Some(ErrorKind::Server),
        _ => Some(ErrorKind::Refused),
    }
}

fn http_error(kind: ErrorKind, received: &Received) -> ApiError {
    let status = received.status;
    ApiError::new(kind, format!("the server answered with HTTP {status}"))
        .with_retry_after(received.retry_after)
}

impl Refusal {
    fn into_error(self, received: &Received) -> ApiError {
        let kind = match self.known.and_then(|known| known.class.kind()) {
            Some(kind) => kind,
            None => http_error_kind(self.http).unwrap_or(ErrorKind::Refused),
        };
        let http = if received.status < 400 { String::new() } else { format!(", HTTP {}", received.status) };
        // The server's words about sessions and permissions ("SSID file does not exist") need an explanation.
        let is_explained = matches!(kind, ErrorKind::SignIn | ErrorKind::Forbidden);
        let meaning =
            self.known.filter(|_| is_explained || self.message.is_none()).map(|known| known.meaning);
        let lead = meaning.map_or_else(String::new, |meaning| format!("{meaning}; "));
        let message = match (self.message.as_deref(), self.code) {
            (Some(reason), Some(code)) => {
                format!("{lead}the server answered \"{reason}\" (code {code}{http})")
            }
            (Some(reason), None) if http.is_empty() => format!("the server answered \"{reason}\""),
            (Some(reason), None) => format!("the server answered \"{reason}\" (HTTP {})", received.status),
            (None, Some(code)) => format!("{lead}the server refused with code {code}{http}"),
            (None, None) if http.is_empty() => "the server refused without a reason".to_owned(),
            (None, None) => format!("the server answered with HTTP {}", received.status),
        };
        let error = ApiError::new(kind, message).with_code(self.code).with_retry_after(received.retry_after);
        match self.known {
            Some(known) => error.with_hint(known.advice),
            None => error,
        }
    }
}

/// The keys under which servers send a code.
const CODES: [&str; 4] = ["code", "errCode", "errorCode", "err_code"];

/// The keys of the envelope that are read; all others are ignored.
#[derive(Default)]
struct Keys<'a> {
    status: Option<&'a RawValue>,
    codes: Vec<(Cow<'a, str>, &'a RawValue)>,
    message: Option<String>,
    data: Option<Content<'a>>,
    icon_details: Option<Content<'a>>,
    /// What other calls have instead of `data` (`api.md` §0).
    response: Option<Content<'a>>,
    /// An error that is an object of its own, or a list of them.
    error: Option<Content<'a>>,
    /// The key of another list that is not empty.
    unread: Option<Cow<'a, str>>,
    /// A deciding key that occurs twice.
    ambiguous: Option<Cow<'a, str>>,
}

impl<'a> Keys<'a> {
    fn read(&mut self, key: Cow<'a, str>, content: Content<'a>) {
        // A list says nothing as a status, a code or a message.
        let value = content.value().unwrap_or(RawValue::NULL);
        let is_list = content.value().is_none();
        match &*key {
            "status" => {
                let earlier = self.status.replace(value);
                self.ambiguous = earlier.map(|_| key).or(self.ambiguous.take());
            }
            code if CODES.contains(&code) => {
                if self.codes.iter().any(|(known, _)| *known == key) {
                    self.ambiguous = Some(key.clone());
                }
                self.codes.push((key, value));
            }
            "error" | "errors" if lenient::is_object(value) || is_list => self.error = Some(content),
            "message" | "msg" | "error" | "errorMessage" => {
                let message = lenient::borrowed_text(value);
                self.message = message.map(|message| excerpt(&message).to_owned()).or(self.message.take());
            }
            "data" => self.data = Some(content),
            "iconDetails" => self.icon_details = Some(content),
            "response" => self.response = Some(content),
            _ => {
                let is_unread = matches!(content, Content::List(list) if !list.is_empty());
                self.unread = self.unread.take().or(is_unread.then_some(key));
            }
        }
    }

    /// What is said in other places than the usual ones, where those are empty.
    fn look_further(&mut self) {
        self.data = self.data.take().or(self.response.take());
        if !self.codes.is_empty() || self.reports_success() == Some(true) {
            return;
        }
        let error = match &self.error {
            Some(Content::List(list)) => list.first().copied(),
            Some(Content::Value(value)) => Some(*value),
            Some(Content::LongList) | None => None,
        };
        let Some(error) = error else { return };
        for (key, value) in Object::read(error).unwrap_or_default().0 {
            if CODES.contains(&&*key) || matches!(&*key, "message" | "msg") {
                self.read(key, Content::Value(value));
            }
        }
    }

    /// The code that counts: the first that is not a success, should the spellings disagree.
    fn code(&self) -> Option<i64> {
        let codes: Vec<i64> = self.codes.iter().filter_map(|(_, code)| lenient::integer(code)).collect();
        codes.iter().copied().find(|code| !(200..300).contains(code)).or(codes.first().copied())
    }

    fn reports_success(&self) -> Option<bool> {
        let status = lenient::scalar(self.status?)?.to_ascii_lowercase();
        match status.trim() {
            "success" | "ok" | "true" | "200" => Some(true),
            "error" | "fail" | "failed" | "failure" | "false" => Some(false),
            _ => None,
        }
    }
}

fn parse(body: &Body) -> Result<Keys<'_>, ApiError> {
    let text = body.text();
    if text.starts_with('\u{feff}') {
        return Err(not_json("it begins with a byte order mark"));
    }
    if text.trim().is_empty() {
        return Err(not_json("it is empty"));
    }
    let mut keys = Keys::default();
    let is_object = text.trim_start().starts_with('{');
    let checked = if is_object {
        json::check_object(text, ITEMS, |key, content| keys.read(key, content))
    } else {
        json::check(text).map(drop)
    };
    checked.map_err(|error| why_not(body, error))?;
    keys.look_further();
    // A damaged byte takes three.
    if text.len() > BODY_BYTES {
        return Err(ApiError::new(ErrorKind::TooLarge, "the reply is too large: it is not UTF-8"));
    }
    if !is_object {
        return Err(ApiError::new(ErrorKind::Protocol, "the reply is JSON, but not an object"));
    }
    match keys.ambiguous {
        Some(key) => Err(ApiError::new(
            ErrorKind::Protocol,
            format!("the reply is ambiguous: it contains `{key}` twice"),
        )),
        None => Ok(keys),
    }
}

fn not_json(why: &str) -> ApiError {
    ApiError::new(ErrorKind::NotJson, format!("the reply is not JSON: {why}"))
}

fn malformed(error: Malformed) -> ApiError {
    ApiError::new(ErrorKind::Protocol, "the reply is malformed").because(error)
}

/// Why a text is no JSON, with what a person can do about it.
fn why_not(body: &Body, error: Malformed) -> ApiError {
    // The parser's own message gives line and column.
    let Malformed::Syntax(error) = error else { return malformed(error) };
    let quotable = body.quotable();
    let refused = match body.utf8_error() {
        Some(error) => not_json("it is not UTF-8").because(error),
        None => not_json(&format!("it begins with {:?}", excerpt(&quotable))).because(error),
    };
    if quotable.trim_start().starts_with('<') {
        return refused
            .with_hint("a network's sign-in page or another server may have answered: check the address");
    }
    refused
}

/// The beginning of a text, whole characters, at most 200 of them.
fn excerpt(text: &str) -> &str {
    let text = text.trim_start();
    text.char_indices().nth(200).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests;
