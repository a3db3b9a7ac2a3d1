//! The order of the rows (`--sort`).

use crate::report::{Row, Value};

/// The names of keys in `--sort`.
const SORT_KEYS: [&str; 6] = ["time", "kind", "profile", "agent", "customer", "message"];

/// What `--sort` takes: each key, and each key that reverses the order.
pub(crate) fn sort_keys() -> impl Iterator<Item = String> {
    let reversed = SORT_KEYS.iter().map(|key| format!("-{key}"));
    SORT_KEYS.iter().map(|key| (*key).to_owned()).chain(reversed)
}

/// The key by which rows are sorted, and the direction.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    key: &'static str,
    descending: bool,
}

impl Order {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let key = match name {
            "agent" | "agent_id" => Some("agent_id"),
            _ => SORT_KEYS.into_iter().find(|key| *key == name),
        };
        let known = || format!("known are {}; -KEY reverses the order", SORT_KEYS.join(", "));
        Ok(Self { key: key.ok_or_else(known)?, descending })
    }

    /// A stable sort. Rows without a value come last in both directions.
    pub(super) fn sort(self, rows: &mut [Row]) {
        let Some(place) = rows.first().map(|row| row.place(self.key)) else { return };
        rows.sort_by(|left, right| {
            let order = match (left.at(place), right.at(place)) {
                (Value::Time(left), Value::Time(right)) => left.cmp(right),
                (Value::Text(left), Value::Text(right)) => left.cmp(right),
                (left, right) => return left.is_absent().cmp(&right.is_absent()),
            };
            if self.descending { order.reverse() } else { order }
        });
    }
}
