//! Password formats: what other applications store, read and written exactly as they do.

use secrecy::{ExposeSecret, SecretString};

/// A password as the user store holds it: a hash in some format. Printed as a placeholder.
#[derive(Debug, Clone)]
pub struct StoredPassword(SecretString);

impl StoredPassword {
    /// Takes the column's text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }

    /// The column's text.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}
