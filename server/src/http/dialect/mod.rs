//! The published APIs that Regain answers, one file each, over one act.
//!
//! What a call goes through is the same in each, and in the same order; only the words differ.

pub mod chaser;
pub mod unleash;

use super::api_token::Caller;
use super::body::{self, BodyFault};
use super::call::Call;
use super::json::{self, JsonFault, Object};
use super::problem::UNAVAILABLE_PAUSE;
use crate::config::Access;
use crate::metrics::Cause;
use crate::recovery::open::OpenRefusal;
use crate::recovery::redeem::RedeemRefusal;
use crate::recovery::request::{TrustedRefusal, Unavailable};
use crate::weakness::{self, Weakness};
use axum::body::Body;
use regain_core::password::Violation;
use std::time::Duration;

/// Why a call is refused, in the order in which it is looked at.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// An API token is needed, and there is none.
    NoApiToken,
    /// An API token is needed, and that is none of ours.
    UnknownApiToken,
    /// The client's network has used up its calls.
    NetworkLimited(Duration),
    /// The body is not announced as JSON in UTF-8; what was sent instead.
    MediaType(String),
    /// The body is compressed.
    Encoded,
    /// The body has more octets than are accepted.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
    /// The body is not the JSON object that it should be.
    Json(JsonFault),
    /// Members of the object are missing, too many or wrong; at least one.
    Fields(Vec<FieldFault>),
    /// The token or code opens nothing: one answer for never issued, expired, superseded and used.
    Dead,
    /// The password breaks these rules; the token survives.
    Weak(Vec<Violation>),
    /// No such account, or one that may not reset; for trusted callers.
    UnknownAccount,
    /// That account had its mail; for trusted callers.
    AccountLimited(Duration),
    /// The queue, the ledger or the user store cannot serve now.
    Unavailable,
}

/// What is wrong with one member of the body.
#[derive(Debug)]
pub(crate) struct FieldFault {
    /// Its key.
    pub(crate) field: String,
    /// One English sentence.
    pub(crate) message: String,
}

impl FieldFault {
    /// Puts one into words.
    pub(crate) fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into() }
    }
}

impl Refusal {
    /// When it makes sense to ask again.
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::NetworkLimited(span) | Self::AccountLimited(span) => Some(*span),
            Self::Unavailable => Some(UNAVAILABLE_PAUSE),
            _ => None,
        }
    }
}

/// Reads the body of a call, after all that is checked before it.
///
/// # Errors
/// [`Refusal`]: API token, client network, Content-Type, size, JSON; the first that applies.
pub(crate) async fn read(call: &mut Call, access: Access) -> Result<Object, Refusal> {
    let body = std::mem::replace(&mut call.body, Body::empty());
    if let Err(refusal) = check_before_body(call, access) {
        body::discard(&call.headers, body).await;
        return Err(refusal);
    }
    let octets = match body::read(&call.headers, body, call.app.config.limits.body_bytes_max).await {
        Ok(octets) => octets,
        Err(BodyFault::TooLarge) => return Err(Refusal::TooLarge),
        Err(BodyFault::TooSlow) => return Err(Refusal::TooSlow),
        Err(BodyFault::Broken) => return Err(Refusal::Json(JsonFault::Malformed)),
    };
    Object::parse(&octets).map_err(Refusal::Json)
}

fn check_before_body(call: &Call, access: Access) -> Result<(), Refusal> {
    if access == Access::Token {
        match call.caller {
            Caller::Trusted => {}
            Caller::Anonymous => return Err(Refusal::NoApiToken),
            Caller::Unknown => return Err(Refusal::UnknownApiToken),
            Caller::Unverifiable => return Err(Refusal::Unavailable),
        }
    }
    check_network(call)?;
    json::check_content_type(&call.headers).map_err(Refusal::MediaType)?;
    if json::is_encoded(&call.headers) { Err(Refusal::Encoded) } else { Ok(()) }
}

/// Whether the client's network has calls left.
fn check_network(call: &Call) -> Result<(), Refusal> {
    let Some(wait) = call.limited.filter(|_| !weakness::is(Weakness::NetworkUncounted)) else { return Ok(()) };
    call.app.metrics.refused.of(Cause::NetworkLimit).count();
    Err(Refusal::NetworkLimited(wait))
}

impl JsonFault {
    /// One English sentence.
    fn message(self) -> &'static str {
        match self {
            Self::Malformed => "The request body is not valid JSON in UTF-8.",
            Self::DuplicateKey => "The request body holds the same key twice.",
            Self::NotAnObject => "The request body must be a JSON object.",
        }
    }
}

impl From<Unavailable> for Refusal {
    fn from(_: Unavailable) -> Self {
        Self::Unavailable
    }
}

impl From<TrustedRefusal> for Refusal {
    fn from(refusal: TrustedRefusal) -> Self {
        match refusal {
            TrustedRefusal::Unavailable => Self::Unavailable,
            TrustedRefusal::Unknown => Self::UnknownAccount,
            TrustedRefusal::Limited { retry_after } => Self::AccountLimited(retry_after),
        }
    }
}

impl From<OpenRefusal> for Refusal {
    fn from(refusal: OpenRefusal) -> Self {
        match refusal {
            OpenRefusal::Dead => Self::Dead,
            OpenRefusal::Unavailable => Self::Unavailable,
        }
    }
}

impl From<RedeemRefusal> for Refusal {
    fn from(refusal: RedeemRefusal) -> Self {
        match refusal {
            RedeemRefusal::Dead => Self::Dead,
            RedeemRefusal::Weak(violations) => Self::Weak(violations),
            RedeemRefusal::Unavailable => Self::Unavailable,
        }
    }
}

/// What is accepted, for 415.
const ACCEPTED_TYPE: &str = "application/json";
