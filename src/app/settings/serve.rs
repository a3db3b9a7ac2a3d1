//! How the keys of `[serve]` are read.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// An address and a port; `localhost` is 127.0.0.1, as browsers try it on every system. Other names are refused: one may
/// stand for several addresses, and for others tomorrow, while the address decides whether other machines reach the wall.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    let of_localhost = || {
        let port = text.strip_prefix("localhost:")?.parse().ok()?;
        Some(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    };
    text.parse().ok().or_else(of_localhost).ok_or_else(|| no_address(text))
}

fn no_address(text: &str) -> String {
    let host = text.rsplit_once(':').map_or(text, |(host, _)| host);
    if host != "localhost" && host.contains(char::is_alphabetic) && !host.contains(['[', ':', '/']) {
        return format!(
            "{text:?} has a name, and names are not looked up; write the address, for example 192.0.2.7:8040, or \
             0.0.0.0:8040 for every address of this machine, and the name with --host"
        );
    }
    format!("{text:?} is not an address with a port; write for example 127.0.0.1:8040 or [::1]:8040")
}

pub(super) fn key_file(text: &str) -> Result<Option<PathBuf>, String> {
    if text.is_empty() {
        return Err("name a file; it is created if it does not exist".to_owned());
    }
    Ok(Some(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_refused_with_what_is_accepted_instead() {
        for text in ["mybox:8040", "wall.example:80", "mybox"] {
            let why = listen(text).expect_err(text);
            assert!(why.contains("names are not looked up") && why.contains("0.0.0.0:8040"), "{why}");
        }
        for text in ["8040", "192.0.2.7", "[::1]", ":8040", "localhost", "localhost:65536", ""] {
            let why = listen(text).expect_err(text);
            assert!(why.contains("is not an address with a port"), "{why}");
        }
    }

    #[test]
    fn an_address_has_a_port_and_no_other_name_than_localhost() {
        for (text, address) in [
            ("0.0.0.0:8040", Some("0.0.0.0:8040")),
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
