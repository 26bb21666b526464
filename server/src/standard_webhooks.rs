//! Webhooks signed as [Standard Webhooks](https://www.standardwebhooks.com) says: what we send, and what a provider that
//! signs so sends us.

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose::STANDARD};
use regain_core::entropy::{Entropy, random};
use ring::hmac;
use secrecy::{ExposeSecret, SecretSlice};
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// What both sides know.
#[derive(Debug, Clone)]
pub struct SigningKey(Arc<SecretSlice<u8>>);

impl SigningKey {
    /// Reads `whsec_` and base64 of 24 to 64 octets, as the specification has it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let octets = PADDED_OR_NOT.decode(text.strip_prefix("whsec_")?).ok()?;
        let is_long_enough = (24..=64).contains(&octets.len());
        is_long_enough.then(|| Self(Arc::new(octets.into())))
    }

    /// The header `webhook-signature` of a message: its name, seconds since 1970, and its body.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        format!("v1,{}", STANDARD.encode(self.tag(id, &timestamp.to_string(), body)))
    }

    /// Whether one of the signatures in the header `webhook-signature` is ours, of at most [`SIGNATURES_MAX`]. In constant
    /// time, each; and the body is gone through once, however many there are.
    #[must_use]
    pub fn verifies(&self, id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> bool {
        let given = || signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        if given().nth(SIGNATURES_MAX).is_some() {
            return false;
        }
        let ours = self.tag(id, timestamp, body);
        given().filter_map(|given| STANDARD.decode(given).ok()).any(|given| given.ct_eq(ours.as_ref()).into())
    }

    fn tag(&self, id: &str, timestamp: &str, body: &[u8]) -> hmac::Tag {
        let mut signing = hmac::Context::with_key(&self.key());
        signing.update(format!("{id}.{timestamp}.").as_bytes());
        signing.update(body);
        signing.sign()
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.0.expose_secret())
    }
}

/// A secret that nobody has yet, as [`SigningKey::parse`] reads it.
#[must_use]
pub fn fresh_secret(entropy: &dyn Entropy) -> String {
    format!("whsec_{}", STANDARD.encode(random::<FRESH_OCTETS>(entropy)))
}

/// Whoever changes secrets signs with the old and the new one for a while.
const SIGNATURES_MAX: usize = 4;

/// As long as the digest (RFC 2104 §3).
const FRESH_OCTETS: usize = 32;

/// Secrets are handed out with `=` at the end, and without.
const PADDED_OR_NOT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that Svix publishes, whose scheme became the standard.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_published_example_is_signed_as_published() {
        assert_eq!(SigningKey::parse(SECRET).unwrap().sign(ID, 1_614_265_330, BODY), SIGNATURE);
    }

    #[test]
    fn one_good_signature_among_others_is_enough_and_nothing_else_is() {
        let key = SigningKey::parse(SECRET).unwrap();
        let verifies = |signatures: &str| key.verifies(ID, "1614265330", signatures, BODY);
        assert!(verifies(SIGNATURE));
        assert!(verifies(&format!("v1,AAAA v2,abc {SIGNATURE}")));
        for signatures in
            ["", "v1,", "v1", &SIGNATURE.replace("v1", "v2"), &SIGNATURE.replace('g', "h"), &SIGNATURE[3..]]
        {
            assert!(!verifies(signatures), "{signatures}");
        }
        assert!(!key.verifies("msg_other", "1614265330", SIGNATURE, BODY));
        assert!(!key.verifies(ID, "1614265331", SIGNATURE, BODY));
        assert!(!key.verifies(ID, "1614265330", SIGNATURE, b"{}"));
    }

    #[test]
    fn a_good_signature_behind_more_than_anybody_sends_is_not_looked_at() {
        let key = SigningKey::parse(SECRET).unwrap();
        let behind = |others: usize| format!("{}{SIGNATURE}", "v1,AAAA ".repeat(others));
        assert!(key.verifies(ID, "1614265330", &behind(3), BODY));
        assert!(!key.verifies(ID, "1614265330", &behind(4), BODY));
    }

    #[test]
    fn a_fresh_secret_is_one_and_no_other() {
        let secrets = [(); 2].map(|()| fresh_secret(&crate::ambient::SystemEntropy));
        assert!(secrets.iter().all(|secret| SigningKey::parse(secret).is_some()));
        assert_ne!(secrets[0], secrets[1]);
    }

    #[test]
    fn a_secret_has_its_prefix_and_enough_octets() {
        for text in ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_not base64 at all!", ""] {
            assert!(SigningKey::parse(text).is_none(), "{text}");
        }
        let padded = format!("whsec_{}", STANDARD.encode([7; 25]));
        assert!(padded.ends_with('=') && SigningKey::parse(&padded).is_some());
        assert!(SigningKey::parse(padded.trim_end_matches('=')).is_some());
        assert!(SigningKey::parse(&format!("whsec_{}", STANDARD.encode([7; 65]))).is_none());
    }
}
