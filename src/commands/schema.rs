//! `deepcall schema`: the JSON Schema of a document, made from the same table as the document.

use std::io::Write;

use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::app::App;
use crate::commands::{
    break_status, config, doctor, explain, journal, ping, profiles, sandbox, serve, shift, status, tags,
    wrapup,
};
use crate::failure::{ExitStatus, Failure};
use crate::floor::event::EventWords;
use crate::output::formats::schema;
use crate::report::Document;

/// Print the JSON Schema of a document
///
/// The schema and the document come from the same table. Later versions may add keys, but never remove one, so a schema
/// allows keys that it does not name. `watch` describes any line of deepcall watch --json; each event type also has its
/// own schema.
#[derive(Args, Clone, Debug)]
pub(crate) struct SchemaArgs {
    /// The document; `error` is the error that --json prints on stderr
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(names()))]
    name: String,
}

pub(crate) fn run(args: &SchemaArgs, app: &App) -> Result<ExitStatus, Failure> {
    let schema = schema(&args.name).unwrap_or_default();
    writeln!(app.console.stdout(), "{schema:#}")?;
    Ok(ExitStatus::Done)
}

/// Every document with a schema.
pub static DOCUMENTS: [&Document; 19] = [
    &tags::DOCUMENT,
    &break_status::rows::DOCUMENT,
    &wrapup::DOCUMENT,
    &status::DOCUMENT,
    &shift::document::DOCUMENT,
    &ping::DOCUMENT,
    &profiles::DOCUMENT,
    &config::DOCUMENT,
    &doctor::DOCUMENT,
    &explain::CODES,
    &explain::EXITS,
    &explain::NOT_IN_SHIFT,
    &sandbox::DOCUMENT,
    &serve::DOCUMENT,
    &journal::status::DOCUMENT,
    &journal::verify::DOCUMENT,
    &journal::removal::DOCUMENT,
    &journal::export::INTERVALS,
    &journal::export::COVERAGE,
];

const ERROR: &str = "error";
const WATCH: &str = "watch";

/// Every name that has a schema: the documents, the error, the stream of `watch`, and each of its event types.
#[must_use]
pub(crate) fn names() -> Vec<&'static str> {
    let documents = DOCUMENTS.iter().map(|document| document.name);
    let events = EventWords::ALL.iter().map(|event| event.name);
    documents.chain([ERROR, WATCH]).chain(events).collect()
}

#[must_use]
pub(crate) fn schema(name: &str) -> Option<serde_json::Value> {
    if name == ERROR {
        return Some(schema::error_schema());
    }
    if name == WATCH {
        return Some(schema::stream_schema(
            WATCH,
            EventWords::COMMON,
            EventWords::ALL.iter().copied().map(line),
        ));
    }
    if let Some(event) = EventWords::ALL.iter().find(|event| event.name == name) {
        return Some(schema::line_schema(EventWords::COMMON, line(event)));
    }
    DOCUMENTS.iter().find(|document| document.name == name).map(|document| schema::schema(document))
}

fn line(event: &EventWords) -> schema::Line {
    schema::Line { name: event.name, about: event.about, fields: event.own_fields() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model that somebody generated from a schema has to read what a later version writes.
    #[test]
    fn no_schema_forbids_the_keys_of_later_versions() {
        for name in names() {
            let schema = schema(name).expect("a schema").to_string();
            for closing in ["additionalProperties", "unevaluatedProperties", "maxProperties", "propertyNames"]
            {
                assert!(!schema.contains(closing), "{name}: {closing}");
            }
        }
    }
}
