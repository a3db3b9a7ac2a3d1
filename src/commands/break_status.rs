//! `deepcall break-status`: whether an agent is on break, why, and since when (`api.md` §1).

mod past;
pub(crate) mod rows;

use clap::Args;

use crate::app::App;
use crate::app::fleet::Unanswered;
use crate::app::journal::keeper::Keeper;
use crate::app::journal::keeper::opening::Wish;
use crate::app::options::{JournalOptions, OutputOptions, QueryOptions, VerbosityOptions};
use crate::app::settings::table::SERVER_TIMEZONE;
use crate::client::{Answer, SignedIn};
use crate::commands::break_status::past::PastBreaks;
use crate::commands::break_status::rows::{DOCUMENT, row, seconds_on_break, urgency};
use crate::commands::shared::journal_first::JournalFirst;
use crate::commands::shared::state_report::StateReport;
use crate::commands::shared::window::Window;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Break;
use crate::report::{Part, Sentence, Tone};

/// Show whether an agent is on break, why and for how long
///
/// "Not on break" is an answer, not a failure. With --exit-status the exit code gives the answer too. Of several
/// agents, those on break come first, the longest break at the top.
///
/// With --since it lists the breaks since then, and when they ended: as far back as a journal goes (`deepcall journal
/// on`), or up to eight days with --sandbox. A ~ marks a time that the answers leave open by a minute or more; the
/// bounds are since_min and until_min in JSON.
#[derive(Args, Clone, Debug)]
pub(crate) struct BreakStatusArgs {
    /// Exit with 0 if on break, 3 if not
    ///
    /// With several profiles: 0 if any of them is.
    #[arg(long)]
    exit_status: bool,
    /// List the breaks since this time, e.g. 8h or 9:00
    ///
    /// In the forms that `deepcall tags --since` takes.
    #[arg(long, value_name = "TIME", conflicts_with = "exit_status")]
    since: Option<String>,
    /// Exit with 3 if a part of the window of --since was not recorded
    #[arg(long, requires = "since", hide_short_help = true)]
    require_coverage: bool,
    #[command(flatten)]
    journal: JournalOptions,
    #[command(flatten)]
    query: QueryOptions,
    #[command(flatten)]
    output: OutputOptions,
    #[command(flatten)]
    verbosity: VerbosityOptions,
}

pub(crate) fn run(args: &BreakStatusArgs, app: &App) -> Result<ExitStatus, Failure> {
    let renderer = app.renderer(&args.output, args.verbosity, &DOCUMENT)?;
    let server_zone = app.settings()?.get(&SERVER_TIMEZONE)?.value;
    let (now, zone) = (app.clock.now(), &renderer.presentation().zone);
    let since = args.since.as_deref();
    let window = since.map(|since| Window::of([Some(since), None], now, zone)).transpose()?;
    let wish = Wish::of("break-status", &args.query.sandbox);
    let wish = Wish { since: window.map(|window| window.since), ..wish };
    let outcome = app.query((&args.query).into(), async |fleet| {
        let keeper = Keeper::open(app, &wish, &fleet)?;
        let past = window.map(|window| PastBreaks {
            keeper: keeper.as_ref(),
            window,
            now,
            zone,
            requires_coverage: args.require_coverage,
            unanswered: Unanswered::default(),
        });
        let journal_first = JournalFirst { keeper: keeper.as_ref(), polls: args.journal.poll };
        let request = async |signed_in: &SignedIn| {
            let answer = journal_first.break_status(signed_in, &server_zone).await;
            match &past {
                Some(past) => answer.or_else(|failure| past.without_answer(&signed_in.profile, failure)),
                None => answer,
            }
        };
        let without_session = |profile: &str, failure: Failure| match &past {
            Some(past) => past.without_answer(profile, failure),
            None => Err(failure),
        };
        let mut answers = fleet.query_or(request, without_session).await?;
        Ok(match &past {
            Some(past) => {
                past.unanswered.report(&fleet, &mut answers);
                past.outcome(answers)
            }
            None => STATE.outcome(answers, args.exit_status),
        })
    })?;
    app.console.answer(outcome, &renderer)
}

const STATE: StateReport<Break> =
    StateReport { document: &DOCUMENT, is_active: |status| status.on_break, urgency, row, sentence };

/// For example "On break: Lunch, for 10 min, since 13:04".
fn sentence(answer: &Answer<Break>) -> Sentence {
    let status = &answer.value;
    if !status.on_break {
        return Sentence { tone: Tone::Usual, parts: vec![Part::Words("Not on break")] };
    }
    let mut parts = vec![Part::Words("On break")];
    if let Some(reason) = &status.reason {
        parts.extend([Part::Words(": "), Part::Text(reason.clone())]);
    }
    if let Some(seconds) = seconds_on_break(answer) {
        parts.extend([Part::Words(", for "), Part::Length(seconds)]);
    }
    if let Some(since) = status.since {
        parts.extend([Part::Words(", since "), Part::Clock(since)]);
    }
    Sentence { tone: Tone::Notable, parts }
}
