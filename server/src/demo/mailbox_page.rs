//! The mailbox in the browser.

use super::mail::{Mail, link_in};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use regain_core::time::Timestamp;
use std::sync::{Arc, LazyLock};
use tokio::sync::watch;

type Mails = watch::Receiver<Vec<Arc<Mail>>>;

/// `/demo/mail`, `/demo/mail/{number}` and `/demo/mail/{number}/html`; and `/`, which leads to where the demo begins.
pub(super) fn router(mails: Mails) -> Router {
    Router::new()
        .route("/", get(async || Redirect::to("/forgot-password")))
        .route("/demo/mail", get(list))
        .route("/demo/mail/{number}", get(show))
        .route("/demo/mail/{number}/html", get(html))
        .with_state(mails)
}

async fn list(State(mails): State<Mails>) -> Response {
    let mails: Vec<Value> = mails.borrow().iter().rev().map(|mail| summary(mail)).collect();
    page("list.html", context! { mails })
}

async fn show(State(mails): State<Mails>, Path(number): Path<String>) -> Response {
    let Some(mail) = find(&mails, &number) else { return absent() };
    let lines: Vec<Value> = mail.text.lines().map(|line| Value::from(pieces(line))).collect();
    page("mail.html", context! { mail => summary(&mail), lines, has_html => mail.html.is_some() })
}

/// The HTML part, as it was sent but for one element: links open in the whole window, not in the frame.
async fn html(State(mails): State<Mails>, Path(number): Path<String>) -> Response {
    let Some(html) = find(&mails, &number).and_then(|mail| mail.html.clone()) else { return absent() };
    let head_end = html.to_ascii_lowercase().find("<head>").map_or(0, |at| at + "<head>".len());
    let (before, after) = html.split_at(head_end);
    secured(MAIL_POLICY, Html(format!("{before}<base target=\"_top\">{after}")).into_response())
}

fn find(mails: &Mails, number: &str) -> Option<Arc<Mail>> {
    let number: u64 = number.parse().ok()?;
    mails.borrow().iter().find(|mail| mail.number == number).cloned()
}

fn absent() -> Response {
    let mut response = page("absent.html", context! {});
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn summary(mail: &Mail) -> Value {
    let Mail { number, from, to, subject, .. } = mail;
    context! { number, from, to, subject, at => moment(mail.at) }
}

/// A line cut into texts and links.
fn pieces(line: &str) -> Vec<Value> {
    let mut pieces = Vec::new();
    let mut rest = line;
    for link in line.split_whitespace().filter_map(link_in) {
        let Some((before, after)) = rest.split_once(link) else { break };
        pieces.push(context! { text => before });
        pieces.push(context! { link });
        rest = after;
    }
    pieces.push(context! { text => rest });
    pieces
}

fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
        .unwrap_or_default()
}

fn page(template: &str, values: Value) -> Response {
    let rendered = TEMPLATES.get_template(template).and_then(|template| template.render(values));
    match rendered {
        Ok(html) => secured(PAGE_POLICY, Html(html).into_response()),
        Err(error) => {
            tracing::error!(%error, "the demo's mailbox cannot be shown");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn secured(policy: &'static str, response: Response) -> Response {
    let headers: [(HeaderName, &str); 4] = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, response).into_response()
}

const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// A mail runs nothing and fetches nothing; a click on a link in it leads the whole window there.
const MAIL_POLICY: &str = "sandbox allow-popups allow-top-navigation-by-user-activation; default-src 'none'; \
                           style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Lenient);
    for (name, source) in SOURCES {
        if let Err(error) = templates.add_template(name, source) {
            tracing::error!(%error, name, "a template of the demo is malformed");
        }
    }
    templates
});

const SOURCES: [(&str, &str); 4] = [
    ("base.html", include_str!("templates/base.html")),
    ("list.html", include_str!("templates/list.html")),
    ("mail.html", include_str!("templates/mail.html")),
    ("absent.html", include_str!("templates/absent.html")),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::mail::tests::sample;
    use axum::body::Body;
    use axum::http::Request;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn ask(mails: Vec<Mail>, path: &str) -> (StatusCode, String, String) {
        let mails = watch::Sender::new(mails.into_iter().map(Arc::new).collect());
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router(mails.subscribe()).oneshot(request).await.unwrap();
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, policy, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn the_newest_mail_stands_first() {
        let (status, _, body) =
            ask(vec![sample(1, "ada@example.com"), sample(2, "grace@example.com")], "/demo/mail").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.find("grace@example.com").unwrap() < body.find("ada@example.com").unwrap());
        assert!(ask(vec![], "/demo/mail").await.2.contains("/forgot-password"));
    }

    #[tokio::test]
    async fn links_in_the_text_can_be_clicked() {
        let body = ask(vec![sample(1, "ada@example.com")], "/demo/mail/1").await.2;
        assert!(body.contains(r#"<a href="http:&#x2f;&#x2f;127.0.0.1:8080&#x2f;reset-password#abc-_123">"#), "{body}");
        assert!(body.contains(r#"src="/demo/mail/1/html""#));
    }

    #[tokio::test]
    async fn the_html_part_is_shut_in() {
        let (_, policy, body) = ask(vec![sample(1, "ada@example.com")], "/demo/mail/1/html").await;
        assert!(policy.starts_with("sandbox ") && policy.contains("default-src 'none'") && !policy.contains("script"));
        assert!(body.contains("<head><base target=\"_top\"><title>"), "{body}");
    }

    #[tokio::test]
    async fn what_stands_in_a_mail_is_text() {
        let mut mail = sample(1, "<script>alert(1)</script>@example.com");
        mail.subject = "<img src=x>".into();
        mail.text = "<b> javascript:alert(1) http://\"><script> x".into();
        for path in ["/demo/mail", "/demo/mail/1"] {
            let body = ask(vec![mail.clone()], path).await.2;
            for markup in ["<script", "<img", "<b>", "href=\"javascript"] {
                assert!(!body.contains(markup), "{path} {markup}");
            }
        }
    }

    #[tokio::test]
    async fn an_absent_mail_is_404() {
        for path in ["/demo/mail/2", "/demo/mail/x", "/demo/mail/-1", "/demo/mail/2/html"] {
            assert_eq!(ask(vec![sample(1, "ada@example.com")], path).await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
