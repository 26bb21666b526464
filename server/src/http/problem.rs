//! The one shape of an error outside the Unleash dialect: `{"error":{"code":"…","message":"…"}}`.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::time::Duration;

/// An error in words; the same words for everybody.
#[derive(Debug)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// A stable word for programs.
    pub code: &'static str,
    /// One English sentence for people: what to do next.
    pub message: String,
}

#[derive(Serialize)]
struct Envelope<'a> {
    error: Inner<'a>,
}

#[derive(Serialize)]
struct Inner<'a> {
    code: &'a str,
    message: &'a str,
}

impl Problem {
    /// Puts one into words.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json(self.status, JSON, &Envelope { error: Inner { code: self.code, message: &self.message } })
    }
}

/// No such path, or one that is switched off.
pub async fn unknown_path() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this path.")
}

/// A path that knows other methods only.
#[must_use]
pub fn unknown_method() -> Problem {
    let message = "This path does not know that method; the Allow header lists those it knows.";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

/// `application/json`; RFC 8259 defines no charset parameter.
pub const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer in JSON.
pub fn json(status: StatusCode, content_type: HeaderValue, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => (status, [(header::CONTENT_TYPE, content_type)], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Says when to come back, in whole seconds.
pub fn retry_after(headers: &mut HeaderMap, span: Duration) {
    put(headers, header::RETRY_AFTER, &super::network_limit::whole_seconds(span).to_string());
}

/// Sets a header from text that we wrote ourselves.
pub fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// When to ask again after a 503: overload passes quickly.
pub const UNAVAILABLE_PAUSE: Duration = Duration::from_secs(5);
