use std::time::Duration;

use super::*;
use crate::client::{ConnectionOptions, Proxies};
use crate::clock::Clock;
use crate::store::ServerUrl;
use crate::system::proxy::ProxySettings;
use crate::system::proxy::SETTINGS;

const NOW: &str = "2026-11-24T12:00:00Z";

fn connection(address: &str, proxy: Option<&str>) -> Connection {
    let mut options = ConnectionOptions::new(ServerUrl::parse(address).unwrap(), Clock::system());
    let value_of = |name: &str| proxy.filter(|_| name == "HTTPS_PROXY").map(str::to_owned);
    options.proxies = Proxies::from_variables(value_of);
    Connection::open(options).unwrap()
}

fn certificate(valid_until: &str) -> Certificate {
    Certificate {
        issuer: "CN=Ours".to_owned(),
        valid_from: "2026-01-01T00:00:00Z".parse().unwrap(),
        valid_until: valid_until.parse().unwrap(),
    }
}

fn sign(ahead_seconds: Option<i64>) -> Sign {
    Sign { status: 200, took: Duration::from_millis(12), ahead_seconds }
}

/// Each check with its verdict, for a request by https.
fn verdicts(proxy: Option<&str>, answer: Result<Sign, ApiError>, shown: Option<Certificate>) -> String {
    let reached = Reached { answer, certificate: shown };
    let connection = connection("https://a.example", proxy);
    let findings = server(&connection, "default", false, &reached, NOW.parse().unwrap());
    let words = findings.iter().map(|finding| format!("{}:{}", finding.check, finding.verdict.word()));
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn each_fault_is_told_where_it_lies_and_what_lies_behind_it_is_skipped() {
    let good = || Some(certificate("2027-06-01T00:00:00Z"));
    for (kind, proxy, shown, wanted) in [
        (ErrorKind::Dns, None, None, "proxy:ok address:ok network:fail tls:skipped server:skipped"),
        (ErrorKind::Connect, None, None, "proxy:ok address:ok network:fail tls:skipped server:skipped"),
        (ErrorKind::Timeout, None, None, "proxy:ok address:ok network:fail tls:skipped server:skipped"),
        (ErrorKind::Timeout, None, good(), "proxy:ok address:ok network:ok tls:ok server:fail"),
        (ErrorKind::Tls, None, good(), "proxy:ok address:ok network:ok tls:fail server:skipped"),
        (ErrorKind::Server, None, good(), "proxy:ok address:ok network:ok tls:ok server:fail"),
        (ErrorKind::NotJson, None, good(), "proxy:ok address:ok network:ok tls:ok server:fail"),
        (
            ErrorKind::Proxy,
            Some("http://p:1"),
            None,
            "proxy:fail address:ok network:skipped tls:skipped server:skipped",
        ),
    ] {
        let found = verdicts(proxy, Err(ApiError::new(kind, "x")), shown);
        assert_eq!(found, format!("{wanted} clock:skipped"), "for {kind:?}");
    }
    assert_eq!(
        verdicts(Some("http://p:1"), Ok(sign(Some(1))), good()),
        "proxy:ok address:ok network:ok tls:ok server:ok clock:ok"
    );
}

#[test]
fn a_clock_is_judged_by_how_far_it_is_off() {
    for (ahead, wanted, words) in [
        (Some(0), "ok", "0 s ahead"),
        (Some(-30), "ok", "30 s behind"),
        (Some(31), "warn", "31 s ahead"),
        (Some(-301), "fail", "301 s behind"),
        (None, "skipped", "sends no time"),
    ] {
        let finding = clock(&Reached { answer: Ok(sign(ahead)), certificate: None });
        assert_eq!(finding.verdict.word(), wanted, "for {ahead:?}");
        assert!(finding.detail.contains(words), "{}", finding.detail);
    }
}

#[test]
fn a_certificate_that_ends_soon_is_doubtful_and_plain_http_has_none() {
    for (until, wanted) in [("2026-12-09T00:00:00Z", "ok"), ("2026-12-07T00:00:00Z", "warn")] {
        let reached = Reached { answer: Ok(sign(None)), certificate: Some(certificate(until)) };
        let finding =
            tls(&connection("https://a.example", None), Reach::Server, &reached, NOW.parse().unwrap());
        assert_eq!(finding.verdict.word(), wanted, "for {until}");
        assert!(finding.detail.contains("by CN=Ours, valid until"), "{}", finding.detail);
    }
    let reached = Reached { answer: Ok(sign(None)), certificate: None };
    let finding = tls(&connection("http://127.0.0.1:1", None), Reach::Server, &reached, NOW.parse().unwrap());
    assert_eq!(finding.verdict.word(), "skipped");
}

#[test]
fn the_proxy_is_shown_with_what_names_it() {
    let words = |proxies: Proxies, answer: Result<Sign, ApiError>| {
        let mut options =
            ConnectionOptions::new(ServerUrl::parse("https://a.example").unwrap(), Clock::system());
        options.proxies = proxies;
        let connection = Connection::open(options).unwrap();
        let reached = Reached { answer, certificate: None };
        let [finding, ..] =
            <[Finding; 6]>::try_from(server(&connection, "x", false, &reached, NOW.parse().unwrap()))
                .unwrap();
        format!("{} {} {}", finding.verdict.word(), finding.detail, finding.advice.join(" "))
    };
    let good = || Ok(sign(None));
    let no_connection = || Err(ApiError::new(ErrorKind::Connect, "x").with_hint("y"));
    let of_variable = || {
        Proxies::from_variables(|name| (name == "https_proxy").then(|| "u:word@p.example:3128".to_owned()))
    };
    let of_settings = || {
        Proxies::default()
            .or_by(|| ProxySettings { proxy: Some("p.example:3128".to_owned()), ..Default::default() })
    };
    let in_vain =
        || Proxies::default().or_by(|| ProxySettings { unusable: Some("a script"), ..Default::default() });
    let cannot = format!("none; {SETTINGS} name a script, which deepcall cannot use");
    for (found, wanted) in [
        (words(of_variable(), good()), "ok http://p.example:3128 (https_proxy) ".to_owned()),
        (words(of_settings(), good()), format!("ok http://p.example:3128 ({SETTINGS}) ")),
        (
            words(of_settings(), no_connection()),
            format!("fail x y the proxy is http://p.example:3128, named by {SETTINGS}"),
        ),
        (words(in_vain(), good()), format!("ok {cannot} ")),
        (
            words(in_vain(), no_connection()),
            format!("warn {cannot} if a proxy is needed, set HTTPS_PROXY to http://HOST:PORT"),
        ),
    ] {
        assert_eq!(found, wanted);
    }
}
