//! What becomes a value by itself.

use std::time::Duration;

use compact_str::CompactString;
use jiff::Timestamp;

use crate::json::Raw;
use crate::report::{RawList, Row, Value};

impl From<RawList> for Value {
    fn from(list: RawList) -> Self {
        Self::RawList(Box::new(list))
    }
}

impl From<Row> for Value {
    fn from(row: Row) -> Self {
        Self::Row(Box::new(row))
    }
}

impl From<Vec<Row>> for Value {
    fn from(rows: Vec<Row>) -> Self {
        Self::Rows(rows.into())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<CompactString> for Value {
    fn from(text: CompactString) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

/// In whole seconds.
impl From<Duration> for Value {
    fn from(length: Duration) -> Self {
        Self::Seconds(i64::try_from(length.as_secs()).unwrap_or(i64::MAX))
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<Raw> for Value {
    fn from(raw: Raw) -> Self {
        Self::Raw(raw)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}
