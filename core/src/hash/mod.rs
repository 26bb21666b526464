//! Password formats: what other applications store, read and written exactly as they do.
//!
//! A format is one file and one row of the table below. Nothing in a stored password is trusted: every parameter is
//! bounded before memory or time is spent on it.

mod argon2;
mod aspnet_identity;
mod bcrypt;
mod better_auth;
mod django_argon2;
mod django_bcrypt;
mod django_pbkdf2;
mod django_scrypt;
mod drupal;
mod error;
mod kdf;
mod known_answers;
mod ldap_salted;
mod passlib_bcrypt;
mod passlib_pbkdf2;
mod php_bcrypt;
mod phpass;
mod recipe;
mod sha_crypt;
mod spring;
#[cfg(test)]
mod tests;
mod text;
mod werkzeug;
mod wordpress;
mod yescrypt;

pub use error::HashError;
pub use known_answers::known_answers;
pub use recipe::Recipe;

use recipe::Method;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::Arc;

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
    /// Nothing can ever match it: the account signs in by other means. Empty, `*`, or Django's `!…`.
    Unusable,
    /// None of ours.
    Unknown,
}

/// Recognises a stored password by how it opens. Costs nothing, whatever the text.
#[must_use]
pub fn identify(stored: &str) -> Identified {
    if stored.is_empty() || stored == "*" || stored.starts_with('!') {
        return Identified::Unusable;
    }
    let row = TABLE.iter().find(|row| (row.recognises)(stored));
    row.map_or(Identified::Unknown, |row| Identified::Known(Format(row)))
}

/// Whether `password` is the one that `stored` was made from. Digests are compared in constant time.
///
/// # Errors
/// [`HashError`] if `stored` is of no known format, unusable, malformed or out of bounds, or if the format cannot
/// tell such a long password from a shorter one.
pub fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    recognise(stored)?.verify(stored, password)
}

/// A format that is read and written: a row of the table.
#[derive(Clone, Copy)]
pub struct Format(&'static Row);

impl Format {
    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name() == name)
    }

    /// Every format, in the order in which they are tried.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(Self)
    }

    /// As in the configuration and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Whether new passwords can be written in it. Of the others, those found in a store are verified.
    #[must_use]
    pub fn is_writable(self) -> bool {
        self.0.default.is_some()
    }

    /// [`verify`] for a stored password that is known to be of this format, whose text may not show it.
    ///
    /// # Errors
    /// As [`verify`].
    pub fn verify(self, stored: &str, password: &[u8]) -> Result<bool, HashError> {
        check_stored_length(self, stored)?;
        self.check_length(password)?;
        (self.0.verify)(stored, password)
    }

    /// The longest password in bytes, where the format has such a limit.
    #[must_use]
    pub fn bytes_max(self) -> Option<usize> {
        self.0.bytes_max
    }

    /// Whether every application of this format accepts a password with a NUL character in it.
    #[must_use]
    pub fn nul_allowed(self) -> bool {
        self.0.nul_allowed
    }

    fn check_length(self, password: &[u8]) -> Result<(), HashError> {
        let bytes_max = self.bytes_max().unwrap_or(PASSWORD_BYTES_MAX);
        if password.len() > bytes_max {
            return Err(HashError::PasswordTooLong { format: self.name(), bytes_max });
        }
        Ok(())
    }

    /// What can be verified is not always fit to be written: applications disagree about NUL.
    fn check_writable(self, password: &[u8]) -> Result<(), HashError> {
        self.check_length(password)?;
        if !self.nul_allowed() && password.contains(&0) {
            return Err(HashError::PasswordHasNul { format: self.name() });
        }
        Ok(())
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the rest of the module knows of a format.
struct Row {
    name: &'static str,
    /// Whether a stored password looks like this format, and no other. Nothing does where the application's own
    /// treatment of the password leaves no mark in the text: such a format is used if it is configured.
    recognises: fn(&str) -> bool,
    /// Beyond it the format would cut the password.
    bytes_max: Option<usize>,
    nul_allowed: bool,
    verify: fn(&str, &[u8]) -> Result<bool, HashError>,
    /// How to make another one with the cost and lengths of this.
    keep: fn(&str) -> Result<Arc<dyn Method>, HashError>,
    /// How to make one where there is nothing to go by; none if it is only read.
    default: Option<fn() -> Arc<dyn Method>>,
}

static TABLE: &[Row] = &[
    argon2::ROW_ID,
    bcrypt::ROW,
    argon2::ROW_I,
    php_bcrypt::ROW,
    php_bcrypt::ROW_SYMFONY,
    php_bcrypt::ROW_DRUPAL,
    wordpress::ROW,
    django_argon2::ROW,
    django_bcrypt::ROW,
    django_bcrypt::ROW_SHA256,
    django_pbkdf2::ROW,
    django_scrypt::ROW,
    aspnet_identity::ROW,
    aspnet_identity::ROW_V2,
    spring::ROW_BCRYPT,
    spring::ROW_ARGON2,
    spring::ROW_PBKDF2,
    spring::ROW_SCRYPT,
    werkzeug::ROW_SCRYPT,
    werkzeug::ROW_PBKDF2,
    passlib_pbkdf2::ROW_SHA256,
    passlib_pbkdf2::ROW_SHA512,
    passlib_bcrypt::ROW,
    better_auth::ROW,
    phpass::ROW,
    phpass::ROW_WORDPRESS,
    drupal::ROW,
    sha_crypt::ROW_SHA512,
    sha_crypt::ROW_SHA256,
    yescrypt::ROW,
    ldap_salted::ROW_SHA1,
    ldap_salted::ROW_SHA256,
    ldap_salted::ROW_SHA512,
];

/// No password of more bytes is ever hashed: as many as Symfony and WordPress take, and four times the bytes of the
/// 256 characters that the default rule allows.
pub const PASSWORD_BYTES_MAX: usize = 4096;

/// No format's text is longer.
const STORED_BYTES_MAX: usize = 1024;

fn recognise(stored: &str) -> Result<Format, HashError> {
    match identify(stored) {
        Identified::Known(format) => check_stored_length(format, stored).map(|()| format),
        Identified::Unusable => Err(HashError::Unusable),
        Identified::Unknown => Err(HashError::Unknown),
    }
}

fn check_stored_length(format: Format, stored: &str) -> Result<(), HashError> {
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
