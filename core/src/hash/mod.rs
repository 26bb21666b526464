//! Password formats: what other applications store, read and written exactly as they do.
//!
//! A format is one file and one row of the table in `table.rs`. Nothing in a stored password is trusted: every parameter is
//! bounded before memory or time is spent on it.

mod argon2;
mod argon2_memory;
mod aspnet_identity;
mod bcrypt;
mod better_auth;
mod django_argon2;
mod django_bcrypt;
mod django_pbkdf2;
mod django_scrypt;
mod drupal;
mod error;
mod firebase;
mod flask_bcrypt;
mod format;
mod kdf;
mod known_answers;
mod labelled;
mod ldap_argon2;
mod ldap_crypt;
mod ldap_salted;
mod passlib_bcrypt;
mod passlib_pbkdf2;
mod pepper;
mod phc_pbkdf2;
mod php_bcrypt;
mod phpass;
mod recipe;
mod scrypt_crypt;
mod sha_crypt;
mod spring;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod werkzeug;
mod wordpress;
mod yescrypt;

pub use error::HashError;
pub use format::Format;
pub use known_answers::{KnownAnswer, known_answers};
pub use recipe::Recipe;

use pepper::Pepper;
use recipe::Method;
use secrecy::{ExposeSecret, SecretString};
use table::{Row, TABLE};

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

/// What a stored password appears to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identified {
    /// It opens as this format does; [`verify`] may still find fault with the rest.
    Known(Format),
    /// Nothing can ever match it: the account signs in by other means, or is locked. Empty, Django's and the shadow
    /// file's `!…`, `*` and crypt(3)'s `*0`, and the same after LDAP's `{CRYPT}`.
    Unusable,
    /// None of ours.
    Unknown,
}

impl Identified {
    /// The format's name, `unusable` or `unknown`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Known(format) => format.name(),
            Self::Unusable => "unusable",
            Self::Unknown => "unknown",
        }
    }
}

/// Recognises a stored password by how it opens. Costs nothing, whatever the text.
#[must_use]
pub fn identify(stored: &str) -> Identified {
    if is_unusable(stored) {
        return Identified::Unusable;
    }
    let row = TABLE.iter().find(|row| row.recognises.is_some_and(|recognises| recognises(stored)));
    row.map_or(Identified::Unknown, |row| Identified::Known(Format(row)))
}

/// Whether `password` is the one that `stored` was made from. Digests are compared in constant time.
///
/// # Errors
/// [`HashError`] if `stored` is of no known format, unusable, malformed or out of bounds, or if the format cannot
/// tell such a long password from a shorter one.
pub fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    verify_with(stored, password, None)
}

/// [`verify`] where the application mixes a pepper into each password.
///
/// # Errors
/// As [`verify`]; [`HashError::NoPepper`] if the format has no place for one.
pub fn verify_with(stored: &str, password: &[u8], pepper: Option<&SecretString>) -> Result<bool, HashError> {
    recognise(stored)?.verify_with(stored, password, pepper)
}

/// No password of more bytes is ever hashed: as many as Symfony and WordPress take, and four times the bytes of the
/// 256 characters that the default rule allows.
pub const PASSWORD_BYTES_MAX: usize = 4096;

/// No format's text is longer.
const STORED_BYTES_MAX: usize = 1024;

fn recognise(stored: &str) -> Result<Format, HashError> {
    match identify(stored) {
        Identified::Known(format) => check_stored(format, stored).map(|()| format),
        Identified::Unusable => Err(HashError::Unusable),
        Identified::Unknown => check_unsealed(stored).and(Err(HashError::Unknown)),
    }
}

fn is_unusable(stored: &str) -> bool {
    let hash = ldap_crypt::LABELS.iter().find_map(|label| stored.strip_prefix(label)).unwrap_or(stored);
    let is_failure = hash.starts_with('*') && hash.len() <= UNUSABLE_CHARS_MAX;
    hash.is_empty() || hash.starts_with('!') || is_failure
}

/// `*LK*`, the mark of a locked account. What is longer may be MySQL's own format, `*` and 40 digits.
const UNUSABLE_CHARS_MAX: usize = 4;

/// GoTrue's database encryption leaves a JSON object with the key's name, the nonce and the sealed hash.
fn check_unsealed(stored: &str) -> Result<(), HashError> {
    let is_sealed = stored.starts_with('{') && stored.contains("\"key_id\"") && stored.contains("\"nonce\"");
    if is_sealed { Err(HashError::Encrypted) } else { Ok(()) }
}

fn check_stored(format: Format, stored: &str) -> Result<(), HashError> {
    if stored.len() > STORED_BYTES_MAX {
        let what = "the text is longer than any such hash";
        return Err(HashError::Malformed { format: format.name(), what });
    }
    Ok(())
}

/// Whether `stored` starts with one of `openings`.
fn opens_with(stored: &str, openings: &[&str]) -> bool {
    openings.iter().any(|opening| stored.starts_with(opening))
}

/// Reads digits and nothing else; no sign, no spaces. More than fits is as good as the largest number.
fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}
