//! What holds on each path.

use super::{ADA, CONFIRM, NEW, REQUEST, VERIFY, code, post_raw, refusal, token_for};
use crate::support::server::Server;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;

#[tokio::test]
async fn the_body_must_be_announced_as_json() {
    let server = Server::start().await;
    for content_type in [None, Some("text/plain"), Some("application/json; charset=utf-16")] {
        let request = server.client().post(format!("{}{REQUEST}", server.url)).body("{}");
        let request = match content_type {
            Some(value) => request.header("content-type", value),
            None => request,
        };
        assert_eq!(refusal(request.send().await.unwrap()).await, code(415, "unsupported_media_type"));
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = Server::start().await;
    let body = json!({ "email": ADA, "x": "x".repeat(20_000) }).to_string();
    assert_eq!(refusal(post_raw(&server, REQUEST, body).await).await, code(413, "payload_too_large"));
    let at_the_limit = format!("{:16384}", json!({ "email": ADA }).to_string());
    assert_eq!(post_raw(&server, REQUEST, at_the_limit).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn other_methods_are_told_which_there_are() {
    let server = Server::start().await;
    for path in [REQUEST, VERIFY, CONFIRM] {
        for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
            let response = server.client().request(method, format!("{}{path}", server.url)).send().await.unwrap();
            assert!(response.headers()["allow"].to_str().unwrap().contains("POST"));
            assert_eq!(refusal(response).await, code(405, "method_not_allowed"));
        }
        let head = server.client().head(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}

#[tokio::test]
async fn too_many_from_one_network_wait() {
    let server = Server::with("[limits]\nrequests_per_network_per_minute = 3").await;
    for left in ["2", "1", "0"] {
        let response = server.post_json(REQUEST, json!({ "email": "nobody@example.com" })).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["ratelimit-remaining"], left);
        assert_eq!(response.headers()["ratelimit-limit"], "3");
        assert_eq!(response.headers()["ratelimit-policy"], "3;w=60");
    }
    let response = server.post_json(REQUEST, json!({ "email": ADA })).await;
    let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
    assert_eq!(refusal(response).await, code(429, "rate_limited"));
    server.clock.advance(Duration::from_secs(wait));
    assert_eq!(server.post_json(REQUEST, json!({ "email": ADA })).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_store_that_is_down_does_not_stop_requests_and_keeps_tokens_alive() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    server.store_goes_down();
    let asked = server.post_json(REQUEST, json!({ "email": "grace@example.com" })).await;
    assert_eq!(asked.status(), StatusCode::OK);
    let body = json!({ "token": token, "new_password": NEW });
    let response = server.post_json(CONFIRM, body.clone()).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(refusal(response).await, code(503, "unavailable"));
    server.store_comes_back();
    assert_eq!(server.post_json(CONFIRM, body).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn unknown_paths_answer_in_this_shape() {
    let server = Server::start().await;
    for path in ["/", "/auth", "/auth/password-reset", "/auth/password-reset/request/more", "/metrics", "/healthz"] {
        let response = server.client().get(format!("{}{path}", server.url)).send().await.unwrap();
        assert_eq!(refusal(response).await, code(404, "not_found"), "{path}");
    }
}

#[tokio::test]
async fn a_disabled_dialect_is_not_there() {
    let server = Server::with("[api.chaser]\nenabled = false").await;
    for path in [REQUEST, VERIFY, CONFIRM] {
        assert_eq!(refusal(server.post_json(path, json!({ "email": ADA })).await).await, code(404, "not_found"));
    }
}
