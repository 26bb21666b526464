//! A port of the [`App`] in force.

use super::Port;
use crate::app::App;
use crate::live::Live;
use async_trait::async_trait;
use axum::extract::Request;
use axum::response::Response;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

/// A port that can be made anew around another [`App`].
pub(super) trait Renew: Port {
    /// What it was made around.
    fn app(&self) -> &Arc<App>;

    /// The same around `app`; it keeps what it knows of its callers.
    fn renewed(&self, app: Arc<App>) -> Self;
}

/// Answers each call with the configuration that is in force when it comes, also on connections that are kept.
pub(super) struct Following<P> {
    live: Arc<Live>,
    port: RwLock<Arc<P>>,
}

impl<P: Renew> Following<P> {
    /// A port that was made around the [`App`] of the start.
    pub(super) fn new(live: Arc<Live>, port: P) -> Self {
        Self { live, port: RwLock::new(Arc::new(port)) }
    }

    /// The first call after a change makes the port anew.
    fn port(&self) -> Arc<P> {
        let port = Arc::clone(&self.port.read().unwrap_or_else(PoisonError::into_inner));
        if Arc::ptr_eq(port.app(), &self.live.app()) {
            return port;
        }
        let mut port = self.port.write().unwrap_or_else(PoisonError::into_inner);
        let app = self.live.app();
        if !Arc::ptr_eq(port.app(), &app) {
            *port = Arc::new(port.renewed(app));
        }
        Arc::clone(&port)
    }
}

#[async_trait]
impl<P: Renew> Port for Following<P> {
    async fn answer(&self, peer: IpAddr, request: Request) -> Response {
        self.port().answer(peer, request).await
    }

    async fn watch(&self) {
        self.port().watch().await;
    }
}
