use std::io::Write;
use std::sync::Arc;

use crate::client::testing::{FakeServer, NO_TAGS, Nobody, Reply, SECRET, options, response, sign_in};
use crate::client::{Reference, SignedIn};
use crate::system::proxy::{ProxySettings, SETTINGS};

use super::*;

async fn fails(agent: &SignedIn) -> ApiError {
    let error =
        agent.tags(&Reference::AsTrue, &crate::client::replies::moments::india(), Some).await.unwrap_err();
    assert!(!format!("{error:?}").contains(SECRET));
    error
}

async fn answers(agent: &SignedIn) -> crate::client::Answer<crate::client::Tags> {
    agent.tags(&Reference::AsTrue, &crate::client::replies::moments::india(), Some).await.unwrap()
}

/// Every reply is these bytes, after which the connection is closed: the error's kind, and the number of requests.
async fn fault_of(bytes: impl Into<Vec<u8>>) -> (&'static str, usize) {
    let server = FakeServer::always(Reply::Closed(bytes.into()));
    let error = fails(&server.sign_in()).await;
    (error.kind().word(), server.arrivals().len())
}

#[tokio::test]
async fn a_request_is_a_plain_post_with_the_credentials_in_its_body() {
    let server = FakeServer::always(NO_TAGS);
    answers(&server.sign_in()).await;
    let [request] = server.arrivals().try_into().unwrap();
    let (head, body) = (request.head, request.body);
    let mut lines: Vec<_> = head.trim_end().lines().collect();
    assert_eq!(lines.remove(0), "POST /api/v2/agentProfile/tags HTTP/1.1");
    lines.sort_unstable();
    let agent = format!("user-agent: deepcall/{}", env!("CARGO_PKG_VERSION"));
    let host = server.url().replace("http://", "host: ");
    let length = format!("content-length: {}", body.len());
    assert_eq!(
        lines,
        [
            "accept-encoding: identity",
            "accept: application/json",
            &length,
            "content-type: application/json",
            &host,
            &agent
        ]
    );
    assert_eq!(body, format!(r#"{{"ssid":"{SECRET}","ref":true}}"#));
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = FakeServer::always(NO_TAGS);
    let agent = server.sign_in();
    answers(&agent).await;
    answers(&agent).await;
    assert_eq!((server.arrivals().len(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_second_reply_that_nobody_asked_for_is_never_taken_for_a_later_answer() {
    let answer = response("200 OK", &[], NO_TAGS);
    let forged = response("200 OK", &[], r#"{"status":"error","code":1039}"#);
    let server = FakeServer::in_turn([[answer.clone(), forged].concat(), answer].map(Reply::Kept));
    let agent = server.sign_in();
    answers(&agent).await;
    answers(&agent).await;
    assert_eq!(server.arrivals().len(), 2);
}

#[tokio::test]
async fn nobody_listening_is_a_connect_fault() {
    let nobody = Nobody::there();
    let error = fails(&sign_in(options(&format!("http://{}", nobody.address())))).await;
    assert_eq!(error.kind().word(), "connect");
    assert!(!error.was_sent());
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("refused"), "{cause}");
}

#[tokio::test]
async fn a_name_without_address_is_a_dns_fault() {
    // A label of more than 63 letters is no name, so no resolver is queried.
    let mut options = options(&format!("http://{}.invalid", "x".repeat(70)));
    options.allow_http = true;
    let error = fails(&sign_in(options)).await;
    assert_eq!((error.kind().word(), error.was_sent()), ("dns", false));
}

#[tokio::test]
async fn replies_that_end_too_early_are_asked_for_three_times() {
    assert_eq!(fault_of("").await, ("reset", 3));
    assert_eq!(fault_of("HTTP/1.1 20").await, ("reset", 3));
    assert_eq!(fault_of("HTTP/1.1 200 OK\r\nContent-Le").await, ("reset", 3));
    assert_eq!(fault_of("HTTP/1.1 200 OK\r\nContent-Length: 58\r\n\r\n{\"data\"").await, ("cut_short", 3));
    assert_eq!(
        fault_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"dat").await,
        ("cut_short", 3)
    );
}

#[tokio::test]
async fn a_port_that_never_answered_plain_http_may_speak_tls() {
    let server = FakeServer::always(Reply::Closed(vec![]));
    let error = fails(&server.sign_in()).await;
    let hint = format!("if this port speaks TLS, use {}", server.url().replace("http", "https"));
    assert_eq!((error.kind().word(), error.hints()), ("reset", &[hint][..]));

    let server = FakeServer::in_turn([NO_TAGS.into(), Reply::Closed(vec![])]);
    let agent = server.sign_in();
    answers(&agent).await;
    let error = fails(&agent).await;
    assert_eq!((error.kind().word(), error.hints()), ("reset", &[][..]));
}

#[tokio::test]
async fn replies_that_break_the_rules_are_not_asked_for_again() {
    let table = [
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}".to_owned(), "protocol"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}".to_owned(), "protocol"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}".to_owned(), "protocol"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}".to_owned(),
            "protocol",
        ),
        (format!("HTTP/1.1 200 OK\r\n{}\r\n{{}}", "X: y\r\n".repeat(101)), "protocol"),
        (format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n{{}}", "y".repeat(70_000)), "protocol"),
        (format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n{{}}", "y".repeat(1 << 20)), "protocol"),
        ("\u{16}\u{3}\u{1}".repeat(100), "protocol"),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n".to_owned(), "protocol"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n".to_owned(), "encoding"),
    ];
    for (bytes, wanted) in table {
        assert_eq!(fault_of(bytes.clone()).await, (wanted, 1), "{bytes:.60?}");
    }
    let table: [(&str, &[&str], &str, &str); 7] = [
        ("204 No Content", &[], "", "protocol"),
        ("200 OK", &[], &NO_TAGS[..20], "not_json"),
        ("200 OK", &["Content-Encoding: gzip"], NO_TAGS, "encoding"),
        ("200 OK", &["Content-Encoding: br"], NO_TAGS, "encoding"),
        ("404 Not Found", &[], "<html>", "not_json"),
        ("401 Unauthorized", &[], "", "sign_in"),
        ("200 OK", &[], r#"{"status":"error","code":1044}"#, "sign_in"),
    ];
    for (status, headers, body, wanted) in table {
        let bytes = response(status, headers, body);
        assert_eq!(fault_of(bytes).await, (wanted, 1), "{status} {headers:?} {body}");
    }
}

#[tokio::test]
async fn an_encoding_of_identity_is_none() {
    let server = FakeServer::always(Reply::with_headers("200 OK", &["Content-Encoding: identity"], NO_TAGS));
    answers(&server.sign_in()).await;
}

#[tokio::test]
async fn a_reply_that_is_too_large_is_refused_before_it_is_read() {
    assert_eq!(fault_of("HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n").await, ("too_large", 1));
    let endless = FakeServer::always(Reply::By(Arc::new(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b' '; 4096]).is_ok() {}
    })));
    assert_eq!(fails(&endless.sign_in()).await.kind().word(), "too_large");
    assert_eq!(endless.arrivals().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_never_followed_and_names_where_it_points() {
    let elsewhere = FakeServer::always(NO_TAGS);
    let there = elsewhere.url();
    for status in
        ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"]
    {
        let location = format!("Location: {there}/x");
        let server = FakeServer::always(Reply::with_headers(status, &[&location], NO_TAGS));
        let error = fails(&server.sign_in()).await;
        assert_eq!((error.kind().word(), server.arrivals().len()), ("redirect", 1), "{status}");
        assert!(error.hints()[0].contains(&there), "{:?}", error.hints());
    }
    for location in ["", "/other", "javascript:alert(1)", "file:///etc/passwd", "//", "http://["] {
        let header = format!("Location: {location}");
        let server = FakeServer::always(Reply::with_headers("302 Found", &[&header], NO_TAGS));
        assert_eq!(fails(&server.sign_in()).await.kind().word(), "redirect", "{location}");
        assert_eq!(server.arrivals().len(), 1);
    }
    assert!(elsewhere.is_untouched());
}

#[tokio::test]
async fn a_server_in_trouble_is_asked_again_until_it_answers() {
    let busy = Reply::with_headers("503 Service Unavailable", &[], "<html>");
    let failed = Reply::ok(r#"{"status":"error","code":"1009","message":"Something went wrong"}"#);
    let server = FakeServer::in_turn([busy, failed.clone(), NO_TAGS.into()]);
    let answer = answers(&server.sign_in()).await;
    assert_eq!(server.arrivals().len(), 3);
    assert!(!answer.lost_a_reply);

    let server = FakeServer::always(failed);
    let error = fails(&server.sign_in()).await;
    assert_eq!((error.kind().word(), error.code(), server.arrivals().len()), ("server", Some(1009), 3));
}

#[tokio::test]
async fn a_reply_that_was_lost_on_the_way_is_told() {
    let server = FakeServer::in_turn([Reply::Closed(vec![]), NO_TAGS.into()]);
    let answer = answers(&server.sign_in()).await;
    assert!(answer.lost_a_reply);
    assert_eq!(answer.notes.len(), 1);
}

#[tokio::test]
async fn retry_after_is_obeyed_if_it_fits() {
    let date = ["Date: Wed, 21 Oct 2015 07:28:00 GMT", "Retry-After: Wed, 21 Oct 2015 07:28:01 GMT"];
    let table: [&[&str]; 3] = [&["Retry-After: 1"], &["Retry-After: 0", "Retry-After: 1"], &date];
    for headers in table {
        let server = FakeServer::in_turn([Reply::with_headers("503 Busy", headers, ""), NO_TAGS.into()]);
        answers(&server.sign_in()).await;
        assert_eq!(server.arrivals().len(), 2, "{headers:?}");
    }
    let server = FakeServer::always(Reply::with_headers("429 Too Many Requests", &["Retry-After: 600"], ""));
    let error = fails(&server.sign_in()).await;
    assert_eq!((error.kind().word(), server.arrivals().len()), ("server", 1));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(600)));
    assert!(error.hints()[0].contains("10 min"), "{:?}", error.hints());
}

#[tokio::test]
async fn a_server_that_trickles_is_left_in_time() {
    let trickle = |head: &'static str| {
        FakeServer::always(Reply::By(Arc::new(move |stream| {
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(b"x").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        })))
    };
    for head in ["HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"] {
        let server = trickle(head);
        let mut options = options(&server.url());
        options.budget = Budget::standard().with_total(Duration::from_millis(400));
        let agent = sign_in(options);
        // The server would go on for hours.
        assert_eq!(fails(&agent).await.kind().word(), "timeout", "{head:?}");
    }
}

#[tokio::test]
async fn silence_within_a_reply_is_a_timeout() {
    let server = FakeServer::always(Reply::Kept(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".into()));
    let mut options = options(&server.url());
    options.budget = Budget { silence: Duration::from_millis(50), ..options.budget.with_attempts(1) };
    let agent = sign_in(options);
    let error = fails(&agent).await;
    assert_eq!((error.kind().word(), server.arrivals().len()), ("timeout", 1));
    assert!(error.to_string().contains("sent no more of its reply"), "{error}");
}

#[tokio::test]
async fn plain_http_goes_to_loopback_or_by_permission_and_never_through_a_proxy() {
    let open = |allow_http| {
        let mut options =
            ConnectionOptions::new(ServerUrl::parse("http://192.0.2.1").unwrap(), Clock::system());
        options.allow_http = allow_http;
        Connection::open(options)
    };
    assert_eq!(open(false).err().map(|error| error.kind().word()), Some("usage"));
    assert!(open(true).is_ok());

    let proxy = FakeServer::always(NO_TAGS);
    let server = FakeServer::always(NO_TAGS);
    let mut options = options(&server.url());
    options.proxies = Proxies::from_variables(|_| Some(proxy.url()));
    answers(&sign_in(options)).await;
    assert_eq!((proxy.arrivals().len(), server.arrivals().len()), (0, 1));
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_by_its_variable_and_learns_no_secret() {
    for refusal in ["502 Bad Gateway", "407 Proxy Authentication Required", "200"] {
        let refused = Reply::with_headers(refusal, &[], "<html>");
        let proxy = FakeServer::always(if refusal == "200" { Reply::Closed(vec![]) } else { refused });
        let proxy = proxy.for_a_proxy();
        let mut options = options("https://api.example.com");
        options.proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| proxy.url()));
        let error = fails(&sign_in(options)).await;
        assert_eq!(error.kind().word(), "proxy", "{refusal}");
        assert!(error.to_string().contains("HTTPS_PROXY"), "{error}");
        assert!(!error.was_sent());
        for request in proxy.arrivals() {
            let head = request.head;
            assert!(head.starts_with("CONNECT api.example.com:443 HTTP/1.1\r\n"), "{head}");
            assert!(!head.contains(SECRET) && request.body.is_empty());
        }
    }
}

#[tokio::test]
async fn a_refusal_of_a_proxy_is_told_by_its_status_and_how_credentials_are_written() {
    let table = [
        ("403 Forbidden", "", "HTTP 403", "NO_PROXY"),
        ("2000 OK", "", "HTTP 2000", "NO_PROXY"),
        ("502 Bad Gateway", "", "HTTP 502", "NO_PROXY"),
        ("302 Found", "user:word@", "HTTP 302", "NO_PROXY"),
        ("407 Proxy Authentication Required", "", "requires a user name and a password (HTTP 407)", "%40"),
        ("407 x", "user:word@", "refused its user name and password (HTTP 407)", "USER:PASSWORD"),
    ];
    for (refusal, credentials, wanted, hint) in table {
        for origin in ["https://api.example.com", "https://[fd00::7]"] {
            let proxy = FakeServer::always(Reply::with_headers(refusal, &[], "<html>")).for_a_proxy();
            let mut options = options(origin);
            let value = proxy.url().replace("http://", &format!("http://{credentials}"));
            options.proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| value.clone()));
            let error = fails(&sign_in(options)).await;
            assert_eq!(error.kind().word(), "proxy", "{refusal}");
            let text = error.to_string();
            assert!(text.contains(wanted) && text.contains("HTTPS_PROXY"), "{refusal}: {text}");
            assert!(text.contains(origin), "{refusal}: {text}");
            assert!(error.hints()[0].contains(hint), "{refusal}: {:?}", error.hints());
            assert!(!format!("{error:?}").contains("word@"), "{error:?}");
            assert_eq!(proxy.arrivals().len(), 3, "it is asked for the connection, and for nothing else");
            for request in proxy.arrivals() {
                let is_identified = request.head.to_lowercase().contains("proxy-authorization");
                assert_eq!(is_identified, !credentials.is_empty(), "{}", request.head);
            }
        }
    }
}

#[tokio::test]
async fn each_obstacle_of_a_proxy_is_reported_as_what_it_is() {
    let nobody = Nobody::there();
    let closing = |answer: &str| FakeServer::always(Reply::Closed(answer.into())).for_a_proxy();
    let page = closing("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>Sign in</html>");
    let (ending, half) = (closing("HTTP/1.1 200 OK\r\n\r\n"), closing("HTTP/1.1 200 OK\r\n"));
    let long = closing(&format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(8192)));
    let other = FakeServer::always(Reply::Kept(b"220 mail.example.com ESMTP\r\n".into())).for_a_proxy();
    let silent = FakeServer::always(Reply::SILENCE).for_a_proxy();
    let proxy = "the proxy named by HTTPS_PROXY";
    let origin = "https://api.example.com";
    let table = [
        (format!("http://u:word@{}", nobody.address()), format!("cannot connect to {proxy}")),
        (silent.url(), format!("{proxy} made no connection to {origin} in time")),
        (page.url(), format!("the connection to {origin} through {proxy} is not TLS")),
        (ending.url(), format!("the connection to {origin} through {proxy} was closed")),
        (half.url(), format!("{proxy} closed the connection before it answered the request for {origin}")),
        (long.url(), format!("{proxy} refused the connection to {origin}")),
        (other.url(), format!("{proxy} refused the connection to {origin}")),
    ];
    for (value, wanted) in table {
        let mut options = options(origin);
        if value == silent.url() {
            options.budget.connect = Duration::from_millis(100);
        }
        options.proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| value.clone()));
        let error = fails(&sign_in(options)).await;
        assert_eq!((error.kind().word(), error.to_string()), ("proxy", wanted), "{error:?}");
        assert!(!format!("{error:?}").contains("word@"), "{error:?}");
    }
}

#[tokio::test]
async fn a_failed_connection_says_which_setting_of_the_system_was_no_help() {
    let nobody = Nobody::there();
    let wanted = format!("{SETTINGS} name a script, which deepcall cannot use; if a proxy is needed, set");
    // This machine is reached without a proxy, so nothing is missing there; 0.0.0.0 is not known to be this machine.
    for (address, is_missing) in [("127.0.0.1", false), ("0.0.0.0", true)] {
        let mut options = options(&format!("https://{address}:{}", nobody.address().port()));
        options.proxies =
            Proxies::default().or_by(|| ProxySettings { unusable: Some("a script"), ..Default::default() });
        let error = fails(&sign_in(options)).await;
        assert_eq!(error.kind().word(), "connect", "{error:?}");
        assert_eq!(error.hints().iter().any(|hint| hint.starts_with(&wanted)), is_missing, "{error:?}");
    }
    // The settings may name an old proxy as well.
    let mut options = options("https://deepcall.test");
    options.proxies = Proxies::default().or_by(|| ProxySettings {
        proxy: Some("127.0.0.1:9".to_owned()),
        unusable: Some("a script"),
        ..Default::default()
    });
    let error = fails(&sign_in(options)).await;
    assert_eq!(error.to_string(), format!("cannot connect to the proxy named by {SETTINGS}"));
    assert!(error.hints()[0].starts_with(&wanted), "{error:?}");
}
