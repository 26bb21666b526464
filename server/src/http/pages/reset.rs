//! From a link or a code to a new password. A GET spends nothing, and an address with a token in it is left at once.

use super::form::{Form, Refusal};
use super::render::{Page, Shortcoming};
use super::{DONE, RESET, refused, see_other, setting, unavailable};
use crate::app::App;
use crate::http::call::Call;
use crate::http::cookie::{Held, binding};
use crate::http::network_of;
use crate::http::reader::Reader;
use crate::recovery::Credential;
use crate::recovery::open::{self, OpenRefusal};
use crate::recovery::redeem::{self, RedeemRefusal};
use crate::weakness::{self, Weakness};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use regain_core::code::ResetCode;
use regain_core::email::EmailAddress;
use regain_core::event::Happening;
use regain_core::keys::Keys;
use regain_core::locale::Locale;
use regain_core::token::{Purpose, ResetToken};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// GET `/reset-password`: the form for the new password, if a live link or code was brought; else the form for a
/// code. `?token=` becomes a cookie without a look-up, so that a dead link shows at the clean path too.
pub(super) async fn form(method: Method, call: Call) -> Response {
    let (app, locales) = (call.app.clone(), call.locales());
    let Ok(query) = Form::parse(call.uri.query().unwrap_or_default().as_bytes()) else {
        return app.pages.problem(StatusCode::BAD_REQUEST, &locales);
    };
    if weakness::is(Weakness::RedirectAnywhere)
        && let Some(next) = query.value("next")
    {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, next)]).into_response();
    }
    if let Some(token) = query.value("token") {
        if let (Some(token), Reader::Program) = (ResetToken::parse(token), Reader::of(&method, &call.headers)) {
            app.sightings.note_link(token.digest(Purpose::Reset), network_of(call.client));
        }
        return setting(app.pages.cookie.holding_link(token), see_other(RESET));
    }
    let credential = match app.pages.cookie.read(&call.headers, &app.keys) {
        None => return app.pages.show(&Page::EnterCode, &locales),
        Some(Held::BrokenLink) => return app.pages.show(&Page::Refused, &locales),
        Some(Held::Credential(credential)) => credential,
    };
    if let Some(pause) = app.misses.wait(call.client) {
        return refused(&app, &Refusal::Limited(pause), &locales);
    }
    match open::open(&app, &credential).await {
        Ok(opened) => {
            let how = match Reader::of(&method, &call.headers) {
                Reader::Browser => Happening::Opened,
                Reader::Program => Happening::Scanned,
            };
            opened.note_shown(&app, how, network_of(call.client)).await;
            let bound_to = binding(&credential, &app.keys);
            app.pages.show(&Page::ChoosePassword { bound_to: &bound_to, shortcomings: &[] }, &locales)
        }
        Err(OpenRefusal::Dead) => {
            app.misses.count(call.client);
            match credential {
                Credential::Token(_) => app.pages.show(&Page::Refused, &locales),
                // Each try counts, so that reloading must not try again.
                Credential::Code { .. } => dead(&app, &locales),
            }
        }
        Err(OpenRefusal::Unavailable) => unavailable(&app, &locales),
    }
}

/// POST `/reset-password/open`: what the script found in the address's fragment.
pub(super) async fn open(mut call: Call) -> Response {
    let form = match Form::read(&mut call).await {
        Ok(form) => form,
        Err(refusal) => return refused(&call.app, &refusal, &call.locales()),
    };
    match form.value("token") {
        Some(token) => setting(call.app.pages.cookie.holding_link(token), see_other(RESET)),
        None => call.app.pages.problem(StatusCode::BAD_REQUEST, &call.locales()),
    }
}

/// POST `/reset-password`: sets the password, or says why not.
pub(super) async fn submit(mut call: Call) -> Response {
    let (app, locales) = (call.app.clone(), call.locales());
    let held = app.pages.cookie.read(&call.headers, &app.keys);
    let form = match Form::read(&mut call).await {
        Ok(form) => form,
        Err(refusal) => return refused(&app, &refusal, &locales),
    };
    let credential = match Brought::by(&form, held, &app.keys) {
        Brought::Credential(credential) => credential,
        Brought::Nothing => return dead(&app, &locales),
        Brought::OtherLink => return app.pages.show(&Page::Refused, &locales),
        Brought::Contradiction => return app.pages.problem(StatusCode::BAD_REQUEST, &locales),
    };
    let cookie = &app.pages.cookie;
    match attempt(&app, &credential, &form).await {
        Attempt::Changed => setting(cookie.cleared(), see_other(DONE)),
        Attempt::Opened => setting(cookie.holding(&credential, &app.keys), see_other(RESET)),
        Attempt::Again(shortcomings) => {
            let bound_to = binding(&credential, &app.keys);
            let page = Page::ChoosePassword { bound_to: &bound_to, shortcomings: &shortcomings };
            setting(cookie.holding(&credential, &app.keys), app.pages.show(&page, &locales))
        }
        Attempt::Dead => dead(&app, &locales),
        Attempt::Unavailable => unavailable(&app, &locales),
    }
}

/// GET `/reset-password/done`
pub(super) async fn done(call: Call) -> Response {
    call.app.pages.show(&Page::Done, &call.locales())
}

/// One page for every link and code that does not work; after a form the cookie goes too.
fn dead(app: &App, locales: &[Locale]) -> Response {
    setting(app.pages.cookie.cleared(), app.pages.show(&Page::Refused, locales))
}

/// What a form was sent with.
enum Brought {
    Credential(Credential),
    /// No link and no code, or what cannot be one.
    Nothing,
    /// The form was made for another link than the cookie holds by now.
    OtherLink,
    /// A link and a code, or half of a code: no form of ours sends that.
    Contradiction,
}

impl Brought {
    /// What stands in the form wins over the cookie.
    fn by(form: &Form, held: Option<Held>, keys: &Keys) -> Self {
        match (form.value("token"), form.value("email"), form.value("code")) {
            (Some(token), None, None) => match ResetToken::parse(token) {
                Some(token) => Self::Credential(Credential::Token(token)),
                None => Self::Nothing,
            },
            (None, Some(address), Some(code)) => match EmailAddress::parse(address.trim_ascii()) {
                Ok(address) => Self::Credential(Credential::Code { address, code: ResetCode::parse(code) }),
                Err(_) => Self::Nothing,
            },
            (None, None, None) => match held {
                Some(Held::Credential(credential)) => match form.value("bound_to") {
                    Some(bound_to) if bound_to != binding(&credential, keys) => Self::OtherLink,
                    _ => Self::Credential(credential),
                },
                Some(Held::BrokenLink) | None => Self::Nothing,
            },
            _ => Self::Contradiction,
        }
    }
}

/// What became of a form.
enum Attempt {
    Changed,
    /// The code is right; the password comes next.
    Opened,
    Again(Vec<Shortcoming>),
    Dead,
    Unavailable,
}

/// A dead link is dead whatever the password, so it is looked at first (and by [`redeem::redeem`] too).
async fn attempt(app: &Arc<App>, credential: &Credential, form: &Form) -> Attempt {
    let [password, confirmation] =
        ["password", "password_confirmation"].map(|name| SecretString::from(form.value(name).unwrap_or_default()));
    let (typed, typed_again) = (password.expose_secret(), confirmation.expose_secret());
    let is_first_step = form.value("code").is_some() && typed.is_empty() && typed_again.is_empty();
    if is_first_step || typed != typed_again {
        return match open::open(app, credential).await {
            Ok(_) if is_first_step => Attempt::Opened,
            Ok(_) => match redeem::weaknesses(app, &password).await {
                Ok(violations) => {
                    let rules = violations.into_iter().map(Shortcoming::Rule);
                    Attempt::Again(std::iter::once(Shortcoming::Mismatch).chain(rules).collect())
                }
                Err(refusal) => refusal.into(),
            },
            Err(OpenRefusal::Dead) => Attempt::Dead,
            Err(OpenRefusal::Unavailable) => Attempt::Unavailable,
        };
    }
    match redeem::redeem(app, credential, password).await {
        Ok(()) => Attempt::Changed,
        Err(refusal) => refusal.into(),
    }
}

impl From<RedeemRefusal> for Attempt {
    fn from(refusal: RedeemRefusal) -> Self {
        match refusal {
            RedeemRefusal::Weak(violations) => Self::Again(violations.into_iter().map(Shortcoming::Rule).collect()),
            RedeemRefusal::Dead => Self::Dead,
            RedeemRefusal::Unavailable => Self::Unavailable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use regain_core::keys::KEY_BYTES;

    const LINK: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    const COOKIE: &str = "__________________________________________8";

    fn keys() -> Keys {
        Keys::new([7; KEY_BYTES])
    }

    fn in_cookie() -> Credential {
        Credential::Token(ResetToken::parse(COOKIE).unwrap())
    }

    /// Which credential a form stands for, in words, sent while the cookie holds a token.
    fn brought(encoded: &str) -> String {
        let form = Form::parse(encoded.as_bytes()).unwrap();
        match Brought::by(&form, Some(Held::Credential(in_cookie())), &keys()) {
            Brought::Credential(Credential::Token(token)) => token.to_text().expose_secret().to_owned(),
            Brought::Credential(Credential::Code { address, code }) => {
                format!("{} {}", address.as_str(), code.map_or("no code", |_| "code"))
            }
            Brought::Nothing => "nothing".into(),
            Brought::OtherLink => "other link".into(),
            Brought::Contradiction => "contradiction".into(),
        }
    }

    #[test]
    fn what_stands_in_the_form_wins_over_the_cookie() {
        assert_eq!(brought(&format!("token={LINK}")), LINK);
        assert_eq!(brought("email=+ada@example.com%0A&code=7k3p+m9qx"), "ada@example.com code");
        assert_eq!(brought("email=ada@example.com&code=u"), "ada@example.com no code");
        assert_eq!(brought("password=x"), COOKIE);
    }

    #[test]
    fn a_bad_token_in_the_form_does_not_fall_back_to_the_cookie() {
        for form in ["token=", "token=x", "email=&code=7k3pm9qx", "email=ada&code=7k3pm9qx"] {
            assert_eq!(brought(form), "nothing", "{form}");
        }
    }

    #[test]
    fn a_link_and_a_code_together_or_half_a_code_are_refused() {
        for form in ["token=x&code=y", "token=x&email=y", "token=x&email=y&code=z", "email=ada@example.com", "code=y"] {
            assert_eq!(brought(form), "contradiction", "{form}");
        }
    }

    #[test]
    fn a_form_goes_with_the_link_it_was_made_for() {
        let own = binding(&in_cookie(), &keys());
        assert_eq!(brought(&format!("bound_to={own}")), COOKIE);
        assert_eq!(brought("bound_to=another"), "other link");
        assert_eq!(brought("bound_to="), "other link");
    }

    #[test]
    fn without_a_link_or_code_there_is_nothing() {
        let form = Form::parse(b"password=x").unwrap();
        assert!(matches!(Brought::by(&form, None, &keys()), Brought::Nothing));
        assert!(matches!(Brought::by(&form, Some(Held::BrokenLink), &keys()), Brought::Nothing));
    }
}
