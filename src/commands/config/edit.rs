//! Opens a copy of the file in an editor. The copy replaces the file once it has no mistakes. One with mistakes is kept
//! under another name, and offered the next time; so is the text of an edit that was killed. The editor gets no credentials.

use std::fmt;
use std::fs;
use std::io;
use std::io::{BufRead, BufReader, Lines, Read};
use std::path::{Path, PathBuf};

use crate::app::App;
use crate::app::environment::Variables;
use crate::app::settings::config_text;
use crate::app::settings::config_text::TextFile;
use crate::app::settings::setting::{Key, Kind};
use crate::app::settings::table::SETTINGS;
use crate::app::settings::variables::CREDENTIAL_VARIABLES;
use crate::commands::config::values;
use crate::failure::Failure;
use crate::store::private_file;
use crate::system::ROOT;
use crate::system::process::is_running;
use crate::system::shell;

/// The editor as a shell command.
#[derive(Clone, Debug)]
pub(crate) struct Editor(String);

impl fmt::Display for Editor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Editor {
    /// `VISUAL`, else `EDITOR`, else the usual one.
    ///
    /// # Errors
    /// If the variable is not UTF-8: exit code 2.
    pub(crate) fn of(variables: &Variables) -> Result<Self, Failure> {
        let command = variables.text("VISUAL")?.or(variables.text("EDITOR")?);
        Ok(Self(command.unwrap_or(shell::USUAL_EDITOR).to_owned()))
    }

    /// Opens a file, and waits until the editor ends.
    fn open(&self, file: &Path) -> Result<(), Failure> {
        let mut command = shell::command_on(&self.0, file);
        for name in CREDENTIAL_VARIABLES {
            command.env_remove(name);
        }
        let failed = || Failure::failed("editor", format!("the editor `{}` failed", self.0));
        let status = command.status().map_err(|error| failed().caused_by(&error))?;
        if status.success() { Ok(()) } else { Err(failed().hint(format!("it ended with {status}"))) }
    }
}

/// What an edit has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edited {
    Changed,
    Unchanged,
}

/// Who has the editor open, and decides between two runs of it.
struct Person<'a> {
    answers: Lines<BufReader<Box<dyn Read + Send>>>,
    app: &'a App,
}

impl Person<'_> {
    /// Yes, unless the answer is another one or cannot be given.
    fn says_yes(&mut self, question: &str) -> bool {
        if !self.app.terminals.stderr {
            return false;
        }
        self.app.console.stderr(|out| write!(out, "{question} [Y/n] "));
        let answer = self.answers.next().and_then(Result::ok);
        answer.is_some_and(|answer| matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
    }

    /// Whether to go on with a text that an earlier edit has kept.
    fn resumes(&mut self, kept: &Path) -> bool {
        self.says_yes(&format!("An earlier edit has left its text in {}. Edit that?", kept.display()))
    }

    /// Goes on with a text that has mistakes.
    ///
    /// # Errors
    /// The mistake, if the person gives up.
    fn mends(&mut self, wrong: Failure) -> Result<(), Failure> {
        if !self.app.terminals.stderr {
            return Err(wrong);
        }
        self.app.console.error(&wrong.problem);
        if self.says_yes("Edit it again?") { Ok(()) } else { Err(wrong) }
    }
}

/// Opens a copy of the file until it has no mistakes or the person gives up, and then replaces the file.
///
/// # Errors
/// If the editor fails (exit code 1), or mistakes are left (2). The copy is kept then, and a hint names it.
pub(crate) fn edit(file: &TextFile, editor: &Editor, app: &App) -> Result<Edited, Failure> {
    let mut person = Person { answers: BufReader::new(app.stdin()).lines(), app };
    let before = file.read_to_change()?;
    let offered = if before.is_empty() { template() } else { before.clone() };
    let resumed = kept_copy(file.path(), &offered).filter(|kept| person.resumes(kept));
    let mut copy = resumed.map_or_else(|| copy_of(&offered, file.path()), Ok)?;
    let after = loop {
        let ended = editor.open(&copy);
        let after = read(&copy);
        if let Err(failure) = ended {
            if after.is_ok_and(|text| text != offered) {
                return Err(kept(&mut copy, failure));
            }
            let _ = fs::remove_file(&copy);
            return Err(failure);
        }
        let after = after?;
        if let Err(wrong) = values::check_all(&after, &copy) {
            person.mends(kept(&mut copy, wrong))?;
        } else if after == offered {
            let _ = fs::remove_file(&copy);
            return Ok(Edited::Unchanged);
        } else {
            break after;
        }
    };
    let replaced = file.update(|now| {
        if now == before {
            return Ok(after);
        }
        Err(Failure::failed("busy", format!("{} was changed meanwhile", file.path().display())))
    });
    replaced.map_err(|failure| kept(&mut copy, failure))?;
    let _ = fs::remove_file(&copy);
    Ok(Edited::Changed)
}

/// The beginnings of the names of copies: of one that an editor has open, and of one that is kept.
const OPEN: &str = "config-edit-";
const KEPT: &str = "config-kept-";

/// Keeps the copy for the next edit, and names it in a hint.
fn kept(copy: &mut PathBuf, failure: Failure) -> Failure {
    let name = copy.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(OPEN));
    if let Some(kept) = name.map(|name| copy.with_file_name(format!("{KEPT}{name}")))
        && fs::rename(&*copy, &kept).is_ok()
    {
        *copy = kept;
    }
    failure.hint(format!("your text is kept in {}; `deepcall config edit` offers it", copy.display()))
}

/// The newest text that an earlier edit has kept, or has left because it was killed. What the editor had not changed from
/// `offered` is removed.
fn kept_copy(path: &Path, offered: &str) -> Option<PathBuf> {
    let is_left = |entry: &fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        name.starts_with(KEPT) || name.strip_prefix(OPEN).is_some_and(|rest| !is_open(rest))
    };
    let is_changed = |path: &PathBuf| match fs::read_to_string(path) {
        Ok(text) if text == offered => fs::remove_file(path).is_err(),
        text => text.is_ok(),
    };
    let changed = |path: &PathBuf| path.metadata().and_then(|metadata| metadata.modified()).ok();
    let entries = fs::read_dir(path.parent()?).ok()?.filter_map(io::Result::ok).filter(is_left);
    entries.map(|entry| entry.path()).filter(is_changed).max_by_key(changed)
}

/// Whether the edit that has made a copy is running; the name of the copy, without its beginning, has the process.
fn is_open(name: &str) -> bool {
    let process = name.split_once('-').and_then(|(process, _)| process.parse().ok());
    process.is_some_and(is_running)
}

/// A new file in the same folder, readable only by its owner. It outlives this process.
fn copy_of(text: &str, path: &Path) -> Result<PathBuf, Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let failed = |error: &dyn std::error::Error| {
        Failure::failed("store", format!("cannot write a copy in {}", folder.display())).caused_by(error)
    };
    private_file::create_folder(folder)?;
    let prefix = format!("{OPEN}{}-", std::process::id());
    let copy = tempfile::Builder::new().prefix(&prefix).suffix(".toml").tempfile_in(folder);
    let copy = copy.map_err(|error| failed(&error))?;
    fs::write(copy.path(), text).map_err(|error| failed(&error))?;
    let (_, path) = copy.keep().map_err(|error| failed(&error))?;
    Ok(path)
}

fn read(copy: &Path) -> Result<String, Failure> {
    fs::read_to_string(copy).map_err(|error| {
        Failure::failed("store", format!("cannot read {}", copy.display())).caused_by(&error)
    })
}

/// The text that an empty file starts with: every key with its default or an example, commented out.
fn template() -> String {
    let mut text =
        "# Settings of deepcall; see `man deepcall-config`. Remove the # before a key to set it, and before its [table].\n"
            .to_owned();
    let mut table = String::new();
    let mut line = |key: &Key, name: &str, value: &str, help: &str| {
        let (in_table, name) = name.split_once('.').unwrap_or(("", name));
        if in_table != table {
            text.extend(["\n# [", in_table, "]\n"]);
            in_table.clone_into(&mut table);
        }
        let value = config_text::typed(key.kind, value).unwrap_or_else(|_| value.into());
        text.extend(["# ", name, " = ", &value.to_string(), help, "\n"]);
    };
    for key in SETTINGS.iter().map(|setting| setting.key()) {
        if let Kind::Names(examples) = key.kind {
            for (name, value) in examples {
                let name = if name.contains('.') { format!("{name:?}") } else { (*name).to_owned() };
                line(key, &format!("{}.{name}", key.name), value, "");
            }
            continue;
        }
        let value = key.default.or(key.example).unwrap_or_default();
        let root = if key.kind == Kind::Path { ROOT } else { "" };
        line(key, key.name, &format!("{root}{value}"), &format!("  # {}", key.help));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::settings::config_file::ConfigFile;
    use crate::app::settings::table;

    #[test]
    fn an_empty_file_starts_with_every_key_commented_out() {
        let text = template();
        assert!(values::check_all(&text, Path::new("c")).is_ok());
        assert!(text.lines().all(|line| line.is_empty() || line.starts_with('#')), "{text}");
        let keys = text.lines().skip(1).filter_map(|line| line.strip_prefix("# ")?.split_once(" = "));
        assert_eq!(keys.count(), table::names().count());
    }

    #[test]
    fn the_template_without_its_marks_is_a_file_with_every_key_and_its_default() {
        let template = template();
        let lines: Vec<&str> = template.lines().skip(1).map(|line| line.trim_start_matches("# ")).collect();
        let text = lines.join("\n");
        let path = Path::new("c");
        let wrong = values::check_all(&text, path).err().map(|failure| failure.problem.message);
        assert_eq!(wrong, None, "{text}");
        let read = ConfigFile::parse(&text, path).ok().unwrap();
        for (name, key) in table::names() {
            let found = read.values().find(|(known, _)| *known == name).map(|(_, value)| value);
            assert!(found.is_some_and(|value| key.default.is_none_or(|default| value == default)), "{name}");
        }
        let tables: Vec<&&str> = lines.iter().filter(|line| line.starts_with('[')).collect();
        assert_eq!(tables.len(), tables.iter().collect::<BTreeSet<_>>().len(), "{tables:?}");
    }
}
