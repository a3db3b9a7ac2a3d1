//! Who is refused, and why, for whoever runs the wall and is to help a colleague. Each kind comes at most once a minute:
//! strangers may send as many requests as they like.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Writes a line to stderr, and makes it harmless.
pub(crate) type Note = Box<dyn Fn(&str) + Send + Sync>;

/// Of what a request has sent, in bytes.
const LONGEST: usize = 64;

const BETWEEN: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Host,
    Page,
    WrongKey,
    Limited,
    Streams,
    Connections,
}

pub(super) struct Notices {
    note: Note,
    last: Mutex<HashMap<Kind, Instant>>,
}

impl Notices {
    pub(super) fn new(note: Note) -> Self {
        Self { note, last: Mutex::default() }
    }

    /// A request for this host; `None` if it has none, or several.
    pub(super) fn foreign_host(&self, address: IpAddr, host: Option<&[u8]>) {
        self.write(Kind::Host, address, |address| match host {
            Some(host) => format!(
                "refused a request from {address} (421): it is for the host {}; if that is a name of the wall, allow it \
                 with --host",
                quoted(host)
            ),
            None => format!("refused a request from {address} (421): it is for no host, or for several"),
        });
    }

    /// A form of this page, for this host.
    pub(super) fn foreign_page(&self, address: IpAddr, page: &[u8], host: &[u8]) {
        self.write(Kind::Page, address, |address| {
            let (page, host) = (quoted(page), quoted(host));
            format!(
                "refused a key from {address} (403): the page is of {page}, and the request for the host {host}; a proxy has \
                 to pass on the Host that it gets"
            )
        });
    }

    /// `count` is of the last minute, and of all.
    pub(super) fn wrong_key(&self, address: IpAddr, count: usize) {
        self.write(Kind::WrongKey, address, |address| {
            format!("refused a wrong key from {address} (401); wrong keys in the last minute: {count}")
        });
    }

    pub(super) fn limited(&self, address: IpAddr, wait: Duration) {
        self.write(Kind::Limited, address, |address| {
            let wait = wait.as_secs() + 1;
            format!("refused to try a key from {address} (429): too many were wrong; it is tried again in {wait} s")
        });
    }

    /// `share` is what one address may have.
    pub(super) fn no_stream(&self, address: IpAddr, share: usize) {
        self.write(Kind::Streams, address, |address| {
            format!(
                "refused a stream to {address} (503): it has the {share} that it may have, or all are taken"
            )
        });
    }

    pub(super) fn no_connection(&self, address: IpAddr, share: usize) {
        self.write(Kind::Connections, address, |address| {
            format!("closed a connection from {address}: it has the {share} that one address may have")
        });
    }

    fn write(&self, kind: Kind, address: IpAddr, words: impl FnOnce(IpAddr) -> String) {
        let now = Instant::now();
        let is_due = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            let is_due = last.get(&kind).is_none_or(|at| now.saturating_duration_since(*at) >= BETWEEN);
            if is_due {
                last.insert(kind, now);
            }
            is_due
        };
        if is_due {
            (self.note)(&words(address.to_canonical()));
        }
    }
}

/// What a stranger has sent, in ASCII, and not much of it.
fn quoted(sent: &[u8]) -> String {
    let cut = &sent[..sent.len().min(LONGEST)];
    format!("\"{}{}\"", cut.escape_ascii(), if cut.len() < sent.len() { "..." } else { "" })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::time::advance;

    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));

    fn notices() -> (Notices, Arc<Mutex<Vec<String>>>) {
        let lines = Arc::new(Mutex::new(vec![]));
        let written = Arc::clone(&lines);
        let note = move |line: &str| written.lock().expect("no panic").push(line.to_owned());
        (Notices::new(Box::new(note)), lines)
    }

    #[tokio::test(start_paused = true)]
    async fn each_kind_is_written_at_most_once_a_minute() {
        let (notices, lines) = notices();
        let count = || lines.lock().expect("no panic").len();
        for second in 0..120 {
            notices.foreign_host(ADDRESS, Some(b"mybox:8040"));
            notices.wrong_key(ADDRESS, 3);
            assert_eq!(count(), if second < 60 { 2 } else { 4 }, "after {second} s");
            advance(Duration::from_secs(1)).await;
        }
        notices.foreign_page(ADDRESS, b"https://wall.example", b"127.0.0.1:8040");
        notices.limited(ADDRESS, Duration::from_millis(39_500));
        notices.no_stream(ADDRESS, 8);
        notices.no_connection("::ffff:192.0.2.7".parse().expect("an address"), 32);
        notices.foreign_host(ADDRESS, None);
        let lines = lines.lock().expect("no panic");
        insta::assert_snapshot!([&lines[..2], &lines[4..]].concat().join("\n"), @r#"
        refused a request from 192.0.2.7 (421): it is for the host "mybox:8040"; if that is a name of the wall, allow it with --host
        refused a wrong key from 192.0.2.7 (401); wrong keys in the last minute: 3
        refused a key from 192.0.2.7 (403): the page is of "https://wall.example", and the request for the host "127.0.0.1:8040"; a proxy has to pass on the Host that it gets
        refused to try a key from 192.0.2.7 (429): too many were wrong; it is tried again in 40 s
        refused a stream to 192.0.2.7 (503): it has the 8 that it may have, or all are taken
        closed a connection from 192.0.2.7: it has the 32 that one address may have
        refused a request from 192.0.2.7 (421): it is for no host, or for several
        "#);
    }

    #[test]
    fn what_a_stranger_sent_is_short_ascii_and_within_its_quotes() {
        let (notices, lines) = notices();
        notices.foreign_host(ADDRESS, Some("\u{1b}[31m\u{202e}\"; x\n".as_bytes()));
        let (other, others) = self::notices();
        other.foreign_host(ADDRESS, Some(&[b'a'; 300]));
        let (line, long) =
            (lines.lock().expect("no panic")[0].clone(), others.lock().expect("no panic")[0].clone());
        assert!(line.is_ascii() && line.contains(r#"host "\x1b[31m\xe2\x80\xae\"; x\n"; if"#), "{line}");
        assert!(long.contains(&format!("\"{}...\"", "a".repeat(64))), "{long}");
    }
}
