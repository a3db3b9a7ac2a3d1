//! Words of the trade and of programmers, which tell nothing about anybody.

/// In the singular; a plural counts as well.
const PUBLIC: &[&str] = &[
    "abandoned",
    "account",
    "action",
    "active",
    "activity",
    "added",
    "agent",
    "all",
    "allotted",
    "allowed",
    "answer",
    "answered",
    "api",
    "attempt",
    "available",
    "average",
    "avg",
    "body",
    "break",
    "busy",
    "call",
    "callback",
    "caller",
    "campaign",
    "category",
    "channel",
    "cli",
    "client",
    "code",
    "completed",
    "config",
    "connected",
    "contact",
    "content",
    "count",
    "counter",
    "created",
    "current",
    "customer",
    "data",
    "date",
    "datetime",
    "day",
    "default",
    "department",
    "description",
    "detail",
    "device",
    "did",
    "direction",
    "disposition",
    "dtmf",
    "duration",
    "email",
    "employee",
    "end",
    "ended",
    "err",
    "error",
    "event",
    "extension",
    "failed",
    "feedback",
    "field",
    "file",
    "filter",
    "first",
    "flag",
    "free",
    "from",
    "ghost",
    "group",
    "has",
    "history",
    "hold",
    "hour",
    "icon",
    "id",
    "idle",
    "inactive",
    "inbound",
    "incoming",
    "info",
    "is",
    "item",
    "key",
    "label",
    "language",
    "last",
    "level",
    "limit",
    "line",
    "list",
    "live",
    "log",
    "logged",
    "login",
    "logout",
    "masked",
    "master",
    "max",
    "member",
    "message",
    "meta",
    "mic",
    "min",
    "minute",
    "missed",
    "mobile",
    "mode",
    "msg",
    "name",
    "next",
    "no",
    "not",
    "note",
    "notification",
    "num",
    "number",
    "object",
    "offline",
    "offset",
    "oid",
    "on",
    "online",
    "outbound",
    "outgoing",
    "package",
    "page",
    "panel",
    "parameter",
    "parent",
    "path",
    "pause",
    "paused",
    "percent",
    "percentage",
    "perm",
    "permission",
    "phone",
    "ping",
    "position",
    "previous",
    "priority",
    "queue",
    "queued",
    "rank",
    "rate",
    "ready",
    "reason",
    "record",
    "recording",
    "ref",
    "rejected",
    "remaining",
    "remark",
    "reply",
    "report",
    "request",
    "response",
    "result",
    "ring",
    "ringing",
    "role",
    "row",
    "running",
    "score",
    "second",
    "service",
    "session",
    "since",
    "skill",
    "sla",
    "source",
    "start",
    "started",
    "stat",
    "state",
    "statistic",
    "status",
    "sub",
    "success",
    "summary",
    "tag",
    "talk",
    "target",
    "team",
    "text",
    "time",
    "timeline",
    "timestamp",
    "timezone",
    "title",
    "to",
    "total",
    "transfer",
    "transferred",
    "type",
    "unanswered",
    "unique",
    "updated",
    "url",
    "user",
    "uuid",
    "value",
    "wait",
    "waiting",
    "web",
    "wrap",
    "wrapup",
    "zone",
];

/// Words shorter than that are inside of too many others.
const SHORTEST_PART: usize = 5;

/// Whether a key is made of public words alone. A letter beside them tells nothing (`cNumber`), and neither does a digit;
/// `10` is that of `cNumber10`.
pub(crate) fn is_public(key: &str) -> bool {
    let words = words(key);
    let digits: String = key.chars().filter(char::is_ascii_digit).collect();
    (digits.len() <= 1 || digits == "10")
        && words.iter().any(|word| is_word(word))
        && words.iter().all(|word| is_word(word) || word.len() == 1)
}

/// Whether a key has a public word in it.
pub(crate) fn has_public_word(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    words(key).iter().any(|word| is_word(word))
        || PUBLIC.iter().any(|word| word.len() >= SHORTEST_PART && lower.contains(word))
}

fn is_word(word: &str) -> bool {
    let is_listed = |word: &str| PUBLIC.binary_search(&word).is_ok();
    is_listed(word)
        || word.strip_suffix('s').is_some_and(is_listed)
        || word.strip_suffix("ies").is_some_and(|stem| is_listed(&format!("{stem}y")))
}

/// `wrapETime`, `agent_id` and `break-name` in words; a number at the end of a word is none.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    let mut letters = key.chars().peekable();
    while let Some(letter) = letters.next() {
        if !letter.is_ascii_alphabetic() {
            words.push(String::new());
            // What is neither a letter nor a usual mark is a word of its own, which is not listed.
            if !(letter.is_ascii_digit() || "_-.$ ".contains(letter)) {
                words.extend([format!("{letter}{letter}"), String::new()]);
            }
            was_lower = false;
            continue;
        }
        let begins = letter.is_ascii_uppercase()
            && (was_lower || letters.peek().is_some_and(char::is_ascii_lowercase));
        if begins {
            words.push(String::new());
        }
        was_lower = letter.is_ascii_lowercase();
        if let Some(word) = words.last_mut() {
            word.push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_has_each_word_once() {
        assert!(PUBLIC.is_sorted_by(|one, other| one < other));
    }

    #[test]
    fn keys_of_this_api_are_public() {
        for key in [
            "data",
            "iconDetails",
            "on_break",
            "breakDetail",
            "agent_id",
            "user_id",
            "currentDuration",
            "callId",
            "cNumber",
            "cNumber10",
            "status",
            "errCode",
            "masterAgent",
            "callStatus",
            "cType",
            "callDisposition",
            "$oid",
            "_id",
            "activities",
            "Total Calls",
            "DID",
        ] {
            assert!(is_public(key), "{key}: {:?}", words(key));
        }
        for key in [
            "asha",
            "agentAsha",
            "asha_calls",
            "RAVI",
            "आशा",
            "agent@x",
            "101",
            "",
            "x7",
            "x",
            "agent42",
            "p919812345678",
        ] {
            assert!(!is_public(key), "{key}: {:?}", words(key));
        }
        assert!(has_public_word("agentstats") && has_public_word("agentAsha") && !has_public_word("asha"));
    }
}
