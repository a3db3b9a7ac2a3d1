//! What one question to a server shows: the way there, who answers, what time it is there, and whether sessions are good.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::client::{ApiError, Certificate, Connection, ErrorKind, Reached, Sign};
use crate::commands::doctor::finding::Finding;
use crate::failure::Failure;

/// A clock that is off by more makes lengths of time wrong that are shown in seconds.
const DOUBTFUL_SECONDS: i64 = 30;
/// A clock that is off by more makes what is shown in minutes wrong.
const WRONG_SECONDS: i64 = 5 * 60;
/// A certificate is renewed a month before its end as a rule.
const SOON_DAYS: i64 = 14;

/// What can be said of a server once it was asked. `source` tells where its address comes from; each finding names
/// the server if it is one of several.
#[must_use]
pub(crate) fn server(
    connection: &Connection,
    source: &str,
    is_one_of_several: bool,
    reached: &Reached,
    now: Timestamp,
) -> Vec<Finding> {
    let address = connection.server();
    let kind = reached.answer.as_ref().err().map(ApiError::kind);
    let was_believed = reached.certificate.is_some() && kind != Some(ErrorKind::Tls);
    let way = match kind {
        Some(ErrorKind::Dns | ErrorKind::Connect | ErrorKind::Proxy) => Way::Blocked,
        Some(ErrorKind::Timeout | ErrorKind::Reset) if !was_believed => Way::Blocked,
        Some(ErrorKind::Tls) => Way::Stranger,
        _ => Way::Open,
    };
    let mut findings = vec![
        proxy(connection, way, reached),
        Finding::ok("address", format!("{address} ({source})")),
        network(connection, way, reached),
        tls(connection, way, reached, now),
        answer(way, reached),
        clock(reached),
    ];
    if is_one_of_several {
        for finding in &mut findings {
            finding.subject = Some(address.origin());
        }
    }
    findings
}

/// How far a question came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Not to the server.
    Blocked,
    /// To somebody who could not prove to be the server.
    Stranger,
    /// To the server.
    Open,
}

fn proxy(connection: &Connection, way: Way, reached: &Reached) -> Finding {
    match (connection.proxy_variable(), &reached.answer) {
        (Some(variable), Err(error)) if way == Way::Blocked => {
            Finding::failed("proxy", &Failure::from(error).hint(format!("{variable} names the proxy")))
        }
        (Some(variable), _) => Finding::ok("proxy", format!("in force by {variable}")),
        (None, _) if connection.server().is_plain_http() => {
            Finding::ok("proxy", "none: plain http goes through none")
        }
        (None, _) => Finding::ok("proxy", "none"),
    }
}

fn network(connection: &Connection, way: Way, reached: &Reached) -> Finding {
    match &reached.answer {
        Err(_) if way == Way::Blocked && connection.proxy_variable().is_some() => {
            Finding::skipped("network", "the proxy did not let the question through")
        }
        Err(error) if way == Way::Blocked => Finding::failed("network", &error.into()),
        _ => Finding::ok("network", "the name is found and somebody listens"),
    }
}

fn tls(connection: &Connection, way: Way, reached: &Reached, now: Timestamp) -> Finding {
    if connection.server().is_plain_http() {
        return Finding::skipped("tls", "plain http has none");
    }
    match (&reached.answer, &reached.certificate) {
        (Err(error), shown) if way == Way::Stranger => {
            let mut finding = Finding::failed("tls", &error.into());
            if let Some(shown) = shown {
                let _ = write!(finding.detail, "; it shows a certificate {}", words(shown));
            }
            finding
        }
        (_, Some(shown)) if days_left(shown, now) < SOON_DAYS => {
            let advice = "tell whoever runs the server: when it is over, nobody can sign in";
            Finding::warn("tls", format!("certificate {}", words(shown)), advice)
        }
        (_, Some(shown)) => Finding::ok("tls", format!("certificate {}", words(shown))),
        (_, None) => Finding::skipped("tls", "nobody showed a certificate"),
    }
}

fn words(certificate: &Certificate) -> String {
    format!("by {}, good until {}", certificate.issuer, certificate.valid_until)
}

fn days_left(certificate: &Certificate, now: Timestamp) -> i64 {
    (certificate.valid_until - now).as_secs() / (24 * 60 * 60)
}

fn answer(way: Way, reached: &Reached) -> Finding {
    match &reached.answer {
        Ok(Sign { status, took, .. }) => {
            Finding::ok("server", format!("answers in {} ms (HTTP {status})", took.as_millis()))
        }
        Err(error) if way == Way::Open => Finding::failed("server", &error.into()),
        Err(_) => Finding::skipped("server", "it was not reached"),
    }
}

fn clock(reached: &Reached) -> Finding {
    let Ok(sign) = &reached.answer else { return Finding::skipped("clock", "no server told the time") };
    let Some(ahead) = sign.ahead_seconds else {
        return Finding::skipped("clock", "the server does not tell the time");
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
