//! Where a format takes a pepper: a secret of the application's that it mixes into every password, and that leaves no
//! mark in the stored text.

use super::{HashError, Method};
use crate::entropy::Entropy;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use std::fmt;
use std::sync::Arc;

/// A format's place for a pepper.
#[derive(Clone, Copy)]
pub(super) enum Pepper {
    /// No application is known to use one with this format.
    None,
    /// It follows the password. Only the password counts towards the format's limit: what of the two together lies
    /// beyond is cut off, as Devise and Matrix Authentication Service do. Devise's own pepper of 128 characters never
    /// fits behind a password in bcrypt's 72 bytes; to refuse that would be to refuse every password.
    Appended,
    /// It is an input of its own to the algorithm: Argon2's secret.
    Secret(VerifyWithSecret),
}

type VerifyWithSecret = fn(stored: &str, password: &[u8], secret: &[u8]) -> Result<bool, HashError>;

/// Makes the hashes of passwords with a pepper after them.
pub(super) struct Appending {
    pub(super) method: Arc<dyn Method>,
    pub(super) pepper: SecretString,
    /// The format's limit, at which the sum is cut.
    pub(super) bytes_max: Option<usize>,
}

impl Method for Appending {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.method.make(append(password, &self.pepper, self.bytes_max).expose_secret(), entropy)
    }
}

impl fmt::Debug for Appending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Appending").field(&self.method).finish_non_exhaustive()
    }
}

/// The password and its pepper, cut at `bytes_max`.
pub(super) fn append(password: &[u8], pepper: &SecretString, bytes_max: Option<usize>) -> SecretBox<Vec<u8>> {
    let mut sum = [password, pepper.expose_secret().as_bytes()].concat();
    sum.truncate(bytes_max.unwrap_or(usize::MAX));
    SecretBox::new(Box::new(sum))
}
