//! Passwords with what was stored for them, made by the applications' own libraries.
//!
//! They are part of the program, not of its tests alone: before the first use in a deployment they show that this
//! build, on this machine, computes what the application computes.

use super::{Format, HashError, recognise, text};
use secrecy::SecretString;

/// What an application's own library stored for a password.
#[derive(Debug, Clone)]
pub struct KnownAnswer {
    pub(super) format: Format,
    pub(super) password: Vec<u8>,
    pub(super) stored: &'static str,
    pub(super) pepper: Option<SecretString>,
}

impl KnownAnswer {
    /// Whether Regain finds what the library found.
    ///
    /// # Errors
    /// As [`super::verify`].
    pub fn holds(&self) -> Result<bool, HashError> {
        self.verify(&self.password)
    }

    /// Whether another password would match as well.
    pub(super) fn verify(&self, password: &[u8]) -> Result<bool, HashError> {
        self.format.verify_with(self.stored, password, self.pepper.as_ref())
    }
}

/// The known answers of one format.
pub fn known_answers(format: Format) -> impl Iterator<Item = KnownAnswer> {
    all().filter(move |answer| answer.format == format)
}

/// All of them. A line that cannot be read is left out; a test reads every one.
pub(super) fn all() -> impl Iterator<Item = KnownAnswer> {
    lines().filter_map(read)
}

fn lines() -> impl Iterator<Item = &'static str> {
    FILES.iter().flat_map(|(_, file)| file.lines())
}

/// Columns: who made it, password in hexadecimal, what was stored; where the text does not show them, the format's name
/// and the pepper in hexadecimal.
pub(super) fn read(line: &'static str) -> Option<KnownAnswer> {
    let mut columns = line.split('\t').skip(1);
    let password = text::unhex(columns.next()?)?;
    let stored = columns.next()?;
    let format = match columns.next() {
        Some(name) => Format::named(name)?,
        None => recognise(stored).ok()?,
    };
    let pepper = match columns.next() {
        Some(hex) => Some(String::from_utf8(text::unhex(hex)?).ok()?.into()),
        None => None,
    };
    Some(KnownAnswer { format, password, stored, pepper })
}

/// Made as the scripts beside them tell; `published.tsv` cites its sources.
pub(super) const FILES: [(&str, &str); 9] = [
    ("passwords", include_str!("../../tests/vectors/passwords.tsv")),
    ("frameworks", include_str!("../../tests/vectors/frameworks.tsv")),
    ("php", include_str!("../../tests/vectors/php.tsv")),
    ("node", include_str!("../../tests/vectors/node.tsv")),
    ("crypt", include_str!("../../tests/vectors/crypt.tsv")),
    ("ruby", include_str!("../../tests/vectors/ruby.tsv")),
    ("composed", include_str!("../../tests/vectors/composed.tsv")),
    ("ldap", include_str!("../../tests/vectors/ldap.tsv")),
    ("published", include_str!("../../tests/vectors/published.tsv")),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        for line in lines() {
            assert!(read(line).is_some(), "{line}");
        }
    }
}
