//! SHA-crypt, of crypt(3): `$6$<salt>$<digest>` is SHA-512, `$5$…` SHA-256, both with `rounds=656000$` before the salt or
//! without.
//!
//! 5,000 rounds may be left out or written out: an account keeps its spelling.

use super::error::bounded;
use super::text::{crypt64, random_bytes};
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use ::sha_crypt::{Params, sha256_crypt, sha512_crypt};
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_SHA512: Row = Row {
    name: SHA512,
    recognises: Some(|stored| opens_with(stored, &["$6$"])),
    bytes_max: Some(CRYPT_BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep,
    default: Some(default_sha512),
};

pub(super) const ROW_SHA256: Row = Row {
    name: SHA256,
    recognises: Some(|stored| opens_with(stored, &["$5$"])),
    bytes_max: Some(CRYPT_BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep,
    default: Some(|| Arc::new(Cost { variant: Variant::Sha256, rounds: Some(535_000) })),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    let computed = hash.cost.digest(password, hash.salt)?;
    Ok(computed.as_bytes().ct_eq(hash.digest.as_bytes()).into())
}

/// passlib's rounds.
pub(super) fn default_sha512() -> Arc<dyn Method> {
    Arc::new(Cost { variant: Variant::Sha512, rounds: Some(656_000) })
}

fn keep(stored: &str) -> Result<Arc<dyn Method>, HashError> {
    Ok(Arc::new(Hash::read(stored)?.cost))
}

#[derive(Debug, Clone, Copy)]
enum Variant {
    Sha256,
    Sha512,
}

impl Variant {
    fn name(self) -> &'static str {
        match self {
            Self::Sha256 => SHA256,
            Self::Sha512 => SHA512,
        }
    }
}

/// A stored password, taken apart.
struct Hash<'a> {
    cost: Cost,
    salt: &'a str,
    digest: &'a str,
}

impl<'a> Hash<'a> {
    fn read(stored: &'a str) -> Result<Self, HashError> {
        let variant = if stored.starts_with("$5$") { Variant::Sha256 } else { Variant::Sha512 };
        let malformed = |what| HashError::Malformed { format: variant.name(), what };
        let fields: Vec<_> = stored.split('$').skip(2).collect();
        let (rounds, salt, digest) = match fields[..] {
            [salt, digest] => (None, salt, digest),
            [rounds, salt, digest] => {
                let rounds = rounds.strip_prefix("rounds=").and_then(decimal);
                (Some(rounds.ok_or(malformed("the rounds are not a number"))?), salt, digest)
            }
            _ => return Err(malformed("it has not the fields rounds, salt and digest, or the latter two")),
        };
        let rounds = rounds.map(|rounds| bounded(variant.name(), "the number of rounds", rounds, ROUNDS));
        if salt.len() > SALT_CHARS {
            return Err(malformed("the salt is longer than 16 characters"));
        }
        Ok(Self { cost: Cost { variant, rounds: rounds.transpose()? }, salt, digest })
    }
}

/// What a hash costs.
#[derive(Debug, Clone, Copy)]
struct Cost {
    variant: Variant,
    /// As written; none stands for 5,000.
    rounds: Option<u32>,
}

impl Cost {
    fn digest(self, password: &[u8], salt: &str) -> Result<String, HashError> {
        let refused =
            HashError::Malformed { format: self.variant.name(), what: "its parameters contradict each other" };
        let params = Params::new(self.rounds.unwrap_or(ROUNDS_UNWRITTEN)).map_err(|_| refused)?;
        Ok(match self.variant {
            Variant::Sha256 => spell_sha256(&sha256_crypt(password, salt.as_bytes(), params)),
            Variant::Sha512 => spell_sha512(&sha512_crypt(password, salt.as_bytes(), params)),
        })
    }
}

/// The specification spells the digest's bytes in an order of its own: three columns, read in turn.
fn spell_sha256(digest: &[u8; 32]) -> String {
    let mut bytes = Vec::with_capacity(digest.len());
    let (mut a, mut b, mut c) = (0, 10, 20);
    for _ in 0..10 {
        bytes.extend_from_slice(&[digest[c], digest[b], digest[a]]);
        (a, b, c) = (c + 1, a + 1, b + 1);
    }
    bytes.extend_from_slice(&digest[30..]);
    crypt64(&bytes)
}

/// Likewise, the columns turning the other way.
fn spell_sha512(digest: &[u8; 64]) -> String {
    let mut bytes = Vec::with_capacity(digest.len());
    let (mut a, mut b, mut c) = (0, 21, 42);
    for _ in 0..21 {
        bytes.extend_from_slice(&[digest[c], digest[b], digest[a]]);
        (a, b, c) = (b + 1, c + 1, a + 1);
    }
    bytes.push(digest[63]);
    crypt64(&bytes)
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = crypt64(&random_bytes(SALT_BYTES, entropy));
        let digest = self.digest(password, &salt)?;
        let opening = match self.variant {
            Variant::Sha256 => "$5$",
            Variant::Sha512 => "$6$",
        };
        let rounds = self.rounds.map(|rounds| format!("rounds={rounds}$")).unwrap_or_default();
        Ok(format!("{opening}{rounds}{salt}${digest}"))
    }
}

const SHA512: &str = "sha512_crypt";
const SHA256: &str = "sha256_crypt";
/// The specification's, where none are written.
const ROUNDS_UNWRITTEN: u32 = 5000;
/// The specification's minimum; at most seven times passlib's default: some seconds, for the longest password.
const ROUNDS: std::ops::RangeInclusive<u32> = 1000..=5_000_000;
/// libxcrypt's crypt(3) fails from 512 bytes on, whatever the algorithm (`CRYPT_MAX_PASSPHRASE_SIZE`).
pub(super) const CRYPT_BYTES_MAX: usize = 511;
/// The specification ignores more.
const SALT_CHARS: usize = 16;
/// Make that many characters.
const SALT_BYTES: usize = 12;
