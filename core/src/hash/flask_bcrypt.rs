//! Flask-Bcrypt with `BCRYPT_HANDLE_LONG_PASSWORDS`: bcrypt of the hexadecimal SHA-256 of the password.
//!
//! Nothing in the text tells it from bcrypt, so it is used where the configuration names it.

use super::bcrypt::{self, Hash, Treated};
use super::text::hex;
use super::{Pepper, Row};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "flask_bcrypt_long",
    recognises: None,
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(stored, &hex_sha256(password)),
    keep: |stored| Ok(Arc::new(Treated { treat: hex_sha256, cost: Hash::read(stored)?.cost })),
    default: Some(|| Arc::new(Treated { treat: hex_sha256, cost: bcrypt::DEFAULT })),
};

/// 64 digits, whatever the password.
pub(super) fn hex_sha256(password: &[u8]) -> Cow<'_, [u8]> {
    hex(&Sha256::digest(password)).into_bytes().into()
}
