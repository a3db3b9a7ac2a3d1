//! Which proxy a server is reached through: one that a variable names, or else that of the system's settings. The caller
//! passes both in.

mod exceptions;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::Matcher;
use url::Url;

use crate::client::error::{ApiError, ErrorKind};
use crate::client::tunnels::{ProxySource, credentials_hint, named};
use crate::system::proxy::ProxySettings;

/// The proxies that count for `https`. Plain `http` never goes through a proxy, which could read it.
#[derive(Clone)]
pub struct Proxies {
    proxy: Option<(&'static str, String)>,
    exceptions: String,
    settings: fn() -> ProxySettings,
}

impl Default for Proxies {
    /// None.
    fn default() -> Self {
        Self { proxy: None, exceptions: String::new(), settings: ProxySettings::default }
    }
}

#[derive(Clone)]
pub(crate) struct Proxy {
    pub(crate) source: ProxySource,
    pub(crate) address: Uri,
    /// The value of `Proxy-Authorization`, if there is a user name.
    pub(crate) authorization: Option<HeaderValue>,
}

/// The way to a server.
#[derive(Clone, Default)]
pub(crate) struct Route {
    pub(crate) proxy: Option<Proxy>,
    /// What the system's settings name for this server, and this program cannot use.
    pub(crate) unusable: Option<&'static str>,
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
            ..Self::default()
        }
    }

    /// With those settings of the system where no variable names a proxy. `NO_PROXY` counts for them, too.
    pub(crate) fn or_by(self, settings: fn() -> ProxySettings) -> Self {
        Self { settings, ..self }
    }

    /// The way to an `https` origin.
    pub(crate) fn route(&self, origin: &str) -> Result<Route, ApiError> {
        self.route_by(self.settings, origin)
    }

    fn route_by(&self, settings: impl FnOnce() -> ProxySettings, origin: &str) -> Result<Route, ApiError> {
        let server = Url::parse(origin).ok();
        let is_exception = server.as_ref().is_some_and(|server| exceptions::is_in(&self.exceptions, server));
        if let Some((variable, value)) = &self.proxy {
            // A wrong value is reported even if this server does not need it.
            let proxy = proxy(ProxySource::Variable(variable), value, origin)?;
            return Ok(Route { proxy: Some(proxy).filter(|_| !is_exception), unusable: None });
        }
        if is_exception {
            return Ok(Route::default());
        }
        let settings = settings();
        if server.is_some_and(|server| exceptions::is_excepted(&settings, &server)) {
            return Ok(Route::default());
        }
        match settings.proxy {
            Some(value) => {
                let proxy = proxy(ProxySource::Settings, &value, origin)?;
                Ok(Route { proxy: Some(proxy), unusable: settings.unusable })
            }
            None => Ok(Route { proxy: None, unusable: settings.unusable }),
        }
    }
}

/// The proxy that such a value names.
fn proxy(source: ProxySource, value: &str, origin: &str) -> Result<Proxy, ApiError> {
    // The value may contain a password, so it is not quoted.
    let bad = |what: &str| ApiError::new(ErrorKind::Usage, format!("{} {what}", named(source)));
    let unusable = |what: &str| {
        bad(what).with_hint(match source {
            ProxySource::Variable(name) => format!("set {name} to http://HOST:PORT, or unset it"),
            ProxySource::Settings => {
                "correct them, or set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to * for no proxy"
                    .to_owned()
            }
        })
    };
    let no_address = || unusable("has no valid address");
    let target: Uri = origin.parse().map_err(|_| no_address())?;
    let value = value.trim();
    if has_bare_characters(value) {
        return Err(bad("has a user name or password with characters that must be encoded")
            .with_hint(credentials_hint(source)));
    }
    let everywhere = Matcher::builder().https(value).build();
    let proxy = everywhere.intercept(&target).ok_or_else(no_address)?;
    if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
        return Err(unusable("is a SOCKS proxy, which is not supported"));
    }
    let address = Url::parse(&proxy.uri().to_string()).ok().and_then(|url| url.as_str().parse().ok());
    let address = address.ok_or_else(no_address)?;
    Ok(Proxy { source, address, authorization: proxy.basic_auth().cloned() })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::proxy::SETTINGS;

    type Variables<'a> = &'a [(&'a str, &'a str)];

    fn proxies(variables: Variables) -> Proxies {
        Proxies::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    /// What names the proxy.
    fn route(variables: Variables, origin: &str) -> Result<Option<String>, ApiError> {
        let route = proxies(variables).route(origin)?;
        Ok(route.proxy.map(|proxy| proxy.source.to_string()))
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
            assert_eq!(route(variables, here).unwrap().as_deref(), wanted, "{variables:?}");
        }
        for everything in ["10.0.0.0/8", "10.1.2.3", "*", "example.com,*"] {
            let variables: Variables = &[("HTTPS_PROXY", http), ("NO_PROXY", everything)];
            assert_eq!(route(variables, "https://10.1.2.3").unwrap(), None, "{everything}");
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
            assert_eq!(used.as_deref(), Some("https_proxy"), "{value}");
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

    fn settings(proxy: Option<&str>) -> ProxySettings {
        ProxySettings {
            proxy: proxy.map(str::to_owned),
            exceptions: vec!["*.office.example".to_owned()],
            ..Default::default()
        }
    }

    #[test]
    fn the_systems_proxy_counts_where_no_variable_names_one() {
        let (here, office) = ("https://api.example.com", "https://api.office.example");
        let table: [(Variables, &str, Option<&str>); 7] = [
            (&[], here, Some("http://proxy.example:3128/")),
            (&[("HTTPS_PROXY", "")], here, Some("http://proxy.example:3128/")),
            (&[("HTTPS_PROXY", "http://other:80")], here, Some("http://other/")),
            (&[("HTTPS_PROXY", "http://other:80"), ("NO_PROXY", "api.example.com")], here, None),
            (&[("NO_PROXY", "example.com")], here, None),
            (&[], office, None),
            (&[("HTTPS_PROXY", "http://other:80")], office, Some("http://other/")),
        ];
        for (variables, origin, wanted) in table {
            let route = proxies(variables).route_by(|| settings(Some("proxy.example:3128")), origin).unwrap();
            let address = route.proxy.map(|proxy| proxy.address.to_string());
            assert_eq!(address.as_deref(), wanted, "{variables:?} {origin}");
        }
        let route = Proxies::default().route_by(|| settings(Some("https://proxy.example")), here).unwrap();
        let proxy = route.proxy.unwrap();
        assert_eq!((proxy.source, proxy.address.scheme_str()), (ProxySource::Settings, Some("https")));
    }

    #[test]
    fn what_the_settings_name_in_vain_is_known_where_it_would_count() {
        let script = || ProxySettings { unusable: Some("a script"), ..settings(None) };
        let table: [(Variables, &str, Option<&str>); 4] = [
            (&[], "https://api.example.com", Some("a script")),
            (&[], "https://api.office.example", None),
            (&[("NO_PROXY", "*")], "https://api.example.com", None),
            (&[("HTTPS_PROXY", "http://other:80")], "https://api.example.com", None),
        ];
        for (variables, origin, wanted) in table {
            assert_eq!(
                proxies(variables).route_by(script, origin).unwrap().unusable,
                wanted,
                "{variables:?}"
            );
        }
    }

    #[test]
    fn a_bad_value_in_the_settings_is_an_error_that_names_them_and_the_way_out() {
        for value in ["socks5://hidden:1080", "http://hidden:99999", "u:hid/den@proxy:80", "hidden hidden"] {
            let error = Proxies::default()
                .route_by(|| settings(Some(value)), "https://api.example.com")
                .map(|_| ())
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage, "{value}");
            assert!(error.to_string().contains(SETTINGS), "{error}");
            assert!(error.hints()[0].contains("HTTPS_PROXY"), "{error:?}");
            assert!(!format!("{error:?}").contains("hid"), "{error:?}");
        }
    }
}
