//! "This was not me". A person presses the button: programs that follow every link in a mail end nothing.

use super::form::Form;
use super::render::Page;
use super::{NOT_ME_DONE, locales, see_other};
use crate::app::App;
use crate::recovery::not_me;
use crate::recovery::open::OpenRefusal;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::Response;
use regain_core::locale::Locale;
use regain_core::token::ResetToken;
use std::sync::Arc;

/// GET `/not-me?token=…`
pub(super) async fn form(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Response {
    let locales = locales(&headers);
    let Ok(query) = Form::parse(uri.query().unwrap_or_default().as_bytes()) else {
        return app.pages.problem(StatusCode::BAD_REQUEST, &locales);
    };
    let text = query.value("token").unwrap_or_default();
    let Some(token) = ResetToken::parse(text) else {
        return refusal(&app, OpenRefusal::Dead, &locales);
    };
    match not_me::open(&app, &token).await {
        Ok(()) => app.pages.show(&Page::NotMe { token: text }, &locales),
        Err(why) => refusal(&app, why, &locales),
    }
}

/// POST `/not-me`
pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Response {
    let locales = locales(request.headers());
    let form = match Form::read(&app.config, request).await {
        Ok(form) => form,
        Err(status) => return app.pages.problem(status, &locales),
    };
    let Some(token) = form.value("token").and_then(ResetToken::parse) else {
        return refusal(&app, OpenRefusal::Dead, &locales);
    };
    match not_me::not_me(&app, &token).await {
        Ok(()) => see_other(NOT_ME_DONE),
        Err(why) => refusal(&app, why, &locales),
    }
}

/// GET `/not-me/done`
pub(super) async fn done(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    app.pages.show(&Page::NotMeDone, &locales(&headers))
}

fn refusal(app: &App, why: OpenRefusal, locales: &[Locale]) -> Response {
    match why {
        OpenRefusal::Dead => app.pages.show(&Page::NotMeRefused, locales),
        OpenRefusal::Unavailable => app.pages.problem(StatusCode::SERVICE_UNAVAILABLE, locales),
    }
}
