//! Whom we believe to be the server: TLS 1.2 and 1.3, checked against the system's certificate authorities.
//! These are read at the first certificate that has to be checked: a start that needs none pays nothing.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use crate::client::certificate::Shown;
use crate::client::error::{ApiError, Fault};
use crate::client::pem::plain_certificates;

/// Where systems keep all their authorities in one file. Reading one file takes a quarter of the time that a
/// folder of them takes; elsewhere, and on macOS and Windows, the system's own store is asked.
const BUNDLES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// TLS with the authorities of the system, or of `roots_file` in their place, and `extra_ca` (PEM) added.
/// What the server shows of itself is kept in `shown`.
pub(crate) fn tls(
    extra_ca: Option<&[u8]>,
    roots_file: Option<PathBuf>,
    shown: Shown,
) -> Result<ClientConfig, ApiError> {
    let extra = extra_ca.map(authorities).transpose()?.unwrap_or_else(RootCertStore::empty);
    let provider = Arc::new(ring::default_provider());
    let verifier =
        LazyVerifier { provider: provider.clone(), roots_file, extra, shown, verifier: OnceLock::new() };
    let mut tls = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&TLS13, &TLS12])
        .map_err(|error| ApiError::new(Fault::Tls, "TLS cannot be set up").because(error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(tls)
}

fn authorities(pem: &[u8]) -> Result<RootCertStore, ApiError> {
    let bad = || {
        ApiError::new(Fault::Usage, "the file of certificate authorities holds no certificate in PEM form")
    };
    let certificates = match plain_certificates(pem) {
        Some(certificates) => certificates,
        None => CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| bad())?,
    };
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(certificates);
    if authorities.is_empty() { Err(bad()) } else { Ok(authorities) }
}

/// Hands each question to the real verifier, which it builds when it is first needed.
#[derive(Debug)]
struct LazyVerifier {
    provider: Arc<CryptoProvider>,
    roots_file: Option<PathBuf>,
    extra: RootCertStore,
    shown: Shown,
    verifier: OnceLock<Result<Arc<WebPkiServerVerifier>, String>>,
}

impl LazyVerifier {
    fn verifier(&self) -> Result<&WebPkiServerVerifier, Error> {
        match self.verifier.get_or_init(|| self.build()) {
            Ok(verifier) => Ok(verifier),
            Err(why) => Err(Error::General(why.clone())),
        }
    }

    fn build(&self) -> Result<Arc<WebPkiServerVerifier>, String> {
        let mut roots = self.system_roots()?;
        roots.extend(self.extra.roots.iter().cloned());
        if roots.is_empty() {
            return Err(
                "this system has no certificate authorities (on Debian: package ca-certificates)".to_owned()
            );
        }
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone())
            .build()
            .map_err(|error| error.to_string())
    }

    fn system_roots(&self) -> Result<RootCertStore, String> {
        if let Some(path) = &self.roots_file {
            let unreadable = |error| format!("cannot read the authorities in {}: {error}", path.display());
            let pem = std::fs::read(path).map_err(|error| unreadable(error.to_string()))?;
            return authorities(&pem).map_err(|error| unreadable(error.to_string()));
        }
        let has_bundles = cfg!(not(any(target_os = "macos", windows)));
        for bundle in BUNDLES.iter().filter(|_| has_bundles) {
            if let Some(roots) = std::fs::read(bundle).ok().and_then(|pem| authorities(&pem).ok()) {
                return Ok(roots);
            }
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        Ok(roots)
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
        self.verifier()?.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
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

#[cfg(test)]
mod tests;
