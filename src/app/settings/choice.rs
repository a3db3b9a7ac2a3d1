//! Chooses whose session is used: the sandbox's agents, credentials in variables, or stored profiles. This reads nothing
//! but settings.

use globset::{Glob, GlobMatcher};

use crate::app::options::{FleetOptions, RecordedOptions, SandboxOptions};
use crate::app::settings::table::{PROFILE, SERVER};
use crate::app::settings::variables::credential_in;
use crate::app::settings::{Settings, Source, Sourced};
use crate::failure::Failure;
use crate::store::{Profile, ProfileName, Profiles, ServerUrl};
use crate::words::nearest;

#[derive(Clone, Debug, PartialEq)]
pub enum SessionSource {
    Sandbox(Choice),
    /// The variable that was found first.
    Variables(&'static str),
    Stored(Sourced<Choice>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    Named(String),
    /// Globs; a profile matches if one of them does.
    Matching(Vec<String>),
    All,
    Default,
}

/// A typed `--profile` overrides credentials in variables. Without one, those override stored sessions, and no store is
/// opened.
///
/// # Errors
/// If a variable is not UTF-8.
pub fn session_source(
    fleet: &FleetOptions,
    sandbox: &SandboxOptions,
    settings: Settings<'_>,
) -> Result<SessionSource, Failure> {
    let named = named(settings)?;
    let is_typed = |choice: &Sourced<Choice>| matches!(choice.source, Source::Option(_));
    let typed = many(fleet).or_else(|| named.clone().filter(is_typed));
    if sandbox.sandbox {
        return Ok(SessionSource::Sandbox(typed.map_or(Choice::Default, |choice| choice.value)));
    }
    if let Some(typed) = typed {
        return Ok(SessionSource::Stored(typed));
    }
    if let Some(variable) = credential_in(settings.variables) {
        return Ok(SessionSource::Variables(variable));
    }
    Ok(SessionSource::Stored(named.unwrap_or(Sourced::new(Choice::Default, Source::Default))))
}

/// The options of a command that is about everybody, unless an option or a variable names somebody. `profile` in the
/// config file does not: it is for commands about one agent.
///
/// # Errors
/// If a variable is not UTF-8.
pub fn everybody_unless_named(
    fleet: &FleetOptions,
    sandbox: &SandboxOptions,
    settings: Settings<'_>,
) -> Result<FleetOptions, Failure> {
    let is_named = match named(settings)?.map(|name| name.source) {
        Some(Source::Option(_)) => true,
        Some(Source::Variable(_)) => !sandbox.sandbox,
        _ => false,
    };
    let in_variable = !sandbox.sandbox && credential_in(settings.variables).is_some();
    let mut fleet = fleet.clone();
    fleet.all |= fleet.profiles.is_empty() && !is_named && !in_variable;
    Ok(fleet)
}

/// Whom a command shows of those whom the journal holds: everybody, unless an option or a variable names somebody.
///
/// # Errors
/// If a variable is not UTF-8, or a glob is malformed: exit code 2.
pub fn recorded(options: &RecordedOptions, settings: Settings<'_>) -> Result<Choice, Failure> {
    if options.all {
        return Ok(Choice::All);
    }
    if !options.profiles.is_empty() {
        options.profiles.iter().try_for_each(|glob| matcher(glob).map(drop))?;
        return Ok(Choice::Matching(options.profiles.clone()));
    }
    let is_meant = |name: &Sourced<Choice>| match name.source {
        Source::Option(_) => true,
        Source::Variable(_) => !options.sandbox,
        _ => false,
    };
    Ok(named(settings)?.filter(is_meant).map_or(Choice::All, |name| name.value))
}

/// The profiles that `deepcall profiles` lists; `None` for all.
///
/// # Errors
/// If a variable is not UTF-8.
pub fn listed(fleet: &FleetOptions, settings: Settings<'_>) -> Result<Option<Choice>, Failure> {
    let chosen = match many(fleet) {
        Some(many) => Some(many.value),
        None => named(settings)?.and_then(Sourced::if_typed),
    };
    Ok(chosen.filter(|choice| *choice != Choice::All))
}

fn many(fleet: &FleetOptions) -> Option<Sourced<Choice>> {
    if fleet.all {
        return Some(Sourced::new(Choice::All, Source::Option("--all")));
    }
    let globs = (!fleet.profiles.is_empty()).then(|| fleet.profiles.clone())?;
    Some(Sourced::new(Choice::Matching(globs), Source::Option("--profiles")))
}

fn named(settings: Settings<'_>) -> Result<Option<Sourced<Choice>>, Failure> {
    let named = settings.text(&PROFILE.key)?;
    if let Some(names) = settings.typed.text(&PROFILE.key).filter(|names| names.contains(',')) {
        return Err(Failure::usage(format!(
            "--profile names one profile; `--profiles {names}` selects several"
        )));
    }
    Ok(named.map(|name| Sourced::new(Choice::Named(name.value.into_owned()), name.source)))
}

impl Choice {
    /// Whether the answer is a list, even if it names one profile.
    #[must_use]
    pub fn is_many(&self) -> bool {
        matches!(self, Self::All | Self::Matching(_))
    }

    /// Those of `names` that are chosen; `default` is the name of the default profile.
    ///
    /// # Errors
    /// If a glob is malformed, a name or glob fits nobody, or no profile of several is the default (exit code 2); if
    /// nobody is signed in (4).
    pub fn pick<'a, T>(
        &self,
        entries: &'a [T],
        name: impl Fn(&T) -> &str,
        default: Option<&str>,
    ) -> Result<Vec<&'a T>, Failure> {
        match self {
            Self::All | Self::Default if entries.is_empty() => Err(not_signed_in()),
            Self::All => Ok(entries.iter().collect()),
            Self::Matching(globs) => {
                let globs: Vec<GlobMatcher> =
                    globs.iter().map(|glob| matcher(glob)).collect::<Result<_, _>>()?;
                if entries.is_empty() {
                    return Err(not_signed_in());
                }
                // A name without a profile is a typing error, even if other names match.
                let matches_nothing =
                    |glob: &&GlobMatcher| !entries.iter().any(|entry| glob.is_match(name(entry)));
                if let Some(glob) = globs.iter().find(matches_nothing) {
                    let glob = glob.glob().glob();
                    let failure = Failure::usage(format!("no profile matches {glob}"));
                    return Err(failure.hint(near(glob, entries.iter().map(&name))));
                }
                let is_chosen = |entry: &&T| globs.iter().any(|glob| glob.is_match(name(entry)));
                Ok(entries.iter().filter(is_chosen).collect())
            }
            Self::Named(wanted) => {
                let found = entries.iter().find(|entry| name(entry) == wanted);
                let unknown = || unknown(wanted, entries.iter().map(&name));
                found.map(|entry| vec![entry]).ok_or_else(unknown)
            }
            Self::Default => {
                let only = if let [only] = entries { Some(only) } else { None };
                let chosen = entries.iter().find(|entry| Some(name(entry)) == default).or(only);
                chosen.map(|entry| vec![entry]).ok_or_else(|| no_default(known(entries.iter().map(&name))))
            }
        }
    }
}

/// The error about a name that none of the stored profiles has. A name is mistyped only where there are others: where none is
/// stored, nobody is signed in.
pub fn unknown<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> Failure {
    let message = format!("no profile is called {wanted:?}");
    if names.clone().next().is_none() {
        return Failure::sign_in(message).hint("no profile is stored yet");
    }
    Failure::usage(message).hint(near(wanted, names))
}

/// The hint about a name that is none of these.
pub fn near<'a>(wanted: &str, names: impl Iterator<Item = &'a str> + Clone) -> String {
    let nearest = nearest(wanted, names.clone());
    nearest.map_or_else(|| known(names), |name| format!("did you mean `{name}`?"))
}

fn known<'a>(names: impl Iterator<Item = &'a str>) -> String {
    format!("known profiles: {}", names.take(20).collect::<Vec<_>>().join(", "))
}

fn no_default(known: String) -> Failure {
    Failure::usage("several profiles are stored and none is the default")
        .hint(known)
        .hint("name one with --profile, or run `deepcall profiles --default NAME`")
}

fn not_signed_in() -> Failure {
    Failure::sign_in("not signed in")
        .hint("run `deepcall login` to store a session")
        .hint("run `deepcall --sandbox tags` to try it without an account")
}

fn matcher(glob: &str) -> Result<GlobMatcher, Failure> {
    if glob.trim().is_empty() {
        return Err(Failure::usage("--profiles: a name is missing beside a comma"));
    }
    match Glob::new(glob.trim()) {
        Ok(glob) => Ok(glob.compile_matcher()),
        Err(error) => Err(Failure::usage(format!("--profiles {glob:?}")).caused_by(&error)),
    }
}

/// The server of a profile. Another setting may only name the same one, because a profile's secret is sent to no other
/// origin.
///
/// # Errors
/// If the address is malformed (exit code 2); if it is of another origin, since no session is stored for that one (4).
pub fn server_of(profile: &Profile, settings: Settings<'_>) -> Result<ServerUrl, Failure> {
    let named = settings.of(Some(profile)).get(&SERVER)?;
    if named.value.origin() == profile.server.origin() {
        return Ok(named.value);
    }
    Err(Failure::sign_in(format!(
        "profile {} is signed in at {}, not at {} ({})",
        profile.name, profile.server, named.value, named.source
    ))
    .hint(format!("run `deepcall login --profile {} --server {}`", profile.name, named.value)))
}

/// The profile that `login` stores.
///
/// # Errors
/// If the name is malformed: exit code 2.
pub fn profile_name(profiles: &Profiles, settings: Settings<'_>) -> Result<Sourced<ProfileName>, Failure> {
    let named = settings.get(&PROFILE)?;
    if let Some(name) = named.value {
        return Ok(Sourced::new(name, named.source));
    }
    let name = match profiles.default_profile() {
        Some(profile) => profile.name.clone(),
        None => ProfileName::parse("default").map_err(|error| Failure::usage(error.to_string()))?,
    };
    Ok(Sourced::new(name, Source::Default))
}
