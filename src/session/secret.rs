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
