//! `deepcall completions`: a completion script for a shell, made from the definition of the command line.

use clap::{Args, ValueEnum};
use clap_complete::Shell as Known;

/// Print a completion script for a shell
///
/// The packages bring the scripts along; this is for other ways of installing.
#[derive(Args, Clone, Debug)]
pub struct CompletionsArgs {
    /// The shell that shall complete
    #[arg(value_enum)]
    pub shell: Shell,
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

/// The script for a shell.
#[must_use]
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut definition = crate::cli::definition();
    let mut script = Vec::new();
    let known = match shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
        Shell::PowerShell => Known::PowerShell,
        Shell::Elvish => Known::Elvish,
        Shell::Nushell => {
            clap_complete::generate(clap_complete_nushell::Nushell, &mut definition, "deepcall", &mut script);
            return script;
        }
    };
    clap_complete::generate(known, &mut definition, "deepcall", &mut script);
    script
}
