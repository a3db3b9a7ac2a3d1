//! `agentProfile/checkAgentInWrapUp`: whether the agent is in wrap-up, and how much of it remains (`api.md` §2).

use jiff::Timestamp;
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
use crate::floor::answer::Wrapup;
use crate::json::Raw;

pub(crate) const PATH: &str = "agentProfile/checkAgentInWrapUp";

/// How far the two sources of the remaining time may differ without a note, in seconds.
const TOLERANCE: i64 = 5;

/// The wrap-up, and notes about the answer.
pub(crate) fn read(received: &Received, zone: &TimeZone) -> Result<(Wrapup, Vec<String>), ApiError> {
    match envelope::judge(received, Module::AgentProfile)? {
        Judged::Payload(envelope) => {
            let data = envelope.value().and_then(lenient::structure).ok_or_else(unclear)?;
            let object = Object::read(&data).map_err(|error| over_limit("data", error))?;
            let (mut wrapup, mut notes) = decode(&object, received.server_now(), zone)?;
            notes.extend(data.is_mended.then(|| MENDED.to_owned()));
            wrapup.detail = Some(Raw::from(&*data));
            Ok((wrapup, notes))
        }
        // The same answer in the shape of an error (`api.md` §2).
        Judged::Answer(Class::NotInWrapup) => Ok((Wrapup::default(), Vec::new())),
        Judged::Answer(Class::Empty) => {
            let note =
                "the server found no data about a wrap-up (code 1012), which counts as no wrap-up".to_owned();
            Ok((Wrapup::default(), vec![note]))
        }
        Judged::Answer(_) => Err(unclear()),
    }
}

fn decode(
    data: &Object<'_>,
    server_now: Timestamp,
    zone: &TimeZone,
) -> Result<(Wrapup, Vec<String>), ApiError> {
    let in_wrapup = data.read_as("response", lenient::flag).ok_or_else(unclear)?;
    let ends_at = data.read_as("wrapETime", |value| moments::time(value, zone));
    // Named like a time that has passed, documented as the time that remains (`api.md` §2).
    let reported = data.read_as("currentDuration", lenient::seconds);
    let computed = ends_at.map(|end| end.duration_since(server_now).as_secs());
    let mut notes = Vec::new();
    if let (true, Some(reported), Some(computed)) = (in_wrapup, reported, computed)
        && reported.abs_diff(computed) > TOLERANCE.unsigned_abs()
    {
        notes.push(format!(
            "the server reports that {reported} s of the wrap-up remain, but its end is {computed} s away: deepcall uses the end"
        ));
    }
    let wrapup = Wrapup {
        in_wrapup,
        ends_at,
        remaining_seconds: computed.or(reported).filter(|_| in_wrapup),
        call_id: data.read_as("callId", lenient::text),
        customer: data.read_as("cNumber", lenient::text),
        detail: None,
    };
    Ok((wrapup, notes))
}

fn unclear() -> ApiError {
    ApiError::new(ErrorKind::Protocol, "the reply does not state whether the agent is in wrap-up")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The server's clock in these tests.
    const NOW: i64 = 1_754_661_511;

    fn read_body(body: &str) -> Result<(Wrapup, Vec<String>), ApiError> {
        let received =
            Received { server_time: Some(Timestamp::from_second(NOW).unwrap()), ..Received::of(200, body) };
        read(&received, &moments::india())
    }

    fn read_data(data: &str) -> (Wrapup, Vec<String>) {
        read_body(&format!(r#"{{"status":"success","data":{data}}}"#)).unwrap()
    }

    #[test]
    fn the_time_left_is_taken_from_the_end_by_the_servers_clock() {
        for end in ["1754661541", "1754661541000", r#""1754661541""#, r#""2025-08-08 19:29:01""#] {
            let data = format!(
                r#"{{"response":1,"wrapETime":{end},"currentDuration":"29","callId":"C1","cNumber":919812345678}}"#
            );
            let (wrapup, notes) = read_data(&data);
            assert!(wrapup.in_wrapup && notes.is_empty(), "{data}: {notes:?}");
            assert_eq!(wrapup.remaining_seconds, Some(30), "{data}");
            assert_eq!(wrapup.call_id.as_deref(), Some("C1"));
            assert_eq!(wrapup.customer.as_deref(), Some("919812345678"));
            assert_eq!(wrapup.detail.unwrap().get(), data);
        }
    }

    #[test]
    fn two_times_that_disagree_are_noted_and_the_end_is_used() {
        let (wrapup, notes) = read_data(r#"{"response":1,"wrapETime":1754661541,"currentDuration":90}"#);
        assert_eq!(wrapup.remaining_seconds, Some(30));
        assert_eq!(notes.len(), 1);
        let (wrapup, notes) = read_data(r#"{"response":1,"wrapETime":1754661541,"currentDuration":35}"#);
        assert_eq!((wrapup.remaining_seconds, notes.len()), (Some(30), 0));
    }

    #[test]
    fn without_an_end_the_reported_time_counts() {
        for end in ["0", r#""""#, "null"] {
            let (wrapup, notes) =
                read_data(&format!(r#"{{"response":"1","wrapETime":{end},"currentDuration":12}}"#));
            assert_eq!((wrapup.remaining_seconds, wrapup.ends_at, notes.len()), (Some(12), None, 0));
        }
        assert_eq!(read_data(r#"{"response":1}"#).0.remaining_seconds, None);
        for (given, seconds) in [
            ("12.7", Some(12)),
            (r#""-3.5""#, Some(-3)),
            ("31622400", Some(31_622_400)),
            ("31622401", None),
            ("-9223372036854775808", None),
            (r#""NaN""#, None),
        ] {
            let (wrapup, _) = read_data(&format!(r#"{{"response":1,"currentDuration":{given}}}"#));
            assert_eq!(wrapup.remaining_seconds, seconds, "{given}");
        }
    }

    #[test]
    fn an_end_that_has_passed_leaves_less_than_nothing() {
        assert_eq!(read_data(r#"{"response":1,"wrapETime":1754661501}"#).0.remaining_seconds, Some(-10));
    }

    #[test]
    fn no_wrapup_is_the_same_answer_as_success_and_as_error() {
        let (wrapup, notes) = read_data(r#"{"response":0,"wrapETime":1754661501,"currentDuration":99}"#);
        assert!(!wrapup.in_wrapup && wrapup.remaining_seconds.is_none() && notes.is_empty());
        assert!(!read_body(r#"{"status":"error","errCode":"1504"}"#).unwrap().0.in_wrapup);
        assert_eq!(read_body(r#"{"status":"error","code":1012}"#).unwrap().1.len(), 1);
    }

    #[test]
    fn a_reply_without_the_state_is_not_understood() {
        for body in [
            r#"{"status":"success","data":{}}"#,
            r#"{"status":"success","data":{"response":"x"}}"#,
            r#"{"status":"success"}"#,
            r#"{"status":"error","code":1502}"#,
        ] {
            assert_eq!(read_body(body).unwrap_err().kind().word(), "protocol", "{body}");
        }
    }

    proptest! {
        #[test]
        fn no_number_breaks_it(end: i64, duration: i64) {
            let data = format!(r#"{{"response":1,"wrapETime":{end},"currentDuration":{duration}}}"#);
            prop_assert!(read_data(&data).0.in_wrapup);
        }
    }
}
