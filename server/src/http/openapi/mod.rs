//! The OpenAPI 3.1 document, made from the running configuration.

use super::problem::{self, JSON, json};
use super::route::get_only;
use crate::app::App;
use crate::config::Config;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};
use std::sync::Arc;

/// Where the document is.
pub const PATH: &str = "/openapi.json";

/// The document's path.
pub fn router() -> Router<Arc<App>> {
    let serve = |State(app): State<Arc<App>>| async move { json(StatusCode::OK, JSON, &document(&app.config)) };
    Router::new().route(PATH, get_only(serve, |_| problem::unknown_method().into_response()))
}

/// The document, as this configuration has the server behave.
#[must_use]
pub fn document(config: &Config) -> Value {
    json!({ "openapi": "3.1.1", "info": { "title": "Regain", "version": env!("CARGO_PKG_VERSION") }, "servers": [{ "url": config.public_url.origin }], "paths": {} })
}
