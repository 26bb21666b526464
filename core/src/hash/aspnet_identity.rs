//! ASP.NET Identity: base64 of a version byte, parameters, salt and subkey of PBKDF2.
//!
//! Version 3 is `01`, then as 32-bit big-endian numbers the hash (0 SHA-1, 1 SHA-256, 2 SHA-512), the iterations and
//! the salt's length, then the salt; the rest is the subkey. Version 2 is `00`, 16 bytes of salt and 32 of subkey,
//! SHA-1 with 1,000 iterations: read, but too weak to be written.

use super::error::bounded;
use super::kdf::{Prf, pbkdf2_rounds};
use super::text::random_bytes;
use super::{HashError, Method, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::sync::Arc;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: V3,
    // The bytes 1, 0, 0, 0 and one of the three hashes.
    recognises: Some(|stored| opens_with(stored, &["AQAAAAA", "AQAAAAE", "AQAAAAI"])),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: |stored, password| Hash::read(stored).map(|hash| hash.matches(password)),
    keep: |stored| Ok(Arc::new(Hash::read(stored)?.cost)),
    default: Some(|| Arc::new(DEFAULT)),
};

pub(super) const ROW_V2: Row = Row {
    name: V2,
    recognises: Some(|stored| stored.len() == V2_CHARS && read_v2(stored).is_some()),
    bytes_max: None,
    nul_allowed: true,
    pepper: Pepper::None,
    verify: verify_v2,
    keep: |_| Err(HashError::NotKept { format: V2 }),
    default: None,
};

/// A stored password of version 3, taken apart.
struct Hash {
    cost: Cost,
    salt: Vec<u8>,
    subkey: Vec<u8>,
}

impl Hash {
    fn read(stored: &str) -> Result<Self, HashError> {
        let bytes = BASE64.decode(stored).map_err(|_| malformed("it is not base64"))?;
        let Some((&[_version, p0, p1, p2, p3, i0, i1, i2, i3, s0, s1, s2, s3], rest)) = bytes.split_first_chunk()
        else {
            return Err(malformed("it ends before the salt"));
        };
        let prf = match u32::from_be_bytes([p0, p1, p2, p3]) {
            0 => Prf::Sha1,
            1 => Prf::Sha256,
            2 => Prf::Sha512,
            _ => return Err(malformed("its hash is none of SHA-1, SHA-256 and SHA-512")),
        };
        let rounds = pbkdf2_rounds(V3, u64::from(u32::from_be_bytes([i0, i1, i2, i3])))?;
        let salt_bytes = u64::from(u32::from_be_bytes([s0, s1, s2, s3]));
        let salt_bytes = bounded(V3, "the salt's length", salt_bytes, PART_BYTES_MIN..=PART_BYTES_MAX)? as usize;
        let (salt, subkey) = rest.split_at_checked(salt_bytes).ok_or(malformed("it ends within the salt"))?;
        bounded(V3, "the subkey's length", subkey.len() as u64, PART_BYTES_MIN..=PART_BYTES_MAX)?;
        let cost = Cost { prf, rounds, salt_bytes, subkey_bytes: subkey.len() };
        Ok(Self { cost, salt: salt.to_vec(), subkey: subkey.to_vec() })
    }

    fn matches(&self, password: &[u8]) -> bool {
        let Cost { prf, rounds, .. } = self.cost;
        prf.derive(password, &self.salt, rounds, self.subkey.len()).ct_eq(&self.subkey).into()
    }
}

/// What a hash costs, and how long its parts are.
#[derive(Debug, Clone, Copy)]
struct Cost {
    prf: Prf,
    rounds: u32,
    salt_bytes: usize,
    subkey_bytes: usize,
}

impl Method for Cost {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        let salt = random_bytes(self.salt_bytes, entropy);
        let prf = match self.prf {
            Prf::Sha1 => 0_u32,
            Prf::Sha256 => 1,
            Prf::Sha512 => 2,
        };
        let mut bytes = vec![1];
        for number in [prf, self.rounds, self.salt_bytes as u32] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&salt);
        bytes.extend_from_slice(&self.prf.derive(password, &salt, self.rounds, self.subkey_bytes));
        Ok(BASE64.encode(bytes))
    }
}

fn verify_v2(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let what = "it is not 49 bytes in base64, the first of them zero";
    let (salt, subkey) = read_v2(stored).ok_or(HashError::Malformed { format: V2, what })?;
    let computed = Prf::Sha1.derive(password, &salt, V2_ROUNDS, V2_SUBKEY_BYTES);
    Ok(computed.ct_eq(&subkey).into())
}

fn read_v2(stored: &str) -> Option<([u8; V2_SALT_BYTES], [u8; V2_SUBKEY_BYTES])> {
    let bytes: [u8; 1 + V2_SALT_BYTES + V2_SUBKEY_BYTES] = BASE64.decode(stored).ok()?.try_into().ok()?;
    let salt = bytes[1..=V2_SALT_BYTES].try_into().ok()?;
    let subkey = bytes[1 + V2_SALT_BYTES..].try_into().ok()?;
    (bytes[0] == 0).then_some((salt, subkey))
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: V3, what }
}

const V3: &str = "aspnet_identity_v3";
const V2: &str = "aspnet_identity_v2";
/// ASP.NET Core's `PasswordHasher` since .NET 7.
const DEFAULT: Cost = Cost { prf: Prf::Sha512, rounds: 100_000, salt_bytes: 16, subkey_bytes: 32 };
/// ASP.NET Core refuses salts and subkeys under 128 bits.
const PART_BYTES_MIN: u32 = 16;
/// Twice the subkey that is made.
const PART_BYTES_MAX: u32 = 64;
const V2_ROUNDS: u32 = 1000;
const V2_SALT_BYTES: usize = 16;
const V2_SUBKEY_BYTES: usize = 32;
const V2_CHARS: usize = 68;
