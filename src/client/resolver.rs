//! The system's resolver with a time limit.

use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// It works in a thread of its own: one that hangs then keeps neither the request nor, at the end, the program waiting.
pub(crate) struct Resolver {
    pub(crate) limit: Duration,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let limit = self.limit;
        Box::pin(async move {
            let (sender, receiver) = oneshot::channel();
            std::thread::Builder::new().name("resolver".to_owned()).spawn(move || {
                // The receiver is gone when the limit has passed.
                let _ = sender.send((name.as_str(), 0).to_socket_addrs());
            })?;
            let silent = || io::Error::new(io::ErrorKind::TimedOut, "the name resolver does not answer");
            let addresses = timeout(limit, receiver).await.map_err(|_| silent())?.map_err(|_| silent())??;
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
