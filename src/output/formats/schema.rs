//! JSON Schema of a document, from the same fields that make the document. It must not know
//! any document by name.

use serde_json::{Map, Value, json};

use crate::report::{Document, Field, Meaning, Shape};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// JSON Schema (2020-12) of the document. Every key that is ours is named and always present, so
/// any other key is an error; what the server sends may have any shape. A document that may
/// answer for one profile alone is either the list or the one row itself.
#[must_use]
pub fn schema(document: &Document) -> Value {
    let mut keys = properties(document.head);
    keys.insert(document.rows_key.to_owned(), json!({ "type": "array", "items": { "$ref": "#/$defs/row" } }));
    keys.extend(properties(document.tail));
    let mut definitions = Map::new();
    definitions.insert("row".to_owned(), object(&properties(document.fields)));
    if document.has_failures {
        keys.insert(
            "failures".to_owned(),
            json!({
                "type": "array",
                "items": { "$ref": "#/$defs/failure" },
                "description": "profiles that could not be answered for",
            }),
        );
        definitions.insert("failure".to_owned(), failure());
    }
    let list = object(&keys);
    let shape = match document.shape {
        Shape::List => list,
        Shape::One => json!({ "$ref": "#/$defs/row" }),
        Shape::ListOrOne => {
            definitions.insert("list".to_owned(), list);
            json!({ "oneOf": [{ "$ref": "#/$defs/row" }, { "$ref": "#/$defs/list" }] })
        }
    };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), DIALECT.into());
    schema.insert("title".to_owned(), document.name.into());
    if let Value::Object(shape) = shape {
        schema.extend(shape);
    }
    schema.insert("$defs".to_owned(), definitions.into());
    schema.into()
}

/// What one line of a stream holds.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// The value of its `type`.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// Its keys after those that all lines begin with.
    pub fields: &'static [Field],
}

/// JSON Schema of any line of a stream whose lines all begin with the `common` fields, `type` among them.
#[must_use]
pub fn stream_schema(title: &str, common: &[Field], lines: impl IntoIterator<Item = Line>) -> Value {
    let mut definitions = Map::new();
    for line in lines {
        definitions.insert(line.name.to_owned(), line_object(common, line));
    }
    let any: Vec<Value> =
        definitions.keys().map(|name| json!({ "$ref": format!("#/$defs/{name}") })).collect();
    definitions.insert("row".to_owned(), json!({ "oneOf": any }));
    json!({ "$schema": DIALECT, "title": title, "$ref": "#/$defs/row", "$defs": definitions })
}

/// JSON Schema of one kind of line of such a stream.
#[must_use]
pub fn line_schema(common: &[Field], line: Line) -> Value {
    let mut schema = line_object(common, line);
    schema["$schema"] = DIALECT.into();
    schema["title"] = line.name.into();
    schema
}

fn line_object(common: &[Field], line: Line) -> Value {
    let mut keys = properties(common);
    keys.extend(properties(line.fields));
    if let Some(kind) = keys.get_mut("type") {
        *kind = described(json!({ "const": line.name }), line.about);
    }
    described(object(&keys), line.about)
}

/// An object with exactly these fields.
#[must_use]
pub fn object_of(fields: &[Field]) -> Value {
    object(&properties(fields))
}

fn object(properties: &Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn properties(fields: &[Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.key.to_owned(), property(field))).collect()
}

fn property(field: &Field) -> Value {
    let mut property = match field.meaning {
        Meaning::Text | Meaning::Name | Meaning::Kind | Meaning::Verdict | Meaning::Phone | Meaning::Id => {
            json!({ "type": ["string", "null"] })
        }
        Meaning::State => json!({ "type": ["boolean", "null"] }),
        Meaning::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        Meaning::Elapsed | Meaning::Remaining | Meaning::Count => json!({ "type": ["integer", "null"] }),
        Meaning::Icons => json!({ "type": ["array", "null"] }),
        Meaning::Raw => json!({}),
    };
    property["description"] = field.about.into();
    property
}

/// JSON Schema of what stands on stderr when a command that prints JSON fails.
#[must_use]
pub fn error_schema() -> Value {
    let texts = |about| described(json!({ "type": "array", "items": { "type": "string" } }), about);
    let mut properties = failure_properties();
    properties.remove("hint");
    properties.insert("causes".to_owned(), texts("what lay behind it, nearest first"));
    properties.insert("hints".to_owned(), texts("what to do about it"));
    let mut keys = Map::new();
    keys.insert("error".to_owned(), object(&properties));
    let mut schema = object(&keys);
    schema["$schema"] = DIALECT.into();
    schema["title"] = "error".into();
    schema
}

fn failure() -> Value {
    object(&failure_properties())
}

fn failure_properties() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let perhaps_text = || json!({ "type": ["string", "null"] });
    let perhaps_number = json!({ "type": ["integer", "null"] });
    let properties = [
        ("profile", described(perhaps_text(), "whose question failed")),
        ("kind", described(text(), "the stable word of the kind of failure")),
        ("code", described(perhaps_number, "DeepCall's own error code, where it gave one")),
        ("message", described(text(), "what happened")),
        ("hint", described(perhaps_text(), "what to do about it")),
    ];
    properties.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect()
}

fn described(mut schema: Value, about: &str) -> Value {
    schema["description"] = about.into();
    schema
}

#[cfg(test)]
mod tests;
