//! N1 to N9, N13 and N14: names, connections that are refused, silent, reset or cut, and slowness.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketType, bind, getsockname, listen, socket};
use tempfile::NamedTempFile;

use super::matrix::{Case, GOOD, Scene, answered, case, sends};
use super::names::Names;
use super::replies::{drip_after, trickle};
use crate::support::fake_server::Nobody;
use crate::support::{FakeServer, Reply};

const HEAD: &str = "HTTP/1.1 200 OK\r\n";
const HALF: &str = "HTTP/1.1 200 OK\r\nContent-Length: 58\r\n\r\n{\"d";

pub fn cases() -> Vec<Case> {
    [connecting(), broken_off(), slow()].into_iter().flatten().collect()
}

/// A server that begins to answer when the scene is mended.
#[derive(Clone, Default)]
struct Later(Arc<Mutex<Option<FakeServer>>>);

impl Later {
    /// Answers on this socket from now on.
    fn start(&self, socket: OwnedFd) {
        listen(&socket, 16).unwrap();
        let server = FakeServer::listening(TcpListener::from(socket), |_, _| GOOD);
        *self.0.lock().unwrap() = Some(server);
    }

    /// The scene at this address, mended by `mend`.
    fn scene(self, address: &str, mend: impl FnOnce(&Self) + 'static) -> Scene {
        let count = self.clone();
        let mut scene = Scene::at(address);
        scene.arrivals =
            Some(Box::new(move || count.0.lock().unwrap().as_ref().map_or(0, |it| it.arrivals().len())));
        scene.mend = Some(Box::new(move || mend(&self)));
        scene
    }
}

fn bound(address: SocketAddr) -> OwnedFd {
    let family = if address.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    let socket = socket(family, SocketType::STREAM, None).unwrap();
    bind(&socket, &address).unwrap();
    socket
}

fn address_of(socket: &OwnedFd) -> SocketAddr {
    getsockname(socket).unwrap().try_into().unwrap()
}

/// Makes a socket on which every attempt to connect goes unanswered: its queue of one is full. To drop
/// the connections and accept makes room.
fn deafen(socket: &OwnedFd) -> Vec<TcpStream> {
    listen(socket, 0).unwrap();
    let address = address_of(socket);
    (0..3).filter_map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok()).collect()
}

fn anywhere() -> OwnedFd {
    bound("127.0.0.1:0".parse().unwrap())
}

fn refusing() -> Scene {
    let nobody = Nobody::there();
    Scene::at(format!("http://{}", nobody.address())).keep(nobody)
}

fn deaf() -> Scene {
    let socket = anywhere();
    let address = address_of(&socket);
    let queue = deafen(&socket);
    Scene::at(format!("http://{address}")).keep((socket, queue))
}

/// `localhost` has two addresses; the first one swallows what is sent to it.
fn first_address_is_dead() -> Scene {
    let (server, deaf) = loop {
        let server = FakeServer::always(GOOD);
        let address: SocketAddr = server.url()["http://127.0.0.1:".len()..]
            .parse()
            .map(|port: u16| SocketAddr::from((std::net::Ipv6Addr::LOCALHOST, port)))
            .unwrap();
        let socket = socket(AddressFamily::INET6, SocketType::STREAM, None).unwrap();
        // The port may be taken there.
        if bind(&socket, &address).is_ok() {
            break (server, socket);
        }
    };
    let queue = deafen(&deaf);
    let names = Names::known("::1 localhost\n127.0.0.1 localhost\n");
    let order = NamedTempFile::new().unwrap();
    let path = order.path().to_owned();
    let port = format!("htons({})", address_of(&deaf).port());
    let mut scene = names
        .surround(Scene::of(server))
        .wrapped(&["strace", "-f", "-qq", "-e", "trace=connect", "-o", path.to_str().unwrap()])
        .keep((deaf, queue, order))
        .check(move |_, _| {
            let calls = std::fs::read_to_string(&path).unwrap();
            let families: Vec<bool> = calls
                .lines()
                .filter(|call| call.contains(&port))
                .map(|call| call.contains("AF_INET6"))
                .collect();
            if families == [true, false] { Ok(()) } else { Err(format!("connected to {calls}")) }
        });
    scene.address = scene.address.replace("127.0.0.1", "localhost");
    scene
}

fn connecting() -> Vec<Case> {
    let unnamed = || Names::known("").surround(Scene::at("https://deepcall.test"));
    let unnamed_until_mended = || {
        let socket = anywhere();
        let address = format!("http://deepcall.test:{}", address_of(&socket).port());
        let names = Names::known("");
        let hosts = names.hosts();
        let later = Later::default();
        later.start(socket);
        let mend = move |_: &Later| hosts.add("127.0.0.1 deepcall.test");
        let mut scene = names.surround(later.scene(&address, mend));
        // Plain http to a name is allowed to the profile that asked for it.
        scene.profiles = vec!["asha".to_owned()];
        scene
    };
    let refusing_until_mended = || {
        let socket = anywhere();
        let address = format!("http://{}", address_of(&socket));
        Later::default().scene(&address, move |later| later.start(socket))
    };
    let deaf_until_mended = || {
        let socket = anywhere();
        let address = format!("http://{}", address_of(&socket));
        let queue = deafen(&socket);
        Later::default().scene(&address, move |later| {
            drop(queue);
            later.start(socket);
        })
    };
    vec![
        case("N1", "the name does not exist", (5, "dns"), unnamed).tried_again().watched_in(
            (0, "dns"),
            1..=1,
            unnamed_until_mended,
        ),
        case("N2", "the resolver swallows every question", (5, "dns"), || {
            Names::silent().surround(Scene::at("https://deepcall.test"))
        })
        .tried_again()
        .with_message("resolver does not answer")
        .long(),
        case("N3", "nobody listens", (5, "connect"), refusing).tried_again().watched_in(
            (0, "connect"),
            1..=1,
            refusing_until_mended,
        ),
        case("N4", "attempts to connect are swallowed", (5, "timeout"), || {
            deaf().patience("--timeout 60s --retries 1")
        })
        .arriving(2, 2)
        .watched_in((0, "timeout"), 1..=1, deaf_until_mended)
        .long(),
        case("N5", "IPv6 swallows, IPv4 answers", (0, "-"), first_address_is_dead),
    ]
}

fn reset_after(row: &'static str, what: &str, kind: &str, bytes: &'static str) -> Case {
    answered(row, what, (5, kind), || Reply::Reset(bytes.as_bytes().to_vec())).tried_again()
}

fn broken_off() -> Vec<Case> {
    vec![
        reset_after("N6", "accepted, then reset", "reset", "").watched(),
        reset_after("N7", "reset inside the status line", "reset", "HTTP/1.1 20").watched(),
        reset_after("N7", "reset inside the headers", "reset", "HTTP/1.1 200 OK\r\nContent-Le").watched(),
        reset_after("N8", "reset after half the body", "cut_short", HALF).watched(),
        sends("N9", "closed after half the body", (5, "cut_short"), HALF).tried_again(),
        sends("N9", "closed after the headers", (5, "cut_short"), &HALF[..HALF.len() - 3]).tried_again(),
    ]
}

fn slow() -> Vec<Case> {
    let headers = || {
        let bytes = format!("{HEAD}{}", "X: y\r\n".repeat(50)).into_bytes();
        trickle(bytes, Duration::from_millis(500))
    };
    let body = || {
        let head = format!("{HEAD}Content-Length: 5800\r\n\r\n").into_bytes();
        drip_after(head, Duration::from_millis(500))
    };
    let patiently = |reply: fn() -> Reply| move || Scene::server(move |_, _| reply()).patience("");
    let shortly = |reply: fn() -> Reply| move || Scene::server(move |_, _| reply()).patience("--timeout 5s");
    vec![
        case("N13", "headers, with the standard limits", (5, "timeout"), patiently(headers))
            .arriving(2, 1)
            .with_message("took longer to answer than")
            .long()
            .watched_in((0, "timeout"), 2..=2, move || {
                Scene::server(move |_, earlier| if earlier == 0 { headers() } else { Reply::ok(GOOD) })
            }),
        case("N13", "headers, with --timeout 5s", (124, "timed_out"), shortly(headers)).long(),
        case("N14", "a body, with the standard limits", (5, "timeout"), patiently(body))
            .arriving(2, 1)
            .with_message("took longer to answer than")
            .long(),
        case("N14", "a body, with --timeout 5s", (124, "timed_out"), shortly(body)).long(),
        case("N14", "not a word, with --timeout 5s", (124, "timed_out"), shortly(|| Reply::SILENCE)).long(),
    ]
}
