//! Argon2 of LDAP servers: `{ARGON2}$argon2i$v=19$m=4096,t=3,p=1$<salt>$<digest>`.
//!
//! OpenLDAP needs its module `argon2`. Its older builds read Argon2i alone, so an account keeps its variant.

use super::argon2::{self, Cost, Hash, Variant};
use super::labelled::{labelled, split_braces};
use super::{Pepper, Row, opens_with};
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "ldap_argon2",
    recognises: Some(|stored| opens_with(stored, &["{ARGON2}$argon2id$v=19$", "{ARGON2}$argon2i$v=19$"])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| argon2::verify(split_braces(stored).1, password),
    keep: |stored| Ok(labelled(SCHEME, Arc::new(Hash::read(split_braces(stored).1)?.cost))),
    default: Some(|| labelled(SCHEME, Arc::new(DEFAULT))),
};

const SCHEME: &str = "{ARGON2}";
/// OpenLDAP's `pw-argon2`.
const DEFAULT: Cost = Cost { variant: Variant::I, m_kib: 4096, t: 3, p: 1, salt_bytes: 16, digest_bytes: 32 };
