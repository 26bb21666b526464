//! yescrypt, Debian's default in /etc/shadow: `$y$j9T$<salt>$<digest, 43>`; `$gy$…` passes the digest through the hash
//! of GOST R 34.11-2012, for systems that must use it.
//!
//! The parameters are a letter for the variant, always `j`, one for N and one for r: all that crypt(3) itself makes.

use super::error::bounded;
use super::kdf::{Scrypt, ask_for_memory};
use super::sha_crypt::CRYPT_BYTES_MAX;
use super::text::{crypt64, crypt64_letter, crypt64_value, random_bytes, uncrypt64};
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use ::yescrypt::{Mode, Params};
use hmac::{Hmac, KeyInit, Mac};
use std::sync::Arc;
use streebog::{Digest, Streebog256};
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: Variant::Plain.name(),
    recognises: Some(|stored| opens_with(stored, &["$y$"])),
    bytes_max: Some(CRYPT_BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(DEFAULT)),
};

pub(super) const ROW_GOST: Row = Row {
    name: Variant::Gost.name(),
    recognises: Some(|stored| opens_with(stored, &["$gy$"])),
    default: Some(|| Arc::new(Cost { variant: Variant::Gost, ..DEFAULT })),
    ..ROW
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    Ok(hash.cost.digest(password, &hash.salt)?.ct_eq(&hash.digest).into())
}

/// Which of the algorithms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variant {
    Plain,
    Gost,
}

impl Variant {
    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "yescrypt",
            Self::Gost => "gost_yescrypt",
        }
    }

    fn opening(self) -> &'static str {
        match self {
            Self::Plain => "$y$",
            Self::Gost => "$gy$",
        }
    }
}

/// A stored password, taken apart.
struct Hash {
    cost: Cost,
    salt: Vec<u8>,
    digest: Vec<u8>,
}

impl Hash {
    fn read(stored: &str) -> Result<Self, HashError> {
        let variant = if stored.starts_with(Variant::Gost.opening()) { Variant::Gost } else { Variant::Plain };
        let name = variant.name();
        let malformed = |what| HashError::Malformed { format: name, what };
        let fields: Vec<_> = stored.split('$').skip(2).collect();
        let [parameters, salt, digest] = fields[..] else {
            return Err(malformed("it has not the three fields parameters, salt and digest"));
        };
        let &[b'j', n, r] = parameters.as_bytes() else {
            return Err(malformed("its parameters are not those three letters that crypt(3) makes"));
        };
        let (Some(n), Some(r)) = (crypt64_value(n), crypt64_value(r)) else {
            return Err(malformed("a parameter is no letter of crypt(3)'s"));
        };
        let log2_n = bounded(name, "log2 of N", u64::from(n) + 1, LOG2_N_MIN..=LOG2_N_MAX)?;
        let r = bounded(name, "r", u64::from(r) + 1, R_MIN..=R_MAX)?;
        let salt = uncrypt64(salt).ok_or(malformed("the salt is not crypt(3)'s base64"))?;
        bounded(name, "the salt's length", salt.len() as u64, 1..=SALT_BYTES_MAX)?;
        let digest = uncrypt64(digest).filter(|digest| digest.len() == DIGEST_BYTES);
        let digest = digest.ok_or(malformed("the digest is not 32 bytes in crypt(3)'s base64"))?;
        let salt_bytes = salt.len().max(DEFAULT.salt_bytes);
        Ok(Self { cost: Cost { variant, log2_n, r, salt_bytes }, salt, digest })
    }
}

/// What a hash costs, and how long its salt is.
#[derive(Debug, Clone, Copy)]
struct Cost {
    variant: Variant,
    log2_n: u32,
    r: u32,
    salt_bytes: usize,
}

impl Cost {
    fn digest(&self, password: &[u8], salt: &[u8]) -> Result<[u8; DIGEST_BYTES], HashError> {
        let format = self.variant.name();
        let refused = HashError::Malformed { format, what: "its parameters contradict each other" };
        let params = Params::new(Mode::Rw, 1 << self.log2_n, self.r, 1).map_err(|_| refused.clone())?;
        ask_for_memory(format, Scrypt { log2_n: self.log2_n, r: self.r, p: 1 }.kib())?;
        let mut digest = [0; DIGEST_BYTES];
        ::yescrypt::yescrypt(password, salt, &params, &mut digest).map_err(|_| refused.clone())?;
        match self.variant {
            Variant::Plain => Ok(digest),
            Variant::Gost => self.gost(password, salt, &digest).ok_or(refused),
        }
    }

    /// The digest under a key made of the password and of all that is written before the digest.
    fn gost(&self, password: &[u8], salt: &[u8], digest: &[u8]) -> Option<[u8; DIGEST_BYTES]> {
        let outer_key = hmac_gost(&Streebog256::digest(password), self.setting(salt).as_bytes())?;
        hmac_gost(&outer_key, digest)
    }

    /// All of the text but the digest and the `$` before it.
    fn setting(&self, salt: &[u8]) -> String {
        let (n, r) = (crypt64_letter(self.log2_n - 1), crypt64_letter(self.r - 1));
        format!("{}j{n}{r}${}", self.variant.opening(), crypt64(salt))
    }
}

fn hmac_gost(key: &[u8], text: &[u8]) -> Option<[u8; DIGEST_BYTES]> {
    let mut mac = Hmac::<Streebog256>::new_from_slice(key).ok()?;
    mac.update(text);
    Some(mac.finalize().into_bytes().into())
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let digest = self.digest(password, &salt)?;
        Ok(format!("{}${}", self.setting(&salt), crypt64(&digest)))
    }
}

/// libxcrypt's, `j9T`: 16 MiB; a salt of 128 bits.
const DEFAULT: Cost = Cost { variant: Variant::Plain, log2_n: 12, r: 32, salt_bytes: 16 };
/// The least that libxcrypt makes is `j75`, N=2^10 with r=8.
const LOG2_N_MIN: u32 = 8;
/// The most that libxcrypt makes is `jFT`, N=2^18 with r=32: 1 GiB.
const LOG2_N_MAX: u32 = 18;
const R_MIN: u32 = 4;
const R_MAX: u32 = 32;
const SALT_BYTES_MAX: u32 = 64;
const DIGEST_BYTES: usize = 32;
