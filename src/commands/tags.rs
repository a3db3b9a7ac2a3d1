//! `deepcall tags`: recent notifications with their icons. The server decides how far back it sends them (`api.md` §3);
//! every filter works on what it sent.

use std::cell::RefCell;
use std::time::Duration;

use clap::Args;
use compact_str::CompactString;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::fleet::Answers;
use crate::app::options::{OutputOptions, QueryOptions, TagFilterOptions, TalkOptions};
use crate::app::settings::table::{REF, SERVER_TIMEZONE};
use crate::client::replies::tags;
use crate::client::{Answer, SignedIn, TagFilter, Tags};
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Tag;
use crate::floor::kind::KindsSeen;
use crate::floor::pause::WINDOW;
use crate::moment::{is_time_of_day, moment};
use crate::output::text::times;
use crate::report::{Document, ExtraFields, Field, Meaning, RawList, Report, Row, Shape, Shown, Value};

/// Show recent notifications with their icons
///
/// DeepCall calls these notifications tags. The server sends about the last hour of them. --since, --until, --kind and
/// --match filter what it sends; they cannot bring back older tags. --columns +extra shows keys that deepcall does not
/// know as further columns, and --json has the whole notification unchanged in `fields`.
#[derive(Args, Clone, Debug)]
pub(crate) struct TagsArgs {
    /// Start of the window, e.g. 30m or 9:00 [default: 1h]
    ///
    /// A length of time back from now (90m, 1h30m, 2d), a time of day (9:00, 17:45), a day with or without one
    /// (yesterday, Mon 17:45, 23 Nov, 2026-11-23 17:45), a time as a table shows it (5 min ago · 11:34), a time by
    /// RFC 3339 (2026-11-23T09:00:00+05:30), or @ and seconds since 1970 (@1795480870). A time of day that is later than
    /// now is yesterday's; a day of the week is the last one.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// End of the window, in the same forms [default: now]
    #[arg(long, value_name = "TIME", hide_short_help = true)]
    until: Option<String>,
    #[command(flatten)]
    filter: TagFilterOptions,
    /// Show at most this many tags: the first ones in the order of --sort
    #[arg(short = 'n', long, value_name = "N", value_parser = limit)]
    limit: Option<u32>,
    /// Order by this column; -KEY reverses it
    ///
    /// One of time, kind, profile, agent, customer, message.
    #[arg(long, value_name = "KEY", default_value = "-time", allow_hyphen_values = true, value_parser = Order::parse)]
    sort: Order,
    /// Exit with 3 when there are no tags
    #[arg(long, hide_short_help = true)]
    fail_empty: bool,
    #[arg(long = "ref", value_name = "VALUE", hide_short_help = true)]
    reference: Option<String>,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    talk: TalkOptions,
}

pub(crate) fn run(args: &TagsArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.talk, &DOCUMENT)?;
    let settings = app.settings()?;
    let reference = settings.get(&REF)?.value;
    let server_zone = settings.get(&SERVER_TIMEZONE)?.value;
    let now = app.clock.now();
    let window = Window::of(args, now, &renderer.presentation().zone)?;
    let filter = TagFilter::from(&args.filter);
    let seen = RefCell::new(KindsSeen::default());
    let answers = app.query((&args.query).into(), async |fleet| {
        let request = async |signed_in: &SignedIn| {
            let profile = CompactString::from(signed_in.profile.as_str());
            let row_of = |tag: Tag| {
                if !window.contains(&tag) {
                    return None;
                }
                // They are for a note about --kind alone.
                if !filter.kinds.is_empty() {
                    seen.borrow_mut().add(&tag);
                }
                filter.selects(&tag).then(|| row(profile.clone(), tag))
            };
            Ok(signed_in.tags(&reference, &server_zone, row_of).await?)
        };
        fleet.query(request).await
    })?;
    app.console.answer(
        outcome(args, &window, seen.borrow().note("no tag has kind", &filter.kinds), answers, now),
        &renderer,
    )
}

/// Zero is refused, because a request for no tags is a mistake.
fn limit(text: &str) -> Result<u32, String> {
    let most = text.parse().ok().filter(|most| *most > 0);
    most.ok_or_else(|| format!("{text:?} is not a whole number of at least 1"))
}

/// The document of `deepcall tags`.
pub static DOCUMENT: Document = Document {
    name: "tags",
    rows_key: "tags",
    head: &[
        Field::new("as_of", "AS OF", Meaning::Time, Shown::OnRequest, "when the server answered"),
        Field::new(
            "since",
            "SINCE",
            Meaning::Time,
            Shown::OnRequest,
            "tags before this moment were left out",
        ),
        Field::new("until", "UNTIL", Meaning::Time, Shown::OnRequest, "tags after this moment were left out"),
    ],
    fields: &[
        Field::new(
            "profile",
            "PROFILE",
            Meaning::Name,
            Shown::WhenDifferent(1),
            "the profile whose agent it is",
        ),
        Field::new("id", "ID", Meaning::Id, Shown::OnRequest, "the notification's own id"),
        Field::new("time", "TIME", Meaning::Time, Shown::Always(2), "when it happened"),
        Field::new("kind", "KIND", Meaning::Kind, Shown::Always(4), "the kind of notification"),
        Field::new("message", "MESSAGE", Meaning::Text, Shown::Always(3), "its text"),
        Field::new("agent_id", "AGENT", Meaning::Id, Shown::WhenDifferent(6), "the agent it concerns"),
        Field::new("call_id", "CALL", Meaning::Id, Shown::WhenPresent(8), "the call it concerns"),
        Field::new("customer", "CUSTOMER", Meaning::Phone, Shown::WhenPresent(5), "the customer's number"),
        Field::new(
            "icons",
            "ICONS",
            Meaning::Icons,
            Shown::WhenPresent(9),
            "the icon details that belong to it, as sent",
        ),
        Field::new(
            "fields",
            "FIELDS",
            Meaning::Raw,
            Shown::OnRequest,
            "the notification as the server sent it",
        ),
    ],
    tail: &[Field::new(
        "icons",
        "ICONS",
        Meaning::Icons,
        Shown::OnRequest,
        "icon details that belong to no tag",
    )],
    shape: Shape::List,
    has_failures: true,
    extra_fields: Some(extra_fields),
    empty: "no tags",
};

fn extra_fields(row: &Row) -> ExtraFields {
    match row.get("fields") {
        Value::Raw(fields) => tags::extra_fields(fields),
        _ => Vec::new(),
    }
}

fn outcome(
    args: &TagsArgs,
    window: &Window,
    note_of_kinds: Option<String>,
    mut answers: Answers<Answer<Tags<Row>>>,
    now: Timestamp,
) -> Outcome {
    let mut status = answers.status();
    let failures = answers.take_failures();
    let as_of = answers.given.iter().map(|(_, answer)| answer.as_of).max().unwrap_or(now);
    let mut notes = window.notes(now);
    notes.extend(note_of_kinds);
    let mut icons = vec![];
    let mut kept = vec![];
    for (_, answer) in answers.given {
        notes.extend(answer.notes);
        let Tags { notifications: rows, icons: left_over, .. } = answer.value;
        icons.extend(left_over);
        kept.extend(rows);
    }
    let without_time = kept.iter().filter(|row| row.get("time").is_absent()).count();
    if without_time > 0 {
        notes.push(format!(
            "{without_time} tags have no readable time; --since and --until do not filter them"
        ));
    }
    args.sort.sort(&mut kept);
    let found = kept.len();
    if let Some(limit) =
        args.limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| *limit < found)
    {
        kept.truncate(limit);
        notes.push(format!("{limit} of {found} tags shown"));
    }
    if kept.is_empty() && args.fail_empty && status == ExitStatus::Done {
        status = ExitStatus::No;
    }
    let head =
        Row::new(DOCUMENT.head).with("as_of", as_of).with("since", window.since).with("until", window.until);
    let icons = RawList { label: "".into(), items: icons };
    let report = Report {
        head,
        tail: Row::new(DOCUMENT.tail).with("icons", icons),
        failures,
        notes,
        ..Report::new(&DOCUMENT, kept)
    };
    Outcome { report, status }
}

#[must_use]
pub fn row(profile: CompactString, tag: Tag) -> Row {
    let label = tag.icon_names.join(", ");
    Row::new(DOCUMENT.fields)
        .with("profile", profile)
        .with("id", tag.id)
        .with("time", tag.time)
        .with("kind", tag.kind)
        .with("message", tag.message)
        .with("agent_id", tag.agent_id)
        .with("call_id", tag.call_id)
        .with("customer", tag.customer)
        .with("icons", RawList { label: label.into(), items: tag.icons })
        .with("fields", tag.fields)
}

/// The window of `--since` and `--until`.
#[derive(Clone, Copy, Debug)]
struct Window {
    since: Timestamp,
    until: Timestamp,
    /// Whether `--until` was typed.
    is_closed: bool,
}

impl Window {
    /// Reads `--since` and `--until` relative to `now`, in the zone of the person who typed them.
    ///
    /// # Errors
    /// If a time is malformed, or `--since` is later than `--until`: exit code 2.
    fn of(args: &TagsArgs, now: Timestamp, zone: &TimeZone) -> Result<Self, Failure> {
        let here = now.to_zoned_datetime(zone.clone());
        let read = |option: &str, text: &str| {
            moment(text, &here).map_err(|error| Failure::usage(format!("{option}: {error}")))
        };
        let since = args.since.as_deref().map_or(Ok(before(now, WINDOW)), |text| read("--since", text))?;
        let until = args.until.as_deref().map_or(Ok(now), |text| read("--until", text))?;
        if since > until {
            return Err(args.reversed(since, until, now, zone));
        }
        Ok(Self { since, until, is_closed: args.until.is_some() })
    }

    /// A notification without a time is kept (`api.md` §10.3). Without `--until` one from the near future is kept too: the
    /// server's clock may be ahead of ours.
    fn contains(&self, tag: &Tag) -> bool {
        tag.time.is_none_or(|time| self.since <= time && (!self.is_closed || time <= self.until))
    }

    fn notes(&self, now: Timestamp) -> Vec<String> {
        // A minute may pass between the time that was typed and the request.
        if self.since >= before(now, WINDOW + Duration::from_secs(60)) {
            return vec![];
        }
        vec!["DeepCall documents only the last hour of notifications; older ones may be missing".to_owned()]
    }
}

fn before(now: Timestamp, length: Duration) -> Timestamp {
    now.checked_sub(length).unwrap_or(Timestamp::MIN)
}

impl TagsArgs {
    /// The error of a window that ends before it begins, by what was typed and what it means.
    fn reversed(&self, since: Timestamp, until: Timestamp, now: Timestamp, zone: &TimeZone) -> Failure {
        let [since_means, until_means] = [since, until].map(|moment| times::clock(moment, now, zone));
        let message = match (&self.since, &self.until) {
            (Some(since), None) => format!("--since {since:?} ({since_means}) is later than now"),
            (None, Some(until)) => {
                format!("--until {until:?} ({until_means}) is before the default of --since ({since_means})")
            }
            (since, until) => {
                let [since, until] = [since, until].map(|typed| typed.as_deref().unwrap_or_default());
                format!("--since {since:?} ({since_means}) is later than --until {until:?} ({until_means})")
            }
        };
        let failure = Failure::usage(message);
        if [&self.since, &self.until].into_iter().flatten().any(|typed| is_time_of_day(typed)) {
            return failure.hint("a time of day that is later than now is yesterday's");
        }
        failure
    }
}

/// The names of keys in `--sort`.
const SORT_KEYS: [&str; 6] = ["time", "kind", "profile", "agent", "customer", "message"];

/// What `--sort` takes: each key, and each key that reverses the order.
pub(crate) fn sort_keys() -> impl Iterator<Item = String> {
    let reversed = SORT_KEYS.iter().map(|key| format!("-{key}"));
    SORT_KEYS.iter().map(|key| (*key).to_owned()).chain(reversed)
}

/// The key by which rows are sorted, and the direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    key: &'static str,
    descending: bool,
}

impl Order {
    fn parse(text: &str) -> Result<Self, String> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let key = match name {
            "agent" | "agent_id" => Some("agent_id"),
            _ => SORT_KEYS.into_iter().find(|key| *key == name),
        };
        let known = || format!("known are {}; -KEY reverses the order", SORT_KEYS.join(", "));
        Ok(Self { key: key.ok_or_else(known)?, descending })
    }

    /// A stable sort. Rows without a value come last in both directions.
    fn sort(self, rows: &mut [Row]) {
        let Some(place) = rows.first().map(|row| row.place(self.key)) else { return };
        rows.sort_by(|left, right| {
            let order = match (left.at(place), right.at(place)) {
                (Value::Time(left), Value::Time(right)) => left.cmp(right),
                (Value::Text(left), Value::Text(right)) => left.cmp(right),
                (left, right) => return left.is_absent().cmp(&right.is_absent()),
            };
            if self.descending { order.reverse() } else { order }
        });
    }
}

#[cfg(test)]
mod tests;
