//! Firebase's scrypt as GoTrue spells it: `$fbscrypt$v=1,n=14,r=8,p=1,ss=<separator>,sk=<key>$<salt>$<digest>`.
//!
//! scrypt's output is an AES-256 key, and the digest the project's signer key encrypted with it in counter mode. The
//! signer key is a secret of the whole project that stands in every row: errors name no part of the text. GoTrue
//! reads these and writes bcrypt.

use super::kdf::Scrypt;
use super::{HashError, Pepper, Row, decimal, opens_with};
use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use subtle::ConstantTimeEq;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["$fbscrypt$v=1,"])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify,
    keep: |_| Err(HashError::NotKept { format: NAME }),
    default: None,
};

fn verify(stored: &str, password: &[u8]) -> Result<bool, HashError> {
    let hash = Hash::read(stored)?;
    let key = hash.scrypt.derive(NAME, password, &hash.salt, KEY_BYTES)?;
    Ok(encrypt(&key, hash.signer_key)?.ct_eq(&hash.digest).into())
}

/// A stored password, taken apart.
struct Hash {
    scrypt: Scrypt,
    /// The row's salt, then the project's separator.
    salt: Vec<u8>,
    signer_key: Vec<u8>,
    digest: Vec<u8>,
}

impl Hash {
    fn read(stored: &str) -> Result<Self, HashError> {
        let fields: Vec<_> = stored.split('$').skip(2).collect();
        let [parameters, salt, digest] = fields[..] else {
            return Err(malformed("it has not the three fields parameters, salt and digest"));
        };
        let parameters: Vec<_> = parameters.split(',').map(|parameter| parameter.split_once('=')).collect();
        let [
            Some(("v", "1")),
            Some(("n", n)),
            Some(("r", r)),
            Some(("p", p)),
            Some(("ss", separator)),
            Some(("sk", key)),
        ] = parameters[..]
        else {
            return Err(malformed("its parameters are not v=1, n, r, p, ss and sk"));
        };
        let (Some(n), Some(r), Some(p)) = (decimal(n), decimal(r), decimal(p)) else {
            return Err(malformed("one of n, r and p is not a number"));
        };
        let scrypt = Scrypt::bounded_log2(NAME, n, r, p)?;
        let decode = |letters: &str| BASE64.decode(letters).map_err(|_| malformed("a part of it is not base64"));
        let (signer_key, digest) = (decode(key)?, decode(digest)?);
        if signer_key.is_empty() || signer_key.len() != digest.len() {
            return Err(malformed("the digest is not as long as the signer key"));
        }
        Ok(Self { scrypt, salt: [decode(salt)?, decode(separator)?].concat(), signer_key, digest })
    }
}

/// AES-256 in counter mode from zero. The digest is shorter than 256 blocks, so the counter's last byte does.
fn encrypt(key: &[u8], mut text: Vec<u8>) -> Result<Vec<u8>, HashError> {
    let cipher = Aes256::new_from_slice(key).map_err(|_| malformed("its parameters contradict each other"))?;
    for (counter, block) in (0_u8..).zip(text.chunks_mut(AES_BLOCK_BYTES)) {
        let mut pad = aes::Block::default();
        pad[AES_BLOCK_BYTES - 1] = counter;
        cipher.encrypt_block(&mut pad);
        block.iter_mut().zip(pad).for_each(|(byte, mask)| *byte ^= mask);
    }
    Ok(text)
}

fn malformed(what: &'static str) -> HashError {
    HashError::Malformed { format: NAME, what }
}

const NAME: &str = "firebase_scrypt";
const KEY_BYTES: usize = 32;
const AES_BLOCK_BYTES: usize = 16;
