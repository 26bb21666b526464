//! "This was not me". A person presses the button: programs that follow every link in a mail end nothing.

use super::form::{Form, Refusal};
use super::render::Page;
use super::{NOT_ME_DONE, refused, see_other, unavailable};
use crate::app::App;
use crate::http::call::Call;
use crate::http::network_of;
use crate::http::reader::Reader;
use crate::recovery::not_me;
use crate::recovery::open::OpenRefusal;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use regain_core::event::Happening;
use regain_core::locale::Locale;
use regain_core::token::ResetToken;

/// GET `/not-me?token=…`
pub(super) async fn form(method: Method, call: Call) -> Response {
    let (app, locales) = (call.app.clone(), call.locales());
    let Ok(query) = Form::parse(call.uri.query().unwrap_or_default().as_bytes()) else {
        return app.pages.problem(StatusCode::BAD_REQUEST, &locales);
    };
    let text = query.value("token").unwrap_or_default();
    let Some(token) = ResetToken::parse(text) else {
        return turned_away(&app, OpenRefusal::Dead, &locales);
    };
    if let Some(pause) = app.misses.wait(call.client) {
        return refused(&app, &Refusal::Limited(pause), &locales);
    }
    match not_me::open(&app, &token).await {
        Ok(entry) => {
            // Scanners follow this link like any other of the mail; its token stands where they bring it along.
            let how = match Reader::of(&method, &call.headers) {
                Reader::Browser => Happening::DisownPageShown,
                Reader::Program => Happening::Scanned,
            };
            app.sightings.note(entry, how, network_of(call.client), app.clock.now());
            app.pages.show(&Page::NotMe { token: text }, &locales)
        }
        Err(why) => {
            if why == OpenRefusal::Dead {
                app.misses.count(call.client);
            }
            turned_away(&app, why, &locales)
        }
    }
}

/// POST `/not-me`; the token stands in the form, or where the link had it.
pub(super) async fn submit(mut call: Call) -> Response {
    let (app, locales) = (call.app.clone(), call.locales());
    let form = match Form::read(&mut call).await {
        Ok(form) => form,
        Err(refusal) => return refused(&app, &refusal, &locales),
    };
    let query = Form::parse(call.uri.query().unwrap_or_default().as_bytes()).ok();
    let text = form.value("token").or_else(|| query.as_ref()?.value("token"));
    let Some(token) = text.and_then(ResetToken::parse) else {
        return turned_away(&app, OpenRefusal::Dead, &locales);
    };
    match not_me::not_me(&app, &token).await {
        Ok(()) => see_other(NOT_ME_DONE),
        Err(why) => turned_away(&app, why, &locales),
    }
}

/// GET `/not-me/done`
pub(super) async fn done(call: Call) -> Response {
    call.app.pages.show(&Page::NotMeDone, &call.locales())
}

fn turned_away(app: &App, why: OpenRefusal, locales: &[Locale]) -> Response {
    match why {
        OpenRefusal::Dead => app.pages.show(&Page::NotMeRefused, locales),
        OpenRefusal::Unavailable => unavailable(app, locales),
    }
}
