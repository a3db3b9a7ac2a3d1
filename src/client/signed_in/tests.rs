use std::error::Error;

use crate::client::budget::PING_AGAIN;
use crate::client::replies::moments::india;
use crate::client::testing::{FakeServer, Reply, SECRET, WRONG_PARAMETERS};
use crate::store::Secret;

use super::*;

fn with_token(server: &FakeServer) -> SignedIn {
    let token = Secret::new(SECRET.to_owned());
    let credentials = Credentials::UserToken { user_id: "12345678".to_owned(), token };
    SignedIn { credentials, ..server.sign_in() }
}

fn raw(json: &str) -> Box<RawValue> {
    serde_json::from_str(json).unwrap()
}

#[tokio::test]
async fn each_call_sends_its_own_parameters_to_its_own_path() {
    let server = FakeServer::always(r#"{"status":"success","data":{"on_break":0,"response":0}}"#);
    let agent = server.sign_in();
    agent.tags(&Reference::Off, &india(), Some).await.unwrap();
    agent.tags(&Reference::Text("x\"y".to_owned()), &india(), Some).await.unwrap();
    agent.break_status(&india()).await.unwrap();
    agent.wrapup(&india()).await.unwrap();
    agent.ping(PING_PATH, &raw("1")).await.unwrap();
    agent.call("Agent/live", &raw(r#"{"filter":[]}"#)).await.unwrap();
    agent.verify().await.unwrap();

    let signed = format!(r#"{{"ssid":"{SECRET}""#);
    let sent =
        server.arrivals().into_iter().map(|request| (request.path, request.body.replace(&signed, "{")));
    assert_eq!(
        sent.collect::<Vec<_>>(),
        [
            ("agentProfile/tags", "{}"),
            ("agentProfile/tags", r#"{,"ref":"x\"y"}"#),
            ("agentProfile/agentOnBreak", "{}"),
            ("agentProfile/checkAgentInWrapUp", "{}"),
            ("agentProfile/setWebPingTime", r#"{,"mic_perm":1}"#),
            ("Agent/live", r#"{,"filter":[]}"#),
            ("agentProfile/agentOnBreak", "{}"),
        ]
        .map(|(path, body)| (format!("/api/v2/{path}"), body.to_owned()))
    );
}

#[tokio::test]
async fn an_answer_says_when_it_was_true() {
    let dated = Reply::with_headers(
        "200 OK",
        &["Date: Wed, 21 Oct 2015 07:28:00 GMT"],
        r#"{"status":"success","data":{"response":1,"wrapETime":1445412510,"currentDuration":30}}"#,
    );
    let server = FakeServer::always(dated);
    let session = server.sign_in();
    let before = tokio::time::Instant::now();
    let answer = session.wrapup(&india()).await.unwrap();
    assert!(!answer.took.is_zero() && answer.took <= before.elapsed());
    assert_eq!(answer.server_time.unwrap().to_string(), "2015-10-21T07:28:00Z");
    // The end is measured by the server's clock, however far ours is from it.
    assert_eq!(answer.value.remaining_seconds, Some(30));
    assert!(answer.notes.is_empty());
}

#[tokio::test]
async fn tags_with_a_token_say_what_is_documented() {
    let server = FakeServer::always(WRONG_PARAMETERS);
    let error = with_token(&server).tags(&Reference::AsTrue, &india(), Some).await.unwrap_err();
    assert_eq!((error.kind().word(), error.code()), ("forbidden", Some(1000)));
    assert!(error.to_string().contains("ssid only"), "{error}");
    assert_eq!(error.hints(), ["use a profile that is signed in with an ssid"]);
    let error = server.sign_in().tags(&Reference::AsTrue, &india(), Some).await.unwrap_err();
    assert!(error.kind().word() == "sign_in" && !error.to_string().contains("ssid only"), "{error}");
    for (code, kind) in [(1044, "forbidden"), (1011, "sign_in"), (1014, "sign_in"), (1020, "sign_in")] {
        let refusing = FakeServer::always(format!(r#"{{"status":"error","code":{code}}}"#));
        let error = with_token(&refusing).tags(&Reference::AsTrue, &india(), Some).await.unwrap_err();
        assert_eq!(error.kind().word(), kind, "{code}");
    }
    assert_eq!(
        server.arrivals()[0].body,
        format!(r#"{{"userId":"12345678","token":"{SECRET}","ref":true}}"#)
    );
}

#[tokio::test]
async fn good_credentials_are_told_from_bad_ones() {
    let table = [
        (r#"{"status":"success","data":{"on_break":1}}"#, None),
        (r#"{"status":"error","errCode":1502,"message":"On break is : 0"}"#, None),
        (r#"{"status":"error","code":1027,"message":"Only agent"}"#, None),
        (r#"{"status":"error","code":1043}"#, None),
        (r#"{"status":"error","code":1011}"#, Some("sign_in")),
        (r#"{"status":"error","code":1014}"#, Some("sign_in")),
        (r#"{"status":"error","code":1039}"#, Some("account")),
        ("{}", Some("protocol")),
    ];
    for (body, wanted) in table {
        let verified = FakeServer::always(body).sign_in().verify().await;
        assert_eq!(verified.as_ref().err().map(|error| error.kind().word()), wanted, "{body}");
        let has_note = verified.is_ok_and(|answer| !answer.notes.is_empty());
        assert_eq!(has_note, body.contains("1027") || body.contains("1043"), "{body}");
    }
}

#[tokio::test]
async fn credentials_are_checked_twice_at_most() {
    let server = FakeServer::always(Reply::with_headers("503 Busy", &[], ""));
    assert_eq!(server.sign_in().verify().await.unwrap_err().kind().word(), "server");
    assert_eq!(server.arrivals().len(), 2);
}

#[tokio::test]
async fn a_ping_reaches_the_server_twice_at_most() {
    let busy = Reply::with_headers("503 Busy", &[], "");
    for reply in [Reply::Closed(vec![]), busy, Reply::ok(r#"{"status":"error","code":1032}"#)] {
        let server = FakeServer::always(reply);
        assert!(server.sign_in().ping(PING_PATH, &raw("true")).await.is_err());
        assert_eq!(server.arrivals().len(), 2);
    }
    let header = format!("Retry-After: {}", PING_AGAIN.as_secs() + 1);
    let server = FakeServer::always(Reply::with_headers("503 Busy", &[&header], ""));
    assert!(server.sign_in().ping(PING_PATH, &raw("true")).await.is_err());
    assert_eq!(server.arrivals().len(), 1);
}

#[tokio::test]
async fn a_ping_is_confirmed_or_refused() {
    let server = FakeServer::always(r#"{"status":"success", "n":1.0}"#);
    let pong = server.sign_in().ping(PING_PATH, &raw("1")).await.unwrap();
    assert_eq!(pong.value.reply.get(), r#"{"status":"success", "n":1.0}"#);
    for (code, wanted) in [(1503, "sign_in"), (1505, "usage"), (1506, "refused"), (1502, "protocol")] {
        let server = FakeServer::always(format!(r#"{{"status":"error","errCode":"{code}"}}"#));
        let error = server.sign_in().ping(PING_PATH, &raw("1")).await.unwrap_err();
        assert_eq!((error.kind().word(), server.arrivals().len()), (wanted, 1), "{code}");
    }
}

#[tokio::test]
async fn one_damaged_character_costs_no_answer_and_is_noted_once() {
    let answer = |body: &[u8]| FakeServer::always(Reply::with_headers("200 OK", &[], body)).sign_in();
    let bad: [(&[u8], &str, &str); 3] = [
        (b"\xe0\xa4", "\u{fffd}", "\u{fffd}"),
        (br"\ud83d", "\u{fffd}", r"\ufffd"),
        (b"\\ud83d \xff", "\u{fffd} \u{fffd}", "\\ufffd \u{fffd}"),
    ];
    for (bytes, shown, written) in bad {
        let with = |before: &str, after: &str| {
            [br#"{"status":"success","data":"#, before.as_bytes(), bytes, after.as_bytes(), b"}"].concat()
        };
        let list = with(
            r#"[{"_id":"whole","n":1.50},{"_id":"n"#,
            r#"","message":"m"}],"iconDetails":[{"id":"i1","notificationId":"whole","name":"phone"}]"#,
        );
        let tags = answer(&list).tags(&Reference::AsTrue, &india(), Some).await.unwrap();
        assert_eq!(tags.notes, [MENDED]);
        let [whole, damaged] = tags.value.notifications.try_into().unwrap();
        assert_eq!(whole.fields.get(), r#"{"_id":"whole","n":1.50}"#);
        assert_eq!(whole.icon_names, ["phone"]);
        assert_eq!(damaged.id.as_deref(), Some(&*format!("n{shown}")));
        assert_eq!(damaged.fields.get(), format!(r#"{{"_id":"n{written}","message":"m"}}"#));

        let icons = with(r#"[{"_id":"a"}],"iconDetails":[{"name":"i"#, r#"","notificationId":"a"}]"#);
        let tags = answer(&icons).tags(&Reference::AsTrue, &india(), Some).await.unwrap();
        assert_eq!(
            (tags.value.notifications[0].icon_names.join(""), tags.notes),
            (format!("i{shown}"), vec![MENDED.to_owned()])
        );

        let on_break = answer(&with(r#"{"on_break":1,"breakDetail":{"reason":"Lunch"#, r#""}}"#));
        let on_break = on_break.break_status(&india()).await.unwrap();
        assert_eq!(
            (on_break.value.reason, on_break.notes),
            (Some(format!("Lunch{shown}")), vec![MENDED.to_owned()])
        );
        let wrapup = answer(&with(r#"{"response":1,"currentDuration":5,"callId":"c"#, r#""}"#));
        let wrapup = wrapup.wrapup(&india()).await.unwrap();
        assert_eq!(
            (wrapup.value.call_id, wrapup.notes),
            (Some(format!("c{shown}")), vec![MENDED.to_owned()])
        );
        let pong = answer(&with("\"", "\"")).ping(PING_PATH, &raw("1")).await.unwrap();
        assert_eq!(pong.value.reply.get(), format!(r#"{{"status":"success","data":"{written}"}}"#));
        assert_eq!(pong.notes, [MENDED]);

        // The caller of any path gets each byte, and the verdict.
        let body = with("\"", "\"");
        let any = answer(&body).call("Agent/live", &raw("{}")).await.unwrap();
        assert_eq!((any.value.body.as_bytes(), any.notes.len()), (body.as_slice(), 0));
        assert!(any.value.outcome.is_ok());
    }
    // JSON that came in a text of JSON.
    for (data, call) in [
        (r#""[{\"message\":\"\\ud83d\"}]""#, 0),
        (r#"{"on_break":1,"breakDetail":"{\"reason\":\"\\ud83d\"}"}"#, 1),
        (r#""{\"response\":1,\"callId\":\"\\ud83d\"}""#, 2),
    ] {
        let agent = answer(format!(r#"{{"status":"success","data":{data}}}"#).as_bytes());
        let (text, notes) = match call {
            0 => {
                let tags = agent.tags(&Reference::AsTrue, &india(), Some).await.unwrap();
                (tags.value.notifications[0].message.as_deref().map(str::to_owned), tags.notes)
            }
            1 => {
                let on_break = agent.break_status(&india()).await.unwrap();
                (on_break.value.reason, on_break.notes)
            }
            _ => {
                let wrapup = agent.wrapup(&india()).await.unwrap();
                (wrapup.value.call_id, wrapup.notes)
            }
        };
        assert_eq!((text.as_deref(), notes), (Some("\u{fffd}"), vec![MENDED.to_owned()]), "{data}");
    }
}

#[tokio::test]
async fn a_raw_call_hands_on_every_byte_and_is_sent_once() {
    let table = [
        ("200 OK", r#" {"status" : "success", "n": 1.0e2 } "#, None),
        ("200 OK", r#"{"status":"error","code":1044}"#, Some("sign_in")),
        ("503 Busy", "<html>busy</html>", Some("server")),
        ("200 OK", "[1,2]", Some("protocol")),
    ];
    for (status, body, wanted) in table {
        let server = FakeServer::always(Reply::with_headers(status, &[], body));
        let reply = server.sign_in().call("Agent/live", &raw("{}")).await.unwrap().value;
        assert_eq!(reply.body.as_bytes(), body.as_bytes());
        assert_eq!(reply.outcome.err().map(|error| error.kind().word()), wanted, "{body}");
        assert_eq!(server.arrivals().len(), 1);
    }
    let server = FakeServer::always(Reply::Closed(vec![]));
    let error = server.sign_in().call("Agent/live", &raw("{}")).await.unwrap_err();
    assert_eq!((error.kind().word(), server.arrivals().len()), ("reset", 1));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn a_raw_body_that_is_no_object_is_never_sent() {
    let server = FakeServer::always("{}");
    for body in ["[]", "1", r#"{"ssid":"x"}"#] {
        let error = server.sign_in().call("Agent/live", &raw(body)).await.unwrap_err();
        assert_eq!(error.kind().word(), "usage", "{body}");
    }
    assert!(server.arrivals().is_empty());
}

#[tokio::test]
async fn questions_may_be_asked_side_by_side_from_tasks() {
    let server = FakeServer::always(r#"{"status":"success","data":[]}"#);
    let agent = server.sign_in();
    let requests: Vec<_> = (0..8)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.tags(&Reference::AsTrue, &india(), Some).await.map(|_| ()) })
        })
        .collect();
    for task in requests {
        task.await.unwrap().unwrap();
    }
    assert_eq!(server.arrivals().len(), 8);
}
