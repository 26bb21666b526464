//! One path, its method, and the answers to all others.

use super::headers::RequestId;
use axum::Extension;
use axum::handler::Handler;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use regain_core::request::Id;

/// How a dialect says 405; the request's id is for those that show it.
pub type RefuseMethod = fn(Id) -> Response;

/// A path that takes POST alone. OPTIONS is answered, everything else (HEAD too) refused.
pub fn post_only<H, T, S>(handler: H, refuse: RefuseMethod) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    with_other_methods(post(handler), "POST, OPTIONS", refuse)
}

/// A path that takes GET and HEAD alone.
pub fn get_only<H, T, S>(handler: H, refuse: RefuseMethod) -> MethodRouter<S>
where
    H: Handler<T, S>,
    T: 'static,
    S: Clone + Send + Sync + 'static,
{
    with_other_methods(get(handler), "GET, HEAD, OPTIONS", refuse)
}

fn with_other_methods<S>(routes: MethodRouter<S>, allow: &'static str, refuse: RefuseMethod) -> MethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let allow = HeaderValue::from_static(allow);
    let allow_too = allow.clone();
    let options = move || async move { (StatusCode::NO_CONTENT, [(header::ALLOW, allow)]) };
    let refusal = move |Extension(RequestId(id)): Extension<RequestId>| async move {
        (HeaderMap::from_iter([(header::ALLOW, allow_too)]), refuse(id)).into_response()
    };
    routes.options(options).fallback(refusal)
}
