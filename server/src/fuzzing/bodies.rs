//! Bodies of calls: JSON for both dialects, forms for the pages.

use crate::http::json::{Object, Value};
use crate::http::{field_in_form, refusals};
use futures_util::FutureExt;
use http_body_util::BodyExt;
use secrecy::ExposeSecret;

/// Takes a whole body.
pub fn bodies(data: &[u8]) {
    let _ = field_in_form(data, "token");
    let Ok(body) = Object::parse(data) else { return };
    if !data.is_empty() {
        reads_as_others_read_it(data, &body);
    }
    for response in refusals(&body) {
        let (parts, body) = response.into_parts();
        assert!((400..=422).contains(&parts.status.as_u16()), "{}", parts.status);
        let octets = body.collect().now_or_never().expect("an answer that is there").unwrap().to_bytes();
        assert!(octets.len() < 8192, "an answer has an end: {} octets", octets.len());
        serde_json::from_slice::<serde_json::Value>(&octets).expect("an answer in JSON");
    }
}

/// Two parsers that differ have let one address be checked and another be mailed.
fn reads_as_others_read_it(data: &[u8], body: &Object) {
    let other: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(data).expect("an object to anybody");
    assert_eq!(body.keys().count(), other.len(), "no key twice");
    for (key, value) in &other {
        match (body.value(key), value) {
            (Some(Value::Text(text)), serde_json::Value::String(other)) => assert_eq!(text.expose_secret(), other),
            (Some(Value::Other), other) => assert!(!other.is_string(), "{key:?}"),
            (ours, other) => panic!("{key:?}: {ours:?}, {other}"),
        }
    }
}
