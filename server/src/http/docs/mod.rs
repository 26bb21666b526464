//! `/docs`: the OpenAPI document as a page, with samples in eight languages.
//!
//! All of it is made from the document that `/openapi.json` serves, once, when somebody first asks. It loads nothing
//! and runs no script: the languages are switched by the style sheet alone.

mod fields;
mod operation;
mod sample;

use super::openapi;
use super::problem;
use super::route::get_only;
use crate::app::App;
use crate::config::Config;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value, context};
use operation::Operation;
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::sync::{Arc, OnceLock};

/// Where the page is.
pub(super) const PATH: &str = "/docs";

/// The page's path.
pub(super) fn router() -> Router<Arc<App>> {
    let page = Arc::new(OnceLock::new());
    let show = move |State(app): State<Arc<App>>| async move {
        let page: &Option<Bytes> = page.get_or_init(|| prepare(&app.config));
        page.clone().map_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response(), respond)
    };
    Router::new().route(PATH, get_only(show, |_| problem::unknown_method().into_response()))
}

/// The page's octets; none if its template fails, which only a mistake of ours brings about.
fn prepare(config: &Config) -> Option<Bytes> {
    let rendered = render(config);
    rendered.inspect_err(|error| tracing::error!(%error, "the page at {PATH} cannot be shown")).ok().map(Bytes::from)
}

fn respond(page: Bytes) -> Response {
    let mut response = page.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static("en"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(NO_DEVICES));
    // Its one style sheet is known by its digest (Content Security Policy Level 3).
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
        STANDARD.encode(Sha256::digest(STYLE)),
    );
    problem::put(headers, header::CONTENT_SECURITY_POLICY, &policy);
    response
}

/// The page, as this configuration has the server behave.
fn render(config: &Config) -> Result<String, minijinja::Error> {
    let document = openapi::document(config);
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    templates.add_filter("prose", prose);
    templates.add_template("page", TEMPLATE)?;
    templates.get_template("page")?.render(context! {
        style => Value::from_safe_string(STYLE.to_owned()),
        product => config.product_name.as_str(),
        document => Value::from(Serde(&document)),
        languages => Value::from(Serde(sample::LANGUAGES.map(|language| (language.id, language.name)))),
        groups => Value::from(Serde(groups(&document))),
        schemas => Value::from(Serde(fields::schemas(&document))),
    })
}

/// The operations under one tag.
#[derive(Serialize)]
struct Group {
    name: String,
    title: &'static str,
    description: String,
    operations: Vec<Operation>,
    /// Each word that its errors have for programs.
    errors: Vec<ErrorWord>,
}

/// One word of an error, with the status it comes with and what it says to people.
#[derive(Serialize)]
struct ErrorWord {
    word: String,
    status: String,
    message: String,
}

/// In the order of the document's tags; those that are switched off have no operations, and are left out.
fn groups(document: &Json) -> Vec<Group> {
    let operations = operation::all(document);
    let tags = document["tags"].as_array().into_iter().flatten();
    let group = |tag: &Json| {
        let name = text(tag, "name");
        let operations: Vec<_> = operations.iter().filter(|operation| operation.tag == name).cloned().collect();
        let title = TITLES.iter().find(|(tag, _)| *tag == name).map_or("More", |(_, title)| title);
        Group { title, description: text(tag, "description"), errors: errors(&operations), operations, name }
    };
    tags.map(group).filter(|group| !group.operations.is_empty()).collect()
}

fn errors(operations: &[Operation]) -> Vec<ErrorWord> {
    let mut errors: Vec<ErrorWord> = Vec::new();
    for answer in operations.iter().flat_map(|operation| &operation.answers).filter(|answer| answer.is_refusal) {
        for example in &answer.examples {
            if !errors.iter().any(|known| known.word == example.name && known.status == answer.status) {
                let message = example.message.clone();
                errors.push(ErrorWord { word: example.name.clone(), status: answer.status.clone(), message });
            }
        }
    }
    errors.sort_by(|a, b| a.status.cmp(&b.status));
    errors
}

/// What a member of the document says, if it is a text.
fn text(value: &Json, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// Text of the document as HTML: what stands between backticks is code.
fn prose(text: &str) -> Value {
    let mut html = String::with_capacity(text.len() + 64);
    for (n, part) in text.split('`').enumerate() {
        let escaped = HtmlEscape(part);
        // Writing to a String cannot fail.
        let _ = if n % 2 == 1 { write!(html, "<code>{escaped}</code>") } else { write!(html, "{escaped}") };
    }
    Value::from_safe_string(html)
}

/// What the tags are called.
const TITLES: [(&str, &str); 5] = [
    ("chaser", "Chaser’s API"),
    ("unleash", "Unleash’s API"),
    ("pages", "Pages"),
    ("mail-events", "What providers of mail tell"),
    ("meta", "This description"),
];

const STYLE: &str =
    concat!(include_str!("../../../../templates/shared.css"), include_str!("../../../../templates/docs/style.css"));
const TEMPLATE: &str = include_str!("../../../../templates/docs/page.html");
/// As on every page.
const NO_DEVICES: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

#[cfg(test)]
mod tests;
