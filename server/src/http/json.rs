//! JSON as strict as RFC 8259 allows: UTF-8 without a byte order mark, no key twice, no lone surrogates, bounded depth.
//!
//! Two parsers that differ over a duplicate key or a broken string have let one address be checked and another be
//! mailed; so whatever could be read in two ways is refused.

use crate::weakness::{self, Weakness};
use axum::http::{HeaderMap, header};
use secrecy::SecretString;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;

/// An object's members, in the order in which they were written.
#[derive(Debug, Default)]
pub struct Object(Vec<(String, Value)>);

/// A member's value, as far as any endpoint wants to know it.
#[derive(Debug)]
pub enum Value {
    /// A string; any of them may be a password.
    Text(SecretString),
    /// Anything else.
    Other,
}

/// Why a body is no object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonFault {
    /// Not JSON, not UTF-8, or nested too deeply.
    Malformed,
    /// A key stands twice in one object.
    DuplicateKey,
    /// Some other JSON value.
    NotAnObject,
}

impl Object {
    /// Parses a whole body. An absent body counts as an object without members.
    ///
    /// # Errors
    /// [`JsonFault`].
    pub fn parse(body: &[u8]) -> Result<Self, JsonFault> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let outcome = Strict::deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
        match outcome {
            Ok(Strict::Object(object)) => Ok(object),
            Ok(Strict::Text(_) | Strict::Other) => Err(JsonFault::NotAnObject),
            Err(error) if error.is_data() => Err(JsonFault::DuplicateKey),
            Err(_) => Err(JsonFault::Malformed),
        }
    }

    /// The member called `key`.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// Whether the body is announced as JSON in UTF-8; else what was sent instead.
///
/// # Errors
/// The `Content-Type` as sent; empty if there is none.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), String> {
    let mut lines = headers.get_all(header::CONTENT_TYPE).iter();
    let Some(line) = lines.next() else { return Err(String::new()) };
    let text = String::from_utf8_lossy(line.as_bytes());
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let is_json = essence.trim().eq_ignore_ascii_case("application/json");
    if is_json && parameters.split(';').all(is_harmless) && lines.next().is_none() {
        Ok(())
    } else {
        Err(text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(CONTENT_TYPE_SHOWN_CHARS).collect())
    }
}

/// Long enough for any media type, short enough for an error message.
const CONTENT_TYPE_SHOWN_CHARS: usize = 100;

/// Any parameter but a `charset` other than UTF-8.
fn is_harmless(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    }
}

/// Whether the body is compressed: such bodies are refused, because a small one can unpack to a huge one.
#[must_use]
pub fn is_encoded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// Any JSON value; members of nested objects are checked and dropped.
enum Strict {
    Object(Object),
    Text(SecretString),
    Other,
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut seen = HashSet::new();
        let mut object = Object::default();
        while let Some(key) = members.next_key::<String>()? {
            if !seen.insert(key.clone()) && !weakness::is(Weakness::DuplicateKeys) {
                return Err(A::Error::custom("duplicate key"));
            }
            let value = match members.next_value()? {
                Strict::Text(text) => Value::Text(text),
                Strict::Object(_) | Strict::Other => Value::Other,
            };
            object.0.push((key, value));
        }
        Ok(Strict::Object(object))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Strict, A::Error> {
        if weakness::is(Weakness::ArrayOfAddresses) {
            return elements.next_element().map(|first| first.unwrap_or(Strict::Other));
        }
        while elements.next_element::<Strict>()?.is_some() {}
        Ok(Strict::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Strict, E> {
        Ok(Strict::Text(text.into()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(Strict::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
        Ok(Strict::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
        Ok(Strict::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
        Ok(Strict::Other)
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
        match object.value(key)? {
            Value::Text(text) => Some(text.expose_secret()),
            Value::Other => None,
        }
    }

    #[test]
    fn members_keep_their_type() {
        let object = Object::parse(br#" {"a":"\u00e4","b":null,"c":[{"a":1}],"d":{"a":"x"},"e":-1.5e3} "#).unwrap();
        assert_eq!(text(&object, "a"), Some("ä"));
        assert_eq!(object.keys().collect::<Vec<_>>(), ["a", "b", "c", "d", "e"]);
        assert!(["b", "c", "d", "e"].iter().all(|key| matches!(object.value(key), Some(Value::Other))));
        assert!(object.value("f").is_none());
    }

    #[test]
    fn no_body_is_an_empty_object() {
        assert_eq!(Object::parse(b"").unwrap().keys().count(), 0);
    }

    #[test]
    fn keys_are_compared_as_they_are_meant_not_as_they_are_spelt() {
        for body in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":[{"a":1,"a":2}]}"#] {
            assert_eq!(Object::parse(body.as_bytes()).unwrap_err(), JsonFault::DuplicateKey, "{body}");
        }
        assert!(Object::parse(br#"{"a":{"a":1},"A":2}"#).is_ok());
    }

    #[test]
    fn other_values_are_no_objects() {
        for body in ["[]", "null", "\"{}\"", "1", "true", "[{}]"] {
            assert_eq!(Object::parse(body.as_bytes()).unwrap_err(), JsonFault::NotAnObject, "{body}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_malformed() {
        let deep = "[".repeat(1_000_000);
        let nested = format!("{{\"a\":{}", "{\"a\":".repeat(200_000));
        for body in [
            &b"{"[..],
            b" ",
            b"{}x",
            b"{} {}",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"{\"a\":01}",
            b"{\"a\":NaN}",
            b"\xEF\xBB\xBF{}",
            b"\xFF\xFE{\0}\0",
            b"{\"a\":\"\xFF\"}",
            b"{\"a\":\"\xED\xA0\x80\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":"\udc00\ud800"}"#,
            br#"{"x":["\ud800x"]}"#,
            b"{\"a\":\"\n\"}",
            deep.as_bytes(),
            nested.as_bytes(),
        ] {
            let start = String::from_utf8_lossy(&body[..body.len().min(20)]);
            assert_eq!(Object::parse(body).unwrap_err(), JsonFault::Malformed, "{start}");
        }
    }

    #[test]
    fn content_types() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, value.parse().unwrap());
            check_content_type(&headers)
        };
        for good in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json; profile=x; charset=utf-8",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "text/plain",
            "application/jsonp",
            "application/json; charset=utf-16",
            "application/json; charset=utf-8; charset=latin1",
            "application/x-www-form-urlencoded",
            "application/json, text/plain",
        ] {
            assert_eq!(check(bad), Err(bad.to_owned()), "{bad}");
        }
        assert_eq!(check_content_type(&HeaderMap::new()), Err(String::new()));
    }

    #[test]
    fn two_content_types_are_none() {
        let mut headers = HeaderMap::new();
        headers.append(header::CONTENT_TYPE, "application/json".parse().unwrap());
        headers.append(header::CONTENT_TYPE, "text/plain".parse().unwrap());
        assert!(check_content_type(&headers).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_sent_nothing_panics(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Object::parse(&body);
        }

        #[test]
        fn what_we_accept_a_lenient_parser_reads_alike(body in r#"\{("[ab]":("x"|1|null|\[\]|\{"a":"y"\}),?){0,4}\}"#) {
            if let Ok(object) = Object::parse(body.as_bytes()) {
                let lenient: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&body).unwrap();
                prop_assert_eq!(object.keys().count(), lenient.len());
                for key in object.keys() {
                    prop_assert_eq!(text(&object, key), lenient[key].as_str());
                }
            }
        }

        #[test]
        fn every_string_survives(given in any::<String>()) {
            let body = serde_json::json!({ "a": &given }).to_string();
            let object = Object::parse(body.as_bytes()).unwrap();
            prop_assert_eq!(text(&object, "a"), Some(given.as_str()));
        }
    }
}
