//! What the subcommands share: the journal that there is, or what there is to say without one.

use crate::app::App;
use crate::app::journal;
use crate::app::settings::setting::Setting;
use crate::app::settings::table::JOURNAL_RECORD;
use crate::failure::Failure;
use crate::journal::{AgentRow, Journal, Mode, Opened};
use crate::report::{Document, Part, Report, Sentence, Tone, Value};
use crate::words::nearest;

/// The journal, if there is one, to be changed. What was found damaged is noted.
pub(super) fn open(app: &App) -> Result<Option<Opened>, Failure> {
    let path = journal::path(app)?;
    let opened = Journal::open(&path, Mode::Existing, journal::settings(app)?, app.clock.now())?;
    journal::note_set_aside(&app.console, opened.as_ref().and_then(|opened| opened.set_aside.as_ref()));
    Ok(opened)
}

/// What there is to report without a journal, which is no failure.
pub(super) fn without_journal(document: &'static Document, app: &App) -> Result<Report, Failure> {
    let path = journal::path(app)?;
    let begins = match app.settings()?.get(&JOURNAL_RECORD)?.value {
        Some(true) => "the next command that receives something begins one",
        _ => "with `deepcall journal on` the next command that receives something begins one",
    };
    let note = format!("there is no journal at {}; {begins}", path.display());
    let sentence = Sentence { tone: Tone::Usual, parts: vec![Part::Words("Nothing is recorded")] };
    Ok(Report { notes: vec![note], sentence: Some(sentence), ..Report::new(document, vec![]) })
}

/// What there is to report of a journal in which nobody is.
pub(super) fn note_of_emptiness(journal: &Journal) -> Result<Option<String>, Failure> {
    let is_empty = journal.agents()?.is_empty();
    Ok(is_empty.then(|| format!("the journal {} holds nothing", journal.path().display())))
}

/// Who is meant by the name of a profile or by an agent's id.
///
/// # Errors
/// If the journal holds no such agent: exit code 2.
pub(super) fn called<'r>(name: &str, known: &'r [AgentRow]) -> Result<Vec<&'r AgentRow>, Failure> {
    let is_meant = |row: &&AgentRow| row.profile == name || row.agent_id.as_deref() == Some(name);
    let meant: Vec<&AgentRow> = known.iter().filter(is_meant).collect();
    if meant.is_empty() { Err(unknown_agent(name, known)) } else { Ok(meant) }
}

fn unknown_agent(name: &str, known: &[AgentRow]) -> Failure {
    let failure = Failure::usage(format!("the journal holds no agent {name:?}"));
    match nearest(name, known.iter().map(|row| row.profile.as_str())) {
        Some(nearest) => failure.hint(format!("did you mean {nearest}?")),
        None => failure.hint("`deepcall journal status` lists its agents"),
    }
}

/// The value of a setting as it was written.
pub(super) fn in_effect<T: Clone>(app: &App, setting: &Setting<T>) -> Result<String, Failure> {
    let settings = app.settings()?;
    settings.get(setting)?;
    let written = settings.text(&setting.key)?.map(|found| found.value.into_owned());
    Ok(written.unwrap_or_else(|| setting.key.default.unwrap_or_default().to_owned()))
}

pub(super) fn count(number: u64) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}
