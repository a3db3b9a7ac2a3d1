//! Who asks, of which server, with which credentials, and where those are kept.
//! It must not know the network or the terminal.

pub mod blob;
pub mod bus;
pub mod credentials;
pub mod file_store;
pub mod keyring_store;
pub mod private_file;
pub mod profile;
pub mod profiles;
pub mod profiles_file;
pub mod secret;
pub mod secret_store;
pub mod server_url;
pub mod toml_text;
pub mod unlisted;

pub use credentials::{CredentialKind, Credentials, Session};
pub use file_store::FileStore;
pub use keyring_store::KeyringStore;
pub use private_file::FileError;
pub use profile::{Profile, ProfileName, ProfileNameError, StoreKind, StoreKindError};
pub use profiles::Profiles;
pub use profiles_file::{OpenProfiles, ProfilesError, ProfilesFile};
pub use secret::Secret;
pub use secret_store::{SecretStore, StoreError, StoreKey};
pub use server_url::{ServerUrl, ServerUrlError};
pub use unlisted::Unlisted;
