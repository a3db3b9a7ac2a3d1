//! What every command works with.

pub(crate) mod connect;
pub(crate) mod console;
pub mod environment;
pub(crate) mod fleet;
pub(crate) mod journal;
pub mod options;
pub(crate) mod owner;
pub(crate) mod panics;
pub(crate) mod progress;
pub(crate) mod prompt;
pub(crate) mod renderer;
pub(crate) mod secret_text;
pub(crate) mod select;
pub mod settings;
pub(crate) mod sign_in;
pub(crate) mod signals;
pub(crate) mod supervisor;

use std::cell::{Cell, OnceCell};
use std::io::Read;

use crate::app::console::{Console, Messages};
use crate::app::environment::{Environment, Folders, Terminals, Variables};
use crate::app::options::{OutputOptions, VerbosityOptions};
use crate::app::renderer::Renderer;
use crate::app::settings::config_file::ConfigFile;
use crate::app::settings::table::OUTPUT;
use crate::app::settings::{Settings, Typed, appearance, zones};
use crate::app::supervisor::Supervised;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::output::text::redact::Redactor;
use crate::report::{Document, Meaning};

/// One run of the program, as a command sees it.
pub(crate) struct App {
    pub(crate) console: Console,
    pub(crate) variables: Variables,
    pub(crate) terminals: Terminals,
    pub(crate) clock: Clock,
    pub(crate) redactor: Redactor,
    pub(crate) supervised: Supervised,
    stdin: Cell<Option<Box<dyn Read + Send>>>,
    typed: OnceCell<Typed>,
    config: OnceCell<ConfigFile>,
    /// The format of errors, if an option or a variable names one.
    format: Option<String>,
}

impl App {
    /// `typed_format` is the format that the command line names, if it does.
    pub(crate) fn new(
        environment: Environment,
        typed_format: Option<String>,
        supervised: Supervised,
    ) -> Self {
        let Environment { variables, stdin, stdout, stderr, terminals, clock, redactor, exposure, .. } =
            environment;
        let pending = exposure
            .map(|why| format!("other processes of this user can read the memory of this one: {why}"));
        let format =
            typed_format.or_else(|| variables.text("DEEPCALL_OUTPUT").ok().flatten().map(str::to_owned));
        let console = Console::new(stdout, stderr, redactor.clone(), pending);
        console.set_messages(Messages {
            color: appearance::colour_of_errors(&variables, terminals.stderr),
            errors_as_json: is_json(format.as_deref()),
            columns: terminals.stderr.then(|| appearance::width(&variables, terminals)),
            ..Messages::default()
        });
        let stdin = Cell::new(Some(stdin));
        let (typed, config) = (OnceCell::new(), OnceCell::new());
        Self { console, variables, terminals, clock, redactor, supervised, stdin, typed, config, format }
    }

    pub(crate) fn set_typed(&self, typed: Typed) {
        self.typed.get_or_init(|| typed);
    }

    /// Options, variables and `config.toml`. The file is read when a command first needs it, so that commands that
    /// do not need it work, and can mend it, even if it is broken.
    ///
    /// # Errors
    /// If the file is wrong: exit code 2.
    pub(crate) fn settings(&self) -> Result<Settings<'_>, Failure> {
        if self.config.get().is_none() {
            // If the system names no folder, there is no file.
            let config = match self.folders() {
                Ok(folders) => ConfigFile::read(&folders.config)?,
                Err(_) => ConfigFile::default(),
            };
            let errors_as_json = is_json(self.format.as_deref().or(config.text(&OUTPUT.key)));
            self.console.set_messages(Messages { errors_as_json, ..self.console.messages() });
            self.config.get_or_init(|| config);
        }
        let config = self.config.get_or_init(ConfigFile::default);
        Ok(Settings::new(self.typed.get_or_init(Typed::default), &self.variables, config))
    }

    /// From now on `config.toml` counts as empty: for `doctor`, which reports a broken file and checks the rest.
    pub(crate) fn ignore_config_file(&self) {
        self.config.get_or_init(ConfigFile::default);
    }

    /// # Errors
    /// If the system names no folder: exit code 2.
    pub(crate) fn folders(&self) -> Result<Folders, Failure> {
        Folders::of(&self.variables)
    }

    /// Empty if it was taken before.
    pub(crate) fn stdin(&self) -> Box<dyn Read + Send> {
        self.stdin.take().unwrap_or_else(|| Box::new(std::io::empty()))
    }

    /// Decides how the answer is written, and from then on how messages look.
    ///
    /// # Errors
    /// If an option, a variable or the config file is wrong: exit code 2.
    pub(crate) fn renderer(
        &self,
        options: &OutputOptions,
        verbosity: VerbosityOptions,
        document: &Document,
    ) -> Result<Renderer, Failure> {
        let settings = self.settings()?;
        let color = appearance::colour(settings, self.terminals.stderr)?;
        let presentation =
            appearance::presentation(options, settings, self.terminals, self.clock.now(), document)?;
        self.console.set_messages(Messages { color, mask: presentation.mask, ..self.console.messages() });
        self.console.set_verbosity(verbosity);
        if document.fields.iter().any(|field| field.meaning == Meaning::Time)
            && let Some(tz) = zones::unknown_tz(&presentation.zone)
        {
            self.console.note(&format!(
                "TZ is {tz:?}, which is not a known time zone, so times are in UTC; set it to a name such as Asia/Kolkata"
            ));
        }
        let lasting = match presentation.columns {
            Some(_) => None,
            None => appearance::lasting_columns(document, presentation.format, settings)?,
        };
        Renderer::new(options, presentation, lasting, document, self.clock.clone())
    }
}

fn is_json(format: Option<&str>) -> bool {
    matches!(format, Some("json" | "ndjson"))
}
