//! Why deepcall ended a TLS handshake, in words. Why a server ended one is in [`crate::client::alerts`].

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::{CertificateError, Error, InvalidMessage};

use crate::client::alerts;
use crate::words::listed;

/// A certificate may have hundreds of names; so many tell whose it is.
const NAMES: usize = 5;

/// The cause, where the library's own words do not serve a reader.
pub(crate) fn cause(error: &Error) -> Option<String> {
    if is_of_an_authority(error) {
        return Some("the server presents the certificate of an authority as its own".to_owned());
    }
    if is_without_tls(error) {
        return Some("it answered with something else, such as plain HTTP".to_owned());
    }
    let Error::InvalidCertificate(why) = error else { return None };
    match why {
        // The library prints the algorithm byte for byte.
        why if alerts::is_of_unknown_algorithm(why) => {
            Some("its certificate is signed by a key of a kind that deepcall does not check".to_owned())
        }
        CertificateError::NotValidForNameContext { expected, presented } => {
            Some(of_another_name(&expected.to_str(), presented))
        }
        CertificateError::NotValidForName => Some("its certificate is for another name".to_owned()),
        _ => None,
    }
}

/// What to do about it.
pub(crate) fn hint(error: &Error, now: Timestamp) -> Option<String> {
    if is_of_an_authority(error) {
        return Some("if you trust it, pass that very certificate with --cacert FILE".to_owned());
    }
    if matches!(error, Error::PeerIncompatible(_)) {
        return Some(alerts::KINDS_OF_TLS.to_owned());
    }
    if is_without_tls(error) {
        return Some(
            "check the port; plain http works for this machine alone, or after `deepcall login --allow-http`"
                .to_owned(),
        );
    }
    let Error::InvalidCertificate(why) = error else { return None };
    match why {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => Some(format!("this machine's clock shows {now}")),
        why if alerts::is_of_unknown_algorithm(why) => Some(alerts::KINDS_OF_TLS.to_owned()),
        CertificateError::UnknownIssuer => {
            Some("if your own certificate authority signed it, pass that authority's certificate with --cacert FILE".to_owned())
        }
        _ => None,
    }
}

/// Whether a server presented the certificate of an authority as its own. The library has no type for it.
pub(crate) fn is_of_an_authority(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(why) if format!("{why:?}").contains("CaUsedAsEndEntity"))
}

/// Whether the other side answered in another protocol than TLS. No text begins like a record of TLS.
pub(crate) fn is_without_tls(error: &Error) -> bool {
    matches!(error, Error::InvalidMessage(InvalidMessage::InvalidContentType))
}

/// The library hands the names of a certificate over in the form in which it prints them for itself.
fn of_another_name(expected: &str, presented: &[String]) -> String {
    let names: Vec<String> = presented.iter().filter_map(|name| plain(name)).collect();
    match names.as_slice() {
        [] => format!("its certificate is for no host at all, so not for {expected}"),
        [one] => format!("its certificate is for {one}, not for {expected}"),
        [most @ .., last] if names.len() <= NAMES => {
            format!("its certificate is for {} and {last}, not for {expected}", most.join(", "))
        }
        _ => format!("its certificate is for {}, not for {expected}", listed(&names, NAMES)),
    }
}

/// A host's name or address out of `DnsName("…")` or `IpAddress(…)`; `None` for other kinds of names.
fn plain(name: &str) -> Option<String> {
    let name = name.strip_suffix(')')?;
    if let Some(quoted) = name.strip_prefix("DnsName(") {
        return Some(quoted.trim_matches('"').to_owned());
    }
    let address = name.strip_prefix("IpAddress(")?;
    Some(address.parse::<IpAddr>().map_or_else(|_| address.to_owned(), |address| address.to_string()))
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::ServerName;

    use super::*;

    fn of_names(presented: &[&str]) -> String {
        let expected = ServerName::try_from("127.0.0.1").unwrap();
        let presented = presented.iter().map(ToString::to_string).collect();
        let why = CertificateError::NotValidForNameContext { expected, presented };
        cause(&Error::InvalidCertificate(why)).unwrap()
    }

    #[test]
    fn a_certificate_for_other_names_is_described_by_these_names() {
        let table: [(&[&str], &str); 9] = [
            (&["DnsName(\"localhost\")"], "its certificate is for localhost, not for 127.0.0.1"),
            (&["DnsName(\"*.example.com\")"], "its certificate is for *.example.com, not for 127.0.0.1"),
            (&["IpAddress(127.0.0.2)"], "its certificate is for 127.0.0.2, not for 127.0.0.1"),
            (&["IpAddress(0::1)"], "its certificate is for ::1, not for 127.0.0.1"),
            (&["IpAddress([invalid: 01])"], "its certificate is for [invalid: 01], not for 127.0.0.1"),
            (
                &["DnsName(\"a.test\")", "DnsName(\"b.test\")", "IpAddress(10.0.0.1)"],
                "its certificate is for a.test, b.test and 10.0.0.1, not for 127.0.0.1",
            ),
            (&["DnsName(\"a\")"; 7], "its certificate is for a, a, a, a, a and 2 more, not for 127.0.0.1"),
            (&[], "its certificate is for no host at all, so not for 127.0.0.1"),
            (
                &["DirectoryName", "UniformResourceIdentifier(\"x:y\")", "Unsupported(0x81)"],
                "its certificate is for no host at all, so not for 127.0.0.1",
            ),
        ];
        for (presented, wanted) in table {
            assert_eq!(of_names(presented), wanted, "{presented:?}");
        }
        let without_names = Error::InvalidCertificate(CertificateError::NotValidForName);
        assert_eq!(cause(&without_names).unwrap(), "its certificate is for another name");
    }
}
