//! Which proxy of the environment a server is reached through. The caller passes the variables in.

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use crate::client::error::{ApiError, ErrorKind};

/// The proxy variables that count for `https`. Plain `http` never goes through a proxy, which could read it.
#[derive(Clone, Default)]
pub struct Proxies {
    proxy: Option<(&'static str, String)>,
    exceptions: String,
}

/// The proxy to use, and the variable that names it.
pub(crate) struct Route {
    pub(crate) variable: &'static str,
    pub(crate) proxy: reqwest::Proxy,
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
        let everywhere = Matcher::builder().https(value).build();
        let proxy = everywhere.intercept(&target).ok_or_else(no_address)?;
        if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) {
            return Err(bad("names a SOCKS proxy, which is not supported"));
        }
        // The library's `*` matches every name, but not for an address in digits.
        if self.exceptions.split(',').any(|exception| exception.trim() == "*") {
            return Ok(None);
        }
        let with_exceptions = Matcher::builder().https(value).no(&self.exceptions).build();
        if with_exceptions.intercept(&target).is_none() {
            return Ok(None);
        }
        let mut route = reqwest::Proxy::all(proxy.uri().to_string()).map_err(|_| no_address())?;
        if let Some(password) = proxy.basic_auth() {
            route = route.custom_http_auth(password.clone());
        }
        Ok(Some(Route { variable, proxy: route }))
    }
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
    fn a_bad_value_is_an_error_that_names_the_variable_and_hides_the_value() {
        for value in ["http://", "ftp://hidden", "hidden hidden", "socks5://hidden:1080", "http://u:hidden@"]
        {
            let error = route(&[("HTTPS_PROXY", value)], "https://api.example.com").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(error.to_string().contains("HTTPS_PROXY"));
            assert!(!format!("{error:?}").contains("hidden"), "{error:?}");
        }
    }
}
