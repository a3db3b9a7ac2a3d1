//! One row of a report.

use crate::report::{Field, Value};

/// Values by the keys of their fields.
#[derive(Clone, Debug)]
pub struct Row {
    fields: &'static [Field],
    /// One for each field.
    values: Box<[Value]>,
}

impl Row {
    /// A row of these fields, all absent.
    #[must_use]
    pub fn new(fields: &'static [Field]) -> Self {
        Self { fields, values: fields.iter().map(|_| Value::Absent).collect() }
    }

    /// A row of all these values, in the order of the fields: for a large answer, because no field is searched for.
    ///
    /// # Panics
    /// If the keys are not those of the fields. They stand in the code, so a wrong one shows at the first test.
    #[must_use]
    pub fn of<const N: usize>(fields: &'static [Field], values: [(&str, Value); N]) -> Self {
        assert!(fields.iter().map(|field| field.key).eq(values.iter().map(|(key, _)| *key)), "other fields");
        Self { fields, values: values.into_iter().map(|(_, value)| value).collect() }
    }

    /// The same row with another value.
    ///
    /// # Panics
    /// If the row has no such field. Keys stand in the code, so a misspelt one shows at the first test.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        let at = self.place(key);
        self.values[at] = value.into();
        self
    }

    /// The same, with these values known only about.
    ///
    /// # Panics
    /// If the row has no such field.
    #[must_use]
    pub fn about(mut self, keys: &[&str]) -> Self {
        for key in keys {
            let at = self.place(key);
            if !self.values[at].is_absent() {
                self.values[at] = Value::About(Box::new(self.values[at].clone()));
            }
        }
        self
    }

    /// The value of a field.
    ///
    /// # Panics
    /// If the row has no such field.
    #[must_use]
    pub fn get(&self, key: &str) -> &Value {
        &self.values[self.place(key)]
    }

    /// The fields with their values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        self.fields.iter().zip(&self.values)
    }

    /// The value at a place that [`Self::place`] found in a row of the same fields.
    pub(crate) fn at(&self, place: usize) -> &Value {
        &self.values[place]
    }

    /// Where the value of a field is.
    ///
    /// # Panics
    /// If the row has no such field.
    pub(crate) fn place(&self, key: &str) -> usize {
        let place = self.fields.iter().position(|field| field.key == key);
        place.unwrap_or_else(|| unreachable!("no field is called {key:?}"))
    }
}
