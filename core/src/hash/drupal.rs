//! Drupal before 10.1: `$S$E<salt, 8><digest, 43>`, iterated SHA-512 cut short; also `U$S$…`, of the hexadecimal MD5 of
//! a password that Drupal 6 had stored.
//!
//! The log-in form trims what was typed. A new password of an account with `U$S$` is written as `$S$`, as Drupal does.

use super::error::bounded;
use super::kdf::stretched;
use super::text::{crypt64, crypt64_letter, crypt64_value, hex, php_trim, random_bytes};
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use md5::Md5;
use sha2::{Digest, Sha512};
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["$S$", "U$S$"])),
    bytes_max: Some(512),
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(DEFAULT)),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    let password = php_trim(password);
    let computed = match hash.is_of_md5 {
        true => hash.cost.digest(hex(&Md5::digest(password)).as_bytes(), hash.salt),
        false => hash.cost.digest(password, hash.salt),
    };
    Ok(computed.as_bytes().ct_eq(hash.digest.as_bytes()).into())
}

/// A stored password, taken apart.
struct Hash<'a> {
    is_of_md5: bool,
    cost: Cost,
    salt: &'a str,
    digest: &'a str,
}

impl<'a> Hash<'a> {
    fn read(stored: &'a str) -> Result<Self, HashError> {
        let malformed = |what| HashError::Malformed { format: NAME, what };
        let hash = stored.strip_prefix('U').unwrap_or(stored);
        if hash.len() != HASH_CHARS || !hash.is_ascii() {
            return Err(malformed("it is not 55 characters long"));
        }
        let log2_rounds = crypt64_value(hash.as_bytes()[COST_AT]).ok_or(malformed("the cost is no letter"))?;
        let log2_rounds = bounded(NAME, "the cost", u64::from(log2_rounds), COST_MIN..=COST_MAX)?;
        let (salt, digest) = (&hash[SALT_AT..DIGEST_AT], &hash[DIGEST_AT..]);
        Ok(Self { is_of_md5: stored.starts_with('U'), cost: Cost { log2_rounds }, salt, digest })
    }
}

/// What a hash costs.
#[derive(Debug, Clone, Copy)]
struct Cost {
    log2_rounds: u32,
}

impl Cost {
    fn digest(self, password: &[u8], salt: &str) -> String {
        let mut text = crypt64(&stretched::<Sha512>(password, salt, self.log2_rounds));
        text.truncate(HASH_CHARS - DIGEST_AT);
        text
    }
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = crypt64(&random_bytes(SALT_BYTES, entropy));
        let digest = self.digest(php_trim(password), &salt);
        Ok(format!("$S${}{salt}{digest}", crypt64_letter(self.log2_rounds)))
    }
}

const NAME: &str = "drupal_sha512";
/// The letter `E`, Drupal 8's.
const DEFAULT: Cost = Cost { log2_rounds: 16 };
/// Drupal's own bounds are 7 and 30; a step past 20 takes seconds.
const COST_MIN: u32 = 7;
const COST_MAX: u32 = 20;
const SALT_BYTES: usize = 6;
const COST_AT: usize = 3;
const SALT_AT: usize = 4;
const DIGEST_AT: usize = 12;
const HASH_CHARS: usize = 55;
