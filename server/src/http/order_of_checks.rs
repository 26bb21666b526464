//! The order in which a call is refused: the earlier reason wins, whatever else is wrong.

use super::test_app::{API_TOKEN, app, config};
use super::{Port, PublicPort};
use crate::config::{Access, Config, SnsTopic};
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The word that a program would look at, in either dialect.
    fn word(&self) -> String {
        let json = self.json();
        let word = json["name"].as_str().or_else(|| json["error"]["code"].as_str());
        word.unwrap_or_default().to_owned()
    }
}

async fn call(port: &PublicPort, request: Request<Body>) -> Answer {
    let response = port.answer(IpAddr::V4(Ipv4Addr::LOCALHOST), request).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

async fn post(port: &PublicPort, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    call(port, request.body(body.into()).unwrap()).await
}

fn port(change: impl FnOnce(&mut Config)) -> PublicPort {
    let mut config = config();
    change(&mut config);
    PublicPort::new(app(config))
}

const REQUEST: &str = super::dialect::chaser::REQUEST;
const CONFIRM: &str = super::dialect::chaser::CONFIRM;
const PASSWORD_EMAIL: &str = super::dialect::unleash::PASSWORD_EMAIL;
const PASSWORD: &str = super::dialect::unleash::PASSWORD;
const VALIDATE: &str = super::dialect::unleash::VALIDATE;
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn the_path_comes_before_everything() {
    let port = port(|config| config.limits.requests_per_network_per_minute = 1);
    for path in ["/", "/auth", "/auth/password-reset/request/x", "/auth//reset/password", "/%2e/openapi.json"] {
        for _ in 0..2 {
            let answer = post(&port, path, &[], "x").await;
            assert_eq!((answer.status, answer.word().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
        }
    }
}

#[tokio::test]
async fn a_disabled_dialect_is_an_unknown_path() {
    let port = port(|config| {
        config.api.unleash.enabled = false;
        config.api.chaser.enabled = false;
    });
    for path in [REQUEST, CONFIRM, PASSWORD_EMAIL, PASSWORD] {
        let answer = post(&port, path, &[JSON], "{}").await;
        assert_eq!((answer.status, answer.word().as_str()), (StatusCode::NOT_FOUND, "not_found"), "{path}");
    }
}

#[tokio::test]
async fn the_method_comes_before_token_and_limit() {
    let port = port(|config| config.limits.requests_per_network_per_minute = 1);
    for (path, word) in [(REQUEST, "method_not_allowed"), (PASSWORD_EMAIL, "MethodNotAllowedError")] {
        for method in [Method::GET, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
            let answer = call(&port, Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await;
            assert_eq!((answer.status, answer.word().as_str()), (StatusCode::METHOD_NOT_ALLOWED, word));
            assert_eq!(answer.headers["allow"], "POST, OPTIONS");
        }
        let head = call(&port, Request::head(path).body(Body::empty()).unwrap()).await;
        assert_eq!(head.status, StatusCode::METHOD_NOT_ALLOWED);
    }
    for _ in 0..2 {
        assert_eq!(post(&port, VALIDATE, &[], "").await.status, StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn options_lists_the_methods() {
    let port = port(|_| {});
    for (path, allow) in [(PASSWORD, "POST, OPTIONS"), (VALIDATE, "GET, HEAD, OPTIONS")] {
        let answer = call(&port, Request::options(path).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, &answer.headers["allow"]), (StatusCode::NO_CONTENT, &allow.parse().unwrap()));
    }
}

#[tokio::test]
async fn the_api_token_comes_before_the_limit() {
    let port = port(|config| {
        config.limits.requests_per_network_per_minute = 1;
        config.api.chaser.access = Access::Token;
    });
    for (path, missing, unknown) in
        [(REQUEST, "unauthorized", "unauthorized"), (PASSWORD_EMAIL, "AuthenticationRequired", "UnauthorizedError")]
    {
        for (header, word) in [("", missing), ("Bearer ", missing), ("Bearer wrong", unknown), ("wrong", unknown)] {
            let answer = post(&port, path, &[("authorization", header)], "x").await;
            assert_eq!((answer.status, answer.word().as_str()), (StatusCode::UNAUTHORIZED, word), "{header:?}");
            assert!(answer.headers.contains_key("www-authenticate"));
        }
    }
    // Those with a wrong token were counted.
    assert_eq!(post(&port, CONFIRM, &[JSON], "{}").await.status, StatusCode::TOO_MANY_REQUESTS);
    // One with a valid token is not.
    let answer = post(&port, PASSWORD_EMAIL, &[JSON, ("authorization", API_TOKEN)], "{}").await;
    assert_eq!((answer.status, answer.word().as_str()), (StatusCode::BAD_REQUEST, "BadDataError"));
    assert!(!answer.headers.contains_key("ratelimit-limit"));
}

#[tokio::test]
async fn two_api_tokens_are_none() {
    let port = port(|_| {});
    for second in [API_TOKEN, "wrong", ""] {
        let headers = [JSON, ("authorization", API_TOKEN), ("authorization", second)];
        let answer = post(&port, PASSWORD_EMAIL, &headers, "{}").await;
        assert_eq!((answer.status, answer.word().as_str()), (StatusCode::UNAUTHORIZED, "UnauthorizedError"));
    }
}

#[tokio::test]
async fn the_limit_comes_before_the_content_type() {
    let port = port(|config| config.limits.requests_per_network_per_minute = 2);
    for path in [REQUEST, PASSWORD] {
        assert_eq!(post(&port, path, &[], "x").await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    for (path, word) in [(REQUEST, "rate_limited"), (PASSWORD, "RateLimitError")] {
        let answer = post(&port, path, &[], "x").await;
        assert_eq!((answer.status, answer.word().as_str()), (StatusCode::TOO_MANY_REQUESTS, word));
        assert_eq!(answer.headers["retry-after"], "30");
        assert_eq!(answer.headers["ratelimit-remaining"], "0");
    }
    let answer = call(&port, Request::get("/auth/reset/validate?token=x").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.word().as_str()), (StatusCode::TOO_MANY_REQUESTS, "RateLimitError"));
}

#[tokio::test]
async fn the_content_type_comes_before_the_size_and_the_size_before_the_json() {
    let port = port(|config| config.limits.body_bytes_max = 10);
    for (path, media, size) in [
        (REQUEST, "unsupported_media_type", "payload_too_large"),
        (PASSWORD, "ContentTypeError", "PayloadTooLargeError"),
    ] {
        assert_eq!(post(&port, path, &[("content-type", "text/plain")], "x".repeat(11)).await.word(), media);
        assert_eq!(post(&port, path, &[JSON, ("content-encoding", "gzip")], "x".repeat(11)).await.word(), media);
        assert_eq!(post(&port, path, &[JSON], "x".repeat(11)).await.word(), size);
        assert_eq!(post(&port, path, &[JSON], "x".repeat(10)).await.status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_trailing_slash_is_accepted() {
    let port = port(|_| {});
    assert_eq!(post(&port, &format!("{PASSWORD}/"), &[JSON], "{}").await.word(), "BadDataError");
    assert_eq!(post(&port, &format!("{PASSWORD}//"), &[JSON], "{}").await.word(), "not_found");
    let answer = call(&port, Request::get("/auth/reset/validate/?token=x").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.word(), "InvalidTokenError");
}

#[tokio::test]
async fn every_answer_wears_the_same_headers() {
    let port = port(|_| {});
    for request in [
        Request::get("/nothing").header("x-request-id", "mine").body(Body::empty()),
        Request::post(REQUEST).body(Body::empty()),
        Request::options(REQUEST).body(Body::empty()),
        Request::get("/openapi.json").body(Body::empty()),
    ] {
        let answer = call(&port, request.unwrap()).await;
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("strict-transport-security", "max-age=63072000"),
        ] {
            assert_eq!(answer.headers[name], value, "{name}");
        }
        assert_eq!(answer.headers["x-request-id"].len(), 36);
    }
}

#[tokio::test]
async fn an_unleash_error_has_its_four_members_and_names_its_request() {
    let port = port(|_| {});
    let answer = post(&port, PASSWORD, &[JSON], r#"{"token":1,"extra":true}"#).await;
    assert_eq!(answer.headers["content-type"], "application/json; charset=utf-8");
    let json = answer.json();
    assert_eq!(json["id"].as_str(), answer.headers["x-request-id"].to_str().ok());
    let paths: Vec<_> = json["details"].as_array().unwrap().iter().map(|detail| detail["path"].as_str()).collect();
    assert_eq!(paths, [Some("/body/token"), Some("/body/password"), Some("/body/extra")]);
}

#[tokio::test]
async fn without_https_there_is_no_hsts() {
    let port = port(|config| config.public_url.https = false);
    assert!(!post(&port, "/", &[], "").await.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn an_event_of_which_nobody_can_tell_whether_it_is_signed_is_counted() {
    let port = port(|config| {
        config.limits.requests_per_network_per_minute = 2;
        let arn = "arn:aws:sns:eu-central-1:123456789012:regain-mail".to_owned();
        // Nobody listens there.
        config.mail_events.ses = Some(SnsTopic { arn, host: "127.0.0.1:1".into() });
    });
    let call = |n: u32| {
        serde_json::json!({
            "Type": "Notification", "MessageId": "x", "TopicArn": "arn:aws:sns:eu-central-1:123456789012:regain-mail",
            "Message": "x", "Timestamp": "2027-01-15T08:00:00.000Z", "SignatureVersion": "1", "Signature": "x",
            "SigningCertURL": format!("https://127.0.0.1:1/SimpleNotificationService-{n}.pem")
        })
    };
    for (n, status) in [(0, 503), (1, 503), (2, 429)] {
        let answer = post(&port, super::mail_events::SES, &[JSON], call(n).to_string()).await;
        assert_eq!(answer.status, status, "{n}");
    }
}
