//! phpass' portable hashes: `$P$B<salt, 8><digest, 22>`, phpBB's `$H$`; iterated MD5.
//!
//! Read, and written only where the configuration names it. WordPress added slashes to the password first, with no
//! mark in the text, so `wordpress_phpass` is for a store that the configuration says is WordPress'.

use super::error::bounded;
use super::kdf::stretched;
use super::text::{crypt64, crypt64_letter, crypt64_value, php_trim, random_bytes};
use super::wordpress::add_slashes;
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use md5::Md5;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["$P$", "$H$"])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |_| Err(HashError::NotKept { format: NAME }),
    default: Some(|| Arc::new(Phpass)),
};

pub(super) const ROW_WORDPRESS: Row = Row {
    name: "wordpress_phpass",
    recognises: None,
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| verify(stored, php_trim(&add_slashes(password))),
    keep: |_| Err(HashError::NotKept { format: "wordpress_phpass" }),
    default: Some(|| Arc::new(WordPress)),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let malformed = |what| HashError::Malformed { format: NAME, what };
    if stored.len() != HASH_CHARS || !stored.is_ascii() {
        return Err(malformed("it is not 34 characters long"));
    }
    let log2_rounds = crypt64_value(stored.as_bytes()[COST_AT]).ok_or(malformed("the cost is no letter"))?;
    let log2_rounds = bounded(NAME, "the cost", u64::from(log2_rounds), COST_MIN..=COST_MAX)?;
    let computed = digest(password, &stored[SALT_AT..DIGEST_AT], log2_rounds);
    Ok(computed.as_bytes().ct_eq(&stored.as_bytes()[DIGEST_AT..]).into())
}

#[derive(Debug)]
struct Phpass;

impl Method for Phpass {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = crypt64(&random_bytes(SALT_BYTES, entropy));
        let digest = digest(password, &salt, DEFAULT_COST);
        Ok(format!("$P${}{salt}{digest}", crypt64_letter(DEFAULT_COST)))
    }
}

#[derive(Debug)]
struct WordPress;

impl Method for WordPress {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        Phpass.make(php_trim(&add_slashes(password)), entropy)
    }
}

fn digest(password: &[u8], salt: &str, log2_rounds: u32) -> String {
    crypt64(&stretched::<Md5>(password, salt, log2_rounds))
}

const NAME: &str = "phpass";
/// The letter `B`, as in WordPress and phpBB.
const DEFAULT_COST: u32 = 13;
/// phpass' own bounds are 7 and 30; a step past 20 takes seconds.
const COST_MIN: u32 = 7;
const COST_MAX: u32 = 20;
const SALT_BYTES: usize = 6;
const COST_AT: usize = 3;
const SALT_AT: usize = 4;
const DIGEST_AT: usize = 12;
const HASH_CHARS: usize = 34;
