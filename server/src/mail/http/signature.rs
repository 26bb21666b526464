//! AWS Signature Version 4: proves that a request comes from whoever holds a key, without sending the key.

use hmac::{Hmac, KeyInit, Mac};
use regain_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// A key, and what it is good for.
pub(super) struct SigningKey<'a> {
    pub(super) id: &'a str,
    pub(super) secret: &'a SecretString,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// What is signed of a request.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    /// As it is sent; of characters that need no encoding.
    pub(super) path: &'a str,
    /// Names in lower case and in alphabetical order, with values as they are sent.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: &'a [u8],
}

/// The value of `X-Amz-Date`, which is one of the headers signed.
pub(super) fn date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// The value of `Authorization`, for a request that is sent at `date`.
pub(super) fn authorization(key: &SigningKey<'_>, date: &str, request: &Signed<'_>) -> String {
    let names = request.headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let headers: String = request.headers.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
    let (method, path) = (request.method, request.path);
    let canonical = format!("{method}\n{path}\n\n{headers}\n{names}\n{}", hex(&Sha256::digest(request.body)));
    let day = date.get(..8).unwrap_or_default();
    let scope = format!("{day}/{}/{}/aws4_request", key.region, key.service);
    let signed = format!("{ALGORITHM}\n{date}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
    let signature = hex(&hmac(&derived(key, day), signed.as_bytes()));
    format!("{ALGORITHM} Credential={}/{scope}, SignedHeaders={names}, Signature={signature}", key.id)
}

/// The secret narrowed down to one day, region and service.
fn derived(key: &SigningKey<'_>, day: &str) -> [u8; 32] {
    let start = SecretString::from(format!("AWS4{}", key.secret.expose_secret()));
    let of_day = hmac(start.expose_secret().as_bytes(), day.as_bytes());
    let of_region = hmac(&of_day, key.region.as_bytes());
    let of_service = hmac(&of_region, key.service.as_bytes());
    hmac(&of_service, b"aws4_request")
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length is a key");
    mac.update(text);
    mac.finalize().into_bytes().into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The vectors are those of AWS' "Signature Version 4 Test Suite" and of its guide's example for the key.
#[cfg(test)]
mod tests {
    use super::*;

    const DATE: &str = "20150830T123600Z";

    fn authorized(request: &Signed<'_>) -> String {
        let secret = SecretString::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let key = SigningKey { id: "AKIDEXAMPLE", secret: &secret, region: "us-east-1", service: "service" };
        authorization(&key, DATE, request)
    }

    #[test]
    fn the_published_requests_get_the_published_signatures() {
        let plain = [("host", "example.amazonaws.com"), ("x-amz-date", DATE)];
        let form = [("content-type", "application/x-www-form-urlencoded"), plain[0], plain[1]];
        let sorted = [plain[0], ("my-header1", "value1"), plain[1]];
        for (method, headers, body, signature) in [
            ("GET", &plain[..], "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", &plain, "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            ("POST", &form, "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
            ("POST", &sorted, "", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        ] {
            let authorized = authorized(&Signed { method, path: "/", headers, body: body.as_bytes() });
            let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
            let expected = format!(
                "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
                 SignedHeaders={names}, Signature={signature}"
            );
            assert_eq!(authorized, expected);
        }
    }

    #[test]
    fn the_published_key_is_derived() {
        let secret = SecretString::from("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let key = SigningKey { id: "AKIDEXAMPLE", secret: &secret, region: "us-east-1", service: "iam" };
        assert_eq!(hex(&derived(&key, "20150830")), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    #[test]
    fn a_date_is_written_without_punctuation() {
        assert_eq!(date(Timestamp::from_millis(1_440_938_160_999)), DATE);
    }
}
