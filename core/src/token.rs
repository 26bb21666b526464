//! Reset tokens: the secret in the link, and the digest that is stored.

use crate::entropy::{Entropy, random};
use crate::keys::Digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::Sha256;

/// The secret in a mailed link: 256 random bits (ASVS 11.5.1 asks for 128), 43 characters of base64url.
///
/// It exists in memory between minting and mailing, and again when somebody brings it back. What is stored is its
/// [`digest`](ResetToken::digest), from which no link can be made.
pub struct ResetToken(SecretBox<[u8; TOKEN_BYTES]>);

const TOKEN_BYTES: usize = 32;

/// What a token is for. A token minted for one purpose opens nothing of another (CVE-2026-105785).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Setting a new password.
    Reset,
    /// Saying "this was not me".
    NotMe,
}

impl ResetToken {
    /// Makes a fresh one.
    #[must_use]
    pub fn mint(entropy: &dyn Entropy) -> Self {
        Self(SecretBox::new(Box::new(random(entropy))))
    }

    /// Reads a token as it stands in a link. Any other text is no token; there is but one spelling of each.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(SecretBox::new(Box::new(bytes.try_into().ok()?))))
    }

    /// The token as it stands in a link.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.expose_secret()).into()
    }

    /// What is stored in its place. A plain digest is enough from 112 bits of entropy (ASVS 6.5.2).
    #[must_use]
    pub fn digest(&self, purpose: Purpose) -> Digest {
        use sha2::Digest as _;
        let label: &[u8] = match purpose {
            Purpose::Reset => b"regain reset token\0",
            Purpose::NotMe => b"regain not-me token\0",
        };
        Sha256::new().chain_update(label).chain_update(self.0.expose_secret()).finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::tests::Counting;

    #[test]
    fn a_token_survives_the_journey_through_a_link() {
        let token = ResetToken::mint(&Counting::default());
        let text = token.to_text();
        assert_eq!(text.expose_secret().len(), 43);
        let back = ResetToken::parse(text.expose_secret()).unwrap();
        assert_eq!(back.digest(Purpose::Reset), token.digest(Purpose::Reset));
    }

    #[test]
    fn a_token_has_one_spelling() {
        let text = ResetToken::mint(&Counting::default()).to_text().expose_secret().to_owned();
        for other in [format!("{text}="), format!(" {text}"), format!("{text}A"), text[..42].to_owned(), String::new()]
        {
            assert!(ResetToken::parse(&other).is_none(), "{other:?}");
        }
        let mut last_bits_set = text;
        last_bits_set.replace_range(42.., "_");
        assert!(ResetToken::parse(&last_bits_set).is_none());
    }

    #[test]
    fn purposes_do_not_mix() {
        let token = ResetToken::mint(&Counting::default());
        assert_ne!(token.digest(Purpose::Reset), token.digest(Purpose::NotMe));
    }
}
