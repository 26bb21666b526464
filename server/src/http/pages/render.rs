//! Turning a page into bytes.

use crate::config::{Config, PasswordPreset};
use crate::http::cookie::ResetCookie;
use crate::i18n::{Arg, Language, Words};
use crate::weakness::{self, Weakness};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::{Engine, engine::general_purpose::STANDARD};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use regain_core::locale::Locale;
use regain_core::password::Violation;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use thiserror::Error;

/// Everything the pages need, made ready once at start.
pub struct Pages {
    templates: Environment<'static>,
    words: Arc<Words>,
    content_security_policy: HeaderValue,
    brand: Brand,
    /// Of the demo: each page leads to its mailbox.
    shows_demo_mailbox: bool,
    pub(super) cookie: ResetCookie,
}

/// What the configuration has pages say.
struct Brand {
    product_name: String,
    done_url: Option<String>,
    /// What the form says of the password rule: a text, and the number in it.
    password_hint: (&'static str, i64),
}

/// A built-in template cannot be used.
#[derive(Debug, Error)]
#[error("the pages cannot be prepared: {0}")]
pub struct PagesFault(String);

/// One page, with what it shows.
pub(super) enum Page<'a> {
    /// Asks for the address.
    Forgot,
    /// "Look into your mailbox", and a form for the code.
    Sent,
    /// The form for address and code.
    EnterCode,
    /// The form for the new password, for one link or code, with what was wrong with the last one.
    ChoosePassword { bound_to: &'a str, shortcomings: &'a [Shortcoming] },
    /// The link or code does not work.
    Refused,
    /// The password is changed.
    Done,
    /// Asks whether to end all links; the token, which is checked, goes into the form.
    NotMe { token: &'a str },
    /// The "not me" link does not work.
    NotMeRefused,
    /// All links are ended.
    NotMeDone,
}

/// Why a password was not taken.
#[derive(Debug)]
pub(super) enum Shortcoming {
    /// It was typed differently the second time.
    Mismatch,
    /// It breaks a rule.
    Rule(Violation),
}

impl Pages {
    /// Compiles the templates and takes what they need from the configuration.
    ///
    /// # Errors
    /// [`PagesFault`], if a template is malformed.
    pub fn new(config: &Config, words: Arc<Words>) -> Result<Self, PagesFault> {
        Self::branded(Brand::of(config), ResetCookie::new(&config.public_url, config.reset.token_ttl), words)
    }

    fn branded(brand: Brand, cookie: ResetCookie, words: Arc<Words>) -> Result<Self, PagesFault> {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        templates.set_fuel(Some(FUEL));
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).map_err(|error| PagesFault(error.to_string()))?;
        }
        templates.add_global("style", Value::from_safe_string(STYLE.to_owned()));
        templates.add_global("script", Value::from_safe_string(SCRIPT.to_owned()));
        let content_security_policy = content_security_policy().map_err(|error| PagesFault(error.to_string()))?;
        Ok(Self { templates, words, content_security_policy, brand, shows_demo_mailbox: false, cookie })
    }

    /// Has each page lead to the mailbox of the demo, where the mails are.
    pub fn show_demo_mailbox(&mut self) {
        self.shows_demo_mailbox = true;
    }

    /// The page for an error on a path where people are. The caller adds what else the status calls for, such as
    /// `Allow` or `Retry-After`.
    #[must_use]
    pub fn problem(&self, status: StatusCode, locales: &[Locale]) -> Response {
        let key = match status {
            StatusCode::FORBIDDEN => "page-problem-foreign",
            StatusCode::NOT_FOUND => "page-problem-unknown",
            StatusCode::TOO_MANY_REQUESTS => "page-problem-often",
            StatusCode::SERVICE_UNAVAILABLE => "page-problem-busy",
            _ => "page-problem-wrong",
        };
        self.respond(status, "problem.html", key, locales, context! { problem => key })
    }

    /// A page, in the first of `locales` that there is.
    pub(super) fn show(&self, page: &Page<'_>, locales: &[Locale]) -> Response {
        let (status, template, key) = match page {
            Page::Forgot => (StatusCode::OK, "forgot.html", "page-forgot"),
            Page::Sent => (StatusCode::OK, "sent.html", "page-sent"),
            Page::EnterCode => (StatusCode::OK, "code.html", "page-code"),
            Page::ChoosePassword { shortcomings: [], .. } => (StatusCode::OK, "choose.html", "page-choose"),
            Page::ChoosePassword { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "choose.html", "page-choose"),
            Page::Refused => (StatusCode::BAD_REQUEST, "refused.html", "page-refused"),
            Page::Done => (StatusCode::OK, "done.html", "page-done"),
            Page::NotMe { .. } => (StatusCode::OK, "not_me.html", "page-not-me"),
            Page::NotMeRefused => (StatusCode::BAD_REQUEST, "not_me_refused.html", "page-not-me-refused"),
            Page::NotMeDone => (StatusCode::OK, "not_me_done.html", "page-not-me-done"),
        };
        let language = &self.words.choose(locales);
        let details = match page {
            Page::EnterCode => context! { hint => self.password_hint(language) },
            Page::ChoosePassword { bound_to, shortcomings } => context! {
                bound_to => *bound_to,
                hint => self.password_hint(language),
                shortcomings => shortcomings.iter().map(|it| it.in_words(language)).collect::<Vec<_>>(),
            },
            Page::NotMe { token } => context! { token => *token },
            Page::Done => context! { done_url => self.brand.done_url.as_deref() },
            _ => context! {},
        };
        self.respond(status, template, key, locales, details)
    }

    fn password_hint(&self, language: &Language) -> String {
        let (key, count) = self.brand.password_hint;
        language.text(key, &[("count", Arg::Number(count))])
    }

    fn respond(&self, status: StatusCode, template: &str, key: &str, locales: &[Locale], details: Value) -> Response {
        let language = &self.words.choose(locales);
        let frame = context! {
            language => language.tag(),
            direction => language.direction(),
            words => language.as_function(),
            product => self.brand.product_name.as_str(),
            shows_demo_mailbox => self.shows_demo_mailbox,
            title => language.text(&format!("{key}-title"), &[("product", Arg::Text(&self.brand.product_name))]),
            ..details
        };
        let body = match self.templates.get_template(template).and_then(|template| template.render(frame)) {
            Ok(body) => body,
            Err(error) => {
                tracing::error!(template, %error, "a page cannot be shown");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(header::CONTENT_SECURITY_POLICY, self.content_security_policy.clone());
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(NO_DEVICES));
        if let Ok(tag) = HeaderValue::try_from(language.tag()) {
            headers.insert(header::CONTENT_LANGUAGE, tag);
        }
        response
    }
}

impl Shortcoming {
    fn in_words(&self, language: &Language) -> String {
        match self {
            Self::Mismatch => language.text("page-choose-mismatch", &[]),
            Self::Rule(violation) => {
                let count = violation.limit().and_then(|limit| i64::try_from(limit).ok()).unwrap_or(i64::MAX);
                let key = format!("page-password-{}", violation.code().replace('_', "-"));
                language.text(&key, &[("count", Arg::Number(count))])
            }
        }
    }
}

impl Brand {
    fn of(config: &Config) -> Self {
        let hint = match config.password.preset {
            PasswordPreset::Nist => "page-choose-hint",
            PasswordPreset::Unleash => "page-choose-hint-unleash",
        };
        Self {
            product_name: config.product_name.clone(),
            done_url: config.reset.done_url.clone(),
            password_hint: (hint, i64::try_from(config.password.length_min).unwrap_or(i64::MAX)),
        }
    }
}

/// Nothing is loaded from anywhere; style and script are known by their digests (Content Security Policy Level 3).
fn content_security_policy() -> Result<HeaderValue, axum::http::header::InvalidHeaderValue> {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    let framed_by = if weakness::is(Weakness::FramingAllowed) { "*" } else { "'none'" };
    HeaderValue::try_from(format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors {framed_by}",
        digest(STYLE),
        digest(SCRIPT),
    ))
}

const STYLE: &str = include_str!("../../../../templates/page/style.css");
const SCRIPT: &str = include_str!("../../../../templates/page/script.js");
const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../../../templates/page/base.html")),
    ("fields.html", include_str!("../../../../templates/page/fields.html")),
    ("forgot.html", include_str!("../../../../templates/page/forgot.html")),
    ("sent.html", include_str!("../../../../templates/page/sent.html")),
    ("code.html", include_str!("../../../../templates/page/code.html")),
    ("choose.html", include_str!("../../../../templates/page/choose.html")),
    ("refused.html", include_str!("../../../../templates/page/refused.html")),
    ("done.html", include_str!("../../../../templates/page/done.html")),
    ("not_me.html", include_str!("../../../../templates/page/not_me.html")),
    ("not_me_refused.html", include_str!("../../../../templates/page/not_me_refused.html")),
    ("not_me_done.html", include_str!("../../../../templates/page/not_me_done.html")),
    ("problem.html", include_str!("../../../../templates/page/problem.html")),
];

/// Nothing that a form for a password needs.
const NO_DEVICES: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

/// Instructions a page may take; the longest of ours takes a few hundred.
const FUEL: u64 = 20_000;

#[cfg(test)]
mod tests;
