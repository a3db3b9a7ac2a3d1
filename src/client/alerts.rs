//! What a server means by a TLS alert, in words. A server that ends a connection in this way gives its reason, so the error
//! does too.

use rustls::{AlertDescription as Alert, CertificateError};

/// A server's reason to end a connection.
pub(crate) struct Reason {
    /// What follows the address of the server.
    pub(crate) words: String,
    pub(crate) hint: Option<&'static str>,
    /// Whether the server decides by a certificate of the client. It may do so after the handshake.
    pub(crate) is_of_clients_certificate: bool,
}

const NO_CERTIFICATE: &str = "use an address of the server that requires only a session";

/// What deepcall takes. The library checks no signatures by other keys.
pub(crate) const KINDS_OF_TLS: &str = "deepcall speaks TLS 1.2 and 1.3, with keys of RSA (not of the kind RSA-PSS), P-256, \
                                       P-384 and Ed25519 (not P-521), and has no certificate of its own; the server may \
                                       require another";

/// `was_requested` is whether the server requested a certificate of the client in this handshake: then some servers refuse
/// the lack of one with a general alert.
pub(crate) fn reason(alert: Alert, was_requested: bool) -> Reason {
    let plain =
        |words: &str, hint| Reason { words: words.to_owned(), hint, is_of_clients_certificate: false };
    let of_certificate = |words: &str| Reason {
        is_of_clients_certificate: true,
        ..plain(
            &format!("requires a certificate of the client, which deepcall cannot present{words}"),
            Some(NO_CERTIFICATE),
        )
    };
    let damaged = Some("a proxy or a firewall on the way may damage TLS connections");
    match alert {
        Alert::CertificateRequired | Alert::NoCertificate => of_certificate(""),
        Alert::HandshakeFailure if was_requested => of_certificate(""),
        Alert::BadCertificate => of_certificate(" (bad_certificate)"),
        Alert::UnsupportedCertificate => of_certificate(" (unsupported_certificate)"),
        Alert::CertificateRevoked => of_certificate(" (certificate_revoked)"),
        Alert::CertificateExpired => of_certificate(" (certificate_expired)"),
        Alert::CertificateUnknown => of_certificate(" (certificate_unknown)"),
        Alert::CertificateUnobtainable => of_certificate(" (certificate_unobtainable)"),
        Alert::UnknownCA => of_certificate(" (unknown_ca)"),
        Alert::HandshakeFailure => plain("and deepcall have no kind of TLS in common", Some(KINDS_OF_TLS)),
        Alert::InsufficientSecurity => {
            plain("requires stronger encryption than deepcall has", Some(KINDS_OF_TLS))
        }
        Alert::ProtocolVersion => plain("does not speak TLS 1.2 or 1.3", Some(KINDS_OF_TLS)),
        Alert::InappropriateFallback => {
            plain("refused the connection as a fallback to an older TLS", damaged)
        }
        Alert::NoApplicationProtocol => plain(
            "does not speak HTTP/1.1 over TLS",
            Some("check the port: something else than the API may answer there"),
        ),
        Alert::UnrecognisedName => {
            plain("does not serve this host name", Some("check the address of the server"))
        }
        Alert::AccessDenied => plain(
            "denied the connection access",
            Some("its administrator decides from where and with which certificates it accepts connections"),
        ),
        Alert::InternalError => {
            plain("ended the TLS handshake because of an error of its own", Some("try again later"))
        }
        Alert::UserCanceled => plain("cancelled the TLS handshake", Some("try again later")),
        Alert::EncryptedClientHelloRequired => {
            plain("requires that its name is sent encrypted, which deepcall does not do", Some(KINDS_OF_TLS))
        }
        Alert::UnexpectedMessage => plain("got a TLS message that it did not expect", damaged),
        Alert::BadRecordMac => plain("got a TLS message that was changed on the way", damaged),
        Alert::DecryptionFailed | Alert::DecryptError => {
            plain("could not decrypt or verify a TLS message", damaged)
        }
        Alert::RecordOverflow => plain("got a TLS message that is too long", damaged),
        Alert::DecompressionFailure => plain("could not decompress a TLS message", damaged),
        Alert::DecodeError => plain("could not read a TLS message", damaged),
        Alert::IllegalParameter => plain("refused a value in a TLS message", damaged),
        Alert::MissingExtension => {
            plain("requires a part of TLS that deepcall does not send", Some(KINDS_OF_TLS))
        }
        Alert::UnsupportedExtension => plain("refused a part of TLS that deepcall sent", damaged),
        Alert::CloseNotify => plain("closed the connection before it answered", None),
        other => {
            let name = other.as_str().map_or_else(|| u8::from(other).to_string(), str::to_owned);
            plain(&format!("ended the TLS handshake with alert {name}"), Some(KINDS_OF_TLS))
        }
    }
}

/// Whether a certificate is signed by a key of a kind that the library does not check.
pub(crate) fn is_of_unknown_algorithm(why: &CertificateError) -> bool {
    use CertificateError::{
        UnsupportedSignatureAlgorithmContext, UnsupportedSignatureAlgorithmForPublicKeyContext,
    };
    matches!(
        why,
        UnsupportedSignatureAlgorithmContext { .. } | UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::thread;

    use super::*;
    use crate::client::replies::moments;
    use crate::client::testing::{options, sign_in};
    use crate::client::{ApiError, Reference};

    /// What a request to a server becomes that answers every handshake with this alert.
    async fn answered_with(alert: u8) -> ApiError {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, alert]);
                // Until the client has read it.
                let _ = stream.read(&mut [0; 4096]);
            }
        });
        let answer = sign_in(options(&origin)).tags(&Reference::AsTrue, &moments::india(), Some).await;
        answer.map(|_| ()).unwrap_err()
    }

    #[tokio::test]
    async fn each_alert_is_reported_as_what_it_is() {
        let table = [
            (10, "got a TLS message that it did not expect"),
            (20, "got a TLS message that was changed on the way"),
            (21, "could not decrypt or verify a TLS message"),
            (22, "got a TLS message that is too long"),
            (30, "could not decompress a TLS message"),
            (40, "and deepcall have no kind of TLS in common"),
            (41, "requires a certificate of the client, which deepcall cannot present"),
            (42, "cannot present (bad_certificate)"),
            (43, "cannot present (unsupported_certificate)"),
            (44, "cannot present (certificate_revoked)"),
            (45, "cannot present (certificate_expired)"),
            (46, "cannot present (certificate_unknown)"),
            (47, "refused a value in a TLS message"),
            (48, "cannot present (unknown_ca)"),
            (49, "denied the connection access"),
            (50, "could not read a TLS message"),
            (51, "could not decrypt or verify a TLS message"),
            (60, "ended the TLS handshake with alert ExportRestriction"),
            (70, "does not speak TLS 1.2 or 1.3"),
            (71, "requires stronger encryption than deepcall has"),
            (80, "ended the TLS handshake because of an error of its own"),
            (86, "refused the connection as a fallback to an older TLS"),
            (90, "cancelled the TLS handshake"),
            (109, "requires a part of TLS that deepcall does not send"),
            (110, "refused a part of TLS that deepcall sent"),
            (111, "cannot present (certificate_unobtainable)"),
            (112, "does not serve this host name"),
            (116, "requires a certificate of the client, which deepcall cannot present"),
            (120, "does not speak HTTP/1.1 over TLS"),
            (121, "requires that its name is sent encrypted"),
            (199, "ended the TLS handshake with alert 199"),
        ];
        for (alert, words) in table {
            let error = answered_with(alert).await;
            assert_eq!(error.kind().word(), "tls", "{alert}: {error:?}");
            assert!(error.to_string().contains(words), "{alert}: {error}");
            assert!(!error.to_string().contains("closed the connection"), "{alert}: {error}");
            assert_eq!(error.hints().len(), 1, "{alert}: {:?}", error.hints());
        }
    }

    #[test]
    fn what_differs_for_a_server_differs_in_words() {
        // Two names of one thing, of two versions of TLS.
        let twins = [[41, 116], [21, 51]];
        let words = |alert: u8| reason(Alert::from(alert), false).words;
        assert!(twins.iter().all(|[old, new]| words(*old) == words(*new)));
        let others: Vec<u8> =
            (0..=u8::MAX).filter(|alert| twins.iter().all(|[old, _]| old != alert)).collect();
        let distinct: HashSet<String> = others.iter().map(|alert| words(*alert)).collect();
        assert_eq!(distinct.len(), others.len());
    }

    #[test]
    fn a_general_alert_is_about_the_certificate_where_the_server_requested_one() {
        assert!(reason(Alert::HandshakeFailure, true).is_of_clients_certificate);
        assert!(!reason(Alert::HandshakeFailure, false).is_of_clients_certificate);
        assert!(!reason(Alert::InternalError, true).is_of_clients_certificate);
    }
}
