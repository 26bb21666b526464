//! Secrets that webhooks are signed with, ours and the providers'.

use super::samples;
use super::settings::{Refusal, refusal};
use crate::standard_webhooks::SigningKey;
use secrecy::SecretString;

/// Reads `whsec_…`.
pub(super) fn standard(text: &str) -> Result<SigningKey, Refusal> {
    let accepted = "`whsec_` and base64 of 24 to 64 octets: (printf whsec_; openssl rand -base64 32)";
    SigningKey::parse(text).ok_or_else(|| refusal("is no secret of Standard Webhooks", accepted))
}

/// Reads a secret of no certain shape.
pub(super) fn plain(text: &str) -> Result<SecretString, Refusal> {
    let accepted = format!("at least {LENGTH_MIN} characters that nobody can guess: openssl rand -hex 32");
    if samples::is_sample(text) || text.chars().count() < LENGTH_MIN {
        return Err(refusal("is too short, or the secret of an example", accepted));
    }
    Ok(text.into())
}

/// 64 bits in hexadecimal.
const LENGTH_MIN: usize = 16;
