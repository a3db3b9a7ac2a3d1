//! How the keys of `[serve]` are read.

use std::net::{Ipv4Addr, SocketAddr};

/// An address and a port; `localhost` is 127.0.0.1, as browsers try it on every system.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let of_localhost = || {
        let port = text.strip_prefix("localhost:")?.parse().ok()?;
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    text.parse().ok().or_else(of_localhost).ok_or_else(|| {
        format!("{text:?} is not an address with a port; write for example 127.0.0.1:8040 or [::1]:8040")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_port_and_no_other_name_than_localhost() {
        for (text, address) in [
            ("127.0.0.1:0", Some("127.0.0.1:0")),
            ("[::1]:8040", Some("[::1]:8040")),
            ("localhost:80", Some("127.0.0.1:80")),
            ("8040", None),
            (":8040", None),
            ("127.0.0.1", None),
            ("wall.example:80", None),
            ("localhost:65536", None),
        ] {
            assert_eq!(listen(text).ok().map(|it| it.to_string()).as_deref(), address, "{text}");
        }
    }
}
