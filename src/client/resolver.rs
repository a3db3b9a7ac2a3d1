//! The system's resolver with a time limit.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use std::vec;

use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::oneshot;
use tokio::time::timeout;
use tower_service::Service;

/// It works in a thread of its own: one that hangs then keeps neither the request nor, at the end, the program waiting.
#[derive(Clone)]
pub(crate) struct Resolver {
    pub(crate) limit: Duration,
}

/// A name has no address, or the resolver does not answer.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(crate) struct Unresolved(#[from] io::Error);

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Unresolved;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let limit = self.limit;
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            std::thread::Builder::new().name("resolver".to_owned()).spawn(move || {
                // The receiver is gone when the limit has passed.
                let _ = sender.send((name.as_str(), 0).to_socket_addrs());
            })?;
            let silent = || io::Error::new(io::ErrorKind::TimedOut, "the name resolver does not answer");
            let addresses = timeout(limit, receiver).await.map_err(|_| silent())?.map_err(|_| silent())??;
            Ok(addresses)
        })
    }
}
