//! `agentProfile/agentOnBreak`: whether the signed-in agent is on break (`api.md` §1).

use jiff::tz::TimeZone;

use crate::client::error::{ApiError, ErrorKind};
use crate::client::received::{MENDED, Received};
use crate::client::replies::codes::{Class, Module};
use crate::client::replies::envelope;
use crate::client::replies::envelope::Judged;
use crate::client::replies::items::over_limit;
use crate::client::replies::lenient;
use crate::client::replies::lenient::Object;
use crate::client::replies::moments;
use crate::client::replies::spellings::{BREAK, OfBreak};
use crate::floor::answer::{Break, Owner};
use crate::json::{Raw, RawValue};
use crate::words::is_invisible;

pub(crate) const PATH: &str = "agentProfile/agentOnBreak";

/// The documented keys of `data` (`api.md` §1).
const KNOWN: [&str; 4] = ["on_break", "breakDetail", "agent_id", "user_id"];

/// The break, and notes about the answer.
pub(crate) fn read(received: &Received, zone: &TimeZone) -> Result<(Break, Vec<String>), ApiError> {
    match envelope::judge(received, Module::AgentProfile)? {
        Judged::Payload(envelope) => {
            let data = envelope.value().and_then(lenient::structure).ok_or_else(unclear)?;
            let object = Object::read(&data).map_err(|error| over_limit("data", error))?;
            let (value, detail_is_mended) = decode(&data, &object, zone)?;
            let is_mended = data.is_mended || detail_is_mended;
            Ok((value, is_mended.then(|| MENDED.to_owned()).into_iter().collect()))
        }
        // The same answer in the shape of an error (`api.md` §1).
        Judged::Answer(Class::NotOnBreak) => Ok((Break::default(), Vec::new())),
        Judged::Answer(Class::Empty) => {
            let note =
                "the server found no data about a break (code 1012), which counts as no break".to_owned();
            Ok((Break::default(), vec![note]))
        }
        Judged::Answer(_) => Err(unclear()),
    }
}

/// Whose break it is. The error for "not on break" names nobody.
pub(crate) fn owner(judged: &Judged<'_>) -> Owner {
    let Judged::Payload(envelope) = judged else { return Owner::default() };
    let Some(data) = envelope.value().and_then(lenient::structure) else { return Owner::default() };
    let object = Object::read(&data).unwrap_or_default();
    Owner { agent_id: object.read_as("agent_id", id), user_id: object.read_as("user_id", id) }
}

/// What can identify somebody. It is stored and printed, so a text that no id has is none.
fn id(piece: &RawValue) -> Option<String> {
    const LONGEST: usize = 64;
    let text = lenient::text(piece)?;
    let text = text.trim();
    let is_visible = |letter: char| !letter.is_control() && !is_invisible(letter);
    let is_id = !matches!(text, "" | "0") && text.len() <= LONGEST && text.chars().all(is_visible);
    is_id.then(|| text.to_owned())
}

/// The break, and whether damaged characters in its detail were replaced.
fn decode(as_sent: &RawValue, data: &Object<'_>, zone: &TimeZone) -> Result<(Break, bool), ApiError> {
    let on_break = data.read_as("on_break", lenient::flag).ok_or_else(unclear)?;
    let detail = data.get("breakDetail").filter(|detail| !lenient::is_absent(detail));
    let unpacked = detail.and_then(lenient::structure);
    let whole = unpacked.as_deref().unwrap_or(RawValue::NULL);
    let first = lenient::elements(whole).ok().and_then(|list| list.first().copied());
    let object = Object::read(first.unwrap_or(whole)).map_err(|error| over_limit("breakDetail", error))?;
    let inside = BREAK.find(&object);
    let beside = BREAK.find(data);
    let reason = inside.read(OfBreak::Reason, lenient::text);
    let plain_text = detail.filter(|_| unpacked.is_none()).and_then(lenient::text);
    let time = |value| moments::time(value, zone);
    let says_more = data.0.iter().any(|(key, _)| !KNOWN.contains(&&**key));
    let value = Break {
        on_break,
        reason: reason.or(plain_text).or_else(|| beside.read(OfBreak::Reason, lenient::text)),
        since: inside.read(OfBreak::Since, time).or_else(|| beside.read(OfBreak::Since, time)),
        agent_id: data.read_as("agent_id", lenient::text),
        user_id: data.read_as("user_id", lenient::text),
        // Without a detail, what the server says beside the state is all there is.
        detail: detail.or(says_more.then_some(as_sent)).map(Raw::from),
    };
    Ok((value, unpacked.is_some_and(|unpacked| unpacked.is_mended)))
}

fn unclear() -> ApiError {
    ApiError::new(ErrorKind::Protocol, "the reply does not state whether the agent is on break")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_data(data: &str) -> Result<Break, ApiError> {
        read_body(&format!(r#"{{"status":"success","data":{data}}}"#)).map(|(status, _)| status)
    }

    fn read_body(body: &str) -> Result<(Break, Vec<String>), ApiError> {
        let received = Received::of(200, body);
        read(&received, &moments::india())
    }

    #[test]
    fn no_break_is_the_same_answer_as_success_and_as_error() {
        let as_success =
            read_data(r#"{"on_break":0,"breakDetail":{},"agent_id":"13","user_id":"7"}"#).unwrap();
        assert!(!as_success.on_break);
        assert_eq!((as_success.agent_id.as_deref(), as_success.user_id.as_deref()), (Some("13"), Some("7")));
        let (as_error, notes) =
            read_body(r#"{"status":"error","errCode":1502,"message":"On break is : 0"}"#).unwrap();
        assert!(!as_error.on_break && notes.is_empty());
        let (empty, notes) = read_body(r#"{"status":"error","code":1012}"#).unwrap();
        assert!(!empty.on_break && notes.len() == 1);
    }

    #[test]
    fn the_owner_is_whom_the_reply_names_and_nobody_else() {
        let owner = |body: &str| {
            let received = Received::of(200, body);
            let Owner { agent_id, user_id } =
                owner(&envelope::judge(&received, Module::AgentProfile).unwrap());
            (agent_id, user_id)
        };
        let of_data = |data: &str| owner(&format!(r#"{{"status":"success","data":{data}}}"#));
        let both = (Some("13".to_owned()), Some("20260001".to_owned()));
        for data in [
            r#"{"on_break":0,"agent_id":"13","user_id":"20260001"}"#,
            r#"{"agent_id":13,"user_id":" 20260001 "}"#,
            r#""{\"agent_id\":13,\"user_id\":20260001}""#,
        ] {
            assert_eq!(of_data(data), both, "{data}");
        }
        let long = format!(r#"{{"agent_id":"{}"}}"#, "9".repeat(65));
        for data in [
            "{}",
            "[]",
            "null",
            r#"{"agent_id":"","user_id":null}"#,
            r#"{"agent_id":0,"user_id":"0"}"#,
            r#"{"agent_id":[1],"user_id":{"a":1}}"#,
            r#"{"agent_id":true,"user_id":"1\u200b3"}"#,
            r#"{"agent_id":"1\n3"}"#,
            &long,
        ] {
            assert_eq!(of_data(data), (None, None), "{data}");
        }
        assert_eq!(owner(r#"{"status":"error","errCode":1502,"data":{"agent_id":"13"}}"#), (None, None));
    }

    #[test]
    fn reason_and_start_are_read_wherever_a_known_spelling_contains_them() {
        let table = [
            (
                r#"{"on_break":1,"breakDetail":{"reason":"Lunch","startTime":1754661511}}"#,
                Some("Lunch"),
                true,
            ),
            (
                r#"{"on_break":"1","breakDetail":"{\"breakName\":\"Lunch\",\"since\":1754661511518}"}"#,
                Some("Lunch"),
                true,
            ),
            (
                r#"{"on_break":true,"breakDetail":[{"type":"Lunch","start":"2025-08-08 19:28:31"}]}"#,
                Some("Lunch"),
                true,
            ),
            (r#"{"on_break":1,"breakDetail":"Lunch"}"#, Some("Lunch"), false),
            (r#"{"on_break":1,"breakDetail":{},"reason":"Lunch"}"#, Some("Lunch"), false),
            (r#"{"on_break":1,"breakDetail":{"unknown":"Lunch"}}"#, None, false),
            (r#"{"on_break":1.0,"breakDetail":[]}"#, None, false),
            (r#"{"on_break":1,"breakDetail":null}"#, None, false),
            (r#"{"on_break":1}"#, None, false),
        ];
        for (data, reason, has_start) in table {
            let status = read_data(data).unwrap();
            assert!(status.on_break, "{data}");
            assert_eq!(status.reason.as_deref(), reason, "{data}");
            assert_eq!(status.since.is_some(), has_start, "{data}");
        }
    }

    #[test]
    fn the_detail_is_kept_whole() {
        let status = read_data(r#"{"on_break":1,"breakDetail":{"n": 1.0, "x":[]}}"#).unwrap();
        assert_eq!(status.detail.unwrap().get(), r#"{"n": 1.0, "x":[]}"#);
        assert!(read_data(r#"{"on_break":1,"breakDetail":null}"#).unwrap().detail.is_none());
        let data = r#"{"on_break":1,"breakDetail":"","reason":"Lunch","total": 4200}"#;
        assert_eq!(read_data(data).unwrap().detail.unwrap().get(), data, "there is no other place for it");
    }

    #[test]
    fn a_reply_without_the_state_is_not_understood() {
        for data in ["{}", "[]", "null", r#"{"on_break":null}"#, r#"{"on_break":"perhaps"}"#, "1"] {
            assert_eq!(read_data(data).unwrap_err().kind().word(), "protocol", "{data}");
        }
        assert_eq!(read_body(r#"{"status":"error","code":1504}"#).unwrap_err().kind().word(), "protocol");
    }

    proptest! {
        #[test]
        fn no_detail_breaks_it(detail in "(null|[1-9][0-9]{0,19}|\\[\\{\\}\\]|\\{\"since\":[1-9][0-9]{0,19}\\}|\"\\{\\}\"|\"\\[1\\]\"|true)") {
            let data = format!(r#"{{"on_break":1,"breakDetail":{detail}}}"#);
            prop_assert!(read_data(&data).unwrap().on_break);
        }
    }
}
