use rcgen::{CertificateParams, KeyPair};
use tokio_rustls::TlsAcceptor;

use crate::client::replies::moments;
use crate::client::testing::fake_server::Request;
use crate::client::testing::tls_server::{Authority, config};
use crate::client::testing::{FakeServer, Reply, SECRET, options, sign_in};
use crate::client::{Answer, ApiError, Proxies, ProxySource, Reference, Tags};

use super::*;

#[tokio::test]
async fn a_proxy_on_the_way_learns_the_host_and_nothing_else() {
    let authority = Authority::new("ours");
    let (address, requests) = authority.serve("127.0.0.1", 2099);
    let proxy = FakeServer::answering(|request, _| Reply::tunnel(&request.path)).for_a_proxy();
    let mut options = options(&format!("https://{address}"));
    options.extra_ca = Some(authority.pem.into_bytes());
    let value = proxy.url().replace("http://", "http://user:word@");
    options.proxies = Proxies::from_variables(|name| (name == "https_proxy").then(|| value.clone()));
    let agent = sign_in(options);
    assert_eq!(agent.connection.proxy(), Some((proxy.url(), ProxySource::Variable("https_proxy"))));
    agent.tags(&Reference::AsTrue, &moments::india(), Some).await.unwrap();

    assert_eq!(requests.lock().unwrap().len(), 1);
    let [Request { head: overheard, body, .. }] = proxy.arrivals().try_into().unwrap();
    assert_eq!(body, "");
    assert!(overheard.starts_with(&format!("CONNECT {address} HTTP/1.1\r\n")), "{overheard}");
    assert!(overheard.to_lowercase().contains("proxy-authorization: basic dxnlcjp3b3jk"), "{overheard}");
    assert!(!overheard.contains(SECRET) && !overheard.contains("tags"), "{overheard}");
    assert!(!requests.lock().unwrap()[0].head.to_lowercase().contains("proxy"));
}

/// The requests that reached a server with a certificate for `name`, through a proxy that is asked for `origin` and connects
/// to this server whatever it is asked for; and what the proxy was asked.
async fn behind_a_proxy(
    origin: &str,
    name: &str,
    authority: &Authority,
    trusted: &Authority,
) -> (Result<Answer<Tags>, ApiError>, Vec<Request>, Vec<Request>) {
    let (address, requests) = authority.serve(name, 2099);
    let proxy = FakeServer::always(Reply::tunnel(&address.to_string())).for_a_proxy();
    let mut options = options(origin);
    options.extra_ca = Some(trusted.pem.clone().into_bytes());
    options.proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| proxy.url()));
    let outcome = sign_in(options).tags(&Reference::AsTrue, &moments::india(), Some).await;
    let requests = requests.lock().unwrap().clone();
    (outcome, requests, proxy.arrivals())
}

#[tokio::test]
async fn a_server_named_by_an_ipv6_address_is_reached_through_a_proxy() {
    let authority = Authority::new("ours");
    for (origin, name, there) in [
        ("https://[::1]:7401", "::1", "[::1]:7401"),
        ("https://[fd00::7]", "fd00::7", "[fd00::7]:443"),
        ("https://[0:0::ffff:10.1.2.3]", "::ffff:10.1.2.3", "[::ffff:a01:203]:443"),
    ] {
        let (outcome, requests, asked) = behind_a_proxy(origin, name, &authority, &authority).await;
        outcome.unwrap();
        let [Request { head, .. }] = <[Request; 1]>::try_from(asked).unwrap();
        assert!(head.starts_with(&format!("CONNECT {there} HTTP/1.1\r\nHost: {there}\r\n")), "{head}");
        let [Request { head, body, .. }] = <[Request; 1]>::try_from(requests).unwrap();
        assert!(head.contains(&format!("host: {}\r\n", there.trim_end_matches(":443"))), "{head}");
        assert!(body.contains(SECRET));
    }
}

#[tokio::test]
async fn a_server_named_by_an_ipv6_address_proves_itself_through_a_proxy_too() {
    let (authority, stranger) = (Authority::new("ours"), Authority::new("stranger"));
    for (name, trusted, cause) in [
        ("::2", &authority, "its certificate is for ::2, not for ::1"),
        ("localhost", &authority, "its certificate is for localhost, not for ::1"),
        ("::1", &stranger, "UnknownIssuer"),
    ] {
        let (outcome, requests, _) = behind_a_proxy("https://[::1]:7401", name, &authority, trusted).await;
        let error = outcome.unwrap_err();
        assert_eq!(error.kind().word(), "tls", "{error:?}");
        assert_eq!(error.to_string(), "https://[::1]:7401 could not prove its identity");
        let shown = std::error::Error::source(&error).unwrap().to_string();
        assert!(shown.contains(cause), "{shown}");
        assert!(!error.was_sent() && requests.is_empty());
    }
}

/// A proxy that itself is reached over TLS, and shows a certificate for `name`. It connects once, as asked.
async fn proxy_over_tls(authority: &Authority, name: &str) -> String {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let acceptor = TlsAcceptor::from(config(&params.signed_by(&key, &authority.issuer).unwrap(), &key));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let Ok(client) = acceptor.accept(listener.accept().await.unwrap().0).await else { return };
        let mut client = tokio::io::BufReader::new(client);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            client.read_line(&mut head).await.unwrap();
        }
        let there = head.split(' ').nth(1).unwrap();
        let mut server = tokio::net::TcpStream::connect(there).await.unwrap();
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    format!("https://{address}")
}

#[tokio::test]
async fn a_proxy_over_tls_has_a_certificate_of_its_own() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let (address, requests) = ours.serve("127.0.0.1", 2099);
    let proxy = proxy_over_tls(&theirs, "127.0.0.1").await;
    let mut options = options(&format!("https://{address}"));
    options.extra_ca = Some(format!("{}{}", ours.pem, theirs.pem).into_bytes());
    options.proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| proxy.clone()));
    let agent = sign_in(options);
    agent.tags(&Reference::AsTrue, &moments::india(), Some).await.unwrap();
    assert_eq!(requests.lock().unwrap().len(), 1);
    assert!(agent.connection.certificate().unwrap().issuer.contains("ours"));
}

#[tokio::test]
async fn a_proxy_that_cannot_prove_itself_is_named_and_the_server_is_not_blamed() {
    let (ours, stranger) = (Authority::new("ours"), Authority::new("stranger"));
    let (address, requests) = ours.serve("127.0.0.1", 2099);
    let proxy = "the proxy named by HTTPS_PROXY";
    let cases = [
        (
            proxy_over_tls(&stranger, "127.0.0.1").await,
            "could not prove its identity",
            "UnknownIssuer",
            "--cacert FILE",
        ),
        (
            proxy_over_tls(&ours, "proxy.example.com").await,
            "could not prove its identity",
            "its certificate is for proxy.example.com, not for 127.0.0.1",
            "",
        ),
    ];
    for (value, words, cause, hint) in cases {
        let mut options = options(&format!("https://{address}"));
        options.extra_ca = Some(ours.pem.clone().into_bytes());
        options.proxies = Proxies::from_variables(|name| (name == "HTTPS_PROXY").then(|| value.clone()));
        let agent = sign_in(options);
        let error = agent.tags(&Reference::AsTrue, &moments::india(), Some).await.unwrap_err();
        assert_eq!((error.kind().word(), error.to_string()), ("tls", format!("{proxy} {words}")));
        assert!(error.is_of_proxy() && !error.was_sent());
        let shown = std::error::Error::source(&error).unwrap().to_string();
        assert!(shown.contains(cause), "{shown}");
        assert!(hint.is_empty() || error.hints()[0].contains(hint), "{:?}", error.hints());
        assert_eq!(agent.connection.certificate(), None, "the server has shown none");
    }
    assert!(requests.lock().unwrap().is_empty());
}
