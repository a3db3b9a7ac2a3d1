//! What a shell offers at Tab beyond what the definition lists by itself: names of profiles, columns, zones, codes.
//! All of it is built in or on disk: nothing here asks the network or a keyring.

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};

use crate::app::settings::table;
use crate::client::replies::codes;
use crate::commands::schema;
use crate::failure::EXIT_STATUSES;
use crate::floor::event::EventWords;
use crate::output::event_view::STREAM;
use crate::output::text::style;
use crate::report::Document;

/// The definition with candidates for values. `profiles` are the names that are stored.
pub(crate) fn with_candidates(mut definition: Command, profiles: &[String]) -> Command {
    definition.build();
    offering_below(definition, None, profiles)
}

fn offering_below(command: Command, above: Option<&'static Document>, profiles: &[String]) -> Command {
    let document = document(command.get_name()).or(above);
    command
        .mut_args(|argument| offering(argument, document, profiles))
        .mut_subcommands(|below| offering_below(below, document, profiles))
}

/// What a command answers with, and so which columns it knows.
fn document(command: &str) -> Option<&'static Document> {
    if command == "watch" {
        return Some(&STREAM);
    }
    let name = if matches!(command, "login" | "logout") { "profiles" } else { command };
    schema::DOCUMENTS.into_iter().find(|document| document.name == name)
}

fn offering(argument: Arg, document: Option<&'static Document>, profiles: &[String]) -> Arg {
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
        "what" => offer(argument, explained),
        "key" => offer(argument, keys),
        _ => argument,
    }
}

fn offer(argument: Arg, candidates: impl Fn() -> Vec<CompletionCandidate> + Send + Sync + 'static) -> Arg {
    argument.add(ArgValueCandidates::new(candidates))
}

fn columns(document: &Document) -> Vec<CompletionCandidate> {
    let column =
        |key: &'static str, about: &'static str| CompletionCandidate::new(key).help(Some(about.into()));
    document.fields.iter().map(|field| column(field.key, field.about)).collect()
}

fn zones() -> Vec<CompletionCandidate> {
    let named = jiff::tz::db().available().map(|zone| CompletionCandidate::new(zone.as_str()));
    ["local", "UTC"].into_iter().map(CompletionCandidate::new).chain(named).collect()
}

fn events() -> Vec<CompletionCandidate> {
    EventWords::ALL.iter().map(|words| CompletionCandidate::new(words.name)).collect()
}

/// The keys of the config file.
fn keys() -> Vec<CompletionCandidate> {
    table::names().map(|(name, key)| CompletionCandidate::new(name).help(Some(key.help.into()))).collect()
}

/// DeepCall's codes, and `exit` with the program's own.
fn explained() -> Vec<CompletionCandidate> {
    let told =
        |code: String, meaning: &'static str| CompletionCandidate::new(code).help(Some(meaning.into()));
    let codes = codes::all().iter().map(|code| told(code.number.to_string(), code.meaning));
    let exits = EXIT_STATUSES.iter().map(|(status, meaning, _)| told(status.code().to_string(), meaning));
    let exit = CompletionCandidate::new("exit").help(Some("what deepcall's own exit codes mean".into()));
    std::iter::once(exit).chain(exits).chain(codes).collect()
}
