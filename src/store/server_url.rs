//! The address of a DeepCall server, normalised once, and the addresses of its endpoints.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

/// What every v2 endpoint's path begins with (`api.md` §0).
const API: [&str; 2] = ["api", "v2"];

/// A server's base address without `/api/v2`, in one spelling. Requests cannot leave it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServerUrl {
    /// `http` or `https`, with a host; no user, query or fragment; no slash at the end but the root's.
    base: Url,
}

/// What a path names below `/api/v2/`: never nothing, and nothing that could lead elsewhere.
///
/// # Errors
/// Names what is wrong, never what was typed.
pub(crate) fn endpoint_parts(path: &str) -> Result<Vec<&str>, ServerUrlError> {
    refuse_bad_characters(path)?;
    refuse_dots(path)?;
    let path = path.strip_prefix('/').unwrap_or(path);
    let mut parts: Vec<&str> = path.split('/').collect();
    while parts.len() >= API.len() && is_api(&parts[..API.len()]) {
        parts.drain(..API.len());
    }
    if parts.iter().all(|part| part.is_empty()) {
        return Err(ServerUrlError::NoEndpoint);
    }
    // The last part may be empty: a slash at the end is the caller's choice.
    if parts[..parts.len() - 1].contains(&"") {
        return Err(ServerUrlError::NotRelative);
    }
    Ok(parts)
}

/// Why an address or a path was refused. It never quotes the input, which may contain a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServerUrlError {
    #[error("the server address is empty")]
    Empty,
    /// A space, a line break or another invisible character.
    #[error("a space or control character does not belong in an address")]
    Blank,
    /// `user:password@host`, or an `@` elsewhere.
    #[error("a server address must not contain a user name, a password or `@`")]
    UserInfo,
    #[error("a server address must begin with https:// or http://")]
    Scheme,
    /// The host is missing or is not a valid name or IP address.
    #[error("the server address has no valid host name")]
    Host,
    /// Port 0, or not a number below 65,536.
    #[error("the port of the server address must be a number from 1 to 65535")]
    Port,
    #[error("an address must not contain `?`, `#` or a backslash")]
    Mark,
    /// `.` or `..` as a part of the path, also percent-encoded.
    #[error("an address must not contain `.` or `..` as a part of its path")]
    Dots,
    /// A path that names no endpoint.
    #[error("the path of the endpoint is empty")]
    NoEndpoint,
    /// A path that is a whole address, or has an empty part.
    #[error("the path of an endpoint must be relative, without `//`")]
    NotRelative,
}

impl ServerUrl {
    pub const DEFAULT: &'static str = "https://v4-api.deepcall.com";

    /// Reads an address as typed. The scheme may be left out and is then `https`; a final `/api/v2` is dropped.
    ///
    /// # Errors
    /// Names what is wrong, never what was typed.
    pub fn parse(text: &str) -> Result<Self, ServerUrlError> {
        if text.is_empty() {
            return Err(ServerUrlError::Empty);
        }
        if text.contains('@') {
            return Err(ServerUrlError::UserInfo);
        }
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let scheme = scheme.to_ascii_lowercase();
        refuse_bad_characters(text)?;
        if scheme != "https" && scheme != "http" {
            return Err(ServerUrlError::Scheme);
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        refuse_dots(path)?;

        let mut base = Url::parse(&format!("{scheme}://{authority}"))?;
        drop_final_dot(&mut base)?;
        if base.port() == Some(0) {
            return Err(ServerUrlError::Port);
        }
        base.set_path(&without_api_at_end(path).join("/"));
        Ok(Self { base })
    }

    /// `https://host`, with the port where it is not the scheme's own. Credentials belong to one origin.
    #[must_use]
    pub fn origin(&self) -> String {
        self.base.origin().ascii_serialization()
    }

    /// The address of a v2 endpoint: `tags`, `/tags` and `api/v2/tags` are the same.
    ///
    /// # Errors
    /// Refuses whatever could lead away from this server's `/api/v2/`.
    pub fn endpoint(&self, path: &str) -> Result<Url, ServerUrlError> {
        let parts = endpoint_parts(path)?;
        let prefix = self.base.path().trim_end_matches('/');
        let mut url = self.base.clone();
        url.set_path(&format!("{prefix}/{}/{}", API.join("/"), parts.join("/")));
        Ok(url)
    }

    /// Whether the host is this machine, so that plain `http` cannot be overheard.
    /// Names below `localhost` do not count: some resolvers look them up in the network.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.base.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
            None => false,
        }
    }

    /// Whether requests would travel unencrypted.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.base.scheme() == "http"
    }

    /// Refuses plain `http` to another machine, unless it is allowed there (`login --allow-http`).
    ///
    /// # Errors
    /// If the session could be read on the way.
    pub(crate) fn refuse_plain_http(&self, is_allowed: bool) -> Result<(), PlainHttp> {
        if self.is_plain_http() && !self.is_loopback() && !is_allowed {
            return Err(PlainHttp(self.to_string()));
        }
        Ok(())
    }
}

/// A session would be sent to another machine unencrypted.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0} is plain http: the session would be readable on the way")]
pub struct PlainHttp(String);

impl PlainHttp {
    pub(crate) const HINT: &str = "use https, or allow it for one profile with `deepcall login --allow-http`";
}

/// The `url` crate would skip or translate these in silence; here they are errors.
fn refuse_bad_characters(text: &str) -> Result<(), ServerUrlError> {
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(ServerUrlError::Blank);
    }
    if text.contains(['?', '#', '\\']) {
        return Err(ServerUrlError::Mark);
    }
    Ok(())
}

/// Also finds dots and slashes that only a server would decode.
fn refuse_dots(path: &str) -> Result<(), ServerUrlError> {
    let decoded = path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    if decoded.split('/').any(|part| part == "." || part == "..") {
        return Err(ServerUrlError::Dots);
    }
    Ok(())
}

/// `host.` and `host` are the same name, but would be two origins.
fn drop_final_dot(url: &mut Url) -> Result<(), ServerUrlError> {
    let Some(host) = url.host_str() else {
        return Err(ServerUrlError::Host);
    };
    let name = host.strip_suffix('.').unwrap_or(host).to_owned();
    if name.split('.').any(str::is_empty) {
        return Err(ServerUrlError::Host);
    }
    if name.len() != host.len() {
        url.set_host(Some(&name))?;
    }
    Ok(())
}

fn without_api_at_end(path: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    while parts.len() >= API.len() && is_api(&parts[parts.len() - API.len()..]) {
        parts.truncate(parts.len() - API.len());
    }
    parts
}

fn is_api(parts: &[&str]) -> bool {
    parts.iter().zip(API).all(|(part, word)| part.eq_ignore_ascii_case(word))
}

impl From<url::ParseError> for ServerUrlError {
    fn from(error: url::ParseError) -> Self {
        match error {
            url::ParseError::InvalidPort => Self::Port,
            _ => Self::Host,
        }
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.base.as_str().trim_end_matches('/'))
    }
}

impl FromStr for ServerUrl {
    type Err = ServerUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ServerUrl {
    type Error = ServerUrlError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<ServerUrl> for String {
    fn from(server: ServerUrl) -> Self {
        server.to_string()
    }
}

#[cfg(test)]
mod tests;
