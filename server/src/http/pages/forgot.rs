//! Asking for a reset.

use super::form::Form;
use super::render::Page;
use super::{FORGOT, SENT, client, locales, see_other};
use crate::app::App;
use crate::recovery::request::{Ask, Unavailable, request as admit};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use regain_core::email::EmailAddress;
use regain_core::request::Origin;
use std::sync::Arc;

/// GET `/forgot-password`
pub(super) async fn form(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.pages.show(&Page::Forgot, &locales(&headers))
}

/// POST `/forgot-password`: the answer is the same whoever is asked for, and whether that is an address at all.
pub(super) async fn ask(State(app): State<Arc<App>>, request: Request) -> Response {
    let (locales, client) = (locales(request.headers()), client(&request));
    let form = match Form::read(&app.config, request).await {
        Ok(form) => form,
        Err(status) => return app.pages.problem(status, &locales),
    };
    let Some(typed) = form.value("email") else {
        return app.pages.problem(StatusCode::BAD_REQUEST, &locales);
    };
    if let Ok(identifier) = EmailAddress::parse(typed.trim_ascii()) {
        let ask = Ask { identifier, origin: Origin::Page, client, locales: locales.clone() };
        if let Err(Unavailable) = admit(&app, ask).await {
            return app.pages.problem(StatusCode::SERVICE_UNAVAILABLE, &locales);
        }
    }
    see_other(SENT)
}

/// GET `/forgot-password/sent`
pub(super) async fn sent(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.pages.show(&Page::Sent, &locales(&headers))
}

/// GET `/.well-known/change-password`: where password managers send people (W3C change-password-url).
pub(super) async fn change_password() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, FORGOT)]).into_response()
}
