//! Argon2id and Argon2i in PHC spelling: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<digest>`.
//!
//! PHP, argon2-cffi, Node and Go write it. Node's `argon2` puts `p` before `t`, which PHP and argon2-cffi refuse:
//! parameters are read by name and written in the order m, t, p, which everybody reads. Version 19 (1.3) alone.

use super::argon2_memory::with_blocks;
use super::error::bounded;
use super::text::random_bytes;
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::Entropy;
use ::argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_ID: Row = Row {
    name: "argon2id",
    recognises: Some(|stored| opens_with(stored, &["$argon2id$v=19$"])),
    bytes_max: None,
    nul_allowed: true,
    // Node's `secret`, Matrix Authentication Service's too.
    pepper: Pepper::Secret(verify_with_secret),
    verify,
    keep,
    default: Some(|| Arc::new(DEFAULT)),
};

pub(super) const ROW_I: Row = Row {
    name: "argon2i",
    recognises: Some(|stored| opens_with(stored, &["$argon2i$v=19$"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::Secret(verify_with_secret),
    verify,
    keep,
    default: Some(|| Arc::new(DEFAULT_I)),
};

pub(super) fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    verify_with_secret(stored, password, NO_SECRET)
}

fn verify_with_secret(stored: &str, password: &[u8], secret: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    let digest = hash.cost.digest(password, &hash.salt, secret)?;
    Ok(digest.ct_eq(&hash.digest).into())
}

fn keep(stored: &str) -> Result<Arc<dyn Method>, HashError> {
    Ok(Arc::new(Hash::read(stored)?.cost))
}

/// Which of the algorithms.
#[derive(Debug, Clone, Copy)]
pub(super) enum Variant {
    /// For passwords.
    Id,
    /// PHP's older choice, and Django's.
    I,
}

impl Variant {
    fn name(self) -> &'static str {
        match self {
            Self::Id => "argon2id",
            Self::I => "argon2i",
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::Id => Algorithm::Argon2id,
            Self::I => Algorithm::Argon2i,
        }
    }
}

/// A stored password, taken apart.
pub(super) struct Hash {
    pub(super) cost: Cost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Hash {
    pub(super) fn read(stored: &str) -> Result<Self, HashError> {
        let variant = if stored.starts_with("$argon2i$") { Variant::I } else { Variant::Id };
        let name = variant.name();
        let malformed = |what| HashError::Malformed { format: name, what };
        let fields: Vec<_> = stored.split('$').skip(2).collect();
        let ["v=19", parameters, salt, digest] = fields[..] else {
            return Err(malformed("it has not the four fields v=19, parameters, salt and digest"));
        };
        let [m_kib, t, p] = read_parameters(parameters).map_err(malformed)?;
        let salt = BASE64.decode(salt).map_err(|_| malformed("the salt is not base64"))?;
        let digest = BASE64.decode(digest).map_err(|_| malformed("the digest is not base64"))?;
        bounded(name, "the salt's length", salt.len() as u64, SALT_BYTES_MIN..=SALT_BYTES_MAX)?;
        bounded(name, "the digest's length", digest.len() as u64, DIGEST_BYTES_MIN..=DIGEST_BYTES_MAX)?;
        bounded(name, "m times t", m_kib.saturating_mul(t), 0..=WORK_MAX)?;
        let cost = Cost {
            variant,
            m_kib: bounded(name, "m", m_kib, M_KIB_MIN..=M_KIB_MAX)?,
            t: bounded(name, "t", t, 1..=T_MAX)?,
            p: bounded(name, "p", p, 1..=P_MAX)?,
            salt_bytes: salt.len().max(DEFAULT.salt_bytes),
            digest_bytes: digest.len(),
        };
        Ok(Self { cost, salt, digest })
    }
}

/// `m`, `t` and `p`, each exactly once, in any order.
fn read_parameters(text: &str) -> Result<[u64; 3], &'static str> {
    let mut found = [None; 3];
    for parameter in text.split(',') {
        let (name, value) = parameter.split_once('=').ok_or("a parameter has no value")?;
        let place = match name {
            "m" => &mut found[0],
            "t" => &mut found[1],
            "p" => &mut found[2],
            _ => return Err("it has a parameter other than m, t and p"),
        };
        let value = decimal(value).ok_or("a parameter is not a number")?;
        if place.replace(value).is_some() {
            return Err("a parameter is given twice");
        }
    }
    match found {
        [Some(m), Some(t), Some(p)] => Ok([m, t, p]),
        _ => Err("one of the parameters m, t and p is missing"),
    }
}

/// What a hash costs, and how long its parts are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) variant: Variant,
    /// Memory in KiB.
    pub(super) m_kib: u32,
    /// Passes.
    pub(super) t: u32,
    /// Lanes.
    pub(super) p: u32,
    pub(super) salt_bytes: usize,
    pub(super) digest_bytes: usize,
}

impl Cost {
    /// The digest of `password`.
    fn digest(&self, password: &[u8], salt: &[u8], secret: &[u8]) -> Result<Vec<u8>, HashError> {
        let format = self.variant.name();
        let malformed = |what| HashError::Malformed { format, what };
        let params = Params::new(self.m_kib, self.t, self.p, Some(self.digest_bytes))
            .map_err(|_| malformed("m is less than eight times p"))?;
        let block_count = params.block_count();
        let mut digest = vec![0; self.digest_bytes];
        let argon2 = Argon2::new_with_secret(secret, self.variant.algorithm(), Version::V0x13, params);
        with_blocks(block_count, |blocks| {
            argon2.and_then(|argon2| argon2.hash_password_into_with_memory(password, salt, &mut digest, blocks))
        })
        .map_err(|_| HashError::OutOfMemory { format, kib: self.m_kib })?
        .map_err(|_| malformed("its parameters contradict each other"))?;
        Ok(digest)
    }

    /// The whole text, with a fresh salt.
    fn hash(&self, password: &[u8], secret: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let digest = self.digest(password, &salt, secret)?;
        let Self { variant, m_kib, t, p, .. } = self;
        Ok(format!("${}$v=19$m={m_kib},t={t},p={p}${}${}", variant.name(), BASE64.encode(salt), BASE64.encode(digest)))
    }
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.hash(password, NO_SECRET, entropy)
    }

    fn with_secret(&self, secret: SecretString) -> Option<Arc<dyn Method>> {
        Some(Arc::new(Keyed { cost: *self, secret }))
    }
}

/// Argon2 with a secret.
#[derive(Debug)]
struct Keyed {
    cost: Cost,
    secret: SecretString,
}

impl Method for Keyed {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.cost.hash(password, self.secret.expose_secret().as_bytes(), entropy)
    }
}

const NO_SECRET: &[u8] = &[];

/// OWASP Password Storage Cheat Sheet, its first choice for Argon2id; lengths of RFC 9106 §4.
const DEFAULT: Cost = Cost { variant: Variant::Id, m_kib: 19_456, t: 2, p: 1, salt_bytes: 16, digest_bytes: 32 };
/// What PHP's `password_hash` takes for both variants.
const DEFAULT_I: Cost = Cost { variant: Variant::I, m_kib: 65_536, t: 4, p: 1, salt_bytes: 16, digest_bytes: 32 };

/// RFC 9106 §3.1: eight blocks a lane.
const M_KIB_MIN: u32 = 8;
/// 1 GiB: sixteen times what Laravel, Symfony and Node ask for.
const M_KIB_MAX: u32 = 1 << 20;
/// Twice Keycloak's five, the most passes that are a framework's default.
const T_MAX: u32 = 10;
/// 4 GiB in all, as in four passes over the most memory, libsodium's costliest preset: some seconds.
const WORK_MAX: u32 = 4 * M_KIB_MAX;
/// Twice Django's eight lanes.
const P_MAX: u32 = 16;
/// The PHC string format's bounds for Argon2: salts of 8 to 48 bytes, digests of 12 to 64.
const SALT_BYTES_MIN: u32 = 8;
const SALT_BYTES_MAX: u32 = 48;
const DIGEST_BYTES_MIN: u32 = 12;
const DIGEST_BYTES_MAX: u32 = 64;
