//! A format by its name, and what it asks of passwords.

use super::pepper::{self, Pepper};
use super::table::{Row, TABLE};
use super::{HashError, PASSWORD_BYTES_MAX, check_stored, wordpress};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// A format that is read and written: a row of the table.
#[derive(Clone, Copy)]
pub struct Format(pub(super) &'static Row);

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

    /// [`super::verify`] for a stored password that is known to be of this format, whose text may not show it.
    ///
    /// # Errors
    /// As [`super::verify`].
    pub fn verify(self, stored: &str, password: &[u8]) -> Result<bool, HashError> {
        self.verify_with(stored, password, None)
    }

    /// [`Format::verify`] where the application mixes a pepper into each password.
    ///
    /// # Errors
    /// As [`super::verify`]; [`HashError::NoPepper`] if the format has no place for one.
    pub fn verify_with(self, stored: &str, password: &[u8], pepper: Option<&SecretString>) -> Result<bool, HashError> {
        check_stored(self, stored)?;
        self.check_length(password)?;
        let Some(pepper) = pepper else { return (self.0.verify)(stored, password) };
        match self.0.pepper {
            Pepper::None => Err(HashError::NoPepper { format: self.name() }),
            Pepper::Appended => {
                (self.0.verify)(stored, pepper::append(password, pepper, self.bytes_max()).expose_secret())
            }
            Pepper::Secret(verify) => verify(stored, password, pepper.expose_secret().as_bytes()),
        }
    }

    /// Whether an application may mix a pepper into what it hashes in this format.
    #[must_use]
    pub fn takes_pepper(self) -> bool {
        !matches!(self.0.pepper, Pepper::None)
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

    /// Whether the text of a stored password tells this format from all others.
    #[must_use]
    pub fn has_mark(self) -> bool {
        self.0.recognises.is_some()
    }

    /// Whether an account keeps its cost even where the configuration names this format. Naming it says how long or
    /// padded passwords are prepared, or what replaces an older format; not what it may cost.
    pub(super) fn keeps_cost_when_named(self) -> bool {
        !self.has_mark() || self.name() == wordpress::NAME
    }

    fn check_length(self, password: &[u8]) -> Result<(), HashError> {
        let bytes_max = self.bytes_max().unwrap_or(PASSWORD_BYTES_MAX);
        if password.len() > bytes_max {
            return Err(HashError::PasswordTooLong { format: self.name(), bytes_max });
        }
        Ok(())
    }

    /// What can be verified is not always fit to be written: applications disagree about NUL.
    pub(super) fn check_writable(self, password: &[u8]) -> Result<(), HashError> {
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
