//! scrypt as Django stores it: `scrypt$16384$<salt>$8$5$<digest>`.
//!
//! The salt is hashed as the letters and digits it is written in; the digest, 64 bytes, is padded base64.

use super::error::bounded;
use super::kdf::Scrypt;
use super::text::letters_and_digits;
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["scrypt$"])),
    bytes_max: None,
    // Django's forms refuse NUL, so nobody could sign in with it.
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(DEFAULT)),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    let computed = hash.cost.scrypt.derive(NAME, password, hash.salt.as_bytes(), DIGEST_BYTES)?;
    Ok(computed.ct_eq(&hash.digest).into())
}

/// A stored password, taken apart.
struct Hash<'a> {
    cost: Cost,
    salt: &'a str,
    digest: Vec<u8>,
}

impl<'a> Hash<'a> {
    fn read(stored: &'a str) -> Result<Self, HashError> {
        let fields: Vec<_> = stored.split('$').skip(1).collect();
        let [n, salt, r, p, digest] = fields[..] else {
            return Err(malformed("it has not the six fields name, N, salt, r, p and digest"));
        };
        let [n, r, p] = [n, r, p].map(decimal);
        let (Some(n), Some(r), Some(p)) = (n, r, p) else {
            return Err(malformed("a parameter is not a number"));
        };
        let scrypt = Scrypt::bounded(NAME, n, r, p)?;
        bounded(NAME, "the salt's length", salt.len() as u64, 1..=SALT_CHARS_MAX)?;
        let digest = BASE64.decode(digest).ok().filter(|digest| digest.len() == DIGEST_BYTES);
        let digest = digest.ok_or(malformed("the digest is not 64 bytes in base64"))?;
        Ok(Self { cost: Cost { scrypt, salt_chars: salt.len().max(DEFAULT.salt_chars) }, salt, digest })
    }
}

/// What a hash costs, and how long its salt is.
#[derive(Debug, Clone, Copy)]
struct Cost {
    scrypt: Scrypt,
    salt_chars: usize,
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = letters_and_digits(self.salt_chars, entropy);
        let digest = BASE64.encode(self.scrypt.derive(NAME, password, salt.as_bytes(), DIGEST_BYTES)?);
        let Scrypt { log2_n, r, p } = self.scrypt;
        Ok(format!("scrypt${}${salt}${r}${p}${digest}", 1_u64 << log2_n))
    }
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: NAME, what }
}

const NAME: &str = "django_scrypt";
/// Django 5.2's `ScryptPasswordHasher`; 22 letters and digits are 131 bits.
const DEFAULT: Cost = Cost { scrypt: Scrypt { log2_n: 14, r: 8, p: 5 }, salt_chars: 22 };
/// Far more than any salt has.
const SALT_CHARS_MAX: u32 = 128;
const DIGEST_BYTES: usize = 64;
