//! Time zones of this machine. jiff lists the whole database before it looks up one name, some twenty folders: a quarter
//! of the processor time of a command that asks the server once, and more than such a command may take beside `curl`
//! (docs/performance.md). So the file of a name is read first, and jiff is left with everything else: other spellings,
//! rules of POSIX, paths, `TZDIR`, other systems.

use std::ffi::OsStr;
use std::path::Path;

use jiff::tz::TimeZone;

/// The zone of an IANA name.
///
/// # Errors
/// If this machine knows no such zone.
pub(super) fn named(name: &str) -> Result<TimeZone, jiff::Error> {
    file_of(name).map_or_else(|| TimeZone::get(name), Ok)
}

/// The zone of this machine: the one that `TZ` names (set but empty means UTC, as everywhere), else its own.
pub(super) fn local() -> TimeZone {
    by_tz(std::env::var_os("TZ").as_deref()).unwrap_or_else(TimeZone::system)
}

fn by_tz(tz: Option<&OsStr>) -> Option<TimeZone> {
    match tz {
        None if cfg!(unix) => read(Path::new("/etc/localtime"), "local"),
        None => None,
        Some(tz) if tz.is_empty() || tz == "UTC" => Some(TimeZone::UTC),
        Some(tz) => file_of(tz.to_str()?),
    }
}

/// `Asia/Kolkata` is a file of the database; neither `../etc/passwd` is, nor `right/UTC`, whose seconds are others.
fn file_of(name: &str) -> Option<TimeZone> {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+');
    let is_plain = name.split('/').all(|part| {
        part.starts_with(|first: char| first.is_ascii_uppercase()) && part.chars().all(is_inside)
    });
    if !cfg!(unix) || !is_plain || std::env::var_os("TZDIR").is_some() {
        return None;
    }
    read(&Path::new("/usr/share/zoneinfo").join(name), name)
}

fn read(file: &Path, name: &str) -> Option<TimeZone> {
    TimeZone::tzif(name, &std::fs::read(file).ok()?).ok()
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
            let (ours, librarys) = (named(name).unwrap(), TimeZone::get(name).unwrap());
            assert_eq!(ours.iana_name().map(str::to_lowercase), librarys.iana_name().map(str::to_lowercase));
            for moment in [Timestamp::UNIX_EPOCH, now] {
                assert_eq!(ours.to_offset(moment), librarys.to_offset(moment), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_zone_is_refused_by_the_library() {
        for name in ["Mars/Base", "../zoneinfo/Asia/Kolkata", "/etc/passwd", "right/UTC", "", "Asia"] {
            assert!(named(name).is_err(), "{name}");
        }
    }

    #[test]
    fn the_local_zone_is_what_tz_says() {
        for (tz, seconds) in
            [("Asia/Kolkata", 19_800), ("UTC", 0), ("", 0), ("America/Lima", -18_000), ("Etc/GMT+5", -18_000)]
        {
            assert_eq!(by_tz(Some(OsStr::new(tz))).map(|zone| offset(&zone)), Some(seconds), "TZ={tz}");
        }
        for left_to_the_library in
            ["IST-5:30", ":Asia/Kolkata", "/usr/share/zoneinfo/Asia/Kolkata", "kolkata"]
        {
            assert!(by_tz(Some(OsStr::new(left_to_the_library))).is_none(), "TZ={left_to_the_library}");
        }
    }

    #[test]
    fn the_local_zone_of_these_tests_is_the_one_that_the_library_finds() {
        assert_eq!(offset(&local()), offset(&TimeZone::system()));
    }
}
