//! T and N20: servers that cannot prove themselves, speak old TLS or none, or break off; HTTP/2.

use std::io::Write;

use super::certificates::{Authority, Farewell, OpenSsl, Proof, TlsServer};
use super::matrix::{Case, GOOD, Scene, case, ok};
use super::replies::hasty;
use crate::support::Reply;

const TLS: (i32, &str) = (6, "tls");
const DONE: (i32, &str) = (0, "-");

pub fn cases() -> Vec<Case> {
    [unproven(), openssl(), versions(), broken_off(), surroundings(), http_2()]
        .into_iter()
        .flatten()
        .collect()
}

fn good_reply() -> Vec<u8> {
    ok(GOOD.as_bytes())
}

/// A server that shows these proofs, one for each connection.
fn showing(proofs: Vec<Proof>, trusted: &Authority) -> Scene {
    TlsServer::start(proofs, good_reply(), Farewell::InOrder).scene(trusted)
}

/// The server shows what is made by `bad` of the trusted authority. A watch that meets it at its first poll
/// goes on when the certificate is good.
fn bad(what: &'static str, cause: &'static str, make: fn(&Authority) -> Proof) -> Case {
    let always = move || {
        let ours = Authority::new("ours");
        showing(vec![make(&ours)], &ours)
    };
    let once = move || {
        let ours = Authority::new("ours");
        showing(vec![make(&ours), ours.vouches()], &ours)
    };
    case("T1", what, TLS, always)
        .arriving(0, 0)
        .with_message("https://127.0.0.1:")
        .with_message("could not prove its identity")
        .with_message(cause)
        .watched_in((0, "tls"), 1..=1, once)
}

fn unproven() -> Vec<Case> {
    vec![
        bad("expired", "expired", |ours| ours.vouches_for("127.0.0.1", 2010, 2020))
            .with_message("this machine's clock shows 20"),
        bad("not yet valid", "not valid yet", |ours| ours.vouches_for("127.0.0.1", 2080, 2090))
            .with_message("this machine's clock shows 20"),
        bad("another name", "its certificate is for other.example.com, not for 127.0.0.1", |ours| {
            ours.vouches_for("other.example.com", 2020, 2090)
        }),
        bad("another address", "its certificate is for 127.0.0.2, not for 127.0.0.1", |ours| {
            ours.vouches_for("127.0.0.2", 2020, 2090)
        }),
        bad("vouched for by itself", "UnknownIssuer", |_| Proof::of_itself()).with_message("--cacert"),
        bad("an unknown authority", "UnknownIssuer", |_| Authority::new("stranger").vouches())
            .with_message("--cacert"),
        bad("another authority of the same name", "certificate", |_| Authority::new("ours").vouches()),
        bad("an authority between is missing", "UnknownIssuer", |ours| ours.below("between").vouches()),
        case("T3", "good, bad, good", DONE, || Scene::at("https://127.0.0.1")).instead(
            "watch",
            (0, "tls"),
            2..=2,
            || {
                let ours = Authority::new("ours");
                let stranger = Authority::new("stranger").vouches();
                showing(vec![ours.vouches(), stranger, ours.vouches()], &ours)
            },
        ),
    ]
}

fn openssl() -> Vec<Case> {
    let weak = |what: &str, key: &'static str, signing: &'static str| {
        let scene = move || OpenSsl::start(key, signing, "-cipher DEFAULT:@SECLEVEL=0").scene();
        case("T1", what, TLS, scene).arriving(0, 0)
    };
    let old = |what: &str, version: &'static str| {
        let scene = move || {
            OpenSsl::start("rsa:2048", "-sha256", &format!("{version} -cipher DEFAULT:@SECLEVEL=0")).scene()
        };
        case("T2", what, TLS, scene).arriving(0, 0)
    };
    let of_key = |what: &str, key: &'static str, signing: &'static str, words: &str| {
        let scene = move || OpenSsl::start(key, signing, "-cipher DEFAULT:@SECLEVEL=0").scene();
        case("T2", what, TLS, scene).arriving(0, 0).with_message(words)
    };
    let with_certificate = |what: &str, serving: &'static str| {
        let scene = move || OpenSsl::start("rsa:2048", "-sha256", serving).scene();
        case("T2", what, TLS, scene)
            .arriving(0, 0)
            .with_message("requires a certificate of the client, which deepcall cannot present")
            .with_message("requires only a session")
    };
    vec![
        weak("an RSA key of 1024 bits", "rsa:1024", "-sha256"),
        weak("a signature by SHA-1", "rsa:2048", "-sha1"),
        old("TLS 1.0", "-tls1").with_message("TLS 1.2"),
        old("TLS 1.1", "-tls1_1").with_message("TLS 1.2"),
        of_key("a P-521 key", "ec -pkeyopt ec_paramgen_curve:P-521", "-sha256", "not P-521"),
        of_key(
            "an RSA-PSS key",
            "rsa-pss -pkeyopt rsa_keygen_bits:2048",
            "-sha256",
            "not of the kind RSA-PSS",
        ),
        of_key(
            "a signature by an RSA-PSS authority",
            "ec -pkeyopt ec_paramgen_curve:P-256",
            "-sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:10",
            "signed by a key of a kind that deepcall does not check",
        ),
        with_certificate("a client certificate over TLS 1.2", "-tls1_2 -Verify 1 -verify_return_error"),
        with_certificate("a client certificate over TLS 1.3", "-tls1_3 -Verify 1 -verify_return_error"),
        // The same server with TLS 1.2 is trusted and asked; it never answers.
        case("T2", "TLS 1.2, by the same server", (124, "timed_out"), || {
            OpenSsl::start("rsa:2048", "-sha256", "-tls1_2").scene().patience("--timeout 14s")
        })
        .long(),
    ]
}

fn versions() -> Vec<Case> {
    let plain = || {
        let mut scene = hasty(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        scene.address = scene.address.replace("http:", "https:");
        scene
    };
    let over_tls = || {
        let ours = Authority::new("ours");
        let mut scene = showing(vec![ours.vouches()], &ours);
        scene.address = scene.address.replace("https:", "http:");
        scene
    };
    vec![
        case("T2", "plain HTTP on the port", TLS, plain)
            .arriving(0, 0)
            .with_message("does not speak TLS at this port")
            .with_message("it answered with something else")
            .with_message("check the port"),
        case("T2", "TLS on the port of a plain address", (6, "protocol"), over_tls)
            .arriving(0, 0)
            .with_message("if this port speaks TLS, use https://127.0.0.1:"),
    ]
}

fn broken_off() -> Vec<Case> {
    let ending = |reply: fn() -> Vec<u8>, farewell: Farewell| {
        move || {
            let ours = Authority::new("ours");
            TlsServer::start(vec![ours.vouches()], reply(), farewell).scene(&ours)
        }
    };
    let half = || good_reply()[..good_reply().len() - 20].to_vec();
    let without_length = || format!("HTTP/1.1 200 OK\r\n\r\n{GOOD}").into_bytes();
    let cut = (5, "cut_short");
    vec![
        case("T2", "no farewell after a whole reply", DONE, ending(good_reply, Farewell::Silent)),
        case("T2", "no farewell after half a reply", cut, ending(half, Farewell::Silent)).tried_again(),
        case("T2", "no farewell, and no length", cut, ending(without_length, Farewell::Silent)).tried_again(),
        case("T2", "an alert after half a reply", (5, "cut_short|reset"), ending(half, Farewell::Alert))
            .tried_again(),
    ]
}

fn surroundings() -> Vec<Case> {
    let with_key_log = || {
        let ours = Authority::new("ours");
        let scene = showing(vec![ours.vouches()], &ours).variable("SSLKEYLOGFILE", "keys.log");
        scene.check(|world, _| {
            let written = world.home().join("keys.log").exists();
            if written { Err("the keys of the connection were written down".to_owned()) } else { Ok(()) }
        })
    };
    let with_roots = |shown: fn(&Authority) -> Proof| {
        move || {
            let ours = Authority::new("ours");
            let mut file = tempfile::NamedTempFile::new().unwrap();
            file.write_all(ours.pem().as_bytes()).unwrap();
            let mut scene = showing(vec![shown(&ours)], &ours)
                .variable("SSL_CERT_FILE", file.path().to_str().unwrap())
                .keep(file);
            scene.options.clear();
            scene
        }
    };
    let with_folders = |shown: fn(&Authority) -> Proof| {
        move || {
            let ours = Authority::new("ours");
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("ours.pem"), ours.pem()).unwrap();
            let folders = format!("/nonexistent:{}", folder.path().display());
            let mut scene = showing(vec![shown(&ours)], &ours).variable("SSL_CERT_DIR", folders).keep(folder);
            scene.options.clear();
            scene
        }
    };
    let without_roots = || {
        let ours = Authority::new("ours");
        let mut scene = showing(vec![ours.vouches()], &ours).variable("SSL_CERT_FILE", "");
        scene.options.clear();
        scene
    };
    vec![
        case("T4", "SSLKEYLOGFILE writes nothing", DONE, with_key_log),
        case("T4", "SSL_CERT_FILE is believed", DONE, with_roots(Authority::vouches)),
        case("T4", "SSL_CERT_FILE vouches for nobody else", TLS, with_roots(|_| Proof::of_itself()))
            .arriving(0, 0),
        case("T4", "SSL_CERT_FILE is empty", TLS, without_roots)
            .arriving(0, 0)
            .with_message("SSL_CERT_FILE and SSL_CERT_DIR replace them, even if empty"),
        case("T4", "SSL_CERT_DIR is believed", DONE, with_folders(Authority::vouches)),
        case("T4", "SSL_CERT_DIR vouches for nobody else", TLS, with_folders(|_| Proof::of_itself()))
            .arriving(0, 0),
    ]
}

fn http_2() -> Vec<Case> {
    let speaking = |protocols: &'static [&'static [u8]]| {
        move || {
            let ours = Authority::new("ours");
            let server =
                TlsServer::start(vec![ours.vouches_over(protocols)], good_reply(), Farewell::InOrder);
            let received = std::sync::Arc::clone(&server.received);
            server.scene(&ours).check(move |_, _| {
                let agreed = received.lock().unwrap().iter().all(|(protocol, _)| protocol == "http/1.1");
                if agreed { Ok(()) } else { Err("they agreed on another protocol".to_owned()) }
            })
        }
    };
    let preface = b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64\0\x04\0\x01\0\0\0\x06\0\x01\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0";
    vec![
        case("N20", "offered beside HTTP/1.1", DONE, speaking(&[b"h2", b"http/1.1"])),
        case("N20", "nothing else is spoken", TLS, speaking(&[b"h2"])).arriving(0, 0),
        case("N20", "settings and GOAWAY without being asked", (6, "protocol"), move || {
            Scene::server(move |_, _| Reply::Closed(preface.to_vec()))
        }),
    ]
}
