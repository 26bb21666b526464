//! What the document says about itself.

use super::PATH;
use super::parts::{Voice, header_refs, map};
use crate::http::dialect::chaser;
use crate::http::{docs, problem};
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};

const VOICE: Voice = Voice {
    schema: "Problem",
    refuse: chaser::put_into_words,
    refuse_method: || problem::unknown_method().into_response(),
};

pub(super) fn paths() -> Map<String, Value> {
    let document = ("openapi-document", "This document", "application/json", json!({ "type": "object" }));
    let page = ("docs", "This document as a page", "text/html; charset=utf-8", json!({ "type": "string" }));
    map(&[(PATH, json!({ "get": show(document) })), (docs::PATH, json!({ "get": show(page) }))])
}

fn show((id, summary, media_type, schema): (&str, &str, &str, Value)) -> Value {
    let mut responses = VOICE.usual();
    responses.retain(|status, _| ["405", "503"].contains(&status.as_str()));
    let shown = json!({
        "description": summary,
        "headers": header_refs(&[]),
        "content": { media_type: { "schema": schema } },
    });
    responses.insert("200".to_owned(), shown);
    json!({ "operationId": id, "summary": summary, "tags": ["meta"], "responses": responses })
}
