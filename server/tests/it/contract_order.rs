//! contract.md, "Order of checks": of two reasons to refuse, the earlier one is given.

use crate::support::server::Server;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;

const CHASER: &str = "/auth/password-reset/request";
const UNLEASH: &str = "/auth/reset/password-email";
const TOKENS: &str = "[api.chaser]\naccess = \"token\"\n[limits]\nrequests_per_network_per_minute = 1";

fn call(server: &Server, method: Method, path: &str) -> RequestBuilder {
    server.client().request(method, format!("{}{path}", server.url))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn path_then_method_then_api_token_then_client_network() {
    let server = Server::with(TOKENS).await;
    // Uses the network's calls up: from here on everything else could be 429.
    assert_eq!(status(call(&server, Method::POST, "/nothing")).await, 404);
    for path in [CHASER, UNLEASH] {
        assert_eq!(status(call(&server, Method::POST, &format!("{path}/nothing"))).await, 404);
        assert_eq!(status(call(&server, Method::PUT, path)).await, 405);
        assert_eq!(status(call(&server, Method::POST, path)).await, 401);
        assert_eq!(status(call(&server, Method::POST, path).header("authorization", "wrong")).await, 401);
    }
    for path in ["/auth/password-reset/verify", "/auth/password-reset/confirm", "/auth/reset/password"] {
        assert_eq!(status(call(&server, Method::POST, path).body("not JSON")).await, 429, "{path}");
    }
    assert_eq!(status(call(&server, Method::GET, "/auth/reset/validate?token=x")).await, 429);
}

#[tokio::test]
async fn content_type_then_size_then_json_then_fields() {
    let server = Server::start().await;
    let trusted = |path| call(&server, Method::POST, path).header("authorization", server.api_token);
    for path in [CHASER, UNLEASH] {
        let json = |path| trusted(path).header("content-type", "application/json");
        assert_eq!(status(trusted(path).body("x".repeat(20_000))).await, 415);
        assert_eq!(status(json(path).header("content-encoding", "gzip").body("x".repeat(20_000))).await, 415);
        assert_eq!(status(json(path).body("x".repeat(20_000))).await, 413);
        assert_eq!(status(json(path).body("x")).await, 400);
        assert_eq!(status(json(path).body("{}")).await, 400);
    }
}

#[tokio::test]
async fn json_then_queue_for_everybody_alike() {
    let server = Server::with("[limits]\nqueue_max = 1").await;
    server.store_goes_down();
    assert_eq!(server.post_json(CHASER, json!({ "email": "ada@example.com" })).await.status(), StatusCode::OK);
    for address in ["ada@example.com", "nobody@example.com", "disabled@example.com"] {
        let response = server.post_json(CHASER, json!({ "email": address })).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{address}");
        assert!(response.headers().contains_key("retry-after"));
    }
    assert_eq!(server.post_json(CHASER, json!({ "email": 1 })).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_trusted_caller_hears_of_the_store_before_the_account_and_of_the_account_before_its_limit() {
    let server = Server::start().await;
    let ask = async |address: &str| {
        let request = call(&server, Method::POST, UNLEASH).header("authorization", server.api_token);
        status(request.json(&json!({ "email": address }))).await
    };
    assert_eq!(ask("ada@example.com").await, 200);
    assert_eq!(ask("ada@example.com").await, 429);
    assert_eq!(ask("nobody@example.com").await, 404);
    assert_eq!(ask("nobody@example.com").await, 404);
    server.store_goes_down();
    assert_eq!(ask("ada@example.com").await, 503);
    assert_eq!(ask("nobody@example.com").await, 503);
    assert_eq!(ask("not an address").await, 404);
}

#[tokio::test]
async fn a_wrong_api_token_is_counted_and_a_right_one_is_not() {
    let server = Server::with("[limits]\nrequests_per_network_per_minute = 2").await;
    let unleash = |token: &'static str| {
        let request = call(&server, Method::POST, UNLEASH).header("authorization", token);
        request.json(&json!({ "email": "nobody@example.com" }))
    };
    for _ in 0..5 {
        let response = unleash(server.api_token).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert!(!response.headers().contains_key("ratelimit-remaining"));
    }
    for left in ["1", "0", "0"] {
        let response = unleash("wrong").send().await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()["ratelimit-remaining"], left);
    }
    assert_eq!(server.post_json(CHASER, json!({ "email": "ada@example.com" })).await.status().as_u16(), 429);
}
