//! Whether and how this run uses the journal: the one place that decides it, for commands that receive single answers and for
//! those that go on.

pub(crate) mod keeper;
pub(crate) mod simulated;

use std::path::PathBuf;

use jiff::Timestamp;

use crate::app::App;
use crate::app::console::Console;
use crate::app::fleet::Agent;
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::config_text;
use crate::app::settings::config_text::TextFile;
use crate::app::settings::table::{
    JOURNAL_KEEP, JOURNAL_MAX_SIZE, JOURNAL_NUMBERS, JOURNAL_PATH, JOURNAL_RECORD,
};
use crate::client::SignedIn;
use crate::failure::Failure;
use crate::journal::{
    AgentKey, AgentRef, Journal, JournalError, Limits, Mode, Opened, RunRow, Settings, kept_as,
};

/// Where the journal of this run is, and what the run does with it: all that a thread needs to open it.
#[derive(Clone)]
pub(crate) struct JournalUse {
    pub(crate) path: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) recording: RecordingScope,
    /// What whoever records keeps the journal to.
    pub(crate) limits: Limits,
}

/// Whom a run records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordingScope {
    /// Every agent from whom it receives something.
    All,
    /// Agents whom the journal holds already: what the server hands out once would else be missing there.
    Known,
    Nobody,
}

impl RecordingScope {
    /// `record` is the setting; `is_wanted` says that the command line wants it for this run.
    fn of(record: Option<bool>, is_wanted: bool) -> Self {
        match (is_wanted, record) {
            (true, _) | (false, Some(true)) => Self::All,
            (false, None) => Self::Known,
            (false, Some(false)) => Self::Nobody,
        }
    }

    /// The agent in the journal, entered if everybody is recorded.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    fn agent(
        self,
        journal: &Journal,
        agent: &Agent,
        key: &AgentKey,
        now: Timestamp,
    ) -> Result<Option<AgentRef>, JournalError> {
        let known = journal.find(key)?;
        let is_wanted = match self {
            Self::All => true,
            Self::Known => journal.holds(key)?,
            Self::Nobody => false,
        };
        if known.is_some() || !is_wanted {
            return Ok(known);
        }
        journal.agent(key, &agent.profile, agent.id_at_login.as_deref(), now).map(Some)
    }
}

impl JournalUse {
    /// `None` where the system names no folder. `is_wanted` says that the command line wants a journal for this run. With a
    /// sandbox this is not to be used: a person's journal has nothing to do with a simulated floor.
    ///
    /// # Errors
    /// If a setting is wrong, or a journal is wanted and the system names no folder: exit code 2.
    pub(crate) fn of(app: &App, is_wanted: bool) -> Result<Option<Self>, Failure> {
        let recording = RecordingScope::of(app.settings()?.get(&JOURNAL_RECORD)?.value, is_wanted);
        let has_no_place = app.folders().is_err() && app.settings()?.get(&JOURNAL_PATH)?.value.is_none();
        // Nothing can be there either.
        if has_no_place && recording != RecordingScope::All {
            return Ok(None);
        }
        Ok(Some(Self { path: path(app)?, settings: settings(app)?, recording, limits: limits(app)? }))
    }

    /// `None` where there is no journal and none is to be made.
    ///
    /// # Errors
    /// If it cannot be used.
    pub(crate) fn open(&self, now: Timestamp) -> Result<Option<Opened>, JournalError> {
        let mode = if self.recording == RecordingScope::All { Mode::Create } else { Mode::Existing };
        Journal::open(&self.path, mode, self.settings.clone(), now)
    }

    /// The journal, to be read all the same where it could not be opened because no space is left. What is to be written
    /// then fails by itself.
    pub(crate) fn open_read_only(&self, error: &JournalError, now: Timestamp) -> Option<Opened> {
        let is_full = matches!(error, JournalError::Full { .. });
        is_full.then(|| Journal::open(&self.path, Mode::ReadOnly, self.settings.clone(), now).ok())??
    }
}

/// Who an agent is, from one run to the next.
pub(crate) fn key(journal: &Journal, signed_in: &SignedIn, is_in_variables: bool) -> AgentKey {
    let server = signed_in.connection.server().to_string();
    if !is_in_variables {
        return AgentKey::Profile { server, name: signed_in.profile.clone() };
    }
    let credentials = &signed_in.credentials;
    journal.key_of_variables(&server, credentials.user_id().unwrap_or_else(|| credentials.secret().expose()))
}

/// The file of the journal, whether or not it exists.
///
/// # Errors
/// If a setting is wrong, or the system names no folder: exit code 2.
pub(crate) fn path(app: &App) -> Result<PathBuf, Failure> {
    match app.settings()?.get(&JOURNAL_PATH)?.value {
        Some(path) => Ok(path),
        None => Ok(app.folders()?.journal()),
    }
}

/// What every journal is opened with.
///
/// # Errors
/// If a setting is wrong: exit code 2.
pub(crate) fn settings(app: &App) -> Result<Settings, Failure> {
    Ok(Settings { redactor: app.redactor.clone(), numbers: app.settings()?.get(&JOURNAL_NUMBERS)?.value })
}

/// What a journal may hold.
///
/// # Errors
/// If a setting is wrong: exit code 2.
pub(crate) fn limits(app: &App) -> Result<Limits, Failure> {
    let settings = app.settings()?;
    Ok(Limits { keep: settings.get(&JOURNAL_KEEP)?.value, max_size: settings.get(&JOURNAL_MAX_SIZE)?.value })
}

/// The journal, if there is one, to be read. A damaged one is an error, and stays where it is.
pub(crate) fn open_to_read(app: &App) -> Result<Option<Opened>, Failure> {
    let path = path(app)?;
    Ok(Journal::open(&path, Mode::ReadOnly, settings(app)?, app.clock.now())?)
}

/// The journal, for a command that shows nothing but what was recorded.
///
/// # Errors
/// If there is none, or it is damaged (exit code 1), or the system names no folder (2).
pub(crate) fn recorded(app: &App) -> Result<Journal, Failure> {
    if let Some(opened) = open_to_read(app)? {
        return Ok(opened.journal);
    }
    let path = path(app)?;
    Err(Failure::failed("journal", format!("there is no journal at {}", path.display()))
        .hint("`deepcall record` creates one, and records until it is stopped")
        .hint("with `deepcall journal on` every command that receives something records it")
        .hint("`deepcall shift --sandbox` shows a simulated floor"))
}

/// Reports trouble with the journal, which stops no command.
pub(crate) fn note_trouble(console: &Console, error: &JournalError) {
    console.note(&trouble(error));
}

/// Reports where a damaged journal is kept, if one was found.
pub(crate) fn note_set_aside(console: &Console, place: Option<&PathBuf>) {
    if let Some(place) = place {
        console.note(&kept_as(place));
    }
}

/// Notes which recorders still use the settings with which they began.
pub(crate) fn note_recorders(app: &App) {
    let recorders = || {
        let (path, settings, now) = (path(app).ok()?, settings(app).ok()?, app.clock.now());
        Journal::open(&path, Mode::ReadOnly, settings, now).ok()??.journal.recorders(now).ok()
    };
    for RunRow { command, process, .. } in recorders().into_iter().flatten() {
        let pid = process.pid;
        app.console.note(&format!("{command} (process {pid}) still uses its old settings; restart it"));
    }
}

/// Reports, once, that something that was recorded cannot be read.
pub(crate) fn note_unreadable(console: &Console, journal: &Journal) {
    if journal.has_unreadable() {
        console
            .note("part of the journal cannot be read and is left out: `deepcall journal verify` lists it");
    }
}

/// The error with its causes, and what to do.
fn trouble(error: &JournalError) -> String {
    // Of a file it is not said whose it is.
    let begin = if matches!(error, JournalError::File(_)) { "the journal cannot be used: " } else { "" };
    let mut text = format!("{begin}{}", error.with_causes());
    if let Some(hint) = error.hint() {
        text = format!("{text}; {hint}");
    }
    text
}

/// Sets `journal.record` in `config.toml`, and returns its path.
///
/// # Errors
/// If the file cannot be read or written, or is wrong.
pub(crate) fn set_record(app: &App, record: bool) -> Result<PathBuf, Failure> {
    let path = app.folders()?.config_file();
    TextFile::at(path.clone()).update(|before| {
        let after = config_text::set(before, JOURNAL_RECORD.key.name, if record { "true" } else { "false" })?;
        ConfigFile::parse(&after, &path)?;
        Ok(after)
    })?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::FileError;

    #[test]
    fn trouble_has_its_cause() {
        let source = std::io::Error::other("Read-only file system");
        let error = JournalError::from(FileError::Io { path: "/j.db.lock".into(), source });
        assert_eq!(
            trouble(&error),
            "the journal cannot be used: cannot access /j.db.lock: Read-only file system"
        );
        let full = JournalError::Full { path: "/j.db".into() };
        assert!(trouble(&full).starts_with("no space is left for the journal /j.db; "), "{}", trouble(&full));
    }

    #[test]
    fn the_command_line_goes_before_the_setting_which_goes_before_what_is_there() {
        for (record, is_wanted, recording) in [
            (None, false, RecordingScope::Known),
            (Some(false), false, RecordingScope::Nobody),
            (Some(true), false, RecordingScope::All),
            (None, true, RecordingScope::All),
            (Some(false), true, RecordingScope::All),
        ] {
            assert_eq!(RecordingScope::of(record, is_wanted), recording, "{record:?} {is_wanted}");
        }
    }
}
