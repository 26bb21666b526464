//! The timeline for programs: what became of requests, what waits, and asking once more.

use super::Desk;
use crate::app::App;
use crate::http::pages::form::Form;
use crate::http::problem::{self, JSON, Problem, UNAVAILABLE_PAUSE, json};
use crate::ledger::{LedgerFault, Request, Tally};
use crate::recovery::request::{Ask, Unavailable, request as admit};
use crate::timeline::{self, as_json, tally_as_json};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use regain_core::email::EmailAddress;
use regain_core::locale::Locale;
use regain_core::message::MessageKind;
use regain_core::request::{Id, Origin, State as Stands};
use serde_json::{Value, json as object};
use std::sync::Arc;
use std::time::Duration;

/// What is looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// What an address was typed for, or was mailed to.
    Address(EmailAddress),
    /// A request, with its notices.
    Id(Id),
    /// The newest, one page at a time.
    Newest {
        /// Only those that stand so.
        state: Option<Stands>,
        /// Older than this one.
        before: Option<Id>,
    },
}

/// What was found, newest first.
pub(super) struct Found {
    pub(super) requests: Vec<Request>,
    /// Where the next page begins.
    pub(super) before: Option<Id>,
    /// What to look at where there is nothing.
    pub(super) advice: Vec<String>,
}

impl Wanted {
    /// By the query of `/api/requests`.
    ///
    /// # Errors
    /// What is wrong with it, for whoever typed it.
    pub(super) fn by(query: &str) -> Result<Self, String> {
        let form = Form::parse(query.as_bytes()).map_err(|_| "The query cannot be read.".to_owned())?;
        if let Some(unknown) = form.names().find(|name| !QUERIED.contains(name)) {
            return Err(format!("{unknown:?} is nothing to ask by; there are {}.", QUERIED.join(", ")));
        }
        let value = |name| form.value(name).unwrap_or_default().trim_ascii();
        match (value("address"), value("id"), value("state"), value("cursor")) {
            (address, "", "", "") if !address.is_empty() => parse_address(address).map(Self::Address),
            ("", name, "", "") if !name.is_empty() => parse_id(name).map(Self::Id),
            ("", "", state, cursor) => Self::newest(state, cursor),
            _ => Err("Ask for an address, for an id, or for a state and the next page of it.".into()),
        }
    }

    /// By what a person types: an address, or the id of a request.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn by_text(text: &str) -> Result<Self, String> {
        match Id::parse(text) {
            Some(id) => Ok(Self::Id(id)),
            None => parse_address(text).map(Self::Address),
        }
    }

    /// The newest, where an empty text stands for no wish.
    ///
    /// # Errors
    /// What is wrong with either.
    pub(super) fn newest(state: &str, cursor: &str) -> Result<Self, String> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let state = given(state).map(|word| Stands::parse(&word).ok_or_else(|| unknown_state(&word))).transpose()?;
        Ok(Self::Newest { state, before: given(cursor).map(|name| parse_id(&name)).transpose()? })
    }

    /// Looks for it.
    ///
    /// # Errors
    /// [`LedgerFault`].
    pub(super) async fn find(&self, app: &App) -> Result<Found, LedgerFault> {
        let mut requests = match self {
            Self::Address(address) => app.ledger.explain_address(app.keys.address_digest(&address.folded())).await?,
            Self::Id(id) => app.ledger.explain_request(*id).await?,
            Self::Newest { state, before } => {
                let listed = app.ledger.list_requests(*state, *before).await?;
                return Ok(Found { requests: listed.requests, before: listed.before, advice: Vec::new() });
            }
        };
        requests.reverse();
        let nothing = |of: &str| timeline::nothing_known(of, app.config.ledger.retention);
        let advice = match self {
            _ if !requests.is_empty() => Vec::new(),
            Self::Address(address) => nothing(address.as_str()),
            Self::Id(id) => nothing(&id.to_string()),
            Self::Newest { .. } => Vec::new(),
        };
        Ok(Found { requests, before: None, advice })
    }
}

/// What the query of `/api/requests` may hold.
const QUERIED: [&str; 4] = ["address", "id", "state", "cursor"];

fn parse_address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text)
        .map_err(|refusal| format!("{text:?} is neither an address nor the id of a request: {refusal}."))
}

fn parse_id(text: &str) -> Result<Id, String> {
    Id::parse(text).ok_or_else(|| format!("{text:?} is not the id of a request."))
}

fn unknown_state(word: &str) -> String {
    format!("{word:?} is no state; there are accepted, leased, mailed, suppressed and failed.")
}

/// GET `/api/requests`
pub(super) async fn list(State(desk): State<Arc<Desk>>, uri: Uri) -> Response {
    let app = &desk.app;
    let wanted = match Wanted::by(uri.query().unwrap_or_default()) {
        Ok(wanted) => wanted,
        Err(message) => return Problem::new(StatusCode::BAD_REQUEST, "invalid_query", message).into_response(),
    };
    match wanted.find(app).await {
        Ok(found) => {
            let now = app.clock.now();
            let body = object!({
                "requests": found.requests.iter().map(|request| as_json(request, now)).collect::<Vec<_>>(),
                "cursor": found.before.map(|id| id.to_string()),
                "advice": found.advice,
            });
            json(StatusCode::OK, JSON, &body)
        }
        Err(fault) => unavailable(app, &fault),
    }
}

/// GET `/api/requests/{id}`: as `regain explain --json` has it, with the notices that tell of it.
pub(super) async fn tell(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Response {
    let (app, now) = (&desk.app, desk.app.clock.now());
    let Some(id) = Id::parse(&name) else { return unknown() };
    let found = match app.ledger.explain_request(id).await {
        Ok(found) => found,
        Err(fault) => return unavailable(app, &fault),
    };
    let (told, notices): (Vec<_>, Vec<_>) = found.iter().partition(|request| request.id == id);
    let Some(mut told) = told.first().map(|request| as_json(request, now)) else { return unknown() };
    let notices: Vec<_> = notices.into_iter().map(|notice| as_json(notice, now)).collect();
    if let Value::Object(told) = &mut told {
        told.insert("notices".into(), notices.into());
    }
    json(StatusCode::OK, JSON, &told)
}

/// GET `/api/queue`
pub(super) async fn queue(State(desk): State<Arc<Desk>>) -> Response {
    let app = &desk.app;
    match tally(&desk).await {
        Ok(tally) => json(StatusCode::OK, JSON, &tally_as_json(&tally, app.clock.now())),
        Err(fault) => unavailable(app, &fault),
    }
}

/// What waits, and what became of the last day's requests. It is counted once in a while, however many look.
pub(super) async fn tally(desk: &Desk) -> Result<Tally, LedgerFault> {
    let now = desk.app.clock.now();
    let mut tallied = desk.tallied.lock().await;
    if let Some((at, tally)) = &*tallied
        && *at < now
        && now.since(*at) < TALLIED_FOR
    {
        return Ok(tally.clone());
    }
    let tally = desk.app.ledger.tally(now.minus(DAY)).await?;
    *tallied = Some((now, tally.clone()));
    Ok(tally)
}

const DAY: Duration = Duration::from_secs(86_400);
/// A page looks every five seconds.
const TALLIED_FOR: Duration = Duration::from_secs(2);

/// POST `/api/requests/{id}/resend`: a new request for the same address, by the way that all go and under the same limits.
/// Nobody here sees its link. A form is answered with the way to its timeline.
pub(super) async fn resend(State(desk): State<Arc<Desk>>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let app = &desk.app;
    let Some(old) = Id::parse(&name) else { return unknown() };
    let found = match app.ledger.explain_request(old).await {
        Ok(found) => found,
        Err(fault) => return unavailable(app, &fault),
    };
    let Some(request) = found.iter().find(|request| request.id == old) else { return unknown() };
    let identifier = match EmailAddress::parse(&request.identifier) {
        Ok(identifier) if request.message == MessageKind::Reset => identifier,
        _ => {
            let message = "This is a notice; it cannot be asked for, only `regain outbox retry` sends it sooner.";
            return Problem::new(StatusCode::CONFLICT, "not_a_request", message).into_response();
        }
    };
    let locales = request.locales.split(',').filter_map(Locale::parse).collect();
    match admit(app, Ask { identifier, origin: Origin::HelpDesk, client: None, device: None, locales }).await {
        Ok(receipt) => {
            tracing::info!(request = %receipt.id, again = %old, "the help desk asked for a reset once more");
            answer_resent(receipt.id, &headers)
        }
        Err(Unavailable) => busy(),
    }
}

fn answer_resent(id: Id, headers: &HeaderMap) -> Response {
    let accepts = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accepts.contains("text/html") {
        return (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/?q={id}"))]).into_response();
    }
    json(StatusCode::ACCEPTED, JSON, &object!({ "request_id": id.to_string() }))
}

fn unknown() -> Response {
    let message = "No request of that id is known; it may have been forgotten (ledger.retention_days).";
    Problem::new(StatusCode::NOT_FOUND, "not_found", message).into_response()
}

/// The ledger does not answer.
pub(super) fn unavailable(app: &App, fault: &LedgerFault) -> Response {
    if let Some(unsaid) = app.complaints.ledger_away.turn(app.clock.now()) {
        tracing::error!(%fault, unsaid, "the timeline cannot be read");
    }
    busy()
}

fn busy() -> Response {
    let message = "The ledger does not answer, or the queue is full; the server's log says which. Try again shortly.";
    let mut response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message).into_response();
    problem::retry_after(response.headers_mut(), UNAVAILABLE_PAUSE);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_asks_for_one_thing() {
        let id = Id::from_bytes([7; 16]);
        let newest = |state, before| Wanted::Newest { state, before };
        for (query, wanted) in [
            ("address=ada%40example.com", Wanted::Address(EmailAddress::parse("ada@example.com").unwrap())),
            (&*format!("id={id}"), Wanted::Id(id)),
            ("", newest(None, None)),
            ("address=&id=", newest(None, None)),
            (&*format!("state=failed&cursor={id}"), newest(Some(Stands::Failed), Some(id))),
        ] {
            assert_eq!(Wanted::by(query).as_ref(), Ok(&wanted), "{query}");
        }
        for query in ["address=ada", "id=7", "state=gone", "cursor=x", "address=a@b.example&state=failed", "id=%ff"] {
            assert!(Wanted::by(query).is_err(), "{query}");
        }
    }
}
