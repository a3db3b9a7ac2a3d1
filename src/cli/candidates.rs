//! Candidates for completion that the definition does not list: names of profiles, columns, kinds, zones, codes. They are
//! built in or on disk, so completion needs neither the network nor a keyring.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter, CompletionCandidate};

use crate::app::settings::setting::Kind;
use crate::app::settings::table;
use crate::client::replies::codes;
use crate::commands::{schema, tags};
use crate::failure::{EXIT_STATUSES, ExitStatus};
use crate::floor::condition::{EventPattern, Until};
use crate::floor::event::EventWords;
use crate::output::event_view::STREAM;
use crate::output::table_view;
use crate::output::text::style;
use crate::report::Document;
use crate::sandbox;
use crate::store::StoreKind;

/// What is known without asking anybody.
struct Known {
    /// The names of stored profiles.
    profiles: Vec<String>,
    /// The names of agents in the journal, or of the simulated floor.
    recorded: Vec<String>,
    /// The kinds of tags: those of the simulated floor, or the words by which kinds are recognised, since the vendor
    /// publishes no list.
    kinds: Vec<&'static str>,
    /// Whether the line is about exit codes: `explain exit`.
    is_about_exits: bool,
}

/// Adds candidates for values to the definition. `profiles` are the names of stored profiles, `words` those of the line.
/// `recorded` is called where the line is about the journal, and not about a sandbox.
pub(crate) fn with_candidates(
    mut definition: Command,
    profiles: Vec<String>,
    recorded: impl FnOnce() -> Vec<String>,
    words: &[OsString],
) -> Command {
    definition.build();
    let is_sandbox = words.iter().any(|word| word == "--sandbox");
    let kinds = if is_sandbox { sandbox::kinds().collect() } else { style::kinds().collect() };
    let is_about_journal = words.iter().any(|word| word == "journal");
    let recorded = match (is_about_journal, is_sandbox) {
        (false, _) => vec![],
        (true, true) => sandbox::names().collect(),
        (true, false) => recorded(),
    };
    let is_about_exits = words.iter().any(|word| word == "exit");
    let definition =
        with_candidates_below(definition, ("", None), &Known { profiles, recorded, kinds, is_about_exits });
    match words.iter().find_map(|word| option_of_key(&definition, word.to_str()?)) {
        Some(option) => definition.mut_subcommand("config", |config| {
            config.mut_subcommand("set", |set| set.mut_arg("value", |value| like(value, &option)))
        }),
        None => definition,
    }
}

/// The option that takes the same values as a key of `config.toml`.
fn option_of_key(definition: &Command, key: &str) -> Option<Arg> {
    let (setting, _) = table::find(key)?;
    // The value of such a key is a part of the option's: `alert.break` is `15m` where the option is `break=15m`.
    if matches!(setting.key().kind, Kind::Names(_)) {
        return None;
    }
    let long = setting.key().long_option().trim_start_matches("--");
    let mut commands = definition.get_subcommands();
    let takes = |command: &Command| setting.key().is_option_of(command.get_name(), long);
    let command = commands.find(|command| takes(command) && option(command, long).is_some())?;
    option(command, long).cloned()
}

fn option<'c>(command: &'c Command, long: &str) -> Option<&'c Arg> {
    command.get_arguments().find(|argument| argument.get_long() == Some(long))
}

fn like(value: Arg, option: &Arg) -> Arg {
    let value = match option.get_value_delimiter() {
        Some(delimiter) => value.value_delimiter(delimiter),
        None => value,
    };
    if let Some(candidates) = option.get::<ArgValueCandidates>() {
        return value.add(candidates.clone());
    }
    if let Some(completer) = option.get::<ArgValueCompleter>() {
        return value.add(completer.clone());
    }
    if !option.get_action().takes_values() {
        return offer(value, || ["true", "false"].map(CompletionCandidate::new).into());
    }
    let names: Vec<_> = option.get_possible_values().iter().map(|of| of.get_name().to_owned()).collect();
    offer(value, move || names.iter().map(CompletionCandidate::new).collect())
}

fn with_candidates_below(
    command: Command,
    above: (&str, Option<&'static Document>),
    known: &Known,
) -> Command {
    let (parent, of_parent) = above;
    let name = command.get_name().to_owned();
    let document = document(parent, &name).or(of_parent);
    command
        .mut_args(|argument| with_candidates_of_argument(argument, document, known))
        .mut_subcommands(|below| with_candidates_below(below, (&name, document), known))
}

/// The document of a command, which has its columns.
fn document(parent: &str, command: &str) -> Option<&'static Document> {
    let name = match (parent, command) {
        (_, "watch") => return Some(&STREAM),
        (_, "login" | "logout") => "profiles".to_owned(),
        ("journal", "prune" | "forget") => "journal-removal".to_owned(),
        ("journal", command) => format!("journal-{command}"),
        (_, command) => command.to_owned(),
    };
    schema::DOCUMENTS.into_iter().find(|document| document.name == name)
}

fn with_candidates_of_argument(argument: Arg, document: Option<&'static Document>, known: &Known) -> Arg {
    let Known { profiles, recorded, kinds, is_about_exits } = known;
    let is_of_watch = document.is_some_and(|document| document.name == STREAM.name);
    match argument.get_id().as_str() {
        // `default` of `profiles`; that of `login` is a flag.
        "profile" | "profiles" | "default" if argument.get_action().takes_values() => {
            let profiles = profiles.clone();
            offer(argument, move || profiles.iter().map(CompletionCandidate::new).collect())
        }
        "agent" | "agents" if argument.get_action().takes_values() && !recorded.is_empty() => {
            let recorded = recorded.clone();
            offer(argument, move || recorded.iter().map(CompletionCandidate::new).collect())
        }
        "columns" => match document {
            Some(document) => {
                argument.add(ArgValueCompleter::new(move |typed: &OsStr| columns(document, typed)))
            }
            None => argument,
        },
        "timezone" | "server_timezone" => offer(argument, zones),
        "kind" => {
            let kinds = kinds.clone();
            offer(argument, move || kinds.iter().map(CompletionCandidate::new).collect())
        }
        "on" => {
            let kinds = kinds.clone();
            let names = || EventWords::ALL.iter().map(|words| words.name);
            argument.add(ArgValueCompleter::new(move |typed: &OsStr| events(typed, names(), &kinds, &[])))
        }
        "until" if is_of_watch => {
            let (profiles, kinds) = (profiles.clone(), kinds.clone());
            let names = || Until::events().map(|words| words.name);
            argument
                .add(ArgValueCompleter::new(move |typed: &OsStr| events(typed, names(), &kinds, &profiles)))
        }
        "alerts" => offer(argument, || {
            let limit = |limit, of: &'static str| CompletionCandidate::new(limit).help(Some(of.into()));
            vec![
                limit("break=", "of breaks, e.g. 15m or 10m:15m"),
                limit("break.", "of breaks for a reason, e.g. tea=9m"),
                limit("wrapup=", "of wrap-ups, e.g. 60s:90s"),
            ]
        }),
        "sort" => offer(argument, || tags::order::sort_keys().map(CompletionCandidate::new).collect()),
        "store" => {
            offer(argument, || StoreKind::ALL.map(|store| CompletionCandidate::new(store.word())).into())
        }
        // That of `journal export` has its own.
        "what" if !argument.get_possible_values().is_empty() => argument,
        "what" if *is_about_exits => offer(argument, exit_codes),
        "what" => offer(argument, codes_to_explain),
        "key" => offer(argument, keys),
        _ => argument,
    }
}

fn offer(argument: Arg, candidates: impl Fn() -> Vec<CompletionCandidate> + Send + Sync + 'static) -> Arg {
    argument.add(ArgValueCandidates::new(candidates))
}

/// The names that add a column only once their `+` is typed, else each column would be there twice; and the paths into a
/// field only once its dot is typed.
fn columns(document: &Document, typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return vec![] };
    let is_wanted = |(name, _): &(String, &str)| {
        name.starts_with(typed)
            && name.starts_with('+') == typed.starts_with('+')
            && name.contains('.') == typed.contains('.')
    };
    let candidate =
        |(name, about): (String, &'static str)| CompletionCandidate::new(name).help(Some(about.into()));
    table_view::names(document).filter(is_wanted).map(candidate).collect()
}

fn zones() -> Vec<CompletionCandidate> {
    let named = jiff::tz::db().available().map(|zone| CompletionCandidate::new(zone.as_str()));
    ["local", "UTC"].into_iter().map(CompletionCandidate::new).chain(named).collect()
}

/// `EVENT`; `tag:KIND` once the colon is typed, and `…@PROFILE` once the `@` is: all pairs at once would be a flood.
fn events(
    typed: &OsStr,
    names: impl Iterator<Item = &'static str>,
    kinds: &[&str],
    profiles: &[String],
) -> Vec<CompletionCandidate> {
    let Some(typed) = typed.to_str() else { return vec![] };
    let texts: Vec<String> = match typed.split_once('@') {
        Some((event, _)) if event.parse::<EventPattern>().is_ok() => {
            profiles.iter().map(|profile| format!("{event}@{profile}")).collect()
        }
        Some(_) => vec![],
        None if typed.contains(':') => kinds.iter().map(|kind| format!("tag:{kind}")).collect(),
        None => names.map(str::to_owned).collect(),
    };
    texts.into_iter().filter(|text| text.starts_with(typed)).map(CompletionCandidate::new).collect()
}

fn keys() -> Vec<CompletionCandidate> {
    table::names().map(|(name, key)| CompletionCandidate::new(name).help(Some(key.help.into()))).collect()
}

/// The first argument of `explain`: `exit`, `shift`, or one of DeepCall's codes, each once, although parts of the API give some of
/// them meanings of their own.
fn codes_to_explain() -> Vec<CompletionCandidate> {
    let candidate =
        |code: String, meaning: &'static str| CompletionCandidate::new(code).help(Some(meaning.into()));
    let mut numbers = HashSet::new();
    let codes = codes::all()
        .iter()
        .filter(|code| numbers.insert(code.number))
        .map(|code| candidate(code.number.to_string(), code.meaning));
    let exit = CompletionCandidate::new("exit").help(Some("what deepcall's own exit codes mean".into()));
    let shift = CompletionCandidate::new("shift").help(Some("what deepcall shift does not show".into()));
    [exit, shift].into_iter().chain(codes).collect()
}

fn exit_codes() -> Vec<CompletionCandidate> {
    let statuses = EXIT_STATUSES.iter();
    let candidate = |status: ExitStatus, meaning: &'static str| {
        CompletionCandidate::new(status.code().to_string()).help(Some(meaning.into()))
    };
    statuses.map(|(status, meaning, _)| candidate(*status, meaning)).collect()
}
