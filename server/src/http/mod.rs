//! HTTP: the two dialects, the pages, the admin port, and the armour around them.
//!
//! A call passes, from the outside in: the accept loop ([`server`]), the trailing slash, [`headers`] with the access
//! log, the client network's bucket ([`network_limit`]), the router, and the endpoint, which reads it with
//! [`call::Call`].

pub mod admin;
pub mod api_token;
pub mod body;
pub mod call;
pub mod client_address;
pub mod cookie;
pub mod csrf;
pub mod dialect;
pub mod headers;
pub mod json;
mod leaving;
pub mod network_limit;
pub mod openapi;
#[cfg(test)]
mod order_of_checks;
pub mod pages;
pub mod problem;
pub mod route;
pub mod server;
#[cfg(test)]
mod test_app;
pub mod tls;

pub use server::{Role, serve};

use crate::app::App;
use axum::Router;
use axum::extract::Request;
use axum::http::Uri;
use axum::middleware;
use network_limit::NetworkLimit;
use std::sync::Arc;
use tower::ServiceExt;

/// Every path of either port, as a template; the demo's mailbox counts with those that are unknown.
pub const PATHS: [&str; 20] = [
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
    openapi::PATH,
    admin::HEALTHZ,
    admin::READYZ,
    admin::METRICS,
    UNKNOWN_PATH,
];

/// What stands in logs and metrics for a path that we do not have: never what was sent.
pub const UNKNOWN_PATH: &str = "(unknown)";

/// Everything that the public port answers.
pub fn router(app: Arc<App>) -> Router {
    let limit = Arc::new(NetworkLimit::new(&app.config.limits, Arc::clone(&app.clock)));
    let mut endpoints = Router::new().merge(openapi::router()).merge(pages::router());
    if app.config.api.chaser.enabled {
        endpoints = endpoints.merge(dialect::chaser::router());
    }
    if app.config.api.unleash.enabled {
        endpoints = endpoints.merge(dialect::unleash::router());
    }
    if let Some(mailbox) = &app.mailbox {
        endpoints = endpoints.merge(mailbox.router().with_state(()));
    }
    let gate = network_limit::Gate { app: Arc::clone(&app), limit };
    let endpoints = endpoints
        .fallback(problem::unknown_path)
        .layer(middleware::from_fn_with_state(gate, network_limit::count))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), headers::finish))
        .with_state(app);
    forgiving_a_trailing_slash(endpoints)
}

/// `/a/` is served as `/a`; a bare `/` stays.
fn forgiving_a_trailing_slash(endpoints: Router) -> Router {
    Router::new().fallback_service(endpoints.map_request(|mut request: Request| {
        if let Some(uri) = without_trailing_slash(request.uri()) {
            *request.uri_mut() = uri;
        }
        request
    }))
}

fn without_trailing_slash(uri: &Uri) -> Option<Uri> {
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty())?;
    let target = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    target.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_trailing_slash_is_taken_off_and_the_query_stays() {
        for (given, kept) in [("/a/", Some("/a")), ("/a/?x=/", Some("/a?x=/")), ("/", None), ("/a", None)] {
            let uri: Uri = given.parse().unwrap();
            assert_eq!(without_trailing_slash(&uri).map(|uri| uri.to_string()).as_deref(), kept, "{given}");
        }
    }
}
