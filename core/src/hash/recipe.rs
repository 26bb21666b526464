//! How a new password is hashed.

use super::pepper::{Appending, Pepper};
use super::{Format, HashError, StoredPassword, recognise};
use crate::entropy::Entropy;
use crate::password::AcceptedPassword;
use secrecy::SecretString;
use std::fmt;
use std::sync::Arc;

/// A format together with its cost and lengths: all that a new hash is made with, but the password and the salt.
#[derive(Debug, Clone)]
pub struct Recipe {
    format: Format,
    method: Arc<dyn Method>,
}

/// One format's way of making hashes, with cost and lengths set.
pub(super) trait Method: fmt::Debug + Send + Sync {
    /// Hashes a password that is within the format's limits, with a fresh salt.
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError>;

    /// The same with a secret as an input of the algorithm; none where it has no such input.
    fn with_secret(&self, _secret: SecretString) -> Option<Arc<dyn Method>> {
        None
    }
}

impl Recipe {
    /// The account's own: the format and cost of `stored`, its salt and digest length (no salt shorter than the
    /// format's own), and bcrypt's own prefix. The application reads what it reads today, and nobody's cost changes
    /// behind its back.
    ///
    /// # Errors
    /// As [`super::verify`]; [`HashError::NotKept`] for formats that are only read, or written only where configured.
    pub fn keep(stored: &str) -> Result<Self, HashError> {
        Self::keep_as(recognise(stored)?, stored)
    }

    /// [`Recipe::keep`] for a stored password that is known to be of this format.
    pub(super) fn keep_as(format: Format, stored: &str) -> Result<Self, HashError> {
        Ok(Self { format, method: (format.0.keep)(stored)? })
    }

    /// The named format at the cost that its file gives a source for; none if there is no such format, or it is
    /// only read.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let format = Format::named(name)?;
        Some(Self { format, method: format.0.default?() })
    }

    /// How `users.hash` says that a new password is written over `stored`: in the account's own format and cost for
    /// `keep`, else in the named format, at its default cost. A format that leaves no mark in the text can only be
    /// named, so there the cost is still the account's; so it is for WordPress', which is named for the sake of the
    /// accounts with older hashes.
    ///
    /// # Errors
    /// As [`Recipe::keep`], for `keep` and names that no format has; [`HashError::Encrypted`] whatever the name.
    pub fn configured(hash: &str, stored: &str) -> Result<Self, HashError> {
        super::check_unsealed(stored)?;
        let keeping = Format::named(hash).filter(|format| format.keeps_cost_when_named());
        let kept = keeping.and_then(|format| Self::keep_as(format, stored).ok());
        kept.or_else(|| Self::named(hash)).map_or_else(|| Self::keep(stored), Ok)
    }

    /// The same for an application that mixes a pepper into each password. The format's limit still holds for the
    /// password alone.
    ///
    /// # Errors
    /// [`HashError::NoPepper`] if the format has no place for one.
    pub fn with_pepper(self, pepper: SecretString) -> Result<Self, HashError> {
        let Self { format, method } = self;
        let none = HashError::NoPepper { format: format.name() };
        let method: Arc<dyn Method> = match format.0.pepper {
            Pepper::None => return Err(none),
            Pepper::Appended => Arc::new(Appending { method, pepper, bytes_max: format.bytes_max() }),
            Pepper::Secret(_) => method.with_secret(pepper).ok_or(none)?,
        };
        Ok(Self { format, method })
    }

    /// Hashes an accepted password with a fresh salt. Takes as long as the cost asks for: not for async threads.
    ///
    /// # Errors
    /// [`HashError::PasswordTooLong`] and [`HashError::PasswordHasNul`] if the rule was checked for another format;
    /// [`HashError::OutOfMemory`].
    pub fn make(&self, password: &AcceptedPassword, entropy: &dyn Entropy) -> Result<StoredPassword, HashError> {
        self.make_unruled(password.expose().as_bytes(), entropy)
    }

    /// [`Recipe::make`] for a password that met no rule, because nobody's account gets it: the command line's, or a
    /// self-test's.
    ///
    /// # Errors
    /// As [`Recipe::make`].
    pub fn make_unruled(&self, password: &[u8], entropy: &dyn Entropy) -> Result<StoredPassword, HashError> {
        self.format.check_writable(password)?;
        self.method.make(password, entropy).map(StoredPassword::new)
    }

    /// What it makes.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }
}
