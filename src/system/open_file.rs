//! A file that a library has open.

use rusqlite::Connection;

/// Whether its path leads to another file by now, or to none.
#[cfg(unix)]
pub(crate) fn has_moved(connection: &Connection) -> bool {
    use rusqlite::FileControl;
    let mut moved = 0;
    let known = connection.file_control(None::<&str>, FileControl::HasMoved(&mut moved));
    known.is_ok() && moved != 0
}

/// An open file cannot be moved there.
#[cfg(not(unix))]
pub(crate) fn has_moved(_: &Connection) -> bool {
    false
}
