//! The whole program on any command line: a known exit code, no document beside an error, no request for a
//! command line that is wrong, and never the secret.

use std::ffi::OsString;
use std::io::{Cursor, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::ffi::OsStringExt;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, LazyLock, Mutex};

use deepcall::Environment;
use deepcall::app::environment::{Terminals, Variables};
use deepcall::clock::Clock;

use super::sanitized::assert_harmless;

const SECRET: &str = "ssid-0123456789abcdef";
/// Words of commands that do not end by themselves, ask another server, start a program, or read a file that may
/// have no end. With them, only the reading of the command line is tried.
const NOT_RUN: [&str; 10] =
    ["watch", "sandbox", "server", "exec", "login", "file", "cacert", "input", "/dev", "/proc"];

static SERVER: LazyLock<Mutex<Server>> = LazyLock::new(|| Mutex::new(Server::start()));

/// Answers every request with an empty list.
struct Server {
    address: SocketAddr,
    /// The other end of each connection that was opened.
    peers: Receiver<SocketAddr>,
    home: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (opened, peers) = channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                opened.send(stream.peer_addr().unwrap()).unwrap();
                answer(stream);
            }
        });
        Self { address, peers, home: tempfile::TempDir::new().unwrap() }
    }

    /// How many connections were opened since the last call. One more marks where the count ends.
    fn connections(&self) -> usize {
        let mark = TcpStream::connect(self.address).unwrap();
        let mark = mark.local_addr().unwrap();
        self.peers.iter().take_while(|peer| *peer != mark).count()
    }
}

fn answer(mut stream: TcpStream) {
    const REPLY: &[u8] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 58\r\n\r\n\
        {\"data\":[],\"iconDetails\":[],\"status\":\"success\",\"code\":200}";
    let mut request = vec![];
    let mut chunk = [0; 4096];
    while !request.ends_with(b"}") {
        match stream.read(&mut chunk) {
            Ok(count @ 1..) => request.extend_from_slice(&chunk[..count]),
            _ => return,
        }
    }
    let _ = stream.write_all(REPLY);
}

/// The arguments, each ended by a line feed.
pub fn check(input: &[u8]) {
    let mut words: Vec<&[u8]> = input.split(|&byte| byte == b'\n').collect();
    if words.last().is_some_and(|last| last.is_empty()) {
        words.pop();
    }
    let arguments: Vec<OsString> = std::iter::once(b"deepcall".as_slice())
        .chain(words)
        .map(|word| OsString::from_vec(word.to_vec()))
        .collect();
    let line = String::from_utf8_lossy(input);
    let refused = deepcall::cli::parse(arguments.clone()).err().map(|error| error.exit_code());
    if NOT_RUN.iter().any(|word| line.contains(word)) {
        assert!(matches!(refused, None | Some(0 | 2)), "{line:?}: {refused:?}");
        return;
    }

    let server = SERVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let variables = [
        ("DEEPCALL_CONFIG_DIR", server.home.path().to_str().unwrap().to_owned()),
        ("DEEPCALL_SERVER", format!("http://{}", server.address)),
        ("DEEPCALL_SSID", SECRET.to_owned()),
    ];
    let environment = Environment {
        variables: Variables::new(variables.map(|(name, value)| (name.into(), value.into()))),
        stdin: Box::new(Cursor::new(vec![])),
        stdout: Box::new(stdout.clone()),
        stderr: Box::new(stderr.clone()),
        terminals: Terminals::default(),
        clock: Clock::fixed("2026-11-23T09:00:00Z".parse().unwrap()),
        redactor: deepcall::output::text::redact::Redactor::default(),
        exposure: None,
        owns_process: false,
    };
    let code = deepcall::run(arguments, environment).code();
    let (stdout, stderr) = (stdout.text(), stderr.text());
    let connections = server.connections();

    assert!(matches!(code, 0..=6 | 124), "{line:?} ends with {code}");
    assert!(refused.is_none_or(|refused| refused == i32::from(code) || line.is_empty()), "{line:?}: {code}");
    assert!(
        code != 2 || connections == 0,
        "{line:?} is wrong, and yet {connections} connections were opened"
    );
    assert!(matches!(code, 0 | 1 | 3) || stdout.is_empty(), "{line:?} ends with {code} and prints {stdout}");
    assert!(matches!(code, 0 | 3) || !stderr.is_empty(), "{line:?} ends with {code} in silence");
    for text in [&stdout, &stderr] {
        assert!(!text.contains(SECRET), "{line:?} shows the secret");
    }
    // Requested colours are ours.
    if !line.contains("color") {
        assert_harmless(&stderr, true);
    }
}

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
