//! bcrypt: `$2b$12$<salt, 22><digest, 31>`, also with the prefixes `$2a$` and `$2y$`.
//!
//! All three mean the same to today's libraries, but some read only their own, so an account keeps its prefix.
//! `$2x$` marks hashes made by an old fault of PHP's and is not read.

use super::error::bounded;
use super::{HashError, Method, Pepper, Row, decimal, opens_with};
use crate::entropy::{Entropy, random};
use ::bcrypt::{HashParts, Version};
use base64::Engine;
use base64::alphabet::BCRYPT;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use std::borrow::Cow;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["$2a$", "$2b$", "$2y$"])),
    bytes_max: Some(BYTES_MAX),
    // PHP and Ruby refuse NUL; Node, Python and Go hash past it.
    nul_allowed: false,
    // Devise's and Matrix Authentication Service's.
    pepper: Pepper::Appended,
    verify,
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(DEFAULT)),
};

pub(super) fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    let computed = hash.cost.hash(password, hash.salt)?;
    Ok(computed.as_bytes()[DIGEST_AT..].ct_eq(hash.digest.as_bytes()).into())
}

/// A stored password, taken apart.
pub(super) struct Hash<'a> {
    pub(super) cost: Cost,
    pub(super) salt: [u8; 16],
    /// In base64.
    digest: &'a str,
}

impl<'a> Hash<'a> {
    pub(super) fn read(stored: &'a str) -> Result<Self, HashError> {
        if stored.len() != HASH_CHARS || !stored.is_ascii() {
            return Err(malformed("it is not 60 characters long"));
        }
        let prefix = match &stored[..SALT_AT] {
            opening if opening.starts_with("$2a$") => Prefix::A,
            opening if opening.starts_with("$2y$") => Prefix::Y,
            _ => Prefix::B,
        };
        let (cost, separator) = stored[PREFIX_CHARS..SALT_AT].split_at(2);
        let log2_rounds = decimal(cost).filter(|_| separator == "$").ok_or(malformed("the cost is not two digits"))?;
        let log2_rounds = bounded(NAME, "the cost", log2_rounds, COST_MIN..=COST_MAX)?;
        let mut salt = [0; 16];
        BASE64
            .decode_slice(&stored[SALT_AT..DIGEST_AT], &mut salt)
            .map_err(|_| malformed("the salt is not bcrypt's base64"))?;
        Ok(Self { cost: Cost { prefix, log2_rounds }, salt, digest: &stored[DIGEST_AT..] })
    }
}

/// What a hash costs, and how it opens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) prefix: Prefix,
    pub(super) log2_rounds: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Prefix {
    A,
    B,
    Y,
}

impl Cost {
    /// The whole text. `password` has at most 72 bytes by now, so nothing is cut; the library's own refusal starts
    /// at 72 already, one byte before applications refuse.
    pub(super) fn hash(self, password: &[u8], salt: [u8; 16]) -> Result<String, HashError> {
        let parts: HashParts = ::bcrypt::hash_with_salt(password, self.log2_rounds, salt)
            .map_err(|_| malformed("its parameters contradict each other"))?;
        Ok(parts.format_for_version(match self.prefix {
            Prefix::A => Version::TwoA,
            Prefix::B => Version::TwoB,
            Prefix::Y => Version::TwoY,
        }))
    }
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.hash(password, random(entropy))
    }
}

/// A password's treatment, then bcrypt.
#[derive(Debug)]
pub(super) struct Treated {
    pub(super) treat: fn(&[u8]) -> Cow<'_, [u8]>,
    pub(super) cost: Cost,
}

impl Method for Treated {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.cost.make(&(self.treat)(password), entropy)
    }
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: NAME, what }
}

const NAME: &str = "bcrypt";
/// What Rails, Laravel and Python's bcrypt use of themselves; OWASP's Password Storage Cheat Sheet asks for 10 at least.
pub(super) const DEFAULT: Cost = Cost { prefix: Prefix::B, log2_rounds: 12 };
/// Blowfish takes a key of 18 words of 32 bits.
pub(super) const BYTES_MAX: usize = 72;
/// The algorithm's own minimum.
const COST_MIN: u32 = 4;
/// Some three seconds; each step doubles it, so a planted 31 would take two days.
const COST_MAX: u32 = 15;

const HASH_CHARS: usize = 60;
const PREFIX_CHARS: usize = 4;
pub(super) const SALT_AT: usize = 7;
pub(super) const DIGEST_AT: usize = 29;
/// Sixteen bytes leave four bits of the salt's last character unused. Not everybody clears them.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &BCRYPT,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);
