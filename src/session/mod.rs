//! Who asks, of which server, with which credentials, and where those are kept.
//! It must not know the network or the terminal.

pub mod credentials;
pub mod secret;
pub mod server_url;

pub use credentials::{CredentialKind, Credentials};
pub use secret::Secret;
pub use server_url::{ServerUrl, ServerUrlError};
