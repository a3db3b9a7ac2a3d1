//! Certificates that a test creates, and a server that presents one.

use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::client::testing::fake_server::{Request, read_request};
use crate::client::testing::{NO_TAGS, response};

/// A certificate authority that the test creates.
pub(crate) struct Authority {
    pub(crate) issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Serves TLS with a certificate for `name`, valid until `year`; returns what it was sent over TLS.
    pub(crate) fn serve(&self, name: &str, year: i32) -> (SocketAddr, Arc<Mutex<Vec<Request>>>) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        serve_with(&certificate, &key)
    }
}

/// A server with this certificate and its key.
pub(crate) fn serve_with(
    certificate: &rcgen::Certificate,
    key: &KeyPair,
) -> (SocketAddr, Arc<Mutex<Vec<Request>>>) {
    serve(config(certificate, key))
}

pub(crate) fn config(certificate: &rcgen::Certificate, key: &KeyPair) -> Arc<ServerConfig> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// A fake DeepCall that speaks TLS, which the shared one does not.
pub(crate) fn serve(config: Arc<ServerConfig>) -> (SocketAddr, Arc<Mutex<Vec<Request>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
    let log = requests.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let peer = stream.peer_addr().unwrap();
            let mut tls = StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
            if let Some(request) = read_request(&mut BufReader::new(&mut tls), peer) {
                log.lock().unwrap().push(request);
                let _ = tls.write_all(&response("200 OK", &[], NO_TAGS));
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    (address, requests)
}
