//! Replies that a server should not give: too slow, too long, too early.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use super::matrix::Scene;
use crate::support::Reply;

/// These bytes one at a time, with a pause after each.
pub fn trickle(bytes: Vec<u8>, pause: Duration) -> Reply {
    Reply::By(Arc::new(move |stream| {
        for byte in &bytes {
            if stream.write_all(&[*byte]).is_err() {
                return;
            }
            thread::sleep(pause);
        }
    }))
}

/// These bytes, then a space after each pause, without end.
pub fn drip_after(bytes: Vec<u8>, pause: Duration) -> Reply {
    Reply::By(Arc::new(move |stream| {
        let mut is_open = stream.write_all(&bytes).is_ok();
        while is_open {
            thread::sleep(pause);
            is_open = stream.write_all(b" ").is_ok();
        }
    }))
}

/// These bytes once, then those again and again, until 2 GiB are sent or the client gives up.
pub fn flood(first: Vec<u8>, then: Vec<u8>) -> Reply {
    Reply::By(Arc::new(move |stream| {
        let mut sent = 0_u64;
        let mut is_open = stream.write_all(&first).is_ok();
        while is_open && sent < 2 << 30 {
            is_open = stream.write_all(&then).is_ok();
            sent += then.len() as u64;
        }
    }))
}

/// A server that replies to the first byte of a client, before it reads any, and never again. The fake DeepCall reads the
/// whole request first.
pub fn hasty(reply: &'static [u8]) -> Scene {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut scene = Scene::at(format!("http://{}", listener.local_addr().unwrap()));
    let read = Arc::new(Mutex::new(vec![]));
    let log = Arc::clone(&read);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // Sooner it could be there before the client sends its request, and then answers none.
            let _ = stream.peek(&mut [0]);
            let _ = stream.write_all(reply);
            let mut bytes = vec![];
            let _ = stream.read_to_end(&mut bytes);
            log.lock().unwrap().extend(bytes);
        }
    });
    scene.arrivals =
        Some(Box::new(move || String::from_utf8_lossy(&read.lock().unwrap()).matches("POST /").count()));
    scene
}
