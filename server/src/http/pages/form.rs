//! Reading `application/x-www-form-urlencoded`: the body of a form, or a query.

use crate::http::body::{self, BodyFault};
use crate::http::call::Call;
use crate::http::csrf;
use crate::metrics::Cause;
use axum::http::{HeaderMap, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// The fields of a form, each name once. Any of the values may be a secret.
pub(in crate::http) struct Form(Vec<(String, SecretString)>);

/// What was sent is no form: invalid UTF-8, or a name twice.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::http) struct Malformed;

/// Why a form is not even looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The client's network has used up its calls; how long to wait.
    Limited(Duration),
    /// 403 from another site, 415 no form, 413 too large, 408 too slow, 400 malformed.
    Status(StatusCode),
}

impl Form {
    /// Reads the body of a form POST, after looking where it comes from.
    ///
    /// # Errors
    /// [`Refusal`], in the order of checks that the whole public port has.
    pub(super) async fn read(call: &mut Call) -> Result<Self, Refusal> {
        let body = std::mem::take(&mut call.body);
        if let Err(refusal) = admit(call.limited, &call.headers, &call.app.config.public_url.origin) {
            if let Refusal::Limited(_) = refusal {
                call.app.metrics.refused.of(Cause::NetworkLimit).count();
            }
            body::discard(&call.headers, body).await;
            return Err(refusal);
        }
        let octets = body::read(&call.headers, body, call.app.config.limits.body_bytes_max).await?;
        Self::parse(&octets).map_err(|Malformed| Refusal::Status(StatusCode::BAD_REQUEST))
    }

    /// Parses as the URL Standard §5.1 has it, but refuses what it would repair.
    pub(in crate::http) fn parse(encoded: &[u8]) -> Result<Self, Malformed> {
        let mut fields: Vec<(String, SecretString)> = Vec::new();
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = decode(&pair[..equals])?;
            let value = decode(pair.get(equals + 1..).unwrap_or_default())?;
            if fields.len() == FIELDS_MAX || fields.iter().any(|(known, _)| *known == name) {
                return Err(Malformed);
            }
            fields.push((name, value.into()));
        }
        Ok(Self(fields))
    }

    /// What the fields are called.
    pub(in crate::http) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    /// What was entered under `name`.
    pub(in crate::http) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.expose_secret())
    }
}

/// What can be refused before the body is read.
fn admit(limited: Option<Duration>, headers: &HeaderMap, origin: &str) -> Result<(), Refusal> {
    if let Some(pause) = limited {
        return Err(Refusal::Limited(pause));
    }
    if !csrf::is_from_own_page(headers, origin) {
        return Err(Refusal::Status(StatusCode::FORBIDDEN));
    }
    if !is_form(headers) {
        return Err(Refusal::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(())
}

impl From<BodyFault> for Refusal {
    fn from(fault: BodyFault) -> Self {
        Self::Status(match fault {
            BodyFault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            BodyFault::TooSlow => StatusCode::REQUEST_TIMEOUT,
            BodyFault::Broken => StatusCode::BAD_REQUEST,
        })
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let charset_fits = parameters.split(';').map(str::trim).all(|parameter| {
        parameter.split_once('=').is_none_or(|(name, value)| {
            !name.eq_ignore_ascii_case("charset") || value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
    });
    essence.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && charset_fits
        && !headers.contains_key(header::CONTENT_ENCODING)
}

/// Undoes percent-encoding; `+` is a space, and a `%` with no two hexadecimal digits after it stays.
fn decode(encoded: &[u8]) -> Result<String, Malformed> {
    let hex = |at: usize| encoded.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut at = 0;
    while at < encoded.len() {
        let byte = match (encoded[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                at += 2;
                u8::try_from(high * 16 + low).map_err(|_| Malformed)?
            }
            (b'+', ..) => b' ',
            (byte, ..) => byte,
        };
        bytes.push(byte);
        at += 1;
    }
    String::from_utf8(bytes).map_err(|_| Malformed)
}

/// Ours have at most five; other fields are ignored, but not without end.
const FIELDS_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(encoded: &str, name: &str) -> Option<String> {
        Form::parse(encoded.as_bytes()).unwrap().value(name).map(str::to_owned)
    }

    #[test]
    fn fields_are_decoded() {
        assert_eq!(value("email=ada%40example.com&x=", "email").as_deref(), Some("ada@example.com"));
        assert_eq!(value("password=a+b%2B%26%3D%c3%BC", "password").as_deref(), Some("a b+&=ü"));
        assert_eq!(value("&&a=b=c&&", "a").as_deref(), Some("b=c"));
        assert_eq!(value("a", "a").as_deref(), Some(""));
        assert_eq!(value("a=100%&b=%zz%4", "b").as_deref(), Some("%zz%4"));
        assert_eq!(value("a=100%&b=%zz%4", "c"), None);
    }

    #[test]
    fn a_name_twice_is_refused() {
        for twice in ["token=a&token=a", "token=a&token=b", "token=a&tok%65n=b", "a&a"] {
            assert!(Form::parse(twice.as_bytes()).is_err(), "{twice}");
        }
    }

    #[test]
    fn invalid_utf8_and_too_many_fields_are_refused() {
        assert!(Form::parse(b"a=%ff").is_err());
        assert!(Form::parse(b"a=\xff").is_err());
        let many: Vec<_> = (0..=FIELDS_MAX).map(|n| n.to_string()).collect();
        assert!(Form::parse(many.join("&").as_bytes()).is_err());
    }

    fn content_type(value: &str) -> bool {
        is_form(&HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]))
    }

    #[test]
    fn only_a_form_in_utf8_counts_as_a_form() {
        assert!(content_type("application/x-www-form-urlencoded"));
        assert!(content_type("Application/X-WWW-Form-urlencoded; charset=UTF-8"));
        for other in ["application/json", "text/plain", "", "application/x-www-form-urlencoded; charset=utf-16"] {
            assert!(!content_type(other), "{other}");
        }
        assert!(!is_form(&HeaderMap::new()));
    }

    #[test]
    fn the_network_is_refused_first_then_the_site_then_the_type() {
        let own = HeaderMap::from_iter([(header::ORIGIN, "https://a.example".parse().unwrap())]);
        let pause = Duration::from_secs(7);
        let refusal = |limited, headers: &HeaderMap| admit(limited, headers, "https://a.example").unwrap_err();
        assert_eq!(refusal(Some(pause), &HeaderMap::new()), Refusal::Limited(pause));
        assert_eq!(refusal(None, &HeaderMap::new()), Refusal::Status(StatusCode::FORBIDDEN));
        assert_eq!(refusal(None, &own), Refusal::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Form::parse(&bytes);
        }

        #[test]
        fn every_text_survives_encoding(text in "\\PC{0,60}") {
            let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(value(&format!("v={encoded}"), "v"), Some(text));
        }
    }
}
