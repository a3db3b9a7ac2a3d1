//! Events as rows of one table for CSV and TSV, with the same columns for every event.

use std::sync::LazyLock;

use crate::floor::event::{Event, EventWords};
use crate::report::{Document, Field, Report, Row, Shape, Shown};

/// The stream as a table: the keys of all event types, each once, in the order in which the types are listed.
pub(crate) static STREAM: LazyLock<Document> = LazyLock::new(|| Document {
    name: "watch",
    rows_key: "events",
    head: &[],
    fields: FIELDS.as_slice(),
    tail: &[],
    shape: Shape::List,
    has_failures: false,
    extra_fields: None,
    empty: "Nothing happened.",
});

/// Columns that contain JSON are shown only on request.
static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let mut fields: Vec<Field> = Vec::new();
    for field in EventWords::ALL.iter().flat_map(|words| words.fields) {
        if fields.iter().all(|known| known.key != field.key) {
            let is_json = field.meaning == crate::report::Meaning::Raw;
            let shown = if is_json { Shown::OnRequest } else { Shown::Always(0) };
            fields.push(Field { shown, ..*field });
        }
    }
    fields
});

/// The event as a table of one row with the columns of [`STREAM`]; keys that its type does not have are absent.
#[must_use]
pub(crate) fn table(event: &Event) -> Report {
    let row = event.row();
    let row = row.iter().fold(Row::new(&FIELDS), |row, (field, value)| row.with(field.key, value.clone()));
    Report::new(&STREAM, vec![row])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_the_same_in_every_event() {
        for words in EventWords::ALL {
            for field in words.fields {
                let column = FIELDS.iter().find(|column| column.key == field.key).expect("a column");
                // What it goes from and to depends on what changes: a moment, or an agent.
                let is_end = ["from", "to"].contains(&field.key) && words.name == "agent_changed";
                assert_eq!(column.meaning == field.meaning, !is_end, "{} of {}", field.key, words.name);
            }
        }
    }

    #[test]
    fn a_script_can_count_on_the_columns_and_their_order() {
        let keys: Vec<&str> = FIELDS.iter().map(|field| field.key).collect();
        insta::assert_snapshot!(keys.join("\n"));
    }
}
