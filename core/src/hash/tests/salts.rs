//! The salts of stored passwords, given out once more.

use super::super::text::{AB64, uncrypt64, unhex};
use super::*;
use crate::entropy::Entropy;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::collections::VecDeque;
use std::sync::Mutex;

/// Gives out given bytes, once.
pub(super) struct Given(Mutex<VecDeque<u8>>);

impl Entropy for Given {
    fn fill(&self, bytes: &mut [u8]) {
        let mut given = self.0.lock().unwrap();
        bytes.fill_with(|| given.pop_front().unwrap());
    }
}

/// The randomness of which the salt of a stored password is made once more.
pub(super) fn of(format: Format, stored: &str) -> Given {
    let field = |place| stored.split('$').nth_back(place).unwrap();
    let bytes = match format.name() {
        "better_auth_scrypt" => unhex(&stored[..32]).unwrap(),
        "aspnet_identity_v3" => {
            let bytes = STANDARD.decode(stored).unwrap();
            bytes[13..13 + usize::from(bytes[12])].to_vec()
        }
        "spring_pbkdf2" => {
            let salt_chars = if stored.starts_with("{pbkdf2}") { 16 } else { 32 };
            unhex(&stored.split_once('}').unwrap().1[..salt_chars]).unwrap()
        }
        "spring_scrypt" => STANDARD.decode(field(1)).unwrap(),
        "drupal_sha512" => uncrypt64(&stored[4..12]).unwrap(),
        "passlib_bcrypt_sha256" => bcrypt::BASE64.decode(field(1)).unwrap(),
        "ldap_crypt" | "sha512_crypt" | "sha256_crypt" | "yescrypt" | "gost_yescrypt" => uncrypt64(field(1)).unwrap(),
        "scrypt_crypt" => uncrypt64(&field(1)[11..]).unwrap(),
        "passlib_pbkdf2_sha256" | "passlib_pbkdf2_sha512" => AB64.decode(field(1)).unwrap(),
        "ldap_ssha" => STANDARD.decode(&stored[6..]).unwrap().split_off(20),
        "ldap_ssha256" => STANDARD.decode(&stored[9..]).unwrap().split_off(32),
        "ldap_ssha512" => STANDARD.decode(&stored[9..]).unwrap().split_off(64),
        "django_scrypt" => letters(field(3)),
        "django_pbkdf2_sha256" | "werkzeug_scrypt" | "werkzeug_pbkdf2" => letters(field(1)),
        name if name.starts_with("ldap_pbkdf2") => AB64.decode(field(1)).unwrap(),
        name if name.contains("argon2") || name.starts_with("phc_") => STANDARD_NO_PAD.decode(field(1)).unwrap(),
        _ => bcrypt::BASE64.decode(&field(0)[..22]).unwrap(),
    };
    Given(Mutex::new(bytes.into()))
}

fn letters(salt: &str) -> Vec<u8> {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').collect();
    let place = |letter| alphabet.iter().position(|other| *other == letter).unwrap() as u64;
    salt.chars().flat_map(|letter| place(letter).to_le_bytes()).collect()
}
