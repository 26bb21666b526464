//! The hosted pages: asking for a reset, choosing the new password, "this was not me".
//!
//! They work without JavaScript. A script of a few lines carries the token of a link, which is in the address's
//! fragment and so reaches no server and no log, into a cookie; without it the code from the same mail does.

mod asset;
mod forgot;
pub(super) mod form;
mod look;
mod not_me;
mod render;
mod reset;

pub use render::{Pages, PagesFault};

use super::call::Call;
use super::problem;
use crate::app::App;
use axum::Router;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use form::Refusal;
use regain_core::locale::Locale;
use std::sync::Arc;

/// Every path of the pages.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route(FORGOT, with(GET_POST, get(forgot::form).post(forgot::ask)))
        .route(SENT, with(GET, get(forgot::sent)))
        .route(CHANGE_PASSWORD, with(GET, get(forgot::change_password)))
        .route(RESET, with(GET_POST, get(reset::form).post(reset::submit)))
        .route(OPEN, with(POST, post(reset::open)))
        .route(DONE, with(GET, get(reset::done)))
        .route(NOT_ME, with(GET_POST, get(not_me::form).post(not_me::submit)))
        .route(NOT_ME_DONE, with(GET, get(not_me::done)))
        .route(LOGO, with(GET, get(asset::logo)))
        .route(CSS, with(GET, get(asset::css)))
}

pub(super) const FORGOT: &str = "/forgot-password";
pub(super) const SENT: &str = "/forgot-password/sent";
pub(super) const CHANGE_PASSWORD: &str = "/.well-known/change-password";
pub(super) const RESET: &str = "/reset-password";
pub(super) const OPEN: &str = "/reset-password/open";
pub(super) const DONE: &str = "/reset-password/done";
pub(super) const NOT_ME: &str = "/not-me";
pub(super) const NOT_ME_DONE: &str = "/not-me/done";
pub(super) const LOGO: &str = "/brand/logo";
pub(super) const CSS: &str = "/brand/style.css";

const GET: &str = "GET, HEAD, OPTIONS";
const POST: &str = "POST, OPTIONS";
const GET_POST: &str = "GET, HEAD, POST, OPTIONS";

/// Answers OPTIONS, and every method that the path has not.
fn with(allowed: &'static str, methods: MethodRouter<Arc<App>>) -> MethodRouter<Arc<App>> {
    methods.fallback(async move |method: Method, call: Call| {
        let mut response = match method {
            Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
            _ => call.app.pages.problem(StatusCode::METHOD_NOT_ALLOWED, &call.locales()),
        };
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        response
    })
}

fn refused(app: &App, refusal: &Refusal, locales: &[Locale]) -> Response {
    match refusal {
        Refusal::Status(status) => app.pages.problem(*status, locales),
        Refusal::Limited(pause) => {
            let mut response = app.pages.problem(StatusCode::TOO_MANY_REQUESTS, locales);
            problem::retry_after(response.headers_mut(), *pause);
            response
        }
    }
}

/// Whether `path` is a page's.
pub(super) fn has(path: &str) -> bool {
    [FORGOT, SENT, CHANGE_PASSWORD, RESET, OPEN, DONE, NOT_ME, NOT_ME_DONE].contains(&path)
}

/// The server cannot serve now.
pub(super) fn unavailable(app: &App, locales: &[Locale]) -> Response {
    let mut response = app.pages.problem(StatusCode::SERVICE_UNAVAILABLE, locales);
    problem::retry_after(response.headers_mut(), problem::UNAVAILABLE_PAUSE);
    response
}

/// 303: what was posted is done with, and reloading the next page does not post it again.
fn see_other(path: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path)]).into_response()
}

/// The same, with a `Set-Cookie`.
fn setting(cookie: HeaderValue, mut response: Response) -> Response {
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}
