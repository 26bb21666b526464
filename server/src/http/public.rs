//! The public port: what every call passes on its way to an endpoint, and its answer on the way back.

use super::api_token::{self, Caller};
use super::client_address::ClientAddress;
use super::following::Renew;
use super::headers::Passage;
use super::network_limit::{Admission, Level, NetworkLimit};
use super::{Port, body, dialect, docs, leaving, mail_events, openapi, pages, problem, siege, without_trailing_slash};
use crate::app::App;
use crate::weakness::{self, Weakness};
use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use std::net::IpAddr;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Everybody's port.
pub struct PublicPort {
    app: Arc<App>,
    limit: Arc<NetworkLimit>,
    /// One permit: for a call of a network that has used up its calls, and may be a provider's all the same.
    doubted: Semaphore,
    endpoints: Router,
}

impl PublicPort {
    /// With the dialects that are switched on, and empty buckets.
    #[must_use]
    pub fn new(app: Arc<App>) -> Self {
        let limit = NetworkLimit::new(app.config.limits.requests_per_network_per_minute, Arc::clone(&app.clock));
        Self::with(app, Arc::new(limit))
    }

    fn with(app: Arc<App>, limit: Arc<NetworkLimit>) -> Self {
        let mut endpoints = Router::new().merge(openapi::router()).merge(docs::router()).merge(pages::router());
        if app.config.api.chaser.enabled {
            endpoints = endpoints.merge(dialect::chaser::router());
        }
        if app.config.api.unleash.enabled {
            endpoints = endpoints.merge(dialect::unleash::router());
        }
        endpoints = endpoints.merge(mail_events::router(&app));
        if let Some(mailbox) = &app.mailbox {
            endpoints = endpoints.merge(mailbox.router().with_state(()));
        }
        Self {
            limit,
            doubted: Semaphore::new(1),
            endpoints: endpoints.fallback(problem::unknown_path).with_state(Arc::clone(&app)),
            app,
        }
    }

    /// Finds out who calls and counts the call, but refuses nothing: an unknown path, a wrong method and a wrong API
    /// token are answered before a network that has used up its calls.
    async fn admit(&self, peer: IpAddr, headers: &HeaderMap, is_counted: bool) -> (Admission, Option<Level>) {
        let client = ClientAddress::of(peer, headers, &self.app.config.server.trusted_proxies);
        let mut admission = Admission { client, caller: Caller::Anonymous, limited: None };
        if is_counted {
            admission.caller = api_token::caller(&self.app, client.0, headers).await;
            if admission.caller != Caller::Trusted {
                let level = self.limit.count(client.0);
                admission.limited = level.retry_after();
                return (admission, Some(level));
            }
        }
        (admission, None)
    }

    /// What providers of mail tell is counted afterwards, unless it was signed, and was noted. From a network that has used up its calls
    /// one at a time is read, which may be signed after all; the others are refused unread.
    async fn hear(&self, client: IpAddr, request: Request) -> Response {
        let wait = self.limit.wait(client);
        let turn = wait.and_then(|_| self.doubted.try_acquire().ok());
        if let (Some(pause), None) = (wait, &turn) {
            let (call, body) = request.into_parts();
            body::discard(&call.headers, body).await;
            return mail_events::too_often(pause);
        }
        let response = super::ask(&self.endpoints, request).await;
        let is_heard = response.status().is_success();
        let pause = (!is_heard).then(|| self.limit.count(client).retry_after()).flatten();
        pause.map_or(response, mail_events::too_often)
    }
}

#[async_trait]
impl Port for PublicPort {
    async fn answer(&self, peer: IpAddr, mut request: Request) -> Response {
        without_trailing_slash(&mut request);
        let passage = Passage::begin(&self.app, &mut request);
        if weakness::is(Weakness::HostInTheLink) {
            weakness::overhear(request.headers());
        }
        if self.app.is_leaving() {
            let response = leaving::refuse(&self.app, passage.id, request).await;
            return passage.end(&self.app, response);
        }
        let is_told = mail_events::has(&self.app, request.uri().path());
        let is_counted = is_counted(&request) && !is_told;
        let (admission, level) = self.admit(peer, request.headers(), is_counted).await;
        request.extensions_mut().insert(admission);
        let mut response = match is_told {
            true => self.hear(admission.client.0, request).await,
            false => super::ask(&self.endpoints, request).await,
        };
        response.headers_mut().reserve(HEADERS_MAX);
        if let Some(level) = level {
            self.limit.write(level, response.headers_mut());
        }
        passage.end(&self.app, response)
    }

    /// For a siege.
    async fn watch(&self) {
        siege::watch(&self.app, &self.limit).await;
    }
}

impl Renew for PublicPort {
    fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// The network's limit itself needs a restart to change.
    fn renewed(&self, app: Arc<App>) -> Self {
        Self::with(app, Arc::clone(&self.limit))
    }
}

/// What is added to an answer on its way back; made room for once.
const HEADERS_MAX: usize = 12;

/// Every POST and GET `validate`.
fn is_counted(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    *request.method() == Method::POST || (reads && request.uri().path() == dialect::unleash::VALIDATE)
}
