//! better-auth: `<salt>:<digest>`, both hexadecimal; scrypt with N=16384, r=16, p=1.
//!
//! The password is brought to Unicode's form NFKC first, and the salt is hashed as the 32 digits it is written in.

use super::kdf::Scrypt;
use super::text::{hex, random_bytes, unhex};
use super::{HashError, Method, Pepper, Row};
use crate::entropy::Entropy;
use std::borrow::Cow;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use unicode_normalization::UnicodeNormalization;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| parts(stored).is_some()),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify,
    keep: |_| Ok(Arc::new(BetterAuth)),
    default: Some(|| Arc::new(BetterAuth)),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let malformed = HashError::Malformed { format: NAME, what: "it is not 32 and 128 hexadecimal digits" };
    let (salt, digest) = parts(stored).ok_or(malformed.clone())?;
    let digest = unhex(digest).ok_or(malformed)?;
    Ok(derive(password, salt)?.ct_eq(&digest).into())
}

#[derive(Debug)]
struct BetterAuth;

impl Method for BetterAuth {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = hex(&random_bytes(SALT_BYTES, entropy));
        let digest = derive(password, &salt)?;
        Ok(format!("{salt}:{}", hex(&digest)))
    }
}

fn derive(password: &[u8], salt: &str) -> Result<Vec<u8>, HashError> {
    COST.derive(NAME, &nfkc(password), salt.as_bytes(), DIGEST_BYTES)
}

/// Bytes that are no text have no such form and stay as they are.
fn nfkc(password: &[u8]) -> Cow<'_, [u8]> {
    match str::from_utf8(password) {
        Ok(text) if !text.is_ascii() => text.nfkc().collect::<String>().into_bytes().into(),
        _ => password.into(),
    }
}

/// Salt and digest in their digits, if there is nothing else. Lower case, as it is compared as text there.
fn parts(stored: &str) -> Option<(&str, &str)> {
    let is_hex = |text: &str, bytes: usize| {
        text.len() == 2 * bytes && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    stored.split_once(':').filter(|(salt, digest)| is_hex(salt, SALT_BYTES) && is_hex(digest, DIGEST_BYTES))
}

const NAME: &str = "better_auth_scrypt";
/// better-auth has no others.
const COST: Scrypt = Scrypt { log2_n: 14, r: 16, p: 1 };
const SALT_BYTES: usize = 16;
const DIGEST_BYTES: usize = 64;
