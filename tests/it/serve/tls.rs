//! The wall with a certificate.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::{Answer, Wall};
use crate::support::World;

/// Writes a certificate and its key.
fn make(world: &World, name: &str) {
    make_valid(world, name, 1975, 4096);
}

/// The same, valid from the beginning of one year until that of another.
fn make_valid(world: &World, name: &str, from: i32, until: i32) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let certificate = params.self_signed(&key).unwrap();
    fs::write(world.home().join(format!("{name}.pem")), certificate.pem()).unwrap();
    let file = world.home().join(format!("{name}.key"));
    fs::write(&file, key.serialize_pem()).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
}

/// What the wall answers over TLS, once its certificate was found to be this one.
fn ask(wall: &Wall, world: &World, request: &str) -> Answer {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(world.home().join("wall.pem")).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), "localhost".try_into().unwrap()).unwrap();
    let mut stream = StreamOwned::new(connection, wall.connect());
    stream.write_all(request.as_bytes()).unwrap();
    Answer::read(&mut stream)
}

#[test]
fn with_a_certificate_everything_goes_over_tls() {
    let world = World::new();
    make(&world, "wall");
    let wall = Wall::start(&world, "--sandbox --tls-cert wall.pem --tls-key wall.key");
    let usual = "Host: localhost\r\nConnection: close";
    let bearer = wall.bearer();
    let answer = ask(&wall, &world, &format!("GET / HTTP/1.1\r\n{usual}\r\n{bearer}\r\n\r\n"));
    assert!(answer.status == 200 && answer.body.contains("asha"), "{}", answer.body);
    let form = format!("key={}", wall.key);
    let post = |origin: &str| {
        let length = form.len();
        let head =
            format!("POST /session HTTP/1.1\r\n{usual}\r\nOrigin: {origin}\r\nContent-Length: {length}");
        ask(&wall, &world, &format!("{head}\r\n\r\n{form}"))
    };
    let answer = post("https://localhost");
    assert!(answer.header("set-cookie").unwrap().ends_with("; secure"), "{}", answer.head);
    assert_eq!(post("http://localhost").status, 403);
    // Somebody who speaks without TLS gets no answer of HTTP.
    let mut plain = wall.connect();
    write!(plain, "GET / HTTP/1.1\r\n{usual}\r\n{bearer}\r\n\r\n").unwrap();
    let mut bytes = vec![];
    let _ = std::io::Read::read_to_end(&mut plain, &mut bytes);
    assert!(!bytes.starts_with(b"HTTP"), "{bytes:?}");
    wall.running.terminate().ended_with(143);
}

#[test]
fn files_that_are_no_pair_are_an_error_that_names_them() {
    let world = World::new();
    make(&world, "wall");
    make(&world, "other");
    fs::write(world.home().join("empty.pem"), "").unwrap();
    for (from, to, mode) in [("wall.key", "open.key", 0o644), ("wall.pem", "wall.txt", 0o600)] {
        fs::copy(world.home().join(from), world.home().join(to)).unwrap();
        fs::set_permissions(world.home().join(to), Permissions::from_mode(mode)).unwrap();
    }
    for (certificate, key, message) in [
        ("wall.pem", "other.key", "the private key in other.key is not that of the certificate in wall.pem"),
        ("empty.pem", "wall.key", "there is no certificate in empty.pem"),
        ("wall.key", "wall.key", "there is no certificate in wall.key"),
        ("wall.pem", "open.key", "open.key is open to other users (mode 0644)"),
        ("wall.pem", "wall.txt", "there is no private key in wall.txt"),
        ("none.pem", "wall.key", "cannot read none.pem"),
        ("wall.pem", "none.key", "cannot read none.key"),
    ] {
        let line = format!("serve --sandbox --listen 127.0.0.1:0 --tls-cert {certificate} --tls-key {key}");
        let ran = world.run(&line).ended_with(2);
        assert!(ran.stderr.contains(message) && ran.stdout.is_empty(), "{line}\n{ran}");
    }
}

#[test]
fn a_certificate_that_browsers_refuse_is_served_with_a_word() {
    let world = World::new();
    for (from, until, word) in [
        (
            2001,
            2002,
            "note: the certificate in wall.pem has expired (2002-01-01T00:00:00Z): browsers refuse it",
        ),
        (4000, 4001, "note: the certificate in wall.pem is not valid yet (from 4000-01-01T00:00:00Z)"),
    ] {
        make_valid(&world, "wall", from, until);
        let wall = Wall::start(&world, "--sandbox --tls-cert wall.pem --tls-key wall.key");
        let ran = wall.running.terminate().ended_with(143);
        assert_eq!(ran.stderr.matches(word).count(), 1, "{ran}");
    }
    make(&world, "wall");
    let wall = Wall::start(&world, "--sandbox --tls-cert wall.pem --tls-key wall.key");
    assert_eq!(wall.running.terminate().ended_with(143).stderr, "");
}
