//! bcrypt as PHP's frameworks write it, `$2y$…`, each with its own way of treating the password first.
//!
//! Nothing in the text tells them apart, so these are used where the configuration names them. `php_bcrypt` is what
//! `password_hash` writes, for Laravel among others.

use super::bcrypt::{self, Cost, Hash, Prefix, Treated};
use super::text::php_trim;
use super::{Pepper, Row};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha512};
use std::borrow::Cow;
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "php_bcrypt",
    recognises: None,
    bytes_max: Some(bcrypt::BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::Appended,
    verify: bcrypt::verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(cost(12))),
};

pub(super) const ROW_SYMFONY: Row = Row {
    name: "symfony_bcrypt",
    recognises: None,
    // Symfony's own limit is that of every password here.
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(stored, &symfony(password)),
    keep: |stored| Ok(Arc::new(Treated { treat: symfony, cost: Hash::read(stored)?.cost })),
    default: Some(|| Arc::new(Treated { treat: symfony, cost: cost(13) })),
};

pub(super) const ROW_DRUPAL: Row = Row {
    name: "drupal_bcrypt",
    recognises: None,
    bytes_max: Some(bcrypt::BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(stored, php_trim(password)),
    keep: |stored| Ok(Arc::new(Treated { treat: drupal, cost: Hash::read(stored)?.cost })),
    default: Some(|| Arc::new(Treated { treat: drupal, cost: cost(10) })),
};

/// Symfony's `NativePasswordHasher`: what bcrypt would cut is hashed first. Of the 88 letters bcrypt takes 72.
fn symfony(password: &[u8]) -> Cow<'_, [u8]> {
    if password.len() <= bcrypt::BYTES_MAX && !password.contains(&0) {
        return password.into();
    }
    let mut letters = BASE64.encode(Sha512::digest(password)).into_bytes();
    letters.truncate(bcrypt::BYTES_MAX);
    letters.into()
}

/// Drupal's log-in form trims what was typed.
fn drupal(password: &[u8]) -> Cow<'_, [u8]> {
    php_trim(password).into()
}

/// 12 is PHP 8.4's and Laravel's, 13 Symfony's, 10 that of PHP before 8.4, which Drupal leaves as it is.
const fn cost(log2_rounds: u32) -> Cost {
    Cost { prefix: Prefix::Y, log2_rounds }
}
