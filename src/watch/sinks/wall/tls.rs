//! The certificate of the wall.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {path}")]
    File { path: String, source: pem::Error },
    #[error("there is no certificate in {path}: it must be PEM")]
    NoCertificate { path: String },
    #[error("there is no private key in {path}: it must be PEM, and need no passphrase")]
    NoKey { path: String },
    #[error("the private key in {key} is not that of the certificate in {certificate}")]
    NotAPair { key: String, certificate: String },
    #[error("the certificate in {certificate} cannot be used")]
    Unusable { certificate: String, source: rustls::Error },
}

/// TLS with the certificate in one PEM file, the chain behind it, and the private key in another.
///
/// # Errors
/// If a file cannot be read, has nothing of the sort, or the two do not belong together.
pub(crate) fn server_config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsError> {
    let name = |path: &Path| path.display().to_string();
    let unreadable = |path: &Path| {
        let path = name(path);
        move |source| TlsError::File { path, source }
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(unreadable(certificate))?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { path: name(certificate) });
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|source| match source {
        pem::Error::NoItemsFound => TlsError::NoKey { path: name(key) },
        source => unreadable(key)(source),
    })?;
    let unusable = |source| match source {
        rustls::Error::InconsistentKeys(_) => {
            TlsError::NotAPair { key: name(key), certificate: name(certificate) }
        }
        source => TlsError::Unusable { certificate: name(certificate), source },
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
