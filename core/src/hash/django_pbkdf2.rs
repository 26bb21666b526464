//! Django's default: `pbkdf2_sha256$<rounds>$<salt>$<digest>`, PBKDF2 with HMAC-SHA-256.
//!
//! The salt is text and hashed as it stands; the digest is 32 bytes in padded base64. Each release of Django raises
//! the rounds, so they are the account's own.

use super::error::bounded;
use super::text::letters_and_digits;
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::Sha256;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["pbkdf2_sha256$"])),
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
    Ok(hash.cost.digest(password, hash.salt).ct_eq(&hash.digest).into())
}

/// A stored password, taken apart.
struct Hash<'a> {
    cost: Cost,
    salt: &'a str,
    digest: [u8; DIGEST_BYTES],
}

impl<'a> Hash<'a> {
    fn read(stored: &'a str) -> Result<Self, HashError> {
        let mut fields = stored.split('$').skip(1);
        let (Some(rounds), Some(salt), Some(digest), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(malformed("it has not the four fields name, rounds, salt and digest"));
        };
        let rounds = decimal(rounds).ok_or(malformed("the rounds are not a number"))?;
        let rounds = bounded(NAME, "the number of rounds", rounds, 1..=ROUNDS_MAX)?;
        bounded(NAME, "the salt's length", salt.len() as u64, 1..=SALT_CHARS_MAX)?;
        let digest = BASE64.decode(digest).ok().and_then(|bytes| bytes.try_into().ok());
        let digest = digest.ok_or(malformed("the digest is not 32 bytes in base64"))?;
        Ok(Self { cost: Cost { rounds, salt_chars: salt.len().max(DEFAULT.salt_chars) }, salt, digest })
    }
}

/// What a hash costs, and how long its salt is.
#[derive(Debug, Clone, Copy)]
struct Cost {
    rounds: u32,
    salt_chars: usize,
}

impl Cost {
    fn digest(self, password: &[u8], salt: &str) -> [u8; DIGEST_BYTES] {
        pbkdf2::pbkdf2_hmac_array::<Sha256, DIGEST_BYTES>(password, salt.as_bytes(), self.rounds)
    }
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = letters_and_digits(self.salt_chars, entropy);
        let digest = BASE64.encode(self.digest(password, &salt));
        Ok(format!("pbkdf2_sha256${}${salt}${digest}", self.rounds))
    }
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: NAME, what }
}

const NAME: &str = "django_pbkdf2_sha256";
/// Django 5.2's `PBKDF2PasswordHasher`; 22 letters and digits are 131 bits.
const DEFAULT: Cost = Cost { rounds: 1_000_000, salt_chars: 22 };
/// Ten times Django 5.2's: some seconds.
const ROUNDS_MAX: u32 = 10_000_000;
/// Far more than any salt has; Django's column holds 128 characters in all.
const SALT_CHARS_MAX: u32 = 128;
const DIGEST_BYTES: usize = 32;
