//! What the document is made of.

use crate::http::dialect::Refusal;
use axum::response::Response;
use futures_util::FutureExt;
use http_body_util::BodyExt;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A schema of `components`.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An object with these properties, all required.
pub(super) fn object(properties: &[(&str, Value)]) -> Value {
    let required: Vec<_> = properties.iter().map(|(name, _)| *name).collect();
    json!({ "type": "object", "properties": map(properties), "required": required })
}

/// A plain string.
pub(super) fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

/// A string that is never sent back.
pub(super) fn secret(description: &str) -> Value {
    json!({ "type": "string", "format": "password", "description": description })
}

/// Named values as one JSON object.
pub(super) fn map(entries: &[(&str, Value)]) -> Map<String, Value> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

/// What a body or an answer may look like, by name.
pub(super) type Examples<'a> = &'a [(&'a str, Value)];

/// A required body.
pub(super) fn body(media_type: &str, schema: &str, examples: Examples<'_>) -> Value {
    json!({ "required": true, "content": content(media_type, &reference(schema), examples) })
}

/// An answer with a body in JSON.
pub(super) fn described(description: &str, schema: &str, examples: Examples<'_>) -> Value {
    json!({
        "description": description,
        "headers": header_refs(&[]),
        "content": content(JSON, &reference(schema), examples),
    })
}

/// `application/json`, as a key.
pub(super) const JSON: &str = "application/json";

fn content(media_type: &str, schema: &Value, examples: Examples<'_>) -> Value {
    let examples: Map<_, _> =
        examples.iter().map(|(name, value)| ((*name).to_owned(), json!({ "value": value }))).collect();
    let mut content = json!({ media_type: { "schema": schema } });
    if !examples.is_empty() {
        content[media_type]["examples"] = examples.into();
    }
    content
}

/// How a dialect says no. The examples in the document are what it would answer.
#[derive(Clone, Copy)]
pub(super) struct Voice {
    /// The schema of its errors.
    pub(super) schema: &'static str,
    /// Its answer to what it refuses.
    pub(super) refuse: fn(Refusal) -> Response,
    /// Its answer to a method that the path has not.
    pub(super) refuse_method: fn() -> Response,
}

impl Voice {
    /// One status, with its headers besides those of every answer, and what may be refused with it.
    pub(super) fn refusal(&self, description: &str, headers: &[&str], refusals: Vec<Refusal>) -> Value {
        self.answer(description, headers, refusals.into_iter().map(self.refuse))
    }

    /// What every endpoint with a JSON body may answer besides what is its own.
    pub(super) fn usual(&self) -> Map<String, Value> {
        const MEDIA: &str = "The body is not announced as application/json in UTF-8, or is compressed";
        const LIMITED: &str = "Too many requests from the client's network";
        const OVERLOADED: &str = "Overloaded, or something that the answer needs is out of reach";
        let later = ["Retry-After"];
        map(&[
            ("405", self.unknown_method()),
            ("408", self.refusal("The body did not arrive in time", &[], vec![Refusal::TooSlow])),
            ("413", self.refusal("The body is too large", &[], vec![Refusal::TooLarge])),
            ("415", self.refusal(MEDIA, &[], vec![Refusal::MediaType("text/plain".to_owned())])),
            ("429", self.refusal(LIMITED, &later, vec![Refusal::NetworkLimited(Duration::ZERO)])),
            ("503", self.refusal(OVERLOADED, &later, vec![Refusal::Unavailable])),
        ])
    }

    /// What every endpoint may answer to another method.
    pub(super) fn unknown_method(&self) -> Value {
        self.answer("Another method", &["Allow"], [(self.refuse_method)()].into_iter())
    }

    fn answer(&self, description: &str, headers: &[&str], answers: impl Iterator<Item = Response>) -> Value {
        let examples: Vec<_> = answers.map(body_of).collect();
        let examples: Vec<_> = examples.iter().map(|value| (word_of(value), value.clone())).collect();
        let mut answer = described(description, self.schema, &examples);
        answer["headers"] = header_refs(headers).into();
        answer
    }
}

/// The body of an answer that is complete.
fn body_of(answer: Response) -> Value {
    let octets = answer.into_body().collect().now_or_never().and_then(Result::ok);
    octets.and_then(|octets| serde_json::from_slice(&octets.to_bytes()).ok()).unwrap_or_default()
}

/// The stable word of an error, in either dialect.
fn word_of(error: &Value) -> &str {
    error["error"]["code"].as_str().or_else(|| error["name"].as_str()).unwrap_or("error")
}

/// `components.headers`.
pub(super) fn headers() -> Map<String, Value> {
    let header = |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    let count = || json!({ "type": "integer", "minimum": 0 });
    map(&[
        (
            "X-Request-Id",
            header("Names the request in the operator's log.", json!({ "type": "string", "format": "uuid" })),
        ),
        ("Allow", header("The methods that the path knows.", json!({ "type": "string" }))),
        ("Location", header("Where to go on.", json!({ "type": "string", "format": "uri-reference" }))),
        ("Retry-After", header("Seconds to wait.", count())),
        ("WWW-Authenticate", header("How to authenticate.", json!({ "type": "string" }))),
        ("RateLimit-Policy", header("Calls and window, as in `10;w=60`.", json!({ "type": "string" }))),
        ("RateLimit-Limit", header("Calls that the client's network may make in a minute.", count())),
        ("RateLimit-Remaining", header("Calls that are left.", count())),
        ("RateLimit-Reset", header("Seconds until all calls are back.", count())),
    ])
}

/// References to headers: those of every answer, and `more`.
pub(super) fn header_refs(more: &[&str]) -> Map<String, Value> {
    let names = ["X-Request-Id"].iter().chain(more);
    names.map(|name| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))).collect()
}

/// The headers of a counted call, added to every answer of `operation`.
pub(super) fn counted(mut operation: Value) -> Value {
    const FIELDS: [&str; 4] = ["RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"];
    if let Some(responses) = operation["responses"].as_object_mut() {
        for headers in responses.values_mut().filter_map(|response| response["headers"].as_object_mut()) {
            headers.extend(header_refs(&FIELDS));
        }
    }
    operation
}

/// What stands in examples. Each could be real, and none is.
pub(super) const ADDRESS: &str = "ada@example.com";
pub(super) const TOKEN: &str = "this-is-the-token-from-the-mail-in-the-link";
pub(super) const CODE: &str = "7K3M-9QRT";
pub(super) const PASSWORD: &str = "Plenty-of-Rain-in-7-Towns";
