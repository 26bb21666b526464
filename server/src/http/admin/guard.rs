//! Who may use the operator's port.
//!
//! Off loopback every path but `/healthz` needs an API token: as a program sends one, or as the password that a browser
//! asks for. On loopback whoever is on this machine may; and so might any web page that is open in a browser here, which
//! is kept out twice. A page of another site cannot post (the browser says where a request comes from), and a name that was
//! made to point here (DNS rebinding) is not answered to: the host must be an IP address, `localhost` or one of
//! `admin.hosts`.

use super::{HEALTHZ, READYZ};
use crate::app::App;
use crate::http::api_token::{Caller, caller};
use crate::http::problem::{self, Problem, UNAVAILABLE_PAUSE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::net::{IpAddr, Ipv6Addr};

/// Lets a call in, or says how it is refused.
pub(super) async fn admit(app: &App, peer: IpAddr, call: &Parts) -> Result<(), Response> {
    let path = call.uri.path();
    if path == HEALTHZ {
        return Ok(());
    }
    if !app.config.admin.listen.ip().to_canonical().is_loopback() {
        is_trusted(app, peer, &call.headers).await?;
    } else if path != READYZ && !host(call).is_some_and(|host| answers_to(app, host)) {
        let message =
            "This port is reached by an IP address or as localhost; another name has to be listed in admin.hosts.";
        return Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, "unknown_host", message).into_response());
    }
    let changes_something = ![Method::GET, Method::HEAD, Method::OPTIONS].contains(&call.method);
    if changes_something && !is_from_here(call) {
        let message = "This was sent by a page of another site.";
        return Err(Problem::new(StatusCode::FORBIDDEN, "foreign", message).into_response());
    }
    Ok(())
}

async fn is_trusted(app: &App, peer: IpAddr, headers: &HeaderMap) -> Result<(), Response> {
    match caller(app, peer, &as_a_program_sends_it(headers)).await {
        Caller::Trusted => Ok(()),
        Caller::Anonymous | Caller::Unknown => {
            let message = "The admin port needs an API token: send it in the Authorization header, or as the password of any user.";
            let mut response = Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
            for scheme in ["Bearer", "Basic realm=\"Regain\", charset=\"UTF-8\""] {
                response.headers_mut().append(header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme));
            }
            Err(response)
        }
        Caller::Unverifiable => {
            let message = "API tokens cannot be checked at the moment. Try again shortly.";
            let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message).into_response();
            problem::retry_after(response.headers_mut(), UNAVAILABLE_PAUSE);
            Err(response)
        }
    }
}

/// A browser sends the token as the password of whoever it asked (RFC 7617). What is no such thing stays as it is.
fn as_a_program_sends_it(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    let password = headers.get(header::AUTHORIZATION).and_then(|value| {
        let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
        let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        HeaderValue::from_bytes(decoded.get(colon + 1..)?).ok()
    });
    if let Some(mut password) = password {
        password.set_sensitive(true);
        headers.insert(header::AUTHORIZATION, password);
    }
    headers
}

/// Whom the client took this for: from the target of HTTP/2, or the one `Host` of HTTP/1.
fn host(call: &Parts) -> Option<&str> {
    if let Some(authority) = call.uri.authority() {
        return Some(authority.as_str());
    }
    let mut hosts = call.headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok();
    host.filter(|_| hosts.next().is_none())
}

/// Whether a name is one that nobody else can have made to point here.
fn answers_to(app: &App, host: &str) -> bool {
    let name = without_port(host);
    let is_v6 =
        name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).is_some_and(|v6| v6.parse::<Ipv6Addr>().is_ok());
    let is_listed = || app.config.admin.hosts.iter().any(|listed| listed.eq_ignore_ascii_case(name));
    is_v6 || name.parse::<std::net::Ipv4Addr>().is_ok() || name.eq_ignore_ascii_case("localhost") || is_listed()
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Whether no page of another site sent this. Every browser says so of a POST, by one header or the other; who says
/// neither is no browser.
fn is_from_here(call: &Parts) -> bool {
    let headers = &call.headers;
    let only = |name: &str| {
        let mut values = headers.get_all(name).iter();
        values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
    };
    if headers.contains_key("sec-fetch-site") {
        return only("sec-fetch-site") == Some("same-origin");
    }
    if headers.contains_key(header::ORIGIN) {
        let authority = only("origin").and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
        return authority.is_some() && authority == host(call);
    }
    true
}
