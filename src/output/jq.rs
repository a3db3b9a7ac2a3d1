//! `--jq`: runs a jq expression over the JSON document inside this process. The expression sees the document only: no
//! files, no environment, no streams.

use std::fmt;
use std::io::{self, Write};

use jaq_core::data::JustLut;
use jaq_core::load::parse::Def;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars};
use jaq_json::{Num, Val, read};
use unicode_width::UnicodeWidthStr;

use crate::json;
use crate::json::{Layout, write_string};
use crate::output::text::sanitize::{sanitize, sanitize_keeping};

mod native;
mod operators;
mod paths;

/// Functions of jq that would bypass the redactor, end the process, or read the environment with its credentials.
const UNAVAILABLE: [&str; 9] =
    ["env", "$ENV", "input_filename", "debug", "debug_empty", "stderr", "stderr_empty", "halt", "halt_error"];

/// What jq 1.7 has and the library lacks, or does differently. Tests compare both over a table of expressions.
const DEFINITIONS: &str = include_str!("jq/definitions.jq");

/// The library reads an expression by recursion, and each word or sign may be a level of it. The stack has room for about
/// as many where nothing is optimised.
const LONGEST_EXPRESSION: usize = 800;

pub(crate) struct Filter {
    compiled: jaq_core::Filter<JustLut<Val>>,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum JqError {
    #[error(transparent)]
    Expression(#[from] SyntaxError),
    /// The expression does not fit the document, or raised an error itself.
    #[error("{0}")]
    Run(String),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// A mistake in the expression. It is shown in three lines: the message, the line of the expression, and a caret below
/// the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    /// The line of the expression, made harmless.
    pub(crate) line: String,
    /// How many terminal columns of that line precede the place.
    pub(crate) column: usize,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n  {}\n  {:column$}^", self.message, self.line, "", column = self.column)
    }
}

/// What makes of each row alone what an expression makes of the document around the rows: where that begins with all
/// rows, as in `.tags[].id` and `.tags[] | …`.
///
/// Most expressions begin so, and their values are the same. A document of 20,000 rows would take three times as long
/// and 160 MiB, since the library reads all of it before it begins.
pub(crate) struct RowFilter {
    pub(crate) filter: Filter,
    /// The key at which the path begins. A row with no other key gives the same values, and is read in no time.
    pub(crate) only_key: Option<String>,
}

impl RowFilter {
    /// `None` for an expression that begins otherwise.
    pub(crate) fn of(expression: &str, rows_key: &str) -> Option<Self> {
        let rest = expression.trim_start().strip_prefix('.')?.strip_prefix(rows_key)?.strip_prefix("[]")?;
        let is_of_path = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        let (path, rest) = rest.split_at(rest.find(|letter| !is_of_path(letter)).unwrap_or(rest.len()));
        let is_key = |step: &str| step.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
        if !path.is_empty() && !path.strip_prefix('.')?.split('.').all(is_key) {
            return None;
        }
        let first = if path.is_empty() { "." } else { path };
        let then = match rest.trim_start().strip_prefix('|') {
            Some(then) if !then.starts_with('=') => format!("| {then}"),
            None if rest.trim_start().is_empty() => String::new(),
            _ => return None,
        };
        let filter = Filter::compile(&format!("{first} {then}")).ok()?;
        let only_key = path.strip_prefix('.').and_then(|path| path.split('.').next()).map(str::to_owned);
        Some(Self { filter, only_key })
    }
}

impl Filter {
    /// # Errors
    /// If it is not a jq expression, or uses a function that is not available here.
    pub(crate) fn compile(expression: &str) -> Result<Self, JqError> {
        if length(expression) > LONGEST_EXPRESSION {
            let message = format!(
                "the expression has more than {LONGEST_EXPRESSION} words and signs; pipe --json into jq instead"
            );
            let begin = expression.char_indices().nth(40).map_or(expression, |(end, _)| &expression[..end]);
            return Err(syntax_error(begin, &message, begin));
        }
        let as_typed = Self::link(expression, None)?;
        // Mistakes are found in what was typed. It counts as it is unless an operator has to do more than the library's.
        if !expression.contains('=') {
            return Ok(as_typed);
        }
        let Some(term) = load::parse(expression, |parser| parser.term()) else { return Ok(as_typed) };
        Self::link("as_calls", Some(Def { name: "as_calls", args: vec![], body: operators::as_calls(term) }))
    }

    fn link<'s>(expression: &'s str, own: Option<Def<&'s str>>) -> Result<Self, JqError> {
        let is_available = |name: &str| !UNAVAILABLE.contains(&name);
        let added = load::parse(DEFINITIONS, |parser| parser.defs()).unwrap_or_default();
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(added);
        let definitions = definitions.filter(|definition| is_available(definition.name));
        #[expect(clippy::map_identity, reason = "it shortens the lifetime")]
        let definitions = definitions.map(|definition| -> Def<&'s str> { definition }).chain(own);
        let functions =
            jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs()).chain(native::functions());
        let arena = Arena::default();
        let modules = Loader::new(definitions)
            .load(&arena, File { code: expression, path: () })
            .map_err(|errors| not_loaded(expression, &errors))?;
        load::import(&modules, |_| Err(String::new())).map_err(|errors| not_loaded(expression, &errors))?;
        let filter = Compiler::default()
            .with_funs(functions.filter(|(name, ..)| is_available(name)))
            .compile(modules)
            .map_err(|errors| not_compiled(expression, &errors))?;
        Ok(Self { compiled: filter })
    }

    /// Runs over a JSON document and writes one line for each result. A string is written as its text, as `gh --jq` does.
    /// On a terminal, strings are made harmless (line feeds and tabs stay), and other results are indented.
    ///
    /// Integers of any size and decimals keep their digits as long as the expression does not calculate with them, except
    /// that `-0` becomes `0`. Infinity and NaN are written as `null`.
    ///
    /// # Errors
    /// If the expression does not fit the document, or `out` cannot be written. Earlier results have been written then.
    pub(crate) fn run(&self, document: &[u8], terminal: bool, out: &mut dyn Write) -> Result<(), JqError> {
        let input = value(document)?;
        let context = Ctx::<JustLut<Val>>::new(&self.compiled.lut, Vars::new([]));
        let mut text = Vec::new();
        for value in self.compiled.id.run((context, input)) {
            let value = value.map_err(|exception| {
                let error = exception.get_err().map(|error| shortened(&error.to_string()));
                JqError::Run(error.unwrap_or_else(|_| "stopped by the expression itself".to_owned()))
            })?;
            let written = match &value {
                Val::TStr(string) if terminal => {
                    let string = String::from_utf8_lossy(string);
                    text.extend_from_slice(sanitize_keeping(&string, &['\n', '\t']).as_bytes());
                    Ok(())
                }
                Val::TStr(string) => {
                    text.extend_from_slice(string);
                    Ok(())
                }
                value if terminal => write_value(value, Layout::Indented, 0, &mut text),
                value => write_value(value, Layout::Compact, 0, &mut text),
            };
            if written.is_err() {
                // What is nested too deeply for the stack would be dropped by recursion as well.
                std::mem::forget(value);
                return written;
            }
            text.push(b'\n');
            out.write_all(&text)?;
            text.clear();
        }
        Ok(())
    }
}

/// The document as a value of the library. The library reads nested values by recursion, and accepts more than JSON
/// (comments, `NaN`), so the text is checked first.
fn value(document: &[u8]) -> Result<Val, JqError> {
    let malformed =
        |error: &dyn std::error::Error| JqError::Run(format!("the reply cannot be read: {error}"));
    let text = std::str::from_utf8(document).map_err(|error| malformed(&error))?;
    json::check(text).map_err(|error| malformed(&error))?;
    read::parse_single(document).map_err(|error| malformed(&error))
}

/// Errors of the library quote the value that did not fit, which may be the whole document.
fn shortened(message: &str) -> String {
    const HEAD: usize = 120;
    const TAIL: usize = 80;
    let place = |(at, _): (usize, char)| at;
    let head = message.char_indices().nth(HEAD).map_or(message.len(), place);
    let tail = message.char_indices().nth_back(TAIL - 1).map_or(0, place);
    if head < tail { format!("{} … {}", &message[..head], &message[tail..]) } else { message.to_owned() }
}

fn not_loaded(expression: &str, errors: &load::Errors<&str, ()>) -> JqError {
    let Some((_, error)) = errors.first() else { return unknown_error() };
    let (message, found) = match error {
        load::Error::Io(paths) => {
            let path = paths.first().map_or("", |(path, _)| path);
            ("modules and files are not available here".to_owned(), path)
        }
        load::Error::Lex(errors) => errors.first().map_or_else(Default::default, |(expected, found)| {
            (format!("expected {}", expected.as_str()), *found)
        }),
        load::Error::Parse(errors) => errors.first().map_or_else(Default::default, |(expected, found)| {
            (format!("expected {}", expected.as_str()), *found)
        }),
    };
    syntax_error(expression, &message, found)
}

fn not_compiled(expression: &str, errors: &jaq_core::compile::Errors<&str, ()>) -> JqError {
    let own = errors.iter().find(|(file, _)| file.code == expression);
    let Some((name, kind)) = own.and_then(|(_, errors)| errors.first()) else {
        return unknown_error();
    };
    let message = if UNAVAILABLE.contains(name) {
        format!("{name} is not available here: the expression sees only the document")
    } else if let jaq_core::compile::Undefined::Filter(arguments) = kind {
        format!("{name}/{arguments} is not defined")
    } else {
        format!("{} {name} is not defined", kind.as_str())
    };
    syntax_error(expression, &message, name)
}

fn unknown_error() -> JqError {
    JqError::Run("the expression was not accepted".to_owned())
}

/// `found` is a slice of the expression, so its address is the place of the mistake.
fn syntax_error(expression: &str, message: &str, found: &str) -> JqError {
    let place = (found.as_ptr() as usize)
        .checked_sub(expression.as_ptr() as usize)
        .filter(|&place| expression.is_char_boundary(place))
        .unwrap_or(expression.len());
    let (before, after) = expression.split_at(place);
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after = after.split('\n').next().unwrap_or_default();
    let column = sanitize(before).width();
    let line = sanitize(&format!("{before}{after}")).into_owned();
    SyntaxError { message: sanitize(message).into_owned(), line, column }.into()
}

/// How many words and signs there are.
fn length(expression: &str) -> usize {
    let is_of_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '$' | '@');
    let mut within_word = false;
    let begins = expression.chars().filter(|letter| {
        let continues = within_word && is_of_word(*letter);
        within_word = is_of_word(*letter);
        !continues && !letter.is_whitespace()
    });
    begins.count()
}

fn write_value(value: &Val, layout: Layout, depth: usize, out: &mut Vec<u8>) -> Result<(), JqError> {
    if depth >= json::DEPTH && matches!(value, Val::Arr(_) | Val::Obj(_)) {
        return Err(JqError::Run(format!("a result is nested more than {} levels deep", json::DEPTH)));
    }
    match value {
        Val::Null => out.extend_from_slice(b"null"),
        Val::Bool(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
        Val::Num(number) => out.extend_from_slice(digits(number).as_bytes()),
        Val::TStr(text) | Val::BStr(text) => write_string(&String::from_utf8_lossy(text), out),
        Val::Arr(items) => {
            out.push(b'[');
            for (index, item) in items.iter().enumerate() {
                begin(index, layout, depth, out);
                write_value(item, layout, depth + 1, out)?;
            }
            end(items.is_empty(), layout, depth, b']', out);
        }
        Val::Obj(members) => {
            out.push(b'{');
            for (index, (key, item)) in members.iter().enumerate() {
                let Val::TStr(key) = key else {
                    return Err(JqError::Run(format!("{key} cannot be a key, because it is not a string")));
                };
                begin(index, layout, depth, out);
                write_string(&String::from_utf8_lossy(key), out);
                out.extend_from_slice(layout.colon());
                write_value(item, layout, depth + 1, out)?;
            }
            end(members.is_empty(), layout, depth, b'}', out);
        }
    }
    Ok(())
}

fn begin(index: usize, layout: Layout, depth: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
    layout.begin_line(depth + 1, out);
}

fn end(is_empty: bool, layout: Layout, depth: usize, bracket: u8, out: &mut Vec<u8>) {
    if !is_empty {
        layout.begin_line(depth, out);
    }
    out.push(bracket);
}

/// Whole numbers are written without `.0`, as jq does.
fn digits(number: &Num) -> String {
    const EXACT_BELOW: f64 = 1e17;
    match number {
        Num::Float(float) if !float.is_finite() => "null".to_owned(),
        Num::Float(float) if float.fract() == 0.0 && float.abs() < EXACT_BELOW => format!("{float:.0}"),
        number => number.to_string(),
    }
}

#[cfg(test)]
mod comparison;
#[cfg(test)]
mod tests;
