//! Every setting: its key in `config.toml`, its option, its variable, its default, how its text is read, and its help.
//! Precedence, `deepcall config`, help texts, completion and the manual use this table, so a new setting is one entry here.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde_json::value::{RawValue, to_raw_value};

use crate::app::settings::serve::{key_file, listen};
use crate::app::settings::setting::{Entry, Key, Kind, Setting};
use crate::app::settings::shift::{allowance, kinds, time_of_day};
use crate::app::settings::zones;
use crate::client::Reference;
use crate::floor::alerts::Limit;
use crate::floor::condition::EventPattern;
use crate::floor::kind::WantedKind;
use crate::journal::Numbers;
use crate::moment::duration;
use crate::output::presentation::{ColorWhen, Format, TimeStyle};
use crate::size::size;
use crate::store::server_url::endpoint_parts;
use crate::store::{ProfileName, ServerUrl, StoreKind};
use crate::watch::schedule::SHORTEST_INTERVAL;
use crate::watch::sinks::wall::guard::Host;

/// A heartbeat shows that the watch lives; more often it would only fill the stream.
const SHORTEST_HEARTBEAT: Duration = Duration::from_secs(1);

/// Defines each setting and lists it, so that none can be missing from the list.
macro_rules! settings {
    ($($name:ident: $type:ty = $setting:expr;)*) => {
        $(pub static $name: Setting<$type> = $setting;)*

        /// In the order of the manual.
        pub static SETTINGS: &[&dyn Entry] = &[$(&$name),*];
    };
}

// Options that choose what is requested, remove a protection, or run a command have no key: they must be visible on the
// command line.
settings! {
    SERVER: ServerUrl = Setting::new(
        Key::text("server", "--server", "Address of the server")
            .variable("DEEPCALL_SERVER")
            .default(ServerUrl::DEFAULT)
            .kept(|profile| profile.server.to_string()),
        |text| read(ServerUrl::parse(text)),
    );
    PROFILE: Option<ProfileName> = Setting::optional(
        Key::text("profile", "--profile", "Use this stored session")
            .example("asha")
            .variable("DEEPCALL_PROFILE")
            .variable_help("the same as --profile; a session in variables gets this name"),
        |text| read(ProfileName::parse(text)).map(Some),
    );
    STORE: StoreKind = Setting::new(
        Key::text("store", "login --store", "Where to keep the secret: keyring or file")
            .more("A file is plain text, readable only by you (mode 0600). The choice is kept with the profile.")
            .variable("DEEPCALL_STORE")
            .default("keyring")
            .kept(|profile| profile.store.to_string()),
        |text| read(text.parse()),
    );
    CACERT: Option<PathBuf> = Setting::optional(
        Key::new("cacert", Kind::Path, "--cacert", "Also trust the certificate authorities in this PEM file").example("path/to/ca.pem"),
        |text| if text.is_empty() { Err("name a file".to_owned()) } else { Ok(Some(text.into())) },
    );
    TIMEOUT: Option<Duration> = Setting::optional(
        Key::text("timeout", "--timeout", "Give up after this long, with exit code 124, e.g. 10s or 1m30s").example("1m30s"),
        |text| duration(text).map(Some),
    );
    RETRIES: u8 = Setting::new(
        Key::number("retries", "--retries", "Retries of a failed request, up to 10; ping retries at most once")
            .more("watch, serve and record do not retry: the next poll follows.")
            .default("2"),
        |text| number(text, 0, 10),
    );
    JOBS: u16 = Setting::new(
        Key::number("jobs", "--jobs", "How many profiles to query at the same time, up to 256").default("16"),
        |text| number(text, 1, 256),
    );
    SERVER_TIMEZONE: TimeZone = Setting::new(
        Key::text("server_timezone", "--server-timezone", "Time zone of times that the server sends without one")
            .default("+05:30"),
        time_zone,
    );
    REF: Reference = Setting::new(
        Key::text("ref", "--ref", "What to send as `ref`, whose meaning is not documented: true, off, or a text")
            .default("true"),
        |text| match text.trim() {
            "" => Err("it is empty; to send no `ref`, write off".to_owned()),
            _ => Ok(text.into()),
        },
    );
    OUTPUT: Format = Setting::new(
        Key::text("output", "--output", "table, json, ndjson, csv or tsv")
            .variable("DEEPCALL_OUTPUT")
            .default("table"),
        |text| read(text.parse()),
    );
    TIMEZONE: TimeZone = Setting::new(
        Key::text("timezone", "--timezone", "Time zone of the times shown, e.g. Asia/Kolkata or UTC")
            .more("local, UTC, an offset (+05:30), an IANA name, the name of a city alone, or IST for Indian time.")
            .variable("DEEPCALL_TIMEZONE")
            .default("local"),
        time_zone,
    );
    TIME: TimeStyle = Setting::new(
        Key::text("time", "--time", "How tables show times: relative, clock or both")
            .more("2 min ago, 11:34, or 2 min ago · 11:34 where a terminal has the room. A table in a pipe shows RFC 3339, unless --time is given; JSON, CSV and TSV always do.")
            .variable("DEEPCALL_TIME")
            .default("both"),
        |text| read(text.parse()),
    );
    COLOR: ColorWhen = Setting::new(
        Key::text("color", "--color", "When to use colour: auto, always or never").default("auto"),
        |text| read(text.parse()),
    );
    MASK: bool = Setting::new(
        Key::flag("mask", "--mask", "Hide phone numbers except for their last three digits")
            .variable("DEEPCALL_MASK")
            .variable_help("1 is the same as --mask; 0 shows numbers even if config.toml hides them"),
        yes_or_no,
    );
    NO_HEADERS: bool = Setting::new(
        Key::flag("no_headers", "--no-headers", "Do not print the heading line"),
        yes_or_no,
    );
    COLUMNS_TAGS: Vec<String> = columns(
        Key::text("columns.tags", "tags --columns", "Columns of tags in table, csv and tsv").example("time,kind,message"),
    );
    COLUMNS_BREAK_STATUS: Vec<String> = columns(
        Key::text("columns.break_status", "break-status --columns", "Columns of break-status in table, csv and tsv").example("profile,on_break,reason"),
    );
    COLUMNS_WRAPUP: Vec<String> = columns(
        Key::text("columns.wrapup", "wrapup --columns", "Columns of wrapup in table, csv and tsv").example("profile,in_wrapup,ends_at"),
    );
    COLUMNS_STATUS: Vec<String> = columns(
        Key::text("columns.status", "status --columns", "Columns of status in table, csv and tsv").example("profile,state,reason"),
    );
    COLUMNS_PROFILES: Vec<String> = columns(
        Key::text("columns.profiles", "profiles --columns", "Columns of profiles in table, csv and tsv").example("name,server"),
    );
    WATCH_INTERVAL: Duration = Setting::new(
        Key::text("watch.interval", "watch, record, serve --interval", "Poll each profile this often, at least 2s").default("5s"),
        |text| at_least(SHORTEST_INTERVAL, text),
    );
    WATCH_HEARTBEAT: Option<Duration> = Setting::optional(
        Key::text("watch.heartbeat", "watch --heartbeat", "Emit a heartbeat event at this interval, at least 1s, e.g. 60s").example("60s"),
        |text| at_least(SHORTEST_HEARTBEAT, text).map(Some),
    );
    WATCH_MAX_STALE: Option<Duration> = Setting::optional(
        Key::text(
            "watch.max_stale",
            "watch, serve --max-stale",
            "Exit with 5 when no server has answered for this long, e.g. 10m",
        )
        .example("10m")
        .more("It must be longer than the interval. Without it, watch waits for the server without limit, and reports that it is waiting."),
        |text| duration(text).map(Some),
    );
    WATCH_LOG: bool = Setting::new(
        Key::flag("watch.log", "watch --log", "Print one line per event instead of a board"),
        yes_or_no,
    );
    WATCH_BELL: bool = Setting::new(
        Key::flag("watch.bell", "watch --bell", "Ring the terminal's bell at the events of --on"),
        yes_or_no,
    );
    WATCH_NOTIFY: bool = Setting::new(
        Key::flag(
            "watch.notify",
            "watch --notify",
            "Show a notification at the events of --on: on the desktop, or else through the terminal, also over ssh",
        ),
        yes_or_no,
    );
    WATCH_ON: Vec<EventPattern> = Setting::new(
        Key::text("watch.on", "watch --on", "Events that trigger --bell, --notify and --exec, e.g. tag:missed,alert")
            .more("An event is a type of `deepcall watch --json`. tag:KIND is a tag whose kind contains KIND, as in `deepcall tags --kind`.")
            .default("alert,session_expired"),
        |text| text.split(',').map(str::parse).collect(),
    );
    SERVE_LISTEN: SocketAddr = Setting::new(
        Key::text("serve.listen", "serve --listen", "Address and port of the wall; port 0 picks a free one")
            .more("An address other than this machine's loopback requires --tls-cert and --tls-key, or --allow-http.")
            .default("127.0.0.1:8040"),
        listen,
    );
    SERVE_HOST: Vec<Host> = Setting {
        key: Key::new("serve.host", Kind::List, "serve --host", "More host names under which browsers may open the wall").example("wall.example")
            .more("A request for any other name is refused, because a foreign web page could send it. Always allowed: localhost, and the address that the browser has connected to."),
        parse: |text| text.split(',').map(Host::parse).collect(),
        absent: Some(vec![]),
    };
    SERVE_KEY_FILE: Option<PathBuf> = Setting::optional(
        Key::new("serve.key_file", Kind::Path, "serve --key-file", "Keep the key of the wall in this file").example("path/to/wall.key")
            .more("The file is created if it does not exist, readable only by you (mode 0600), and browsers stay signed in when the wall is restarted. The key is then not printed. Without this option, each start has a new key."),
        key_file,
    );
    PING_PATH: String = Setting::new(
        Key::text("ping.path", "ping --path", "Path of the call, which the vendor does not document")
            .default(crate::client::PING_PATH),
        |text| read(endpoint_parts(text)).map(|_| text.to_owned()),
    );
    PING_MIC_PERM: Box<RawValue> = Setting::new(
        Key::new("ping.mic_perm", Kind::Any, "ping --mic-perm", "The browser phone's microphone permission")
            .more("Sent as `mic_perm`: JSON if it parses, else text.")
            .default("true"),
        |text| read(RawValue::from_string(text.to_owned()).or_else(|_| to_raw_value(text))),
    );
    JOURNAL_RECORD: Option<bool> = Setting::optional(
        Key::only_in_file("journal.record", Kind::Flag, "Write what the server answers to the journal").example("true")
            .more("If unset, only agents that the journal already holds are recorded. `deepcall journal on` and `off` set it."),
        |text| yes_or_no(text).map(Some),
    );
    JOURNAL_PATH: Option<PathBuf> = Setting::optional(
        Key::only_in_file("journal.path", Kind::Path, "File of the journal, on a local disk").example("path/to/journal.db")
            .variable("DEEPCALL_JOURNAL")
            .variable_help("file of the journal, instead of journal.path"),
        |text| Ok(Some(text.into())),
    );
    JOURNAL_KEEP: Duration = Setting::new(
        Key::only_in_file("journal.keep", Kind::Text, "How long the journal keeps what it recorded").default("90d"),
        duration,
    );
    JOURNAL_MAX_SIZE: u64 = Setting::new(
        Key::only_in_file("journal.max_size", Kind::Text, "How large the journal may be; the oldest events go first")
            .default("500MB"),
        |text| read(size(text)),
    );
    JOURNAL_NUMBERS: Numbers = Setting::new(
        Key::only_in_file("journal.numbers", Kind::Text, "How long customers' numbers stay unmasked: 72h, never or keep")
            .more("After that they are masked in the journal, and the same customer still counts as one. With never they are masked at once, with keep not at all.")
            .default("72h"),
        |text| match text {
            "never" => Ok(Numbers::Never),
            "keep" => Ok(Numbers::Keep),
            length => duration(length).map(Numbers::For).map_err(|why| format!("{why}; or else never or keep")),
        },
    );
    SHIFT_START: Option<Time> = Setting::optional(
        Key::only_in_file("shift.start", Kind::Text, "When the shift begins, e.g. 9:00; with shift.end").example("9:00"),
        |text| time_of_day(text).map(Some),
    );
    SHIFT_END: Option<Time> = Setting::optional(
        Key::only_in_file("shift.end", Kind::Text, "When the shift ends, e.g. 18:00").example("18:00")
            .more("A time of day that is not after shift.start is of the next day."),
        |text| time_of_day(text).map(Some),
    );
    SHIFT_ZONE: Option<TimeZone> = Setting::optional(
        Key::only_in_file("shift.zone", Kind::Text, "Time zone of the shift, unless --timezone names one [default: timezone]").example("Asia/Kolkata"),
        |text| time_zone(text).map(Some),
    );
    SHIFT_ALLOWANCE: (String, Duration) = Setting::new(
        Key::only_in_file(
            "shift.allowance",
            Kind::Names(&[("lunch", "45m"), ("tea", "2x15m"), ("total", "75m")]),
            "Time allowed for breaks in a shift, for one reason or for all, e.g. 45m or 2x15m",
        ),
        allowance,
    );
    SHIFT_MISSED: Vec<WantedKind> = Setting::new(
        Key::only_in_file("shift.kinds.missed", Kind::List, "Kinds of notifications that are missed calls")
            .more("A kind is recognised by a part of it, as in `deepcall tags --kind`.")
            .default("missed,abandon,unanswered,noanswer,no answer"),
        kinds,
    );
    SHIFT_OUTGOING: Vec<WantedKind> = Setting::new(
        Key::only_in_file("shift.kinds.outgoing", Kind::List, "Kinds of notifications that are calls to customers")
            .default("outgoing,outbound"),
        kinds,
    );
    SHIFT_CALLBACK: Vec<WantedKind> = Setting::new(
        Key::only_in_file("shift.kinds.callback", Kind::List, "Kinds that also show that a customer was called back")
            // "callback" alone may be said of a customer who waits for a call.
            .default("called back,called_back,called-back,calledback"),
        kinds,
    );
    ALERT: Limit = Setting::new(
        Key::new(
            "alert",
            Kind::Names(&[("break", "15m"), ("break.lunch", "45m"), ("wrapup", "60s:90s")]),
            "watch, serve, status --alert",
            "Alert when a break or wrap-up exceeds a limit, e.g. break=15m",
        )
        .more("Also for one reason (break.tea=9m), and in two steps, warning and critical (wrapup=60s:90s)."),
        |text| read(text.parse()),
    );
}

/// The key is named after the document that has the columns. The documents belong to the commands, which check them.
const fn columns(key: Key) -> Setting<Vec<String>> {
    Setting { key, parse: |text| Ok(text.split(',').map(str::to_owned).collect()), absent: Some(vec![]) }
}

pub fn names() -> impl Iterator<Item = (String, &'static Key)> {
    let key = |setting: &&'static dyn Entry| setting.key();
    SETTINGS.iter().map(key).flat_map(|key| key.names().into_iter().map(move |name| (name, key)))
}

/// The setting of a name in `config.toml`, and the part of the name that the user chose: `break.lunch` of
/// `alert.break.lunch`.
#[must_use]
pub fn find(name: &str) -> Option<(&'static dyn Entry, Option<&str>)> {
    SETTINGS.iter().find_map(|setting| {
        let rest = name.strip_prefix(setting.key().name)?;
        match setting.key().kind {
            Kind::Names(_) => rest.strip_prefix('.').map(|chosen| (*setting, Some(chosen))),
            _ => rest.is_empty().then_some((*setting, None)),
        }
    })
}

/// The known name nearest to a misspelt one, or to one in the wrong table or in none.
#[must_use]
pub fn nearest(name: &str) -> Option<String> {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let known: Vec<String> = names().map(|(name, _)| name).collect();
    let misplaced = known.iter().find(|known| *known != name && last(known) == last(name));
    let near = |name: &str| crate::words::nearest(name, known.iter().map(String::as_str));
    misplaced.map(String::as_str).or_else(|| near(name)).or_else(|| near(&last(name))).map(str::to_owned)
}

fn read<T, E: ToString>(result: Result<T, E>) -> Result<T, String> {
    result.map_err(|error| error.to_string())
}

fn number<N: TryFrom<u16>>(text: &str, least: u16, most: u16) -> Result<N, String> {
    let number: i64 = text.parse().map_err(|_| format!("{text:?} is not a whole number"))?;
    let held = u16::try_from(number).ok().filter(|number| (least..=most).contains(number));
    let held = held.and_then(|number| N::try_from(number).ok());
    held.ok_or_else(|| format!("{number} is not between {least} and {most}"))
}

pub(super) fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

/// A zone by its IANA name, `local`, `UTC`, or an offset such as `+05:30`.
fn time_zone(text: &str) -> Result<TimeZone, String> {
    match text.to_ascii_lowercase().as_str() {
        "local" => return Ok(zones::local()),
        "utc" | "z" => return Ok(TimeZone::UTC),
        _ => {}
    }
    if text.starts_with(['+', '-']) {
        // An offset is no name, so no database is listed for it.
        let parser = jiff::fmt::temporal::DateTimeParser::new();
        let offset = parser.parse_time_zone_with(&TimeZoneDatabase::none(), text).ok();
        // RFC 3339 has no offset of a day or more.
        let is_in_rfc_3339 =
            |zone: &TimeZone| zone.to_offset(jiff::Timestamp::UNIX_EPOCH).seconds().abs() < 86_400;
        return offset
            .filter(is_in_rfc_3339)
            .ok_or_else(|| format!("{text:?} is not an offset; write for example +05:30"));
    }
    zones::named(text).map_err(|_| {
        let advice = zones::nearest(text).map(|name| format!("did you mean {name}?"));
        let advice = advice.unwrap_or_else(|| "write for example Asia/Kolkata or UTC".to_owned());
        format!("{text:?} is not a known time zone; {advice}")
    })
}

fn at_least(least: Duration, text: &str) -> Result<Duration, String> {
    let length = duration(text)?;
    if length < least {
        return Err(format!("{text:?} is too short: at least {} s", least.as_secs()));
    }
    Ok(length)
}

#[cfg(test)]
mod tests;
