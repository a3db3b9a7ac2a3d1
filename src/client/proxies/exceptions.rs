//! Which servers are reached without a proxy, by `NO_PROXY` and by the system's settings.

use std::net::{IpAddr, SocketAddr};

use globset::GlobBuilder;
use ipnet::IpNet;
use url::{Host, Url};

use crate::system::proxy::ProxySettings;

/// Whether `NO_PROXY` names this server.
pub(super) fn is_in(exceptions: &str, server: &Url) -> bool {
    exceptions.split([',', ' ', '\t']).any(|entry| is_exception(entry, server))
}

/// Whether an entry of `NO_PROXY` is about this server. As for curl, a name counts for all names below it, with or without
/// a leading dot, and an address may stand for a network. A port, which curl does not know, narrows the entry to that port.
fn is_exception(entry: &str, server: &Url) -> bool {
    let entry = entry.trim();
    if entry == "*" {
        return true;
    }
    let (host, port) = host_and_port(entry);
    if port.is_some_and(|port| server.port_or_known_default() != Some(port)) {
        return false;
    }
    let address = match server.host() {
        Some(Host::Domain(name)) => return is_below(name, host),
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        None => return false,
    };
    let network: String = host.chars().filter(|c| !"[]".contains(*c)).collect();
    network.parse() == Ok(address) || network.parse::<IpNet>().is_ok_and(|network| network.contains(&address))
}

/// Whether a server is reached without the proxy of the system's settings. This machine always is.
pub(super) fn is_excepted(settings: &ProxySettings, server: &Url) -> bool {
    let (host, address) = match server.host() {
        Some(Host::Domain(name)) => (name.trim_end_matches('.').to_owned(), None),
        Some(Host::Ipv4(address)) => (address.to_string(), Some(IpAddr::V4(address))),
        Some(Host::Ipv6(address)) => (address.to_string(), Some(IpAddr::V6(address))),
        None => return false,
    };
    let is_this_machine = host == "localhost"
        || host.ends_with(".localhost")
        || address.is_some_and(|address| address.to_canonical().is_loopback());
    is_this_machine
        || settings.excepts_plain_names && address.is_none() && !host.contains('.')
        || settings.exceptions.iter().any(|pattern| fits(pattern, &host, address, server))
}

/// Whether an exception of the system's settings is about this server: `https://*.example.com:443`, of which all but the
/// host may be missing. Unlike in `NO_PROXY`, a name without `*` counts for itself alone.
fn fits(pattern: &str, host: &str, address: Option<IpAddr>, server: &Url) -> bool {
    let pattern = match pattern.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(server.scheme()) => rest,
        Some(_) => return false,
        None => pattern,
    };
    let (pattern, port) = host_and_port(pattern);
    if port.is_some_and(|port| server.port_or_known_default() != Some(port)) {
        return false;
    }
    let pattern = pattern.trim_start_matches('[').trim_end_matches(']');
    if let (Some(address), Some(network)) = (address, network(pattern)) {
        return network.contains(&address);
    }
    let pattern = if pattern.starts_with('.') { format!("*{pattern}") } else { pattern.to_owned() };
    let glob = GlobBuilder::new(&pattern).case_insensitive(true).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(host))
}

/// An address or a network; `169.254/16`, as macOS writes it, is `169.254.0.0/16`.
fn network(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.into());
    }
    let (start, length) = text.split_once('/')?;
    let missing = if start.contains(':') { 0 } else { 3_usize.saturating_sub(start.matches('.').count()) };
    format!("{start}{}/{length}", ".0".repeat(missing)).parse().ok()
}

fn host_and_port(entry: &str) -> (&str, Option<u16>) {
    if let Ok(address) = entry.parse::<SocketAddr>() {
        // Of `[::1]:443` or `10.0.0.1:443`, the part before the last colon.
        return (entry.rsplit_once(':').map_or(entry, |(host, _)| host), Some(address.port()));
    }
    match entry.split_once(':') {
        Some((host, port)) if !host.is_empty() && !host.starts_with('[') => match port.parse() {
            Ok(port) => (host, Some(port)),
            Err(_) => (entry, None),
        },
        _ => (entry, None),
    }
}

fn is_below(name: &str, domain: &str) -> bool {
    let name = name.trim_end_matches('.');
    let domain = domain.trim_end_matches('.');
    let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
    !domain.is_empty()
        && name.strip_suffix(domain.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_no_proxy_are_names_addresses_and_networks_with_or_without_a_port() {
        let table = [
            ("https://[::1]:7401", "[::1]", true),
            ("https://[::1]:7401", "::1", true),
            ("https://[::1]:7401", "[::1]:7401", true),
            ("https://[::1]:7401", "[::1]:7402", false),
            ("https://[::1]", "[::1]:443", true),
            ("https://[fd00::7]", "fd00::/8", true),
            ("https://[fd00::7]", "[fd00::]/8", true),
            ("https://[fe00::7]", "fd00::/8", false),
            ("https://[::1]", "::/0", true),
            ("https://10.1.2.3", "10.0.0.0/8", true),
            ("https://10.1.2.3", "10.1.2.3/32", true),
            ("https://10.1.2.4", "10.1.2.3/32", false),
            ("https://10.1.2.3", "0.0.0.0/0", true),
            ("https://10.1.2.3", "10.0.0.0/33", false),
            ("https://10.1.2.3", "10.1.2.3:443", true),
            ("https://10.1.2.3", "10.1.2.3:8443", false),
            ("https://10.1.2.3", "2.3", false),
            ("https://api.example.com", "api.example.com:443", true),
            ("https://api.example.com:8443", "example.com:8443", true),
            ("https://api.example.com:8443", "api.example.com:443", false),
            ("https://api.example.com", ".example.com", true),
            ("https://example.com", ".example.com", true),
            ("https://api.example.com", "EXAMPLE.com.", true),
            ("https://api.example.com", "a.b  example.com", true),
            ("https://badexample.com", "example.com", false),
            ("https://badexample.com", ".example.com", false),
            ("https://api.example.com", ". , ,:443", false),
            ("https://api.example.com", "*.example.com", false),
            ("https://api.example.com", "api.example.com:x", false),
        ];
        for (origin, exceptions, is_direct) in table {
            let server = Url::parse(origin).unwrap();
            assert_eq!(is_in(exceptions, &server), is_direct, "{origin} with {exceptions}");
        }
    }

    #[test]
    fn exceptions_of_the_system_are_patterns() {
        let table = [
            ("https://api.example.com", "*.example.com", true),
            ("https://API.example.com.", "*.EXAMPLE.com", true),
            ("https://api.example.com", "*example.com", true),
            ("https://api.example.com", "api.*", true),
            ("https://api.example.com", "*", true),
            ("https://api.example.com", ".example.com", true),
            ("https://api.example.com", "api.example.com", true),
            ("https://api.example.com", "https://api.example.com", true),
            ("https://api.example.com", "http://api.example.com", false),
            ("https://api.example.com", "api.example.com:443", true),
            ("https://api.example.com", "*.example.com:8443", false),
            ("https://api.example.com", "example.com", false),
            ("https://example.com", "*.example.com", false),
            ("https://api.example.com", "<-loopback>", false),
            ("https://api.example.com", "[", false),
            ("https://intranet", "intra*", true),
            ("https://10.1.2.3", "10.*", true),
            ("https://10.1.2.3", "10.1.2.3", true),
            ("https://10.1.2.3", "10.0.0.0/8", true),
            ("https://110.1.2.3", "10.*", false),
            ("https://169.254.7.7", "169.254/16", true),
            ("https://169.253.7.7", "169.254/16", false),
            ("https://[fd00::7]", "fd00::/8", true),
            ("https://[fd00::7]", "[fd00::7]:443", true),
            ("https://[fd00::7]", "fd00:*", true),
            ("https://[fd00::7]", "[fe00::7]", false),
        ];
        for (server, pattern, is_direct) in table {
            let settings = ProxySettings { exceptions: vec![pattern.to_owned()], ..Default::default() };
            assert_eq!(
                is_excepted(&settings, &Url::parse(server).unwrap()),
                is_direct,
                "{server}: {pattern}"
            );
        }
    }

    #[test]
    fn names_without_a_dot_are_an_exception_if_the_settings_say_so_and_this_machine_always_is() {
        let table = [
            ("https://intranet", false, true),
            ("https://api.example.com", false, false),
            ("https://[fd00::7]", false, false),
            ("https://localhost:7401", true, true),
            ("https://api.localhost", true, true),
            ("https://127.1.2.3", true, true),
            ("https://[::1]", true, true),
            ("https://[::ffff:127.0.0.1]", true, true),
        ];
        for (server, without, with) in table {
            for (excepts_plain_names, wanted) in [(false, without), (true, with)] {
                let settings = ProxySettings { excepts_plain_names, ..Default::default() };
                assert_eq!(is_excepted(&settings, &Url::parse(server).unwrap()), wanted, "{server}");
            }
        }
    }
}
