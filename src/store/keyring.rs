//! Secrets in the operating system's keyring, which may be missing, locked, or waiting for a person.
//! It is opened only where no other credentials are set, and never keeps a caller beyond its time limit.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use zeroize::Zeroizing;

use system::Store;

use crate::store::{Credentials, SecretStore, StoreError, StoreKey, StoreKind, blob};

/// Plain ASCII without spaces, which some keyrings insist on.
const SERVICE: &str = "deepcall";

/// The library's message for a keyring without a default collection: it has no error variant for that.
const NO_COLLECTION: &str = "result not returned";

/// Added to the time limit for each key after the first; a read takes about 8 ms (`platforms.md` §2.1).
const FOR_EACH_KEY: Duration = Duration::from_millis(50);

/// The keyring of this login. Each call connects anew, so that a long watch finds a keyring that was restarted.
#[derive(Clone, Debug)]
pub(crate) struct KeyringStore {
    limit: Duration,
}

impl KeyringStore {
    /// A store that is given up after `limit` for each call.
    #[must_use]
    pub(crate) fn new(limit: Duration) -> Self {
        Self { limit }
    }

    /// Keyring calls cannot be cancelled, so each is made in a thread that is left behind when time is up.
    fn within_limit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let answers = in_background(|answer| drop(answer.send(work()))).map_err(no_store)?;
        self.receive(&answers, Instant::now() + self.limit)
    }

    fn receive<T>(
        &self,
        answers: &Receiver<Result<T, StoreError>>,
        deadline: Instant,
    ) -> Result<T, StoreError> {
        match answers.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(StoreError::TimedOut {
                seconds: self.limit.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX),
            }),
            Err(RecvTimeoutError::Disconnected) => Err(no_store("the keyring library failed")),
        }
    }
}

impl SecretStore for KeyringStore {
    fn kind(&self) -> StoreKind {
        StoreKind::Keyring
    }

    fn probe(&self) -> Result<(), StoreError> {
        self.within_limit(system::probe)
    }

    fn recycles(&self) -> bool {
        self.within_limit(|| Ok(system::recycles())).unwrap_or(false)
    }

    fn save(&self, key: &StoreKey, credentials: &Credentials) -> Result<(), StoreError> {
        let value = blob::encode(credentials, key.origin())?;
        let key = key.clone();
        self.within_limit(move || {
            let entry = Keyring::open()?.labelled(&key)?;
            match entry.set_secret(&value) {
                Err(error @ Error::Ambiguous(_)) => {
                    delete_twins(error)?;
                    entry.set_secret(&value).map_err(explain)?;
                }
                done => done.map_err(explain)?,
            }
            let kept = Zeroizing::new(entry.get_secret().map_err(explain)?);
            if *kept == *value { Ok(()) } else { Err(StoreError::NotKept) }
        })
    }

    fn load(&self, key: &StoreKey) -> Result<Credentials, StoreError> {
        let key = key.clone();
        self.within_limit(move || Keyring::open()?.load(&key))
    }

    fn remove(&self, key: &StoreKey) -> Result<bool, StoreError> {
        let account = key.account();
        self.within_limit(move || match Keyring::open()?.entry(&account)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error @ Error::Ambiguous(_)) => delete_twins(error).map(|()| true),
            Err(error) => Err(explain(error)),
        })
    }

    /// All in one thread. Once the keyring has refused to be unlocked, no further dialog is opened.
    fn load_many(&self, keys: &[StoreKey]) -> Vec<Result<Credentials, StoreError>> {
        let wanted = keys.to_vec();
        let answers = in_background(move |answer| {
            let mut locked = None;
            let keyring = Keyring::connect();
            for key in wanted {
                let loaded = match (&locked, &keyring) {
                    (Some(detail), _) => Err(StoreError::Locked { detail: String::clone(detail) }),
                    (None, Ok(keyring)) => keyring.load(&key),
                    (None, Err(why)) => Err(no_store(why)),
                };
                if let Err(StoreError::Locked { detail }) = &loaded {
                    locked = Some(detail.clone());
                }
                if answer.send(loaded).is_err() {
                    return;
                }
            }
        });
        let more =
            FOR_EACH_KEY.saturating_mul(u32::try_from(keys.len()).unwrap_or(u32::MAX).saturating_sub(1));
        let deadline = Instant::now() + self.limit + more;
        match answers {
            Ok(answers) => keys.iter().map(|_| self.receive(&answers, deadline)).collect(),
            Err(error) => keys.iter().map(|_| Err(no_store(&error))).collect(),
        }
    }
}

fn in_background<T: Send + 'static>(
    work: impl FnOnce(Sender<T>) + Send + 'static,
) -> io::Result<Receiver<T>> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new().name("keyring".to_owned()).spawn(move || work(sender))?;
    Ok(receiver)
}

struct Keyring(Arc<Store>);

impl Keyring {
    fn open() -> Result<Self, StoreError> {
        Self::connect().map_err(no_store)
    }

    /// The error is the operating system's message.
    fn connect() -> Result<Self, String> {
        Store::new().map(Self).map_err(|error| match error {
            Error::PlatformFailure(cause) | Error::NoStorageAccess(cause) => cause.to_string(),
            other => other.to_string(),
        })
    }

    fn entry(&self, account: &str) -> Result<Entry, StoreError> {
        self.0.build(SERVICE, account, None).map_err(explain)
    }

    /// The same, which names a new item as a person reads it. It is found by service and account, whatever its label.
    fn labelled(&self, key: &StoreKey) -> Result<Entry, StoreError> {
        system::labelled(&self.0, SERVICE, key).map_err(explain)
    }

    fn load(&self, key: &StoreKey) -> Result<Credentials, StoreError> {
        let value = Zeroizing::new(self.entry(&key.account())?.get_secret().map_err(explain)?);
        blob::decode(&value, key.origin())
    }
}

/// Several items under one account make every read fail; none of them is better than the others.
fn delete_twins(error: Error) -> Result<(), StoreError> {
    let Error::Ambiguous(twins) = error else { return Err(explain(error)) };
    for twin in twins {
        twin.delete_credential().map_err(explain)?;
    }
    Ok(())
}

/// What the library's errors mean (`platforms.md` §2.2).
fn explain(error: Error) -> StoreError {
    match error {
        Error::NoEntry => StoreError::Absent,
        Error::NoStorageAccess(cause) if cause.to_string().contains(NO_COLLECTION) => {
            StoreError::NoCollection
        }
        Error::NoStorageAccess(cause) => StoreError::Locked { detail: cause.to_string() },
        Error::PlatformFailure(cause) => no_store(cause),
        Error::Ambiguous(_) => StoreError::Unreadable { detail: "the keyring has several of them" },
        // These two carry the stored bytes.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            StoreError::Unreadable { detail: "the keyring returned them damaged" }
        }
        other => no_store(other),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn no_store(detail: impl ToString) -> StoreError {
    StoreError::NoStore { detail: detail.to_string() }
}

#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
#[cfg(all(unix, not(target_os = "macos")))]
use secret_service as system;
#[cfg(any(windows, target_os = "macos"))]
mod native;
#[cfg(any(windows, target_os = "macos"))]
use native as system;
#[cfg(test)]
mod tests;
