//! `deepcall completions`: a completion script for a shell, made from the definition of the command line.

use std::io::Write;

use clap::{Args, Command, ValueEnum};
use clap_complete::env as shells;
use clap_complete::env::EnvCompleter;

use crate::app::App;
use crate::failure::{ExitStatus, Failure};

/// Print a completion script for a shell
///
/// Packages install these scripts; this command is for other ways of installing.
#[derive(Args, Clone, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell for which to print it
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs, definition: Command, app: &App) -> Result<ExitStatus, Failure> {
    app.console.stdout().write_all(&completions(args.shell, definition))?;
    Ok(ExitStatus::Done)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU bash
    Bash,
    /// Z shell
    Zsh,
    /// fish
    Fish,
    // A doc comment would need backticks, which the help would print.
    #[value(name = "powershell", help = "PowerShell")]
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

/// A completion script sets this variable when it requests candidates from the program.
pub(crate) const VARIABLE: &str = "DEEPCALL_COMPLETE";

/// The completion script for a shell. All except nushell's run the program at each Tab, so they complete names of profiles
/// and columns too.
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
            return without_hidden(&definition, &String::from_utf8_lossy(&script));
        }
    };
    // Writing to a `Vec` cannot fail.
    let _ = completer.write_registration(VARIABLE, "deepcall", "deepcall", "deepcall", &mut script);
    match shell {
        Shell::Zsh => script.extend_from_slice(ZSH_FIRST_TAB),
        Shell::Bash => script.extend_from_slice(BASH_WORDS),
        _ => {}
    }
    script
}

/// The library lists arguments for nushell that help hides: one that only explains why a secret is no argument.
fn without_hidden(definition: &Command, script: &str) -> Vec<u8> {
    let arguments = definition.get_subcommands().flat_map(Command::get_positionals);
    let hidden: Vec<String> =
        arguments.filter(|it| it.is_hide_set()).map(|it| format!("...{}:", it.get_id())).collect();
    let is_shown = |line: &&str| !hidden.iter().any(|start| line.trim_start().starts_with(start));
    script.split_inclusive('\n').filter(is_shown).collect::<String>().into_bytes()
}

/// bash cuts words at each character of `COMP_WORDBREAKS`, among them `=`, `:` and `@`, and replaces only the last piece.
/// The program completes words as they were typed.
const BASH_WORDS: &[u8] = br#"
# Joins the pieces into which COMP_WORDBREAKS cuts a word, and removes from each reply what stays on the line.
_deepcall() {
    local rest="${COMP_LINE:0:COMP_POINT}" words=() last=-1 index piece space reply replies=()
    for ((index = 0; index <= COMP_CWORD; index++)); do
        space="${rest%%[![:space:]]*}"
        rest="${rest#"$space"}"
        piece="${COMP_WORDS[index]}"
        if ((index == COMP_CWORD)); then
            piece="$rest"
        fi
        rest="${rest#"$piece"}"
        if [[ -n "$space" || $last -lt 0 ]]; then
            words[++last]="$piece"
        else
            words[last]+="$piece"
        fi
    done
    local word="${words[last]}"
    local kept="${word%"$2"}"
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$last
    _clap_complete_deepcall "$1" "$word" "$3"
    for reply in "${COMPREPLY[@]}"; do
        replies+=("${reply#"$kept"}")
    done
    COMPREPLY=("${replies[@]}")
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _deepcall deepcall
else
    complete -o nospace -o bashdefault -F _deepcall deepcall
fi
"#;

/// At the first Tab, zsh runs a file of its `fpath` as the body of the completion function, so the file must also call it.
const ZSH_FIRST_TAB: &[u8] = br#"
if [[ "${funcstack[1]-}" == _deepcall ]]; then
    _clap_dynamic_completer_deepcall
fi
"#;
