//! The admin port: is the process alive, is it ready, how is it doing; never on the public port.

use super::api_token::{Caller, caller};
use super::headers::Passage;
use super::problem::{self, JSON, Problem, UNAVAILABLE_PAUSE, json};
use super::route::get_only;
use super::{Port, without_trailing_slash};
use crate::app::App;
use crate::ledger::LedgerFault;
use crate::metrics;
use async_trait::async_trait;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::net::IpAddr;
use std::sync::Arc;

pub(super) const HEALTHZ: &str = "/healthz";
pub(super) const READYZ: &str = "/readyz";
pub(super) const METRICS: &str = "/metrics";

/// The operator's port.
pub struct AdminPort {
    app: Arc<App>,
    endpoints: Router,
}

impl AdminPort {
    /// With all there is.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let unknown_method = |_| problem::unknown_method().into_response();
        let endpoints = Router::new()
            .route(HEALTHZ, get_only(healthz, unknown_method))
            .route(READYZ, get_only(readyz, unknown_method))
            .route(METRICS, get_only(metrics, unknown_method))
            .fallback(problem::unknown_path)
            .with_state(Arc::clone(&app));
        Self { app, endpoints }
    }

    /// Off loopback every path but `/healthz` needs an API token.
    async fn guard(&self, peer: IpAddr, request: Request) -> Response {
        let is_open = self.app.config.admin.listen.ip().to_canonical().is_loopback() || request.uri().path() == HEALTHZ;
        if is_open {
            return super::ask(&self.endpoints, request).await;
        }
        match caller(&self.app, peer, request.headers()).await {
            Caller::Trusted => super::ask(&self.endpoints, request).await,
            Caller::Anonymous | Caller::Unknown => {
                let message = "The admin port needs an API token: send it in the Authorization header.";
                let problem = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", message);
                ([(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))], problem).into_response()
            }
            Caller::Unverifiable => {
                let message = "API tokens cannot be checked at the moment. Try again shortly.";
                let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
                let mut response = problem.into_response();
                problem::retry_after(response.headers_mut(), UNAVAILABLE_PAUSE);
                response
            }
        }
    }
}

#[async_trait]
impl Port for AdminPort {
    async fn answer(&self, peer: IpAddr, mut request: Request) -> Response {
        without_trailing_slash(&mut request);
        let passage = Passage::begin(&self.app, &mut request);
        let response = self.guard(peer, request).await;
        passage.end(&self.app, response)
    }
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// The process answers; no more is asked.
async fn healthz() -> Response {
    json(StatusCode::OK, JSON, &Health { status: "ok" })
}

/// Whether a request would be accepted: the server was not told to stop, and the ledger can be written. The user store is
/// not asked, because a request is accepted without it.
async fn readyz(State(app): State<Arc<App>>) -> Response {
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
async fn metrics(State(app): State<Arc<App>>) -> Response {
    ([(header::CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::page(&app)).into_response()
}
