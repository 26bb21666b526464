//! The dialect of Chaser's public API: anyone may call, nobody learns anything.
//!
//! `request` is published; `verify` and `confirm` are ours, in the commonest public form.

use super::{ACCEPTED_TYPE, FieldFault, Refusal, read};
use crate::app::App;
use crate::config::Access;
use crate::http::call::Call;
use crate::http::json::{Object, Value};
use crate::http::network_of;
use crate::http::problem::{self, JSON, Problem, json};
use crate::http::route::post_only;
use crate::recovery::Credential;
use crate::recovery::open::open;
use crate::recovery::redeem::redeem;
use crate::recovery::request::{Ask, request, request_trusted};
use crate::weakness::{self, Weakness};
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use regain_core::code::ResetCode;
use regain_core::email::EmailAddress;
use regain_core::event::Happening;
use regain_core::password::Violation;
use regain_core::request::Origin;
use regain_core::token::ResetToken;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::sync::Arc;

/// Asks for a reset.
pub const REQUEST: &str = "/auth/password-reset/request";
/// Looks whether a token or code is live.
pub const VERIFY: &str = "/auth/password-reset/verify";
/// Sets the password.
pub const CONFIRM: &str = "/auth/password-reset/confirm";

/// The three paths.
pub fn router() -> Router<Arc<App>> {
    let unknown_method = |_| problem::unknown_method().into_response();
    Router::new()
        .route(REQUEST, post_only(|call| async { answer(ask(call).await) }, unknown_method))
        .route(VERIFY, post_only(|call| async { answer(verify(call).await) }, unknown_method))
        .route(CONFIRM, post_only(|call| async { answer(confirm(call).await) }, unknown_method))
}

/// The server cannot serve now.
pub(in crate::http) fn unavailable() -> Response {
    answer(Err(Refusal::Unavailable))
}

/// The same answer whether or not there is such an account, to trusted callers too.
async fn ask(mut call: Call) -> Result<Response, Refusal> {
    let access = call.app.config.api.chaser.access;
    let body = read(&mut call, access).await?;
    let identifier = address(&body)?;
    let (client, device) = (Some(call.client), call.device());
    let ask = Ask { identifier, origin: Origin::Chaser, client, device, locales: call.locales() };
    if weakness::is(Weakness::UnknownTold) {
        return Ok(request_trusted(&call.app, ask).await.map(|_| message("A mail is on its way."))?);
    }
    request(&call.app, ask).await?;
    Ok(message(ASKED))
}

async fn verify(mut call: Call) -> Result<Response, Refusal> {
    let body = read(&mut call, Access::Public).await?;
    let opened = open(&call.app, &credential(&body)?).await?;
    opened.note_shown(&call.app, Happening::Checked, network_of(call.client)).await;
    if weakness::is(Weakness::AddressTold) {
        return Ok(json(StatusCode::OK, JSON, &("valid", &opened.account.address)));
    }
    let expires_in = call.app.clock.now().until(opened.expires_at);
    Ok(json(StatusCode::OK, JSON, &Valid { valid: true, expires_in_seconds: expires_in.as_secs() }))
}

async fn confirm(mut call: Call) -> Result<Response, Refusal> {
    let body = read(&mut call, Access::Public).await?;
    // First, since a fault in the fields is told before a word about the token.
    let password = new_password(&body)?;
    let credential = credential(&body)?;
    redeem(&call.app, &credential, password).await?;
    Ok(message(CHANGED))
}

/// What everybody hears who asks.
pub(in crate::http) const ASKED: &str =
    "If that address belongs to an account, a mail with a link and a code is on its way to it.";
/// What is said once a password is set.
pub(in crate::http) const CHANGED: &str = "The password has been changed.";

/// How each endpoint refuses a body by itself.
#[cfg(any(test, feature = "fuzzing"))]
pub(in crate::http) fn refusals(body: &Object) -> impl Iterator<Item = Response> {
    let refused = [address(body).err(), credential(body).err(), new_password(body).err()];
    refused.into_iter().flatten().map(put_into_words)
}

fn address(body: &Object) -> Result<EmailAddress, Refusal> {
    let field = if weakness::is(Weakness::ExtraFieldHonoured) && body.value("to").is_some() { "to" } else { "email" };
    let typed = text(body, field)?.expose_secret();
    EmailAddress::parse(typed).map_err(|error| invalid("email", format!("`email`: {error}.")))
}

/// A token, or else an address and a code; never both.
fn credential(body: &Object) -> Result<Credential, Refusal> {
    if body.value("code").is_some() {
        if body.value("token").is_some() {
            return Err(invalid("token", "Send either `token`, or `email` and `code`; not both."));
        }
        let address = address(body)?;
        let typed = filled_text(body, "code")?;
        return Ok(Credential::Code { address, code: ResetCode::parse(typed.expose_secret()) });
    }
    let token = filled_text(body, "token")?;
    ResetToken::parse(token.expose_secret()).map(Credential::Token).ok_or(Refusal::Dead)
}

/// Under any of its names; under several only if they agree.
fn new_password(body: &Object) -> Result<SecretString, Refusal> {
    const NAMES: [&str; 3] = ["new_password", "password", "newPassword"];
    let mut chosen: Option<&SecretString> = None;
    for name in NAMES.into_iter().filter(|name| body.value(name).is_some()) {
        let password = text(body, name)?;
        if chosen.is_some_and(|other| other.expose_secret() != password.expose_secret()) {
            return Err(invalid(name, "`new_password` and its aliases `password` and `newPassword` differ."));
        }
        chosen = Some(password);
    }
    chosen.cloned().ok_or_else(|| invalid(NAMES[0], "`new_password` is required."))
}

fn filled_text<'a>(body: &'a Object, name: &str) -> Result<&'a SecretString, Refusal> {
    let text = text(body, name)?;
    if text.expose_secret().is_empty() { Err(invalid(name, format!("`{name}` is empty."))) } else { Ok(text) }
}

fn text<'a>(body: &'a Object, name: &str) -> Result<&'a SecretString, Refusal> {
    match body.value(name) {
        Some(Value::Text(text)) => Ok(text),
        Some(Value::Other) => Err(invalid(name, format!("`{name}` must be a string."))),
        None => Err(invalid(name, format!("`{name}` is required."))),
    }
}

fn invalid(field: &str, message: impl Into<String>) -> Refusal {
    Refusal::Fields(vec![FieldFault::new(field, message)])
}

#[derive(Serialize)]
struct Message {
    message: &'static str,
}

#[derive(Serialize)]
struct Valid {
    valid: bool,
    expires_in_seconds: u64,
}

fn message(message: &'static str) -> Response {
    json(StatusCode::OK, JSON, &Message { message })
}

fn answer(outcome: Result<Response, Refusal>) -> Response {
    let refusal = match outcome {
        Ok(response) => return response,
        Err(refusal) => refusal,
    };
    let retry_after = refusal.retry_after();
    let challenges = matches!(refusal, Refusal::NoApiToken | Refusal::UnknownApiToken);
    let mut response = put_into_words(refusal);
    if let Some(span) = retry_after {
        problem::retry_after(response.headers_mut(), span);
    }
    if challenges {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A refusal as an answer, but for the headers that go with it.
pub(in crate::http) fn put_into_words(refusal: Refusal) -> Response {
    let (status, code, message) = match refusal {
        Refusal::NoApiToken => (StatusCode::UNAUTHORIZED, "unauthorized", "An API token is required.".to_owned()),
        Refusal::UnknownApiToken => {
            (StatusCode::UNAUTHORIZED, "unauthorized", "That API token is not valid.".to_owned())
        }
        Refusal::NetworkLimited(_) | Refusal::AccountLimited(_) => {
            (StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many requests. Try again later.".to_owned())
        }
        Refusal::MediaType(_) => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!("The Content-Type must be {ACCEPTED_TYPE}."),
        ),
        Refusal::Encoded => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "The request body must not be compressed.".to_owned(),
        ),
        Refusal::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The request body is too large.".to_owned())
        }
        Refusal::TooSlow => {
            (StatusCode::REQUEST_TIMEOUT, "request_timeout", "The request body did not arrive in time.".to_owned())
        }
        Refusal::Json(fault) => (StatusCode::BAD_REQUEST, "invalid_request", fault.message().to_owned()),
        Refusal::Fields(faults) => {
            let messages: Vec<_> = faults.into_iter().map(|fault| fault.message).collect();
            (StatusCode::BAD_REQUEST, "invalid_request", messages.join(" "))
        }
        Refusal::Dead => {
            let message = "The link or code is not valid, or not valid any more. Ask for a new one.";
            (StatusCode::BAD_REQUEST, "invalid_token", message.to_owned())
        }
        Refusal::Weak(violations) => return weak_password(&violations),
        Refusal::UnknownAccount => (StatusCode::NOT_FOUND, "not_found", "There is no such account.".to_owned()),
        Refusal::Unavailable => {
            let message = "The service cannot take requests at the moment. Try again shortly.";
            (StatusCode::SERVICE_UNAVAILABLE, "unavailable", message.to_owned())
        }
    };
    Problem::new(status, code, message).into_response()
}

fn weak_password(violations: &[Violation]) -> Response {
    #[derive(Serialize)]
    struct Envelope {
        error: Weak,
    }
    #[derive(Serialize)]
    struct Weak {
        code: &'static str,
        message: &'static str,
        violations: Vec<OneViolation>,
    }
    #[derive(Serialize)]
    struct OneViolation {
        code: &'static str,
        message: String,
    }
    let violations =
        violations.iter().map(|broken| OneViolation { code: broken.code(), message: broken.message() }).collect();
    let message = "The new password is too weak.";
    json(
        StatusCode::UNPROCESSABLE_ENTITY,
        JSON,
        &Envelope { error: Weak { code: "weak_password", message, violations } },
    )
}
