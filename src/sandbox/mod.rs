//! A simulated DeepCall on loopback, for trying, demonstrating and testing scripts.

mod floor;
pub(crate) mod past;
mod reply;
mod server;

use std::io;
use std::sync::Arc;

use crate::clock::Clock;

pub use floor::Agent;
pub(crate) use floor::{kinds, names};
use reply::FakeApi;
use server::Server;

/// How many agents a sandbox has by default.
pub const USUAL_AGENTS: usize = 14;

/// The most agents that a sandbox simulates.
pub const MOST_AGENTS: usize = 5_000;

/// What a sandbox is to simulate.
#[derive(Clone)]
pub struct SandboxOptions {
    /// Which floor: the same seed gives the same events at the same time.
    pub seed: u64,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// How many agents, at least 1 and at most [`MOST_AGENTS`]; other numbers are brought into that range.
    pub agents: usize,
    /// What `ref` means to `tags`.
    pub reference_model: ReferenceModel,
    /// The DeepCall error code with which every call is answered, to see how a script takes it.
    pub failing_with: Option<i64>,
    /// What time it is on the floor and in the `Date` header.
    pub clock: Clock,
}

impl SandboxOptions {
    /// An ordinary floor at the time of this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            seed: 1,
            port: 0,
            agents: USUAL_AGENTS,
            reference_model: ReferenceModel::Window,
            failing_with: None,
            clock,
        }
    }
}

/// The three meanings that `ref` and "previous session timestamps" may have (`api.md` §3):
/// DeepCall does not publish which one it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceModel {
    /// `ref` means nothing: every call shows the hour before now.
    Window,
    /// Every call shows what is new since the last call of that session, at most the hour before now.
    Cursor,
    /// The same for calls with `ref: true`; any other call shows the hour and leaves no trace.
    CursorOnRefresh,
}

/// A running simulation. Dropping it closes its port and its connections.
pub struct Sandbox {
    server: Server,
    api: Arc<FakeApi>,
}

impl Sandbox {
    /// Opens the port and starts to answer, in the tokio runtime of the caller.
    ///
    /// # Errors
    /// The port is taken or may not be opened.
    pub async fn start(options: SandboxOptions) -> io::Result<Self> {
        let (port, clock) = (options.port, options.clock.clone());
        let api = Arc::new(FakeApi::new(&options));
        let server = Server::start(port, clock, Arc::clone(&api)).await?;
        Ok(Self { server, api })
    }

    /// The address to use as a DeepCall server, e.g. `http://127.0.0.1:40123`.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.server.origin()
    }

    /// Who works on this floor, each with both forms of credentials.
    #[must_use]
    pub fn agents(&self) -> &[Agent] {
        self.api.agents()
    }

    /// How many HTTP requests have been answered so far, errors included.
    #[must_use]
    pub fn requests_served(&self) -> u64 {
        self.server.requests_served()
    }
}
