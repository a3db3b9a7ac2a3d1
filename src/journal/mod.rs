//! The journal: what this machine saw of the floor, kept over the hour that the server remembers, so that nothing is lost,
//! doubled or invented.
//!
//! One file of SQLite that any number of processes write at once, each a short while. `event` and `coverage` are the one
//! truth: whatever is shown of the past is a fold of them (`floor::timeline`). Whoever received an answer makes events out
//! of it by the difference with what is known, and hands them to [`Journal::record`] with the last event that the
//! difference knew of. If others wrote meanwhile, nothing is written and their events come back.
//!
//! A file that is damaged is set aside and a new one begun: a watch never stops because of its journal.

mod agents;
mod ahead;
mod body;
mod brief;
mod connection;
mod coverage;
mod cursors;
mod customers;
mod damage;
mod error;
mod events;
mod forget;
mod hiding;
mod leases;
mod library;
mod memory;
mod migration;
mod numbers;
mod past;
mod place;
mod prune;
mod record;
mod runs;
mod schema;
mod status;
mod threads;
mod today;
mod turns;
mod unreadable;
mod verify;

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{CachedStatement, Connection, Transaction, TransactionBehavior};

use crate::client::replies::tags::IconNames;
use crate::output::text::redact::Redactor;
use crate::system::open_file::has_moved;
use crate::system::process::Identity;
use connection::{Locking, another, be_alone, configure, connect, prepare};
use place::Place;

pub(crate) use agents::{AgentKey, AgentRef, AgentRow};
pub(crate) use ahead::ReadAhead;
pub(crate) use damage::kept_as;
pub(crate) use error::JournalError;
pub(crate) use events::{EventQuery, MARGIN, with_margin};
pub(crate) use leases::{Lease, Taken, is_recent};
pub(crate) use library::version as library_version;
pub(crate) use memory::{Compared, Remembered, RememberedFor, RememberedSince};
pub(crate) use past::RecordedWindow;
pub(crate) use place::{PATIENCE, obstacle, size_on_disk};
pub(crate) use prune::{Limits, TIDYING};
pub(crate) use record::{Entry, Outcome, Round};
pub(crate) use runs::{RunRef, RunRow, Writer};
pub(crate) use status::{AgentStatus, Status};
pub(crate) use turns::{Claim, Turn};
pub(crate) use verify::Verified;

/// An open journal. A thread that records has one of its own.
pub(crate) struct Journal {
    connection: Connection,
    /// `None` for one in memory.
    place: Option<Place>,
    redactor: Redactor,
    numbers: Numbers,
    secret: customers::Secret,
    me: Identity,
    agents: RefCell<HashMap<AgentRef, Arc<AgentRow>>>,
    icon_names: RefCell<IconNames>,
    unreadable: Cell<unreadable::Unreadable>,
}

/// How long customers' numbers stay whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// For ever.
    Keep,
    /// They are masked before they are written.
    Never,
    /// For so long.
    For(Duration),
}

/// Whether a file is made where there is none, and what becomes of a damaged one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// To be read: a damaged file stays where it is, and is an error. On a full disk it is read without what needs room;
    /// then nobody else can have it open.
    ReadOnly,
    Existing,
    Create,
}

/// An open journal, and what opening it has led to.
pub(crate) struct Opened {
    pub(crate) journal: Journal,
    /// Where a damaged file is kept, if one was found in this place.
    pub(crate) set_aside: Option<PathBuf>,
}

/// What a journal is opened with.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) redactor: Redactor,
    pub(crate) numbers: Numbers,
}

impl Journal {
    /// Opens the journal at `path`; `None` where there is none and none is to be made, which costs one look at the disk.
    /// A damaged one is set aside, and a new one made in its place, unless it is only to be looked at.
    ///
    /// # Errors
    /// When it is damaged and only to be looked at, on a network disk, open to others, of another program or of a later version, or cannot be read.
    pub(crate) fn open(
        path: &Path,
        mode: Mode,
        settings: Settings,
        now: Timestamp,
    ) -> Result<Option<Opened>, JournalError> {
        Self::open_with(path, mode, settings, now, schema::STEPS)
    }

    fn open_with(
        path: &Path,
        mode: Mode,
        settings: Settings,
        now: Timestamp,
        steps: &[&str],
    ) -> Result<Option<Opened>, JournalError> {
        let place = match mode {
            Mode::Create => Place::to_be(path)?,
            Mode::ReadOnly | Mode::Existing => match Place::existing(path)? {
                Some(place) => place,
                None => return Ok(None),
            },
        };
        library::refuse_older()?;
        place.refuse_strangers()?;
        match Self::open_at(&place, settings.clone(), now, steps, Locking::Shared) {
            Ok(journal) => Ok(Some(Opened { journal, set_aside: None })),
            Err(JournalError::Full { .. }) if mode == Mode::ReadOnly => {
                let journal = Self::open_at(&place, settings, now, steps, Locking::Alone)?;
                Ok(Some(Opened { journal, set_aside: None }))
            }
            Err(damaged @ JournalError::Damaged { .. }) if mode != Mode::ReadOnly => {
                // Where nothing may be written, it stays where it is.
                let Ok(set_aside) = damage::set_aside(&place, now) else { return Err(damaged) };
                let journal = Self::open_at(&place, settings, now, steps, Locking::Shared)?;
                Ok(Some(Opened { journal, set_aside }))
            }
            Err(error) => Err(error),
        }
    }

    fn open_at(
        place: &Place,
        settings: Settings,
        now: Timestamp,
        steps: &[&str],
        locking: Locking,
    ) -> Result<Self, JournalError> {
        let fault = |error| JournalError::of(place.path(), error);
        let shared = place.share()?;
        let may_be_written = place.may_be_written();
        place.check(may_be_written)?;
        if place.has_log_out_of_reach() {
            return Err(JournalError::OutOfReach { path: place.path().to_owned() });
        }
        let mut connection = connect(place.path()).map_err(|error| place.why_closed(error))?;
        if locking == Locking::Alone {
            be_alone(&connection).map_err(fault)?;
        }
        let _lock = if migration::is_needed(&connection, place.path(), steps)? {
            // Nobody else is at work while the file changes its form, so that none meets half of it.
            drop(connection);
            drop(shared);
            if !place.may_be_changed() && place.size() > 0 {
                return Err(JournalError::Older { path: place.path().to_owned() });
            }
            let alone = place.alone()?;
            place.check(true)?;
            connection = connect(place.path()).map_err(fault)?;
            migration::migrate(&mut connection, place, steps, now)?;
            alone
        } else {
            shared
        };
        configure(&connection).map_err(fault)?;
        if may_be_written {
            match migration::delete_old_copies(&connection, place, now) {
                // What was to be deleted is noted as deleted once there is room for the note.
                Ok(()) | Err(JournalError::Full { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Self::of(connection, Some(place.clone()), settings).map_err(fault)
    }

    /// An empty journal that is in no file and ends with the process.
    pub(crate) fn in_memory(settings: Settings, now: Timestamp) -> Result<Self, JournalError> {
        let made = || {
            let mut connection = Connection::open_in_memory()?;
            prepare(&connection)?;
            migration::begin(&mut connection, schema::STEPS, now)?;
            configure(&connection)?;
            Self::of(connection, None, settings)
        };
        made().map_err(|error| JournalError::of(Path::new(IN_MEMORY), error))
    }

    fn of(connection: Connection, place: Option<Place>, settings: Settings) -> rusqlite::Result<Self> {
        let secret = customers::Secret::of(&connection)?;
        let Settings { redactor, numbers } = settings;
        Ok(Self {
            connection,
            place,
            redactor,
            numbers,
            secret,
            me: Identity::this(),
            agents: RefCell::default(),
            icon_names: RefCell::default(),
            unreadable: Cell::default(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        self.place.as_ref().map_or(Path::new(IN_MEMORY), Place::path)
    }

    /// Bytes on the disk.
    fn size(&self) -> u64 {
        self.place.as_ref().map_or(0, Place::size)
    }

    /// Damaged files that were set aside here.
    fn damaged(&self) -> Vec<PathBuf> {
        self.place.as_ref().map_or_else(Vec::new, Place::damaged)
    }

    /// Copies from before the file was brought to this version.
    fn copies(&self) -> Vec<PathBuf> {
        self.place.as_ref().map_or_else(Vec::new, Place::copies)
    }

    fn fault(&self, error: rusqlite::Error) -> JournalError {
        JournalError::of(self.path(), error)
    }

    /// Each statement is prepared at its first use and kept.
    fn statement(&self, sql: &str) -> Result<CachedStatement<'_>, JournalError> {
        self.connection.prepare_cached(sql).map_err(|error| self.fault(error))
    }

    /// Runs `work` as one change: all of it is kept, or nothing. A damaged file is set aside.
    fn write<T>(
        &self,
        now: Timestamp,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        let lock = self.place.as_ref().map(Place::share).transpose();
        // Whoever sets a file aside, or removes it, leaves us with one that nobody will read. A folder that is gone has no
        // room for a lock either.
        if self.has_moved() {
            return Err(JournalError::Moved { path: self.path().to_owned() });
        }
        let lock = lock?;
        let transaction = || -> rusqlite::Result<T> {
            let change = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            let done = work(&change)?;
            change.commit()?;
            Ok(done)
        };
        let done = transaction().map_err(|error| self.fault(error));
        drop(lock);
        done.map_err(|error| self.after(error, now))
    }

    /// What an error leads to: a damaged file is set aside. Whoever reads calls it too, or the damage would be met for ever.
    pub(crate) fn after(&self, error: JournalError, now: Timestamp) -> JournalError {
        let (JournalError::Damaged { path, set_aside: None }, Some(place)) = (&error, &self.place) else {
            return error;
        };
        let path = path.clone();
        // Where nothing may be written, it stays where it is.
        let set_aside = if self.has_moved() { None } else { damage::set_aside(place, now).unwrap_or(None) };
        if set_aside.is_none() && self.has_moved() {
            // Another process has set it aside.
            return JournalError::Moved { path };
        }
        JournalError::Damaged { path, set_aside }
    }

    /// As [`Self::after`], and once more without the file open: Windows moves no open file.
    pub(crate) fn after_closing(&mut self, error: JournalError, now: Timestamp) -> JournalError {
        let error = self.after(error, now);
        let (JournalError::Damaged { path, set_aside: None }, Some(place)) = (&error, &self.place) else {
            return error;
        };
        let path = path.clone();
        let (Ok(false), Ok(closed)) = (damage::is_whole(place), Connection::open_in_memory()) else {
            return error;
        };
        drop(mem::replace(&mut self.connection, closed));
        match damage::set_aside(place, now) {
            Ok(Some(aside)) => return JournalError::Damaged { path, set_aside: Some(aside) },
            // It is whole now: another process has begun a new one meanwhile.
            Ok(None) => return JournalError::Moved { path },
            Err(_) => {}
        }
        match another(place.path()) {
            Ok(connection) => self.connection = connection,
            Err(_) => return JournalError::Moved { path },
        }
        error
    }

    /// Writes what is in the write-ahead log back into the file and empties the log, so that nothing is left in it that
    /// was erased. Returns whether it is empty: another process may be reading.
    fn write_back(&self) -> Result<bool, JournalError> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: rusqlite::Result<i64> = self.connection.query_row(checkpoint, [], |row| row.get(0));
        busy.map(|busy| busy == 0).map_err(|error| self.fault(error))
    }

    /// Whether another file is in its place, or none, or nothing but its name is left: what empties a file, as some that
    /// rotate logs do, takes all that was in it.
    fn has_moved(&self) -> bool {
        let is_emptied = || fs::metadata(self.path()).is_ok_and(|file| file.len() == 0);
        self.place.is_some() && (has_moved(&self.connection) || is_emptied())
    }
}

/// What stands for the path of a journal that has none.
pub(crate) const IN_MEMORY: &str = ":memory:";

fn millis(moment: Timestamp) -> i64 {
    moment.as_millisecond()
}

/// A moment that was stored; one that no clock can have is the nearest that one can.
fn moment(millis: i64) -> Timestamp {
    let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(nearest)
}
