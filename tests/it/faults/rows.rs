//! The rows of the matrix, in order: what goes wrong, which commands must have a case for it, and what is
//! deliberately otherwise than a reader may expect.

/// One row.
pub struct Row {
    pub id: &'static str,
    pub what: &'static str,
    /// With spaces between.
    pub commands: &'static str,
    /// Printed beside the row.
    pub note: &'static str,
}

const BOTH: &str = "tags ping";
const ONCE: &str = "tags ping status";
const ALL: &str = "tags ping status watch";
const ALL_BUT_STATUS: &str = "tags ping watch";
const LIST: &str = "tags";

const fn row(id: &'static str, commands: &'static str, what: &'static str) -> Row {
    Row { id, what, commands, note: "" }
}

const fn noted(id: &'static str, commands: &'static str, what: &'static str, note: &'static str) -> Row {
    Row { id, what, commands, note }
}

pub const ROWS: &[Row] = &[
    row("N1", ALL, "the name does not exist"),
    row("N2", ONCE, "the resolver is silent"),
    row("N3", ALL, "refused"),
    row("N4", ALL, "attempts to connect go unanswered"),
    row("N5", BOTH, "the first address is dead, the second good"),
    row("N6", ALL, "accepted, then reset"),
    row("N7", ALL, "reset inside the status line or the headers"),
    row("N8", ALL, "reset after half the body"),
    row("N9", ONCE, "closed before the announced length"),
    row("N10", ONCE, "a chunked body without its end, or with a bad size"),
    row("N11", ONCE, "the announced length is too small"),
    row("N12", ONCE, "the length is negative, given twice, or given beside chunks"),
    noted(
        "N13",
        ALL,
        "headers byte by byte",
        "where --timeout is given and reached first, the exit code is 124",
    ),
    noted(
        "N14",
        ONCE,
        "a body byte by byte",
        "where --timeout is given and reached first, the exit code is 124",
    ),
    row("N15", ONCE, "a body without end"),
    row("N16", ONCE, "headers without end, too many, or too large"),
    noted(
        "N17",
        ONCE,
        "early replies without end; an upgrade",
        "early replies count as silence: time ends them, not a number (5, not 6)",
    ),
    row("N18", BOTH, "a reply before the request; two replies"),
    noted(
        "N19",
        "wrapup watch",
        "an idle connection is closed as it is used again",
        "a read is sent again at once on a new connection, and nothing is reported; tags and ping send one request",
    ),
    noted(
        "N20",
        ONCE,
        "HTTP/2",
        "never offered: a server that speaks nothing else is refused in the TLS handshake (6)",
    ),
    row("N21", ALL_BUT_STATUS, "Ctrl-C at any moment"),
    row("N22", BOTH, "stopped in the middle of a reply, then continued"),
    row("N23", BOTH, "8 descriptors; system calls that fail"),
    row("S1", ALL, "500, 502, 503, 504"),
    row("S2", ALL_BUT_STATUS, "Retry-After: 2"),
    row("S3", ONCE, "Retry-After in other forms, and nonsense"),
    row("S4", ONCE, "Retry-After: 600"),
    row("S5", ONCE, "408, 425"),
    row("S6", ONCE, "400, 404, 405, 413, 415"),
    row("S7", ONCE, "401, 403, 407"),
    row("S8", ONCE, "204, 206, 300, 304"),
    row("R1", ONCE, "redirects to anywhere"),
    row("R2", ONCE, "chains of redirects; redirects with a body"),
    row("J1", ALL_BUT_STATUS, "not JSON: HTML, text, XML"),
    row("J2", BOTH, "JSON that is no object, or nothing"),
    row("J3", BOTH, "more than one document"),
    row("J4", BOTH, "compressed, though that was refused; a bomb"),
    row("J5", BOTH, "UTF-16, a byte order mark, bad bytes beside texts"),
    row("J6", BOTH, "nested too deeply"),
    row("J7", BOTH, "too large, too many"),
    row("J8", LIST, "a list of other shapes"),
    row("J9", BOTH, "numbers as text, text as numbers"),
    noted(
        "J10",
        BOTH,
        "unknown keys",
        "more than 500 keys in one item are too many (J7); beside the list, any number is ignored",
    ),
    row("J11", BOTH, "duplicate keys"),
    row("J12", LIST, "numbers beyond a computer's"),
    noted(
        "J13",
        BOTH,
        "characters of which a part is lost, in values and keys; NUL",
        "each is shown as U+FFFD, with a note; whatever is whole is shown",
    ),
    row("E1", ALL_BUT_STATUS, "DeepCall's error codes in HTTP 200"),
    row("E2", BOTH, "HTTP 500 with a body that reports success"),
    row("E3", BOTH, "replies that contradict themselves"),
    row("T1", ALL, "certificates that prove nothing"),
    row("T2", ONCE, "TLS that is old, absent, broken off"),
    row("T3", "watch", "a certificate turns bad between two polls"),
    noted(
        "T4",
        ONCE,
        "SSLKEYLOGFILE, SSL_CERT_FILE, SSL_CERT_DIR",
        "SSL_CERT_FILE takes the place of the system's authorities; SSLKEYLOGFILE does nothing",
    ),
    row("P1", ONCE, "proxies that do not let through"),
    noted(
        "P2",
        ONCE,
        "what a proxy sees; which proxy",
        "plain http never goes through a proxy: it goes direct, or is refused",
    ),
    row("U1", BOTH, "server addresses that are none"),
];
