//! passlib's `bcrypt_sha256`, version 2: `$bcrypt-sha256$v=2,t=2b,r=12$<salt, 22>$<digest, 31>`.
//!
//! bcrypt of the base64 of the password's HMAC-SHA-256, keyed with the salt as it is spelt. Django's format of that
//! name is another.

use super::bcrypt::{self, Cost, Hash, Prefix};
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::{Entropy, random};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &[OPENING])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |stored| Ok(Arc::new(Passlib(Hash::read(&plain(stored)?)?.cost))),
    default: Some(|| Arc::new(Passlib(bcrypt::DEFAULT))),
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let plain = plain(stored)?;
    let hash = Hash::read(&plain)?;
    bcrypt::verify(&plain, prehash(password, hash.salt)?.as_bytes())
}

/// The same salt, cost and digest in bcrypt's own spelling.
fn plain(stored: &str) -> Result<String, HashError> {
    let fields: Vec<_> = stored.strip_prefix(OPENING).unwrap_or(stored).split(['$', ',']).collect();
    let [prefix, rounds, salt, digest] = fields[..] else {
        return Err(malformed("it has not the fields t, r, salt and digest"));
    };
    if prefix != "t=2b" {
        return Err(malformed("the bcrypt within is not of type 2b"));
    }
    let log2_rounds = rounds.strip_prefix("r=").and_then(decimal).ok_or(malformed("r is not a number"))?;
    Ok(format!("$2b${:02}${salt}{digest}", log2_rounds.min(99)))
}

#[derive(Debug)]
struct Passlib(Cost);

impl Method for Passlib {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random(entropy);
        let cost = Cost { prefix: Prefix::B, ..self.0 };
        let hash = cost.hash(prehash(password, salt)?.as_bytes(), salt)?;
        let (salt, digest) = hash[bcrypt::SALT_AT..].split_at(bcrypt::DIGEST_AT - bcrypt::SALT_AT);
        Ok(format!("{OPENING}t=2b,r={}${salt}${digest}", cost.log2_rounds))
    }
}

fn prehash(password: &[u8], salt: [u8; 16]) -> Result<String, HashError> {
    let key = bcrypt::BASE64.encode(salt);
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).map_err(|_| malformed("the salt is no key"))?;
    mac.update(password);
    Ok(BASE64.encode(mac.finalize().into_bytes()))
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: NAME, what }
}

const NAME: &str = "passlib_bcrypt_sha256";
const OPENING: &str = "$bcrypt-sha256$v=2,";
