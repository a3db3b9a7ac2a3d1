//! P: proxies on the way. A fake one that does as a case wants and keeps what is meant for it, and a real one
//! (tinyproxy).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;

use super::certificates::{Authority, Farewell, TlsServer};
use super::matrix::{Case, GOOD, Scene, case, ok};
use crate::support::fake_server::Nobody;
use crate::support::{CANARY_SSID, FakeServer, Reply};

const DONE: (i32, &str) = (0, "-");
const USAGE: (i32, &str) = (2, "usage");
const PROXY: (i32, &str) = (5, "proxy");
/// Nobody has this name: only a proxy could know it.
const BEHIND: &str = "https://deepcall.test";

pub fn cases() -> Vec<Case> {
    [refusing(), through(), choosing(), real()].into_iter().flatten().collect()
}

#[derive(Clone, Copy)]
enum Manner {
    /// Sends this to each client, and closes.
    Sends(&'static str),
    /// Sends this and keeps the connection.
    Holds(&'static str),
    /// Reports that the tunnel is there, and resets the connection.
    Cuts,
    /// Connects as asked.
    Through,
}

/// A proxy that does so.
fn proxy(manner: Manner) -> FakeServer {
    let answer = move |path: &str| match manner {
        Manner::Sends(text) => Reply::Closed(text.into()),
        Manner::Holds(text) => Reply::By(Arc::new(move |client| {
            let _ = client.write_all(text.as_bytes());
            let _ = client.read_to_end(&mut vec![]);
        })),
        Manner::Cuts => Reply::By(Arc::new(|client| {
            let _ = client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n");
            // The first bytes of the handshake come, and are answered by a reset.
            let _ = client.read(&mut [0]);
            rustix::net::sockopt::set_socket_linger(&*client, Some(Duration::ZERO)).unwrap();
        })),
        Manner::Through => Reply::tunnel(path),
    };
    FakeServer::answering(move |request, _| answer(&request.path)).for_a_proxy()
}

/// The scene behind a proxy, which this variable names. How often the proxy was asked counts.
fn behind(manner: Manner, mut scene: Scene, variable: &str) -> Scene {
    let proxy = Arc::new(proxy(manner));
    let asked = Arc::clone(&proxy);
    scene.arrivals.get_or_insert_with(|| Box::new(move || asked.arrivals().len()));
    scene.variable(variable, proxy.url()).keep(proxy)
}

fn refusing() -> Vec<Case> {
    let mut cases = vec![];
    for (what, manner, variable) in [
        ("407", Manner::Sends("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n"), "HTTPS_PROXY"),
        ("502", Manner::Sends("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"), "https_proxy"),
        ("403 with HTML", Manner::Sends("HTTP/1.1 403 No\r\nContent-Length: 6\r\n\r\n<html>"), "ALL_PROXY"),
        (
            "302 to a sign-in page",
            Manner::Sends("HTTP/1.1 302 x\r\nLocation: http://hotel.example/\r\n\r\n"),
            "all_proxy",
        ),
        (
            "HTML in place of a tunnel",
            Manner::Sends("HTTP/1.1 200 OK\r\n\r\n<html>Sign in to the hotel</html>"),
            "HTTPS_PROXY",
        ),
        ("HTML and no HTTP", Manner::Sends("<html>Sign in to the hotel</html>"), "HTTPS_PROXY"),
        ("closes at once", Manner::Sends(""), "HTTPS_PROXY"),
        ("a head without end", Manner::Sends("HTTP/1.1 200 Connected\r\nX: "), "HTTPS_PROXY"),
        ("cuts the tunnel", Manner::Cuts, "HTTPS_PROXY"),
        ("closes the tunnel", Manner::Sends("HTTP/1.1 200 Connected\r\n\r\n"), "HTTPS_PROXY"),
    ] {
        let scene = move || behind(manner, Scene::at(BEHIND), variable);
        let words = match what {
            "HTML in place of a tunnel" => "is not TLS",
            "closes at once" | "a head without end" => "closed the connection before it answered",
            "cuts the tunnel" | "closes the tunnel" => "was closed",
            "407" => "HTTP 407",
            _ => "refused the connection",
        };
        let case = case("P1", what, PROXY, scene).tried_again();
        cases.push(case.with_message(variable).with_message("deepcall.test").with_message(words));
    }
    for (what, manner) in [
        ("never answers", Manner::Holds("")),
        ("never completes the tunnel", Manner::Holds("HTTP/1.1 200 Connected\r\n\r\n")),
    ] {
        let scene =
            move || behind(manner, Scene::at(BEHIND), "HTTPS_PROXY").patience("--timeout 60s --retries 1");
        cases.push(
            case("P1", what, PROXY, scene)
                .arriving(2, 2)
                .with_message("HTTPS_PROXY made no connection to")
                .long(),
        );
    }
    // Each attempt ends before the time of the command does, which then names the reason of the last one.
    let hanging = || behind(Manner::Holds(""), Scene::at(BEHIND), "HTTPS_PROXY").patience("--timeout 6s");
    cases.push(
        case("P1", "never answers within a short --timeout", (124, "timed_out"), hanging)
            .between(2..=3, 2..=3)
            .of_tags()
            .with_message("no answer within --timeout (6s)")
            .with_message(
                "the proxy named by HTTPS_PROXY made no connection to https://deepcall.test in time",
            )
            .long(),
    );
    let refused = || {
        let nobody = Nobody::there();
        Scene::at(BEHIND).variable("HTTPS_PROXY", format!("http://{}", nobody.address())).keep(nobody)
    };
    cases.push(
        case("P1", "refused", PROXY, refused)
            .tried_again()
            .with_message("cannot connect to the proxy named by HTTPS_PROXY"),
    );
    let distrusted = || {
        let proof = Authority::new("stranger").vouches();
        let proxy = TlsServer::start(vec![proof], vec![], Farewell::InOrder);
        Scene::at(BEHIND).variable("HTTPS_PROXY", format!("https://{}", proxy.address))
    };
    cases.push(
        case("P1", "it has a certificate that nobody vouches for", (6, "tls"), distrusted)
            .with_message("the proxy named by HTTPS_PROXY could not prove its identity"),
    );
    cases.push(
        case("P1", "its name does not exist", PROXY, || {
            super::names::Names::known("")
                .surround(Scene::at(BEHIND))
                .variable("HTTPS_PROXY", "http://proxy.test:3128")
        })
        .tried_again()
        .with_message("the host name of the proxy named by HTTPS_PROXY has no address"),
    );
    cases
}

/// A good server over TLS.
fn good() -> (Scene, String) {
    let ours = Authority::new("ours");
    let server = TlsServer::start(vec![ours.vouches()], ok(GOOD.as_bytes()), Farewell::InOrder);
    let address = server.address.to_string();
    (server.scene(&ours), address)
}

fn through() -> Vec<Case> {
    let watched_closely = || {
        let (scene, address) = good();
        let proxy = proxy(Manner::Through);
        let url = proxy.url().replace("http://", "http://user:word@");
        let scene = scene.check(move |_, _| {
            let asked: String = proxy.arrivals().into_iter().map(|it| it.head + &it.body).collect();
            let lines: Vec<&str> = asked.lines().collect();
            let is_all = lines.first() == Some(&&*format!("CONNECT {address} HTTP/1.1"))
                && lines.iter().filter(|line| line.starts_with("CONNECT")).count() == 1
                && !asked.contains(CANARY_SSID)
                && !asked.contains("agentProfile");
            if is_all { Ok(()) } else { Err(format!("the proxy received {asked:?}")) }
        });
        scene.variable("https_proxy", url)
    };
    let with_a_bad_certificate = || {
        let ours = Authority::new("ours");
        let proof = Authority::new("stranger").vouches();
        let server = TlsServer::start(vec![proof], ok(GOOD.as_bytes()), Farewell::InOrder);
        let scene = server.scene(&ours);
        behind(Manner::Through, scene, "HTTPS_PROXY")
    };
    vec![
        case("P2", "https through CONNECT: it learns host and port", DONE, watched_closely),
        case("P2", "it shows a certificate of its own", (6, "tls"), with_a_bad_certificate).arriving(0, 0),
    ]
}

/// Which of the variables count. The proxy that must not be used would be found out.
fn choosing() -> Vec<Case> {
    let direct = |what: &str, variables: &'static [(&'static str, &'static str)]| {
        case("P2", what, DONE, move || {
            let (mut scene, _) = good();
            let proxy = FakeServer::always(GOOD);
            for (name, value) in variables {
                scene = scene.variable(name, value.replace("PROXY", &proxy.url()));
            }
            scene.untouched.push(proxy);
            scene
        })
    };
    let plain = || {
        let server = FakeServer::always(GOOD);
        let proxy = FakeServer::always(GOOD);
        let mut scene = Scene::of(server);
        for name in ["http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            scene = scene.variable(name, proxy.url());
        }
        scene.untouched.push(proxy);
        scene
    };
    let elsewhere = || {
        let proxy = FakeServer::always(GOOD);
        let mut scene = Scene::at("http://192.0.2.1").variable("HTTP_PROXY", proxy.url());
        scene.arrivals = Some(Box::new(|| 0));
        scene.untouched.push(proxy);
        scene
    };
    let mut cases = vec![
        direct("NO_PROXY names the host", &[("HTTPS_PROXY", "PROXY"), ("NO_PROXY", "127.0.0.1")]),
        direct("no_proxy names the network", &[("HTTPS_PROXY", "PROXY"), ("no_proxy", "127.0.0.0/8")]),
        direct("NO_PROXY names everything", &[("ALL_PROXY", "PROXY"), ("NO_PROXY", "*")]),
        direct("HTTP_PROXY is not for https", &[("HTTP_PROXY", "PROXY"), ("http_proxy", "PROXY")]),
        direct("an empty variable is none", &[("HTTPS_PROXY", ""), ("https_proxy", " ")]),
        case("P2", "http never goes through a proxy", DONE, plain),
        case("P2", "http to another machine is refused all the same", USAGE, elsewhere).arriving(0, 0),
    ];
    for (variable, other) in [("https_proxy", "HTTPS_PROXY"), ("HTTPS_PROXY", "ALL_PROXY")] {
        let scene = move || {
            let unused = FakeServer::always(GOOD);
            let (scene, _) = good();
            let mut scene = behind(Manner::Through, scene, variable).variable(other, unused.url());
            scene.untouched.push(unused);
            scene
        };
        cases.push(case("P2", format!("{variable} comes before {other}"), DONE, scene));
    }
    for value in
        ["http://", "ftp://proxy", "socks5://proxy:1080", "two words", "http://u:p@", "http://proxy:99999"]
    {
        let scene = move || {
            let mut scene = Scene::at(BEHIND).variable("HTTPS_PROXY", value);
            scene.arrivals = Some(Box::new(|| 0));
            scene
        };
        let what = format!("a value that is none: {value}");
        cases.push(case("P2", what, USAGE, scene).arriving(0, 0).with_message("HTTPS_PROXY"));
    }
    let secret = || {
        let mut scene = Scene::at(BEHIND).variable("HTTPS_PROXY", format!("socks5://u:{CANARY_SSID}@proxy"));
        scene.arrivals = Some(Box::new(|| 0));
        scene
    };
    cases.push(case("P2", "a value that is none is not repeated", USAGE, secret).arriving(0, 0));
    cases
}

/// tinyproxy, and its log.
struct TinyProxy {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl TinyProxy {
    fn start(more: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (log, port) = (folder.path().join("log"), address.port());
        let config = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nLogFile \"{}\"\nLogLevel Info\n{more}\n",
            log.display()
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        let child = Command::new("tinyproxy")
            .args(["-d", "-c"])
            .arg(folder.path().join("config"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        while TcpStream::connect(address).is_err() {
            assert!(std::time::Instant::now() < deadline, "tinyproxy does not listen");
            std::thread::yield_now();
        }
        Self { child, address, folder }
    }

    fn log(folder: &std::path::Path) -> Vec<String> {
        let log = std::fs::File::open(folder.join("log")).unwrap();
        BufReader::new(log).lines().map(Result::unwrap).collect()
    }
}

impl Drop for TinyProxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn real() -> Vec<Case> {
    let passing = || {
        let (scene, address) = good();
        let proxy = TinyProxy::start("");
        let folder = proxy.folder.path().to_owned();
        let url = format!("http://{}", proxy.address);
        scene.variable("HTTPS_PROXY", url).keep(proxy).check(move |_, _| {
            let log = TinyProxy::log(&folder).join("\n");
            let has_host = log.contains(&format!("CONNECT {address} HTTP/1.1"));
            let has_more = log.contains(CANARY_SSID) || log.contains("agentProfile");
            if has_host && !has_more { Ok(()) } else { Err(format!("tinyproxy wrote {log}")) }
        })
    };
    let forbidding = || {
        let (scene, _) = good();
        let proxy = TinyProxy::start("ConnectPort 1");
        let url = format!("http://{}", proxy.address);
        scene.variable("HTTPS_PROXY", url).keep(proxy)
    };
    let asking = || {
        let (scene, _) = good();
        let proxy = TinyProxy::start("BasicAuth user word");
        let url = format!("http://{}", proxy.address);
        scene.variable("HTTPS_PROXY", url).keep(proxy)
    };
    let answered = || {
        let (scene, _) = good();
        let proxy = TinyProxy::start("BasicAuth user word");
        let url = format!("http://user:word@{}", proxy.address);
        scene.variable("HTTPS_PROXY", url).keep(proxy)
    };
    vec![
        case("P2", "tinyproxy logs host and port", DONE, passing),
        case("P2", "tinyproxy gets user and password", DONE, answered),
        case("P1", "tinyproxy forbids the port", PROXY, forbidding).arriving(0, 0),
        case("P1", "tinyproxy wants user and password", PROXY, asking).arriving(0, 0),
    ]
}
