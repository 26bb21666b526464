//! Spring Security's `DelegatingPasswordEncoder`: the encoder's id in braces, then what that encoder writes.
//!
//! The ids that end in `@SpringSecurity_v5_8` are those of today's parameters; the bare ones are older, and an account
//! keeps its own. The empty password matches nothing there, so it does here.

use super::argon2::{self, Hash as Argon2Hash, Variant};
use super::bcrypt::{self, Hash as BcryptHash, Prefix};
use super::error::bounded;
use super::kdf::{Prf, Scrypt};
use super::labelled::{labelled, split_braces};
use super::text::{hex, random_bytes, unhex};
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW_BCRYPT: Row = Row {
    name: "spring_bcrypt",
    recognises: Some(|stored| opens_with(stored, &["{bcrypt}$2"])),
    bytes_max: Some(bcrypt::BYTES_MAX),
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| Ok(bcrypt::verify(encoded(stored), password)? && !password.is_empty()),
    keep: |stored| Ok(identified(stored, BcryptHash::read(encoded(stored))?.cost)),
    default: Some(|| identified("{bcrypt}", bcrypt::Cost { prefix: Prefix::A, log2_rounds: 10 })),
};

pub(super) const ROW_ARGON2: Row = Row {
    name: "spring_argon2",
    recognises: Some(|stored| opens_with(stored, &["{argon2}$argon2", "{argon2@SpringSecurity_v5_8}$argon2"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| Ok(argon2::verify(encoded(stored), password)? && !password.is_empty()),
    keep: |stored| Ok(identified(stored, Argon2Hash::read(encoded(stored))?.cost)),
    default: Some(|| identified("{argon2@SpringSecurity_v5_8}", ARGON2)),
};

pub(super) const ROW_PBKDF2: Row = Row {
    name: PBKDF2,
    recognises: Some(|stored| opens_with(stored, &["{pbkdf2}", "{pbkdf2@SpringSecurity_v5_8}"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: verify_pbkdf2,
    keep: |stored| {
        let (cost, _salt, _digest) = read_pbkdf2(stored)?;
        Ok(identified(stored, cost))
    },
    default: Some(|| identified("{pbkdf2@SpringSecurity_v5_8}", Pbkdf2::V5_8)),
};

pub(super) const ROW_SCRYPT: Row = Row {
    name: SCRYPT,
    recognises: Some(|stored| opens_with(stored, &["{scrypt}$", "{scrypt@SpringSecurity_v5_8}$"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: verify_scrypt,
    keep: |stored| Ok(identified(stored, ScryptHash::read(stored)?.cost)),
    default: Some(|| identified("{scrypt@SpringSecurity_v5_8}", SCRYPT_V5_8)),
};

/// With the id, braces and all, that `stored` opens with.
fn identified(stored: &str, encoder: impl Method + 'static) -> Arc<dyn Method> {
    labelled(split_braces(stored).0, Arc::new(encoder))
}

/// What follows the id.
fn encoded(stored: &str) -> &str {
    split_braces(stored).1
}

/// `Pbkdf2PasswordEncoder`: hexadecimal of salt and digest; the parameters are known by the id alone.
#[derive(Debug, Clone, Copy)]
struct Pbkdf2 {
    prf: Prf,
    rounds: u32,
    salt_bytes: usize,
}

impl Pbkdf2 {
    const V5_8: Self = Self { prf: Prf::Sha256, rounds: 310_000, salt_bytes: 16 };
    const BARE: Self = Self { prf: Prf::Sha1, rounds: 185_000, salt_bytes: 8 };

    fn digest(self, password: &[u8], salt: &[u8]) -> Vec<u8> {
        self.prf.derive(password, salt, self.rounds, PBKDF2_DIGEST_BYTES)
    }
}

impl Method for Pbkdf2 {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        Ok(hex(&salt) + &hex(&self.digest(password, &salt)))
    }
}

/// The cost, the salt and the digest.
fn read_pbkdf2(stored: &str) -> Result<(Pbkdf2, Vec<u8>, Vec<u8>), HashError> {
    let cost = if stored.starts_with("{pbkdf2}") { Pbkdf2::BARE } else { Pbkdf2::V5_8 };
    let bytes = unhex(encoded(stored)).filter(|bytes| bytes.len() == cost.salt_bytes + PBKDF2_DIGEST_BYTES);
    let what = "it is not a salt and 32 bytes in hexadecimal";
    let mut salt = bytes.ok_or(HashError::Malformed { format: PBKDF2, what })?;
    let digest = salt.split_off(cost.salt_bytes);
    Ok((cost, salt, digest))
}

fn verify_pbkdf2(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let (cost, salt, digest) = read_pbkdf2(stored)?;
    let matches: bool = cost.digest(password, &salt).ct_eq(&digest).into();
    Ok(matches && !password.is_empty())
}

/// `SCryptPasswordEncoder`: `$e0801$<salt>$<digest>`, the hexadecimal being log2 of N, then two digits each of r and p.
struct ScryptHash {
    cost: ScryptCost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl ScryptHash {
    fn read(stored: &str) -> Result<Self, HashError> {
        let malformed = |what| HashError::Malformed { format: SCRYPT, what };
        let fields: Vec<_> = encoded(stored).split('$').collect();
        let ["", parameters, salt, digest] = fields[..] else {
            return Err(malformed("it has not the three fields parameters, salt and digest"));
        };
        let digits = parameters.bytes().all(|byte| byte.is_ascii_hexdigit()) && (5..=6).contains(&parameters.len());
        let parameters = u64::from_str_radix(parameters, 16).ok().filter(|_| digits);
        let parameters = parameters.ok_or(malformed("the parameters are not five or six hexadecimal digits"))?;
        let (log2_n, r, p) = (parameters >> 16, parameters >> 8 & 0xFF, parameters & 0xFF);
        let scrypt = Scrypt::bounded_log2(SCRYPT, log2_n, r, p)?;
        let salt = BASE64.decode(salt).map_err(|_| malformed("the salt is not base64"))?;
        let digest = BASE64.decode(digest).map_err(|_| malformed("the digest is not base64"))?;
        bounded(SCRYPT, "the salt's length", salt.len() as u64, 8..=SCRYPT_PART_BYTES_MAX)?;
        bounded(SCRYPT, "the digest's length", digest.len() as u64, 16..=SCRYPT_PART_BYTES_MAX)?;
        let salt_bytes = salt.len().max(SCRYPT_V5_8.salt_bytes);
        Ok(Self { cost: ScryptCost { scrypt, salt_bytes, digest_bytes: digest.len() }, salt, digest })
    }
}

#[derive(Debug, Clone, Copy)]
struct ScryptCost {
    scrypt: Scrypt,
    salt_bytes: usize,
    digest_bytes: usize,
}

impl Method for ScryptCost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let digest = self.scrypt.derive(SCRYPT, password, &salt, self.digest_bytes)?;
        let Scrypt { log2_n, r, p } = self.scrypt;
        Ok(format!("${log2_n:x}{r:02x}{p:02x}${}${}", BASE64.encode(salt), BASE64.encode(digest)))
    }
}

fn verify_scrypt(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = ScryptHash::read(stored)?;
    let computed = hash.cost.scrypt.derive(SCRYPT, password, &hash.salt, hash.digest.len())?;
    let matches: bool = computed.ct_eq(&hash.digest).into();
    Ok(matches && !password.is_empty())
}

const PBKDF2: &str = "spring_pbkdf2";
const SCRYPT: &str = "spring_scrypt";
const PBKDF2_DIGEST_BYTES: usize = 32;
/// `Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8`.
const ARGON2: argon2::Cost =
    argon2::Cost { variant: Variant::Id, m_kib: 16_384, t: 2, p: 1, salt_bytes: 16, digest_bytes: 32 };
/// `SCryptPasswordEncoder.defaultsForSpringSecurity_v5_8`.
const SCRYPT_V5_8: ScryptCost =
    ScryptCost { scrypt: Scrypt { log2_n: 16, r: 8, p: 1 }, salt_bytes: 16, digest_bytes: 32 };
/// The bare id's salt; no digest is longer.
const SCRYPT_PART_BYTES_MAX: u32 = 64;
