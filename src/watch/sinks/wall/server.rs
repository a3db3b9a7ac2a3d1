//! Sockets for the wall, and how long anybody may keep one without moving on.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Sleep, sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::watch::sinks::wall::routes::{Peer, Site};
use crate::watch::sinks::wall::seats::Seats;

/// More wait until one of these ends; no browser opens more than six. One address has its share of them, and loses those
/// beyond it at once.
const MOST_CONNECTIONS: usize = 256;

/// For the greeting of TLS, and for the head of a request. A connection between two requests may be idle as long.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

/// Of a request's head and of what waits to be sent, in bytes.
const BUFFER: usize = 16 << 10;

/// After which a peer that takes no bytes is given up.
const STALL_LIMIT: Duration = Duration::from_secs(60);

/// How long to wait after the system refused a connection, e.g. for lack of file descriptors.
const BREATHER: Duration = Duration::from_millis(50);

/// Takes connections for ever. The connections end with this future, because it owns their set.
pub(super) async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, site: Arc<Site>) {
    let (places, seats) = (Arc::new(Semaphore::new(MOST_CONNECTIONS)), Seats::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let accepted = async { (place.await, listener.accept().await) };
        tokio::select! {
            (place, accepted) = accepted => match accepted {
                Ok((stream, peer)) => {
                    let Some(seat) = seats.take(peer.ip()) else {
                        site.notices.no_connection(peer.ip(), seats.share(peer.ip()));
                        continue;
                    };
                    let (tls, site) = (tls.clone(), Arc::clone(&site));
                    connections.spawn(async move {
                        let _held = (place, seat);
                        serve(stream, tls, site).await;
                    });
                }
                Err(_) => sleep(BREATHER).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers on one connection until it ends. How it ends concerns its browser alone.
async fn serve(stream: TcpStream, tls: Option<TlsAcceptor>, site: Arc<Site>) {
    let (Ok(peer), Ok(local)) = (stream.peer_addr(), stream.local_addr()) else { return };
    let peer = Peer { address: peer.ip(), local: local.ip() };
    let _ = stream.set_nodelay(true);
    let stream = Patient { stream, blocked: None };
    match tls {
        None => respond(stream, peer, site).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HEAD_LIMIT, tls.accept(stream)).await {
                respond(stream, peer, site).await;
            }
        }
    }
}

async fn respond(stream: impl AsyncRead + AsyncWrite + Unpin, peer: Peer, site: Arc<Site>) {
    let service = service_fn(|request| {
        let site = Arc::clone(&site);
        async move {
            // Whoever sends many requests at once gets one answer, then it is the others' turn.
            yield_now().await;
            Ok::<_, Infallible>(site.respond(request, peer).await)
        }
    });
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A connection that fails when its peer takes no bytes for [`STALL_LIMIT`].
struct Patient<S> {
    stream: S,
    /// Runs while a write waits.
    blocked: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    fn limited<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.blocked = None;
            return written;
        }
        let blocked = self.blocked.get_or_insert_with(|| Box::pin(sleep(STALL_LIMIT)));
        ready!(blocked.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.limited(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.limited(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_takes_nothing_for_a_minute_is_given_up() {
        let (stream, mut peer) = duplex(4);
        let mut stream = Patient { stream, blocked: None };
        stream.write_all(b"1234").await.expect("room");
        // As long as it goes on, it may be slow.
        for _ in 0..3 {
            let read = async {
                sleep(STALL_LIMIT * 9 / 10).await;
                peer.read_exact(&mut [0; 1]).await
            };
            let (written, read) = tokio::join!(stream.write_all(b"5"), read);
            written.and(read.map(drop)).expect("it goes on");
        }
        let began = Instant::now();
        let failed = stream.write_all(b"6").await.expect_err("nobody reads");
        assert_eq!((failed.kind(), began.elapsed()), (io::ErrorKind::TimedOut, STALL_LIMIT));
    }
}
