//! `POST /mail-events/…`: what the providers of mail tell of mails that they took. On the public port, because they call
//! from anywhere; there only for those that are configured.
//!
//! A call that is signed is not counted for its network: providers call often, and from where others call, too. One that
//! is not signed is ([`PublicPort`](super::PublicPort) sees to that), and has changed nothing. Where a network has used up
//! what it has, one of its calls at a time is still looked at.

use super::body::{self, BodyFault};
use super::call::Call;
use super::network_limit::whole_seconds;
use super::problem::{self, Problem, UNAVAILABLE_PAUSE, retry_after};
use super::route::post_only;
use crate::app::App;
use crate::mail::events::{Provider, Refusal, Told};
use crate::recovery::heard::heard;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;

pub(super) const SES: &str = "/mail-events/ses";
pub(super) const POSTMARK: &str = "/mail-events/postmark";
pub(super) const SENDGRID: &str = "/mail-events/sendgrid";
pub(super) const MAILGUN: &str = "/mail-events/mailgun";
pub(super) const RESEND: &str = "/mail-events/resend";

/// The paths of those providers that are configured.
pub(super) fn router(app: &App) -> Router<Arc<App>> {
    let configured = Provider::ALL.into_iter().filter(|provider| app.mail_events.has(*provider));
    configured.fold(Router::new(), |router, provider| {
        let hear = move |call: Call| hear(provider, call);
        router.route(path_of(provider), post_only(hear, |_| problem::unknown_method().into_response()))
    })
}

/// Whether a call of that path is counted only if it is not signed.
pub(super) fn has(app: &App, path: &str) -> bool {
    Provider::ALL.into_iter().any(|provider| path_of(provider) == path && app.mail_events.has(provider))
}

/// Refuses whoever has called without a signature more often than a network may.
pub(super) fn too_often(pause: Duration) -> Response {
    let seconds = whole_seconds(pause);
    let message = format!("Too many unsigned calls from your network. Try again in {seconds} s.");
    let mut response = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).into_response();
    retry_after(response.headers_mut(), pause);
    response
}

fn path_of(provider: Provider) -> &'static str {
    match provider {
        Provider::Ses => SES,
        Provider::Postmark => POSTMARK,
        Provider::Sendgrid => SENDGRID,
        Provider::Mailgun => MAILGUN,
        Provider::Resend => RESEND,
    }
}

async fn hear(provider: Provider, call: Call) -> Response {
    let Call { app, headers, body, .. } = call;
    let body = match body::read(&headers, body, provider.octets_max()).await {
        Ok(body) => body,
        Err(fault) => return unread(fault),
    };
    let told = Told { headers: &headers, body: &body, now: app.clock.now() };
    let events = match app.mail_events.hear(provider, told).await {
        Ok(events) => events,
        Err(refusal) => return refused(&app, provider, refusal),
    };
    match heard(&app, provider.as_str(), events).await {
        Ok(()) => {
            app.mail_events.remember(provider, told);
            // Not 204: SNS wants a 200.
            (StatusCode::OK, [(header::CONTENT_TYPE, problem::JSON)], "{}").into_response()
        }
        Err(fault) => {
            if let Some(unsaid) = app.complaints.ledger_away.turn(app.clock.now()) {
                tracing::error!(%fault, unsaid, "what was heard of mails could not be noted; it will be told again");
            }
            later("This cannot be noted at the moment. Try again shortly.")
        }
    }
}

fn refused(app: &App, provider: Provider, refusal: Refusal) -> Response {
    let provider = provider.as_str();
    match refusal {
        Refusal::Unsigned => {
            app.metrics.events_refused.of(provider).count();
            let message = "This call is not signed by whom it should be, or was signed long ago.";
            Problem::new(StatusCode::UNAUTHORIZED, "unsigned", message).into_response()
        }
        Refusal::Unreadable => {
            tracing::warn!(provider, "a signed call of a provider of mail cannot be read; please report this");
            let message = "This call is signed, but it cannot be read.";
            Problem::new(StatusCode::BAD_REQUEST, "bad_request", message).into_response()
        }
        Refusal::Unavailable(why) => {
            if let Some(unsaid) = app.complaints.events_unverified.turn(app.clock.now()) {
                tracing::error!(provider, why, unsaid, "a provider's call cannot be checked; it will come again");
            }
            later("The signature cannot be checked at the moment. Try again shortly.")
        }
    }
}

fn unread(fault: BodyFault) -> Response {
    let (status, code, message) = match fault {
        BodyFault::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The body is too large."),
        BodyFault::TooSlow => (StatusCode::REQUEST_TIMEOUT, "timeout", "The body took too long."),
        BodyFault::Broken => (StatusCode::BAD_REQUEST, "bad_request", "The body broke off."),
    };
    Problem::new(status, code, message).into_response()
}

fn later(message: &str) -> Response {
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message).into_response();
    retry_after(response.headers_mut(), UNAVAILABLE_PAUSE);
    response
}
