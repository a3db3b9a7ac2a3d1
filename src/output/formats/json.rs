//! Writes a report as JSON: one document, or one row per line. Rows are streamed, and JSON from the server is copied as
//! it was sent.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use crate::json::Layout;
use crate::json::{write_raw, write_string};
use crate::output::text::mask::{mask_free_text, mask_json, mask_phone, mask_text};
use crate::output::text::times::{rfc3339, rfc3339_short};
use crate::report::{Field, Meaning, Problem, Report, Row, Value, share_text};

/// Writes the report as one JSON object and a line feed: keys of the head, rows under their plural key, keys of the
/// tail, and `failures` where the document has them. A report of a single row is that row alone.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_document(
    report: &Report,
    zone: &TimeZone,
    mask: bool,
    layout: Layout,
    out: &mut dyn Write,
) -> io::Result<()> {
    let document = report.document;
    let json = Json { zone: Some(zone), mask, layout };
    let mut text = Vec::new();
    match report.rows.as_slice() {
        [row] if report.single => json.row(row, 0, &mut text),
        rows => {
            let mut object = Object::open(&json, 0, &mut text);
            object.fields(report.head.iter());
            object.key(document.rows_key);
            object.out.push(b'[');
            for (index, row) in rows.iter().enumerate() {
                json.begin_item(index, 1, object.out);
                json.row(row, 2, object.out);
                pass_on(object.out, STEP, out)?;
            }
            json.end_items(rows.is_empty(), 1, object.out);
            object.fields(report.tail.iter());
            if document.has_failures {
                object.list("failures", &report.failures.problems, |failure, out| {
                    json.failure(failure, 2, out);
                });
            }
            object.close();
        }
    }
    text.push(b'\n');
    pass_on(&mut text, 0, out)
}

/// Rows are collected in memory up to this many bytes, because a write for each piece of a row would take as long as
/// making the piece.
const STEP: usize = 64 << 10;

/// Writes the text out once it is longer than `least`.
fn pass_on(text: &mut Vec<u8>, least: usize, out: &mut dyn Write) -> io::Result<()> {
    if text.len() > least {
        out.write_all(text)?;
        text.clear();
    }
    Ok(())
}

/// Writes one row per line.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_ndjson(
    report: &Report,
    zone: &TimeZone,
    mask: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let json = Json { zone: Some(zone), mask, layout: Layout::Compact };
    let mut text = Vec::new();
    for row in &report.rows {
        json.row(row, 0, &mut text);
        text.push(b'\n');
        pass_on(&mut text, STEP, out)?;
    }
    pass_on(&mut text, 0, out)
}

/// Writes a row, such as an event, as an object on one line.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_line(row: &Row, zone: &TimeZone, mask: bool, out: &mut dyn Write) -> io::Result<()> {
    write_members(row.iter(), zone, mask, out)
}

/// Writes such an object with one key of the row, or with none if the row does not have it.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_member(
    row: &Row,
    key: &str,
    zone: &TimeZone,
    mask: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    write_members(row.iter().filter(|(field, _)| field.key == key), zone, mask, out)
}

/// Writes such an object for a journal: without `left_out`, without keys that have no value or say no, and with short times.
pub(crate) fn write_rest(row: &Row, left_out: &[Field], mask: bool, out: &mut Vec<u8>) {
    let is_kept = |field: &Field, value: &Value| {
        !matches!(value, Value::Absent | Value::Flag(false))
            && !left_out.iter().any(|other| other.key == field.key)
    };
    let json = Json { zone: None, mask, layout: Layout::Compact };
    let mut object = Object::open(&json, 0, out);
    object.fields(row.iter().filter(|(field, value)| is_kept(field, value)));
    object.close();
}

fn write_members<'r>(
    members: impl Iterator<Item = (&'static Field, &'r Value)>,
    zone: &TimeZone,
    mask: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let json = Json { zone: Some(zone), mask, layout: Layout::Compact };
    let mut text = Vec::new();
    let mut object = Object::open(&json, 0, &mut text);
    object.fields(members);
    object.close();
    text.push(b'\n');
    out.write_all(&text)
}

/// Writes an error for stderr as one JSON object on one line.
///
/// # Errors
/// If `out` cannot be written.
pub(crate) fn write_problem(problem: &Problem, mask: bool, out: &mut dyn Write) -> io::Result<()> {
    let json = Json { zone: Some(&TimeZone::UTC), mask, layout: Layout::Compact };
    let mut text = Vec::new();
    let mut object = Object::open(&json, 0, &mut text);
    object.key("error");
    let mut error = Object::open(&json, 1, object.out);
    error.problem(problem);
    error.list("causes", &problem.causes, |cause, out| json.words(cause, out));
    error.list("hints", &problem.hints, |hint, out| json.words(hint, out));
    error.text("profile", problem.profile.as_deref());
    error.close();
    object.close();
    text.push(b'\n');
    out.write_all(&text)
}

struct Json<'j> {
    /// `None` for short times in UTC.
    zone: Option<&'j TimeZone>,
    mask: bool,
    layout: Layout,
}

impl Json<'_> {
    fn row(&self, row: &Row, depth: usize, out: &mut Vec<u8>) {
        let mut object = Object::open(self, depth, out);
        object.fields(row.iter());
        object.close();
    }

    fn failure(&self, failure: &Problem, depth: usize, out: &mut Vec<u8>) {
        let mut object = Object::open(self, depth, out);
        object.text("profile", failure.profile.as_deref());
        object.problem(failure);
        let hints: Vec<_> = failure.hints.iter().map(|hint| self.masked(hint.into())).collect();
        let hint = hints.join("; ");
        object.text("hint", Some(hint.as_str()).filter(|hint| !hint.is_empty()));
        object.close();
    }

    /// Digits and punctuation: nothing to escape.
    fn time(&self, time: Timestamp, out: &mut Vec<u8>) {
        out.push(b'"');
        let text = self.zone.map_or_else(|| rfc3339_short(time), |zone| rfc3339(time, zone));
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }

    /// Writes the value of a key at this depth.
    fn value(&self, field: &Field, value: &Value, depth: usize, out: &mut Vec<u8>) {
        match value {
            Value::Absent => out.extend_from_slice(b"null"),
            Value::Text(text) if self.mask => write_string(&mask_text(text, field.meaning), out),
            Value::Text(text) => write_string(text, out),
            Value::Number(number) if self.mask && field.meaning == Meaning::Phone => {
                write_string(&mask_phone(&number.to_string()), out);
            }
            Value::Number(number) | Value::Seconds(number) => {
                out.extend_from_slice(number.to_string().as_bytes());
            }
            Value::Flag(flag) => out.extend_from_slice(if *flag { b"true" } else { b"false" }),
            Value::Time(time) => self.time(*time, out),
            Value::Away(away) => self.time(away.0, out),
            Value::About(value) => self.value(field, value, depth, out),
            Value::Worded(worded) => self.value(field, &worded.1, depth, out),
            Value::Row(row) => self.row(row, depth, out),
            Value::Rows(rows) => self.list(rows, depth, out, |row, out| self.row(row, depth + 1, out)),
            Value::Share(share) => out.extend_from_slice(share_text(*share).as_bytes()),
            Value::Raw(raw) if self.mask => {
                write_raw(&mask_json(raw.get(), field.key), self.layout, depth, out);
            }
            Value::Raw(raw) => write_raw(raw.get(), self.layout, depth, out),
            Value::RawList(list) => self.list(&list.items, depth, out, |item, out| {
                let item = if self.mask { mask_json(item.get(), field.key) } else { item.get().into() };
                write_raw(&item, self.layout, depth + 1, out);
            }),
        }
    }

    fn list<T>(&self, items: &[T], depth: usize, out: &mut Vec<u8>, mut write: impl FnMut(&T, &mut Vec<u8>)) {
        out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            self.begin_item(index, depth, out);
            write(item, out);
        }
        self.end_items(items.is_empty(), depth, out);
    }

    fn begin_item(&self, index: usize, depth: usize, out: &mut Vec<u8>) {
        if index > 0 {
            out.push(b',');
        }
        self.layout.begin_line(depth + 1, out);
    }

    fn end_items(&self, is_empty: bool, depth: usize, out: &mut Vec<u8>) {
        if !is_empty {
            self.layout.begin_line(depth, out);
        }
        out.push(b']');
    }

    fn words(&self, text: &str, out: &mut Vec<u8>) {
        write_string(&self.masked(text.into()), out);
    }

    fn masked<'t>(&self, text: Cow<'t, str>) -> Cow<'t, str> {
        if self.mask { Cow::Owned(mask_free_text(&text).into_owned()) } else { text }
    }
}

struct Object<'j, 'o> {
    json: &'j Json<'j>,
    /// How deep its keys are indented.
    depth: usize,
    is_empty: bool,
    out: &'o mut Vec<u8>,
}

impl<'j, 'o> Object<'j, 'o> {
    fn open(json: &'j Json<'j>, depth: usize, out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { json, depth: depth + 1, is_empty: true, out }
    }

    /// Keys are constants of this program, so they need no escapes.
    fn key(&mut self, key: &str) {
        if !self.is_empty {
            self.out.push(b',');
        }
        self.is_empty = false;
        self.json.layout.begin_line(self.depth, self.out);
        self.out.push(b'"');
        self.out.extend_from_slice(key.as_bytes());
        self.out.push(b'"');
        self.out.extend_from_slice(self.json.layout.colon());
    }

    fn fields<'r>(&mut self, members: impl Iterator<Item = (&'static Field, &'r Value)>) {
        for (field, value) in members {
            self.key(field.key);
            self.json.value(field, value, self.depth, self.out);
        }
    }

    /// Writes the keys that an entry of `failures` and an error on stderr share.
    fn problem(&mut self, problem: &Problem) {
        self.text("kind", Some(problem.kind));
        self.key("code");
        match problem.code {
            Some(code) => self.out.extend_from_slice(code.to_string().as_bytes()),
            None => self.out.extend_from_slice(b"null"),
        }
        self.key("message");
        self.json.words(&problem.message, self.out);
    }

    fn text(&mut self, key: &str, text: Option<&str>) {
        self.key(key);
        match text {
            Some(text) => write_string(text, self.out),
            None => self.out.extend_from_slice(b"null"),
        }
    }

    fn list<T>(&mut self, key: &str, items: &[T], write: impl FnMut(&T, &mut Vec<u8>)) {
        self.key(key);
        self.json.list(items, self.depth, self.out, write);
    }

    fn close(self) {
        if !self.is_empty {
            self.json.layout.begin_line(self.depth - 1, self.out);
        }
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests;
