//! The certificate of the wall.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::client::Certificate;
use crate::store::private_file::{self, FileError, OthersMay};

/// Of the file with the key, in bytes; the certificates may be in it as well.
const LIMIT: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {path}")]
    File { path: String, source: pem::Error },
    #[error(transparent)]
    KeyFile(FileError),
    #[error("there is no certificate in {path}: it must be PEM")]
    NoCertificate { path: String },
    #[error("there is no private key in {path}: it must be PEM, and need no passphrase")]
    NoKey { path: String },
    #[error("the private key in {key} is not that of the certificate in {certificate}")]
    NotAPair { key: String, certificate: String },
    #[error("the certificate in {certificate} cannot be used")]
    Unusable { certificate: String, source: rustls::Error },
}

/// TLS with the certificate in one PEM file, the chain behind it, and the private key in another; and, if browsers refuse the
/// certificate at the moment `now`, why.
///
/// # Errors
/// If a file cannot be read, has nothing of the sort, or the two do not belong together; if other users can read the key.
pub(crate) fn server_config(
    certificate: &Path,
    key: &Path,
    now: Timestamp,
) -> Result<(Arc<ServerConfig>, Option<String>), TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(unreadable(certificate))?;
    let Some(first) = chain.first() else {
        return Err(TlsError::NoCertificate { path: name(certificate) });
    };
    let doubt = Certificate::read(first).and_then(|it| doubt(&it, now));
    let doubt = doubt.map(|doubt| format!("the certificate in {} {doubt}", name(certificate)));
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
        .with_single_cert(chain, private_key(key)?)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((Arc::new(config), doubt))
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let read = if fs::metadata(path).is_ok_and(|it| it.is_file()) {
        let bytes = private_file::read(path, LIMIT, OthersMay::NothingUnlessRootLets);
        PrivateKeyDer::from_pem_slice(&bytes.map_err(TlsError::KeyFile)?.unwrap_or_default())
    } else {
        // A pipe that a shell writes `<(...)` is nobody's but ours.
        PrivateKeyDer::from_pem_file(path)
    };
    read.map_err(|source| match source {
        pem::Error::NoItemsFound => TlsError::NoKey { path: name(path) },
        source => unreadable(path)(source),
    })
}

/// Why browsers refuse it, if they do.
fn doubt(certificate: &Certificate, now: Timestamp) -> Option<String> {
    let (from, until) = (certificate.valid_from, certificate.valid_until);
    if now > until {
        Some(format!("has expired ({until}): browsers refuse it; renew it, and start the wall again"))
    } else if now < from {
        Some(format!(
            "is not valid yet (from {from}): browsers refuse it, if the clock of this machine is right"
        ))
    } else {
        None
    }
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

fn unreadable(path: &Path) -> impl FnOnce(pem::Error) -> TlsError {
    let path = name(path);
    move |source| TlsError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_in_doubt_before_and_after_its_time() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        let certificate = Certificate { issuer: "x".to_owned(), valid_from: at(100), valid_until: at(200) };
        for (second, words) in [(99, "is not valid yet"), (100, ""), (200, ""), (201, "has expired")] {
            let doubt = doubt(&certificate, at(second)).unwrap_or_default();
            assert!(doubt.starts_with(words) && doubt.is_empty() == words.is_empty(), "{second}: {doubt}");
        }
    }
}
