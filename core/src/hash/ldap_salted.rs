//! Salted digests of LDAP and mail servers: `{SSHA}`, `{SSHA256}` or `{SSHA512}`, then base64 of digest and salt.
//!
//! The salt is what follows the digest, as long as the server makes it. A single round protects little: these are kept
//! for accounts that have them, since such a server reads no better one without its modules.

use super::error::bounded;
use super::text::random_bytes;
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_SHA1: Row = Row {
    name: SHA1.name,
    recognises: Some(|stored| opens_with(stored, &[SHA1.opening])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep,
    default: Some(|| Arc::new(Cost { scheme: SHA1, salt_bytes: DEFAULT_SALT_BYTES })),
};

pub(super) const ROW_SHA256: Row = Row {
    name: SHA256.name,
    recognises: Some(|stored| opens_with(stored, &[SHA256.opening])),
    default: Some(|| Arc::new(Cost { scheme: SHA256, salt_bytes: DEFAULT_SALT_BYTES })),
    ..ROW_SHA1
};

pub(super) const ROW_SHA512: Row = Row {
    name: SHA512.name,
    recognises: Some(|stored| opens_with(stored, &[SHA512.opening])),
    default: Some(|| Arc::new(Cost { scheme: SHA512, salt_bytes: DEFAULT_SALT_BYTES })),
    ..ROW_SHA1
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    Ok((hash.cost.scheme.digest)(password, &hash.salt).ct_eq(&hash.digest).into())
}

fn keep(stored: &str) -> Result<Arc<dyn Method>, HashError> {
    Ok(Arc::new(Hash::read(stored)?.cost))
}

/// One of the formats.
#[derive(Debug, Clone, Copy)]
struct Scheme {
    name: &'static str,
    opening: &'static str,
    digest_bytes: usize,
    /// Of password and salt.
    digest: fn(&[u8], &[u8]) -> Vec<u8>,
}

/// A stored password, taken apart.
struct Hash {
    cost: Cost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Hash {
    fn read(stored: &str) -> Result<Self, HashError> {
        let scheme = [SHA256, SHA512].into_iter().find(|scheme| stored.starts_with(scheme.opening)).unwrap_or(SHA1);
        let what = "it is not a digest and a salt in base64";
        let malformed = HashError::Malformed { format: scheme.name, what };
        let letters = stored.strip_prefix(scheme.opening).ok_or(malformed.clone())?;
        let mut digest = BASE64.decode(letters).map_err(|_| malformed.clone())?;
        if digest.len() < scheme.digest_bytes {
            return Err(malformed);
        }
        let salt = digest.split_off(scheme.digest_bytes);
        bounded(scheme.name, "the salt's length", salt.len() as u64, SALT_BYTES_MIN..=SALT_BYTES_MAX)?;
        Ok(Self { cost: Cost { scheme, salt_bytes: salt.len() }, salt, digest })
    }
}

/// Which digest, and how long its salt is: an account keeps that, since some servers expect their own length.
#[derive(Debug, Clone, Copy)]
struct Cost {
    scheme: Scheme,
    salt_bytes: usize,
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let mut bytes = (self.scheme.digest)(password, &salt);
        bytes.extend_from_slice(&salt);
        Ok(format!("{}{}", self.scheme.opening, BASE64.encode(bytes)))
    }
}

fn digest<D: Digest>(password: &[u8], salt: &[u8]) -> Vec<u8> {
    D::new().chain_update(password).chain_update(salt).finalize().to_vec()
}

const SHA1: Scheme = Scheme { name: "ldap_ssha", opening: "{SSHA}", digest_bytes: 20, digest: digest::<Sha1> };
const SHA256: Scheme =
    Scheme { name: "ldap_ssha256", opening: "{SSHA256}", digest_bytes: 32, digest: digest::<Sha256> };
const SHA512: Scheme =
    Scheme { name: "ldap_ssha512", opening: "{SSHA512}", digest_bytes: 64, digest: digest::<Sha512> };
/// OpenLDAP's own for SHA-2.
const DEFAULT_SALT_BYTES: usize = 8;
/// Dovecot's, and OpenLDAP's for SHA-1.
const SALT_BYTES_MIN: u32 = 4;
const SALT_BYTES_MAX: u32 = 64;
