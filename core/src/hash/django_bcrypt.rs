//! bcrypt as Django stores it: `bcrypt$$2b$12$…` of the password, `bcrypt_sha256$$2b$12$…` of the hexadecimal SHA-256
//! of it, which has no limit of 72 bytes.

use super::bcrypt::{self, Cost, Hash};
use super::text::hex;
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use sha2::{Digest, Sha256};
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "django_bcrypt",
    recognises: Some(|stored| opens_with(stored, &[PLAIN])),
    bytes_max: Some(bcrypt::BYTES_MAX),
    // Django's forms refuse NUL, so nobody could sign in with it.
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(after(PLAIN, stored), password),
    keep: |stored| Ok(Arc::new(Plain(Hash::read(after(PLAIN, stored))?.cost))),
    default: Some(|| Arc::new(Plain(bcrypt::DEFAULT))),
};

pub(super) const ROW_SHA256: Row = Row {
    name: "django_bcrypt_sha256",
    recognises: Some(|stored| opens_with(stored, &[SHA256])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(after(SHA256, stored), prehash(password).as_bytes()),
    keep: |stored| Ok(Arc::new(Prehashed(Hash::read(after(SHA256, stored))?.cost))),
    default: Some(|| Arc::new(Prehashed(bcrypt::DEFAULT))),
};

#[derive(Debug)]
struct Plain(Cost);

impl Method for Plain {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.0.make(password, entropy).map(|hash| format!("{PLAIN}{hash}"))
    }
}

#[derive(Debug)]
struct Prehashed(Cost);

impl Method for Prehashed {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.0.make(prehash(password).as_bytes(), entropy).map(|hash| format!("{SHA256}{hash}"))
    }
}

fn prehash(password: &[u8]) -> String {
    hex(&Sha256::digest(password))
}

fn after<'a>(algorithm: &str, stored: &'a str) -> &'a str {
    stored.strip_prefix(algorithm).unwrap_or(stored)
}

const PLAIN: &str = "bcrypt$";
const SHA256: &str = "bcrypt_sha256$";
