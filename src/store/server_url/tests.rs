use proptest::prelude::*;

use super::*;

fn server(text: &str) -> ServerUrl {
    ServerUrl::parse(text).unwrap()
}

#[test]
fn the_default_server_is_already_normalised() {
    assert_eq!(server(ServerUrl::DEFAULT).to_string(), ServerUrl::DEFAULT);
}

#[test]
fn an_address_has_one_spelling() {
    let table = [
        ("https://v4-api.deepcall.com/", "https://v4-api.deepcall.com"),
        ("v4-api.deepcall.com", "https://v4-api.deepcall.com"),
        ("v4-api.deepcall.com:8443/x", "https://v4-api.deepcall.com:8443/x"),
        ("HTTPS://V4-API.DeepCall.COM", "https://v4-api.deepcall.com"),
        ("https://host:443", "https://host"),
        ("https://host:", "https://host"),
        ("http://host:80/", "http://host"),
        ("http://host:443", "http://host:443"),
        ("https://host./", "https://host"),
        ("https://host.:8443", "https://host:8443"),
        ("localhost:8080", "https://localhost:8080"),
        ("http://127.1:8080", "http://127.0.0.1:8080"),
        ("http://[0:0::1]:8080", "http://[::1]:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example", "https://xn--bcher-kva.example"),
        ("https://host/api/v2", "https://host"),
        ("https://host/api/v2/", "https://host"),
        ("https://host/API/V2", "https://host"),
        ("https://host//api/v2/api/v2", "https://host"),
        ("https://host/call/centre/", "https://host/call/centre"),
        ("https://host/call//centre/api/v2//", "https://host/call/centre"),
        ("https://host/api", "https://host/api"),
        ("https://host/v2", "https://host/v2"),
        ("https://host/api/v2/x", "https://host/api/v2/x"),
        ("https://host/a:b", "https://host/a:b"),
        ("https://host/दिल्ली", "https://host/%E0%A4%A6%E0%A4%BF%E0%A4%B2%E0%A5%8D%E0%A4%B2%E0%A5%80"),
    ];
    for (typed, normalised) in table {
        assert_eq!(server(typed).to_string(), normalised, "{typed}");
    }
}

#[test]
fn a_bad_address_is_refused_with_its_reason() {
    use ServerUrlError as E;
    let table = [
        ("", E::Empty),
        ("https://user:s3cret@host", E::UserInfo),
        ("https://user@host", E::UserInfo),
        ("https://@host", E::UserInfo),
        ("https://host/@x", E::UserInfo),
        ("mailto:someone@host", E::UserInfo),
        ("https://user:s3cret%40host", E::Port),
        ("https://user\u{ff20}host", E::Host),
        ("ftp://host", E::Scheme),
        ("file:///etc/passwd", E::Scheme),
        ("://host", E::Scheme),
        ("host/x://y", E::Scheme),
        ("https://host?x=1", E::Mark),
        ("https://host/?", E::Mark),
        ("https://host#x", E::Mark),
        ("https:\\\\host", E::Mark),
        ("https://host\\@evil", E::UserInfo),
        ("https://host\\.evil", E::Mark),
        (" https://host", E::Blank),
        ("https://host\n", E::Blank),
        ("https://ho\tst", E::Blank),
        ("https://host/a b", E::Blank),
        ("https://host/\r\nX: y", E::Blank),
        ("https://host/\u{7f}", E::Blank),
        ("https://host/\u{2028}", E::Blank),
        ("https://", E::Host),
        ("https:///host", E::Host),
        ("//host", E::Host),
        ("/host", E::Host),
        ("https://.", E::Host),
        ("https://host..", E::Host),
        ("https://a..b", E::Host),
        ("https://:443", E::Host),
        ("https://ho<st", E::Host),
        ("https://[::1", E::Host),
        ("https://999.1.1.1", E::Host),
        ("https:host", E::Port),
        ("https://host:0", E::Port),
        ("https://host:65536", E::Port),
        ("https://host:x", E::Port),
        ("https://host/..", E::Dots),
        ("https://host/a/../b", E::Dots),
        ("https://host/a/%2E%2e/b", E::Dots),
        ("https://host/a/.%2e", E::Dots),
        ("https://host/a%2f..%2fb", E::Dots),
        ("https://host/.", E::Dots),
    ];
    for (typed, reason) in table {
        assert_eq!(ServerUrl::parse(typed), Err(reason), "{typed:?}");
    }
}

#[test]
fn an_error_never_quotes_a_password() {
    for typed in ["https://u:s3cret@h", "u:s3cret@h", "s3cret://u@h", "https://u:s3cret%40h"] {
        let error = ServerUrl::parse(typed).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{typed}");
    }
}

#[test]
fn an_origin_is_scheme_host_and_unusual_port() {
    let table = [
        ("HTTPS://Host:443/prefix", "https://host"),
        ("https://host:8443/prefix", "https://host:8443"),
        ("http://[::1]:80", "http://[::1]"),
    ];
    for (typed, origin) in table {
        assert_eq!(server(typed).origin(), origin, "{typed}");
    }
}

#[test]
fn an_endpoint_is_below_the_base() {
    let table = [
        ("https://host", "tags", "https://host/api/v2/tags"),
        ("https://host/", "/tags", "https://host/api/v2/tags"),
        ("https://host", "agentProfile/tags", "https://host/api/v2/agentProfile/tags"),
        ("https://host", "api/v2/agentProfile/tags", "https://host/api/v2/agentProfile/tags"),
        ("https://host", "/API/v2/tags", "https://host/api/v2/tags"),
        ("https://host", "api/v2/api/v2/tags", "https://host/api/v2/tags"),
        ("https://host/api/v2", "api/v2/tags", "https://host/api/v2/tags"),
        ("https://host:8443/prefix", "tags", "https://host:8443/prefix/api/v2/tags"),
        ("https://host", "tags/", "https://host/api/v2/tags/"),
        ("https://host", "http:x", "https://host/api/v2/http:x"),
        ("https://host", "a@b", "https://host/api/v2/a@b"),
        ("https://host", "नाम", "https://host/api/v2/%E0%A4%A8%E0%A4%BE%E0%A4%AE"),
    ];
    for (base, path, wanted) in table {
        assert_eq!(server(base).endpoint(path).unwrap().as_str(), wanted, "{base} {path}");
    }
}

#[test]
fn a_path_that_would_leave_the_base_is_refused() {
    use ServerUrlError as E;
    let table = [
        ("", E::NoEndpoint),
        ("/", E::NoEndpoint),
        ("api/v2", E::NoEndpoint),
        ("/api/v2/", E::NoEndpoint),
        ("https://evil/tags", E::NotRelative),
        ("//evil/tags", E::NotRelative),
        ("///evil", E::NotRelative),
        ("tags//x", E::NotRelative),
        ("..", E::Dots),
        ("../../tags", E::Dots),
        ("tags/..", E::Dots),
        ("api/v2/../../x", E::Dots),
        ("%2e%2e/tags", E::Dots),
        ("x%2F%2E.", E::Dots),
        ("x%5c..%5Cy", E::Dots),
        ("./tags", E::Dots),
        ("\\\\evil\\tags", E::Mark),
        ("tags?x=1", E::Mark),
        ("tags#x", E::Mark),
        ("tags\r\nHost: evil", E::Blank),
        ("ta gs", E::Blank),
        ("tags\0", E::Blank),
    ];
    for (path, reason) in table {
        assert_eq!(server("https://host/prefix").endpoint(path), Err(reason), "{path:?}");
    }
}

#[test]
fn only_this_machine_is_loopback() {
    let table = [
        ("http://localhost:8080", true),
        ("http://LOCALHOST.", true),
        ("http://127.0.0.1", true),
        ("http://127.9.9.9", true),
        ("http://0x7f.1", true),
        ("http://[::1]", true),
        ("http://[::ffff:127.0.0.1]", true),
        ("http://a.localhost", false),
        ("http://localhost.example", false),
        ("http://127.0.0.1.example", false),
        ("http://0.0.0.0", false),
        ("http://10.0.0.1", false),
        ("http://[::2]", false),
    ];
    for (typed, loopback) in table {
        assert_eq!(server(typed).is_loopback(), loopback, "{typed}");
    }
}

#[test]
fn plain_http_is_known_as_such() {
    assert!(server("HTTP://host").is_plain_http());
    assert!(!server("host").is_plain_http());
}

/// Text in which the characters that matter are likely.
fn address_like() -> impl Strategy<Value = String> {
    prop_oneof![
        "(https?://)?[a-zA-Z0-9.:-]{1,12}(/[a-z.%25fe/:]{0,12}|/api/v2/?){0,3}",
        "[https:/@?#.%2eEfF5cC\\\\api2 v\u{fc}\u{3002}\u{ff0e}\\[\\]]{0,30}",
        any::<String>(),
    ]
}

proptest! {
    #[test]
    fn parsing_twice_changes_nothing(typed in address_like()) {
        if let Ok(first) = ServerUrl::parse(&typed) {
            let second = ServerUrl::parse(&first.to_string());
            prop_assert_eq!(second.as_ref().map(ToString::to_string), Ok(first.to_string()));
            prop_assert_eq!(second, Ok(first));
        }
    }

    #[test]
    fn an_accepted_address_holds_nothing_but_its_base(typed in address_like()) {
        if let Ok(server) = ServerUrl::parse(&typed) {
            let text = server.to_string();
            prop_assert!(text.starts_with(&server.origin()));
            prop_assert!(!text.contains(['@', '?', '#', '\\', ' ']), "{}", text);
            // A host may be called `api`; only the path is the program's own to end.
            prop_assert!(!text.ends_with('/') && !server.base.path().ends_with("/api/v2"), "{}", text);
        }
    }

    #[test]
    fn an_endpoint_never_leaves_its_base(base in address_like(), path in address_like()) {
        if let Ok(server) = ServerUrl::parse(&base)
            && let Ok(url) = server.endpoint(&path)
        {
            prop_assert_eq!(url.origin().ascii_serialization(), server.origin());
            let below = format!("{server}/api/v2/");
            prop_assert!(url.as_str().starts_with(&below), "{} is not below {}", url, below);
            prop_assert_eq!(Ok(url.clone()), server.endpoint(&url.as_str()[server.to_string().len()..]));
        }
    }
}

#[test]
fn plain_http_is_refused_unless_it_stays_here_or_is_allowed() {
    for (address, is_allowed, is_fine) in [
        ("http://127.0.0.1:8080", false, true),
        ("http://localhost", false, true),
        ("http://crm.example", false, false),
        ("http://crm.localhost", false, false),
        ("http://crm.example", true, true),
        ("https://crm.example", false, true),
    ] {
        let server = ServerUrl::parse(address).unwrap();
        assert_eq!(server.refuse_plain_http(is_allowed).is_ok(), is_fine, "{address}, {is_allowed}");
    }
}
