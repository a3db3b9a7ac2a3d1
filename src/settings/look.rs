//! How the answer shall look: format, colour, width, time zones, masking. Pure.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Layers, Source, Sourced, parsed};
use crate::cli::options::{ConnectionOptions, OutputOptions};
use crate::environment::Terminals;
use crate::failure::Failure;
use crate::output::presentation::{ColorWhen, Format, Presentation, colour_wanted};

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
    let format = format(options, layers)?;
    let terminal = terminals.stdout;
    Ok(Presentation {
        format,
        terminal,
        width: if terminal { Some(width(layers, terminals)) } else { None },
        color: colour(options, layers, terminal)?,
        zone: zone(options, layers)?,
        now,
        mask: mask(options, layers)?,
        headers: !options.no_headers,
        columns: options.columns.clone(),
        guard: !options.csv_raw,
    })
}

/// The format: `--json` and `--jq` are short for `--output json`.
///
/// # Errors
/// If a variable or the config file names an unknown one.
pub fn format(options: &OutputOptions, layers: Layers<'_>) -> Result<Format, Failure> {
    if options.json || options.jq.is_some() {
        return Ok(Format::Json);
    }
    if let Some(format) = options.output {
        return Ok(format);
    }
    let named = layers.first(("--output", None), Some("DEEPCALL_OUTPUT"), layers.config.output.as_deref())?;
    Ok(named
        .map(|text| parsed(&text, str::parse::<Format>))
        .transpose()?
        .map_or(Format::Table, |format| format.value))
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
pub fn colour(options: &OutputOptions, layers: Layers<'_>, terminal: bool) -> Result<bool, Failure> {
    let configured = layers.config.color.as_deref().map(|text| Sourced::new(text, Source::ConfigFile));
    let configured = configured.map(|text| parsed(&text, str::parse::<ColorWhen>)).transpose()?;
    let choice = options.color.or(configured.map(|choice| choice.value)).unwrap_or(ColorWhen::Auto);
    let text = |name| layers.variables.text(name).ok().flatten();
    Ok(colour_wanted(choice, terminal, text("NO_COLOR"), text("CLICOLOR_FORCE"), text("TERM")))
}

/// The zone of the times shown.
///
/// # Errors
/// If the named zone is not known to this system.
pub fn zone(options: &OutputOptions, layers: Layers<'_>) -> Result<TimeZone, Failure> {
    let config = layers.config.timezone.as_deref();
    let named =
        layers.first(("--timezone", options.timezone.as_deref()), Some("DEEPCALL_TIMEZONE"), config)?;
    Ok(named
        .map(|text| parsed(&text, time_zone))
        .transpose()?
        .map_or_else(TimeZone::system, |zone| zone.value))
}

/// The zone of server times that name none: India's, unless somebody said otherwise (`api.md` §8).
///
/// # Errors
/// If the named zone is not known to this system.
pub fn server_zone(options: &ConnectionOptions, layers: Layers<'_>) -> Result<TimeZone, Failure> {
    let config = layers.config.server_timezone.as_deref();
    let named = layers.first(("--server-timezone", options.server_timezone.as_deref()), None, config)?;
    Ok(named
        .map(|text| parsed(&text, time_zone))
        .transpose()?
        .map_or_else(crate::api::moments::india, |zone| zone.value))
}

/// A zone by its IANA name, `local`, `UTC`, or an offset such as `+05:30`.
fn time_zone(text: &str) -> Result<TimeZone, String> {
    match text.to_ascii_lowercase().as_str() {
        "local" => return Ok(TimeZone::system()),
        "utc" | "z" => return Ok(TimeZone::UTC),
        _ => {}
    }
    if text.starts_with(['+', '-']) {
        let offset = jiff::fmt::temporal::DateTimeParser::new().parse_time_zone(text).ok();
        // RFC 3339 can say no offset of a day or more.
        let is_sayable = |zone: &TimeZone| zone.to_offset(Timestamp::UNIX_EPOCH).seconds().abs() < 86_400;
        return offset
            .filter(is_sayable)
            .ok_or_else(|| format!("{text:?} is no offset; write for example +05:30"));
    }
    TimeZone::get(text)
        .map_err(|_| format!("{text:?} is no known time zone; write for example Asia/Kolkata or UTC"))
}

/// Whether phone numbers are hidden.
///
/// # Errors
/// If `DEEPCALL_MASK` is neither yes nor no.
pub fn mask(options: &OutputOptions, layers: Layers<'_>) -> Result<bool, Failure> {
    if options.mask {
        return Ok(true);
    }
    let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(format!("{text:?} is neither 1 nor 0")),
    };
    let said = layers.variable("DEEPCALL_MASK")?.map(|text| parsed(&text, parse)).transpose()?;
    Ok(said.map(|sourced| sourced.value).or(layers.config.mask).unwrap_or(false))
}
