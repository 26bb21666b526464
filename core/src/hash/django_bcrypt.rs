//! bcrypt as Django stores it: `bcrypt$$2b$12$…` of the password, `bcrypt_sha256$$2b$12$…` of the hexadecimal SHA-256
//! of it, which has no limit of 72 bytes.

use super::bcrypt::{self, Cost, Hash, Treated};
use super::flask_bcrypt::hex_sha256;
use super::labelled::labelled;
use super::recipe::Method;
use super::{Pepper, Row, opens_with};
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "django_bcrypt",
    recognises: Some(|stored| opens_with(stored, &[PLAIN])),
    bytes_max: Some(bcrypt::BYTES_MAX),
    // Django's forms refuse NUL, so nobody could sign in with it.
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(after(PLAIN, stored), password),
    keep: |stored| Ok(plain(Hash::read(after(PLAIN, stored))?.cost)),
    default: Some(|| plain(bcrypt::DEFAULT)),
};

pub(super) const ROW_SHA256: Row = Row {
    name: "django_bcrypt_sha256",
    recognises: Some(|stored| opens_with(stored, &[SHA256])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(after(SHA256, stored), &hex_sha256(password)),
    keep: |stored| Ok(prehashed(Hash::read(after(SHA256, stored))?.cost)),
    default: Some(|| prehashed(bcrypt::DEFAULT)),
};

fn plain(cost: Cost) -> Arc<dyn Method> {
    labelled(PLAIN, Arc::new(cost))
}

fn prehashed(cost: Cost) -> Arc<dyn Method> {
    labelled(SHA256, Arc::new(Treated { treat: hex_sha256, cost }))
}

fn after<'a>(algorithm: &str, stored: &'a str) -> &'a str {
    stored.strip_prefix(algorithm).unwrap_or(stored)
}

const PLAIN: &str = "bcrypt$";
const SHA256: &str = "bcrypt_sha256$";
