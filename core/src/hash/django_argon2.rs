//! Argon2id as Django stores it: `argon2$argon2id$v=19$m=102400,t=2,p=8$<salt>$<digest>`; Argon2i before Django 3.2.

use super::argon2::{self, Cost, Hash, Variant};
use super::labelled::labelled;
use super::{Pepper, Row, opens_with};
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "django_argon2",
    recognises: Some(|stored| opens_with(stored, &["argon2$argon2id$v=19$", "argon2$argon2i$v=19$"])),
    bytes_max: None,
    // Django's forms refuse NUL, so nobody could sign in with it.
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| argon2::verify(phc(stored), password),
    keep: |stored| Ok(labelled(ALGORITHM, Arc::new(Hash::read(phc(stored))?.cost))),
    default: Some(|| labelled(ALGORITHM, Arc::new(DEFAULT))),
};

fn phc(stored: &str) -> &str {
    stored.strip_prefix(ALGORITHM).unwrap_or(stored)
}

const ALGORITHM: &str = "argon2";
/// Django 5.2's `Argon2PasswordHasher`.
const DEFAULT: Cost = Cost { variant: Variant::Id, m_kib: 102_400, t: 2, p: 8, salt_bytes: 16, digest_bytes: 32 };
