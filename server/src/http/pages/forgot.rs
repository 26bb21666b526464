//! Asking for a reset.

use super::form::Form;
use super::render::Page;
use super::{FORGOT, SENT, refused, see_other, unavailable};
use crate::http::call::Call;
use crate::recovery::request::{Ask, Unavailable, request as admit};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use regain_core::email::EmailAddress;
use regain_core::request::Origin;

/// GET `/forgot-password`
pub(super) async fn form(call: Call) -> Response {
    call.app.pages.show(&Page::Forgot, &call.locales())
}

/// POST `/forgot-password`: the answer is the same whoever is asked for, and whether that is an address at all.
pub(super) async fn ask(mut call: Call) -> Response {
    let (app, locales) = (call.app.clone(), call.locales());
    let form = match Form::read(&mut call).await {
        Ok(form) => form,
        Err(refusal) => return refused(&app, &refusal, &locales),
    };
    // A form without the field is as good as one with nothing in it.
    let typed = form.value("email").unwrap_or_default();
    if let Ok(identifier) = EmailAddress::parse(typed.trim_ascii()) {
        let (client, device) = (Some(call.client), call.device());
        let ask = Ask { identifier, origin: Origin::Page, client, device, locales: locales.clone() };
        if let Err(Unavailable) = admit(&app, ask).await {
            return unavailable(&app, &locales);
        }
    }
    see_other(SENT)
}

/// GET `/forgot-password/sent`
pub(super) async fn sent(call: Call) -> Response {
    call.app.pages.show(&Page::Sent, &call.locales())
}

/// GET `/.well-known/change-password`: where password managers send people (W3C change-password-url).
pub(super) async fn change_password() -> Response {
    (StatusCode::FOUND, [(header::LOCATION, FORGOT)]).into_response()
}
