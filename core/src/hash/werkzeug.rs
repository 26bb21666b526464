//! What Flask applications store with Werkzeug: `scrypt:32768:8:1$<salt>$<digest>` and
//! `pbkdf2:sha256:1000000$<salt>$<digest>`.
//!
//! The salt is hashed as the letters and digits it is written in; the digest is hexadecimal. PBKDF2 runs on SHA-1,
//! SHA-256 or SHA-512, and its digest is as long as that hash's.

use super::error::bounded;
use super::kdf::{Prf, Scrypt, pbkdf2_rounds};
use super::text::{hex, letters_and_digits, unhex};
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_SCRYPT: Row = Row {
    name: SCRYPT,
    recognises: Some(|stored| opens_with(stored, &["scrypt:"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| verify(SCRYPT, stored, password),
    keep: |stored| Ok(Arc::new(Hash::read(SCRYPT, stored)?.recipe)),
    default: Some(|| Arc::new(DEFAULT_SCRYPT)),
};

pub(super) const ROW_PBKDF2: Row = Row {
    name: PBKDF2,
    recognises: Some(|stored| opens_with(stored, &["pbkdf2:"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| verify(PBKDF2, stored, password),
    keep: |stored| Ok(Arc::new(Hash::read(PBKDF2, stored)?.recipe)),
    default: Some(|| Arc::new(DEFAULT_PBKDF2)),
};

fn verify(format: &'static str, stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(format, stored)?;
    let computed = hash.recipe.derivation.digest(password, hash.salt)?;
    Ok(computed.ct_eq(&hash.digest).into())
}

/// A stored password, taken apart.
struct Hash<'a> {
    recipe: Werkzeug,
    salt: &'a str,
    digest: Vec<u8>,
}

impl<'a> Hash<'a> {
    fn read(format: &'static str, stored: &'a str) -> Result<Self, HashError> {
        let malformed = |what| HashError::Malformed { format, what };
        let fields: Vec<_> = stored.split('$').collect();
        let [method, salt, digest] = fields[..] else {
            return Err(malformed("it has not the three fields method, salt and digest"));
        };
        let derivation = Derivation::read(format, method)?;
        bounded(format, "the salt's length", salt.len() as u64, 1..=SALT_CHARS_MAX)?;
        let digest = unhex(digest).filter(|digest| digest.len() == derivation.digest_bytes());
        let digest = digest.ok_or(malformed("the digest is not as many bytes in hexadecimal as the method makes"))?;
        let salt_chars = salt.len().max(DEFAULT_SALT_CHARS);
        Ok(Self { recipe: Werkzeug { derivation, salt_chars }, salt, digest })
    }
}

/// How a digest is derived; printed as the method's name, as Werkzeug spells it.
#[derive(Debug, Clone, Copy)]
enum Derivation {
    Scrypt(Scrypt),
    Pbkdf2(Prf, u32),
}

impl Derivation {
    fn read(format: &'static str, method: &str) -> Result<Self, HashError> {
        let fields: Vec<_> = method.split(':').collect();
        let number = |text| {
            decimal(text).ok_or(HashError::Malformed { format, what: "a parameter of the method is not a number" })
        };
        match fields[..] {
            ["scrypt", n, r, p] => Ok(Self::Scrypt(Scrypt::bounded(format, number(n)?, number(r)?, number(p)?)?)),
            ["pbkdf2", "sha1", rounds] => Ok(Self::Pbkdf2(Prf::Sha1, pbkdf2_rounds(format, number(rounds)?)?)),
            ["pbkdf2", "sha256", rounds] => Ok(Self::Pbkdf2(Prf::Sha256, pbkdf2_rounds(format, number(rounds)?)?)),
            ["pbkdf2", "sha512", rounds] => Ok(Self::Pbkdf2(Prf::Sha512, pbkdf2_rounds(format, number(rounds)?)?)),
            _ => Err(HashError::Malformed { format, what: "the method is none of Werkzeug's with all its parameters" }),
        }
    }

    fn digest(self, password: &[u8], salt: &str) -> Result<Vec<u8>, HashError> {
        match self {
            Self::Scrypt(scrypt) => scrypt.derive(SCRYPT, password, salt.as_bytes(), self.digest_bytes()),
            Self::Pbkdf2(prf, rounds) => Ok(prf.derive(password, salt.as_bytes(), rounds, self.digest_bytes())),
        }
    }

    fn digest_bytes(self) -> usize {
        match self {
            Self::Scrypt(_) => 64,
            Self::Pbkdf2(prf, _) => prf.bytes(),
        }
    }
}

impl fmt::Display for Derivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scrypt(Scrypt { log2_n, r, p }) => write!(f, "scrypt:{}:{r}:{p}", 1_u64 << log2_n),
            Self::Pbkdf2(Prf::Sha1, rounds) => write!(f, "pbkdf2:sha1:{rounds}"),
            Self::Pbkdf2(Prf::Sha256, rounds) => write!(f, "pbkdf2:sha256:{rounds}"),
            Self::Pbkdf2(Prf::Sha512, rounds) => write!(f, "pbkdf2:sha512:{rounds}"),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Werkzeug {
    derivation: Derivation,
    salt_chars: usize,
}

impl Method for Werkzeug {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = letters_and_digits(self.salt_chars, entropy);
        let digest = hex(&self.derivation.digest(password, &salt)?);
        Ok(format!("{}${salt}${digest}", self.derivation))
    }
}

const SCRYPT: &str = "werkzeug_scrypt";
const PBKDF2: &str = "werkzeug_pbkdf2";
/// Werkzeug 3.1, whose default method is this scrypt.
const DEFAULT_SCRYPT: Werkzeug =
    Werkzeug { derivation: Derivation::Scrypt(Scrypt { log2_n: 15, r: 8, p: 1 }), salt_chars: DEFAULT_SALT_CHARS };
/// Werkzeug 3.1 for `pbkdf2`.
const DEFAULT_PBKDF2: Werkzeug =
    Werkzeug { derivation: Derivation::Pbkdf2(Prf::Sha256, 1_000_000), salt_chars: DEFAULT_SALT_CHARS };
/// 95 bits: Werkzeug's own length, since it makes no other.
const DEFAULT_SALT_CHARS: usize = 16;
/// Far more than any salt has.
const SALT_CHARS_MAX: u32 = 128;
