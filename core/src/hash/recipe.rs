//! How a new password is hashed.

use super::{Format, HashError, StoredPassword, recognise};
use crate::entropy::Entropy;
use crate::password::AcceptedPassword;
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
