//! Certificates in PEM, as bundles of authorities hold them: base64 between two lines, and perhaps comments.
//! Whatever else a file may hold is the TLS library's to read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;

/// The certificates of a text that holds nothing but certificates and comments; `None` for any other text.
///
/// A bundle has some 140 authorities in 220 kB. The library reads byte by byte, in constant time as for a secret key,
/// and that was half of what a request over https cost.
pub(crate) fn plain_certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    // A comment, then over and over: begin, the certificate, end, a comment.
    let mut pieces = std::str::from_utf8(pem).ok()?.split("-----").skip(1);
    let mut certificates = vec![];
    while let Some(begin) = pieces.next() {
        let (body, end, _comment) = (pieces.next()?, pieces.next()?, pieces.next()?);
        if begin != "BEGIN CERTIFICATE" || end != "END CERTIFICATE" {
            return None;
        }
        let mut digits = Vec::with_capacity(body.len());
        body.lines().for_each(|line| digits.extend_from_slice(line.trim_ascii().as_bytes()));
        certificates.push(STANDARD.decode(digits).ok()?.into());
    }
    (!certificates.is_empty()).then_some(certificates)
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;

    use super::*;

    fn as_the_library_reads(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
        CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()
    }

    fn certificate(name: &str) -> String {
        rcgen::generate_simple_self_signed([name.to_owned()]).unwrap().cert.pem()
    }

    #[test]
    fn certificates_with_or_without_comments_are_what_the_library_reads() {
        let (one, two) = (certificate("one"), certificate("two"));
        for text in [
            one.clone(),
            format!("{one}{two}"),
            format!("# One, says आशा\n{one}\n\n# Two\n{two}# The end"),
            one.replace('\n', "\r\n"),
            one.trim_end().to_owned(),
        ] {
            let read = plain_certificates(text.as_bytes()).unwrap();
            assert_eq!(Some(read), as_the_library_reads(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_bundle_of_this_system_is_plain() {
        let bundle = std::fs::read("/etc/ssl/certs/ca-certificates.crt");
        let bundle = bundle.expect("Debian's package ca-certificates, which tests/run installs");
        let read = plain_certificates(&bundle).unwrap();
        assert!(read.len() > 1);
        assert_eq!(Some(read), as_the_library_reads(&bundle));
    }

    #[test]
    fn anything_else_is_left_to_the_library() {
        let one = certificate("one");
        for text in [
            String::new(),
            "# no certificate".to_owned(),
            one.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
            format!("{one}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
            format!("----- one -----\n{one}"),
            one.replace("END CERTIFICATE", "END"),
            one.replace("MII", "M!I"),
            one.split("-----END").next().unwrap().to_owned(),
        ] {
            assert_eq!(plain_certificates(text.as_bytes()), None, "{text}");
        }
        assert_eq!(plain_certificates(b"\xff"), None);
    }
}
