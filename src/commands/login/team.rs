//! `deepcall login --from-file`: the sessions of a team, one line each.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use futures_util::{StreamExt, stream};
use zeroize::Zeroizing;

use crate::app::App;
use crate::app::connect::Connector;
use crate::app::console::{Outcome, Side};
use crate::app::fleet::Agent;
use crate::app::owner;
use crate::app::secret_text::{LONGEST_SECRET, secret_from};
use crate::app::select::jobs;
use crate::app::settings::table::{SERVER, STORE, TIMEOUT};
use crate::app::sign_in::{Stores, UNLOCKING_LIMIT};
use crate::client::SignedIn;
use crate::commands::login::storing::{
    Stored, Storing, may_use_http, note_variable, notes_of_same_agent, plain_text, profile_of, test_store,
};
use crate::commands::profiles;
use crate::failure::{ExitStatus, Failure};
use crate::floor::answer::Owner;
use crate::output::formats::problem::{Alike, alike};
use crate::report::{Failures, Row, Value};
use crate::store::{Credentials, Profile, ProfileName, Profiles, Secret, Session, StoreKind};
use crate::system::files::Rights;
use crate::words::without_mark;

/// Some thousands of sessions; a larger file is a mistake.
const LARGEST: usize = 1024 * 1024;

/// How many wrong lines an error lists.
const LISTED: usize = 20;

/// What is longer than that is no name but a secret in the wrong column.
const LONG_NAME: usize = 16;

/// The arguments of `login --from-file`.
pub(crate) struct TeamLogin<'a> {
    /// The file; `-` is standard input.
    pub(crate) path: &'a Path,
    pub(crate) allow_http: bool,
    pub(crate) no_verify: bool,
}

/// A line that can be used. What is wrong with another one never quotes it: columns may be swapped.
struct Line {
    number: usize,
    name: ProfileName,
    ssid: Secret,
}

/// A line with the profile that it becomes.
struct Planned {
    profile: Profile,
    session: Session,
}

impl TeamLogin<'_> {
    /// Checks the form of all lines before anything is sent, then checks and stores the sessions in their order. A failure
    /// is that of its line; what ends the command leaves the rest as it was.
    ///
    /// # Errors
    /// If a store or the file cannot be used: nothing is sent or stored.
    pub(crate) fn login(&self, app: &App) -> Result<Outcome, Failure> {
        let (settings, folders) = (app.settings()?, app.folders()?);
        app.supervised.begin_timeout(settings.get(&TIMEOUT)?.value);
        let file = folders.profiles_file();
        let known = file.read()?;
        let stores = Stores::new(&folders, UNLOCKING_LIMIT);
        let mut tested = vec![];
        let mut test = |kind: StoreKind| {
            if tested.contains(&kind) {
                return Ok(());
            }
            tested.push(kind);
            test_store(kind, &stores, &app.console)
        };
        // A known profile stays in its store. If all use one, it is tested before the secrets are read.
        let usual = settings.of(None).get(&STORE)?.value;
        let is_usual = |profile| Ok::<_, Failure>(settings.of(Some(profile)).get(&STORE)?.value == usual);
        if known.list().iter().map(is_usual).collect::<Result<Vec<_>, _>>()?.into_iter().all(|it| it) {
            test(usual)?;
        }
        note_variable(app);
        let planned = self.plan(&known, app)?;
        planned.iter().try_for_each(|it| test(it.profile.store))?;
        let storing = Storing { file: &file, stores: &stores, console: &app.console };
        let mut results = vec![];
        let connector = Connector::new(settings, &app.clock)?;
        let ended = app.console.log(Side::Client, || {
            app.supervised.run(async {
                let agents = agents(&planned, &connector);
                let checks = agents.iter().map(|agent| self.check(agent));
                let mut checks = stream::iter(checks).buffered(jobs(settings)?.max(1));
                for it in &planned {
                    let Some(checked) = checks.next().await else { break };
                    results.push(checked.and_then(|(owner, mut notes)| {
                        let mut profile = it.profile.clone();
                        owner::learn(&mut profile, owner, &app.redactor);
                        let mut new = storing.store(profile, &it.session.credentials, false)?;
                        notes.append(&mut new.notes);
                        Ok(Stored { notes, ..new })
                    }));
                }
                Ok(())
            })
        });
        // Once all are stored: a line may be what mends it.
        let same = notes_of_same_agent(&file, results.iter().flatten().map(|new| &new.profile))?;
        let ended = ended.err().map(|failure| connector.explain(failure));
        let mut outcome = self.outcome(&planned, results, ended, &known);
        outcome.report.notes.extend(same);
        Ok(outcome)
    }

    /// The profile of each line, with its server and its store as for a single login.
    fn plan(&self, known: &Profiles, app: &App) -> Result<Vec<Planned>, Failure> {
        let settings = app.settings()?;
        let lines = lines(&self.read(app)?, &self.name())?;
        let planned = lines.into_iter().map(|Line { name, ssid, .. }| {
            app.redactor.hide(ssid.expose());
            let before = known.find(&name);
            let settings = settings.of(before);
            let server = settings.get(&SERVER)?.value;
            let allow_http = may_use_http(self.allow_http, before, &server)?;
            let credentials = Credentials::Ssid(ssid);
            let session = Session { profile: name.to_string(), server, allow_http, credentials };
            let profile = profile_of(&session, name, settings.get(&STORE)?.value, app.clock.now());
            Ok(Planned { profile, session })
        });
        planned.collect()
    }

    /// Whose session it is, and notes about it.
    async fn check(&self, agent: &Agent<SignedIn>) -> Result<(Owner, Vec<String>), Failure> {
        if self.no_verify {
            return Ok((Owner::default(), vec![]));
        }
        let signed_in = agent.session.as_ref().map_err(Clone::clone)?;
        let verified = signed_in.verify().await?;
        Ok((verified.value, verified.notes))
    }

    /// A row for each line: the profile as it is stored now, and how its check ended.
    fn outcome(
        &self,
        planned: &[Planned],
        results: Vec<Result<Stored, Failure>>,
        ended: Option<Failure>,
        known: &Profiles,
    ) -> Outcome {
        let (mut rows, mut notes, mut statuses) = (vec![], vec![], vec![]);
        let mut failures = Failures { problems: vec![], queried: planned.len() };
        let stored = results.iter().flatten().count();
        let mut results = results.into_iter();
        for Planned { profile, .. } in planned {
            match results.next() {
                Some(Ok(new)) => {
                    let default = new.is_default.then_some(&profile.name);
                    let check = if self.no_verify { Value::Absent } else { "ok".into() };
                    rows.push(profiles::row(&new.profile, default, check));
                    notes.extend(new.notes);
                    statuses.push(ExitStatus::Done);
                }
                Some(Err(failure)) => {
                    rows.push(row_of_failure(profile, &failure, known));
                    statuses.push(failure.status);
                    failures.problems.push(*failure.of_profile(profile.name.as_str()).problem);
                }
                None => rows.extend(ended.as_ref().map(|failure| row_of_failure(profile, failure, known))),
            }
        }
        if rows.len() > stored {
            notes
                .push(format!("{stored} of {} sessions are stored; the others are as they were", rows.len()));
        }
        notes.extend(alike(&failures).iter().map(Alike::note));
        if planned.iter().any(|it| it.profile.store == StoreKind::File) && stored > 0 {
            notes.push(plain_text());
        }
        let status = ended.map_or_else(|| ExitStatus::of_many(statuses), |failure| failure.status);
        let mut report = profiles::report(rows, false);
        report.notes = notes;
        Outcome { report, status }
    }

    fn name(&self) -> String {
        format!("--from-file {}", self.path.display())
    }

    fn read(&self, app: &App) -> Result<Zeroizing<Vec<u8>>, Failure> {
        let wrong = |why: &str| Failure::usage(format!("{}: {why}", self.name()));
        let unreadable = |error: std::io::Error| wrong("cannot be read").caused_by(&error);
        if self.path.as_os_str() == "-" {
            return read_from(&mut *app.stdin(), wrong);
        }
        let metadata = std::fs::metadata(self.path).map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(wrong("is a folder"));
        }
        let rights = Rights::of(&metadata);
        if metadata.is_file() && rights.are_shared() {
            let path = self.path.display();
            app.console.note(&format!("{path} contains secrets that other users can read ({rights}): run `chmod 600 {path}`, or remove the file"));
        }
        read_from(&mut File::open(self.path).map_err(unreadable)?, wrong)
    }
}

fn agents(planned: &[Planned], connector: &Connector) -> Vec<Agent<SignedIn>> {
    let agent = |it: &Planned| Agent::new(it.profile.name.to_string(), Ok(it.session.clone()));
    connector.sign_in(planned.iter().map(agent).collect())
}

fn read_from(source: &mut dyn Read, wrong: impl Fn(&str) -> Failure) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // A buffer of fixed size: one that grows would leave copies behind.
    let mut buffer = Zeroizing::new(vec![0; LARGEST + 1]);
    let mut length = 0;
    while let Some(room) = buffer.get_mut(length..).filter(|room| !room.is_empty()) {
        match source.read(room) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(wrong("cannot be read").caused_by(&error)),
        }
    }
    if length > LARGEST {
        return Err(wrong("longer than 1 MiB"));
    }
    buffer.truncate(length);
    Ok(buffer)
}

fn row_of_failure(profile: &Profile, failure: &Failure, known: &Profiles) -> Row {
    let default = known.default_profile().map(|default| &default.name);
    let kind = Value::from(failure.problem.kind);
    match known.find(&profile.name) {
        Some(before) => profiles::row(before, default, kind),
        None => profiles::row(profile, None, kind).with("saved_at", Value::Absent),
    }
}

/// The lines of a file; blank ones and comments are none.
///
/// # Errors
/// If there are none, or one of them cannot be used: exit code 2. The error has the numbers of the wrong lines.
fn lines(bytes: &[u8], named: &str) -> Result<Vec<Line>, Failure> {
    let (mut lines, mut wrong): (Vec<Line>, Vec<String>) = (vec![], vec![]);
    for (index, text) in without_mark(bytes).split(|byte| *byte == b'\n').enumerate() {
        let text = text.trim_ascii();
        if text.is_empty() || text.starts_with(b"#") {
            continue;
        }
        match line(index + 1, text, &lines) {
            Ok(line) => lines.push(line),
            Err(why) => wrong.push(why),
        }
    }
    let form = "a line is the name of a profile, a tab, and its ssid; blank lines and lines that begin with # are skipped";
    if !wrong.is_empty() {
        let count = if wrong.len() == 1 { "a line".to_owned() } else { format!("{} lines", wrong.len()) };
        let mut failure =
            Failure::usage(format!("{named}: {count} cannot be used, so nothing was sent or stored"));
        let rest = wrong.len().saturating_sub(LISTED);
        wrong.truncate(LISTED);
        if rest > 0 {
            wrong.push(format!("{rest} more lines"));
        }
        failure.problem.causes = wrong;
        return Err(failure.hint(form));
    }
    if lines.is_empty() {
        return Err(Failure::usage(format!("{named}: there is no session in it")).hint(form));
    }
    Ok(lines)
}

fn line(number: usize, text: &[u8], before: &[Line]) -> Result<Line, String> {
    let wrong = |why: &str| format!("line {number}: {why}");
    if text.len() > LONGEST_SECRET {
        return Err(wrong("longer than 8 KiB"));
    }
    let (name, ssid) = text
        .iter()
        .position(|byte| *byte == b'\t')
        .map(|tab| text.split_at(tab))
        .ok_or_else(|| wrong("there is no tab between two columns"))?;
    if ssid.trim_ascii().contains(&b'\t') {
        return Err(wrong("there are more than two columns"));
    }
    let ssid = secret_from(ssid.trim_ascii_start(), &format!("line {number}"))
        .map_err(|failure| failure.problem.message)?;
    let name = std::str::from_utf8(name).ok().and_then(|name| ProfileName::parse(name.trim()).ok());
    let name = name.ok_or_else(|| wrong("the first column is not the name of a profile"))?;
    if name.as_str().len() > ssid.expose().len().max(LONG_NAME) {
        return Err(wrong("the first column is longer than the second: the profile comes first"));
    }
    if let Some(other) = before.iter().find(|other| other.name == name) {
        return Err(wrong(&format!("the same profile as in line {}", other.number)));
    }
    if let Some(other) = before.iter().find(|other| other.ssid.expose() == ssid.expose()) {
        return Err(wrong(&format!("the same ssid as in line {}", other.number)));
    }
    Ok(Line { number, name, ssid })
}
