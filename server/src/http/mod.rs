//! HTTP: the two dialects, the pages, the admin port, and the armour around them.
//!
//! A call comes through the accept loop ([`server`]) to [`PublicPort`]: the trailing slash, its name and its line in the
//! access log ([`headers`]), the client network's bucket ([`network_limit`]); then to the endpoint, which reads it with
//! [`call::Call`].

pub mod admin;
pub mod api_token;
pub mod body;
pub mod call;
pub mod client_address;
pub mod cookie;
pub mod csrf;
pub mod dialect;
mod docs;
mod following;
pub mod headers;
pub mod json;
mod leaving;
mod mail_events;
pub mod misses;
mod network;
pub mod network_limit;
pub mod openapi;
#[cfg(test)]
mod order_of_checks;
pub mod pages;
pub mod problem;
mod public;
mod reader;
pub mod route;
pub mod server;
pub mod siege;
#[cfg(test)]
mod test_app;
pub mod tls;

pub(crate) use network::network_of;
pub use public::PublicPort;
pub use server::{Role, serve};

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use std::net::IpAddr;
use tower::ServiceExt;

/// How the endpoints of both dialects refuse a body by itself, before they look anywhere else.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn refusals(body: &json::Object) -> impl Iterator<Item = Response> {
    dialect::chaser::refusals(body).chain(dialect::unleash::refusals(body))
}

/// What a form, or a query, has under `name`.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn field_in_form(encoded: &[u8], name: &str) -> Option<String> {
    pages::form::Form::parse(encoded).ok()?.value(name).map(str::to_owned)
}

/// Every path of either port, as a template; the demo's mailbox counts with those that are unknown.
pub const PATHS: [&str; 33] = [
    dialect::chaser::REQUEST,
    dialect::chaser::VERIFY,
    dialect::chaser::CONFIRM,
    dialect::unleash::PASSWORD_EMAIL,
    dialect::unleash::VALIDATE,
    dialect::unleash::PASSWORD,
    dialect::unleash::VALIDATE_PASSWORD,
    pages::FORGOT,
    pages::SENT,
    pages::CHANGE_PASSWORD,
    pages::RESET,
    pages::OPEN,
    pages::DONE,
    pages::NOT_ME,
    pages::NOT_ME_DONE,
    pages::LOGO,
    pages::CSS,
    openapi::PATH,
    docs::PATH,
    mail_events::SES,
    mail_events::POSTMARK,
    mail_events::SENDGRID,
    mail_events::MAILGUN,
    mail_events::RESEND,
    admin::HEALTHZ,
    admin::READYZ,
    admin::METRICS,
    admin::PAGE,
    admin::REQUESTS,
    admin::REQUEST,
    admin::RESEND,
    admin::QUEUE,
    UNKNOWN_PATH,
];

/// What stands in logs and metrics for a path that we do not have: never what was sent.
pub const UNKNOWN_PATH: &str = "(unknown)";

/// What answers on a port.
#[async_trait]
pub trait Port: Send + Sync {
    /// The answer to one call from `peer`, the other end of its connection.
    async fn answer(&self, peer: IpAddr, request: Request) -> Response;

    /// Runs for as long as the port is served, and never returns.
    async fn watch(&self) {
        std::future::pending::<()>().await;
    }
}

/// The endpoint's answer.
async fn ask(endpoints: &Router, request: Request) -> Response {
    let Ok(response) = endpoints.clone().oneshot(request).await;
    response
}

/// `/a/` is served as `/a`; a bare `/` stays.
fn without_trailing_slash(request: &mut Request) {
    let uri = request.uri();
    let Some(path) = uri.path().strip_suffix('/').filter(|path| !path.is_empty()) else { return };
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    if let Ok(uri) = target.parse() {
        *request.uri_mut() = uri;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn one_trailing_slash_is_taken_off_and_the_query_stays() {
        for (given, kept) in [("/a/", "/a"), ("/a/?x=/", "/a?x=/"), ("/", "/"), ("/a", "/a"), ("/a?x=/", "/a?x=/")] {
            let mut request = Request::new(Body::empty());
            *request.uri_mut() = given.parse().unwrap();
            without_trailing_slash(&mut request);
            assert_eq!(request.uri().to_string(), kept, "{given}");
        }
    }
}
