//! The operator's port, never the public one: is the process alive, is it ready, how is it doing ([`vitals`]); what became
//! of a request ([`api`]), for people too ([`page`]).
//!
//! Who may is decided before anything is looked at ([`guard`]).

mod api;
mod guard;
mod page;
mod vitals;

use super::following::Renew;
use super::headers::Passage;
use super::problem;
use super::route::{get_only, post_only};
use super::{Port, without_trailing_slash};
use crate::app::App;
use crate::ledger::Tally;
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use regain_core::time::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Mutex;

pub(super) const HEALTHZ: &str = "/healthz";
pub(super) const READYZ: &str = "/readyz";
pub(super) const METRICS: &str = "/metrics";
pub(super) const PAGE: &str = "/";
pub(super) const REQUESTS: &str = "/api/requests";
pub(super) const REQUEST: &str = "/api/requests/{id}";
pub(super) const RESEND: &str = "/api/requests/{id}/resend";
pub(super) const QUEUE: &str = "/api/queue";

/// The operator's port.
pub struct AdminPort {
    app: Arc<App>,
    endpoints: Router,
}

/// What its endpoints work with.
struct Desk {
    app: Arc<App>,
    page: page::AdminPage,
    tallied: Mutex<Option<(Timestamp, Tally)>>,
}

impl AdminPort {
    /// With all there is.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let unknown_method = |_| problem::unknown_method().into_response();
        let desk = Desk { app: Arc::clone(&app), page: page::AdminPage::new(), tallied: Mutex::default() };
        let endpoints = Router::new()
            .route(HEALTHZ, get_only(vitals::healthz, unknown_method))
            .route(READYZ, get_only(vitals::readyz, unknown_method))
            .route(METRICS, get_only(vitals::metrics, unknown_method))
            .route(PAGE, get_only(page::show, unknown_method))
            .route(REQUESTS, get_only(api::list, unknown_method))
            .route(REQUEST, get_only(api::tell, unknown_method))
            .route(RESEND, post_only(api::resend, unknown_method))
            .route(QUEUE, get_only(api::queue, unknown_method))
            .fallback(problem::unknown_path)
            .with_state(Arc::new(desk));
        Self { app, endpoints }
    }
}

#[async_trait]
impl Port for AdminPort {
    async fn answer(&self, peer: IpAddr, mut request: Request) -> Response {
        without_trailing_slash(&mut request);
        let passage = Passage::begin(&self.app, &mut request);
        let (call, body) = request.into_parts();
        let response = match guard::admit(&self.app, peer, &call).await {
            Ok(()) => super::ask(&self.endpoints, Request::from_parts(call, body)).await,
            Err(refusal) => {
                super::body::discard(&call.headers, body).await;
                refusal
            }
        };
        passage.end(&self.app, response)
    }
}

impl Renew for AdminPort {
    fn app(&self) -> &Arc<App> {
        &self.app
    }

    fn renewed(&self, app: Arc<App>) -> Self {
        Self::new(app)
    }
}

/// Which of this port's templates a path is of, if it holds a name.
pub(super) fn template_of(path: &str) -> Option<&'static str> {
    let name = path.strip_prefix(REQUESTS)?.strip_prefix('/')?;
    match name.split_once('/') {
        None => Some(REQUEST),
        Some((_, "resend")) => Some(RESEND),
        Some(_) => None,
    }
}
