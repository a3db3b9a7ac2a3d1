//! Addresses of servers: one spelling, one origin, and no path leads away from it.

use deepcall::store::ServerUrl;
use url::{Host, Url};

use super::Bytes;

/// The first line is the address, the second a path.
pub fn check(input: &[u8]) {
    let mut bytes = Bytes(input);
    let (typed, path) = (bytes.text(), bytes.text());
    let Ok(server) = ServerUrl::parse(&typed) else { return };
    let text = server.to_string();
    assert_eq!(ServerUrl::parse(&text).map(|again| again.to_string()), Ok(text.clone()), "{typed:?}");
    let url = Url::parse(&text).expect("an address that browsers understand");
    assert_eq!(url.origin().ascii_serialization(), server.origin(), "{typed:?}");
    assert_eq!(server.is_plain_http(), text.starts_with("http://"));
    assert!(server.is_plain_http() || text.starts_with("https://"), "{text}");
    assert!(!text.contains(['@', '?', '#', '\\', ' ']) && !text.ends_with('/') && text.is_ascii(), "{text}");
    assert!(!url.path().ends_with("/api/v2"), "{text}");
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.octets()[0] == 127,
        Some(Host::Ipv6(address)) => match address.to_ipv4_mapped() {
            Some(mapped) => mapped.octets()[0] == 127,
            None => address.is_loopback(),
        },
        None => panic!("{text} has no host"),
    };
    assert_eq!(server.is_loopback(), is_here, "{text}");
    // A browser that reads what was typed goes to the same place.
    if let Ok(browsed) =
        Url::parse(&typed).map_err(drop).and_then(|url| url.host_str().map(str::to_owned).ok_or(()))
        && typed.contains("://")
    {
        assert_eq!(browsed.strip_suffix('.').unwrap_or(&browsed), url.host_str().unwrap(), "{typed:?}");
    }

    if let Ok(endpoint) = server.endpoint(&path) {
        let below = format!("{text}/api/v2/");
        assert!(endpoint.as_str().starts_with(&below), "{endpoint} is not below {below}");
        assert_eq!(endpoint.origin().ascii_serialization(), server.origin());
        assert_eq!((endpoint.query(), endpoint.fragment()), (None, None), "{path:?}");
        assert_eq!(Url::parse(endpoint.as_str()).as_ref(), Ok(&endpoint), "it is not in one spelling");
        let there = &endpoint.as_str()[text.len()..];
        assert_eq!(server.endpoint(there), Ok(endpoint.clone()), "{path:?}");
    }
}
