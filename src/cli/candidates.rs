//! Candidates for completion that the definition does not list: names of profiles, columns, zones, codes. They are built in
//! or on disk, so completion needs neither the network nor a keyring.

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::app::settings::table;
use crate::client::replies::codes;
use crate::commands::schema;
use crate::failure::EXIT_STATUSES;
use crate::floor::condition::Until;
use crate::output::event_view::STREAM;
use crate::output::table_view;
use crate::output::text::style;
use crate::report::Document;

/// Adds candidates for values to the definition. `profiles` are the names of stored profiles.
pub(crate) fn with_candidates(mut definition: Command, profiles: &[String]) -> Command {
    definition.build();
    with_candidates_below(definition, None, profiles)
}

fn with_candidates_below(command: Command, above: Option<&'static Document>, profiles: &[String]) -> Command {
    let document = document(command.get_name()).or(above);
    command
        .mut_args(|argument| with_candidates_of_argument(argument, document, profiles))
        .mut_subcommands(|below| with_candidates_below(below, document, profiles))
}

/// The document of a command, which has its columns.
fn document(command: &str) -> Option<&'static Document> {
    if command == "watch" {
        return Some(&STREAM);
    }
    let name = if matches!(command, "login" | "logout") { "profiles" } else { command };
    schema::DOCUMENTS.into_iter().find(|document| document.name == name)
}

fn with_candidates_of_argument(
    argument: Arg,
    document: Option<&'static Document>,
    profiles: &[String],
) -> Arg {
    match argument.get_id().as_str() {
        "profile" | "profiles" => {
            let profiles = profiles.to_vec();
            offer(argument, move || profiles.iter().map(CompletionCandidate::new).collect())
        }
        "columns" => match document {
            Some(document) => offer(argument, || columns(document)),
            None => argument,
        },
        "timezone" | "server_timezone" => offer(argument, zones),
        "kind" => offer(argument, || style::kinds().map(CompletionCandidate::new).collect()),
        "until" if document.is_some_and(|document| document.name == STREAM.name) => offer(argument, events),
        "what" => offer(argument, codes_to_explain),
        "key" => offer(argument, keys),
        _ => argument,
    }
}

fn offer(argument: Arg, candidates: impl Fn() -> Vec<CompletionCandidate> + Send + Sync + 'static) -> Arg {
    argument.add(ArgValueCandidates::new(candidates))
}

fn columns(document: &Document) -> Vec<CompletionCandidate> {
    let candidate =
        |(name, about): (String, &'static str)| CompletionCandidate::new(name).help(Some(about.into()));
    table_view::names(document).map(candidate).collect()
}

fn zones() -> Vec<CompletionCandidate> {
    let named = jiff::tz::db().available().map(|zone| CompletionCandidate::new(zone.as_str()));
    ["local", "UTC"].into_iter().map(CompletionCandidate::new).chain(named).collect()
}

fn events() -> Vec<CompletionCandidate> {
    Until::events().map(|words| CompletionCandidate::new(words.name)).collect()
}

fn keys() -> Vec<CompletionCandidate> {
    table::names().map(|(name, key)| CompletionCandidate::new(name).help(Some(key.help.into()))).collect()
}

/// The arguments of `explain`: DeepCall's codes, `exit`, and the exit codes.
fn codes_to_explain() -> Vec<CompletionCandidate> {
    let candidate =
        |code: String, meaning: &'static str| CompletionCandidate::new(code).help(Some(meaning.into()));
    let codes = codes::all().iter().map(|code| candidate(code.number.to_string(), code.meaning));
    let exits =
        EXIT_STATUSES.iter().map(|(status, meaning, _)| candidate(status.code().to_string(), meaning));
    let exit = CompletionCandidate::new("exit").help(Some("what deepcall's own exit codes mean".into()));
    std::iter::once(exit).chain(exits).chain(codes).collect()
}
