//! Decides how an answer looks: format, colour, width, time zone, masking.

use jiff::Timestamp;

use crate::app::environment::{Terminals, Variables};
use crate::app::options::{FormatOptions, OutputOptions};
use crate::app::settings::table;
use crate::app::settings::table::{COLOR, MASK, NO_HEADERS, OUTPUT, TIME, TIMEZONE};
use crate::app::settings::{Settings, Source, Sourced};
use crate::failure::Failure;
use crate::output::presentation::{ColorWhen, Format, Presentation, colour_wanted};
use crate::output::table_view::{Choice, ColumnError};
use crate::report::{Document, Shape};
use crate::words::plain;

/// # Errors
/// If an option would change nothing in this format, or a variable or the config file is wrong: exit code 2.
pub fn presentation(
    options: &OutputOptions,
    settings: Settings<'_>,
    terminals: Terminals,
    now: Timestamp,
    document: &Document,
) -> Result<Presentation, Failure> {
    let format = format(options, settings)?;
    let OutputOptions { format: options, rules, .. } = options;
    let is_for_spreadsheets = matches!(format.value, Format::Csv | Format::Tsv);
    let has_columns = if rules.is_stream { is_for_spreadsheets } else { has_columns(format.value) };
    let usual = if rules.is_stream { "csv or tsv" } else { "table, csv or tsv" };
    let with_columns = rules.with_columns.unwrap_or(usual);
    let actual = match format.value {
        // A board or sentences, so there is no option to name.
        Format::Table if rules.is_stream => String::new(),
        other => format!(", but the format is {} ({})", other.word(), format.source),
    };
    let required = |formats| format!("the format {formats}{actual}");
    let refused = settings.typed.refuse_unused(&[
        ("--columns", has_columns, &required(with_columns)),
        ("--no-headers", has_columns, &required(with_columns)),
        ("--csv-raw", is_for_spreadsheets, &required("csv or tsv")),
    ]);
    refused.map_err(|failure| match &options.table.columns {
        Some(columns) if !has_columns && !rules.is_stream => {
            let example = by_jq(document, columns);
            failure.hint(format!("--jq selects keys of JSON, for example --jq '{example}'"))
        }
        _ => failure,
    })?;
    let terminal = terminals.stdout;
    let time = settings.get(&TIME)?;
    Ok(Presentation {
        format: format.value,
        width: terminal.then(|| width(settings.variables, terminals)),
        color: colour(settings, terminal)?,
        zone: match &rules.zone {
            Some(zone) => zone.clone(),
            None => settings.get(&TIMEZONE)?.value,
        },
        now,
        // A script reads what is in a pipe: what is configured for people does not change it.
        time: if terminal { Some(time.value) } else { time.if_typed() },
        mask: rules.always_masked || settings.get(&MASK)?.value,
        headers: !settings.get(&NO_HEADERS)?.value,
        columns: options.table.columns.clone(),
        guard: !options.table.csv_raw,
    })
}

/// What selects these columns of a document, or where it has none of them, its first two.
fn by_jq(document: &Document, columns: &[String]) -> String {
    let known = |name: &String| {
        let key = name.trim_start_matches('+').split('.').next()?;
        document.fields.iter().map(|field| field.key).find(|known| *known == key)
    };
    let mut keys: Vec<&str> = columns.iter().filter_map(known).collect();
    keys.dedup();
    if keys.is_empty() {
        keys.extend(document.fields.iter().take(2).map(|field| field.key));
    }
    let rows = match document.shape {
        Shape::One => String::new(),
        // Of one profile it is the row itself.
        Shape::ListOrOne => format!("(.{}[]? // .) | ", document.rows_key),
        Shape::List => format!(".{}[] | ", document.rows_key),
    };
    format!("{rows}{{{}}}", keys.join(", "))
}

/// `--json` and `--jq` mean `--output json`.
///
/// # Errors
/// If a variable or the config file names an unknown one.
pub fn format(options: &OutputOptions, settings: Settings<'_>) -> Result<Sourced<Format>, Failure> {
    match (&options.format, &options.rules.format) {
        (FormatOptions { json: true, .. }, _) => Ok(Sourced::new(Format::Json, Source::Option("--json"))),
        (FormatOptions { jq: Some(_), .. }, _) => Ok(Sourced::new(Format::Json, Source::Option("--jq"))),
        (_, Some(format)) => Ok(format.clone()),
        (_, None) => settings.get(&OUTPUT),
    }
}

/// The columns of a document in the config file, if the format has columns.
///
/// # Errors
/// If the document does not know one of them: exit code 2.
pub fn lasting_columns(
    document: &Document,
    format: Format,
    settings: Settings<'_>,
) -> Result<Option<Vec<String>>, Failure> {
    let name = format!("columns.{}", document.name.replace('-', "_"));
    let Some((setting, _)) = table::find(&name).filter(|_| has_columns(format)) else { return Ok(None) };
    let Some(text) = settings.without_options().text(setting.key())? else { return Ok(None) };
    let columns = columns(document, &text.value);
    columns.map(Some).map_err(|error| Failure::config(format!("{}, {name}: {error}", text.source)))
}

/// # Errors
/// If the document does not know one of them.
pub fn columns(document: &Document, text: &str) -> Result<Vec<String>, ColumnError> {
    let columns: Vec<String> = text.split(',').map(str::to_owned).collect();
    Choice::of(document, &columns)?;
    Ok(columns)
}

fn has_columns(format: Format) -> bool {
    matches!(format, Format::Table | Format::Csv | Format::Tsv)
}

/// Whether the locale has no more than ASCII: by POSIX, the first of these variables that is not empty decides. Without any, a
/// terminal of today is taken to have Unicode.
#[must_use]
pub fn is_ascii_only(variables: &Variables) -> bool {
    let text = |name| variables.text(name).ok().flatten().filter(|text| !text.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(text).unwrap_or("C.UTF-8");
    !plain(locale).contains("utf8")
}

/// By POSIX, `COLUMNS` is what the user prefers; no shell exports it by itself.
pub(crate) fn width(variables: &Variables, terminals: Terminals) -> usize {
    let preferred = variables.text("COLUMNS").ok().flatten().and_then(|text| text.parse().ok());
    preferred.filter(|columns| *columns > 0).or(terminals.width).unwrap_or(80).clamp(20, 500)
}

/// # Errors
/// If the config file's `color` is unknown.
pub fn colour(settings: Settings<'_>, terminal: bool) -> Result<bool, Failure> {
    Ok(by_variables(settings.get(&COLOR)?.value, settings.variables, terminal))
}

/// For errors of the command line itself, before any option is known.
#[must_use]
pub fn colour_of_errors(variables: &Variables, terminal: bool) -> bool {
    by_variables(ColorWhen::Auto, variables, terminal)
}

fn by_variables(choice: ColorWhen, variables: &Variables, terminal: bool) -> bool {
    let text = |name| variables.text(name).ok().flatten();
    colour_wanted(choice, terminal, text("NO_COLOR"), text("CLICOLOR_FORCE"), text("TERM"))
}
