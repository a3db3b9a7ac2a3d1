//! Whose turn it is with a script (`tags --new NAME`): between reading its cursor and moving it no other call may read it, or
//! both would have the same events.
//!
//! A turn is a lock on a file beside the journal, and no row in it. The system gives a lock back however a process ends, also
//! where nobody can see whether that process lives: in another container, and on Windows. It outlives a journal that is
//! damaged and set aside meanwhile, and costs no commit.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};

use sha2::{Digest, Sha256};

use super::{Journal, JournalError};
use crate::store::FileError;
use crate::store::private_file;
use crate::system::process::Identity;

/// The files are named after this and their script.
const TURN: &str = ".script-";
/// More than a holder writes into the file.
const LONGEST_HOLDER: u64 = 100;

/// Is over when it is dropped, or with the process.
#[must_use]
pub(crate) struct Turn {
    /// `None` for a journal that no other process can have.
    _file: Option<File>,
}

pub(crate) enum Claim {
    Ours(Turn),
    /// Another call has it: the one of this process, if that is known.
    Theirs(Option<u32>),
}

impl Journal {
    /// Takes the turn with the script of this name, if nobody has it.
    ///
    /// # Errors
    /// If the file cannot be made or locked.
    pub(crate) fn claim_turn(&self, script: &str) -> Result<Claim, JournalError> {
        let Some(place) = &self.place else { return Ok(Claim::Ours(Turn { _file: None })) };
        let path = place.beside(&format!("{TURN}{}", file_name(script)));
        // A link would have another file signed.
        let opened =
            private_file::check_private(&path, true).and_then(|()| private_file::open_or_create(&path));
        let mut file = match opened {
            Err(FileError::Io { source, .. }) if private_file::is_forbidden(&source) => {
                return Err(JournalError::ReadOnly { path: self.path().to_owned() });
            }
            opened => opened?,
        };
        match file.try_lock() {
            Ok(()) => {
                // Whoever has to wait can do without the name of the holder.
                let _ = self.sign(&mut file);
                Ok(Claim::Ours(Turn { _file: Some(file) }))
            }
            Err(TryLockError::WouldBlock) => Ok(Claim::Theirs(self.holder(&file))),
            Err(TryLockError::Error(error)) => Err(FileError::at(&path)(error).into()),
        }
    }

    fn sign(&self, file: &mut File) -> io::Result<()> {
        let Identity { pid, namespace, .. } = &self.me;
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "{pid} {}", namespace.as_deref().unwrap_or_default())
    }

    /// The process that has signed, if its number means the same process here.
    fn holder(&self, file: &File) -> Option<u32> {
        let mut signed = String::new();
        // Windows lets nobody else read a locked file.
        file.take(LONGEST_HOLDER).read_to_string(&mut signed).ok()?;
        let (pid, namespace) = signed.split_once(' ')?;
        let is_ours = namespace == self.me.namespace.as_deref().unwrap_or_default();
        pid.parse().ok().filter(|_| is_ours)
    }
}

/// A name may be too long for a file, and some disks do not tell `Mail` from `mail`.
fn file_name(script: &str) -> String {
    let mut half = [0; 16];
    half.copy_from_slice(&Sha256::digest(script)[..16]);
    format!("{:032x}", u128::from_be_bytes(half))
}
