//! `validate`, `password` and `validate-password`.

use super::{
    ADA, NEW, PASSWORD, VALIDATE, VALIDATE_PASSWORD, assert_empty_object, assert_refused, refusal, token_for, validate,
};
use crate::support::server::Server;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn validate_names_the_owner_of_a_live_token_and_spends_nothing() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    for _ in 0..20 {
        let head = server.client().head(format!("{}{VALIDATE}?token={token}", server.url)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
    }
    let response = validate(&server, &format!("?token={token}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let body: Value = response.json().await.unwrap();
    assert!(body["createdBy"].is_string());
    assert_eq!(body["token"], token.as_str());
    assert_eq!((&body["email"], &body["name"], &body["id"]), (&json!(ADA), &json!("Ada"), &json!(1)));
    assert_eq!(body["role"]["name"], "Viewer");
    let mut keys: Vec<_> = body["role"].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["description", "id", "name", "type"]);
    assert_eq!(body.as_object().unwrap().len(), 6);
}

#[tokio::test]
async fn a_dead_token_is_401_and_nothing_tells_why() {
    let server = Server::with("[reset]\ncooldown_seconds = 0").await;
    let superseded = token_for(&server, ADA).await;
    let used = token_for(&server, ADA).await;
    let set = server.post_json(PASSWORD, json!({ "token": used, "password": NEW })).await;
    assert_empty_object(set).await;
    let expired = token_for(&server, "grace@example.com").await;
    server.clock.advance(Duration::from_secs(3600));
    let mut answers = Vec::new();
    for token in [&superseded, &used, &expired, "bogus", "", &"A".repeat(43)] {
        let mut refused = refusal(validate(&server, &format!("?token={token}")).await).await;
        refused.2["id"].take();
        answers.push(refused);
        let response = server.post_json(PASSWORD, json!({ "token": token, "password": NEW })).await;
        let mut refused = refusal(response).await;
        refused.2["id"].take();
        answers.push(refused);
    }
    answers.push(refusal(validate(&server, "").await).await);
    answers.last_mut().unwrap().2["id"].take();
    assert_refused(&answers[0], 401, "InvalidTokenError");
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
    assert!(!answers[0].2.to_string().contains("example.com"));
}

#[tokio::test]
async fn a_token_lives_to_its_last_second() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    server.clock.advance(Duration::from_secs(3599) - Duration::from_millis(1));
    assert_eq!(validate(&server, &format!("?token={token}")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_password_is_set_once() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let body = json!({ "token": token, "password": NEW });
    assert_empty_object(server.post_json(PASSWORD, body.clone()).await).await;
    assert!(server.verifies(ADA, NEW).await);
    assert_refused(&refusal(server.post_json(PASSWORD, body).await).await, 401, "InvalidTokenError");
}

#[tokio::test]
async fn a_weak_password_is_400_with_all_violations_and_the_token_survives() {
    let server = Server::with("[password]\npreset = \"unleash\"").await;
    let token = token_for(&server, ADA).await;
    for (path, body) in [
        (PASSWORD, json!({ "token": token, "password": "aaa" })),
        (PASSWORD, json!({ "token": token, "password": "" })),
        (VALIDATE_PASSWORD, json!({ "password": "aaa" })),
        (VALIDATE_PASSWORD, json!({ "password": "" })),
    ] {
        let refused = refusal(server.post_json(path, body).await).await;
        assert_refused(&refused, 400, "OwaspValidationError");
        let detail = &refused.2["details"][0];
        let errors = detail["validationErrors"].as_array().unwrap();
        assert!(errors.len() > 1, "{detail}");
        assert_eq!(detail["message"], errors[0]);
    }
    assert_empty_object(server.post_json(PASSWORD, json!({ "token": token, "password": NEW })).await).await;
}

#[tokio::test]
async fn validate_password_accepts_what_password_would() {
    let server = Server::with("[password]\npreset = \"unleash\"").await;
    assert_empty_object(server.post_json(VALIDATE_PASSWORD, json!({ "password": NEW })).await).await;
}

#[tokio::test]
async fn a_dead_token_is_401_whatever_the_password() {
    let server = Server::start().await;
    for password in ["x", "", NEW] {
        let response = server.post_json(PASSWORD, json!({ "token": "A".repeat(43), "password": password })).await;
        assert_refused(&refusal(response).await, 401, "InvalidTokenError");
    }
}
