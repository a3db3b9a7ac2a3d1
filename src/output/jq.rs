//! `--jq`: a jq expression over the JSON document, inside the program. The expression sees the
//! document and nothing else: no files, no environment, no streams.

use std::fmt;
use std::io::{self, Write};

use jaq_core::data::JustLut;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars};
use jaq_json::{Num, Val, read};
use unicode_width::UnicodeWidthStr;

use crate::json;
use crate::json::{Layout, write_string};
use crate::output::text::sanitize::{sanitize, sanitize_keeping};

/// What jq offers beside the document: it would print past the redactor, end the process, or
/// put the environment (with its credentials) into the answer.
const OUT_OF_REACH: [&str; 11] = [
    "env",
    "$ENV",
    "input",
    "inputs",
    "input_filename",
    "debug",
    "debug_empty",
    "stderr",
    "stderr_empty",
    "halt",
    "halt_error",
];

/// What jq knows and the library does not bring.
const ADDED: &str = r#"
def escape(special; escaped): split(special) | join(escaped);
def @tsv:
  def cell:
    if isarray or isobject then error("\(.) cannot be a cell of @tsv")
    elif . == null then ""
    else tostring | escape("\\"; "\\\\") | escape("\t"; "\\t") | escape("\n"; "\\n") | escape("\r"; "\\r")
    end;
  if isarray then map(cell) | join("\t") else error("\(.) is not an array of cells for @tsv") end;
def @csv:
  def cell:
    if isarray or isobject then error("\(.) cannot be a cell of @csv")
    elif . == null then ""
    elif isstring then "\"" + escape("\""; "\"\"") + "\""
    else tostring
    end;
  if isarray then map(cell) | join(",") else error("\(.) is not an array of cells for @csv") end;
"#;

/// A compiled jq expression.
pub struct Filter {
    compiled: jaq_core::Filter<JustLut<Val>>,
}

/// Why an expression gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum JqError {
    /// The expression cannot be understood.
    #[error(transparent)]
    Expression(#[from] Misunderstanding),
    /// The expression does not fit the document, or raised an error of its own.
    #[error("{0}")]
    Run(String),
    /// The answer could not be written.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// A place in the expression, and what is wrong with it. Shown in three lines: what is wrong,
/// the line of the expression, and a caret below the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Misunderstanding {
    /// What is wrong, in one line.
    pub what: String,
    /// The line of the expression, made harmless.
    pub line: String,
    /// How many columns of that line stand before the place.
    pub column: usize,
}

impl fmt::Display for Misunderstanding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n  {}\n  {:column$}^", self.what, self.line, "", column = self.column)
    }
}

impl Filter {
    /// Understands a jq expression.
    ///
    /// # Errors
    ///
    /// When it is no jq expression, or names what is out of reach here.
    pub fn compile(expression: &str) -> Result<Self, JqError> {
        let in_reach = |name: &str| !OUT_OF_REACH.contains(&name);
        let added = load::parse(ADDED, |parser| parser.defs()).unwrap_or_default();
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs()).chain(added);
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(definitions.filter(|definition| in_reach(definition.name)))
            .load(&arena, File { code: expression, path: () })
            .map_err(|errors| not_loaded(expression, &errors))?;
        load::import(&modules, |_| Err(String::new())).map_err(|errors| not_loaded(expression, &errors))?;
        let filter = Compiler::default()
            .with_funs(functions.filter(|(name, ..)| in_reach(name)))
            .compile(modules)
            .map_err(|errors| not_compiled(expression, &errors))?;
        Ok(Self { compiled: filter })
    }

    /// Runs over a JSON document, one line for each value that comes out. Strings come out as
    /// their text, as `gh --jq` does it; on a terminal they are made harmless (but for line feeds
    /// and tabs), and other values are indented.
    ///
    /// Integers of any size and decimals keep their digits as long as the expression does not
    /// calculate with them, except that `-0` becomes `0`. What JSON has no number for is `null`.
    ///
    /// # Errors
    ///
    /// When the expression does not fit the document, or `out` takes no more. What came out
    /// before has been written.
    pub fn run(&self, document: &[u8], terminal: bool, out: &mut dyn Write) -> Result<(), JqError> {
        let input = value(document)?;
        let context = Ctx::<JustLut<Val>>::new(&self.compiled.lut, Vars::new([]));
        let mut text = Vec::new();
        for value in self.compiled.id.run((context, input)) {
            let value = value.map_err(|exception| {
                let error = exception.get_err().map(|error| shortened(&error.to_string()));
                JqError::Run(error.unwrap_or_else(|_| "stopped by the expression itself".to_owned()))
            })?;
            match &value {
                Val::TStr(string) if terminal => {
                    let string = String::from_utf8_lossy(string);
                    text.extend_from_slice(sanitize_keeping(&string, &['\n', '\t']).as_bytes());
                }
                Val::TStr(string) => text.extend_from_slice(string),
                value if terminal => write_value(value, Layout::Indented, 0, &mut text)?,
                value => write_value(value, Layout::Compact, 0, &mut text)?,
            }
            text.push(b'\n');
            out.write_all(&text)?;
            text.clear();
        }
        Ok(())
    }
}

/// The document as the library reads it. Its reader goes down into lists and objects by recursion, and takes more than
/// JSON (comments, `NaN`): a reply of a server is checked before it may.
fn value(document: &[u8]) -> Result<Val, JqError> {
    let malformed =
        |error: &dyn std::error::Error| JqError::Run(format!("the reply cannot be read: {error}"));
    let text = std::str::from_utf8(document).map_err(|error| malformed(&error))?;
    json::check(text).map_err(|error| malformed(&error))?;
    read::parse_single(document).map_err(|error| malformed(&error))
}

/// Errors quote the value that did not fit, which may be the whole document.
fn shortened(message: &str) -> String {
    const HEAD: usize = 120;
    const TAIL: usize = 80;
    let place = |(at, _): (usize, char)| at;
    let head = message.char_indices().nth(HEAD).map_or(message.len(), place);
    let tail = message.char_indices().nth_back(TAIL - 1).map_or(0, place);
    if head < tail { format!("{} … {}", &message[..head], &message[tail..]) } else { message.to_owned() }
}

fn not_loaded(expression: &str, errors: &load::Errors<&str, ()>) -> JqError {
    let Some((_, error)) = errors.first() else { return unexplained() };
    let (what, found) = match error {
        load::Error::Io(paths) => {
            let path = paths.first().map_or("", |(path, _)| path);
            ("modules and files are out of reach here".to_owned(), path)
        }
        load::Error::Lex(errors) => errors.first().map_or_else(Default::default, |(expected, found)| {
            (format!("expected {}", expected.as_str()), *found)
        }),
        load::Error::Parse(errors) => errors.first().map_or_else(Default::default, |(expected, found)| {
            (format!("expected {}", expected.as_str()), *found)
        }),
    };
    misunderstanding(expression, &what, found)
}

fn not_compiled(expression: &str, errors: &jaq_core::compile::Errors<&str, ()>) -> JqError {
    let own = errors.iter().find(|(file, _)| file.code == expression);
    let Some((name, kind)) = own.and_then(|(_, errors)| errors.first()) else {
        return unexplained();
    };
    let what = if OUT_OF_REACH.contains(name) {
        format!("{name} is out of reach here: an expression sees the document and nothing else")
    } else if let jaq_core::compile::Undefined::Filter(arguments) = kind {
        format!("there is no {name}/{arguments}")
    } else {
        format!("there is no {} {name}", kind.as_str())
    };
    misunderstanding(expression, &what, name)
}

fn unexplained() -> JqError {
    JqError::Run("the expression was not accepted".to_owned())
}

/// Points to `found`, which is a part of the expression itself.
fn misunderstanding(expression: &str, what: &str, found: &str) -> JqError {
    let place = (found.as_ptr() as usize)
        .checked_sub(expression.as_ptr() as usize)
        .filter(|&place| expression.is_char_boundary(place))
        .unwrap_or(expression.len());
    let (before, after) = expression.split_at(place);
    let before = before.rsplit('\n').next().unwrap_or_default();
    let after = after.split('\n').next().unwrap_or_default();
    let column = sanitize(before).width();
    let line = sanitize(&format!("{before}{after}")).into_owned();
    Misunderstanding { what: sanitize(what).into_owned(), line, column }.into()
}

fn write_value(value: &Val, layout: Layout, depth: usize, out: &mut Vec<u8>) -> Result<(), JqError> {
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

/// Whole results are written without `.0`, as jq does it.
fn digits(number: &Num) -> String {
    const ALL_DIGITS_COUNT: f64 = 1e17;
    match number {
        Num::Float(float) if !float.is_finite() => "null".to_owned(),
        Num::Float(float) if float.fract() == 0.0 && float.abs() < ALL_DIGITS_COUNT => format!("{float:.0}"),
        number => number.to_string(),
    }
}

#[cfg(test)]
mod tests;
