//! What an error of the network, of TLS or of the HTTP library means for a request.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustls::AlertDescription;

use crate::client::alerts;
use crate::client::error::{ApiError, ErrorKind};
use crate::client::handshakes;
use crate::client::resolver::Unresolved;
use crate::client::tunnels;
use crate::client::tunnels::{ConnectError, ProxySource, Refusal, Step};

/// Where a request was going.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `https://host[:port]`.
    pub(crate) origin: String,
    /// What named a proxy on the way.
    pub(crate) proxy: Option<ProxySource>,
    /// What the system's settings name for this server, and this program cannot use.
    pub(crate) unusable: Option<&'static str>,
}

/// What has been seen of those at the other end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) server_requests_certificate: bool,
    pub(crate) proxy_requests_certificate: bool,
    pub(crate) server_has_answered: bool,
}

/// An error before the reply's headers were complete.
pub(crate) fn before_reply(
    error: &(dyn Error + 'static),
    target: &Target,
    seen: Seen,
    now: Timestamp,
) -> ApiError {
    let Target { origin, proxy, unusable } = target;
    let advised = |failed: ApiError| match unusable {
        Some(unusable) => {
            let (words, advice) = tunnels::unusable(unusable);
            failed.with_hint(format!("{words}; {advice}"))
        }
        None => failed,
    };
    let links = chain(error);
    let step = find::<ConnectError>(&links).map(|error| error.step);
    if let (Some(step), Some(source)) = (step, *proxy)
        && let Some(failed) = without_tunnel(&links, step, source, origin)
    {
        return advised(failed);
    }
    let tls_error = find::<rustls::Error>(&links);
    let kind = match (step, tls_error) {
        (Some(_), Some(_)) => ErrorKind::Tls,
        (Some(_), None) if find::<Unresolved>(&links).is_some() => ErrorKind::Dns,
        (_, None) if has_timed_out(&links) => ErrorKind::Timeout,
        (Some(_), None) if has_closed(&links) => ErrorKind::Reset,
        (Some(_), None) => ErrorKind::Connect,
        (None, None) if is_unparsable(&links) => ErrorKind::Protocol,
        (None, _) => ErrorKind::Reset,
    };
    let at_proxy = proxy.filter(|_| matches!(step, Some(Step::TlsWithProxy | Step::Tunnel)));
    let (peer, requests_certificate) = match at_proxy {
        Some(source) => (tunnels::named(source), seen.proxy_requests_certificate),
        None => (origin.clone(), seen.server_requests_certificate),
    };
    let reason = tls_error.and_then(alert_of).map(|alert| alerts::reason(alert, requests_certificate));
    let is_of_certificate = reason.as_ref().is_some_and(|reason| reason.is_of_clients_certificate);
    let kind = if is_of_certificate { ErrorKind::Tls } else { kind };
    let is_without_tls = tls_error.is_some_and(handshakes::is_without_tls);
    let message = match kind {
        _ if let Some(reason) = &reason => format!("{peer} {}", reason.words),
        ErrorKind::Tls if matches!(tls_error, Some(rustls::Error::PeerIncompatible(_))) => {
            format!("{peer} and deepcall have no kind of TLS in common")
        }
        ErrorKind::Tls if is_without_tls => format!("{peer} does not speak TLS at this port"),
        ErrorKind::Tls => format!("{peer} could not prove its identity"),
        ErrorKind::Dns => format!("the host name in {origin} has no address"),
        ErrorKind::Timeout => format!("{origin} did not answer in time"),
        ErrorKind::Protocol => format!("the reply of {origin} is not valid HTTP/1.1"),
        ErrorKind::Connect => format!("cannot connect to {origin}"),
        _ => format!("{origin} closed the connection before it answered"),
    };
    let cause = tls_error.and_then(handshakes::cause).unwrap_or_else(|| root_cause(&links));
    let mut failed = ApiError::new(kind, message).because(cause);
    if at_proxy.is_some() {
        failed = failed.of_proxy();
    }
    let hint = match at_proxy {
        Some(source) if is_without_tls || reason.is_some() => Some(tunnels::address_hint(source)),
        _ => reason
            .and_then(|reason| reason.hint)
            .map(str::to_owned)
            .or_else(|| tls_error.and_then(|error| handshakes::hint(error, now))),
    };
    if let Some(hint) = hint {
        failed = failed.with_hint(hint);
    }
    if step.is_some() && tls_error.is_none() {
        failed = advised(failed);
    }
    if matches!(kind, ErrorKind::Protocol | ErrorKind::Reset)
        && !seen.server_has_answered
        && let Some(host) = origin.strip_prefix("http://")
    {
        failed = failed.with_hint(format!("if this port speaks TLS, use https://{host}"));
    }
    if step.is_some() { failed } else { failed.sent() }
}

/// Why a proxy made no connection to the server; `None` if somebody on the way speaks TLS and ended the handshake.
fn without_tunnel(links: &[Link<'_>], step: Step, source: ProxySource, origin: &str) -> Option<ApiError> {
    let proxy_failed = |message| ApiError::new(ErrorKind::Proxy, message);
    Some(match (find::<Refusal>(links), find::<rustls::Error>(links)) {
        (Some(refusal), _) => {
            let failed = proxy_failed(refusal.words(source, origin)).with_hint(refusal.hint(source));
            if refusal.status.is_none() { failed.because(refusal) } else { failed }
        }
        (None, Some(error)) if step == Step::Tls && handshakes::is_without_tls(error) => {
            proxy_failed(tunnels::without_tls(source, origin))
                .because("it brings something else, such as a sign-in page")
                .with_hint(tunnels::sign_in_hint(source))
        }
        (None, Some(_)) => return None,
        (None, None) => {
            let is_dns = find::<Unresolved>(links).is_some();
            let message = tunnels::words(step, is_dns, has_timed_out(links), source, origin);
            proxy_failed(message).because(root_cause(links))
        }
    })
}

/// An error within the reply's body.
pub(crate) fn within_reply(error: &hyper::Error, target: &Target) -> ApiError {
    let origin = &target.origin;
    let links = chain(error);
    // A malformed chunk breaks the rules of HTTP; a broken TLS record counts as a closed connection.
    let is_malformed = find::<io::Error>(&links).is_some_and(|error| {
        matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
    });
    let (kind, message) = if is_unparsable(&links) || is_malformed && find::<rustls::Error>(&links).is_none()
    {
        (ErrorKind::Protocol, format!("the reply of {origin} breaks the rules of HTTP"))
    } else {
        (ErrorKind::CutShort, format!("{origin} closed the connection in the middle of its reply"))
    };
    ApiError::new(kind, message).because(root_cause(&links)).sent()
}

/// A time limit that passed, in the form `https://host … 9.5 s`.
pub(crate) fn too_slow(what: &str, limit: Duration, target: &Target) -> ApiError {
    // What is left of a budget is another part of a second for each agent, and equal messages are told once.
    let seconds = match limit.as_secs() {
        seconds @ 10.. => seconds.to_string(),
        _ => format!("{:.1}", limit.as_secs_f64()),
    };
    let message = format!("{} {what} {seconds} s", target.origin);
    ApiError::new(ErrorKind::Timeout, message).sent()
}

fn alert_of(error: &rustls::Error) -> Option<AlertDescription> {
    match error {
        rustls::Error::AlertReceived(alert) => Some(*alert),
        _ => None,
    }
}

type Link<'a> = &'a (dyn Error + 'static);

/// An error and its causes. `io::Error::source` skips the error that it was made from, so it is unpacked.
fn chain<'a>(error: Link<'a>) -> Vec<Link<'a>> {
    let mut links: Vec<Link<'a>> = Vec::new();
    let mut next = Some(error);
    while let Some(link) = next {
        links.push(link);
        let packed = link.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match packed {
            Some(inner) => Some(inner),
            None => link.source(),
        };
    }
    links
}

fn find<'a, T: Error + 'static>(links: &[Link<'a>]) -> Option<&'a T> {
    links.iter().rev().find_map(|link| link.downcast_ref())
}

fn root_cause(links: &[Link<'_>]) -> String {
    links.last().map(ToString::to_string).unwrap_or_default()
}

fn has_closed(links: &[Link<'_>]) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    find::<io::Error>(links).is_some_and(|error| {
        matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
    })
}

fn has_timed_out(links: &[Link<'_>]) -> bool {
    find::<io::Error>(links).is_some_and(|error| error.kind() == io::ErrorKind::TimedOut)
}

fn is_unparsable(links: &[Link<'_>]) -> bool {
    find::<hyper::Error>(links).is_some_and(|error| error.is_parse() || error.is_parse_too_large())
}
