//! Keyed digests: what Regain stores instead of codes, addresses and passwords.

use crate::account::Account;
use crate::email::FoldedAddress;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::sync::Arc;
use zeroize::Zeroize;

/// A SHA-256 or HMAC-SHA-256 value. Not a secret, yet compared in constant time where it guards one.
pub type Digest = [u8; 32];

/// The server's secret, which keys codes, fingerprints and address digests. The same on every node.
///
/// Each use has a label of its own, so a digest made for one purpose means nothing for another.
#[derive(Clone)]
pub struct Keys(Arc<Hmac<Sha256>>);

/// 256 bits, as long as the digest (RFC 2104 §3).
pub const KEY_BYTES: usize = 32;

impl Keys {
    /// Takes the server's secret. HMAC takes it in here, once: half of what a short digest costs.
    #[must_use]
    pub fn new(mut secret: [u8; KEY_BYTES]) -> Self {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let keyed = Hmac::new_from_slice(&secret).expect("any length is a key");
        secret.zeroize();
        Self(Arc::new(keyed))
    }

    /// Stands for an address where rows are counted per address, account or not.
    #[must_use]
    pub fn address_digest(&self, address: &FoldedAddress) -> Digest {
        self.digest("address", &[address.as_str().as_bytes()])
    }

    /// Stands for a reset code; bound to the delivery it was minted for, so equal codes have unequal digests.
    #[must_use]
    pub fn code_digest(&self, delivery: &[u8], code: &[u8]) -> Digest {
        self.digest("code", &[delivery, code])
    }

    /// Seals, or stands for, what one page hands to the next; `what` tells the uses apart.
    #[must_use]
    pub fn page_digest(&self, what: &str, carried: &str) -> Digest {
        self.digest("page", &[what.as_bytes(), carried.as_bytes()])
    }

    /// Stands for an account's stored password and address: a link is dead as soon as either changes.
    #[must_use]
    pub fn fingerprint(&self, account: &Account) -> Digest {
        let password = account.password.as_ref().map_or("", |stored| stored.expose());
        self.fingerprint_of(&account.address, password)
    }

    /// [`Keys::fingerprint`] of an address and a stored password yet to be written.
    #[must_use]
    pub fn fingerprint_of(&self, address: &str, stored_password: &str) -> Digest {
        self.digest("fingerprint", &[address.as_bytes(), stored_password.as_bytes()])
    }

    /// Every part is preceded by its length, so that no two lists of parts read the same.
    fn digest(&self, label: &str, parts: &[&[u8]]) -> Digest {
        let mut mac = Hmac::clone(&self.0);
        for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed by Python 3: `hmac.new(bytes([1] * 32), b"".join(len(p).to_bytes(8, "big") + p for p in parts), "sha256")`.
    #[test]
    fn a_digest_is_the_hmac_of_its_parts_each_behind_its_length() {
        let keys = Keys::new([1; KEY_BYTES]);
        let digest = keys.address_digest(&FoldedAddress::of("Ada@example.com"));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "1a21fe71de25b9f4b823af67b62932ee1e15586036f4d18f75880970b365ae2e");
    }

    #[test]
    fn a_fingerprint_is_of_the_address_and_the_stored_password() {
        let account = |address: &str, password: Option<&str>| Account {
            id: crate::account::AccountId::new("1"),
            address: address.to_owned(),
            name: None,
            locale: None,
            password: password.map(crate::hash::StoredPassword::new),
            eligible: true,
        };
        let keys = Keys::new([1; KEY_BYTES]);
        let of = |address: &str, password| keys.fingerprint(&account(address, password));
        assert_eq!(of("a@example.com", Some("x")), keys.fingerprint_of("a@example.com", "x"));
        assert_eq!(of("a@example.com", None), keys.fingerprint_of("a@example.com", ""));
        assert_ne!(of("a@example.com", Some("x")), of("A@example.com", Some("x")));
        assert_ne!(of("a@example.com", Some("x")), of("a@example.com", Some("y")));
    }

    #[test]
    fn digests_differ_by_label_part_and_key() {
        let (a, b) = (Keys::new([1; KEY_BYTES]), Keys::new([2; KEY_BYTES]));
        let mut seen = vec![
            a.code_digest(b"ab", b"c"),
            a.code_digest(b"a", b"bc"),
            b.code_digest(b"ab", b"c"),
            a.fingerprint_of("ab", "c"),
            a.address_digest(&FoldedAddress::of("ab")),
            a.page_digest("ab", "c"),
            a.page_digest("a", "bc"),
        ];
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 7);
    }
}
