//! The message bus of a login, which carries keyring and notices where a system has one.

#[cfg(all(unix, not(target_os = "macos")))]
mod freedesktop;
#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) use freedesktop::*;
#[cfg(any(windows, target_os = "macos"))]
mod none;
#[cfg(any(windows, target_os = "macos"))]
pub(crate) use none::*;
