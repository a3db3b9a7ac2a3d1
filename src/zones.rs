//! Time zones of this machine, each read from the one file that it is kept in.
//! The time library would list the whole database first (some twenty folders), to find a name in any spelling;
//! it is asked where a zone is not found under the very name that was given.

use std::ffi::OsStr;
use std::path::Path;

use jiff::tz::TimeZone;

/// Where systems keep their database. Elsewhere, on Windows for one, the library knows the way.
const FOLDERS: &[&str] = if cfg!(unix) { &["/usr/share/zoneinfo", "/etc/zoneinfo"] } else { &[] };

/// The zone of this machine, as a file.
const LOCAL: Option<&str> = if cfg!(unix) { Some("/etc/localtime") } else { None };

/// The zone of an IANA name. `folder` is the database that `TZDIR` names.
///
/// # Errors
/// If this machine knows no such zone.
pub fn named(name: &str, folder: Option<&Path>) -> Result<TimeZone, jiff::Error> {
    let read = |folder: &Path| kept_in(&folder.join(name), name);
    let found = match folder {
        _ if !is_plain(name) => None,
        Some(folder) => read(folder),
        None => FOLDERS.iter().find_map(|folder| read(Path::new(folder))),
    };
    found.map_or_else(|| TimeZone::get(name), Ok)
}

/// The zone of this machine: what `TZ` says (set but empty means UTC, as everywhere), else its own.
#[must_use]
pub fn local(tz: Option<&OsStr>, folder: Option<&Path>) -> TimeZone {
    let found = match tz {
        None => LOCAL.and_then(|file| kept_in(Path::new(file), "local")),
        Some(tz) if tz.is_empty() || tz == "UTC" => Some(TimeZone::UTC),
        Some(tz) => tz.to_str().filter(|name| is_plain(name)).and_then(|name| named(name, folder).ok()),
    };
    // Rules of POSIX, paths, and machines that keep their zone elsewhere.
    found.unwrap_or_else(TimeZone::system)
}

fn kept_in(file: &Path, name: &str) -> Option<TimeZone> {
    TimeZone::tzif(name, &std::fs::read(file).ok()?).ok()
}

/// Whether this can be a file of the database: `Asia/Kolkata`, but neither `../etc/passwd` nor `right/UTC`, whose
/// seconds are others.
fn is_plain(name: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+');
    name.split('/')
        .all(|part| part.starts_with(|first: char| first.is_ascii_uppercase()) && part.chars().all(is_inside))
}

#[cfg(all(test, unix))]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn offset(zone: &TimeZone) -> i32 {
        zone.to_offset(Timestamp::UNIX_EPOCH).seconds()
    }

    #[test]
    fn a_zone_is_what_the_library_makes_of_its_name() {
        let now = Timestamp::now();
        for name in ["Asia/Kolkata", "America/Argentina/Ushuaia", "Etc/GMT+5", "UTC", "asia/kolkata"] {
            let (ours, librarys) = (named(name, None).unwrap(), TimeZone::get(name).unwrap());
            assert_eq!(ours.iana_name().map(str::to_lowercase), librarys.iana_name().map(str::to_lowercase));
            for moment in [Timestamp::UNIX_EPOCH, now] {
                assert_eq!(ours.to_offset(moment), librarys.to_offset(moment), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_zone_is_refused_by_the_library() {
        for name in ["Mars/Base", "../zoneinfo/Asia/Kolkata", "/etc/passwd", "right/UTC", "", "Asia"] {
            assert!(named(name, None).is_err(), "{name}");
        }
    }

    #[test]
    fn the_database_may_be_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("Asia")).unwrap();
        std::fs::copy("/usr/share/zoneinfo/Asia/Tokyo", folder.path().join("Asia/Kolkata")).unwrap();
        assert_eq!(offset(&named("Asia/Kolkata", Some(folder.path())).unwrap()), 9 * 3600);
    }

    #[test]
    fn the_local_zone_is_what_tz_says() {
        for (tz, seconds) in
            [("Asia/Kolkata", 19_800), ("UTC", 0), ("", 0), ("America/Lima", -18_000), ("Etc/GMT+5", -18_000)]
        {
            assert_eq!(offset(&local(Some(OsStr::new(tz)), None)), seconds, "TZ={tz}");
        }
    }

    #[test]
    fn the_local_zone_of_these_tests_is_the_one_that_the_library_finds() {
        let (tz, folder) = (std::env::var_os("TZ"), std::env::var_os("TZDIR"));
        let found = local(tz.as_deref(), folder.as_deref().map(Path::new));
        assert_eq!(offset(&found), offset(&TimeZone::system()));
    }
}
