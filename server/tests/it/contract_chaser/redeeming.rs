//! `verify` and `confirm`.

use super::{ADA, CONFIRM, NEW, VERIFY, code, code_for, refusal, token_for};
use crate::support::server::Server;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn verify_says_how_long_a_token_lives_and_spends_nothing() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    for _ in 0..3 {
        let response = server.post_json(VERIFY, json!({ "token": token })).await;
        assert_eq!(response.status(), StatusCode::OK);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["valid"], true);
        assert!((3590..=3600).contains(&body["expires_in_seconds"].as_u64().unwrap()), "{body}");
        assert_eq!(body.as_object().unwrap().len(), 2);
    }
    server.clock.advance(Duration::from_secs(3600));
    let late = server.post_json(VERIFY, json!({ "token": token })).await;
    assert_eq!(refusal(late).await, code(400, "invalid_token"));
}

#[tokio::test]
async fn verify_takes_a_code_as_people_type_it() {
    let server = Server::start().await;
    let printed = code_for(&server, ADA).await;
    for typed in [printed.clone(), printed.to_lowercase(), printed.replace('-', " ")] {
        let response = server.post_json(VERIFY, json!({ "email": "ADA@example.com", "code": typed })).await;
        assert_eq!(response.status(), StatusCode::OK, "{typed}");
        let body: Value = response.json().await.unwrap();
        assert!((590..=600).contains(&body["expires_in_seconds"].as_u64().unwrap()), "{body}");
    }
}

#[tokio::test]
async fn a_missing_credential_is_an_invalid_request_and_a_dead_one_an_invalid_token() {
    let server = Server::start().await;
    for path in [VERIFY, CONFIRM] {
        for body in [
            json!({}),
            json!({ "token": "" }),
            json!({ "token": null }),
            json!({ "token": 0 }),
            json!({ "token": true }),
            json!({ "token": [] }),
            json!({ "token": { "$ne": null } }),
            json!({ "email": ADA }),
            json!({ "code": "0000-0000" }),
            json!({ "email": ADA, "code": "" }),
            json!({ "email": ADA, "code": 12_345_678 }),
            json!({ "email": "ada", "code": "0000-0000" }),
            json!({ "token": "x", "email": ADA, "code": "0000-0000" }),
        ] {
            let mut body = body;
            body["new_password"] = NEW.into();
            let response = server.post_json(path, body.clone()).await;
            assert_eq!(refusal(response).await, code(400, "invalid_request"), "{path} {body}");
        }
        for body in [
            json!({ "token": "x" }),
            json!({ "token": "A".repeat(43) }),
            json!({ "email": ADA, "code": "0000-0000" }),
            json!({ "email": ADA, "code": "no code at all" }),
            json!({ "email": "nobody@example.com", "code": "0000-0000" }),
        ] {
            let mut body = body;
            body["new_password"] = NEW.into();
            let response = server.post_json(path, body.clone()).await;
            assert_eq!(refusal(response).await, code(400, "invalid_token"), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn confirm_sets_the_password_once() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let body = json!({ "token": token, "new_password": NEW });
    let response = server.post_json(CONFIRM, body.clone()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let answer: Value = response.json().await.unwrap();
    assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), ["message"]);
    assert!(server.verifies(ADA, NEW).await);
    assert_eq!(refusal(server.post_json(CONFIRM, body).await).await, code(400, "invalid_token"));
}

#[tokio::test]
async fn confirm_takes_a_code() {
    let server = Server::start().await;
    let printed = code_for(&server, ADA).await;
    let body = json!({ "email": ADA, "code": printed, "new_password": NEW });
    assert_eq!(server.post_json(CONFIRM, body).await.status(), StatusCode::OK);
    assert!(server.verifies(ADA, NEW).await);
}

#[tokio::test]
async fn the_aliases_of_new_password_work_and_must_agree() {
    for alias in ["password", "newPassword"] {
        let server = Server::start().await;
        let token = token_for(&server, ADA).await;
        let differing = json!({ "token": token, "new_password": NEW, alias: "another Fine passw0rd!" });
        assert_eq!(refusal(server.post_json(CONFIRM, differing).await).await, code(400, "invalid_request"));
        let wrong_type = json!({ "token": token, "new_password": NEW, alias: 1 });
        assert_eq!(refusal(server.post_json(CONFIRM, wrong_type).await).await, code(400, "invalid_request"));
        let equal = json!({ "token": token, "new_password": NEW, alias: NEW });
        assert_eq!(server.post_json(CONFIRM, equal).await.status(), StatusCode::OK);
        let again = json!({ "token": token, alias: NEW });
        assert_eq!(refusal(server.post_json(CONFIRM, again).await).await, code(400, "invalid_token"));
    }
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    let alone = json!({ "token": token, "newPassword": NEW });
    assert_eq!(server.post_json(CONFIRM, alone).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_missing_password_is_an_invalid_request() {
    let server = Server::start().await;
    let token = token_for(&server, ADA).await;
    for body in [json!({ "token": token }), json!({ "token": token, "new_password": null })] {
        assert_eq!(refusal(server.post_json(CONFIRM, body).await).await, code(400, "invalid_request"));
    }
}

#[tokio::test]
async fn fields_are_looked_at_before_a_token_that_opens_nothing() {
    let server = Server::start().await;
    for dead in ["no token at all", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        for body in [
            json!({ "token": dead }),
            json!({ "token": dead, "new_password": 1 }),
            json!({ "token": dead, "new_password": NEW, "password": "another Fine passw0rd!" }),
        ] {
            assert_eq!(refusal(server.post_json(CONFIRM, body).await).await, code(400, "invalid_request"));
        }
    }
}

#[tokio::test]
async fn a_weak_password_lists_all_violations_and_the_token_survives() {
    let server = Server::with("[password]\npreset = \"unleash\"").await;
    let token = token_for(&server, ADA).await;
    for weak in ["", "aaa"] {
        let response = server.post_json(CONFIRM, json!({ "token": token, "new_password": weak })).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["error"]["code"], "weak_password");
        let violations = body["error"]["violations"].as_array().unwrap();
        assert!(violations.len() > 1, "{body}");
        assert!(violations.iter().all(|one| one["code"].is_string() && one["message"].is_string()));
    }
    let strong = server.post_json(CONFIRM, json!({ "token": token, "new_password": "Str0ng-enough!" })).await;
    assert_eq!(strong.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_dead_token_looks_the_same_with_any_password() {
    let server = Server::start().await;
    let mut bodies = Vec::new();
    for password in ["x", NEW] {
        let response = server.post_json(CONFIRM, json!({ "token": "A".repeat(43), "new_password": password })).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        bodies.push(response.bytes().await.unwrap());
    }
    assert_eq!(bodies[0], bodies[1]);
}

#[tokio::test]
async fn wrong_codes_count_alike_at_verify_and_confirm_and_right_ones_do_not() {
    let server = Server::start().await;
    let printed = code_for(&server, ADA).await;
    let wrong = if printed == "0000-0000" { "1111-1111" } else { "0000-0000" };
    for _ in 0..6 {
        let right = server.post_json(VERIFY, json!({ "email": ADA, "code": printed })).await;
        assert_eq!(right.status(), StatusCode::OK);
    }
    for path in [VERIFY, CONFIRM, VERIFY, CONFIRM, VERIFY] {
        let response = server.post_json(path, json!({ "email": ADA, "code": wrong, "new_password": NEW })).await;
        assert_eq!(refusal(response).await, code(400, "invalid_token"));
    }
    let spent = server.post_json(VERIFY, json!({ "email": ADA, "code": printed })).await;
    assert_eq!(refusal(spent).await, code(400, "invalid_token"));
    // The link is not touched by it.
    let token = server.last_token_for(ADA);
    assert_eq!(server.post_json(VERIFY, json!({ "token": token })).await.status(), StatusCode::OK);
}
