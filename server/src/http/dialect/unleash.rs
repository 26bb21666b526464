//! The dialect of Unleash's API, so that its back ends, clients and log-in page can talk to Regain unchanged.

use super::{ACCEPTED_TYPE, FieldFault, Refusal, check_network, read};
use crate::app::App;
use crate::config::Access;
use crate::http::call::Call;
use crate::http::json::{Object, Value};
use crate::http::network_of;
use crate::http::pages::form::Form;
use crate::http::problem::{self, JSON, json};
use crate::http::route::{get_only, post_only};
use crate::recovery::Credential;
use crate::recovery::open::open;
use crate::recovery::redeem::{redeem, weaknesses};
use crate::recovery::request::{Ask, request, request_trusted};
use crate::users::Role;
use crate::weakness::{self, Weakness};
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use regain_core::account::Account;
use regain_core::email::{EmailAddress, InvalidEmail};
use regain_core::event::Happening;
use regain_core::password::Violation;
use regain_core::request::{Id, Origin};
use regain_core::token::ResetToken;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use std::sync::Arc;

/// Asks for a reset.
pub const PASSWORD_EMAIL: &str = "/auth/reset/password-email";
/// Says whose a live token is.
pub const VALIDATE: &str = "/auth/reset/validate";
/// Sets the password.
pub const PASSWORD: &str = "/auth/reset/password";
/// Says whether a password would be accepted.
pub const VALIDATE_PASSWORD: &str = "/auth/reset/validate-password";

/// The four paths.
pub fn router() -> Router<Arc<App>> {
    Router::new()
        .route(PASSWORD_EMAIL, post_only(|call: Call| async { answer(call.id, ask(call).await) }, unknown_method))
        .route(VALIDATE, get_only(|call: Call| async { answer(call.id, validate(call).await) }, unknown_method))
        .route(PASSWORD, post_only(|call: Call| async { answer(call.id, set_password(call).await) }, unknown_method))
        .route(
            VALIDATE_PASSWORD,
            post_only(|call: Call| async { answer(call.id, validate_password(call).await) }, unknown_method),
        )
}

/// Whether `path` is one of this dialect's.
pub(in crate::http) fn has(path: &str) -> bool {
    [PASSWORD_EMAIL, VALIDATE, PASSWORD, VALIDATE_PASSWORD].contains(&path)
}

/// The server cannot serve now.
pub(in crate::http) fn unavailable(id: Id) -> Response {
    answer(id, Err(Refusal::Unavailable))
}

/// A trusted caller is told the truth; anybody else hears the same for every possible address.
async fn ask(mut call: Call) -> Result<Response, Refusal> {
    let access = call.app.config.api.unleash.access;
    let body = read(&mut call, access).await?;
    let [typed] = members(&body, ["email"])?;
    let identifier = match EmailAddress::parse(typed.expose_secret()) {
        Ok(address) => address,
        Err(error) if access == Access::Public || error == InvalidEmail::Empty => {
            return Err(Refusal::Fields(vec![FieldFault::new("email", format!("The `email` property: {error}."))]));
        }
        Err(_) => return Err(Refusal::UnknownAccount),
    };
    let (client, device) = (Some(call.client), call.device());
    let ask = Ask { identifier, origin: Origin::Unleash, client, device, locales: call.locales() };
    let access = weakness::spoilt(Weakness::ThrottledTold, access, |_| Access::Token);
    match access {
        Access::Public => request(&call.app, ask).await.map_err(Refusal::from)?,
        Access::Token => request_trusted(&call.app, ask).await.map_err(Refusal::from)?,
    };
    Ok(empty_object())
}

async fn validate(call: Call) -> Result<Response, Refusal> {
    check_network(&call)?;
    let text = token_in_query(call.uri.query().unwrap_or_default()).ok_or(Refusal::Dead)?;
    let token = ResetToken::parse(text.expose_secret()).ok_or(Refusal::Dead)?;
    let opened = open(&call.app, &Credential::Token(token)).await?;
    opened.note_shown(&call.app, Happening::Checked, network_of(call.client)).await;
    let role = call.app.users.role(&opened.account.id).await.map_err(|fault| {
        tracing::error!(%fault, account = %opened.account.id, "an account's role cannot be read");
        Refusal::Unavailable
    })?;
    let role = role.as_ref().map_or(VIEWER, ShownRole::from);
    Ok(json(StatusCode::OK, JSON, &TokenOwner::new(text.expose_secret(), &opened.account, role)))
}

async fn set_password(mut call: Call) -> Result<Response, Refusal> {
    let body = read(&mut call, Access::Public).await?;
    let [token, password] = members(&body, ["token", "password"])?;
    let token = ResetToken::parse(token.expose_secret()).ok_or(Refusal::Dead)?;
    redeem(&call.app, &Credential::Token(token), password.clone()).await?;
    Ok(empty_object())
}

async fn validate_password(mut call: Call) -> Result<Response, Refusal> {
    let body = read(&mut call, Access::Public).await?;
    let [password] = members(&body, ["password"])?;
    let violations = weaknesses(&call.app, password).await?;
    if violations.is_empty() { Ok(empty_object()) } else { Err(Refusal::Weak(violations)) }
}

/// How each endpoint refuses a body by itself.
#[cfg(any(test, feature = "fuzzing"))]
pub(in crate::http) fn refusals(body: &Object) -> impl Iterator<Item = Response> {
    let refused = [members(body, ["email"]).err(), members(body, ["password"]).err()];
    let of_two = members(body, ["token", "password"]).err();
    refused.into_iter().chain([of_two]).flatten().map(|refusal| put_into_words(Id::from_bytes([0; 16]), refusal))
}

/// The strings under `names`: all of them, and nothing else.
fn members<'a, const N: usize>(body: &'a Object, names: [&str; N]) -> Result<[&'a SecretString; N], Refusal> {
    let mut faults = Vec::new();
    let mut texts = Vec::with_capacity(N);
    for name in names {
        match body.value(name) {
            Some(Value::Text(text)) => texts.push(text),
            Some(Value::Other) => {
                faults.push(FieldFault::new(name, format!("The `{name}` property must be a string.")));
            }
            None => faults.push(FieldFault::new(name, format!("The `{name}` property is required."))),
        }
    }
    for extra in body.keys().filter(|key| !names.contains(key)).take(EXTRA_NAMED_MAX) {
        let shown: String = extra.chars().filter(|c| !c.is_control()).take(EXTRA_SHOWN_CHARS).collect();
        faults.push(FieldFault::new(&shown, "This property is not known here."));
    }
    match <[&SecretString; N]>::try_from(texts) {
        Ok(texts) if faults.is_empty() => Ok(texts),
        _ => Err(Refusal::Fields(faults)),
    }
}

/// An answer names so many unknown properties, and so much of each.
const EXTRA_NAMED_MAX: usize = 10;
const EXTRA_SHOWN_CHARS: usize = 64;

/// The one `token` of a query. Two are none: which of them was meant?
fn token_in_query(query: &str) -> Option<SecretString> {
    let query = Form::parse(query.as_bytes()).ok()?;
    query.value("token").filter(|token| !token.is_empty()).map(SecretString::from)
}

/// What `validate` tells the holder of a live token: the contract's one answer that names an account.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenOwner<'a> {
    token: &'a str,
    created_by: &'static str,
    email: &'a str,
    name: &'a str,
    id: AccountNumber<'a>,
    role: ShownRole<'a>,
}

/// Unleash's ids are integers; other stores' may be any text.
#[derive(Serialize)]
#[serde(untagged)]
enum AccountNumber<'a> {
    Number(i64),
    Text(&'a str),
}

#[derive(Serialize)]
struct ShownRole<'a> {
    id: i64,
    description: &'a str,
    r#type: &'a str,
    name: &'a str,
}

impl<'a> From<&'a Role> for ShownRole<'a> {
    fn from(Role { id, name, description, kind }: &'a Role) -> Self {
        Self { id: *id, description, r#type: kind, name }
    }
}

/// What Unleash takes an account without a root role for.
const VIEWER: ShownRole<'static> =
    ShownRole { id: 3, description: "May look at everything and change nothing.", r#type: "root", name: "Viewer" };

impl<'a> TokenOwner<'a> {
    fn new(token: &'a str, account: &'a Account, role: ShownRole<'a>) -> Self {
        let id = account.id.as_str();
        let id = match id.parse::<i64>() {
            Ok(number) if number.to_string() == id => AccountNumber::Number(number),
            _ => AccountNumber::Text(id),
        };
        let name = account.name.as_deref().unwrap_or_default();
        Self { token, created_by: "regain", email: &account.address, name, id, role }
    }
}

/// Unleash sends nothing at all, which breaks its own client samples; its document promises an object.
fn empty_object() -> Response {
    json(StatusCode::OK, JSON, &serde_json::Map::new())
}

#[derive(Serialize)]
struct UnleashError {
    id: String,
    name: &'static str,
    message: String,
    details: Vec<Detail>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    validation_errors: Vec<String>,
}

impl Detail {
    fn new(message: &str) -> Self {
        Self { message: message.to_owned(), path: None, validation_errors: Vec::new() }
    }
}

const JSON_UTF8: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// The path does not know that method.
pub(in crate::http) fn unknown_method(id: Id) -> Response {
    let message = "This path does not know that method; the Allow header lists those it knows.";
    error(id, StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowedError", message)
}

fn answer(id: Id, outcome: Result<Response, Refusal>) -> Response {
    let refusal = match outcome {
        Ok(response) => return response,
        Err(refusal) => refusal,
    };
    let retry_after = refusal.retry_after();
    let challenges = matches!(refusal, Refusal::NoApiToken | Refusal::UnknownApiToken);
    let mut response = put_into_words(id, refusal);
    if let Some(span) = retry_after {
        problem::retry_after(response.headers_mut(), span);
    }
    if challenges {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

/// A refusal as an answer, but for the headers that go with it.
pub(in crate::http) fn put_into_words(id: Id, refusal: Refusal) -> Response {
    match refusal {
        Refusal::NoApiToken => {
            let message = "An API token is required: send it in the Authorization header.";
            error(id, StatusCode::UNAUTHORIZED, "AuthenticationRequired", message)
        }
        Refusal::UnknownApiToken => {
            error(id, StatusCode::UNAUTHORIZED, "UnauthorizedError", "That API token is not valid.")
        }
        Refusal::NetworkLimited(_) => {
            let message = "Too many requests from this network. Try again later.";
            error(id, StatusCode::TOO_MANY_REQUESTS, "RateLimitError", message)
        }
        Refusal::MediaType(sent) => {
            let sent = if sent.is_empty() { "no Content-Type".to_owned() } else { format!("`{sent}`") };
            let message = format!("This path accepts {ACCEPTED_TYPE}; the request came with {sent}.");
            error(id, StatusCode::UNSUPPORTED_MEDIA_TYPE, "ContentTypeError", &message)
        }
        Refusal::Encoded => {
            let message = format!("This path accepts uncompressed {ACCEPTED_TYPE}; the request came compressed.");
            error(id, StatusCode::UNSUPPORTED_MEDIA_TYPE, "ContentTypeError", &message)
        }
        Refusal::TooLarge => {
            error(id, StatusCode::PAYLOAD_TOO_LARGE, "PayloadTooLargeError", "The request body is too large.")
        }
        Refusal::TooSlow => {
            let message = "The request body did not arrive in time.";
            error(id, StatusCode::REQUEST_TIMEOUT, "RequestTimeoutError", message)
        }
        Refusal::Json(fault) => bad_data(id, vec![FieldFault::new("", fault.message())]),
        Refusal::Fields(faults) => bad_data(id, faults),
        Refusal::Dead => {
            let message = "The reset link is not valid, or not valid any more. Ask for a new one.";
            error(id, StatusCode::UNAUTHORIZED, "InvalidTokenError", message)
        }
        Refusal::Weak(violations) => weak_password(id, &violations),
        Refusal::UnknownAccount => {
            error(id, StatusCode::NOT_FOUND, "NotFoundError", "There is no account with that address.")
        }
        Refusal::AccountLimited(_) => {
            let message = "That account was sent a mail recently. Try again later.";
            error(id, StatusCode::TOO_MANY_REQUESTS, "RateLimitError", message)
        }
        Refusal::Unavailable => {
            let message = "The service cannot take requests at the moment. Try again shortly.";
            error(id, StatusCode::SERVICE_UNAVAILABLE, "UnavailableError", message)
        }
    }
}

fn error(id: Id, status: StatusCode, name: &'static str, message: &str) -> Response {
    with_details(id, status, name, message, vec![Detail::new(message)])
}

fn bad_data(id: Id, faults: Vec<FieldFault>) -> Response {
    let details = faults.into_iter().map(|fault| {
        let pointer = fault.field.replace('~', "~0").replace('/', "~1");
        let path = if pointer.is_empty() { "/body".to_owned() } else { format!("/body/{pointer}") };
        Detail { path: Some(path), ..Detail::new(&fault.message) }
    });
    let message = "The request is not what this path expects; see `details`.";
    with_details(id, StatusCode::BAD_REQUEST, "BadDataError", message, details.collect())
}

fn weak_password(id: Id, violations: &[Violation]) -> Response {
    let messages: Vec<String> = violations.iter().map(Violation::message).collect();
    let first = messages.first().cloned().unwrap_or_default();
    let reused = violations.iter().any(|violation| violation.code() == "previously_used");
    let name = if reused { "PasswordPreviouslyUsedError" } else { "OwaspValidationError" };
    let details = vec![Detail { validation_errors: messages, ..Detail::new(&first) }];
    with_details(id, StatusCode::BAD_REQUEST, name, &first, details)
}

fn with_details(id: Id, status: StatusCode, name: &'static str, message: &str, details: Vec<Detail>) -> Response {
    json(status, JSON_UTF8, &UnleashError { id: id.to_string(), name, message: message.to_owned(), details })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_one_token_or_none() {
        let token = |query| token_in_query(query).map(|token| token.expose_secret().to_owned());
        assert_eq!(token("token=abc").as_deref(), Some("abc"));
        assert_eq!(token("a=b&token=abc&c").as_deref(), Some("abc"));
        assert_eq!(token("token=%61b%2Dc").as_deref(), Some("ab-c"));
        for none in ["", "token", "token=", "token=a&token=a", "tokens=a", "Token=a"] {
            assert_eq!(token(none), None, "{none:?}");
        }
    }
}
