//! Finds a server's addresses in a thread of its own. A resolver that hangs then keeps neither the request
//! nor, at the end, the program waiting.

use std::io;
use std::net::ToSocketAddrs;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The system's resolver with a time limit.
pub(crate) struct Resolver {
    pub(crate) limit: Duration,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let limit = self.limit;
        Box::pin(async move {
            let (tell, told) = oneshot::channel();
            std::thread::Builder::new().name("resolver".to_owned()).spawn(move || {
                // Nobody listens any more when the limit has passed.
                let _ = tell.send((name.as_str(), 0).to_socket_addrs());
            })?;
            let silent = || io::Error::new(io::ErrorKind::TimedOut, "the resolver does not answer");
            let addresses = timeout(limit, told).await.map_err(|_| silent())?.map_err(|_| silent())??;
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
