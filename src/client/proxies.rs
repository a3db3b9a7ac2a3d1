//! Which proxy of the environment a server is reached through. The caller passes the variables in.

use std::net::{IpAddr, SocketAddr};

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;
use ipnet::IpNet;
use url::{Host, Url};

use crate::client::error::{ApiError, ErrorKind};
use crate::client::tunnels::credentials_hint;

/// The proxy variables that count for `https`. Plain `http` never goes through a proxy, which could read it.
#[derive(Clone, Default)]
pub struct Proxies {
    proxy: Option<(&'static str, String)>,
    exceptions: String,
}

/// The proxy to use, and the variable that names it.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) variable: &'static str,
    /// Where the proxy itself is.
    pub(crate) address: Uri,
    /// The value of `Proxy-Authorization`, if the variable has a user name.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxies {
    /// The variables that are read.
    pub const VARIABLES: [&'static str; 6] =
        ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"];

    /// Takes the values out of the environment: `HTTPS_PROXY` before `ALL_PROXY`, the lower-case spelling of
    /// each before the upper-case one (as curl does), and `NO_PROXY`. An empty value counts as unset.
    #[must_use]
    pub fn from_variables(value_of: impl Fn(&str) -> Option<String>) -> Self {
        let first = |names: &[&'static str]| {
            names
                .iter()
                .find_map(|name| Some((*name, value_of(name).filter(|value| !value.trim().is_empty())?)))
        };
        Self {
            proxy: first(&["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]),
            exceptions: first(&["no_proxy", "NO_PROXY"]).map(|(_, value)| value).unwrap_or_default(),
        }
    }

    /// The proxy for an `https` origin; `None` for a direct connection.
    pub(crate) fn route(&self, origin: &str) -> Result<Option<Route>, ApiError> {
        let Some((variable, value)) = &self.proxy else { return Ok(None) };
        let bad = |why: &str| {
            // The value may contain a password, so it is not quoted.
            ApiError::new(ErrorKind::Usage, format!("the variable {variable} {why}"))
                .with_hint(format!("set it to http://host:port, or unset {variable}"))
        };
        let no_address = || bad("does not contain the address of a proxy");
        let target: Uri = origin.parse().map_err(|_| no_address())?;
        let value = value.trim();
        if has_bare_characters(value) {
            return Err(ApiError::new(
                ErrorKind::Usage,
                format!(
                    "the variable {variable} has a user name or password with characters that must be encoded"
                ),
            )
            .with_hint(credentials_hint(variable)));
        }
        let everywhere = Matcher::builder().https(value).build();
        let proxy = everywhere.intercept(&target).ok_or_else(no_address)?;
        if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
            return Err(bad("names a SOCKS proxy, which is not supported"));
        }
        let server = Url::parse(origin).map_err(|_| no_address())?;
        if self.exceptions.split([',', ' ', '\t']).any(|exception| is_exception(exception, &server)) {
            return Ok(None);
        }
        let address = Url::parse(&proxy.uri().to_string()).ok().and_then(|url| url.as_str().parse().ok());
        let address = address.ok_or_else(no_address)?;
        Ok(Some(Route { variable, address, authorization: proxy.basic_auth().cloned() }))
    }
}

/// Whether what is before the last `@` has a character that ends it too early for those who read it.
fn has_bare_characters(value: &str) -> bool {
    let value = value.split_once("://").map_or(value, |(_, rest)| rest);
    let Some((credentials, _)) = value.rsplit_once('@') else { return false };
    let is_bare = |c: char| {
        matches!(c, '/' | '?' | '#' | '@' | '\\' | '"' | '<' | '>' | '[' | ']' | '^' | '`' | '{' | '|' | '}')
            || c.is_whitespace()
            || !c.is_ascii()
    };
    credentials.contains(is_bare)
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

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn route(variables: Variables, origin: &str) -> Result<Option<&'static str>, ApiError> {
        let value_of = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let route = Proxies::from_variables(value_of).route(origin)?;
        Ok(route.map(|route| route.variable))
    }

    #[test]
    fn the_proxy_is_chosen_by_variable_and_exceptions() {
        let here = "https://api.example.com";
        let http = "http://proxy:3128";
        let table: [(Variables, Option<&str>); 15] = [
            (&[], None),
            (&[("HTTPS_PROXY", http)], Some("HTTPS_PROXY")),
            (&[("HTTPS_PROXY", "proxy:3128")], Some("HTTPS_PROXY")),
            (&[("https_proxy", "http://user:word@proxy:3128")], Some("https_proxy")),
            (&[("ALL_PROXY", http), ("HTTPS_PROXY", http)], Some("HTTPS_PROXY")),
            (&[("ALL_PROXY", http)], Some("ALL_PROXY")),
            (&[("HTTPS_PROXY", ""), ("ALL_PROXY", http)], Some("ALL_PROXY")),
            (&[("HTTPS_PROXY", " ")], None),
            (&[("HTTP_PROXY", http)], None),
            (&[("HTTPS_PROXY", http), ("NO_PROXY", "example.com")], None),
            (&[("HTTPS_PROXY", http), ("NO_PROXY", ".example.com, 10.0.0.0/8")], None),
            (&[("HTTPS_PROXY", http), ("no_proxy", "*")], None),
            (&[("HTTPS_PROXY", http), ("NO_PROXY", "other.com, *")], None),
            (&[("HTTPS_PROXY", http), ("NO_PROXY", "ample.com")], Some("HTTPS_PROXY")),
            (&[("HTTPS_PROXY", http), ("NO_PROXY", "other.com")], Some("HTTPS_PROXY")),
        ];
        for (variables, wanted) in table {
            assert_eq!(route(variables, here).unwrap(), wanted, "{variables:?}");
        }
        for everything in ["10.0.0.0/8", "10.1.2.3", "*", "example.com,*"] {
            let variables: Variables = &[("HTTPS_PROXY", http), ("NO_PROXY", everything)];
            assert_eq!(route(variables, "https://10.1.2.3").unwrap(), None, "{everything}");
        }
    }

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
            let variables: Variables = &[("HTTPS_PROXY", "http://proxy:3128"), ("NO_PROXY", exceptions)];
            let direct = matches!(route(variables, origin), Ok(None));
            assert_eq!(direct, is_direct, "{origin} with {exceptions}");
        }
    }

    #[test]
    fn an_unencoded_character_of_a_proxys_credentials_is_explained_without_repeating_them() {
        let bare = ["hid/den", "hid@den", "hid#den", "hid?den", "hid den", "hid[den", "hid\\den", "hidé"];
        for password in bare {
            for value in [format!("http://user:{password}@proxy:3128"), format!("{password}:x@proxy:3128")] {
                let error = route(&[("https_proxy", &value)], "https://api.example.com").unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Usage, "{value}");
                assert!(
                    error.hints()[0].contains("https_proxy") && error.hints()[0].contains("%2F"),
                    "{error:?}"
                );
                assert!(!format!("{error:?}").contains("hid"), "{error:?}");
            }
        }
        // curl takes these as they are.
        for value in
            ["http://user:a:b@proxy:3128", "http://user:a%2Fb@proxy:3128", "http://user:50%off@proxy:3128"]
        {
            let used = route(&[("https_proxy", value)], "https://api.example.com").unwrap();
            assert_eq!(used, Some("https_proxy"), "{value}");
        }
    }

    #[test]
    fn a_bad_value_is_an_error_that_names_the_variable_and_hides_the_value() {
        for value in [
            "http://",
            "ftp://hidden",
            "hidden hidden",
            "socks5://hidden:1080",
            "http://u:hidden@",
            "http://hidden:99999",
            "http://[hidden]:3128",
        ] {
            let error = route(&[("HTTPS_PROXY", value)], "https://api.example.com").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(error.to_string().contains("HTTPS_PROXY"));
            assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
        }
    }
}
