//! TLS 1.2 and 1.3, and which certificates are trusted: those that the system trusts, and those that an authority of
//! `--cacert` signed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ResolvesClientCert, WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;
use x509_cert::der::Decode;
use x509_cert::time::Time;

use crate::client::error::{ApiError, ErrorKind};
use crate::client::handshakes::is_of_an_authority;
use crate::system::CAN_REPLACE_AUTHORITIES;
use crate::words::without_mark;

/// What may be wrong where the system has no authorities. The library reads both variables itself, empty ones too.
const ADVICE: &str = if CAN_REPLACE_AUTHORITIES {
    " (on Debian they come with the package ca-certificates; SSL_CERT_FILE and SSL_CERT_DIR replace them, even if empty)"
} else {
    ""
};

/// TLS as the system trusts it, or by the authorities of `roots_file` (`SSL_CERT_FILE`) alone; those of `extra_ca` (PEM)
/// are trusted as well. The certificate that the server presents is kept in `shown`.
///
/// # Errors
/// [`ErrorKind::Usage`] if `extra_ca` contains no certificate.
pub(crate) fn tls(
    extra_ca: Option<&[u8]>,
    roots_file: Option<PathBuf>,
    shown: Shown,
) -> Result<ClientConfig, ApiError> {
    let no_certificate = || {
        ApiError::new(
            ErrorKind::Usage,
            "the file of certificate authorities contains no certificate in PEM form",
        )
    };
    let extra = extra_ca.map(|pem| authorities(pem).ok_or_else(no_certificate)).transpose()?;
    let provider = Arc::new(ring::default_provider());
    let requests = shown.clone();
    let verifier = LazyVerifier {
        provider: provider.clone(),
        roots_file,
        extra: extra.unwrap_or_default(),
        shown,
        verifier: OnceLock::new(),
    };
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| ApiError::new(ErrorKind::Tls, "TLS cannot be set up").because(error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(NoCertificate(requests)));
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

/// Refuses a file of authorities where the system takes none, rather than to trust more than its user expects.
///
/// # Errors
/// [`ErrorKind::Usage`].
pub(crate) fn check_roots_file(roots_file: Option<&Path>) -> Result<(), ApiError> {
    refuse_roots_file(roots_file, CAN_REPLACE_AUTHORITIES)
}

fn refuse_roots_file(roots_file: Option<&Path>, can_replace: bool) -> Result<(), ApiError> {
    if roots_file.is_none() || can_replace {
        return Ok(());
    }
    let message = "SSL_CERT_FILE cannot replace the certificate authorities of this system";
    Err(ApiError::new(ErrorKind::Usage, message)
        .with_hint("unset SSL_CERT_FILE, and pass your own certificate authority with --cacert FILE"))
}

/// The certificates of a text in PEM form that can be authorities; `None` if there is none, or the text is damaged.
fn authorities(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let certificates: Vec<_> =
        CertificateDer::pem_slice_iter(without_mark(pem)).collect::<Result<_, _>>().ok()?;
    let is_usable =
        |certificate: &CertificateDer<'static>| RootCertStore::empty().add(certificate.clone()).is_ok();
    let usable: Vec<_> = certificates.into_iter().filter(is_usable).collect();
    (!usable.is_empty()).then_some(usable)
}

/// Passes each check to the real verifier, which is built when the first certificate has to be checked: plain http
/// never pays for reading the system's authorities.
#[derive(Debug)]
struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    roots_file: Option<PathBuf>,
    extra: Vec<CertificateDer<'static>>,
    shown: Shown,
    verifier: OnceLock<Result<Judge, String>>,
}

/// The real verifier, and the certificates of files that a person named.
#[derive(Debug)]
struct Judge {
    verifier: Arc<dyn ServerCertVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl LazyVerifier {
    fn judge(&self) -> Result<&Judge, Error> {
        self.verifier.get_or_init(|| self.build()).as_ref().map_err(|why| Error::General(why.clone()))
    }

    fn build(&self) -> Result<Judge, String> {
        if let Some(path) = &self.roots_file {
            return self.by_file(path);
        }
        let provider = self.provider.clone();
        // Windows takes no empty list of extra authorities.
        let verifier = if self.extra.is_empty() {
            Verifier::new(provider)
        } else {
            Verifier::new_with_extra_roots(self.extra.iter().cloned(), provider)
        };
        match verifier {
            Ok(verifier) => Ok(Judge { verifier: Arc::new(verifier), named: self.extra.clone() }),
            Err(error) => {
                Err(format!("the system's certificate authorities cannot be used: {error}{ADVICE}"))
            }
        }
    }

    fn by_file(&self, path: &Path) -> Result<Judge, String> {
        let unreadable = |why: String| format!("cannot read the authorities in {}: {why}", path.display());
        let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
        let mut named =
            authorities(&pem).ok_or_else(|| unreadable("no certificate in PEM form".to_owned()))?;
        named.extend(self.extra.iter().cloned());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(named.iter().cloned());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Judge { verifier, named })
    }
}

impl ServerCertVerifier for LazyVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        self.shown.keep(end_entity);
        let Judge { verifier, named } = self.judge()?;
        match verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(error) if is_of_an_authority(&error) && named.iter().any(|own| own == end_entity) => {
                verify_itself(end_entity, server_name, now)
            }
            judged => judged,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Judges a certificate that a person trusts as it is (`--cacert`, `SSL_CERT_FILE`) by its names and its time: that it is also an authority
/// does not matter then.
fn verify_itself(
    certificate: &CertificateDer<'_>,
    server_name: &ServerName<'_>,
    now: UnixTime,
) -> Result<ServerCertVerified, Error> {
    verify_server_name(&ParsedCertificate::try_from(certificate)?, server_name)?;
    let validity = Certificate::read(certificate).ok_or(CertificateError::BadEncoding)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < validity.valid_from.as_second() {
        return Err(CertificateError::NotValidYet.into());
    }
    if now > validity.valid_until.as_second() {
        return Err(CertificateError::Expired.into());
    }
    Ok(ServerCertVerified::assertion())
}

/// Who signed a server's certificate, and how long it is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The authority, as the certificate names it.
    pub issuer: String,
    /// The first moment at which it is valid.
    pub valid_from: Timestamp,
    /// The last moment at which it is valid.
    pub valid_until: Timestamp,
}

impl Certificate {
    /// Reads a certificate in DER form; `None` where it is none.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let certificate = x509_cert::Certificate::from_der(der).ok()?;
        let certificate = certificate.tbs_certificate();
        let validity = certificate.validity();
        Some(Self {
            issuer: certificate.issuer().to_string(),
            valid_from: timestamp(validity.not_before)?,
            valid_until: timestamp(validity.not_after)?,
        })
    }
}

fn timestamp(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}

/// Presents no certificate to a server that requests one, and notes that it did.
#[derive(Debug)]
struct NoCertificate(Shown);

impl ResolvesClientCert for NoCertificate {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.0.requests_certificate.store(true, Ordering::Relaxed);
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

/// What a server shows of itself in its handshakes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown(Arc<Handshakes>);

#[derive(Debug, Default)]
struct Handshakes {
    /// The certificate that it presented last, trusted or not.
    certificate: Mutex<Option<Vec<u8>>>,
    requests_certificate: AtomicBool,
}

impl Shown {
    fn keep(&self, der: &[u8]) {
        *self.0.certificate.lock().unwrap_or_else(PoisonError::into_inner) = Some(der.to_vec());
    }

    pub(crate) fn certificate(&self) -> Option<Certificate> {
        let der = self.0.certificate.lock().unwrap_or_else(PoisonError::into_inner);
        der.as_deref().and_then(Certificate::read)
    }

    /// Whether the server requested a certificate of the client.
    pub(crate) fn requests_certificate(&self) -> bool {
        self.0.requests_certificate.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests;
