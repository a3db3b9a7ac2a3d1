//! JSON Schema of a document, from the same fields that make the document. It must not know
//! any document by name.

use serde_json::{Map, Value, json};

use super::report::{Document, Field, Meaning};

/// JSON Schema (2020-12) of the document. Every key that is ours is named and always present, so
/// an unnamed one is an error; what the server sends may have any shape. A document that may
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
    let shape = if may_be_single(document) {
        definitions.insert("list".to_owned(), list);
        json!({ "oneOf": [{ "$ref": "#/$defs/row" }, { "$ref": "#/$defs/list" }] })
    } else {
        list
    };
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
    schema.insert("title".to_owned(), document.name.into());
    if let Value::Object(shape) = shape {
        schema.extend(shape);
    }
    schema.insert("$defs".to_owned(), definitions.into());
    schema.into()
}

/// An object with exactly these fields.
#[must_use]
pub fn object_of(fields: &[Field]) -> Value {
    object(&properties(fields))
}

/// Answers about profiles that have nothing of their own beside the rows.
fn may_be_single(document: &Document) -> bool {
    document.has_failures && document.head.is_empty() && document.tail.is_empty()
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
        Meaning::Text | Meaning::Name | Meaning::Kind | Meaning::Phone | Meaning::Id => {
            json!({ "type": ["string", "null"] })
        }
        Meaning::State => json!({ "type": ["boolean", "null"] }),
        Meaning::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        Meaning::Elapsed | Meaning::Remaining => json!({ "type": ["integer", "null"] }),
        Meaning::Icons => json!({ "type": ["array", "null"] }),
        Meaning::Raw => json!({}),
    };
    property["description"] = field.about.into();
    property
}

fn failure() -> Value {
    let described = |mut schema: Value, about: &str| {
        schema["description"] = about.into();
        schema
    };
    let text = || json!({ "type": "string" });
    let perhaps_text = || json!({ "type": ["string", "null"] });
    let properties = [
        ("profile", described(perhaps_text(), "whose question failed")),
        ("kind", described(text(), "the stable word of the kind of failure")),
        (
            "code",
            described(json!({ "type": ["integer", "null"] }), "DeepCall's own error code, where it gave one"),
        ),
        ("message", described(text(), "what happened")),
        ("hint", described(perhaps_text(), "what to do about it")),
    ];
    object(&properties.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect())
}

#[cfg(test)]
mod tests;
