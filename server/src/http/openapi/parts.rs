//! What the document is made of.

use serde_json::{Map, Value, json};

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

/// A required body.
pub(super) fn body(media_type: &str, schema: &Value) -> Value {
    json!({ "required": true, "content": { media_type: { "schema": schema } } })
}

/// An answer with a body.
pub(super) fn described(description: &str, media_type: &str, schema: &Value) -> Value {
    json!({ "description": description, "headers": header_refs(&[]), "content": { media_type: { "schema": schema } } })
}

/// An error in JSON, with these headers besides those of every answer.
pub(super) fn refusal(description: &str, schema: &Value, headers: &[&str]) -> Value {
    json!({
        "description": description,
        "headers": header_refs(headers),
        "content": { "application/json": { "schema": schema } },
    })
}

/// What every endpoint with a JSON body may answer besides what is its own.
pub(super) fn common_refusals(schema: &Value) -> Map<String, Value> {
    map(&[
        ("405", refusal("Another method", schema, &["Allow"])),
        ("408", refusal("The body did not arrive in time", schema, &[])),
        ("413", refusal("The body is too large", schema, &[])),
        ("415", refusal("The body is not announced as application/json in UTF-8, or is compressed", schema, &[])),
        ("429", refusal("Too many requests from the client's network", schema, &["Retry-After"])),
        ("503", refusal("Overloaded, or something that the answer needs is out of reach", schema, &["Retry-After"])),
    ])
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
