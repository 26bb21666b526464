//! What watches over the server asks this.

use super::Desk;
use crate::http::problem::{JSON, json};
use crate::ledger::LedgerFault;
use crate::metrics as series;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// The process answers; no more is asked.
pub(super) async fn healthz() -> Response {
    json(StatusCode::OK, JSON, &Health { status: "ok" })
}

/// Whether a request would be accepted: the server was not told to stop, and the ledger can be written. The user store is
/// not asked, because a request is accepted without it.
pub(super) async fn readyz(State(desk): State<Arc<Desk>>) -> Response {
    let app = &desk.app;
    let unready = |status| json(StatusCode::SERVICE_UNAVAILABLE, JSON, &Health { status });
    if app.is_leaving() {
        return unready("the server is about to stop");
    }
    match app.ledger.is_ready(app.clock.now()).await {
        Ok(()) => json(StatusCode::OK, JSON, &Health { status: "ready" }),
        Err(LedgerFault::ClockOff(_)) => unready("this node's clock is off the ledger's"),
        Err(_) => unready("the ledger cannot be written"),
    }
}

/// For Prometheus.
pub(super) async fn metrics(State(desk): State<Arc<Desk>>) -> Response {
    ([(header::CONTENT_TYPE, series::CONTENT_TYPE)], series::page(&desk.app)).into_response()
}
