//! `request`.

use super::{ADA, REQUEST, VERIFY, code, post_raw, refusal};
use crate::support::server::Server;
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_request_is_answered_with_a_message() {
    let server = Server::start().await;
    let response = server.post_json(REQUEST, json!({ "email": ADA })).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert!(response.headers().contains_key("content-length"));
    let body: Value = response.json().await.unwrap();
    assert_eq!(body.as_object().unwrap().len(), 1);
    assert!(!body["message"].as_str().unwrap().is_empty());
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
}

#[tokio::test]
async fn known_unknown_disabled_and_throttled_accounts_get_the_same_answer() {
    let server = Server::start().await;
    let mut answers = Vec::new();
    for address in [ADA, "nobody@example.com", "disabled@example.com", ADA, "ADA@EXAMPLE.COM"] {
        let response = server.post_json(REQUEST, json!({ "email": address })).await;
        let (status, version) = (response.status(), response.version());
        let differs = ["date", "x-request-id", "ratelimit-remaining", "ratelimit-reset"];
        let headers: Vec<_> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.clone(), (!differs.contains(&name.as_str())).then(|| value.clone())))
            .collect();
        answers.push((status, version, headers, response.bytes().await.unwrap()));
        server.run_until_idle().await;
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

#[tokio::test]
async fn with_token_access_the_caller_is_authenticated_and_still_told_nothing() {
    let server = Server::with("[api.chaser]\naccess = \"token\"").await;
    let ask = |address: &'static str, authorization: Option<String>| {
        let request = server.client().post(format!("{}{REQUEST}", server.url)).json(&json!({ "email": address }));
        let request = match authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        async { request.send().await.unwrap() }
    };
    assert_eq!(refusal(ask(ADA, None).await).await, code(401, "unauthorized"));
    assert_eq!(refusal(ask(ADA, Some(String::new())).await).await, code(401, "unauthorized"));
    assert_eq!(refusal(ask(ADA, Some("Bearer wrong".into())).await).await, code(401, "unauthorized"));
    for address in [ADA, ADA, "nobody@example.com", "disabled@example.com"] {
        let authorization = format!("Bearer {}", server.api_token);
        assert_eq!(ask(address, Some(authorization)).await.status(), StatusCode::OK, "{address}");
    }
    // The other two never need one.
    let verify = server.post_json(VERIFY, json!({ "token": "dead" })).await;
    assert_eq!(refusal(verify).await, code(400, "invalid_token"));
}

#[tokio::test]
async fn extra_properties_are_ignored_and_change_nothing() {
    let server = Server::start().await;
    let body = json!({ "email": ADA, "to": "eve@example.com", "user_id": 2, "redirect_url": "https://evil.example" });
    assert_eq!(server.post_json(REQUEST, body).await.status(), StatusCode::OK);
    server.run_until_idle().await;
    assert_eq!(server.inbox.mails_to(ADA).len(), 1);
    assert!(server.inbox.mails_to("eve@example.com").is_empty());
    assert!(server.inbox.mails_to(ADA)[0].links().iter().all(|link| !link.contains("evil")));
}

#[tokio::test]
async fn what_is_no_address_is_an_invalid_request() {
    let server = Server::start().await;
    let long = format!("{}@example.com", "a".repeat(250));
    for email in [json!(""), json!("ada"), json!("ada@"), json!(null), json!(1), json!([ADA]), json!({}), json!(long)] {
        let response = server.post_json(REQUEST, json!({ "email": email })).await;
        assert_eq!(refusal(response).await, code(400, "invalid_request"), "{email}");
    }
    let absent = server.post_json(REQUEST, json!({})).await;
    assert_eq!(refusal(absent).await, code(400, "invalid_request"));
}

#[tokio::test]
async fn what_is_no_json_object_is_an_invalid_request() {
    let server = Server::start().await;
    let deep = "[".repeat(10_000);
    for body in [
        "",
        "{",
        "[]",
        "null",
        "\"x\"",
        "{\"email\":\"ada@example.com\"",
        "{\"email\":\"ada@example.com\",\"email\":\"ada@example.com\"}",
        "\u{feff}{\"email\":\"ada@example.com\"}",
        r#"{"email":"ada@example.com","x":"\ud800"}"#,
        &deep,
    ] {
        let response = post_raw(&server, REQUEST, body.to_owned()).await;
        let start: String = body.chars().take(30).collect();
        assert_eq!(refusal(response).await, code(400, "invalid_request"), "{start}");
    }
    let broken = post_raw(&server, REQUEST, b"{\"email\":\"ada@example.com\xff\"}".to_vec()).await;
    assert_eq!(refusal(broken).await, code(400, "invalid_request"));
}
