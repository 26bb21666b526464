//! The OpenAPI 3.1 document, made from the running configuration: what is switched off is not in it.

mod chaser;
mod mail_events;
mod meta;
mod pages;
mod parts;
mod unleash;

use super::problem::{self, JSON};
use super::route::get_only;
use crate::app::App;
use crate::config::Config;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use std::sync::{Arc, OnceLock};

/// Where the document is.
pub const PATH: &str = "/openapi.json";

/// The document's path. It is made once: whoever asks often for what no limit counts is to cost nothing.
pub fn router() -> Router<Arc<App>> {
    let octets = Arc::new(OnceLock::new());
    let serve = move |State(app): State<Arc<App>>| async move {
        let octets: &Bytes = octets.get_or_init(|| document(&app.config).to_string().into());
        ([(header::CONTENT_TYPE, JSON)], octets.clone())
    };
    Router::new().route(PATH, get_only(serve, |_| problem::unknown_method().into_response()))
}

/// The document, as this configuration has the server behave.
#[must_use]
pub fn document(config: &Config) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    schemas.insert("Problem".to_owned(), problem_schema());
    if config.api.chaser.enabled {
        paths.extend(chaser::paths(config.api.chaser.access));
        schemas.extend(chaser::schemas());
    }
    if config.api.unleash.enabled {
        paths.extend(unleash::paths(config.api.unleash.access));
        schemas.extend(unleash::schemas());
    }
    paths.extend(pages::paths());
    schemas.extend(pages::schemas());
    paths.extend(mail_events::paths(&config.mail_events));
    paths.extend(meta::paths());
    json!({
        "openapi": "3.1.1",
        "info": {
            "title": "Regain",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Password reset for the accounts you already have",
            "description": description(config.api.unleash.enabled),
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": config.public_url.origin }],
        "tags": [
            { "name": "chaser", "description": CHASER },
            { "name": "unleash", "description": UNLEASH },
            { "name": "pages", "description": PAGES },
            { "name": "mail-events", "description": MAIL_EVENTS },
            { "name": "meta", "description": "About this server." },
        ],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": parts::headers(),
            "securitySchemes": { "apiToken": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "An API token of a trusted caller, with or without `Bearer ` before it.",
            } },
        },
    })
}

const CHASER: &str =
    "Chaser's API, for anyone: the answer to a request is the same whether or not there is an account.";
const UNLEASH: &str = "Unleash's API, for back ends and for its log-in page.";
const PAGES: &str = "What people see in a browser. The forms are for these pages alone: one that was sent from \
elsewhere is refused, and programs have the two APIs.";
const MAIL_EVENTS: &str = "For the providers of mail that are configured, who tell here of mails that came back.";

fn description(has_validate: bool) -> String {
    let counted = if has_validate { "Every POST, and GET `/auth/reset/validate`, counts" } else { "Every POST counts" };
    format!(
        "Every path is also known with a trailing slash. Every answer has `Cache-Control: no-store` and an \
         `X-Request-Id` under which the operator finds it in the log, if that is kept at the level `debug`. {counted} against the limit of the client's \
         network, unless it comes with a valid API token; the `RateLimit-…` fields of those answers speak of that limit \
         alone, never of an account. What is no HTTP is answered with 400, and a header of more than 16 KiB with 431; \
         those errors alone have no body."
    )
}

fn problem_schema() -> Value {
    let error = parts::object(&[
        ("code", json!({ "type": "string", "description": "A stable word for programs." })),
        ("message", json!({ "type": "string", "description": "One English sentence for people." })),
    ]);
    parts::object(&[("error", error)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Access;
    use crate::http::test_app::config;

    fn statuses(document: &Value, path: &str, method: &str) -> Vec<String> {
        document["paths"][path][method]["responses"].as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_published_operations_keep_their_names() {
        let document = document(&config());
        let id = |path: &str| document["paths"][path]["post"]["operationId"].as_str().unwrap().to_owned();
        assert_eq!(id("/auth/reset/password-email"), "send-reset-password-email");
        assert_eq!(id("/auth/password-reset/request"), "request-password-reset");
    }

    #[test]
    fn who_may_ask_shows() {
        let mut config = config();
        let trusted = document(&config);
        assert_eq!(trusted["paths"]["/auth/reset/password-email"]["post"]["security"], json!([{ "apiToken": [] }]));
        let found = statuses(&trusted, "/auth/reset/password-email", "post");
        assert_eq!(found, ["200", "400", "401", "404", "405", "408", "413", "415", "429", "503"]);
        let found = statuses(&trusted, "/auth/password-reset/request", "post");
        assert_eq!(found, ["200", "400", "405", "408", "413", "415", "429", "503"]);
        (config.api.unleash.access, config.api.chaser.access) = (Access::Public, Access::Token);
        let open = document(&config);
        assert_eq!(open["paths"]["/auth/reset/password-email"]["post"]["security"], Value::Null);
        let found = statuses(&open, "/auth/reset/password-email", "post");
        assert_eq!(found, ["200", "400", "405", "408", "413", "415", "429", "503"]);
        let found = statuses(&open, "/auth/password-reset/request", "post");
        assert_eq!(found, ["200", "400", "401", "405", "408", "413", "415", "429", "503"]);
    }

    #[test]
    fn a_disabled_dialect_is_not_in_it() {
        let mut config = config();
        config.api.unleash.enabled = false;
        let document = document(&config);
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.keys().all(|path| !path.starts_with("/auth/reset/")));
        assert!(paths.contains_key("/auth/password-reset/request"));
    }

    #[test]
    fn providers_of_mail_are_in_it_if_they_are_configured() {
        let mut config = config();
        assert!(!document(&config).to_string().contains("/mail-events/"));
        config.mail_events.postmark = Some("a password of nobody".to_owned().into());
        let document = document(&config);
        let told: Vec<_> =
            document["paths"].as_object().unwrap().keys().filter(|path| path.contains("mail-events")).collect();
        assert_eq!(told, ["/mail-events/postmark"]);
        let found = statuses(&document, "/mail-events/postmark", "post");
        assert_eq!(found, ["200", "400", "401", "405", "408", "413", "429", "503"]);
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_name_is_used_once() {
        let document = document(&config());
        let text = document.to_string();
        for reference in text.split("\"$ref\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
        }
        let mut names: Vec<_> =
            text.split("\"operationId\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
