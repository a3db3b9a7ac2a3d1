//! Certificates made on the spot, and servers that show them: over rustls, which records what is sent over
//! TLS, and over openssl for what rustls no longer speaks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

use super::matrix::Scene;

/// An authority of the test's own.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

/// What a server shows to prove itself.
#[derive(Clone)]
pub struct Proof(Arc<ServerConfig>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let (params, key) = Self::parts(name);
        let certificate = params.self_signed(&key).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Another one that this one vouches for.
    pub fn below(&self, name: &str) -> Self {
        let (params, key) = Self::parts(name);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    fn parts(name: &str) -> (CertificateParams, KeyPair) {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        (params, KeyPair::generate().unwrap())
    }

    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// A good certificate for loopback.
    pub fn vouches(&self) -> Proof {
        self.vouches_for("127.0.0.1", 2020, 2090)
    }

    /// A certificate for this name between these years.
    pub fn vouches_for(&self, name: &str, from: i32, until: i32) -> Proof {
        let (params, key) = leaf(name, from, until);
        Proof::new(&params.signed_by(&key, &self.issuer).unwrap(), &key, &[b"http/1.1"])
    }

    /// A good certificate, shown by a server that speaks these protocols.
    pub fn vouches_over(&self, protocols: &[&[u8]]) -> Proof {
        let (params, key) = leaf("127.0.0.1", 2020, 2090);
        Proof::new(&params.signed_by(&key, &self.issuer).unwrap(), &key, protocols)
    }
}

fn leaf(name: &str, from: i32, until: i32) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    (params, KeyPair::generate().unwrap())
}

impl Proof {
    /// A certificate that nobody but itself vouches for.
    pub fn of_itself() -> Self {
        let (params, key) = leaf("127.0.0.1", 2020, 2090);
        Self::new(&params.self_signed(&key).unwrap(), &key, &[b"http/1.1"])
    }

    fn new(certificate: &rcgen::Certificate, key: &KeyPair, protocols: &[&[u8]]) -> Self {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Self(Arc::new(config))
    }
}

/// How a server ends a connection.
#[derive(Clone, Copy, PartialEq)]
pub enum Farewell {
    InOrder,
    /// It just closes, without the alert that announces it.
    Silent,
    /// It sends a fatal alert.
    Alert,
}

/// A server over TLS: the first connection is shown the first proof, and so on; the last one stays. Every
/// request is answered with the same bytes, after which the connection is closed. The fake DeepCall speaks no TLS.
pub struct TlsServer {
    pub address: SocketAddr,
    pub received: Received,
}

/// What was sent over TLS, request by request, with the protocol that was agreed on.
pub type Received = Arc<Mutex<Vec<(String, Vec<u8>)>>>;

impl TlsServer {
    pub fn start(proofs: Vec<Proof>, reply: Vec<u8>, farewell: Farewell) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Received::default();
        let log = Arc::clone(&received);
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let proof = &proofs[number.min(proofs.len() - 1)];
                let mut tls =
                    StreamOwned::new(ServerConnection::new(Arc::clone(&proof.0)).unwrap(), stream.unwrap());
                let mut request = vec![];
                let mut chunk = [0; 4096];
                // The body of every request of the program ends with a brace.
                while !request.ends_with(b"}") {
                    match tls.read(&mut chunk) {
                        Ok(count) if count > 0 => request.extend_from_slice(&chunk[..count]),
                        _ => break,
                    }
                }
                if request.is_empty() {
                    continue;
                }
                let protocol = String::from_utf8_lossy(tls.conn.alpn_protocol().unwrap_or(b"")).into_owned();
                log.lock().unwrap().push((protocol, request));
                let _ = tls.write_all(&reply);
                let _ = tls.flush();
                say_farewell(&mut tls, farewell);
            }
        });
        Self { address, received }
    }

    /// The scene at this server, which trusts that authority as well.
    pub fn scene(self, trusted: &Authority) -> Scene {
        let received = Arc::clone(&self.received);
        let mut scene = Scene::at(format!("https://{}", self.address));
        scene.arrivals = Some(Box::new(move || received.lock().unwrap().len()));
        trusting(scene, &trusted.pem())
    }
}

fn say_farewell(tls: &mut StreamOwned<ServerConnection, TcpStream>, farewell: Farewell) {
    match farewell {
        Farewell::InOrder => {
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
        Farewell::Silent => {}
        // A record that is no record of this connection: the client cannot read it.
        Farewell::Alert => {
            let _ = tls.sock.write_all(&[21, 3, 3, 0, 2, 2, 80]);
        }
    }
}

/// The scene with `--cacert`.
pub fn trusting(scene: Scene, pem: &str) -> Scene {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ca.pem");
    std::fs::write(&path, pem).unwrap();
    scene.options(format!("--cacert {}", path.display())).keep(folder)
}

/// `openssl s_server`, with a certificate that an authority of openssl's making vouches for.
pub struct OpenSsl {
    child: Child,
    address: String,
    received: Arc<Mutex<String>>,
    folder: TempDir,
}

impl OpenSsl {
    /// `key` and `signing` are options for the certificate, `serving` for the server.
    pub fn start(key: &str, signing: &str, serving: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let run = |line: &str| {
            let ran =
                Command::new("openssl").args(line.split(' ')).current_dir(folder.path()).output().unwrap();
            assert!(ran.status.success(), "openssl {line}: {}", String::from_utf8_lossy(&ran.stderr));
        };
        std::fs::write(folder.path().join("extensions"), "subjectAltName=IP:127.0.0.1\n").unwrap();
        run("req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ours -days 2");
        run(&format!("req -newkey {key} -nodes -keyout server.key -out server.csr -subj /CN=server"));
        run(&format!(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile extensions {signing}"
        ));
        let mut child = Command::new("openssl")
            .args("s_server -accept 127.0.0.1:0 -cert server.pem -key server.key".split(' '))
            .args(serving.split(' '))
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(output.read_line(&mut line).unwrap() > 0, "openssl s_server {serving} does not start");
            if let Some(address) = line.trim_end().strip_prefix("ACCEPT ") {
                break address.to_owned();
            }
        };
        let received: Arc<Mutex<String>> = Arc::default();
        let log = Arc::clone(&received);
        std::thread::spawn(move || {
            let mut line = vec![];
            while output.read_until(b'\n', &mut line).is_ok_and(|count| count > 0) {
                log.lock().unwrap().push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { child, address, received, folder }
    }

    /// The scene at this server, which trusts its authority.
    pub fn scene(self) -> Scene {
        let pem = std::fs::read_to_string(self.folder.path().join("ca.pem")).unwrap();
        let mut scene = Scene::at(format!("https://{}", self.address));
        let received = Arc::clone(&self.received);
        scene.arrivals = Some(Box::new(move || received.lock().unwrap().matches("POST ").count()));
        trusting(scene, &pem).keep(self)
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
