//! What holds on each path.

use super::{
    ADA, NEW, PASSWORD, PASSWORD_EMAIL, PUBLIC, VALIDATE, VALIDATE_PASSWORD, ask, assert_empty_object, assert_refused,
    paths, post, refusal, token_for, validate,
};
use crate::support::server::Server;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn the_body_must_have_exactly_the_members_described() {
    let server = Server::with(PUBLIC).await;
    for (path, body, expected) in [
        (PASSWORD_EMAIL, json!({}), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": [ADA] }), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": { "$ne": "" } }), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": 1 }), vec!["/body/email"]),
        (PASSWORD_EMAIL, json!({ "email": ADA, "to": ADA }), vec!["/body/to"]),
        (PASSWORD_EMAIL, json!({ "to/x~": ADA }), vec!["/body/email", "/body/to~1x~0"]),
        (PASSWORD_EMAIL, json!([]), vec!["/body"]),
        (PASSWORD_EMAIL, json!(ADA), vec!["/body"]),
        (PASSWORD, json!({}), vec!["/body/token", "/body/password"]),
        (PASSWORD, json!({ "token": null, "password": NEW }), vec!["/body/token"]),
        (PASSWORD, json!({ "token": 0, "password": NEW }), vec!["/body/token"]),
        (PASSWORD, json!({ "token": {}, "password": NEW }), vec!["/body/token"]),
        (PASSWORD, json!({ "token": "x" }), vec!["/body/password"]),
        (PASSWORD, json!({ "token": "x", "password": NEW, "id": 2 }), vec!["/body/id"]),
        (VALIDATE_PASSWORD, json!({}), vec!["/body/password"]),
        (VALIDATE_PASSWORD, json!({ "password": true }), vec!["/body/password"]),
    ] {
        let refused = refusal(server.post_json(path, body.clone()).await).await;
        assert_refused(&refused, 400, "BadDataError");
        assert_eq!(paths(&refused.2), expected, "{path} {body}");
    }
    server.run_until_idle().await;
    assert!(server.inbox.mails_to(ADA).is_empty());
}

#[tokio::test]
async fn an_absent_or_broken_body_is_400() {
    let server = Server::with(PUBLIC).await;
    for body in ["", "{", "{\"email\"", "{\"email\":\"ada@example.com\"}}", "{\"email\":1,\"email\":2}"] {
        for path in [PASSWORD_EMAIL, PASSWORD, VALIDATE_PASSWORD] {
            let request = post(&server, path).header("content-type", "application/json").body(body);
            assert_refused(&refusal(request.send().await.unwrap()).await, 400, "BadDataError");
        }
    }
}

#[tokio::test]
async fn another_content_type_is_415_and_both_are_named() {
    let server = Server::with(PUBLIC).await;
    for (sent, named) in [
        (Some("text/plain"), "text/plain"),
        (Some("application/x-www-form-urlencoded"), "application/x-www-form-urlencoded"),
        (Some("application/json; charset=latin1"), "latin1"),
        (None, "Content-Type"),
    ] {
        let request = post(&server, PASSWORD_EMAIL).body("{\"email\":\"ada@example.com\"}");
        let request = sent.into_iter().fold(request, |request, value| request.header("content-type", value));
        let refused = refusal(request.send().await.unwrap()).await;
        assert_refused(&refused, 415, "ContentTypeError");
        let message = refused.2["details"][0]["message"].as_str().unwrap();
        assert!(message.contains(named) && message.contains("application/json"), "{message}");
    }
    for fine in ["application/json; charset=utf-8", "application/json;charset=\"UTF-8\"", "APPLICATION/JSON"] {
        let request =
            post(&server, PASSWORD_EMAIL).header("content-type", fine).body("{\"email\":\"ada@example.com\"}");
        assert_empty_object(request.send().await.unwrap()).await;
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_413() {
    let server = Server::with(PUBLIC).await;
    let body = json!({ "token": "x", "password": "x".repeat(1_000_000) });
    assert_eq!(refusal(server.post_json(PASSWORD, body).await).await.0, 413);
}

#[tokio::test]
async fn too_many_from_one_network_are_429_as_json() {
    let server = Server::with("[limits]\nrequests_per_network_per_minute = 2").await;
    for _ in 0..2 {
        assert_eq!(validate(&server, "?token=x").await.status(), StatusCode::UNAUTHORIZED);
    }
    for response in [validate(&server, "?token=x").await, server.post_json(PASSWORD, json!({})).await] {
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(response.headers()["ratelimit-remaining"], "0");
        assert_refused(&refusal(response).await, 429, "RateLimitError");
    }
    // Trusted callers are not counted.
    for _ in 0..5 {
        assert_refused(&refusal(ask(&server, "nobody@example.com").await).await, 404, "NotFoundError");
    }
}

#[tokio::test]
async fn a_store_that_is_down_is_503_where_the_answer_needs_it() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    server.store_goes_down();
    let set = json!({ "token": token, "password": NEW });
    for response in [
        ask(&server, "grace@example.com").await,
        validate(&server, &format!("?token={token}")).await,
        server.post_json(PASSWORD, set.clone()).await,
    ] {
        assert!(response.headers().contains_key("retry-after"));
        assert_eq!(refusal(response).await.0, 503);
    }
    assert_empty_object(server.post_json(VALIDATE_PASSWORD, json!({ "password": NEW })).await).await;
    server.store_comes_back();
    assert_empty_object(server.post_json(PASSWORD, set).await).await;
}

#[tokio::test]
async fn the_public_do_not_need_the_store() {
    let server = Server::with(PUBLIC).await;
    server.store_goes_down();
    assert_empty_object(server.post_json(PASSWORD_EMAIL, json!({ "email": ADA })).await).await;
    server.store_comes_back();
    server.run_until_idle().await;
    server.clock.advance(Duration::from_secs(300));
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn other_methods_are_405_and_options_204() {
    let server = Server::start().await;
    for (path, wrong, allowed) in [
        (PASSWORD_EMAIL, Method::GET, "POST"),
        (PASSWORD, Method::HEAD, "POST"),
        (VALIDATE_PASSWORD, Method::PUT, "POST"),
        (VALIDATE, Method::POST, "GET"),
        (VALIDATE, Method::DELETE, "GET"),
    ] {
        let url = format!("{}{path}", server.url);
        let response = server.client().request(wrong.clone(), &url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{wrong} {path}");
        assert!(response.headers()["allow"].to_str().unwrap().contains(allowed));
        if wrong != Method::HEAD {
            assert_eq!(refusal(response).await.0, 405);
        }
        let options = server.client().request(Method::OPTIONS, &url).send().await.unwrap();
        assert_eq!(options.status(), StatusCode::NO_CONTENT);
        assert!(options.headers()["allow"].to_str().unwrap().contains(allowed));
    }
}

#[tokio::test]
async fn a_trailing_slash_is_accepted() {
    let server = Server::with(PUBLIC).await;
    assert_empty_object(server.post_json(&format!("{PASSWORD_EMAIL}/"), json!({ "email": ADA })).await).await;
    assert_refused(&refusal(validate(&server, "/?token=x").await).await, 401, "InvalidTokenError");
}

#[tokio::test]
async fn a_disabled_dialect_is_404_in_the_shape_of_unknown_paths() {
    let server = Server::with("[api.unleash]\nenabled = false").await;
    for response in [
        ask(&server, ADA).await,
        validate(&server, "?token=x").await,
        server.post_json(PASSWORD, json!({})).await,
        server.post_json(VALIDATE_PASSWORD, json!({})).await,
    ] {
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "not_found");
    }
}
