//! The wall: the floor for browsers, served over HTTP from a thread of its own, so that nothing a browser does holds up the
//! loop.

pub(crate) mod guard;
pub(crate) mod key;
pub(crate) mod metrics;
pub(crate) mod notices;
mod packed;
pub(crate) mod page;
mod routes;
mod seats;
mod server;
mod streams;
pub(crate) mod tls;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rustls::ServerConfig;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::clock::Clock;
use crate::output::text::redact::Redactor;
use crate::watch::sinks::wall::guard::Hosts;
use crate::watch::sinks::wall::key::{Key, WrongKeys};
use crate::watch::sinks::wall::metrics::Metrics;
use crate::watch::sinks::wall::notices::{Note, Notices};
use crate::watch::sinks::wall::page::{Page, PageOptions};
use crate::watch::sinks::wall::routes::Site;
use crate::watch::sinks::wall::server::accept;
use crate::watch::sinks::wall::streams::{Draw, Live};
use crate::watch::view::FloorView;

pub(crate) struct WallOptions {
    pub(crate) key: Key,
    pub(crate) hosts: Hosts,
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) page: PageOptions,
    /// Writes the document of `deepcall status` about the floor.
    pub(crate) document: Draw,
    pub(crate) metrics: Metrics,
    pub(crate) redactor: Redactor,
    pub(crate) clock: Clock,
    /// For those who are refused.
    pub(crate) note: Note,
}

/// A wall that is served. It ends with the watch, and all connections with it.
#[derive(Debug)]
pub(crate) struct RunningWall(thread::JoinHandle<()>);

impl RunningWall {
    /// Serves the views until there are no more. The first one is awaited: before it, there is nothing to show.
    ///
    /// # Errors
    /// If the system gives no thread, or cannot wait for the socket.
    pub(crate) fn start(
        listener: TcpListener,
        options: WallOptions,
        mut views: watch::Receiver<FloorView>,
    ) -> io::Result<Self> {
        let WallOptions { key, hosts, tls, page, document, metrics, redactor, clock, note } = options;
        let cookie = format!("deepcall-{}", listener.local_addr()?.port());
        listener.set_nonblocking(true)?;
        // Looks for new requests after each turn of a connection, so that one which always has another request in store does
        // not keep the rest waiting.
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().event_interval(1).build()?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let thread = thread::Builder::new().name("wall".to_owned()).spawn(move || {
            runtime.block_on(async {
                if views.changed().await.is_err() {
                    return;
                }
                let page = Arc::new(Page::new(page));
                let draw = {
                    let (page, redactor) = (Arc::clone(&page), redactor.clone());
                    Box::new(move |view: &FloorView| redactor.redact(&page.floor(view)))
                };
                let live = Arc::new(Live::new(views, draw, clock.clone()));
                let site = Site {
                    key,
                    wrong_keys: WrongKeys::default(),
                    hosts,
                    has_tls: tls.is_some(),
                    cookie,
                    live: Arc::clone(&live),
                    page,
                    document,
                    metrics,
                    redactor,
                    clock,
                    notices: Notices::new(note),
                };
                tokio::select! {
                    () = live.follow() => {}
                    () = accept(listener, tls.map(TlsAcceptor::from), Arc::new(site)) => {}
                }
            });
        })?;
        Ok(Self(thread))
    }

    /// Waits until all connections are closed, which they are as soon as there are no more views.
    pub(crate) fn finish(self) {
        // It does not panic; and if it did, nothing would be left to close.
        let _ = self.0.join();
    }
}
