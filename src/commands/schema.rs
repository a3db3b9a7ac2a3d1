//! `deepcall schema`: the JSON Schema of a document, made from the very table the document is written from.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{break_status, explain, ping, profiles, sandbox, tags, wrapup};
use crate::output::report::Document;
use crate::output::schema;

/// Print the JSON Schema of a document
///
/// Made from the very table that the document is written from. Keys are only ever added.
#[derive(Args, Clone, Debug)]
pub struct SchemaArgs {
    /// Which document; `error` is what --json prints on stderr
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(names()))]
    pub name: String,
}

/// Every document with a schema.
pub static DOCUMENTS: [&Document; 8] = [
    &tags::DOCUMENT,
    &break_status::DOCUMENT,
    &wrapup::DOCUMENT,
    &ping::DOCUMENT,
    &profiles::DOCUMENT,
    &explain::CODES,
    &explain::EXITS,
    &sandbox::DOCUMENT,
];

const ERROR: &str = "error";

fn names() -> Vec<&'static str> {
    DOCUMENTS.iter().map(|document| document.name).chain(std::iter::once(ERROR)).collect()
}

/// The schema of that name; `None` if there is none.
#[must_use]
pub fn schema(name: &str) -> Option<serde_json::Value> {
    if name == ERROR {
        return Some(schema::error_schema());
    }
    DOCUMENTS.iter().find(|document| document.name == name).map(|document| schema::schema(document))
}
