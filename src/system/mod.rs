//! What each operating system does in its own way. A module is one difference; it has a file for each kind of system, with
//! the same functions, and is used without knowledge of the system.
//!
//! Two differences are elsewhere, because they are made of what is above this room: the keyring (`store/keyring`), and the
//! keys of the board (`watch/sinks/board/keyboard`). `tests/it/layers.rs` checks that no other file distinguishes systems.

pub(crate) mod bus;
pub(crate) mod disk;
pub(crate) mod files;
pub(crate) mod open_file;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod shell;
pub(crate) mod signals;
pub(crate) mod terminal;

/// Whether `HOME` names the folder of the user. Elsewhere the system knows it.
pub(crate) const HOME_IS_A_VARIABLE: bool = cfg!(unix);

/// What an absolute path begins with.
pub(crate) const PATHS_BEGIN_WITH: &str = if cfg!(windows) { r"a drive, such as C:\" } else { "/" };

/// The beginning of an absolute path in an example.
pub(crate) const ROOT: &str = if cfg!(windows) { r"C:\" } else { "/" };

/// Whether `Path` and `PATH` are one variable.
pub(crate) const VARIABLES_IGNORE_CASE: bool = cfg!(windows);

/// Whether the local time zone and those with a name are files at well-known places.
pub(crate) const ZONES_ARE_FILES: bool = cfg!(unix);

/// Whether a file of authorities can take the place of the system's. macOS and Windows judge a certificate themselves,
/// by rules that are more than a list of authorities.
pub(crate) const CAN_REPLACE_AUTHORITIES: bool = cfg!(not(any(target_vendor = "apple", windows)));
