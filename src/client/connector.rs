//! Opens connections for the HTTP client: straight to the server, or through a proxy, to which it sends nothing but the
//! server's address.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::Full;
use hyper::Uri;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::http::uri::Scheme;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::client::kept;
use crate::client::proxies::Proxy;
use crate::client::resolver::Resolver;
use crate::client::tunnels::{ConnectError, Refusal, Step};

/// How deepcall names itself to servers and proxies.
pub(crate) const USER_AGENT: &str = concat!("deepcall/", env!("CARGO_PKG_VERSION"));

/// How often the system checks that the other end of an idle connection is still there.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// How many such checks in a row fail before the connection has ended.
const KEEPALIVE_RETRIES: u32 = 3;

/// The most bytes of a proxy's answer.
const ANSWER_BYTES: u64 = 8192;

pub(crate) type HttpClient = Client<Connector, Full<Bytes>>;

/// The way to one server.
#[derive(Clone)]
pub(crate) struct Connector {
    http: HttpConnector<Resolver>,
    tls: Arc<ClientConfig>,
    /// The proxy on the way, and the settings for a handshake with it.
    proxy: Option<(Proxy, Arc<ClientConfig>)>,
    /// For all steps of a connection together.
    limit: Duration,
}

impl Connector {
    pub(crate) fn new(
        resolver: Resolver,
        tls: ClientConfig,
        proxy: Option<(Proxy, ClientConfig)>,
        limit: Duration,
    ) -> Self {
        let mut http = HttpConnector::new_with_resolver(resolver);
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_keepalive(Some(KEEPALIVE));
        http.set_keepalive_interval(Some(KEEPALIVE));
        http.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
        let proxy = proxy.map(|(proxy, tls)| (proxy, Arc::new(tls)));
        Self { http, tls: Arc::new(tls), proxy, limit }
    }

    /// A client that keeps so many idle connections.
    pub(crate) fn client(&self, idle: usize) -> HttpClient {
        let mut client = Client::builder(TokioExecutor::new());
        client.timer(TokioTimer::new()).pool_timer(TokioTimer::new());
        // Memory of this size is used again from one part of a long reply to the next. What hyper would request is so much that
        // it is taken from the system and given back each time, which is a tenth of the time of such a command.
        client.http1_max_buf_size(64 << 10);
        client.pool_max_idle_per_host(idle).build(self.clone())
    }

    async fn connect(mut self, server: Uri) -> Result<TokioIo<Box<dyn Stream>>, ConnectError> {
        let until = Instant::now() + self.limit;
        let first = self.proxy.as_ref().map_or(&server, |(proxy, _)| &proxy.address);
        let tcp = within(until, Step::Tcp, self.http.call(first.clone())).await?;
        let mut stream: Box<dyn Stream> = Box::new(tcp.into_inner());
        if let Some((proxy, tls)) = &self.proxy {
            if is_https(&proxy.address) {
                stream = within(until, Step::TlsWithProxy, encrypted(stream, &proxy.address, tls)).await?;
            }
            let tunnel = tunnel(stream, &server, proxy.authorization.as_ref());
            stream = within(until, Step::Tunnel, tunnel).await?;
        }
        if is_https(&server) {
            stream = within(until, Step::Tls, encrypted(stream, &server, &self.tls)).await?;
        }
        Ok(TokioIo::new(stream))
    }
}

fn is_https(address: &Uri) -> bool {
    address.scheme() == Some(&Scheme::HTTPS)
}

/// Runs one step until the time for the whole connection is up.
async fn within<T, E: Into<Box<dyn Error + Send + Sync>>>(
    until: Instant,
    step: Step,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, ConnectError> {
    let cause = match timeout_at(until, work).await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err(error)) => error.into(),
        Err(_) => io::Error::new(io::ErrorKind::TimedOut, "operation timed out").into(),
    };
    Err(ConnectError { step, cause })
}

async fn encrypted(
    stream: Box<dyn Stream>,
    peer: &Uri,
    tls: &Arc<ClientConfig>,
) -> io::Result<Box<dyn Stream>> {
    // An IPv6 address has brackets in a URL, and none in a certificate.
    let name = peer.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(name).map_err(io::Error::other)?;
    Ok(Box::new(TlsConnector::from(tls.clone()).connect(name, stream).await?))
}

/// Requests a connection to the server from the proxy. Bytes that follow its answer, such as those of a sign-in page in the
/// server's place, are kept for the handshake, which recognises them.
async fn tunnel(
    proxy: Box<dyn Stream>,
    server: &Uri,
    authorization: Option<&HeaderValue>,
) -> io::Result<Box<dyn Stream>> {
    let there = format!("{}:{}", server.host().unwrap_or_default(), server.port_u16().unwrap_or(443));
    let mut request =
        format!("CONNECT {there} HTTP/1.1\r\nHost: {there}\r\nUser-Agent: {USER_AGENT}\r\n").into_bytes();
    if let Some(authorization) = authorization {
        request.extend([b"Proxy-Authorization: ", authorization.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    let mut proxy = BufReader::new(proxy);
    proxy.write_all(&request).await?;
    proxy.flush().await?;
    match status(&mut proxy).await? {
        Some(200..=299) => Ok(Box::new(proxy)),
        status => Err(io::Error::other(Refusal { status, had_credentials: authorization.is_some() })),
    }
}

/// Reads the head of a proxy's answer. `None` if it is not HTTP.
async fn status(proxy: &mut BufReader<Box<dyn Stream>>) -> io::Result<Option<u16>> {
    let mut head = proxy.take(ANSWER_BYTES);
    let mut status = None;
    loop {
        let mut line = Vec::new();
        head.read_until(b'\n', &mut line).await?;
        if line.is_empty() && head.limit() > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if status.is_some() && line.trim_ascii().is_empty() {
            return Ok(status);
        }
        status = status.or_else(|| status_in(&line));
        if status.is_none() || head.limit() == 0 {
            return Ok(None);
        }
    }
}

fn status_in(line: &[u8]) -> Option<u16> {
    let line = str::from_utf8(line).ok()?.strip_prefix("HTTP/1.")?;
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Box<dyn Stream>>;
    type Error = ConnectError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Self::Future {
        kept::note_new_connection();
        Box::pin(self.clone().connect(server))
    }
}

/// A connection, whatever it goes through.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Connection for Box<dyn Stream> {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

#[cfg(test)]
mod tests;
