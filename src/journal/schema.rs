//! The tables, and how the file of an earlier version becomes one of this version. Times are milliseconds since 1970 in
//! UTC.

/// A value of the body.
macro_rules! value {
    ($key:literal) => {
        concat!("(iif(json_valid(body), body, '{}') ->> '", $key, "')")
    };
}

macro_rules! time {
    () => {
        concat!("coalesce(", value!("time"), ", ", value!("ends_at"), ", ", value!("since"), ")")
    };
}

/// Of a notification the id, of a wrap-up the call, of a break the reason.
macro_rules! known_by {
    () => {
        concat!(
            "CASE type WHEN 'tag' THEN ",
            value!("id"),
            " WHEN 'wrapup_started' THEN ",
            value!("call_id"),
            " WHEN 'wrapup_ended' THEN ",
            value!("call_id"),
            " ELSE ",
            value!("reason"),
            " END"
        )
    };
}

/// What the index of an agent's events has beside the columns of an event: by how much the server's clock is ahead; what it
/// is known by; how long after the event its own time is, or that as a text where SQLite knows no such time; and of a
/// notification its kind, its customer, and whether it has changed. Differences, because these are numbers of two bytes and
/// not of six.
macro_rules! in_brief {
    () => {
        concat!(
            "server_at - at, ",
            known_by!(),
            ", coalesce(CAST(round((julianday(",
            time!(),
            ") - 2440587.5) * 86400000) AS INTEGER) - at, ",
            time!(),
            "), ",
            value!("kind"),
            ", CASE type WHEN 'tag' THEN ",
            value!("customer"),
            " END, ",
            value!("changed")
        )
    };
}

/// `dpcl`, in the header of the file.
pub(crate) const APPLICATION_ID: i32 = 0x6470_636C;

/// What brings a file from the version of its place in the list to the next. The first makes version 1 out of an empty
/// file. One that stands here is never changed.
pub(crate) const STEPS: &[&str] = &[V1, V2, V3];

const V1: &str = "
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

-- Whom the rest is about. `key` names a profile, or stands for a session from variables.
CREATE TABLE agent (
    id INTEGER PRIMARY KEY AUTOINCREMENT, server TEXT NOT NULL, key TEXT NOT NULL, profile TEXT NOT NULL, agent_id TEXT,
    UNIQUE (server, key)
) STRICT;

-- One for each time that the program ran and recorded.
CREATE TABLE run (
    id INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL, program TEXT NOT NULL,
    pid INTEGER NOT NULL, process_started INTEGER, boot TEXT, namespace TEXT,
    started INTEGER NOT NULL, ended INTEGER, stdout_took INTEGER
) STRICT;

-- Append-only. `body` is the event as `watch --json` shows it, without what the other columns say and without nulls.
-- `nth` distinguishes those that share an identity. `masked` is 1 once the phone numbers in it have been masked; then
-- `customer` is a keyed hash of the customer's. `altered` is 1 if masking, or a secret that was in it, has changed it.
-- `server_at` is the server's `Date` at the moment `at` of our clock, which may have been set since.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, uid BLOB NOT NULL UNIQUE, agent INTEGER NOT NULL REFERENCES agent,
    run INTEGER NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, server_at INTEGER, nth INTEGER NOT NULL, masked INTEGER NOT NULL,
    altered INTEGER NOT NULL, customer BLOB, body TEXT NOT NULL
) STRICT;
CREATE INDEX event_of_agent ON event (agent, at);
-- From what a memory is restored, however old it is.
CREATE INDEX event_of_state ON event (agent, type) WHERE type IN ('agent_changed', 'break_started', 'break_changed', 'break_ended', 'wrapup_started', 'wrapup_ended');
CREATE INDEX event_not_masked ON event (at) WHERE masked = 0;

-- When answers came. A row grows while they do; `ended` says why the next answer did not continue it. `server_at` is the
-- server's `Date` of the last one.
CREATE TABLE coverage (
    id INTEGER PRIMARY KEY, agent INTEGER NOT NULL REFERENCES agent, part TEXT NOT NULL, from_at INTEGER NOT NULL, to_at INTEGER NOT NULL,
    server_at INTEGER, cadence INTEGER NOT NULL, ended TEXT, repeats INTEGER
) STRICT;
CREATE INDEX coverage_of_agent ON coverage (agent, part, from_at);

-- Who polls an agent now.
CREATE TABLE lease (
    agent INTEGER PRIMARY KEY REFERENCES agent, run INTEGER NOT NULL, parts TEXT NOT NULL, cadence INTEGER NOT NULL,
    beat_at INTEGER NOT NULL, newest_answer INTEGER
) STRICT;

-- What a script has had.
CREATE TABLE cursor (
    name TEXT NOT NULL, agent INTEGER NOT NULL REFERENCES agent, seq INTEGER NOT NULL, moved_at INTEGER NOT NULL,
    PRIMARY KEY (name, agent)
) STRICT, WITHOUT ROWID;
";

// Events of one type are found without looking at the others.
const V2: &str = "
DROP INDEX event_of_agent;
CREATE INDEX event_of_agent ON event (agent, at, type);
";

// What a report about a shift needs of an event is a tenth of it, and an agent's events are not side by side in the table: to
// fetch each of a month of a large team took half a minute. The index has nothing of a row that cannot be read.
const V3: &str = concat!(
    "DROP INDEX event_of_agent;
     CREATE INDEX event_of_agent ON event (agent, at, type, customer, ",
    in_brief!(),
    ");
     DROP INDEX event_of_state;
     CREATE INDEX event_of_state ON event (agent, type, seq, at) WHERE type IN ('agent_changed', 'break_started', 'break_changed', 'break_ended', 'wrapup_started', 'wrapup_ended');"
);

/// See `brief`.
pub(super) const IN_BRIEF: &str = in_brief!();

/// The same of one of them.
pub(super) const KNOWN_BY: &str = known_by!();
