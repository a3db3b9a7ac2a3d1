//! Files for their owner alone: owners, rights, replacement.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub(crate) use windows::*;

/// What other users may do with a file that is read all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OthersMay {
    /// Nothing: it contains a secret.
    Nothing,
    /// Nothing; but what belongs to root, a group may read: so an administrator hands a key to a service.
    NothingUnlessRootLets,
    /// Read it, but not change it: it decides where a secret is sent.
    Read,
    Write,
}
