//! What every answer carries, in one place; and its line in the access log.

use super::problem::put;
use super::{PATHS, UNKNOWN_PATH, admin};
use crate::app::App;
use crate::failpoint;
use crate::weakness::{self, Weakness};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::response::Response;
use regain_core::request::Id;
use std::time::Instant;

/// The request's name: in the answer's `X-Request-Id` and in the log. Never taken from the client.
#[derive(Debug, Clone, Copy)]
pub struct RequestId(pub Id);

/// A call on its way through a port.
pub(super) struct Passage {
    /// Its name.
    pub(super) id: Id,
    started: Instant,
    method: Method,
    path: &'static str,
}

impl Passage {
    /// Names the call.
    pub(super) fn begin(app: &App, request: &mut Request) -> Self {
        let id = Id::new(app.clock.now(), &*app.entropy);
        request.extensions_mut().insert(RequestId(id));
        if weakness::is(Weakness::QueryLogged) {
            tracing::debug!(%id, uri = %request.uri(), "asked");
        }
        let asked = request.uri().path();
        let path = PATHS.into_iter().find(|path| *path == asked).or_else(|| admin::template_of(asked));
        let path = path.unwrap_or(UNKNOWN_PATH);
        Self { id, started: Instant::now(), method: request.method().clone(), path }
    }

    /// Sets the headers of the answer, counts it, and writes one line to the log (`REGAIN_LOG=debug`): never the query, a
    /// header or the path as sent, for each may hold a token.
    pub(super) fn end(self, app: &App, mut response: Response) -> Response {
        let Self { id, started, method, path } = self;
        dress(response.headers_mut(), id, app.config.public_url.https);
        let span = started.elapsed();
        app.metrics.answers.of(path).count(response.status(), span);
        tracing::debug!(
            %id,
            method = %method.as_str().escape_debug(),
            path,
            status = response.status().as_u16(),
            duration_ms = span.as_millis(),
            "answered"
        );
        failpoint::reached("answered");
        response
    }
}

fn dress(headers: &mut HeaderMap, id: Id, https: bool) {
    // A file that is the same for everybody may be kept.
    for (name, value) in ON_EVERY_ANSWER {
        headers.entry(name).or_insert(value);
    }
    if weakness::is(Weakness::AnswersMayBeStored) {
        headers.remove(header::CACHE_CONTROL);
    }
    if weakness::is(Weakness::AnyOriginMayRead) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    // A page brings its own.
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(NOTHING_LOADS);
    if weakness::is(Weakness::NoContentPolicy) {
        headers.remove(header::CONTENT_SECURITY_POLICY);
    }
    if https && !weakness::is(Weakness::NoStrictTransport) {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    put(headers, HeaderName::from_static("x-request-id"), &id.to_string());
}

/// With `no-referrer` browsers send `Origin: null` on our own forms; no clean URL of ours holds a token.
const ON_EVERY_ANSWER: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];
const NOTHING_LOADS: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
/// ASVS 3.4.1 asks for at least one.
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");
