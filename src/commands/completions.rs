//! `deepcall completions`: a completion script for a shell, made from the definition of the command line.

use std::io::Write;

use clap::{Args, Command, ValueEnum};
use clap_complete::env as shells;
use clap_complete::env::EnvCompleter;

use crate::app::App;
use crate::failure::{ExitStatus, Failure};

/// Print a completion script for a shell
///
/// The packages bring the scripts along; this is for other ways of installing.
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell that shall complete
    #[arg(value_enum)]
    pub shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, definition: Command, app: &App) -> Result<ExitStatus, Failure> {
    app.console.stdout().write_all(&completions(args.shell, definition))?;
    Ok(ExitStatus::Done)
}

/// Shells with a completion script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    /// `PowerShell`
    #[value(name = "powershell")]
    PowerShell,
    /// Elvish
    Elvish,
    /// Nushell
    Nushell,
}

impl Shell {
    /// The file in which packages expect the script.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Bash => "deepcall.bash",
            Self::Zsh => "_deepcall",
            Self::Fish => "deepcall.fish",
            Self::PowerShell => "_deepcall.ps1",
            Self::Elvish => "deepcall.elv",
            Self::Nushell => "deepcall.nu",
        }
    }
}

/// The variable by which a shell's script asks the program what may be typed next.
pub const VARIABLE: &str = "DEEPCALL_COMPLETE";

/// The script for a shell, made from the definition of the command line. All but nushell's ask the program at each Tab, and so know profiles and columns.
#[must_use]
pub fn completions(shell: Shell, mut definition: Command) -> Vec<u8> {
    let mut script = Vec::new();
    let completer: &dyn EnvCompleter = match shell {
        Shell::Bash => &shells::Bash,
        Shell::Zsh => &shells::Zsh,
        Shell::Fish => &shells::Fish,
        Shell::PowerShell => &shells::Powershell,
        Shell::Elvish => &shells::Elvish,
        Shell::Nushell => {
            clap_complete::generate(clap_complete_nushell::Nushell, &mut definition, "deepcall", &mut script);
            return script;
        }
    };
    // Writing to a `Vec` cannot fail.
    let _ = completer.write_registration(VARIABLE, "deepcall", "deepcall", "deepcall", &mut script);
    if shell == Shell::Zsh {
        script.extend_from_slice(ZSH_FIRST_TAB);
    }
    script
}

/// zsh reads a file of its `fpath` at the first Tab, as the body of the function that shall answer it.
const ZSH_FIRST_TAB: &[u8] = br#"
if [[ "${funcstack[1]-}" == _deepcall ]]; then
    _clap_dynamic_completer_deepcall
fi
"#;
