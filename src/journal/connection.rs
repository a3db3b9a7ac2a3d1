//! How SQLite opens the file.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::place::{PARTS, PATIENCE, Place, beside};

/// With whom a process has the file open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locking {
    /// With others that read and write it, by a file of shared memory beside it.
    Shared,
    /// With nobody, and without that file: for a full disk, which has no room for it.
    Alone,
}

/// Statements that are kept prepared: more than there are.
const STATEMENTS: usize = 64;

pub(super) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut connection = if Place::is_frozen(path) {
        let flags = flags | OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        Connection::open_with_flags(frozen(path), flags)?
    } else {
        make_parts_writable(path);
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_READ_WRITE)?
    };
    prepare(&connection)?;
    let mut began = Instant::now();
    connection.busy_handler(Some(move |tries: i32| {
        if tries == 0 {
            began = Instant::now();
        }
        std::thread::sleep(Duration::from_millis(1 + u64::from(tries.unsigned_abs()).min(10)));
        began.elapsed() < PATIENCE
    }))?;
    Ok(connection)
}

/// SQLite gives the parts beside a file its rights as they are made. Who has read a file that could not be changed leaves parts
/// that nobody can write once it can.
fn make_parts_writable(path: &Path) {
    let Ok(rights) = fs::metadata(path).map(|file| file.permissions()) else { return };
    for part in PARTS.map(|part| beside(path, part)) {
        let is_closed = fs::metadata(&part).is_ok_and(|part| part.permissions().readonly());
        if is_closed && !rights.readonly() {
            // If it cannot be done, what is written next fails with the reason.
            let _ = fs::set_permissions(&part, rights.clone());
        }
    }
}

/// A connection to a file that has been opened before, so that it is of this version.
pub(super) fn another(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    configure(&connection)?;
    Ok(connection)
}

/// Keeps what others would be shown of the log in memory of its own, where nobody else can write meanwhile, and leaves
/// the log as it is at the end. To be called before the file is looked at.
pub(super) fn be_alone(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update_and_check(None, "locking_mode", "EXCLUSIVE", |_| Ok(()))
}

pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // What is in the file is data, whatever it says.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Where it is off, some statements are prepared anew for each value that is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

/// Tells SQLite that nobody writes to the file, so that it needs no shared memory, which it could not make.
pub(super) fn frozen(path: &Path) -> String {
    let as_is = |byte: &u8| byte.is_ascii_alphanumeric() || b"/.-_".contains(byte);
    let in_uri = |byte: &u8| {
        if as_is(byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") }
    };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(in_uri).collect();
    format!("file:{path}?immutable=1")
}

/// Whether nobody else can have the file open.
pub(super) fn is_alone(connection: &Connection) -> rusqlite::Result<bool> {
    connection.pragma_query_value(None, "locking_mode", |row| Ok(row.get_ref(0)?.as_str()? == "exclusive"))
}

pub(super) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "PRAGMA foreign_keys = ON;
         PRAGMA synchronous = FULL;
         PRAGMA mmap_size = 0;
         PRAGMA secure_delete = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cell_size_check = ON;",
    )
}
