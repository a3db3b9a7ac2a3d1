use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use proptest::prelude::*;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

use crate::client::replies::moments;
use crate::client::testing::tls_server::{Authority, serve_with};
use crate::client::testing::{SECRET, options, sign_in};
use crate::client::{Answer, ApiError, Reference, Tags};

use super::*;

/// A server whose certificate is that of an authority, signed by itself, as `openssl req -x509` makes it.
fn serve_own_authority(name: &str, year: i32) -> (SocketAddr, String) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_after = date_time_ymd(year, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (serve_with(&certificate, &key).0, certificate.pem())
}

#[tokio::test]
async fn a_servers_own_authority_is_trusted_if_it_is_that_very_certificate_with_the_right_name_and_time() {
    let (address, pem) = serve_own_authority("127.0.0.1", 2099);
    let origin = format!("https://{address}");
    let both = format!("{}{pem}", Authority::new("another").pem);
    for trusted in [&pem, &both] {
        for outcome in requests_that_trust(&origin, trusted).await {
            outcome.unwrap();
        }
    }
    let (_, same_name) = serve_own_authority("127.0.0.1", 2099);
    let (elsewhere, other_name) = serve_own_authority("other.example.com", 2099);
    let (expired, past) = serve_own_authority("127.0.0.1", 2020);
    let mut refused = vec![request_tags(&origin, None, None).await];
    for (address, trusted) in [(address, same_name), (elsewhere, other_name), (expired, past)] {
        refused.extend(requests_that_trust(&format!("https://{address}"), &trusted).await);
    }
    for outcome in refused {
        let error = outcome.unwrap_err();
        assert_eq!(error.kind().word(), "tls", "{error:?}");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(!cause.contains("CaUsedAsEndEntity"), "{cause}");
    }
}

/// A request in each way in which the system lets itself be made to trust authorities: besides its own, and, unless it
/// refuses that, instead of its own.
async fn requests_that_trust(origin: &str, pem: &str) -> Vec<Result<Answer<Tags>, ApiError>> {
    let mut outcomes = vec![request_tags(origin, Some(pem), None).await];
    if CAN_REPLACE_AUTHORITIES {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(pem.as_bytes()).unwrap();
        outcomes.push(request_tags(origin, None, Some(file.path().to_owned())).await);
    }
    outcomes
}

async fn request_tags(
    origin: &str,
    extra_ca: Option<&str>,
    roots: Option<PathBuf>,
) -> Result<Answer<Tags>, ApiError> {
    let mut options = options(origin);
    options.extra_ca = extra_ca.map(|pem| pem.as_bytes().to_vec());
    options.roots_file = roots;
    sign_in(options).tags(&Reference::AsTrue, &moments::india(), Some).await
}

#[tokio::test]
async fn a_server_that_an_added_authority_vouches_for_is_trusted() {
    let authority = Authority::new("ours");
    let (address, requests) = authority.serve("127.0.0.1", 2099);
    request_tags(&format!("https://{address}"), Some(&authority.pem), None).await.unwrap();
    assert!(requests.lock().unwrap()[0].body.contains(SECRET));
}

/// Windows and macOS refuse such a file.
#[cfg(not(any(windows, target_vendor = "apple")))]
mod a_file_of_authorities {
    use super::*;
    use crate::client::testing::{FakeServer, NO_TAGS};

    #[tokio::test]
    async fn a_file_of_authorities_takes_the_place_of_the_systems() {
        let authority = Authority::new("ours");
        let (address, _) = authority.serve("127.0.0.1", 2099);
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(authority.pem.as_bytes()).unwrap();
        request_tags(&format!("https://{address}"), None, Some(file.path().to_owned())).await.unwrap();
    }

    #[tokio::test]
    async fn authorities_are_read_only_when_a_certificate_has_to_be_checked() {
        let nowhere = PathBuf::from("/nonexistent/ca.pem");
        let server = FakeServer::always(NO_TAGS);
        request_tags(&server.url(), None, Some(nowhere.clone())).await.unwrap();

        let (address, requests) = Authority::new("ours").serve("127.0.0.1", 2099);
        let error = request_tags(&format!("https://{address}"), None, Some(nowhere)).await.unwrap_err();
        assert_eq!(error.kind().word(), "tls");
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("/nonexistent/ca.pem"), "{cause}");
        assert!(requests.lock().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_server_that_cannot_prove_itself_gets_no_byte_of_the_request() {
    let authority = Authority::new("ours");
    let stranger = Authority::new("stranger");
    let table = [
        ("unknown authority", "127.0.0.1", 2099, &stranger, "--cacert"),
        ("expired", "127.0.0.1", 2020, &authority, "clock"),
        ("another name", "other.example.com", 2099, &authority, ""),
    ];
    for (case, name, year, trusted, hint) in table {
        let (address, requests) = authority.serve(name, year);
        let error = request_tags(&format!("https://{address}"), Some(&trusted.pem), None).await.unwrap_err();
        assert_eq!(error.kind().word(), "tls", "{case}: {error:?}");
        assert!(error.to_string().contains(&address.to_string()), "{case}: {error}");
        assert!(std::error::Error::source(&error).is_some(), "{case}");
        assert!(hint.is_empty() || error.hints()[0].contains(hint), "{case}: {:?}", error.hints());
        assert!(!error.was_sent() && requests.lock().unwrap().is_empty(), "{case}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = plain.local_addr().unwrap();
    let received = std::thread::spawn(move || {
        let (mut stream, _) = plain.accept().unwrap();
        let mut hello = vec![0; 4096];
        let read = stream.read(&mut hello).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        hello[..read].to_vec()
    });
    let error = request_tags(&format!("https://{address}"), None, None).await.unwrap_err();
    assert_eq!(error.kind().word(), "tls", "{error:?}");
    assert_eq!(error.to_string(), format!("https://{address} does not speak TLS at this port"));
    assert!(error.hints()[0].starts_with("check the port;"), "{:?}", error.hints());
    assert!(!String::from_utf8_lossy(&received.join().unwrap()).contains(SECRET));
}

/// What macOS and Windows do: there the system itself judges.
#[test]
fn a_file_of_authorities_is_refused_where_it_cannot_take_the_place_of_the_systems() {
    let file = Path::new("/etc/ca.pem");
    let error = refuse_roots_file(Some(file), false).unwrap_err();
    assert_eq!(error.kind().word(), "usage");
    assert!(error.to_string().contains("SSL_CERT_FILE"), "{error}");
    assert!(error.hints()[0].contains("--cacert"), "{:?}", error.hints());
    refuse_roots_file(None, false).unwrap();
    refuse_roots_file(Some(file), true).unwrap();
}

#[tokio::test]
async fn one_authority_that_cannot_be_used_does_not_spoil_the_others() {
    let authority = Authority::new("ours");
    let (address, _) = authority.serve("127.0.0.1", 2099);
    let both = format!("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n{}", authority.pem);
    for outcome in requests_that_trust(&format!("https://{address}"), &both).await {
        outcome.unwrap();
    }
}

#[test]
fn a_byte_order_mark_hides_no_certificate() {
    let pem = Authority::new("marked").pem;
    for text in [pem.clone(), format!("\u{feff}{pem}"), format!("\u{feff}{pem}{pem}")] {
        let count = text.matches("BEGIN").count();
        assert_eq!(authorities(text.as_bytes()).map(|found| found.len()), Some(count));
    }
}

#[test]
fn a_file_without_certificates_is_refused_at_once() {
    for pem in ["", "hello", "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"] {
        assert_eq!(
            tls(Some(pem.as_bytes()), None, Shown::default()).unwrap_err().kind().word(),
            "usage",
            "{pem}"
        );
    }
}

#[test]
fn issuer_and_time_are_read() {
    let mut parameters = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, "An Authority");
    parameters.not_before = rcgen::date_time_ymd(2026, 1, 2);
    parameters.not_after = rcgen::date_time_ymd(2051, 3, 4);
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = Certificate::read(parameters.self_signed(&key).unwrap().der()).unwrap();
    assert!(certificate.issuer.contains("An Authority"), "{}", certificate.issuer);
    assert_eq!(certificate.valid_from.to_string(), "2026-01-02T00:00:00Z");
    assert_eq!(certificate.valid_until.to_string(), "2051-03-04T00:00:00Z");
}

proptest! {
    #[test]
    fn what_is_no_certificate_is_none(bytes: Vec<u8>) {
        prop_assert_eq!(Certificate::read(&bytes), None);
    }
}
