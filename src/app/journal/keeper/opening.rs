//! How a command that receives single answers opens the journal, once it is known who is signed in.

use jiff::Timestamp;

use crate::app::App;
use crate::app::fleet::{Agent, Fleet};
use crate::app::journal::keeper::Keeper;
use crate::app::journal::simulated::Simulated;
use crate::app::journal::{JournalUse, RecordingScope, key, note_set_aside, note_trouble};
use crate::app::options::SandboxOptions;
use crate::client::SignedIn;
use crate::failure::Failure;
use crate::journal::AgentKey;

/// What a command wants of the journal.
pub(crate) struct Wish<'a> {
    /// As `journal status` shows it.
    pub(crate) command: &'static str,
    /// Whether the command is about the journal itself, and fails without it.
    pub(crate) is_required: bool,
    pub(crate) sandbox: &'a SandboxOptions,
    /// With a sandbox, from when on there is to be a past; `None` for none.
    pub(crate) since: Option<Timestamp>,
    /// Whether that past needs no more than breaks.
    pub(crate) is_of_breaks: bool,
}

impl<'a> Wish<'a> {
    /// What a command wants that is about the present.
    pub(crate) fn of(command: &'static str, sandbox: &'a SandboxOptions) -> Self {
        Self { command, is_required: false, sandbox, since: None, is_of_breaks: false }
    }
}

impl<'a> Keeper<'a> {
    /// The journal, in which the agents were found or are entered. `None` where there is no journal and none is to be made,
    /// and where it cannot be used: that is noted, and the command works without. A file is made only for somebody from
    /// whom an answer may come.
    ///
    /// # Errors
    /// If a setting is wrong (exit code 2), or a required journal cannot be used (1).
    pub(crate) fn open(app: &'a App, wish: &Wish<'_>, fleet: &Fleet) -> Result<Option<Self>, Failure> {
        if wish.sandbox.sandbox {
            return wish.since.map(|since| Self::simulated(app, wish, since, fleet)).transpose();
        }
        let Some(mut how) = JournalUse::of(app, wish.is_required)? else { return Ok(None) };
        if how.recording == RecordingScope::All && fleet.agents.iter().all(|agent| agent.session.is_err()) {
            how.recording = RecordingScope::Known;
        }
        let opened = match how.open(app.clock.now()) {
            Ok(Some(opened)) => opened,
            Ok(None) => return Ok(None),
            Err(error) if wish.is_required => return Err(error.into()),
            Err(error) => {
                let Some(opened) = how.open_read_only(&error, app.clock.now()) else {
                    note_trouble(&app.console, &error);
                    return Ok(None);
                };
                opened
            }
        };
        note_set_aside(&app.console, opened.set_aside.as_ref());
        let mut keeper = Self::with(app, how.recording, opened.journal, wish.command);
        keeper.how = Some(how);
        keeper.meet(fleet);
        Ok(Some(keeper))
    }

    /// The past of a sandbox.
    fn simulated(app: &'a App, wish: &Wish<'_>, since: Timestamp, fleet: &Fleet) -> Result<Self, Failure> {
        let mut simulated = Simulated::of(app, &wish.sandbox.floor, since)?;
        if wish.is_of_breaks {
            simulated = simulated.of_breaks();
        }
        let keeper = Self::with(app, RecordingScope::Known, simulated.empty()?, wish.command);
        let followed = signed_in(fleet).map(|(agent, session)| {
            (key(&keeper.journal(), session, agent.is_in_variables), agent.profile.as_str())
        });
        simulated.record(&keeper.journal(), &followed.collect::<Vec<_>>())?;
        keeper.meet(fleet);
        Ok(keeper)
    }

    /// Finds the agents in the journal, or enters them there.
    fn meet(&self, fleet: &Fleet) {
        for (agent, session) in signed_in(fleet) {
            let found = self.in_a_whole_file(|| {
                let key = key(&self.journal(), session, agent.is_in_variables);
                let found = self.recording.agent(&self.journal(), agent, &key, self.app.clock.now())?;
                Ok(found.map(|found| (found, key)))
            });
            if let Some(Some(found)) = self.unless_trouble(found) {
                self.agents.borrow_mut().insert(agent.profile.clone(), found);
            }
        }
        for agent in fleet.agents.iter().filter(|agent| agent.session.is_err()) {
            self.find_without_session(agent);
        }
    }

    /// Of an agent who cannot be queried, the past is there to read. Whose credentials are in variables has no other key.
    fn find_without_session(&self, agent: &Agent) {
        let Some(server) = agent.server.clone() else { return };
        let key = AgentKey::Profile { server, name: agent.profile.clone() };
        if let Some(Some(found)) = self.unless_trouble(self.journal().find(&key)) {
            self.agents.borrow_mut().insert(agent.profile.clone(), (found, key));
        }
    }
}

fn signed_in(fleet: &Fleet) -> impl Iterator<Item = (&Agent, &SignedIn)> {
    fleet.agents.iter().filter_map(|agent| Some((agent, agent.session.as_ref().ok()?)))
}
