//! What can be wrong with a stored password, or with a new one for it.

use std::ops::RangeInclusive;
use thiserror::Error;

/// Why a hash was neither verified nor made. Never quotes the hash or the password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HashError {
    /// No format opens like this.
    #[error(
        "the stored password is in no format that Regain knows; \
         check that the configured column is the right one, or name a format in `users.hash`"
    )]
    Unknown,
    /// The application encrypts the column, so neither is the old hash read nor a new one written.
    #[error(
        "the stored password is sealed with a key of the application's (GoTrue's database encryption is on); Regain has \
         no such key: let the application write the password, through its own API"
    )]
    Encrypted,
    /// The application marked the account as having no password.
    #[error(
        "the account has no usable password, it signs in by other means; leave it to them, or let it not be eligible"
    )]
    Unusable,
    /// It opens like the format, then departs from it.
    #[error(
        "the stored password starts like {format} but is damaged: {what}; check that the column does not cut it off"
    )]
    Malformed {
        /// The format's name.
        format: &'static str,
        /// What is wrong, as a clause.
        what: &'static str,
    },
    /// A parameter that would cost too much, or protect too little to be meant.
    #[error(
        "{parameter} of the stored {format} password is {found}, but only {} to {} is computed; \
         find out who wrote it, then let the application set that password anew",
        .accepted.start(),
        .accepted.end()
    )]
    OutOfBounds {
        /// The format's name.
        format: &'static str,
        /// The parameter, as the format calls it.
        parameter: &'static str,
        /// What is stored; `u64::MAX` for anything larger.
        found: u64,
        /// What is computed.
        accepted: RangeInclusive<u64>,
    },
    /// Too weak, or too old, to be written unasked.
    #[error("{format} passwords are read but not written unasked; name the format of new ones in `users.hash`")]
    NotKept {
        /// The format's name.
        format: &'static str,
    },
    /// The format would ignore what lies beyond.
    #[error("{format} takes passwords of at most {bytes_max} bytes; choose a shorter one")]
    PasswordTooLong {
        /// The format's name.
        format: &'static str,
        /// Its limit.
        bytes_max: usize,
    },
    /// Applications disagree about NUL, so none is written.
    #[error("{format} takes no password with a NUL character in it; choose one without")]
    PasswordHasNul {
        /// The format's name.
        format: &'static str,
    },
    /// A pepper is configured, but the format has no place for one.
    #[error(
        "no application is known to mix a pepper into {format} passwords; leave the pepper out, or name the format \
         that the application writes in `users.hash`"
    )]
    NoPepper {
        /// The format's name.
        format: &'static str,
    },
    /// The stored cost asks for memory that is not there.
    #[error(
        "{kib} KiB of memory are not to be had for one {format} password; give the server more, or let it do less at once"
    )]
    OutOfMemory {
        /// The format's name.
        format: &'static str,
        /// What the cost asks for, in KiB.
        kib: u32,
    },
}

/// A parameter read from a stored password, if the format computes such values.
pub(super) fn bounded(
    format: &'static str,
    parameter: &'static str,
    found: u64,
    accepted: RangeInclusive<u32>,
) -> Result<u32, HashError> {
    u32::try_from(found).ok().filter(|value| accepted.contains(value)).ok_or_else(|| {
        let accepted = u64::from(*accepted.start())..=u64::from(*accepted.end());
        HashError::OutOfBounds { format, parameter, found, accepted }
    })
}
