//! By which names the wall may be called. A page of somebody else that has its own name lead to this machine (DNS
//! rebinding) sends that name as `Host`, and a form of such a page sends its `Origin`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use hyper::http::request::Parts;

/// A host in one spelling: without the final dot, in small letters, an IPv4 address in IPv6 as IPv4.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    Name(String),
    Address(IpAddr),
}

impl Host {
    /// For `--host`.
    ///
    /// # Errors
    /// If it is anything but the name or the address of a machine.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let bare = text.trim();
        let host = match bare.parse::<Ipv6Addr>() {
            Ok(address) => Some(Self::Address(IpAddr::V6(address).to_canonical())),
            Err(_) => Authority::parse(bare).filter(|it| it.port.is_none()).map(|it| it.host),
        };
        host.ok_or_else(|| {
            format!("{text:?} is not the name of a machine; write it as in the browser's address, without port: wall.example")
        })
    }
}

/// A host, and a port where one is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
}

impl Authority {
    /// `None` for what no browser sends, such as a user's name before the host.
    fn parse(text: &str) -> Option<Self> {
        let (host, rest) = if let Some(rest) = text.strip_prefix('[') {
            let (address, rest) = rest.split_once(']')?;
            let address: Ipv6Addr = address.parse().ok()?;
            (Host::Address(IpAddr::V6(address).to_canonical()), rest)
        } else {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            let name = name.strip_suffix('.').unwrap_or(name);
            let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            if name.is_empty() || name.len() > 253 || !name.bytes().all(is_usual) {
                return None;
            }
            match name.parse::<Ipv4Addr>() {
                Ok(address) => (Host::Address(address.into()), rest),
                Err(_) => (Host::Name(name.to_ascii_lowercase()), rest),
            }
        };
        let port = match rest {
            "" | ":" => None,
            rest => {
                let digits = rest.strip_prefix(':').filter(|it| it.bytes().all(|it| it.is_ascii_digit()))?;
                Some(digits.parse().ok()?)
            }
        };
        Some(Self { host, port })
    }
}

/// The hosts that a request may be for.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    /// Those of `--host`.
    pub(crate) named: Vec<Host>,
}

impl Hosts {
    /// Whom the request is for: exactly one `Host`, and in a target of the absolute form no other. `None` if it is not for us.
    ///
    /// `local` is the address at which the connection has arrived. That it was reached there proves nothing about a name,
    /// but a page whose address is that number comes from this machine. The port is free: a tunnel or a container has one
    /// of its own, and a foreign page has a foreign name at every port.
    pub(super) fn of(&self, head: &Parts, local: IpAddr) -> Option<Authority> {
        let host = only(&head.headers, HOST).and_then(Authority::parse)?;
        let target = head.uri.authority().map(|it| Authority::parse(it.as_str()));
        let is_known = |it: &Authority| self.knows(&it.host, local);
        (is_known(&host) && target.is_none_or(|it| it.as_ref().is_some_and(is_known))).then_some(host)
    }

    /// The first host of a request that is not for us, as it was sent; `None` if none of them is foreign.
    pub(super) fn foreign<'a>(&self, head: &'a Parts, local: IpAddr) -> Option<&'a [u8]> {
        let target = head.uri.authority().map(|it| it.as_str().as_bytes());
        let mut sent = head.headers.get_all(HOST).iter().map(HeaderValue::as_bytes).chain(target);
        let authority = |sent| std::str::from_utf8(sent).ok().and_then(Authority::parse);
        sent.find(|sent| !authority(sent).is_some_and(|it| self.knows(&it.host, local)))
    }

    fn knows(&self, host: &Host, local: IpAddr) -> bool {
        let is_usual = match host {
            Host::Name(name) => name == "localhost",
            Host::Address(address) => {
                *address == Ipv4Addr::LOCALHOST
                    || *address == Ipv6Addr::LOCALHOST
                    || *address == local.to_canonical()
            }
        };
        is_usual || self.named.contains(host)
    }
}

/// Whether a form was sent by a page of ours, as far as the browser says; `host` is whom the request is for. Before a proxy
/// that adds TLS, the page has another scheme than we have; never the other way round.
pub(super) fn is_from_us(headers: &HeaderMap, host: &Authority, has_tls: bool) -> bool {
    let Some(origin) = only(headers, ORIGIN) else { return true };
    let (usual_port, rest) = match origin.split_once("://") {
        Some(("https", rest)) => (443, rest),
        Some(("http", rest)) if !has_tls => (80, rest),
        _ => return false,
    };
    let with_port = |it: &Authority| it.port.unwrap_or(usual_port);
    Authority::parse(rest).is_some_and(|it| it.host == host.host && with_port(&it) == with_port(host))
}

/// The text of a header, if there is one. If there are several, or it is no text, that is an empty one, which nobody has.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(first.to_str().ok().filter(|_| values.next().is_none()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn head(target: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("a request").into_parts().0
    }

    fn hosts() -> Hosts {
        let named = ["Wall.Example.", "192.0.2.7", "2001:db8::1"];
        Hosts { named: named.map(|text| Host::parse(text).expect("a host")).to_vec() }
    }

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 168, 1, 5));

    #[test]
    fn a_request_is_for_a_name_that_is_ours_in_whatever_spelling() {
        for host in [
            "localhost",
            "LOCALHOST:8040",
            "localhost.",
            "localhost.:9000",
            "localhost:",
            "127.0.0.1",
            "127.0.0.1.:1",
            "[::1]:8040",
            "[0:0:0:0:0:0:0:1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]:80",
            "192.168.1.5:8040",
            "[::ffff:192.168.1.5]",
            "wall.example",
            "WALL.example.:443",
            "192.0.2.7",
            "[2001:DB8::1]:8040",
        ] {
            assert!(hosts().of(&head("/", &[("host", host)]), LOCAL).is_some(), "{host}");
        }
    }

    #[test]
    fn a_request_for_another_name_or_for_none_is_refused() {
        for host in [
            "",
            ".",
            "localhost..",
            "evil.example",
            "localhost.evil.example",
            "wall.example.evil.example",
            "evil.example:8040",
            "127.0.0.1.evil.example",
            "127.0.0.2",
            "127.1",
            "0x7f.0.0.1",
            "2130706433",
            "192.168.1.6",
            "[::2]",
            "::1",
            "[::1",
            "[::1]x",
            "localhost:99999",
            "localhost:+80",
            "localhost:80:80",
            "localhost/x",
            "x@localhost",
            "localhost,evil.example",
            "localhost evil.example",
            "löcalhost",
        ] {
            let value = hyper::header::HeaderValue::from_bytes(host.as_bytes()).expect("bytes");
            let mut head = head("/", &[]);
            head.headers.insert(HOST, value);
            assert!(hosts().of(&head, LOCAL).is_none(), "{host}");
        }
        assert!(hosts().of(&head("/", &[]), LOCAL).is_none(), "no host");
        let twice = [("host", "localhost"), ("host", "localhost")];
        assert!(hosts().of(&head("/", &twice), LOCAL).is_none(), "two hosts");
    }

    #[test]
    fn a_target_with_a_host_counts_as_well() {
        for (target, host, is_ours) in [
            ("http://localhost:8040/", "localhost", true),
            ("http://127.0.0.1/", "localhost", true),
            ("http://evil.example/", "localhost", false),
            ("http://localhost/", "evil.example", false),
            ("http://x@localhost/", "localhost", false),
        ] {
            let head = head(target, &[("host", host)]);
            assert_eq!(hosts().of(&head, LOCAL).is_some(), is_ours, "{target} {host}");
            let foreign = hosts().foreign(&head, LOCAL).map(String::from_utf8_lossy);
            let expected = target.split('/').nth(2).filter(|_| !is_ours && host == "localhost");
            assert_eq!(foreign.as_deref(), expected.or(Some(host).filter(|_| !is_ours)), "{target} {host}");
        }
    }

    #[test]
    fn a_form_is_from_a_page_of_ours() {
        for (origin, host, has_tls, is_ours) in [
            (None, "localhost:8040", false, true),
            (Some("http://localhost:8040"), "localhost:8040", false, true),
            (Some("http://LOCALHOST:8040"), "localhost.:8040", false, true),
            (Some("http://wall.example"), "wall.example:80", false, true),
            (Some("https://wall.example"), "wall.example", false, true),
            (Some("https://wall.example"), "wall.example:443", true, true),
            (Some("http://wall.example"), "wall.example", true, false),
            (Some("http://localhost:8041"), "localhost:8040", false, false),
            (Some("http://127.0.0.1:8040"), "localhost:8040", false, false),
            (Some("http://evil.example:8040"), "localhost:8040", false, false),
            (Some("null"), "localhost:8040", false, false),
            (Some(""), "localhost:8040", false, false),
            (Some("file://localhost:8040"), "localhost:8040", false, false),
            (Some("http://localhost:8040/"), "localhost:8040", false, false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(origin) = origin {
                headers.insert(ORIGIN, origin.parse().expect("a header"));
            }
            let host = Authority::parse(host).expect("a host");
            assert_eq!(is_from_us(&headers, &host, has_tls), is_ours, "{origin:?} for {host:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append(ORIGIN, "http://localhost".parse().expect("a header"));
        twice.append(ORIGIN, "http://localhost".parse().expect("a header"));
        assert!(!is_from_us(&twice, &Authority::parse("localhost").expect("a host"), false));
    }

    #[test]
    fn a_host_of_an_option_has_neither_scheme_nor_port() {
        for wrong in ["", "wall.example:80", "http://wall.example", "*", "wall.example/x", "[::1]:80"] {
            assert!(Host::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Host::parse("[::1]"), Host::parse("::1"));
    }
}
