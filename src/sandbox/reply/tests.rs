use proptest::prelude::*;

use super::*;
use crate::clock::Clock;

const TAGS: &str = "/api/v2/agentProfile/tags";
const BREAK: &str = "/api/v2/agentProfile/agentOnBreak";
const WRAP_UP: &str = "/api/v2/agentProfile/checkAgentInWrapUp";
const PING: &str = "/api/v2/agentProfile/setWebPingTime";

fn options() -> SandboxOptions {
    SandboxOptions::new(Clock::fixed(Timestamp::UNIX_EPOCH))
}

fn api() -> FakeApi {
    FakeApi::new(&options())
}

fn api_with(reference_model: ReferenceModel) -> FakeApi {
    FakeApi::new(&SandboxOptions { reference_model, ..options() })
}

fn noon() -> Timestamp {
    Timestamp::constant(1_790_000_000, 0)
}

fn minutes_later(minutes: i64) -> Timestamp {
    Timestamp::from_second(noon().as_second() + minutes * 60).unwrap_or_default()
}

fn post(api: &FakeApi, path: &str, body: &str, now: Timestamp) -> String {
    let reply = api.reply("POST", path, body.as_bytes(), now);
    assert_eq!(reply.status, 200, "{path} {body}");
    reply.body
}

/// The error code in either spelling, or `None` for success.
fn code(body: &str) -> Option<i64> {
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let code = body.get("errCode").or(body.get("code")).and_then(Value::as_i64);
    match body["status"].as_str() {
        Some("success") => None,
        Some("error") => code,
        _ => Some(-1),
    }
}

fn data(body: &str) -> Vec<Value> {
    let mut body: Value = serde_json::from_str(body).unwrap_or_default();
    match body["data"].take() {
        Value::Array(data) => data,
        other => vec![other],
    }
}

/// Every minute of some hours, to meet all states.
fn many_moments() -> impl Iterator<Item = Timestamp> {
    (0..240).map(minutes_later)
}

#[test]
fn credentials_and_bodies_are_judged_as_documented() {
    let both = r#"{"ssid":"sandbox-asha","userId":"20260001","token":"sandbox-token-asha"}"#;
    let good_token = r#"{"userId":"20260001","token":"sandbox-token-asha","mic_perm":1}"#;
    let cases = [
        (TAGS, r#"{"ssid":"sandbox-asha"}"#, None),
        (TAGS, r#"{"ssid":"sandbox-asha","ref":true}"#, None),
        (TAGS, r#"{"ssid":"sandbox-asha","ref":"true"}"#, None),
        (TAGS, r#"{"ssid":"sandbox-asha","ref":[]}"#, Some(1001)),
        (TAGS, "{}", Some(1000)),
        (TAGS, r#"{"ref":true}"#, Some(1000)),
        (TAGS, r#"{"ssid":""}"#, Some(1000)),
        (TAGS, r#"{"ssid":7}"#, Some(1001)),
        (TAGS, r#"{"ssid":null}"#, Some(1001)),
        (TAGS, r#"{"ssid":"nobody"}"#, Some(1044)),
        (TAGS, r#"{"ssid":"sandbox-expired"}"#, Some(1044)),
        (TAGS, both, Some(1000)),
        (TAGS, good_token, Some(1000)),
        (TAGS, "", Some(1047)),
        (TAGS, "ssid=sandbox-asha", Some(1047)),
        (TAGS, r#"["sandbox-asha"]"#, Some(1047)),
        (TAGS, r#"{"ssid":"sandbox-asha""#, Some(1047)),
        (BREAK, r#"{"ssid":"sandbox-expired"}"#, Some(1044)),
        (BREAK, both, Some(1000)),
        (BREAK, r#"{"userId":"1","token":"sandbox-token-asha"}"#, Some(1013)),
        (BREAK, r#"{"userId":"20260001","token":"sandbox-token-ravi"}"#, Some(1014)),
        (BREAK, r#"{"userId":"20260001"}"#, Some(1020)),
        (BREAK, r#"{"token":"sandbox-token-asha"}"#, Some(1002)),
        (BREAK, r#"{"userId":20260001,"token":"sandbox-token-asha"}"#, Some(1001)),
        (PING, r#"{"ssid":"sandbox-asha","mic_perm":true}"#, None),
        (PING, r#"{"ssid":"sandbox-asha","mic_perm":0}"#, None),
        (PING, r#"{"ssid":"sandbox-asha","mic_perm":"granted"}"#, None),
        (PING, r#"{"ssid":"sandbox-asha","mic_perm":{}}"#, Some(1506)),
        (PING, r#"{"ssid":"sandbox-asha","mic_perm":""}"#, Some(1505)),
        (PING, r#"{"ssid":"sandbox-asha"}"#, Some(1505)),
        (PING, r#"{"ssid":"nobody","mic_perm":1}"#, Some(1503)),
        (PING, r#"{"ssid":"sandbox-expired","mic_perm":1}"#, Some(1044)),
        (PING, good_token, Some(1503)),
        (PING, r#"{"mic_perm":1}"#, Some(1000)),
    ];
    let api = api();
    for (path, body, expected) in cases {
        assert_eq!(code(&post(&api, path, body, noon())), expected, "{path} {body}");
    }
}

#[test]
fn paths_are_read_in_any_case_and_with_a_slash_at_the_end() {
    let body = br#"{"ssid":"sandbox-asha"}"#;
    let api = api();
    let cases = [
        ("POST", TAGS, 200),
        ("POST", "/api/v2/agentprofile/TAGS/", 200),
        ("GET", TAGS, 404),
        ("post", TAGS, 404),
        ("POST", "/api/v2/agentProfile/tags//", 404),
        ("POST", "/api/v2/Agent/live", 404),
        ("POST", "/api/v1/agentProfile/tags", 404),
        ("POST", "/", 404),
        ("POST", "*", 404),
    ];
    for (method, path, status) in cases {
        let reply = api.reply(method, path, body, noon());
        assert_eq!(reply.status, status, "{method} {path}");
        assert_eq!(code(&reply.body), (status == 404).then_some(404), "{method} {path}");
    }
}

#[test]
fn a_new_hire_gets_the_documented_empty_reply_of_58_bytes() {
    let body = post(&api(), TAGS, r#"{"ssid":"sandbox-dev","ref":true}"#, noon());
    assert_eq!(body, r#"{"data":[],"iconDetails":[],"status":"success","code":200}"#);
    assert_eq!(body.len(), 58);
}

#[test]
fn both_documented_answers_for_not_on_break_occur() {
    let api = api();
    let answers = |ssid: &str| -> Vec<String> {
        let body = json!({ "ssid": ssid }).to_string();
        many_moments().map(|now| post(&api, BREAK, &body, now)).collect()
    };
    let refusal = r#"{"status":"error","errCode":1502,"message":"On break is : 0"}"#;
    let success = r#"{"status":"success","data":{"on_break":0,"breakDetail":{},"agent_id":"1001","user_id":"20260001"}}"#;
    let (asha, ravi) = (answers("sandbox-asha"), answers("sandbox-ravi"));
    assert!(asha.iter().any(|body| body == success) && !asha.iter().any(|body| body == refusal));
    assert!(ravi.iter().any(|body| body == refusal));
    for body in asha.iter().chain(&ravi).filter(|body| *body != success && *body != refusal) {
        let reply: Value = serde_json::from_str(body).unwrap_or_default();
        assert_eq!(reply["data"]["on_break"], 1, "{body}");
        assert!(reply["data"]["breakDetail"]["reason"].is_string(), "{body}");
        assert!(reply["data"]["breakDetail"]["startTime"].is_i64(), "{body}");
    }
}

#[test]
fn a_token_gets_the_same_answer_as_the_ssid() {
    let api = api();
    for (path, now) in
        [BREAK, WRAP_UP].into_iter().flat_map(|path| many_moments().map(move |now| (path, now)))
    {
        let by_token = r#"{"userId":"20260001","token":"sandbox-token-asha"}"#;
        let by_ssid = r#"{"ssid":"sandbox-asha"}"#;
        assert_eq!(post(&api, path, by_token, now), post(&api, path, by_ssid, now));
    }
}

#[test]
fn a_wrap_up_counts_down_to_its_end() {
    let api = api();
    let mut seen = 0;
    for now in many_moments() {
        let body = post(&api, WRAP_UP, r#"{"ssid":"sandbox-asha"}"#, now);
        if code(&body).is_some() {
            assert_eq!(body, r#"{"status":"error","errCode":1504,"message":"Agent not in wrap time"}"#);
            continue;
        }
        seen += 1;
        let data = &data(&body)[0];
        assert_eq!(data["response"], 1);
        let left = data["currentDuration"].as_i64().unwrap_or_default();
        assert!((1..=120).contains(&left), "{body}");
        assert_eq!(data["wrapETime"].as_i64(), Some(now.as_second() + left));
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn a_window_is_the_same_however_often_it_is_asked_for() {
    let api = api_with(ReferenceModel::Window);
    let body = r#"{"ssid":"sandbox-asha","ref":true}"#;
    let first = post(&api, TAGS, body, noon());
    assert!(!data(&first).is_empty());
    assert_eq!(post(&api, TAGS, body, noon()), first);
}

#[test]
fn a_cursor_hands_out_each_notification_once() {
    let (window, cursor) = (api_with(ReferenceModel::Window), api_with(ReferenceModel::Cursor));
    let request = |api: &FakeApi, now| data(&post(api, TAGS, r#"{"ssid":"sandbox-asha"}"#, now));
    let first = request(&cursor, noon());
    assert_eq!(first, request(&window, noon()));
    assert_eq!(request(&cursor, noon()), Vec::<Value>::new());
    let later = request(&cursor, minutes_later(20));
    let mut both = [later, first].concat();
    both.truncate(request(&window, minutes_later(20)).len());
    assert_eq!(both, request(&window, minutes_later(20)));
}

#[test]
fn a_cursor_does_not_reach_beyond_the_hour() {
    let (window, cursor) = (api_with(ReferenceModel::Window), api_with(ReferenceModel::Cursor));
    let request = |api: &FakeApi, now| data(&post(api, TAGS, r#"{"ssid":"sandbox-asha"}"#, now));
    let _ = request(&cursor, noon());
    assert_eq!(request(&cursor, minutes_later(180)), request(&window, minutes_later(180)));
}

#[test]
fn a_cursor_belongs_to_one_session() {
    let api = api_with(ReferenceModel::Cursor);
    let asha = post(&api, TAGS, r#"{"ssid":"sandbox-asha"}"#, noon());
    let ravi = post(&api, TAGS, r#"{"ssid":"sandbox-ravi"}"#, noon());
    assert!(!data(&asha).is_empty() && !data(&ravi).is_empty());
}

#[test]
fn a_refresh_alone_moves_the_cursor_of_the_third_model() {
    let api = api_with(ReferenceModel::CursorOnRefresh);
    let plain = || data(&post(&api, TAGS, r#"{"ssid":"sandbox-asha"}"#, noon()));
    let refresh =
        |on: &str| data(&post(&api, TAGS, &format!(r#"{{"ssid":"sandbox-asha","ref":{on}}}"#), noon()));
    let hour = plain();
    assert!(!hour.is_empty());
    assert_eq!(refresh("false"), hour);
    assert_eq!(refresh("true"), hour);
    assert_eq!(refresh(r#""true""#), Vec::<Value>::new());
    assert_eq!(plain(), hour);
}

#[test]
fn a_failing_sandbox_answers_everything_with_its_code() {
    let cases = [
        (1032, r#"{"status":"error","message":"Error Getting DB Details","code":1032}"#),
        (1501, r#"{"status":"error","errCode":1501,"message":"Agent id not match"}"#),
        (4711, r#"{"status":"error","message":"Something went wrong","code":4711}"#),
    ];
    for (code, body) in cases {
        let api = FakeApi::new(&SandboxOptions { failing_with: Some(code), ..options() });
        for path in [TAGS, BREAK, WRAP_UP, PING] {
            assert_eq!(post(&api, path, "{}", noon()), body);
        }
    }
}

#[test]
fn a_floor_has_at_least_one_agent_and_at_most_five_thousand() {
    for (wanted, given) in [(0, 1), (1, 1), (14, 14), (5_000, 5_000), (usize::MAX, 5_000)] {
        let api = FakeApi::new(&SandboxOptions { agents: wanted, ..options() });
        assert_eq!(api.agents().len(), given);
    }
}

#[test]
fn the_ends_of_time_are_answered() {
    let api = api_with(ReferenceModel::Cursor);
    for now in [Timestamp::MAX, Timestamp::MIN, Timestamp::UNIX_EPOCH] {
        for path in [TAGS, BREAK, WRAP_UP] {
            let _ = post(&api, path, r#"{"ssid":"sandbox-asha"}"#, now);
        }
    }
}

proptest! {
    #[test]
    fn the_same_question_has_the_same_reply_whatever_was_asked_before(
        seed: u64, second in 0..4_102_444_800_i64, before in 0..4_102_444_800_i64, agent in 0_usize..14,
    ) {
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        let api = || FakeApi::new(&SandboxOptions { seed, ..options() });
        let (fresh, asked) = (api(), api());
        let body = json!({ "ssid": fresh.agents()[agent].ssid, "ref": true }).to_string();
        for path in [TAGS, BREAK, WRAP_UP] {
            let _ = post(&asked, path, &body, at(before));
            prop_assert_eq!(post(&fresh, path, &body, at(second)), post(&asked, path, &body, at(second)));
        }
    }

    #[test]
    fn any_bytes_are_answered_with_json(path in "/?[a-zA-Z/0-9%]{0,40}", body: Vec<u8>) {
        let api = api();
        for path in [path.as_str(), TAGS, PING] {
            let reply = api.reply("POST", path, &body, noon());
            prop_assert!(code(&reply.body).is_some_and(|code| code > 0), "{:?}", reply);
        }
    }
}
