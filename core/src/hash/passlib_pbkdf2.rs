//! PBKDF2 as passlib stores it: `$pbkdf2-sha256$29000$<salt>$<digest>` and `$pbkdf2-sha512$…`, the latter also Odoo's,
//! and Phoenix's with `pbkdf2_elixir`. OpenLDAP's module `pw-pbkdf2` writes the same after a scheme in braces.
//!
//! Salt and digest are in passlib's base64, the digest as long as the hash.

use super::error::bounded;
use super::kdf::{Prf, pbkdf2_rounds};
use super::text::{AB64, random_bytes};
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_SHA256: Row = Row {
    name: SHA256.name,
    // The same name with parameters is another format, whose base64 is the plain one.
    recognises: Some(|stored| opens_with(stored, &[SHA256.opening]) && !stored.contains('=')),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(Cost::new(SHA256, 29_000))),
};

pub(super) const ROW_SHA512: Row = Row {
    name: SHA512.name,
    recognises: Some(|stored| opens_with(stored, &[SHA512.opening]) && !stored.contains('=')),
    default: Some(|| Arc::new(Cost::new(SHA512, 25_000))),
    ..ROW_SHA256
};

pub(super) const ROW_LDAP_SHA1: Row = Row {
    name: LDAP_SHA1.name,
    recognises: Some(|stored| opens_with(stored, &[LDAP_SHA1.opening, LDAP_SHA1_NAMED.opening])),
    nul_allowed: false,
    default: Some(|| Arc::new(Cost::new(LDAP_SHA1, LDAP_ROUNDS))),
    ..ROW_SHA256
};

pub(super) const ROW_LDAP_SHA256: Row = Row {
    name: LDAP_SHA256.name,
    recognises: Some(|stored| opens_with(stored, &[LDAP_SHA256.opening])),
    default: Some(|| Arc::new(Cost::new(LDAP_SHA256, LDAP_ROUNDS))),
    ..ROW_LDAP_SHA1
};

pub(super) const ROW_LDAP_SHA512: Row = Row {
    name: LDAP_SHA512.name,
    recognises: Some(|stored| opens_with(stored, &[LDAP_SHA512.opening])),
    default: Some(|| Arc::new(Cost::new(LDAP_SHA512, LDAP_ROUNDS))),
    ..ROW_LDAP_SHA1
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
        let scheme = SCHEMES.into_iter().find(|scheme| stored.starts_with(scheme.opening)).unwrap_or(SHA256);
        let malformed = |what| HashError::Malformed { format: scheme.name, what };
        let fields: Vec<_> = stored.strip_prefix(scheme.opening).unwrap_or_default().split('$').collect();
        let [rounds, salt, digest] = fields[..] else {
            return Err(malformed("it has not the three fields rounds, salt and digest"));
        };
        let rounds = decimal(rounds).ok_or(malformed("the rounds are not a number"))?;
        let rounds = pbkdf2_rounds(scheme.name, rounds)?;
        let salt = AB64.decode(salt).map_err(|_| malformed("the salt is not passlib's base64"))?;
        bounded(scheme.name, "the salt's length", salt.len() as u64, 1..=SALT_BYTES_MAX)?;
        let digest = AB64.decode(digest).ok().filter(|digest| digest.len() == scheme.prf.bytes());
        let digest = digest.ok_or(malformed("the digest is not as long as the hash, in passlib's base64"))?;
        Ok(Self { cost: Cost { scheme, rounds, salt_bytes: salt.len().max(DEFAULT_SALT_BYTES) }, salt, digest })
    }
}

/// What a hash costs, and how long its salt is.
#[derive(Debug, Clone, Copy)]
struct Cost {
    scheme: Scheme,
    rounds: u32,
    salt_bytes: usize,
}

impl Cost {
    const fn new(scheme: Scheme, rounds: u32) -> Self {
        Self { scheme, rounds, salt_bytes: DEFAULT_SALT_BYTES }
    }

    fn digest(&self, password: &[u8], salt: &[u8]) -> Vec<u8> {
        self.scheme.prf.derive(password, salt, self.rounds, self.scheme.prf.bytes())
    }
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let digest = AB64.encode(self.digest(password, &salt));
        Ok(format!("{}{}${}${digest}", self.scheme.opening, self.rounds, AB64.encode(&salt)))
    }
}

/// passlib 1.7.4's rounds for each are the rows' defaults; so is the salt's length.
const SHA256: Scheme = Scheme { name: "passlib_pbkdf2_sha256", opening: "$pbkdf2-sha256$", prf: Prf::Sha256 };
const SHA512: Scheme = Scheme { name: "passlib_pbkdf2_sha512", opening: "$pbkdf2-sha512$", prf: Prf::Sha512 };
const LDAP_SHA1: Scheme = Scheme { name: "ldap_pbkdf2_sha1", opening: "{PBKDF2}", prf: Prf::Sha1 };
/// OpenLDAP takes both spellings; an account keeps its own.
const LDAP_SHA1_NAMED: Scheme = Scheme { opening: "{PBKDF2-SHA1}", ..LDAP_SHA1 };
const LDAP_SHA256: Scheme = Scheme { name: "ldap_pbkdf2_sha256", opening: "{PBKDF2-SHA256}", prf: Prf::Sha256 };
const LDAP_SHA512: Scheme = Scheme { name: "ldap_pbkdf2_sha512", opening: "{PBKDF2-SHA512}", prf: Prf::Sha512 };
const SCHEMES: [Scheme; 6] = [SHA256, SHA512, LDAP_SHA1, LDAP_SHA1_NAMED, LDAP_SHA256, LDAP_SHA512];
/// `pw-pbkdf2`'s.
const LDAP_ROUNDS: u32 = 10_000;
const DEFAULT_SALT_BYTES: usize = 16;
/// Far more than any salt has.
const SALT_BYTES_MAX: u32 = 64;
