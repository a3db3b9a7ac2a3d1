//! Time zones of this machine. To find one name, jiff lists the whole database, some twenty folders: a quarter of the
//! processor time of a command with one request, and more than docs/performance.md allows. So the file of the name is read
//! first. jiff does the rest: other spellings, rules of POSIX, paths, `TZDIR`, other systems.

use std::ffi::OsStr;
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::system::ZONES_ARE_FILES;
use crate::words::plain;

/// The zone of an IANA name, or of another name with one certain meaning: that of a city alone, and `IST`, which in India,
/// and in this API, is Indian time.
///
/// # Errors
/// If this machine knows no zone of this name.
pub(super) fn named(name: &str) -> Result<TimeZone, jiff::Error> {
    if let Some(zone) = file_of(name) {
        return Ok(zone);
    }
    if name.eq_ignore_ascii_case("IST") {
        return TimeZone::get("Asia/Kolkata");
    }
    TimeZone::get(name).or_else(|error| of_city(name).ok_or(error))
}

/// The zone that was meant by a name with one wrong letter, or by a city of India. None for an abbreviation: each is near
/// others that mean something else. Nor for what is further away: a supervisor in Mumbai would get the time of Dubai.
pub(super) fn nearest(name: &str) -> Option<String> {
    let (typed, typed_city) = (plain(name), plain(city(name)));
    let is_in_india = |edits| {
        let is_meant = |known: &str| strsim::damerau_levenshtein(known, &typed_city) <= edits;
        CITIES_OF_INDIA.split(' ').any(is_meant).then(|| "Asia/Kolkata".to_owned())
    };
    if name.len() <= LONGEST_ABBREVIATION {
        return is_in_india(0);
    }
    let is_meant = |known: &str| strsim::damerau_levenshtein(&plain(known), &typed) <= 1;
    let names = jiff::tz::db().available().map(|known| known.to_string());
    let mut places = names.filter(|known| known.contains('/'));
    is_in_india(0)
        .or_else(|| places.find(|known| is_meant(known) || is_meant(city(known))))
        .or_else(|| is_in_india(1))
}

/// The database names a zone after one city. These are others of India, with their older names.
const CITIES_OF_INDIA: &str = "ahmedabad bangalore bengaluru bhopal bhubaneswar bombay chandigarh chennai cochin coimbatore \
    delhi goa gurgaon gurugram guwahati hyderabad indore jaipur kochi lucknow madras mumbai mysore mysuru nagpur newdelhi \
    noida patna pune surat vadodara visakhapatnam";

/// Letters of the longest abbreviations, such as `AEST` and `NZDT`.
const LONGEST_ABBREVIATION: usize = 4;

/// The last part of a name.
fn city(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Parts of the world whose zones the database names after cities.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// Names in these regions that mean more than one place.
const NO_CITIES: [&str; 5] = ["North", "South", "West", "Victoria", "Samoa"];

/// The zone of a city, where all names of the database that end with it have the same time.
fn of_city(name: &str) -> Option<TimeZone> {
    let wanted = plain(name);
    let is_wanted = |known: &jiff::tz::TimeZoneName<'_>| {
        known.as_str().split_once('/').is_some_and(|(region, rest)| {
            let city = city(rest);
            REGIONS.contains(&region) && !NO_CITIES.contains(&city) && plain(city) == wanted
        })
    };
    let names = jiff::tz::db().available().filter(is_wanted);
    let mut zones = names.filter_map(|known| TimeZone::get(known.as_str()).ok());
    let first = zones.next()?;
    zones.all(|zone| have_the_same_time(&zone, &first)).then_some(first)
}

/// Whether two zones are links to one: asked for each month since 1970.
fn have_the_same_time(one: &TimeZone, other: &TimeZone) -> bool {
    const MONTH: i64 = 30 * 86_400;
    (0..12 * 80)
        .filter_map(|month| Timestamp::from_second(month * MONTH).ok())
        .all(|moment| one.to_offset(moment) == other.to_offset(moment))
}

/// The zone of this machine: the one that `TZ` names (set but empty means UTC, as everywhere), else its own. UTC if
/// `TZ` names none.
pub(super) fn local() -> TimeZone {
    by_tz(std::env::var_os("TZ").as_deref()).unwrap_or_else(TimeZone::system)
}

/// What `TZ` names, if the zone is what was made of a name that this machine does not know.
pub(crate) fn unknown_tz(zone: &TimeZone) -> Option<String> {
    let tz = std::env::var_os("TZ").filter(|_| zone.is_unknown())?;
    Some(tz.to_string_lossy().into_owned())
}

fn by_tz(tz: Option<&OsStr>) -> Option<TimeZone> {
    match tz {
        None if ZONES_ARE_FILES => read(Path::new("/etc/localtime"), "local"),
        None => None,
        Some(tz) if tz.is_empty() || tz == "UTC" => Some(TimeZone::UTC),
        Some(tz) => {
            let name = tz.to_str()?;
            // The library reads rules and paths as well, but no name with a certain meaning of another kind.
            let is_a_word =
                name.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b' '));
            file_of(name).or_else(|| named(name).ok().filter(|_| is_a_word))
        }
    }
}

/// `Asia/Kolkata` is a file of the database. `../etc/passwd` is not, nor is `right/UTC`, which counts leap seconds.
fn file_of(name: &str) -> Option<TimeZone> {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '+');
    let is_plain = name.split('/').all(|part| {
        part.starts_with(|first: char| first.is_ascii_uppercase()) && part.chars().all(is_inside)
    });
    if !ZONES_ARE_FILES || !is_plain || std::env::var_os("TZDIR").is_some() {
        return None;
    }
    read(&Path::new("/usr/share/zoneinfo").join(name), name)
}

fn read(file: &Path, name: &str) -> Option<TimeZone> {
    TimeZone::tzif(name, &std::fs::read(file).ok()?).ok()
}

#[cfg(all(test, unix))]
mod tests {
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
    fn another_name_with_one_certain_meaning_is_taken() {
        for (typed, meant) in [
            ("IST", "Asia/Kolkata"),
            ("ist", "Asia/Kolkata"),
            ("kolkata", "Asia/Kolkata"),
            ("KOLKATA", "Asia/Kolkata"),
            ("calcutta", "Asia/Kolkata"),
            ("new york", "America/New_York"),
            ("New_York", "America/New_York"),
            ("sao paulo", "America/Sao_Paulo"),
            ("port-au-prince", "America/Port-au-Prince"),
            ("ushuaia", "America/Argentina/Ushuaia"),
            // Two names of one zone.
            ("buenos aires", "America/Argentina/Buenos_Aires"),
            ("istanbul", "Europe/Istanbul"),
        ] {
            let (zone, meant) = (named(typed).expect(typed), TimeZone::get(meant).unwrap());
            assert!(have_the_same_time(&zone, &meant), "{typed}");
        }
        for unclear in [
            "eastern",
            "central",
            "west",
            "victoria",
            "samoa",
            "PST",
            "CST",
            "BST",
            "AEST",
            "india",
            "kolkat",
            "kolkata, india",
            " ",
        ] {
            assert!(named(unclear).is_err(), "{unclear}");
        }
        for (typed, meant) in [
            ("Asia/Kolkatta", Some("Asia/Kolkata")),
            ("kolkatta", Some("Asia/Kolkata")),
            ("new yrok", Some("America/New_York")),
            ("Asia/Dehli", Some("Asia/Kolkata")),
            ("mumbai", Some("Asia/Kolkata")),
            ("New Delhi", Some("Asia/Kolkata")),
            ("Asia/Mumbai", Some("Asia/Kolkata")),
            ("bangaluru", Some("Asia/Kolkata")),
            ("pune", Some("Asia/Kolkata")),
            // Two letters from Dubai and from Mumbai.
            ("dumba", None),
            ("PST", None),
            ("AEST", None),
            ("somewhere else", None),
        ] {
            assert_eq!(nearest(typed).as_deref(), meant, "{typed}");
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
        for (tz, seconds) in [
            ("Asia/Kolkata", 19_800),
            ("UTC", 0),
            ("", 0),
            ("America/Lima", -18_000),
            ("Etc/GMT+5", -18_000),
            ("IST", 19_800),
            ("kolkata", 19_800),
            ("lima", -18_000),
        ] {
            assert_eq!(by_tz(Some(OsStr::new(tz))).map(|zone| offset(&zone)), Some(seconds), "TZ={tz}");
        }
        for left_to_the_library in
            ["IST-5:30", ":Asia/Kolkata", "/usr/share/zoneinfo/Asia/Kolkata", "Mars", "PST", "EST5EDT4"]
        {
            assert!(by_tz(Some(OsStr::new(left_to_the_library))).is_none(), "TZ={left_to_the_library}");
        }
    }

    #[test]
    fn the_local_zone_of_these_tests_is_the_one_that_the_library_finds() {
        assert_eq!(offset(&local()), offset(&TimeZone::system()));
    }
}
