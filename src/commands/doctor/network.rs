//! Checks that one request to a server answers: proxy, address, network, TLS, server and clock.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::client::{ApiError, Certificate, Connection, ErrorKind, Reached, Sign};
use crate::commands::doctor::finding::Finding;
use crate::failure::Failure;

/// A clock that is off by more falsifies lengths of time that are shown in seconds.
const DOUBTFUL_SECONDS: i64 = 30;
/// A clock that is off by more falsifies lengths of time that are shown in minutes.
const WRONG_SECONDS: i64 = 5 * 60;
/// Certificates are usually renewed a month before they expire.
const SOON_DAYS: i64 = 14;

/// The checks of a server. `source` is where its address comes from. Each finding names the server if it is one of
/// several.
#[must_use]
pub(crate) fn server(
    connection: &Connection,
    source: &str,
    is_one_of_several: bool,
    reached: &Reached,
    now: Timestamp,
) -> Vec<Finding> {
    let address = connection.server();
    let error = reached.answer.as_ref().err();
    let kind = error.map(ApiError::kind);
    let was_trusted = reached.certificate.is_some() && kind != Some(ErrorKind::Tls);
    let reach = match kind {
        _ if error.is_some_and(ApiError::is_of_proxy) => Reach::Nowhere,
        Some(ErrorKind::Dns | ErrorKind::Connect) => Reach::Nowhere,
        Some(ErrorKind::Timeout | ErrorKind::Reset) if !was_trusted => Reach::Nowhere,
        Some(ErrorKind::Tls) => Reach::Untrusted,
        _ => Reach::Server,
    };
    let mut findings = vec![
        proxy(connection, reach, reached),
        Finding::ok("address", format!("{address} ({source})")),
        network(connection, reach, reached),
        tls(connection, reach, reached, now),
        answer(reach, reached),
        clock(reached),
    ];
    if is_one_of_several {
        for finding in &mut findings {
            finding.subject = Some(address.origin());
        }
    }
    findings
}

/// How far the request came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nowhere,
    /// To a machine that could not prove that it is the server.
    Untrusted,
    Server,
}

fn proxy(connection: &Connection, reach: Reach, reached: &Reached) -> Finding {
    let is_nowhere = reach == Reach::Nowhere;
    if let Some((address, source)) = connection.proxy() {
        return match &reached.answer {
            Err(error) if is_nowhere => {
                let failure = Failure::from(error).hint(format!("the proxy is {address}, named by {source}"));
                Finding::failed("proxy", &failure)
            }
            _ => Finding::ok("proxy", format!("{address} ({source})")),
        };
    }
    let Some((unusable, advice)) = connection.unusable_proxy() else {
        let is_plain = connection.server().is_plain_http();
        return Finding::ok("proxy", if is_plain { "none: plain http uses no proxy" } else { "none" });
    };
    let detail = format!("none; {unusable}");
    if is_nowhere { Finding::warn("proxy", detail, advice) } else { Finding::ok("proxy", detail) }
}

fn network(connection: &Connection, reach: Reach, reached: &Reached) -> Finding {
    match &reached.answer {
        Err(_) if reach == Reach::Nowhere && connection.proxy().is_some() => {
            Finding::skipped("network", "the proxy did not forward the request")
        }
        Err(error) if reach == Reach::Nowhere => Finding::failed("network", &error.into()),
        _ => Finding::ok("network", "the name resolves and the server accepts connections"),
    }
}

fn tls(connection: &Connection, reach: Reach, reached: &Reached, now: Timestamp) -> Finding {
    if connection.server().is_plain_http() {
        return Finding::skipped("tls", "plain http has no certificate");
    }
    match (&reached.answer, &reached.certificate) {
        (Err(error), shown) if reach == Reach::Untrusted => {
            let mut finding = Finding::failed("tls", &error.into());
            if let Some(shown) = shown {
                let _ = write!(finding.detail, "; it shows a certificate {}", words(shown));
            }
            finding
        }
        (_, Some(shown)) if days_left(shown, now) < SOON_DAYS => {
            let advice = "inform the administrator of the server: once the certificate expires, no request will succeed";
            Finding::warn("tls", format!("certificate {}", words(shown)), advice)
        }
        (_, Some(shown)) => Finding::ok("tls", format!("certificate {}", words(shown))),
        (_, None) => Finding::skipped("tls", "there was no certificate"),
    }
}

fn words(certificate: &Certificate) -> String {
    format!("by {}, valid until {}", certificate.issuer, certificate.valid_until)
}

fn days_left(certificate: &Certificate, now: Timestamp) -> i64 {
    (certificate.valid_until - now).as_secs() / (24 * 60 * 60)
}

fn answer(reach: Reach, reached: &Reached) -> Finding {
    match &reached.answer {
        Ok(Sign { status, took, .. }) => {
            Finding::ok("server", format!("answers in {} ms (HTTP {status})", took.as_millis()))
        }
        Err(error) if reach == Reach::Server => Finding::failed("server", &error.into()),
        Err(_) => Finding::skipped("server", "not reached"),
    }
}

fn clock(reached: &Reached) -> Finding {
    let Ok(sign) = &reached.answer else { return Finding::skipped("clock", "the server was not reached") };
    let Some(ahead) = sign.ahead_seconds else {
        return Finding::skipped("clock", "the server sends no time");
    };
    let seconds = ahead.abs();
    let side = if ahead < 0 { "behind" } else { "ahead of" };
    let detail = format!("{seconds} s {side} the server's");
    let advice = "set the clock of this machine, e.g. with `timedatectl set-ntp true`";
    if seconds > WRONG_SECONDS {
        return Finding::failed("clock", &Failure::failed("clock", detail).hint(advice));
    }
    if seconds > DOUBTFUL_SECONDS {
        return Finding::warn("clock", detail, advice);
    }
    Finding::ok("clock", detail)
}

#[cfg(test)]
mod tests;
