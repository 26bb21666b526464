//! The timeline for people: one page, in English, which searches without a script too. All it loads is in it.

use super::Desk;
use super::api::{self, Found, Wanted};
use crate::http::pages::form::Form;
use crate::ledger::{Request, Tally};
use crate::plain::{moment, one_line};
use crate::timeline::{ended_in_words, happened_in_words, outcome_in_words, tell};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use regain_core::message::MessageKind;
use regain_core::request::State as Stage;
use regain_core::time::Timestamp;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The page, ready to be filled in.
pub(super) struct AdminPage {
    templates: Environment<'static>,
    content_security_policy: String,
}

impl AdminPage {
    /// Compiles the template.
    pub(super) fn new() -> Self {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(FUEL));
        if let Err(error) = templates.add_template(NAME, include_str!("../../../../templates/admin/page.html")) {
            tracing::error!(%error, "the admin page cannot be prepared");
        }
        templates.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        templates.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
        let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
        let content_security_policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; img-src data:; \
             form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            digest(STYLE),
            digest(SCRIPT),
        );
        Self { templates, content_security_policy }
    }

    fn render(&self, status: StatusCode, shown: Value) -> Response {
        let body = match self.templates.get_template(NAME).and_then(|template| template.render(shown)) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(%error, "the admin page cannot be shown");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        if let Ok(policy) = HeaderValue::try_from(&self.content_security_policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers
            .insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
        response
    }
}

/// GET `/?q=…` (an address or an id), `/?state=…&cursor=…`
pub(super) async fn show(State(desk): State<Arc<Desk>>, uri: Uri) -> Response {
    let app = &desk.app;
    let query = Query::of(&uri);
    let tally = match api::tally(&desk).await {
        Ok(tally) => tally,
        Err(fault) => return api::unavailable(app, &fault),
    };
    let now = app.clock.now();
    let mut status = StatusCode::OK;
    let (mut found, mut mistake) = (None, None);
    match query.wanted() {
        None => {}
        Some(Err(message)) => {
            status = StatusCode::BAD_REQUEST;
            mistake = Some(message);
        }
        Some(Ok(wanted)) => match wanted.find(app).await {
            Ok(it) => found = Some(it),
            Err(fault) => return api::unavailable(app, &fault),
        },
    }
    let shown = context! {
        product => app.config.product_name.as_str(),
        query => one_line(&query.text),
        state_in_words => Stage::parse(&query.state).map(state_in_words),
        state => query.state,
        mistake => mistake,
        found => found.map(|found| results(&found, now)),
        queue => queue(&tally, now),
        down => app.mail.standings().filter(|(_, is_up)| !is_up).map(|(name, _)| name).collect::<Vec<_>>(),
        now => moment(now),
    };
    desk.page.render(status, shown)
}

/// What was typed, or chosen.
#[derive(Default)]
struct Query {
    text: String,
    state: String,
    cursor: String,
}

impl Query {
    fn of(uri: &Uri) -> Self {
        let Ok(form) = Form::parse(uri.query().unwrap_or_default().as_bytes()) else { return Self::default() };
        let value = |name| form.value(name).unwrap_or_default().trim_ascii().to_owned();
        Self { text: value("q"), state: value("state"), cursor: value("cursor") }
    }

    /// None, if nothing was asked for yet.
    fn wanted(&self) -> Option<Result<Wanted, String>> {
        if !self.text.is_empty() {
            return Some(Wanted::by_text(&self.text));
        }
        let is_empty = self.state.is_empty() && self.cursor.is_empty();
        (!is_empty).then(|| Wanted::newest(&self.state, &self.cursor))
    }
}

fn results(found: &Found, now: Timestamp) -> Value {
    context! {
        requests => found.requests.iter().map(|request| result(request, now)).collect::<Vec<_>>(),
        cursor => found.before.map(|id| id.to_string()),
        advice => found.advice.clone(),
    }
}

fn result(request: &Request, now: Timestamp) -> Value {
    let told = tell(request, now);
    context! {
        id => request.id.to_string(),
        identifier => one_line(&request.identifier),
        state => request.state.as_str(),
        state_in_words => state_in_words(request.state),
        is_request => request.message == MessageKind::Reset,
        waits => request.ended_at.is_none(),
        answer => told.answer,
        lines => told.lines.iter().map(|line| context! { at => moment(line.at), what => line.what.as_str() }).collect::<Vec<_>>(),
    }
}

/// A state as it is shown; queries have the ledger's own word.
fn state_in_words(state: Stage) -> &'static str {
    match state {
        Stage::Accepted => "waiting",
        Stage::Leased => "being sent",
        Stage::Mailed | Stage::Suppressed | Stage::Failed => state.as_str(),
    }
}

fn queue(tally: &Tally, now: Timestamp) -> Value {
    let oldest = tally.waiting.iter().map(|waits| waits.oldest).min();
    context! {
        waiting => tally.waiting.iter().map(|waits| waits.requests).sum::<u64>(),
        tried => tally.waiting.iter().map(|waits| waits.tried).sum::<u64>(),
        oldest_seconds => oldest.map_or(0, |oldest| now.since(oldest).as_secs()),
        since => moment(tally.since),
        ended => tally.ended.iter().map(|it| context! {
            state => it.state.as_str(), words => ended_in_words(it), count => it.requests,
        }).collect::<Vec<_>>(),
        attempts => tally.attempts.iter().map(|it| context! {
            transport => one_line(&it.transport), words => outcome_in_words(&it.outcome), count => it.mails,
        }).collect::<Vec<_>>(),
        happened => tally.happened.iter().filter_map(|(what, count)| {
            happened_in_words(*what).map(|words| context! { words, count })
        }).collect::<Vec<_>>(),
    }
}

const NAME: &str = "admin.html";
const STYLE: &str =
    concat!(include_str!("../../../../templates/shared.css"), include_str!("../../../../templates/admin/style.css"));
const SCRIPT: &str = include_str!("../../../../templates/admin/script.js");

/// Instructions a page may take: fifty requests with all their lines take a hundred thousand.
const FUEL: u64 = 2_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_an_id_may_be_typed() {
        let wanted = |query: &str| Query::of(&format!("/?{query}").parse().unwrap()).wanted();
        assert!(wanted("").is_none() && wanted("q=+").is_none());
        assert!(matches!(wanted("q=+ada%40example.com+"), Some(Ok(Wanted::Address(_)))));
        assert!(matches!(wanted("q=07070707-0707-0707-0707-070707070707"), Some(Ok(Wanted::Id(_)))));
        assert!(matches!(wanted("state=failed"), Some(Ok(Wanted::Newest { .. }))));
        for mistake in ["q=ada", "state=gone", "cursor=7"] {
            assert!(matches!(wanted(mistake), Some(Err(_))), "{mistake}");
        }
    }

    #[test]
    fn the_template_can_be_filled_in() {
        let page = AdminPage::new();
        let queue = queue(&Tally::default(), Timestamp::default());
        let empty = context! { product => "<b>", query => "\"><script>", state => "mailed", state_in_words => "mailed", mistake => None::<String>,
        found => None::<Value>, queue, down => ["smtp"], now => "now" };
        let response = page.render(StatusCode::OK, empty);
        assert_eq!(response.status(), StatusCode::OK);
    }
}
