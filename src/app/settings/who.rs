//! Who asks: the sandbox's agents, credentials in variables, or stored profiles. Pure.

use globset::{Glob, GlobMatcher};

use crate::app::options::{ConnectionOptions, FleetOptions, ProfileOptions, SandboxOptions};
use crate::app::settings::table::{PROFILE, SERVER, STORE};
use crate::app::settings::variables::CREDENTIALS;
use crate::app::settings::{Layers, Source, Sourced};
use crate::failure::Failure;
use crate::store::{Profile, ProfileName, Profiles, ServerUrl, StoreKind};

/// The variables that hold credentials.
pub const CREDENTIAL_VARIABLES: [&str; 5] = {
    let [a, b, c, d, e] = CREDENTIALS;
    [a.0, b.0, c.0, d.0, e.0]
};

/// Whom the user wants to ask as, before anything is opened.
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    /// The sandbox's agents that the choice names.
    Sandbox(Choice),
    /// The credentials in variables; the named one was found first.
    Variables {
        /// The variable that decided it.
        variable: &'static str,
    },
    /// Stored profiles that the choice names.
    Stored(Sourced<Choice>),
}

/// One or several profiles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This one.
    Named(String),
    /// All whose name matches one of the globs.
    Matching(Vec<String>),
    /// All there are.
    All,
    /// Whichever is the default.
    Default,
}

/// Option > variable > config file > default (`configuration.md`, "Which value counts"). A typed `--profile` wins over
/// credentials in variables; without one, those win and no store is opened.
///
/// # Errors
/// If a variable is not UTF-8.
pub fn who(
    profile: &ProfileOptions,
    fleet: &FleetOptions,
    sandbox: &SandboxOptions,
    layers: Layers<'_>,
) -> Result<Who, Failure> {
    let typed = typed_choice(profile, fleet);
    if sandbox.sandbox {
        return Ok(Who::Sandbox(typed.map_or(Choice::Default, |choice| choice.value)));
    }
    if let Some(typed) = typed {
        return Ok(Who::Stored(typed));
    }
    if let Some(variable) = CREDENTIAL_VARIABLES.into_iter().find(|name| layers.variables.has(name)) {
        return Ok(Who::Variables { variable });
    }
    let named = layers.text(&PROFILE.key, None)?;
    let named = named.map(|name| Sourced::new(Choice::Named(name.value.into_owned()), name.source));
    Ok(Who::Stored(named.unwrap_or(Sourced::new(Choice::Default, Source::Default))))
}

fn typed_choice(profile: &ProfileOptions, fleet: &FleetOptions) -> Option<Sourced<Choice>> {
    if fleet.all {
        return Some(Sourced::new(Choice::All, Source::Option("--all")));
    }
    if !fleet.profiles.is_empty() {
        return Some(Sourced::new(Choice::Matching(fleet.profiles.clone()), Source::Option("--profiles")));
    }
    let name = profile.profile.clone()?;
    Some(Sourced::new(Choice::Named(name), Source::Option("--profile")))
}

impl Choice {
    /// Whether the answer is a list, however many profiles it names.
    #[must_use]
    pub fn is_many(&self) -> bool {
        matches!(self, Self::All | Self::Matching(_))
    }

    /// Those of `names` that are chosen; `default` is the one meant when nothing was said.
    ///
    /// # Errors
    /// If a glob is malformed (exit code 2); if a name or glob fits nobody, or nobody is signed in (4).
    pub fn pick<'a, T>(
        &self,
        entries: &'a [T],
        name: impl Fn(&T) -> &str,
        default: Option<&str>,
    ) -> Result<Vec<&'a T>, Failure> {
        let known = || {
            let names: Vec<&str> = entries.iter().take(20).map(&name).collect();
            if names.is_empty() {
                "run `deepcall login` first".to_owned()
            } else {
                format!("known are {}", names.join(", "))
            }
        };
        match self {
            Self::All if entries.is_empty() => Err(not_signed_in()),
            Self::All => Ok(entries.iter().collect()),
            Self::Matching(globs) => {
                let globs: Vec<GlobMatcher> =
                    globs.iter().map(|glob| matcher(glob)).collect::<Result<_, _>>()?;
                // A name that nobody has is a typing error, and must not be lost among those that match.
                let fits_nobody =
                    |glob: &&GlobMatcher| !entries.iter().any(|entry| glob.is_match(name(entry)));
                if let Some(glob) = globs.iter().find(fits_nobody) {
                    return Err(Failure::sign_in(format!("no profile matches {}", glob.glob())).hint(known()));
                }
                let is_chosen = |entry: &&T| globs.iter().any(|glob| glob.is_match(name(entry)));
                Ok(entries.iter().filter(is_chosen).collect())
            }
            Self::Named(wanted) => match entries.iter().find(|entry| name(entry) == wanted) {
                Some(entry) => Ok(vec![entry]),
                None => Err(no_such_profile(wanted, known())),
            },
            Self::Default => {
                let only = if let [only] = entries { Some(only) } else { None };
                let chosen = entries.iter().find(|entry| Some(name(entry)) == default).or(only);
                chosen
                    .map(|entry| vec![entry])
                    .ok_or_else(|| if entries.is_empty() { not_signed_in() } else { no_default(known()) })
            }
        }
    }
}

fn no_such_profile(wanted: &str, known: String) -> Failure {
    Failure::sign_in(format!("no profile is called {wanted:?}"))
        .hint(known)
        .hint(format!("run `deepcall login --profile {wanted}` to make it"))
}

fn no_default(known: String) -> Failure {
    Failure::sign_in("several profiles are stored and none is the default")
        .hint(known)
        .hint("name one with --profile, or run `deepcall profiles --default NAME`")
}

fn not_signed_in() -> Failure {
    Failure::sign_in("not signed in")
        .hint("run `deepcall login`")
        .hint("to look around first: deepcall --sandbox tags")
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

/// The server named by option, variable or config file, if any is.
///
/// # Errors
/// If the address is malformed: exit code 2.
pub fn named_server(
    options: &ConnectionOptions,
    layers: Layers<'_>,
) -> Result<Option<Sourced<ServerUrl>>, Failure> {
    let server = layers.get_text(&SERVER, options.server.as_deref())?;
    Ok((server.source != Source::Default).then_some(server))
}

/// The server to ask on behalf of a profile: its own. An address named elsewhere may only confirm
/// it, since a profile's secret goes to no other origin; the config file does not override a profile.
///
/// # Errors
/// If another origin was asked for: exit code 4, because no session is stored for that one.
pub fn server_of(profile: &Profile, named: Option<&Sourced<ServerUrl>>) -> Result<ServerUrl, Failure> {
    match named {
        Some(named) if named.source == Source::ConfigFile => Ok(profile.server.clone()),
        Some(named) if named.value.origin() == profile.server.origin() => Ok(named.value.clone()),
        Some(named) => Err(Failure::sign_in(format!(
            "profile {} is signed in at {}, not at {} ({})",
            profile.name, profile.server, named.value, named.source
        ))
        .hint(format!("run `deepcall login --profile {} --server {}`", profile.name, named.value))),
        None => Ok(profile.server.clone()),
    }
}

/// Refuses plain http to other machines: the secret would be readable on the way.
///
/// # Errors
/// Unless the server is on this machine, or `allowed`: exit code 2.
pub fn refuse_plain_http(server: &ServerUrl, allowed: bool) -> Result<(), Failure> {
    if server.is_plain_http() && !server.is_loopback() && !allowed {
        return Err(Failure::usage(format!(
            "{server} is plain http: the session would be readable on the way"
        ))
        .hint("use https, or allow it for one profile with `deepcall login --allow-http`"));
    }
    Ok(())
}

/// The name of the profile that `login` writes and `logout` forgets.
///
/// # Errors
/// If the name is malformed: exit code 2.
pub fn profile_name(
    options: &ProfileOptions,
    profiles: &Profiles,
    layers: Layers<'_>,
) -> Result<Sourced<ProfileName>, Failure> {
    let named = layers.get_text(&PROFILE, options.profile.as_deref())?;
    if let Some(name) = named.value {
        return Ok(Sourced::new(name, named.source));
    }
    let name = match profiles.default_profile() {
        Some(profile) => profile.name.clone(),
        None => ProfileName::parse("default").map_err(|error| Failure::usage(error.to_string()))?,
    };
    Ok(Sourced::new(name, Source::Default))
}

/// Which profiles `profiles` shall list; `None` for all.
#[must_use]
pub fn listed(profile: &ProfileOptions, fleet: &FleetOptions) -> Option<Choice> {
    typed_choice(profile, fleet).map(|choice| choice.value).filter(|choice| *choice != Choice::All)
}

/// Where `login` keeps the secret: option > variable > where this profile kept it > config file > keyring.
///
/// # Errors
/// If the variable or the config file names an unknown store: exit code 2.
pub fn store_kind(
    typed: Option<StoreKind>,
    known: Option<&Profile>,
    layers: Layers<'_>,
) -> Result<Sourced<StoreKind>, Failure> {
    layers.of(known).get(&STORE, typed)
}
