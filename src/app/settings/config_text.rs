//! Changes single values of `config.toml`, and keeps comments, order, line ends and a byte order mark. `setting.rs` checks
//! the values.

use std::path::{Path, PathBuf};

use toml_edit::{Array, Document, DocumentMut, Item, TableLike, Value};

use crate::app::settings::config_file::LARGEST;
use crate::app::settings::setting::Kind;
use crate::app::settings::table;
use crate::failure::Failure;
use crate::store::private_file;
use crate::store::private_file::{Exclusive, LOCK_LIMIT, OthersMay};
use crate::words::{MARK, plain};

#[derive(Clone, Debug)]
pub struct TextFile {
    path: PathBuf,
}

impl TextFile {
    #[must_use]
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Empty if there is no file.
    ///
    /// # Errors
    /// If it is no regular file of a trusted owner, too large, or not UTF-8: exit code 2.
    pub fn read(&self) -> Result<String, Failure> {
        self.read_if(OthersMay::Write)
    }

    /// Refuses a file that other users can write: once it is replaced, it would count as one's own.
    ///
    /// # Errors
    /// Those of [`Self::read`], or if other users can write the file.
    pub fn read_to_change(&self) -> Result<String, Failure> {
        self.read_if(OthersMay::Read)
    }

    fn read_if(&self, others: OthersMay) -> Result<String, Failure> {
        let bytes = private_file::read(&self.path, LARGEST, others)?.unwrap_or_default();
        String::from_utf8(bytes.to_vec()).map_err(|error| {
            Failure::config(format!("{} is not valid UTF-8", self.path.display())).caused_by(&error)
        })
    }

    /// Reads, changes and replaces the text under a lock. If `change` fails, nothing is written.
    ///
    /// # Errors
    /// Those of `change`; else when the file is busy, or cannot be read or written.
    pub fn update(&self, change: impl FnOnce(&str) -> Result<String, Failure>) -> Result<(), Failure> {
        let file = Exclusive::of(&self.path, LOCK_LIMIT, || ())?;
        let before = self.read_to_change()?;
        let after = change(&before)?;
        if after != before {
            file.replace(after.as_bytes())?;
        }
        Ok(())
    }
}

/// # Errors
/// If the text is not TOML, the value is not of the key's kind, or the place of the key has another kind of item.
pub fn set(text: &str, name: &str, value: &str) -> Result<String, Failure> {
    keeping_form(text, |text| set_in(text, name, value).map(Some)).map(Option::unwrap_or_default)
}

fn set_in(text: &str, name: &str, value: &str) -> Result<String, Failure> {
    let kind = table::find(name).map_or(Kind::Text, |(setting, _)| setting.key().kind);
    let mut value = typed(kind, value).map_err(|why| Failure::usage(format!("{name}: {why}")))?;
    let mut document: DocumentMut = text.parse().map_err(|error| not_toml(&error))?;
    let (table, name) = place(&mut document, name)?;
    let name = &spelling(kind, table, name);
    match table.get_mut(name) {
        Some(Item::Value(before)) if !before.is_inline_table() => {
            *value.decor_mut() = before.decor().clone();
            *before = value;
        }
        Some(_) => return Err(Failure::config(format!("{name} is a table in this file: edit it by hand"))),
        None => {
            table.insert(name, Item::Value(value));
        }
    }
    Ok(document.to_string())
}

/// `None` if the key is not there. Comments above the key are kept.
///
/// # Errors
/// If the text is not TOML.
pub fn unset(text: &str, name: &str) -> Result<Option<String>, Failure> {
    keeping_form(text, |text| unset_in(text, name))
}

fn unset_in(text: &str, name: &str) -> Result<Option<String>, Failure> {
    let spanned = Document::parse(text).map_err(|error| not_toml(&error))?;
    let mut at: &dyn TableLike = spanned.as_table();
    let mut rest = name;
    let mut is_in_line = false;
    while let Some((outer, inner)) = rest.split_once('.') {
        let Some(below) = at.get(outer) else { break };
        let Some(table) = below.as_table_like() else { break };
        is_in_line |= below.is_inline_table();
        (at, rest) = (table, inner);
    }
    let kind = table::find(name).map_or(Kind::Text, |(setting, _)| setting.key().kind);
    let spelled = spelling(kind, at, rest);
    let Some((key, item)) = at.get_key_value(&spelled).filter(|(_, item)| item.is_value()) else {
        return Ok(None);
    };
    if let (Some(key), Some(value), false) = (key.span(), item.span(), is_in_line) {
        let begin = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
        let end = text[value.end..].find('\n').map_or(text.len(), |end| value.end + end + 1);
        return Ok(Some(text[..begin].to_owned() + &text[end..]));
    }
    let mut document: DocumentMut = text.parse().map_err(|error| not_toml(&error))?;
    let (table, _) = place(&mut document, name)?;
    table.remove(&spelled);
    Ok(Some(document.to_string()))
}

/// Changes a text and keeps its byte order mark and its line ends, which the library does not.
fn keeping_form(
    text: &str,
    change: impl FnOnce(&str) -> Result<Option<String>, Failure>,
) -> Result<Option<String>, Failure> {
    let (mark, before) = text.strip_prefix(MARK).map_or(("", text), |rest| (MARK, rest));
    let after = change(before)?;
    Ok(after.map(|after| mark.to_owned() + &with_line_ends_of(before, &after)))
}

/// The lines of `after` with the line ends of `before`. One change leaves all lines before it and after it as they were;
/// new lines end as the first one does.
fn with_line_ends_of(before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (before.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let usual = if old.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let are_alike = |(old, new): &(&&str, &&str)| split_line(old).0 == split_line(new).0;
    let start = old.iter().zip(&new).take_while(are_alike).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(are_alike).count();
    let mut text = String::with_capacity(after.len() + new.len());
    for (at, line) in new.iter().enumerate() {
        let (line, line_end) = split_line(line);
        let kept = if at < start {
            old.get(at)
        } else if at >= new.len() - end {
            old.get(at + old.len() - new.len())
        } else {
            None
        };
        let kept = kept.map(|line| split_line(line).1).filter(|line_end| !line_end.is_empty());
        text.extend([line, if line_end.is_empty() { "" } else { kept.unwrap_or(usual) }]);
    }
    text
}

/// A line and its line end.
fn split_line(line: &str) -> (&str, &str) {
    line.split_at(line.trim_end_matches(['\r', '\n']).len())
}

/// The table to which a key belongs, and its name there. The limit of a reason may be in a table of reasons, or under a
/// quoted name with a dot.
fn place<'d, 'n>(
    document: &'d mut DocumentMut,
    name: &'n str,
) -> Result<(&'d mut dyn TableLike, &'n str), Failure> {
    let not_a_table = |outer: &str| {
        Failure::config(format!("{outer} is no table in this file, as {name} would need: edit it by hand"))
    };
    let mut inner = name;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for nth in 1..=tables_around(name) {
        let Some((outer, rest)) = inner.split_once('.') else { break };
        let mut new = toml_edit::Table::new();
        // A table that holds only another one needs no line.
        new.set_implicit(nth < tables_around(name));
        let item = table.entry(outer).or_insert(Item::Table(new));
        table = item.as_table_like_mut().ok_or_else(|| not_a_table(outer))?;
        inner = rest;
    }
    if let Some((state, reason)) = inner.split_once('.')
        && table.get(state).is_some_and(Item::is_table_like)
    {
        let below = table.get_mut(state).and_then(Item::as_table_like_mut);
        table = below.ok_or_else(|| not_a_table(state))?;
        inner = reason;
    }
    Ok((table, inner))
}

/// How many tables a key is in. The name of a key that the user chose may have dots.
fn tables_around(name: &str) -> usize {
    match table::find(name) {
        Some((setting, Some(_))) => setting.key().name.split('.').count(),
        _ => name.matches('.').count(),
    }
}

/// How the table spells a name that the user chose: `Lunch` beside `lunch` would be a second limit of one reason.
fn spelling(kind: Kind, table: &dyn TableLike, name: &str) -> String {
    if !matches!(kind, Kind::Names(_)) || table.contains_key(name) {
        return name.to_owned();
    }
    let same = table.iter().map(|(known, _)| known).find(|known| plain(known) == plain(name));
    same.unwrap_or(name).to_owned()
}

/// A value of this kind, as it is written in the file.
///
/// # Errors
/// What is wrong with the text.
pub(crate) fn typed(kind: Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Text | Kind::Path | Kind::Names(_) => Ok(text.into()),
        Kind::List => Ok(text.split(',').map(str::trim).collect::<Array>().into()),
        Kind::Number => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("{text:?} is no whole number"))
        }
        Kind::Flag => table::yes_or_no(text).map(Value::from),
        Kind::Any => Ok(text.parse::<Value>().unwrap_or_else(|_| text.into())),
    }
}

fn not_toml(error: &toml_edit::TomlError) -> Failure {
    let message = error.message().trim().replace('\n', " ");
    Failure::config(format!("the file is not TOML: {message}")).hint("correct it with `deepcall config edit`")
}

#[cfg(test)]
mod tests;
