//! A call as an endpoint sees it: what the layers found out, and a body yet unread.

use super::api_token::Caller;
use super::headers::RequestId;
use super::network_limit::Admission;
use crate::app::App;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use regain_core::device::Device;
use regain_core::locale::Locale;
use regain_core::request::Id;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// One call.
pub struct Call {
    /// The application.
    pub app: Arc<App>,
    /// The request's name.
    pub id: Id,
    /// From where.
    pub client: IpAddr,
    /// By whom.
    pub caller: Caller,
    /// Set if the client's network has used up its calls.
    pub limited: Option<Duration>,
    /// The target.
    pub uri: Uri,
    /// The header.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
}

impl Call {
    /// The languages that the client prefers, best first.
    #[must_use]
    pub fn locales(&self) -> Vec<Locale> {
        locales(&self.headers)
    }

    /// What the client is, as far as it says so. A trusted caller's own browser, if it has one, is nobody's who asks.
    #[must_use]
    pub fn device(&self) -> Option<Device> {
        let user_agent = self.headers.get(header::USER_AGENT).filter(|_| self.caller != Caller::Trusted)?;
        Device::of_user_agent(user_agent.as_bytes())
    }
}

/// The languages that a client prefers, best first.
pub(super) fn locales(headers: &HeaderMap) -> Vec<Locale> {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    value.map(Locale::preferred).unwrap_or_default()
}

impl FromRequest<Arc<App>> for Call {
    type Rejection = StatusCode;

    /// Fails only if the layers are not in place, which is a mistake of ours.
    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, StatusCode> {
        let (parts, body) = request.into_parts();
        let admission = parts.extensions.get::<Admission>().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let RequestId(id) = parts.extensions.get().ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        Ok(Self {
            app: Arc::clone(app),
            id: *id,
            client: admission.client.0,
            caller: admission.caller,
            limited: admission.limited,
            uri: parts.uri,
            headers: parts.headers,
            body,
        })
    }
}
