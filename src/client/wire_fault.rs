//! Turns what the HTTP library met into a fault of our own, with a sentence that names the server.

use std::error::Error;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustls::CertificateError;

use crate::client::error::{ApiError, Fault};

/// Where a request was going.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// `https://host[:port]`.
    pub(crate) origin: String,
    /// The variable that named a proxy on the way.
    pub(crate) proxy: Option<&'static str>,
}

/// A fault before the reply's headers were complete.
pub(crate) fn before_reply(error: &reqwest::Error, target: &Target, now: Timestamp) -> ApiError {
    let Target { origin, proxy } = target;
    let links = chain(error);
    let is_connecting = error.is_connect();
    let tls = find::<rustls::Error>(&links);
    let fault = match (is_connecting, tls, proxy) {
        (true, Some(_), _) => Fault::Tls,
        (true, None, Some(_)) => Fault::Proxy,
        (true, None, None) if error.is_dns() => Fault::Dns,
        (_, None, _) if error.is_timeout() => Fault::Timeout,
        (true, None, None) if has_closed(&links) => Fault::Reset,
        (true, None, None) => Fault::Connect,
        (false, None, _) if is_unparsable(&links) => Fault::Protocol,
        (false, _, _) => Fault::Reset,
    };
    let message = match fault {
        Fault::Tls => format!("{origin} could not prove its identity"),
        Fault::Proxy => {
            format!("the proxy named by {} did not let us through to {origin}", proxy.unwrap_or_default())
        }
        Fault::Dns => format!("the name in {origin} has no address"),
        Fault::Timeout => format!("{origin} did not answer in time"),
        Fault::Protocol => format!("what {origin} answers is not HTTP as we speak it"),
        Fault::Connect => format!("cannot connect to {origin}"),
        _ => format!("{origin} closed the connection before it answered"),
    };
    let mut fault = ApiError::new(fault, message).because(root_cause(&links));
    if let Some(hint) = tls.and_then(|tls| tls_hint(tls, now)) {
        fault = fault.with_hint(hint);
    }
    if is_connecting { fault } else { fault.sent() }
}

/// A fault within the reply's body.
pub(crate) fn within_reply(error: &reqwest::Error, target: &Target) -> ApiError {
    let origin = &target.origin;
    let links = chain(error);
    // A broken chunk is a rule broken; a broken TLS record is a cut like any other.
    let is_malformed = find::<io::Error>(&links).is_some_and(|error| {
        matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData)
    });
    let (fault, message) = if is_unparsable(&links) || is_malformed && find::<rustls::Error>(&links).is_none()
    {
        (Fault::Protocol, format!("the reply of {origin} breaks the rules of HTTP"))
    } else {
        (Fault::CutShort, format!("{origin} closed the connection in the middle of its reply"))
    };
    ApiError::new(fault, message).because(root_cause(&links)).sent()
}

/// A fault by the clock, in the form `https://host … 10.0 s`.
pub(crate) fn too_slow(what: &str, limit: Duration, target: &Target) -> ApiError {
    let seconds = limit.as_secs_f64();
    let message = format!("{} {what} {seconds:.1} s", target.origin);
    ApiError::new(Fault::Timeout, message).sent()
}

fn tls_hint(error: &rustls::Error, now: Timestamp) -> Option<String> {
    let rustls::Error::InvalidCertificate(why) = error else { return None };
    match why {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Some(format!("by this machine's clock it is {now}")),
        CertificateError::UnknownIssuer => {
            Some("if an authority of your own signed it, pass its certificate with --cacert FILE".to_owned())
        }
        _ => None,
    }
}

type Link<'a> = &'a (dyn Error + 'static);

/// An error and all that lies behind it. An `io::Error` hides the error that it was made from, so it is unpacked.
fn chain(error: &reqwest::Error) -> Vec<Link<'_>> {
    let mut links: Vec<Link<'_>> = Vec::new();
    let mut next: Option<Link<'_>> = Some(error);
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

fn is_unparsable(links: &[Link<'_>]) -> bool {
    find::<hyper::Error>(links).is_some_and(|error| error.is_parse() || error.is_parse_too_large())
}
