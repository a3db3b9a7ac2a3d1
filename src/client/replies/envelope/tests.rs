use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// The fault as a word, `answer` for an answer by code, `payload` for a success.
fn verdict_of(module: Module, status: u16, body: impl AsRef<[u8]>) -> &'static str {
    let received = Received::of(status, body);
    match judge(&received, module) {
        Ok(Judged::Payload(_)) => "payload",
        Ok(Judged::Answer(_)) => "answer",
        Err(error) => error.kind().word(),
    }
}

fn profile(status: u16, body: impl AsRef<[u8]>) -> &'static str {
    verdict_of(Module::AgentProfile, status, body)
}

fn error_of(status: u16, body: &str) -> ApiError {
    judge(&Received::of(status, body), Module::AgentProfile).unwrap_err()
}

#[test]
fn a_reply_that_is_not_json_says_so() {
    let table: [(&[u8], &str); 20] = [
        (b"", "not_json"),
        (b" \n\t", "not_json"),
        (b"<html>Sign in to the hotel's network</html>", "not_json"),
        (b"{\"status\":\"success\"", "not_json"),
        (b"{\"status\":\"success\"} trailing", "not_json"),
        (b"{\"status\":\"success\"}{}", "not_json"),
        (b"callback({\"status\":\"success\"})", "not_json"),
        (b"{\"status\":\"success\"} // done", "not_json"),
        (b"{\"status\":\"success\",\"data\":NaN}", "not_json"),
        (b"\xef\xbb\xbf{\"status\":\"success\"}", "not_json"),
        (b"\xff\xfe{\x00}\x00", "not_json"),
        (b"{\"status\":\"success\",\"data\":\xe9}", "not_json"),
        (b"{\"status\":\"success\",\"data\":\"\xe9\"}\xe9", "not_json"),
        (b"{\"status\":\"success\",\"data\":\"\xe9}", "not_json"),
        (b"null", "protocol"),
        (b"[]", "protocol"),
        (b"\"x\"", "protocol"),
        (b"1", "protocol"),
        (b"{}", "protocol"),
        (b"{\"data\":\"\\ud800,\"status\":\"success\"}", "not_json"),
    ];
    for (body, wanted) in table {
        assert_eq!(profile(200, body), wanted, "{}", String::from_utf8_lossy(body));
    }
}

#[test]
fn damaged_characters_cost_no_reply() {
    let table: [(&[u8], &str); 6] = [
        (b"{\"data\":\"\xe9\",\"status\":\"success\"}", "payload"),
        (b"{\"data\":\"\\ud800\",\"status\":\"success\"}", "payload"),
        (b"{\"\xc3\":1,\"\\udc00\":1,\"data\":1,\"status\":\"success\"}", "payload"),
        (b"{\"status\":\"error\",\"code\":1502,\"message\":\"\xe0\xa4\"}", "answer"),
        (b"{\"status\":\"error\",\"code\":1044,\"message\":\"\\ud83d\"}", "sign_in"),
        (b"{\"status\":\"success\",\"st\xe9\":1,\"status\":\"success\"}", "protocol"),
    ];
    for (body, wanted) in table {
        assert_eq!(profile(200, body), wanted, "{}", String::from_utf8_lossy(body));
    }
    let refused =
        Received::of(200, b"{\"status\":\"error\",\"code\":1039,\"message\":\"gone \\ud83d\xe0\xa4!\"}");
    let error = judge(&refused, Module::AgentProfile).unwrap_err();
    assert_eq!(error.to_string(), "the server answered \"gone \u{fffd}\u{fffd}!\" (code 1039)");
    // What is no JSON is quoted as far as it can be read.
    let page = judge(&Received::of(200, b"<html>H\xf4tel</html>"), Module::AgentProfile).unwrap_err();
    assert!(page.hints()[0].contains("sign-in page"), "{page:?}");
}

#[test]
fn damage_does_not_make_a_reply_larger_than_any_other() {
    let body = |count: usize| [b"{\"data\":\"".as_slice(), &vec![0xff; count], b"\"}"].concat();
    assert_eq!(profile(200, body(BODY_BYTES / 4)), "payload");
    assert_eq!(profile(200, body(BODY_BYTES / 2)), "too_large");
}

#[test]
fn an_excerpt_is_cut_after_200_characters() {
    let message = error_of(200, &format!("  {}", "é".repeat(1000))).to_string();
    assert_eq!(message.matches('é').count(), 200);
}

#[test]
fn success_is_read_in_every_spelling() {
    for body in [
        r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#,
        r#"{"data":[],"status":"SUCCESS","code":"200"}"#,
        r#"{"data":[],"status":"success","code":200.0}"#,
        r#"{"data":{"on_break":0},"status":"success"}"#,
        r#"{"status":"success"}"#,
        r#"{"status":true,"data":1}"#,
        r#"{"code":200}"#,
        r#"{"code":201,"status":""}"#,
        r#"{"data":[]}"#,
        r#"{"status":"success","code":null}"#,
    ] {
        assert_eq!(profile(200, body), "payload", "{body}");
    }
}

#[test]
fn every_known_code_is_read_in_every_spelling_and_under_any_status() {
    for code in codes::all() {
        let wanted = code.class.kind().map_or("answer", ErrorKind::word);
        for key in ["code", "errCode", "errorCode", "err_code"] {
            for value in
                [code.number.to_string(), format!("\"{}\"", code.number), format!("{}.0", code.number)]
            {
                for status in [200, 400, 404, 500] {
                    let body = format!(r#"{{"status":"error","message":"so","{key}":{value}}}"#);
                    assert_eq!(verdict_of(code.module, status, &body), wanted, "{status} {body}");
                }
            }
        }
    }
}

#[test]
fn where_body_and_status_disagree_the_worse_one_counts() {
    let table = [
        (500, r#"{"status":"success","data":[]}"#, "server"),
        (503, r#"{"data":[]}"#, "server"),
        (404, r#"{"status":"success","code":200}"#, "refused"),
        (401, r#"{"status":"success","code":200}"#, "sign_in"),
        (200, r#"{"status":"success","code":1044}"#, "sign_in"),
        (200, r#"{"status":"success","code":200,"errCode":1044}"#, "sign_in"),
        (200, r#"{"status":"error","code":200}"#, "refused"),
        (200, r#"{"status":"error"}"#, "refused"),
        (200, r#"{"status":"error","code":9999}"#, "refused"),
        (200, r#"{"code":9999}"#, "refused"),
        (200, r#"{"status":"error","code":401}"#, "sign_in"),
        (200, r#"{"status":"error","code":503}"#, "server"),
        (500, r#"{"status":"error","code":9999}"#, "server"),
        (500, r#"{"status":"error","code":1011}"#, "sign_in"),
        (401, r#"{"status":"error","code":1502}"#, "answer"),
        (401, r#"{"message":"who are you"}"#, "sign_in"),
        (403, r#"{"message":"no"}"#, "forbidden"),
        (422, r#"{"message":"no"}"#, "refused"),
    ];
    for (status, body, wanted) in table {
        assert_eq!(profile(status, body), wanted, "{status} {body}");
    }
}

#[test]
fn without_json_the_http_status_decides() {
    let table = [
        (200, "not_json"),
        (400, "not_json"),
        (404, "not_json"),
        (405, "not_json"),
        (413, "not_json"),
        (401, "sign_in"),
        (403, "forbidden"),
        (407, "proxy"),
        (408, "server"),
        (425, "server"),
        (429, "server"),
        (500, "server"),
        (502, "server"),
        (503, "server"),
        (504, "server"),
        (599, "server"),
    ];
    for (status, wanted) in table {
        assert_eq!(profile(status, "<html></html>"), wanted, "{status}");
    }
}

#[test]
fn a_status_that_is_no_answer_is_refused_whatever_the_body_says() {
    for status in [101, 204, 205, 206, 300, 304, 305] {
        assert_eq!(profile(status, r#"{"status":"success","data":[]}"#), "protocol", "{status}");
    }
}

#[test]
fn status_or_code_said_twice_is_refused_and_other_keys_may_repeat() {
    assert_eq!(profile(200, r#"{"status":"error","status":"success"}"#), "protocol");
    assert_eq!(profile(200, r#"{"code":200,"code":1044}"#), "protocol");
    assert_eq!(profile(200, r#"{"code":200,"\u0063ode":1044}"#), "protocol");
    let received = Received::of(200, r#"{"status":"success","data":1,"x":1,"data":2,"x":2}"#);
    let Ok(Judged::Payload(envelope)) = judge(&received, Module::Any) else { panic!("a payload") };
    assert_eq!(envelope.value().map(RawValue::get), Some("2"));
}

#[test]
fn depth_is_limited_for_the_whole_reply() {
    let nested =
        |depth: usize| format!(r#"{{"status":"success","data":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(profile(200, nested(127)), "payload");
    assert_eq!(profile(200, nested(128)), "protocol");
    assert_eq!(profile(200, nested(100_000)), "protocol");
}

#[test]
fn the_servers_message_is_passed_on_with_its_code() {
    let error = error_of(200, r#"{"status":"error","msg":"Quota used up","errCode":"9999"}"#);
    assert_eq!(error.to_string(), "the server answered \"Quota used up\" (code 9999)");
    assert_eq!(error.code(), Some(9999));
    let error = error_of(400, r#"{"status":"error","code":1044}"#);
    assert_eq!(
        error.to_string(),
        "the session has expired or is not valid; the server refused with code 1044, HTTP 400"
    );
    assert_eq!(error.hints().len(), 1);
    let error = error_of(200, r#"{"status":"error","message":{"deep":1},"error":""}"#);
    assert_eq!(error.to_string(), "the server refused without a reason");
}

#[test]
fn the_servers_message_is_passed_on_with_the_status_where_there_is_no_code() {
    let busy = r#"{"status":"error","message":"Busy"}"#;
    assert_eq!(error_of(200, busy).to_string(), "the server answered \"Busy\"");
    assert_eq!(error_of(503, busy).to_string(), "the server answered \"Busy\" (HTTP 503)");
    assert_eq!(error_of(400, r#"{"status":"error"}"#).to_string(), "the server answered with HTTP 400");
}

#[test]
fn notifications_and_icons_are_handed_on_as_they_stand() {
    let received = Received::of(200, r#"{"status":"success","iconDetails":[ {"b":2}],"data":[{"a": 1}]}"#);
    let Ok(Judged::Payload(envelope)) = judge(&received, Module::Tags) else { panic!("a success") };
    let of = |payload| match payload {
        Some(Content::List(list)) => list.into_iter().map(|item: &RawValue| item.get().to_owned()).collect(),
        other => panic!("{other:?} is no list"),
    };
    assert_eq!(
        (of(envelope.data), of(envelope.icon_details)),
        (vec![r#"{"a": 1}"#.to_owned()], vec![r#"{"b":2}"#.to_owned()])
    );
}

#[test]
fn what_the_server_asks_for_is_kept() {
    let mut received = Received::of(503, "");
    received.retry_after = Some(Duration::from_secs(7));
    let error = judge(&received, Module::Any).unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[test]
fn a_call_of_unknown_shape_is_a_success_when_nothing_speaks_against_it() {
    let table = [
        (200, r#"{"anything":1}"#, None),
        (200, r#"{"status":"error","code":1012}"#, None),
        (200, r#"{"status":"error","code":1502}"#, Some("refused")),
        (404, r#"{"anything":1}"#, Some("refused")),
        (200, "[]", Some("protocol")),
    ];
    for (status, body, wanted) in table {
        let outcome = outcome(&Received::of(status, body), Module::Any);
        assert_eq!(outcome.err().map(|error| error.kind().word()), wanted, "{status} {body}");
    }
}

proptest! {
    #[test]
    fn no_bytes_break_it(body: Vec<u8>, status in 100_u16..600) {
        let _ = profile(status, body);
    }

    #[test]
    fn no_json_breaks_it(
        key in "(status|code|errCode|message|data)",
        value in "(1044|\"1044\"|200|\"success\"|\"error\"|null|true|\\[\\]|\\{\\}|1e400|-1|\"\")",
        status in 100_u16..600,
    ) {
        let _ = profile(status, format!("{{\"{key}\":{value}}}"));
    }
}

#[test]
fn an_error_that_is_an_object_of_its_own_is_read() {
    let code = |body: &str| error_of(200, body).code();
    assert_eq!(code(r#"{"status":"error","error":{"code":1044,"message":"gone"}}"#), Some(1044));
    assert_eq!(code(r#"{"status":"error","errors":[{"errCode":"1009","msg":"down"}]}"#), Some(1009));
    assert_eq!(profile(200, r#"{"error":{"errCode":1502}}"#), "answer");
    let error = error_of(400, r#"{"errors":[{"code":4711,"message":"gone"}]}"#);
    assert!(error.to_string().contains("gone"), "{error}");
    // A code of the reply itself counts, and so does its success.
    assert_eq!(code(r#"{"status":"error","code":1009,"error":{"code":1044}}"#), Some(1009));
    assert_eq!(profile(200, r#"{"status":"success","data":{},"error":{"code":0}}"#), "payload");
}
