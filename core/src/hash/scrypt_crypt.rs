//! scrypt of crypt(3): `$7$<N><r, 5><p, 5><salt>$<digest, 43>`.
//!
//! N's letter is its exponent; r and p are 30 bits, low ones first. The salt is hashed in the letters it is written in.

use super::error::bounded;
use super::kdf::Scrypt;
use super::sha_crypt::CRYPT_BYTES_MAX;
use super::text::{crypt64, crypt64_letter, crypt64_value, random_bytes, uncrypt64};
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &[OPENING])),
    bytes_max: Some(CRYPT_BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(DEFAULT)),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let Hash { cost, salt, digest } = Hash::read(stored)?;
    Ok(cost.scrypt.derive(NAME, password, salt.as_bytes(), DIGEST_BYTES)?.ct_eq(&digest).into())
}

/// A stored password, taken apart.
struct Hash<'a> {
    cost: Cost,
    salt: &'a str,
    digest: Vec<u8>,
}

impl<'a> Hash<'a> {
    fn read(stored: &'a str) -> Result<Self, HashError> {
        let fields = stored.strip_prefix(OPENING).and_then(|fields| fields.split_once('$'));
        let (setting, digest) = fields.ok_or(malformed("it has no digest"))?;
        let (parameters, salt) =
            setting.split_at_checked(PARAMETERS_CHARS).ok_or(malformed("it ends within the parameters"))?;
        let letters: Option<Vec<_>> = parameters.bytes().map(crypt64_value).collect();
        let letters = letters.ok_or(malformed("a parameter is no letter of crypt(3)'s"))?;
        let number = |letters: &[u32]| letters.iter().rev().fold(0, |bits, value| bits << 6 | u64::from(*value));
        let scrypt = Scrypt::bounded_log2(NAME, u64::from(letters[0]), number(&letters[1..6]), number(&letters[6..]))?;
        bounded(NAME, "the salt's length", salt.len() as u64, 1..=SALT_CHARS_MAX)?;
        let digest = uncrypt64(digest).filter(|digest| digest.len() == DIGEST_BYTES);
        let digest = digest.ok_or(malformed("the digest is not 32 bytes in crypt(3)'s base64"))?;
        Ok(Self { cost: Cost { scrypt }, salt, digest })
    }
}

/// What a hash costs.
#[derive(Debug, Clone, Copy)]
struct Cost {
    scrypt: Scrypt,
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = crypt64(&random_bytes(SALT_BYTES, entropy));
        let digest = crypt64(&self.scrypt.derive(NAME, password, salt.as_bytes(), DIGEST_BYTES)?);
        let Scrypt { log2_n, r, p } = self.scrypt;
        Ok(format!("{OPENING}{}{}{}{salt}${digest}", crypt64_letter(log2_n), five_letters(r), five_letters(p)))
    }
}

fn five_letters(number: u32) -> String {
    (0..5).map(|place| crypt64_letter(number >> (6 * place))).collect()
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: NAME, what }
}

const NAME: &str = "scrypt_crypt";
const OPENING: &str = "$7$";
/// libxcrypt's, `CU..../....`: 64 MiB.
const DEFAULT: Cost = Cost { scrypt: Scrypt { log2_n: 14, r: 32, p: 1 } };
const PARAMETERS_CHARS: usize = 11;
/// 22 letters, as libxcrypt makes.
const SALT_BYTES: usize = 16;
/// libxcrypt takes no more.
const SALT_CHARS_MAX: u32 = 64;
const DIGEST_BYTES: usize = 32;
