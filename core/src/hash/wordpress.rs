//! WordPress since 6.8: `$wp$2y$<cost>$…`, bcrypt of the base64 of HMAC-SHA-384.
//!
//! WordPress adds slashes to everything that is posted, and neither the log-in nor the password form takes them off
//! again: `'`, `"`, `\` and NUL are hashed with a backslash before them, and the whole is trimmed.

use super::bcrypt::{self, Cost, Hash, Prefix};
use super::text::php_trim;
use super::{HashError, Method, PASSWORD_BYTES_MAX, Pepper, Row, opens_with};
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha384;
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: NAME,
    recognises: Some(|stored| opens_with(stored, &["$wp$2y$"])),
    bytes_max: None,
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| bcrypt::verify(inner(stored), prehash(password)?.as_bytes()),
    keep: |stored| Ok(Arc::new(WordPress(Hash::read(inner(stored))?.cost))),
    default: Some(|| Arc::new(WordPress(DEFAULT))),
};

#[derive(Debug)]
struct WordPress(Cost);

impl Method for WordPress {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.0.make(prehash(password)?.as_bytes(), entropy).map(|hash| format!("{MARK}{hash}"))
    }
}

/// 64 letters, whatever the password.
fn prehash(password: &[u8]) -> Result<String, HashError> {
    let too_long = HashError::PasswordTooLong { format: NAME, bytes_max: PASSWORD_BYTES_MAX };
    let slashed = add_slashes(password);
    if slashed.len() > PASSWORD_BYTES_MAX {
        return Err(too_long);
    }
    let mut mac = Hmac::<Sha384>::new_from_slice(b"wp-sha384").map_err(|_| too_long)?;
    mac.update(php_trim(&slashed));
    Ok(BASE64.encode(mac.finalize().into_bytes()))
}

/// PHP's `addslashes`.
pub(super) fn add_slashes(password: &[u8]) -> Vec<u8> {
    let mut slashed = Vec::with_capacity(2 * password.len());
    for byte in password {
        match byte {
            0 => slashed.extend_from_slice(br"\0"),
            b'\'' | b'"' | b'\\' => slashed.extend_from_slice(&[b'\\', *byte]),
            _ => slashed.push(*byte),
        }
    }
    slashed
}

fn inner(stored: &str) -> &str {
    stored.strip_prefix(MARK).unwrap_or(stored)
}

pub(super) const NAME: &str = "wordpress_bcrypt";
const MARK: &str = "$wp";
/// The default of PHP 8.4's `password_hash`, which WordPress leaves as it is.
const DEFAULT: Cost = Cost { prefix: Prefix::Y, log2_rounds: 12 };
