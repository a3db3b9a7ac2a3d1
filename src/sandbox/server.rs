//! Sockets and HTTP/1.1 for the sandbox.

#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_TYPE, DATE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};

use crate::clock::Clock;
use crate::sandbox::reply::{FakeApi, Reply};

/// The longest request body in bytes.
const BODY_LIMIT: usize = 1 << 20;

/// How long to wait after the system refused a connection, e.g. for lack of file descriptors.
const BREATHER: Duration = Duration::from_millis(50);

/// An open port and everything that answers on it; dropped together.
pub(crate) struct Server {
    origin: String,
    work: Arc<Work>,
    accepting: AbortHandle,
}

/// What every connection shares.
struct Work {
    api: Arc<FakeApi>,
    clock: Clock,
    served: AtomicU64,
}

impl Server {
    pub(crate) async fn start(port: u16, clock: Clock, api: Arc<FakeApi>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let work = Arc::new(Work { api, clock, served: AtomicU64::new(0) });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&work))).abort_handle();
        Ok(Self { origin, work, accepting })
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    pub(crate) fn requests_served(&self) -> u64 {
        self.work.served.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Takes connections for ever. The connections end with this task, because it owns their set.
async fn accept(listener: TcpListener, work: Arc<Work>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => { connections.spawn(serve(stream, Arc::clone(&work))); }
                Err(_) => tokio::time::sleep(BREATHER).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers on one connection until it ends. How it ends concerns its client alone.
async fn serve(stream: TcpStream, work: Arc<Work>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let work = Arc::clone(&work);
        async move { Ok::<_, Infallible>(work.respond(request).await) }
    });
    let connection =
        http1::Builder::new().auto_date_header(false).serve_connection(TokioIo::new(stream), service);
    let _ = connection.await;
}

impl Work {
    async fn respond(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await;
        let now = self.clock.now();
        let reply = match body {
            Ok(body) => self.api.reply(head.method.as_str(), head.uri.path(), &body.to_bytes(), now),
            Err(error) if error.is::<LengthLimitError>() => {
                Reply::http_error(413, "the request body is too large")
            }
            Err(_) => Reply::http_error(400, "the request body did not arrive"),
        };
        self.served.fetch_add(1, Ordering::Relaxed);
        tracing::info!("{} {}: HTTP {}", head.method, head.uri.path(), reply.status);
        tracing::trace!("{} {}: body {}", head.method, head.uri.path(), reply.body);
        response(reply, now)
    }
}

fn response(reply: Reply, now: Timestamp) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    // A clock before the year 0 has no HTTP date; the reply then goes without.
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        headers.insert(DATE, date);
    }
    response
}
