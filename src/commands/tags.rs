//! `deepcall tags`: recent notifications with their icons. The server decides how far back it sends them (`api.md` §3), the
//! journal has those that any command received; every filter works on both.

pub(crate) mod order;
pub(crate) mod past;
mod turn;

use std::cell::RefCell;
use std::time::Duration;

use clap::Args;
use compact_str::{CompactString, CompactStringExt};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::App;
use crate::app::console::Outcome;
use crate::app::fleet::{Answers, Fleet};
use crate::app::journal::keeper::Keeper;
use crate::app::journal::keeper::opening::Wish;
use crate::app::options::{JournalOptions, OutputOptions, QueryOptions, TagFilterOptions, VerbosityOptions};
use crate::app::settings::table::{REF, SERVER_TIMEZONE, TIMEOUT};
use crate::client::replies::tags;
use crate::client::{Answer, Reference, SignedIn, TagFilter, Tags};
use crate::commands::shared::coverage;
use crate::commands::shared::coverage::CoverageOfAll;
use crate::commands::shared::window::Window;
use crate::commands::tags::order::Order;
use crate::commands::tags::past::PastTags;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Tag;
use crate::floor::diff::{SKEW_SECONDS, seconds_ahead};
use crate::floor::kind::KindsSeen;
use crate::output::text::times;
use crate::report::{Document, ExtraFields, Field, Meaning, RawList, Report, Row, Shape, Shown, Value};

/// Show recent notifications with their icons
///
/// DeepCall calls these notifications tags. The server sends about the last hour of them; --since goes further back
/// only with a journal (`deepcall journal on`), or up to eight days with --sandbox. --since, --until, --kind and --match
/// filter what there is. --columns +extra shows keys that deepcall does not know as further columns, and --json has the
/// whole notification unchanged in `fields`.
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
    /// Only what the script NAME has not received yet
    ///
    /// The first call prints the window of --since, each later one what was received since then. What stdout has taken
    /// is not printed again; after an error the next call repeats it. This creates a journal if there is none. What
    /// --kind or --match leave out counts as received: use a separate NAME for each filter.
    #[arg(long, value_name = "NAME", value_parser = past::name, conflicts_with_all = ["until", "limit", "sandbox"])]
    new: Option<String>,
    /// Exit with 3 if a part of the window was not recorded
    #[arg(long, hide_short_help = true)]
    require_coverage: bool,
    #[command(flatten)]
    filter: TagFilterOptions,
    /// Show at most N, after sorting
    #[arg(short = 'n', long, value_name = "N", value_parser = limit)]
    limit: Option<u32>,
    /// Sort by this column; -KEY reverses it
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
    journal: JournalOptions,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &TagsArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    if let Some(script) = args.new.as_ref().filter(|_| app.terminals.stdout_is_closed) {
        let message = format!("stdout is closed: nothing would reach the script {script}");
        return Err(Failure::failed("output", message)
            .hint("to skip what has been received so far, write it to a file"));
    }
    let settings = app.settings()?;
    let now = app.clock.now();
    let zone = &renderer.presentation().zone;
    let query = Query {
        args,
        window: Window::of([args.since.as_deref(), args.until.as_deref()], now, zone)?,
        filter: TagFilter::from(&args.filter),
        reference: settings.get(&REF)?.value,
        server_zone: settings.get(&SERVER_TIMEZONE)?.value,
        kinds_seen: RefCell::default(),
        timeout: settings.get(&TIMEOUT)?.value,
        waits_for: RefCell::default(),
    };
    let asked = app.query((&args.query).into(), async |fleet| query.answers(app, fleet).await);
    let (answers, past) = asked.map_err(|failure| {
        failure.in_words_if_timed_out(|| turn::still_awaited(&query.waits_for, query.timeout?))
    })?;
    let coverage = past.as_ref().and_then(|past| past.coverage(&answers.answered, now));
    let continues_script = past.as_ref().is_some_and(PastTags::continues_script);
    let note_of_kinds = query.kinds_seen.borrow().note("no tag has kind", &query.filter.kinds);
    let answered = answers.answered.iter().map(|(profile, _)| profile.clone()).collect::<Vec<_>>();
    let has_nothing = past.is_some() && answered.is_empty();
    let has_icons = past.as_ref().is_none_or(|past| answered.is_empty() || past.has_icons(&answered));
    let context = Context { coverage, continues_script, has_nothing, has_icons, now, zone };
    let made = outcome(args, &query.window, note_of_kinds, answers, &context);
    let status = app.console.answer(made, &renderer)?;
    if let Some(past) = &past {
        past.move_cursors(&answered)?;
    }
    Ok(status)
}

/// What is asked for, and which of the notifications that come are shown.
struct Query<'a> {
    args: &'a TagsArgs,
    window: Window,
    filter: TagFilter,
    reference: Reference,
    server_zone: TimeZone,
    /// For a note about `--kind`.
    kinds_seen: RefCell<KindsSeen>,
    timeout: Option<Duration>,
    /// The other call of the script, while it is waited for.
    waits_for: RefCell<Option<String>>,
}

impl<'a> Query<'a> {
    /// Asks for every agent, and adds what the journal has, if it has to do with the command.
    ///
    /// # Errors
    /// If the only agent has no answer, or the journal cannot be read.
    async fn answers(
        &self,
        app: &'a App,
        fleet: Fleet,
    ) -> Result<(Answers<Answer<Tags<Row>>>, Option<PastTags<'a>>), Failure> {
        let args = self.args;
        let wants_past = args.since.is_some() || args.require_coverage;
        let wish = Wish {
            is_required: args.new.is_some(),
            since: wants_past.then_some(self.window.since),
            ..Wish::of("tags", &args.query.sandbox)
        };
        let keeper = Keeper::open(app, &wish, &fleet)?;
        let turn = match (&keeper, &args.new) {
            (Some(keeper), Some(script)) => {
                let (limit, claim) = (turn::limit(self.timeout, &fleet), || keeper.claim_turn(script));
                let note = |text: &str| app.console.note(text);
                Some(turn::take(script, limit, claim, note, &self.waits_for).await?)
            }
            _ => None,
        };
        let script = args.new.as_deref().zip(turn);
        let past = keeper.map(|keeper| PastTags::new(keeper, self.window, script, args.journal.poll));
        let request = |signed_in| self.answer(past.as_ref(), signed_in);
        let without_session = |profile: &str, failure: Failure| match &past {
            Some(past) if past.holds(profile) => {
                Ok(past.without_answer(profile, failure)?.map_tags(self.row_of(profile)))
            }
            _ => Err(failure),
        };
        let mut answers = fleet.query_or(request, without_session).await?;
        if let Some(past) = &past {
            past.unanswered.report(&fleet, &mut answers);
        }
        Ok((answers, past))
    }

    /// Asks for one agent.
    async fn answer(
        &self,
        past: Option<&PastTags<'_>>,
        signed_in: &SignedIn,
    ) -> Result<Answer<Tags<Row>>, Failure> {
        let row_of = self.row_of(&signed_in.profile);
        if let Some(past) = past.filter(|past| past.holds(&signed_in.profile)) {
            let answer = past.tags(signed_in, &self.reference, &self.server_zone).await?;
            return Ok(answer.map_tags(row_of));
        }
        let recent = |tag| if self.window.holds(&tag) { row_of(tag) } else { None };
        Ok(signed_in.tags(&self.reference, &self.server_zone, recent).await?)
    }

    /// The row of a notification of this profile, if the filter selects it.
    fn row_of(&self, profile: &str) -> impl Fn(Tag) -> Option<Row> {
        let profile = CompactString::from(profile);
        move |tag| {
            if !self.filter.kinds.is_empty() {
                self.kinds_seen.borrow_mut().add(&tag);
            }
            self.filter.selects(&tag).then(|| row(profile.clone(), tag))
        }
    }
}

/// What a window by our clock leaves out or lets in, if the server's is another one.
fn note_of_clocks<'a>(answers: impl Iterator<Item = &'a Answer<Tags<Row>>>) -> Option<String> {
    let ahead = answers.filter_map(|answer| Some(seconds_ahead(answer.server_time?, answer.as_of)));
    let ahead = ahead.max_by_key(|seconds| seconds.abs()).filter(|seconds| seconds.abs() > SKEW_SECONDS)?;
    let (length, way) = (times::length(ahead.abs()), if ahead < 0 { "behind" } else { "ahead of" });
    Some(format!("the server's clock is {length} {way} this machine's, which --since and --until use"))
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
            "tags before this moment were left out; null where --new goes on",
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
        Field::new("call_id", "CALL", Meaning::Id, Shown::WithRoom(8), "the call it concerns"),
        Field::new("customer", "CUSTOMER", Meaning::Phone, Shown::WhenPresent(5), "the customer's number"),
        Field::new(
            "icons",
            "ICONS",
            Meaning::Icons,
            Shown::WithRoom(9),
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
    tail: &[
        Field::new(
            "icons",
            "ICONS",
            Meaning::Icons,
            Shown::OnRequest,
            "icon details that belong to no tag; null if no server was asked",
        ),
        coverage::COVERAGE,
        coverage::GAPS,
    ],
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

/// What the rows alone do not say.
struct Context<'a> {
    /// `None` if the journal holds none of the agents.
    coverage: Option<CoverageOfAll>,
    /// Whether the window begins where a script was the last time.
    continues_script: bool,
    /// Whether neither the server nor the journal that is there has given anything.
    has_nothing: bool,
    /// Whether a server was asked, for the journal does not keep what belongs to no notification.
    has_icons: bool,
    now: Timestamp,
    zone: &'a TimeZone,
}

impl Context<'_> {
    fn note(&self, window: &Window) -> Option<String> {
        let is_long = window.outreaches_the_server(self.now);
        match &self.coverage {
            Some(coverage) if if self.continues_script { coverage.has_gap() } else { is_long } => {
                coverage.sentence(self.now, self.zone)
            }
            None if is_long && !self.has_nothing => Some(coverage::THE_HOUR_ALONE.to_owned()),
            _ => None,
        }
    }
}

fn outcome(
    args: &TagsArgs,
    window: &Window,
    note_of_kinds: Option<String>,
    mut answers: Answers<Answer<Tags<Row>>>,
    context: &Context<'_>,
) -> Outcome {
    let mut status = answers.status();
    let failures = answers.take_failures();
    let as_of = answers.answered.iter().map(|(_, answer)| answer.as_of).max().unwrap_or(context.now);
    let mut notes: Vec<String> = context.note(window).into_iter().collect();
    notes.extend(note_of_kinds);
    notes.extend(note_of_clocks(answers.answered.iter().map(|(_, answer)| answer)));
    let mut icons = vec![];
    let mut kept = vec![];
    for (_, answer) in answers.answered {
        notes.extend(answer.notes);
        let Tags { notifications: rows, icons: left_over, .. } = answer.value;
        icons.extend(left_over);
        kept.extend(rows);
    }
    let without_time = kept.iter().filter(|row| row.get("time").is_absent()).count();
    if without_time > 0 {
        let tags = if without_time == 1 { "tag has" } else { "tags have" };
        notes.push(format!("{without_time} {tags} no readable time; --since and --until do not filter them"));
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
    let tail = Row::new(DOCUMENT.tail);
    let tail = context.coverage.as_ref().map_or_else(|| tail.clone(), |coverage| coverage.fill(tail.clone()));
    if args.require_coverage
        && status == ExitStatus::Done
        && context.coverage.as_ref().is_none_or(CoverageOfAll::has_gap)
    {
        status = ExitStatus::No;
    }
    let head = Row::new(DOCUMENT.head)
        .with("as_of", as_of)
        .with("since", (!context.continues_script).then_some(window.since))
        .with("until", window.until);
    let icons = context.has_icons.then_some(RawList { label: "".into(), items: icons });
    let report =
        Report { head, tail: tail.with("icons", icons), failures, notes, ..Report::new(&DOCUMENT, kept) };
    Outcome { report, status }
}

#[must_use]
pub fn row(profile: CompactString, tag: Tag) -> Row {
    let icons = RawList { label: tag.icon_names.join_compact(", "), items: tag.icons };
    let values = [
        ("profile", profile.into()),
        ("id", tag.id.into()),
        ("time", tag.time.into()),
        ("kind", tag.kind.into()),
        ("message", tag.message.into()),
        ("agent_id", tag.agent_id.into()),
        ("call_id", tag.call_id.into()),
        ("customer", tag.customer.into()),
        ("icons", icons.into()),
        ("fields", tag.fields.into()),
    ];
    Row::of(DOCUMENT.fields, values)
}

#[cfg(test)]
mod tests;
