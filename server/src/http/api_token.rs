//! API tokens: how a trusted caller is told from everybody else.

use crate::app::App;
use crate::metrics::Guess;
use axum::http::{HeaderMap, header};
use regain_core::keys::Digest;
use sha2::{Digest as _, Sha256};
use std::net::IpAddr;
use subtle::{Choice, ConstantTimeEq};

/// What the `Authorization` header says of the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// It is missing or empty.
    Anonymous,
    /// It holds something that is no API token of ours.
    Unknown,
    /// It holds a valid API token.
    Trusted,
    /// The ledger, which may know the token, does not answer.
    Unverifiable,
}

/// Looks the caller up: first in the configuration, then in the ledger. Only digests are compared, in constant time. A
/// network that has guessed too often is not looked up for: its new tokens count as unknown until it has waited. Two
/// headers are no token of ours: a proxy in front may have looked at the other one.
pub async fn caller(app: &App, client: IpAddr, headers: &HeaderMap) -> Caller {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Caller::Anonymous };
    if values.next().is_some() {
        return Caller::Unknown;
    }
    let token = without_scheme(value.as_bytes().trim_ascii());
    if token.is_empty() {
        return Caller::Anonymous;
    }
    let digest: Digest = Sha256::digest(token).into();
    let configured = app.config.api.tokens.iter();
    if configured.fold(Choice::from(0), |found, known| found | known.ct_eq(&digest)).into() {
        return Caller::Trusted;
    }
    if app.misses.wait(client).is_some() && !app.misses.keeps(&digest) {
        return Caller::Unknown;
    }
    match app.ledger.knows_api_token(&digest).await {
        Ok(true) => {
            app.misses.keep(&digest);
            Caller::Trusted
        }
        Ok(false) => {
            app.misses.count(client);
            app.metrics.guesses.of(Guess::ApiToken).count();
            Caller::Unknown
        }
        Err(fault) => {
            if let Some(unsaid) = app.complaints.ledger_away.turn(app.clock.now()) {
                tracing::error!(%fault, unsaid, "an API token could not be looked up");
            }
            Caller::Unverifiable
        }
    }
}

/// Takes an optional `Bearer` off (RFC 6750 §2.1; the scheme's name has no case, RFC 9110 §11.1).
fn without_scheme(value: &[u8]) -> &[u8] {
    const SCHEME: &[u8] = b"bearer";
    match value.split_at_checked(SCHEME.len()) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case(SCHEME) && (rest.is_empty() || rest[0] == b' ') => {
            rest.trim_ascii()
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_optional_and_has_no_case() {
        for (value, token) in [
            ("Bearer *:*.secret", "*:*.secret"),
            ("bearer  *:*.secret", "*:*.secret"),
            ("*:*.secret", "*:*.secret"),
            ("Bearer", ""),
            ("Bearerly", "Bearerly"),
            ("", ""),
        ] {
            assert_eq!(without_scheme(value.as_bytes()), token.as_bytes(), "{value:?}");
        }
    }
}
