//! Makes the JSON Schema of a document from the same fields as the document itself.

use serde_json::{Map, Value, json};

use crate::report::{Document, Field, Meaning, Shape};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// JSON Schema (2020-12) of the document. Every key of this program is listed and required. Other keys are allowed,
/// because later versions may add some; that this version writes no key without a schema is checked by the tests. Values
/// from the server may have any shape. A document of one profile is the row alone instead of a list.
#[must_use]
pub(crate) fn schema(document: &Document) -> Value {
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
                "description": "profiles whose request failed",
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

/// One type of line in a stream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// The value of its `type`.
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Its keys after the common ones.
    pub(crate) fields: &'static [Field],
}

/// JSON Schema of any line of a stream in which every line begins with the `common` fields, `type` among them.
#[must_use]
pub(crate) fn stream_schema(title: &str, common: &[Field], lines: impl IntoIterator<Item = Line>) -> Value {
    let mut definitions = Map::new();
    for line in lines {
        definitions.insert(line.name.to_owned(), line_object(common, line));
    }
    let any: Vec<Value> =
        definitions.keys().map(|name| json!({ "$ref": format!("#/$defs/{name}") })).collect();
    definitions.insert("row".to_owned(), json!({ "oneOf": any }));
    json!({ "$schema": DIALECT, "title": title, "$ref": "#/$defs/row", "$defs": definitions })
}

/// JSON Schema of one type of line in such a stream.
#[must_use]
pub(crate) fn line_schema(common: &[Field], line: Line) -> Value {
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

fn object(properties: &Map<String, Value>) -> Value {
    let required: Vec<&String> = properties.keys().collect();
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

fn properties(fields: &[Field]) -> Map<String, Value> {
    fields.iter().map(|field| (field.key.to_owned(), property(field))).collect()
}

fn property(field: &Field) -> Value {
    let mut property = match field.meaning {
        Meaning::Text
        | Meaning::Prose
        | Meaning::Name
        | Meaning::Kind
        | Meaning::Verdict
        | Meaning::AgentState
        | Meaning::Phone
        | Meaning::Id => {
            json!({ "type": ["string", "null"] })
        }
        Meaning::State => json!({ "type": ["boolean", "null"] }),
        Meaning::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        Meaning::Elapsed | Meaning::Remaining | Meaning::Overrun | Meaning::Count => {
            json!({ "type": ["integer", "null"] })
        }
        Meaning::Share => json!({ "type": ["number", "null"] }),
        Meaning::Icons => json!({ "type": ["array", "null"] }),
        Meaning::List(fields) => json!({ "type": ["array", "null"], "items": object(&properties(fields)) }),
        Meaning::Raw => json!({}),
        Meaning::Nested(fields) => {
            let mut nested = object(&properties(fields));
            nested["type"] = json!(["object", "null"]);
            nested
        }
    };
    property["description"] = field.about.into();
    property
}

/// JSON Schema of the error on stderr when a command that prints JSON fails.
#[must_use]
pub(crate) fn error_schema() -> Value {
    let texts = |about| described(json!({ "type": "array", "items": { "type": "string" } }), about);
    let mut properties = failure_properties();
    properties.remove("hint");
    properties.insert("causes".to_owned(), texts("the causes, the nearest first"));
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
        ("profile", described(perhaps_text(), "the profile whose request failed")),
        ("kind", described(text(), "the kind of failure, a stable word")),
        ("code", described(perhaps_number, "DeepCall's own error code, if it sent one")),
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
