//! PBKDF2 in PHC spelling: `$pbkdf2-sha256$i=600000,l=32$<salt>$<digest>`, of Ory Kratos and of Matrix Authentication
//! Service; passlib's format of nearly that name is another.
//!
//! Salt and digest are in plain base64 without padding; `l` is the digest's length, which may be left out.

use super::error::bounded;
use super::kdf::{Prf, pbkdf2_rounds};
use super::text::random_bytes;
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_SHA256: Row = Row {
    name: SHA256.name,
    recognises: Some(|stored| opens_with(stored, &["$pbkdf2-sha256$i=", "$pbkdf2-sha256$l="])),
    bytes_max: None,
    nul_allowed: true,
    // Matrix Authentication Service's.
    pepper: Pepper::Appended,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(Cost { scheme: SHA256, rounds: 600_000, salt_bytes: SALT_BYTES, digest_bytes: 32 })),
};

pub(super) const ROW_SHA512: Row = Row {
    name: SHA512.name,
    recognises: Some(|stored| opens_with(stored, &["$pbkdf2-sha512$i=", "$pbkdf2-sha512$l="])),
    default: Some(|| Arc::new(Cost { scheme: SHA512, rounds: 220_000, salt_bytes: SALT_BYTES, digest_bytes: 64 })),
    ..ROW_SHA256
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let Hash { cost, salt, digest } = Hash::read(stored)?;
    Ok(cost.digest(password, &salt).ct_eq(&digest).into())
}

/// One of the formats.
#[derive(Debug, Clone, Copy)]
struct Scheme {
    name: &'static str,
    opening: &'static str,
    prf: Prf,
}

/// A stored password, taken apart.
struct Hash {
    cost: Cost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Hash {
    fn read(stored: &str) -> Result<Self, HashError> {
        let scheme = if stored.starts_with(SHA512.opening) { SHA512 } else { SHA256 };
        let malformed = |what| HashError::Malformed { format: scheme.name, what };
        let fields: Vec<_> = stored.strip_prefix(scheme.opening).unwrap_or_default().split('$').collect();
        let [parameters, salt, digest] = fields[..] else {
            return Err(malformed("it has not the three fields parameters, salt and digest"));
        };
        let (rounds, length) = read_parameters(parameters).ok_or(malformed("its parameters are not i and l, once"))?;
        let rounds = pbkdf2_rounds(scheme.name, rounds)?;
        let salt = BASE64.decode(salt).map_err(|_| malformed("the salt is not base64"))?;
        let digest = BASE64.decode(digest).map_err(|_| malformed("the digest is not base64"))?;
        bounded(scheme.name, "the salt's length", salt.len() as u64, 1..=PART_BYTES_MAX)?;
        bounded(scheme.name, "the digest's length", digest.len() as u64, DIGEST_BYTES_MIN..=PART_BYTES_MAX)?;
        if length.is_some_and(|length| length != digest.len() as u64) {
            return Err(malformed("the digest is not as long as l says"));
        }
        let cost = Cost { scheme, rounds, salt_bytes: salt.len().max(SALT_BYTES), digest_bytes: digest.len() };
        Ok(Self { cost, salt, digest })
    }
}

/// `i` and, if it is there, `l`.
fn read_parameters(text: &str) -> Option<(u64, Option<u64>)> {
    let (mut rounds, mut length) = (None, None);
    for parameter in text.split(',') {
        let (name, value) = parameter.split_once('=')?;
        let place = match name {
            "i" => &mut rounds,
            "l" => &mut length,
            _ => return None,
        };
        if place.replace(decimal(value)?).is_some() {
            return None;
        }
    }
    Some((rounds?, length))
}

/// What a hash costs, and how long its parts are.
#[derive(Debug, Clone, Copy)]
struct Cost {
    scheme: Scheme,
    rounds: u32,
    salt_bytes: usize,
    digest_bytes: usize,
}

impl Cost {
    fn digest(&self, password: &[u8], salt: &[u8]) -> Vec<u8> {
        self.scheme.prf.derive(password, salt, self.rounds, self.digest_bytes)
    }
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let digest = BASE64.encode(self.digest(password, &salt));
        let Self { scheme, rounds, digest_bytes, .. } = self;
        Ok(format!("{}i={rounds},l={digest_bytes}${}${digest}", scheme.opening, BASE64.encode(salt)))
    }
}

/// OWASP Password Storage Cheat Sheet gives both formats' rounds.
const SHA256: Scheme = Scheme { name: "phc_pbkdf2_sha256", opening: "$pbkdf2-sha256$", prf: Prf::Sha256 };
const SHA512: Scheme = Scheme { name: "phc_pbkdf2_sha512", opening: "$pbkdf2-sha512$", prf: Prf::Sha512 };
const SALT_BYTES: usize = 16;
/// The PHC string format's recommended least; RustCrypto's too is ten bytes.
const DIGEST_BYTES_MIN: u32 = 10;
/// The longest of the hashes; no salt is longer.
const PART_BYTES_MAX: u32 = 64;
