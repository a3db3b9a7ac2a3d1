//! What a server's certificate says about itself. It is read for people; whom to trust is decided in `trust`.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use x509_cert::der::Decode;
use x509_cert::time::Time;

/// Who vouches for a server, and for how long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The authority, as the certificate names it.
    pub issuer: String,
    /// From when on it is good.
    pub valid_from: Timestamp,
    /// Until when it is good.
    pub valid_until: Timestamp,
}

impl Certificate {
    /// Reads a certificate in DER form; `None` where it is none.
    #[must_use]
    pub fn read(der: &[u8]) -> Option<Self> {
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

/// The certificate that the server showed last, whether or not it was believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shown(Arc<Mutex<Option<Vec<u8>>>>);

impl Shown {
    pub(crate) fn keep(&self, der: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(der.to_vec());
    }

    pub(crate) fn certificate(&self) -> Option<Certificate> {
        let der = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        der.as_deref().and_then(Certificate::read)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
}
