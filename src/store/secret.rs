//! A secret in memory: wiped when dropped, never printed, never serialised.

use zeroize::Zeroizing;

/// An ssid or a token. It has no `Debug`, no `Display` and no `Serialize` on purpose:
/// the only way to its text is [`Secret::expose`], which is easy to search for.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text, so that no other copy is left behind.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The secret itself. Callers: the request body, the stores, the redactor.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::{Debug, Display};

    use serde::Serialize;
    use static_assertions::assert_not_impl_any;

    use super::Secret;
    use crate::store::{Credentials, Session};

    // Whoever derives one of these gets a compiler error here, before any secret is printed.
    assert_not_impl_any!(Secret: Debug, Display, Serialize, AsRef<str>, Into<String>, ToString);
    assert_not_impl_any!(Credentials: Debug, Display, Serialize);
    assert_not_impl_any!(Session: Debug, Display, Serialize);
    assert_not_impl_any!(Result<Secret, ()>: Debug);
}
