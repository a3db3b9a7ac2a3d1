//! How the answer shall look: format, colour, width, time zones, masking. Pure, but for the zones of this machine.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::environment::{Terminals, Variables};
use crate::app::options::{FormatOptions, OutputOptions, ServerTimeOptions, ValueOptions};
use crate::app::settings::table;
use crate::app::settings::table::{COLOR, MASK, NO_HEADERS, OUTPUT, SERVER_TIMEZONE, TIMEZONE};
use crate::app::settings::{Layers, Source, Sourced};
use crate::failure::Failure;
use crate::output::presentation::{ColorWhen, Format, Presentation, colour_wanted};
use crate::output::select;
use crate::output::select::SelectError;
use crate::report::Document;

/// How the answer shall look.
///
/// # Errors
/// If a variable or the config file names an unknown format, zone or colour choice.
pub fn presentation(
    options: &OutputOptions,
    layers: Layers<'_>,
    terminals: Terminals,
    now: Timestamp,
) -> Result<Presentation, Failure> {
    let format = format(&options.format, layers)?;
    refuse_without_effect(&options.format, &format)?;
    let terminal = terminals.stdout;
    Ok(Presentation {
        format: format.value,
        terminal,
        width: if terminal { Some(width(layers, terminals)) } else { None },
        color: colour(&options.format, layers, terminal)?,
        zone: zone(&options.values, layers)?,
        now,
        mask: mask(&options.values, layers)?,
        headers: !layers.get(&NO_HEADERS, options.format.no_headers.then_some(true))?.value,
        columns: options.format.columns.clone(),
        guard: !options.format.csv_raw,
    })
}

/// The format: `--json` and `--jq` are short for `--output json`.
///
/// # Errors
/// If a variable or the config file names an unknown one.
pub fn format(options: &FormatOptions, layers: Layers<'_>) -> Result<Sourced<Format>, Failure> {
    if options.json {
        return Ok(Sourced::new(Format::Json, Source::Option("--json")));
    }
    if options.jq.is_some() {
        return Ok(Sourced::new(Format::Json, Source::Option("--jq")));
    }
    layers.get(&OUTPUT, options.output)
}

/// The columns that the config file names for a document, where a format has columns.
///
/// # Errors
/// If the document does not know one of them: exit code 2.
pub fn configured_columns(
    document: &Document,
    format: Format,
    layers: Layers<'_>,
) -> Result<Option<Vec<String>>, Failure> {
    let name = format!("columns.{}", document.name.replace('-', "_"));
    let Some((setting, _)) = table::find(&name).filter(|_| has_columns(format)) else { return Ok(None) };
    let Some(text) = layers.text(setting.key(), None)? else { return Ok(None) };
    let columns = columns(document, &text.value);
    columns.map(Some).map_err(|error| Failure::config(format!("{}, {name}: {error}", text.source)))
}

/// Columns of a document, with commas between them.
///
/// # Errors
/// If the document does not know one of them.
pub fn columns(document: &Document, text: &str) -> Result<Vec<String>, SelectError> {
    let columns: Vec<String> = text.split(',').map(str::to_owned).collect();
    select::named(document, &columns)?;
    Ok(columns)
}

fn has_columns(format: Format) -> bool {
    matches!(format, Format::Table | Format::Csv | Format::Tsv)
}

/// An option that would change nothing in this format is a usage error, not silence
/// (`scripting.md`, "Options that would change nothing").
fn refuse_without_effect(options: &FormatOptions, format: &Sourced<Format>) -> Result<(), Failure> {
    let has_columns = has_columns(format.value);
    let has_formulas = matches!(format.value, Format::Csv | Format::Tsv);
    let typed = [
        ("--columns", options.columns.is_some() && !has_columns, "table, csv and tsv"),
        ("--no-headers", options.no_headers && !has_columns, "table, csv and tsv"),
        ("--csv-raw", options.csv_raw && !has_formulas, "csv and tsv"),
    ];
    let Some((option, _, formats)) = typed.into_iter().find(|(_, is_idle, _)| *is_idle) else {
        return Ok(());
    };
    let failure = Failure::usage(format!(
        "{option} has a meaning only for {formats}, and the output is {} ({})",
        format.value.word(),
        format.source
    ));
    Err(if option == "--columns" {
        failure.hint("to choose keys of the JSON document, write for example --jq '.tags[] | {time, kind}'")
    } else {
        failure
    })
}

/// `COLUMNS` is what the user prefers, by POSIX; a shell does not export it by itself.
fn width(layers: Layers<'_>, terminals: Terminals) -> usize {
    let said = layers.variables.text("COLUMNS").ok().flatten().and_then(|text| text.parse().ok());
    said.filter(|columns| *columns > 0).or(terminals.width).unwrap_or(80).clamp(20, 500)
}

/// Whether the stream that is (or is not) a terminal gets colour.
///
/// # Errors
/// If the config file's `color` is unknown.
pub fn colour(options: &FormatOptions, layers: Layers<'_>, terminal: bool) -> Result<bool, Failure> {
    Ok(by_variables(layers.get(&COLOR, options.color)?.value, layers.variables, terminal))
}

/// Whether errors get colour before any option is known: those of the command line itself.
#[must_use]
pub fn colour_of_errors(variables: &Variables, terminal: bool) -> bool {
    by_variables(ColorWhen::Auto, variables, terminal)
}

fn by_variables(choice: ColorWhen, variables: &Variables, terminal: bool) -> bool {
    let text = |name| variables.text(name).ok().flatten();
    colour_wanted(choice, terminal, text("NO_COLOR"), text("CLICOLOR_FORCE"), text("TERM"))
}

/// The zone of the times shown.
///
/// # Errors
/// If the named zone is not known to this system.
pub fn zone(options: &ValueOptions, layers: Layers<'_>) -> Result<TimeZone, Failure> {
    Ok(layers.get_text(&TIMEZONE, options.timezone.as_deref())?.value)
}

/// The zone of server times that name none: India's, unless somebody chose another (`api.md` §8).
///
/// # Errors
/// If the named zone is not known to this system.
pub fn server_zone(options: &ServerTimeOptions, layers: Layers<'_>) -> Result<TimeZone, Failure> {
    Ok(layers.get_text(&SERVER_TIMEZONE, options.server_timezone.as_deref())?.value)
}

/// Whether phone numbers are hidden.
///
/// # Errors
/// If `DEEPCALL_MASK` is neither yes nor no.
pub fn mask(options: &ValueOptions, layers: Layers<'_>) -> Result<bool, Failure> {
    Ok(layers.get(&MASK, options.mask.then_some(true))?.value)
}
