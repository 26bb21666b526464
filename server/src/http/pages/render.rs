//! Turning a page into bytes.

use super::asset::Asset;
use super::look::{Look, SCRIPT};
use crate::config::{Config, PasswordPreset};
use crate::http::cookie::ResetCookie;
use crate::i18n::{Arg, Language, Words};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use regain_core::locale::Locale;
use regain_core::password::Violation;
use std::sync::Arc;
use thiserror::Error;

/// Everything the pages need, made ready once at start.
pub struct Pages {
    templates: Environment<'static>,
    words: Arc<Words>,
    saying: Saying,
    pub(super) look: Look,
    /// Of the demo: each page leads to its mailbox.
    shows_demo_mailbox: bool,
    pub(super) cookie: ResetCookie,
}

/// What the configuration has pages say.
struct Saying {
    product_name: String,
    done_url: Option<String>,
    /// Whom the mails are from, for those who look for one.
    sender: String,
    /// Seconds between two mails to one account. Everybody is told, whether there is an account or not.
    pause: u64,
    password: PasswordRule,
}

/// What the form says of the rule for passwords; the server holds to it, the browser only advises.
struct PasswordRule {
    /// A text, with the number in it.
    hint: &'static str,
    length_min: usize,
    /// Whether capital and small letters, digits and others are all asked for.
    wants_kinds: bool,
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
        let look = Look::of(&config.brand).map_err(|error| PagesFault(error.to_string()))?;
        let cookie = ResetCookie::new(&config.public_url, config.reset.token_ttl);
        let saying = Saying::of(config);
        let templates = templates(&look, &saying).map_err(|error| PagesFault(error.to_string()))?;
        Ok(Self { templates, words, saying, look, shows_demo_mailbox: false, cookie })
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
            Page::Sent => context! { sender => self.saying.sender.as_str(), pause => self.saying.pause },
            Page::EnterCode => context! { rule => self.password_rule(language) },
            Page::ChoosePassword { bound_to, shortcomings } => context! {
                bound_to => *bound_to,
                rule => self.password_rule(language),
                shortcomings => shortcomings.iter().filter_map(|it| it.in_words(language)).collect::<Vec<_>>(),
                mismatch => shortcomings.iter().any(|it| matches!(it, Shortcoming::Mismatch)),
            },
            Page::NotMe { token } => context! { token => *token },
            Page::Done => context! { done_url => self.saying.done_url.as_deref() },
            _ => context! {},
        };
        self.respond(status, template, key, locales, details)
    }

    fn password_rule(&self, language: &Language) -> Value {
        let PasswordRule { hint, length_min, wants_kinds } = &self.saying.password;
        let count = i64::try_from(*length_min).unwrap_or(i64::MAX);
        let hint = language.text(hint, &[("count", Arg::Number(count))]);
        context! { hint, length_min, wants_kinds, product => self.saying.product_name.as_str() }
    }

    fn respond(&self, status: StatusCode, template: &str, key: &str, locales: &[Locale], details: Value) -> Response {
        let language = &self.words.choose(locales);
        let frame = context! {
            language => language.tag(),
            direction => language.direction(),
            words => language.as_function(),
            shows_demo_mailbox => self.shows_demo_mailbox,
            title => language.text(&format!("{key}-title"), &[("product", Arg::Text(&self.saying.product_name))]),
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
        headers.insert(header::CONTENT_SECURITY_POLICY, self.look.content_security_policy.clone());
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
        headers.insert(HeaderName::from_static("permissions-policy"), HeaderValue::from_static(NO_DEVICES));
        if let Ok(tag) = HeaderValue::try_from(language.tag()) {
            headers.insert(header::CONTENT_LANGUAGE, tag);
        }
        response
    }
}

impl Shortcoming {
    /// What stands at the field for the password. That the second one differs is said at the second.
    fn in_words(&self, language: &Language) -> Option<String> {
        let Self::Rule(violation) = self else { return None };
        let count = violation.limit().and_then(|limit| i64::try_from(limit).ok()).unwrap_or(i64::MAX);
        let key = format!("page-password-{}", violation.code().replace('_', "-"));
        Some(language.text(&key, &[("count", Arg::Number(count))]))
    }
}

impl Saying {
    fn of(config: &Config) -> Self {
        let wants_kinds = config.password.preset == PasswordPreset::Unleash;
        Self {
            product_name: config.product_name.clone(),
            done_url: config.reset.done_url.clone(),
            sender: config.mail.from.address.as_str().to_owned(),
            pause: config.reset.account_limit.cooldown.as_secs(),
            password: PasswordRule {
                hint: if wants_kinds { "page-choose-hint-unleash" } else { "page-choose-hint" },
                length_min: config.password.length_min,
                wants_kinds,
            },
        }
    }
}

/// With what is the same on every page.
fn templates(look: &Look, saying: &Saying) -> Result<Environment<'static>, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|_| AutoEscape::Html);
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_fuel(Some(FUEL));
    for (name, source) in TEMPLATES {
        templates.add_template(name, source)?;
    }
    // Ours, or made of our own paths and digits; the rest is escaped where it stands.
    let safe = |text: &str| Value::from_safe_string(text.to_owned());
    let address = |asset: &Option<Asset>| Value::from(asset.as_ref().map(|asset| safe(&asset.address)));
    templates.add_global("style", safe(&look.style));
    templates.add_global("script", safe(SCRIPT));
    templates.add_global("icon", safe(&look.icon));
    templates.add_global("logo", address(&look.logo));
    templates.add_global("css", address(&look.css));
    templates.add_global("support_url", Value::from(look.support_url.as_deref()));
    templates.add_global("product", Value::from(saying.product_name.as_str()));
    Ok(templates)
}

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../../../templates/page/base.html")),
    ("fields.html", include_str!("../../../../templates/page/fields.html")),
    ("signs.html", include_str!("../../../../templates/page/signs.html")),
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
