//! N: what the network does, and replies that break the rules of HTTP.

use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::matrix::{Case, GOOD, Scene, case, hold, ok, says};
use crate::support::Reply;

const HEAD: &str = "HTTP/1.1 200 OK\r\n";

/// A port on which every attempt to connect goes unanswered: its queue of one is full.
fn deaf_listener() -> Scene {
    use rustix::net::{AddressFamily, SocketType, bind, listen, socket};
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&socket, &"127.0.0.1:0".parse::<std::net::SocketAddrV4>().unwrap()).unwrap();
    listen(&socket, 0).unwrap();
    let listener = TcpListener::from(socket);
    let address = listener.local_addr().unwrap();
    let queued: Vec<_> =
        (0..3).map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(100))).collect();
    let mut scene = Scene::at(format!("http://{address}"));
    scene.kept = vec![Box::new(listener), Box::new(queued)];
    scene
}

fn never_listening() -> Scene {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    Scene::at(format!("http://{free}"))
}

/// A name with more than one address, of which only the one of the old protocol answers.
fn by_name() -> Scene {
    let mut scene = Scene::server(|_, _| Reply::ok(GOOD));
    scene.address = scene.address.replace("127.0.0.1", "localhost");
    scene
}

fn reset_after(row: &'static str, what: &str, kind: &str, bytes: &str) -> Case {
    let bytes = bytes.as_bytes().to_vec();
    case(row, what, (5, kind), move || {
        let bytes = bytes.clone();
        Scene::server(move |_, _| Reply::RawThenReset(bytes.clone()))
    })
    .tried_again()
}

#[test]
fn n_connections() {
    hold(vec![
        case("N1", "name does not exist", (5, "dns"), || Scene::at("https://nobody.invalid")).arriving(0, 0),
        case("N3", "refused", (5, "connect"), never_listening).arriving(0, 0),
        case("N4", "connection attempt goes unanswered", (5, "timeout"), || {
            deaf_listener().options("--timeout 3s --retries 0")
        })
        .arriving(0, 0)
        .within(Duration::from_secs(4)),
        case("N5", "first address dead, second good", (0, "-"), by_name),
        reset_after("N6", "accept, then reset", "reset", ""),
        reset_after("N7", "reset inside the status line", "reset", "HTTP/1.1 20"),
        reset_after("N7", "reset inside the headers", "reset", "HTTP/1.1 200 OK\r\nContent-Le"),
        reset_after(
            "N8",
            "reset in the middle of the body",
            "cut_short",
            &format!("{HEAD}Content-Length: 58\r\n\r\n{{\"d"),
        ),
        says(
            "N9",
            "closed before the length is reached",
            (5, "cut_short"),
            format!("{HEAD}Content-Length: 58\r\n\r\n{{\"d"),
        )
        .tried_again(),
        says(
            "N10",
            "chunked, last chunk missing",
            (5, "cut_short"),
            format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n"),
        )
        .tried_again(),
    ]);
}

#[test]
fn n_rules_of_http() {
    let many = format!("{HEAD}{}\r\n{{}}", "X: y\r\n".repeat(101));
    let wide = format!("{HEAD}X: {}\r\n\r\n{{}}", "y".repeat(1 << 20));
    let endless_early = "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(50_000);
    let protocol = (6, "protocol");
    hold(vec![
        says(
            "N10",
            "chunk size is not a number",
            protocol,
            format!("{HEAD}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{{}}"),
        ),
        says(
            "N11",
            "length too small, rest follows",
            (6, "not_json"),
            format!("{HEAD}Content-Length: 20\r\n\r\n{GOOD}"),
        ),
        says("N12", "length negative", protocol, format!("{HEAD}Content-Length: -1\r\n\r\n{GOOD}")),
        says(
            "N12",
            "two lengths",
            protocol,
            format!("{HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}"),
        ),
        says(
            "N12",
            "length and chunks",
            protocol,
            format!("{HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"),
        ),
        case("N15", "body without length and without end", (6, "too_large"), || {
            let head = format!("{HEAD}\r\n").into_bytes();
            Scene::server(move |_, _| Reply::Raw([head.clone(), vec![b' '; 9 << 20]].concat()))
        }),
        says("N16", "101 headers", protocol, many),
        says("N16", "one header of 1 MiB", protocol, wide),
        case("N16", "headers without end", protocol, || {
            Scene::server(|_, _| {
                Reply::RawThenReset(format!("{HEAD}{}", "X: y\r\n".repeat(200_000)).into_bytes())
            })
        }),
        says("N17", "101 upgrade", protocol, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"),
        case("N17", "50,000 early replies, then closed", (5, "reset"), move || {
            let hints = endless_early.clone().into_bytes();
            Scene::server(move |_, _| Reply::Raw(hints.clone())).options("--timeout 2s --retries 0")
        }),
        says(
            "N17",
            "one early reply, then the answer",
            (0, "-"),
            [b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), ok(GOOD.as_bytes())].concat(),
        ),
        says(
            "N18",
            "two replies on one connection",
            (0, "-"),
            [ok(GOOD.as_bytes()), ok(b"{\"status\":\"error\",\"code\":1039}")].concat(),
        ),
    ]);
}

#[test]
fn n_slowness() {
    let slow = |bytes: String| {
        move || {
            let bytes = bytes.clone().into_bytes();
            Scene::server(move |_, _| Reply::Trickle(bytes.clone(), Duration::from_millis(500)))
        }
    };
    let headers = slow(format!("{HEAD}{}", "X: y\r\n".repeat(50)));
    let in_time = Duration::from_secs(3);
    let silent = || Scene::server(|_, _| Reply::Silence);
    let dripping = |options: &'static str| {
        move || {
            let head = format!("{HEAD}Content-Length: 5800\r\n\r\n").into_bytes();
            Scene::server(move |_, _| Reply::DripAfter(head.clone(), Duration::from_millis(200)))
                .options(options)
        }
    };
    hold(vec![
        case("N13", "headers byte by byte, --timeout 2s", (124, "timed_out"), move || {
            headers().options("--timeout 2s")
        })
        .within(in_time),
        case("N14", "body byte by byte, --timeout 2s", (124, "timed_out"), dripping("--timeout 2s"))
            .within(in_time),
        case("N14", "body byte by byte, no options but --retries 0", (5, "timeout"), dripping("--retries 0"))
            .at_least(Duration::from_secs(15))
            .within(Duration::from_millis(15_500)),
        case("N14", "not a word, --timeout 2s", (124, "timed_out"), move || silent().options("--timeout 2s"))
            .within(in_time),
    ]);
}
