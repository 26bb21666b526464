//! What a provider answered, as far as it is worth reading.

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde_json::Value;

/// An answer. Nothing in it is trusted: it may be anybody's, of any size, and repeat what it was sent.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Nothing else; an empty body is null.
    json: Option<Value>,
}

impl Answer {
    /// Reads at most [`BODY_BYTES_MAX`]; what breaks off or is longer is not taken for JSON.
    pub(super) async fn read(mut response: Response) -> Self {
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        let complete = loop {
            match response.chunk().await {
                Ok(None) => break true,
                Ok(Some(chunk)) if body.len() + chunk.len() <= BODY_BYTES_MAX => body.extend_from_slice(&chunk),
                Ok(Some(_)) | Err(_) => break false,
            }
        };
        Self::new(status, headers, body, complete)
    }

    fn new(status: StatusCode, headers: HeaderMap, body: Vec<u8>, complete: bool) -> Self {
        let json = match body.trim_ascii() {
            _ if !complete => None,
            [] => Some(Value::Null),
            body => serde_json::from_slice(body).ok().filter(Value::is_object),
        };
        Self { status, headers, body, json }
    }

    /// Whether it is of the form that providers answer in: an object in JSON, or nothing.
    pub(super) fn is_readable(&self) -> bool {
        self.json.is_some()
    }

    /// The value at `pointer` (RFC 6901); null, if there is none.
    pub(super) fn at(&self, pointer: &str) -> &Value {
        self.json.as_ref().and_then(|json| json.pointer(pointer)).unwrap_or(&Value::Null)
    }

    /// The text at `pointer`; empty, if there is none.
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// A header's text; empty, if there is none.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What it says of itself, in whichever of the places providers say it.
    pub(super) fn words(&self) -> String {
        let kind = [self.header("x-amzn-errortype"), self.text("/name")].into_iter().find(|text| !text.is_empty());
        let kind = kind.map(|kind| kind.split(':').next().unwrap_or(kind).to_owned());
        let kind =
            kind.or_else(|| self.at("/ErrorCode").as_u64().filter(|code| *code > 0).map(|code| code.to_string()));
        let said = ["/message", "/Message", "/errors/0/message"].map(|pointer| self.text(pointer));
        let said = said.into_iter().find(|text| !text.is_empty()).map(str::to_owned);
        let said = said.or_else(|| (!self.is_readable()).then(|| String::from_utf8_lossy(&self.body).into_owned()));
        match (kind, said.filter(|said| !said.trim().is_empty())) {
            (Some(kind), Some(said)) => format!("{kind}: {said}"),
            (None, Some(words)) | (Some(words), None) => words,
            (None, None) => self.status.canonical_reason().unwrap_or_default().to_owned(),
        }
    }
}

/// A provider's name for a mail, if it is one that can be kept and found again: its events spell it without the angle
/// brackets.
pub(super) fn id(text: &str) -> Option<String> {
    let bare = text.trim_start_matches('<').trim_end_matches('>');
    let is_id = !bare.is_empty() && bare.len() <= ID_OCTETS_MAX && bare.bytes().all(|byte| byte.is_ascii_graphic());
    is_id.then(|| bare.to_owned())
}

/// A hundred times what any of them says.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Mailgun's are message ids, with a domain in them.
const ID_OCTETS_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer::new(StatusCode::from_u16(status).unwrap(), HeaderMap::new(), body.into(), true)
    }

    #[test]
    fn each_providers_words_are_found() {
        for (body, words) in [
            (r#"{"message":"Email address is not verified."}"#, "Email address is not verified."),
            (r#"{"ErrorCode":406,"Message":"inactive"}"#, "406: inactive"),
            (r#"{"ErrorCode":0,"Message":"OK"}"#, "OK"),
            (r#"{"errors":[{"message":"no valid address","field":"to"}]}"#, "no valid address"),
            (r#"{"statusCode":422,"name":"validation_error","message":"no"}"#, "validation_error: no"),
            (r#"{"id":"1"}"#, "Bad Request"),
            ("", "Bad Request"),
            ("<html>proxy</html>", "<html>proxy</html>"),
        ] {
            assert_eq!(answer(400, body).words(), words, "{body}");
        }
    }

    #[test]
    fn only_an_object_or_nothing_is_a_providers_answer() {
        for (body, readable) in
            [("", true), ("\r\n", true), ("{}", true), ("[]", false), ("ok", false), ("\"\"", false)]
        {
            assert_eq!(answer(200, body).is_readable(), readable, "{body:?}");
        }
    }

    #[test]
    fn an_id_is_one_visible_word() {
        assert_eq!(
            id("<20111114174239.25659.5817@example.com>").as_deref(),
            Some("20111114174239.25659.5817@example.com")
        );
        for no_id in ["", "<>", "a b", "a\r\nb", "é", &"a".repeat(256)] {
            assert_eq!(id(no_id), None, "{no_id:?}");
        }
    }
}
