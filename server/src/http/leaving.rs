//! What new calls hear from a server that was told to stop: 503, in the words of whoever asks, and a closed connection,
//! so that they ask the next server.

use super::body;
use super::dialect::{chaser, unleash};
use super::pages;
use crate::app::App;
use crate::metrics::Cause;
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use regain_core::request::Id;

/// Refuses a call, whatever it asks for.
pub(super) async fn refuse(app: &App, id: Id, request: Request) -> Response {
    app.metrics.refused.of(Cause::Leaving).count();
    let (call, body) = request.into_parts();
    body::discard(&call.headers, body).await;
    let path = call.uri.path();
    let mut response = if unleash::has(path) {
        unleash::unavailable(id)
    } else if pages::has(path) {
        pages::unavailable(app, &super::call::locales(&call.headers))
    } else {
        chaser::unavailable()
    };
    // HTTP/2 has no such field; its connections are told in their own way (GOAWAY).
    if call.version < Version::HTTP_2 {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
